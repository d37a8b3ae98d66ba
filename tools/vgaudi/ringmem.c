// SPDX-License-Identifier: GPL-2.0-only
/* Where the ring and the doorbell record of a queue are in our memory. */
#include "card.h"

struct gnic_hw_db *ringmem_find(struct card *card, struct ringmem *mem, uint64_t base,
				uint64_t bytes, uint64_t db_addr)
{
	mem->db = asid_ptr(card, GNIC_ASID_KERNEL, db_addr, sizeof(*mem->db), 0);
	mem->ring = asid_ptr(card, GNIC_ASID_KERNEL, base, bytes, 0);
	mem->gen = dma_gen(card->dma);
	return mem->db;
}
