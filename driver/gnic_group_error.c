// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to a group: QPs that fail and come back, lost doorbells, its CQ, its
 * link. What the device says is remembered at once and told by a work item: to the log,
 * to the holder, and, when no lock is held any more, to the reporter, which takes the
 * devl_lock.
 *
 * An event that a QP or the CQ failed is older than its reader, who may have made it anew
 * since, and some are lost. So it is a suspicion, and what the device answers counts.
 */
#include <linux/netdevice.h>
#include <linux/timekeeping.h>

#include "gnic.h"
#include "gnic_comp.h"
#include "gnic_group.h"

static const char * const gnic_group_syndromes[U8_MAX + 1] = {
#define X(name, value, text) \
	[value] = text " (" #name ")",
	GNIC_HW_SYNDROMES(X)
#undef X
};

const char *gnic_group_syndrome_text(u8 syndrome)
{
	return gnic_group_syndromes[syndrome] ?: "unknown";
}

static void gnic_group_set_qp(struct gnic_group *group, u32 qp, enum gnic_qp_state state)
{
	spin_lock_irq(&group->qp_lock);
	group->qps[qp].state = state;
	spin_unlock_irq(&group->qp_lock);
}

static void gnic_group_tell_qp(struct gnic_group *group, enum gnic_accel_group_event event,
			       u32 qp, u8 syndrome)
{
	struct gnic_group_holder *holder = &group->holder;

	mutex_lock(&group->holder_lock);
	if (holder->ops)
		holder->ops->event(holder->priv, event, qp, syndrome);
	mutex_unlock(&group->holder_lock);
}

/* ---- it fails ---- */

static void gnic_group_remember(struct gnic_group *group, u32 qp, u8 syndrome)
{
	struct gnic_group_error *error;

	error = &group->errors[group->counts[GNIC_GROUP_QP_ERRORS]++ % GNIC_GROUP_ERRORS];
	error->time = ktime_get_boottime_ns();
	error->qpn = group->qps[qp].qpn;
	error->syndrome = syndrome;
}

static void gnic_group_qp_failed(struct gnic_group *group, u32 qp, u8 syndrome)
{
	gnic_group_set_qp(group, qp, GNIC_QP_ERR);
	gnic_group_remember(group, qp, syndrome);
	if (net_ratelimit())
		netdev_warn(group->rep, "QP %u failed: 0x%02x, %s\n", group->qps[qp].qpn, syndrome,
			    gnic_group_syndrome_text(syndrome));
	gnic_group_tell_qp(group, GNIC_ACCEL_GROUP_QP_ERROR, qp, syndrome);
}

/* It has failed, and nobody was told yet. */
static bool gnic_group_qp_fails(struct gnic_group *group, u32 qp, u8 *syndrome)
{
	return !gnic_qp_failed(&group->qps[qp]) &&
	       gnic_ring_qp_failed(group->dev, group->attr.port, group->qps[qp].qpn, syndrome);
}

static bool gnic_group_next_suspect(struct gnic_group *group, u32 *qp)
{
	bool any;

	spin_lock_irq(&group->qp_lock);
	*qp = find_next_bit(group->suspects, GNIC_QP_COUNT_MAX, *qp);
	any = *qp < GNIC_QP_COUNT_MAX;
	if (any)
		__clear_bit(*qp, group->suspects);
	spin_unlock_irq(&group->qp_lock);
	return any;
}

/**
 * gnic_group_cq_failed - it stays so until there is a new one
 * @group: active; its lock is held
 *
 * Whoever finds it out tells.
 */
bool gnic_group_cq_failed(struct gnic_group *group)
{
	u8 syndrome;

	if (group->cq_failed || !gnic_comp_failed(group->comp, &syndrome))
		return group->cq_failed;
	group->cq_failed = true;
	group->counts[GNIC_GROUP_CQ_ERRORS]++;
	netdev_warn(group->rep, "the completion queue failed: 0x%02x, %s\n", syndrome,
		    gnic_group_syndrome_text(syndrome));
	gnic_group_tell_qp(group, GNIC_ACCEL_GROUP_CQ_ERROR, 0, syndrome);
	return true;
}

/* ---- what else happens to it ---- */

/* The queue that is ours is rung again; the index may be one that the device has already. */
static void gnic_group_ring(struct gnic_group *group, u32 qp)
{
	if (group->qps[qp].rq.desc && !gnic_qp_failed(&group->qps[qp]))
		gnic_ring_publish(&group->qps[qp].rq);
}

static bool gnic_group_next_overrun(struct gnic_group *group, u32 *qp)
{
	bool any;

	spin_lock_irq(&group->qp_lock);
	*qp = find_next_bit(group->overrun, GNIC_QP_COUNT_MAX, *qp);
	any = *qp < GNIC_QP_COUNT_MAX;
	if (any) {
		__clear_bit(*qp, group->overrun);
		gnic_group_ring(group, *qp);
	}
	spin_unlock_irq(&group->qp_lock);
	return any;
}

