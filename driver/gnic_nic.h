/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A netdev with raw queues: what the port netdev (uplink) and a representor
 * have in common. The difference is a const profile.
 */
#ifndef GNIC_NIC_H
#define GNIC_NIC_H

#include <linux/dcbnl.h>

#include "gnic.h"
#include "gnic_rss.h"

#define GNIC_QUEUES_MAX		66
#define GNIC_QUEUES_DEFAULT_MAX	8
#define GNIC_NIC_WATCHDOG	(5 * HZ)	/* a queue without a limit may be silent */
#define GNIC_RING_MIN		64	/* entries of a netdev's rings */
#define GNIC_RING_MAX		BIT(GNIC_WQ_LOG_MAX - 1)

struct gnic_arfs;
struct gnic_channel;
struct gnic_queue;

/**
 * struct gnic_nic_profile - how a kind of netdev differs from the other
 * @max_queues: queue pairs at most
 * @rx_ring: default entries
 * @tx_ring: default entries
 * @init: netdev ops, features, ethtool ops that only this kind has
 * @open: after the queues run; or NULL
 * @stop: before they stop; or NULL
 * @link: the link of the port changed; or NULL
 * @mtu: tell the device of a new MTU; or NULL
 */
struct gnic_nic_profile {
	unsigned int max_queues;
	unsigned int rx_ring;
	unsigned int tx_ring;
	void (*init)(struct net_device *netdev);
	int (*open)(struct gnic_nic *nic);
	void (*stop)(struct gnic_nic *nic);
	void (*link)(struct gnic_nic *nic, bool up);
	int (*mtu)(struct gnic_nic *nic, unsigned int mtu);
};

/**
 * struct gnic_moderation - of a CQ, as the user wants it
 * @usecs: an interrupt after so many microseconds
 * @frames: or after so many entries; 0 does not count
 * @adaptive: DIM chooses both
 * @cqe_timer: @usecs count from the last entry, not from the first
 */
struct gnic_moderation {
	u16 usecs;
	u16 frames;
	bool adaptive;
	bool cqe_timer;
};

/* What the queues of a netdev are made from: ethtool -L, -G, -C, and XDP. */
struct gnic_nic_cfg {
	unsigned int rx_queues;		/* of channels, from the first one on */
	unsigned int tx_queues;		/* likewise: most have both, the last ones perhaps one */
	unsigned int rx_ring;
	unsigned int tx_ring;
	bool tx_push;			/* send rings are in device memory */
	bool rx_ring_set;		/* not the default: it does not follow @rx_queues */
	unsigned int rx_buf_len;	/* what the user asked for */
	bool xdp;			/* a program is attached: buffers have room for it */
	bool split;			/* tcp-data-split */
	u32 split_thresh;
	struct gnic_moderation rx;
	struct gnic_moderation tx;
};

static inline unsigned int gnic_cfg_channels(const struct gnic_nic_cfg *cfg)
{
	return max(cfg->rx_queues, cfg->tx_queues);
}

/* A packet of a slower class would take longer than the watchdog waits. */
#define GNIC_DCB_KBPS_MIN	1000
#define GNIC_DCB_KBPS_MAX	(GNIC_QP_RATE_MAX / 1000)

/**
 * struct gnic_nic_dcb - traffic classes of an uplink, gnic_dcb.c
 * @ets: as the user wants it
 * @kbps: limits of classes, 0: none
 * @pfc: a bit for each priority with flow control, gnic_pfc.c
 */
struct gnic_nic_dcb {
	struct ieee_ets ets;
	u64 kbps[IEEE_8021QAZ_MAX_TCS];
	u8 pfc;
};

/**
 * struct gnic_nic_app - priorities of received frames, gnic_dcb_app.c
 * @trust: enum gnic_hw_prio_source, in their order
 * @pcp: priorities of each PCP, a bit each; none: that of its number
 * @dscp: likewise of each DSCP; none: 0
 */
struct gnic_nic_app {
	u8 trust[GNIC_PRIO_SOURCES];
	u8 pcp[GNIC_PCPS];
	u8 dscp[GNIC_DSCPS];
};

