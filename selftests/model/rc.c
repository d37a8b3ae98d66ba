// SPDX-License-Identifier: GPL-2.0-only
/*
 * RC and compute queues of the real device:
 *
 *	client A -- card 0, port 0 ==== wire ==== card 1, port 0 -- client B
 *
 * One function behind each port; an RC QP in it, connected to the other one's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/ktap.h"
#include "hw/qpc.h"
#include "rig.h"

#define LOG		8
#define RING		(1u << LOG)
#define KEY		0x52434b59u
#define BUFFER		(2u << 20)
#define MTU		9000

/* One end of the connection. */
struct end {
	struct rig rig;
	struct rig_eq eq;
	struct rig_cq sq_cq, rq_cq, compute_cq;
	struct rig_qp qp, compute;
	uint16_t vport;
	uint64_t source, sink;
	uint8_t index;
};

static struct end ends[2];
static struct end *const a = &ends[0], *const b = &ends[1];

/* ---- making of ---- */

static void mac_of(const struct end *end, uint8_t mac[6])
{
	const uint8_t bytes[6] = { 0x02, 0x52, 0x43, 0, 0, end->index };

	memcpy(mac, bytes, 6);
}

static void make_function(struct end *end)
{
	const struct gnic_hw_vport_create create = { .port = 0 };
	struct gnic_hw_vport_set set = { .enable = 1 };
	struct gnic_hw_id id;

	RIG_OK(&end->rig, GNIC_CMD_VPORT_CREATE, &create, sizeof(create), &id, sizeof(id));
	end->vport = (uint16_t)le32_to_cpu(id.id);
	set.vport = cpu_to_le16(end->vport);
	mac_of(end, set.mac);
	RIG_OK(&end->rig, GNIC_CMD_VPORT_SET, &set, sizeof(set), NULL, 0);
}

static void make_port(struct end *end)
{
	const struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_ADMIN | GNIC_PORT_SET_MTU),
		.mtu = cpu_to_le32(MTU),
		.admin = 1,
	};

	rig_port_set(&end->rig, &set);
}

static void make_qp(struct end *end, struct rig_qp *qp, uint8_t type, struct rig_cq *sq_cq,
		    struct rig_cq *rq_cq)
{
	uint8_t wqe_log = type == GNIC_QP_COMPUTE ? 6 : 5;
	struct gnic_hw_qp_create in = {
		.qpn = cpu_to_le32(GNIC_QPN_ANY), .type = type, .sq_log = LOG,
		.vport = cpu_to_le16(end->vport), .sq_wqe_log = wqe_log,
		.sq_cqn = cpu_to_le32(sq_cq->cqn),
		.rq_cqn = cpu_to_le32(rq_cq ? rq_cq->cqn : GNIC_CQN_NONE),
	};
	struct gnic_hw_id id;

	memset(qp, 0, sizeof(*qp));
	rig_ring(&end->rig, &qp->sq, LOG, wqe_log);
	in.sq_base = cpu_to_le64(qp->sq.base);
	in.sq_db = cpu_to_le64(qp->sq.db_iova);
	if (type == GNIC_QP_RC) {
		rig_ring(&end->rig, &qp->rq, LOG, 4);
		in.rq_log = LOG;
		in.rq_base = cpu_to_le64(qp->rq.base);
		in.rq_db = cpu_to_le64(qp->rq.db_iova);
	}
	RIG_OK(&end->rig, GNIC_CMD_QP_CREATE, &in, sizeof(in), &id, sizeof(id));
	qp->qpn = le32_to_cpu(id.id);
}

static void make_end(struct end *end)
{
	struct rig *rig = &end->rig;

	rig_eq(rig, &end->eq, 6, 0);
	rig_cq(rig, &end->sq_cq, LOG + 1, 4, GNIC_VECTOR_NONE);
	rig_cq(rig, &end->rq_cq, LOG + 1, 4, GNIC_VECTOR_NONE);
	rig_cq(rig, &end->compute_cq, LOG + 1, 4, GNIC_VECTOR_NONE);
	make_function(end);
	make_port(end);
	make_qp(end, &end->qp, GNIC_QP_RC, &end->sq_cq, &end->rq_cq);
	make_qp(end, &end->compute, GNIC_QP_COMPUTE, &end->compute_cq, NULL);
	end->source = rig_alloc(rig, BUFFER, 4096);
	end->sink = rig_alloc(rig, BUFFER, 4096);
}

static uint32_t path_flags;

