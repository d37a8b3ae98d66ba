// SPDX-License-Identifier: GPL-2.0-only
/* ethtool: receive side scaling, key, table, function and hashed fields. */
#include <linux/ethtool.h>
#include <linux/slab.h>

#include "gnic_ethtool.h"
#include "gnic_ntuple.h"
#include "gnic_rss.h"

#define GNIC_RSS_ADDRS	(GNIC_RSS_FIELD_SRC_IP | GNIC_RSS_FIELD_DST_IP)
#define GNIC_RSS_PORTS	(GNIC_RSS_FIELD_L4_SRC | GNIC_RSS_FIELD_L4_DST)

/* Of newer kernels; never set by an older one. */
#ifndef RXH_IP6_FL
#define RXH_IP6_FL	0
#endif

static const struct {
	u64 rxh;
	u8 field;
} gnic_rss_fields[] = {
	{ RXH_IP_SRC, GNIC_RSS_FIELD_SRC_IP },
	{ RXH_IP_DST, GNIC_RSS_FIELD_DST_IP },
	{ RXH_L4_B_0_1, GNIC_RSS_FIELD_L4_SRC },
	{ RXH_L4_B_2_3, GNIC_RSS_FIELD_L4_DST },
	{ RXH_IP6_FL, GNIC_RSS_FIELD_LABEL },
};

/* Flow types, and the device's; those that it has not are hashed as IP. */
static const struct {
	u32 flow_type;
	u8 flow;
	bool as_ip;
} gnic_rss_flows[] = {
	{ TCP_V4_FLOW, GNIC_RSS_FLOW_TCP4 },
	{ UDP_V4_FLOW, GNIC_RSS_FLOW_UDP4 },
	{ SCTP_V4_FLOW, GNIC_RSS_FLOW_SCTP4 },
	{ IPV4_FLOW, GNIC_RSS_FLOW_IP4 },
	{ AH_ESP_V4_FLOW, GNIC_RSS_FLOW_IP4, true },
	{ AH_V4_FLOW, GNIC_RSS_FLOW_IP4, true },
	{ ESP_V4_FLOW, GNIC_RSS_FLOW_IP4, true },
	{ TCP_V6_FLOW, GNIC_RSS_FLOW_TCP6 },
	{ UDP_V6_FLOW, GNIC_RSS_FLOW_UDP6 },
	{ SCTP_V6_FLOW, GNIC_RSS_FLOW_SCTP6 },
	{ IPV6_FLOW, GNIC_RSS_FLOW_IP6 },
	{ AH_ESP_V6_FLOW, GNIC_RSS_FLOW_IP6, true },
	{ AH_V6_FLOW, GNIC_RSS_FLOW_IP6, true },
	{ ESP_V6_FLOW, GNIC_RSS_FLOW_IP6, true },
};

u32 gnic_ethtool_get_rxfh_key_size(struct net_device *netdev)
{
	return gnic_rss_key_size(netdev_priv(netdev));
}

u32 gnic_ethtool_get_rxfh_indir_size(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	return nic->rss.indir_size;
}

int gnic_ethtool_get_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	const struct gnic_nic_rss *rss = &nic->rss;

	rxfh->hfunc = rss->hfunc;
	rxfh->input_xfrm = rss->xfrm;
	if (rxfh->key)
		memcpy(rxfh->key, rss->key, gnic_rss_key_size(nic));
	if (rxfh->indir)
		memcpy(rxfh->indir, rss->indir, rss->indir_size * sizeof(rss->indir[0]));
	return 0;
}

/* ---- what goes together ---- */

/* A packet and its answer have the same hash only if fields are wanted in pairs. */
static bool gnic_rss_symmetric(const u8 *fields)
{
	unsigned int i;
	u8 addrs, ports;

	for (i = 0; i < GNIC_RSS_FLOWS; i++) {
		addrs = fields[i] & GNIC_RSS_ADDRS;
		ports = fields[i] & GNIC_RSS_PORTS;
		if ((addrs && addrs != GNIC_RSS_ADDRS) || (ports && ports != GNIC_RSS_PORTS) ||
		    fields[i] & GNIC_RSS_FIELD_LABEL)
			return false;
	}
	return true;
}

static int gnic_rss_check_xfrm(const struct gnic_rss_config *config,
			       struct netlink_ext_ack *extack)
{
	if (config->xfrm == (RXH_XFRM_SYM_XOR | RXH_XFRM_SYM_OR_XOR)) {
		NL_SET_ERR_MSG_MOD(extack, "there is one symmetric transform at a time");
		return -EINVAL;
	}
	if (config->hfunc == ETH_RSS_HASH_XOR) {
		NL_SET_ERR_MSG_MOD(extack, "the hash function xor is symmetric by itself");
		return -EINVAL;
	}
	if (!gnic_rss_symmetric(config->fields)) {
		NL_SET_ERR_MSG_MOD(extack,
				   "a symmetric transform wants pairs of fields, and no flow label");
		return -EINVAL;
	}
	return 0;
}

