/* SPDX-License-Identifier: GPL-2.0-only */
/* A port with two queues whose buffers the test counts. Included once in a program. */
#ifndef UNIT_PAUSE_LAB_H
#define UNIT_PAUSE_LAB_H

#include <string.h>

#include "blk_cmd.h"
#include "clock_lab.h"
#include "frame.h"
#include "mac.h"
#include "path.h"

#define SIZE	64u		/* buffers of a receive queue */
#define XOFF	48u
#define MS	1000000ull

static struct card card;
static struct port *const port = &card.ports[0];
static struct vport uplink;
static struct qp qp, other;
static uint32_t produced;	/* buffers that either got so far */
static unsigned int frames, woken;
static uint8_t last[MAC_FRAME_MIN];	/* the frame that was sent last */
static uint16_t pause_lab_opcode;	/* of all frames that are sent; 0: any */
static unsigned int storms;	/* events */
static uint8_t storm_prios;	/* of the last one */

void eq_post(struct card *from, uint8_t type, unsigned int index, uint32_t id, uint32_t data)
{
	assert_ptr_equal(from, &card);
	assert_int_equal(type, GNIC_EQE_PAUSE_STORM);
	assert_int_equal(index, port->index);
	assert_int_equal(id, 0);
	storm_prios = data;
	storms++;
}

void qp_wake(struct qp *which)
{
	(void)which;
	woken++;
}

bool wq_refresh(struct qp *which, struct wq *wq)
{
	(void)which;
	wq->index = produced;
	return true;
}

void mac_send(struct port *from, struct frame *frame)
{
	assert_ptr_equal(from, port);
	assert_int_equal(frame->len, MAC_FRAME_MIN);
	memcpy(last, frame->hdr, sizeof(last));
	assert_memory_equal(last, "\x01\x80\xc2\x00\x00\x01", 6);
	assert_int_equal(frame_be16(last + 12), MAC_ETH_TYPE_CONTROL);
	if (pause_lab_opcode)
		assert_int_equal(frame_be16(last + 14), pause_lab_opcode);
	frames++;
}

static void pause_lab_setup(uint16_t opcode)
{
	pause_lab_opcode = opcode;
	memset(&card, 0, sizeof(card));
	memset(&qp, 0, sizeof(qp));
	memset(last, 0, sizeof(last));
	fake_now = 1000 * MS;
	produced = SIZE;
	frames = 0;
	woken = 0;
	storms = 0;
	card.config.ports = 1;
	port->card = &card;
	port->link = true;
	port->storm_ms = GNIC_PAUSE_STORM_MS;
	port->mode.speed = 100000;
	port->mode.pause = GNIC_PAUSE_RX | GNIC_PAUSE_TX;
	port->depth = 1;
	mac_pause_init(port);
	mac_pfc_init(port);
	mac_buffer_reset(port);
	qp.card = &card;
	qp.port = port;
	qp.vport = &uplink;
	qp.rq.present = true;
	qp.rq.mask = SIZE - 1;
	qp.rq.index = SIZE;
	other = qp;
}

static void watch(void)
{
	assert_int_equal(port->pause.watch.slot, 1);
	port->pause.watch.slot = 0;
	fake_now = port->pause.watch.when;
	port->pause.watch.cb(port->pause.watch.opaque);
}

#endif /* UNIT_PAUSE_LAB_H */
