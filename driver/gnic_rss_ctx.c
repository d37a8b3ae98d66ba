// SPDX-License-Identifier: GPL-2.0-only
/* ethtool: RSS contexts. The kernel keeps what they are, the device has them. */
#include <linux/ethtool.h>
#include <linux/log2.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "gnic_ethtool.h"
#include "gnic_ntuple.h"
#include "gnic_rss.h"

static u8 gnic_rss_hw_xfrm(u8 xfrm)
{
	return (xfrm & RXH_XFRM_SYM_XOR ? GNIC_RSS_XFRM_SYM_XOR : 0) |
	       (xfrm & RXH_XFRM_SYM_OR_XOR ? GNIC_RSS_XFRM_SYM_OR_XOR : 0);
}

/**
 * gnic_rss_context_set - write a context into the device
 * @nic: netdev
 * @id: 0 is the default one
 * @config: no entries: take it out
 */
int gnic_rss_context_set(struct gnic_nic *nic, u32 id, const struct gnic_rss_config *config)
{
	struct gnic_hw_rss_context *in;
	unsigned int i;
	int err;

	in = kzalloc(sizeof(*in), GFP_KERNEL);
	if (!in)
		return -ENOMEM;
	in->vport = cpu_to_le16(nic->vport);
	in->context = id;
	in->len = cpu_to_le32(config->size);
	if (config->size) {
		/* ETH_RSS_HASH_TOP, _XOR, _CRC32 are bits in the order of the device */
		in->func = ilog2(config->hfunc);
		in->xfrm = gnic_rss_hw_xfrm(config->xfrm);
		memcpy(in->fields, config->fields, sizeof(in->fields));
		memcpy(in->key, config->key, sizeof(in->key));
	}
	for (i = 0; i < config->size; i++)
		in->queue[i] = cpu_to_le16(config->indir[i]);
	err = gnic_cmd_exec(nic->dev, GNIC_CMD_RSS_CONTEXT, in, sizeof(*in), NULL, 0);
	kfree(in);
	return err;
}

/* As the kernel has it. */
static void gnic_rss_context_config(struct ethtool_rxfh_context *ctx,
				    struct gnic_rss_config *config)
{
	const struct gnic_rss_context *priv = ethtool_rxfh_context_priv(ctx);

	config->hfunc = ctx->hfunc;
	config->xfrm = ctx->input_xfrm;
	config->fields = priv->fields;
	config->key = ethtool_rxfh_context_key(ctx);
	config->indir = ethtool_rxfh_context_indir(ctx);
	config->size = ctx->indir_size;
}

/* A rule may add to the table's rings. */
static int gnic_rss_check_offset(struct gnic_nic *nic, const struct gnic_rss_config *config,
				 u32 id, struct netlink_ext_ack *extack)
{
	u32 offset = gnic_ntuple_max_offset(nic, id), i;

	for (i = 0; offset && i < config->size; i++) {
		if (config->indir[i] + offset < nic->cfg.rx_queues)
			continue;
		NL_SET_ERR_MSG_FMT_MOD(extack, "a rule adds %u, and there is no ring %u", offset,
				       config->indir[i] + offset);
		return -EINVAL;
	}
	return 0;
}

/* And what of it the user wants otherwise; the kernel takes that over afterwards. */
static int gnic_rss_context_write(struct gnic_nic *nic, struct ethtool_rxfh_context *ctx,
				  const struct ethtool_rxfh_param *rxfh,
				  struct netlink_ext_ack *extack)
{
	struct gnic_rss_config config;
	int err;

	gnic_rss_context_config(ctx, &config);
	if (rxfh->hfunc != ETH_RSS_HASH_NO_CHANGE)
		config.hfunc = rxfh->hfunc;
	if (rxfh->input_xfrm != RXH_XFRM_NO_CHANGE)
		config.xfrm = rxfh->input_xfrm;
	if (rxfh->key)
		config.key = rxfh->key;
	if (rxfh->indir)
		config.indir = rxfh->indir;
	err = gnic_rss_check(nic, &config, extack);
	if (!err)
		err = gnic_rss_check_offset(nic, &config, rxfh->rss_context, extack);
	if (err)
		return err;
	return gnic_ethtool_done(gnic_rss_context_set(nic, rxfh->rss_context, &config), extack);
}

