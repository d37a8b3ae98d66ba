// SPDX-License-Identifier: GPL-2.0-only
/* AF_XDP pools come to a queue and leave it; sockets that want attention. */
#include <linux/etherdevice.h>
#include <linux/filter.h>
#include <linux/if_vlan.h>

#include "gnic_xsk.h"

/* Largest MTU whose frames fit so many buffers of a pool. */
static unsigned int gnic_xsk_pool_mtu(struct xsk_buff_pool *pool, unsigned int nbuf)
{
	u32 size = xsk_pool_get_rx_frame_size(pool) * nbuf;

	return size > ETH_HLEN + 2 * VLAN_HLEN ? size - ETH_HLEN - 2 * VLAN_HLEN : 0;
}

static bool gnic_xsk_sg(const struct xsk_buff_pool *pool)
{
	return pool->umem->flags & XDP_UMEM_SG_FLAG;
}

/**
 * gnic_xsk_max_mtu - what the pools that are bound allow
 * @nic: netdev
 * @frags: the program takes frames of more than one buffer, or there is none
 *
 * A pool without XDP_USE_SG does not limit it, as far as the device can cut a frame to
 * its buffers: gnic_xsk_rx_frags() drops those of more than one. It is bound for a
 * while after its last socket is gone, when an MTU is nobody's concern any more.
 *
 * Return: the MTU; UINT_MAX without pools.
 */
unsigned int gnic_xsk_max_mtu(struct gnic_nic *nic, bool frags)
{
	unsigned int i, nbuf, mtu = UINT_MAX;
	struct xsk_buff_pool *pool;

	for (i = 0; i < nic->max_channels && nic->channels[i]; i++) {
		pool = nic->channels[i]->xsk;
		if (!pool)
			continue;
		nbuf = frags || !gnic_xsk_sg(pool) ? GNIC_RAW_NBUF_MAX : 1;
		mtu = min(mtu, gnic_xsk_pool_mtu(pool, nbuf));
	}
	return mtu;
}

/* Whether any pool is bound. */
bool gnic_xsk_bound(const struct gnic_nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->max_channels && nic->channels[i]; i++) {
		if (nic->channels[i]->xsk)
			return true;
	}
	return false;
}

/* A channel that does not run has its queue made with the pool at open. */
static int gnic_xsk_restart(struct gnic_channel *c)
{
	struct gnic_nic *nic = c->nic;

	if (c->index >= nic->num_channels)
		return 0;
	if (nic->dev->caps_bits & GNIC_CAP_QP_MOVE)
		return gnic_swap_restart(c, &nic->cfg, NULL);
	return gnic_nic_reconfigure(nic, &nic->cfg, NULL);
}

/*
 * Who binds is told that frames of the present MTU would be dropped, as by kernels that
 * look at it themselves. The kernel has no way to hand up a sentence from here: it goes
 * to the log.
 */
static int gnic_xsk_check(struct gnic_channel *c, struct xsk_buff_pool *pool)
{
	struct net_device *netdev = c->nic->netdev;
	const struct bpf_prog *prog = c->nic->xdp_prog;
	bool many = gnic_xsk_sg(pool) && (!prog || prog->aux->xdp_has_frags);
	unsigned int mtu = gnic_xsk_pool_mtu(pool, many ? GNIC_RAW_NBUF_MAX : 1);

	if (netdev->mtu <= mtu)
		return 0;
	netdev_warn(netdev, "queue %u: MTU %u does not fit buffers of %u bytes, %s; at most %u\n",
		    c->index, netdev->mtu, xsk_pool_get_rx_frame_size(pool),
		    gnic_xsk_sg(pool) ? "as many as program and device take" :
		    "one a frame without XDP_USE_SG", mtu);
	return -EINVAL;
}

static int gnic_xsk_enable(struct gnic_channel *c, struct xsk_buff_pool *pool)
{
	int err;

	err = xsk_pool_dma_map(pool, &c->nic->dev->pdev->dev, 0);
	if (err) {
		netdev_warn(c->nic->netdev, "queue %u: the pool can't be mapped\n", c->index);
		return err;
	}
	err = gnic_xsk_check(c, pool);
	if (err)
		goto err_unmap;
	c->xsk = pool;
	err = gnic_xsk_restart(c);
	if (err)
		goto err_forget;
	return 0;

err_forget:
	c->xsk = NULL;
	netdev_warn(c->nic->netdev, "queue %u: none with a pool: %s\n", c->index,
		    gnic_queue_why(err));
err_unmap:
	xsk_pool_dma_unmap(pool, 0);
	return err;
}

