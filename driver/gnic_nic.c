// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of a netdev's queues: open and stop, reconfiguration that makes the new
 * before it ends the old, and the reset that is the same thing.
 */
#include <linux/crash_dump.h>
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <net/netdev_queues.h>

#include "gnic_arfs.h"
#include "gnic_channel.h"
#include "gnic_ntuple.h"
#include "gnic_port_health.h"
#include "gnic_ring.h"
#include "gnic_shaper.h"
#include "gnic_storm.h"

/* Buffers that a netdev has by default, whatever the number of its channels. */
#define GNIC_NIC_BUFFERS	1024
/* How often completions are looked for that no interrupt told of. */
#define GNIC_NIC_WATCH		HZ

static void gnic_nic_queues_destroy(struct gnic_nic *nic, struct gnic_queue **queues,
				    unsigned int count)
{
	while (count--) {
		if (queues[count])
			gnic_queue_destroy(nic->channels[count], queues[count]);
	}
	kfree(queues);
}

/*
 * A program comes or goes, and nothing else changes then: buffers of an AF_XDP
 * pool have room for it at any time. A new queue would begin with none.
 */
static bool gnic_nic_queue_stays(const struct gnic_nic *nic, const struct gnic_nic_cfg *cfg,
				 unsigned int i)
{
	return cfg->xdp != nic->cfg.xdp && nic->dev->caps_bits & GNIC_CAP_QP_MOVE &&
	       i < nic->num_channels && nic->channels[i]->xsk;
}

/* One for each channel, room for those that end; NULL: that of the channel stays. */
static struct gnic_queue **gnic_nic_queues_create(struct gnic_nic *nic,
						  const struct gnic_nic_cfg *cfg)
{
	unsigned int i, count = gnic_cfg_channels(cfg);
	struct gnic_queue **queues;
	int err;

	queues = kcalloc(max(count, nic->num_channels), sizeof(*queues), GFP_KERNEL);
	if (!queues)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < count; i++) {
		err = gnic_channel_get(nic, i);
		if (err)
			goto err_destroy;
		if (gnic_nic_queue_stays(nic, cfg, i))
			continue;
		queues[i] = gnic_queue_create(nic->channels[i], cfg);
		if (IS_ERR(queues[i])) {
			err = PTR_ERR(queues[i]);
			goto err_destroy;
		}
	}
	return queues;

err_destroy:
	gnic_nic_queues_destroy(nic, queues, i);
	return ERR_PTR(err);
}

/* What runs, as gnic_nic_queues_create() gives it. */
static struct gnic_queue **gnic_nic_queues_running(struct gnic_nic *nic)
{
	struct gnic_queue **queues;
	unsigned int i;

	queues = kcalloc(nic->num_channels, sizeof(*queues), GFP_KERNEL | __GFP_NOFAIL);
	for (i = 0; i < nic->num_channels; i++)
		queues[i] = nic->channels[i]->queue;
	return queues;
}

/**
 * gnic_nic_run - so many channels run
 * @nic: netdev
 * @count: channels; they have their queues
 * @rx: the first so many receive
 * @tx: the first so many send
 */
void gnic_nic_run(struct gnic_nic *nic, unsigned int count, unsigned int rx, unsigned int tx)
{
	WRITE_ONCE(nic->num_tx, tx);
	/* Channels before their number: pairs with gnic_xdp_channel(). */
	smp_store_release(&nic->num_rx, rx);
	/* Likewise: pairs with gnic_nic_queue_of() and others. */
	smp_store_release(&nic->num_channels, count);
	gnic_nic_published(nic);
}

static void gnic_nic_start(struct gnic_nic *nic, struct gnic_queue **queues,
			   const struct gnic_nic_cfg *cfg)
{
	unsigned int i, count = gnic_cfg_channels(cfg);

	for (i = 0; i < count; i++) {
		netdev_tx_reset_queue(netdev_get_tx_queue(nic->netdev, i));
		gnic_channel_start(nic->channels[i], queues[i]);
	}
	gnic_nic_run(nic, count, cfg->rx_queues, cfg->tx_queues);
	schedule_delayed_work(&nic->watch_work, GNIC_NIC_WATCH);
}

