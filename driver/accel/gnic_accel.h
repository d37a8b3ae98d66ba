/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compute module's objects, and who owns them.
 *
 * gnic_accel	the DRM device of a card
 * gnic_ctx	an open file: ASID, compute queue
 * gnic_bo	memory of a context, of the device or the host, a GEM object
 * gnic_hold	a QP group that a context holds, behind a file descriptor
 * gnic_job	a submission on its way through the queue
 *
 * Locks, outermost first:
 *
 * gnic_accel.ctx_lock	the list of contexts
 * gnic_ctx.stop_lock	a context stops once, and whoever asks waits for it
 * gnic_ctx.hold_lock	held groups; gnic takes the lock of a group, and rtnl in it,
 *			so it is none of those that follow: they are taken when
 *			memory of a process is unmapped
 * gnic_accel.bo_lock	buffer objects, and that their memory is there
 * gnic_ctx.lock	ASID, windows
 * gnic_ctx.job_lock	spinlock: queue and jobs; callbacks of gnic take this
 *			one alone, so that gnic may wait for them
 */
#ifndef GNIC_ACCEL_H
#define GNIC_ACCEL_H

#include <drm/drm_device.h>
#include <drm/drm_gem.h>
#include <drm/drm_mm.h>
#include <drm/gnic_accel.h>
#include <linux/dma-direction.h>
#include <linux/dma-fence.h>
#include <linux/file.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "gnic_accel_api.h"

#define GNIC_QUEUE_LOG		10
#define GNIC_QUEUE_DEPTH	BIT(GNIC_QUEUE_LOG)
#define GNIC_SUBMIT_MAX		256u
#define GNIC_JOBS_MAX		1024u		/* of a context */
#define GNIC_JOB_TIMEOUT_MS	5000
#define GNIC_JOB_SILENCE	SZ_1M		/* bytes between two CQEs of a job */
#define GNIC_EVENTS		4096u

struct dma_buf;
struct dma_buf_attachment;
struct gnic_bo;

/* A range of device addresses that is handed out in pieces. */
struct gnic_space {
	struct mutex lock;		/* all of it */
	struct drm_mm mm;
	u64 used;
};

struct gnic_accel {
	struct drm_device drm;
	struct gnic_dev *dev;
	struct gnic_accel_info info;
	struct workqueue_struct *wq;

	struct gnic_space hbm;		/* device memory */
	struct gnic_space mapped;	/* where windows show host memory */

	struct mutex bo_lock;		/* bos */
	struct list_head bos;

	struct mutex ctx_lock;		/* contexts */
	struct list_head contexts;
};

static inline struct gnic_accel *to_gnic_accel(struct drm_device *drm)
{
	return container_of(drm, struct gnic_accel, drm);
}

/**
 * struct gnic_ctx - an open file
 * @ref: the file, each buffer object, each descriptor of a group
 * @accel: device; its memory stays while a file is open
 * @link: in accel->contexts
 * @stop_lock: see above
 * @hold_lock: see above
 * @holds: struct gnic_hold
 * @revoked: the context stops, nothing is held any more
 * @lock: see above
 * @asid: 0: the context has stopped, and with it all windows are gone; does not change
 *	before @revoked
 * @stuck: the device has not said that they are
 * @job_lock: all below
 * @error: why no submission is accepted any more, or 0
 * @queue: NULL while it is reset and after the end
 * @waiting: jobs for which a fence or room in the queue is missing
 * @running: jobs that the device has, oldest first
 * @jobs: in @waiting and @running
 * @done: jobs whose fence is signalled, for @reap
 * @head: commands ever posted to @queue
 * @tail: commands of @head that are retired
 * @slots: whose a command is, by the low bits of its number; NULL when complete
 * @dep: fence that @dep_cb waits for, or NULL
 * @dep_cb: queues @run
 * @busy_ns: how long @running had jobs, up to @busy_since
 * @busy_since: since when it has, or 0
 * @progress: jiffies when the oldest of @running last moved
 * @broken: the queue can't complete anything
 * @run: looks at @waiting
 * @reap: frees @done
 * @watchdog: resets the queue
 * @idle: woken when the last job is done
 */
