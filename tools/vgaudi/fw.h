/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware of a card as it is modelled: versions, the memory that keeps them,
 * an image that is on its way in, and the trace.
 */
#ifndef VGAUDI_FW_H
#define VGAUDI_FW_H

#include "card.h"

#define FW_TRACE_MASK	(GNIC_TRACE_RECORDS - 1)

/**
 * struct fw_upload - an image between BEGIN and COMMIT
 * @header: checked
 * @flags: GNIC_FW_BEGIN_*
 * @filled: bytes of @payload so far
 * @payload: header.size bytes; NULL: nothing is on its way
 */
struct fw_upload {
	struct gnic_hw_fw_header header;
	uint32_t flags;
	uint32_t filled;
	uint8_t *payload;
};

/**
 * struct fw - firmware of a card
 * @nvm: as commands read it, little endian
 * @running: by component
 * @pending: what is stored runs from the next reset on
 * @upload: an image on its way
 * @state_path: the file behind @nvm, or NULL
 * @trace: the latest records, host order
 * @traced: records so far
 */
struct fw {
	union {
		struct gnic_hw_nvm nvm;
		uint8_t nvm_bytes[GNIC_NVM_SIZE];
	};
	struct gnic_hw_fw_version running[GNIC_FW_COMPONENTS];
	bool pending;
	struct fw_upload upload;
	char *state_path;
	struct gnic_hw_trace_record trace[GNIC_TRACE_RECORDS];
	uint32_t traced;
};

/* blk_fw.c */
struct fw *fw_create(struct card *card);
void fw_destroy(struct fw *fw);
void fw_reset(struct card *card);		/* activates what is to be activated */
uint32_t fw_version(const struct card *card);	/* GNIC_CTL_FW_* */

/* nvm.c */
bool nvm_load(struct fw *fw, const struct card_config *config);	/* false: a line on stderr */
void nvm_store(struct fw *fw);
void nvm_factory_settings(struct fw *fw);

/* trace.c: @card may have no firmware yet */
void trace_add(struct card *card, uint32_t event, uint32_t a, uint32_t b);

#endif /* VGAUDI_FW_H */
