// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block PHC: the card's clock, its pins, and what happens at a time of it.
 *
 * A timer of the loop is set to the loop time at which the clock would show
 * what is waited for, as it runs now. Whoever turns the clock sets them anew.
 */
#include <endian.h>

#include "hw/reg_phc.h"

#include "blk_cmd.h"
#include "mmio.h"
#include "phc.h"

#define PHC_SECOND	1000000000ull
#define PHC_TIME_MAX	INT64_MAX
#define PHC_BURST	16		/* edges at once of a timer that is late */

/* ---- time ---- */

static uint64_t phc_now(struct card *card)
{
	return phc_at(&card->phc, loop_now(card->loop));
}

/* From here on it may run in another way. */
static void phc_rebase(struct card *card)
{
	card->phc.time = phc_now(card);
	card->phc.raw = loop_now(card->loop);
}

/* A timer that comes too early by a rounding comes once more. */
static void phc_arm(struct card *card, struct loop_timer *timer, uint64_t time)
{
	uint64_t when = phc_when(&card->phc, time), now = loop_now(card->loop);

	loop_timer_set(card->loop, timer, when > now ? when : now + 1);
}

/* ---- events ---- */

static void phc_event(struct card *card, enum gnic_hw_phc_event kind, unsigned int channel,
		      uint64_t time)
{
	eq_post_at(card, GNIC_EQE_PHC, 0,
		   FIELD_PREP(GNIC_PHC_EVENT_KIND, kind) |
		   FIELD_PREP(GNIC_PHC_EVENT_CHANNEL, channel), time >> 32, (uint32_t)time);
}

static void phc_pps_start(struct card *card)
{
	struct phc *phc = &card->phc;

	if (!phc->pps)
		return loop_timer_del(card->loop, &phc->pps_timer);
	phc->second = (phc_now(card) / PHC_SECOND + 1) * PHC_SECOND;
	phc_arm(card, &phc->pps_timer, phc->second);
}

static void phc_pps_fire(void *opaque)
{
	struct card *card = opaque;
	struct phc *phc = &card->phc;

	if (phc_now(card) < phc->second)
		return phc_arm(card, &phc->pps_timer, phc->second);
	phc_event(card, GNIC_PHC_EVENT_PPS, 0, phc->second);
	phc_pps_start(card);
}

/* ---- pins ---- */

static struct phc_pin *phc_pin_of(struct phc *phc, uint8_t func, uint8_t channel)
{
	unsigned int i;

	for (i = 0; i < GNIC_PHC_PINS; i++)
		if (phc->pins[i].func == func && phc->pins[i].channel == channel)
			return &phc->pins[i];
	return NULL;
}

/* Pins 0 and 1 of a card are wired to each other, and so are 2 and 3. */
static void phc_edge(struct card *card, uint8_t output, bool rising, uint64_t time)
{
	const struct phc_pin *from = phc_pin_of(&card->phc, GNIC_PHC_PIN_OUTPUT, output), *to;

	if (!from)
		return;
	to = &card->phc.pins[(from - card->phc.pins) ^ 1];
	if (to->func == GNIC_PHC_PIN_INPUT &&
	    card->phc.edges[to->channel] & (rising ? GNIC_PHC_EDGE_RISING : GNIC_PHC_EDGE_FALLING))
		phc_event(card, GNIC_PHC_EVENT_INPUT, to->channel, time);
}

/* ---- periodic signals ---- */

/* The first edge behind @time. */
static void phc_output_next(struct phc_output *out, uint64_t time)
{
	uint64_t into;

	out->edge = out->start;
	out->rising = true;
	if (time < out->start)
		return;
	into = (time - out->start) % out->period;
	out->edge = time - into + out->high;
	out->rising = into >= out->high;
	if (out->rising)
		out->edge += out->period - out->high;
}

