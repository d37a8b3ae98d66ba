// SPDX-License-Identifier: GPL-2.0-only
/*
 * Launch time: packets that the device sends at a time of its clock. The stack's
 * come by a queue whose qdisc is etf with "offload"; AF_XDP asks for it packet
 * by packet.
 */
#include <net/pkt_sched.h>

#include "gnic_channel.h"
#include "gnic_ptp.h"
#include "gnic_tc.h"
#include "gnic_tx_post.h"

/* Less than what the device knows, for its time is guessed. */
#define GNIC_LAUNCH_MAX		(2 * NSEC_PER_SEC)
static_assert(GNIC_LAUNCH_MAX < GNIC_LAUNCH_AHEAD_NS);

/**
 * gnic_launch_at - do not send a packet before a time
 * @nic: netdev whose device has GNIC_CAP_LAUNCH
 * @time: of the device's clock, nanoseconds
 * @pkt: packet
 *
 * Whoever asks for more than two seconds has another clock in mind: the packet
 * is sent at once, like one that is late.
 *
 * Return: whether that is not so.
 */
bool gnic_launch_at(struct gnic_nic *nic, u64 time, struct gnic_tx_packet *pkt)
{
	s64 ahead = time - gnic_clock_guess(&nic->dev->clock);

	if (ahead > GNIC_LAUNCH_MAX)
		return false;
	if (ahead > -GNIC_LAUNCH_MAX) {
		pkt->ctrl |= GNIC_RAW_WQE_LAUNCH;
		pkt->rsvd = time;
	}
	return true;
}

/* Before anything is sent by a queue that was just made. */
void gnic_launch_start(const struct gnic_channel *c, struct gnic_queue *queue)
{
	queue->tx.launch = test_bit(c->index, c->nic->etf);
}

/* Context: rtnl, and the netdev lock where there is one. */
int gnic_launch_setup(struct gnic_nic *nic, const struct tc_etf_qopt_offload *opt)
{
	unsigned int index = opt->queue;

	if (!(nic->dev->caps_bits & GNIC_CAP_LAUNCH) || !gnic_clock_stamps(nic->dev))
		return -EOPNOTSUPP;
	if (opt->queue < 0 || index >= nic->max_channels)
		return -EINVAL;
	__assign_bit(index, nic->etf, opt->enable);
	if (index < nic->num_tx)
		gnic_launch_start(nic->channels[index], nic->channels[index]->queue);
	return 0;
}
