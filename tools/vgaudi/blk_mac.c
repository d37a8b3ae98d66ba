// SPDX-License-Identifier: GPL-2.0-only
/* Block MAC: ports, their links, what passes and how it is counted. */
#include <endian.h>
#include <string.h>

#include "blk_cmd.h"
#include "caps.h"
#include "fault.h"
#include "frame.h"
#include "mac.h"
#include "roce.h"
#include "wire.h"

#define MAC_MTU_DEFAULT	1500
#define MAC_DEPTH_MAX	4	/* times a frame may come back to a port while it is on its way */
#define MAC_NESTED_MAX	32	/* ports of all cards that it may pass meanwhile */
#define MAC_LANE_SPEED	50000

static void mac_flap_end(void *opaque)
{
	struct port *port = opaque;

	port->forced_down = false;
	mac_link_update(port);
}

bool mac_flap(struct port *port, uint32_t ms)
{
	struct loop *loop = port->card->loop;

	if (port->forced_down)
		return false;
	port->flap.cb = mac_flap_end;
	port->flap.opaque = port;
	if (loop_timer_set(loop, &port->flap, loop_now(loop) + ms * 1000000ull))
		return false;
	port->forced_down = true;
	mac_link_update(port);
	return true;
}

/* ---- frames ---- */

/* Each port receives within the one that sent, so all of them share the stack of the thread. */
static unsigned int mac_nested;

static bool mac_is_deep(const struct port *port)
{
	return port->depth >= MAC_DEPTH_MAX || mac_nested >= MAC_NESTED_MAX;
}

static void mac_enter(struct port *port)
{
	port->depth++;
	mac_nested++;
}

static void mac_leave(struct port *port)
{
	port->depth--;
	mac_nested--;
}

static const uint32_t mac_hist_bounds[GNIC_MAC_HIST] = GNIC_MAC_HIST_BOUNDS;

static unsigned int mac_hist(uint32_t size)
{
	unsigned int i;

	for (i = 0; i < GNIC_MAC_HIST - 1; i++)
		if (size <= mac_hist_bounds[i])
			break;
	return i;
}

/* The first bytes of a frame, which an RC packet does not have yet. */
static const uint8_t *mac_dst(const struct frame *frame)
{
	return frame->rc ? frame->rc->path->dst_mac : frame->hdr;
}

static bool mac_is_tagged(const struct frame *frame)
{
	if (frame->rc)
		return frame->rc->path->vlan_tci;
	return (frame->hdr[12] == 0x81 && frame->hdr[13] == 0x00) ||
	       (frame->hdr[12] == 0x88 && frame->hdr[13] == 0xa8);
}

/* Where the type of a frame without tags is; MAC control has none. */
static uint16_t mac_type(const struct frame *frame)
{
	return frame->rc ? 0 : frame_be16(frame->hdr + 12);
}

/* What a MAC knows of its own frames. Too short for an opcode: none is known. */
static uint16_t mac_opcode(const struct frame *frame, uint16_t *quanta)
{
	uint8_t bytes[4];

	if (frame_copy(frame, MAC_ETH_HLEN, bytes, sizeof(bytes)) != sizeof(bytes))
		return 0;
	*quanta = frame_be16(bytes + 2);
	return frame_be16(bytes);
}

static void mac_count_control(struct gnic_hw_mac_dir *dir, uint16_t opcode)
{
	dir->control++;
	if (opcode == MAC_OPCODE_PAUSE)
		dir->pause++;
	else if (opcode != MAC_OPCODE_PFC)
		dir->unknown_control++;
}

/* A length that says something else than the frame; one that needs padding says little. */
static void mac_check_length(struct gnic_hw_mac_dir *rx, const struct frame *frame)
{
	uint16_t len = mac_type(frame);
	uint32_t data = frame->len - MAC_ETH_HLEN;

	if (frame->rc || len >= 1536)
		return;
	if (len > 1500)
		rx->out_of_range_length++;
	else if (len >= MAC_FRAME_MIN - MAC_ETH_HLEN && len != data)
		rx->in_range_length++;
}

