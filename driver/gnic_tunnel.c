// SPDX-License-Identifier: GPL-2.0-only
/* UDP tunnels: the device looks for checksums behind the ports that the stack names. */
#include <net/udp_tunnel.h>

#include "gnic_nic.h"

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

	for (i = 0; i < GNIC_TUNNEL_PORTS_MAX; i++) {
		udp_tunnel_nic_get_port(netdev, table, i, &info);
		in.ports[i].port = cpu_to_le16(ntohs(info.port));
		in.ports[i].type = gnic_tunnel_type(info.type);
	}
	return gnic_cmd_exec(nic->dev, GNIC_CMD_TUNNEL_SET, &in, sizeof(in), NULL, 0);
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
