// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reporter `fw` of a card: fatal errors, a heart that stands still, commands
 * without an answer. It recovers by a reset that the netdevs live through.
 */
#include "gnic.h"
#include "gnic_fw.h"
#include "gnic_health.h"
#include "gnic_region.h"
#include "gnic_reset.h"

#define GNIC_HEALTH_TEST_SYNDROME	0x7e

static const char *const gnic_health_faults[GNIC_HEALTH_FAULTS] = {
	[GNIC_HEALTH_FATAL]	= "the device reports a fatal error",
	[GNIC_HEALTH_BEAT]	= "the device has no heartbeat",
	[GNIC_HEALTH_TIMEOUT]	= "the device did not answer a command",
	[GNIC_HEALTH_RESET]	= "the device did not come back from a reset as it was",
};

/* X(member of struct gnic_hw_card_stats) */
#define GNIC_HEALTH_STATS(X) \
	X(mmio_reads) X(mmio_writes) X(kicks) X(bad_mmio) X(bad_kicks) \
	X(dma_errors) X(asid_errors) X(cmds) X(cmd_errors) X(irqs) X(cqes) \
	X(events_lost)

static const struct {
	const char *name;
	size_t offset;
} gnic_health_stats[] = {
#define X(member) { #member, offsetof(struct gnic_hw_card_stats, member) },
	GNIC_HEALTH_STATS(X)
#undef X
};

static void gnic_health_put_status(struct gnic_health *health, struct devlink_fmsg *fmsg)
{
	struct gnic_dev *dev = health->dev;
	u32 status = gnic_rd32(dev, GNIC_CTL_STATUS);

	devlink_fmsg_bool_pair_put(fmsg, "ready", status & GNIC_CTL_STATUS_READY);
	devlink_fmsg_bool_pair_put(fmsg, "fatal", status & GNIC_CTL_STATUS_FATAL);
	devlink_fmsg_u32_pair_put(fmsg, "syndrome",
				  FIELD_GET(GNIC_CTL_STATUS_SYNDROME, status));
	devlink_fmsg_u32_pair_put(fmsg, "heartbeat", gnic_rd32(dev, GNIC_CTL_HEARTBEAT));
	devlink_fmsg_bool_pair_put(fmsg, "paused", dev->paused);
	devlink_fmsg_u64_pair_put(fmsg, "recoveries", health->recoveries);
	devlink_fmsg_u64_pair_put(fmsg, "eq_overruns", health->eq_overruns);
}

static int gnic_health_fw_diagnose(struct devlink_health_reporter *reporter,
				   struct devlink_fmsg *fmsg, struct netlink_ext_ack *extack)
{
	struct gnic_health *health = devlink_health_reporter_priv(reporter);
	struct gnic_hw_card_stats stats;
	unsigned int i;
	int err;

	if (gnic_dev_gone(health->dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}
	gnic_health_put_status(health, fmsg);
	/* While faults are not mended a command would only wait. */
	if (health->faults || !health->dev->running || health->dev->paused)
		return 0;
	err = gnic_cmd_exec(health->dev, GNIC_CMD_QUERY_CARD_STATS, NULL, 0, &stats,
			    sizeof(stats));
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return err;
	}
	for (i = 0; i < ARRAY_SIZE(gnic_health_stats); i++)
		devlink_fmsg_u64_pair_put(fmsg, gnic_health_stats[i].name,
					  le64_to_cpup((void *)&stats +
						       gnic_health_stats[i].offset));
	return 0;
}

