// SPDX-License-Identifier: GPL-2.0-only
/* The arithmetic of the clock: exact, whatever has passed since it was set. */
#include "phc.h"

#define PHC_FREQ_ONE	65536000000ll	/* 2^16 * 10^6 */
#define PHC_DRIFT_ONE	1000000000ll

uint64_t phc_scale(const struct phc *phc, uint64_t raw)
{
	__int128 passed = (int64_t)(raw - phc->raw);

	passed += passed * phc->drift / PHC_DRIFT_ONE;
	passed += passed * phc->freq / PHC_FREQ_ONE;
	return phc->time + (uint64_t)passed;
}

uint64_t phc_when(const struct phc *phc, uint64_t time)
{
	__int128 left = (int64_t)(time - phc->time);

	left = left * PHC_FREQ_ONE / (PHC_FREQ_ONE + phc->freq);
	left = left * PHC_DRIFT_ONE / (PHC_DRIFT_ONE + phc->drift);
	left += (__int128)phc->raw + 1;
	if (left < 0)
		return 0;
	return left > INT64_MAX ? INT64_MAX : (uint64_t)left;
}
