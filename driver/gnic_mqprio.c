// SPDX-License-Identifier: GPL-2.0-only
/*
 * mqprio: queues in groups, a group a priority of the device. The stack chooses
 * the group, and the device the traffic class of its priority (gnic_dcb.c). Mode
 * channel may limit the groups: these are limits of the traffic classes.
 */
#include <linux/netdevice.h>
#include <net/pkt_sched.h>

#include "gnic_channel.h"
#include "gnic_tc.h"

/* What the stack sends on a queue goes out with it. */
u8 gnic_mqprio_of(const struct gnic_nic *nic, unsigned int index)
{
	int tc = nic->mqprio ? netdev_txq_to_tc(nic->netdev, index) : 0;

	return max(tc, 0);
}

static u8 gnic_mqprio_wanted(const struct tc_mqprio_qopt *qopt, unsigned int index)
{
	unsigned int tc;

	for (tc = 0; tc < qopt->num_tc; tc++) {
		if (index >= qopt->offset[tc] && index - qopt->offset[tc] < qopt->count[tc])
			return tc;
	}
	return 0;
}

static int gnic_mqprio_write(struct gnic_channel *c, const struct gnic_queue *queue, u8 prio)
{
	struct gnic_hw_qp_prio in = {
		.port = cpu_to_le32(c->nic->port->index),
		.qpn = cpu_to_le32(queue->tx.qpn),
		.prio = prio,
	};

	return gnic_cmd_exec(c->nic->dev, GNIC_CMD_QP_PRIO, &in, sizeof(in), NULL, 0);
}

/* Before anything is sent by a queue that was just made. */
int gnic_mqprio_start(struct gnic_channel *c, const struct gnic_queue *queue)
{
	u8 prio = gnic_mqprio_of(c->nic, c->index);

	return prio ? gnic_mqprio_write(c, queue, prio) : 0;
}

/* The queues that run; after an error they have the priorities that they had. */
static int gnic_mqprio_apply(struct gnic_nic *nic, const struct tc_mqprio_qopt *qopt)
{
	struct gnic_channel *c;
	unsigned int i;
	int err;

	for (i = 0; i < nic->num_tx; i++) {
		c = nic->channels[i];
		if (gnic_mqprio_wanted(qopt, i) == gnic_mqprio_of(nic, i))
			continue;
		err = gnic_mqprio_write(c, c->queue, gnic_mqprio_wanted(qopt, i));
		if (err)
			goto err_back;
	}
	return 0;

err_back:
	while (i--) {
		c = nic->channels[i];
		if (gnic_mqprio_wanted(qopt, i) != gnic_mqprio_of(nic, i))
			gnic_mqprio_write(c, c->queue, gnic_mqprio_of(nic, i));
	}
	return err;
}

static int gnic_mqprio_check(struct gnic_nic *nic, const struct tc_mqprio_qopt_offload *opt)
{
	if (!(nic->dev->caps_bits & GNIC_CAP_DCB)) {
		NL_SET_ERR_MSG_MOD(opt->extack, "the device has no priorities");
		return -EOPNOTSUPP;
	}
	if (opt->preemptible_tcs) {
		NL_SET_ERR_MSG_MOD(opt->extack, "frames are not preempted");
		return -EOPNOTSUPP;
	}
	if (opt->qopt.num_tc > GNIC_PRIOS) {
		NL_SET_ERR_MSG_FMT_MOD(opt->extack, "at most %u classes", GNIC_PRIOS);
		return -EINVAL;
	}
	return 0;
}

/* mqprio counts octets a second */
#define GNIC_MQPRIO_KBPS	125

static int gnic_mqprio_check_rates(const struct tc_mqprio_qopt_offload *opt)
{
	unsigned int tc;
	u64 rate;

	for (tc = 0; tc < opt->qopt.num_tc; tc++) {
		if (opt->flags & TC_MQPRIO_F_MIN_RATE && opt->min_rate[tc]) {
			NL_SET_ERR_MSG_MOD(opt->extack, "min_rate: the device guarantees no rate");
			return -EOPNOTSUPP;
		}
		rate = opt->max_rate[tc];
		if (rate && (rate < GNIC_DCB_KBPS_MIN * GNIC_MQPRIO_KBPS ||
			     rate > GNIC_DCB_KBPS_MAX * GNIC_MQPRIO_KBPS)) {
			NL_SET_ERR_MSG_MOD(opt->extack, "max_rate: from 1 Mbit/s to 1 Tbit/s");
			return -ERANGE;
		}
	}
	return 0;
}

