/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The mailbox (model-defined): descriptors, commands, what goes in and out.
 * hardware.rst "Mailbox".
 */
#ifndef GNIC_HW_CMD_H
#define GNIC_HW_CMD_H

#include "esw.h"
#include "fw.h"
#include "mac.h"
#include "phc.h"
#include "qpc.h"
#include "status.h"
#include "wqe.h"

/* X(NAME, opcode, input struct, output struct): exact lengths; void: none */
#define GNIC_HW_CMDS(X) \
	X(NOP,			0x00, void, void) \
	X(QUERY_CAPS,		0x01, void, gnic_hw_caps) \
	X(QUERY_CARD_STATS,	0x02, void, gnic_hw_card_stats) \
	X(EQ_CREATE,		0x10, gnic_hw_eq_create, void) \
	X(EQ_DESTROY,		0x11, void, void) \
	X(CQ_CREATE,		0x12, gnic_hw_cq_create, gnic_hw_id) \
	X(CQ_MODIFY,		0x13, gnic_hw_cq_modify, void) \
	X(CQ_DESTROY,		0x14, gnic_hw_id, void) \
	X(CQ_QUERY,		0x15, gnic_hw_id, gnic_hw_cq_info) \
	X(QP_CREATE,		0x20, gnic_hw_qp_create, gnic_hw_id) \
	X(QP_DESTROY,		0x21, gnic_hw_qp_id, void) \
	X(QP_PATH,		0x22, gnic_hw_qp_path, void) \
	X(QP_STATS,		0x23, gnic_hw_qp_id, gnic_hw_qp_stats) \
	X(QPC_READ,		0x24, gnic_hw_qpc_read, gnic_hw_qpc_data) \
	X(QPC_WRITE,		0x25, gnic_hw_qpc_write, void) \
	X(QP_STOP,		0x26, gnic_hw_qp_id, void) \
	X(QP_MOVE,		0x27, gnic_hw_qp_move, void) \
	X(QP_SPLIT,		0x28, gnic_hw_qp_split, void) \
	X(QP_RATE,		0x29, gnic_hw_qp_rate, void) \
	X(PORT_QUERY,		0x30, gnic_hw_id, gnic_hw_port_info) \
	X(PORT_SET,		0x31, gnic_hw_port_set, void) \
	X(PORT_STATS,		0x32, gnic_hw_id, gnic_hw_mac_stats) \
	X(PORT_FEC,		0x33, gnic_hw_id, gnic_hw_fec_stats) \
	X(MODULE_READ,		0x34, gnic_hw_module_read, gnic_hw_module_data) \
	X(MODULE_SET,		0x35, gnic_hw_module_set, void) \
	X(SCHED_NODE,		0x36, gnic_hw_sched_node, void) \
	X(QP_SCHED,		0x37, gnic_hw_qp_sched, void) \
	X(QP_FLUSH,		0x38, gnic_hw_qp_id, void) \
	X(ENCAP_SET,		0x39, gnic_hw_encap_set, void) \
	X(PORT_BUFFER,		0x3a, gnic_hw_port_buffer, void) \
	X(BUFFER_STATS,		0x3b, gnic_hw_id, gnic_hw_buffer_stats) \
	X(VPORT_CREATE,		0x40, gnic_hw_vport_create, gnic_hw_id) \
	X(VPORT_DESTROY,	0x41, gnic_hw_id, void) \
	X(VPORT_SET,		0x42, gnic_hw_vport_set, void) \
	X(VPORT_STATS,		0x43, gnic_hw_id, gnic_hw_vport_stats) \
	X(RSS_SET,		0x44, gnic_hw_rss, void) \
	X(FILTER_SET,		0x45, gnic_hw_filter, void) \
	X(VLAN_SET,		0x46, gnic_hw_vlan, void) \
	X(TUNNEL_SET,		0x47, gnic_hw_tunnels, void) \
	X(VPORT_QUEUES,		0x48, gnic_hw_vport_queues, void) \
	X(RSS_CONTEXT,		0x49, gnic_hw_rss_context, void) \
	X(QP_GRO,		0x4a, gnic_hw_qp_gro, void) \
	X(FLOW_ADD,		0x50, gnic_hw_flow_add, gnic_hw_id) \
	X(FLOW_DEL,		0x51, gnic_hw_id, void) \
	X(FLOW_STATS,		0x52, gnic_hw_id, gnic_hw_flow_stats) \
	X(FLOW_ADD_MORE,	0x53, gnic_hw_flow_add_more, gnic_hw_id) \
	X(PHC_QUERY,		0x70, void, gnic_hw_phc_info) \
	X(PHC_SET,		0x71, gnic_hw_phc_set, void) \
	X(PHC_PIN,		0x72, gnic_hw_phc_pin, void) \
	X(PHC_OUTPUT,		0x73, gnic_hw_phc_output, void) \
	X(PHC_INPUT,		0x74, gnic_hw_phc_input, void) \
	X(PORT_ETS,		0x78, gnic_hw_ets, void) \
	X(QP_PRIO,		0x79, gnic_hw_qp_prio, void) \
	X(PORT_RATE,		0x7a, gnic_hw_port_rate, void) \
	X(PORT_PFC,		0x7b, gnic_hw_port_pfc, void) \
	X(PFC_STATS,		0x7c, gnic_hw_id, gnic_hw_pfc_stats) \
	X(PORT_TRUST,		0x7d, gnic_hw_port_trust, void) \
	X(PORT_SPLIT,		0x7e, gnic_hw_port_split, void) \
	X(WINDOW_ADD,		0x60, gnic_hw_window, gnic_hw_id) \
	X(WINDOW_DEL,		0x61, gnic_hw_id, void) \
	X(WINDOW_MAP,		0x62, gnic_hw_window_map, gnic_hw_id) \
	X(SOB_SET,		0x63, gnic_hw_sob_set, void) \
	X(SOB_READ,		0x64, gnic_hw_id, gnic_hw_sobs) \
	X(FW_QUERY,		0x80, void, gnic_hw_fw_info) \
	X(FW_BEGIN,		0x81, gnic_hw_fw_begin, gnic_hw_fw_answer) \
	X(FW_WRITE,		0x82, gnic_hw_fw_chunk, void) \
	X(FW_COMMIT,		0x83, void, gnic_hw_fw_answer) \
	X(FW_ACTIVATE,		0x84, gnic_hw_id, void) \
	X(NVM_READ,		0x85, gnic_hw_nvm_read, gnic_hw_nvm_data) \
	X(NVM_SET,		0x86, gnic_hw_nvm_set, void) \
	X(TRACE_READ,		0x87, gnic_hw_id, gnic_hw_trace) \
	X(INJECT,		0x88, gnic_hw_inject, void)

