/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-2-Clause */
/*
 * The compute device of a card, /dev/accel/accelN. Documentation/accel.rst.
 *
 * An open file is a context: a protection domain of its own, and one queue of
 * commands that start in order. Memory is device or host memory. A QP group that
 * the context holds is a file descriptor.
 *
 * Every struct is a multiple of 8 bytes and has the same layout for 32-bit
 * programs. What is called reserved, unknown bits of flags, members that an
 * operation does not use, and those that are "out" alone, have to be zero, or the
 * call fails with EINVAL.
 */
#ifndef _GNIC_ACCEL_H_
#define _GNIC_ACCEL_H_

#include <drm/drm.h>

#if defined(__cplusplus)
extern "C" {
#endif

#define DRM_GNIC_INFO			0x00
#define DRM_GNIC_BO_CREATE		0x01
#define DRM_GNIC_BO_INFO		0x02
#define DRM_GNIC_GROUP_HOLD		0x03
#define DRM_GNIC_GROUP_INFO		0x04
#define DRM_GNIC_GROUP_RECV		0x05
#define DRM_GNIC_SUBMIT			0x06
#define DRM_GNIC_SOBS_SET		0x07
#define DRM_GNIC_SOBS_READ		0x08

/**
 * struct drm_gnic_info - what the card and its driver offer
 * @flags: in: zero
 * @num_ports: NIC ports
 * @hbm_address: device address of the first byte of device memory
 * @hbm_size: bytes
 * @hbm_free: bytes that nobody has now; may be in pieces
 * @serial: of the card
 * @module_id: place in the box
 * @windows: buffer objects of all contexts together
 * @queue_depth: commands of a context that may be under way
 * @submit_max: commands of one DRM_IOCTL_GNIC_SUBMIT
 * @timeout_ms: the queue is reset if the oldest submission does not proceed
 *	for so long
 * @group_events: records that a group keeps until they are read
 * @sobs: sync objects of each context; 0: the device has none
 * @reserved: zero
 */
struct drm_gnic_info {
	__u32 flags;
	__u32 num_ports;
	__u64 hbm_address;
	__u64 hbm_size;
	__u64 hbm_free;
	__u64 serial;
	__u32 module_id;
	__u32 windows;
	__u32 queue_depth;
	__u32 submit_max;
	__u32 timeout_ms;
	__u32 group_events;
	__u32 sobs;
	__u32 reserved;
};

/* The far ends of the groups that the context holds may RDMA WRITE into it. */
#define DRM_GNIC_BO_REMOTE_WRITE	(1 << 0)
/* Host memory, cached: for what the processor reads. */
#define DRM_GNIC_BO_HOST		(1 << 1)
/* What is behind a dma-buf: another context's memory, card's or driver's. */
#define DRM_GNIC_BO_IMPORT		(1 << 2)
/* The far ends of the groups of type READ_RDV_ENDP that the context holds may read it. */
#define DRM_GNIC_BO_REMOTE_READ		(1 << 3)

/**
 * struct drm_gnic_bo_create - memory for this context
 * @size: in: bytes, 0 with DRM_GNIC_BO_IMPORT; out: rounded up to pages
 * @flags: in: DRM_GNIC_BO_*
 * @handle: out: GEM handle, DRM_IOCTL_GEM_CLOSE ends it
 * @address: out: device address, what a far end needs for RDMA
 * @mmap_offset: out: for mmap() of the device file; device memory is write-combined.
 *	0 with DRM_GNIC_BO_IMPORT: the dma-buf itself is what can be mapped
 * @fd: in: with DRM_GNIC_BO_IMPORT: descriptor of a dma-buf. It may be closed afterwards
 * @reserved: in: zero
 *
 * The memory is zero, unless it is imported. Errors: ENOMEM (no such piece of memory),
 * ENOSPC (no more windows, or pieces of them), EOPNOTSUPP (the card can't reach host
 * memory, or lets no far end read; device memory of another card). Of an import: EBADF (no
 * descriptor), EINVAL (no dma-buf, or its memory is not whole pages), EACCES
 * (DRM_GNIC_BO_REMOTE_WRITE, but the dma-buf may only be read), ENODEV (who exported it is
 * gone).
 *
 * DRM_IOCTL_PRIME_HANDLE_TO_FD makes a dma-buf of a buffer object.
 */
struct drm_gnic_bo_create {
	__u64 size;
	__u32 flags;
	__u32 handle;
	__u64 address;
	__u64 mmap_offset;
	__s32 fd;
	__u32 reserved;
};

/**
 * struct drm_gnic_bo_info - what DRM_IOCTL_GNIC_BO_CREATE said
 * @handle: in
 * @flags: in: zero; out: DRM_GNIC_BO_*
 * @size: out
 * @address: out
 * @mmap_offset: out: 0: it is imported
 */
struct drm_gnic_bo_info {
	__u32 handle;
	__u32 flags;
	__u64 size;
	__u64 address;
	__u64 mmap_offset;
};

/**
 * struct drm_gnic_group_hold - own a QP group
 * @sfnum: in: subfunction number of its devlink port
 * @flags: in: zero
 * @fd: out: close-on-exec; its last close gives the group back. read() returns
 *	struct drm_gnic_event records, poll() tells of them.
 * @reserved: in: zero
 *
 * Errors: ENOENT (no such group), EBUSY (held already), EPERM (a raw group
 * sees frames of the network: CAP_NET_RAW).
 */
struct drm_gnic_group_hold {
	__u32 sfnum;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
};

enum drm_gnic_group_type {
	DRM_GNIC_GROUP_RAW = 0,
	DRM_GNIC_GROUP_WRITE = 1,
	DRM_GNIC_GROUP_SEND_RDV = 2,	/* rendezvous: sends into buffers that the far end offers */
	DRM_GNIC_GROUP_RECV_RDV = 3,	/* offers them */
	DRM_GNIC_GROUP_READ_RDV = 4,	/* rendezvous: reads memory of the far end */
	DRM_GNIC_GROUP_READ_RDV_ENDP = 5,	/* is read */
};

#define DRM_GNIC_GROUP_ACTIVE		(1 << 0)	/* its QPs exist and run */
#define DRM_GNIC_GROUP_REMOVED		(1 << 1)	/* for ever: hold it anew */
#define DRM_GNIC_GROUP_LINK		(1 << 2)	/* active, and its port has a link */

/**
 * struct drm_gnic_group_info - a held group as it is now
 * @group: in: descriptor
 * @flags: in: zero; out: DRM_GNIC_GROUP_*
 * @sfnum: out: subfunction number
 * @type: out: enum drm_gnic_group_type
 * @port: out: NIC port
 * @generation: out: counts activations; QPs of another one are other QPs
 * @qpn_base: out: number of QP 0 at the port
 * @qp_count: out: QPs
 * @peer_qpn_base: out: QP i talks to QP number @peer_qpn_base + i
 * @depth: out: entries of a QP's queue
 * @path_mtu: out: bytes
 * @vport: out: switch port
 * @rdv_depth: out: of a rendezvous: how much of a QP may wait at the end that sends, or is
 *	read; both ends have the same number
 * @reserved: in: zero
 */
struct drm_gnic_group_info {
	__s32 group;
	__u32 flags;
	__u32 sfnum;
	__u32 type;
	__u32 port;
	__u32 generation;
	__u32 qpn_base;
	__u32 qp_count;
	__u32 peer_qpn_base;
	__u32 depth;
	__u32 path_mtu;
	__u32 vport;
	__u32 rdv_depth;
	__u32 reserved;
};

/**
 * struct drm_gnic_group_recv - give a QP buffers, for frames (raw group) or SENDs (others)
 * @group: in: descriptor
 * @qp: in: 0 .. qp_count - 1
 * @handle: in: buffer object that they are in
 * @flags: in: DRM_GNIC_SOB_ADD or _SET, of a group that is not raw
 * @offset: in: of the first buffer
 * @length: in: bytes of each
 * @stride: in: from one to the next; 0: @length
 * @count: in: how many
 * @posted: out: how many the queue took
 * @sob: in: with DRM_GNIC_SOB_ADD or _SET: sync object of the context that a SEND into
 *	such a buffer signals
 * @sob_value: in: with it: 0 .. DRM_GNIC_SOB_VALUE_MAX
 *
 * A frame fills one or more buffers, a SEND one, in the order in which they were
 * posted. A SEND that is too long for its buffer fails the QP. Errors: EAGAIN (the
 * queue is full), ENOLINK (the group is not active), ECONNABORTED (the QP has failed).
 */
struct drm_gnic_group_recv {
	__s32 group;
	__u32 qp;
	__u32 handle;
	__u32 flags;
	__u64 offset;
	__u32 length;
	__u32 stride;
	__u32 count;
	__u32 posted;
	__u32 sob;
	__u32 sob_value;
};

enum drm_gnic_event_type {
	DRM_GNIC_EVENT_ACTIVE = 1,	/* the QPs run; buffer numbers start at 0 */
	DRM_GNIC_EVENT_INACTIVE = 2,	/* the QPs are gone, and posted buffers */
	DRM_GNIC_EVENT_REMOVED = 3,	/* the group, card or context is gone; the last record */
	DRM_GNIC_EVENT_QP_ERROR = 4,	/* qp, syndrome */
	DRM_GNIC_EVENT_RECV = 5,	/* a frame or SEND: qp, bytes, index, count, tag */
	DRM_GNIC_EVENT_RDMA = 6,	/* message with immediate, RDV_READ: qp, bytes, tag */
	DRM_GNIC_EVENT_QP_RECOVERED = 7,	/* qp; its buffers are gone, numbers start at 0 */
	DRM_GNIC_EVENT_DB_OVERRUN = 8,	/* qp: a doorbell was lost, and rung again */
	DRM_GNIC_EVENT_CQ_ERROR = 9,	/* syndrome; all QPs fail, until the group was inactive */
	DRM_GNIC_EVENT_LINK_DOWN = 10,	/* the link of an active group's port is lost */
	DRM_GNIC_EVENT_LINK_UP = 11,	/* and back */
	DRM_GNIC_EVENT_EQ_OVERRUN = 12,	/* the device lost events: look at all of the group */
};

#define DRM_GNIC_EVENT_IMMEDIATE	(1 << 0)	/* tag is immediate data */

/**
 * struct drm_gnic_event - record of a group's descriptor
 * @type: enum drm_gnic_event_type
 * @flags: DRM_GNIC_EVENT_*
 * @qp: 0 .. qp_count - 1
 * @bytes: received
 * @tag: RDMA, RECV of a SEND: immediate data, if there is any; RECV of a frame: RSS
 *	hash
 * @index: RECV: number of the first buffer that is filled; the first one posted to
 *	the QP since it became active, was held, or recovered, is number 0
 * @count: RECV: buffers that are filled
 * @syndrome: QP_ERROR, CQ_ERROR: hardware.rst "Syndromes"
 * @lost: records lost just before this one, because nobody read
 * @reserved: zero
 */
struct drm_gnic_event {
	__u32 type;
	__u32 flags;
	__u32 qp;
	__u32 bytes;
	__u32 tag;
	__u32 index;
	__u32 count;
	__u32 syndrome;
	__u32 lost;
	__u32 reserved;
};

/*
 * A sync object of the device is a 32-bit counter of a context, which has a number,
 * 0 .. sobs - 1 of struct drm_gnic_info. It has reached a value if it is less than 2^31
 * ahead of it, cyclically.
 */
#define DRM_GNIC_SOB_USE		(1 << 0)	/* commands and buffers of the context */
#define DRM_GNIC_SOB_REMOTE		(1 << 1)	/* the far ends of groups that it holds */

/**
 * struct drm_gnic_sobs_set - say who may use sync objects of the context; they become 0
 * @first: in: number of the first one
 * @count: in: how many
 * @flags: in: DRM_GNIC_SOB_USE, DRM_GNIC_SOB_REMOTE; 0: nobody, as at first
 * @reserved: in: zero
 *
 * Errors: ERANGE (no such number), EOPNOTSUPP (the device has none).
 */
struct drm_gnic_sobs_set {
	__u32 first;
	__u32 count;
	__u32 flags;
	__u32 reserved;
};

/**
 * struct drm_gnic_sobs_read - values of sync objects of the context
 * @values: in: address of @count __u32
 * @first: in: number of the first one
 * @count: in: how many
 */
struct drm_gnic_sobs_read {
	__u64 values;
	__u32 first;
	__u32 count;
};

/* How a message or a buffer signals; the value is 0 .. DRM_GNIC_SOB_VALUE_MAX. */
#define DRM_GNIC_SOB_ADD		(1 << 2)
#define DRM_GNIC_SOB_SET		(1 << 3)
#define DRM_GNIC_SOB_VALUE_MAX		3

enum drm_gnic_op {
	DRM_GNIC_OP_COPY = 1,		/* src, src_offset, dst, dst_offset, size */
	DRM_GNIC_OP_FILL = 2,		/* dst, dst_offset, size, data: the pattern */
	DRM_GNIC_OP_RDMA_WRITE = 3,	/* group, qp, src, src_offset, dst_offset, size */
	DRM_GNIC_OP_WAIT = 4,		/* what follows starts when all before is done */
	DRM_GNIC_OP_SEND = 5,		/* group, qp, src, src_offset, size */
	DRM_GNIC_OP_REDUCE = 6,		/* as COPY, and reduction */
	DRM_GNIC_OP_SOB_SET = 7,	/* sob, sob_value */
	DRM_GNIC_OP_SOB_ADD = 8,	/* sob, sob_value */
	DRM_GNIC_OP_SOB_WAIT = 9,	/* sob, sob_value: what follows starts when it has that */
	DRM_GNIC_OP_RDV_SEND = 10,	/* group (SEND_RDV), qp, src, src_offset, size */
	DRM_GNIC_OP_RDV_RECV = 11,	/* group (RECV_RDV), qp, dst, dst_offset, size */
	DRM_GNIC_OP_RDV_READ = 12,	/* group (READ_RDV), likewise, src_offset, data */
};

/* RDMA_WRITE, SEND, RDV_SEND */
#define DRM_GNIC_CMD_IMMEDIATE		(1 << 0)	/* data arrives as event */
#define DRM_GNIC_CMD_INLINE		(1 << 1)	/* src_offset is the data */
/* DRM_GNIC_SOB_ADD, _SET: the far end's sync object @sob is signalled behind the data */
#define DRM_GNIC_CMD_SIZE_MAX		0x40000000	/* 1 GiB */
#define DRM_GNIC_CMD_INLINE_MAX		8

/* How what comes (from) meets what is there (to): to = to op from. */
enum drm_gnic_reduction_type {
	DRM_GNIC_REDUCTION_INT8 = 0,
	DRM_GNIC_REDUCTION_INT16 = 1,
	DRM_GNIC_REDUCTION_INT32 = 2,
	DRM_GNIC_REDUCTION_UINT8 = 3,
	DRM_GNIC_REDUCTION_UINT16 = 4,
	DRM_GNIC_REDUCTION_UINT32 = 5,
	DRM_GNIC_REDUCTION_BF16 = 6,
	DRM_GNIC_REDUCTION_FP32 = 7,
	DRM_GNIC_REDUCTION_FP16 = 8,
	DRM_GNIC_REDUCTION_UP_FP16 = 12,	/* from FP16 to FP32 */
	DRM_GNIC_REDUCTION_UP_BF16 = 13,	/* from BF16 to FP32 */
};

enum drm_gnic_reduction_op {
	DRM_GNIC_REDUCTION_ADD = 0,
	DRM_GNIC_REDUCTION_SUB = 1,
	DRM_GNIC_REDUCTION_MIN = 2,
	DRM_GNIC_REDUCTION_MAX = 3,
};

enum drm_gnic_reduction_round {
	DRM_GNIC_REDUCTION_NEAREST = 0,	/* ties to even */
	DRM_GNIC_REDUCTION_ZERO = 1,
	DRM_GNIC_REDUCTION_UP = 2,
	DRM_GNIC_REDUCTION_DOWN = 3,
};

/* For drm_gnic_cmd.reduction; 0 there is none. */
#define DRM_GNIC_REDUCTION(type, op, round) \
	(1 | (type) << 1 | (op) << 5 | (round) << 7)

/* Where the bytes of an RDMA WRITE lie in rows. */
enum drm_gnic_rows_sides {
	DRM_GNIC_ROWS_HERE = 0,		/* at the far end they are one piece */
	DRM_GNIC_ROWS_BOTH = 1,		/* at the far end as here */
	DRM_GNIC_ROWS_EACH = 2,		/* here dimensions 0, 1; at the far end 2, 3 */
};

#define DRM_GNIC_ROWS_DIMS		4

/**
 * struct drm_gnic_rows - how the bytes of an RDMA WRITE lie
 * @sides: enum drm_gnic_rows_sides
 * @row: bytes of a row
 * @stride: bytes from a row, or from all of the dimension before, to the next; of a
 *	dimension whose @count is 1: zero
 * @count: how many, 1 and more
 *
 * Dimension 0 is the innermost. All rows of an end together are the size of the command.
 * What rows that overlap leave at the far end is not said.
 */
struct drm_gnic_rows {
	__u32 sides;
	__u32 row;
	__u32 stride[DRM_GNIC_ROWS_DIMS];
	__u16 count[DRM_GNIC_ROWS_DIMS];
};

/**
 * struct drm_gnic_cmd - a command; names of members that count are at its op
 * @op: enum drm_gnic_op
 * @flags: DRM_GNIC_CMD_*; RDMA_WRITE, SEND, RDV_SEND: DRM_GNIC_SOB_ADD or _SET
 * @src: handle of a buffer object; with DRM_GNIC_CMD_INLINE zero
 * @dst: handle of a buffer object; RDV_RECV, RDV_READ: with DRM_GNIC_BO_REMOTE_WRITE
 * @src_offset: bytes into @src; RDV_READ: device address at the far end
 * @dst_offset: bytes into @dst; RDMA_WRITE: device address at the far end
 * @size: bytes of @src, 1 .. DRM_GNIC_CMD_SIZE_MAX, with DRM_GNIC_CMD_INLINE ..
 *	DRM_GNIC_CMD_INLINE_MAX; FILL: a multiple of 4; a reduction: whole numbers;
 *	RDV_RECV: of the buffer, the message may have less
 * @data: FILL: 32-bit pattern; RDMA_WRITE, SEND, RDV_SEND: immediate data
 * @group: descriptor of a group of a type that has this op; RDMA_WRITE, SEND: WRITE,
 *	RECV_RDV or READ_RDV
 * @qp: of @group
 * @reduction: REDUCE, RDMA_WRITE: DRM_GNIC_REDUCTION(); an upscaled one writes twice
 *	@size bytes, to a multiple of 4
 * @sob: SOB_*: sync object of the context; with DRM_GNIC_SOB_*: of the far end
 * @sob_value: with it
 * @rows: RDMA_WRITE: address of struct drm_gnic_rows; 0: all is one piece. Not with
 *	DRM_GNIC_CMD_INLINE; with @reduction only DRM_GNIC_ROWS_HERE. Such a command
 *	counts as two in the queue. EOPNOTSUPP: not with this device
 */
struct drm_gnic_cmd {
	__u32 op;
	__u32 flags;
	__u32 src;
	__u32 dst;
	__u64 src_offset;
	__u64 dst_offset;
	__u64 size;
	__u32 data;
	__s32 group;
	__u32 qp;
	__u32 reduction;
	__u32 sob;
	__u32 sob_value;
	__u64 rows;
};

/**
 * struct drm_gnic_sync - a sync object, or a point of a timeline
 * @handle: DRM_IOCTL_SYNCOBJ_CREATE
 * @flags: zero
 * @point: 0: the object is binary
 */
struct drm_gnic_sync {
	__u32 handle;
	__u32 flags;
	__u64 point;
};

#define DRM_GNIC_SYNCS_MAX		64	/* of each direction */

/**
 * struct drm_gnic_submit - append commands to the context's queue
 * @cmds: in: address of @cmd_count struct drm_gnic_cmd
 * @in_syncs: in: address of @in_count struct drm_gnic_sync: the commands start
 *	when these are signalled. If one of them failed, they fail with its error.
 * @out_syncs: in: address of @out_count struct drm_gnic_sync, signalled when
 *	all commands of this and of earlier submissions are done
 * @cmd_count: in: 1 .. submit_max
 * @in_count: in: 0 .. DRM_GNIC_SYNCS_MAX
 * @out_count: in: likewise
 * @flags: in: zero
 *
 * The submission is checked as a whole before any of it starts. A command that
 * fails later fails its submission: the status of the fence (sync_file) is
 * EFAULT (local memory), EACCES (remote memory or key), ECONNABORTED (the QP
 * had failed), EHOSTUNREACH (no answer by the peer), EMSGSIZE (RDV_SEND of more than the
 * buffer holds), EIO (else), ETIMEDOUT or ECANCELED (the queue was reset), ENODEV (the
 * card is gone).
 */
struct drm_gnic_submit {
	__u64 cmds;
	__u64 in_syncs;
	__u64 out_syncs;
	__u32 cmd_count;
	__u32 in_count;
	__u32 out_count;
	__u32 flags;
};

#define DRM_IOCTL_GNIC_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GNIC_INFO, struct drm_gnic_info)
#define DRM_IOCTL_GNIC_BO_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GNIC_BO_CREATE, struct drm_gnic_bo_create)
#define DRM_IOCTL_GNIC_BO_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GNIC_BO_INFO, struct drm_gnic_bo_info)
#define DRM_IOCTL_GNIC_GROUP_HOLD \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GNIC_GROUP_HOLD, struct drm_gnic_group_hold)
#define DRM_IOCTL_GNIC_GROUP_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GNIC_GROUP_INFO, struct drm_gnic_group_info)
#define DRM_IOCTL_GNIC_GROUP_RECV \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_GNIC_GROUP_RECV, struct drm_gnic_group_recv)
#define DRM_IOCTL_GNIC_SUBMIT \
	DRM_IOW(DRM_COMMAND_BASE + DRM_GNIC_SUBMIT, struct drm_gnic_submit)
#define DRM_IOCTL_GNIC_SOBS_SET \
	DRM_IOW(DRM_COMMAND_BASE + DRM_GNIC_SOBS_SET, struct drm_gnic_sobs_set)
#define DRM_IOCTL_GNIC_SOBS_READ \
	DRM_IOW(DRM_COMMAND_BASE + DRM_GNIC_SOBS_READ, struct drm_gnic_sobs_read)

#if defined(__cplusplus)
}
#endif

#endif /* _GNIC_ACCEL_H_ */
