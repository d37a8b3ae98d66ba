/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What "ethtool -w" gives of a port: little endian, a head, then parts, each a multiple of
 * 8 bytes. The format is that of Documentation/dump.rst; what changes in it changes
 * GNIC_DUMP_VERSION.
 */
#ifndef GNIC_DUMP_H
#define GNIC_DUMP_H

#include "gnic.h"

#define GNIC_DUMP_MAGIC		0x504d4447u	/* "GDMP" */
#define GNIC_DUMP_VERSION	1

/* ethtool -W: what there is beside the registers */
#define GNIC_DUMP_PORT		BIT(0)	/* state of the link, counters of the MAC */
#define GNIC_DUMP_QUEUES	BIT(1)	/* indices of driver and device */
#define GNIC_DUMP_RINGS		BIT(2)	/* entries and doorbell records */
#define GNIC_DUMP_TRACE		BIT(3)	/* of the firmware */
#define GNIC_DUMP_FLAGS		(GNIC_DUMP_PORT | GNIC_DUMP_QUEUES | GNIC_DUMP_RINGS | \
				 GNIC_DUMP_TRACE)
#define GNIC_DUMP_DEFAULT	(GNIC_DUMP_PORT | GNIC_DUMP_QUEUES)

/**
 * struct gnic_dump_head - the dump
 * @magic: GNIC_DUMP_MAGIC
 * @version: GNIC_DUMP_VERSION
 * @flag: GNIC_DUMP_*: what was wanted
 * @len: of all, this included
 * @port: of the card
 * @queues: that run; 0: the port is down
 * @time: nanoseconds since 1970
 */
struct gnic_dump_head {
	__le32 magic;
	__le32 version;
	__le32 flag;
	__le32 len;
	__le32 port;
	__le32 queues;
	__le64 time;
};

GNIC_HW_SIZE(gnic_dump_head, 32);

enum gnic_dump_kind {
	GNIC_DUMP_PART_REGISTERS	= 1,	/* as get_regs gives them */
	GNIC_DUMP_PART_PORT		= 2,	/* struct gnic_dump_port */
	GNIC_DUMP_PART_QUEUE		= 3,	/* struct gnic_dump_queue */
	GNIC_DUMP_PART_RING		= 4,	/* struct gnic_dump_ring, entries */
	GNIC_DUMP_PART_TRACE		= 5,	/* struct gnic_hw_trace_record each */
};

/**
 * struct gnic_dump_part - what comes before a part
 * @kind: enum gnic_dump_kind
 * @queue: of a queue or ring: which queue
 * @len: of what follows
 */
struct gnic_dump_part {
	__le16 kind;
	__le16 queue;
	__le32 len;
};

struct gnic_dump_port {
	struct gnic_hw_port_info info;
	struct gnic_hw_mac_stats mac;
};

/**
 * struct gnic_dump_wq - our side of a work queue
 * @qpn: QP
 * @entries: of the ring
 * @posted: free-running; read behind the device's indices
 * @reaped: given back or taken; read before them
 */
struct gnic_dump_wq {
	__le32 qpn;
	__le32 entries;
	__le32 posted;
	__le32 reaped;
};

struct gnic_dump_cq {
	__le32 cqn;
	__le32 entries;
	__le32 consumed;
	__le32 armed;
};

#define GNIC_DUMP_QUEUE_FAILED	BIT(0)	/* it does nothing until it is replaced */
#define GNIC_DUMP_QUEUE_STOPPED	BIT(1)	/* the stack must not send */
#define GNIC_DUMP_QUEUE_XSK	BIT(2)	/* buffers are of an AF_XDP pool */
#define GNIC_DUMP_QUEUE_SPLIT	BIT(3)	/* headers come apart */

/**
 * struct gnic_dump_queue - a queue pair and the send queue of programs; zero: not there
 * @vector: of its interrupt
 * @flags: GNIC_DUMP_QUEUE_*
 * @lost_irqs: completions found without an interrupt
 * @rung_again: times that the device had lost doorbells
 * @buf_size: bytes that the device may write into a receive buffer
 * @headroom: before them
 * @tx: send queue
 * @xdp: send queue of programs and AF_XDP sockets
 * @rx: receive queue, of the QP of @tx; of that of @xdp where nothing but XDP sends
 * @tx_cq: completions of both send queues
 * @rx_cq: of the receive queue
 * @qp: the device's side of the QP of @tx
 * @xdp_qp: of that of @xdp
 */
struct gnic_dump_queue {
	__le32 vector;
	__le32 flags;
	__le64 lost_irqs;
	__le64 rung_again;
	__le32 buf_size;
	__le32 headroom;
	struct gnic_dump_wq tx;
	struct gnic_dump_wq xdp;
	struct gnic_dump_wq rx;
	struct gnic_dump_cq tx_cq;
	struct gnic_dump_cq rx_cq;
	struct gnic_hw_qp_stats qp;
	struct gnic_hw_qp_stats xdp_qp;
};

GNIC_HW_SIZE(gnic_dump_queue, 384);

enum gnic_dump_ring_kind {
	GNIC_DUMP_TX,		/* struct gnic_hw_raw_wqe */
	GNIC_DUMP_XDP,		/* likewise */
	GNIC_DUMP_RX,		/* struct gnic_hw_recv_wqe */
	GNIC_DUMP_TX_CQ,	/* struct gnic_hw_raw_cqe */
	GNIC_DUMP_RX_CQ,	/* likewise */
	GNIC_DUMP_RINGS_OF_QUEUE,
};

/**
 * struct gnic_dump_ring - before the entries of a ring
 * @ring: enum gnic_dump_ring_kind
 * @entries: that follow
 * @dma: device address
 * @db: doorbell record
 */
struct gnic_dump_ring {
	__le32 ring;
	__le32 entries;
	__le64 dma;
	struct gnic_hw_db db;
};

GNIC_HW_SIZE(gnic_dump_ring, 144);

#endif /* GNIC_DUMP_H */
