// SPDX-License-Identifier: GPL-2.0-only
/* Block MAC: ports, their links, what passes and how it is counted. */
#include <endian.h>
#include <string.h>

#include "blk_cmd.h"
#include "roce.h"
#include "wire.h"

#define MAC_ETH_HLEN	14
#define MAC_TAGS_LEN	8	/* two tags */
#define MAC_FCS_LEN	4
#define MAC_FRAME_MIN	60	/* without FCS */
#define MAC_MTU_DEFAULT	1500
#define MAC_DEPTH_MAX	4	/* times a frame may come back to a port while it is on its way */

#define MAC_SPEED_MAX	100000
#define MAC_PAUSE_BOTH	(GNIC_PAUSE_RX | GNIC_PAUSE_TX)
#define MAC_FEC_ALL	(GNIC_FEC_NONE | GNIC_FEC_RS)

/* ---- modes ---- */

static const struct {
	uint32_t speed;
	uint8_t lanes;
	uint8_t fec;
} mac_modes[] = {
	{  10000, 1, GNIC_FEC_NONE },
	{  25000, 1, MAC_FEC_ALL },
	{  50000, 1, MAC_FEC_ALL },
	{  50000, 2, MAC_FEC_ALL },
	{ 100000, 2, MAC_FEC_ALL },
};

#define MAC_MODES	(sizeof(mac_modes) / sizeof(mac_modes[0]))

static const struct gnic_hw_port_mode mac_mode_default = {
	.speed = MAC_SPEED_MAX,
	.lanes = GNIC_LANES_PER_PORT,
	.autoneg = 1,
	.fec = GNIC_FEC_RS,
	.pause = MAC_PAUSE_BOTH,
};

/* A port keeps modes in host order. */
static struct gnic_hw_port_mode mac_swap_mode(struct gnic_hw_port_mode mode)
{
	mode.speed = htole32(mode.speed);
	return mode;
}

static bool mac_mode_ok(const struct gnic_hw_port_mode *mode)
{
	unsigned int i;

	if (mode->autoneg > 1)
		return false;
	if (mode->autoneg)
		return mode->fec == GNIC_FEC_NONE || mode->fec == GNIC_FEC_RS;
	for (i = 0; i < MAC_MODES; i++)
		if (mac_modes[i].speed == mode->speed && mac_modes[i].lanes == mode->lanes)
			return mode->fec && !(mode->fec & (mode->fec - 1)) &&
			       !(mode->fec & ~mac_modes[i].fec);
	return false;
}

static bool mac_modes_agree(const struct port *a, const struct port *b)
{
	if (a->want.autoneg || b->want.autoneg)
		return a->want.autoneg && b->want.autoneg;
	return a->want.speed == b->want.speed && a->want.lanes == b->want.lanes &&
	       a->want.fec == b->want.fec;
}

/* How the port runs, or would. */
static void mac_negotiate(struct port *port, const struct port *peer)
{
	port->mode = port->want;
	if (!port->want.autoneg)
		return;
	port->mode.speed = MAC_SPEED_MAX;
	port->mode.lanes = GNIC_LANES_PER_PORT;
	if (!peer || !peer->want.autoneg)
		return;
	port->mode.pause &= peer->want.pause;
	if (peer->want.fec != port->want.fec)
		port->mode.fec = GNIC_FEC_RS;
}

/* ---- the link ---- */

static enum gnic_hw_link_fault mac_cable_fault(const struct port *port)
{
	const struct port *peer = wire_peer(port);

	if (!port->wire)
		return GNIC_LINK_FAULT_CABLE;
	if (wire_is_external(port))
		return GNIC_LINK_FAULT_NONE;
	if (!peer->admin || peer->forced_down || peer->loopback)
		return GNIC_LINK_FAULT_PEER;
	return mac_modes_agree(port, peer) ? GNIC_LINK_FAULT_NONE : GNIC_LINK_FAULT_MODE;
}

enum gnic_hw_link_fault mac_link_fault(const struct port *port)
{
	if (!port->admin)
		return GNIC_LINK_FAULT_ADMIN;
	if (port->forced_down)
		return GNIC_LINK_FAULT_FORCED;
	return port->loopback ? GNIC_LINK_FAULT_NONE : mac_cable_fault(port);
}

static void mac_link_one(struct port *port)
{
	bool up = mac_link_fault(port) == GNIC_LINK_FAULT_NONE;

	mac_negotiate(port, port->loopback ? NULL : wire_peer(port));
	if (up == port->link)
		return;
	port->link = up;
	if (!up)
		port->stats.link_downs++;
	eq_post(port->card, GNIC_EQE_LINK_STATUS, port->index, 0, up);
}

void mac_link_update(struct port *port)
{
	struct port *peer = wire_peer(port);

	mac_link_one(port);
	if (peer && peer != port)
		mac_link_one(peer);
}

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

static bool mac_is_pause(const struct frame *frame)
{
	static const uint8_t pause[] = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x01 };

	return !frame->rc && !memcmp(frame->hdr, pause, sizeof(pause)) &&
	       frame->hdr[12] == 0x88 && frame->hdr[13] == 0x08;
}

