// SPDX-License-Identifier: GPL-2.0-only
/* QPs: the command that gives a receive queue its head area. */
#include "blk_cmd.h"

enum gnic_hw_status qp_cmd_split(struct card *card, const struct gnic_hw_qp_split *in)
{
	enum gnic_hw_status status;
	struct qp *qp;

	if (in->rsvd)
		return GNIC_STATUS_BAD_PARAM;
	status = qp_raw_receives(card, in->port, in->qpn, &qp);
	if (status)
		return status;
	if (le64_to_cpu(in->base) % GNIC_RAW_HEAD_SIZE)
		return GNIC_STATUS_BAD_PARAM;
	qp->split = le64_to_cpu(in->base);
	qp->split_thresh = le32_to_cpu(in->thresh);
	return GNIC_STATUS_OK;
}
