// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports: traffic classes, limits, flow control by priority, and receive buffers.
 *
 *	card 0 port 0: lo, hi ---- port 1: rx
 */
#include <string.h>

#include "../lib/ktap.h"
#include "rig.h"

#define LOG	6
#define LO	100u	/* octets of a frame tell whose it is */
#define HI	200u
#define PRIO	3

static struct rig rig;
static struct rig_cq cq;
static struct rig_qp lo, hi, rx;
static uint64_t frame, buffer;

/* ---- commands ---- */

static void prio(const struct rig_qp *qp, uint8_t value)
{
	const struct gnic_hw_qp_prio in = { .qpn = cpu_to_le32(qp->qpn), .prio = value };

	RIG_OK(&rig, GNIC_CMD_QP_PRIO, &in, sizeof(in), NULL, 0);
}

static void pfc(uint32_t port, uint8_t enable)
{
	const struct gnic_hw_port_pfc in = { .port = cpu_to_le32(port), .enable = enable };

	RIG_OK(&rig, GNIC_CMD_PORT_PFC, &in, sizeof(in), NULL, 0);
}

static void pfc_stats(uint32_t port, struct gnic_hw_pfc_stats *stats)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(port) };

	RIG_OK(&rig, GNIC_CMD_PFC_STATS, &in, sizeof(in), stats, sizeof(*stats));
}

static uint32_t limit(uint64_t rate)
{
	const struct gnic_hw_port_rate in = { .rate = cpu_to_le64(rate) };

	return rig_cmd(&rig, GNIC_CMD_PORT_RATE, &in, sizeof(in), NULL, 0);
}

/* Of port 0, of one priority or of all (8). */
static void silence(unsigned int which, unsigned int ms)
{
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"silence\",\"port\":0,\"ms\":%u,\"prio\":%u}",
		       ms, which);
}

/* ---- frames ---- */

static void start(const char *head, size_t len)
{
	unsigned int i;

	rig_open(&rig, (const char *[]) { "--topology", "loop", NULL });
	rig_cq(&rig, &cq, 10, 5, GNIC_VECTOR_NONE);
	rig_raw(&rig, &lo, 0, &cq, LOG);
	rig_raw(&rig, &hi, 0, &cq, LOG);
	rig_raw(&rig, &rx, 1, &cq, LOG);
	rig_rss_one(&rig, 1, rx.qpn);
	rig_promisc(&rig, 1);
	frame = rig_alloc(&rig, 4096, 64);
	buffer = rig_alloc(&rig, 4096, 64);
	memcpy(rig_ptr(&rig, frame), "\x02\x11\x22\x33\x44\x55\x02\x66\x77\x88\x99\xaa", 12);
	memcpy((uint8_t *)rig_ptr(&rig, frame) + 12, head, len);
	rig_port_admin(&rig, 0, true);
	rig_port_admin(&rig, 1, true);
	prio(&lo, 1);
	prio(&hi, 6);
	for (i = 0; i < 1u << LOG; i++)
		rig_recv_post(&rig, &rx, buffer, 2048);
}

static void send(struct rig_qp *qp, uint32_t len, unsigned int count)
{
	while (count--)
		rig_raw_post(&rig, qp, frame, len);
	rig_ring_sq(&rig, qp);
}

/* The next frame that has come, by its size. */
static uint32_t received(void)
{
	const struct gnic_hw_raw_cqe *cqe;

	do {
		cqe = rig_cq_wait(&rig, &cq);
	} while (le32_to_cpu(cqe->ctrl) & GNIC_CQE_REQ);
	return le32_to_cpu(cqe->size);
}

/* Frames that have come to port 1 so far. */
static uint64_t arrived(void)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(1) };
	struct gnic_hw_mac_stats stats;

	RIG_OK(&rig, GNIC_CMD_PORT_STATS, &in, sizeof(in), &stats, sizeof(stats));
	return le64_to_cpu(stats.rx.frames_ok);
}

/* ---- classes, limits ---- */

static void strict(void)
{
	unsigned int i;

	start("\x88\xb5", 2);
	silence(8, 10000);
	send(&lo, LO, 10);
	send(&hi, HI, 10);
	silence(8, 0);
	for (i = 0; i < 20; i++)
		CLIENT_EQ(received(), i < 10 ? HI : LO);
	rig_close(&rig);
}

