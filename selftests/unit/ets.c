// SPDX-License-Identifier: GPL-2.0-only
/* mac_ets.c, mac_sched.c: which send queue starts the next packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "blk_cmd.h"
#include "clock_lab.h"
#include "mac.h"
#include "path.h"

#define QPS	4u
#define FRAME	1514u	/* without FCS */
#define MBIT	1000000ull

static struct card card;
static struct port *const port = &card.ports[0];
static struct vport function = { .function = true };
static struct qp qps[QPS];
static unsigned int polled[QPS];	/* past the scheduler */
static unsigned int woken;
static uint32_t frame_len[QPS];
static bool held[QPS];

/* ---- what surrounds the block ---- */

void qp_wake(struct qp *qp)
{
	(void)qp;
	woken++;
}

struct qp *qp_get(struct port *of, uint32_t qpn)
{
	return of == port && qpn < QPS ? &qps[qpn] : NULL;
}

int txe_run(struct qp *qp, int budget)
{
	unsigned int i = qp - qps;
	int done = 0;

	while (done < budget && qp->sq.done != qp->sq.index && !held[i]) {
		qp->sq.done++;
		qp->stats.tx_packets++;
		qp->stats.tx_bytes += frame_len[i];
		done++;
	}
	polled[i] += done;
	return done;
}

/* ---- helpers ---- */

static struct gnic_hw_ets initial(void)
{
	struct gnic_hw_ets in = { .port = 0 };

	for (unsigned int i = 0; i < GNIC_PRIOS; i++)
		in.prio_tc[i] = i;
	return in;
}

static enum gnic_hw_status prio(uint32_t qpn, uint8_t value)
{
	struct gnic_hw_qp_prio in = { .qpn = cpu_to_le32(qpn), .prio = value };

	return qp_cmd_prio(&card, &in);
}

/* Classes 0 .. n - 1 are ETS, with these shares. */
static void shares(unsigned int n, const uint8_t *share)
{
	struct gnic_hw_ets in = initial();

	for (unsigned int i = 0; i < n; i++) {
		in.tsa[i] = GNIC_TSA_ETS;
		in.share[i] = share[i];
	}
	assert_int_equal(mac_cmd_ets(&card, &in), GNIC_STATUS_OK);
}

static void post(unsigned int i, uint32_t packets)
{
	qps[i].sq.index += packets;
}

/* A round: all are polled, then classes are served. */
static bool round_of_all(void)
{
	for (unsigned int i = 0; i < QPS; i++)
		if (port->ets.on)
			assert_int_equal(ets_enqueue(&qps[i]), 0);
	return ets_run(&card);
}

static uint64_t octets(unsigned int i)
{
	return qps[i].stats.tx_bytes + 4 * qps[i].stats.tx_packets;
}

static int setup(void **state)
{
	(void)state;
	memset(qps, 0, sizeof(qps));
	memset(&card, 0, sizeof(card));
	memset(polled, 0, sizeof(polled));
	memset(held, 0, sizeof(held));
	card.config.ports = 2;
	for (unsigned int i = 0; i < 2; i++) {
		card.ports[i].card = &card;
		mac_ets_reset(&card.ports[i]);
	}
	for (unsigned int i = 0; i < QPS; i++) {
		qps[i].card = &card;
		qps[i].port = port;
		qps[i].qpn = i;
		qps[i].type = GNIC_QP_RAW;
		qps[i].sq.present = true;
		frame_len[i] = FRAME;
	}
	fake_now = 1000000000;
	woken = 0;
	return 0;
}

/* ---- on and off ---- */

static void off_until_told(void **state)
{
	struct gnic_hw_ets in = initial();

	(void)state;
	assert_false(port->ets.on);
	assert_int_equal(mac_cmd_ets(&card, &in), GNIC_STATUS_OK);
	assert_false(port->ets.on);
	assert_int_equal(prio(1, 3), GNIC_STATUS_OK);
	assert_true(port->ets.on);
	assert_false(card.ports[1].ets.on);
	assert_int_equal(prio(1, 0), GNIC_STATUS_OK);
	assert_false(port->ets.on);
	in.rate[0] = cpu_to_le64(MBIT);
	assert_int_equal(mac_cmd_ets(&card, &in), GNIC_STATUS_OK);
	assert_true(port->ets.on);
	mac_ets_reset(port);
	assert_false(port->ets.on);
}

