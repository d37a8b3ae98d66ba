// SPDX-License-Identifier: GPL-2.0-only
/* rxe_gro.c: what is merged, what is not, and when it goes up. */
#include "fake.h"
#include "gro_lab.h"
#include "rxe_gro.h"

static int setup(void **state)
{
	(void)state;
	gro_lab_setup(0);
	return 0;
}

/* ---- merged ---- */

/* Byte by byte: the headers of the first, made right for the whole. */
static void merges(void **state)
{
	static uint8_t want[16384], got[16384];

	(void)state;
	for (unsigned int v6 = 0; v6 < 2; v6++) {
		struct segment s = first();
		uint32_t hdr = v6 ? 74 : 54, len = 0, at = 0, buf = fake_rq_done;
		unsigned int before = fake_ncqes;

		s.v6 = v6;
		s.seq = 0xfffffe00u;	/* over the end of the numbers */
		for (unsigned int i = 0; i < 10; i++, s = next(&s)) {
			s.flags = i == 9 ? ACK | PSH : ACK;
			s.payload = i == 9 ? MSS - 1 : MSS;
			receive(&s);
			memcpy(want + (i ? len : 0), bytes + (i ? hdr : 0), s.payload + (i ? 0 : hdr));
			len += s.payload + (i ? 0 : hdr);
		}
		assert_int_equal(fake_ncqes, before + 1);
		assert_true(is_merged(before));
		assert_int_equal(le16_to_cpu(cqe(before)->csum), MSS);
		assert_int_equal(size(before), len);
		assert_int_equal(le32_to_cpu(cqe(before)->hash), 77);
		for (; at < len; at += BUFFER)
			memcpy(got + at, fake_ptr(buffer_addr(buf++)), BUFFER);
		frame_put_be16(want + (v6 ? 18 : 16), (uint16_t)(len - (v6 ? 54 : 14)));
		want[hdr - 20 + 13] |= PSH;
		if (!v6) {
			frame_put_be16(want + 24, 0);
			frame_put_be16(want + 24, (uint16_t)~fake_sum(want + 14, 20, 0));
		}
		memset(want + hdr - 4, 0, 2);
		memset(got + hdr - 4, 0, 2);
		assert_memory_equal(got, want, len);
	}
	assert_int_equal(f.qp.stats.rx_packets, 20);
}

static void fixed_id(void **state)
{
	struct segment s = first(), b;

	(void)state;
	receive(&s);
	b = next(&s);
	b.id = s.id;
	b.flags |= PSH;
	receive(&b);
	assert_true(is_merged(0));
	assert_true(le32_to_cpu(cqe(0)->flags) & GNIC_RAW_CQE_GRO_FIXED_ID);
	/* not first the one, then the other */
	receive(&s);
	b = next(&s);
	receive(&b);
	b = next(&b);
	b.id--;
	receive(&b);
	assert_true(is_merged(1));
	assert_false(le32_to_cpu(cqe(1)->flags) & GNIC_RAW_CQE_GRO_FIXED_ID);
	rxe_gro_flush(&f.qp);
	assert_false(is_merged(2));
}

