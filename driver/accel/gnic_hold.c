// SPDX-License-Identifier: GPL-2.0-only
/* Holding a QP group: a file descriptor that belongs to a context. */
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "gnic_accel.h"

/* ---- callbacks of gnic ---- */

static const u32 gnic_hold_event_types[] = {
	[GNIC_ACCEL_GROUP_ACTIVE]	= DRM_GNIC_EVENT_ACTIVE,
	[GNIC_ACCEL_GROUP_INACTIVE]	= DRM_GNIC_EVENT_INACTIVE,
	[GNIC_ACCEL_GROUP_REMOVED]	= DRM_GNIC_EVENT_REMOVED,
	[GNIC_ACCEL_GROUP_QP_ERROR]	= DRM_GNIC_EVENT_QP_ERROR,
	[GNIC_ACCEL_GROUP_QP_RECOVERED]	= DRM_GNIC_EVENT_QP_RECOVERED,
	[GNIC_ACCEL_GROUP_DB_OVERRUN]	= DRM_GNIC_EVENT_DB_OVERRUN,
	[GNIC_ACCEL_GROUP_CQ_ERROR]	= DRM_GNIC_EVENT_CQ_ERROR,
	[GNIC_ACCEL_GROUP_LINK_DOWN]	= DRM_GNIC_EVENT_LINK_DOWN,
	[GNIC_ACCEL_GROUP_LINK_UP]	= DRM_GNIC_EVENT_LINK_UP,
	[GNIC_ACCEL_GROUP_EQ_OVERRUN]	= DRM_GNIC_EVENT_EQ_OVERRUN,
};

static void gnic_hold_event(void *priv, enum gnic_accel_group_event type, u32 qp, u8 syndrome)
{
	struct gnic_hold *hold = priv;
	struct drm_gnic_event event = {
		.type = gnic_hold_event_types[type],
		.qp = qp,
		.syndrome = syndrome,
	};

	gnic_events_push(&hold->events, &event);
}

static void gnic_hold_received(void *priv, const struct gnic_accel_group_rx *rx)
{
	struct gnic_hold *hold = priv;
	struct drm_gnic_event event = {
		.type = rx->buffers ? DRM_GNIC_EVENT_RECV : DRM_GNIC_EVENT_RDMA,
		.qp = rx->qp,
		.bytes = rx->bytes,
		.flags = rx->immediate ? DRM_GNIC_EVENT_IMMEDIATE : 0,
		.tag = rx->tag,
		.index = rx->index,
		.count = rx->buffers,
	};

	gnic_events_push(&hold->events, &event);
}

static const struct gnic_accel_group_ops gnic_hold_group_ops = {
	.event = gnic_hold_event,
	.received = gnic_hold_received,
};

/* ---- the hold ---- */

static struct gnic_hold *gnic_hold_alloc(struct gnic_ctx *ctx)
{
	struct gnic_hold *hold = kzalloc(sizeof(*hold), GFP_KERNEL_ACCOUNT);

	if (!hold)
		return NULL;
	if (gnic_events_init(&hold->events)) {
		kfree(hold);
		return NULL;
	}
	INIT_LIST_HEAD(&hold->link);
	hold->ctx = ctx;
	kref_get(&ctx->ref);
	return hold;
}

static void gnic_hold_free(struct gnic_hold *hold)
{
	gnic_ctx_put(hold->ctx);
	gnic_events_exit(&hold->events);
	kfree(hold);
}

/* A raw group sees frames of the network, as a packet socket does. */
static bool gnic_hold_permitted(struct gnic_group *group)
{
	struct gnic_accel_group_info info;

	gnic_accel_group_query(group, &info);
	return info.type != GNIC_ACCEL_GROUP_RAW || capable(CAP_NET_RAW);
}

static int gnic_hold_take_locked(struct gnic_hold *hold, u32 sfnum)
{
	struct gnic_ctx *ctx = hold->ctx;
	struct gnic_group *group;

	if (ctx->revoked)
		return -ENODEV;
	group = gnic_accel_group_hold(ctx->accel->dev, sfnum, ctx->asid, &gnic_hold_group_ops,
				      hold);
	if (IS_ERR(group))
		return PTR_ERR(group);
	if (!gnic_hold_permitted(group)) {
		gnic_accel_group_release(group);
		return -EPERM;
	}
	hold->group = group;
	list_add_tail(&hold->link, &ctx->holds);
	return 0;
}

static int gnic_hold_take(struct gnic_hold *hold, u32 sfnum)
{
	int err;

	mutex_lock(&hold->ctx->hold_lock);
	err = gnic_hold_take_locked(hold, sfnum);
	mutex_unlock(&hold->ctx->hold_lock);
	return err;
}