/*
 * The port lives on without this queue, which rests until there is memory. Only a
 * device that does not even stop it leaves no other way than to stop the port.
 */
static void gnic_xsk_rest(struct gnic_channel *c, int why)
{
	struct net_device *netdev = c->nic->netdev;
	int err;

	err = gnic_swap_rest(c);
	if (err) {
		netdev_err(netdev, "queue %u: can't be stopped without the pool, set down: %s\n",
			   c->index, gnic_queue_why(err));
		netif_close(netdev);
		return;
	}
	netdev_err(netdev, "queue %u: can't be made without the pool, rests: %s\n", c->index,
		   gnic_queue_why(why));
	gnic_nic_renew_later(c->nic, c->index);
}

/*
 * The pool ends in any case, and its memory with it, whether there is a queue to
 * follow or not: nothing that fails here can be refused.
 */
static void gnic_xsk_disable(struct gnic_channel *c)
{
	struct xsk_buff_pool *pool = c->xsk;
	int err;

	c->xsk = NULL;
	err = gnic_xsk_restart(c);
	if (err)
		gnic_xsk_rest(c, err);
	xsk_pool_dma_unmap(pool, 0);
}

/**
 * gnic_xsk_setup - XDP_SETUP_XSK_POOL
 * @nic: netdev
 * @pool: to bind, or NULL to let go what is bound
 * @index: queue
 */
int gnic_xsk_setup(struct gnic_nic *nic, struct xsk_buff_pool *pool, u16 index)
{
	struct gnic_channel *c = index < nic->max_channels ? nic->channels[index] : NULL;

	if (!c || (pool && index >= nic->num_channels)) {
		netdev_warn(nic->netdev, "queue %u does not run\n", index);
		return -ENETDOWN;
	}
	if (pool && index >= min(nic->num_rx, nic->num_tx)) {
		netdev_warn(nic->netdev, "queue %u only %s: a pool needs both\n", index,
			    index < nic->num_rx ? "receives" : "sends");
		return -EOPNOTSUPP;
	}
	if (!pool == !c->xsk)
		return pool ? -EBUSY : -EINVAL;
	if (pool)
		return gnic_xsk_enable(c, pool);
	gnic_xsk_disable(c);
	return 0;
}

/* The queue was replaced, perhaps by one with the same pool, which has one user. */
void gnic_xsk_release(struct gnic_queue *queue)
{
	gnic_xsk_rx_put(&queue->rx);
	gnic_tx_flush(&queue->xdp);
}

/* Of ndo_xsk_wakeup(), under RCU: a poll that runs goes round once more. */
int gnic_xsk_wakeup(struct net_device *netdev, u32 index, u32 flags)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	const struct gnic_queue *queue;
	struct gnic_channel *c;

	/* Channels before their number: pairs with gnic_nic_start(). */
	if (index >= smp_load_acquire(&nic->num_channels))
		return -ENETDOWN;
	c = nic->channels[index];
	queue = READ_ONCE(c->queue);
	if (!queue)
		return -ENETDOWN;
	if (!queue->rx.xsk)
		return -EINVAL;
	if (!napi_if_scheduled_mark_missed(&c->napi))
		gnic_channel_kick(c);
	return 0;
}

/**
 * gnic_xsk_poll - one round of a queue with a pool
 * @c: channel
 * @queue: its queue
 * @budget: of NAPI
 *
 * Return: as gnic_rx_poll(); @budget if a socket has more to send.
 */
int gnic_xsk_poll(struct gnic_channel *c, struct gnic_queue *queue, int budget)
{
	bool more = gnic_xsk_tx_poll(c, &queue->xdp);
	int work = gnic_xsk_rx_poll(c, queue, budget);

	return more && work >= 0 ? budget : work;
}

void gnic_xsk_init(struct net_device *netdev)
{
	netdev->xdp_zc_max_segs = GNIC_RAW_NBUF_MAX;
	gnic_xsk_tx_ops_init(netdev_priv(netdev));
}
