// SPDX-License-Identifier: GPL-2.0-only
/* Reporter `phy` of a port: a link that is lost again and again. */
#include <linux/delay.h>

#include "gnic.h"
#include "gnic_fw.h"
#include "gnic_port_health.h"

#define GNIC_PHY_TEST_FLAPS	3
#define GNIC_PHY_TEST_MS	20

static void gnic_port_put_link(const struct gnic_hw_port_info *info, struct devlink_fmsg *fmsg)
{
	devlink_fmsg_bool_pair_put(fmsg, "admin", info->state & GNIC_PORT_STATE_ADMIN);
	devlink_fmsg_bool_pair_put(fmsg, "link", info->state & GNIC_PORT_STATE_LINK);
	devlink_fmsg_bool_pair_put(fmsg, "cable", info->state & GNIC_PORT_STATE_CABLE);
	devlink_fmsg_u32_pair_put(fmsg, "fault", info->fault);
	devlink_fmsg_u32_pair_put(fmsg, "speed", le32_to_cpu(info->mode.speed));
	devlink_fmsg_u32_pair_put(fmsg, "lanes", info->mode.lanes);
	devlink_fmsg_u32_pair_put(fmsg, "fec", info->mode.fec);
}

/* Both lanes together. */
static void gnic_port_put_fec(struct gnic_port *port, struct devlink_fmsg *fmsg)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(port->index) };
	u64 corrected = 0, uncorrectable = 0;
	struct gnic_hw_fec_stats fec;
	unsigned int i;

	if (gnic_cmd_exec(port->dev, GNIC_CMD_PORT_FEC, &in, sizeof(in), &fec, sizeof(fec)))
		return;
	for (i = 0; i < GNIC_LANES_PER_PORT; i++) {
		corrected += le64_to_cpu(fec.corrected[i]);
		uncorrectable += le64_to_cpu(fec.uncorrectable[i]);
	}
	devlink_fmsg_u64_pair_put(fmsg, "fec_corrected", corrected);
	devlink_fmsg_u64_pair_put(fmsg, "fec_uncorrectable", uncorrectable);
}

static int gnic_port_phy_diagnose(struct devlink_health_reporter *reporter,
				  struct devlink_fmsg *fmsg, struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);
	struct gnic_hw_mac_stats stats;
	struct gnic_hw_port_info info;
	int err;

	err = gnic_port_query(health->port, &info);
	if (!err)
		err = gnic_port_stats(health->port, &stats);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack, "the device does not answer");
		return err;
	}
	/* which port of the card this instance is nobody else says */
	devlink_fmsg_u32_pair_put(fmsg, "port", health->port->index);
	gnic_port_put_link(&info, fmsg);
	devlink_fmsg_u64_pair_put(fmsg, "link_downs", le64_to_cpu(stats.link_downs));
	gnic_port_put_fec(health->port, fmsg);
	devlink_fmsg_u64_pair_put(fmsg, "fcs_errors", le64_to_cpu(stats.rx.fcs_errors));
	devlink_fmsg_u32_pair_put(fmsg, "recent_flaps", health->flaps);
	return 0;
}

static int gnic_port_phy_dump(struct devlink_health_reporter *reporter, struct devlink_fmsg *fmsg,
			      void *ctx, struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);
	struct gnic_hw_mac_stats stats;

	if (gnic_port_stats(health->port, &stats))
		return -EIO;
	gnic_port_phy_diagnose(reporter, fmsg, extack);
	devlink_fmsg_binary_pair_put(fmsg, "mac_stats", &stats, sizeof(stats));
	return 0;
}

/* The link is trained anew: the port goes down in the device, and up again. */
static int gnic_port_phy_recover(struct devlink_health_reporter *reporter, void *ctx,
				 struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_ADMIN) };
	struct gnic_hw_port_info info;
	int err;

	err = gnic_port_query(health->port, &info);
	if (err || !(info.state & GNIC_PORT_STATE_ADMIN))
		return err;
	err = gnic_port_set(health->port, &set);
	set.admin = 1;
	if (!err)
		err = gnic_port_set(health->port, &set);
	if (err)
		NL_SET_ERR_MSG_FMT_MOD(extack, "the device did not train the link (%d)", err);
	return err;
}

static int gnic_port_phy_test(struct devlink_health_reporter *reporter,
			      struct netlink_ext_ack *extack)
{
	struct gnic_port_health *health = devlink_health_reporter_priv(reporter);
	struct gnic_port *port = health->port;
	unsigned int i;
	int err;

	for (i = 0; i < GNIC_PHY_TEST_FLAPS; i++) {
		err = gnic_inject(port->dev, GNIC_INJECT_LINK_FLAP, port->index,
				  GNIC_PHY_TEST_MS, extack);
		if (err)
			return err;
		msleep(5 * GNIC_PHY_TEST_MS);
	}
	return 0;
}

const struct devlink_health_reporter_ops gnic_port_phy_ops = {
	.name		= "phy",
	.diagnose	= gnic_port_phy_diagnose,
	.dump		= gnic_port_phy_dump,
	.recover	= gnic_port_phy_recover,
	.test		= gnic_port_phy_test,
	GNIC_REPORTER_PERIOD(GNIC_PORT_PERIOD_MS)
};
