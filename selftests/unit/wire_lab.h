/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A way with a bottleneck, in stepped time, for the tests of congestion control: QPs of
 * card 0 share a wire to card 1 that takes a time for each packet, and has a queue before
 * it, which loses or marks.
 */
#ifndef SELFTESTS_WIRE_LAB_H
#define SELFTESTS_WIRE_LAB_H

#include "rc_lab.h"

#define WIRE_PACKET_NS		1000u	/* of the shared wire, for a request */
#define WIRE_WAY_NS		10000u	/* each way, beside the queue */
#define PACKET			4096u

/* ---- the wire ---- */

struct carried {
	struct vport *to;
	struct loop_timer timer;
	uint32_t len;
	uint8_t bytes[LAB_FRAME];
};

static struct {
	uint64_t busy_until;
	uint32_t queued, queued_most;
	uint32_t room, lost;		/* what finds so many before it is lost; 0: nothing */
	uint32_t mark, marked;		/* likewise, marked */
	uint32_t under_way;
} wire;

static inline void wire_arrives(void *opaque)
{
	struct carried *c = opaque;
	struct frame frame = { .hdr = c->bytes, .hdr_len = c->len, .len = c->len };

	wire.under_way--;
	if (c->to == &lab.side[1].vport)
		wire.queued--;
	rc_receive(c->to, &frame);
	free(c);
}

/* When the last bit of it has passed what it shares with others. */
static inline uint64_t wire_passes(void)
{
	uint64_t now = loop_now(lab.loop);

	wire.busy_until = (wire.busy_until > now ? wire.busy_until : now) + WIRE_PACKET_NS;
	if (++wire.queued > wire.queued_most)
		wire.queued_most = wire.queued;
	return wire.busy_until;
}

static inline void wire_carry(struct vport *to, struct frame *frame)
{
	bool shared = to == &lab.side[1].vport;
	struct carried *c;

	if (shared && wire.room && wire.queued >= wire.room) {
		wire.lost++;
		return;
	}
	c = calloc(1, sizeof(*c));
	assert_non_null(c);
	c->to = to;
	c->len = frame_flatten(frame, c->bytes, LAB_FRAME);
	if (shared && wire.mark && wire.queued >= wire.mark) {
		wire.marked++;
		c->bytes[15] |= ROCE_TOS_CE;	/* nobody here looks at the sum */
	}
	c->timer.cb = wire_arrives;
	c->timer.opaque = c;
	wire.under_way++;
	assert_int_equal(loop_timer_set(lab.loop, &c->timer, WIRE_WAY_NS +
					(shared ? wire_passes() : loop_now(lab.loop))), 0);
}

/* ---- traffic ---- */

static inline void begin(const struct lab_conn *conn, uint32_t qps)
{
	memset(&wire, 0, sizeof(wire));
	lab.carry = wire_carry;
	for (uint32_t qpn = 0; qpn < qps; qpn++)
		lab_connect(qpn, conn);
}

/* Always something to send, for so long. */
static inline void traffic(uint32_t qps, uint32_t ms)
{
	for (; ms; ms--) {
		for (uint32_t qpn = 0; qpn < qps; qpn++) {
			struct lab_qp *from = lab_qp(0, qpn);

			while (lab_has_room(from)) {
				struct gnic_hw_rc_wqe wqe = lab_wqe(from, 40 * PACKET);

				wqe.ctrl &= ~cpu_to_le32(GNIC_RC_WQE_ACKREQ);
				lab_post(from, &wqe);
			}
		}
		lab_run_ms(1);
	}
}

static inline void end(void)
{
	lab.cut = true;
	for (uint32_t i = 0; i < 10 && wire.under_way; i++)
		lab_run_ms(1);
	assert_int_equal(wire.under_way, 0);
}

static inline uint32_t get(uint32_t qpn, uint32_t dword, uint32_t mask)
{
	return lab_get(&lab_qp(0, qpn)->qp, true, dword, mask);
}

/*
 * Two QPs over a wire that loses and marks, twice, with dice of one seed: all is the same
 * at both runs. Returns how many packets were sent again.
 */
static inline uint64_t runs_repeat(struct lab_conn conn, uint32_t mark)
{
	struct gnic_hw_qp_stats stats[2];
	uint32_t window[2];

	conn.selective = 3;
	conn.timeouts = RC_RETRY_FOR_EVER;
	conn.naks = RC_RETRY_FOR_EVER;
	for (int run = 0; run < 2; run++) {
		lab_setup(NULL);
		lab.dice.drop = 10;
		begin(&conn, 2);
		wire.mark = mark;
		traffic(2, 20);
		stats[run] = lab_qp(0, 1)->qp.stats;
		window[run] = get(1, GNIC_REQ_CURRENT_WIN);
		assert_false(lab_qp(0, 1)->qp.failed);
		end();
		lab_teardown(NULL);
	}
	assert_memory_equal(&stats[0], &stats[1], sizeof(stats[0]));
	assert_int_equal(window[0], window[1]);
	return stats[0].retransmits;
}

#endif /* SELFTESTS_WIRE_LAB_H */
