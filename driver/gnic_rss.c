// SPDX-License-Identifier: GPL-2.0-only
/* Receive side scaling: the default context, and which QP a ring is. */
#include <linux/ethtool.h>
#include <linux/log2.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "gnic_channel.h"
#include "gnic_ntuple.h"
#include "gnic_rss.h"

/* So many entries a ring keep rings apart by no more than an eighth or so. */
#define GNIC_RSS_ENTRIES_A_RING	4
#define GNIC_RSS_INDIR_MIN	64

bool gnic_rss_has_queues(const struct gnic_nic *nic)
{
	return nic->dev->caps_bits & GNIC_CAP_RSS_QUEUES;
}

u32 gnic_rss_key_size(const struct gnic_nic *nic)
{
	return gnic_rss_has_queues(nic) ? GNIC_RSS_QUEUES_KEY_LEN : GNIC_RSS_KEY_LEN;
}

/* A kernel that can't fold tables gets one that is large enough for all rings. */
static u32 gnic_rss_indir_size(const struct gnic_nic *nic, unsigned int channels)
{
#ifndef HAVE_RXFH_INDIR_RESIZE
	channels = nic->max_channels;
#endif
	if (!gnic_rss_has_queues(nic))
		return GNIC_RSS_TABLE_LEN;
	return clamp_t(u32, roundup_pow_of_two(channels * GNIC_RSS_ENTRIES_A_RING),
		       GNIC_RSS_INDIR_MIN, GNIC_RSS_QUEUES_TABLE_LEN);
}

static void gnic_rss_default_fields(struct gnic_nic_rss *rss, bool sctp)
{
	static const u8 addrs = GNIC_RSS_FIELD_SRC_IP | GNIC_RSS_FIELD_DST_IP;
	static const u8 ports = GNIC_RSS_FIELD_L4_SRC | GNIC_RSS_FIELD_L4_DST;
	unsigned int i;

	for (i = 0; i < GNIC_RSS_FLOWS; i++)
		rss->fields[i] = addrs | ports;
	rss->fields[GNIC_RSS_FLOW_IP4] = addrs;
	rss->fields[GNIC_RSS_FLOW_IP6] = addrs;
	if (sctp)
		return;
	rss->fields[GNIC_RSS_FLOW_SCTP4] = addrs;
	rss->fields[GNIC_RSS_FLOW_SCTP6] = addrs;
}

/* The table for so many channels: the user's goes on, any other is made anew. */
static void gnic_rss_fit(const struct gnic_nic *nic, struct gnic_nic_rss *rss,
			 unsigned int channels)
{
	u32 size = gnic_rss_indir_size(nic, channels), i;

	if (!netif_is_rxfh_configured(nic->netdev)) {
		for (i = 0; i < size; i++)
			rss->indir[i] = ethtool_rxfh_indir_default(i, channels);
	}
#ifdef HAVE_RXFH_INDIR_RESIZE
	ethtool_rxfh_indir_resize(nic->netdev, rss->indir, rss->indir_size, size);
#endif
	rss->indir_size = size;
}

/* What the user did not set follows the number of channels. */
void gnic_rss_default(struct gnic_nic *nic, unsigned int channels)
{
	struct gnic_nic_rss *rss = &nic->rss;

	gnic_rss_fit(nic, rss, channels);
	if (rss->keyed)
		return;
	netdev_rss_key_fill(rss->key, sizeof(rss->key));
	gnic_rss_default_fields(rss, gnic_rss_has_queues(nic));
	rss->hfunc = ETH_RSS_HASH_TOP;
	rss->keyed = true;
}

/* ---- a device without numbered queues ---- */

static u16 gnic_rss_types(const u8 *fields)
{
	static const u16 types[GNIC_RSS_FLOWS] = {
		[GNIC_RSS_FLOW_TCP4] = GNIC_RSS_L4_TCP4, [GNIC_RSS_FLOW_UDP4] = GNIC_RSS_L4_UDP4,
		[GNIC_RSS_FLOW_TCP6] = GNIC_RSS_L4_TCP6, [GNIC_RSS_FLOW_UDP6] = GNIC_RSS_L4_UDP6,
	};
	unsigned int i;
	u16 sum = 0;

	for (i = 0; i < GNIC_RSS_FLOWS; i++)
		sum |= fields[i] & GNIC_RSS_FIELD_L4_SRC ? types[i] : 0;
	return sum;
}

