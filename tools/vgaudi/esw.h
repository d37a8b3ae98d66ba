/* SPDX-License-Identifier: GPL-2.0-only */
/* Block ESW: what its files share. Others use the functions in card.h. */
#ifndef VGAUDI_ESW_H
#define VGAUDI_ESW_H

#include "card.h"
#include "flow_table.h"
#include "toeplitz.h"

#define ESW_MAC_BUCKETS		256u

/**
 * struct esw_rss - one context of one side of a vport
 * @vport: whose
 * @len: entries, a power of two
 * @func: enum gnic_hw_rss_func
 * @xfrm: GNIC_RSS_XFRM_*
 * @fields: GNIC_RSS_FIELD_*
 * @toeplitz: the key, shared
 * @qps: RSS_SET: by entry, NULL: it is gone
 * @queues: RSS_CONTEXT: by entry, numbers
 */
struct esw_rss {
	const struct esw_vport *vport;
	uint32_t len;
	uint8_t func, xfrm;
	uint8_t fields[GNIC_RSS_FLOWS];
	struct toeplitz *toeplitz;
	struct qp **qps;
	uint16_t *queues;
};

/* Receive filter of an uplink's host side; addresses as frame_mac() has them. */
struct esw_filter {
	bool promisc, allmulti;
	uint32_t count;
	uint64_t mac[GNIC_FILTER_MACS_MAX];
};

/**
 * struct esw_vport - a vport with what only the switch has to know
 * @base: the rest, vport->esw points back
 * @next: in the chain of its MAC address
 * @hashed: it is in one
 * @rules: that name it
 * @rss: by side: context 0; NULL: no table
 * @contexts: by side: the others; NULL: there never was one
 * @queues: host side, by number; NULL: there never was one
 * @filter: uplink
 * @ctag: uplink: VIDs that GNIC_VLAN_FILTER_CTAG lets in
 * @stag: likewise
 */
struct esw_vport {
	struct vport base;
	struct vport *next;
	bool hashed;
	uint32_t rules;
	struct esw_rss *rss[2];
	struct esw_rss **contexts[2];
	struct qp **queues;
	struct esw_filter filter;
	uint8_t ctag[GNIC_VLAN_VIDS / 8];
	uint8_t stag[GNIC_VLAN_VIDS / 8];
};

/**
 * struct esw - the switch of a card
 * @flows: the steering table
 * @host_rules: of them for what enters at a host side
 * @uplinks: by port, halves included whether they are in use or not
 * @functions: by id, from GNIC_VPORT_FUNCTION_FIRST on
 * @next_function: where the search for a free one begins: reused late
 * @by_mac: enabled functions with an address
 * @hashed: how many
 * @keys: of all RSS tables
 */
struct esw {
	struct flow_table *flows;
	uint32_t host_rules;
	struct esw_vport *uplinks[GNIC_PORT_IDS];
	struct esw_vport *functions[GNIC_VPORT_FUNCTIONS_MAX];
	uint32_t next_function;
	struct vport *by_mac[ESW_MAC_BUCKETS];
	uint32_t hashed;
	struct toeplitz *keys;
};

/* esw_mac.c: from an address to the function that has it. */
void esw_mac_add(struct esw *esw, struct vport *vport);	/* if it is enabled and has one */
void esw_mac_del(struct esw *esw, struct vport *vport);
/* NULL: none of this port's enabled functions. */
struct vport *esw_mac_find(const struct esw *esw, const struct port *port, uint64_t mac);
/* Does the host side of this uplink want frames to @mac? */
bool esw_mac_wanted(const struct vport *vport, const uint8_t *mac);

/* esw_vlan.c */
/* Does the host side of this uplink want frames with this tag? */
bool esw_vlan_wanted(const struct vport *vport, const struct frame *frame);
void esw_vlan_reset(struct vport *vport);

/* esw_rss.c: contexts. NULL: there is none. */
const struct esw_rss *esw_rss_get(const struct vport *vport, unsigned int side,
				  unsigned int context);
/* @to takes the place of @from; NULL: nobody. */
void esw_rss_replace(struct vport *vport, const struct qp *from, struct qp *to);
void esw_rss_free(struct vport *vport);

/* esw_hash.c: GNIC_CQE_HASH_* and the hash; the QP that it chooses, NULL: none. */
uint8_t esw_rss_hash(const struct esw_rss *rss, const struct frame *frame, uint32_t *hash);
struct qp *esw_rss_choose(const struct esw_rss *rss, uint32_t hash, unsigned int offset);

/* NULL: none */
static inline struct qp *esw_queue(const struct esw_vport *v, unsigned int number)
{
	return v->queues && number < GNIC_VPORT_QUEUES_MAX ? v->queues[number] : NULL;
}

/* What rules edit: a frame's headers, from @at on. */
#define ESW_EDIT_ROOM	(GNIC_FLOW_EDITS_MAX * 4u)	/* for as many tags */
struct esw_header {
	uint32_t at;
	uint8_t bytes[ESW_EDIT_ROOM + FRAME_HDR_MAX];
};

/*
 * esw_edit.c: is what a rule is to edit right? The headers of @frame become those in
 * @header, false: it has too many pieces; one edit, @frame being parsed before and behind.
 * @rewrite: the next of the rule's; the edit that is one steps over it
 */
bool esw_edits_ok(const struct gnic_hw_flow_add *in);
bool esw_edit_begin(struct esw_header *header, struct frame *frame);
void esw_edit(struct esw_header *header, struct frame *frame, const struct gnic_hw_flow_edit *edit,
	      const struct gnic_hw_flow_rewrite **rewrite);

/*
 * esw_rewrite.c: are there as many as there are edits that want one, and are they right? How
 * many that is. One of them, done to @frame as it was parsed.
 */
bool esw_rewrites_ok(const struct gnic_hw_flow_add *in, const struct gnic_hw_flow_more *more);
unsigned int esw_rewrites(const struct gnic_hw_flow_add *in);
void esw_rewrite(struct esw_header *header, struct frame *frame,
		 const struct gnic_hw_flow_rewrite *rewrite);

/* blk_esw.c: the function that gets it if no rule is asked; NULL: there are rules, or none does. */
struct vport *esw_straight(const struct vport *uplink, const uint8_t *dmac);
/* @count of them, of @len bytes each, have come to @uplink and gone to @to. */
void esw_passed(struct vport *uplink, struct vport *to, uint32_t len, uint32_t count);

/* esw_flow.c */
void esw_flow_replace(struct qp *from, struct qp *to);
void esw_flow_flush(struct card *card);

#endif /* VGAUDI_ESW_H */
