// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool of an uplink: self-test, reset, registers. Off line, the port sends
 * frames of all sizes to itself; it is as it was afterwards.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>

#include "gnic_ethtool.h"

#define GNIC_SELFTEST_SIZES	512	/* at most, from the smallest to the largest */
#define GNIC_SELFTEST_WAIT	msecs_to_jiffies(1000)

static const char gnic_selftest_names[][ETH_GSTRING_LEN] = {
	"Link      (on/offline)",
	"Registers (on/offline)",
	"DMA            (offline)",
	"Interrupts     (offline)",
	"Loopback       (offline)",
};

enum gnic_selftest {
	GNIC_SELFTEST_LINK,
	GNIC_SELFTEST_REGISTERS,
	GNIC_SELFTEST_DMA,
	GNIC_SELFTEST_IRQ,
	GNIC_SELFTEST_LOOPBACK,
};

/* The last one is not there on a device that has no loopback. */
static unsigned int gnic_selftest_count(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);

	return ARRAY_SIZE(gnic_selftest_names) - !(nic->dev->caps_bits & GNIC_CAP_LOOPBACK);
}

int gnic_ethtool_port_sset_count(struct net_device *netdev, int sset)
{
	if (sset == ETH_SS_TEST)
		return gnic_selftest_count(netdev);
	return gnic_ethtool_get_sset_count(netdev, sset);
}

void gnic_ethtool_port_strings(struct net_device *netdev, u32 sset, u8 *data)
{
	if (sset == ETH_SS_TEST)
		memcpy(data, gnic_selftest_names,
		       gnic_selftest_count(netdev) * ETH_GSTRING_LEN);
	else
		gnic_ethtool_get_strings(netdev, sset, data);
}

/* ---- loopback ---- */

/**
 * struct gnic_selftest_rx - the frame that is under way
 * @pt: gets it
 * @size: with the Ethernet header
 * @seed: of its bytes
 * @arrived: it came as it was sent
 */
struct gnic_selftest_rx {
	struct packet_type pt;
	unsigned int size;
	u8 seed;
	struct completion arrived;
};

static u8 gnic_selftest_byte(u8 seed, unsigned int at)
{
	return seed + at * 7;
}

/* Frames of others, and late ones of ours, are not what is waited for. */
static bool gnic_selftest_check(const struct gnic_selftest_rx *rx, const struct sk_buff *skb)
{
	unsigned int i, len = rx->size - ETH_HLEN;
	u8 byte;

	if (skb->len < len)
		return false;
	for (i = 0; i < len; i++) {
		if (skb_copy_bits(skb, i, &byte, 1) || byte != gnic_selftest_byte(rx->seed, i))
			return false;
	}
	return true;
}

static int gnic_selftest_receive(struct sk_buff *skb, struct net_device *netdev,
				 struct packet_type *pt, struct net_device *orig)
{
	struct gnic_selftest_rx *rx = container_of(pt, struct gnic_selftest_rx, pt);

	if (ether_addr_equal(eth_hdr(skb)->h_source, netdev->dev_addr) &&
	    gnic_selftest_check(rx, skb))
		complete(&rx->arrived);
	consume_skb(skb);
	return 0;
}

static struct sk_buff *gnic_selftest_frame(struct net_device *netdev,
					   const struct gnic_selftest_rx *rx)
{
	struct sk_buff *skb = netdev_alloc_skb(netdev, rx->size);
	struct ethhdr *eth;
	unsigned int i;

	if (!skb)
		return NULL;
	skb_reset_mac_header(skb);
	eth = skb_put(skb, sizeof(*eth));
	ether_addr_copy(eth->h_dest, netdev->dev_addr);
	ether_addr_copy(eth->h_source, netdev->dev_addr);
	eth->h_proto = htons(ETH_P_LOOPBACK);
	skb->protocol = eth->h_proto;
	for (i = 0; i < rx->size - ETH_HLEN; i++)
		skb_put_u8(skb, gnic_selftest_byte(rx->seed, i));
	return skb;
}

