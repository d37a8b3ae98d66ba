// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card as a PCI function: probe as a list, remove as the list backwards,
 * and the ways that a reset comes from outside.
 */
#include <linux/aer.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_health.h"
#include "gnic_param.h"
#include "gnic_push.h"
#include "gnic_reset.h"
#include "gnic_ptp.h"
#include "gnic_ring.h"

/* All of it: of a shorter BAR the kernel maps what there is. */
static void __iomem *gnic_pci_map_bar(struct pci_dev *pdev, int bar, unsigned long size)
{
	return pci_resource_len(pdev, bar) < size ? NULL : pcim_iomap(pdev, bar, size);
}

static int gnic_pci_map(struct gnic_dev *dev)
{
	struct pci_dev *pdev = dev->pdev;

	dev->ctl = gnic_pci_map_bar(pdev, GNIC_BAR_CTL, GNIC_BAR_CTL_SIZE);
	dev->umr = gnic_pci_map_bar(pdev, GNIC_BAR_UMR, GNIC_UMR_PAGE_SIZE);
	if (dev->ctl && dev->umr)
		return 0;
	dev_err(&pdev->dev, "can't map the BARs\n");
	return -ENOMEM;
}

static int gnic_pci_enable(struct gnic_dev *dev)
{
	struct pci_dev *pdev = dev->pdev;
	int err;

	err = pcim_enable_device(pdev);
	if (err)
		return dev_err_probe(&pdev->dev, err, "can't enable the device\n");
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(ilog2(GNIC_ADDR_HOST_END)));
	if (err)
		return dev_err_probe(&pdev->dev, err, "no usable DMA addresses\n");
	err = pci_request_regions(pdev, GNIC_DRV_NAME);
	if (err)
		return dev_err_probe(&pdev->dev, err, "BARs are in use\n");
	err = gnic_pci_map(dev);
	if (err) {
		pci_release_regions(pdev);
		return err;
	}
	pci_set_master(pdev);
	/* What the kernel keeps itself is the card as it came, which may be turned off. */
	pci_save_state(pdev);
	return 0;
}

