// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pins of the clock: periodic output, time stamps of edges, and the events that
 * tell of them and of full seconds.
 */
#include <linux/math64.h>

#include "gnic_ptp.h"

#define GNIC_PTP_PEROUT_FLAGS	(PTP_PEROUT_DUTY_CYCLE | PTP_PEROUT_PHASE)
#define GNIC_PTP_EXTTS_FLAGS	(PTP_RISING_EDGE | PTP_FALLING_EDGE | PTP_STRICT_FLAGS)

#ifdef HAVE_PTP_SUPPORTED_FLAGS
static void gnic_ptp_set_flags(struct ptp_clock_info *info)
{
	info->supported_perout_flags = GNIC_PTP_PEROUT_FLAGS;
	info->supported_extts_flags = GNIC_PTP_EXTTS_FLAGS;
}
#else
static void gnic_ptp_set_flags(struct ptp_clock_info *info)
{
}
#endif

/* What the device says of itself is at most what there is room for. */
void gnic_ptp_pins_init(struct gnic_ptp *ptp, const struct gnic_hw_phc_info *hw)
{
	struct ptp_clock_info *info = &ptp->info;
	int i;

	gnic_ptp_set_flags(info);
	info->n_pins = min_t(int, hw->pins, GNIC_PHC_PINS);
	info->n_per_out = min_t(int, hw->outputs, GNIC_PHC_OUTPUTS);
	info->n_ext_ts = min_t(int, hw->inputs, GNIC_PHC_INPUTS);
	for (i = 0; i < info->n_pins; i++) {
		snprintf(ptp->pins[i].name, sizeof(ptp->pins[i].name), "pin%d", i);
		ptp->pins[i].index = i;
	}
	info->pin_config = ptp->pins;
}

