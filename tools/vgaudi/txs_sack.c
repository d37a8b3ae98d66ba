// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block TXS: which packets in flight are lost. One is, if one that was sent
 * later has arrived; so a packet that was sent again can be lost again. If
 * nothing was sent later, a timer sends the oldest one again (blk_tmr.c).
 */
#include <string.h>

#include "blk_qpc.h"

static uint64_t sack_bit(uint32_t psn)
{
	return 1ull << psn % 64;
}

static uint64_t *sack_word(struct rc_sack *sack, uint32_t psn)
{
	return &sack->arrived[psn % ROCE_SACK_BITS / 64];
}

/* Not acknowledged and not under way: it is to be sent. */
static bool sack_is_lost(struct rc_sack *sack, uint32_t psn)
{
	return !(*sack_word(sack, psn) & sack_bit(psn)) &&
	       (int32_t)(sack->order[psn % ROCE_SACK_BITS] - sack->newest) <= 0;
}

void sack_start(struct rc_requester *req)
{
	memset(&req->sack, 0, sizeof(req->sack));
	req->sack.next = 1;
}

void sack_sent(struct rc_requester *req)
{
	struct rc_sack *sack = &req->sack;

	if (req->nts == req->high)
		*sack_word(sack, req->nts) &= ~sack_bit(req->nts);
	sack->order[req->nts % ROCE_SACK_BITS] = sack->next++;
}

void sack_skip(struct rc_requester *req)
{
	while (req->nts != req->high && !sack_is_lost(&req->sack, req->nts)) {
		const struct rc_msg *msg = rc_msg(req, req->exec);

		if (!msg->packets)
			return;
		txs_pass(req, msg);
	}
}

void sack_lose(struct rc_requester *req)
{
	req->sack.newest = req->sack.next - 1;
}

void sack_probe(struct rc_requester *req)
{
	req->sack.order[req->ona % ROCE_SACK_BITS] = req->sack.next++;
}

/* ---- what the responder says ---- */

static void sack_take(struct rc_requester *req, uint32_t expected, const struct roce_sack *said)
{
	for (uint32_t i = 1; i < ROCE_SACK_BITS; i++) {
		uint32_t psn = psn_add(expected, i);

		if (psn_diff(psn, req->high) >= 0)
			return;
		if (said->bits[i / 64] >> i % 64 & 1)
			*sack_word(&req->sack, psn) |= sack_bit(psn);
	}
}

/* The packet that was the cause has arrived, if only to be dropped. */
static void sack_advance(struct rc_requester *req, uint32_t cause)
{
	struct rc_sack *sack = &req->sack;
	uint32_t age = (req->high - cause) & ROCE_PSN_MASK, order;

	if (!age || age > ROCE_SACK_BITS)
		return;
	order = sack->order[cause % ROCE_SACK_BITS];
	if ((int32_t)(order - sack->newest) > 0)
		sack->newest = order;
}

static bool sack_any_lost(struct rc_requester *req)
{
	for (uint32_t psn = req->ona; psn != req->high; psn = psn_add(psn, 1))
		if (sack_is_lost(&req->sack, psn))
			return true;
	return false;
}

/* All before the gap is acknowledged already. */
void sack_receive(struct rc *rc, const struct rc_packet *pkt)
{
	struct rc_requester *req = &rc->req;
	uint32_t expected = psn_add(pkt->psn, 1);

	if (!req->selective || expected != req->ona)
		return;
	sack_take(req, expected, &pkt->sack);
	sack_advance(req, pkt->sack.cause);
	if (req->held || !sack_any_lost(req))
		return;
	/* else it waits to be sent again, and was counted */
	if (req->nts != req->ona && sack_is_lost(&req->sack, req->ona) && !txs_retry(rc))
		return;
	if (req->delay.target)
		delay_lost(rc);
	txs_rewind(rc);
	qp_wake(rc->qp);
}
