// SPDX-License-Identifier: GPL-2.0-only
/*
 * How packets of a group reach the peer: addresses, next hop, and whether they
 * fit. Asked once, when the group becomes active.
 */
#include <linux/etherdevice.h>
#include <linux/hex.h>
#include <linux/inet.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/ip6_route.h>
#include <net/neighbour.h>
#include <net/route.h>

#include "gnic.h"
#include "gnic_encap.h"
#include "gnic_group.h"
#include "gnic_qp.h"

#define GNIC_PATH_NEIGH_MS	3000	/* three probes */
#define GNIC_PATH_POLL_MS	10

/* UDP, BTH, RETH, rows, immediate data, sync object, ICRC */
#define GNIC_PATH_ROCE_OVERHEAD	(8 + 12 + 16 + 28 + 4 + 4 + 4)

static int gnic_path_check_token(const char *name, const char *ip, const char *token,
				 struct netlink_ext_ack *extack)
{
	struct in6_addr addr;

	if (!*token || (in6_pton(ip, -1, addr.s6_addr, -1, NULL) &&
			!addr.s6_addr32[2] && !addr.s6_addr32[3]))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack,
			       "%s_token needs an IPv6 %s that ends with 64 zero bits",
			       name, name);
	return -EINVAL;
}

/* A long IPv6 address is too long for a parameter: the token is its second half then. */
static u8 gnic_path_parse(const char *text, const char *token, u8 *addr)
{
	struct in6_addr low;

	if (in4_pton(text, -1, addr, -1, NULL))
		return 4;
	if (!in6_pton(text, -1, addr, -1, NULL))
		return 0;
	if (in6_pton(token, -1, low.s6_addr, -1, NULL))
		memcpy(addr + 8, low.s6_addr + 8, 8);
	return 6;
}

/* An address of the netdev that goes with the peer's. */
static bool gnic_path_pick_local(struct net_device *netdev, struct gnic_qp_path *path)
{
	struct in6_addr *src = (struct in6_addr *)path->src_ip;
	struct in6_addr *dst = (struct in6_addr *)path->dst_ip;
	__be32 addr;

	if (path->version == 4) {
		addr = inet_select_addr(netdev, *(__be32 *)path->dst_ip, RT_SCOPE_UNIVERSE);
		memcpy(path->src_ip, &addr, sizeof(addr));
		return addr;
	}
	if (ipv6_dev_get_saddr(dev_net(netdev), netdev, dst, 0, src))
		return false;
	return ipv6_chk_addr(dev_net(netdev), src, netdev, 1);
}

static int gnic_path_addresses(const struct gnic_group_config *config,
			       struct net_device *netdev, struct gnic_qp_path *path,
			       struct netlink_ext_ack *extack)
{
	const char *local_token = config->local_ip_token, *peer_token = config->peer_ip_token;
	const char *local = config->local_ip, *peer = config->peer_ip;

	if (gnic_path_check_token("peer_ip", peer, peer_token, extack) ||
	    gnic_path_check_token("local_ip", local, local_token, extack))
		return -EINVAL;
	/* nobody outside sees them: what was not said can be anything that is the same */
	if (config->loopback && !*peer) {
		peer = *local ? local : "127.0.0.1";
		peer_token = local_token;
	}
	if (config->loopback && !*local) {
		local = peer;
		local_token = peer_token;
	}
	path->version = gnic_path_parse(peer, peer_token, path->dst_ip);
	if (!*local) {
		if (gnic_path_pick_local(netdev, path))
			return 0;
		NL_SET_ERR_MSG_MOD(extack,
				   "local_ip is empty and the port's netdev has no address for peer_ip");
		return -EADDRNOTAVAIL;
	}
	if (gnic_path_parse(local, local_token, path->src_ip) == path->version)
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "local_ip and peer_ip are of different IP versions");
	return -EAFNOSUPPORT;
}

static int gnic_path_mtu(const struct gnic_group_config *config, struct net_device *netdev,
			 const struct gnic_qp_path *path, struct netlink_ext_ack *extack)
{
	u32 headers = (path->version == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)) +
		      GNIC_PATH_ROCE_OVERHEAD + gnic_encap_len(config);

	if (config->qp_path_mtu + headers <= netdev->mtu)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "qp_path_mtu %u with headers needs a port MTU of %u",
			       config->qp_path_mtu, config->qp_path_mtu + headers);
	return -EMSGSIZE;
}

static int gnic_path_encap(const struct gnic_group_config *config,
			   const struct gnic_qp_path *path, struct netlink_ext_ack *extack)
{
	if (path->version == 4 || gnic_encap_type(config) == GNIC_ENCAP_NONE)
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "encap: packets of IPv6 can't be encapsulated");
	return -EAFNOSUPPORT;
}