enum gnic_hw_cmd_opcode {
#define X(name, opcode, in, out) GNIC_CMD_##name = (opcode),
	GNIC_HW_CMDS(X)
#undef X
};

/**
 * struct gnic_hw_cmd_desc - one command; the device answers in place
 * @opcode: enum gnic_hw_cmd_opcode
 * @flags: zero
 * @in_len: bytes at @in_addr; exactly the command's, or 0
 * @out_len: bytes at @out_addr, at least the command's, or 0
 * @rsvd: zero
 * @in_addr: host DMA address
 * @out_addr: host DMA address
 * @status: enum gnic_hw_status
 * @done: the driver clears it; the device makes it 1, after all else
 * @rsvd1: zero
 */
struct gnic_hw_cmd_desc {
	__le16 opcode;
	__le16 flags;
	__le32 in_len;
	__le32 out_len;
	__le32 rsvd;
	__le64 in_addr;
	__le64 out_addr;
	__le32 status;
	__le32 done;
	__le32 rsvd1[6];
};
GNIC_HW_SIZE(gnic_hw_cmd_desc, 64);

struct gnic_hw_id {
	__le32 id;
	__le32 rsvd;
};
GNIC_HW_SIZE(gnic_hw_id, 8);

struct gnic_hw_caps {
	__le32 qps_per_port;	/* QPNs 0 .. n-1 */
	__le32 raw_qps_per_port;
	__le32 cqs;
	__le32 functions;	/* vports that can be made */
	__le32 flows;
	__le32 flow_masks;
	__le32 windows;
	__le32 rss_contexts;
	__le32 filter_macs;
	__le32 mtu_max;
	__le32 wq_log_max;
	__le32 rc;		/* GNIC_RC_CAP_*: what RC QPs can do */
#define GNIC_RC_CAP_SELECTIVE	BIT(0)	/* resend just what is missing */
#define GNIC_RC_CAP_DELAY	BIT(1)	/* congestion control by delay */
#define GNIC_RC_CAP_STRIDE	BIT(2)	/* WQEs of rows */
#define GNIC_RC_CAP_RDV		BIT(3)	/* rendezvous: WQ types RDV_WRITE, RDV_READ */
#define GNIC_RC_CAP_ECN		BIT(4)	/* and by marks */
#define GNIC_RC_CAP_ADAPTIVE	BIT(5)	/* time-outs in a row become longer */
#define GNIC_RC_CAP_LOOPBACK	BIT(6)	/* GNIC_QP_PATH_LOOPBACK */
#define GNIC_RC_CAP_ENCAP	BIT(7)	/* ENCAP_SET */
#define GNIC_RC_CAP_RDV_LOG	GENMASK(31, 24)	/* log2 of the offers that all rings hold */
	__le32 segments;	/* of all windows of WINDOW_MAP; 0: there is no such command */
	__le32 gro;		/* GNIC_GRO_*: what QP_GRO can be asked for */
	__le32 flow_mirrors;	/* of a rule; 0: nor is there GNIC_FLOW_VPORT_HOST */
	__le32 sobs;		/* sync objects of each ASID; 0: there are none */
	__le32 flow_edits;	/* of a rule; 0: nor are there tables but the first one */
	__le32 flow;		/* GNIC_FLOW_CAP_*: what else rules can do */
#define GNIC_FLOW_CAP_HEADERS	BIT(0)	/* match TTL, flags of TCP, what is not IP */
#define GNIC_FLOW_CAP_REWRITE	BIT(1)	/* FLOW_ADD_MORE: rewrite headers */
#define GNIC_FLOW_CAP_RANGES	BIT(2)	/* FLOW_ADD_MORE: match ranges of ports */
#define GNIC_FLOW_CAP_UNSEEN	BIT(3)	/* GNIC_FLOW_UNSEEN */
	/* since 3.1 */
	__le32 rx_buffer;	/* octets of a port's receive buffers; 0: it has none */
	__le32 rx_cell;		/* octets that they are made of */
};
GNIC_HW_SIZE(gnic_hw_caps, 80);

