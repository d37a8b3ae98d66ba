// SPDX-License-Identifier: GPL-2.0-only
/* What firmware remembers of what it did: the latest records, in a ring. */
#include "fw.h"

void trace_add(struct card *card, uint32_t event, uint32_t a, uint32_t b)
{
	struct gnic_hw_trace_record *record;
	struct fw *fw = card->fw;

	if (!fw)
		return;
	record = &fw->trace[fw->traced & FW_TRACE_MASK];
	record->time = htole64(loop_now(card->loop));
	record->event = htole32(event);
	record->seq = htole32(fw->traced++);
	record->a = htole32(a);
	record->b = htole32(b);
}

enum gnic_hw_status trace_cmd_read(struct card *card, const struct gnic_hw_id *in,
				   struct gnic_hw_trace *out)
{
	const struct fw *fw = card->fw;
	uint32_t seq = le32toh(in->id), count = 0;

	if (in->rsvd || fw->traced - seq > fw->traced)
		return GNIC_STATUS_BAD_PARAM;
	if (fw->traced - seq > GNIC_TRACE_RECORDS)
		seq = fw->traced - GNIC_TRACE_RECORDS;
	for (; seq != fw->traced && count < GNIC_TRACE_READ; seq++)
		out->record[count++] = fw->trace[seq & FW_TRACE_MASK];
	out->count = htole32(count);
	out->next = htole32(seq);
	return GNIC_STATUS_OK;
}
