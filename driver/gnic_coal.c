// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moderation of interrupts: ethtool -C, of all queues or of one, and DIM, which
 * finds its own numbers. It is the channel's, and outlives its queues; what
 * changes goes to the CQs that are there, without a restart.
 */
#include <linux/dim.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>

#include "gnic_channel.h"
#include "gnic_ethtool.h"

/**
 * gnic_coal_now - what a CQ gets now
 * @c: channel
 * @tx: of which direction
 *
 * Return: DIM's numbers, or the user's.
 */
struct gnic_moderation gnic_coal_now(struct gnic_channel *c, bool tx)
{
	struct gnic_channel_coal *coal = tx ? &c->tx_coal : &c->rx_coal;
	struct net_device *netdev = c->nic->netdev;
	struct gnic_moderation moder = coal->set;
	struct dim_cq_moder profile;

	if (!moder.adaptive)
		return moder;
	profile = tx ? net_dim_get_tx_irq_moder(netdev, &coal->dim) :
		       net_dim_get_rx_irq_moder(netdev, &coal->dim);
	moder.usecs = profile.usec;
	moder.frames = profile.pkts;
	return moder;
}

static u16 gnic_coal_flags(const struct gnic_moderation *moder)
{
	return moder->cqe_timer ? GNIC_CQ_CQE_TIMER : 0;
}

/* For the CQs of a queue that is being made. */
void gnic_coal_init_cq(struct gnic_channel *c, bool tx, struct gnic_hw_cq_create *in)
{
	struct gnic_moderation moder = gnic_coal_now(c, tx);

	in->usecs = cpu_to_le16(moder.usecs);
	in->frames = cpu_to_le16(moder.frames);
	in->flags = cpu_to_le16(gnic_coal_flags(&moder));
}

/* With the lock: what one has looked at must not reach the device behind what another has told. */
static int gnic_coal_apply(struct gnic_channel *c, bool tx)
{
	struct gnic_moderation moder = gnic_coal_now(c, tx);
	struct gnic_queue *queue = c->queue;

	lockdep_assert_held(&c->coal_lock);
	if (!c->running || !queue || (!tx && !gnic_queue_receives(queue)))
		return 0;
	return gnic_cq_moderate(c->nic->dev, tx ? &queue->tx_cq : &queue->rx.cq, moder.usecs,
				moder.frames, gnic_coal_flags(&moder));
}

/* ---- DIM ---- */

/* Takes no rtnl: who has it waits for this at the lock, or for its end. */
static void gnic_coal_dim_work(struct gnic_channel_coal *coal, struct gnic_channel *c, bool tx)
{
	mutex_lock(&c->coal_lock);
	if (coal->set.adaptive)
		gnic_coal_apply(c, tx);
	mutex_unlock(&c->coal_lock);
	coal->dim.state = DIM_START_MEASURE;
}

static void gnic_coal_rx_work(struct work_struct *work)
{
	struct gnic_channel *c = container_of(work, struct gnic_channel, rx_coal.dim.work);

	gnic_coal_dim_work(&c->rx_coal, c, false);
}

static void gnic_coal_tx_work(struct work_struct *work)
{
	struct gnic_channel *c = container_of(work, struct gnic_channel, tx_coal.dim.work);

	gnic_coal_dim_work(&c->tx_coal, c, true);
}

static void gnic_coal_sample(struct gnic_channel_coal *coal, u64 packets, u64 bytes)
{
	struct dim_sample sample = {};

	if (!READ_ONCE(coal->set.adaptive))
		return;
	dim_update_sample(++coal->events, packets, bytes, &sample);
	net_dim(&coal->dim, &sample);
}

/* At the end of a round of polling, which an interrupt began. */
void gnic_coal_measure(struct gnic_channel *c)
{
	gnic_coal_sample(&c->rx_coal, c->rx_stats.packets, c->rx_stats.bytes);
	gnic_coal_sample(&c->tx_coal, c->tx_stats.packets, c->tx_stats.bytes);
}

/* ---- life ---- */