static void set_path(const struct end *end, const struct end *peer, uint8_t ip_version)
{
	struct gnic_hw_qp_path path = {
		.qpn = cpu_to_le32(end->qp.qpn), .ip_version = ip_version, .hop_limit = 64,
		.src_ip = { 10, 0, 0, end->index + 1 }, .dst_ip = { 10, 0, 0, peer->index + 1 },
		.udp_sport = cpu_to_le16(0xc001), .flags = cpu_to_le32(path_flags),
	};

	mac_of(end, path.src_mac);
	mac_of(peer, path.dst_mac);
	RIG_OK((struct rig *)&end->rig, GNIC_CMD_QP_PATH, &path, sizeof(path), NULL, 0);
}

static void write_context(struct end *end, struct gnic_hw_qpc_write *w)
{
	w->qpn = cpu_to_le32(end->qp.qpn);
	RIG_OK(&end->rig, GNIC_CMD_QPC_WRITE, w, sizeof(*w), NULL, 0);
}

/* What all packets travel in; type NONE: nothing. */
static struct gnic_hw_encap_set encap;

static void set_encap(struct end *end)
{
	if (encap.type != GNIC_ENCAP_NONE)
		RIG_OK(&end->rig, GNIC_CMD_ENCAP_SET, &encap, sizeof(encap), NULL, 0);
}

static void set_responder(struct end *end, const struct end *peer)
{
	struct gnic_hw_qpc_write w = { .requester = 0 };

	gnic_qpc_put(&w, GNIC_RES_DST_QP, peer->qp.qpn);
	gnic_qpc_put(&w, GNIC_RES_PEER_QP, peer->qp.qpn);
	gnic_qpc_put(&w, GNIC_RES_LKEY, KEY + end->index);
	gnic_qpc_put(&w, GNIC_RES_EXPECTED_PSN, 0xfffff0 + peer->index);
	gnic_qpc_put(&w, GNIC_RES_ENCAP_TYPE, encap.slot);
	gnic_qpc_put(&w, GNIC_RES_ENCAP_ENABLE, encap.type != GNIC_ENCAP_NONE);
	gnic_qpc_put(&w, GNIC_RES_VALID, 1);
	write_context(end, &w);
}

static void set_requester(struct end *end, const struct end *peer)
{
	struct gnic_hw_qpc_write w = { .requester = 1 };

	gnic_qpc_put(&w, GNIC_REQ_DST_QP, peer->qp.qpn);
	gnic_qpc_put(&w, GNIC_REQ_RKEY, KEY + peer->index);
	gnic_qpc_put(&w, GNIC_REQ_NTS_PSN, 0xfffff0 + end->index);
	gnic_qpc_put(&w, GNIC_REQ_MTU, 2);
	gnic_qpc_put(&w, GNIC_REQ_ACKREQ_FREQ, 8);
	gnic_qpc_put(&w, GNIC_REQ_TM_GRANULARITY, 9);
	gnic_qpc_put(&w, GNIC_REQ_TIMEOUT_RETRY_CNT, 254);
	gnic_qpc_put(&w, GNIC_REQ_SEQ_ERR_RETRY_CNT, 254);
	gnic_qpc_put(&w, GNIC_REQ_RNR_RETRY_CNT, 7);
	gnic_qpc_put(&w, GNIC_REQ_WQ_TYPE, GNIC_WQ_TYPE_WRITE);
	gnic_qpc_put(&w, GNIC_REQ_ENCAP_TYPE, encap.slot);
	gnic_qpc_put(&w, GNIC_REQ_ENCAP_ENABLE, encap.type != GNIC_ENCAP_NONE);
	gnic_qpc_put(&w, GNIC_REQ_VALID, 1);
	write_context(end, &w);
}

static void connect_ends(uint8_t ip_version)
{
	for (unsigned int i = 0; i < 2; i++) {
		set_path(&ends[i], &ends[!i], ip_version);
		set_encap(&ends[i]);
		set_responder(&ends[i], &ends[!i]);
		set_requester(&ends[i], &ends[!i]);
	}
}

static void start_ends(const char *extra)
{
	const char *const args[] = {
		"--cards", "2", "--ports", "1", "--topology", "pair", "--hbm-size", "4M", extra,
		NULL,
	};

	rig_open(&a->rig, args);
	rig_open_card(&b->rig, &a->rig, 1);
	b->index = 1;
	make_end(a);
	make_end(b);
}

static void start_with(const char *extra, uint8_t ip_version)
{
	start_ends(extra);
	connect_ends(ip_version);
}

static void start(void)
{
	start_with(NULL, 4);
}

static void stop(void)
{
	rig_close(&b->rig);
	rig_close(&a->rig);
}

/* ---- work ---- */