/* Is this a device, and one that we know? */
static int gnic_pci_identify(struct gnic_dev *dev)
{
	u32 magic = gnic_rd32(dev, GNIC_CTL_MAGIC);
	u32 version = gnic_rd32(dev, GNIC_CTL_VERSION);

	if (magic != GNIC_CTL_MAGIC_VALUE) {
		dev_err(&dev->pdev->dev, "no gnic device: magic 0x%08x\n", magic);
		return -ENODEV;
	}
	if (FIELD_GET(GNIC_CTL_VERSION_MAJOR, version) != GNIC_HW_VERSION_MAJOR) {
		dev_err(&dev->pdev->dev, "contract version %lu, this driver knows %u\n",
			FIELD_GET(GNIC_CTL_VERSION_MAJOR, version), GNIC_HW_VERSION_MAJOR);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int gnic_dev_query(struct gnic_dev *dev)
{
	unsigned int i;

	dev->caps_bits = gnic_rd32(dev, GNIC_CTL_CAPS);
	dev->num_ports = gnic_rd32(dev, GNIC_CTL_PORTS);
	if (!dev->num_ports || dev->num_ports > GNIC_PORTS_MAX)
		return -EPROTO;
	dev->ports = kvcalloc(GNIC_PORT_IDS, sizeof(*dev->ports), GFP_KERNEL);
	if (!dev->ports)
		return -ENOMEM;
	for (i = 0; i < GNIC_PORT_IDS; i++) {
		dev->ports[i].dev = dev;
		dev->ports[i].index = i;
	}
	return 0;
}

/* Numbers of QPs have 24 bits, and 0 is nobody's. */
static int gnic_dev_query_caps(struct gnic_dev *dev)
{
	u32 qps;
	int err;

	err = gnic_cmd_exec(dev, GNIC_CMD_QUERY_CAPS, NULL, 0, &dev->caps, sizeof(dev->caps));
	if (err)
		return err;
	qps = le32_to_cpu(dev->caps.qps_per_port);
	if (qps > 1 && qps <= GNIC_QPN_MASK + 1)
		return 0;
	dev_err(&dev->pdev->dev, "a port can't have %u QPs\n", qps);
	return -EPROTO;
}

static void gnic_dev_forget(struct gnic_dev *dev)
{
	kvfree(dev->ports);
	dev->ports = NULL;
}

int gnic_dev_up(struct gnic_dev *dev)
{
	int err;

	err = gnic_dev_query(dev);
	if (err)
		return err;
	err = gnic_ring_init(dev);
	if (err)
		goto err_forget;
	err = gnic_push_init(dev);
	if (err)
		goto err_ring_exit;
	err = gnic_cmd_init(dev);
	if (err)
		goto err_push_exit;
	err = gnic_dev_query_caps(dev);
	if (err)
		goto err_cmd_exit;
	err = gnic_irq_init(dev);
	if (err)
		goto err_cmd_exit;
	err = gnic_irq_selftest(dev, 0);
	if (err)
		goto err_irq_exit;
	err = gnic_eq_init(dev);
	if (err)
		goto err_irq_exit;
	err = gnic_ptp_init(dev);
	if (err)
		goto err_eq_exit;
	return 0;

err_eq_exit:
	gnic_eq_exit(dev);
err_irq_exit:
	gnic_irq_exit(dev);
err_cmd_exit:
	gnic_cmd_exit(dev);
err_push_exit:
	gnic_push_exit(dev);
err_ring_exit:
	gnic_ring_exit(dev);
err_forget:
	gnic_dev_forget(dev);
	return err;
}

void gnic_dev_down(struct gnic_dev *dev)
{
	gnic_ptp_exit(dev);
	gnic_eq_exit(dev);
	gnic_irq_exit(dev);
	gnic_cmd_exit(dev);
	gnic_push_exit(dev);
	gnic_ring_exit(dev);
	gnic_dev_forget(dev);
}

int gnic_ports_up(struct gnic_dev *dev)
{
	struct gnic_port *port;
	int err;

	gnic_for_each_port(dev, port) {
		err = gnic_port_init(port);
		if (!err)
			err = gnic_devlink_port_register(port);
		if (err) {
			gnic_ports_down(dev);
			return err;
		}
	}
	return 0;
}

void gnic_ports_down(struct gnic_dev *dev)
{
	struct gnic_port *port;

	gnic_for_each_port(dev, port)
		gnic_devlink_port_unregister(port);
}

int gnic_children_up(struct gnic_dev *dev)
{
	struct gnic_port *port;
	int err;

	gnic_for_each_port(dev, port) {
		err = gnic_param_enable_eth(dev) ? gnic_port_child_add(port) : 0;
		if (err)
			goto err_del;
	}
	err = gnic_accel_init(dev);
	if (err)
		goto err_del;
	dev->children = true;
	return 0;

err_del:
	gnic_for_each_port(dev, port)
		gnic_port_child_del(port);
	return err;
}

void gnic_children_down(struct gnic_dev *dev)
{
	struct gnic_port *port;

	if (!dev->children)
		return;
	dev->children = false;
	gnic_accel_exit(dev);
	gnic_for_each_port(dev, port)
		gnic_port_child_del(port);
}

int gnic_dev_load(struct gnic_dev *dev)
{
	int err;

	err = gnic_dev_up(dev);
	if (err)
		return err;
	err = gnic_eswitch_init(dev);
	if (err)
		goto err_down;
	err = gnic_ports_up(dev);
	if (err)
		goto err_eswitch_exit;
	dev->rdma = gnic_param_enable_rdma(dev);
	dev->max_macs = gnic_param_max_macs(dev);
	dev->running = true;
	return 0;

err_eswitch_exit:
	gnic_eswitch_exit(dev);
err_down:
	gnic_dev_down(dev);
	return err;
}

void gnic_dev_unload(struct gnic_dev *dev)
{
	if (!dev->running)
		return;
	dev->running = false;
	dev->paused = false;
	WRITE_ONCE(dev->frozen, false);
	WRITE_ONCE(dev->silent, false);
	gnic_groups_exit(dev);
	gnic_ports_down(dev);
	gnic_eswitch_exit(dev);
	gnic_dev_down(dev);
}

/* Reset and self-test come first: nothing is built upon a device that fails. */
int gnic_dev_revive(struct gnic_dev *dev)
{
	int err;

	err = gnic_pci_identify(dev);
	if (err)
		return err;
	err = gnic_reg_reset(dev);
	if (err)
		return err;
	return gnic_reg_selftest(dev);
}

static void gnic_pci_stop(struct gnic_dev *dev)
{
	struct devlink *devlink = gnic_devlink(dev);

	devl_lock(devlink);
	gnic_children_down(dev);
	gnic_dev_unload(dev);
	devl_unlock(devlink);
}

static struct gnic_dev *gnic_pci_alloc(struct pci_dev *pdev)
{
	struct devlink *devlink;
	struct gnic_dev *dev;

	devlink = devlink_alloc(&gnic_devlink_ops, sizeof(*dev), &pdev->dev);
	if (!devlink)
		return NULL;
	dev = devlink_priv(devlink);
	dev->pdev = pdev;
	seqlock_init(&dev->clock.lock);
	BLOCKING_INIT_NOTIFIER_HEAD(&dev->events);
	xa_init_flags(&dev->groups, XA_FLAGS_ALLOC);
	pci_set_drvdata(pdev, dev);
	return dev;
}

static void gnic_pci_free(struct gnic_dev *dev)
{
	xa_destroy(&dev->groups);
	devlink_free(gnic_devlink(dev));
}

static int gnic_pci_load_first(struct gnic_dev *dev)
{
	struct devlink *devlink = gnic_devlink(dev);
	int err;

	devl_lock(devlink);
	err = gnic_dev_load(dev);
	if (!err) {
		err = gnic_devlink_params_register(dev);
		if (err)
			gnic_dev_unload(dev);
	}
	devl_unlock(devlink);
	return err;
}

static void gnic_pci_unload_last(struct gnic_dev *dev)
{
	struct devlink *devlink = gnic_devlink(dev);

	devl_lock(devlink);
	gnic_devlink_params_unregister(dev);
	gnic_dev_unload(dev);
	devl_unlock(devlink);
}

static int gnic_pci_children_up(struct gnic_dev *dev)
{
	struct devlink *devlink = gnic_devlink(dev);
	int err;

	devl_lock(devlink);
	err = gnic_children_up(dev);
	devl_unlock(devlink);
	return err;
}

static void gnic_pci_children_down(struct gnic_dev *dev)
{
	struct devlink *devlink = gnic_devlink(dev);

	devl_lock(devlink);
	gnic_children_down(dev);
	devl_unlock(devlink);
}

static int gnic_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct gnic_dev *dev;
	int err;

	dev = gnic_pci_alloc(pdev);
	if (!dev)
		return -ENOMEM;
	err = gnic_pci_enable(dev);
	if (err)
		goto err_free;
	err = gnic_dev_revive(dev);
	if (err)
		goto err_release;
	err = gnic_pci_load_first(dev);
	if (err)
		goto err_release;
	devlink_register(gnic_devlink(dev));
	err = gnic_pci_children_up(dev);
	if (err)
		goto err_unregister;
	gnic_health_start(dev);
	return 0;

err_unregister:
	devlink_unregister(gnic_devlink(dev));
	gnic_pci_unload_last(dev);
err_release:
	pci_release_regions(pdev);
err_free:
	gnic_pci_free(dev);
	return err;
}

static void gnic_pci_remove(struct pci_dev *pdev)
{
	struct gnic_dev *dev = pci_get_drvdata(pdev);

	if (!pci_device_is_present(pdev))
		gnic_dev_set_gone(dev);
	gnic_health_stop(dev);
	gnic_pci_children_down(dev);
	devlink_unregister(gnic_devlink(dev));
	gnic_pci_unload_last(dev);
	pci_release_regions(pdev);
	gnic_pci_free(dev);
}

/* kexec: the next kernel finds a device that writes to no memory. */
static void gnic_pci_shutdown(struct pci_dev *pdev)
{
	struct gnic_dev *dev = pci_get_drvdata(pdev);

	gnic_health_stop(dev);
	gnic_pci_stop(dev);
	gnic_reg_reset(dev);
	pci_clear_master(pdev);
}

static void gnic_pci_pause(struct gnic_dev *dev, bool orderly)
{
	struct devlink *devlink = gnic_devlink(dev);

	devl_lock(devlink);
	gnic_reset_prepare(dev, orderly);
	devl_unlock(devlink);
}

static int gnic_pci_go_on(struct gnic_dev *dev)
{
	struct devlink *devlink = gnic_devlink(dev);
	int err;

	devl_lock(devlink);
	err = gnic_reset_complete(dev);
	devl_unlock(devlink);
	if (err) {
		dev_err(&dev->pdev->dev, "no recovery: %d; reload or remove the device\n", err);
		gnic_health_lost(dev);
	}
	return err;
}

static pci_ers_result_t gnic_pci_error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct gnic_dev *dev = pci_get_drvdata(pdev);

	if (state == pci_channel_io_perm_failure) {
		gnic_dev_set_gone(dev);
		gnic_pci_stop(dev);
		return PCI_ERS_RESULT_DISCONNECT;
	}
	/* Registers of a frozen channel read as all-ones. */
	if (state == pci_channel_io_frozen)
		WRITE_ONCE(dev->frozen, true);
	gnic_pci_pause(dev, false);
	return gnic_dev_gone(dev) ? PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t gnic_pci_slot_reset(struct pci_dev *pdev)
{
	struct gnic_dev *dev = pci_get_drvdata(pdev);

	pci_restore_state(pdev);
	pci_set_master(pdev);
	WRITE_ONCE(dev->frozen, false);
	return gnic_pci_identify(dev) ? PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_RECOVERED;
}

static void gnic_pci_resume_io(struct pci_dev *pdev)
{
	gnic_pci_go_on(pci_get_drvdata(pdev));
}

static void gnic_pci_reset_prepare(struct pci_dev *pdev)
{
	gnic_pci_pause(pci_get_drvdata(pdev), true);
}

static const struct pci_error_handlers gnic_pci_err_handlers = {
	.error_detected	= gnic_pci_error_detected,
	.slot_reset	= gnic_pci_slot_reset,
	.resume		= gnic_pci_resume_io,
	.reset_prepare	= gnic_pci_reset_prepare,
	.reset_done	= gnic_pci_resume_io,
};

static int gnic_pci_suspend(struct device *device)
{
	gnic_pci_pause(dev_get_drvdata(device), true);
	return 0;
}

static int gnic_pci_resume(struct device *device)
{
	return gnic_pci_go_on(dev_get_drvdata(device));
}

static DEFINE_SIMPLE_DEV_PM_OPS(gnic_pci_pm_ops, gnic_pci_suspend, gnic_pci_resume);

static const struct pci_device_id gnic_pci_ids[] = {
	{ PCI_DEVICE(GNIC_PCI_VENDOR_ID, GNIC_PCI_DEVICE_ID) },
	{}
};
MODULE_DEVICE_TABLE(pci, gnic_pci_ids);

static struct pci_driver gnic_pci_driver = {
	.name		= GNIC_DRV_NAME,
	.id_table	= gnic_pci_ids,
	.probe		= gnic_pci_probe,
	.remove		= gnic_pci_remove,
	.shutdown	= gnic_pci_shutdown,
	.err_handler	= &gnic_pci_err_handlers,
	.driver.pm	= pm_sleep_ptr(&gnic_pci_pm_ops),
};

static int __init gnic_init(void)
{
	int err;

	err = auxiliary_driver_register(&gnic_eth_driver);
	if (err)
		return err;
	err = auxiliary_driver_register(&gnic_sf_driver);
	if (err)
		goto err_eth_unregister;
	err = pci_register_driver(&gnic_pci_driver);
	if (err)
		goto err_sf_unregister;
	return 0;

err_sf_unregister:
	auxiliary_driver_unregister(&gnic_sf_driver);
err_eth_unregister:
	auxiliary_driver_unregister(&gnic_eth_driver);
	return err;
}
module_init(gnic_init);

static void __exit gnic_exit(void)
{
	pci_unregister_driver(&gnic_pci_driver);
	auxiliary_driver_unregister(&gnic_sf_driver);
	auxiliary_driver_unregister(&gnic_eth_driver);
}
module_exit(gnic_exit);

MODULE_DESCRIPTION("Network interface of Gaudi accelerators");
MODULE_LICENSE("GPL");
