/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What gnic offers to the compute module: the waist between gnic.ko and
 * gnic_accel.ko. gnic never calls gnic_accel but for the callbacks here.
 *
 * The compute module is an auxiliary driver for "gnic.accel". Between its
 * probe and its remove every function here may be called; its remove has to
 * give back all that it took: queues, groups, windows, ASIDs, in this order.
 * (What a queue has posted to a group may end; a queue would post more.)
 *
 * Context: process context, may sleep, unless the function says otherwise.
 * Callbacks come in process context too. A callback must not call back into
 * this file for the same group or queue, except gnic_accel_queue_post(),
 * gnic_accel_queue_retire() and gnic_accel_group_post_recv(): it wakes somebody who does.
 */
#ifndef GNIC_ACCEL_API_H
#define GNIC_ACCEL_API_H

#include <linux/auxiliary_bus.h>
#include <linux/device.h>
#include <linux/types.h>

#include "hw/cmd.h"
#include "hw/cqe.h"
#include "hw/memmap.h"
#include "hw/syndrome.h"
#include "hw/wqe.h"

#define GNIC_ACCEL_ADEV_NAME	"gnic.accel"	/* MODULE_DEVICE_TABLE: id of the auxiliary bus */

struct gnic_accel_queue;
struct gnic_dev;
struct gnic_group;
struct sg_table;

/**
 * gnic_accel_dev - the card of an auxiliary device "gnic.accel.N"
 * @adev: what probe got
 */
struct gnic_dev *gnic_accel_dev(struct auxiliary_device *adev);

/**
 * struct gnic_accel_info - what does not change while the child is bound
 * @dma_dev: device for dma_map_*(): a mapping's address is a device address
 * @hbm_addr: device address of the first byte of device memory
 * @hbm_size: bytes; the netdevs' share is not among them
 * @hbm_phys: where the CPU sees it (BAR4), for ioremap and mmap
 * @num_ports: NIC ports
 * @windows: windows of all ASIDs together
 * @segments: pieces of all that gnic_accel_window_map() made; 0: it can't
 * @serial: of the card
 * @module_id: place in the box
 * @compute: the device has compute queues (GNIC_CAP_COMPUTE)
 * @rows: QPs of a group of type write take WQEs of rows (GNIC_RC_CAP_STRIDE)
 * @rdv: windows may be read by a peer (GNIC_RC_CAP_RDV)
 * @sobs: sync objects of each ASID, GNIC_SOBS at most
 */
struct gnic_accel_info {
	struct device *dma_dev;
	u64 hbm_addr;
	u64 hbm_size;
	phys_addr_t hbm_phys;
	u32 num_ports;
	u32 windows;
	u32 segments;
	u64 serial;
	u32 module_id;
	bool compute;
	bool rows;
	bool rdv;
	u32 sobs;
};

void gnic_accel_query(struct gnic_dev *dev, struct gnic_accel_info *info);

/* true as soon as the device does not answer any more; it never comes back */
bool gnic_accel_gone(struct gnic_dev *dev);

/* true: it is gone or was reset, and reaches no memory that it was ever given */
bool gnic_accel_silent(struct gnic_dev *dev);

/* --- protection domains ------------------------------------------------- */

/**
 * gnic_accel_asid_get - reserve an ASID
 * @dev: card
 *
 * Return: 1 .. GNIC_ASID_MAX, the least recently used free one, or -ENOSPC.
 */
int gnic_accel_asid_get(struct gnic_dev *dev);

/*
 * gnic_accel_asid_put - give it back, and what windows and sync objects it still has
 *
 * Return: 0, or why one of them may still be open; then nobody gets the ASID again.
 */
int gnic_accel_asid_put(struct gnic_dev *dev, u16 asid);

/**
 * gnic_accel_window_add - let an ASID touch memory, at the memory's own address
 * @dev: card
 * @asid: from gnic_accel_asid_get()
 * @addr: device address: a DMA address of @dma_dev, or within device memory
 * @size: bytes
 * @access: GNIC_ACCESS_*
 * @id: for gnic_accel_window_del()
 *
 * Return: 0, -EINVAL (not this ASID's to add, no such memory), -ENOSPC.
 */
int gnic_accel_window_add(struct gnic_dev *dev, u16 asid, u64 addr, u64 size, u8 access,
			  u32 *id);

/**
 * gnic_accel_window_map - let an ASID touch pieces of memory as one range
 * @dev: card
 * @asid: from gnic_accel_asid_get()
 * @addr: device address that the range gets, within GNIC_ADDR_MAPPED_*
 * @sgt: the pieces, mapped for @dma_dev or in device memory; whole pages
 * @access: GNIC_ACCESS_*
 * @id: for gnic_accel_window_del()
 *
 * Return: 0, -EINVAL (not this ASID's to add, no such memory, not whole pages),
 * -ENOSPC, -ENOMEM.
 */
