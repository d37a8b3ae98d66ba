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
 * @len: entries, a power of two
 * @types: GNIC_RSS_L4_*
 * @qps: NULL: it is gone
 * @toeplitz: the key, shared
 */
struct esw_rss {
	uint32_t len;
	uint16_t types;
	struct qp *qps[GNIC_RSS_TABLE_LEN];
	struct toeplitz *toeplitz;
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
 * @rss: by side and context; NULL: no table
 * @filter: uplink
 * @ctag: uplink: VIDs that GNIC_VLAN_FILTER_CTAG lets in
 * @stag: likewise
 */
struct esw_vport {
	struct vport base;
	struct vport *next;
	bool hashed;
	uint32_t rules;
	struct esw_rss *rss[2][GNIC_RSS_CONTEXTS];
	struct esw_filter filter;
	uint8_t ctag[GNIC_VLAN_VIDS / 8];
	uint8_t stag[GNIC_VLAN_VIDS / 8];
};

/**
 * struct esw - the switch of a card
 * @flows: the steering table
 * @qp_rules: rules with GNIC_FLOW_QP
 * @uplinks: by port
 * @functions: by id, from GNIC_VPORT_FUNCTION_FIRST on
 * @next_function: where the search for a free one begins: reused late
 * @by_mac: enabled functions with an address
 * @hashed: how many
 * @keys: of all RSS tables
 */
struct esw {
	struct flow_table *flows;
	struct flow_rule *qp_rules;
	struct esw_vport *uplinks[GNIC_PORTS_MAX];
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

/* esw_rss.c */
/* To one of the table's QPs; false: no table, no QP, or it dropped the frame. */
bool esw_rss_deliver(const struct esw_rss *rss, struct frame *frame, const uint32_t *mark);
/* @to takes the place of @from; NULL: nobody. */
void esw_rss_replace(struct vport *vport, const struct qp *from, struct qp *to);
void esw_rss_free(struct vport *vport);

/* esw_flow.c */
void esw_flow_replace(struct esw *esw, const struct qp *from, struct qp *to);
void esw_flow_flush(struct card *card);

#endif /* VGAUDI_ESW_H */