/**
 * struct gnic_nic_buffer - receive buffers, gnic_dcb_buffer.c
 * @prio: buffer of each priority
 * @size: octets of each buffer, as in the device
 */
struct gnic_nic_buffer {
	u8 prio[GNIC_PRIOS];
	u32 size[GNIC_RX_BUFFERS];
};

/**
 * struct gnic_nic_sched - place in the scheduling tree, gnic_shaper.c
 * @node: of the device, above it; 0: the port
 * @weight: among those with this parent; 0: never told, the device's 1
 */
struct gnic_nic_sched {
	u8 node;
	u8 weight;
};

/**
 * struct gnic_nic_shaper - net shapers, gnic_shaper.c; limits in bit/s, 0: none
 * @port: of all that the port's queues send
 * @queue: of each queue
 * @queue_sched: place of each queue
 * @node: of each node of the device; number 1 first
 * @node_sched: place of each node
 */
struct gnic_nic_shaper {
	u64 port;
	u64 queue[GNIC_QUEUES_MAX];
	struct gnic_nic_sched queue_sched[GNIC_QUEUES_MAX];
	u64 node[GNIC_SCHED_NODES];
	struct gnic_nic_sched node_sched[GNIC_SCHED_NODES];
};

enum gnic_device_stat {
	GNIC_DEVICE_MISSED,		/* found no buffer */
	GNIC_DEVICE_MULTICAST,
	GNIC_DEVICE_RX_CRC,
	GNIC_DEVICE_RX_FRAME,
	GNIC_DEVICE_RX_LENGTH,
	GNIC_DEVICE_RX_MAC,		/* the MAC's own fault */
	GNIC_DEVICE_TX_MAC,
	GNIC_DEVICE_RX_STORMS,
	GNIC_DEVICE_STATS,
};

/**
 * struct gnic_device_stats - counted by the device, gnic_device_stats.c
 * @sum: the netdev's, since it was made
 * @last: the device's counters when it was asked last
 */
struct gnic_device_stats {
	u64 sum[GNIC_DEVICE_STATS];
	u64 last[GNIC_DEVICE_STATS];
};

/**
 * struct gnic_nic - netdev_priv() of a port's netdev or a representor
 * @netdev: the netdev
 * @dev: the card
 * @xdp_prog: attached program; changed by xchg(), read under RCU
 * @num_channels: channels that run
 * @num_rx: the first so many receive, and send XDP frames
 * @rx_tstamp: packets that come are stamped
 * @tx_tstamp: packets that leave are stamped, if they ask for it
 * @channels: by ring number; made when first needed, kept until the end, so
 *	that counters, vectors and affinity outlive reconfiguration
 * @num_tx: channels that send what the stack sends: the first so many
 * @port: uplink whose QP numbers it uses
 * @profile: uplink or representor
 * @vport: vport whose host side it is
 * @max_channels: room in @channels; those that exist come first
 * @cfg: what runs, or will run after open
 * @rss: written to the device at open and when it changes
 * @vlan: written to the device at open and when it changes
 * @dcb: written to the device at open and when it changes
 * @app: written to the device at open and when it changes
 * @buffer: written to the device at open and when it changes
 * @shaper: written to the device with each queue, at open and when it changes
 * @macs: addresses in the receive filter
 * @filter_lock: from the look at the address lists until the device has them
 * @etf: queues whose qdisc leaves the time of sending to the device, gnic_launch.c
 * @xsk_tx_ops: what AF_XDP may ask of a packet that is sent
 * @mqprio: queues have the priority of their class, gnic_mqprio.c
 * @mqprio_limits: and the classes have limits by it
 * @ntuples: rules of ethtool -N, by location
 * @tc_rules: filters of tc that are in the device; written under the lock of gnic_tc.c
 * @arfs: accelerated RFS, or NULL
 * @reset_work: makes all queues anew: after a transmit time-out, a completion
 *	that cannot be, an error of a QP
 * @watch_work: looks for completions whose interrupt was lost
 * @rx_mode_work: writes the receive filter where the kernel asks for it in
 *	atomic context, until the device takes it
 * @tunnel_work: tells the ports of UDP tunnels again that the device did not take
 * @tx_faults: rings that do not send, not reported yet
 * @rx_faults: rings that have failed in another way, not reported yet
 * @renew: rings whose queue could not be made anew and is going to be; with the netdev's lock
 * @dump_flag: what a dump has, GNIC_DUMP_*
 * @reset_last: jiffies when queues were last made anew, for a device that fails all the time
 * @resets: times that queues were made anew
 * @links: changes of the link that were heard of
 * @ask: events of QPs may have met nobody: @watch_work asks for them, in its next round
 * @device_stats: what the device counts for the netdev, as of the last round of @watch_work
 * @events: link changes and errors of QPs
 */