static void phc_output_start(struct phc_output *out)
{
	if (!out->enabled)
		return loop_timer_del(out->card->loop, &out->timer);
	phc_output_next(out, phc_now(out->card));
	phc_arm(out->card, &out->timer, out->edge);
}

static void phc_output_fire(void *opaque)
{
	struct phc_output *out = opaque;
	uint64_t now = phc_now(out->card);
	unsigned int i;

	for (i = 0; i < PHC_BURST && out->edge <= now; i++) {
		phc_edge(out->card, out->channel, out->rising, out->edge);
		phc_output_next(out, out->edge);
	}
	if (out->edge <= now)
		phc_output_next(out, now);
	phc_arm(out->card, &out->timer, out->edge);
}

/* The clock runs in another way: everything that waits for a time of it. */
static void phc_changed(struct card *card)
{
	unsigned int i;

	phc_pps_start(card);
	for (i = 0; i < GNIC_PHC_OUTPUTS; i++)
		phc_output_start(&card->phc.outputs[i]);
}

/* ---- commands ---- */

enum gnic_hw_status phc_cmd_query(struct card *card, struct gnic_hw_phc_info *out)
{
	out->time = htole64(phc_now(card));
	out->freq = htole64((uint64_t)card->phc.freq);
	out->freq_max = htole64(GNIC_PHC_FREQ_MAX);
	out->pins = GNIC_PHC_PINS;
	out->outputs = GNIC_PHC_OUTPUTS;
	out->inputs = GNIC_PHC_INPUTS;
	return GNIC_STATUS_OK;
}

#define PHC_SET_ALL \
	(GNIC_PHC_SET_TIME | GNIC_PHC_SET_OFFSET | GNIC_PHC_SET_FREQ | GNIC_PHC_SET_PPS)

/* The time that a command asks for; above PHC_TIME_MAX: none that there can be. */
static uint64_t phc_wanted(struct card *card, uint32_t valid, const struct gnic_hw_phc_set *in)
{
	__int128 time = phc_now(card);

	if (valid & GNIC_PHC_SET_TIME)
		return le64toh(in->time);
	if (valid & GNIC_PHC_SET_OFFSET)
		time += (int64_t)le64toh(in->offset);
	return time < 0 || time > PHC_TIME_MAX ? UINT64_MAX : (uint64_t)time;
}

enum gnic_hw_status phc_cmd_set(struct card *card, const struct gnic_hw_phc_set *in)
{
	int64_t freq = (int64_t)le64toh(in->freq);
	uint32_t valid = le32toh(in->valid);
	uint64_t time = phc_wanted(card, valid, in);

	if (valid & ~PHC_SET_ALL || in->pps > 1 || in->rsvd[0] | in->rsvd[1] | in->rsvd[2])
		return GNIC_STATUS_BAD_PARAM;
	if (valid & GNIC_PHC_SET_TIME && valid & GNIC_PHC_SET_OFFSET)
		return GNIC_STATUS_BAD_PARAM;
	if (time > PHC_TIME_MAX)
		return GNIC_STATUS_BAD_PARAM;
	if (valid & GNIC_PHC_SET_FREQ && (freq > GNIC_PHC_FREQ_MAX || freq < -GNIC_PHC_FREQ_MAX))
		return GNIC_STATUS_BAD_PARAM;
	phc_rebase(card);
	card->phc.time = time;
	if (valid & GNIC_PHC_SET_FREQ)
		card->phc.freq = freq;
	if (valid & GNIC_PHC_SET_PPS)
		card->phc.pps = in->pps;
	phc_changed(card);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status phc_cmd_pin(struct card *card, const struct gnic_hw_phc_pin *in)
{
	struct phc *phc = &card->phc;
	struct phc_pin *other;

	if (in->pin >= GNIC_PHC_PINS || in->func > GNIC_PHC_PIN_OUTPUT)
		return GNIC_STATUS_BAD_PARAM;
	if ((in->func == GNIC_PHC_PIN_INPUT && in->channel >= GNIC_PHC_INPUTS) ||
	    (in->func == GNIC_PHC_PIN_OUTPUT && in->channel >= GNIC_PHC_OUTPUTS))
		return GNIC_STATUS_BAD_PARAM;
	other = in->func ? phc_pin_of(phc, in->func, in->channel) : NULL;
	if (other && other != &phc->pins[in->pin])
		return GNIC_STATUS_EXISTS;
	phc->pins[in->pin] = (struct phc_pin){ .func = in->func, .channel = in->channel };
	return GNIC_STATUS_OK;
}

enum gnic_hw_status phc_cmd_output(struct card *card, const struct gnic_hw_phc_output *in)
{
	uint64_t start = le64toh(in->start), period = le64toh(in->period);
	uint64_t high = le64toh(in->high);
	struct phc_output *out;

