/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data path objects. A channel is a NAPI instance with a vector and counters
 * and lives as long as the netdev; a queue is the rings that it serves, made
 * as a whole and replaced as a whole.
 */
#ifndef GNIC_CHANNEL_H
#define GNIC_CHANNEL_H

#include <linux/dim.h>
#include <linux/u64_stats_sync.h>
#include <net/xdp.h>
#include <net/xdp_sock.h>

#include "gnic_nic.h"
#include "gnic_ring.h"

/*
 * A buffer: headroom, data, struct skb_shared_info. Half a page is enough for
 * the usual MTU; XDP gets a page, for its headroom.
 */
#define GNIC_RX_BUF_LEN_MIN	2048
#define GNIC_RX_BUF_LEN_MAX	PAGE_SIZE
#define GNIC_RX_HEADROOM	XDP_PACKET_HEADROOM
#define GNIC_RX_BUF_SIZE	(SKB_WITH_OVERHEAD(PAGE_SIZE) - GNIC_RX_HEADROOM)
/* Largest MTU whose frames fill one buffer, with two tags on top. */
#define GNIC_XDP_MTU_MAX	(GNIC_RX_BUF_SIZE - ETH_HLEN - 2 * VLAN_HLEN)

#define GNIC_XDP_BULK		64

enum gnic_tx_kind {
	GNIC_TX_NONE,
	GNIC_TX_SKB,
	GNIC_TX_SKB_TSTAMP,	/* wants to know when it left */
	GNIC_TX_XDP_TX,		/* frame of our own page pool: stays mapped */
	GNIC_TX_XDP_NDO,	/* frame of somebody else: was mapped for this */
	GNIC_TX_XSK,		/* of AF_XDP sockets: completed by number */
	GNIC_TX_XSK_TSTAMP,	/* likewise; the sender wants to know when it left */
	GNIC_TX_XSK_BUFS,	/* received into an AF_XDP pool, sent back */
};

/**
 * struct gnic_tx_info - what a send WQE stands for; a packet's first has it all
 * @skb: GNIC_TX_SKB, GNIC_TX_SKB_TSTAMP
 * @xdpf: GNIC_TX_XDP_TX, GNIC_TX_XDP_NDO
 * @descs: GNIC_TX_XSK, GNIC_TX_XSK_TSTAMP: descriptors that are done when the packet is
 * @bytes: on the wire without FCS, all segments
 * @packets: on the wire
 * @wqes: WQEs of the packet
 * @kind: enum gnic_tx_kind
 * @segs: segments of this WQE, not of the packet; stays from use to use
 * @len: of the segments of this WQE
 * @dma: likewise; 0: mapped by somebody else
 * @bufs: GNIC_TX_XSK_BUFS: likewise
 * @meta: GNIC_TX_XSK_TSTAMP: where the sender looks for the time
 * @tstamp: of the packet that ends here: when it left, 0: not known
 */
struct gnic_tx_info {
	union {
		struct sk_buff *skb;
		struct xdp_frame *xdpf;
		unsigned long descs;
	};
	u32 bytes;
	u16 packets;
	u8 wqes;
	u8 kind;
	u32 segs;
	u32 len[GNIC_RAW_WQE_SEGS];
	union {
		dma_addr_t dma[GNIC_RAW_WQE_SEGS];
		struct xdp_buff *bufs[GNIC_RAW_WQE_SEGS];
		struct xsk_tx_metadata_compl meta;
	};
	u64 tstamp;
};

/**
 * struct gnic_tx - a send queue
 * @sq: ring of struct gnic_hw_raw_wqe; written by who posts
 * @info: by WQE
 * @dma_dev: for mappings
 * @last: first WQE of the packet that was posted last
 * @push: device memory that the ring is copied to and read from, or NULL; gnic_push.h
 * @rung: WQEs that the device was told of
 * @launch: packets of the stack are sent at their time, gnic_launch.c
 * @lock: serialises ndo_xdp_xmit and XDP_TX; skbs have the netdev queue's lock
 * @reaped: WQEs whose packets were given back; written by NAPI alone
 * @done: WQEs that the device has sent, by its completions
 * @xsk: what AF_XDP sockets send here, or NULL
 * @qpn: QP
 */
