// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card's clock as a PHC. One for all ports: completions carry its time, so
 * what a packet is stamped with and what the clock shows are the same.
 */
#include <linux/slab.h>

#include "gnic_ptp.h"

/* How often the clock is looked at: a stamp has 32 bits, 4.3 s. */
#define GNIC_PTP_LOOK		HZ
#define GNIC_PTP_MAX_ADJ	100000000	/* GNIC_PHC_FREQ_MAX in parts per billion */

/**
 * gnic_ptp_read - the time that the clock shows
 * @ptp: PHC
 * @time: nanoseconds
 * @sts: the system's time before and after, or NULL
 *
 * Return: 0, or -ENODEV.
 */
int gnic_ptp_read(struct gnic_ptp *ptp, u64 *time, struct ptp_system_timestamp *sts)
{
	spin_lock(&ptp->lock);
	ptp_read_system_prets(sts);
	*time = gnic_rd32(ptp->dev, GNIC_PHC_TIME_LO);
	ptp_read_system_postts(sts);
	*time |= (u64)gnic_rd32(ptp->dev, GNIC_PHC_TIME_HI) << 32;
	spin_unlock(&ptp->lock);
	return gnic_dev_gone(ptp->dev) || READ_ONCE(ptp->dev->frozen) ? -ENODEV : 0;
}

/* What time stamps are extended with. */
static void gnic_ptp_look(struct gnic_ptp *ptp)
{
	struct gnic_clock *clock = &ptp->dev->clock;
	u64 device, kernel = ktime_get_ns();

	if (gnic_ptp_read(ptp, &device, NULL))
		return;
	write_seqlock_bh(&clock->lock);
	clock->device = device;
	clock->kernel = kernel;
	write_sequnlock_bh(&clock->lock);
}

/* The time goes on over a reset; the rate and the full seconds do not. */
static void gnic_ptp_keep(struct gnic_ptp *ptp, const struct gnic_hw_phc_set *set)
{
	u32 valid = le32_to_cpu(set->valid) & (GNIC_PHC_SET_FREQ | GNIC_PHC_SET_PPS);

	ptp->kept.set.valid |= cpu_to_le32(valid);
	if (valid & GNIC_PHC_SET_FREQ)
		ptp->kept.set.freq = set->freq;
	if (valid & GNIC_PHC_SET_PPS)
		ptp->kept.set.pps = set->pps;
}

/**
 * gnic_ptp_command - tell the clock something that outlives a reset
 * @ptp: PHC
 * @set: what shall be otherwise
 *
 * Return: 0 or negative errno, and nothing has changed.
 */
int gnic_ptp_command(struct gnic_ptp *ptp, const struct gnic_hw_phc_set *set)
{
	int err;

	mutex_lock(&ptp->kept_lock);
	err = gnic_cmd_exec(ptp->dev, GNIC_CMD_PHC_SET, set, sizeof(*set), NULL, 0);
	if (!err)
		gnic_ptp_keep(ptp, set);
	mutex_unlock(&ptp->kept_lock);
	return err;
}

static int gnic_ptp_set(struct gnic_ptp *ptp, const struct gnic_hw_phc_set *set)
{
	int err;

	err = gnic_ptp_command(ptp, set);
	gnic_ptp_look(ptp);
	return err;
}

static int gnic_ptp_gettimex64(struct ptp_clock_info *info, struct timespec64 *ts,
			       struct ptp_system_timestamp *sts)
{
	u64 time;
	int err;

	err = gnic_ptp_read(gnic_ptp_of(info), &time, sts);
	if (!err)
		*ts = ns_to_timespec64(time);
	return err;
}

static int gnic_ptp_settime64(struct ptp_clock_info *info, const struct timespec64 *ts)
{
	struct gnic_hw_phc_set set = {
		.valid = cpu_to_le32(GNIC_PHC_SET_TIME),
		.time = cpu_to_le64(timespec64_to_ns(ts)),
	};

	return gnic_ptp_set(gnic_ptp_of(info), &set);
}

static int gnic_ptp_adjtime(struct ptp_clock_info *info, s64 delta)
{
	struct gnic_hw_phc_set set = {
		.valid = cpu_to_le32(GNIC_PHC_SET_OFFSET),
		.offset = cpu_to_le64(delta),
	};

	return gnic_ptp_set(gnic_ptp_of(info), &set);
}

/* The device takes the kernel's unit; the core rounds a little beyond max_adj. */
static int gnic_ptp_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	struct gnic_hw_phc_set set = {
		.valid = cpu_to_le32(GNIC_PHC_SET_FREQ),
		.freq = cpu_to_le64(clamp_t(s64, scaled_ppm, -GNIC_PHC_FREQ_MAX,
					    GNIC_PHC_FREQ_MAX)),
	};

	return gnic_ptp_set(gnic_ptp_of(info), &set);
}