/* Of whom a doorbell was lost, too, nobody knows. */
static void gnic_group_eq_overrun(struct gnic_group *group)
{
	u32 qp;

	spin_lock_irq(&group->qp_lock);
	for (qp = 0; qp < group->attr.config.qp_count; qp++)
		gnic_group_ring(group, qp);
	spin_unlock_irq(&group->qp_lock);
	gnic_group_tell(group, GNIC_ACCEL_GROUP_EQ_OVERRUN);
}

static void gnic_group_tell_news(struct gnic_group *group)
{
	unsigned long news;
	bool up;

	spin_lock_irq(&group->qp_lock);
	news = group->news;
	group->news = 0;
	up = group->link == GNIC_GROUP_LINK_IS_UP;
	spin_unlock_irq(&group->qp_lock);

	if (test_bit(GNIC_GROUP_NEWS_EQ, &news))
		gnic_group_eq_overrun(group);
	if (test_bit(GNIC_GROUP_NEWS_CQ, &news))
		gnic_group_cq_failed(group);
	/* however often it changed, the last record is how it is now */
	if (up && test_bit(GNIC_GROUP_NEWS_LINK_DOWN, &news))
		gnic_group_tell(group, GNIC_ACCEL_GROUP_LINK_DOWN);
	if (test_bit(GNIC_GROUP_NEWS_LINK_UP, &news))
		gnic_group_tell(group, GNIC_ACCEL_GROUP_LINK_UP);
	if (!up && test_bit(GNIC_GROUP_NEWS_LINK_DOWN, &news))
		gnic_group_tell(group, GNIC_ACCEL_GROUP_LINK_DOWN);
}

static void gnic_group_error_work(struct work_struct *work)
{
	struct gnic_group *group = container_of(work, struct gnic_group, error_work);
	struct gnic_group_fault fault = {};
	bool report = false;
	u8 syndrome;
	u32 qp;

	mutex_lock(&group->lock);
	gnic_group_tell_news(group);
	/* each QP once: what comes meanwhile makes the work come again */
	for (qp = 0; gnic_group_next_overrun(group, &qp); qp++)
		gnic_group_tell_qp(group, GNIC_ACCEL_GROUP_DB_OVERRUN, qp, 0);
	for (qp = 0; gnic_group_next_suspect(group, &qp); qp++) {
		if (!gnic_group_qp_fails(group, qp, &syndrome))
			continue;
		gnic_group_qp_failed(group, qp, syndrome);
		__set_bit(qp, fault.qps);
		report = group->reporting;
	}
	fault.generation = group->generation;
	mutex_unlock(&group->lock);
	if (report)
		devlink_health_report(group->reporter, "a QP failed", &fault);
}

/* ---- what the device says; the group listens, qp_lock is held ---- */

static bool gnic_group_hear_qp(struct gnic_group *group, const struct gnic_event *event)
{
	u32 qp = event->id - group->attr.config.qpn_base;

	if (event->port != group->attr.port || qp >= group->attr.config.qp_count)
		return false;
	if (event->type == GNIC_EQE_QP_ERR) {
		__set_bit(qp, group->suspects);
	} else {
		__set_bit(qp, group->overrun);
		group->counts[GNIC_GROUP_DB_OVERRUNS]++;
	}
	return true;
}

static bool gnic_group_hear_cq(struct gnic_group *group, const struct gnic_event *event)
{
	if (event->id != group->attr.cqn)
		return false;
	__set_bit(GNIC_GROUP_NEWS_CQ, &group->news);
	return true;
}

/* The link has an event of its own, see gnic_eq_ask(). */
static bool gnic_group_hear_lost(struct gnic_group *group)
{
	bitmap_set(group->suspects, 0, group->attr.config.qp_count);
	group->counts[GNIC_GROUP_EQ_OVERRUNS]++;
	__set_bit(GNIC_GROUP_NEWS_EQ, &group->news);
	__set_bit(GNIC_GROUP_NEWS_CQ, &group->news);
	return true;
}

static u8 gnic_group_link(bool up)
{
	return up ? GNIC_GROUP_LINK_IS_UP : GNIC_GROUP_LINK_IS_DOWN;
}

static bool gnic_group_hear_link(struct gnic_group *group, const struct gnic_event *event)
{
	u8 link = gnic_group_link(event->data);

	/* loopback does without */
	if (event->port != group->attr.port || group->attr.config.loopback ||
	    link == group->link)
		return false;
	group->link = link;
	group->counts[GNIC_GROUP_LINK_LOSSES] += !event->data;
	__set_bit(event->data ? GNIC_GROUP_NEWS_LINK_UP : GNIC_GROUP_NEWS_LINK_DOWN,
		  &group->news);
	return true;
}

