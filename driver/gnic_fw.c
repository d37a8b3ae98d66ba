// SPDX-License-Identifier: GPL-2.0-only
/* Commands about firmware, its settings, its trace, and faults on demand. */
#include <linux/netlink.h>

#include "gnic.h"
#include "gnic_fw.h"

const char *const gnic_fw_names[GNIC_FW_COMPONENTS] = {
#define X(name, number, text) \
	[GNIC_FW_##name] = text,
	GNIC_HW_FW_COMPONENTS(X)
#undef X
};

int gnic_fw_query(struct gnic_dev *dev, struct gnic_hw_fw_info *info)
{
	return gnic_cmd_exec(dev, GNIC_CMD_FW_QUERY, NULL, 0, info, sizeof(*info));
}

void gnic_fw_version_text(const struct gnic_hw_fw_version *version, char *text)
{
	snprintf(text, GNIC_FW_VERSION_LEN, "%u.%u.%u", version->major, version->minor,
		 le16_to_cpu(version->patch));
}

int gnic_fw_activate(struct gnic_dev *dev, enum gnic_hw_fw_activate how)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(how) };

	return gnic_cmd_exec(dev, GNIC_CMD_FW_ACTIVATE, &in, sizeof(in), NULL, 0);
}

/**
 * gnic_nvm_read - read the memory that outlives power
 * @dev: card
 * @offset: first byte
 * @data: where to
 * @len: bytes, any number that there are
 */
int gnic_nvm_read(struct gnic_dev *dev, u32 offset, void *data, u32 len)
{
	struct gnic_hw_nvm_data out;
	struct gnic_hw_nvm_read in;
	u32 piece;
	int err;

	for (; len; len -= piece, offset += piece, data += piece) {
		piece = min_t(u32, len, GNIC_NVM_READ_MAX);
		in.offset = cpu_to_le32(offset);
		in.len = cpu_to_le32(piece);
		err = gnic_cmd_exec(dev, GNIC_CMD_NVM_READ, &in, sizeof(in), &out, sizeof(out));
		if (err)
			return err;
		memcpy(data, out.data, piece);
	}
	return 0;
}

int gnic_nvm_get(struct gnic_dev *dev, enum gnic_hw_nvm_setting setting, u32 *value)
{
	__le32 word;
	int err;

	err = gnic_nvm_read(dev, offsetof(struct gnic_hw_nvm, setting) + setting * sizeof(word),
			    &word, sizeof(word));
	if (!err)
		*value = le32_to_cpu(word);
	return err;
}

int gnic_nvm_set(struct gnic_dev *dev, enum gnic_hw_nvm_setting setting, u32 value)
{
	struct gnic_hw_nvm_set in = {
		.setting = cpu_to_le32(setting),
		.value = cpu_to_le32(value),
	};

	return gnic_cmd_exec(dev, GNIC_CMD_NVM_SET, &in, sizeof(in), NULL, 0);
}

/* Records from number @first on; .count is what we can believe. */
int gnic_fw_trace(struct gnic_dev *dev, u32 first, struct gnic_hw_trace *trace)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(first) };
	int err;

	err = gnic_cmd_exec(dev, GNIC_CMD_TRACE_READ, &in, sizeof(in), trace, sizeof(*trace));
	if (!err && le32_to_cpu(trace->count) > GNIC_TRACE_READ)
		err = -EPROTO;
	return err;
}

/**
 * gnic_inject - let the device do something wrong
 * @dev: card
 * @kind: what
 * @port: where, if it is about a port
 * @a: by @kind
 * @extack: for the sentence
 */
int gnic_inject(struct gnic_dev *dev, enum gnic_hw_inject_kind kind, unsigned int port, u32 a,
		struct netlink_ext_ack *extack)
{
	struct gnic_hw_inject in = {
		.kind = kind,
		.port = port,
		.a = cpu_to_le32(a),
	};
	int err;

	if (!(dev->caps_bits & GNIC_CAP_INJECT)) {
		NL_SET_ERR_MSG_MOD(extack, "this device makes no faults on demand");
		return -EOPNOTSUPP;
	}
	err = gnic_cmd_exec(dev, GNIC_CMD_INJECT, &in, sizeof(in), NULL, 0);
	if (err)
		NL_SET_ERR_MSG_FMT_MOD(extack, "the device refused the fault (%d)", err);
	return err;
}
