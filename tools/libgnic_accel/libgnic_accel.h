/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libgnic_accel: the compute device of a card for programs. What the objects are is
 * in Documentation/accel.rst, how the library is used in libgnic_accel(7).
 *
 * A function returns 0, or what it says, or -errno; gnic_accel_strerror() has the
 * words. None prints, none ends the program, none waits unless it says so. Calls for
 * different contexts may run at the same time; calls for one too, but for closing it.
 */
#ifndef LIBGNIC_ACCEL_H
#define LIBGNIC_ACCEL_H

#include <drm/gnic_accel.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GNIC_ACCEL_API	__attribute__((visibility("default")))

/* ---- contexts, context.c ---- */

struct gnic_accel;

/**
 * gnic_accel_open() - a context of its own
 * @path: device file, see gnic_accel_find()
 * @context: out: for gnic_accel_close()
 *
 * Return: 0 or -errno; -ENOSPC: the card has no more contexts.
 */
GNIC_ACCEL_API int gnic_accel_open(const char *path, struct gnic_accel **context);

/**
 * gnic_accel_close() - the end of a context
 * @context: its buffer objects and groups have to be given back before
 *
 * Work that was submitted is finished first.
 */
GNIC_ACCEL_API void gnic_accel_close(struct gnic_accel *context);

/**
 * gnic_accel_fd() - the descriptor of a context, for what the library does not do
 * @context: it stays the owner
 */
GNIC_ACCEL_API int gnic_accel_fd(const struct gnic_accel *context);

/**
 * gnic_accel_info() - the card as it was when the context was opened
 * @context: owns what is returned
 */
GNIC_ACCEL_API const struct drm_gnic_info *gnic_accel_info(const struct gnic_accel *context);

/**
 * gnic_accel_ioctl() - ioctl() that goes on after a signal
 * @fd: of a context, or of what was made from it
 * @request: one of drm/gnic_accel.h or drm/drm.h
 * @arg: its struct
 *
 * Return: 0 or -errno.
 */
GNIC_ACCEL_API int gnic_accel_ioctl(int fd, unsigned long request, void *arg);

/**
 * gnic_accel_strerror() - words for what a function, or a wait, returned
 * @err: -errno
 */
GNIC_ACCEL_API const char *gnic_accel_strerror(int err);

/* ---- device files, find.c ---- */

/**
 * gnic_accel_find() - the device file of a card
 * @device: "pci/0000:00:10.0", "0000:00:10.0", "accel0", a path, or NULL: the first card
 * @path: out
 * @size: bytes of @path
 *
 * Return: 0, -ENODEV: it has no compute device, -ENAMETOOLONG.
 */
GNIC_ACCEL_API int gnic_accel_find(const char *device, char *path, size_t size);

/**
 * gnic_accel_card() - the card of a device file
 * @name: such as "accel0"
 * @card: out: such as "pci/0000:00:10.0"
 * @size: bytes of @card
 *
 * Return: 0, -ENODEV: it is of no card, -ENAMETOOLONG.
 */
GNIC_ACCEL_API int gnic_accel_card(const char *name, char *card, size_t size);

/* ---- memory, bo.c ---- */

/**
 * struct gnic_accel_bo - a buffer object; the library's, to be read only
 * @handle: for commands
 * @flags: DRM_GNIC_BO_*
 * @size: bytes, whole pages
 * @address: device address, for far ends
 * @map: the memory in this process; NULL: it is imported, and its exporter can't map it
 * @context: that it belongs to
 */
struct gnic_accel_bo {
	uint32_t handle;
	uint32_t flags;
	uint64_t size;
	uint64_t address;
	uint8_t *map;
	struct gnic_accel *context;
};

/**
 * gnic_accel_bo_create() - device memory, zero, and mapped
 * @context: whose it is
 * @bo: out: for gnic_accel_bo_destroy()
 * @size: bytes
 * @flags: DRM_GNIC_BO_*
 *
 * Return: 0 or -errno; -ENOMEM: no such piece of memory.
 */
GNIC_ACCEL_API int gnic_accel_bo_create(struct gnic_accel *context, struct gnic_accel_bo **bo,
					uint64_t size, uint32_t flags);

/**
 * gnic_accel_bo_export() - a dma-buf of a buffer object
 * @bo: the memory stays as long as the dma-buf does
 * @flags: DRM_RDWR: it may be written; or 0
 *
 * Return: a descriptor, close-on-exec, or -errno.
 */