/* @count 0: no table, frames are dropped. */
static int gnic_rss_tell_qps(struct gnic_nic *nic, const struct gnic_nic_rss *rss,
			     struct gnic_queue **queues, unsigned int count)
{
	struct gnic_hw_rss *in;
	unsigned int i;
	int err;

	in = kzalloc(sizeof(*in), GFP_KERNEL);
	if (!in)
		return -ENOMEM;
	in->vport = cpu_to_le16(nic->vport);
	in->side = GNIC_SIDE_HOST;
	in->func = GNIC_RSS_TOEPLITZ;
	in->types = cpu_to_le16(gnic_rss_types(rss->fields));
	memcpy(in->key, rss->key, sizeof(in->key));
	if (count)
		in->len = cpu_to_le32(GNIC_RSS_TABLE_LEN);
	for (i = 0; count && i < GNIC_RSS_TABLE_LEN; i++)
		in->table[i] = cpu_to_le32(queues[rss->indir[i] % count]->rx.qpn);
	err = gnic_cmd_exec(nic->dev, GNIC_CMD_RSS_SET, in, sizeof(*in), NULL, 0);
	kfree(in);
	return err;
}

/* ---- and one with them ---- */

static int gnic_rss_tell_queues(struct gnic_nic *nic, struct gnic_queue **queues,
				unsigned int count)
{
	struct gnic_hw_vport_queues *in;
	unsigned int i;
	int err;

	in = kzalloc(sizeof(*in), GFP_KERNEL);
	if (!in)
		return -ENOMEM;
	in->vport = cpu_to_le16(nic->vport);
	in->count = cpu_to_le16(count);
	for (i = 0; i < count; i++)
		in->qpn[i] = cpu_to_le32(queues[i]->rx.qpn);
	err = gnic_cmd_exec(nic->dev, GNIC_CMD_VPORT_QUEUES, in, sizeof(*in), NULL, 0);
	kfree(in);
	return err;
}

static int gnic_rss_tell_table(struct gnic_nic *nic, const struct gnic_nic_rss *rss)
{
	struct gnic_rss_config config = {
		.hfunc = rss->hfunc,
		.xfrm = rss->xfrm,
		.fields = rss->fields,
		.key = rss->key,
		.indir = rss->indir,
		.size = rss->indir_size,
	};

	return gnic_rss_context_set(nic, 0, &config);
}

/* At no time does the table name a ring that is not there. */
static int gnic_rss_tell(struct gnic_nic *nic, const struct gnic_nic_rss *rss,
			 struct gnic_queue **queues, unsigned int count)
{
	int err;

	if (!gnic_rss_has_queues(nic))
		return gnic_rss_tell_qps(nic, rss, queues, count);
	if (count >= nic->num_rx) {
		err = gnic_rss_tell_queues(nic, queues, count);
		return err ?: gnic_rss_tell_table(nic, rss);
	}
	err = gnic_rss_tell_table(nic, rss);
	return err ?: gnic_rss_tell_queues(nic, queues, count);
}

/* What the first @count channels have, by ring. */
struct gnic_queue **gnic_rss_running(const struct gnic_nic *nic, unsigned int count)
{
	struct gnic_queue **queues;
	unsigned int i;

	queues = kcalloc(count, sizeof(*queues), GFP_KERNEL);
	for (i = 0; queues && i < count; i++)
		queues[i] = nic->channels[i]->queue;
	return queues;
}

/**
 * gnic_rss_apply - from now on the device spreads frames over these queues
 * @nic: netdev
 * @queues: by ring; those that run, or that will
 * @count: how many
 *
 * Contexts and rules name rings: they follow. After an error the device may
 * have half of it; the caller applies what ran, or clears.
 */