/* A frame of 104 octets takes 0.8 s at 1 kbit/s. */
static void port_limit(void)
{
	start("\x88\xb5", 2);
	CLIENT_EQ(limit(GNIC_QP_RATE_MIN - 1), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(limit(GNIC_QP_RATE_MIN), GNIC_STATUS_OK);
	send(&lo, LO, 2);
	CLIENT_EQ(received(), LO);
	rig_sleep_ms(100);
	CLIENT_EQ(arrived(), 1);
	CLIENT_EQ(limit(0), GNIC_STATUS_OK);
	CLIENT_EQ(received(), LO);
	rig_close(&rig);
}

/* ---- flow control by priority ---- */

static void one_is_silent(void)
{
	start("\x88\xb5", 2);
	pfc(0, 1 << 6);
	silence(6, 10000);
	send(&hi, HI, 1);
	send(&lo, LO, 1);
	CLIENT_EQ(received(), LO);
	CLIENT_EQ(arrived(), 1);
	silence(6, 0);
	CLIENT_EQ(received(), HI);
	rig_close(&rig);
}

static void hears(void)
{
	struct gnic_hw_pfc_stats stats;

	/* to port 1: priorities 5 and 6, a time for 6 alone */
	start("\x88\x08\x01\x01\x00\x60\0\0\0\0\0\0\0\0\0\0\0\0\x00\x07\0\0", 22);
	pfc(1, 1 << 6 | 1 << 5);
	send(&lo, LO, 1);
	RIG_AWAIT((pfc_stats(1, &stats), le64_to_cpu(stats.indications[6]) == 1));
	CLIENT_EQ(stats.indications[5], 0);
	CLIENT_EQ(stats.requests[6], 0);
	rig_close(&rig);
}

/* As many frames as there are buffers, of priority 3, and buffers that come late. */
static void loses_none(uint32_t size)
{
	struct gnic_hw_pfc_stats stats;
	unsigned int i;

	prio(&lo, PRIO);
	pfc(0, 1 << PRIO);
	pfc(1, 1 << PRIO);
	for (i = 0; i < 1u << LOG; i++)
		send(&lo, LO, 1);
	for (i = 0; i < 1u << LOG; i++) {
		CLIENT_EQ(received(), size);
		rig_recv_post(&rig, &rx, buffer, 2048);
	}
	pfc_stats(1, &stats);
	CLIENT_CHECK(le64_to_cpu(stats.requests[PRIO]) >= 1);
	pfc_stats(0, &stats);
	CLIENT_CHECK(le64_to_cpu(stats.indications[PRIO]) >= 1);
	CLIENT_EQ(stats.indications[0], 0);
	rig_close(&rig);
}

static void lossless_by_tag(void)
{
	start("\x81\x00\x60\x05\x88\xb5", 6);
	loses_none(LO - 4);	/* the tag is taken off */
}

static void lossless_by_dscp(void)
{
	struct gnic_hw_port_trust in = {
		.port = cpu_to_le32(1),
		.trust = { GNIC_PRIO_BY_DSCP, GNIC_PRIO_BY_PCP },
		.dscp_prio[26] = PRIO,
	};

	start("\x08\x00\x45\x68", 4);
	RIG_OK(&rig, GNIC_CMD_PORT_TRUST, &in, sizeof(in), NULL, 0);
	loses_none(LO);
}

/* Without flow control frames are lost before the last buffers are taken. */
static void the_last_buffers_are_kept(void)
{
	unsigned int i, kept = 0;

	start("\x88\xb5", 2);
	pfc(1, 1 << PRIO);
	for (i = 0; i < 1u << LOG; i++)
		send(&lo, LO, 1);
	RIG_AWAIT(arrived() == 1u << LOG);
	while (rig_cq_peek(&rig, &cq))
		kept += !(le32_to_cpu(((const struct gnic_hw_raw_cqe *)
				       rig_cq_wait(&rig, &cq))->ctrl) & GNIC_CQE_REQ);
	CLIENT_CHECK(kept >= 1u << (LOG - 2) && kept <= (1u << (LOG - 2)) + 1);
	rig_close(&rig);
}

/* ---- receive buffers ---- */

#define CELL	256u

/* Port 1 has one for priority 3. */
static void start_buffer(uint32_t cells)
{
	struct gnic_hw_port_buffer in = {
		.port = cpu_to_le32(1),
		.prio_buffer = { 0, 1, 2, 7, 4, 5, 6 },
		.size[7] = cpu_to_le32(cells * CELL),
	};

	start("\x81\x00\x60\x05\x88\xb5", 6);
	RIG_OK(&rig, GNIC_CMD_PORT_BUFFER, &in, sizeof(in), NULL, 0);
	prio(&lo, PRIO);
}

static void buffer_stats(struct gnic_hw_buffer_stats *stats)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(1) };

	RIG_OK(&rig, GNIC_CMD_BUFFER_STATS, &in, sizeof(in), stats, sizeof(*stats));
}

static uint32_t waiting(void)
{
	struct gnic_hw_buffer_stats stats;

	buffer_stats(&stats);
	return le32_to_cpu(stats.used[7]) / CELL;
}

static uint64_t lost(void)
{
	struct gnic_hw_buffer_stats stats;

	buffer_stats(&stats);
	return le64_to_cpu(stats.dropped[7]);
}

/* All that @qp has room for, and as many as that. */
static void burst(void)
{
	const uint64_t before = arrived();

	send(&lo, LO, 1u << LOG);
	RIG_AWAIT(arrived() == before + (1u << LOG));
}