GNIC_ACCEL_API int gnic_accel_bo_export(const struct gnic_accel_bo *bo, uint32_t flags);

/**
 * gnic_accel_bo_import() - the memory behind a dma-buf
 * @context: who gets it
 * @bo: out: for gnic_accel_bo_destroy(); mapped for reading, and for writing if it may be
 * @fd: descriptor of the dma-buf; it stays the caller's, and may be closed
 * @flags: 0 or DRM_GNIC_BO_REMOTE_*
 *
 * Return: 0 or -errno; -EOPNOTSUPP: device memory of another card, -EACCES: far ends may not
 * write there, -ENODEV: who exported it is gone.
 */
GNIC_ACCEL_API int gnic_accel_bo_import(struct gnic_accel *context, struct gnic_accel_bo **bo,
					int fd, uint32_t flags);

/**
 * gnic_accel_bo_destroy() - gives it back; work under way keeps its memory
 * @bo: or NULL
 */
GNIC_ACCEL_API void gnic_accel_bo_destroy(struct gnic_accel_bo *bo);

/* ---- types of numbers, reduction.c ---- */

/**
 * struct gnic_accel_type - what a reduction can be of
 * @name: such as "bf16", or, of one that is upscaled, "bf16-fp32"
 * @code: enum drm_gnic_reduction_type
 * @src: bytes of a number that comes
 * @dst: bytes of one that is there
 */
struct gnic_accel_type {
	const char *name;
	uint32_t code;
	uint32_t src;
	uint32_t dst;
};

/**
 * gnic_accel_type_at() - all types, one by one
 * @index: 0 ..
 *
 * Return: NULL: there are no more.
 */
GNIC_ACCEL_API const struct gnic_accel_type *gnic_accel_type_at(uint32_t index);

/* ---- commands ---- */

static inline struct drm_gnic_cmd gnic_accel_cmd(enum drm_gnic_op op)
{
	struct drm_gnic_cmd cmd;

	memset(&cmd, 0, sizeof(cmd));
	cmd.op = op;
	return cmd;
}

/* COPY within the memory of a context. */
static inline struct drm_gnic_cmd
gnic_accel_copy(const struct gnic_accel_bo *src, uint64_t src_offset,
		const struct gnic_accel_bo *dst, uint64_t dst_offset, uint64_t size)
{
	struct drm_gnic_cmd cmd = gnic_accel_cmd(DRM_GNIC_OP_COPY);

	cmd.src = src->handle;
	cmd.src_offset = src_offset;
	cmd.dst = dst->handle;
	cmd.dst_offset = dst_offset;
	cmd.size = size;
	return cmd;
}

/* REDUCE; @reduction: DRM_GNIC_REDUCTION(). */
static inline struct drm_gnic_cmd
gnic_accel_reduce(const struct gnic_accel_bo *src, uint64_t src_offset,
		  const struct gnic_accel_bo *dst, uint64_t dst_offset, uint64_t size,
		  uint32_t reduction)
{
	struct drm_gnic_cmd cmd = gnic_accel_copy(src, src_offset, dst, dst_offset, size);

	cmd.op = DRM_GNIC_OP_REDUCE;
	cmd.reduction = reduction;
	return cmd;
}

/* FILL with a 32-bit pattern. */
static inline struct drm_gnic_cmd
gnic_accel_fill(const struct gnic_accel_bo *dst, uint64_t dst_offset, uint64_t size,
		uint32_t pattern)
{
	struct drm_gnic_cmd cmd = gnic_accel_cmd(DRM_GNIC_OP_FILL);

	cmd.dst = dst->handle;
	cmd.dst_offset = dst_offset;
	cmd.size = size;
	cmd.data = pattern;
	return cmd;
}

/* RDMA WRITE to a device address of the far end of a QP. */
static inline struct drm_gnic_cmd
gnic_accel_write(int group, uint32_t qp, const struct gnic_accel_bo *src, uint64_t src_offset,
		 uint64_t address, uint64_t size)
{
	struct drm_gnic_cmd cmd = gnic_accel_cmd(DRM_GNIC_OP_RDMA_WRITE);

	cmd.group = group;
	cmd.qp = qp;
	cmd.src = src->handle;
	cmd.src_offset = src_offset;
	cmd.dst_offset = address;
	cmd.size = size;
	return cmd;
}