struct gnic_tx {
	struct gnic_ring sq;
	struct gnic_tx_info *info;
	struct device *dma_dev;
	struct gnic_hw_raw_wqe *last;
	void __iomem *push;
	u32 rung;
	bool launch;
	spinlock_t lock;	/* posting XDP frames */
	u32 reaped ____cacheline_aligned_in_smp;
	u32 done;
	struct gnic_xsk_tx *xsk;
	/* slow path below */
	u32 qpn;
};

/**
 * struct gnic_xdp_bulk - XDP_TX frames of a poll, posted together
 * @count: in @frames
 * @posted: the send queue wants a doorbell
 * @redirected: something waits for xdp_do_flush()
 * @frames: not posted yet
 */
struct gnic_xdp_bulk {
	unsigned int count;
	bool posted;
	bool redirected;
	struct xdp_frame *frames[GNIC_XDP_BULK];
};

/**
 * struct gnic_rx - a receive queue
 * @cq: its completions
 * @rq: ring of struct gnic_hw_recv_wqe
 * @reaped: buffers that the device has filled and we have taken
 * @qpn: QP, what a completion must say
 * @buf_size: bytes that the device may write into a buffer
 * @headroom: before them
 * @truesize: of a buffer, all included
 * @data: buffers, where the headroom begins
 * @netmems: likewise, with @heads
 * @bufs: likewise, with @xsk
 * @pool: where pages come from; NULL with @xsk
 * @xsk: where buffers of an AF_XDP socket come from, or NULL
 * @heads: head area: headers and payload come apart; or NULL
 * @heads_dma: device address of it
 * @channel: whose
 * @bulk: XDP_TX frames of the poll that runs
 * @xdp_rxq: for programs
 */
struct gnic_rx {
	struct gnic_cq cq;
	struct gnic_ring rq;
	u32 reaped;
	u32 qpn;
	u32 buf_size;
	u32 headroom;
	u32 truesize;
	union {
		void **data;
		netmem_ref *netmems;
		struct xdp_buff **bufs;
	};
	struct page_pool *pool;
	struct xsk_buff_pool *xsk;
	u8 (*heads)[GNIC_RAW_HEAD_SIZE];
	dma_addr_t heads_dma;
	struct gnic_channel *channel;
	struct gnic_xdp_bulk bulk;
	struct xdp_rxq_info xdp_rxq;
};

/**
 * struct gnic_queue - queue pair of a netdev, with a send queue for XDP
 * @rx: receive queue, with a CQ of its own
 * @tx: send queue for skbs; one QP with @rx
 * @xdp: send queue for XDP frames; a QP of its own, or one with @rx if there is no @tx
 * @tx_cq: completions of both send queues, one a doorbell
 * @failed: nothing is taken from it or given to it: a reset was asked for
 * @told: of its failure
 * @unheard: the device may have a QP of it that it did not tell of, and was asked in vain
 *	to give it back
 * @no_db: without @rx: what its CQ has for a doorbell record
 */
struct gnic_queue {
	struct gnic_rx rx;
	struct gnic_tx tx;
	struct gnic_tx xdp;
	struct gnic_cq tx_cq;
	bool failed;
	bool told;
	bool unheard;
	struct gnic_hw_db no_db;
};

/* There are @rx and @xdp. */
static inline bool gnic_queue_receives(const struct gnic_queue *queue)
{
	return queue->rx.rq.desc;
}

/* There is @tx. */
static inline bool gnic_queue_sends(const struct gnic_queue *queue)
{
	return queue->tx.sq.desc;
}

struct gnic_rx_stats {
	struct u64_stats_sync syncp;
	u64 packets;
	u64 bytes;
	u64 csum_complete;
	u64 csum_unnecessary;
	u64 csum_none;
	u64 alloc_fail;		/* a frame was dropped for it */
	u64 refill_fail;	/* none: the ring has fewer buffers for a while */
	u64 unreadable;
	u64 abandoned;
	u64 bad_cqes;
	u64 xdp_drop;
	u64 xdp_tx;
	u64 xdp_redirect;
	u64 xdp_errors;
	u64 gro_packets;
	u64 gro_bytes;
	u64 gro_wire_packets;
	u64 gro_wire_bytes;
};