int gnic_coal_init(struct gnic_nic *nic)
{
	return net_dim_init_irq_moder(nic->netdev, DIM_PROFILE_RX | DIM_PROFILE_TX,
				      DIM_COALESCE_USEC | DIM_COALESCE_PKTS,
				      DIM_CQ_PERIOD_MODE_START_FROM_EQE,
				      DIM_CQ_PERIOD_MODE_START_FROM_EQE,
				      gnic_coal_rx_work, gnic_coal_tx_work);
}

void gnic_coal_exit(struct gnic_nic *nic)
{
	rtnl_lock();
	net_dim_free_irq_moder(nic->netdev);
	rtnl_unlock();
	nic->netdev->irq_moder = NULL;
}

static void gnic_coal_mark(struct gnic_channel *c)
{
	WRITE_ONCE(c->adaptive, c->rx_coal.set.adaptive || c->tx_coal.set.adaptive);
}

void gnic_coal_channel_init(struct gnic_channel *c)
{
	c->rx_coal.set = c->nic->cfg.rx;
	c->tx_coal.set = c->nic->cfg.tx;
	net_dim_setting(c->nic->netdev, &c->rx_coal.dim, false);
	net_dim_setting(c->nic->netdev, &c->tx_coal.dim, true);
	mutex_init(&c->coal_lock);
	gnic_coal_mark(c);
}

void gnic_coal_channel_exit(struct gnic_channel *c)
{
	mutex_destroy(&c->coal_lock);
}

/* NAPI is off: nobody starts the work again. */
void gnic_coal_channel_stop(struct gnic_channel *c)
{
	net_dim_work_cancel(&c->rx_coal.dim);
	net_dim_work_cancel(&c->tx_coal.dim);
	c->rx_coal.dim.state = DIM_START_MEASURE;
	c->tx_coal.dim.state = DIM_START_MEASURE;
}

/* ---- ethtool ---- */

static void gnic_coal_fill(const struct gnic_moderation *rx, const struct gnic_moderation *tx,
			   struct ethtool_coalesce *coal)
{
	coal->rx_coalesce_usecs = rx->usecs;
	coal->rx_max_coalesced_frames = rx->frames;
	coal->use_adaptive_rx_coalesce = rx->adaptive;
	coal->tx_coalesce_usecs = tx->usecs;
	coal->tx_max_coalesced_frames = tx->frames;
	coal->use_adaptive_tx_coalesce = tx->adaptive;
}

int gnic_ethtool_get_coalesce(struct net_device *netdev, struct ethtool_coalesce *coal,
			      struct kernel_ethtool_coalesce *kernel_coal,
			      struct netlink_ext_ack *extack)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	gnic_coal_fill(&nic->cfg.rx, &nic->cfg.tx, coal);
	kernel_coal->use_cqe_mode_rx = nic->cfg.rx.cqe_timer;
	kernel_coal->use_cqe_mode_tx = nic->cfg.tx.cqe_timer;
	return 0;
}

static bool gnic_coal_ok(const struct ethtool_coalesce *coal)
{
	return coal->rx_coalesce_usecs <= U16_MAX && coal->tx_coalesce_usecs <= U16_MAX &&
	       coal->rx_max_coalesced_frames <= U16_MAX &&
	       coal->tx_max_coalesced_frames <= U16_MAX;
}

static struct gnic_moderation gnic_coal_rx(const struct ethtool_coalesce *coal, bool cqe_timer)
{
	return (struct gnic_moderation) {
		.usecs = coal->rx_coalesce_usecs,
		.frames = coal->rx_max_coalesced_frames,
		.adaptive = coal->use_adaptive_rx_coalesce,
		.cqe_timer = cqe_timer,
	};
}

static struct gnic_moderation gnic_coal_tx(const struct ethtool_coalesce *coal, bool cqe_timer)
{
	return (struct gnic_moderation) {
		.usecs = coal->tx_coalesce_usecs,
		.frames = coal->tx_max_coalesced_frames,
		.adaptive = coal->use_adaptive_tx_coalesce,
		.cqe_timer = cqe_timer,
	};
}