/* What was posted leaves and what has arrived is taken. */
static void gnic_nic_drain(struct gnic_nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->num_channels; i++)
		WRITE_ONCE(nic->channels[i]->draining, true);
	netif_tx_disable(nic->netdev);
	gnic_channel_drain(nic->channels, nic->num_channels);
}

/*
 * Nobody polls, nobody transmits, nobody redirects into a queue. A poll that
 * did not see that we drain may have woken a transmit queue: stop them again.
 */
static void gnic_nic_quiesce(struct gnic_nic *nic)
{
	unsigned int i, count = nic->num_channels;

	gnic_nic_drain(nic);
	for (i = 0; i < count; i++)
		gnic_channel_stop(nic->channels[i]);
	netif_tx_disable(nic->netdev);
	WRITE_ONCE(nic->num_channels, 0);
	WRITE_ONCE(nic->num_rx, 0);
	WRITE_ONCE(nic->num_tx, 0);
	for (i = 0; i < count; i++)
		WRITE_ONCE(nic->channels[i]->queue, NULL);
	synchronize_net();
}

/* What these queues have not sent by now is lost: they end, and nobody polls or posts. */
static void gnic_nic_abandon(struct gnic_nic *nic, struct gnic_queue **queues,
			     unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!gnic_tx_settle(nic->channels[i], queues[i]))
			gnic_tx_abandon(nic->channels[i], queues[i]);
	}
}

int gnic_nic_open(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_queue **queues;
	int err;

	queues = gnic_nic_queues_create(nic, &nic->cfg);
	if (IS_ERR(queues))
		return PTR_ERR(queues);
	err = netif_set_real_num_queues(netdev, nic->cfg.tx_queues, nic->cfg.rx_queues);
	if (err)
		goto err_destroy;
	err = gnic_vlan_apply(nic);
	if (err)
		goto err_destroy;
	gnic_rss_restore(nic);
	err = gnic_rss_apply(nic, queues, nic->cfg.rx_queues);
	if (err)
		goto err_destroy;
	gnic_nic_start(nic, queues, &nic->cfg);
	gnic_arfs_start(nic, nic->cfg.rx_queues);
	/* Of one that is detached attaching wakes them, and what waits in their disciplines. */
	if (netif_device_present(netdev))
		netif_tx_start_all_queues(netdev);
	err = nic->profile->open ? nic->profile->open(nic) : 0;
	if (err)
		goto err_stop;
	bitmap_zero(nic->renew, GNIC_QUEUES_MAX);
	gnic_port_health_well(nic);
	kfree(queues);
	return 0;

err_stop:
	gnic_arfs_limit(nic, 0);
	gnic_nic_quiesce(nic);
	gnic_rss_clear(nic);
err_destroy:
	gnic_nic_queues_destroy(nic, queues, gnic_cfg_channels(&nic->cfg));
	return err;
}

int gnic_nic_stop(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_queue **queues;
	unsigned int count = nic->num_channels;

	if (nic->profile->stop)
		nic->profile->stop(nic);
	if (!count)
		return 0;
	queues = gnic_nic_queues_running(nic);
	gnic_arfs_limit(nic, 0);
	gnic_rss_clear(nic);
	gnic_nic_quiesce(nic);
	gnic_nic_abandon(nic, queues, count);
	gnic_nic_queues_destroy(nic, queues, count);
	return 0;
}

/* The watchdog looks at all that are stopped, those among them that nobody chooses any more. */
static void gnic_nic_wake(struct net_device *netdev)
{
	unsigned int i;

	for (i = netdev->real_num_tx_queues; i < netdev->num_tx_queues; i++)
		netif_tx_start_queue(netdev_get_tx_queue(netdev, i));
	netif_tx_wake_all_queues(netdev);
}