static void mac_count(struct gnic_hw_mac_dir *dir, const struct frame *frame)
{
	static const uint8_t broadcast[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const uint8_t *dst = mac_dst(frame);
	uint32_t size = frame->len + MAC_FCS_LEN;

	dir->frames_ok++;
	dir->octets_ok += size;
	dir->octets_all += size;
	dir->hist[mac_hist(size)]++;
	dir->vlan += mac_is_tagged(frame);
	if (!(dst[0] & 1))
		dir->unicast++;
	else if (!memcmp(dst, broadcast, sizeof(broadcast)))
		dir->broadcast++;
	else
		dir->multicast++;
}

static bool mac_too_long(const struct port *port, struct gnic_hw_mac_dir *dir,
			 const struct frame *frame)
{
	if (frame->len <= port->mtu + MAC_ETH_HLEN + MAC_TAGS_LEN)
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

void mac_send(struct port *port, struct frame *frame)
{
	struct gnic_hw_mac_dir *tx = &port->stats.tx;

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
	if (port->loopback)
		mac_receive(port, frame);
	else
		wire_send(port, frame);
}

static bool mac_accept(struct port *port, struct frame *frame)
{
	struct gnic_hw_mac_dir *rx = &port->stats.rx;

	if (!port->link || port->depth >= MAC_DEPTH_MAX) {
		rx->dropped++;
		return false;
	}
	if (!mac_header_ok(frame) || frame->len < MAC_FRAME_MIN) {
		rx->undersize++;
		rx->octets_all += frame->len + MAC_FCS_LEN;
		return false;
	}
	if (mac_too_long(port, rx, frame))
		return false;
	mac_count(rx, frame);
	if (!mac_is_pause(frame))
		return true;
	rx->pause++;
	return false;
}

void mac_receive(struct port *port, struct frame *frame)
{
	if (!mac_accept(port, frame))
		return;
	port->depth++;
	esw_from_function(port->uplink, frame);
	port->depth--;
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
	out->fault = mac_link_fault(port);
	out->mode = mac_swap_mode(port->mode);
	out->mtu = htole32(port->mtu);
	out->max_speed = htole32(MAC_SPEED_MAX);
	out->external = port->external;
	out->max_lanes = GNIC_LANES_PER_PORT;
	return GNIC_STATUS_OK;
}

#define MAC_SET_ALL \
	(GNIC_PORT_SET_ADMIN | GNIC_PORT_SET_MTU | GNIC_PORT_SET_LOOPBACK | GNIC_PORT_SET_LINK | \
	 GNIC_PORT_SET_PAUSE | GNIC_PORT_SET_IDENTIFY)

static bool mac_set_ok(uint32_t valid, const struct gnic_hw_port_set *in,
		       const struct gnic_hw_port_mode *mode)
{
	uint32_t mtu = le32toh(in->mtu);

	if (valid & ~MAC_SET_ALL)
		return false;
	if (valid & GNIC_PORT_SET_MTU && (mtu < GNIC_MTU_MIN || mtu > GNIC_MTU_MAX))
		return false;
	if (valid & GNIC_PORT_SET_LINK && !mac_mode_ok(mode))
		return false;
	if (valid & GNIC_PORT_SET_PAUSE && mode->pause & ~MAC_PAUSE_BOTH)
		return false;
	return in->admin <= 1 && in->loopback <= 1 && in->identify <= 1;
}

static void mac_set_mode(struct port *port, uint32_t valid, const struct gnic_hw_port_mode *mode)
{
	uint8_t pause = valid & GNIC_PORT_SET_PAUSE ? mode->pause : port->want.pause;

	if (valid & GNIC_PORT_SET_LINK)
		port->want = *mode;
	port->want.pause = pause;
}

enum gnic_hw_status mac_cmd_set(struct card *card, const struct gnic_hw_port_set *in)
{
	struct port *port = card_port(card, le32toh(in->port));
	struct gnic_hw_port_mode mode = mac_swap_mode(in->mode);
	uint32_t valid = le32toh(in->valid);

	if (!port)
		return GNIC_STATUS_NOT_FOUND;
	if (!mac_set_ok(valid, in, &mode))
		return GNIC_STATUS_BAD_PARAM;
	if (valid & GNIC_PORT_SET_MTU)
		port->mtu = le32toh(in->mtu);
	if (valid & GNIC_PORT_SET_LOOPBACK)
		port->loopback = in->loopback;
	if (valid & GNIC_PORT_SET_IDENTIFY)
		port->identify = in->identify;
	if (valid & GNIC_PORT_SET_ADMIN)
		port->admin = in->admin;
	mac_set_mode(port, valid, &mode);
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
	mac_address(port);
}

static void mac_reset_port(struct port *port)
{
	port->admin = false;
	port->loopback = false;
	port->identify = false;
	port->mtu = MAC_MTU_DEFAULT;
	port->want = mac_mode_default;
	mac_link_update(port);
	memset(&port->stats, 0, sizeof(port->stats));
}

void mac_reset(struct card *card)
{
	unsigned int i;

	for (i = 0; i < card->config.ports; i++)
		mac_reset_port(&card->ports[i]);
}
