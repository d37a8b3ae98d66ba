// SPDX-License-Identifier: GPL-2.0-only
/* devlink dev selftests: the memory that outlives power is what it should be. */
#include <linux/crc32.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_fw.h"
#include "gnic_region.h"

bool gnic_devlink_selftest_check(struct devlink *devlink, unsigned int id,
				 struct netlink_ext_ack *extack)
{
	return id == DEVLINK_ATTR_SELFTEST_ID_FLASH && gnic_fw_present(devlink_priv(devlink));
}

static bool gnic_devlink_selftest_nvm(const void *data)
{
	const struct gnic_hw_nvm *nvm = data;
	size_t first = offsetofend(struct gnic_hw_nvm, crc);

	return le32_to_cpu(nvm->magic) == GNIC_NVM_MAGIC &&
	       le32_to_cpu(nvm->crc) == (u32)~crc32_le(~0, data + first, GNIC_NVM_SIZE - first);
}

enum devlink_selftest_status gnic_devlink_selftest_run(struct devlink *devlink, unsigned int id,
						       struct netlink_ext_ack *extack)
{
	struct gnic_dev *dev = devlink_priv(devlink);
	bool good = false;
	void *data;

	if (!gnic_devlink_selftest_check(devlink, id, extack) || !dev->running)
		return DEVLINK_SELFTEST_STATUS_SKIP;
	data = kmalloc(GNIC_NVM_SIZE, GFP_KERNEL);
	if (!data)
		return DEVLINK_SELFTEST_STATUS_SKIP;
	if (!gnic_nvm_read(dev, 0, data, GNIC_NVM_SIZE))
		good = gnic_devlink_selftest_nvm(data);
	kfree(data);
	return good ? DEVLINK_SELFTEST_STATUS_PASS : DEVLINK_SELFTEST_STATUS_FAIL;
}
