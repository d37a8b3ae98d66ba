/* SPDX-License-Identifier: GPL-2.0-only */
/* A TAP interface of the machine at the end of a wire. */
#ifndef VGAUDI_TAP_H
#define VGAUDI_TAP_H

#include <stddef.h>
#include <stdint.h>

#include "loop.h"

struct tap;
struct wire;

/* Makes the interface, or takes an existing one. NULL with errno set. */
struct tap *tap_create(struct loop *loop, const char *name);
void tap_destroy(struct tap *tap);
void tap_attach(struct tap *tap, struct wire *wire);	/* NULL: frames are dropped */
void tap_write(struct tap *tap, const uint8_t *frame, size_t len);
const char *tap_name(const struct tap *tap);

#endif /* VGAUDI_TAP_H */