/* @count frames to @dst, of @size bytes each, with FCS. */
static inline void mac_add(struct gnic_hw_mac_dir *dir, const uint8_t *dst, bool tagged,
			   uint32_t size, unsigned int hist, uint32_t count)
{
	static const uint8_t broadcast[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	dir->frames_ok += count;
	dir->octets_ok += (uint64_t)size * count;
	dir->octets_all += (uint64_t)size * count;
	dir->hist[hist] += count;
	dir->vlan += tagged ? count : 0;
	if (!(dst[0] & 1))
		dir->unicast += count;
	else if (!memcmp(dst, broadcast, sizeof(broadcast)))
		dir->broadcast += count;
	else
		dir->multicast += count;
}

static inline void mac_add_bits(struct port *port, uint32_t size, uint32_t count)
{
	if (port->mode.fec == GNIC_FEC_RS)
		port->fec_bits += size * 8ull * count;
}

static void mac_count(struct gnic_hw_mac_dir *dir, const struct frame *frame)
{
	uint32_t size = frame->len + MAC_FCS_LEN;

	mac_add(dir, mac_dst(frame), mac_is_tagged(frame), size, mac_hist(size), 1);
}

void mac_count_passed(struct port *from, struct port *to, const struct roce_path *path,
		      uint32_t len, uint32_t count)
{
	uint32_t size = len + MAC_FCS_LEN;
	unsigned int hist = mac_hist(size);

	mac_add(&from->stats.tx, path->dst_mac, path->vlan_tci, size, hist, count);
	mac_add(&to->stats.rx, path->dst_mac, path->vlan_tci, size, hist, count);
	mac_add_bits(to, size, count);
}

static bool mac_too_long(const struct port *port, struct gnic_hw_mac_dir *dir,
			 const struct frame *frame)
{
	if (!mac_is_too_long(port, frame->len))
		return false;
	dir->too_long++;
	dir->octets_all += frame->len + MAC_FCS_LEN;
	return true;
}

/* Whoever has made the frame owes its first 14 bytes in one piece; guests may not know that. */
static bool mac_header_ok(const struct frame *frame)
{
	return frame->rc || frame->hdr_len >= MAC_ETH_HLEN;
}

static void mac_pad(struct frame *frame)
{
	static uint8_t zeros[MAC_FRAME_MIN];
	uint32_t pad = MAC_FRAME_MIN - frame->len;

	if (frame->len >= MAC_FRAME_MIN || frame->rc || frame->iovs >= FRAME_IOV)
		return;
	frame->iov[frame->iovs].iov_base = zeros;
	frame->iov[frame->iovs++].iov_len = pad;
	frame->len = MAC_FRAME_MIN;
}

/* Back to where it comes from; a fault flips the bits of the first byte behind the header. */
static void mac_loop(struct port *port, struct frame *frame)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct frame flat = { .hdr = buf, .splits = frame->splits };

	if (!fault_part(port->card->faults, FAULT_LOOPBACK)) {
		mac_receive(port, frame);
		return;
	}
	flat.len = frame_flatten(frame, buf, sizeof(buf));
	if (!flat.len)
		return;
	flat.hdr_len = flat.len;
	buf[MAC_ETH_HLEN] ^= 0xff;
	mac_receive(port, &flat);
}

void mac_send(struct port *port, struct frame *frame)
{
	struct gnic_hw_mac_dir *tx = &port->stats.tx;
	uint16_t quanta = 0;

	if (!port->link) {
		tx->dropped++;
		return;
	}
	if (!mac_header_ok(frame)) {
		tx->errors++;
		return;
	}
	if (mac_too_long(port, tx, frame))
		return;
	mac_pad(frame);
	mac_count(tx, frame);
	if (mac_type(frame) == MAC_ETH_TYPE_CONTROL)
		mac_count_control(tx, mac_opcode(frame, &quanta));
	if (port->loopback)
		mac_loop(port, frame);
	else
		wire_send(port, frame);
}

/* A frame that is counted as bad already, for a driver that wants all. RC has none. */
static void mac_bad(struct port *port, struct frame *frame)
{
	if (!(port->rx & GNIC_PORT_RX_ALL) || frame->rc || frame->hdr_len < MAC_ETH_HLEN)
		return;
	mac_enter(port);
	esw_bad_frame(port->uplink, frame);
	mac_leave(port);
}

static bool mac_accept(struct port *port, struct frame *frame)
{
	struct gnic_hw_mac_dir *rx = &port->stats.rx;

	if (!port->link || mac_is_deep(port)) {
		rx->dropped++;
		return false;
	}
	if (!mac_header_ok(frame) || frame->len < MAC_FRAME_MIN) {
		rx->undersize++;
		rx->octets_all += frame->len + MAC_FCS_LEN;
		return false;
	}
	if (mac_too_long(port, rx, frame)) {
		mac_bad(port, frame);
		return false;
	}
	mac_count(rx, frame);
	mac_add_bits(port, frame->len + MAC_FCS_LEN, 1);
	mac_check_length(rx, frame);
	return true;
}