static void gnic_hold_give_back(struct gnic_hold *hold)
{
	lockdep_assert_held(&hold->ctx->hold_lock);
	if (!hold->group)
		return;
	gnic_accel_group_release(hold->group);
	hold->group = NULL;
	list_del(&hold->link);
}

/* The context ends: its descriptors stay, and say so. */
void gnic_hold_revoke_all(struct gnic_ctx *ctx)
{
	struct gnic_hold *hold, *next;

	mutex_lock(&ctx->hold_lock);
	ctx->revoked = true;
	list_for_each_entry_safe(hold, next, &ctx->holds, link) {
		gnic_hold_give_back(hold);
		gnic_hold_event(hold, GNIC_ACCEL_GROUP_REMOVED, 0, 0);
	}
	mutex_unlock(&ctx->hold_lock);
}

/* ---- the descriptor ---- */

static ssize_t gnic_hold_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct gnic_hold *hold = file->private_data;

	return gnic_events_read(&hold->events, buf, len, !(file->f_flags & O_NONBLOCK));
}

static __poll_t gnic_hold_poll(struct file *file, struct poll_table_struct *pt)
{
	struct gnic_hold *hold = file->private_data;

	return gnic_events_poll(&hold->events, file, pt);
}

static int gnic_hold_release(struct inode *inode, struct file *file)
{
	struct gnic_hold *hold = file->private_data;

	mutex_lock(&hold->ctx->hold_lock);
	gnic_hold_give_back(hold);
	mutex_unlock(&hold->ctx->hold_lock);
	gnic_hold_free(hold);
	return 0;
}

static const struct file_operations gnic_hold_fops = {
	.owner = THIS_MODULE,
	.read = gnic_hold_read,
	.poll = gnic_hold_poll,
	.release = gnic_hold_release,
};

/**
 * gnic_hold_get - the hold behind a descriptor of this context
 * @ctx: context
 * @fd: descriptor
 * @hold: result
 *
 * Return: the file, for fput(), or ERR_PTR: -EBADF, -EINVAL (something else
 * than a group), -EACCES (another context's).
 */
static struct file *gnic_hold_get(struct gnic_ctx *ctx, int fd, struct gnic_hold **hold)
{
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op != &gnic_hold_fops) {
		fput(file);
		return ERR_PTR(-EINVAL);
	}
	*hold = file->private_data;
	if ((*hold)->ctx != ctx) {
		fput(file);
		return ERR_PTR(-EACCES);
	}
	return file;
}

/**
 * gnic_hold_query - a held group as it is now
 * @ctx: context
 * @fd: descriptor
 * @info: result
 *
 * Return: 0, or an error of gnic_hold_get(), or -ENODEV: the context ended.
 */
int gnic_hold_query(struct gnic_ctx *ctx, int fd, struct gnic_accel_group_info *info)
{
	struct gnic_hold *hold;
	struct file *file;
	int err = -ENODEV;

	file = gnic_hold_get(ctx, fd, &hold);
	if (IS_ERR(file))
		return PTR_ERR(file);
	mutex_lock(&ctx->hold_lock);
	if (hold->group) {
		gnic_accel_group_query(hold->group, info);
		err = 0;
	}
	mutex_unlock(&ctx->hold_lock);
	fput(file);
	return err;
}

static bool gnic_hold_removed(struct gnic_ctx *ctx, int fd)
{
	struct gnic_hold *hold;
	struct file *file;
	bool removed;

	file = gnic_hold_get(ctx, fd, &hold);
	if (IS_ERR(file))
		return false;
	removed = READ_ONCE(hold->events.closed);
	fput(file);
	return removed;
}

/* ---- ioctls ---- */

static int gnic_hold_install(struct gnic_ctx *ctx, u32 sfnum)
{
	struct gnic_hold *hold;
	struct file *file;
	int fd, err;

	hold = gnic_hold_alloc(ctx);
	if (!hold)
		return -ENOMEM;
	file = anon_inode_getfile("gnic_group", &gnic_hold_fops, hold, O_RDONLY | O_CLOEXEC);
	if (IS_ERR(file)) {
		gnic_hold_free(hold);
		return PTR_ERR(file);
	}
	/* from here on the file owns the hold */
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		err = fd;
		goto err_fput;
	}
	err = gnic_hold_take(hold, sfnum);
	if (err)
		goto err_put_fd;
	fd_install(fd, file);
	return fd;

err_put_fd:
	put_unused_fd(fd);
err_fput:
	fput(file);
	return err;
}