int gnic_rss_apply(struct gnic_nic *nic, struct gnic_queue **queues, unsigned int count)
{
	struct gnic_nic_rss *next;
	int err;

	next = kmemdup(&nic->rss, sizeof(*next), GFP_KERNEL);
	if (!next)
		return -ENOMEM;
	gnic_rss_fit(nic, next, count);
	err = gnic_rss_tell(nic, next, queues, count);
	if (err)
		gnic_rss_refresh(nic);
	else
		nic->rss = *next;
	kfree(next);
	return err;
}

/**
 * gnic_rss_refresh - some queues that run have been replaced
 * @nic: netdev; nothing happens if it is down
 */
int gnic_rss_refresh(struct gnic_nic *nic)
{
	struct gnic_queue **queues;
	int err;

	if (!nic->num_rx)
		return 0;
	queues = gnic_rss_running(nic, nic->num_rx);
	if (!queues)
		return -ENOMEM;
	err = gnic_rss_tell(nic, &nic->rss, queues, nic->num_rx);
	kfree(queues);
	return err;
}

/**
 * gnic_rss_resize - from now on frames come to so many channels
 * @nic: netdev that runs
 * @count: channels whose queue receives
 *
 * Return: 0, or an error and they come to those that they came to.
 */
int gnic_rss_resize(struct gnic_nic *nic, unsigned int count)
{
	struct gnic_queue **queues = gnic_rss_running(nic, count);
	int err;

	if (!queues)
		return -ENOMEM;
	err = gnic_rss_apply(nic, queues, count);
	kfree(queues);
	return err;
}

/* No queues: frames are dropped by the device. */
void gnic_rss_clear(struct gnic_nic *nic)
{
	if (gnic_rss_has_queues(nic))
		gnic_rss_tell_queues(nic, NULL, 0);
	else
		gnic_rss_tell_qps(nic, &nic->rss, NULL, 0);
}

/**
 * gnic_rss_change - what the user wants of the default context
 * @nic: netdev
 * @next: takes effect as a whole, or not at all
 */
int gnic_rss_change(struct gnic_nic *nic, const struct gnic_nic_rss *next)
{
	struct gnic_queue **queues = NULL;
	int err;

	if (gnic_rss_has_queues(nic)) {
		err = gnic_rss_tell_table(nic, next);
	} else if (nic->num_rx) {
		queues = gnic_rss_running(nic, nic->num_rx);
		err = queues ? gnic_rss_tell_qps(nic, next, queues, nic->num_rx) : -ENOMEM;
		kfree(queues);
	} else {
		err = 0;
	}
	if (!err)
		nic->rss = *next;
	return err;
}

/* ---- other numbers of channels ---- */

/**
 * gnic_rss_resize_check - can the tables that the user made fit so many channels?
 * @nic: netdev
 * @channels: that are wanted
 */
int gnic_rss_resize_check(struct gnic_nic *nic, unsigned int channels)
{
#ifdef HAVE_RXFH_INDIR_RESIZE
	u32 size = gnic_rss_indir_size(nic, channels);
#endif

	if (gnic_ntuple_rings(nic) > channels) {
		netdev_info(nic->netdev, "a rule for a context needs %u rings\n",
			    gnic_ntuple_rings(nic));
		return -EINVAL;
	}
#ifdef HAVE_RXFH_INDIR_RESIZE
	if (ethtool_rxfh_indir_can_resize(nic->netdev, nic->rss.indir, nic->rss.indir_size,
					  size) &&
	    !ethtool_rxfh_ctxs_can_resize(nic->netdev, size))
		return 0;
	netdev_info(nic->netdev, "an indirection table can't be made one of %u entries\n", size);
	return -EINVAL;
#else
	return 0;
#endif
}

/*
 * The device need not hear of it: where a table folds, the short one chooses
 * as the long one does.
 */
void gnic_rss_resized(struct gnic_nic *nic)
{
#ifdef HAVE_RXFH_INDIR_RESIZE
	ethtool_rxfh_ctxs_resize(nic->netdev, nic->rss.indir_size);
#endif
}