/* Who waits in a class when there are no classes any more is polled again. */
static void off_with_queues(void **state)
{
	(void)state;
	prio(1, 3);
	post(1, 5);
	ets_enqueue(&qps[1]);
	assert_int_equal(card.ets_queued, 1);
	woken = 0;
	prio(1, 0);
	assert_int_equal(card.ets_queued, 0);
	assert_in_range(woken, 1, 2);
}

static void goes_away(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < QPS; i++) {
		prio(i, 3);
		post(i, 5);
		ets_enqueue(&qps[i]);
	}
	ets_forget(&qps[3]);
	ets_forget(&qps[1]);
	assert_int_equal(card.ets_queued, 2);
	while (round_of_all())
		;
	ets_forget(&qps[0]);
	ets_forget(&qps[2]);
	assert_int_equal(card.ets_queued, 0);
	assert_int_equal(port->ets.prios, 0);
	assert_int_equal(polled[0] + polled[2], 10);
}

/* ---- the choice ---- */

static void strict_first(void **state)
{
	(void)state;
	prio(0, 1);
	prio(1, 5);
	prio(2, 7);
	for (unsigned int i = 0; i < 3; i++)
		post(i, 100);
	round_of_all();
	assert_int_equal(polled[2], 64);
	round_of_all();
	assert_int_equal(polled[2], 100);
	assert_int_equal(polled[1], 28);
	assert_int_equal(polled[0], 0);
	while (round_of_all())
		;
	assert_int_equal(polled[0], 100);
}

static void ratio(const uint8_t *share, unsigned int percent_off)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < 3; i++) {
		prio(i, i);
		post(i, 100000);
	}
	shares(3, share);
	for (unsigned int i = 0; i < 300; i++)
		assert_true(round_of_all());
	for (unsigned int i = 0; i < 3; i++)
		sum += octets(i);
	for (unsigned int i = 0; i < 3; i++)
		assert_in_range(octets(i) * 100 / sum + percent_off, share[i],
				share[i] + 2 * percent_off);
}

static void ets_shares_octets(void **state)
{
	static const uint8_t share[] = { 20, 30, 50 };

	(void)state;
	frame_len[0] = 64000;	/* TSO */
	frame_len[1] = 60;
	ratio(share, 2);
}

static void ets_smallest_share(void **state)
{
	static const uint8_t share[] = { 1, 1, 98 };

	(void)state;
	ratio(share, 1);
}

/* A share that is not used is everybody's; afterwards nobody makes up for it. */
static void ets_no_savings(void **state)
{
	static const uint8_t share[] = { 50, 50 };

	(void)state;
	prio(0, 0);
	prio(1, 1);
	shares(2, share);
	post(0, 1000);
	while (round_of_all())
		;
	assert_int_equal(polled[0], 1000);
	post(0, 1000);
	post(1, 1000);
	for (unsigned int i = 0; i < 10; i++)
		round_of_all();
	assert_in_range(polled[0] - 1000, 300, 340);
}

static void strict_beats_ets(void **state)
{
	static const uint8_t share[] = { 100 };

	(void)state;
	prio(0, 0);
	prio(1, 1);
	shares(1, share);
	post(0, 100);
	post(1, 50);
	round_of_all();
	assert_int_equal(polled[1], 50);
	assert_int_equal(polled[0], 14);
}

static void no_share_is_last(void **state)
{
	static const uint8_t share[] = { 100, 0 };

	(void)state;
	prio(0, 0);
	prio(1, 1);
	shares(2, share);
	post(0, 100);
	post(1, 100);
	round_of_all();
	round_of_all();
	assert_int_equal(polled[0], 100);
	assert_int_equal(polled[1], 28);
}

static void fair_within_a_class(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < QPS; i++) {
		prio(i, 6);
		post(i, 1000);
	}
	round_of_all();
	for (unsigned int i = 0; i < QPS; i++)
		assert_int_equal(polled[i], 16);
}