/* Rows of @row bytes, @count of them @stride bytes apart; more dimensions by hand. */
static inline struct drm_gnic_rows
gnic_accel_rows(enum drm_gnic_rows_sides sides, uint32_t row, uint16_t count, uint32_t stride)
{
	struct drm_gnic_rows rows;
	uint32_t i;

	memset(&rows, 0, sizeof(rows));
	rows.sides = sides;
	rows.row = row;
	for (i = 0; i < DRM_GNIC_ROWS_DIMS; i++)
		rows.count[i] = 1;
	rows.count[0] = count;
	rows.stride[0] = count > 1 ? stride : 0;
	return rows;
}

/* Bytes of all rows here. */
static inline uint64_t gnic_accel_rows_size(const struct drm_gnic_rows *rows)
{
	uint32_t i, dims = DRM_GNIC_ROWS_DIMS;
	uint64_t size = rows->row;

	if (rows->sides == DRM_GNIC_ROWS_EACH)
		dims /= 2;
	for (i = 0; i < dims; i++)
		size *= rows->count[i];
	return size;
}

/* RDMA WRITE of rows, which have to stay as they are until the submission has returned. */
static inline struct drm_gnic_cmd
gnic_accel_write_rows(int group, uint32_t qp, const struct gnic_accel_bo *src,
		      uint64_t src_offset, uint64_t address, const struct drm_gnic_rows *rows)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(group, qp, src, src_offset, address,
						   gnic_accel_rows_size(rows));

	cmd.rows = (uintptr_t)rows;
	return cmd;
}

/* SEND, into the buffer that is next at the far end of a QP. */
static inline struct drm_gnic_cmd
gnic_accel_send(int group, uint32_t qp, const struct gnic_accel_bo *src, uint64_t src_offset,
		uint64_t size)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(group, qp, src, src_offset, 0, size);

	cmd.op = DRM_GNIC_OP_SEND;
	return cmd;
}

/* RDV_SEND, into the buffer that the far end of a QP offered next, or will offer. */
static inline struct drm_gnic_cmd
gnic_accel_rdv_send(int group, uint32_t qp, const struct gnic_accel_bo *src, uint64_t src_offset,
		    uint64_t size)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(group, qp, src, src_offset, 0, size);

	cmd.op = DRM_GNIC_OP_RDV_SEND;
	return cmd;
}

/* RDV_RECV: offers a buffer, which far ends may write, for the next RDV_SEND. */
static inline struct drm_gnic_cmd
gnic_accel_rdv_recv(int group, uint32_t qp, const struct gnic_accel_bo *dst, uint64_t dst_offset,
		    uint64_t size)
{
	struct drm_gnic_cmd cmd = gnic_accel_cmd(DRM_GNIC_OP_RDV_RECV);

	cmd.group = group;
	cmd.qp = qp;
	cmd.dst = dst->handle;
	cmd.dst_offset = dst_offset;
	cmd.size = size;
	return cmd;
}

/*
 * RDV_READ of a device address of the far end of a QP into a buffer that far ends may
 * write. It is there when a record of type RDMA with tag @data says so.
 */
static inline struct drm_gnic_cmd
gnic_accel_rdv_read(int group, uint32_t qp, uint64_t address, const struct gnic_accel_bo *dst,
		    uint64_t dst_offset, uint64_t size, uint32_t data)
{
	struct drm_gnic_cmd cmd = gnic_accel_rdv_recv(group, qp, dst, dst_offset, size);

	cmd.op = DRM_GNIC_OP_RDV_READ;
	cmd.src_offset = address;
	cmd.data = data;
	return cmd;
}

/* WAIT: what follows starts when all before is done. */
static inline struct drm_gnic_cmd gnic_accel_barrier(void)
{
	return gnic_accel_cmd(DRM_GNIC_OP_WAIT);
}

/* A WRITE, SEND or RDV_SEND whose arrival is told, with 32 bits of data. */
static inline struct drm_gnic_cmd gnic_accel_immediate(struct drm_gnic_cmd cmd, uint32_t data)
{
	cmd.flags |= DRM_GNIC_CMD_IMMEDIATE;
	cmd.data = data;
	return cmd;
}