/* A new context is like the default one, over all rings. */
static void gnic_rss_context_default(struct gnic_nic *nic, struct ethtool_rxfh_context *ctx)
{
	struct gnic_rss_context *priv = ethtool_rxfh_context_priv(ctx);
	u32 *indir = ethtool_rxfh_context_indir(ctx), i;

	for (i = 0; i < ctx->indir_size; i++)
		indir[i] = ethtool_rxfh_indir_default(i, nic->cfg.rx_queues);
	memcpy(ethtool_rxfh_context_key(ctx), nic->rss.key, ctx->key_size);
	memcpy(priv->fields, nic->rss.fields, sizeof(priv->fields));
	ctx->hfunc = nic->rss.hfunc;
	ctx->input_xfrm = nic->rss.xfrm;
}

int gnic_ethtool_create_rxfh_context(struct net_device *netdev, struct ethtool_rxfh_context *ctx,
				     const struct ethtool_rxfh_param *rxfh,
				     struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	u32 max = le32_to_cpu(nic->dev->caps.rss_contexts);

	if (!gnic_rss_has_queues(nic)) {
		NL_SET_ERR_MSG_MOD(extack, "the device has no contexts besides the default one");
		return -EOPNOTSUPP;
	}
	if (rxfh->rss_context >= max) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "the device has contexts up to %u", max - 1);
		return -ENOSPC;
	}
	gnic_rss_context_default(nic, ctx);
	return gnic_rss_context_write(nic, ctx, rxfh, extack);
}

int gnic_ethtool_modify_rxfh_context(struct net_device *netdev, struct ethtool_rxfh_context *ctx,
				     const struct ethtool_rxfh_param *rxfh,
				     struct netlink_ext_ack *extack)
{
	return gnic_rss_context_write(netdev_priv(netdev), ctx, rxfh, extack);
}

int gnic_ethtool_remove_rxfh_context(struct net_device *netdev, struct ethtool_rxfh_context *ctx,
				     u32 id, struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_rss_config none = {};

	if (netdev->reg_state == NETREG_REGISTERED && gnic_ntuple_uses_context(nic, id)) {
		NL_SET_ERR_MSG_MOD(extack, "a rule sends frames to the context");
		return -EBUSY;
	}
	return gnic_ethtool_done(gnic_rss_context_set(nic, id, &none), extack);
}

/* Other fields of a context that is there. */
int gnic_rss_context_fields(struct gnic_nic *nic, struct ethtool_rxfh_context *ctx, u32 id,
			    const u8 *fields)
{
	struct gnic_rss_context *priv = ethtool_rxfh_context_priv(ctx);
	struct gnic_rss_config config;
	int err;

	gnic_rss_context_config(ctx, &config);
	config.fields = fields;
	err = gnic_rss_context_set(nic, id, &config);
	if (!err)
		memcpy(priv->fields, fields, sizeof(priv->fields));
	return err;
}

/**
 * gnic_rss_restore - contexts into a device that may have been reset meanwhile
 * @nic: netdev, with rtnl
 *
 * One that it does not take is lost, and so are the rules for it.
 */
void gnic_rss_restore(struct gnic_nic *nic)
{
	struct ethtool_netdev_state *state = nic->netdev->ethtool;
	struct ethtool_rxfh_context *ctx;
	struct gnic_rss_config config;
	unsigned long id;

	if (!gnic_rss_has_queues(nic))
		return;
	mutex_lock(&state->rss_lock);
	xa_for_each(&state->rss_ctx, id, ctx) {
		gnic_rss_context_config(ctx, &config);
		if (!gnic_rss_context_set(nic, id, &config))
			continue;
		gnic_ntuple_context_lost(nic, id);
		ethtool_rxfh_context_lost(nic->netdev, id);
	}
	mutex_unlock(&state->rss_lock);
}

unsigned int gnic_rss_ctx_count(const struct gnic_nic *nic)
{
	const struct ethtool_rxfh_context *ctx;
	unsigned int count = 1;
	unsigned long id;

	xa_for_each(&nic->netdev->ethtool->rss_ctx, id, ctx)
		count++;
	return count;
}
