// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware: what runs, what is stored, and the way from one to the other. An
 * image is collected beside what is stored and takes its place as a whole.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "hw/reg_ctl.h"

#include "fw.h"
#include "mmio.h"

/* The core runs the mailbox itself: it can't be replaced under way. */
#define FW_LIVE		(1u << GNIC_FW_MGMT | 1u << GNIC_FW_PHY)

static uint32_t fw_order(const struct gnic_hw_fw_version *version)
{
	return FIELD_PREP(GNIC_CTL_FW_MAJOR, version->major) |
	       FIELD_PREP(GNIC_CTL_FW_MINOR, version->minor) |
	       FIELD_PREP(GNIC_CTL_FW_PATCH, le16toh(version->patch));
}

uint32_t fw_version(const struct card *card)
{
	return card->fw ? fw_order(&card->fw->running[GNIC_FW_CORE]) : 0;
}

static void fw_run(struct card *card, unsigned int component,
		   const struct gnic_hw_fw_version *version)
{
	struct gnic_hw_fw_version *running = &card->fw->running[component];

	if (fw_order(running) == fw_order(version))
		return;
	*running = *version;
	trace_add(card, GNIC_TRACE_ACTIVATE, component, fw_order(version));
	if (component == GNIC_FW_CORE)
		reg_set(card, GNIC_CTL_FW_VERSION, fw_version(card));
}

static void fw_run_stored(struct card *card)
{
	unsigned int i;

	for (i = 0; i < GNIC_FW_COMPONENTS; i++)
		fw_run(card, i, &card->fw->nvm.image[i].version);
}

static void fw_upload_end(struct fw_upload *upload)
{
	free(upload->payload);
	memset(upload, 0, sizeof(*upload));
}

/* ---- life ---- */

struct fw *fw_create(struct card *card)
{
	const struct card_config *config = &card->config;
	struct fw *fw = calloc(1, sizeof(*fw));

	if (!fw)
		return NULL;
	if (config->state_path)
		fw->state_path = strdup(config->state_path);
	if ((config->state_path && !fw->state_path) || !nvm_load(fw, config)) {
		fw_destroy(fw);
		return NULL;
	}
	card->fw = fw;
	fw_run_stored(card);
	return fw;
}

void fw_destroy(struct fw *fw)
{
	if (!fw)
		return;
	fw_upload_end(&fw->upload);
	free(fw->state_path);
	free(fw);
}

void fw_reset(struct card *card)
{
	struct fw *fw = card->fw;

	if (!fw)
		return;
	trace_add(card, GNIC_TRACE_RESET, card->status, 0);
	fw_upload_end(&fw->upload);
	if (fw->pending)
		fw_run_stored(card);
	fw->pending = false;
}

/* ---- commands ---- */

enum gnic_hw_status fw_cmd_query(struct card *card, struct gnic_hw_fw_info *out)
{
	const struct fw *fw = card->fw;
	unsigned int i;

	memcpy(out->board, fw->nvm.board, sizeof(out->board));
	memcpy(out->board_serial, fw->nvm.board_serial, sizeof(out->board_serial));
	for (i = 0; i < GNIC_FW_COMPONENTS; i++) {
		out->running[i] = fw->running[i];
		out->stored[i] = fw->nvm.image[i].version;
		out->minimum[i] = fw->nvm.minimum[i];
	}
	out->image_max = htole32(GNIC_FW_IMAGE_MAX);
	out->live = htole32(FW_LIVE);
	return GNIC_STATUS_OK;
}

static enum gnic_hw_fw_verdict fw_judge(const struct fw *fw, const struct gnic_hw_fw_header *header)
{
	uint32_t component = le16toh(header->component), size = le32toh(header->size);

	if (le32toh(header->magic) != GNIC_FW_MAGIC)
		return GNIC_FW_VERDICT_MAGIC;
	if (le16toh(header->format) != GNIC_FW_FORMAT)
		return GNIC_FW_VERDICT_FORMAT;
	if (le32toh(header->header_crc) !=
	    crc32(0, (const uint8_t *)header, offsetof(struct gnic_hw_fw_header, header_crc)))
		return GNIC_FW_VERDICT_HEADER;
	if (memcmp(header->board, fw->nvm.board, sizeof(header->board)))
		return GNIC_FW_VERDICT_BOARD;
	if (component >= GNIC_FW_COMPONENTS)
		return GNIC_FW_VERDICT_COMPONENT;
	if (!size || size > GNIC_FW_IMAGE_MAX)
		return GNIC_FW_VERDICT_SIZE;
	if (fw_order(&header->version) < fw_order(&fw->nvm.minimum[component]))
		return GNIC_FW_VERDICT_OLD;
	return GNIC_FW_VERDICT_GOOD;
}