static bool gnic_group_hear(struct gnic_group *group, const struct gnic_event *event)
{
	switch (event->type) {
	case GNIC_EQE_QP_ERR:
	case GNIC_EQE_DB_OVERRUN:
		return gnic_group_hear_qp(group, event);
	case GNIC_EQE_COMP_ERR:
		return gnic_group_hear_cq(group, event);
	case GNIC_EQE_LINK_STATUS:
		return gnic_group_hear_link(group, event);
	case GNIC_EQE_LOST:
		return gnic_group_hear_lost(group);
	default:
		return false;
	}
}

/* Not under the group's lock, which may be held for seconds: events go on. */
static int gnic_group_event(struct notifier_block *nb, unsigned long type, void *data)
{
	struct gnic_group *group = container_of(nb, struct gnic_group, nb);

	spin_lock_irq(&group->qp_lock);
	if (group->listens && gnic_group_hear(group, data))
		schedule_work(&group->error_work);
	spin_unlock_irq(&group->qp_lock);
	return NOTIFY_DONE;
}

/* The group has just become active. What has been heard since is newer than the answer. */
void gnic_group_link_query(struct gnic_group *group)
{
	struct gnic_hw_port_info info;

	if (gnic_port_query(gnic_group_port(group), &info))
		return;
	spin_lock_irq(&group->qp_lock);
	if (group->link == GNIC_GROUP_LINK_UNKNOWN)
		group->link = gnic_group_link(info.state & GNIC_PORT_STATE_LINK);
	spin_unlock_irq(&group->qp_lock);
}

void gnic_group_errors_prepare(struct gnic_group *group)
{
	INIT_WORK(&group->error_work, gnic_group_error_work);
	group->nb.notifier_call = gnic_group_event;
}

void gnic_group_errors_init(struct gnic_group *group)
{
	blocking_notifier_chain_register(&group->dev->events, &group->nb);
}

void gnic_group_errors_exit(struct gnic_group *group)
{
	blocking_notifier_chain_unregister(&group->dev->events, &group->nb);
	cancel_work_sync(&group->error_work);
}

/* The reporter is about to go: nothing is reported any more. No lock is held. */
void gnic_group_errors_silence(struct gnic_group *group)
{
	mutex_lock(&group->lock);
	group->reporting = false;
	mutex_unlock(&group->lock);
	flush_work(&group->error_work);
}

/* ---- it comes back ---- */

/*
 * On a copy: while posting finds a QP that failed it leaves it alone. Buffers that
 * were posted are gone, and the next one is number 0.
 */
static int gnic_group_recover_qp(struct gnic_group *group, u32 index)
{
	struct gnic_qp qp = group->qps[index];
	u32 gone = 0;
	int err;

	if (qp.rq.desc)
		gone = qp.rq.index - le32_to_cpu(READ_ONCE(qp.rq.db->done));
	err = gnic_qp_recover(group->dev, &group->attr, &qp, index);
	/* what was received before has the old numbers */
	gnic_comp_sync(group->comp);

	spin_lock_irq(&group->qp_lock);
	qp.first = qp.rq.index;
	group->posted -= min3(gone, group->posted, group->attr.config.qp_wq_depth);
	group->qps[index] = qp;
	spin_unlock_irq(&group->qp_lock);
	if (!err)
		gnic_group_tell_qp(group, GNIC_ACCEL_GROUP_QP_RECOVERED, index, 0);
	return err;
}

/**
 * gnic_group_recover - QPs that failed are as they were before, the others do not notice
 * @group: its lock is held
 *
 * If their CQ failed there are new ones of both, unless somebody holds the group.
 *
 * Return: 0, -ENOTRECOVERABLE (the CQ failed, and the group is held), or the error of
 * the last one that did not come back.
 */
int gnic_group_recover(struct gnic_group *group)
{
	bool any = false;
	int err = 0, ret;
	u32 i;

	if (group->active && gnic_group_cq_failed(group))
		return group->holder.ops ? -ENOTRECOVERABLE : gnic_group_renew(group);
	for (i = 0; group->qps && i < group->attr.config.qp_count; i++) {
		if (!gnic_qp_failed(&group->qps[i]))
			continue;
		any = true;
		ret = gnic_group_recover_qp(group, i);
		if (ret)
			err = ret;
	}
	if (!any)
		return 0;
	/* a raw QP that is new is in no table */
	ret = gnic_group_rss_set(group, group->attr.config.qp_count);
	return err ?: ret;
}

/* No QP has failed, or those that had are gone. */
void gnic_group_well(struct gnic_group *group)
{
	if (group->reporting)
		devlink_health_reporter_state_update(group->reporter,
						     DEVLINK_HEALTH_REPORTER_STATE_HEALTHY);
}
