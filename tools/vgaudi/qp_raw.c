// SPDX-License-Identifier: GPL-2.0-only
/* QPs: the raw one that a command is for. */
#include "blk_cmd.h"

static enum gnic_hw_status qp_raw(struct card *card, __le32 port_index, __le32 qpn,
				  struct qp **qp)
{
	struct port *port = card_port(card, le32_to_cpu(port_index));

	if (!port)
		return GNIC_STATUS_BAD_PARAM;
	*qp = qp_get(port, le32_to_cpu(qpn));
	if (!*qp)
		return GNIC_STATUS_NOT_FOUND;
	return (*qp)->type == GNIC_QP_RAW ? GNIC_STATUS_OK : GNIC_STATUS_BAD_PARAM;
}

enum gnic_hw_status qp_raw_sends(struct card *card, __le32 port, __le32 qpn, struct qp **qp)
{
	enum gnic_hw_status status = qp_raw(card, port, qpn, qp);

	if (!status && !(*qp)->sq.present)
		return GNIC_STATUS_BAD_PARAM;
	return status;
}

enum gnic_hw_status qp_raw_receives(struct card *card, __le32 port, __le32 qpn, struct qp **qp)
{
	enum gnic_hw_status status = qp_raw(card, port, qpn, qp);

	if (!status && !(*qp)->rq.present)
		return GNIC_STATUS_BAD_PARAM;
	return status;
}