static void waits(void)
{
	unsigned int i;

	start_buffer(512);
	burst();
	CLIENT_EQ(waiting(), 0);
	burst();
	CLIENT_EQ(waiting(), 1u << LOG);
	for (i = 0; i < 1u << LOG; i++) {
		CLIENT_EQ(received(), LO - 4);
		rig_recv_post(&rig, &rx, buffer, 2048);
	}
	for (i = 0; i < 1u << LOG; i++)
		CLIENT_EQ(received(), LO - 4);
	CLIENT_EQ(waiting(), 0);
	CLIENT_EQ(lost(), 0);
	/* who goes leaves nothing behind */
	burst();
	CLIENT_EQ(waiting(), 1u << LOG);
	rig_close(&rig);
}

static void as_much_as_there_is_room(void)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(GNIC_VPORT_UPLINK(1)) };
	/* for who can't ask anybody to be silent */
	const struct gnic_hw_port_set set = {
		.port = cpu_to_le32(1), .valid = cpu_to_le32(GNIC_PORT_SET_PAUSE),
	};
	struct gnic_hw_vport_stats stats;

	start_buffer(10);
	RIG_OK(&rig, GNIC_CMD_PORT_SET, &set, sizeof(set), NULL, 0);
	burst();
	burst();
	CLIENT_EQ(waiting(), 10);
	CLIENT_EQ(lost(), (1u << LOG) - 10);
	RIG_OK(&rig, GNIC_CMD_VPORT_STATS, &in, sizeof(in), &stats, sizeof(stats));
	CLIENT_EQ(le64_to_cpu(stats.missed), (1u << LOG) - 10);
	rig_close(&rig);
}

/* The far end is silent before the buffer is full, and hears when it is not. */
static void asks_for_silence(void)
{
	struct gnic_hw_pfc_stats stats;
	struct gnic_hw_buffer_stats buffers;
	unsigned int i;

	start_buffer(20);
	pfc(0, 1 << PRIO);
	pfc(1, 1 << PRIO);
	burst();
	pfc_stats(1, &stats);
	CLIENT_EQ(stats.requests[PRIO], 0);
	for (i = 0; i < 1u << LOG; i++)
		send(&lo, LO, 1);
	RIG_AWAIT((pfc_stats(1, &stats), stats.requests[PRIO]));
	for (i = 0; i < 2u << LOG; i++) {
		CLIENT_EQ(received(), LO - 4);
		rig_recv_post(&rig, &rx, buffer, 2048);
	}
	CLIENT_EQ(waiting(), 0);
	buffer_stats(&buffers);
	CLIENT_EQ(buffers.dropped[7], 0);
	CLIENT_CHECK(le32_to_cpu(buffers.peak[7]) > 10 * CELL);
	rig_close(&rig);
}

/* Another queue takes over; what waits for one that stops is lost. */
static void queues_come_and_go(void)
{
	struct gnic_hw_qp_move move = { .port = cpu_to_le32(1) };
	struct gnic_hw_qp_id stop = { .port = cpu_to_le32(1) };
	const struct gnic_hw_raw_cqe *cqe;
	struct rig_qp next;
	unsigned int i;

	start_buffer(512);
	rig_raw(&rig, &next, 1, &cq, LOG);
	move.from = cpu_to_le32(rx.qpn);
	move.to = cpu_to_le32(next.qpn);
	stop.qpn = move.to;
	burst();
	send(&lo, LO, 10);
	RIG_AWAIT(waiting() == 10);
	for (i = 0; i < 5; i++)
		rig_recv_post(&rig, &next, buffer, 2048);
	RIG_OK(&rig, GNIC_CMD_QP_MOVE, &move, sizeof(move), NULL, 0);
	CLIENT_EQ(waiting(), 5);
	for (i = 0; i < 1u << LOG; i++)
		received();
	for (i = 0; i < 5;) {
		cqe = rig_cq_wait(&rig, &cq);
		if (le32_to_cpu(cqe->ctrl) & GNIC_CQE_REQ)
			continue;
		CLIENT_EQ(FIELD_GET(GNIC_CQE_QPN, le32_to_cpu(cqe->ctrl)), next.qpn);
		i++;
	}
	CLIENT_EQ(lost(), 0);
	RIG_OK(&rig, GNIC_CMD_QP_STOP, &stop, sizeof(stop), NULL, 0);
	CLIENT_EQ(waiting(), 0);
	CLIENT_EQ(lost(), 5);
	rig_close(&rig);
}

static const struct ktap_test tests[] = {
	{ "classes: strict ones go first", strict },
	{ "classes: a limit of the port", port_limit },
	{ "pfc: one priority is silent", one_is_silent },
	{ "pfc: hears", hears },
	{ "pfc: loses none, by tag", lossless_by_tag },
	{ "pfc: loses none, by DSCP", lossless_by_dscp },
	{ "pfc: the last buffers are kept", the_last_buffers_are_kept },
	{ "buffers: a burst waits", waits },
	{ "buffers: as much as there is room", as_much_as_there_is_room },
	{ "buffers: ask for silence", asks_for_silence },
	{ "buffers: queues come and go", queues_come_and_go },
};

KTAP_MAIN(tests)