static void map_counts(void **state)
{
	struct gnic_hw_ets in = initial();

	(void)state;
	in.prio_tc[2] = 7;
	in.prio_tc[7] = 0;
	assert_int_equal(mac_cmd_ets(&card, &in), GNIC_STATUS_OK);
	prio(0, 2);
	prio(1, 7);
	post(0, 64);
	post(1, 64);
	round_of_all();
	assert_int_equal(polled[0], 64);
	/* under way, too: who waits changes the class */
	post(0, 64);
	ets_enqueue(&qps[0]);
	ets_enqueue(&qps[1]);
	in.prio_tc[2] = 0;
	in.prio_tc[7] = 7;
	assert_int_equal(mac_cmd_ets(&card, &in), GNIC_STATUS_OK);
	round_of_all();
	assert_int_equal(polled[1], 64);
}

/* Queues that were held for long make up for nothing either. */
static void ets_after_silence(void **state)
{
	static const uint8_t share[] = { 25, 75 };

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		prio(i, i);
		held[i] = true;
		post(i, 300);
	}
	shares(2, share);
	for (unsigned int i = 0; i < 1000; i++)
		assert_false(round_of_all());
	memset(held, 0, sizeof(held));
	for (unsigned int i = 0; i < 4; i++)
		round_of_all();
	assert_in_range(polled[0], 60, 68);
}

/* ---- who may not ---- */

static void class_limit(void **state)
{
	struct gnic_hw_ets in = initial();

	(void)state;
	in.rate[3] = cpu_to_le64(100 * MBIT);
	mac_cmd_ets(&card, &in);
	prio(0, 3);
	prio(1, 3);
	post(0, 100000);
	post(1, 100000);
	for (uint64_t end = fake_now + 1000000000; fake_now < end;) {
		if (round_of_all())
			continue;
		assert_false(ets_ready(&card));
		assert_int_equal(port->ets.tc[3].rate.timer.slot, 1);
		fake_now = port->ets.tc[3].rate.timer.when;
		port->ets.tc[3].rate.timer.slot = 0;
		assert_true(ets_ready(&card));
	}
	assert_in_range(octets(0) + octets(1), 12400000, 12700000);
	assert_in_range(octets(0) * 100 / octets(1), 99, 101);
}

/* It leaves its class, and the others go on. */
static void held_queue(void **state)
{
	(void)state;
	prio(0, 7);
	prio(1, 1);
	post(0, 10);
	post(1, 10);
	held[0] = true;
	round_of_all();
	assert_int_equal(polled[1], 10);
	assert_false(qps[0].ets.queued);
	held[0] = false;
	round_of_all();
	assert_int_equal(polled[0], 10);
}

static void stopped_queue(void **state)
{
	(void)state;
	prio(0, 7);
	post(0, 10);
	ets_enqueue(&qps[0]);
	qps[0].stopped = true;
	assert_false(ets_run(&card));
	assert_int_equal(polled[0], 0);
	assert_int_equal(card.ets_queued, 0);
}

static void without_wire(void **state)
{
	(void)state;
	prio(0, 7);
	qps[0].vport = &function;
	qps[0].side = GNIC_SIDE_HOST;
	post(0, 10);
	assert_int_equal(ets_enqueue(&qps[0]), 10);
	assert_int_equal(card.ets_queued, 0);
}

/* ---- the limit of the port ---- */

static enum gnic_hw_status port_rate(uint64_t limit)
{
	struct gnic_hw_port_rate in = { .rate = cpu_to_le64(limit) };

	return mac_cmd_rate(&card, &in);
}

/* Two queues of one class and one of a higher class, of a port that had no classes. */
static void port_limited(void **state)
{
	const uint64_t begin = fake_now, second = 1000000000ull;
	uint64_t all;

	(void)state;
	assert_false(port->ets.on);
	assert_int_equal(port_rate(100 * MBIT), GNIC_STATUS_OK);
	assert_true(port->ets.on);
	for (unsigned int i = 0; i < 2; i++)
		post(i, 100000);
	while (fake_now < begin + second) {
		round_of_all();
		if (ets_ready(&card))
			continue;
		assert_int_not_equal(port->ets.rate.timer.slot, 0);
		fake_now = port->ets.rate.timer.when;
		port->ets.rate.timer.slot = 0;
	}
	all = octets(0) + octets(1);
	assert_in_range(all, 12400000, 12600000);
	assert_in_range(octets(0), all / 2 - 2 * FRAME, all / 2 + 2 * FRAME);
}

