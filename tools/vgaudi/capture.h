/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames of wires, written to a pcap file with time in nanoseconds. */
#ifndef VGAUDI_CAPTURE_H
#define VGAUDI_CAPTURE_H

#include <stdint.h>

#include "card.h"

struct capture;

/**
 * capture_open() - begin a file
 * @path: is replaced
 * @virtual_time: stamp with the loop's time, not the clock of the day
 * @error: out: what went wrong, good until the next call
 *
 * Return: NULL on an error.
 */
struct capture *capture_open(const char *path, bool virtual_time, const char **error);
void capture_close(struct capture *capture);	/* writes the rest */
void capture_frame(struct capture *capture, struct loop *loop, const struct frame *frame);
uint64_t capture_count(const struct capture *capture);

#endif /* VGAUDI_CAPTURE_H */
