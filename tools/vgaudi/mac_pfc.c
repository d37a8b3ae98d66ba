// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC, priority-based flow control (IEEE 802.1Qbb): pause (mac_pause.c)
 * for single priorities. A send queue has the priority that it was given, a
 * received frame that of its tag or its DSCP (mac_prio.c). A port that has it for
 * some priority neither sends nor obeys pause frames for all, and leaves the last
 * buffers of a queue, which last until the far end has heard, to those priorities,
 * unless they have a receive buffer (mac_buffer.c).
 */
#include <string.h>

#include "blk_cmd.h"
#include "frame.h"
#include "mac.h"
#include "path.h"

#define PFC_ETH_VECTOR	16	/* behind the opcode: which times count */
#define PFC_ETH_TIMES	18

/* ---- who sends ---- */

/* Whose time is over; the timer is set for the next. Who still must wait is held anew. */
static void pfc_settle(struct port *port)
{
	struct port_pfc *pfc = &port->pfc;
	uint64_t now = loop_now(port->card->loop), next = UINT64_MAX;
	uint8_t paused = pfc->paused;

	for (unsigned int i = 0; i < GNIC_PRIOS; i++) {
		if (!(pfc->paused & 1u << i))
			continue;
		if (pfc->until[i] <= now)
			pfc->paused &= ~(1u << i);
		else if (pfc->until[i] < next)
			next = pfc->until[i];
	}
	loop_timer_del(port->card->loop, &pfc->resume);
	/* without the timer nobody would wake those that wait */
	if (pfc->paused && loop_timer_set(port->card->loop, &pfc->resume, next))
		pfc->paused = 0;
	if (paused != pfc->paused)
		mac_pause_wake(port);
}

static void pfc_resume(void *opaque)
{
	pfc_settle(opaque);
}

static void pfc_pause(struct port *port, unsigned int prio, uint64_t ns)
{
	port->pfc.until[prio] = loop_now(port->card->loop) + ns;
	port->pfc.paused |= 1u << prio;
}

void mac_pfc_for(struct port *port, uint8_t prio, uint64_t ns)
{
	pfc_pause(port, prio, ns);
	pfc_settle(port);
}

void mac_pfc_received(struct port *port, const struct frame *frame)
{
	uint8_t bytes[PFC_ETH_TIMES + 2 * GNIC_PRIOS];
	uint16_t vector, quanta;

	if (!port->pfc.enable || frame_copy(frame, 0, bytes, sizeof(bytes)) != sizeof(bytes))
		return;
	vector = frame_be16(bytes + PFC_ETH_VECTOR) & port->pfc.enable;
	for (unsigned int i = 0; i < GNIC_PRIOS; i++) {
		if (!(vector & 1u << i))
			continue;
		quanta = frame_be16(bytes + PFC_ETH_TIMES + 2 * i);
		port->pfc.stats.indications[i] += !!quanta;
		pfc_pause(port, i, mac_storm_obey(port, &port->pfc.silence[i], 1u << i,
						  mac_pause_ns(port, quanta)));
	}
	pfc_settle(port);
}

bool mac_pfc_hold(struct qp *qp)
{
	struct port *port = qp->port;

	if (!qp_has_wire(qp) || loop_now(port->card->loop) >= port->pfc.until[qp->ets.prio])
		return false;
	mac_pause_wait(qp);
	return true;
}

/* ---- who receives ---- */

bool mac_pfc_refuse(struct qp *qp)
{
	const struct wq *rq = &qp->rq;
	uint32_t xoff = mac_pause_xoff(qp);

	return rq->index - rq->done < xoff && wq_refresh(qp, &qp->rq) &&
	       rq->index - rq->done < xoff;
}

void mac_pfc_send(struct port *port, uint8_t want, uint8_t changed)
{
	uint16_t params[1 + GNIC_PRIOS] = { want | changed };

	for (unsigned int i = 0; i < GNIC_PRIOS; i++) {
		if (!(want & 1u << i))
			continue;
		params[1 + i] = MAC_PAUSE_QUANTA;
		port->pfc.stats.requests[i]++;
	}
	mac_control_send(port, MAC_OPCODE_PFC, params, 1 + GNIC_PRIOS);
}

/* ---- commands ---- */

enum gnic_hw_status mac_cmd_pfc(struct card *card, const struct gnic_hw_port_pfc *in)
{
	static const uint8_t zero[sizeof(in->rsvd)];
	struct port *port = card_port(card, le32_to_cpu(in->port));

	if (!port || memcmp(in->rsvd, zero, sizeof(zero)))
		return GNIC_STATUS_BAD_PARAM;
	/* silence is asked for in other words from now on */
	if (!port->pfc.enable != !in->enable)
		mac_pause_end(port);
	mac_pause_free(port);
	port->pfc.enable = in->enable;
	mac_pause_review(port);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status mac_cmd_pfc_stats(struct card *card, const struct gnic_hw_id *in,
				      struct gnic_hw_pfc_stats *out)
{
	struct port *port = card_port(card, le32_to_cpu(in->id));

	if (!port)
		return GNIC_STATUS_BAD_PARAM;
	for (unsigned int i = 0; i < GNIC_PRIOS; i++) {
		out->requests[i] = cpu_to_le64(port->pfc.stats.requests[i]);
		out->indications[i] = cpu_to_le64(port->pfc.stats.indications[i]);
	}
	return GNIC_STATUS_OK;
}

/* ---- life ---- */

void mac_pfc_stop(struct port *port)
{
	memset(port->pfc.until, 0, sizeof(port->pfc.until));
	memset(port->pfc.silence, 0, sizeof(port->pfc.silence));
	pfc_settle(port);
}

void mac_pfc_reset(struct port *port)
{
	mac_pfc_stop(port);
	port->pfc.enable = 0;
	memset(&port->pfc.stats, 0, sizeof(port->pfc.stats));
}

void mac_pfc_init(struct port *port)
{
	port->pfc.resume.cb = pfc_resume;
	port->pfc.resume.opaque = port;
}
