// SPDX-License-Identifier: GPL-2.0-only
/* The memory of a card that outlives resets and, with a file behind it, the process. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fw.h"

#define NVM_BOARD	"HLS2-GAUDI2"

static const struct {
	uint32_t factory;
	uint32_t max;
} nvm_settings[] = {
#define X(name, number, factory, max) [number] = { factory, max },
	GNIC_HW_NVM_SETTINGS(X)
#undef X
};

_Static_assert(sizeof(nvm_settings) / sizeof(nvm_settings[0]) == GNIC_NVM_SETTINGS,
	       "GNIC_NVM_SETTINGS is not their number");

static uint32_t nvm_crc(const struct fw *fw)
{
	size_t first = offsetof(struct gnic_hw_nvm, crc) + sizeof(fw->nvm.crc);

	return crc32(0, fw->nvm_bytes + first, GNIC_NVM_SIZE - first);
}

void nvm_factory_settings(struct fw *fw)
{
	unsigned int i;

	for (i = 0; i < GNIC_NVM_SETTINGS; i++)
		fw->nvm.setting[i] = htole32(nvm_settings[i].factory);
}

/* As it leaves the factory: 1.0.0 of everything, and nothing older is accepted. */
static void nvm_factory(struct fw *fw, const struct card_config *config)
{
	struct gnic_hw_nvm *nvm = &fw->nvm;
	unsigned int i;

	memset(fw->nvm_bytes, 0, GNIC_NVM_SIZE);
	nvm->magic = htole32(GNIC_NVM_MAGIC);
	memcpy(nvm->board, NVM_BOARD, sizeof(NVM_BOARD));
	snprintf((char *)nvm->board_serial, GNIC_FW_BOARD_LEN, "GB%012llx",
		 (unsigned long long)config->serial & 0xffffffffffffull);
	for (i = 0; i < GNIC_FW_COMPONENTS; i++) {
		nvm->image[i].magic = htole32(GNIC_FW_MAGIC);
		nvm->image[i].format = htole16(GNIC_FW_FORMAT);
		nvm->image[i].component = htole16(i);
		memcpy(nvm->image[i].board, nvm->board, sizeof(nvm->board));
		nvm->image[i].version.major = 1;
		nvm->minimum[i].major = 1;
	}
	nvm_factory_settings(fw);
	nvm->crc = htole32(nvm_crc(fw));
}

static bool nvm_complain(const char *path, const char *why)
{
	fprintf(stderr, "vgaudi: %s: %s\n", path, why);
	return false;
}

static bool nvm_read_file(struct fw *fw, FILE *file)
{
	if (fread(fw->nvm_bytes, 1, GNIC_NVM_SIZE, file) != GNIC_NVM_SIZE)
		return nvm_complain(fw->state_path, "too short for the memory of a card");
	if (le32toh(fw->nvm.magic) != GNIC_NVM_MAGIC || le32toh(fw->nvm.crc) != nvm_crc(fw))
		return nvm_complain(fw->state_path, "this is not the memory of a card");
	return true;
}

/* A file that is not there yet is a card from the factory. */
bool nvm_load(struct fw *fw, const struct card_config *config)
{
	bool good;
	FILE *file;

	nvm_factory(fw, config);
	if (!fw->state_path)
		return true;
	file = fopen(fw->state_path, "rb");
	if (!file)
		return errno == ENOENT || nvm_complain(fw->state_path, strerror(errno));
	good = nvm_read_file(fw, file);
	fclose(file);
	return good;
}

/* Beside the old one first: a process that is killed leaves one or the other. */
static bool nvm_write_file(const struct fw *fw, const char *path)
{
	FILE *file = fopen(path, "wb");
	bool good;

	if (!file)
		return false;
	good = fwrite(fw->nvm_bytes, 1, GNIC_NVM_SIZE, file) == GNIC_NVM_SIZE;
	return !fclose(file) && good && !rename(path, fw->state_path);
}

void nvm_store(struct fw *fw)
{
	char *path;

	fw->nvm.crc = htole32(nvm_crc(fw));
	if (!fw->state_path || asprintf(&path, "%s.new", fw->state_path) < 0)
		return;
	if (!nvm_write_file(fw, path))
		nvm_complain(path, strerror(errno));
	free(path);
}

/* ---- commands ---- */

enum gnic_hw_status nvm_cmd_read(struct card *card, const struct gnic_hw_nvm_read *in,
				 struct gnic_hw_nvm_data *out)
{
	uint32_t offset = le32toh(in->offset), len = le32toh(in->len);

	if (!len || len > GNIC_NVM_READ_MAX || offset > GNIC_NVM_SIZE - len)
		return GNIC_STATUS_BAD_PARAM;
	memcpy(out->data, card->fw->nvm_bytes + offset, len);
	return GNIC_STATUS_OK;
}

enum gnic_hw_status nvm_cmd_set(struct card *card, const struct gnic_hw_nvm_set *in)
{
	uint32_t setting = le32toh(in->setting), value = le32toh(in->value);
	struct fw *fw = card->fw;

	if (setting >= GNIC_NVM_SETTINGS || value > nvm_settings[setting].max)
		return GNIC_STATUS_BAD_PARAM;
	if (le32toh(fw->nvm.setting[setting]) == value)
		return GNIC_STATUS_OK;
	fw->nvm.setting[setting] = htole32(value);
	nvm_store(fw);
	trace_add(card, GNIC_TRACE_SETTING, setting, value);
	return GNIC_STATUS_OK;
}