static struct gnic_hw_rc_wqe make_wqe(const struct end *end, const struct end *peer, uint32_t off,
				      uint32_t size)
{
	return (struct gnic_hw_rc_wqe){
		.ctrl = cpu_to_le32(GNIC_WQE_LINEAR | GNIC_RC_WQE_ACKREQ |
				    FIELD_PREP(GNIC_WQE_INDEX, end->qp.sq_pi & 0xff)),
		.size = cpu_to_le32(size),
		.local_addr = cpu_to_le64(end->source + off),
		.remote_addr = cpu_to_le64(peer->sink + off),
		.tag = cpu_to_le32(end->qp.sq_pi),
	};
}

static void put(struct end *end, struct rig_qp *qp, const void *wqe, uint32_t len)
{
	memcpy(rig_ptr(&end->rig, qp->sq.base + (uint64_t)(qp->sq_pi & qp->sq.mask) * len), wqe,
	       len);
	qp->sq_pi++;
}

static void post(struct end *end, const struct gnic_hw_rc_wqe *wqe)
{
	put(end, &end->qp, wqe, sizeof(*wqe));
	rig_ring_sq(&end->rig, &end->qp);
}

/* A buffer that wants a CQE. */
static void recv_cqe(struct end *end, uint64_t addr, uint32_t len)
{
	rig_recv_post_with(&end->rig, &end->qp, addr, len,
			   FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ));
}

static void fill(struct end *end, uint32_t len, uint32_t seed)
{
	uint32_t *p = rig_ptr(&end->rig, end->source);

	for (uint32_t i = 0; i < len / 4; i++) {
		seed = seed * 1664525 + 1013904223;
		p[i] = seed;
	}
}

static void check_arrived(struct end *from, struct end *to, uint32_t len)
{
	CLIENT_CHECK(!memcmp(rig_ptr(&from->rig, from->source), rig_ptr(&to->rig, to->sink), len));
}

static void await(struct end *end, struct rig_cq *cq, uint32_t index, uint32_t data, bool error)
{
	const struct gnic_hw_cqe *cqe = rig_cq_wait(&end->rig, cq);

	CLIENT_EQ(!!(le32_to_cpu(cqe->ctrl) & GNIC_CQE_ERROR), error);
	CLIENT_EQ(le32_to_cpu(cqe->data), data);
	CLIENT_EQ(le32_to_cpu(cqe->wqe_index), index);
}

static void qp_stats(struct end *end, struct gnic_hw_qp_stats *stats)
{
	const struct gnic_hw_qp_id in = { .qpn = cpu_to_le32(end->qp.qpn) };

	RIG_OK(&end->rig, GNIC_CMD_QP_STATS, &in, sizeof(in), stats, sizeof(*stats));
}

/* ---- tests ---- */

static void sizes(void)
{
	static const uint32_t bytes[] = { 1, 4, 63, 4096, 4097, 65536, 1000001, BUFFER };

	start();
	fill(a, BUFFER, 1);
	for (uint32_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++) {
		struct gnic_hw_rc_wqe wqe = make_wqe(a, b, 0, bytes[i]);

		memset(rig_ptr(&b->rig, b->sink), 0, bytes[i]);
		post(a, &wqe);
		await(a, &a->sq_cq, i, bytes[i], false);
		check_arrived(a, b, bytes[i]);
	}
	stop();
}

static void immediate(void)
{
	const struct gnic_hw_cqe *cqe;
	struct gnic_hw_rc_wqe wqe;

	start_with(NULL, 6);
	wqe = make_wqe(a, b, 0, 5000);
	wqe.tag = cpu_to_le32(0x12345678);
	wqe.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_CQ));
	post(a, &wqe);
	cqe = rig_cq_wait(&b->rig, &b->rq_cq);
	CLIENT_EQ(le32_to_cpu(cqe->ctrl) & ~GNIC_CQE_VALID, b->qp.qpn | GNIC_CQE_IMM);
	CLIENT_EQ(le32_to_cpu(cqe->tag), 0x12345678);
	CLIENT_EQ(le32_to_cpu(cqe->data), 5000);
	await(a, &a->sq_cq, 0, 5000, false);
	stop();
}

/* The buffer comes when the sender has asked for a while. */
static void sends(void)
{
	static const uint32_t bytes[] = { 1, 4096, 4097, 1000001 };
	struct gnic_hw_qp_stats stats;

	start_with(NULL, 6);
	fill(a, BUFFER, 7);
	for (uint32_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++) {
		struct gnic_hw_rc_wqe wqe = make_wqe(a, b, 0, bytes[i]);
		const struct gnic_hw_cqe *cqe;

		wqe.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_SEND);
		post(a, &wqe);
		usleep(5000);
		recv_cqe(b, b->sink, BUFFER);
		cqe = rig_cq_wait(&b->rig, &b->rq_cq);
		CLIENT_EQ(le32_to_cpu(cqe->ctrl) & ~GNIC_CQE_VALID, b->qp.qpn | GNIC_CQE_SEND);
		CLIENT_EQ(le32_to_cpu(cqe->wqe_index), i);
		CLIENT_EQ(le32_to_cpu(cqe->data), bytes[i]);
		await(a, &a->sq_cq, i, bytes[i], false);
		check_arrived(a, b, bytes[i]);
	}
	qp_stats(b, &stats);
	CLIENT_CHECK(le64_to_cpu(stats.no_buffer) >= 4);
	stop();
}