static struct dst_entry *gnic_path_route4(struct net_device *netdev,
					  const struct gnic_qp_path *path)
{
	struct flowi4 fl4 = { .flowi4_oif = netdev->ifindex };
	struct rtable *rt;

	memcpy(&fl4.daddr, path->dst_ip, sizeof(fl4.daddr));
	memcpy(&fl4.saddr, path->src_ip, sizeof(fl4.saddr));
	rt = ip_route_output_key(dev_net(netdev), &fl4);
	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

static struct dst_entry *gnic_path_route6(struct net_device *netdev,
					  const struct gnic_qp_path *path)
{
	struct flowi6 fl6 = { .flowi6_oif = netdev->ifindex };
	struct dst_entry *dst;
	int err;

	memcpy(&fl6.daddr, path->dst_ip, sizeof(fl6.daddr));
	memcpy(&fl6.saddr, path->src_ip, sizeof(fl6.saddr));
	dst = ip6_route_output(dev_net(netdev), NULL, &fl6);
	err = dst->error;
	if (!err)
		return dst;
	dst_release(dst);
	return ERR_PTR(err);
}

/* The neighbour's address as soon as the kernel knows it. */
static int gnic_path_wait(struct neighbour *neigh, u8 *mac)
{
	unsigned long end = jiffies + msecs_to_jiffies(GNIC_PATH_NEIGH_MS);

	while (!(READ_ONCE(neigh->nud_state) & NUD_VALID)) {
		neigh_event_send(neigh, NULL);
		if (time_after(jiffies, end) || READ_ONCE(neigh->nud_state) & NUD_FAILED)
			return -EHOSTUNREACH;
		msleep(GNIC_PATH_POLL_MS);
	}
	neigh_ha_snapshot(mac, neigh, neigh->dev);
	return is_valid_ether_addr(mac) ? 0 : -EHOSTUNREACH;
}

static int gnic_path_neighbour(struct net_device *netdev, struct gnic_qp_path *path,
			       struct netlink_ext_ack *extack)
{
	struct neighbour *neigh;
	struct dst_entry *dst;
	int err;

	dst = path->version == 4 ? gnic_path_route4(netdev, path) :
				   gnic_path_route6(netdev, path);
	if (IS_ERR(dst)) {
		NL_SET_ERR_MSG_MOD(extack, "peer_mac is empty and there is no route to peer_ip");
		return PTR_ERR(dst);
	}
	if (dst_dev(dst) != netdev) {
		NL_SET_ERR_MSG_MOD(extack,
				   "peer_mac is empty and the way to peer_ip is not through the port");
		err = -EHOSTUNREACH;
		goto put_dst;
	}

	neigh = dst_neigh_lookup(dst, path->dst_ip);
	err = neigh ? gnic_path_wait(neigh, path->dst_mac) : -EHOSTUNREACH;
	if (neigh)
		neigh_release(neigh);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "peer_mac is empty and nobody answers for peer_ip");
put_dst:
	dst_release(dst);
	return err;
}

static int gnic_path_peer(const struct gnic_group_config *config, struct net_device *netdev,
			  struct gnic_qp_path *path, struct netlink_ext_ack *extack)
{
	if (*config->peer_mac)
		return mac_pton(config->peer_mac, path->dst_mac) ? 0 : -EINVAL;
	if (config->loopback) {
		ether_addr_copy(path->dst_mac, path->src_mac);
		return 0;
	}
	if (netif_running(netdev))
		return gnic_path_neighbour(netdev, path, extack);
	NL_SET_ERR_MSG_MOD(extack, "peer_mac is empty and the port's netdev is down");
	return -ENETDOWN;
}

/* A netdev that stays until dev_put(); NULL while the port has none. */
static struct net_device *gnic_path_netdev(struct gnic_port *port)
{
	struct net_device *netdev;

	rtnl_lock();
	netdev = gnic_port_netdev(port);
	dev_hold(netdev);
	rtnl_unlock();
	return netdev;
}

/**
 * gnic_path_resolve - from parameters to a path
 * @port: NIC port
 * @config: parameters of the group; peer_ip is there unless it is in loopback
 * @path: source MAC is set; the rest is filled in
 * @extack: for the sentence
 *
 * Sleeps for seconds if a neighbour has to be found. rtnl is not held.
 */
int gnic_path_resolve(struct gnic_port *port, const struct gnic_group_config *config,
		      struct gnic_qp_path *path, struct netlink_ext_ack *extack)
{
	struct net_device *netdev;
	int err;

	netdev = gnic_path_netdev(port);
	if (!netdev) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "port %u has no netdev", port->index);
		return -ENODEV;
	}
	err = gnic_path_addresses(config, netdev, path, extack);
	if (!err)
		err = gnic_path_encap(config, path, extack);
	if (!err)
		err = gnic_path_mtu(config, netdev, path, extack);
	if (!err)
		err = gnic_path_peer(config, netdev, path, extack);
	dev_put(netdev);
	return err;
}