/* Frames go to the new queues from gnic_rss_apply() on. */
static int gnic_nic_swap(struct gnic_nic *nic, const struct gnic_nic_cfg *cfg,
			 struct gnic_queue **queues)
{
	unsigned int old_count = nic->num_channels;
	struct gnic_queue **old = gnic_nic_queues_running(nic);
	int err;

	gnic_arfs_limit(nic, cfg->rx_queues);
	err = gnic_rss_apply(nic, queues, cfg->rx_queues);
	if (err)
		goto err_free;
	gnic_nic_quiesce(nic);
	err = netif_set_real_num_queues(nic->netdev, cfg->tx_queues, cfg->rx_queues);
	if (err)
		goto err_restart;
	gnic_nic_abandon(nic, old, old_count);
	gnic_nic_queues_destroy(nic, old, old_count);
	gnic_nic_start(nic, queues, cfg);
	gnic_arfs_start(nic, cfg->rx_queues);
	gnic_nic_wake(nic->netdev);
	return 0;

err_restart:
	gnic_nic_start(nic, old, &nic->cfg);
	gnic_nic_wake(nic->netdev);
	gnic_rss_apply(nic, old, nic->cfg.rx_queues);
err_free:
	gnic_arfs_start(nic, nic->cfg.rx_queues);
	kfree(old);
	return err;
}

static int gnic_nic_change(struct gnic_nic *nic, const struct gnic_nic_cfg *cfg,
			   struct gnic_queue **queues)
{
	unsigned int count = max(gnic_cfg_channels(cfg), nic->num_channels);
	int err;

	if (nic->dev->caps_bits & GNIC_CAP_QP_MOVE) {
		err = gnic_resize_queues(nic, queues, cfg);
		gnic_nic_queues_destroy(nic, queues, count);
		return err;
	}
	err = gnic_nic_swap(nic, cfg, queues);
	if (err)
		gnic_nic_queues_destroy(nic, queues, gnic_cfg_channels(cfg));
	else
		kfree(queues);
	return err;
}

/**
 * gnic_nic_spread - who sends by which queue (XPS), of a number of queues that is new
 * @nic: netdev; its classes, if it has any, have their queues
 *
 * A processor sends by one queue of each class: what it sends keeps its order, and the
 * queue's lock and memory are its own. Without memory for that flows choose the queue.
 */
void gnic_nic_spread(struct gnic_nic *nic)
{
	struct net_device *netdev = nic->netdev;
	int tc, classes = netdev_get_num_tc(netdev);
	struct netdev_tc_txq txq = { .count = netdev->real_num_tx_queues };
	unsigned int i, cpu;
	cpumask_var_t cpus;

	if (!alloc_cpumask_var(&cpus, GFP_KERNEL))
		return;
	for (tc = 0; tc < max(classes, 1); tc++) {
		if (classes)
			txq = netdev->tc_to_txq[tc];
		for (i = 0; i < txq.count; i++) {
			cpumask_clear(cpus);
			for (cpu = i; cpu < nr_cpu_ids; cpu += txq.count)
				cpumask_set_cpu(cpu, cpus);
			netif_set_xps_queue(netdev, cpus, txq.offset + i);
		}
	}
	free_cpumask_var(cpus);
}

/**
 * gnic_nic_reconfigure - other channels, rings or moderation
 * @nic: netdev; may be down, then the next open uses @cfg
 * @cfg: valid configuration
 * @extack: or NULL
 *
 * What ran goes on running if there is an error.
 */
int gnic_nic_reconfigure(struct gnic_nic *nic, const struct gnic_nic_cfg *cfg,
			 struct netlink_ext_ack *extack)
{
	struct gnic_nic_cfg next = *cfg;
	bool resized = nic->netdev->real_num_tx_queues != cfg->tx_queues;
	struct gnic_queue **queues;
	int err;

