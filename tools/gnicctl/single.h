/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands that do one thing with one group have in common. */
#ifndef GNICCTL_SINGLE_H
#define GNICCTL_SINGLE_H

#include <getopt.h>
#include <stdbool.h>

#include "libgnic_accel.h"

struct single {
	const char *help;
	const char *device;
	uint32_t sfnum;
	bool has_sfnum;
	bool json;
	int timeout_ms;
	struct gnic_accel *acc;
	int group;
};

#define SINGLE_INIT(text, seconds) { .help = (text), .timeout_ms = (seconds) * 1000, .group = -1 }

enum { SINGLE_GROUP = 256, SINGLE_TIMEOUT, SINGLE_OPTIONS };

#define SINGLE_LONG_OPTIONS \
	{ "device", required_argument, NULL, 'd' }, \
	{ "group", required_argument, NULL, SINGLE_GROUP }, \
	{ "timeout", required_argument, NULL, SINGLE_TIMEOUT }, \
	{ "json", no_argument, NULL, 'j' }, \
	{ "help", no_argument, NULL, 'h' }

/* false: the option is the command's own */
bool single_option(struct single *single, int option);
void single_check(const struct single *single, int argc);

/* All of them end with fail(). */
void single_open(struct single *single);
void single_close(struct single *single);
void single_bo(struct single *single, struct gnic_accel_bo **bo, uint64_t size, uint32_t flags);
void single_active(struct single *single);
void single_info(struct single *single, struct drm_gnic_group_info *info);
/* Waits for a record of this type; a QP that fails meanwhile, or the end, is a failure. */
void single_event(struct single *single, uint32_t type, struct drm_gnic_event *event);

#endif
