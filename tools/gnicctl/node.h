/* SPDX-License-Identifier: GPL-2.0-only */
/* Device files of the compute devices, and which card they are of. */
#ifndef GNICCTL_NODE_H
#define GNICCTL_NODE_H

#include <stdbool.h>
#include <stddef.h>

/* Name such as "accel0" of the card "pci/0000:00:10.0"; false: it has none. */
bool node_of_card(const char *card, char *name, size_t size);

/* Card of "accel0". */
bool node_card(const char *name, char *card, size_t size);

/*
 * Path of the device file. @device: a path, "accel0", "pci/0000:00:10.0",
 * "0000:00:10.0", or NULL: the only one, or the first. Fails if there is none.
 */
void node_path(const char *device, char *path, size_t size);

#endif