/* written where packets are given back, by NAPI */
struct gnic_tx_stats {
	struct u64_stats_sync syncp;
	u64 packets;
	u64 bytes;
	u64 gso_packets;
	u64 gso_bytes;
	u64 gso_wire_packets;
	u64 gso_wire_bytes;
	u64 wake;
	u64 bad_cqes;
	u64 abandoned;
	u64 tstamps;
	u64 tstamps_lost;
};

/* written where packets are posted, under the netdev queue's or the XDP lock */
struct gnic_post_stats {
	struct u64_stats_sync syncp;
	u64 stop;
	u64 dropped;
	u64 doorbells;
	u64 kicks;
	u64 launch_far;
};

/**
 * struct gnic_channel_coal - moderation of one direction, gnic_coal.c
 * @set: as the user wants it
 * @dim: finds numbers if that is adaptive
 * @events: rounds of polling that DIM was told of
 */
struct gnic_channel_coal {
	struct gnic_moderation set;
	struct dim dim;
	u16 events;
};

/**
 * struct gnic_channel - NAPI instance of a netdev
 * @napi: its poll
 * @queue: what it serves; NULL while the netdev is down; RCU for redirection
 * @nic: whose
 * @index: ring number
 * @vector: MSI-X vector
 * @running: NAPI is enabled
 * @adaptive: DIM works in some direction
 * @draining: the transmit queue is not woken
 * @ring_again: the device may have lost doorbells of the queue: the next poll rings
 * @xsk: pool that the next queue is made with, or NULL; see gnic_xsk.c
 * @watched: consumer indices at the last look of gnic_channel_watch()
 * @lost_irqs: times that it found something
 * @rung_again: times that a poll did what @ring_again says
 * @rx_stats: receive
 * @tx_stats: transmit, completed, XDP included
 * @skb_stats: transmit, posted: skbs
 * @xdp_stats: transmit, posted: XDP frames
 * @rx_coal: moderation of receive
 * @tx_coal: moderation of transmit
 * @coal_lock: from the look at them until the device has the numbers
 * @irq_name: as in /proc/interrupts
 */
struct gnic_channel {
	struct napi_struct napi;
	struct gnic_queue *queue;
	struct gnic_nic *nic;
	unsigned int index;
	unsigned int vector;
	bool running;
	bool adaptive;
	bool draining;
	bool ring_again;
	struct xsk_buff_pool *xsk;
	u32 watched[2];
	u64 lost_irqs;
	u64 rung_again;
	struct gnic_rx_stats rx_stats ____cacheline_aligned_in_smp;
	struct gnic_tx_stats tx_stats;
	struct gnic_post_stats skb_stats ____cacheline_aligned_in_smp;
	struct gnic_post_stats xdp_stats ____cacheline_aligned_in_smp;
	struct gnic_channel_coal rx_coal;
	struct gnic_channel_coal tx_coal;
	struct mutex coal_lock;		/* look and tell, in this order */
	char irq_name[32];
};

/* gnic_channel.c */
int gnic_channel_get(struct gnic_nic *nic, unsigned int index);
int gnic_channel_get_upto(struct gnic_nic *nic, unsigned int index);
void gnic_channel_destroy(struct gnic_channel *c);
void gnic_channel_start(struct gnic_channel *c, struct gnic_queue *queue);
void gnic_channel_stop(struct gnic_channel *c);
void gnic_channel_pause(struct gnic_channel *c);	/* the NAPI instance stays */
/* what @queue, which was the channel's, has not been polled for is lost; NAPI is off */
void gnic_channel_abandon(struct gnic_channel *c, const struct gnic_queue *queue);
void gnic_channel_resume(struct gnic_channel *c);
void gnic_channel_tell(struct gnic_channel *c);	/* the kernel: which of its queues there are */
void gnic_channel_drain(struct gnic_channel **channels, unsigned int count);
void gnic_channel_kick(struct gnic_channel *c);	/* a poll, soon */
void gnic_channel_watch(struct gnic_channel *c);	/* under RCU */
void gnic_channel_ring_again(struct gnic_channel *c);	/* likewise */