/* MAC control never gets further than here. */
static void mac_control(struct port *port, const struct frame *frame)
{
	uint16_t quanta = 0, opcode = mac_opcode(frame, &quanta);

	mac_count_control(&port->stats.rx, opcode);
	if (opcode == MAC_OPCODE_PAUSE)
		mac_pause_received(port, quanta);
	else if (opcode == MAC_OPCODE_PFC)
		mac_pfc_received(port, frame);
}

void mac_receive(struct port *port, struct frame *frame)
{
	uint8_t prio = port->pfc.rx_prio;

	if (!mac_accept(port, frame))
		return;
	if (mac_type(frame) == MAC_ETH_TYPE_CONTROL) {
		mac_control(port, frame);
		return;
	}
	mac_enter(port);
	port->pfc.rx_prio = port->pfc.enable | port->buffer.prios ? mac_prio(port, frame) : 0;
	esw_from_function(port->uplink, frame);
	port->pfc.rx_prio = prio;
	mac_leave(port);
}

void mac_turn(struct port *port, struct frame *frame)
{
	struct gnic_hw_mac_dir *tx = &port->stats.tx;
	uint8_t prio = port->pfc.rx_prio;

	if (mac_is_deep(port)) {
		tx->dropped++;
		return;
	}
	if (mac_too_long(port, tx, frame))
		return;
	mac_enter(port);
	port->pfc.rx_prio = GNIC_PRIOS;
	esw_from_function(port->uplink, frame);
	port->pfc.rx_prio = prio;
	mac_leave(port);
}

void mac_bad_fcs(struct port *port, struct frame *frame, uint32_t error)
{
	struct gnic_hw_mac_dir *rx = &port->stats.rx;

	if (!port->link)
		return;
	rx->octets_all += frame->len + MAC_FCS_LEN;
	if (frame->len < MAC_FRAME_MIN)
		rx->fragments++;
	else if (mac_is_too_long(port, frame->len))
		rx->jabbers++;
	else
		rx->fcs_errors++;
	port->fcs_error = error;
	mac_bad(port, frame);
	port->fcs_error = 0;
}

/* ---- commands ---- */

static uint8_t mac_state(const struct port *port)
{
	return (port->admin ? GNIC_PORT_STATE_ADMIN : 0) | (port->link ? GNIC_PORT_STATE_LINK : 0) |
	       (port->loopback ? GNIC_PORT_STATE_LOOPBACK : 0) |
	       (port->wire ? GNIC_PORT_STATE_CABLE : 0);
}

enum gnic_hw_status mac_cmd_query(struct card *card, const struct gnic_hw_id *in,
				  struct gnic_hw_port_info *out)
{
	struct port *port = card_port(card, le32toh(in->id));

	if (!port)
		return GNIC_STATUS_NOT_FOUND;
	memcpy(out->mac, port->mac, sizeof(out->mac));
	out->state = mac_state(port);
	out->mtu = htole32(port->mtu);
	out->max_speed = htole32(MAC_LANE_SPEED * mac_lanes(port));
	out->external = port->external;
	out->max_lanes = mac_lanes(port);
	out->media = port->backplane ? GNIC_MEDIA_BACKPLANE : GNIC_MEDIA_COPPER;
	out->module = mac_module_kind(port);
	out->power = mac_module_power(port);
	out->silent = mac_storm_silent(port);
	out->storm_ms = htole16(port->storm_ms);
	mac_link_info(port, out);
	return GNIC_STATUS_OK;
}

#define MAC_SET_ALL \
	(GNIC_PORT_SET_ADMIN | GNIC_PORT_SET_MTU | GNIC_PORT_SET_LOOPBACK | GNIC_PORT_SET_LINK | \
	 GNIC_PORT_SET_PAUSE | GNIC_PORT_SET_IDENTIFY | GNIC_PORT_SET_RESTART | \
	 GNIC_PORT_SET_RX | GNIC_PORT_SET_STORM)

