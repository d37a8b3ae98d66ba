// SPDX-License-Identifier: GPL-2.0-only
/* What is asked of values of a group's parameters beside their range. */
#include <linux/etherdevice.h>
#include <linux/hex.h>
#include <linux/inet.h>
#include <net/ipv6.h>

#include "gnic.h"
#include "gnic_encap.h"
#include "gnic_group.h"
#include "gnic_param_check.h"

int gnic_param_check_port(struct gnic_dev *dev, const char *name,
			  const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	if (gnic_port_get(dev, val->vu8))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack,
			       "%s: 0 to %u, and %u + that of a port that is split", name,
			       dev->num_ports - 1, GNIC_PORTS_MAX);
	return -EINVAL;
}

int gnic_param_check_depth(struct gnic_dev *dev, const char *name,
			   const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	u32 max = BIT(min_t(u32, le32_to_cpu(dev->caps.wq_log_max), GNIC_WQ_LOG_MAX));

	if (val->vu32 <= max)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: this device has queues of at most %u", name, max);
	return -EINVAL;
}

/* @without: what a device that lacks one of @caps does instead */
static int gnic_param_needs_rc(const struct gnic_dev *dev, u32 caps, const char *name,
			       const char *without, struct netlink_ext_ack *extack)
{
	if (!(caps & ~le32_to_cpu(dev->caps.rc)))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: %s", name, without);
	return -EOPNOTSUPP;
}

static int gnic_param_one_of(const char *name, const union devlink_param_value *val,
			     const char *first, const char *second,
			     struct netlink_ext_ack *extack)
{
	if (!strcmp(val->vstr, first) || !strcmp(val->vstr, second))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: %s or %s", name, first, second);
	return -EINVAL;
}

static const char *const gnic_group_types[] = {
	[GNIC_GROUP_RAW]		= "raw",
	[GNIC_GROUP_WRITE]		= "write",
	[GNIC_GROUP_SEND_RDV]		= "send_rdv",
	[GNIC_GROUP_RECV_RDV]		= "recv_rdv",
	[GNIC_GROUP_READ_RDV]		= "read_rdv",
	[GNIC_GROUP_READ_RDV_ENDP]	= "read_rdv_endp",
};

enum gnic_group_type gnic_group_config_type(const struct gnic_group_config *config)
{
	return match_string(gnic_group_types, ARRAY_SIZE(gnic_group_types), config->qp_type);
}

int gnic_param_check_type(struct gnic_dev *dev, const char *name,
			  const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	int type = match_string(gnic_group_types, ARRAY_SIZE(gnic_group_types), val->vstr);

	if (type < 0) {
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "%s: raw, write, send_rdv, recv_rdv, read_rdv or read_rdv_endp",
				       name);
		return -EINVAL;
	}
	if (type != GNIC_GROUP_RAW && !(dev->caps_bits & GNIC_CAP_RC)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "%s: this device has no RC queues for %s", name,
				       val->vstr);
		return -EOPNOTSUPP;
	}
	return gnic_param_needs_rc(dev, type <= GNIC_GROUP_WRITE ? 0 : GNIC_RC_CAP_RDV, name,
				   "this device knows no rendezvous", extack);
}

int gnic_param_check_cc(struct gnic_dev *dev, const char *name,
			const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	static const char *const modes[] = { "none", "window", "delay", "dcqcn" };
	static const u32 caps[] = { 0, 0, GNIC_RC_CAP_DELAY, GNIC_RC_CAP_ECN };
	int mode = match_string(modes, ARRAY_SIZE(modes), val->vstr);

	if (mode < 0) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "%s: none, window, delay or dcqcn", name);
		return -EINVAL;
	}
	return gnic_param_needs_rc(dev, caps[mode], name,
				   mode == 2 ? "this device does not do it by delay" :
				   "this device does not do it by marks", extack);
}

int gnic_param_check_icrc(struct gnic_dev *dev, const char *name,
			  const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	return gnic_param_one_of(name, val, "roce", "gaudi", extack);
}

int gnic_param_check_recovery(struct gnic_dev *dev, const char *name,
			      const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	int err = gnic_param_one_of(name, val, "go_back_n", "selective", extack);

	if (err || !strcmp(val->vstr, "go_back_n"))
		return err;
	return gnic_param_needs_rc(dev, GNIC_RC_CAP_SELECTIVE, name,
				   "this device resends all behind a gap", extack);
}