static int gnic_selftest_one(struct net_device *netdev, struct gnic_selftest_rx *rx)
{
	struct sk_buff *skb;

	rx->seed++;
	reinit_completion(&rx->arrived);
	skb = gnic_selftest_frame(netdev, rx);
	if (!skb)
		return -ENOMEM;
	if (dev_direct_xmit(skb, 0) == NET_XMIT_DROP)
		return -EIO;
	return wait_for_completion_timeout(&rx->arrived, GNIC_SELFTEST_WAIT) ? 0 : -ETIMEDOUT;
}

static int gnic_selftest_sizes(struct net_device *netdev)
{
	unsigned int last = netdev->mtu + ETH_HLEN;
	unsigned int step = DIV_ROUND_UP(last - ETH_HLEN, GNIC_SELFTEST_SIZES);
	struct gnic_selftest_rx rx = {
		.pt = {
			.type = htons(ETH_P_LOOPBACK),
			.dev = netdev,
			.func = gnic_selftest_receive,
		},
	};
	int err = 0;

	init_completion(&rx.arrived);
	dev_add_pack(&rx.pt);
	for (rx.size = ETH_HLEN + 1; rx.size < last && !err; rx.size += step)
		err = gnic_selftest_one(netdev, &rx);
	rx.size = last;
	if (!err)
		err = gnic_selftest_one(netdev, &rx);
	dev_remove_pack(&rx.pt);
	return err;
}

static int gnic_selftest_set_loopback(struct gnic_nic *nic, bool on)
{
	struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_LOOPBACK),
		.loopback = on,
	};

	return gnic_port_set(nic->port, &set);
}

static bool gnic_selftest_wait_carrier(struct net_device *netdev)
{
	unsigned long end = jiffies + GNIC_SELFTEST_WAIT;

	while (!netif_carrier_ok(netdev) && time_before(jiffies, end))
		usleep_range(500, 1000);
	return netif_carrier_ok(netdev);
}

static int gnic_selftest_loopback(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	bool carrier = netif_carrier_ok(netdev);
	int err, back;

	if (!netif_running(netdev))
		return -ENETDOWN;
	/* a program may keep the frames for itself */
	if (nic->xdp_prog)
		return -EBUSY;
	err = gnic_selftest_set_loopback(nic, true);
	if (err)
		return err;
	err = gnic_selftest_wait_carrier(netdev) ? gnic_selftest_sizes(netdev) : -ENOLINK;
	back = gnic_selftest_set_loopback(nic, netdev->features & NETIF_F_LOOPBACK);
	if (back) {
		/* What is shown is true. It can be switched off only if somebody wanted it. */
		netdev->features |= NETIF_F_LOOPBACK;
		netdev->wanted_features |= NETIF_F_LOOPBACK;
		netdev_features_change(netdev);
		netdev_err(netdev, "the port stays in loopback: %d\n", back);
	} else if (carrier) {
		gnic_selftest_wait_carrier(netdev);
	}
	return err ?: back;
}

/* ---- all of it ---- */

static int gnic_selftest_link(struct net_device *netdev)
{
	struct gnic_nic *nic = netdev_priv(netdev);
	struct gnic_hw_port_info info;
	int err;

	err = gnic_port_query(nic->port, &info);
	if (err)
		return err;
	return info.state & GNIC_PORT_STATE_LINK ? 0 : -ENOLINK;
}

