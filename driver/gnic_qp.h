/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QPs of a group. A QP of a group differs from its neighbours by its number
 * alone, so what they have in common is one struct for all of them.
 */
#ifndef GNIC_QP_H
#define GNIC_QP_H

#include "gnic.h"
#include "gnic_param.h"
#include "gnic_ring.h"

enum gnic_qp_state {
	GNIC_QP_RESET,	/* nothing in the device */
	GNIC_QP_INIT,	/* queues exist */
	GNIC_QP_RTR,	/* answers its peer */
	GNIC_QP_RTS,	/* and sends */
	GNIC_QP_SQD,	/* starts nothing new */
	GNIC_QP_ERR,	/* the device gave up */
};

/**
 * struct gnic_qp_path - how packets reach the peer
 * @version: IP version, 4 or 6
 * @src_ip: network order; IPv4 in the first four bytes
 * @dst_ip: likewise
 * @src_mac: the group's own
 * @dst_mac: next hop
 */
struct gnic_qp_path {
	u8 version;
	u8 src_ip[16];
	u8 dst_ip[16];
	u8 src_mac[ETH_ALEN];
	u8 dst_mac[ETH_ALEN];
};

/**
 * struct gnic_qp_attr - what the QPs of a group have in common
 * @type: of the group
 * @port: NIC port
 * @vport: switch port
 * @asid: whose windows bound them
 * @encap: slot of the port's table, if config.encap says that there is one
 * @cqn: receive completions
 * @config: parameters of the group while they run
 * @path: RC: to the peer
 */
struct gnic_qp_attr {
	enum gnic_group_type type;
	unsigned int port;
	u16 vport;
	u16 asid;
	u8 encap;
	u32 cqn;
	struct gnic_group_config config;
	struct gnic_qp_path path;
};

/**
 * struct gnic_qp - one of them
 * @state: enum gnic_qp_state
 * @qpn: number
 * @sq: RC: send queue, filled by compute queues
 * @rq: receive queue: buffers for frames (raw), or for SENDs (RC)
 * @first: index in @rq of the first buffer of the holder's
 */
struct gnic_qp {
	enum gnic_qp_state state;
	u32 qpn;
	struct gnic_ring sq;
	struct gnic_ring rq;
	u32 first;
};

/* Nothing is posted to it. */
static inline bool gnic_qp_failed(const struct gnic_qp *qp)
{
	return qp->state == GNIC_QP_ERR || qp->state == GNIC_QP_RESET;
}

/* gnic_qp.c; the group's lock is held */
int gnic_qp_bring_up(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp,
		     u32 index);
void gnic_qp_stop(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp);
int gnic_qp_recover(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp,
		    u32 index);
bool gnic_qp_idle(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp);
void gnic_qp_tear_down(struct gnic_dev *dev, const struct gnic_qp_attr *attr,
		       struct gnic_qp *qp);
int gnic_qp_take_back(struct gnic_dev *dev, const struct gnic_qp_attr *attr,
		      struct gnic_qp *qp);
int gnic_qp_set_asid(struct gnic_dev *dev, const struct gnic_qp_attr *attr, struct gnic_qp *qp,
		     u16 asid);

#endif /* GNIC_QP_H */