static bool mac_set_ok(const struct port *port, uint32_t valid, const struct gnic_hw_port_set *in,
		       const struct gnic_hw_port_mode *mode)
{
	uint32_t mtu = le32toh(in->mtu);

	if (valid & ~MAC_SET_ALL)
		return false;
	if (valid & GNIC_PORT_SET_MTU && (mtu < GNIC_MTU_MIN || mtu > GNIC_MTU_MAX))
		return false;
	if (valid & GNIC_PORT_SET_STORM && le16toh(in->storm_ms) > GNIC_PAUSE_STORM_MAX_MS)
		return false;
	if (in->rx & ~(GNIC_PORT_RX_FCS | GNIC_PORT_RX_ALL) || in->rsvd1 ||
	    !mac_link_set_ok(port, valid, mode, le32toh(in->advertise)))
		return false;
	return in->admin <= 1 && in->loopback <= 1 && in->identify <= 1;
}

enum gnic_hw_status mac_cmd_set(struct card *card, const struct gnic_hw_port_set *in)
{
	struct port *port = card_port(card, le32toh(in->port));
	struct gnic_hw_port_mode mode = in->mode;
	uint32_t valid = le32toh(in->valid);

	mode.speed = le32toh(mode.speed);
	if (!port)
		return GNIC_STATUS_NOT_FOUND;
	if (caps_of_port_set(valid) & ~card->caps)
		return GNIC_STATUS_UNSUPPORTED;
	if (!mac_set_ok(port, valid, in, &mode))
		return GNIC_STATUS_BAD_PARAM;
	if (valid & GNIC_PORT_SET_MTU)
		port->mtu = le32toh(in->mtu);
	if (valid & GNIC_PORT_SET_LOOPBACK)
		port->loopback = in->loopback;
	if (valid & GNIC_PORT_SET_IDENTIFY)
		port->identify = in->identify;
	if (valid & GNIC_PORT_SET_RX)
		port->rx = in->rx;
	if (valid & GNIC_PORT_SET_STORM)
		port->storm_ms = le16toh(in->storm_ms);
	if (valid & GNIC_PORT_SET_ADMIN)
		port->admin = in->admin;
	mac_link_set(port, valid, &mode, le32toh(in->advertise));
	if (valid & GNIC_PORT_SET_RESTART)
		mac_link_restart(port);
	else
		mac_link_update(port);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status mac_cmd_stats(struct card *card, const struct gnic_hw_id *in,
				  struct gnic_hw_mac_stats *out)
{
	struct port *port = card_port(card, le32toh(in->id));

	if (!port)
		return GNIC_STATUS_NOT_FOUND;
	cmd_put_stats(out, &port->stats, sizeof(*out));
	return GNIC_STATUS_OK;
}

/* ---- life ---- */

/* Locally administered, and the same for the same serial number, card and port. */
static void mac_address(struct port *port)
{
	uint64_t serial = port->card->config.serial;

	port->mac[0] = 0x02;
	port->mac[1] = serial >> 24;
	port->mac[2] = serial >> 16;
	port->mac[3] = serial >> 8;
	port->mac[4] = serial;
	port->mac[5] = port->index;
}

void mac_init(struct port *port, struct card *card, unsigned int index)
{
	port->card = card;
	port->index = index;
	mac_pause_init(port);
	mac_pfc_init(port);
	mac_prio_reset(port);
	mac_buffer_reset(port);
	mac_ets_reset(port);
	mac_address(port);
}

void mac_exit(struct port *port)
{
	loop_timer_del(port->card->loop, &port->flap);
}

void mac_reset_port(struct port *port)
{
	port->admin = false;
	port->loopback = false;
	port->identify = false;
	port->rx = 0;
	port->mtu = MAC_MTU_DEFAULT;
	port->storm_ms = GNIC_PAUSE_STORM_MS;
	port->module_keep = false;
	mac_link_reset(port);
	mac_link_update(port);
	mac_pause_stop(port);
	mac_pfc_reset(port);
	mac_prio_reset(port);
	mac_buffer_reset(port);
	mac_ets_reset(port);
	memset(&port->stats, 0, sizeof(port->stats));
	memset(&port->fec, 0, sizeof(port->fec));
	port->fec_bits = 0;
	port->fec_lane = 0;
	memset(port->encaps, 0, sizeof(port->encaps));
}

/* A half goes before its whole has both lanes again. */
void mac_reset(struct card *card)
{
	unsigned int i;

	for (i = 0; i < card->config.ports; i++) {
		mac_reset_port(mac_half(&card->ports[i]));
		card->ports[i].split = false;
		mac_reset_port(&card->ports[i]);
	}
}
