/* SPDX-License-Identifier: GPL-2.0-only */
/* The card's clock: PHC, and the time stamps that completions carry. */
#ifndef GNIC_PTP_H
#define GNIC_PTP_H

#include <linux/mutex.h>
#include <linux/ptp_clock_kernel.h>

#include "gnic.h"

/**
 * struct gnic_ptp - PHC of a card
 * @info: operations
 * @clock: registered clock
 * @dev: card
 * @lock: a read of the time is two reads of registers
 * @kept_lock: what is kept is what the device was told last
 * @kept: for after a reset: rate and full seconds, pins, outputs, inputs
 * @events: edges that were stamped, full seconds
 * @pins: what the user made of them
 */
struct gnic_ptp {
	struct ptp_clock_info info;
	struct ptp_clock *clock;
	struct gnic_dev *dev;
	spinlock_t lock;	/* TIME_LO latches TIME_HI */
	struct mutex kept_lock;	/* @kept, and commands that change it */
	struct {
		struct gnic_hw_phc_set set;
		struct gnic_hw_phc_pin pins[GNIC_PHC_PINS];
		struct gnic_hw_phc_output outputs[GNIC_PHC_OUTPUTS];
		struct gnic_hw_phc_input inputs[GNIC_PHC_INPUTS];
	} kept;
	struct notifier_block events;
	struct ptp_pin_desc pins[GNIC_PHC_PINS];
};

static inline struct gnic_ptp *gnic_ptp_of(struct ptp_clock_info *info)
{
	return container_of(info, struct gnic_ptp, info);
}

/* gnic_ptp.c */
int gnic_ptp_init(struct gnic_dev *dev);
void gnic_ptp_exit(struct gnic_dev *dev);
int gnic_ptp_read(struct gnic_ptp *ptp, u64 *time, struct ptp_system_timestamp *sts);
int gnic_ptp_index(const struct gnic_dev *dev);	/* -1: no clock */
int gnic_ptp_command(struct gnic_ptp *ptp, const struct gnic_hw_phc_set *set);
int gnic_ptp_restore(struct gnic_dev *dev);	/* after a reset of the device */

/* gnic_ptp_pin.c: signals on pins, and the events of the clock */
void gnic_ptp_pins_init(struct gnic_ptp *ptp, const struct gnic_hw_phc_info *hw);
int gnic_ptp_enable(struct ptp_clock_info *info, struct ptp_clock_request *req, int on);
int gnic_ptp_verify(struct ptp_clock_info *info, unsigned int pin, enum ptp_pin_function func,
		    unsigned int chan);
int gnic_ptp_event(struct notifier_block *nb, unsigned long type, void *data);
int gnic_ptp_pins_restore(struct gnic_ptp *ptp);

/* What the clock shows now, as far as is known without asking the device. */
static inline u64 gnic_clock_guess(struct gnic_clock *clock)
{
	unsigned int seq;
	u64 time;

	do {
		seq = read_seqbegin(&clock->lock);
		time = clock->device + (ktime_get_ns() - clock->kernel);
	} while (read_seqretry(&clock->lock, seq));
	return time;
}

/**
 * gnic_clock_extend - all bits of a time stamp
 * @clock: of the card
 * @low: nanoseconds, what a completion has of them
 *
 * 32 bits are 4.3 s. The rest is known from the last look at the clock, at
 * most some seconds ago, and the kernel's time since then.
 */
static inline u64 gnic_clock_extend(struct gnic_clock *clock, u32 low)
{
	u64 time = gnic_clock_guess(clock);

	return time + (s32)(low - (u32)time);
}

/* Packets have time stamps, and there is a clock that they are of. */
static inline bool gnic_clock_stamps(const struct gnic_dev *dev)
{
	return dev->ptp && dev->caps_bits & GNIC_CAP_RX_TSTAMP;
}

#endif /* GNIC_PTP_H */
