// SPDX-License-Identifier: GPL-2.0-only
/* Faults that the driver itself asks for, so that its ways out can be tested. */
#include <linux/pci_regs.h>

#include "blk_cmd.h"
#include "fault.h"
#include "fw.h"
#include "pci.h"

#define INJECT_FLAP_MAX	60000u	/* ms */

static enum gnic_hw_status inject_fatal(struct card *card, struct port *port, uint32_t a)
{
	(void)port;
	if (!a || a > 0xff)
		return GNIC_STATUS_BAD_PARAM;
	card_fatal(card, a);
	return GNIC_STATUS_OK;
}

static enum gnic_hw_status inject_hang(struct card *card, struct port *port, uint32_t a)
{
	(void)port;
	(void)a;
	card->hung = true;
	return GNIC_STATUS_OK;
}

static enum gnic_hw_status inject_pcie(struct card *card, struct port *port, uint32_t a)
{
	(void)port;
	(void)a;
	pci_report_correctable(card->pci, PCI_ERR_COR_REP_TIMER);
	return GNIC_STATUS_OK;
}

static enum gnic_hw_status inject_tx_stop(struct card *card, struct port *port, uint32_t a)
{
	struct qp *qp = qp_get(port, a);

	(void)card;
	if (!qp)
		return GNIC_STATUS_NOT_FOUND;
	if (qp->type != GNIC_QP_RAW)
		return GNIC_STATUS_UNSUPPORTED;
	qp->stopped = true;
	qp_sleep(qp);
	return GNIC_STATUS_OK;
}

static enum gnic_hw_status inject_rx_error(struct card *card, struct port *port, uint32_t a)
{
	struct qp *qp = qp_get(port, a);

	(void)card;
	if (!qp)
		return GNIC_STATUS_NOT_FOUND;
	qp_fail(qp, GNIC_SYND_WQ_ACCESS, false);
	return GNIC_STATUS_OK;
}

static enum gnic_hw_status inject_link_flap(struct card *card, struct port *port, uint32_t a)
{
	(void)card;
	if (!a || a > INJECT_FLAP_MAX)
		return GNIC_STATUS_BAD_PARAM;
	return mac_flap(port, a) ? GNIC_STATUS_OK : GNIC_STATUS_BUSY;
}

static enum gnic_hw_status (*const inject_kinds[])(struct card *card, struct port *port,
						   uint32_t a) = {
	[GNIC_INJECT_FATAL]	= inject_fatal,
	[GNIC_INJECT_HANG]	= inject_hang,
	[GNIC_INJECT_PCIE]	= inject_pcie,
	[GNIC_INJECT_TX_STOP]	= inject_tx_stop,
	[GNIC_INJECT_RX_ERROR]	= inject_rx_error,
	[GNIC_INJECT_LINK_FLAP]	= inject_link_flap,
};

#define INJECT_KINDS	(sizeof(inject_kinds) / sizeof(inject_kinds[0]))

enum gnic_hw_status inject_cmd(struct card *card, const struct gnic_hw_inject *in)
{
	struct port *port = card_port(card, in->port);
	enum gnic_hw_status status;

	if (in->rsvd || !port || in->kind >= INJECT_KINDS || !inject_kinds[in->kind])
		return GNIC_STATUS_BAD_PARAM;
	status = inject_kinds[in->kind](card, port, le32toh(in->a));
	if (status == GNIC_STATUS_OK)
		trace_add(card, GNIC_TRACE_INJECT, in->kind, le32toh(in->a));
	return status;
}