/* What was before is set again if the device refuses. */
static int gnic_coal_set_channel(struct gnic_channel *c, const struct gnic_moderation *rx,
				 const struct gnic_moderation *tx)
{
	struct gnic_moderation old_rx = c->rx_coal.set, old_tx = c->tx_coal.set;
	int err;

	mutex_lock(&c->coal_lock);
	c->rx_coal.set = *rx;
	c->tx_coal.set = *tx;
	err = gnic_coal_apply(c, false);
	if (!err)
		err = gnic_coal_apply(c, true);
	if (err) {
		c->rx_coal.set = old_rx;
		c->tx_coal.set = old_tx;
		gnic_coal_apply(c, false);
		gnic_coal_apply(c, true);
	}
	mutex_unlock(&c->coal_lock);
	gnic_coal_mark(c);
	return err;
}

struct gnic_coal_pair {
	struct gnic_moderation rx, tx;
};

/* All channels that there are, or none. */
static int gnic_coal_set_all(struct gnic_nic *nic, const struct gnic_moderation *rx,
			     const struct gnic_moderation *tx)
{
	struct gnic_coal_pair *old;
	struct gnic_channel *c;
	unsigned int i, done;
	int err = 0;

	old = kcalloc(nic->max_channels, sizeof(*old), GFP_KERNEL);
	if (!old)
		return -ENOMEM;
	for (i = 0; i < nic->max_channels && (c = nic->channels[i]) && !err; i++) {
		old[i].rx = c->rx_coal.set;
		old[i].tx = c->tx_coal.set;
		err = gnic_coal_set_channel(c, rx, tx);
	}
	for (done = 0; err && done + 1 < i; done++)
		gnic_coal_set_channel(nic->channels[done], &old[done].rx, &old[done].tx);
	kfree(old);
	return err;
}

int gnic_ethtool_set_coalesce(struct net_device *netdev, struct ethtool_coalesce *coal,
			      struct kernel_ethtool_coalesce *kernel_coal,
			      struct netlink_ext_ack *extack)
{
	struct gnic_moderation rx = gnic_coal_rx(coal, kernel_coal->use_cqe_mode_rx);
	struct gnic_moderation tx = gnic_coal_tx(coal, kernel_coal->use_cqe_mode_tx);
	struct gnic_nic *nic = netdev_priv(netdev);
	int err;

	if (!gnic_coal_ok(coal)) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "usecs and frames are at most %u", U16_MAX);
		return -ERANGE;
	}
	if ((rx.cqe_timer || tx.cqe_timer) && !(nic->dev->caps_bits & GNIC_CAP_CQE_TIMER)) {
		NL_SET_ERR_MSG_MOD(extack, "the device has no CQE mode");
		return -EOPNOTSUPP;
	}
	err = gnic_ethtool_done(gnic_coal_set_all(nic, &rx, &tx), extack);
	if (err)
		return err;
	nic->cfg.rx = rx;
	nic->cfg.tx = tx;
	return 0;
}

int gnic_ethtool_get_per_queue_coalesce(struct net_device *netdev, u32 queue,
					struct ethtool_coalesce *coal)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_channel *c;

	if (queue >= gnic_cfg_channels(&nic->cfg))
		return -EINVAL;
	c = nic->channels[queue];
	gnic_coal_fill(c ? &c->rx_coal.set : &nic->cfg.rx, c ? &c->tx_coal.set : &nic->cfg.tx,
		       coal);
	return 0;
}

/* CQE mode is the netdev's: this call does not have it. */
int gnic_ethtool_set_per_queue_coalesce(struct net_device *netdev, u32 queue,
					struct ethtool_coalesce *coal)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_moderation rx, tx;
	struct gnic_channel *c;
	int err;

	if (queue >= gnic_cfg_channels(&nic->cfg))
		return -EINVAL;
	if (!gnic_coal_ok(coal))
		return -ERANGE;
	/* channels come in order, also before the first open */
	err = gnic_channel_get_upto(nic, queue);
	if (err)
		return err;
	c = nic->channels[queue];
	rx = gnic_coal_rx(coal, c->rx_coal.set.cqe_timer);
	tx = gnic_coal_tx(coal, c->tx_coal.set.cqe_timer);
	return gnic_coal_set_channel(c, &rx, &tx);
}