static long gnic_ptp_aux_work(struct ptp_clock_info *info)
{
	gnic_ptp_look(gnic_ptp_of(info));
	return GNIC_PTP_LOOK;
}

static void gnic_ptp_ops(struct gnic_ptp *ptp)
{
	struct ptp_clock_info *info = &ptp->info;

	info->owner = THIS_MODULE;
	snprintf(info->name, sizeof(info->name), "%s-%s", GNIC_DRV_NAME, pci_name(ptp->dev->pdev));
	info->max_adj = GNIC_PTP_MAX_ADJ;
	info->pps = 1;
	info->gettimex64 = gnic_ptp_gettimex64;
	info->settime64 = gnic_ptp_settime64;
	info->adjtime = gnic_ptp_adjtime;
	info->adjfine = gnic_ptp_adjfine;
	info->enable = gnic_ptp_enable;
	info->verify = gnic_ptp_verify;
	info->do_aux_work = gnic_ptp_aux_work;
}

static int gnic_ptp_register(struct gnic_ptp *ptp)
{
	struct gnic_dev *dev = ptp->dev;
	int err;

	ptp->clock = ptp_clock_register(&ptp->info, &dev->pdev->dev);
	/* NULL: a kernel without PHCs */
	if (IS_ERR_OR_NULL(ptp->clock))
		return PTR_ERR_OR_ZERO(ptp->clock);
	ptp->events.notifier_call = gnic_ptp_event;
	err = blocking_notifier_chain_register(&dev->events, &ptp->events);
	if (err) {
		ptp_clock_unregister(ptp->clock);
		return err;
	}
	dev->ptp = ptp;
	ptp_schedule_worker(ptp->clock, GNIC_PTP_LOOK);
	return 0;
}

/* A card's clock begins with the time of day. */
static int gnic_ptp_start(struct gnic_ptp *ptp)
{
	struct gnic_hw_phc_set set = {
		.valid = cpu_to_le32(GNIC_PHC_SET_TIME | GNIC_PHC_SET_FREQ),
		.time = cpu_to_le64(ktime_get_real_ns()),
	};

	return gnic_ptp_set(ptp, &set);
}

/**
 * gnic_ptp_init - the PHC of a card that has one
 * @dev: card; its mailbox and event queue work
 *
 * Return: 0 or negative errno.
 */
int gnic_ptp_init(struct gnic_dev *dev)
{
	struct gnic_hw_phc_info hw;
	struct gnic_ptp *ptp;
	int err;

	if (!(dev->caps_bits & GNIC_CAP_PHC))
		return 0;
	err = gnic_cmd_exec(dev, GNIC_CMD_PHC_QUERY, NULL, 0, &hw, sizeof(hw));
	if (err)
		return err;
	ptp = kzalloc(sizeof(*ptp), GFP_KERNEL);
	if (!ptp)
		return -ENOMEM;
	ptp->dev = dev;
	spin_lock_init(&ptp->lock);
	mutex_init(&ptp->kept_lock);
	gnic_ptp_ops(ptp);
	gnic_ptp_pins_init(ptp, &hw);
	err = gnic_ptp_start(ptp);
	if (!err)
		err = gnic_ptp_register(ptp);
	if (!dev->ptp) {
		mutex_destroy(&ptp->kept_lock);
		kfree(ptp);
	}
	return err;
}

/**
 * gnic_ptp_restore - rate, full seconds and signals into a device that was reset
 * @dev: card; its mailbox and event queue work again
 *
 * Return: 0 or negative errno.
 */
int gnic_ptp_restore(struct gnic_dev *dev)
{
	struct gnic_ptp *ptp = dev->ptp;
	int err;

	if (!ptp)
		return 0;
	mutex_lock(&ptp->kept_lock);
	err = gnic_cmd_exec(dev, GNIC_CMD_PHC_SET, &ptp->kept.set, sizeof(ptp->kept.set), NULL, 0);
	if (!err)
		err = gnic_ptp_pins_restore(ptp);
	mutex_unlock(&ptp->kept_lock);
	gnic_ptp_look(ptp);
	return err;
}

void gnic_ptp_exit(struct gnic_dev *dev)
{
	struct gnic_ptp *ptp = dev->ptp;

	if (!ptp)
		return;
	dev->ptp = NULL;
	blocking_notifier_chain_unregister(&dev->events, &ptp->events);
	ptp_clock_unregister(ptp->clock);
	mutex_destroy(&ptp->kept_lock);
	kfree(ptp);
}

int gnic_ptp_index(const struct gnic_dev *dev)
{
	return dev->ptp ? ptp_clock_index(dev->ptp->clock) : -1;
}