static void port_stats(struct end *end, struct gnic_hw_mac_stats *stats)
{
	const struct gnic_hw_id in = { .id = 0 };

	RIG_OK(&end->rig, GNIC_CMD_PORT_STATS, &in, sizeof(in), stats, sizeof(*stats));
}

/* A QP with itself, while the port is down: nothing of it passes the MAC. */
static void loopback(void)
{
	static const uint32_t bytes[] = { 1, 4096, 1000001, BUFFER };
	const struct gnic_hw_port_set down = { .valid = cpu_to_le32(GNIC_PORT_SET_ADMIN) };
	struct gnic_hw_mac_stats before, after;
	struct gnic_hw_qp_stats stats;

	path_flags = GNIC_QP_PATH_LOOPBACK;
	start_ends(NULL);
	set_path(a, a, 4);
	set_responder(a, a);
	set_requester(a, a);
	rig_port_set(&a->rig, &down);
	port_stats(a, &before);
	fill(a, BUFFER, 1);
	for (uint32_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++) {
		struct gnic_hw_rc_wqe wqe = make_wqe(a, a, 0, bytes[i]);

		memset(rig_ptr(&a->rig, a->sink), 0, bytes[i]);
		post(a, &wqe);
		await(a, &a->sq_cq, i, bytes[i], false);
		check_arrived(a, a, bytes[i]);
	}
	qp_stats(a, &stats);
	CLIENT_EQ(le64_to_cpu(stats.tx_packets), le64_to_cpu(stats.rx_packets));
	CLIENT_EQ(le64_to_cpu(stats.retransmits), 0);
	port_stats(a, &after);
	CLIENT_CHECK(!memcmp(&before, &after, sizeof(before)));
	stop();
}

/* What turns round before the MAC has not been received: it waits in no buffer of the port. */
static void turned_round(void)
{
	const struct gnic_hw_port_buffer buffer = {
		.prio_buffer = { 0, 1, 2, 3, 4, 5, 6, 7 }, .size = { cpu_to_le32(64 << 10) },
	};
	const struct gnic_hw_id uplink = { .id = cpu_to_le32(GNIC_VPORT_UPLINK(0)) }, port = { 0 };
	struct gnic_hw_buffer_stats buffers;
	struct gnic_hw_vport_stats stats;
	struct gnic_hw_rc_wqe wqe;
	struct rig_cq cq;
	struct rig_qp raw;

	path_flags = GNIC_QP_PATH_LOOPBACK;
	start_ends(NULL);
	rig_cq(&a->rig, &cq, LOG, 5, GNIC_VECTOR_NONE);
	rig_raw(&a->rig, &raw, 0, &cq, LOG);
	rig_rss_one(&a->rig, 0, raw.qpn);
	rig_promisc(&a->rig, 0);
	RIG_OK(&a->rig, GNIC_CMD_PORT_BUFFER, &buffer, sizeof(buffer), NULL, 0);
	/* to a function that this card has not */
	set_path(a, b, 4);
	set_requester(a, b);
	wqe = make_wqe(a, b, 0, 64);
	post(a, &wqe);
	RIG_AWAIT(!rig_cmd(&a->rig, GNIC_CMD_VPORT_STATS, &uplink, sizeof(uplink), &stats,
			   sizeof(stats)) && stats.missed);
	RIG_OK(&a->rig, GNIC_CMD_BUFFER_STATS, &port, sizeof(port), &buffers, sizeof(buffers));
	CLIENT_EQ(buffers.peak[0], 0);
	stop();
}

/* Several times round all rings, in both directions at once. */
static void many(void)
{
	uint32_t posted[2] = { 0 }, done[2] = { 0 };

	start();
	fill(a, BUFFER, 1);
	fill(b, BUFFER, 2);
	while (done[0] < 5000 || done[1] < 5000) {
		for (uint32_t i = 0; i < 2; i++) {
			struct end *end = &ends[i], *peer = &ends[!i];

			while (posted[i] < 5000 && posted[i] - done[i] < RING) {
				struct gnic_hw_rc_wqe wqe = make_wqe(end, peer,
								     posted[i] % 256 * 4096, 4096);

				put(end, &end->qp, &wqe, sizeof(wqe));
				posted[i]++;
			}
			rig_ring_sq(&end->rig, &end->qp);
			if (done[i] < posted[i])
				await(end, &end->sq_cq, done[i]++, 4096, false);
		}
	}
	check_arrived(a, b, 256 * 4096);
	check_arrived(b, a, 256 * 4096);
	stop();
}