	if (!nic->num_channels) {
		err = netif_set_real_num_queues(nic->netdev, next.tx_queues, next.rx_queues);
		if (err)
			return err;
		goto out;
	}
	queues = gnic_nic_queues_create(nic, &next);
	err = IS_ERR(queues) ? PTR_ERR(queues) : gnic_nic_change(nic, &next, queues);
	if (err) {
		NL_SET_ERR_MSG_FMT_MOD(extack, "no new queues: %s", gnic_queue_why(err));
		return err;
	}
	bitmap_zero(nic->renew, GNIC_QUEUES_MAX);
out:
	nic->cfg = next;
	if (resized)
		gnic_nic_spread(nic);
	gnic_shaper_resize(nic, next.tx_queues);
	return 0;
}

/*
 * An interrupt can get lost on its way. What waits in a CQ for a whole round
 * is taken without one.
 */
static void gnic_nic_watch_work(struct work_struct *work)
{
	struct gnic_nic *nic = container_of(work, struct gnic_nic, watch_work.work);
	unsigned int i, count;

	rcu_read_lock();
	/* Channels before their number: pairs with gnic_nic_start(). */
	count = smp_load_acquire(&nic->num_channels);
	for (i = 0; i < count; i++)
		gnic_channel_watch(nic->channels[i]);
	rcu_read_unlock();
	if (!count)
		return;
	if (xchg(&nic->ask, false))
		gnic_nic_ask(nic, count);
	gnic_device_stats_watch(nic);
	if (nic->profile == &gnic_uplink_profile)
		gnic_storm_watch(nic, count);
	gnic_arfs_watch(nic);
	schedule_delayed_work(&nic->watch_work, GNIC_NIC_WATCH);
}

static int gnic_nic_event(struct notifier_block *nb, unsigned long type, void *data)
{
	struct gnic_nic *nic = container_of(nb, struct gnic_nic, events);
	const struct gnic_event *event = data;

	if (type == GNIC_EQE_LOST) {
		WRITE_ONCE(nic->ask, true);
		gnic_nic_doorbells_lost(nic);
		return NOTIFY_DONE;
	}
	if (event->port != nic->port->index)
		return NOTIFY_DONE;
	if (type == GNIC_EQE_QP_ERR)
		gnic_nic_qp_failed(nic, event->id);
	if (type == GNIC_EQE_DB_OVERRUN)
		gnic_nic_doorbell_lost(nic, event->id);
	if (type == GNIC_EQE_LINK_STATUS && nic->profile->link) {
		gnic_port_health_link(nic, event->data);
		nic->profile->link(nic, event->data);
	}
	if (type == GNIC_EQE_PAUSE_STORM && nic->profile == &gnic_uplink_profile)
		gnic_storm_event(nic, event->data);
	return NOTIFY_DONE;
}

static unsigned int gnic_nic_max_queues(struct gnic_dev *dev,
					const struct gnic_nic_profile *profile)
{
	/* two QPs a queue, and a second set while they are replaced */
	u32 fit = le32_to_cpu(dev->caps.raw_qps_per_port) / 4;

	/* nothing would spread frames over more than one */
	if (!(dev->caps_bits & GNIC_CAP_RSS))
		return 1;
	return clamp_t(u32, min(profile->max_queues, fit), 1, GNIC_QUEUES_MAX);
}

/**
 * gnic_nic_default_rx_ring - entries of a receive ring that nobody has chosen
 * @nic: netdev
 * @queues: receive queues that share its buffers
 */
unsigned int gnic_nic_default_rx_ring(const struct gnic_nic *nic, unsigned int queues)
{
	unsigned int share = rounddown_pow_of_two(max(GNIC_NIC_BUFFERS / queues, 1U));

	return clamp_t(unsigned int, share, GNIC_RING_MIN, nic->profile->rx_ring);
}

