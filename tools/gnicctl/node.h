/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNICCTL_NODE_H
#define GNICCTL_NODE_H

#include <stddef.h>

/* gnic_accel_find(), which ends with fail() if there is none. */
void node_path(const char *device, char *path, size_t size);

#endif