struct gnic_ctx {
	struct kref ref;
	struct gnic_accel *accel;
	struct list_head link;
	struct mutex stop_lock;		/* stopping */

	struct mutex hold_lock;		/* holds, revoked */
	struct list_head holds;
	bool revoked;

	struct mutex lock;		/* asid, stuck */
	u16 asid;
	bool stuck;

	spinlock_t job_lock;		/* all below */
	int error;
	struct gnic_accel_queue *queue;
	struct list_head waiting;
	struct list_head running;
	u32 jobs;
	struct list_head done;
	u32 head;
	u32 tail;
	struct gnic_job *slots[GNIC_QUEUE_DEPTH];
	struct dma_fence *dep;
	struct dma_fence_cb dep_cb;
	u64 busy_ns;
	ktime_t busy_since;
	unsigned long progress;
	bool broken;
	struct work_struct run;
	struct delayed_work reap;
	struct delayed_work watchdog;
	wait_queue_head_t idle;
};

/**
 * struct gnic_bo_memory - where the memory of a buffer object is
 * @get: take it, zeroed; 0 or -errno
 * @put: give it back
 * @pfn: of a page of it
 * @reaches: can this device get there?
 * @map: its pieces, by addresses of a device that can
 * @unmap: the end of @map; memory that was given back meanwhile goes now
 *
 * What is imported has @get and @put alone.
 */
struct gnic_bo_memory {
	int (*get)(struct gnic_bo *bo);
	void (*put)(struct gnic_bo *bo);
	unsigned long (*pfn)(struct gnic_bo *bo, unsigned long page);
	bool (*reaches)(struct gnic_bo *bo, struct device *dev);
	struct sg_table *(*map)(struct gnic_bo *bo, struct device *dev,
				enum dma_data_direction dir);
	void (*unmap)(struct sg_table *sgt, struct device *dev, enum dma_data_direction dir);
};

/**
 * struct gnic_bo - a buffer object
 * @base: GEM object
 * @ctx: whose
 * @link: in accel->bos, as long as anybody may have to give the memory back
 * @memory: what it is of
 * @there: it has memory, and a window unless the context has stopped
 * @orphan: the GEM object is gone, but the device may still reach the memory
 * @flags: DRM_GNIC_BO_*
 * @window: of the context's ASID
 * @space: of @node
 * @node: addresses
 * @pages: host memory, page by page
 * @sgt: pieces of host or imported memory, with addresses of the device; NULL: the window
 *	is at @node
 * @import: what it is of, or NULL
 * @attach: of the card to @import
 */
struct gnic_bo {
	struct drm_gem_object base;
	struct gnic_ctx *ctx;
	struct list_head link;
	const struct gnic_bo_memory *memory;
	bool there;
	bool orphan;
	u32 flags;
	u32 window;
	struct gnic_space *space;
	struct drm_mm_node node;
	struct page **pages;
	struct sg_table *sgt;
	struct dma_buf *import;
	struct dma_buf_attachment *attach;
};

static inline struct gnic_bo *to_gnic_bo(struct drm_gem_object *obj)
{
	return container_of(obj, struct gnic_bo, base);
}

/**
 * gnic_bo_piece - where a piece of a buffer object is
 * @obj: object
 * @offset: where the piece begins
 * @size: bytes of it, not 0
 * @address: its device address
 *
 * Return: 0 or -ERANGE.
 */
static inline int gnic_bo_piece(struct drm_gem_object *obj, u64 offset, u64 size, u64 *address)
{
	if (size > obj->size || offset > obj->size - size)
		return -ERANGE;
	*address = to_gnic_bo(obj)->node.start + offset;
	return 0;
}

/* Records for a reader; the writer never waits. */
struct gnic_events {
	struct mutex read_lock;		/* tail: one reader at a time */
	spinlock_t lock;		/* all below */
	wait_queue_head_t wait;
	struct drm_gnic_event *ring;	/* GNIC_EVENTS of them */
	u32 head;
	u32 tail;
	u32 lost;
	bool closed;			/* the last record is in */
};

