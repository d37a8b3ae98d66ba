// SPDX-License-Identifier: GPL-2.0-only
/* Receive side scaling: the table that the user sees has rings, the device's QPNs. */
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "gnic_channel.h"

/* What the user did not set follows the number of channels. */
void gnic_rss_default(struct gnic_nic *nic, unsigned int channels)
{
	struct gnic_nic_rss *rss = &nic->rss;
	unsigned int i;

	if (!rss->user_indir) {
		for (i = 0; i < ARRAY_SIZE(rss->indir); i++)
			rss->indir[i] = ethtool_rxfh_indir_default(i, channels);
	}
	if (rss->keyed)
		return;
	netdev_rss_key_fill(rss->key, sizeof(rss->key));
	rss->types = GNIC_RSS_L4_TCP4 | GNIC_RSS_L4_TCP6;
	rss->keyed = true;
}

static int gnic_rss_set(struct gnic_nic *nic, struct gnic_hw_rss *in)
{
	in->vport = cpu_to_le16(nic->vport);
	in->side = GNIC_SIDE_HOST;
	in->func = GNIC_RSS_TOEPLITZ;
	return gnic_cmd_exec(nic->dev, GNIC_CMD_RSS_SET, in, sizeof(*in), NULL, 0);
}

static int gnic_rss_write(struct gnic_nic *nic, struct gnic_queue **queues, unsigned int count)
{
	struct gnic_hw_rss *in;
	unsigned int i;
	int err;

	in = kzalloc(sizeof(*in), GFP_KERNEL);
	if (!in)
		return -ENOMEM;
	in->types = cpu_to_le16(nic->rss.types);
	in->len = cpu_to_le32(GNIC_RSS_TABLE_LEN);
	memcpy(in->key, nic->rss.key, sizeof(in->key));
	for (i = 0; i < GNIC_RSS_TABLE_LEN; i++)
		in->table[i] = cpu_to_le32(queues[nic->rss.indir[i] % count]->rx.qpn);
	err = gnic_rss_set(nic, in);
	kfree(in);
	return err;
}

int gnic_rss_apply(struct gnic_nic *nic, struct gnic_queue **queues, unsigned int count)
{
	gnic_rss_default(nic, count);
	return gnic_rss_write(nic, queues, count);
}

int gnic_rss_refresh(struct gnic_nic *nic)
{
	struct gnic_queue **queues;
	unsigned int i;
	int err;

	if (!nic->num_channels)
		return 0;
	queues = kcalloc(nic->num_channels, sizeof(*queues), GFP_KERNEL);
	if (!queues)
		return -ENOMEM;
	for (i = 0; i < nic->num_channels; i++)
		queues[i] = nic->channels[i]->queue;
	err = gnic_rss_write(nic, queues, nic->num_channels);
	kfree(queues);
	return err;
}

/* No table: frames are dropped by the device. */
void gnic_rss_clear(struct gnic_nic *nic)
{
	struct gnic_hw_rss *in;

	in = kzalloc(sizeof(*in), GFP_KERNEL | __GFP_NOFAIL);
	gnic_rss_set(nic, in);
	kfree(in);
}