static const char *gnic_health_trace_text(u32 event)
{
	static const char *const texts[] = {
#define X(name, number, text) \
	[GNIC_TRACE_##name] = text,
		GNIC_HW_TRACE_EVENTS(X)
#undef X
	};

	return event < ARRAY_SIZE(texts) && texts[event] ? texts[event] : "?";
}

static void gnic_health_put_record(struct devlink_fmsg *fmsg,
				   const struct gnic_hw_trace_record *record)
{
	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_u32_pair_put(fmsg, "seq", le32_to_cpu(record->seq));
	devlink_fmsg_u64_pair_put(fmsg, "time", le64_to_cpu(record->time));
	devlink_fmsg_string_pair_put(fmsg, "event",
				     gnic_health_trace_text(le32_to_cpu(record->event)));
	devlink_fmsg_u32_pair_put(fmsg, "a", le32_to_cpu(record->a));
	devlink_fmsg_u32_pair_put(fmsg, "b", le32_to_cpu(record->b));
	devlink_fmsg_obj_nest_end(fmsg);
}

/* The device keeps so many records; one that goes on for ever is lying. */
static void gnic_health_put_trace(struct gnic_dev *dev, struct devlink_fmsg *fmsg)
{
	u32 first = 0, rounds = GNIC_TRACE_RECORDS / GNIC_TRACE_READ + 1;
	struct gnic_hw_trace trace;
	u32 i, count;

	devlink_fmsg_arr_pair_nest_start(fmsg, "trace");
	while (rounds-- && !gnic_fw_trace(dev, first, &trace)) {
		count = le32_to_cpu(trace.count);
		for (i = 0; i < count; i++)
			gnic_health_put_record(fmsg, &trace.record[i]);
		first = le32_to_cpu(trace.next);
		if (count < GNIC_TRACE_READ)
			break;
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
}

static void gnic_health_put_registers(struct gnic_dev *dev, struct devlink_fmsg *fmsg)
{
	static const struct {
		const char *name;
		u32 base, end;
	} blocks[] = {
#define X(name, base, end) { #name, base, end },
		GNIC_REGION_BLOCKS(X)
#undef X
	};
	unsigned int i;
	u32 words[64];
	u32 reg, n;

	devlink_fmsg_pair_nest_start(fmsg, "registers");
	devlink_fmsg_obj_nest_start(fmsg);
	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		n = 0;
		for (reg = blocks[i].base; reg < blocks[i].end && n < ARRAY_SIZE(words); reg += 4)
			words[n++] = gnic_rd32(dev, reg);
		devlink_fmsg_binary_pair_put(fmsg, blocks[i].name, words, n * sizeof(u32));
	}
	devlink_fmsg_obj_nest_end(fmsg);
	devlink_fmsg_pair_nest_end(fmsg);
}

static int gnic_health_fw_dump(struct devlink_health_reporter *reporter,
			       struct devlink_fmsg *fmsg, void *ctx,
			       struct netlink_ext_ack *extack)
{
	struct gnic_health *health = devlink_health_reporter_priv(reporter);
	struct gnic_dev *dev = health->dev;
	unsigned long mute = BIT(GNIC_HEALTH_BEAT) | BIT(GNIC_HEALTH_TIMEOUT);

	gnic_health_put_status(health, fmsg);
	gnic_health_put_registers(dev, fmsg);
	if (gnic_fw_present(dev) && dev->running && !(health->faults & mute))
		gnic_health_put_trace(dev, fmsg);
	return 0;
}

/* @ctx: the error that was reported; NULL: the user asks for it. */
static int gnic_health_fw_recover(struct devlink_health_reporter *reporter, void *ctx,
				  struct netlink_ext_ack *extack)
{
	struct gnic_health *health = devlink_health_reporter_priv(reporter);
	struct gnic_dev *dev = health->dev;
	int err;

	if (ctx && !READ_ONCE(dev->error_reset))
		return -EPERM;
	if (gnic_dev_gone(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}
	if (!dev->running) {
		NL_SET_ERR_MSG_MOD(extack, "the device is not running: devlink dev reload it");
		return -ENETDOWN;
	}
	err = gnic_reset_run(dev, extack);
	if (!err)
		health->recoveries++;
	return err;
}

static int gnic_health_fw_test(struct devlink_health_reporter *reporter,
			       struct netlink_ext_ack *extack)
{
	struct gnic_health *health = devlink_health_reporter_priv(reporter);

	return gnic_inject(health->dev, GNIC_INJECT_FATAL, 0, GNIC_HEALTH_TEST_SYNDROME, extack);
}

const struct devlink_health_reporter_ops gnic_health_fw_ops = {
	.name		= "fw",
	.diagnose	= gnic_health_fw_diagnose,
	.dump		= gnic_health_fw_dump,
	.recover	= gnic_health_fw_recover,
	.test		= gnic_health_fw_test,
	GNIC_REPORTER_PERIOD(GNIC_HEALTH_CARD_PERIOD_MS)
};

/* An error is told once, and again after a recovery. */
void gnic_health_fw_report(struct gnic_health *health)
{
	unsigned long news = READ_ONCE(health->faults) & ~health->told;

	if (!news)
		return;
	health->told |= news;
	dev_err(&health->dev->pdev->dev, "%s\n", gnic_health_faults[__ffs(news)]);
	gnic_region_snapshot(health->dev);
	devlink_health_report(health->fw, gnic_health_faults[__ffs(news)], health);
}
