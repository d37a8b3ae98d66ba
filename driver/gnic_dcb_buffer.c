// SPDX-License-Identifier: GPL-2.0-only
/*
 * dcbnl: receive buffers of a port, where frames wait for a queue that has no
 * buffers at the moment. As long as none has room all is as if there were none.
 */
#include <linux/netdevice.h>

#include "gnic_dcb_buffer.h"

static int gnic_dcb_buffer_write(struct gnic_nic *nic, const struct gnic_nic_buffer *buffer)
{
	struct gnic_hw_port_buffer in = { .port = cpu_to_le32(nic->port->index) };
	unsigned int i;

	memcpy(in.prio_buffer, buffer->prio, sizeof(in.prio_buffer));
	for (i = 0; i < GNIC_RX_BUFFERS; i++)
		in.size[i] = cpu_to_le32(buffer->size[i]);
	return gnic_cmd_exec(nic->dev, GNIC_CMD_PORT_BUFFER, &in, sizeof(in), NULL, 0);
}

/**
 * gnic_dcb_buffer_apply - tell a device that has some, whatever it knows
 * @nic: uplink
 *
 * Context: rtnl.
 */
int gnic_dcb_buffer_apply(struct gnic_nic *nic)
{
	return nic->dev->caps.rx_buffer ? gnic_dcb_buffer_write(nic, &nic->buffer) : 0;
}

/* As the device is after a reset: each priority has its own, and none has room. */
void gnic_dcb_buffer_init(struct gnic_nic *nic)
{
	unsigned int i;

	for (i = 0; i < GNIC_PRIOS; i++)
		nic->buffer.prio[i] = i;
}

/**
 * gnic_dcb_buffer_bare - priorities that are left without
 * @buffer: of a port
 *
 * Return: those whose buffer has no room; none of them if no buffer has any.
 */
u8 gnic_dcb_buffer_bare(const struct gnic_nic_buffer *buffer)
{
	u8 bare = 0;
	unsigned int i;

	if (!memchr_inv(buffer->size, 0, sizeof(buffer->size)))
		return 0;
	for (i = 0; i < GNIC_PRIOS; i++)
		bare |= buffer->size[buffer->prio[i]] ? 0 : BIT(i);
	return bare;
}

/* Of the reporter rx: buffers in which something has waited or was lost. */
void gnic_dcb_buffer_put(struct gnic_port *port, struct devlink_fmsg *fmsg)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(port->index) };
	struct gnic_hw_buffer_stats stats;
	unsigned int i;

	if (!(port->dev->caps_bits & GNIC_CAP_DCB) || !port->dev->caps.rx_buffer ||
	    gnic_cmd_exec(port->dev, GNIC_CMD_BUFFER_STATS, &in, sizeof(in), &stats,
			  sizeof(stats)))
		return;
	devlink_fmsg_arr_pair_nest_start(fmsg, "buffers");
	for (i = 0; i < GNIC_RX_BUFFERS; i++) {
		if (!stats.peak[i] && !stats.dropped[i])
			continue;
		devlink_fmsg_obj_nest_start(fmsg);
		devlink_fmsg_u32_pair_put(fmsg, "buffer", i);
		devlink_fmsg_u32_pair_put(fmsg, "used", le32_to_cpu(stats.used[i]));
		devlink_fmsg_u32_pair_put(fmsg, "peak", le32_to_cpu(stats.peak[i]));
		devlink_fmsg_u64_pair_put(fmsg, "dropped", le64_to_cpu(stats.dropped[i]));
		devlink_fmsg_obj_nest_end(fmsg);
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
}

#if IS_ENABLED(CONFIG_DCB)

/* Of a device that has none nothing is shown. */
int gnic_dcb_buffer_get(struct net_device *netdev, struct dcbnl_buffer *out)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	unsigned int i;

	if (!nic->dev->caps.rx_buffer)
		return -EOPNOTSUPP;
	memcpy(out->prio2buffer, nic->buffer.prio, sizeof(out->prio2buffer));
	for (i = 0; i < GNIC_RX_BUFFERS; i++)
		out->buffer_size[i] = nic->buffer.size[i];
	out->total_size = le32_to_cpu(nic->dev->caps.rx_buffer);
	return 0;
}

/* As a user wants it, in whole cells. */
static int gnic_dcb_buffer_round(struct gnic_nic *nic, const struct dcbnl_buffer *in,
				 struct gnic_nic_buffer *buffer)
{
	u32 cell = max(le32_to_cpu(nic->dev->caps.rx_cell), 1U);
	u32 total = le32_to_cpu(nic->dev->caps.rx_buffer);
	u64 size, sum = 0;
	unsigned int i;

	for (i = 0; i < GNIC_RX_BUFFERS; i++) {
		size = DIV_ROUND_UP_ULL(in->buffer_size[i], cell) * cell;
		buffer->size[i] = size;
		sum += size;
	}
	if (sum <= total)
		return 0;
	netdev_err(nic->netdev, "buffers: %llu octets in cells of %u, the port has %u\n", sum, cell,
		   total);
	return -ENOSPC;
}

/* The kernel has looked for a buffer that is not there. */
int gnic_dcb_buffer_set(struct net_device *netdev, struct dcbnl_buffer *in)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_nic_buffer buffer;
	u8 bare;
	int err;

	if (!nic->dev->caps.rx_buffer)
		return -EOPNOTSUPP;
	err = gnic_dcb_buffer_round(nic, in, &buffer);
	if (err)
		return err;
	memcpy(buffer.prio, in->prio2buffer, sizeof(buffer.prio));
	bare = nic->dcb.pfc & gnic_dcb_buffer_bare(&buffer);
	if (bare) {
		netdev_err(netdev, "buffers: priority %u has flow control, its buffer %u no room\n",
			   (unsigned int)__ffs(bare), buffer.prio[__ffs(bare)]);
		return -EINVAL;
	}
	err = netif_device_present(netdev) ? gnic_dcb_buffer_write(nic, &buffer) : -ENODEV;
	if (!err)
		nic->buffer = buffer;
	return err;
}

#endif
