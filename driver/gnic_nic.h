/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A netdev with raw queues: what the port netdev (uplink) and a representor
 * have in common. The difference is a const profile.
 */
#ifndef GNIC_NIC_H
#define GNIC_NIC_H

#include "gnic.h"

#define GNIC_QUEUES_MAX		66
#define GNIC_QUEUES_DEFAULT_MAX	8

/**
 * struct gnic_nic_profile - how a kind of netdev differs from the other
 * @max_queues: queue pairs at most
 * @rx_ring: default entries
 * @tx_ring: default entries
 * @init: netdev ops, features, ethtool ops that only this kind has
 * @open: after the queues run
 * @stop: before they stop
 */
struct gnic_nic_profile {
	unsigned int max_queues;
	unsigned int rx_ring;
	unsigned int tx_ring;
	void (*init)(struct net_device *netdev);
	int (*open)(struct gnic_nic *nic);
	void (*stop)(struct gnic_nic *nic);
};

extern const struct gnic_nic_profile gnic_uplink_profile;	/* gnic_netdev.c */
extern const struct gnic_nic_profile gnic_rep_profile;		/* gnic_rep.c */

/**
 * gnic_nic_create - a netdev for the host side of a vport, not registered yet
 * @dev: card
 * @port: uplink whose QP numbers it uses
 * @vport: vport whose host side it is
 * @parent: for SET_NETDEV_DEV, or NULL (representors)
 * @profile: uplink or representor
 *
 * Return: the netdev or ERR_PTR. The caller sets its address and devlink port
 * and registers it; gnic_nic_destroy() after unregister_netdev().
 */
struct net_device *gnic_nic_create(struct gnic_dev *dev, struct gnic_port *port, u16 vport,
				   struct device *parent,
				   const struct gnic_nic_profile *profile);
void gnic_nic_destroy(struct net_device *netdev);

struct gnic_port *gnic_nic_port(struct net_device *netdev);
u16 gnic_nic_vport(struct net_device *netdev);
bool gnic_netdev_is_ours(const struct net_device *netdev);	/* uplink or representor of gnic */

/* shared ndo bodies, for the profiles' net_device_ops (gnic_netdev.c) */
int gnic_nic_open(struct net_device *netdev);
int gnic_nic_stop(struct net_device *netdev);
netdev_tx_t gnic_tx_xmit(struct sk_buff *skb, struct net_device *netdev);
int gnic_xdp_xmit(struct net_device *netdev, int n, struct xdp_frame **frames, u32 flags);
int gnic_xdp_bpf(struct net_device *netdev, struct netdev_bpf *bpf);
void gnic_nic_get_stats64(struct net_device *netdev, struct rtnl_link_stats64 *stats);
int gnic_nic_change_mtu(struct net_device *netdev, int mtu);
void gnic_nic_tx_timeout(struct net_device *netdev, unsigned int txqueue);

#endif /* GNIC_NIC_H */