/* Strict classes stay strict, and what is held goes on when the limit ends. */
static void port_limit_ends(void **state)
{
	(void)state;
	prio(1, 7);
	assert_int_equal(port_rate(MBIT), GNIC_STATUS_OK);
	post(0, 10);
	post(1, 10);
	while (round_of_all())
		;
	assert_int_equal(qps[0].stats.tx_packets, 0);
	assert_in_range(qps[1].stats.tx_packets, 1, 2);
	assert_false(ets_ready(&card));
	assert_int_equal(port_rate(0), GNIC_STATUS_OK);
	assert_int_equal(port->ets.rate.timer.slot, 0);
	while (round_of_all())
		;
	assert_int_equal(octets(0), octets(1));
	assert_int_equal(qps[0].stats.tx_packets, 10);
	prio(1, 0);
	assert_false(port->ets.on);
}

static void port_rate_refused(void **state)
{
	struct gnic_hw_port_rate in = { .rsvd = cpu_to_le32(1) };

	(void)state;
	assert_int_equal(mac_cmd_rate(&card, &in), GNIC_STATUS_BAD_PARAM);
	in.rsvd = 0;
	in.port = cpu_to_le32(2);
	assert_int_equal(mac_cmd_rate(&card, &in), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(port_rate(GNIC_QP_RATE_MIN - 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(port_rate(GNIC_QP_RATE_MAX + 1), GNIC_STATUS_BAD_PARAM);
	assert_false(port->ets.on);
	assert_int_equal(port_rate(GNIC_QP_RATE_MAX), GNIC_STATUS_OK);
	mac_ets_reset(port);
	assert_false(port->ets.on);
}

/* ---- refusals ---- */

static void ets_refused(void **state)
{
	struct gnic_hw_ets good = initial(), in;

	(void)state;
	good.tsa[0] = GNIC_TSA_ETS;
	good.share[0] = 100;
	assert_int_equal(mac_cmd_ets(&card, &good), GNIC_STATUS_OK);
#define BAD(change) do { \
	in = good; \
	change; \
	assert_int_equal(mac_cmd_ets(&card, &in), GNIC_STATUS_BAD_PARAM); \
} while (0)
	BAD(in.port = cpu_to_le32(2));
	BAD(in.rsvd = cpu_to_le32(1));
	BAD(in.prio_tc[7] = 8);
	BAD(in.tsa[1] = 2);
	BAD(in.share[0] = 99);
	BAD(in.share[1] = 1);
	BAD(in.share[0] = 0);
	BAD(in.tsa[1] = GNIC_TSA_ETS; in.share[1] = 1);
	BAD(in.tsa[1] = GNIC_TSA_ETS; in.share[0] = 255; in.share[1] = 101);
	BAD(in.rate[7] = cpu_to_le64(GNIC_QP_RATE_MIN - 1));
	BAD(in.rate[7] = cpu_to_le64(GNIC_QP_RATE_MAX + 1));
	assert_int_equal(port->ets.tc[0].share, 100);
	assert_int_equal(port->ets.prio_tc[7], 7);
	in = good;
	in.rate[7] = cpu_to_le64(GNIC_QP_RATE_MAX);
	assert_int_equal(mac_cmd_ets(&card, &in), GNIC_STATUS_OK);
}

static void prio_refused(void **state)
{
	struct gnic_hw_qp_prio in = { .rsvd = { 0, 0, 0, 0, 0, 0, 1 } };

	(void)state;
	assert_int_equal(qp_cmd_prio(&card, &in), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(prio(QPS, 1), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(prio(0, 8), GNIC_STATUS_BAD_PARAM);
	qps[0].type = GNIC_QP_RC;
	assert_int_equal(prio(0, 1), GNIC_STATUS_BAD_PARAM);
	qps[0].type = GNIC_QP_RAW;
	qps[0].sq.present = false;
	assert_int_equal(prio(0, 1), GNIC_STATUS_BAD_PARAM);
	in.rsvd[6] = 0;
	in.port = cpu_to_le32(2);
	assert_int_equal(qp_cmd_prio(&card, &in), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(port->ets.prios, 0);
}

/* ---- the scheduling tree ---- */

static enum gnic_hw_status node(unsigned int number, unsigned int parent, uint8_t weight,
				uint64_t rate)
{
	struct gnic_hw_sched_node in = {
		.node = cpu_to_le16(number),
		.parent = cpu_to_le16(parent),
		.weight = weight,
		.rate = cpu_to_le64(rate),
	};

	return mac_cmd_sched(&card, &in);
}

static enum gnic_hw_status place(uint32_t qpn, unsigned int number, uint8_t weight)
{
	struct gnic_hw_qp_sched in = {
		.qpn = cpu_to_le32(qpn),
		.node = cpu_to_le16(number),
		.weight = weight,
	};

	return qp_cmd_sched(&card, &in);
}

/* All of them have sent so much of each other's, of @parts. */
static void sent_in_parts(unsigned int n, const unsigned int *parts)
{
	uint64_t all = 0, sum = 0, part;

	for (unsigned int i = 0; i < n; i++) {
		all += octets(i);
		sum += parts[i];
	}
	for (unsigned int i = 0; i < n; i++) {
		part = all * parts[i] / sum;
		assert_in_range(octets(i), part - 4 * FRAME, part + 4 * FRAME);
	}
}

static void rounds(unsigned int n)
{
	while (n--)
		round_of_all();
}

static void tree_off_until_told(void **state)
{
	(void)state;
	assert_int_equal(place(0, 0, 1), GNIC_STATUS_OK);
	assert_int_equal(node(1, 0, 1, 0), GNIC_STATUS_OK);
	assert_false(port->ets.on);
	assert_int_equal(place(0, 0, 2), GNIC_STATUS_OK);
	assert_true(port->ets.on);
	assert_int_equal(place(0, 0, 1), GNIC_STATUS_OK);
	assert_false(port->ets.on);
	assert_int_equal(node(1, 0, 1, MBIT), GNIC_STATUS_OK);
	assert_true(port->ets.on);
	assert_int_equal(node(1, 2, 1, MBIT), GNIC_STATUS_OK);
	assert_int_equal(node(1, 0, 1, 0), GNIC_STATUS_OK);
	assert_false(port->ets.on);
	assert_int_equal(port->ets.scheds, 0);
}

/* By octets, whatever the size of the packets. */
static void weights_of_queues(void **state)
{
	(void)state;
	frame_len[1] = 60;
	place(0, 0, 3);
	place(1, 0, 2);
	for (unsigned int i = 0; i < 3; i++)
		post(i, 1000000);
	rounds(200);
	sent_in_parts(3, (const unsigned int[]) { 3, 2, 1 });
}

/* port: node 1 (weight 2: queue 0; node 2: queues 1, weight 3, and 2), queue 3 */
static void weights_of_nodes(void **state)
{
	(void)state;
	node(1, 0, 2, 0);
	node(2, 1, 1, 0);
	place(0, 1, 1);
	place(1, 2, 3);
	place(2, 2, 1);
	for (unsigned int i = 0; i < 4; i++)
		post(i, 1000000);
	rounds(500);
	sent_in_parts(4, (const unsigned int[]) { 12, 9, 3, 12 });
}

/* What the others sent meanwhile is not made up for, and nobody starves. */
static void tree_saves_nothing(void **state)
{
	uint64_t before;

	(void)state;
	place(0, 0, 1);
	place(1, 0, 2);
	post(1, 1000);
	rounds(10);
	assert_int_equal(octets(0), 0);
	before = octets(1);
	post(0, 10000);
	post(1, 10000);
	rounds(20);
	assert_in_range(octets(0), (octets(1) - before) / 2 - 2 * FRAME,
			(octets(1) - before) / 2 + 2 * FRAME);
}

/* Queues of two classes below one node: its limit is for both, the other goes on. */
static void limit_of_a_node(void **state)
{
	const uint64_t begin = fake_now, second = 1000000000ull;
	struct loop_timer *timer = &port->ets.node[4].rate.timer;

	(void)state;
	node(5, 0, 1, 100 * MBIT);
	node(6, 5, 1, 0);
	place(0, 5, 1);
	place(1, 6, 1);
	prio(1, 3);
	post(0, 100000);
	post(1, 4000);
	post(2, 100);
	while (fake_now < begin + second) {
		round_of_all();
		if (ets_ready(&card))
			continue;
		assert_int_equal(qps[2].stats.tx_packets, 100);
		assert_int_not_equal(timer->slot, 0);
		fake_now = timer->when;
		timer->slot = 0;
	}
	assert_int_equal(qps[1].stats.tx_packets, 4000);
	assert_in_range(octets(0) + octets(1), 12400000, 12600000);
	node(5, 0, 1, 0);
	assert_int_equal(timer->slot, 0);
	assert_true(ets_ready(&card));
}

static void tree_goes_away(void **state)
{
	(void)state;
	node(1, 0, 1, MBIT);
	place(0, 1, 5);
	post(0, 10);
	rounds(3);
	ets_forget(&qps[0]);
	assert_int_equal(port->ets.scheds, 1);
	assert_int_equal(port->ets.queued, 0);
	mac_ets_reset(port);
	assert_int_equal(port->ets.scheds, 0);
	assert_int_equal(port->ets.node[0].rate.limit, 0);
	assert_false(port->ets.on);
}

static void tree_refused(void **state)
{
	struct gnic_hw_sched_node in = { .node = cpu_to_le16(1), .weight = 1 };
	struct gnic_hw_qp_sched at = { .weight = 1 };

	(void)state;
	assert_int_equal(node(0, 0, 1, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(node(GNIC_SCHED_NODES + 1, 0, 1, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(node(1, GNIC_SCHED_NODES + 1, 1, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(node(1, 0, 0, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(node(1, 0, 1, GNIC_QP_RATE_MIN - 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(node(1, 0, 1, GNIC_QP_RATE_MAX + 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(node(1, 1, 1, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(node(2, 1, 1, 0), GNIC_STATUS_OK);
	assert_int_equal(node(GNIC_SCHED_NODES, 2, 1, 0), GNIC_STATUS_OK);
	assert_int_equal(node(1, GNIC_SCHED_NODES, 1, 0), GNIC_STATUS_BAD_PARAM);
	in.rsvd[6] = 1;
	assert_int_equal(mac_cmd_sched(&card, &in), GNIC_STATUS_BAD_PARAM);
	in.rsvd[6] = 0;
	in.port = cpu_to_le32(2);
	assert_int_equal(mac_cmd_sched(&card, &in), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(place(0, GNIC_SCHED_NODES + 1, 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(place(0, 0, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(place(QPS, 0, 1), GNIC_STATUS_NOT_FOUND);
	at.rsvd[4] = 1;
	assert_int_equal(qp_cmd_sched(&card, &at), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(port->ets.scheds, 2);
}

#define TEST(name)	cmocka_unit_test_setup(name, setup)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(off_until_told), TEST(off_with_queues), TEST(goes_away), TEST(strict_first),
		TEST(ets_shares_octets), TEST(ets_smallest_share), TEST(ets_no_savings),
		TEST(strict_beats_ets), TEST(no_share_is_last), TEST(fair_within_a_class),
		TEST(map_counts), TEST(ets_after_silence), TEST(class_limit), TEST(held_queue),
		TEST(stopped_queue), TEST(port_limited), TEST(port_limit_ends), TEST(port_rate_refused),
		TEST(without_wire), TEST(ets_refused), TEST(prio_refused),
		TEST(tree_off_until_told), TEST(weights_of_queues), TEST(weights_of_nodes),
		TEST(tree_saves_nothing), TEST(limit_of_a_node), TEST(tree_goes_away),
		TEST(tree_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
