// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC, egress classes (IEEE 802.1Q): which send queue starts the next
 * packet. Queues that were polled and have packets wait in the queue of their
 * class; after the round strict classes are served, the highest first, then ETS
 * classes by deficit round robin over octets. A class of no share gets what
 * nobody else wants. Which queue of the class: mac_sched.c.
 *
 * A port that was told of no class, no priority, no limit and no tree has none of
 * this: its queues send when they are polled.
 */
#include <string.h>

#include "blk_cmd.h"
#include "mac.h"
#include "path.h"

#define ETS_BUDGET	64	/* WQEs a port and round, as txe_run() counts them */
#define ETS_QUANTUM	64	/* octets a percent and turn */

/* ---- queues of classes ---- */

static struct port_class *ets_class(const struct qp *qp)
{
	struct port_ets *ets = &qp->port->ets;

	return &ets->tc[ets->prio_tc[qp->ets.prio]];
}

static void ets_push(struct qp *qp)
{
	struct port_class *tc = ets_class(qp);

	qp->ets.next = NULL;
	qp->ets.queued = true;
	*tc->last = qp;
	tc->last = &qp->ets.next;
	qp->port->ets.queued++;
	qp->card->ets_queued++;
}

static void ets_remove(struct qp *qp)
{
	struct port_class *tc = ets_class(qp);
	struct qp **p = &tc->first;

	if (!qp->ets.queued)
		return;
	while (*p != qp)
		p = &(*p)->ets.next;
	*p = qp->ets.next;
	if (!*p)
		tc->last = p;
	qp->ets.queued = false;
	qp->port->ets.queued--;
	qp->card->ets_queued--;
}

/* The next round queues them again, in their class of then. */
static void ets_flush(struct port *port)
{
	struct qp *qp;
	unsigned int i;

	for (i = 0; i < GNIC_TCS; i++) {
		while ((qp = port->ets.tc[i].first)) {
			ets_remove(qp);
			qp_wake(qp);
		}
	}
}

int ets_enqueue(struct qp *qp)
{
	if (!qp_has_wire(qp))
		return txe_run(qp, ETS_BUDGET);
	if (!qp->ets.queued && qp->sq.done != qp->sq.index)
		ets_push(qp);
	return 0;
}

/* ---- the choice ---- */

static bool ets_port_held(struct port *port)
{
	return port->ets.rate.limit && rate_hold(port->card->loop, &port->ets.rate);
}

static bool ets_class_ready(struct port *port, struct port_class *tc)
{
	return tc->first && !(tc->rate.limit && rate_hold(port->card->loop, &tc->rate)) &&
	       (!port->ets.scheds || sched_ready(tc->first));
}

/* @ready: bits of those that may send and have a share */
static void ets_turn(struct port_ets *ets, unsigned int ready)
{
	struct port_class *tc;
	int64_t most;

	ets->turn = (ets->turn + 1) % GNIC_TCS;
	tc = &ets->tc[ets->turn];
	/* nothing is saved: not by who has nothing to send, nor by who was held */
	most = ready & 1u << ets->turn ? tc->share * ETS_QUANTUM : 0;
	tc->credit += tc->share * ETS_QUANTUM;
	if (tc->credit > most)
		tc->credit = most;
}

/* Who may send is asked once: the answer of one that is held may change meanwhile. */
static struct port_class *ets_choose_shared(struct port *port)
{
	struct port_ets *ets = &port->ets;
	struct port_class *tc, *last = NULL;
	unsigned int i, ready = 0;

	for (i = 0; i < GNIC_TCS; i++) {
		tc = &ets->tc[i];
		if (tc->tsa != GNIC_TSA_ETS || !ets_class_ready(port, tc))
			continue;
		ready |= tc->share ? 1u << i : 0;
		last = tc;
	}
	if (!ready)
		return last;
	while (!(ready & 1u << ets->turn) || ets->tc[ets->turn].credit <= 0)
		ets_turn(ets, ready);
	return &ets->tc[ets->turn];
}

static struct port_class *ets_choose(struct port *port)
{
	unsigned int i;

	for (i = GNIC_TCS; i--;) {
		struct port_class *tc = &port->ets.tc[i];

		if (tc->tsa == GNIC_TSA_STRICT && ets_class_ready(port, tc))
			return tc;
	}
	return ets_choose_shared(port);
}

/* ---- the round ---- */

static uint64_t ets_octets(const struct qp *qp)
{
	return qp->stats.tx_bytes + qp->stats.tx_packets * MAC_FCS_LEN;
}

/*
 * A packet of the first queue, which then is the last, unless the port has a tree.
 * Who waits is woken when it may. Returns as txe_run().
 */
static int ets_serve(struct port *port, struct port_class *tc)
{
	struct qp *qp = port->ets.scheds ? sched_choose(tc->first) : tc->first;
	uint64_t octets = ets_octets(qp);
	int sent;

	ets_remove(qp);
	sent = qp->stopped ? 0 : txe_run(qp, 1);
	if (!sent)
		return 0;
	octets = ets_octets(qp) - octets;
	if (tc->tsa == GNIC_TSA_ETS)
		tc->credit -= octets;
	if (tc->rate.limit)
		rate_spend(qp->card->loop, &tc->rate, octets);
	if (port->ets.rate.limit)
		rate_spend(qp->card->loop, &port->ets.rate, octets);
	if (port->ets.scheds)
		sched_spend(qp, octets);
	qp->idle = 0;
	if (!qp->failed && qp->sq.done != qp->sq.index)
		ets_push(qp);
	return sent;
}