#define GNIC_CAPS_SIZE_MIN		72	/* of version 3.0 */

/**
 * struct gnic_hw_card_stats - what the bus and the mailbox saw
 * @mmio_reads: trapped reads of BARs
 * @mmio_writes: trapped writes of BARs
 * @kicks: stores to the doorbell register, among @mmio_writes
 * @bad_mmio: accesses to holes, of a wrong size, or of read-only registers
 * @bad_kicks: doorbells that named no queue or a wrong index
 * @dma_errors: addresses that nobody mapped
 * @asid_errors: addresses outside the windows of an ASID
 * @cmds: commands done
 * @cmd_errors: commands whose status was not 0
 * @irqs: MSI-X messages sent
 * @cqes: entries of completion queues written
 * @events_lost: events that found no room in the event queue
 * @rsvd: zero
 */
struct gnic_hw_card_stats {
	__le64 mmio_reads;
	__le64 mmio_writes;
	__le64 kicks;
	__le64 bad_mmio;
	__le64 bad_kicks;
	__le64 dma_errors;
	__le64 asid_errors;
	__le64 cmds;
	__le64 cmd_errors;
	__le64 irqs;
	__le64 cqes;
	__le64 events_lost;
	__le64 rsvd[4];
};
GNIC_HW_SIZE(gnic_hw_card_stats, 128);

#define GNIC_VECTOR_NONE		0xffff

struct gnic_hw_eq_create {
	__le64 base;		/* 64-byte aligned */
	__le64 db;		/* record, GNIC_DB_ALIGN aligned */
	__u8 log;		/* entries */
	__u8 rsvd;
	__le16 vector;
	__le32 rsvd1;
};
GNIC_HW_SIZE(gnic_hw_eq_create, 24);

struct gnic_hw_cq_create {
	__le64 base;		/* 64-byte aligned */
	__le64 db;
	__u8 log;		/* entries */
	__u8 cqe_log;		/* 4: struct gnic_hw_cqe, 5: struct gnic_hw_raw_cqe */
	__le16 vector;		/* or GNIC_VECTOR_NONE: polled only */
	__le16 asid;
	__le16 usecs;		/* moderation: 0 at once */
	__le16 frames;		/* moderation: 0 does not count */
	__le16 flags;		/* GNIC_CQ_* */
	__le16 rsvd[2];
};
GNIC_HW_SIZE(gnic_hw_cq_create, 32);

/* .flags: the time of moderation begins anew with every CQE (GNIC_CAP_CQE_TIMER) */
#define GNIC_CQ_CQE_TIMER		BIT(0)

struct gnic_hw_cq_modify {
	__le32 cqn;
	__le16 usecs;
	__le16 frames;
	__le16 flags;		/* GNIC_CQ_* */
	__le16 rsvd[3];
};
GNIC_HW_SIZE(gnic_hw_cq_modify, 16);

struct gnic_hw_cq_info {
	__le32 syndrome;	/* why it is dead, enum gnic_hw_syndrome; 0: it is not */
	__le32 rsvd;
};
GNIC_HW_SIZE(gnic_hw_cq_info, 8);

enum gnic_hw_qp_type {
	GNIC_QP_RAW		= 0,
	GNIC_QP_RC		= 1,
	GNIC_QP_COMPUTE		= 2,
};
#define GNIC_QPN_ANY			0xffffffffu
#define GNIC_CQN_NONE			0xffffffffu

/**
 * struct gnic_hw_qp_create - queues of a new QP
 * @qpn: number, or GNIC_QPN_ANY; numbers are a port's own
 * @port: NIC port
 * @type: enum gnic_hw_qp_type
 * @side: raw: enum gnic_hw_side, the side of @vport that it is at
 * @flags: zero
 * @vport: raw, RC: the vport that it belongs to
 * @asid: whose windows bound its WQEs; rings and records are the kernel's
 * @sq_log: send WQEs; 0: no send queue
 * @rq_log: buffers; 0: no receive queue; raw and RC QPs may have one
 * @sq_wqe_log: 5 or 6: RC; 6: raw, compute
 * @rsvd: zero
 * @sq_cqn: CQ of the send queue (RC: requester)
 * @rq_cqn: CQ of the receive queue (RC: responder)
 * @sq_base: 64-byte aligned
 * @rq_base: 64-byte aligned
 * @sq_db: record
 * @rq_db: record
 */
struct gnic_hw_qp_create {
	__le32 qpn;
	__u8 port;
	__u8 type;
	__u8 side;
	__u8 flags;
	__le16 vport;
	__le16 asid;
	__u8 sq_log;
	__u8 rq_log;
	__u8 sq_wqe_log;
	__u8 rsvd;
	__le32 sq_cqn;
	__le32 rq_cqn;
	__le64 sq_base;
	__le64 rq_base;
	__le64 sq_db;
	__le64 rq_db;
};
GNIC_HW_SIZE(gnic_hw_qp_create, 56);

struct gnic_hw_qp_id {
	__le32 qpn;
	__le32 port;
};
GNIC_HW_SIZE(gnic_hw_qp_id, 8);

/* Whoever sends frames to raw QP @from sends them to @to from now on. */
struct gnic_hw_qp_move {
	__le32 port;
	__le32 from;
	__le32 to;		/* of the same vport and side, with a receive queue */
	__le32 rsvd;
};
GNIC_HW_SIZE(gnic_hw_qp_move, 16);

