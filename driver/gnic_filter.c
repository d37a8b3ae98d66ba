// SPDX-License-Identifier: GPL-2.0-only
/* The receive filter of an uplink: own address, address lists, promiscuity. */
#include <linux/etherdevice.h>
#include <linux/slab.h>

#include "gnic_nic.h"

/* A device that refuses a filter is asked again after so long. */
#define GNIC_FILTER_PAUSE	HZ

static bool gnic_filter_add(struct gnic_hw_filter *filter, u32 max, const u8 *addr)
{
	u32 count = le32_to_cpu(filter->count);

	if (count >= max)
		return false;
	ether_addr_copy(filter->mac[count], addr);
	filter->count = cpu_to_le32(count + 1);
	return true;
}

static bool gnic_filter_add_list(struct gnic_hw_filter *filter, u32 max,
				 struct netdev_hw_addr_list *list)
{
	struct netdev_hw_addr *ha;

	netdev_hw_addr_list_for_each(ha, list) {
		if (!gnic_filter_add(filter, max, ha->addr))
			return false;
	}
	return true;
}

/* Addresses that do not fit are received with all the others of their kind. */
static void gnic_filter_fill(struct net_device *netdev, struct gnic_hw_filter *filter,
			     struct netdev_hw_addr_list *uc, struct netdev_hw_addr_list *mc)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	u32 max = nic->dev->max_macs;
	u16 flags = 0;

	filter->vport = cpu_to_le16(nic->vport);
	gnic_filter_add(filter, max, netdev->dev_addr);
	if ((netdev->flags & IFF_PROMISC) || !gnic_filter_add_list(filter, max, uc))
		flags |= GNIC_FILTER_PROMISC;
	if ((netdev->flags & IFF_ALLMULTI) || !gnic_filter_add_list(filter, max, mc))
		flags |= GNIC_FILTER_ALLMULTI;
	filter->flags = cpu_to_le16(flags);
}

static int gnic_filter_write(struct gnic_nic *nic, struct gnic_hw_filter *filter)
{
	int err = gnic_cmd_exec(nic->dev, GNIC_CMD_FILTER_SET, filter, sizeof(*filter), NULL, 0);

	if (!err)
		WRITE_ONCE(nic->macs, le32_to_cpu(filter->count));
	return err;
}

/*
 * The work item has no rtnl: what it has looked at must not reach the device behind what a
 * change of the own address has told it. Who has rtnl waits for it here.
 */
int gnic_filter_apply(struct gnic_nic *nic)
{
	struct net_device *netdev = nic->netdev;
	struct gnic_hw_filter *filter;
	int err;

	filter = kzalloc(sizeof(*filter), GFP_KERNEL);
	if (!filter)
		return -ENOMEM;
	mutex_lock(&nic->filter_lock);
	netif_addr_lock_bh(netdev);
	gnic_filter_fill(netdev, filter, &netdev->uc, &netdev->mc);
	netif_addr_unlock_bh(netdev);
	err = gnic_filter_write(nic, filter);
	mutex_unlock(&nic->filter_lock);
	kfree(filter);
	return err;
}

/* Until it works, or the netdev is down: open writes the filter anyway. */
static void gnic_filter_work(struct work_struct *work)
{
	struct gnic_nic *nic = container_of(work, struct gnic_nic, rx_mode_work.work);
	int err = gnic_filter_apply(nic);

	if (!err || gnic_dev_gone(nic->dev) || !netif_running(nic->netdev))
		return;
	netdev_err(nic->netdev, "can't set the receive filter: %d, again in a second\n", err);
	schedule_delayed_work(&nic->rx_mode_work, GNIC_FILTER_PAUSE);
}

#ifdef HAVE_RX_MODE_ASYNC
/* With rtnl, as a change of the own address. What fails the kernel asks for again. */
int gnic_filter_rx_mode(struct net_device *netdev, struct netdev_hw_addr_list *uc,
			struct netdev_hw_addr_list *mc)
{
	struct gnic_hw_filter *filter;
	int err;

	filter = kzalloc(sizeof(*filter), GFP_KERNEL);
	if (!filter)
		return -ENOMEM;
	gnic_filter_fill(netdev, filter, uc, mc);
	err = gnic_filter_write(netdev_priv(netdev), filter);
	kfree(filter);
	return err;
}
#else
/* Atomic context: the work item reads the lists again. */
void gnic_filter_rx_mode(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	schedule_delayed_work(&nic->rx_mode_work, 0);
}
#endif

void gnic_filter_init(struct gnic_nic *nic)
{
	mutex_init(&nic->filter_lock);
	INIT_DELAYED_WORK(&nic->rx_mode_work, gnic_filter_work);
}

void gnic_filter_exit(struct gnic_nic *nic)
{
	cancel_delayed_work_sync(&nic->rx_mode_work);
	mutex_destroy(&nic->filter_lock);
}
