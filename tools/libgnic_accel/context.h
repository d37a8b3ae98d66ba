/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LIBGNIC_ACCEL_CONTEXT_H
#define LIBGNIC_ACCEL_CONTEXT_H

#include "libgnic_accel.h"

struct gnic_accel {
	int fd;
	struct drm_gnic_info info;
};

/* 1: there is something to read, 0: not in time, or -errno. */
int gnic_accel_poll(int fd, int timeout_ms);

#endif