struct gnic_hold {
	struct gnic_ctx *ctx;
	struct list_head link;		/* ctx->holds */
	struct gnic_group *group;	/* ctx->hold_lock; NULL: given back */
	struct gnic_events events;
};

/**
 * struct gnic_job - a submission
 * @link: in a list of the context
 * @ctx: whose; the job does not hold it: a context ends after its jobs
 * @fence: done
 * @error: of the first command that failed
 * @wqe: commands
 * @count: of @wqe; a command may be two
 * @signals: how many of @wqe ask for a CQE, see gnic_job_signal()
 * @pending: of those, posted and not complete
 * @end: ctx->head behind its last command
 * @bos: objects that must stay; one reference each
 * @bo_count: of @bos
 * @deps: fences that it waits for
 * @dep_count: of @deps
 * @dep_next: first of @deps that was not signalled when last looked at
 */
struct gnic_job {
	struct list_head link;
	struct gnic_ctx *ctx;
	struct dma_fence *fence;
	int error;
	struct gnic_hw_compute_wqe *wqe;
	u32 count;
	u32 signals;
	u32 pending;
	u32 end;
	struct drm_gem_object **bos;
	u32 bo_count;
	struct dma_fence **deps;
	u32 dep_count;
	u32 dep_next;
};

/* gnic_ctx.c */
int gnic_ctx_open(struct drm_device *drm, struct drm_file *file);
void gnic_ctx_postclose(struct drm_device *drm, struct drm_file *file);
void gnic_ctx_stop_all(struct gnic_accel *accel);
void gnic_ctx_put(struct gnic_ctx *ctx);

/* gnic_space.c */
int gnic_space_init(struct gnic_accel *accel, struct gnic_space *space, u64 start, u64 size);
int gnic_space_get(struct gnic_space *space, struct gnic_bo *bo);
void gnic_space_put(struct gnic_bo *bo);
u64 gnic_space_used(struct gnic_space *space);

/* gnic_hbm.c, gnic_host.c */
extern const struct gnic_bo_memory gnic_hbm_memory;
extern const struct gnic_bo_memory gnic_host_memory;
bool gnic_host_fits(struct gnic_accel *accel, u64 size);

/* gnic_import.c */
extern const struct gnic_bo_memory gnic_import_memory;
struct dma_buf *gnic_import_open(struct gnic_accel *accel, int fd, u32 flags);
void gnic_import_close(struct gnic_bo *bo);
bool gnic_import_read_only(const struct dma_buf *dma_buf);

/* gnic_export.c */
struct dma_buf *gnic_export(struct drm_gem_object *obj, int flags);

/* gnic_bo.c */
int gnic_bo_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int gnic_bo_info_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
void gnic_bo_put_orphans(struct gnic_ctx *ctx);
void gnic_bo_put_all(struct gnic_accel *accel);

/* gnic_hold.c */
int gnic_group_hold_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int gnic_group_info_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int gnic_group_recv_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int gnic_hold_query(struct gnic_ctx *ctx, int fd, struct gnic_accel_group_info *info);
void gnic_hold_revoke_all(struct gnic_ctx *ctx);

/* gnic_event.c */
int gnic_events_init(struct gnic_events *events);
void gnic_events_exit(struct gnic_events *events);
void gnic_events_push(struct gnic_events *events, const struct drm_gnic_event *event);
ssize_t gnic_events_read(struct gnic_events *events, char __user *buf, size_t len, bool wait);
__poll_t gnic_events_poll(struct gnic_events *events, struct file *file,
			  struct poll_table_struct *pt);

/* gnic_reduction.c */
bool gnic_reduction_upscales(u32 reduction);
int gnic_reduction_check(const struct drm_gnic_cmd *cmd);