static void max_size(void **state)
{
	struct segment s = first();

	(void)state;
	assert_int_equal(gro(f.qp.qpn, 54 + 3 * MSS, USECS, 0), GNIC_STATUS_OK);
	for (unsigned int i = 0; i < 9; i++, s = next(&s))
		receive(&s);
	assert_int_equal(fake_ncqes, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(size(i), 54 + 3 * MSS);
	/* no room for one more, but for a last one that is smaller */
	start_over();
	assert_int_equal(gro(f.qp.qpn, 54 + 3 * MSS + 10, USECS, 0), GNIC_STATUS_OK);
	for (unsigned int i = 0; i < 3; i++, s = next(&s))
		receive(&s);
	s.payload = 10;
	receive(&s);
	assert_int_equal(fake_ncqes, 1);
	assert_int_equal(size(0), 54 + 3 * MSS + 10);
}

static void flows_apart(void **state)
{
	struct segment s = first(), b;

	(void)state;
	for (s.flow = 0; s.flow < 20; s.flow++)
		receive(&s);
	assert_int_equal(fake_ncqes, 0);
	b = next(&s);
	b.flags |= PSH;
	for (b.flow = 0; b.flow < 20; b.flow++)
		receive(&b);
	assert_int_equal(fake_ncqes, 20);
	for (unsigned int i = 0; i < 20; i++)
		assert_true(is_merged(i));
}

/* ---- not merged ---- */

static void differs(void **state)
{
	const struct segment a = first(), follows = next(&a);
	struct segment b;

	(void)state;
#define WITH(member, value) (b = follows, b.member = (value), assert_apart(&a, &b))
	WITH(seq, follows.seq + 1);
	WITH(id, follows.id + 1);
	WITH(ttl, 63);
	WITH(payload, MSS + 1);
	WITH(payload, 0);
	WITH(flags, ACK | SYN);
	WITH(flags, ACK | CWR);
	WITH(flags, ACK | 0x20);
	WITH(flags, ACK | 0x04);
	WITH(flags, 0);
	WITH(tcp_options, 4);
	WITH(ip_options, 4);
	WITH(bad_sum, true);
	WITH(bad_ip_sum, true);
	WITH(fragment, 0);
	WITH(tags, 1);
#undef WITH
}

/* All of them have it, or none: it belongs to each, with accurate ECN. */
static void congestion_window_reduced(void **state)
{
	struct segment a = first(), b;

	(void)state;
	a.flags = ACK | CWR;
	b = next(&a);
	receive(&a);
	receive(&b);
	rxe_gro_flush(&f.qp);
	assert_int_equal(fake_ncqes, 1);
	assert_true(is_merged(0));
	b.flags = ACK;
	assert_apart(&a, &b);
}

/* What can't be a first one does not wait. */
static void at_once(void **state)
{
	struct segment s = first();

	(void)state;
	s.flags = ACK | PSH;
	receive(&s);
	s.flags = ACK | FIN;
	receive(&s);
	s.flags = ACK;
	s.payload = 0;
	receive(&s);
	s.payload = MSS;
	s.tags = 2;
	receive(&s);
	assert_int_equal(fake_ncqes, 4);
	assert_null(fake_timer);
}

static void options_are_kept(void **state)
{
	struct segment s = first(), b;

	(void)state;
	s.tcp_options = 12;
	receive(&s);
	b = next(&s);
	b.flags |= PSH;
	receive(&b);
	assert_true(is_merged(0));
	assert_int_equal(size(0), 66 + 2 * MSS);
}

/* ---- time, and ends ---- */

static void quiet(void **state)
{
	struct segment s = first();

	(void)state;
	receive(&s);
	assert_int_equal(fake_ncqes, 0);
	assert_non_null(fake_timer);
	assert_int_equal(fake_timer->when, fake_now + USECS * 1000);
	fake_timer_fire();
	assert_int_equal(fake_ncqes, 1);
	assert_false(is_merged(0));
	assert_null(fake_timer);
}

/* Other flows never let the queue be quiet: it does not wait for ever. */
static void busy(void **state)
{
	struct segment s = first(), other = first();
	unsigned int ticks = 0;

	(void)state;
	receive(&s);
	other.flow = 1;
	other.flags |= PSH;
	do {
		/* goes up itself; the timer finds a queue that is not quiet */
		fake_now = fake_timer->when - 1;
		receive(&other);
		fake_timer_fire();
		ticks++;
	} while (fake_ncqes == ticks && ticks < 100);
	assert_int_equal(ticks, 16);
	assert_int_equal(fake_ncqes, ticks + 1);
	assert_null(fake_timer);
}

static void ends(void **state)
{
	struct segment s = first(), b;

	(void)state;
	receive(&s);
	assert_int_equal(gro(f.qp.qpn, 0, USECS, 0), GNIC_STATUS_OK);
	assert_int_equal(fake_ncqes, 1);
	b = next(&s);
	receive(&b);
	assert_int_equal(fake_ncqes, 2);
	/* dropped, not used any more */
	assert_int_equal(gro(f.qp.qpn, 60000, USECS, 0), GNIC_STATUS_OK);
	receive(&s);
	rxe_gro_free(&f.qp);
	assert_null(fake_timer);
	assert_int_equal(fake_ncqes, 2);
	assert_int_equal(f.uplink.stats.dropped, 1);
}

/* Of a merged frame that finds no room all segments are missed. */
static void no_room(void **state)
{
	struct segment s = first(), b;

	(void)state;
	f.qp.asid = GNIC_ASID_KERNEL;
	fake_rq_index = 0;
	f.qp.rq.index = 0;
	receive(&s);
	b = next(&s);
	receive(&b);
	rxe_gro_flush(&f.qp);
	assert_int_equal(f.qp.stats.no_buffer, 2);
	assert_int_equal(fake_ncqes, 0);
	assert_int_equal(f.uplink.stats.missed, 2);
	assert_int_equal(f.uplink.stats.dropped, 2);
}

/* A fragment, which is not to be lost or is: all that waits goes before it. */
static bool fragment(void)
{
	struct segment s = first();
	struct frame frame = { .hdr = bytes };

	s.fragment = 0x2000;
	frame.len = build(&s);
	frame.hdr_len = frame.len;
	frame_parse(&frame);
	return rxe_receive(&f.qp, &frame, 77, GNIC_CQE_HASH_L4, NULL);
}

/* What waits keeps its priority, whatever is being received when it goes up. */
static void its_own_priority(void **state)
{
	struct segment s = first();
	struct port *port = f.qp.port;

	(void)state;
	port->depth = 1;
	port->pfc.enable = 1 << 3;
	fake_refuse = true;
	port->pfc.rx_prio = 3;
	receive(&s);
	port->pfc.rx_prio = 0;
	assert_false(fragment());
	assert_int_equal(f.qp.stats.rx_packets, 1);
	assert_int_equal(f.qp.stats.no_buffer, 1);
	receive(&s);
	port->pfc.rx_prio = 3;
	assert_true(fragment());
	assert_int_equal(f.qp.stats.rx_packets, 2);
	assert_int_equal(f.qp.stats.no_buffer, 2);
	assert_int_equal(f.uplink.stats.dropped, 1);
}

static unsigned int shorts;
static uint8_t short_prio;

static void short_for(struct qp *qp, uint8_t prio)
{
	(void)qp;
	shorts++;
	short_prio = prio;
}

/* Silence is asked for what was received some time ago, and not for what was sent here. */
static void short_of_buffers(void **state)
{
	struct segment s = first();

	(void)state;
	shorts = 0;
	fake_short = short_for;
	f.qp.pause.peak = 1000;
	receive(&s);
	fake_timer_fire();
	assert_int_equal(f.qp.stats.rx_packets, 1);
	assert_int_equal(shorts, 0);
	f.qp.port->depth = 1;
	f.qp.port->pfc.rx_prio = 3;
	receive(&s);
	f.qp.port->depth = 0;
	f.qp.port->pfc.rx_prio = 0;
	fake_timer_fire();
	assert_int_equal(f.qp.stats.rx_packets, 2);
	assert_int_equal(shorts, 1);
	assert_int_equal(short_prio, 3);
}

/* What waits in all queues of a card is bounded, and what goes up waits no more. */
static void enough_waits(void **state)
{
	struct segment s = first();

	(void)state;
	f.card.gro_room = GRO_CARD_MAX;
	receive(&s);
	assert_int_equal(fake_ncqes, 1);
	assert_int_equal(f.card.gro_room, GRO_CARD_MAX);
	f.card.gro_room = 0;
	s.flow++;
	receive(&s);
	assert_int_equal(fake_ncqes, 1);
	assert_true(f.card.gro_room >= MSS);
	rxe_gro_flush(&f.qp);
	assert_int_equal(fake_ncqes, 2);
	assert_int_equal(f.card.gro_room, 0);
	s.flow++;
	receive(&s);
	assert_true(f.card.gro_room >= MSS);
	rxe_gro_free(&f.qp);
	assert_int_equal(f.card.gro_room, 0);
}

static void refused(void **state)
{
	(void)state;
	assert_int_equal(gro(f.qp.qpn - 1, 60000, USECS, 0), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(gro(f.qp.qpn, GNIC_RAW_GRO_SIZE_MAX + 1, USECS, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(gro(f.qp.qpn, 60000, 0, 0), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(gro(f.qp.qpn, 60000, USECS, GNIC_GRO_IPIP << 1), GNIC_STATUS_BAD_PARAM);
	f.qp.rq.present = false;
	assert_int_equal(gro(f.qp.qpn, 60000, USECS, 0), GNIC_STATUS_BAD_PARAM);
}

/* Whatever comes, every payload arrives once and in the order of its flow. */
static void random_flows(void **state)
{
	struct segment flows[8];
	uint64_t sent = 0;

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		flows[i] = first();
		flows[i].flow = (uint16_t)i;
	}
	for (unsigned int i = 0; i < 20000; i++) {
		struct segment *s = &flows[fake_random() % 8];

		s->payload = fake_random() % 4 ? MSS : fake_random() % 900;
		s->flags = ACK | (fake_random() % 8 ? 0 : PSH);
		receive(s);
		sent++;
		*s = next(s);
		if (!(fake_random() % 100) && fake_timer)
			fake_timer_fire();
		fake_rq_index = fake_rq_done;
		post_buffers(1u << FAKE_LOG);
	}
	rxe_gro_flush(&f.qp);
	assert_int_equal(f.qp.stats.rx_packets, sent);
	assert_int_equal(f.qp.stats.no_buffer, 0);
	assert_false(f.qp.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(merges, setup, teardown),
		cmocka_unit_test_setup_teardown(congestion_window_reduced, setup, teardown),
		cmocka_unit_test_setup_teardown(fixed_id, setup, teardown),
		cmocka_unit_test_setup_teardown(max_size, setup, teardown),
		cmocka_unit_test_setup_teardown(flows_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(differs, setup, teardown),
		cmocka_unit_test_setup_teardown(at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(options_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(quiet, setup, teardown),
		cmocka_unit_test_setup_teardown(busy, setup, teardown),
		cmocka_unit_test_setup_teardown(ends, setup, teardown),
		cmocka_unit_test_setup_teardown(no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(its_own_priority, setup, teardown),
		cmocka_unit_test_setup_teardown(short_of_buffers, setup, teardown),
		cmocka_unit_test_setup_teardown(enough_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(refused, setup, teardown),
		cmocka_unit_test_setup_teardown(random_flows, setup, teardown),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("gro", tests, NULL, NULL);
}