int gnic_param_check_adaptive(struct gnic_dev *dev, const char *name,
			      const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	return gnic_param_needs_rc(dev, val->vbool ? GNIC_RC_CAP_ADAPTIVE : 0, name,
				   "time-outs of this device are all alike", extack);
}

int gnic_param_check_loopback(struct gnic_dev *dev, const char *name,
			      const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	return gnic_param_needs_rc(dev, val->vbool ? GNIC_RC_CAP_LOOPBACK : 0, name,
				   "this device sends all RDMA to the wire", extack);
}

int gnic_param_check_encap(struct gnic_dev *dev, const char *name,
			   const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	if (!strcmp(val->vstr, "none"))
		return 0;
	if (strcmp(val->vstr, "ipv4") && strcmp(val->vstr, "udp")) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "%s: none, ipv4 or udp", name);
		return -EINVAL;
	}
	return gnic_param_needs_rc(dev, GNIC_RC_CAP_ENCAP, name,
				   "this device has no encapsulation", extack);
}

int gnic_param_check_encap_port(struct gnic_dev *dev, const char *name,
				const union devlink_param_value *val,
				struct netlink_ext_ack *extack)
{
	if (val->vu16 != GNIC_ROCE_UDP_PORT)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: %u is RoCE itself", name, GNIC_ROCE_UDP_PORT);
	return -EINVAL;
}

int gnic_param_check_encap_protocol(struct gnic_dev *dev, const char *name,
				    const union devlink_param_value *val,
				    struct netlink_ext_ack *extack)
{
	if (val->vu8 != IPPROTO_TCP && val->vu8 != IPPROTO_UDP)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: neither TCP (6) nor UDP (17)", name);
	return -EINVAL;
}

int gnic_param_check_encap_header(struct gnic_dev *dev, const char *name,
				  const union devlink_param_value *val,
				  struct netlink_ext_ack *extack)
{
	u8 header[GNIC_ENCAP_HEADER_MAX];
	size_t digits = strlen(val->vstr);

	if (digits % 8 == 0 && !hex2bin(header, val->vstr, digits / 2))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: 0, 4, 8 or 12 bytes, in hexadecimal digits", name);
	return -EINVAL;
}

static bool gnic_param_is_ip(const char *text)
{
	struct in6_addr v6;
	const char *end;
	__be32 v4;

	if (in4_pton(text, -1, (u8 *)&v4, -1, &end) && !*end)
		return !ipv4_is_multicast(v4) && !ipv4_is_zeronet(v4) &&
		       !ipv4_is_lbcast(v4) && !ipv4_is_loopback(v4);
	if (in6_pton(text, -1, v6.s6_addr, -1, &end) && !*end)
		return !ipv6_addr_is_multicast(&v6) && !ipv6_addr_any(&v6) &&
		       !ipv6_addr_loopback(&v6);
	return false;
}

int gnic_param_check_ip(struct gnic_dev *dev, const char *name,
			const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	if (!*val->vstr || gnic_param_is_ip(val->vstr))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: a unicast IPv4 or IPv6 address, or empty", name);
	return -EINVAL;
}

/* As "ip token" has them. */
static bool gnic_param_is_token(const char *text)
{
	struct in6_addr v6;
	const char *end;

	return in6_pton(text, -1, v6.s6_addr, -1, &end) && !*end &&
	       !v6.s6_addr32[0] && !v6.s6_addr32[1] && !ipv6_addr_any(&v6);
}

int gnic_param_check_token(struct gnic_dev *dev, const char *name,
			   const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	if (!*val->vstr || gnic_param_is_token(val->vstr))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: the lower 64 bits of an IPv6 address, or empty", name);
	return -EINVAL;
}

int gnic_param_check_mac(struct gnic_dev *dev, const char *name,
			 const union devlink_param_value *val, struct netlink_ext_ack *extack)
{
	u8 mac[ETH_ALEN];

	if (!*val->vstr)
		return 0;
	if (strlen(val->vstr) == 3 * ETH_ALEN - 1 && mac_pton(val->vstr, mac) &&
	    is_valid_ether_addr(mac))
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "%s: a unicast Ethernet address, or empty", name);
	return -EINVAL;
}
