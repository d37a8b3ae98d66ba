/* SPDX-License-Identifier: GPL-2.0-only */
/* Firmware of a card: versions, images, settings that outlive power, trace. */
#ifndef GNIC_FW_H
#define GNIC_FW_H

#include "gnic.h"

#define GNIC_FW_VERSION_LEN	16	/* "255.255.65535" */

static inline bool gnic_fw_present(const struct gnic_dev *dev)
{
	return dev->caps_bits & GNIC_CAP_FW;
}

/* gnic_fw.c: typed commands */
extern const char *const gnic_fw_names[GNIC_FW_COMPONENTS];	/* as devlink shows them */
int gnic_fw_query(struct gnic_dev *dev, struct gnic_hw_fw_info *info);
void gnic_fw_version_text(const struct gnic_hw_fw_version *version, char *text);
int gnic_fw_activate(struct gnic_dev *dev, enum gnic_hw_fw_activate how);
int gnic_nvm_read(struct gnic_dev *dev, u32 offset, void *data, u32 len);
int gnic_nvm_get(struct gnic_dev *dev, enum gnic_hw_nvm_setting setting, u32 *value);
int gnic_nvm_set(struct gnic_dev *dev, enum gnic_hw_nvm_setting setting, u32 value);
int gnic_fw_trace(struct gnic_dev *dev, u32 first, struct gnic_hw_trace *trace);
int gnic_inject(struct gnic_dev *dev, enum gnic_hw_inject_kind kind, unsigned int port, u32 a,
		struct netlink_ext_ack *extack);

/* gnic_flash.c */
int gnic_flash_update(struct devlink *devlink, struct devlink_flash_update_params *params,
		      struct netlink_ext_ack *extack);

/* gnic_info.c */
int gnic_info_get(struct devlink *devlink, struct devlink_info_req *req,
		  struct netlink_ext_ack *extack);

#endif /* GNIC_FW_H */
