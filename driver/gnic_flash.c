// SPDX-License-Identifier: GPL-2.0-only
/*
 * devlink dev flash. A file is one image or several, one behind the other. All
 * are looked at before the first one is stored, by us and by the device.
 */
#include <linux/crc32.h>
#include <linux/firmware.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_fw.h"

#define GNIC_FLASH_BATCH	16	/* chunks a batch of commands */
#define GNIC_FLASH_STORE_S	10	/* what the device may take to store an image */

/**
 * struct gnic_flash - an update under way
 * @dev: card
 * @params: file, component, what to overwrite
 * @extack: for sentences
 * @begin: of the image that is looked at
 * @payload: of it
 * @chunks: GNIC_FLASH_BATCH of them
 * @taken: images that are for us
 */
struct gnic_flash {
	struct gnic_dev *dev;
	struct devlink_flash_update_params *params;
	struct netlink_ext_ack *extack;
	struct gnic_hw_fw_begin begin;
	const u8 *payload;
	struct gnic_hw_fw_chunk *chunks;
	unsigned int taken;
};

static const char *gnic_flash_name(const struct gnic_flash *flash)
{
	u16 component = le16_to_cpu(flash->begin.header.component);

	return component < GNIC_FW_COMPONENTS ? gnic_fw_names[component] : "?";
}

static void gnic_flash_notify(struct gnic_flash *flash, const char *what, u32 done, u32 total)
{
	devlink_flash_update_status_notify(gnic_devlink(flash->dev), what, gnic_flash_name(flash),
					   done, total);
}