/* Can the device hash like that? */
int gnic_rss_check(const struct gnic_nic *nic, const struct gnic_rss_config *config,
		   struct netlink_ext_ack *extack)
{
	if (!gnic_rss_has_queues(nic) && (config->hfunc != ETH_RSS_HASH_TOP || config->xfrm)) {
		NL_SET_ERR_MSG_MOD(extack, "the device hashes by Toeplitz only");
		return -EOPNOTSUPP;
	}
	if (config->hfunc != ETH_RSS_HASH_TOP && config->hfunc != ETH_RSS_HASH_XOR &&
	    config->hfunc != ETH_RSS_HASH_CRC32) {
		NL_SET_ERR_MSG_MOD(extack, "the hash functions are toeplitz, xor and crc32");
		return -EOPNOTSUPP;
	}
	return config->xfrm ? gnic_rss_check_xfrm(config, extack) : 0;
}

/* ---- key, table, function ---- */

static int gnic_rss_set(struct gnic_nic *nic, struct gnic_nic_rss *next,
			const struct ethtool_rxfh_param *rxfh, struct netlink_ext_ack *extack)
{
	struct gnic_rss_config config = { .fields = next->fields };
	int err;

	if (rxfh->hfunc != ETH_RSS_HASH_NO_CHANGE)
		next->hfunc = rxfh->hfunc;
	if (rxfh->input_xfrm != RXH_XFRM_NO_CHANGE)
		next->xfrm = rxfh->input_xfrm;
	if (rxfh->key)
		memcpy(next->key, rxfh->key, gnic_rss_key_size(nic));
	if (rxfh->indir)
		memcpy(next->indir, rxfh->indir, next->indir_size * sizeof(next->indir[0]));
	config.hfunc = next->hfunc;
	config.xfrm = next->xfrm;
	err = gnic_rss_check(nic, &config, extack);
	return err ?: gnic_ethtool_done(gnic_rss_change(nic, next), extack);
}

int gnic_ethtool_set_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh,
			  struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_nic_rss *next;
	int err;

	next = kmemdup(&nic->rss, sizeof(*next), GFP_KERNEL);
	if (!next)
		return gnic_ethtool_done(-ENOMEM, extack);
	err = gnic_rss_set(nic, next, rxfh, extack);
	kfree(next);
	return err;
}

/* ---- fields ---- */

/* Index in gnic_rss_flows, or -1. */
static int gnic_rss_flow(u32 flow_type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gnic_rss_flows); i++)
		if (gnic_rss_flows[i].flow_type == flow_type)
			return i;
	return -1;
}

static u64 gnic_rss_fields_to_rxh(u8 fields)
{
	unsigned int i;
	u64 rxh = 0;

	for (i = 0; i < ARRAY_SIZE(gnic_rss_fields); i++)
		if (fields & gnic_rss_fields[i].field)
			rxh |= gnic_rss_fields[i].rxh;
	return rxh;
}

/* Negative: not fields that this flow of the device has. */
static int gnic_rss_fields_from_rxh(const struct gnic_nic *nic, unsigned int flow, u64 rxh)
{
	u8 can = GNIC_RSS_ADDRS, fields = 0;
	unsigned int i;

	if (flow % GNIC_RSS_FLOW_IP6)
		can |= GNIC_RSS_PORTS;
	if (flow >= GNIC_RSS_FLOW_IP6)
		can |= GNIC_RSS_FIELD_LABEL;
	for (i = 0; i < ARRAY_SIZE(gnic_rss_fields); i++)
		if (rxh & gnic_rss_fields[i].rxh)
			fields |= gnic_rss_fields[i].field;
	if (fields & ~can || gnic_rss_fields_to_rxh(fields) != rxh)
		return -EINVAL;
	/* a device without contexts: both addresses, and perhaps both ports */
	if (!gnic_rss_has_queues(nic) && fields != GNIC_RSS_ADDRS &&
	    (fields != (GNIC_RSS_ADDRS | GNIC_RSS_PORTS) || flow == GNIC_RSS_FLOW_SCTP4 ||
	     flow == GNIC_RSS_FLOW_SCTP6))
		return -EINVAL;
	return fields;
}

static struct ethtool_rxfh_context *gnic_rss_context(struct gnic_nic *nic, u32 id)
{
	return xa_load(&nic->netdev->ethtool->rss_ctx, id);
}

