/* SPDX-License-Identifier: GPL-2.0-only */
/* A clock and timers that go as the test says. Included once in a program. */
#ifndef UNIT_CLOCK_LAB_H
#define UNIT_CLOCK_LAB_H

#include <stdint.h>

#include "loop.h"

uint64_t fake_now;
struct loop_timer *fake_timer;	/* the one that was set last */
int fake_timer_error;		/* what setting one returns */

uint64_t loop_now(const struct loop *loop)
{
	(void)loop;
	return fake_now;
}

int loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t when)
{
	(void)loop;
	timer->when = when;
	timer->slot = !fake_timer_error;
	if (!fake_timer_error)
		fake_timer = timer;
	return fake_timer_error;
}

void loop_timer_del(struct loop *loop, struct loop_timer *timer)
{
	(void)loop;
	timer->slot = 0;
	if (fake_timer == timer)
		fake_timer = NULL;
}

#endif /* UNIT_CLOCK_LAB_H */