/**
 * struct gnic_hw_qp_split - headers and payload of received frames apart
 * @port: which raw QP
 * @qpn: which raw QP
 * @base: head area, GNIC_RAW_HEAD_SIZE bytes for every entry of the receive
 *	queue, aligned to that; 0: frames are not split
 * @thresh: frames up to so many bytes are not split
 * @rsvd: zero
 */
struct gnic_hw_qp_split {
	__le32 port;
	__le32 qpn;
	__le64 base;
	__le32 thresh;
	__le32 rsvd;
};
GNIC_HW_SIZE(gnic_hw_qp_split, 24);

#define GNIC_QP_RATE_MIN		1000ull			/* bit/s */
#define GNIC_QP_RATE_MAX		1000000000000ull
#define GNIC_QP_RATE_BURST_US		1000u	/* of idleness that may be made up for */

/**
 * struct gnic_hw_qp_rate - what a send queue may send
 * @port: which raw QP
 * @qpn: which raw QP
 * @rate: bit/s of frames with FCS, GNIC_QP_RATE_MIN .. GNIC_QP_RATE_MAX; 0: no limit
 */
struct gnic_hw_qp_rate {
	__le32 port;
	__le32 qpn;
	__le64 rate;
};
GNIC_HW_SIZE(gnic_hw_qp_rate, 16);

/**
 * struct gnic_hw_qp_gro - segments of a TCP flow become one frame
 * @port: which raw QP
 * @qpn: which raw QP
 * @max_size: bytes of the largest such frame, at most GNIC_RAW_GRO_SIZE_MAX; 0:
 *	frames are not merged
 * @usecs: a queue that has been quiet for so long is given what waits; 1 or more
 * @flags: GNIC_GRO_*, of those in gnic_hw_caps
 */
struct gnic_hw_qp_gro {
	__le32 port;
	__le32 qpn;
	__le32 max_size;
	__le16 usecs;
	__le16 flags;
};
GNIC_HW_SIZE(gnic_hw_qp_gro, 16);

#define GNIC_GRO_IPIP			BIT(0)	/* segments in IP in IP too */
#define GNIC_RAW_GRO_SIZE_MAX		(65535 + 18)	/* an IP packet, Ethernet, a tag */

/**
 * struct gnic_hw_qp_prio - which priority a send queue sends with
 * @port: which raw QP
 * @qpn: which raw QP
 * @prio: 0 .. GNIC_PRIOS - 1; 0 after QP_CREATE
 * @rsvd: zero
 */
struct gnic_hw_qp_prio {
	__le32 port;
	__le32 qpn;
	__u8 prio;
	__u8 rsvd[7];
};
GNIC_HW_SIZE(gnic_hw_qp_prio, 16);

/**
 * struct gnic_hw_qp_sched - where a send queue is in the scheduling tree of its port
 * @port: which raw QP
 * @qpn: which raw QP
 * @node: of struct gnic_hw_sched_node; 0: the port itself, as after QP_CREATE
 * @weight: as in struct gnic_hw_sched_node
 * @rsvd: zero
 */
struct gnic_hw_qp_sched {
	__le32 port;
	__le32 qpn;
	__le16 node;
	__u8 weight;
	__u8 rsvd[5];
};
GNIC_HW_SIZE(gnic_hw_qp_sched, 16);

/**
 * struct gnic_hw_qp_path - how packets of an RC QP reach the peer
 * @qpn: which QP
 * @port: which QP
 * @ip_version: 4 or 6
 * @hop_limit: TTL
 * @dscp: 0..63
 * @src_ip: network order; IPv4 in the first four bytes
 * @dst_ip: likewise
 * @src_mac: as a rule the vport's
 * @dst_mac: next hop
 * @udp_sport: RoCE v2 source port, host order value
 * @vlan_tci: 0: untagged
 * @flags: GNIC_QP_PATH_*
 */
struct gnic_hw_qp_path {
	__le32 qpn;
	__u8 port;
	__u8 ip_version;
	__u8 hop_limit;
	__u8 dscp;
	__u8 src_ip[16];
	__u8 dst_ip[16];
	__u8 src_mac[6];
	__u8 dst_mac[6];
	__le16 udp_sport;
	__le16 vlan_tci;
	__le32 flags;
};
GNIC_HW_SIZE(gnic_hw_qp_path, 60);

#define GNIC_QP_PATH_ICRC_SWAPPED	BIT(0)	/* Gaudi's order of the four bytes, not RoCE's */
#define GNIC_QP_PATH_LOOPBACK		BIT(1)	/* to QPs of this port, with or without a link */

#define GNIC_ROCE_UDP_PORT		4791u	/* destination, of RoCE v2 */

#define GNIC_ENCAPS			8u	/* of a port */
#define GNIC_ENCAP_HEADER_MAX		32u

enum gnic_hw_encap_type {
	GNIC_ENCAP_NONE	= 0,
	GNIC_ENCAP_IPV4	= 1,
	GNIC_ENCAP_UDP	= 2,
};

