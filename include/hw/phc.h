/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The card's clock (model-defined): its commands. hardware.rst "Block PHC". */
#ifndef GNIC_HW_PHC_H
#define GNIC_HW_PHC_H

#include "types.h"

/* Parts per million, in units of 2^-16: at most 10 % faster or slower. */
#define GNIC_PHC_FREQ_MAX		6553600000ll
#define GNIC_PHC_PINS			4
#define GNIC_PHC_OUTPUTS		2
#define GNIC_PHC_INPUTS			2
#define GNIC_PHC_PERIOD_MIN		1000000u	/* ns, of an output */
#define GNIC_PHC_PERIOD_MAX		3600000000000ull

/**
 * struct gnic_hw_phc_info - what the clock is, and how it runs
 * @time: nanoseconds
 * @freq: as it was set
 * @freq_max: GNIC_PHC_FREQ_MAX
 * @pins: GNIC_PHC_PINS
 * @outputs: GNIC_PHC_OUTPUTS
 * @inputs: GNIC_PHC_INPUTS
 * @rsvd: zero
 */
struct gnic_hw_phc_info {
	__le64 time;
	__le64 freq;
	__le64 freq_max;
	__u8 pins;
	__u8 outputs;
	__u8 inputs;
	__u8 rsvd[5];
};
GNIC_HW_SIZE(gnic_hw_phc_info, 32);

/* struct gnic_hw_phc_set.valid: which members count */
#define GNIC_PHC_SET_TIME		BIT(0)
#define GNIC_PHC_SET_OFFSET		BIT(1)	/* not together with TIME */
#define GNIC_PHC_SET_FREQ		BIT(2)
#define GNIC_PHC_SET_PPS		BIT(3)

/**
 * struct gnic_hw_phc_set - all or nothing
 * @valid: GNIC_PHC_SET_*
 * @pps: 1: an event at each full second
 * @rsvd: zero
 * @time: nanoseconds
 * @offset: is added to the time, signed
 * @freq: faster than the oscillator by so many 2^-16 parts per million, signed
 */
struct gnic_hw_phc_set {
	__le32 valid;
	__u8 pps;
	__u8 rsvd[3];
	__le64 time;
	__le64 offset;
	__le64 freq;
};
GNIC_HW_SIZE(gnic_hw_phc_set, 32);

enum gnic_hw_phc_pin_func {
	GNIC_PHC_PIN_NONE	= 0,
	GNIC_PHC_PIN_INPUT	= 1,	/* its edges are stamped */
	GNIC_PHC_PIN_OUTPUT	= 2,
};

/* What a pin is for; a channel has one pin at most (EXISTS). */
struct gnic_hw_phc_pin {
	__u8 pin;
	__u8 func;		/* enum gnic_hw_phc_pin_func */
	__u8 channel;		/* input or output */
	__u8 rsvd[5];
};
GNIC_HW_SIZE(gnic_hw_phc_pin, 8);

/**
 * struct gnic_hw_phc_output - a periodic signal
 * @channel: output
 * @enable: 0: low
 * @rsvd: zero
 * @start: the time of the first rising edge; may be past
 * @period: nanoseconds between rising edges, GNIC_PHC_PERIOD_MIN .. MAX
 * @high: of these, less than @period
 */
struct gnic_hw_phc_output {
	__u8 channel;
	__u8 enable;
	__u8 rsvd[6];
	__le64 start;
	__le64 period;
	__le64 high;
};
GNIC_HW_SIZE(gnic_hw_phc_output, 32);

/* struct gnic_hw_phc_input.edges: which are stamped; zero: none */
#define GNIC_PHC_EDGE_RISING		BIT(0)
#define GNIC_PHC_EDGE_FALLING		BIT(1)

struct gnic_hw_phc_input {
	__u8 channel;
	__u8 edges;
	__u8 rsvd[6];
};
GNIC_HW_SIZE(gnic_hw_phc_input, 8);

/* EQE of type GNIC_EQE_PHC: id; data is the high half of the time */
#define GNIC_PHC_EVENT_CHANNEL		GENMASK(7, 0)	/* INPUT */
#define GNIC_PHC_EVENT_KIND		GENMASK(9, 8)
enum gnic_hw_phc_event {
	GNIC_PHC_EVENT_INPUT	= 0,
	GNIC_PHC_EVENT_PPS	= 1,
};

#endif /* GNIC_HW_PHC_H */