void gnic_ethtool_self_test(struct net_device *netdev, struct ethtool_test *test, u64 *data)
{
	struct gnic_dev *dev = ((struct gnic_nic *)netdev_priv(netdev))->dev;
	int err[ARRAY_SIZE(gnic_selftest_names)] = {};
	unsigned int i, count = gnic_selftest_count(netdev);

	err[GNIC_SELFTEST_LINK] = gnic_selftest_link(netdev);
	err[GNIC_SELFTEST_REGISTERS] = gnic_reg_test_scratch(dev);
	if (test->flags & ETH_TEST_FL_OFFLINE) {
		err[GNIC_SELFTEST_DMA] = gnic_reg_test_dma(dev);
		err[GNIC_SELFTEST_IRQ] = gnic_irq_selftest(dev, 1);
		if (count > GNIC_SELFTEST_LOOPBACK)
			err[GNIC_SELFTEST_LOOPBACK] = gnic_selftest_loopback(netdev);
	}
	for (i = 0; i < count; i++) {
		data[i] = -err[i];
		if (err[i])
			test->flags |= ETH_TEST_FL_FAILED;
	}
}

/* ---- reset ---- */

#define GNIC_RESET_QUEUES	(ETH_RESET_IRQ | ETH_RESET_DMA | ETH_RESET_OFFLOAD)
#define GNIC_RESET_LINK		(ETH_RESET_MAC | ETH_RESET_PHY)

/*
 * Queues are made anew, at once or a little later, and addressed anew; the link
 * is negotiated anew. Settings, counters, and what is the card's stay.
 */
int gnic_ethtool_reset(struct net_device *netdev, u32 *flags)
{
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_RESTART) };
	struct gnic_nic *nic = netdev_priv(netdev);
	int err = -EOPNOTSUPP;

	if (*flags & GNIC_RESET_LINK) {
		err = gnic_port_set(nic->port, &set);
		if (err)
			return err;
		*flags &= ~GNIC_RESET_LINK;
	}
	if (*flags & ETH_RESET_FILTER) {
		err = netif_running(netdev) ? gnic_filter_apply(nic) : 0;
		if (err)
			return err;
		*flags &= ~ETH_RESET_FILTER;
	}
	if (*flags & GNIC_RESET_QUEUES) {
		gnic_nic_schedule_reset(nic);
		*flags &= ~GNIC_RESET_QUEUES;
		err = 0;
	}
	return err;
}

/* ---- registers ---- */

#define GNIC_REGS_VERSION	1

/* All that can be read without a side effect. */
static const u16 gnic_regs[] = {
	GNIC_CTL_MAGIC, GNIC_CTL_VERSION, GNIC_CTL_CAPS, GNIC_CTL_PORTS, GNIC_CTL_VECTORS,
	GNIC_CTL_STATUS, GNIC_CTL_HBM_SIZE_LO, GNIC_CTL_HBM_SIZE_HI, GNIC_CTL_SERIAL_LO,
	GNIC_CTL_SERIAL_HI, GNIC_CTL_MODULE_ID, GNIC_CTL_FW_VERSION,
	GNIC_CMD_RING_LO, GNIC_CMD_RING_HI, GNIC_CMD_RING_LOG, GNIC_CMD_ENABLE, GNIC_CMD_PI,
	GNIC_CMD_CI, GNIC_CMD_ERROR,
};

/* Pairs of offset and value, as the words of the card: little endian. */
struct gnic_reg_pair {
	__le32 offset;
	__le32 value;
};

int gnic_ethtool_get_regs_len(struct net_device *netdev)
{
	return ARRAY_SIZE(gnic_regs) * sizeof(struct gnic_reg_pair);
}

void gnic_ethtool_get_regs(struct net_device *netdev, struct ethtool_regs *regs, void *data)
{
	struct gnic_dev *dev = ((struct gnic_nic *)netdev_priv(netdev))->dev;
	struct gnic_reg_pair *pair = data;
	unsigned int i;

	regs->version = GNIC_REGS_VERSION;
	for (i = 0; i < ARRAY_SIZE(gnic_regs); i++, pair++) {
		pair->offset = cpu_to_le32(gnic_regs[i]);
		pair->value = cpu_to_le32(gnic_rd32(dev, gnic_regs[i]));
	}
}