static void fw_answer(struct card *card, const struct gnic_hw_fw_header *header,
		      enum gnic_hw_fw_verdict verdict, struct gnic_hw_fw_answer *out)
{
	out->verdict = htole32(verdict);
	if (verdict != GNIC_FW_VERDICT_GOOD)
		trace_add(card, GNIC_TRACE_REFUSE, le16toh(header->component), verdict);
}

enum gnic_hw_status fw_cmd_begin(struct card *card, const struct gnic_hw_fw_begin *in,
				 struct gnic_hw_fw_answer *out)
{
	struct fw_upload *upload = &card->fw->upload;
	enum gnic_hw_fw_verdict verdict = fw_judge(card->fw, &in->header);
	uint32_t flags = le32toh(in->flags);

	if (in->rsvd || flags & ~(GNIC_FW_BEGIN_SETTINGS | GNIC_FW_BEGIN_VOLATILE))
		return GNIC_STATUS_BAD_PARAM;
	fw_upload_end(upload);
	fw_answer(card, &in->header, verdict, out);
	if (verdict != GNIC_FW_VERDICT_GOOD)
		return GNIC_STATUS_OK;
	upload->payload = malloc(le32toh(in->header.size));
	if (!upload->payload)
		return GNIC_STATUS_NO_RESOURCE;
	upload->header = in->header;
	upload->flags = flags;
	return GNIC_STATUS_OK;
}

enum gnic_hw_status fw_cmd_write(struct card *card, const struct gnic_hw_fw_chunk *in)
{
	struct fw_upload *upload = &card->fw->upload;
	uint32_t len = le32toh(in->len);

	if (!upload->payload)
		return GNIC_STATUS_BAD_STATE;
	if (le32toh(in->offset) != upload->filled || !len || len > GNIC_FW_CHUNK ||
	    len > le32toh(upload->header.size) - upload->filled)
		return GNIC_STATUS_BAD_PARAM;
	memcpy(upload->payload + upload->filled, in->data, len);
	upload->filled += len;
	return GNIC_STATUS_OK;
}

static void fw_keep(struct card *card, const struct fw_upload *upload)
{
	uint32_t component = le16toh(upload->header.component);
	struct fw *fw = card->fw;

	if (upload->flags & GNIC_FW_BEGIN_VOLATILE) {
		fw_run(card, component, &upload->header.version);
		return;
	}
	fw->nvm.image[component] = upload->header;
	if (upload->flags & GNIC_FW_BEGIN_SETTINGS)
		nvm_factory_settings(fw);
	nvm_store(fw);
	trace_add(card, GNIC_TRACE_STORE, component, fw_order(&upload->header.version));
}

enum gnic_hw_status fw_cmd_commit(struct card *card, struct gnic_hw_fw_answer *out)
{
	struct fw_upload *upload = &card->fw->upload;
	enum gnic_hw_fw_verdict verdict = GNIC_FW_VERDICT_GOOD;

	if (!upload->payload || upload->filled != le32toh(upload->header.size))
		return GNIC_STATUS_BAD_STATE;
	if (crc32(0, upload->payload, upload->filled) != le32toh(upload->header.payload_crc))
		verdict = GNIC_FW_VERDICT_PAYLOAD;
	fw_answer(card, &upload->header, verdict, out);
	if (verdict == GNIC_FW_VERDICT_GOOD)
		fw_keep(card, upload);
	fw_upload_end(upload);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status fw_cmd_activate(struct card *card, const struct gnic_hw_id *in)
{
	const struct fw *fw = card->fw;
	unsigned int i;

	if (in->rsvd || le32toh(in->id) > GNIC_FW_ACTIVATE_LIVE)
		return GNIC_STATUS_BAD_PARAM;
	if (le32toh(in->id) == GNIC_FW_ACTIVATE_RESET) {
		card->fw->pending = true;
		return GNIC_STATUS_OK;
	}
	for (i = 0; i < GNIC_FW_COMPONENTS; i++)
		if (!(FW_LIVE & 1u << i) &&
		    fw_order(&fw->running[i]) != fw_order(&fw->nvm.image[i].version))
			return GNIC_STATUS_BUSY;
	fw_run_stored(card);
	return GNIC_STATUS_OK;
}