/**
 * struct gnic_hw_encap_set - one of the encapsulations of a port
 * @port: which
 * @slot: 0 .. GNIC_ENCAPS - 1; ENCAP_TYPE of contexts
 * @type: enum gnic_hw_encap_type; NONE: the slot is empty, the rest is zero
 * @proto: IPV4: IP protocol, neither TCP nor UDP; else zero
 * @header_len: bytes of @header, a multiple of 4
 * @rsvd: zero
 * @udp_port: UDP: destination, neither 0 nor RoCE's; else zero
 * @src_ip: of the outer header, network order
 * @header: between outer headers and packet; zero from @header_len on
 */
struct gnic_hw_encap_set {
	__u8 port;
	__u8 slot;
	__u8 type;
	__u8 proto;
	__u8 header_len;
	__u8 rsvd;
	__le16 udp_port;
	__u8 src_ip[4];
	__u8 header[GNIC_ENCAP_HEADER_MAX];
};
GNIC_HW_SIZE(gnic_hw_encap_set, 44);

/**
 * struct gnic_hw_qp_stats - of both queues
 * @tx_packets: sent; RC: ACKs and retransmissions included
 * @tx_bytes: of these, without FCS
 * @rx_packets: received; RC: ACKs and duplicates included
 * @rx_bytes: of these, without FCS
 * @no_buffer: frames dropped because the receive queue was empty
 * @too_big: frames dropped because the receive queue's buffers were too small
 * @errors: WQEs and packets that failed the QP
 * @acks: RC: sent and received
 * @naks: RC: sent and received
 * @retransmits: RC: packets sent again
 * @timeouts: RC: no answer in time
 * @duplicates: RC: received again
 * @out_of_order: RC: received too early, dropped or kept
 * @rkey_errors: RC: remote writes with a wrong key
 * @syndrome: enum gnic_hw_syndrome of the last error
 * @sq_index: producer index that the device has seen
 * @sq_done: consumed
 * @rq_index: producer index that the device has seen
 * @rq_done: consumed
 * @flags: GNIC_QP_STATS_*
 */
struct gnic_hw_qp_stats {
	__le64 tx_packets;
	__le64 tx_bytes;
	__le64 rx_packets;
	__le64 rx_bytes;
	__le64 no_buffer;
	__le64 too_big;
	__le64 errors;
	__le64 acks;
	__le64 naks;
	__le64 retransmits;
	__le64 timeouts;
	__le64 duplicates;
	__le64 out_of_order;
	__le64 rkey_errors;
	__le32 syndrome;
	__le32 sq_index;
	__le32 sq_done;
	__le32 rq_index;
	__le32 rq_done;
	__le32 flags;
};
GNIC_HW_SIZE(gnic_hw_qp_stats, 136);

#define GNIC_QP_STATS_FAILED		BIT(0)	/* it executes nothing more, for @syndrome */

struct gnic_hw_qpc_read {
	__le32 qpn;
	__u8 port;
	__u8 requester;		/* 1: requester, 0: responder */
	__le16 rsvd;
};
GNIC_HW_SIZE(gnic_hw_qpc_read, 8);

struct gnic_hw_qpc_data {
	__le32 dword[GNIC_QPC_REQ_DWORDS];	/* responder: the first 8 */
};
GNIC_HW_SIZE(gnic_hw_qpc_data, 128);

/* The gateway: a mask bit of 1 writes that bit. */
struct gnic_hw_qpc_write {
	__le32 qpn;
	__u8 port;
	__u8 requester;
	__le16 rsvd;
	__le32 data[GNIC_QPC_REQ_DWORDS];
	__le32 mask[GNIC_QPC_REQ_DWORDS];
};
GNIC_HW_SIZE(gnic_hw_qpc_write, 264);

/* Field "dword, mask" is to be @value. */
static inline void gnic_qpc_put(struct gnic_hw_qpc_write *in, unsigned int dword, __u32 mask,
				__u32 value)
{
	gnic_qpc_set(in->data, dword, mask, value);
	gnic_qpc_set(in->mask, dword, mask, ~0u);
}

/**
 * struct gnic_hw_port_info - a port, and what its far end says
 * @mac: the permanent one
 * @state: GNIC_PORT_STATE_*
 * @fault: enum gnic_hw_link_fault
 * @mode: as it runs, or would
 * @mtu: as set
 * @max_speed: Mb/s
 * @external: 1: leaves the box
 * @max_lanes: of the port
 * @media: enum gnic_hw_media
 * @module: enum gnic_hw_module
 * @fec: GNIC_FEC_* as set
 * @pause: GNIC_PAUSE_* as set
 * @lp_fec: what the far end offers; zero if it does not negotiate
 * @lp_pause: likewise
 * @modes: enum gnic_hw_link_mode, what the port can do
 * @advertise: of these, what it offers
 * @lp_advertise: what the far end offers
 * @power: GNIC_MODULE_POWER_*
 * @silent: priorities that start no packet now because the far end asked; all, if it
 *	asked for pause
 * @storm_ms: as set
 */
struct gnic_hw_port_info {
	__u8 mac[6];
	__u8 state;
	__u8 fault;
	struct gnic_hw_port_mode mode;
	__le32 mtu;
	__le32 max_speed;
	__u8 external;
	__u8 max_lanes;
	__u8 media;
	__u8 module;
	__u8 fec;
	__u8 pause;
	__u8 lp_fec;
	__u8 lp_pause;
	__le32 modes;
	__le32 advertise;
	__le32 lp_advertise;
	__u8 power;
	__u8 silent;
	__le16 storm_ms;
};
GNIC_HW_SIZE(gnic_hw_port_info, 48);