/**
 * struct gnic_submit - on the stack of one call
 * @file: who
 * @job: what becomes of it
 * @handle: whose object @bo is; a stream of commands looks it up once
 * @bo: the job's, or NULL
 * @group_fd: whose description @group is; likewise
 * @group: see @group_fd
 */
struct gnic_submit {
	struct drm_file *file;
	struct gnic_job *job;
	u32 handle;
	struct drm_gem_object *bo;
	int group_fd;
	struct gnic_accel_group_info group;
};

/* A command of a submission: from what the user says to the device's, checked. */
typedef int gnic_submit_op(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			   struct gnic_hw_compute_wqe *wqe);

static inline __le32 gnic_submit_ctrl(enum gnic_hw_wqe_opcode opcode)
{
	return cpu_to_le32(FIELD_PREP(GNIC_WQE_OPCODE, opcode));
}

static inline bool gnic_submit_size_valid(u64 size)
{
	return size && size <= DRM_GNIC_CMD_SIZE_MAX;
}

/* gnic_submit.c */
int gnic_submit_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int gnic_submit_find(struct gnic_submit *submit, u32 handle);

/**
 * gnic_submit_span - where a piece of a buffer object is
 * @submit: the job keeps the object until it is done
 * @handle: of the object
 * @offset: where the piece begins
 * @span: bytes of it, not 0
 * @address: out: its device address
 *
 * Return: 0, -ENOENT, -ERANGE.
 */
static inline int gnic_submit_span(struct gnic_submit *submit, u32 handle, u64 offset, u64 span,
				   u64 *address)
{
	int err;

	if (!submit->bo || submit->handle != handle) {
		err = gnic_submit_find(submit, handle);
		if (err)
			return err;
	}
	return gnic_bo_piece(submit->bo, offset, span, address);
}

/* gnic_message.c */
gnic_submit_op gnic_message_write;
gnic_submit_op gnic_message_send;	/* and RDV_SEND */
gnic_submit_op gnic_message_rdv_recv;
gnic_submit_op gnic_message_rdv_read;

/**
 * struct gnic_rows - rows of an RDMA WRITE
 * @opcode: of its WQE
 * @half: the WQE's second half
 * @span: bytes from the first one here to behind the last
 */
struct gnic_rows {
	enum gnic_hw_wqe_opcode opcode;
	struct gnic_hw_rc_stride half;
	u64 span;
};

/* gnic_rows.c */
int gnic_rows_get(struct gnic_accel *accel, const struct drm_gnic_cmd *cmd,
		  struct gnic_rows *rows);

/* gnic_sob.c */
int gnic_sobs_set_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int gnic_sobs_read_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int gnic_sob_word(const struct gnic_accel *accel, u32 sob, u32 value, u32 how, u32 *word);
int gnic_sob_completion(const struct gnic_accel *accel, const struct drm_gnic_cmd *cmd,
			struct gnic_hw_rc_wqe *wqe);
int gnic_sob_cmd(const struct gnic_accel *accel, const struct drm_gnic_cmd *cmd,
		 struct gnic_hw_compute_wqe *wqe);

/* gnic_job.c */
struct gnic_job *gnic_job_alloc(struct gnic_ctx *ctx, u32 count, u32 dep_count);
void gnic_job_free(struct gnic_job *job);
int gnic_job_queue(struct gnic_job *job);
void gnic_job_reap(struct gnic_ctx *ctx);

/* gnic_queue.c */
int gnic_queue_init(struct gnic_ctx *ctx);
void gnic_queue_stop(struct gnic_ctx *ctx, int error);
void gnic_queue_exit(struct gnic_ctx *ctx);
void gnic_queue_drain(struct gnic_ctx *ctx);
void gnic_queue_run(struct gnic_ctx *ctx);

/* gnic_usage.c */
void gnic_usage_show(struct drm_printer *p, struct drm_file *file);
void gnic_usage_begin(struct gnic_ctx *ctx);	/* job_lock held */
void gnic_usage_end(struct gnic_ctx *ctx);	/* likewise */

/* gnic_fence.c */
struct dma_fence *gnic_fence_create(void);

#endif /* GNIC_ACCEL_H */
