// SPDX-License-Identifier: GPL-2.0-only
/* ethtool: receive side scaling, key, table and hashed fields. */
#include <linux/ethtool.h>

#include "gnic_ethtool.h"

#define GNIC_RXH_L3	(RXH_IP_SRC | RXH_IP_DST)
#define GNIC_RXH_L4	(GNIC_RXH_L3 | RXH_L4_B_0_1 | RXH_L4_B_2_3)

/* Flow types, and the bit that says that their ports are hashed too. */
static const struct {
	u32 flow_type;
	u16 type;	/* GNIC_RSS_L4_*, 0: addresses only */
} gnic_rss_types[] = {
	{ TCP_V4_FLOW, GNIC_RSS_L4_TCP4 },
	{ UDP_V4_FLOW, GNIC_RSS_L4_UDP4 },
	{ TCP_V6_FLOW, GNIC_RSS_L4_TCP6 },
	{ UDP_V6_FLOW, GNIC_RSS_L4_UDP6 },
	{ IPV4_FLOW, 0 },
	{ IPV6_FLOW, 0 },
	{ SCTP_V4_FLOW, 0 },
	{ SCTP_V6_FLOW, 0 },
};

u32 gnic_ethtool_get_rxfh_key_size(struct net_device *netdev)
{
	return GNIC_RSS_KEY_LEN;
}

u32 gnic_ethtool_get_rxfh_indir_size(struct net_device *netdev)
{
	return GNIC_RSS_TABLE_LEN;
}

int gnic_ethtool_get_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	rxfh->hfunc = ETH_RSS_HASH_TOP;
	if (rxfh->key)
		memcpy(rxfh->key, nic->rss.key, sizeof(nic->rss.key));
	if (rxfh->indir)
		memcpy(rxfh->indir, nic->rss.indir, sizeof(nic->rss.indir));
	return 0;
}

static int gnic_rss_change(struct gnic_nic *nic, const struct gnic_nic_rss *old)
{
	int err = gnic_rss_refresh(nic);

	if (err)
		nic->rss = *old;
	return err;
}

int gnic_ethtool_set_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh,
			  struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_nic_rss old = nic->rss;

	if (rxfh->hfunc != ETH_RSS_HASH_NO_CHANGE && rxfh->hfunc != ETH_RSS_HASH_TOP) {
		NL_SET_ERR_MSG_MOD(extack, "the device hashes by Toeplitz only");
		return -EOPNOTSUPP;
	}
	if (rxfh->key)
		memcpy(nic->rss.key, rxfh->key, sizeof(nic->rss.key));
	if (rxfh->indir) {
		memcpy(nic->rss.indir, rxfh->indir, sizeof(nic->rss.indir));
		nic->rss.user_indir = netif_is_rxfh_configured(netdev);
	}
	return gnic_rss_change(nic, &old);
}

static int gnic_rss_fields_get(struct gnic_nic *nic, u32 flow_type, u64 *fields)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gnic_rss_types); i++) {
		if (gnic_rss_types[i].flow_type != flow_type)
			continue;
		*fields = nic->rss.types & gnic_rss_types[i].type ? GNIC_RXH_L4 : GNIC_RXH_L3;
		return 0;
	}
	*fields = 0;
	return 0;
}

static int gnic_rss_fields_set(struct gnic_nic *nic, u32 flow_type, u64 fields)
{
	struct gnic_nic_rss old = nic->rss;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gnic_rss_types); i++) {
		if (gnic_rss_types[i].flow_type == flow_type)
			break;
	}
	if (i == ARRAY_SIZE(gnic_rss_types) ||
	    (fields != GNIC_RXH_L3 && (fields != GNIC_RXH_L4 || !gnic_rss_types[i].type)))
		return -EINVAL;
	if (fields == GNIC_RXH_L4)
		nic->rss.types |= gnic_rss_types[i].type;
	else
		nic->rss.types &= ~gnic_rss_types[i].type;
	return gnic_rss_change(nic, &old);
}

int gnic_ethtool_get_rxfh_fields(struct net_device *netdev, struct ethtool_rxfh_fields *fields)
{
	u64 data;
	int err = gnic_rss_fields_get(netdev_priv(netdev), fields->flow_type, &data);

	fields->data = data;
	return err;
}

int gnic_ethtool_set_rxfh_fields(struct net_device *netdev,
				 const struct ethtool_rxfh_fields *fields,
				 struct netlink_ext_ack *extack)
{
	int err = gnic_rss_fields_set(netdev_priv(netdev), fields->flow_type, fields->data);

	if (err == -EINVAL)
		NL_SET_ERR_MSG_MOD(extack,
				   "hashed are both addresses, and of TCP and UDP both ports");
	return err;
}

#ifdef HAVE_RX_RING_COUNT
u32 gnic_ethtool_get_rx_ring_count(struct net_device *netdev)
{
	return netdev->real_num_rx_queues;
}
#endif

int gnic_ethtool_get_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *cmd, u32 *rule_locs)
{
	switch (cmd->cmd) {
	case ETHTOOL_GRXRINGS:	/* a kernel with get_rx_ring_count does not ask here */
		cmd->data = netdev->real_num_rx_queues;
		return 0;
#ifndef HAVE_RXFH_FIELDS
	case ETHTOOL_GRXFH:
		return gnic_rss_fields_get(netdev_priv(netdev), cmd->flow_type, &cmd->data);
#endif
	default:
		return -EOPNOTSUPP;
	}
}

int gnic_ethtool_set_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *cmd)
{
#ifndef HAVE_RXFH_FIELDS
	if (cmd->cmd == ETHTOOL_SRXFH)
		return gnic_rss_fields_set(netdev_priv(netdev), cmd->flow_type, cmd->data);
#endif
	return -EOPNOTSUPP;
}
