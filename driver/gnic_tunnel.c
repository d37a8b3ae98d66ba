// SPDX-License-Identifier: GPL-2.0-only
/* UDP tunnels: the device looks for checksums behind the ports that the stack names. */
#include <linux/rtnetlink.h>
#include <net/udp_tunnel.h>

#include "gnic_nic.h"

/* A device that refuses the ports is told them again after so long. */
#define GNIC_TUNNEL_PAUSE	HZ

static u8 gnic_tunnel_type(unsigned int type)
{
	switch (type) {
	case UDP_TUNNEL_TYPE_VXLAN:
		return GNIC_TUNNEL_VXLAN;
	case UDP_TUNNEL_TYPE_VXLAN_GPE:
		return GNIC_TUNNEL_VXLAN_GPE;
	case UDP_TUNNEL_TYPE_GENEVE:
		return GNIC_TUNNEL_GENEVE;
	default:
		return GNIC_TUNNEL_NONE;
	}
}

static int gnic_tunnel_sync(struct net_device *netdev, unsigned int table)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_tunnels in = { .vport = cpu_to_le16(nic->vport) };
	struct udp_tunnel_info info;
	unsigned int i;
	int err;

	for (i = 0; i < GNIC_TUNNEL_PORTS_MAX; i++) {
		udp_tunnel_nic_get_port(netdev, table, i, &info);
		in.ports[i].port = cpu_to_le16(ntohs(info.port));
		in.ports[i].type = gnic_tunnel_type(info.type);
	}
	err = gnic_cmd_exec(nic->dev, GNIC_CMD_TUNNEL_SET, &in, sizeof(in), NULL, 0);
	if (err && !gnic_dev_gone(nic->dev)) {
		netdev_err(netdev, "can't set the ports of UDP tunnels: %d, again in a second\n",
			   err);
		schedule_delayed_work(&nic->tunnel_work, GNIC_TUNNEL_PAUSE);
	}
	return err;
}

/* The stack says it again only when somebody asks it to. */
static void gnic_tunnel_work(struct work_struct *work)
{
	struct gnic_nic *nic = container_of(work, struct gnic_nic, tunnel_work.work);

	rtnl_lock();
	netdev_lock(nic->netdev);
	if (netif_running(nic->netdev) && netif_device_present(nic->netdev))
		udp_tunnel_nic_reset_ntf(nic->netdev);
	netdev_unlock(nic->netdev);
	rtnl_unlock();
}

void gnic_tunnel_init(struct gnic_nic *nic)
{
	INIT_DELAYED_WORK(&nic->tunnel_work, gnic_tunnel_work);
}

void gnic_tunnel_exit(struct gnic_nic *nic)
{
	cancel_delayed_work_sync(&nic->tunnel_work);
}

const struct udp_tunnel_nic_info gnic_tunnel_info = {
	.sync_table	= gnic_tunnel_sync,
	.flags		= UDP_TUNNEL_NIC_INFO_OPEN_ONLY,
	.tables		= {
		{
			.n_entries	= GNIC_TUNNEL_PORTS_MAX,
			.tunnel_types	= UDP_TUNNEL_TYPE_VXLAN | UDP_TUNNEL_TYPE_VXLAN_GPE |
					  UDP_TUNNEL_TYPE_GENEVE,
		},
	},
};
