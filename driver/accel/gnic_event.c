// SPDX-License-Identifier: GPL-2.0-only
/* Records of a group for whoever reads its descriptor. */
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "gnic_accel.h"

/* Arrivals leave so much room for the records of what happens to the group. */
#define GNIC_EVENTS_RESERVE	64

int gnic_events_init(struct gnic_events *events)
{
	mutex_init(&events->read_lock);
	spin_lock_init(&events->lock);
	init_waitqueue_head(&events->wait);
	events->ring = kvcalloc(GNIC_EVENTS, sizeof(*events->ring), GFP_KERNEL_ACCOUNT);
	return events->ring ? 0 : -ENOMEM;
}

void gnic_events_exit(struct gnic_events *events)
{
	kvfree(events->ring);
	mutex_destroy(&events->read_lock);
}

static u32 gnic_events_room(const struct gnic_events *events, u32 type)
{
	u32 free = GNIC_EVENTS - (events->head - events->tail);
	u32 reserve = type == DRM_GNIC_EVENT_REMOVED ? 0 : 1;

	if (type == DRM_GNIC_EVENT_RECV || type == DRM_GNIC_EVENT_RDMA)
		reserve = GNIC_EVENTS_RESERVE;
	return free > reserve ? free - reserve : 0;
}

/**
 * gnic_events_push - append a record, or count it as lost
 * @events: where
 * @event: what; after DRM_GNIC_EVENT_REMOVED nothing follows
 */
void gnic_events_push(struct gnic_events *events, const struct drm_gnic_event *event)
{
	struct drm_gnic_event *slot;
	unsigned long flags;

	spin_lock_irqsave(&events->lock, flags);
	if (events->closed)
		goto out_unlock;
	if (!gnic_events_room(events, event->type)) {
		events->lost++;
		goto out_unlock;
	}
	slot = &events->ring[events->head++ % GNIC_EVENTS];
	*slot = *event;
	slot->lost = events->lost;
	events->lost = 0;
	events->closed = event->type == DRM_GNIC_EVENT_REMOVED;
out_unlock:
	spin_unlock_irqrestore(&events->lock, flags);
	wake_up_interruptible(&events->wait);
}

/* 1: @event is the next record, 0: there are no more, -EAGAIN: not yet; read_lock held */
static int gnic_events_peek(struct gnic_events *events, struct drm_gnic_event *event)
{
	int ret = 1;

	spin_lock_irq(&events->lock);
	if (events->head != events->tail)
		*event = events->ring[events->tail % GNIC_EVENTS];
	else
		ret = events->closed ? 0 : -EAGAIN;
	spin_unlock_irq(&events->lock);
	return ret;
}

/* The reader has it. */
static void gnic_events_pop(struct gnic_events *events)
{
	spin_lock_irq(&events->lock);
	events->tail++;
	spin_unlock_irq(&events->lock);
}

static bool gnic_events_ready(struct gnic_events *events)
{
	bool ready;

	spin_lock_irq(&events->lock);
	ready = events->closed || events->head != events->tail;
	spin_unlock_irq(&events->lock);
	return ready;
}

/* What does not get to the reader stays for the next call. */
static ssize_t gnic_events_copy(struct gnic_events *events, char __user *buf, size_t len)
{
	struct drm_gnic_event event;
	size_t done = 0;
	int ret = 0;

	if (mutex_lock_interruptible(&events->read_lock))
		return -ERESTARTSYS;
	while (len - done >= sizeof(event)) {
		ret = gnic_events_peek(events, &event);
		if (ret > 0 && copy_to_user(buf + done, &event, sizeof(event)))
			ret = -EFAULT;
		if (ret <= 0)
			break;
		gnic_events_pop(events);
		done += sizeof(event);
	}
	mutex_unlock(&events->read_lock);
	return done ?: ret;
}

/**
 * gnic_events_read - whole records, as many as there are and fit
 * @events: from where
 * @buf: to where
 * @len: bytes at @buf
 * @wait: for the first one
 *
 * Return: bytes, 0 after the last record ever, -EAGAIN, -EINVAL (not even one
 * fits), -EFAULT, -ERESTARTSYS.
 */
ssize_t gnic_events_read(struct gnic_events *events, char __user *buf, size_t len, bool wait)
{
	ssize_t ret;

	if (len < sizeof(struct drm_gnic_event))
		return -EINVAL;
	for (;;) {
		ret = gnic_events_copy(events, buf, len);
		if (ret != -EAGAIN || !wait)
			return ret;
		ret = wait_event_interruptible(events->wait, gnic_events_ready(events));
		if (ret)
			return ret;
	}
}

__poll_t gnic_events_poll(struct gnic_events *events, struct file *file,
			  struct poll_table_struct *pt)
{
	__poll_t mask = 0;

	poll_wait(file, &events->wait, pt);
	spin_lock_irq(&events->lock);
	if (events->head != events->tail)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (events->closed)
		mask |= EPOLLHUP;
	spin_unlock_irq(&events->lock);
	return mask;
}