int gnic_accel_window_map(struct gnic_dev *dev, u16 asid, u64 addr, struct sg_table *sgt,
			  u8 access, u32 *id);

/*
 * When it returns 0 no access through the window is under way any more. Otherwise the
 * device has not said so: what is behind the window has to stay.
 */
int gnic_accel_window_del(struct gnic_dev *dev, u16 asid, u32 id);

/**
 * gnic_accel_sob_set - give an ASID sync objects of its bank; they become 0
 * @dev: card
 * @asid: from gnic_accel_asid_get()
 * @first: number of the first one
 * @count: how many; @first + @count <= sobs
 * @access: GNIC_ACCESS_*; 0: take them away
 */
int gnic_accel_sob_set(struct gnic_dev *dev, u16 asid, u32 first, u32 count, u8 access);

/* gnic_accel_sob_read - all GNIC_SOBS values of an ASID; 0 of those that it does not have */
int gnic_accel_sob_read(struct gnic_dev *dev, u16 asid, u32 *values);

/* --- QP groups ---------------------------------------------------------- */

enum gnic_accel_group_type {
	GNIC_ACCEL_GROUP_RAW,	/* raw QPs with receive queues */
	GNIC_ACCEL_GROUP_WRITE,	/* RC QPs: WRITE, SEND by GNIC_WQE_POST, buffers for SENDs */
	/* likewise, of a rendezvous */
	GNIC_ACCEL_GROUP_SEND_RDV,	/* only LINEAR without an address */
	GNIC_ACCEL_GROUP_RECV_RDV,	/* RDV_WR, too */
	GNIC_ACCEL_GROUP_READ_RDV,	/* RDV_RD, too */
	GNIC_ACCEL_GROUP_READ_RDV_ENDP,	/* nothing is posted but buffers */
};

/**
 * struct gnic_accel_group_info - a group as it is now
 * @sfnum: number of the subfunction
 * @port: NIC port
 * @vport: its switch port
 * @type: enum gnic_accel_group_type
 * @active: QPs exist and run; all below is a plan while it is false
 * @link: there is one at the port, as far as is known; false if not @active
 * @generation: counts activations: QPs of another generation are other QPs
 * @qpn_base: QPs are @qpn_base .. @qpn_base + @qp_count - 1 at @port
 * @qp_count: how many
 * @peer_qpn_base: of the far end; QP i talks to @peer_qpn_base + i
 * @depth: entries of each queue: send (write), receive (raw)
 * @path_mtu: bytes
 * @rdv_depth: of a rendezvous: offers of a QP that the end keeps to which they are made
 */
struct gnic_accel_group_info {
	u32 sfnum;
	u32 port;
	u16 vport;
	u8 type;
	bool active;
	bool link;
	u32 generation;
	u32 qpn_base;
	u32 qp_count;
	u32 peer_qpn_base;
	u32 depth;
	u32 path_mtu;
	u32 rdv_depth;
};

enum gnic_accel_group_event {
	GNIC_ACCEL_GROUP_ACTIVE,	/* QPs run, under the holder's ASID */
	GNIC_ACCEL_GROUP_INACTIVE,	/* QPs are gone; buffers and posted work with them */
	GNIC_ACCEL_GROUP_REMOVED,	/* port del: gnic_accel_group_release() is left to do */
	GNIC_ACCEL_GROUP_QP_ERROR,	/* one QP failed: @qp, @syndrome */
	GNIC_ACCEL_GROUP_QP_RECOVERED,	/* it works again, without its buffers: @qp */
	GNIC_ACCEL_GROUP_DB_OVERRUN,	/* the device lost a doorbell, and got it again: @qp */
	GNIC_ACCEL_GROUP_CQ_ERROR,	/* nothing completes any more: @syndrome; QPs fail */
	GNIC_ACCEL_GROUP_LINK_DOWN,	/* of its port */
	GNIC_ACCEL_GROUP_LINK_UP,
	GNIC_ACCEL_GROUP_EQ_OVERRUN,	/* events are lost; what they said is found out, and told */
};

/**
 * struct gnic_accel_group_rx - something arrived
 * @qp: 0 .. qp_count - 1
 * @bytes: how much
 * @tag: write: immediate data; raw: RSS hash
 * @immediate: write: there is immediate data
 * @index: free-running number of the first buffer that a frame or SEND fills; the
 *	first one that the holder has posted to the QP is number 0
 * @buffers: how many buffers it fills; 0: an RDMA WRITE
 */
struct gnic_accel_group_rx {
	u32 qp;
	u32 bytes;
	u32 tag;
	bool immediate;
	u32 index;
	u32 buffers;
};

/**
 * struct gnic_accel_group_ops - callbacks of the holder; process context
 * @event: state of the group; @qp with QP_* and DB_OVERRUN, @syndrome with *_ERROR,
 *	else 0
 * @received: may be NULL
 */