static void bad_wire(void)
{
	static const char *const kinds[] = { "drop", "corrupt", "duplicate", "reorder", "fcs" };
	struct gnic_hw_qp_stats stats;

	start_with(NULL, 6);
	fill(a, BUFFER, 3);
	for (uint32_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		rig_control_ok(&a->rig, "{\"cmd\":\"fault\",\"card\":0,\"port\":0,\"kind\":\"%s\","
			       "\"rate\":0.02}", kinds[i]);
	for (uint32_t i = 0; i < 64; i++) {
		struct gnic_hw_rc_wqe wqe = make_wqe(a, b, i * 32768, 32768);

		post(a, &wqe);
	}
	for (uint32_t i = 0; i < 64; i++)
		await(a, &a->sq_cq, i, 32768, false);
	check_arrived(a, b, BUFFER);
	qp_stats(a, &stats);
	CLIENT_CHECK(le64_to_cpu(stats.retransmits) > 0);
	stop();
}

/* An ASID reaches what its windows open, at both ends. */
static void windows(void)
{
	struct gnic_hw_window window = { .size = cpu_to_le64(4096), .asid = cpu_to_le16(7),
					 .access = GNIC_ACCESS_REMOTE_WRITE };
	struct gnic_hw_qpc_write w = { .requester = 0 };
	const struct gnic_hw_eqe *eqe;
	struct gnic_hw_rc_wqe wqe;
	struct gnic_hw_id id;

	start();
	window.addr = cpu_to_le64(b->sink);
	RIG_OK(&b->rig, GNIC_CMD_WINDOW_ADD, &window, sizeof(window), &id, sizeof(id));
	gnic_qpc_put(&w, GNIC_RES_ASID, 7);
	write_context(b, &w);
	fill(a, 8192, 4);
	wqe = make_wqe(a, b, 0, 4096);
	post(a, &wqe);
	await(a, &a->sq_cq, 0, 4096, false);
	wqe = make_wqe(a, b, 1, 4096);
	post(a, &wqe);
	await(a, &a->sq_cq, 1, GNIC_SYND_REMOTE_ACCESS, true);
	check_arrived(a, b, 4096);
	CLIENT_EQ(*(uint8_t *)rig_ptr(&b->rig, b->sink + 4096), 0);
	do {
		eqe = rig_eq_wait(&b->rig, &b->eq);
	} while (FIELD_GET(GNIC_EQE_TYPE, le32_to_cpu(eqe->ctrl)) != GNIC_EQE_QP_ERR);
	CLIENT_EQ(le32_to_cpu(eqe->id), b->qp.qpn);
	CLIENT_EQ(le32_to_cpu(eqe->data), GNIC_SYND_REMOTE_ACCESS);
	stop();
}

/* Device memory to device memory, and a compute queue that posts it. */
static void compute(void)
{
	struct gnic_hw_compute_wqe wqe = {
		.ctrl = cpu_to_le32(GNIC_WQE_FILL | GNIC_COMPUTE_WQE_CQE),
		.size = cpu_to_le32(1 << 20), .src = cpu_to_le64(0xa5a55a5a),
		.dst = cpu_to_le64(GNIC_ADDR_HBM_BASE),
	};
	uint32_t *hbm;

	start();
	hbm = (uint32_t *)client_map_bar(&b->rig.c, GNIC_BAR_HBM);
	put(a, &a->compute, &wqe, sizeof(wqe));
	wqe.ctrl = cpu_to_le32(GNIC_WQE_POST | GNIC_COMPUTE_WQE_CQE | 1 << 8);
	wqe.target = cpu_to_le32(a->qp.qpn);
	wqe.rc = make_wqe(a, b, 0, 1 << 20);
	wqe.rc.local_addr = cpu_to_le64(GNIC_ADDR_HBM_BASE);
	wqe.rc.remote_addr = cpu_to_le64(GNIC_ADDR_HBM_BASE + (2 << 20));
	put(a, &a->compute, &wqe, sizeof(wqe));
	rig_ring_sq(&a->rig, &a->compute);
	await(a, &a->compute_cq, 0, 1 << 20, false);
	await(a, &a->compute_cq, 1, 1 << 20, false);
	for (uint32_t i = 0; i < 1 << 18; i++)
		CLIENT_EQ(hbm[(2 << 18) + i], 0xa5a55a5a);
	CLIENT_EQ(hbm[(2 << 18) - 1], 0);
	CLIENT_EQ(le32_to_cpu(a->qp.sq.db->index), 1);
	stop();
}

/* ---- sync objects ---- */

#define ASID		5

static uint32_t sob(struct end *end, uint32_t number)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(ASID) };
	struct gnic_hw_sobs out;

	RIG_OK(&end->rig, GNIC_CMD_SOB_READ, &in, sizeof(in), &out, sizeof(out));
	return le32_to_cpu(out.value[number]);
}

