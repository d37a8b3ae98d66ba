// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block MAC, receive buffers: the room of a port for frames whose receive queue has no
 * buffers at the moment, by priority. What waits, and for whom, is rxe_wait.c's. Half of a
 * buffer is for what is under way while the far end hears that it has to be silent; it may
 * send again when three quarters are free.
 */
#include <string.h>

#include "blk_cmd.h"
#include "mac.h"

static uint32_t buffer_cells(uint32_t len)
{
	return (len + MAC_BUFFER_CELL - 1) / MAC_BUFFER_CELL * MAC_BUFFER_CELL;
}

/* More than half is in use: somebody has to be silent. Who is not after all is asked at once. */
static void buffer_full(struct port *port, uint8_t bit)
{
	bool first = !(port->buffer.full & bit);

	port->buffer.full |= bit;
	if (first || (port->pause.asked && loop_now(port->card->loop) >= port->pause.again))
		mac_pause_review(port);
}

/* Sizes may have changed while frames wait: what all of them use is bounded all the same. */
bool mac_buffer_take(struct port *port, uint8_t prio, uint32_t len, uint32_t frames)
{
	struct port_buffer *buffer = &port->buffer;
	uint32_t room = buffer_cells(len);
	uint8_t i = buffer->prio[prio];

	if (buffer->used[i] + room > buffer->size[i] || buffer->all + room > MAC_BUFFER_TOTAL) {
		buffer->dropped[i] += frames;
		return false;
	}
	buffer->all += room;
	buffer->used[i] += room;
	if (buffer->used[i] > buffer->peak[i])
		buffer->peak[i] = buffer->used[i];
	if (buffer->used[i] > buffer->size[i] / 2)
		buffer_full(port, 1u << i);
	return true;
}

/* It holds less, or has another size; one that has none any more is no reason for silence. */
static void buffer_measure(struct port_buffer *buffer, unsigned int i)
{
	if (buffer->used[i] <= buffer->size[i] / 4 || !buffer->size[i])
		buffer->full &= ~(1u << i);
	else if (buffer->used[i] > buffer->size[i] / 2)
		buffer->full |= 1u << i;
}

/* Who has to be silent no longer hears of it when mac_pause.c looks next. */
void mac_buffer_give(struct port *port, uint8_t buffer, uint32_t len)
{
	uint32_t room = buffer_cells(len);

	port->buffer.all -= room;
	port->buffer.used[buffer] -= room;
	buffer_measure(&port->buffer, buffer);
}

static uint8_t buffer_want(const struct port *port, uint8_t full)
{
	const struct port_buffer *buffer = &port->buffer;
	uint8_t prios = 0;

	if (!full || !port->link)
		return 0;
	if (!port->pfc.enable)
		return !!(port->mode.pause & GNIC_PAUSE_TX);
	for (unsigned int i = 0; i < GNIC_PRIOS; i++)
		if (full & 1u << buffer->prio[i])
			prios |= 1u << i;
	return prios & port->pfc.enable;
}

uint8_t mac_buffer_want(const struct port *port)
{
	return buffer_want(port, port->buffer.full);
}

bool mac_buffer_asked(const struct port *port, uint8_t buffer)
{
	return buffer_want(port, port->buffer.full & 1u << buffer) & port->pause.asked;
}

/* ---- commands ---- */

static bool buffer_ok(const struct gnic_hw_port_buffer *in)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < GNIC_PRIOS; i++)
		if (in->prio_buffer[i] >= GNIC_RX_BUFFERS)
			return false;
	for (unsigned int i = 0; i < GNIC_RX_BUFFERS; i++) {
		if (le32_to_cpu(in->size[i]) % MAC_BUFFER_CELL)
			return false;
		sum += le32_to_cpu(in->size[i]);
	}
	return sum <= MAC_BUFFER_TOTAL && !in->rsvd;
}

enum gnic_hw_status mac_cmd_buffer(struct card *card, const struct gnic_hw_port_buffer *in)
{
	struct port *port = card_port(card, le32_to_cpu(in->port));

	if (!port || !buffer_ok(in))
		return GNIC_STATUS_BAD_PARAM;
	memcpy(port->buffer.prio, in->prio_buffer, sizeof(port->buffer.prio));
	for (unsigned int i = 0; i < GNIC_RX_BUFFERS; i++) {
		port->buffer.size[i] = le32_to_cpu(in->size[i]);
		buffer_measure(&port->buffer, i);
	}
	port->buffer.prios = 0;
	for (unsigned int i = 0; i < GNIC_PRIOS; i++)
		if (port->buffer.size[port->buffer.prio[i]])
			port->buffer.prios |= 1u << i;
	mac_pause_review(port);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status mac_cmd_buffer_stats(struct card *card, const struct gnic_hw_id *in,
					 struct gnic_hw_buffer_stats *out)
{
	struct port *port = card_port(card, le32_to_cpu(in->id));

	if (!port)
		return GNIC_STATUS_BAD_PARAM;
	for (unsigned int i = 0; i < GNIC_RX_BUFFERS; i++) {
		out->used[i] = cpu_to_le32(port->buffer.used[i]);
		out->peak[i] = cpu_to_le32(port->buffer.peak[i]);
		out->dropped[i] = cpu_to_le64(port->buffer.dropped[i]);
	}
	return GNIC_STATUS_OK;
}

/* Each priority has the buffer of its number. What waits goes with its queue, not here. */
void mac_buffer_reset(struct port *port)
{
	struct port_buffer *buffer = &port->buffer;

	for (unsigned int i = 0; i < GNIC_PRIOS; i++)
		buffer->prio[i] = i;
	buffer->prios = 0;
	buffer->full = 0;
	memset(buffer->size, 0, sizeof(buffer->size));
	memset(buffer->peak, 0, sizeof(buffer->peak));
	memset(buffer->dropped, 0, sizeof(buffer->dropped));
}
