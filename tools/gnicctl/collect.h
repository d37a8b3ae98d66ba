/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames of a raw group into a file, in order of arrival. */
#ifndef GNICCTL_COLLECT_H
#define GNICCTL_COLLECT_H

#include "receiver.h"

/**
 * struct collect - what is wanted, and what came
 * @receiver: with buffers
 * @file: name, "-" for standard output
 * @count: frames wanted
 * @timeout_ms: from one frame to the next
 * @udp: write the payload of UDP frames, and count them alone
 * @frames: that were written
 * @bytes: that were written
 * @others: frames that were not UDP
 */
struct collect {
	struct receiver *receiver;
	const char *file;
	uint64_t count;
	int timeout_ms;
	bool udp;
	uint64_t frames;
	uint64_t bytes;
	uint64_t others;
};

void collect_run(struct collect *collect);
void collect_out(const struct collect *collect);

#endif