struct gnic_nic {
	struct net_device *netdev;
	struct gnic_dev *dev;
	struct bpf_prog *xdp_prog;
	unsigned int num_channels;
	unsigned int num_rx;
	bool rx_tstamp;
	bool tx_tstamp;
	struct gnic_channel **channels;
	/* slow path below */
	unsigned int num_tx;
	struct gnic_port *port;
	const struct gnic_nic_profile *profile;
	u16 vport;
	unsigned int max_channels;
	struct gnic_nic_cfg cfg;
	struct gnic_nic_rss rss;
	struct gnic_hw_vlan vlan;
	struct gnic_nic_dcb dcb;
	struct gnic_nic_app app;
	struct gnic_nic_buffer buffer;
	struct gnic_nic_shaper shaper;
	u32 macs;
	struct mutex filter_lock;	/* look and write, in this order */
	DECLARE_BITMAP(etf, GNIC_QUEUES_MAX);
	struct xsk_tx_metadata_ops xsk_tx_ops;
	bool mqprio;
	bool mqprio_limits;
	struct list_head ntuples;
	unsigned int tc_rules;
	struct gnic_arfs *arfs;
	struct delayed_work reset_work;
	struct delayed_work watch_work;
	struct delayed_work rx_mode_work;
	struct delayed_work tunnel_work;
	DECLARE_BITMAP(tx_faults, GNIC_QUEUES_MAX);
	DECLARE_BITMAP(rx_faults, GNIC_QUEUES_MAX);
	DECLARE_BITMAP(renew, GNIC_QUEUES_MAX);
	u32 dump_flag;
	unsigned long reset_last;
	u64 resets;
	u32 links;
	bool ask;
	struct gnic_device_stats device_stats;
	struct notifier_block events;
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

void gnic_netdev_init(struct net_device *netdev);	/* features of both kinds */

/* shared ndo bodies, for the profiles' net_device_ops (gnic_netdev.c) */
int gnic_nic_open(struct net_device *netdev);
int gnic_nic_stop(struct net_device *netdev);
netdev_tx_t gnic_tx_xmit(struct sk_buff *skb, struct net_device *netdev);
int gnic_xdp_xmit(struct net_device *netdev, int n, struct xdp_frame **frames, u32 flags);
int gnic_xdp_bpf(struct net_device *netdev, struct netdev_bpf *bpf);
void gnic_nic_get_stats64(struct net_device *netdev, struct rtnl_link_stats64 *stats);
int gnic_nic_change_mtu(struct net_device *netdev, int mtu);
void gnic_nic_tx_timeout(struct net_device *netdev, unsigned int txqueue);
netdev_features_t gnic_tx_features_check(struct sk_buff *skb, struct net_device *netdev,
					 netdev_features_t features);

/*
 * gnic_nic.c: life of the queues. Called with rtnl and, where the kernel has
 * it, the netdev's instance lock.
 */
void gnic_nic_spread(struct gnic_nic *nic);
void gnic_nic_run(struct gnic_nic *nic, unsigned int count, unsigned int rx, unsigned int tx);
int gnic_nic_reconfigure(struct gnic_nic *nic, const struct gnic_nic_cfg *cfg,
			 struct netlink_ext_ack *extack);
unsigned int gnic_nic_default_rx_ring(const struct gnic_nic *nic, unsigned int queues);
/* gnic_nic_fault.c */
void gnic_nic_reset_work(struct work_struct *work);	/* of nic->reset_work */
void gnic_nic_schedule_reset(struct gnic_nic *nic);	/* any context */
void gnic_nic_queue_failed(struct gnic_queue *queue);
void gnic_nic_qp_failed(struct gnic_nic *nic, u32 qpn);
void gnic_nic_published(struct gnic_nic *nic);
void gnic_nic_ask(struct gnic_nic *nic, unsigned int count);
void gnic_nic_doorbell_lost(struct gnic_nic *nic, u32 qpn);
void gnic_nic_doorbells_lost(struct gnic_nic *nic);
/* queues of these rings anew; NULL: of all */
int gnic_nic_renew(struct gnic_nic *nic, const unsigned long *rings,
		   struct netlink_ext_ack *extack);
void gnic_nic_renew_later(struct gnic_nic *nic, unsigned int ring);

/* gnic_filter.c: receive filter of an uplink */
void gnic_filter_init(struct gnic_nic *nic);
void gnic_filter_exit(struct gnic_nic *nic);
int gnic_filter_apply(struct gnic_nic *nic);	/* own address and lists */
#ifdef HAVE_RX_MODE_ASYNC
int gnic_filter_rx_mode(struct net_device *netdev, struct netdev_hw_addr_list *uc,
			struct netdev_hw_addr_list *mc);
#else
void gnic_filter_rx_mode(struct net_device *netdev);
#endif

/* gnic_features.c */
void gnic_features_init(struct net_device *netdev);
void gnic_features_init_uplink(struct net_device *netdev);
netdev_features_t gnic_fix_features(struct net_device *netdev, netdev_features_t features);
int gnic_set_features(struct net_device *netdev, netdev_features_t features);

int gnic_gro_set(struct gnic_nic *nic, bool on);	/* gnic_gro.c */

/* gnic_vlan.c */
void gnic_vlan_init(struct gnic_nic *nic);
int gnic_vlan_set(struct gnic_nic *nic, netdev_features_t features);
int gnic_vlan_apply(struct gnic_nic *nic);
int gnic_vlan_add_vid(struct net_device *netdev, __be16 proto, u16 vid);
int gnic_vlan_kill_vid(struct net_device *netdev, __be16 proto, u16 vid);

/* gnic_tunnel.c */
extern const struct udp_tunnel_nic_info gnic_tunnel_info;
void gnic_tunnel_init(struct gnic_nic *nic);
void gnic_tunnel_exit(struct gnic_nic *nic);

/* gnic_queue_api.c */
extern const struct netdev_queue_mgmt_ops gnic_queue_mgmt_ops;
unsigned int gnic_queue_page_size(struct net_device *netdev, unsigned int index);

/* gnic_tstamp.c */
int gnic_hwtstamp_get(struct net_device *netdev, struct kernel_hwtstamp_config *config);
int gnic_hwtstamp_set(struct net_device *netdev, struct kernel_hwtstamp_config *config,
		      struct netlink_ext_ack *extack);

/* gnic_rate.c */
int gnic_rate_update(struct gnic_nic *nic, unsigned int index);
int gnic_set_tx_maxrate(struct net_device *netdev, int index, u32 mbps);

/* gnic_dcb.c */
void gnic_dcb_init(struct net_device *netdev);
int gnic_dcb_apply(struct gnic_nic *nic);
int gnic_dcb_limit(struct gnic_nic *nic, const u64 *kbps);

/* gnic_mqprio.c */
int gnic_mqprio_resize_check(struct gnic_nic *nic, unsigned int count);
u8 gnic_mqprio_of(const struct gnic_nic *nic, unsigned int index);	/* a priority */

/* gnic_stats.c */
extern const struct netdev_stat_ops gnic_stat_ops;

/* gnic_device_stats.c */
void gnic_device_stats_watch(struct gnic_nic *nic);
void gnic_device_stats_get(struct gnic_nic *nic, struct rtnl_link_stats64 *stats);

/* gnic_ethtool.c: what both kinds have; a profile copies members from here */
extern const struct ethtool_ops gnic_uplink_ethtool_ops;
extern const struct ethtool_ops gnic_rep_ethtool_ops;

/* gnic_xdp.c */
extern const struct xdp_metadata_ops gnic_xdp_metadata_ops;

#endif /* GNIC_NIC_H */
