// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC, the scheduling tree: which queue of an egress class starts the next
 * packet. Queues and nodes below one parent send in proportion to their weights:
 * each has the start of its next packet in virtual time, that is octets by weight,
 * and the earliest is chosen (start-time fair queueing), from the port downwards.
 * Who had nothing to send, or was held, begins at the time of its parent, and so
 * has saved nothing.
 *
 * There is no list a node: the queues of a class with packets are few, and who is
 * below a node is found from below. A node in several classes needs nothing more.
 */
#include <string.h>

#include "blk_cmd.h"
#include "mac.h"
#include "path.h"

#define SCHED_SCALE	256u	/* of virtual time to octets: weights are up to 255 */

static struct sched_node *sched_node_of(struct sched *sched)
{
	return (struct sched_node *)((char *)sched - offsetof(struct sched_node, sched));
}

static uint64_t *sched_now(struct port *port, struct sched_node *node)
{
	return node ? &node->now : &port->ets.now;
}

/* Which of those right below @node has the queue below it; NULL: none. */
static struct sched *sched_below(struct qp *qp, const struct sched_node *node)
{
	struct sched *sched = &qp->sched;

	while (sched->parent != node) {
		if (!sched->parent)
			return NULL;
		sched = &sched->parent->sched;
	}
	return sched;
}

static bool sched_held(struct qp *qp)
{
	struct sched_node *node;

	for (node = qp->sched.parent; node; node = node->sched.parent)
		if (node->rate.limit && rate_hold(qp->card->loop, &node->rate))
			return true;
	return false;
}

bool sched_ready(struct qp *first)
{
	while (first && sched_held(first))
		first = first->ets.next;
	return first;
}

/* ---- the choice ---- */

static uint64_t sched_start(const struct sched *sched, uint64_t now)
{
	return sched->start > now ? sched->start : now;
}

/* Of two that may start now the one that has waited longer. */
static bool sched_before(const struct sched *a, const struct sched *b, uint64_t now)
{
	uint64_t start = sched_start(a, now), other = sched_start(b, now);

	return start != other ? start < other : a->start < b->start;
}

/* The queue with the earliest start below @node, or one of those below which it is. */
static struct qp *sched_choose_below(struct qp *first, struct sched_node *node,
				     struct sched **chosen)
{
	const uint64_t now = *sched_now(first->port, node);
	struct sched *sched, *best = NULL;
	struct qp *qp, *found = NULL;

	for (qp = first; qp; qp = qp->ets.next) {
		sched = sched_below(qp, node);
		if (!sched || (best && !sched_before(sched, best, now)) || sched_held(qp))
			continue;
		best = sched;
		found = qp;
	}
	*chosen = best;
	return found;
}

struct qp *sched_choose(struct qp *first)
{
	struct sched_node *node = NULL;
	struct sched *chosen;
	struct qp *qp;

	for (;;) {
		qp = sched_choose_below(first, node, &chosen);
		if (!qp || chosen == &qp->sched)
			return qp ? qp : first;
		node = sched_node_of(chosen);
	}
}

void sched_spend(struct qp *qp, uint64_t octets)
{
	struct sched *sched = &qp->sched;

	for (;;) {
		struct sched_node *node = sched->parent;
		uint64_t *now = sched_now(qp->port, node);

		*now = sched_start(sched, *now);
		sched->start = *now + octets * SCHED_SCALE / (sched->weight ? sched->weight : 1);
		if (!node)
			return;
		if (node->rate.limit)
			rate_spend(qp->card->loop, &node->rate, octets);
		sched = &node->sched;
	}
}

/* ---- settings ---- */

/* Its virtual time was that of another parent. */
static void sched_set(struct port *port, struct sched *sched, struct sched_node *parent,
		      uint8_t weight)
{
	if (sched->parent != parent)
		sched->start = 0;
	sched->parent = parent;
	sched->weight = weight;
	port->ets.scheds += parent || weight > 1;
}

static void sched_clear(struct port *port, const struct sched *sched)
{
	port->ets.scheds -= sched->parent || sched->weight > 1;
}

/* NULL: the port */
static struct sched_node *sched_node(struct port *port, unsigned int number)
{
	return number ? &port->ets.node[number - 1] : NULL;
}

/* A limit alone needs the tree as well. */
static unsigned int sched_limits(const struct sched_node *node)
{
	return node->rate.limit ? 1 : 0;
}

static bool sched_node_ok(struct port *port, const struct gnic_hw_sched_node *in)
{
	static const uint8_t zero[sizeof(in->rsvd)];
	unsigned int number = le16_to_cpu(in->node), parent = le16_to_cpu(in->parent);
	const struct sched_node *node, *up;

	if (!number || number > GNIC_SCHED_NODES || parent > GNIC_SCHED_NODES || !in->weight ||
	    memcmp(in->rsvd, zero, sizeof(zero)) || !rate_ok(le64_to_cpu(in->rate)))
		return false;
	node = sched_node(port, number);
	for (up = sched_node(port, parent); up; up = up->sched.parent)
		if (up == node)
			return false;
	return true;
}

enum gnic_hw_status mac_cmd_sched(struct card *card, const struct gnic_hw_sched_node *in)
{
	struct port *port = card_port(card, le32_to_cpu(in->port));
	struct sched_node *node;

	if (!port || !sched_node_ok(port, in))
		return GNIC_STATUS_BAD_PARAM;
	node = sched_node(port, le16_to_cpu(in->node));
	sched_clear(port, &node->sched);
	port->ets.scheds -= sched_limits(node);
	rate_set(card->loop, &node->rate, le64_to_cpu(in->rate));
	port->ets.scheds += sched_limits(node);
	sched_set(port, &node->sched, sched_node(port, le16_to_cpu(in->parent)), in->weight);
	ets_switch(port);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status qp_cmd_sched(struct card *card, const struct gnic_hw_qp_sched *in)
{
	static const uint8_t zero[sizeof(in->rsvd)];
	unsigned int number = le16_to_cpu(in->node);
	enum gnic_hw_status status;
	struct qp *qp;

	if (number > GNIC_SCHED_NODES || !in->weight || memcmp(in->rsvd, zero, sizeof(zero)))
		return GNIC_STATUS_BAD_PARAM;
	status = qp_raw_sends(card, in->port, in->qpn, &qp);
	if (status)
		return status;
	sched_clear(qp->port, &qp->sched);
	sched_set(qp->port, &qp->sched, sched_node(qp->port, number), in->weight);
	ets_switch(qp->port);
	qp_wake(qp);
	return GNIC_STATUS_OK;
}

void sched_forget(struct qp *qp)
{
	sched_clear(qp->port, &qp->sched);
	memset(&qp->sched, 0, sizeof(qp->sched));
}

/* There is no QP. */
void sched_reset(struct port *port)
{
	unsigned int i;

	for (i = 0; i < GNIC_SCHED_NODES; i++)
		rate_set(port->card->loop, &port->ets.node[i].rate, 0);
	memset(port->ets.node, 0, sizeof(port->ets.node));
	port->ets.scheds = 0;
	port->ets.now = 0;
}