/**
 * struct gnic_hw_port_set - what shall be otherwise
 * @port: which
 * @valid: GNIC_PORT_SET_*
 * @mode: GNIC_PORT_SET_LINK, GNIC_PORT_SET_PAUSE
 * @mtu: octets behind the Ethernet header
 * @admin: 1: up
 * @loopback: 1: what is sent comes back
 * @identify: 1: the light blinks
 * @rx: GNIC_PORT_RX_*
 * @advertise: GNIC_PORT_SET_LINK with autoneg: enum gnic_hw_link_mode, some
 * @storm_ms: how long silence may be asked for, 1 .. GNIC_PAUSE_STORM_MAX_MS; 0: without end
 * @rsvd1: zero
 */
struct gnic_hw_port_set {
	__le32 port;
	__le32 valid;
	struct gnic_hw_port_mode mode;
	__le32 mtu;
	__u8 admin;
	__u8 loopback;
	__u8 identify;
	__u8 rx;
	__le32 advertise;
	__le16 storm_ms;
	__le16 rsvd1;
};
GNIC_HW_SIZE(gnic_hw_port_set, 32);

struct gnic_hw_vport_create {
	__u8 port;		/* the uplink's */
	__u8 rsvd[7];
};
GNIC_HW_SIZE(gnic_hw_vport_create, 8);

/**
 * struct gnic_hw_vport_set - the function side of a function's vport
 * @vport: which
 * @enable: 0: it neither sends nor receives
 * @rsvd: zero
 * @mac: frames from the uplink's wire to this address enter here; zero: none
 * @rsvd1: zero
 */
struct gnic_hw_vport_set {
	__le16 vport;
	__u8 enable;
	__u8 rsvd;
	__u8 mac[6];
	__u8 rsvd1[6];
};
GNIC_HW_SIZE(gnic_hw_vport_set, 16);

/**
 * struct gnic_hw_vport_stats - a frame is counted where it enters and leaves
 * @to_function_packets: left at the function side
 * @to_function_bytes: of these, without FCS
 * @from_function_packets: entered at the function side
 * @from_function_bytes: of these
 * @to_host_packets: left at the host side: no rule took them
 * @to_host_bytes: of these
 * @from_host_packets: entered at the host side
 * @from_host_bytes: of these
 * @dropped: by a rule, by being disabled, for want of a QP or buffer; a frame that has waited
 *	(QP_GRO, receive buffers) was counted as one that left before
 * @qp_errors: RoCE packets for a QP that is not there or not theirs
 * @missed: of @dropped, because a queue of the driver had no buffer, or too small ones
 */
struct gnic_hw_vport_stats {
	__le64 to_function_packets;
	__le64 to_function_bytes;
	__le64 from_function_packets;
	__le64 from_function_bytes;
	__le64 to_host_packets;
	__le64 to_host_bytes;
	__le64 from_host_packets;
	__le64 from_host_bytes;
	__le64 dropped;
	__le64 qp_errors;
	__le64 missed;
};
GNIC_HW_SIZE(gnic_hw_vport_stats, 88);

/**
 * struct gnic_hw_rss - a table of raw QPs
 * @vport: which
 * @side: enum gnic_hw_side
 * @context: 0 .. GNIC_RSS_CONTEXTS - 1
 * @func: GNIC_RSS_TOEPLITZ
 * @rsvd: zero
 * @types: GNIC_RSS_L4_*
 * @len: entries in use: a power of two up to GNIC_RSS_TABLE_LEN; 0: no table,
 *	frames are dropped
 * @key: Toeplitz key
 * @table: QPNs at the port, hash & (len - 1) chooses
 */
struct gnic_hw_rss {
	__le16 vport;
	__u8 side;
	__u8 context;
	__le16 types;
	__u8 func;
	__u8 rsvd;
	__le32 len;
	__u8 key[GNIC_RSS_KEY_LEN];
	__le32 table[GNIC_RSS_TABLE_LEN];
};
GNIC_HW_SIZE(gnic_hw_rss, 1076);

/**
 * struct gnic_hw_vport_queues - which QP a queue number stands for
 * @vport: which; the host side
 * @count: queues, the others are none
 * @rsvd: zero
 * @qpn: raw QPs with a receive queue at that side
 *
 * From one frame to the next the new numbers hold, for all contexts and rules.
 */
struct gnic_hw_vport_queues {
	__le16 vport;
	__le16 count;
	__le32 rsvd;
	__le32 qpn[GNIC_VPORT_QUEUES_MAX];
};
GNIC_HW_SIZE(gnic_hw_vport_queues, 520);

/**
 * struct gnic_hw_rss_context - a table of queues at the host side of a vport
 * @vport: which
 * @context: 0 .. GNIC_RSS_CONTEXTS - 1
 * @func: enum gnic_hw_rss_func
 * @xfrm: GNIC_RSS_XFRM_*, at most one, not with GNIC_RSS_XOR, which is symmetric;
 *	the fields are pairs then, no label
 * @rsvd: zero
 * @len: entries: a power of two up to GNIC_RSS_QUEUES_TABLE_LEN; 0: no context
 * @fields: GNIC_RSS_FIELD_*, by enum gnic_hw_rss_flow
 * @key: of GNIC_RSS_TOEPLITZ
 * @queue: hash & (len - 1) chooses
 */
