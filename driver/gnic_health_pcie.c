// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reporter `pcie` of a card: errors of the link to the bus, by the device status
 * register. It recovers by a reset of the function; an error that hardware has
 * corrected needs none.
 */
#include <linux/pci.h>

#include "gnic.h"
#include "gnic_fw.h"
#include "gnic_health.h"
#include "gnic_reset.h"

#define GNIC_PCIE_ERRORS	(PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED | PCI_EXP_DEVSTA_FED)
#define GNIC_PCIE_DUMP		0x200	/* bytes of configuration space, AER included */

static void gnic_health_put_aer(struct pci_dev *pdev, struct devlink_fmsg *fmsg)
{
	u32 uncorrectable = 0, correctable = 0;
	int aer = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_ERR);

	if (!aer)
		return;
	pci_read_config_dword(pdev, aer + PCI_ERR_UNCOR_STATUS, &uncorrectable);
	pci_read_config_dword(pdev, aer + PCI_ERR_COR_STATUS, &correctable);
	devlink_fmsg_u32_pair_put(fmsg, "aer_uncorrectable", uncorrectable);
	devlink_fmsg_u32_pair_put(fmsg, "aer_correctable", correctable);
}

static int gnic_health_pcie_diagnose(struct devlink_health_reporter *reporter,
				     struct devlink_fmsg *fmsg, struct netlink_ext_ack *extack)
{
	struct gnic_health *health = devlink_health_reporter_priv(reporter);
	struct pci_dev *pdev = health->dev->pdev;
	u16 link = 0, status = 0;

	pcie_capability_read_word(pdev, PCI_EXP_LNKSTA, &link);
	pcie_capability_read_word(pdev, PCI_EXP_DEVSTA, &status);
	devlink_fmsg_bool_pair_put(fmsg, "present", pci_device_is_present(pdev));
	devlink_fmsg_u32_pair_put(fmsg, "speed", FIELD_GET(PCI_EXP_LNKSTA_CLS, link));
	devlink_fmsg_u32_pair_put(fmsg, "width", FIELD_GET(PCI_EXP_LNKSTA_NLW, link));
	devlink_fmsg_u32_pair_put(fmsg, "device_status", status);
	devlink_fmsg_u32_pair_put(fmsg, "errors_seen", health->pcie_seen);
	devlink_fmsg_u64_pair_put(fmsg, "error_count", health->pcie_errors);
	gnic_health_put_aer(pdev, fmsg);
	return 0;
}

static int gnic_health_pcie_dump(struct devlink_health_reporter *reporter,
				 struct devlink_fmsg *fmsg, void *ctx,
				 struct netlink_ext_ack *extack)
{
	struct gnic_health *health = devlink_health_reporter_priv(reporter);
	u32 words[GNIC_PCIE_DUMP / sizeof(u32)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		pci_read_config_dword(health->dev->pdev, i * sizeof(u32), &words[i]);
	devlink_fmsg_binary_pair_put(fmsg, "config", words, sizeof(words));
	return 0;
}

/* @ctx: bits of the device status register; NULL: the user asks for it. */
static int gnic_health_pcie_recover(struct devlink_health_reporter *reporter, void *ctx,
				    struct netlink_ext_ack *extack)
{
	struct gnic_health *health = devlink_health_reporter_priv(reporter);
	struct gnic_dev *dev = health->dev;
	u16 *errors = ctx;

	if (errors && !(*errors & (PCI_EXP_DEVSTA_NFED | PCI_EXP_DEVSTA_FED)))
		return 0;
	if (gnic_dev_gone(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}
	if (!dev->running) {
		NL_SET_ERR_MSG_MOD(extack, "the device is not running: devlink dev reload it");
		return -ENETDOWN;
	}
	return gnic_reset_function(dev, extack);
}

static int gnic_health_pcie_test(struct devlink_health_reporter *reporter,
				 struct netlink_ext_ack *extack)
{
	struct gnic_health *health = devlink_health_reporter_priv(reporter);

	return gnic_inject(health->dev, GNIC_INJECT_PCIE, 0, 0, extack);
}

const struct devlink_health_reporter_ops gnic_health_pcie_ops = {
	.name		= "pcie",
	.diagnose	= gnic_health_pcie_diagnose,
	.dump		= gnic_health_pcie_dump,
	.recover	= gnic_health_pcie_recover,
	.test		= gnic_health_pcie_test,
	GNIC_REPORTER_PERIOD(GNIC_HEALTH_CARD_PERIOD_MS)
};

/* What is there is taken: the next error is another one. */
void gnic_health_pcie_poll(struct gnic_health *health)
{
	struct pci_dev *pdev = health->dev->pdev;
	u16 errors = 0;

	pcie_capability_read_word(pdev, PCI_EXP_DEVSTA, &errors);
	errors &= GNIC_PCIE_ERRORS;
	if (!errors || !pci_device_is_present(pdev))
		return;
	pcie_capability_write_word(pdev, PCI_EXP_DEVSTA, errors);
	health->pcie_seen |= errors;
	health->pcie_errors++;
	devlink_health_report(health->pcie, errors & PCI_EXP_DEVSTA_CED ?
			      "a correctable error of the link to the bus" :
			      "an error of the link to the bus", &errors);
}