struct gnic_accel_group_ops {
	void (*event)(void *priv, enum gnic_accel_group_event event, u32 qp, u8 syndrome);
	void (*received)(void *priv, const struct gnic_accel_group_rx *rx);
};

/**
 * gnic_accel_group_hold - take a group into an ASID
 * @dev: card
 * @sfnum: which group
 * @asid: whose windows bound its WQEs and the peer's RDMA WRITEs
 * @ops: callbacks
 * @priv: for @ops
 *
 * The group may be inactive: its QPs get the ASID when it becomes active, and
 * the holder is told. Until somebody holds a group its QPs have
 * GNIC_ASID_NONE: they can touch nothing.
 *
 * Return: the group, or ERR_PTR: -ENOENT no such group, -EBUSY it is held,
 * -ENODEV the card is going or gone.
 */
struct gnic_group *gnic_accel_group_hold(struct gnic_dev *dev, u32 sfnum, u16 asid,
					 const struct gnic_accel_group_ops *ops, void *priv);

/*
 * gnic_accel_group_release - its QPs go back to GNIC_ASID_NONE
 *
 * No callback is running or will run when it returns, and the device does not
 * touch memory of the ASID for this group any more. Always succeeds. Waits for
 * started messages, at most qp_drain_time_ms of the port; the caller holds no
 * lock that its callbacks take.
 */
void gnic_accel_group_release(struct gnic_group *group);

void gnic_accel_group_query(struct gnic_group *group, struct gnic_accel_group_info *info);

/**
 * gnic_accel_group_post_recv - give a QP a buffer for a frame (raw) or a SEND (write)
 * @group: held
 * @qp: 0 .. qp_count - 1
 * @addr: device address within a window of the ASID (LOCAL_WRITE)
 * @len: bytes
 * @signal: write: GNIC_RC_WQE_COMPLETION with SOB, and the sync object that a SEND
 *	signals; or 0
 *
 * Context: any.
 * Return: 0, -ENOSPC (ring full), -ENOLINK (not active), -ECONNABORTED (the QP has
 * failed), -EINVAL.
 */
int gnic_accel_group_post_recv(struct gnic_group *group, u32 qp, u64 addr, u32 len, u32 signal);

/* --- compute queues ----------------------------------------------------- */

/**
 * struct gnic_accel_queue_ops - callbacks of the owner; process context
 * @complete: one CQE: tag is the WQE's; @error: @data is enum
 *	gnic_hw_syndrome, else bytes. A failed command does not stop the queue. What
 *	the device says is passed on as it is: whose tag it is, and whether a CQE was
 *	asked for, the owner knows.
 * @failed: the queue itself is dead: nothing will complete any more; may be NULL
 */
struct gnic_accel_queue_ops {
	void (*complete)(void *priv, u32 tag, bool error, u32 data);
	void (*failed)(void *priv, u8 syndrome);
};

/**
 * gnic_accel_queue_create - a compute QP with its own CQ
 * @dev: card
 * @port: NIC port whose QP number it gets; it can post to any port's QPs
 * @asid: whose windows bound its commands; posts go to groups held by @asid
 * @log: log2 of the entries, GNIC_WQ_LOG_MIN .. GNIC_WQ_LOG_MAX
 * @ops: callbacks
 * @priv: for @ops
 *
 * Return: the queue or ERR_PTR (-EOPNOTSUPP: no GNIC_CAP_COMPUTE).
 */
struct gnic_accel_queue *gnic_accel_queue_create(struct gnic_dev *dev, u32 port, u16 asid,
						 u8 log,
						 const struct gnic_accel_queue_ops *ops,
						 void *priv);

/* gnic_accel_queue_destroy - no callback, no access by the device afterwards */
void gnic_accel_queue_destroy(struct gnic_accel_queue *queue);

/**
 * gnic_accel_queue_post - append commands, all or none, and tell the device
 * @queue: which
 * @wqe: commands; GNIC_WQE_INDEX is filled in here
 * @count: how many
 *
 * A command with GNIC_COMPUTE_WQE_CQE makes a CQE, and so does one that fails. Posts
 * to one QP complete in order, and so do all other commands: of each of these orders
 * the last one tells of those before it.
 *
 * Context: any (takes a spinlock, irqs disabled).
 * Return: 0, -ENOSPC (no room now: gnic_accel_queue_retire() comes first), -EIO
 * (queue is dead or the device gone).
 */
int gnic_accel_queue_post(struct gnic_accel_queue *queue, const struct gnic_hw_compute_wqe *wqe,
			  u32 count);

/**
 * gnic_accel_queue_retire - commands are done, no CQE of theirs is to come
 * @queue: which
 * @count: how many, the oldest ones
 *
 * Context: any (takes a spinlock, irqs disabled).
 */
void gnic_accel_queue_retire(struct gnic_accel_queue *queue, u32 count);

#endif /* GNIC_ACCEL_API_H */