struct gnic_hw_rss_context {
	__le16 vport;
	__u8 context;
	__u8 func;
	__u8 xfrm;
	__u8 rsvd[3];
	__le32 len;
	__u8 fields[GNIC_RSS_FLOWS];
	__u8 key[GNIC_RSS_QUEUES_KEY_LEN];
	__le16 queue[GNIC_RSS_QUEUES_TABLE_LEN];
};
GNIC_HW_SIZE(gnic_hw_rss_context, 1096);

struct gnic_hw_filter {
	__le16 vport;
	__le16 flags;		/* GNIC_FILTER_* */
	__le32 count;
	__u8 mac[GNIC_FILTER_MACS_MAX][6];
};
GNIC_HW_SIZE(gnic_hw_filter, 776);

/**
 * struct gnic_hw_vlan - what happens to tags at the host side of a vport
 * @vport: which
 * @flags: GNIC_VLAN_*
 * @rsvd: zero
 * @ctag: a bit a VID: with GNIC_VLAN_FILTER_CTAG the ones that come in
 * @stag: likewise, with GNIC_VLAN_FILTER_STAG
 */
struct gnic_hw_vlan {
	__le16 vport;
	__le16 flags;
	__le32 rsvd;
	__u8 ctag[GNIC_VLAN_VIDS / 8];
	__u8 stag[GNIC_VLAN_VIDS / 8];
};
GNIC_HW_SIZE(gnic_hw_vlan, 1032);

/**
 * struct gnic_hw_tunnel_port - an entry of the table
 * @port: UDP destination port
 * @type: enum gnic_hw_tunnel; NONE: not in use
 * @rsvd: zero
 */
struct gnic_hw_tunnel_port {
	__le16 port;
	__u8 type;
	__u8 rsvd;
};
GNIC_HW_SIZE(gnic_hw_tunnel_port, 4);

/**
 * struct gnic_hw_tunnels - UDP tunnels that the host side of a vport ends
 * @vport: which
 * @rsvd: zero
 * @ports: the table
 */
struct gnic_hw_tunnels {
	__le16 vport;
	__le16 rsvd[3];
	struct gnic_hw_tunnel_port ports[GNIC_TUNNEL_PORTS_MAX];
};
GNIC_HW_SIZE(gnic_hw_tunnels, 72);

/**
 * struct gnic_hw_flow_mirror - where a copy of a frame leaves the switch
 * @vport: which
 * @side: enum gnic_hw_side
 * @rsvd: zero
 */
struct gnic_hw_flow_mirror {
	__le16 vport;
	__u8 side;
	__u8 rsvd;
};
GNIC_HW_SIZE(gnic_hw_flow_mirror, 4);

/**
 * struct gnic_hw_flow_edit - a change of the outer VLAN tag, or of headers
 * @op: enum gnic_hw_flow_edit_op
 * @mirrors: how many of the rule's mirrors come before it
 * @tpid: network order; PUSH, MODIFY: that of a C-tag or of an S-tag
 * @tci: network order; likewise
 * @mask: network order; PUSH: all bits; MODIFY: which bits of the tag are replaced
 */
struct gnic_hw_flow_edit {
	__u8 op;
	__u8 mirrors;
	__be16 tpid;
	__be16 tci;
	__be16 mask;
};
GNIC_HW_SIZE(gnic_hw_flow_edit, 8);

/**
 * struct gnic_hw_flow_add - a rule
 * @key: what it matches
 * @mask: which bits of it
 * @priority: a lower number wins
 * @action: enum gnic_hw_flow_action
 * @flags: GNIC_FLOW_SET_MARK; of rules of the function side that HOST ends, without mirrors and
 *	edits, GNIC_FLOW_UNSEEN
 * @mirrors: how many of @mirror
 * @edits: how many of @edit
 * @target: by action
 * @mark: goes into the receive CQE
 * @mirror: copies that are made before the action; those beyond @mirrors are zero
 * @edit: what else comes before it, in this order; those beyond @edits are zero
 */
struct gnic_hw_flow_add {
	struct gnic_hw_flow_key key;
	struct gnic_hw_flow_key mask;
	__le32 priority;
	__u8 action;
	__u8 flags;
	__u8 mirrors;
	__u8 edits;
	__le32 target;
	__le32 mark;
	struct gnic_hw_flow_mirror mirror[GNIC_FLOW_MIRRORS_MAX];
	struct gnic_hw_flow_edit edit[GNIC_FLOW_EDITS_MAX];
};
GNIC_HW_SIZE(gnic_hw_flow_add, 192);

/**
 * struct gnic_hw_flow_headers - fields that a rule can rewrite
 * @src_ip: network order; IPv4 in the first four bytes
 * @dst_ip: likewise
 * @dmac: destination address
 * @smac: source address
 * @l4_src: network order
 * @l4_dst: network order
 * @ip_ttl: time to live or hop limit
 * @ip_tos: TOS or traffic class
 * @rsvd: zero
 */
struct gnic_hw_flow_headers {
	__u8 src_ip[16];
	__u8 dst_ip[16];
	__u8 dmac[6];
	__u8 smac[6];
	__be16 l4_src;
	__be16 l4_dst;
	__u8 ip_ttl;
	__u8 ip_tos;
	__u8 rsvd[2];
};
GNIC_HW_SIZE(gnic_hw_flow_headers, 52);