/* Any pin can be input or output of any channel, and nothing else. */
int gnic_ptp_verify(struct ptp_clock_info *info, unsigned int pin, enum ptp_pin_function func,
		    unsigned int chan)
{
	switch (func) {
	case PTP_PF_NONE:
	case PTP_PF_EXTTS:
	case PTP_PF_PEROUT:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* @kept is told again after a reset. */
static int gnic_ptp_tell(struct gnic_ptp *ptp, enum gnic_hw_cmd_opcode opcode, const void *in,
			 u32 len, void *kept)
{
	int err;

	mutex_lock(&ptp->kept_lock);
	err = gnic_cmd_exec(ptp->dev, opcode, in, len, NULL, 0);
	if (!err)
		memcpy(kept, in, len);
	mutex_unlock(&ptp->kept_lock);
	return err;
}

/* The pin that the user gave to a channel gets its function, or loses it. */
static int gnic_ptp_set_pin(struct gnic_ptp *ptp, enum ptp_pin_function func, unsigned int chan,
			    bool on)
{
	struct gnic_hw_phc_pin set = { .channel = chan };
	int pin = ptp_find_pin(ptp->clock, func, chan);

	if (pin < 0)
		return on ? -EBUSY : 0;
	set.pin = pin;
	if (on)
		set.func = func == PTP_PF_EXTTS ? GNIC_PHC_PIN_INPUT : GNIC_PHC_PIN_OUTPUT;
	return gnic_ptp_tell(ptp, GNIC_CMD_PHC_PIN, &set, sizeof(set), &ptp->kept.pins[pin]);
}

static int gnic_ptp_extts(struct gnic_ptp *ptp, const struct ptp_extts_request *req, bool on)
{
	struct gnic_hw_phc_input set = { .channel = req->index };
	int err;

	if (req->flags & ~(PTP_ENABLE_FEATURE | GNIC_PTP_EXTTS_FLAGS))
		return -EOPNOTSUPP;
	if (on && !(req->flags & PTP_FALLING_EDGE))
		set.edges |= GNIC_PHC_EDGE_RISING;
	if (on && req->flags & PTP_RISING_EDGE)
		set.edges |= GNIC_PHC_EDGE_RISING;
	if (on && req->flags & PTP_FALLING_EDGE)
		set.edges |= GNIC_PHC_EDGE_FALLING;
	err = gnic_ptp_set_pin(ptp, PTP_PF_EXTTS, req->index, on);
	if (err)
		return err;
	return gnic_ptp_tell(ptp, GNIC_CMD_PHC_INPUT, &set, sizeof(set),
			     &ptp->kept.inputs[req->index]);
}

static s64 gnic_ptp_ns(const struct ptp_clock_time *time)
{
	return time->sec * NSEC_PER_SEC + time->nsec;
}

/* A phase is that of a signal which began with the clock. */
static int gnic_ptp_perout_start(struct gnic_ptp *ptp, const struct ptp_perout_request *req,
				 u64 period, u64 *start)
{
	u64 now;
	int err;

	if (!(req->flags & PTP_PEROUT_PHASE)) {
		*start = gnic_ptp_ns(&req->start);
		return 0;
	}
	err = gnic_ptp_read(ptp, &now, NULL);
	if (!err)
		*start = (div64_u64(now, period) + 1) * period + gnic_ptp_ns(&req->phase);
	return err;
}

static int gnic_ptp_perout_fill(struct gnic_ptp *ptp, const struct ptp_perout_request *req,
				struct gnic_hw_phc_output *set)
{
	u64 period = gnic_ptp_ns(&req->period), high = period / 2, start;
	int err;

	if (period < GNIC_PHC_PERIOD_MIN || period > GNIC_PHC_PERIOD_MAX)
		return -ERANGE;
	if (req->flags & PTP_PEROUT_DUTY_CYCLE)
		high = gnic_ptp_ns(&req->on);
	if (!high || high >= period)
		return -EINVAL;
	err = gnic_ptp_perout_start(ptp, req, period, &start);
	if (err)
		return err;
	set->enable = 1;
	set->start = cpu_to_le64(start);
	set->period = cpu_to_le64(period);
	set->high = cpu_to_le64(high);
	return 0;
}

static int gnic_ptp_perout(struct gnic_ptp *ptp, const struct ptp_perout_request *req, bool on)
{
	struct gnic_hw_phc_output set = { .channel = req->index };
	int err;

	if (req->flags & ~GNIC_PTP_PEROUT_FLAGS)
		return -EOPNOTSUPP;
	err = on ? gnic_ptp_perout_fill(ptp, req, &set) : 0;
	if (err)
		return err;
	err = gnic_ptp_set_pin(ptp, PTP_PF_PEROUT, req->index, on);
	if (err)
		return err;
	return gnic_ptp_tell(ptp, GNIC_CMD_PHC_OUTPUT, &set, sizeof(set),
			     &ptp->kept.outputs[req->index]);
}

static int gnic_ptp_pps(struct gnic_ptp *ptp, bool on)
{
	struct gnic_hw_phc_set set = { .valid = cpu_to_le32(GNIC_PHC_SET_PPS), .pps = on };

	return gnic_ptp_command(ptp, &set);
}

int gnic_ptp_enable(struct ptp_clock_info *info, struct ptp_clock_request *req, int on)
{
	struct gnic_ptp *ptp = gnic_ptp_of(info);

	switch (req->type) {
	case PTP_CLK_REQ_EXTTS:
		return gnic_ptp_extts(ptp, &req->extts, on);
	case PTP_CLK_REQ_PEROUT:
		return gnic_ptp_perout(ptp, &req->perout, on);
	case PTP_CLK_REQ_PPS:
		return gnic_ptp_pps(ptp, on);
	default:
		return -EOPNOTSUPP;
	}
}

/* Signals begin when their pins are there. What is off in the device stays off. */
int gnic_ptp_pins_restore(struct gnic_ptp *ptp)
{
	struct gnic_dev *dev = ptp->dev;
	int err = 0, i;

	for (i = 0; i < GNIC_PHC_PINS && !err; i++)
		if (ptp->kept.pins[i].func)
			err = gnic_cmd_exec(dev, GNIC_CMD_PHC_PIN, &ptp->kept.pins[i],
					    sizeof(ptp->kept.pins[i]), NULL, 0);
	for (i = 0; i < GNIC_PHC_INPUTS && !err; i++)
		if (ptp->kept.inputs[i].edges)
			err = gnic_cmd_exec(dev, GNIC_CMD_PHC_INPUT, &ptp->kept.inputs[i],
					    sizeof(ptp->kept.inputs[i]), NULL, 0);
	for (i = 0; i < GNIC_PHC_OUTPUTS && !err; i++)
		if (ptp->kept.outputs[i].enable)
			err = gnic_cmd_exec(dev, GNIC_CMD_PHC_OUTPUT, &ptp->kept.outputs[i],
					    sizeof(ptp->kept.outputs[i]), NULL, 0);
	return err;
}

int gnic_ptp_event(struct notifier_block *nb, unsigned long type, void *data)
{
	struct gnic_ptp *ptp = container_of(nb, struct gnic_ptp, events);
	const struct gnic_event *event = data;
	struct ptp_clock_event out = {
		.type = PTP_CLOCK_EXTTS,
		.index = FIELD_GET(GNIC_PHC_EVENT_CHANNEL, event->id),
		.timestamp = (u64)event->data << 32 | event->tstamp,
	};

	if (type != GNIC_EQE_PHC)
		return NOTIFY_DONE;
	if (FIELD_GET(GNIC_PHC_EVENT_KIND, event->id) == GNIC_PHC_EVENT_PPS)
		out.type = PTP_CLOCK_PPS;
	else if (FIELD_GET(GNIC_PHC_EVENT_KIND, event->id) != GNIC_PHC_EVENT_INPUT ||
		 out.index >= ptp->info.n_ext_ts)
		return NOTIFY_DONE;
	ptp_clock_event(ptp->clock, &out);
	return NOTIFY_OK;
}