/* The limit of a class of mqprio is that of the device's class in which its priority is. */
static int gnic_mqprio_limit(struct gnic_nic *nic, const struct tc_mqprio_qopt_offload *opt)
{
	u64 kbps[GNIC_TCS] = {};
	unsigned long seen = 0;
	unsigned int tc, class;
	int err;

	if (opt->shaper != TC_MQPRIO_SHAPER_BW_RATE)
		return 0;
	err = gnic_mqprio_check_rates(opt);
	if (err)
		return err;
	if (!nic->mqprio_limits && memchr_inv(nic->dcb.kbps, 0, sizeof(nic->dcb.kbps))) {
		NL_SET_ERR_MSG_MOD(opt->extack, "dcb maxrate limits classes already");
		return -EBUSY;
	}
	for (tc = 0; tc < opt->qopt.num_tc; tc++) {
		class = nic->dcb.ets.prio_tc[tc];
		if (__test_and_set_bit(class, &seen)) {
			NL_SET_ERR_MSG_FMT_MOD(opt->extack,
					       "dcb ets has two priorities in class %u", class);
			return -EBUSY;
		}
		kbps[class] = div_u64(opt->max_rate[tc], GNIC_MQPRIO_KBPS);
	}
	err = gnic_dcb_limit(nic, kbps);
	if (err)
		NL_SET_ERR_MSG_MOD(opt->extack, "the device refuses the limits");
	else
		nic->mqprio_limits = true;
	return err;
}

static void gnic_mqprio_unlimit(struct gnic_nic *nic)
{
	static const u64 none[GNIC_TCS];

	if (nic->mqprio_limits && gnic_dcb_limit(nic, none))
		netdev_warn(nic->netdev, "classes keep the limits of mqprio\n");
	nic->mqprio_limits = false;
}

/* Queues that the device leaves at their priority are made anew, without. */
static void gnic_mqprio_clear(struct gnic_nic *nic)
{
	static const struct tc_mqprio_qopt none;

	int err = nic->mqprio ? gnic_mqprio_apply(nic, &none) : 0;

	nic->mqprio = false;
	gnic_mqprio_unlimit(nic);
	netdev_reset_tc(nic->netdev);
	gnic_nic_spread(nic);
	if (err && gnic_nic_reconfigure(nic, &nic->cfg, NULL))
		netdev_warn(nic->netdev, "queues keep the priorities of mqprio\n");
}

static int gnic_mqprio_set(struct gnic_nic *nic, struct tc_mqprio_qopt_offload *opt)
{
	struct tc_mqprio_qopt *qopt = &opt->qopt;
	unsigned int tc;
	int err;

	err = gnic_mqprio_check(nic, opt);
	if (err)
		return err;
	err = gnic_mqprio_limit(nic, opt);
	if (err)
		return err;
	err = gnic_mqprio_apply(nic, qopt);
	if (err) {
		gnic_mqprio_unlimit(nic);
		NL_SET_ERR_MSG_MOD(opt->extack, "the device refuses the priorities of the queues");
		return err;
	}
	netdev_set_num_tc(nic->netdev, qopt->num_tc);
	for (tc = 0; tc < qopt->num_tc; tc++)
		netdev_set_tc_queue(nic->netdev, tc, qopt->count[tc], qopt->offset[tc]);
	gnic_nic_spread(nic);
	nic->mqprio = true;
	qopt->hw = TC_MQPRIO_HW_OFFLOAD_TCS;
	return 0;
}

/* Would a queue of a class go away? The reason is in the kernel log. */
int gnic_mqprio_resize_check(struct gnic_nic *nic, unsigned int count)
{
	const struct netdev_tc_txq *txq;
	int tc;

	for (tc = 0; nic->mqprio && tc < netdev_get_num_tc(nic->netdev); tc++) {
		txq = &nic->netdev->tc_to_txq[tc];
		if (txq->offset + txq->count <= count)
			continue;
		netdev_warn(nic->netdev, "class %d of mqprio has queue %u\n", tc,
			    txq->offset + txq->count - 1);
		return -EBUSY;
	}
	return 0;
}

static int gnic_mqprio_caps(struct tc_query_caps_base *base)
{
	struct tc_mqprio_caps *caps = base->caps;

	if (base->type != TC_SETUP_QDISC_MQPRIO)
		return -EOPNOTSUPP;
	caps->validate_queue_counts = true;
	return 0;
}

/**
 * gnic_uplink_setup_tc - ndo_setup_tc of a port
 * @netdev: uplink
 * @type: what is of the port alone; the rest is that of all netdevs
 * @data: by @type
 *
 * Context: rtnl, and the netdev lock where there is one.
 */
int gnic_uplink_setup_tc(struct net_device *netdev, enum tc_setup_type type, void *data)
{
	struct tc_mqprio_qopt_offload *opt = data;
	struct gnic_nic *nic = netdev_priv(netdev);

	switch (type) {
	case TC_QUERY_CAPS:
		return gnic_mqprio_caps(data);
	case TC_SETUP_QDISC_ETF:
		return gnic_launch_setup(nic, data);
	case TC_SETUP_QDISC_MQPRIO:
		if (opt->qopt.num_tc)
			return gnic_mqprio_set(nic, opt);
		gnic_mqprio_clear(nic);
		return 0;
	default:
		return gnic_setup_tc(netdev, type, data);
	}
}
