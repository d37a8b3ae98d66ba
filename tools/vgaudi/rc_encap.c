// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks TXE and RXB, encapsulation: packets of an RC QP in IPv4, or in IPv4 and UDP, with
 * an opaque header before them. A port has a table; contexts say which entry is theirs, and
 * what comes to the function of an RC QP is looked for in the table.
 */
#include <endian.h>

#include "blk_cmd.h"
#include "blk_qpc.h"
#include "frame.h"
#include "parse.h"

/* ---- the table ---- */

static bool encap_header_ok(const struct gnic_hw_encap_set *in)
{
	if (in->header_len > GNIC_ENCAP_HEADER_MAX || in->header_len % 4)
		return false;
	for (uint32_t i = in->header_len; i < GNIC_ENCAP_HEADER_MAX; i++)
		if (in->header[i])
			return false;
	return true;
}

static bool encap_set_ok(const struct gnic_hw_encap_set *in)
{
	static const uint8_t none[4];
	uint16_t port = le16toh(in->udp_port);

	if (in->slot >= GNIC_ENCAPS || in->rsvd || !encap_header_ok(in))
		return false;
	switch (in->type) {
	case GNIC_ENCAP_NONE:
		return !in->proto && !port && !in->header_len &&
		       !memcmp(in->src_ip, none, sizeof(none));
	case GNIC_ENCAP_IPV4:
		return in->proto != IP_PROTO_TCP && in->proto != IP_PROTO_UDP && !port;
	case GNIC_ENCAP_UDP:
		return !in->proto && port && port != GNIC_ROCE_UDP_PORT;
	default:
		return false;
	}
}

enum gnic_hw_status encap_cmd_set(struct card *card, const struct gnic_hw_encap_set *in)
{
	struct port *port = card_port(card, in->port);
	struct port_encap *slot;

	if (!port)
		return GNIC_STATUS_NOT_FOUND;
	if (!encap_set_ok(in))
		return GNIC_STATUS_BAD_PARAM;
	slot = &port->encaps[in->slot];
	if (slot->users)
		return GNIC_STATUS_BUSY;
	slot->encap = (struct roce_encap){
		.type = in->type, .proto = in->proto, .header_len = in->header_len,
		.udp_port = le16toh(in->udp_port),
	};
	memcpy(slot->encap.src_ip, in->src_ip, sizeof(slot->encap.src_ip));
	memcpy(slot->encap.header, in->header, sizeof(slot->encap.header));
	return GNIC_STATUS_OK;
}

bool encap_check(const struct port *port, bool enable, uint32_t slot)
{
	return !enable || port->encaps[slot].encap.type != GNIC_ENCAP_NONE;
}

static struct port_encap *encap_slot(const struct roce_encap *encap)
{
	return (struct port_encap *)((char *)encap - offsetof(struct port_encap, encap));
}

void encap_use(struct port *port, const struct roce_encap **encap, bool enable, uint32_t slot)
{
	if (*encap)
		encap_slot(*encap)->users--;
	*encap = enable ? &port->encaps[slot].encap : NULL;
	if (*encap)
		encap_slot(*encap)->users++;
}

/* ---- who comes in what ---- */

static bool encap_is_alike(const struct roce_encap *a, const struct roce_encap *b)
{
	return a->type == b->type && a->proto == b->proto && a->udp_port == b->udp_port;
}

bool encap_equal(const struct roce_encap *a, const struct roce_encap *b)
{
	return encap_is_alike(a, b) && a->header_len == b->header_len &&
	       !memcmp(a->header, b->header, a->header_len);
}

/*
 * Of those with this type, protocol and port: the one with the longest header that is there,
 * else another one, for there is somebody who has to know that it does not fit.
 */
static const struct roce_encap *encap_find(const struct port *port, const struct roce_encap *outer)
{
	const struct roce_encap *best = NULL, *encap;
	bool fits, best_fits = false;

	for (uint32_t i = 0; i < GNIC_ENCAPS; i++) {
		encap = &port->encaps[i].encap;
		if (!port->encaps[i].users || !encap_is_alike(encap, outer))
			continue;
		fits = encap->header_len <= outer->header_len &&
		       !memcmp(encap->header, outer->header, encap->header_len);
		if (!best || fits > best_fits ||
		    (fits == best_fits && encap->header_len > best->header_len)) {
			best = encap;
			best_fits = fits;
		}
	}
	return best;
}

static bool encap_any(const struct port *port)
{
	unsigned int users = 0;

	for (uint32_t i = 0; i < GNIC_ENCAPS; i++)
		users += port->encaps[i].users;
	return users;
}

/* What is behind the outer headers, as much of it as a header can have. */
static bool encap_outer(const struct frame *frame, struct roce_encap *outer)
{
	const struct parsed *p = &frame->parsed;

	if (p->l3 != GNIC_CQE_L3_IPV4 || p->fragment || p->bad || !p->payload_off ||
	    p->ip_proto == IP_PROTO_TCP)
		return false;
	*outer = (struct roce_encap){ .type = GNIC_ENCAP_IPV4, .proto = p->ip_proto };
	if (p->ip_proto == IP_PROTO_UDP) {
		if (!frame_has_l4(frame, 4))
			return false;
		*outer = (struct roce_encap){
			.type = GNIC_ENCAP_UDP,
			.udp_port = frame_be16(frame->hdr + p->l4_off + 2),
		};
	}
	outer->header_len = (uint8_t)frame_copy(frame, p->payload_off, outer->header,
						sizeof(outer->header));
	return true;
}

const struct roce_encap *encap_of(const struct port *port, const struct frame *frame)
{
	struct roce_encap outer;

	if (!encap_any(port) || !encap_outer(frame, &outer))
		return NULL;
	return encap_find(port, &outer);
}

bool encap_wants(const struct port *port, const struct frame *frame)
{
	const struct roce_encap *encap;

	if (!frame->rc)
		return encap_of(port, frame);
	encap = encap_find(port, frame->rc->encap);
	return encap && encap->header_len == frame->rc->encap->header_len;
}