static void sob_set(struct end *end, uint8_t access, uint32_t first, uint32_t count)
{
	const struct gnic_hw_sob_set in = {
		.asid = cpu_to_le16(ASID), .access = access,
		.first = cpu_to_le16((uint16_t)first), .count = cpu_to_le16((uint16_t)count),
	};

	RIG_OK(&end->rig, GNIC_CMD_SOB_SET, &in, sizeof(in), NULL, 0);
}

/* The responder and the compute queue of an end, with a window over its sink. */
static void take_asid(struct end *end)
{
	const struct gnic_hw_window window = {
		.addr = cpu_to_le64(end->sink), .size = cpu_to_le64(BUFFER),
		.asid = cpu_to_le16(ASID),
		.access = GNIC_ACCESS_LOCAL_READ | GNIC_ACCESS_LOCAL_WRITE |
			  GNIC_ACCESS_REMOTE_WRITE,
	};
	struct gnic_hw_qpc_write w = { .qpn = cpu_to_le32(end->compute.qpn), .requester = 1 };
	struct gnic_hw_id id;

	RIG_OK(&end->rig, GNIC_CMD_WINDOW_ADD, &window, sizeof(window), &id, sizeof(id));
	gnic_qpc_put(&w, GNIC_REQ_ASID, ASID);
	RIG_OK(&end->rig, GNIC_CMD_QPC_WRITE, &w, sizeof(w), NULL, 0);
	w = (struct gnic_hw_qpc_write){ .requester = 0 };
	gnic_qpc_put(&w, GNIC_RES_ASID, ASID);
	write_context(end, &w);
}

/* A compute queue waits for a WRITE of the other card, and copies what has come. */
static void sync_objects(void)
{
	struct gnic_hw_compute_wqe wqe[2] = {
		{
			.ctrl = cpu_to_le32(GNIC_WQE_SOB_WAIT | GNIC_COMPUTE_WQE_CQE),
			.src = cpu_to_le64(3), .target = cpu_to_le32(7),
		}, {
			.ctrl = cpu_to_le32(GNIC_WQE_COPY | GNIC_COMPUTE_WQE_CQE | 1 << 8),
			.size = cpu_to_le32(BUFFER / 2),
		},
	};
	struct gnic_hw_rc_wqe write;

	start();
	take_asid(b);
	sob_set(b, GNIC_ACCESS_LOCAL_READ | GNIC_ACCESS_REMOTE_WRITE, 0, GNIC_SOBS);
	wqe[1].src = cpu_to_le64(b->sink);
	wqe[1].dst = cpu_to_le64(b->sink + BUFFER / 2);
	put(b, &b->compute, &wqe[0], sizeof(wqe[0]));
	put(b, &b->compute, &wqe[1], sizeof(wqe[1]));
	rig_ring_sq(&b->rig, &b->compute);
	fill(a, BUFFER / 2, 9);
	write = make_wqe(a, b, 0, BUFFER / 2);
	write.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION, GNIC_COMPLETION_SOB) |
				       FIELD_PREP(GNIC_RC_WQE_REMOTE_SOB, 7) |
				       FIELD_PREP(GNIC_RC_WQE_REMOTE_SOB_DATA, 3) |
				       GNIC_RC_WQE_SOB_CMD);
	CLIENT_EQ(sob(b, 7), 0);
	CLIENT_CHECK(!rig_cq_peek(&b->rig, &b->compute_cq));
	post(a, &write);
	await(a, &a->sq_cq, 0, BUFFER / 2, false);
	await(b, &b->compute_cq, 0, 0, false);
	await(b, &b->compute_cq, 1, BUFFER / 2, false);
	CLIENT_CHECK(!memcmp(rig_ptr(&a->rig, a->source),
			     rig_ptr(&b->rig, b->sink + BUFFER / 2), BUFFER / 2));
	CLIENT_EQ(sob(b, 7), 3);
	CLIENT_CHECK(!rig_cq_peek(&b->rig, &b->rq_cq));
	sob_set(b, 0, 7, 1);
	CLIENT_EQ(sob(b, 7), 0);
	stop();
}

