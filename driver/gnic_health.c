// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reporter `fw` of the card: what the device says of itself, on demand and when
 * it announces that only a reset helps. The reset is "devlink dev reload", not
 * an operation of the reporter: it would have to wait for the devl_lock inside
 * the event that remove, which holds the lock, waits for.
 */
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_health.h"

/**
 * struct gnic_health - of a card
 * @dev: card
 * @fw: the reporter
 * @nb: on dev->events, for GNIC_EQE_FATAL
 */
struct gnic_health {
	struct gnic_dev *dev;
	struct devlink_health_reporter *fw;
	struct notifier_block nb;
};

/* X(member of struct gnic_hw_card_stats) */
#define GNIC_HEALTH_STATS(X) \
	X(mmio_reads) X(mmio_writes) X(kicks) X(bad_mmio) X(bad_kicks) \
	X(dma_errors) X(asid_errors) X(cmds) X(cmd_errors) X(irqs)

static const struct {
	const char *name;
	size_t offset;
} gnic_health_stats[] = {
#define X(member) { #member, offsetof(struct gnic_hw_card_stats, member) },
	GNIC_HEALTH_STATS(X)
#undef X
};

static void gnic_health_put_status(struct gnic_dev *dev, struct devlink_fmsg *fmsg)
{
	u32 status = gnic_rd32(dev, GNIC_CTL_STATUS);

	devlink_fmsg_bool_pair_put(fmsg, "ready", status & GNIC_CTL_STATUS_READY);
	devlink_fmsg_bool_pair_put(fmsg, "fatal", status & GNIC_CTL_STATUS_FATAL);
	devlink_fmsg_u32_pair_put(fmsg, "syndrome",
				  FIELD_GET(GNIC_CTL_STATUS_SYNDROME, status));
	devlink_fmsg_u32_pair_put(fmsg, "heartbeat", gnic_rd32(dev, GNIC_CTL_HEARTBEAT));
}

static int gnic_health_fw_diagnose(struct devlink_health_reporter *reporter,
				   struct devlink_fmsg *fmsg, struct netlink_ext_ack *extack)
{
	struct gnic_health *health = devlink_health_reporter_priv(reporter);
	struct gnic_hw_card_stats stats;
	unsigned int i;
	int err;

	err = gnic_cmd_exec(health->dev, GNIC_CMD_QUERY_CARD_STATS, NULL, 0, &stats,
			    sizeof(stats));
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return err;
	}

	gnic_health_put_status(health->dev, fmsg);
	for (i = 0; i < ARRAY_SIZE(gnic_health_stats); i++)
		devlink_fmsg_u64_pair_put(fmsg, gnic_health_stats[i].name,
					  le64_to_cpup((void *)&stats +
						       gnic_health_stats[i].offset));
	return 0;
}

static const struct devlink_health_reporter_ops gnic_health_fw_ops = {
	.name = "fw",
	.diagnose = gnic_health_fw_diagnose,
};

static int gnic_health_event(struct notifier_block *nb, unsigned long type, void *data)
{
	struct gnic_health *health = container_of(nb, struct gnic_health, nb);

	if (type == GNIC_EQE_FATAL)
		devlink_health_report(health->fw, "the device reports a fatal error", NULL);
	return NOTIFY_DONE;
}

int gnic_health_init(struct gnic_dev *dev)
{
	struct gnic_health *health;
	int err;

	health = kzalloc(sizeof(*health), GFP_KERNEL);
	if (!health)
		return -ENOMEM;

	health->dev = dev;
	health->fw = devl_health_reporter_create(gnic_devlink(dev), &gnic_health_fw_ops, health);
	if (IS_ERR(health->fw)) {
		err = PTR_ERR(health->fw);
		goto err_free;
	}

	health->nb.notifier_call = gnic_health_event;
	dev->health = health;
	return 0;

err_free:
	kfree(health);
	return err;
}

void gnic_health_exit(struct gnic_dev *dev)
{
	struct gnic_health *health = dev->health;

	dev->health = NULL;
	devl_health_reporter_destroy(health->fw);
	kfree(health);
}

/* Reports are for a registered instance only: behind devlink_register(). */
void gnic_health_start(struct gnic_dev *dev)
{
	blocking_notifier_chain_register(&dev->events, &dev->health->nb);
}

void gnic_health_stop(struct gnic_dev *dev)
{
	blocking_notifier_chain_unregister(&dev->events, &dev->health->nb);
}