static const char *gnic_flash_verdict_text(u32 verdict)
{
	static const char *const texts[] = {
#define X(name, value, text) \
	[GNIC_FW_VERDICT_##name] = text,
		GNIC_HW_FW_VERDICTS(X)
#undef X
	};

	return verdict < ARRAY_SIZE(texts) ? texts[verdict] : "the device refused the image";
}

static int gnic_flash_refuse(struct gnic_flash *flash, u32 verdict)
{
	NL_SET_ERR_MSG_FMT_MOD(flash->extack, "%s", gnic_flash_verdict_text(verdict));
	return -EINVAL;
}

static int gnic_flash_answer(struct gnic_flash *flash, int err,
			     const struct gnic_hw_fw_answer *answer)
{
	if (err) {
		NL_SET_ERR_MSG_FMT_MOD(flash->extack, "the device failed to take the image (%d)",
				       err);
		return err;
	}
	if (le32_to_cpu(answer->verdict) != GNIC_FW_VERDICT_GOOD)
		return gnic_flash_refuse(flash, le32_to_cpu(answer->verdict));
	return 0;
}

static int gnic_flash_begin(struct gnic_flash *flash)
{
	struct gnic_hw_fw_answer answer;
	int err;

	err = gnic_cmd_exec(flash->dev, GNIC_CMD_FW_BEGIN, &flash->begin, sizeof(flash->begin),
			    &answer, sizeof(answer));
	return gnic_flash_answer(flash, err, &answer);
}

/* Pass one: is it good? The device looks at the header, we at the payload. */
static int gnic_flash_check(struct gnic_flash *flash)
{
	const struct gnic_hw_fw_header *header = &flash->begin.header;
	u32 crc;
	int err;

	gnic_flash_notify(flash, "Checking", 0, 0);
	err = gnic_flash_begin(flash);
	if (err)
		return err;
	crc = ~crc32_le(~0, flash->payload, le32_to_cpu(header->size));
	if (crc != le32_to_cpu(header->payload_crc))
		return gnic_flash_refuse(flash, GNIC_FW_VERDICT_PAYLOAD);
	return 0;
}

static int gnic_flash_write_batch(struct gnic_flash *flash, u32 *offset)
{
	u32 size = le32_to_cpu(flash->begin.header.size);
	struct gnic_cmd cmds[GNIC_FLASH_BATCH];
	struct gnic_hw_fw_chunk *chunk;
	unsigned int count;
	u32 len;

	for (count = 0; count < GNIC_FLASH_BATCH && *offset < size; count++, *offset += len) {
		chunk = &flash->chunks[count];
		len = min_t(u32, size - *offset, GNIC_FW_CHUNK);
		chunk->offset = cpu_to_le32(*offset);
		chunk->len = cpu_to_le32(len);
		memcpy(chunk->data, flash->payload + *offset, len);
		cmds[count] = (struct gnic_cmd) {
			.opcode = GNIC_CMD_FW_WRITE,
			.in = chunk,
			.in_len = sizeof(*chunk),
		};
	}
	return gnic_cmd_batch(flash->dev, cmds, count);
}

static int gnic_flash_write(struct gnic_flash *flash)
{
	u32 size = le32_to_cpu(flash->begin.header.size);
	u32 offset = 0;
	int err;

	while (offset < size) {
		gnic_flash_notify(flash, "Writing", offset, size);
		err = gnic_flash_write_batch(flash, &offset);
		if (err)
			return gnic_flash_answer(flash, err, NULL);
	}
	gnic_flash_notify(flash, "Writing", size, size);
	return 0;
}

/* Pass two. What was stored stays until the device has all of the new. */
static int gnic_flash_store(struct gnic_flash *flash)
{
	struct gnic_hw_fw_answer answer;
	int err;

	err = gnic_flash_begin(flash);
	if (!err)
		err = gnic_flash_write(flash);
	if (err)
		return err;
	devlink_flash_update_timeout_notify(gnic_devlink(flash->dev), "Storing",
					    gnic_flash_name(flash), GNIC_FLASH_STORE_S);
	err = gnic_cmd_exec(flash->dev, GNIC_CMD_FW_COMMIT, NULL, 0, &answer, sizeof(answer));
	return gnic_flash_answer(flash, err, &answer);
}

/* The next image of the file; false: the file is cut off. */
static bool gnic_flash_next(struct gnic_flash *flash, size_t *offset)
{
	const struct firmware *fw = flash->params->fw;
	struct gnic_hw_fw_header *header = &flash->begin.header;
	u32 size;

	if (fw->size - *offset < sizeof(*header))
		return false;
	memcpy(header, fw->data + *offset, sizeof(*header));
	*offset += sizeof(*header);
	flash->payload = fw->data + *offset;
	size = le32_to_cpu(header->size);
	if (le32_to_cpu(header->magic) != GNIC_FW_MAGIC)
		return true;
	if (fw->size - *offset < size)
		return false;
	*offset = min(*offset + ALIGN((size_t)size, GNIC_FW_ALIGN), fw->size);
	return true;
}

static bool gnic_flash_wanted(const struct gnic_flash *flash)
{
	return !flash->params->component ||
	       !strcmp(flash->params->component, gnic_flash_name(flash));
}

static int gnic_flash_each(struct gnic_flash *flash, int (*step)(struct gnic_flash *flash))
{
	size_t offset = 0;
	int err;

	flash->taken = 0;
	do {
		if (!gnic_flash_next(flash, &offset)) {
			NL_SET_ERR_MSG_MOD(flash->extack, "the file ends within an image");
			return -EINVAL;
		}
		if (le32_to_cpu(flash->begin.header.magic) != GNIC_FW_MAGIC)
			return gnic_flash_refuse(flash, GNIC_FW_VERDICT_MAGIC);
		if (!gnic_flash_wanted(flash))
			continue;
		err = step(flash);
		if (err)
			return err;
		flash->taken++;
	} while (offset < flash->params->fw->size);
	return 0;
}

static int gnic_flash_run(struct gnic_flash *flash)
{
	int err;

	err = gnic_flash_each(flash, gnic_flash_check);
	if (err)
		return err;
	if (!flash->taken) {
		NL_SET_ERR_MSG_FMT_MOD(flash->extack, "the file has no image of component %s",
				       flash->params->component);
		return -EINVAL;
	}
	return gnic_flash_each(flash, gnic_flash_store);
}

int gnic_flash_update(struct devlink *devlink, struct devlink_flash_update_params *params,
		      struct netlink_ext_ack *extack)
{
	struct gnic_flash flash = {
		.dev = devlink_priv(devlink),
		.params = params,
		.extack = extack,
	};
	int err;

	if (!gnic_fw_present(flash.dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the firmware of this device can't be replaced");
		return -EOPNOTSUPP;
	}
	if (params->overwrite_mask & ~DEVLINK_FLASH_OVERWRITE_SETTINGS) {
		NL_SET_ERR_MSG_MOD(extack,
				   "identifiers belong to the board: only settings can be overwritten");
		return -EOPNOTSUPP;
	}
	if (!flash.dev->running) {
		NL_SET_ERR_MSG_MOD(extack, "the device is not running: devlink dev reload it");
		return -ENETDOWN;
	}
	if (params->overwrite_mask & DEVLINK_FLASH_OVERWRITE_SETTINGS)
		flash.begin.flags = cpu_to_le32(GNIC_FW_BEGIN_SETTINGS);
	flash.chunks = kcalloc(GNIC_FLASH_BATCH, sizeof(*flash.chunks), GFP_KERNEL);
	if (!flash.chunks)
		return -ENOMEM;
	err = gnic_flash_run(&flash);
	kfree(flash.chunks);
	return err;
}