/* What a destroyed QP wanted to write is not written any more. */
static void destroyed_under_way(void)
{
	const struct gnic_hw_qp_id id = { .qpn = 0 };
	struct gnic_hw_qp_id in = id;
	uint8_t *sink;

	start();
	for (uint32_t round = 0; round < 20; round++) {
		for (uint32_t i = 0; i < RING; i++) {
			struct gnic_hw_rc_wqe wqe = make_wqe(a, b, 0, BUFFER);

			put(a, &a->qp, &wqe, sizeof(wqe));
		}
		rig_ring_sq(&a->rig, &a->qp);
		in.qpn = cpu_to_le32(a->qp.qpn);
		RIG_OK(&a->rig, GNIC_CMD_QP_DESTROY, &in, sizeof(in), NULL, 0);
		sink = rig_ptr(&b->rig, b->sink);
		memset(sink, 0x11, BUFFER);
		for (uint32_t i = 0; i < BUFFER; i++)
			CLIENT_EQ(sink[i], 0x11);
		a->rig.used = a->qp.sq.base - RIG_IOVA;
		memset(rig_ptr(&a->rig, a->qp.sq.base), 0, RING * 32 + GNIC_DB_ALIGN);
		make_qp(a, &a->qp, GNIC_QP_RC, &a->sq_cq, &a->rq_cq);
		in.qpn = cpu_to_le32(b->qp.qpn);
		RIG_OK(&b->rig, GNIC_CMD_QP_DESTROY, &in, sizeof(in), NULL, 0);
		b->rig.used = b->qp.sq.base - RIG_IOVA;
		make_qp(b, &b->qp, GNIC_QP_RC, &b->sq_cq, &b->rq_cq);
		connect_ends(4);
	}
	stop();
}

/* A client leaves in the middle; the other one's QP says so, the process lives. */
static void peer_leaves(void)
{
	struct gnic_hw_qpc_write w = { .requester = 1 };

	start();
	gnic_qpc_put(&w, GNIC_REQ_TIMEOUT_RETRY_CNT, 3);
	write_context(a, &w);
	for (uint32_t i = 0; i < RING; i++) {
		struct gnic_hw_rc_wqe wqe = make_wqe(a, b, 0, BUFFER);

		wqe.ctrl &= ~cpu_to_le32(GNIC_RC_WQE_ACKREQ);
		put(a, &a->qp, &wqe, sizeof(wqe));
	}
	rig_ring_sq(&a->rig, &a->qp);
	rig_close(&b->rig);
	CLIENT_CHECK(le32_to_cpu(((struct gnic_hw_cqe *)rig_cq_wait(&a->rig, &a->sq_cq))->data) ==
		     GNIC_SYND_QPC_RETRY);
	rig_close(&a->rig);
}

/* Wireshark, which does not look at the ICRC, reads our frames as what they are. */
static unsigned int tshark(const char *file, const char *filter)
{
	char cmd[512], line[64];
	unsigned int frames = 0;
	FILE *out;

	snprintf(cmd, sizeof(cmd), "tshark -r %s -o ip.check_checksum:TRUE -T fields "
		 "-e frame.number -Y '%s' 2>/dev/null", file, filter);
	out = popen(cmd, "r");
	CLIENT_CHECK(out);
	while (fgets(line, sizeof(line), out))
		frames++;
	CLIENT_EQ(pclose(out), 0);
	return frames;
}

static void wireshark_agrees(void)
{
	char file[64], arg[80];

	if (system("tshark --version >/dev/null 2>&1")) {
		ktap_note("tshark is not installed");
		exit(KTAP_SKIP);
	}
	snprintf(file, sizeof(file), "/tmp/vgaudi-rc.%d.pcap", (int)getpid());
	snprintf(arg, sizeof(arg), "--pcap=%s", file);
	start_with(arg, 4);
	for (uint32_t i = 0; i < 7; i++) {
		struct gnic_hw_rc_wqe wqe = make_wqe(a, b, 0, 9001 + i);

		if (i & 1)
			wqe.completion = cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_COMPLETION,
								GNIC_COMPLETION_CQ));
		if (i == 4 || i == 5) {
			recv_cqe(b, b->sink, BUFFER);
			wqe.ctrl ^= cpu_to_le32(GNIC_WQE_LINEAR ^ GNIC_WQE_SEND);
		}
		if (i == 6)
			wqe.ctrl |= cpu_to_le32(FIELD_PREP(GNIC_RC_WQE_REDUCTION,
							   GNIC_REDUCTION_ENABLE));
		post(a, &wqe);
		await(a, &a->sq_cq, i, 9001 + i, false);
	}
	stop();
	CLIENT_EQ(tshark(file, "infiniband.bth.opcode == 0"), 2);
	CLIENT_EQ(tshark(file, "infiniband.bth.opcode == 1"), 2);
	CLIENT_EQ(tshark(file, "infiniband.bth.opcode == 2"), 1);
	CLIENT_EQ(tshark(file, "infiniband.bth.opcode == 3"), 1);
	CLIENT_EQ(tshark(file, "infiniband.bth.opcode == 6"), 4);
	CLIENT_EQ(tshark(file, "infiniband.bth.opcode == 7"), 5);
	CLIENT_EQ(tshark(file, "infiniband.bth.opcode == 8"), 3);
	CLIENT_EQ(tshark(file, "infiniband.bth.opcode == 9"), 2);
	CLIENT_EQ(tshark(file, "infiniband.bth.opcode == 17"), 7);
	CLIENT_EQ(tshark(file, "infiniband.bth.opcode == 0xc6"), 1);
	CLIENT_EQ(tshark(file, "infiniband"), 28);
	CLIENT_EQ(tshark(file, "infiniband && ip.checksum.status == 1"), 28);
	CLIENT_EQ(tshark(file, "_ws.malformed || _ws.expert.severity >= 6291456"), 0);
	unlink(file);
}