/**
 * struct gnic_hw_flow_rewrite - what becomes of headers
 * @value: bits outside the mask are zero
 * @mask: which bits are replaced; not none, unless there is @ttl_add
 * @ip_version: 4 or 6: whose addresses, TTL, TOS and ports; 0: none of these
 * @ip_proto: TCP or UDP: whose ports; 0: none
 * @ttl_add: is added to the time to live, modulo 256, behind @value
 * @rsvd: zero
 *
 * Checksums that cover what is replaced are mended: they are as right or wrong as before.
 */
struct gnic_hw_flow_rewrite {
	struct gnic_hw_flow_headers value;
	struct gnic_hw_flow_headers mask;
	__u8 ip_version;
	__u8 ip_proto;
	__u8 ttl_add;
	__u8 rsvd;
};
GNIC_HW_SIZE(gnic_hw_flow_rewrite, 108);

/**
 * struct gnic_hw_flow_more - what a rule can have besides
 * @l4_src_min: network order: the least source port that it matches
 * @l4_src_max: network order: the greatest; 0: any port
 * @l4_dst_min: network order: likewise of the destination
 * @l4_dst_max: network order: likewise
 * @rewrite: by the rule's edits that are GNIC_FLOW_EDIT_REWRITE; those beyond are zero
 *
 * The ranges are part of the key: of rules that have the rest of it and the priority in common
 * each has other ranges.
 */
struct gnic_hw_flow_more {
	__be16 l4_src_min;
	__be16 l4_src_max;
	__be16 l4_dst_min;
	__be16 l4_dst_max;
	struct gnic_hw_flow_rewrite rewrite[GNIC_FLOW_REWRITES_MAX];
};
GNIC_HW_SIZE(gnic_hw_flow_more, 224);

/* FLOW_ADD is this with @more all zeroes. */
struct gnic_hw_flow_add_more {
	struct gnic_hw_flow_add add;
	struct gnic_hw_flow_more more;
};
GNIC_HW_SIZE(gnic_hw_flow_add_more, 416);

struct gnic_hw_flow_stats {
	__le64 packets;
	__le64 bytes;
	__le64 age_us;		/* since the last packet, or since it was added */
};
GNIC_HW_SIZE(gnic_hw_flow_stats, 24);

/* struct gnic_hw_window.access */
#define GNIC_ACCESS_LOCAL_READ		BIT(0)
#define GNIC_ACCESS_LOCAL_WRITE		BIT(1)
#define GNIC_ACCESS_REMOTE_WRITE	BIT(2)
#define GNIC_ACCESS_REMOTE_READ		BIT(3)	/* with GNIC_RC_CAP_RDV */

/**
 * struct gnic_hw_window - memory that an ASID may touch, at its own address
 * @addr: device address
 * @size: bytes
 * @asid: 1 .. GNIC_ASID_MAX
 * @access: GNIC_ACCESS_*
 * @rsvd: zero
 */
struct gnic_hw_window {
	__le64 addr;
	__le64 size;
	__le16 asid;
	__u8 access;
	__u8 rsvd[5];
};
GNIC_HW_SIZE(gnic_hw_window, 24);

#define GNIC_SEGMENT_ALIGN		0x1000

/**
 * struct gnic_hw_segment - a piece of what a window is made of
 * @addr: device address, of host or device memory
 * @size: bytes; both are multiples of GNIC_SEGMENT_ALIGN
 */
struct gnic_hw_segment {
	__le64 addr;
	__le64 size;
};
GNIC_HW_SIZE(gnic_hw_segment, 16);

/**
 * struct gnic_hw_window_map - memory that an ASID may touch, elsewhere
 * @addr: where the ASID sees it, GNIC_ADDR_MAPPED_*, a multiple of GNIC_SEGMENT_ALIGN
 * @size: bytes, of all segments
 * @list: address of @count struct gnic_hw_segment; read by the command, and not later
 * @count: 1 or more
 * @asid: 1 .. GNIC_ASID_MAX
 * @access: GNIC_ACCESS_*
 * @rsvd: zero
 */
struct gnic_hw_window_map {
	__le64 addr;
	__le64 size;
	__le64 list;
	__le32 count;
	__le16 asid;
	__u8 access;
	__u8 rsvd;
};
GNIC_HW_SIZE(gnic_hw_window_map, 32);

/**
 * struct gnic_hw_sob_set - give sync objects to an ASID, or take them away; they become 0
 * @asid: 1 .. GNIC_ASID_MAX
 * @access: GNIC_ACCESS_LOCAL_READ to wait for, LOCAL_WRITE to signal, REMOTE_WRITE to have
 *	signalled by a peer; 0: taken away
 * @rsvd: zero
 * @first: the first of them, 0 .. GNIC_SOBS - 1
 * @count: how many
 */
struct gnic_hw_sob_set {
	__le16 asid;
	__u8 access;
	__u8 rsvd;
	__le16 first;
	__le16 count;
};
GNIC_HW_SIZE(gnic_hw_sob_set, 8);

/**
 * struct gnic_hw_sobs - the sync objects of an ASID
 * @value: 0 of those that it does not have
 */
struct gnic_hw_sobs {
	__le32 value[GNIC_SOBS];
};
GNIC_HW_SIZE(gnic_hw_sobs, 256);

#endif /* GNIC_HW_CMD_H */
