// SPDX-License-Identifier: GPL-2.0-only
/*
 * Health of a card: events, unanswered commands, and a look at the heartbeat
 * once a second. What is found is reported from a work item that belongs to the
 * registered instance: a recovery takes the devl_lock, which whoever reloads
 * or resets the device holds already.
 */
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_health.h"

#define GNIC_HEALTH_POLL	HZ

/* A heartbeat counts its own reads. */
static bool gnic_health_beats(struct gnic_dev *dev)
{
	u32 first = gnic_rd32(dev, GNIC_CTL_HEARTBEAT);

	return gnic_rd32(dev, GNIC_CTL_HEARTBEAT) != first;
}

static void gnic_health_look(struct gnic_health *health)
{
	struct gnic_dev *dev = health->dev;

	if (gnic_rd32(dev, GNIC_CTL_STATUS) & GNIC_CTL_STATUS_FATAL)
		set_bit(GNIC_HEALTH_FATAL, &health->faults);
	if (!gnic_health_beats(dev))
		set_bit(GNIC_HEALTH_BEAT, &health->faults);
}

static void gnic_health_work(struct work_struct *work)
{
	struct gnic_health *health = container_of(work, struct gnic_health, work.work);
	struct gnic_dev *dev = health->dev;

	if (gnic_dev_gone(dev))
		return;
	if (READ_ONCE(dev->running) && !READ_ONCE(dev->paused)) {
		gnic_health_look(health);
		if (!gnic_dev_gone(dev)) {
			gnic_health_fw_report(health);
			gnic_health_pcie_poll(health);
		}
	} else if (test_bit(GNIC_HEALTH_RESET, &health->faults)) {
		gnic_health_fw_report(health);
	}
	queue_delayed_work(system_long_wq, &health->work, GNIC_HEALTH_POLL);
}

static int gnic_health_event(struct notifier_block *nb, unsigned long type, void *data)
{
	struct gnic_health *health = container_of(nb, struct gnic_health, nb);

	if (type == GNIC_EQE_LOST) {
		health->eq_overruns++;
		dev_warn_ratelimited(&health->dev->pdev->dev,
				     "the event queue was full: the device is asked for all it may have said\n");
	}
	/* an event that is lost may be this one */
	if (type == GNIC_EQE_FATAL || type == GNIC_EQE_LOST)
		mod_delayed_work(system_long_wq, &health->work, 0);
	return NOTIFY_DONE;
}

void gnic_health_timeout(struct gnic_dev *dev)
{
	struct gnic_health *health = dev->health;

	if (health)
		set_bit(GNIC_HEALTH_TIMEOUT, &health->faults);
}

void gnic_health_lost(struct gnic_dev *dev)
{
	struct gnic_health *health = dev->health;

	if (!health)
		return;
	set_bit(GNIC_HEALTH_RESET, &health->faults);
	mod_delayed_work(system_long_wq, &health->work, 0);
}

/* Whoever has reset it: what was wrong is so no more. */
void gnic_health_well(struct gnic_dev *dev)
{
	struct gnic_health *health = dev->health;

	if (!health)
		return;
	if (health->told)
		devlink_health_reporter_state_update(health->fw,
						     DEVLINK_HEALTH_REPORTER_STATE_HEALTHY);
	health->faults = 0;
	health->told = 0;
}

static int gnic_health_create(struct gnic_health *health)
{
	struct devlink *devlink = gnic_devlink(health->dev);

	health->fw = gnic_reporter_create(devlink, &gnic_health_fw_ops,
					  GNIC_HEALTH_CARD_PERIOD_MS, health);
	if (IS_ERR(health->fw))
		return PTR_ERR(health->fw);
	health->pcie = gnic_reporter_create(devlink, &gnic_health_pcie_ops,
					    GNIC_HEALTH_CARD_PERIOD_MS, health);
	if (!IS_ERR(health->pcie))
		return 0;
	devl_health_reporter_destroy(health->fw);
	return PTR_ERR(health->pcie);
}

int gnic_health_init(struct gnic_dev *dev)
{
	struct gnic_health *health;
	int err;

	health = kzalloc(sizeof(*health), GFP_KERNEL);
	if (!health)
		return -ENOMEM;
	health->dev = dev;
	health->nb.notifier_call = gnic_health_event;
	INIT_DELAYED_WORK(&health->work, gnic_health_work);
	err = gnic_health_create(health);
	if (err) {
		kfree(health);
		return err;
	}
	dev->health = health;
	return 0;
}

void gnic_health_exit(struct gnic_dev *dev)
{
	struct gnic_health *health = dev->health;

	dev->health = NULL;
	devl_health_reporter_destroy(health->pcie);
	devl_health_reporter_destroy(health->fw);
	kfree(health);
}

void gnic_health_start(struct gnic_dev *dev)
{
	blocking_notifier_chain_register(&dev->events, &dev->health->nb);
	queue_delayed_work(system_long_wq, &dev->health->work, GNIC_HEALTH_POLL);
}

void gnic_health_stop(struct gnic_dev *dev)
{
	blocking_notifier_chain_unregister(&dev->events, &dev->health->nb);
	cancel_delayed_work_sync(&dev->health->work);
}