int gnic_ethtool_get_rxfh_fields(struct net_device *netdev, struct ethtool_rxfh_fields *fields)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	int i = gnic_rss_flow(fields->flow_type);
	const struct gnic_rss_context *priv;
	struct ethtool_rxfh_context *ctx;
	const u8 *from = nic->rss.fields;

	if (i < 0)
		return -EOPNOTSUPP;
	if (fields->rss_context) {
		ctx = gnic_rss_context(nic, fields->rss_context);
		if (!ctx)
			return -ENOENT;
		priv = ethtool_rxfh_context_priv(ctx);
		from = priv->fields;
	}
	fields->data = gnic_rss_fields_to_rxh(from[gnic_rss_flows[i].flow]);
	return 0;
}

static int gnic_rss_set_default_fields(struct gnic_nic *nic, unsigned int flow, u8 fields,
				       struct netlink_ext_ack *extack)
{
	struct gnic_rss_config config = {};
	struct gnic_nic_rss *next;
	int err;

	next = kmemdup(&nic->rss, sizeof(*next), GFP_KERNEL);
	if (!next)
		return gnic_ethtool_done(-ENOMEM, extack);
	next->fields[flow] = fields;
	config.hfunc = next->hfunc;
	config.xfrm = next->xfrm;
	config.fields = next->fields;
	err = gnic_rss_check(nic, &config, extack);
	if (!err)
		err = gnic_ethtool_done(gnic_rss_change(nic, next), extack);
	kfree(next);
	return err;
}

static int gnic_rss_set_context_fields(struct gnic_nic *nic, u32 id, unsigned int flow, u8 fields,
				       struct netlink_ext_ack *extack)
{
	struct ethtool_rxfh_context *ctx = gnic_rss_context(nic, id);
	const struct gnic_rss_context *priv;
	struct gnic_rss_config config = {};
	u8 next[GNIC_RSS_FLOWS];
	int err;

	if (!ctx)
		return -ENOENT;
	priv = ethtool_rxfh_context_priv(ctx);
	memcpy(next, priv->fields, sizeof(next));
	next[flow] = fields;
	config.hfunc = ctx->hfunc;
	config.xfrm = ctx->input_xfrm;
	config.fields = next;
	err = gnic_rss_check(nic, &config, extack);
	return err ?: gnic_ethtool_done(gnic_rss_context_fields(nic, ctx, id, next), extack);
}

int gnic_ethtool_set_rxfh_fields(struct net_device *netdev,
				 const struct ethtool_rxfh_fields *fields,
				 struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	int i = gnic_rss_flow(fields->flow_type), want;

	if (i < 0 || gnic_rss_flows[i].as_ip) {
		NL_SET_ERR_MSG_MOD(extack,
				   "hashed are IP, TCP, UDP and SCTP; AH and ESP as other IP is");
		return -EOPNOTSUPP;
	}
	want = gnic_rss_fields_from_rxh(nic, gnic_rss_flows[i].flow, fields->data);
	if (want < 0) {
		NL_SET_ERR_MSG_MOD(extack,
				   "hashed are addresses, ports if there are any, IPv6 flow labels");
		return want;
	}
	if (fields->rss_context)
		return gnic_rss_set_context_fields(nic, fields->rss_context,
						   gnic_rss_flows[i].flow, want, extack);
	return gnic_rss_set_default_fields(nic, gnic_rss_flows[i].flow, want, extack);
}

/* ---- rxnfc: rules, and what once went that way ---- */

#ifdef HAVE_RX_RING_COUNT
u32 gnic_ethtool_get_rx_ring_count(struct net_device *netdev)
{
	return netdev->real_num_rx_queues;
}
#endif

int gnic_ethtool_get_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *cmd, u32 *rule_locs)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	switch (cmd->cmd) {
	case ETHTOOL_GRXRINGS:	/* a kernel with get_rx_ring_count does not ask here */
		cmd->data = netdev->real_num_rx_queues;
		return 0;
	case ETHTOOL_GRXCLSRLCNT:
		return gnic_ntuple_count(nic, cmd);
	case ETHTOOL_GRXCLSRULE:
		return gnic_ntuple_get(nic, cmd);
	case ETHTOOL_GRXCLSRLALL:
		return gnic_ntuple_list(nic, cmd, rule_locs);
	default:
		return -EOPNOTSUPP;
	}
}

int gnic_ethtool_set_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *cmd)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	switch (cmd->cmd) {
	case ETHTOOL_SRXCLSRLINS:
		return gnic_ntuple_add(nic, &cmd->fs, cmd->rss_context);
	case ETHTOOL_SRXCLSRLDEL:
		return gnic_ntuple_del(nic, cmd->fs.location);
	default:
		return -EOPNOTSUPP;
	}
}
