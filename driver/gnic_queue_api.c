// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel restarts single receive queues, when memory of somebody else is
 * bound to one or leaves it. What it calls stop does nothing yet: the queue
 * goes on receiving until its successor takes over in start.
 */
#include <linux/log2.h>
#include <net/netdev_queues.h>

#include "gnic_channel.h"

/* What the kernel keeps for us: a queue, or none of a netdev that is down. */
struct gnic_queue_mem {
	struct gnic_queue *queue;
};

static struct gnic_channel *gnic_queue_api_channel(struct net_device *netdev, int index)
{
	return ((struct gnic_nic *)netdev_priv(netdev))->channels[index];
}

static int gnic_queue_api_alloc(struct net_device *netdev, GNIC_QCFG_ARG void *mem, int index)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_queue_mem *new = mem;
	struct gnic_queue *queue;

	if (!netif_running(netdev))
		return 0;
	queue = gnic_queue_create(nic->channels[index], &nic->cfg);
	if (IS_ERR(queue))
		return PTR_ERR(queue);
	new->queue = queue;
	return 0;
}

static void gnic_queue_api_free(struct net_device *netdev, void *mem)
{
	struct gnic_queue_mem *old = mem;

	if (old->queue)
		gnic_queue_destroy(old->queue->rx.channel, old->queue);
}

static int gnic_queue_api_stop(struct net_device *netdev, void *mem, int index)
{
	struct gnic_queue_mem *old = mem;

	old->queue = netif_running(netdev) ? gnic_queue_api_channel(netdev, index)->queue : NULL;
	return 0;
}

static int gnic_queue_api_start(struct net_device *netdev, GNIC_QCFG_ARG void *mem, int index)
{
	struct gnic_channel *c = gnic_queue_api_channel(netdev, index);
	struct gnic_queue_mem *new = mem;

	/* Down, or what could not be stopped starts again. */
	if (!new->queue || new->queue == c->queue)
		return 0;
	return gnic_swap_queue(c, new->queue);
}

#ifdef HAVE_QUEUE_CONFIG
#define GNIC_QUEUE_PAGE_SIZE_MAX	SZ_64K

static void gnic_queue_api_default(struct net_device *netdev, struct netdev_queue_config *qcfg)
{
	qcfg->rx_page_size = PAGE_SIZE;
}

static int gnic_queue_api_validate(struct net_device *netdev, struct netdev_queue_config *qcfg,
				   struct netlink_ext_ack *extack)
{
	if (is_power_of_2(qcfg->rx_page_size) && qcfg->rx_page_size >= PAGE_SIZE &&
	    qcfg->rx_page_size <= GNIC_QUEUE_PAGE_SIZE_MAX)
		return 0;
	NL_SET_ERR_MSG_FMT_MOD(extack, "a buffer has 2^n bytes, from %lu to %u", PAGE_SIZE,
			       (unsigned int)GNIC_QUEUE_PAGE_SIZE_MAX);
	return -ERANGE;
}

static struct device *gnic_queue_api_dma_dev(struct net_device *netdev, int index)
{
	return &((struct gnic_nic *)netdev_priv(netdev))->dev->pdev->dev;
}

unsigned int gnic_queue_page_size(struct net_device *netdev, unsigned int index)
{
	struct netdev_queue_config qcfg;

	if (!netdev->queue_mgmt_ops)
		return PAGE_SIZE;
	netdev_queue_config(netdev, index, &qcfg);
	return qcfg.rx_page_size;
}
#else
unsigned int gnic_queue_page_size(struct net_device *netdev, unsigned int index)
{
	return PAGE_SIZE;
}
#endif

const struct netdev_queue_mgmt_ops gnic_queue_mgmt_ops = {
	.ndo_queue_mem_size	= sizeof(struct gnic_queue_mem),
	.ndo_queue_mem_alloc	= gnic_queue_api_alloc,
	.ndo_queue_mem_free	= gnic_queue_api_free,
	.ndo_queue_start	= gnic_queue_api_start,
	.ndo_queue_stop		= gnic_queue_api_stop,
#ifdef HAVE_QUEUE_CONFIG
	.ndo_queue_get_dma_dev	= gnic_queue_api_dma_dev,
	.ndo_default_qcfg	= gnic_queue_api_default,
	.ndo_validate_qcfg	= gnic_queue_api_validate,
	.supported_params	= QCFG_RX_PAGE_SIZE,
#endif
};