static void gnic_nic_defaults(struct gnic_nic *nic, unsigned int max)
{
	struct gnic_nic_cfg *cfg = &nic->cfg;

	cfg->rx_queues = min3(num_online_cpus(), max, (unsigned int)GNIC_QUEUES_DEFAULT_MAX);
	cfg->rx_ring = gnic_nic_default_rx_ring(nic, cfg->rx_queues);
	cfg->rx_buf_len = GNIC_RX_BUF_LEN_MIN;
	cfg->tx_ring = nic->profile->tx_ring;
	cfg->rx.usecs = 4;
	cfg->tx.usecs = 16;
	if (is_kdump_kernel()) {
		cfg->rx_queues = 1;
		cfg->rx_ring = GNIC_RING_MIN;
		cfg->rx_ring_set = true;
		cfg->tx_ring = GNIC_RING_MIN;
	}
	cfg->tx_queues = cfg->rx_queues;
	gnic_rss_default(nic, cfg->rx_queues);
}

static int gnic_nic_init(struct gnic_nic *nic, unsigned int max)
{
	int err;

	nic->channels = kcalloc(max, sizeof(*nic->channels), GFP_KERNEL);
	if (!nic->channels)
		return -ENOMEM;
	nic->max_channels = max;
	INIT_LIST_HEAD(&nic->ntuples);
	INIT_DELAYED_WORK(&nic->reset_work, gnic_nic_reset_work);
	INIT_DELAYED_WORK(&nic->watch_work, gnic_nic_watch_work);
	gnic_filter_init(nic);
	gnic_tunnel_init(nic);
	gnic_vlan_init(nic);
	gnic_nic_defaults(nic, max);
	err = netif_set_real_num_queues(nic->netdev, nic->cfg.tx_queues, nic->cfg.rx_queues);
	if (err)
		return err;
	gnic_nic_spread(nic);
	err = gnic_arfs_init(nic);
	if (err)
		return err;
	nic->events.notifier_call = gnic_nic_event;
	err = blocking_notifier_chain_register(&nic->dev->events, &nic->events);
	if (err)
		gnic_arfs_exit(nic);
	return err;
}

struct net_device *gnic_nic_create(struct gnic_dev *dev, struct gnic_port *port, u16 vport,
				   struct device *parent,
				   const struct gnic_nic_profile *profile)
{
	unsigned int max = gnic_nic_max_queues(dev, profile);
	struct net_device *netdev;
	struct gnic_nic *nic;
	int err;

	netdev = alloc_etherdev_mqs(sizeof(*nic), max, max);
	if (!netdev)
		return ERR_PTR(-ENOMEM);
	if (parent)
		SET_NETDEV_DEV(netdev, parent);
	nic = netdev_priv(netdev);
	nic->netdev = netdev;
	nic->dev = dev;
	nic->port = port;
	nic->vport = vport;
	nic->profile = profile;
	err = gnic_coal_init(nic);
	if (err)
		goto err_free;
	err = gnic_nic_init(nic, max);
	if (err)
		goto err_coal_exit;
	gnic_netdev_init(netdev);
	profile->init(netdev);
	return netdev;

err_coal_exit:
	kfree(nic->channels);
	gnic_coal_exit(nic);
err_free:
	free_netdev(netdev);
	return ERR_PTR(err);
}

void gnic_nic_destroy(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	unsigned int i;

	blocking_notifier_chain_unregister(&nic->dev->events, &nic->events);
	cancel_delayed_work_sync(&nic->reset_work);
	cancel_delayed_work_sync(&nic->watch_work);
	gnic_tunnel_exit(nic);
	gnic_filter_exit(nic);
	gnic_arfs_exit(nic);
	gnic_ntuple_flush(nic);
	for (i = 0; i < nic->max_channels && nic->channels[i]; i++)
		gnic_channel_destroy(nic->channels[i]);
	kfree(nic->channels);
	gnic_coal_exit(nic);
	free_netdev(netdev);
}

struct gnic_port *gnic_nic_port(struct net_device *netdev)
{
	return ((struct gnic_nic *)netdev_priv(netdev))->port;
}

u16 gnic_nic_vport(struct net_device *netdev)
{
	return ((struct gnic_nic *)netdev_priv(netdev))->vport;
}

bool gnic_netdev_is_ours(const struct net_device *netdev)
{
	return netdev->xdp_metadata_ops == &gnic_xdp_metadata_ops;
}