int gnic_group_hold_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_gnic_group_hold *args = data;
	int fd, idx;

	if (args->flags || args->fd || args->reserved)
		return -EINVAL;
	if (!drm_dev_enter(drm, &idx))
		return -ENODEV;
	fd = gnic_hold_install(file->driver_priv, args->sfnum);
	drm_dev_exit(idx);
	if (fd < 0)
		return fd;
	args->fd = fd;
	return 0;
}

static const u32 gnic_hold_group_types[] = {
	[GNIC_ACCEL_GROUP_RAW]		 = DRM_GNIC_GROUP_RAW,
	[GNIC_ACCEL_GROUP_WRITE]	 = DRM_GNIC_GROUP_WRITE,
	[GNIC_ACCEL_GROUP_SEND_RDV]	 = DRM_GNIC_GROUP_SEND_RDV,
	[GNIC_ACCEL_GROUP_RECV_RDV]	 = DRM_GNIC_GROUP_RECV_RDV,
	[GNIC_ACCEL_GROUP_READ_RDV]	 = DRM_GNIC_GROUP_READ_RDV,
	[GNIC_ACCEL_GROUP_READ_RDV_ENDP] = DRM_GNIC_GROUP_READ_RDV_ENDP,
};

int gnic_group_info_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_gnic_group_info *args = data;
	struct gnic_accel_group_info info;
	int err;

	if (memchr_inv(&args->flags, 0, sizeof(*args) - offsetof(typeof(*args), flags)))
		return -EINVAL;
	err = gnic_hold_query(file->driver_priv, args->group, &info);
	if (err)
		return err;
	args->flags = info.active ? DRM_GNIC_GROUP_ACTIVE : 0;
	if (info.link)
		args->flags |= DRM_GNIC_GROUP_LINK;
	if (gnic_hold_removed(file->driver_priv, args->group))
		args->flags = DRM_GNIC_GROUP_REMOVED;
	args->sfnum = info.sfnum;
	args->type = gnic_hold_group_types[info.type];
	args->port = info.port;
	args->generation = info.generation;
	args->qpn_base = info.qpn_base;
	args->qp_count = info.qp_count;
	args->peer_qpn_base = info.peer_qpn_base;
	args->depth = info.depth;
	args->path_mtu = info.path_mtu;
	args->vport = info.vport;
	if (info.type >= GNIC_ACCEL_GROUP_SEND_RDV)
		args->rdv_depth = info.rdv_depth;
	return 0;
}

/* Posts args->posted buffers; an error only if it is none. */
static int gnic_hold_recv(struct gnic_hold *hold, struct drm_gnic_group_recv *args, u64 address,
			  u32 signal)
{
	u32 stride = args->stride ?: args->length;
	int err = 0;

	mutex_lock(&hold->ctx->hold_lock);
	if (!hold->group)
		err = -ENODEV;
	while (!err && args->posted < args->count) {
		err = gnic_accel_group_post_recv(hold->group, args->qp,
						 address + (u64)args->posted * stride,
						 args->length, signal);
		if (!err)
			args->posted++;
	}
	mutex_unlock(&hold->ctx->hold_lock);
	if (args->posted)
		return 0;
	return err == -ENOSPC ? -EAGAIN : err;
}

static int gnic_hold_recv_check(const struct drm_gnic_group_recv *args)
{
	if (args->flags & ~(DRM_GNIC_SOB_ADD | DRM_GNIC_SOB_SET) || args->posted)
		return -EINVAL;
	if (!args->length || !args->count)
		return -EINVAL;
	if (args->stride && args->stride < args->length)
		return -EINVAL;
	return 0;
}

int gnic_group_recv_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_gnic_group_recv *args = data;
	u64 stride = args->stride ?: args->length;
	struct drm_gem_object *obj;
	struct gnic_hold *hold;
	struct file *group;
	u64 address;
	u32 signal;
	int err;

	err = gnic_hold_recv_check(args);
	if (err)
		return err;
	err = gnic_sob_word(to_gnic_accel(drm), args->sob, args->sob_value, args->flags, &signal);
	if (err)
		return err;
	group = gnic_hold_get(file->driver_priv, args->group, &hold);
	if (IS_ERR(group))
		return PTR_ERR(group);
	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj) {
		err = -ENOENT;
		goto out_fput;
	}
	err = gnic_bo_piece(obj, args->offset, stride * (args->count - 1) + args->length,
			    &address);
	if (!err)
		err = gnic_hold_recv(hold, args, address, signal);
	drm_gem_object_put(obj);
out_fput:
	fput(group);
	return err;
}