/* gnic_coal.c */
int gnic_coal_init(struct gnic_nic *nic);
void gnic_coal_exit(struct gnic_nic *nic);
void gnic_coal_channel_init(struct gnic_channel *c);
void gnic_coal_channel_exit(struct gnic_channel *c);
void gnic_coal_channel_stop(struct gnic_channel *c);
struct gnic_moderation gnic_coal_now(struct gnic_channel *c, bool tx);
void gnic_coal_init_cq(struct gnic_channel *c, bool tx, struct gnic_hw_cq_create *in);
void gnic_coal_measure(struct gnic_channel *c);

/* gnic_queue.c */
struct gnic_queue *gnic_queue_create(struct gnic_channel *c, const struct gnic_nic_cfg *cfg);
void gnic_queue_destroy(struct gnic_channel *c, struct gnic_queue *queue);
const char *gnic_queue_why(int err);

/* gnic_swap.c: with the netdev's instance lock, or rtnl where there is none */
int gnic_swap_queue(struct gnic_channel *c, struct gnic_queue *queue);
int gnic_swap_begin(struct gnic_channel *c, struct gnic_queue *queue);
int gnic_swap_undo(struct gnic_channel *c, struct gnic_queue *queue);
void gnic_swap_finish(struct gnic_channel *c, struct gnic_queue *queue);
int gnic_swap_queues(struct gnic_nic *nic, struct gnic_queue **queues, unsigned int first,
		     unsigned int end);
void gnic_swap_tx_stop(struct netdev_queue *txq);
void gnic_swap_settle(struct gnic_channel *c, struct gnic_queue *old);
int gnic_swap_rest(struct gnic_channel *c);
int gnic_swap_restart(struct gnic_channel *c, const struct gnic_nic_cfg *cfg,
		      struct netlink_ext_ack *extack);

/* gnic_resize.c: likewise */
int gnic_resize_queues(struct gnic_nic *nic, struct gnic_queue **queues,
		       const struct gnic_nic_cfg *cfg);

/* gnic_rate.c */
int gnic_rate_start(struct gnic_channel *c, const struct gnic_queue *queue);

/* gnic_gro.c */
int gnic_gro_start(struct gnic_channel *c, const struct gnic_rx *rx,
		   const struct gnic_nic_cfg *cfg);

/* gnic_launch.c */
void gnic_launch_start(const struct gnic_channel *c, struct gnic_queue *queue);

/* gnic_mqprio.c */
int gnic_mqprio_start(struct gnic_channel *c, const struct gnic_queue *queue);

/* gnic_stats.c */
void gnic_stats_tx(struct gnic_channel *c, struct gnic_tx_stats *sum);
void gnic_stats_post(struct gnic_channel *c, struct gnic_post_stats *sum);

/* gnic_tx_post.c */
int gnic_tx_alloc(struct gnic_channel *c, struct gnic_tx *tx, const struct gnic_nic_cfg *cfg);
void gnic_tx_flush(struct gnic_tx *tx);
void gnic_tx_free(struct gnic_channel *c, struct gnic_tx *tx);	/* what was not sent is dropped */
bool gnic_tx_clean(struct gnic_channel *c, struct gnic_queue *queue, int budget);
bool gnic_tx_settle(struct gnic_channel *c, struct gnic_queue *queue);
void gnic_tx_abandon(struct gnic_channel *c, const struct gnic_queue *queue);

/* gnic_rx_mem.c */
int gnic_rx_alloc(struct gnic_channel *c, struct gnic_rx *rx, const struct gnic_nic_cfg *cfg);
void gnic_rx_free(struct gnic_channel *c, struct gnic_rx *rx);
int gnic_rx_fill(struct gnic_rx *rx);

/* gnic_split.c: tcp-data-split */
int gnic_split_init(struct gnic_channel *c, struct gnic_rx *rx);
void gnic_split_exit(struct gnic_channel *c, struct gnic_rx *rx);
int gnic_split_start(struct gnic_channel *c, struct gnic_rx *rx, u32 thresh);
int gnic_split_fill(struct gnic_rx *rx);
int gnic_split_poll(struct gnic_channel *c, struct gnic_queue *queue, int budget);

/* gnic_rx.c */
int gnic_rx_poll(struct gnic_channel *c, struct gnic_queue *queue, int budget);

#endif /* GNIC_CHANNEL_H */
