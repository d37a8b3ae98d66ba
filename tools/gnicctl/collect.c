// SPDX-License-Identifier: GPL-2.0-only
#include "collect.h"
#include "file.h"
#include "frame.h"
#include "out.h"

static void collect_frame(struct collect *collect, FILE *file)
{
	const uint8_t *data = collect->receiver->frame;
	size_t len = collect->receiver->frame_len;

	if (collect->udp)
		data = frame_udp_payload(data, len, &len);
	if (!data) {
		collect->others++;
		return;
	}
	file_append(file, collect->file, data, len);
	collect->frames++;
	collect->bytes += len;
}

void collect_run(struct collect *collect)
{
	FILE *file = file_create(collect->file);

	while (collect->frames < collect->count &&
	       receiver_next(collect->receiver, collect->timeout_ms))
		collect_frame(collect, file);
	file_close(file, collect->file);
}

void collect_out(const struct collect *collect)
{
	out_u64("frames", collect->frames);
	out_u64("bytes", collect->bytes);
	out_u64("others", collect->others);
	out_u64("records_lost", collect->receiver->lost);
}
