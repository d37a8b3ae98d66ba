/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Block PHC: the card's clock. It runs upon the loop's time, from which it can
 * be turned away: by the driver, who sets time and frequency, and by the model,
 * whose oscillator may be wrong. All zeros is a clock that shows the loop's time.
 */
#ifndef VGAUDI_PHC_H
#define VGAUDI_PHC_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/cmd.h"

#include "loop.h"

struct card;

/**
 * struct phc_output - a periodic signal
 * @card: whose
 * @enabled: it runs
 * @channel: its number
 * @start: first rising edge
 * @period: between rising edges
 * @high: of these
 * @edge: the next edge, in the clock's time
 * @rising: which it is
 * @timer: fires at @edge, or too early
 */
struct phc_output {
	struct card *card;
	bool enabled;
	uint8_t channel;
	uint64_t start, period, high;
	uint64_t edge;
	bool rising;
	struct loop_timer timer;
};

struct phc_pin {
	uint8_t func;		/* enum gnic_hw_phc_pin_func */
	uint8_t channel;
};

/**
 * struct phc - the clock
 * @raw: loop time at which it was set last
 * @time: what it showed then
 * @freq: set by the driver, 2^-16 ppm
 * @drift: error of the oscillator, 10^-9
 * @latch: what TIME_HI reads as
 * @pps: events at full seconds are wanted
 * @second: the next one
 * @pps_timer: fires at @second, or too early
 * @pins: what they are for
 * @edges: by input: GNIC_PHC_EDGE_*
 * @outputs: signals
 */
struct phc {
	uint64_t raw;
	uint64_t time;
	int64_t freq;
	int64_t drift;
	uint32_t latch;
	bool pps;
	uint64_t second;
	struct loop_timer pps_timer;
	struct phc_pin pins[GNIC_PHC_PINS];
	uint8_t edges[GNIC_PHC_INPUTS];
	struct phc_output outputs[GNIC_PHC_OUTPUTS];
};

uint64_t phc_scale(const struct phc *phc, uint64_t raw);

/* What the clock shows at loop time @raw. */
static inline uint64_t phc_at(const struct phc *phc, uint64_t raw)
{
	if (phc->freq | phc->drift)
		return phc_scale(phc, raw);
	return phc->time + (raw - phc->raw);
}

/* The loop time at which it is going to show @time; the past is any past time. */
uint64_t phc_when(const struct phc *phc, uint64_t time);

#define PHC_DRIFT_MAX	10000000	/* 1 % */

void phc_init(struct card *card);
void phc_reset(struct card *card);
void phc_set_drift(struct card *card, int64_t ppb);	/* the oscillator, control socket */

#endif /* VGAUDI_PHC_H */