	if (in->channel >= GNIC_PHC_OUTPUTS || in->enable > 1)
		return GNIC_STATUS_BAD_PARAM;
	if (in->enable && (period < GNIC_PHC_PERIOD_MIN || period > GNIC_PHC_PERIOD_MAX ||
			   !high || high >= period || start > PHC_TIME_MAX))
		return GNIC_STATUS_BAD_PARAM;
	out = &card->phc.outputs[in->channel];
	out->enabled = in->enable;
	out->start = start;
	out->period = period;
	out->high = high;
	phc_output_start(out);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status phc_cmd_input(struct card *card, const struct gnic_hw_phc_input *in)
{
	if (in->channel >= GNIC_PHC_INPUTS ||
	    in->edges & ~(GNIC_PHC_EDGE_RISING | GNIC_PHC_EDGE_FALLING))
		return GNIC_STATUS_BAD_PARAM;
	card->phc.edges[in->channel] = in->edges;
	return GNIC_STATUS_OK;
}

/* ---- registers ---- */

static uint32_t phc_read_lo(struct card *card)
{
	uint64_t time = phc_at(&card->phc, loop_clock(card->loop));

	card->phc.latch = time >> 32;
	return (uint32_t)time;
}

static uint32_t phc_read_hi(struct card *card)
{
	return card->phc.latch;
}

static const struct reg phc_regs[] = {
	{ GNIC_PHC_TIME_LO,	REG_RO, .read = phc_read_lo },
	{ GNIC_PHC_TIME_HI,	REG_RO, .read = phc_read_hi },
};

const struct reg_block reg_block_PHC = {
	.regs = phc_regs,
	.count = sizeof(phc_regs) / sizeof(phc_regs[0]),
};

/* ---- life ---- */

void phc_set_drift(struct card *card, int64_t ppb)
{
	phc_rebase(card);
	card->phc.drift = ppb;
	phc_changed(card);
}

void phc_init(struct card *card)
{
	struct phc *phc = &card->phc;
	unsigned int i;

	phc->pps_timer.cb = phc_pps_fire;
	phc->pps_timer.opaque = card;
	for (i = 0; i < GNIC_PHC_OUTPUTS; i++) {
		phc->outputs[i].card = card;
		phc->outputs[i].channel = i;
		phc->outputs[i].timer.cb = phc_output_fire;
		phc->outputs[i].timer.opaque = &phc->outputs[i];
	}
}

/* The time goes on: a reset takes none. */
void phc_reset(struct card *card)
{
	struct phc *phc = &card->phc;
	unsigned int i;

	phc_rebase(card);
	phc->freq = 0;
	phc->pps = false;
	for (i = 0; i < GNIC_PHC_PINS; i++)
		phc->pins[i].func = GNIC_PHC_PIN_NONE;
	for (i = 0; i < GNIC_PHC_INPUTS; i++)
		phc->edges[i] = 0;
	for (i = 0; i < GNIC_PHC_OUTPUTS; i++)
		phc->outputs[i].enabled = false;
	phc_changed(card);
}
