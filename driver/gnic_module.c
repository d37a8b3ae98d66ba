// SPDX-License-Identifier: GPL-2.0-only
/* ethtool of an uplink: the module in the cage, its memory and power; the light. */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>

#include "gnic_ethtool.h"

/* False: the sentence that says why is in @extack. */
static bool gnic_module_present(struct gnic_nic *nic, struct gnic_hw_port_info *info,
				struct netlink_ext_ack *extack)
{
	if (!(nic->dev->caps_bits & GNIC_CAP_MODULE)) {
		NL_SET_ERR_MSG_MOD(extack, "the device can't talk to modules");
		return false;
	}
	if (gnic_port_query(nic->port, info)) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return false;
	}
	if (info->media == GNIC_MEDIA_BACKPLANE) {
		NL_SET_ERR_MSG_MOD(extack, "a port of the backplane has no module");
		return false;
	}
	if (info->module == GNIC_MODULE_NONE) {
		NL_SET_ERR_MSG_MOD(extack, "no module is plugged in");
		return false;
	}
	return true;
}

int gnic_ethtool_get_module_eeprom_by_page(struct net_device *netdev,
					   const struct ethtool_module_eeprom *page,
					   struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_module_read in = {
		.port = nic->port->index,
		.i2c = page->i2c_address,
		.bank = page->bank,
		.page = page->page,
		.offset = page->offset,
		.len = min_t(u32, page->length, GNIC_MODULE_PAGE_LEN),
	};
	struct gnic_hw_module_data out;
	struct gnic_hw_port_info info;
	int err;

	if (!gnic_module_present(nic, &info, extack))
		return -EINVAL;
	if (page->i2c_address != GNIC_MODULE_I2C_ADDR || page->bank) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "the module has bank 0 of address 0x%x only",
				       GNIC_MODULE_I2C_ADDR);
		return -EINVAL;
	}
	err = gnic_cmd_exec(nic->dev, GNIC_CMD_MODULE_READ, &in, sizeof(in), &out, sizeof(out));
	if (err) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "the module has no page 0x%02x", page->page);
		return err;
	}
	memcpy(page->data, out.data, in.len);
	return in.len;
}

int gnic_ethtool_get_module_power_mode(struct net_device *netdev,
				       struct ethtool_module_power_mode_params *params,
				       struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info info;

	if (!gnic_module_present(nic, &info, extack))
		return -EOPNOTSUPP;
	params->policy = info.power & GNIC_MODULE_POWER_KEEP ?
			 ETHTOOL_MODULE_POWER_MODE_POLICY_HIGH :
			 ETHTOOL_MODULE_POWER_MODE_POLICY_AUTO;
	params->mode = info.power & GNIC_MODULE_POWER_HIGH ? ETHTOOL_MODULE_POWER_MODE_HIGH :
							     ETHTOOL_MODULE_POWER_MODE_LOW;
	return 0;
}

int gnic_ethtool_set_module_power_mode(struct net_device *netdev,
				       const struct ethtool_module_power_mode_params *params,
				       struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	bool keep = params->policy == ETHTOOL_MODULE_POWER_MODE_POLICY_HIGH;
	struct gnic_hw_port_info info;

	if (!gnic_module_present(nic, &info, extack))
		return -EINVAL;
	return gnic_ethtool_done(gnic_port_module_set(nic->port,
						      keep ? GNIC_MODULE_POWER_KEEP : 0),
				 extack);
}

/* The device blinks by itself. */
int gnic_ethtool_set_phys_id(struct net_device *netdev, enum ethtool_phys_id_state state)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_IDENTIFY),
		.identify = state == ETHTOOL_ID_ACTIVE,
	};

	if (state != ETHTOOL_ID_ACTIVE && state != ETHTOOL_ID_INACTIVE)
		return -EINVAL;
	return gnic_port_set(nic->port, &set);
}
