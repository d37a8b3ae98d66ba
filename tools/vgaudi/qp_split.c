// SPDX-License-Identifier: GPL-2.0-only
/* QPs: the command that gives a receive queue its head area. */
#include "blk_cmd.h"

enum gnic_hw_status qp_cmd_split(struct card *card, const struct gnic_hw_qp_split *in)
{
	struct port *port = card_port(card, le32_to_cpu(in->port));
	struct qp *qp;

	if (!port || in->rsvd)
		return GNIC_STATUS_BAD_PARAM;
	qp = qp_get(port, le32_to_cpu(in->qpn));
	if (!qp)
		return GNIC_STATUS_NOT_FOUND;
	if (qp->type != GNIC_QP_RAW || !qp->rq.present ||
	    le64_to_cpu(in->base) % GNIC_RAW_HEAD_SIZE)
		return GNIC_STATUS_BAD_PARAM;
	qp->split = le64_to_cpu(in->base);
	qp->split_thresh = le32_to_cpu(in->thresh);
	return GNIC_STATUS_OK;
}