/* Encapsulations that are standards, and how Wireshark calls them. */
static const struct standard {
	const char *name;
	uint16_t udp_port;	/* 0: in IPv4 */
	uint8_t proto;
	uint8_t header_len;
	uint8_t header[8];
} standards[] = {
	{ "ip.proto == 4", .proto = 4 },
	{ "gre.proto == 0x800", .proto = 47, .header_len = 4, .header = { 0, 0, 8 } },
	{ "gre.proto == 0x800", 4754, .header_len = 4, .header = { 0, 0, 8 } },
	{ "mpls.label == 100", 6635, .header_len = 4, .header = { 0, 6, 0x41, 64 } },
	{ "geneve.vni == 5", 6081, .header_len = 8, .header = { 0, 0, 8, 0, 0, 0, 5 } },
	{ "vxlan.vni == 5", 4790, .header_len = 8, .header = { 0xc, 0, 0, 1, 0, 0, 5 } },
};

static void encapsulate(const struct standard *kind)
{
	encap = (struct gnic_hw_encap_set){
		.slot = 7, .type = kind->udp_port ? GNIC_ENCAP_UDP : GNIC_ENCAP_IPV4,
		.proto = kind->proto, .udp_port = cpu_to_le16(kind->udp_port),
		.header_len = kind->header_len, .src_ip = { 192, 0, 2, 9 },
	};
	memcpy(encap.header, kind->header, kind->header_len);
}

static void encapsulated_in(const struct standard *kind, const char *file)
{
	char arg[80], filter[128];
	struct gnic_hw_rc_wqe wqe;

	encapsulate(kind);
	snprintf(arg, sizeof(arg), "--pcap=%s", file);
	start_with(arg, 4);
	wqe = make_wqe(a, b, 0, 9001);
	fill(a, 9001, 3);
	post(a, &wqe);
	await(a, &a->sq_cq, 0, 9001, false);
	check_arrived(a, b, 9001);
	stop();
	snprintf(filter, sizeof(filter), "%s && infiniband && ip.src == 192.0.2.9", kind->name);
	CLIENT_EQ(tshark(file, filter), 4);
	snprintf(filter, sizeof(filter), "%s && udp.dstport == 4791 && ip.dst == 10.0.0.2",
		 kind->name);
	CLIENT_EQ(tshark(file, filter), 3);
	CLIENT_EQ(tshark(file, "ip.checksum.status == 0"), 0);
	CLIENT_EQ(tshark(file, "_ws.malformed || _ws.expert.severity >= 6291456"), 0);
	unlink(file);
}

/* The switch, a wire that is captured, and the far end take it for what it is, too. */
static void encapsulated(void)
{
	char file[64];

	if (system("tshark --version >/dev/null 2>&1")) {
		ktap_note("tshark is not installed");
		exit(KTAP_SKIP);
	}
	snprintf(file, sizeof(file), "/tmp/vgaudi-rc.%d.pcap", (int)getpid());
	for (unsigned int i = 0; i < sizeof(standards) / sizeof(*standards); i++)
		encapsulated_in(&standards[i], file);
}

static const struct ktap_test tests[] = {
	{ "rc: writes of each size", sizes },
	{ "rc: immediate data, over IPv6", immediate },
	{ "rc: sends, to a receiver that is late", sends },
	{ "rc: loopback, without a link", loopback },
	{ "rc: what turns round waits in no buffer", turned_round },
	{ "rc: both ways, round all rings", many },
	{ "rc: a bad wire", bad_wire },
	{ "rc: windows bound the responder", windows },
	{ "rc: destroyed in the middle", destroyed_under_way },
	{ "rc: the peer leaves", peer_leaves },
	{ "rc: Wireshark agrees", wireshark_agrees },
	{ "rc: encapsulated", encapsulated },
	{ "compute: fill, and post it to the peer", compute },
	{ "sync objects: a command waits for the other card", sync_objects },
};

KTAP_MAIN(tests)