/* SOB_WAIT: what follows starts when sync object @sob of the device has reached @value. */
static inline struct drm_gnic_cmd gnic_accel_sob_wait(uint32_t sob, uint32_t value)
{
	struct drm_gnic_cmd cmd = gnic_accel_cmd(DRM_GNIC_OP_SOB_WAIT);

	cmd.sob = sob;
	cmd.sob_value = value;
	return cmd;
}

/* SOB_ADD */
static inline struct drm_gnic_cmd gnic_accel_sob_add(uint32_t sob, uint32_t value)
{
	struct drm_gnic_cmd cmd = gnic_accel_sob_wait(sob, value);

	cmd.op = DRM_GNIC_OP_SOB_ADD;
	return cmd;
}

/* SOB_SET */
static inline struct drm_gnic_cmd gnic_accel_sob_set(uint32_t sob, uint32_t value)
{
	struct drm_gnic_cmd cmd = gnic_accel_sob_wait(sob, value);

	cmd.op = DRM_GNIC_OP_SOB_SET;
	return cmd;
}

/* A WRITE, SEND or RDV_SEND that adds @value, up to 3, to sync object @sob of the far end. */
static inline struct drm_gnic_cmd gnic_accel_signal(struct drm_gnic_cmd cmd, uint32_t sob,
						    uint32_t value)
{
	cmd.flags |= DRM_GNIC_SOB_ADD;
	cmd.sob = sob;
	cmd.sob_value = value;
	return cmd;
}

/* ---- sync objects of the device ---- */

/**
 * gnic_accel_sobs_set() - say who may use them; they become 0
 * @context: whose they are
 * @first: number of the first one
 * @count: how many
 * @flags: DRM_GNIC_SOB_USE, DRM_GNIC_SOB_REMOTE; 0: nobody
 *
 * Return: 0 or -errno.
 */
static inline int gnic_accel_sobs_set(const struct gnic_accel *context, uint32_t first,
				      uint32_t count, uint32_t flags)
{
	struct drm_gnic_sobs_set set;

	memset(&set, 0, sizeof(set));
	set.first = first;
	set.count = count;
	set.flags = flags;
	return gnic_accel_ioctl(gnic_accel_fd(context), DRM_IOCTL_GNIC_SOBS_SET, &set);
}

/**
 * gnic_accel_sobs_read() - their values as they are now
 * @context: whose they are
 * @first: number of the first one
 * @count: how many
 * @values: out
 *
 * Return: 0 or -errno.
 */
static inline int gnic_accel_sobs_read(const struct gnic_accel *context, uint32_t first,
				       uint32_t count, uint32_t *values)
{
	struct drm_gnic_sobs_read read;

	memset(&read, 0, sizeof(read));
	read.values = (uintptr_t)values;
	read.first = first;
	read.count = count;
	return gnic_accel_ioctl(gnic_accel_fd(context), DRM_IOCTL_GNIC_SOBS_READ, &read);
}

/* ---- submissions, submit.c ---- */

/**
 * gnic_accel_submit() - a list of commands
 * @context: whose queue they go to
 * @cmds: 0 .. @count of one submission
 * @count: 1 .. submit_max
 *
 * Return: a sync file, for gnic_accel_wait() or poll(), and close(); or -errno, and
 * nothing has started.
 */
GNIC_ACCEL_API int gnic_accel_submit(struct gnic_accel *context, const struct drm_gnic_cmd *cmds,
				     uint32_t count);

/**
 * gnic_accel_wait() - waits for a submission
 * @sync_file: of gnic_accel_submit() or gnic_accel_sync_file()
 * @timeout_ms: 0: only look; negative: without end
 *
 * Return: its status: 0, or why it failed; -ETIME: it is still under way.
 */
GNIC_ACCEL_API int gnic_accel_wait(int sync_file, int timeout_ms);

/**
 * gnic_accel_run() - gnic_accel_submit(), gnic_accel_wait() and close()
 * @context: see there
 * @cmds: see there
 * @count: see there
 *
 * Waits four times as long as the queue may stand still.
 */
GNIC_ACCEL_API int gnic_accel_run(struct gnic_accel *context, const struct drm_gnic_cmd *cmds,
				  uint32_t count);

/**
 * gnic_accel_submit_sync() - a list of commands between sync objects
 * @context: whose queue they go to
 * @cmds: see gnic_accel_submit()
 * @count: see gnic_accel_submit()
 * @in: the commands start when these are signalled
 * @in_count: 0 .. DRM_GNIC_SYNCS_MAX
 * @out: signalled when the commands are done
 * @out_count: 0 .. DRM_GNIC_SYNCS_MAX
 *
 * Return: 0 or -errno, and nothing has started.
 */