bool ets_run(struct card *card)
{
	struct port_class *tc;
	struct port *port;
	bool sent = false;
	int budget, done;

	card_for_each_port(card, port) {
		budget = ETS_BUDGET;

		while (port->ets.queued && budget > 0 && !ets_port_held(port) &&
		       (tc = ets_choose(port))) {
			done = ets_serve(port, tc);
			sent |= done;
			budget -= done ? done : 1;
		}
	}
	return sent;
}

bool ets_ready(struct card *card)
{
	struct port *port;
	unsigned int tc;

	card_for_each_port(card, port) {
		if (!port->ets.queued || ets_port_held(port))
			continue;
		for (tc = 0; tc < GNIC_TCS; tc++)
			if (ets_class_ready(port, &port->ets.tc[tc]))
				return true;
	}
	return false;
}

/* ---- settings ---- */

void ets_switch(struct port *port)
{
	port->ets.on = port->ets.set || port->ets.prios || port->ets.rate.limit ||
		       port->ets.scheds;
	if (!port->ets.on)
		ets_flush(port);
}

static void ets_set_prio(struct qp *qp, uint8_t prio)
{
	struct port_ets *ets = &qp->port->ets;

	ets_remove(qp);
	ets->prios += !!prio - !!qp->ets.prio;
	qp->ets.prio = prio;
}

/* Classes that nobody needs any more stay until the next command. */
void ets_forget(struct qp *qp)
{
	ets_set_prio(qp, 0);
	sched_forget(qp);
}

enum gnic_hw_status qp_cmd_prio(struct card *card, const struct gnic_hw_qp_prio *in)
{
	static const uint8_t zero[sizeof(in->rsvd)];
	enum gnic_hw_status status;
	struct qp *qp;

	if (in->prio >= GNIC_PRIOS || memcmp(in->rsvd, zero, sizeof(zero)))
		return GNIC_STATUS_BAD_PARAM;
	status = qp_raw_sends(card, in->port, in->qpn, &qp);
	if (status)
		return status;
	ets_set_prio(qp, in->prio);
	ets_switch(qp->port);
	qp_wake(qp);
	return GNIC_STATUS_OK;
}

static bool ets_ok(const struct gnic_hw_ets *in)
{
	unsigned int i, shares = 0;
	bool shared = false;

	for (i = 0; i < GNIC_TCS; i++) {
		if (in->prio_tc[i] >= GNIC_TCS || in->tsa[i] > GNIC_TSA_ETS ||
		    (in->tsa[i] == GNIC_TSA_STRICT && in->share[i]) ||
		    !rate_ok(le64_to_cpu(in->rate[i])))
			return false;
		shares += in->share[i];
		shared |= in->tsa[i] == GNIC_TSA_ETS;
	}
	return !in->rsvd && shares == (shared ? 100 : 0);
}

static void ets_set(struct port *port, const struct gnic_hw_ets *in)
{
	struct port_ets *ets = &port->ets;
	unsigned int i;

	ets->set = false;
	for (i = 0; i < GNIC_TCS; i++) {
		struct port_class *tc = &ets->tc[i];

		ets->prio_tc[i] = in->prio_tc[i];
		tc->tsa = in->tsa[i];
		tc->share = in->share[i];
		tc->credit = 0;
		rate_set(port->card->loop, &tc->rate, le64_to_cpu(in->rate[i]));
		ets->set |= tc->tsa != GNIC_TSA_STRICT || tc->rate.limit || in->prio_tc[i] != i;
	}
}

enum gnic_hw_status mac_cmd_ets(struct card *card, const struct gnic_hw_ets *in)
{
	struct port *port = card_port(card, le32_to_cpu(in->port));

	if (!port || !ets_ok(in))
		return GNIC_STATUS_BAD_PARAM;
	ets_flush(port);
	ets_set(port, in);
	ets_switch(port);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status mac_cmd_rate(struct card *card, const struct gnic_hw_port_rate *in)
{
	struct port *port = card_port(card, le32_to_cpu(in->port));
	uint64_t limit = le64_to_cpu(in->rate);

	if (!port || in->rsvd || !rate_ok(limit))
		return GNIC_STATUS_BAD_PARAM;
	rate_set(port->card->loop, &port->ets.rate, limit);
	ets_switch(port);
	return GNIC_STATUS_OK;
}

/* There is no QP. */
void mac_ets_reset(struct port *port)
{
	static const struct gnic_hw_ets initial = { .prio_tc = { 0, 1, 2, 3, 4, 5, 6, 7 } };
	unsigned int i;

	for (i = 0; i < GNIC_TCS; i++)
		port->ets.tc[i].last = &port->ets.tc[i].first;
	rate_set(port->card->loop, &port->ets.rate, 0);
	ets_set(port, &initial);
	sched_reset(port);
	port->ets.on = port->ets.prios;
}
