/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GNICCTL_FRAME_H
#define GNICCTL_FRAME_H

#include <stddef.h>
#include <stdint.h>

/* The payload of a UDP frame, and its length; NULL: it is something else. */
const uint8_t *frame_udp_payload(const uint8_t *frame, size_t len, size_t *payload_len);

#endif