GNIC_ACCEL_API int gnic_accel_submit_sync(struct gnic_accel *context,
					  const struct drm_gnic_cmd *cmds, uint32_t count,
					  const struct drm_gnic_sync *in, uint32_t in_count,
					  const struct drm_gnic_sync *out, uint32_t out_count);

/* ---- sync objects, sync.c ---- */

/**
 * gnic_accel_sync_create() - a sync object, which is a timeline if its points are used
 * @context: whose it is
 * @sync: out: handle
 *
 * Return: 0 or -errno.
 */
GNIC_ACCEL_API int gnic_accel_sync_create(struct gnic_accel *context, uint32_t *sync);

/**
 * gnic_accel_sync_destroy() - what waits for it goes on waiting for the work
 * @context: whose it is
 * @sync: handle
 */
GNIC_ACCEL_API void gnic_accel_sync_destroy(struct gnic_accel *context, uint32_t sync);

/**
 * gnic_accel_sync_wait() - sleeps until points of timelines are reached
 * @context: whose they are
 * @syncs: objects and their points; 0 with a binary one
 * @count: how many, all of which are waited for
 * @timeout_ms: 0: only look; negative: without end
 *
 * A point that nobody has submitted yet is waited for, too. Failures are not told: see
 * gnic_accel_sync_file().
 *
 * Return: 0, -ETIME, or -errno.
 */
GNIC_ACCEL_API int gnic_accel_sync_wait(struct gnic_accel *context,
					const struct drm_gnic_sync *syncs, uint32_t count,
					int timeout_ms);

/**
 * gnic_accel_sync_point() - the last point of a timeline that was reached
 * @context: whose it is
 * @sync: handle
 * @point: out
 *
 * Return: 0 or -errno.
 */
GNIC_ACCEL_API int gnic_accel_sync_point(struct gnic_accel *context, uint32_t sync,
					 uint64_t *point);

/**
 * gnic_accel_sync_file() - the work behind a sync object as a sync file
 * @context: whose it is
 * @sync: a binary object
 *
 * Return: a descriptor that keeps the status, or -errno.
 */
GNIC_ACCEL_API int gnic_accel_sync_file(struct gnic_accel *context, uint32_t sync);

/* ---- groups, group.c ---- */

/**
 * gnic_accel_hold() - own a QP group
 * @context: whose memory it may touch
 * @sfnum: subfunction number of its devlink port
 *
 * Return: a descriptor, whose close() gives the group back, or -errno.
 */
GNIC_ACCEL_API int gnic_accel_hold(struct gnic_accel *context, uint32_t sfnum);

/**
 * gnic_accel_group_info() - a held group as it is now
 * @context: that holds it
 * @group: descriptor
 * @info: out
 *
 * Return: 0 or -errno.
 */
static inline int gnic_accel_group_info(const struct gnic_accel *context, int group,
					struct drm_gnic_group_info *info)
{
	memset(info, 0, sizeof(*info));
	info->group = group;
	return gnic_accel_ioctl(gnic_accel_fd(context), DRM_IOCTL_GNIC_GROUP_INFO, info);
}

/**
 * gnic_accel_recv() - give a QP buffers, for frames or SENDs
 * @context: that holds the group
 * @group: descriptor
 * @qp: 0 .. qp_count - 1
 * @bo: memory that they are in, one behind the other
 * @offset: of the first one
 * @length: bytes of each
 * @count: how many
 *
 * Return: how many of them the queue took, or -errno; -EAGAIN: none, it is full.
 */
GNIC_ACCEL_API int gnic_accel_recv(struct gnic_accel *context, int group, uint32_t qp,
				   const struct gnic_accel_bo *bo, uint64_t offset,
				   uint32_t length, uint32_t count);

/**
 * gnic_accel_event() - waits for the next record of a group
 * @group: descriptor
 * @event: out
 * @timeout_ms: 0: only look; negative: without end
 *
 * Return: 1: there is one, 0: none came in time, -EPIPE: there are no more, or -errno.
 */
GNIC_ACCEL_API int gnic_accel_event(int group, struct drm_gnic_event *event, int timeout_ms);

#ifdef __cplusplus
}
#endif

#endif
