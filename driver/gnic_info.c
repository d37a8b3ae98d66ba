// SPDX-License-Identifier: GPL-2.0-only
/* devlink dev info of a card: who it is, what is stored in it, what runs. */
#include <linux/netlink.h>

#include "gnic.h"
#include "gnic_fw.h"

#define GNIC_INFO_INTERFACE	"hw.interface"	/* version of the contract */

static int gnic_info_serial(struct gnic_dev *dev, struct devlink_info_req *req)
{
	char buf[17];

	snprintf(buf, sizeof(buf), "%016llx", gnic_rd64(dev, GNIC_CTL_SERIAL_LO));
	return devlink_info_serial_number_put(req, buf);
}

static int gnic_info_asic(struct gnic_dev *dev, struct devlink_info_req *req)
{
	char buf[8];
	int err;

	snprintf(buf, sizeof(buf), "%04x", dev->pdev->device);
	err = devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_ASIC_ID, buf);
	if (err)
		return err;

	snprintf(buf, sizeof(buf), "%02x", dev->pdev->revision);
	return devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_ASIC_REV, buf);
}

static int gnic_info_interface(struct gnic_dev *dev, struct devlink_info_req *req)
{
	u32 version = gnic_rd32(dev, GNIC_CTL_VERSION);
	char buf[16];

	snprintf(buf, sizeof(buf), "%lu.%lu", FIELD_GET(GNIC_CTL_VERSION_MAJOR, version),
		 FIELD_GET(GNIC_CTL_VERSION_MINOR, version));
	return devlink_info_version_fixed_put(req, GNIC_INFO_INTERFACE, buf);
}

/* A device whose firmware can't be replaced: what is stored is what runs. */
static int gnic_info_fw_fixed(struct gnic_dev *dev, struct devlink_info_req *req)
{
	u32 fw = gnic_rd32(dev, GNIC_CTL_FW_VERSION);
	char buf[GNIC_FW_VERSION_LEN];
	int err;

	snprintf(buf, sizeof(buf), "%lu.%lu.%lu", FIELD_GET(GNIC_CTL_FW_MAJOR, fw),
		 FIELD_GET(GNIC_CTL_FW_MINOR, fw), FIELD_GET(GNIC_CTL_FW_PATCH, fw));
	err = devlink_info_version_running_put(req, DEVLINK_INFO_VERSION_GENERIC_FW, buf);
	if (err)
		return err;
	return devlink_info_version_stored_put(req, DEVLINK_INFO_VERSION_GENERIC_FW, buf);
}

static int gnic_info_board(const struct gnic_hw_fw_info *info, struct devlink_info_req *req)
{
	char buf[GNIC_FW_BOARD_LEN + 1];
	int err;

	snprintf(buf, sizeof(buf), "%.*s", GNIC_FW_BOARD_LEN, (const char *)info->board);
	err = devlink_info_version_fixed_put(req, DEVLINK_INFO_VERSION_GENERIC_BOARD_ID, buf);
	if (err)
		return err;
	snprintf(buf, sizeof(buf), "%.*s", GNIC_FW_BOARD_LEN, (const char *)info->board_serial);
	return devlink_info_board_serial_number_put(req, buf);
}

static int gnic_info_component(const struct gnic_hw_fw_info *info, unsigned int i,
			       struct devlink_info_req *req)
{
	char buf[GNIC_FW_VERSION_LEN];
	int err;

	gnic_fw_version_text(&info->running[i], buf);
	err = devlink_info_version_running_put_ext(req, gnic_fw_names[i], buf,
						   DEVLINK_INFO_VERSION_TYPE_COMPONENT);
	if (err)
		return err;
	gnic_fw_version_text(&info->stored[i], buf);
	return devlink_info_version_stored_put_ext(req, gnic_fw_names[i], buf,
						   DEVLINK_INFO_VERSION_TYPE_COMPONENT);
}

static int gnic_info_fw(struct gnic_dev *dev, struct devlink_info_req *req)
{
	struct gnic_hw_fw_info info;
	unsigned int i;
	int err;

	if (!gnic_fw_present(dev) || !dev->running)
		return gnic_info_fw_fixed(dev, req);
	err = gnic_fw_query(dev, &info);
	if (!err)
		err = gnic_info_board(&info, req);
	for (i = 0; i < GNIC_FW_COMPONENTS && !err; i++)
		err = gnic_info_component(&info, i, req);
	return err;
}

int gnic_info_get(struct devlink *devlink, struct devlink_info_req *req,
		  struct netlink_ext_ack *extack)
{
	static int (* const infos[])(struct gnic_dev *dev, struct devlink_info_req *req) = {
		gnic_info_serial,
		gnic_info_asic,
		gnic_info_interface,
		gnic_info_fw,
	};
	struct gnic_dev *dev = devlink_priv(devlink);
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(infos); i++) {
		err = infos[i](dev, req);
		if (err)
			return err;
	}
	if (gnic_dev_gone(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return -ENODEV;
	}
	return 0;
}
