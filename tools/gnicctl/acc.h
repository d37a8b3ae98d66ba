/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The compute device for programs: gnicctl and the tests. Functions return 0
 * (or what they say) or -errno and print nothing.
 */
#ifndef GNICCTL_ACC_H
#define GNICCTL_ACC_H

#include <drm/gnic_accel.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct acc {
	int fd;
	uint32_t syncobj;	/* of the newest submission */
	struct drm_gnic_info info;
};

struct acc_bo {
	uint32_t handle;
	uint64_t size;
	uint64_t address;
	uint8_t *map;
};

/* ioctl() that goes on after a signal; 0 or -errno. */
int acc_ioctl(int fd, unsigned long request, void *arg);

int acc_open(struct acc *acc, const char *path);
void acc_close(struct acc *acc);

/* Device memory, mapped. @flags: DRM_GNIC_BO_*. */
int acc_bo_create(struct acc *acc, struct acc_bo *bo, uint64_t size, uint32_t flags);
void acc_bo_destroy(struct acc *acc, struct acc_bo *bo);

/*
 * The result is a sync file, for acc_wait() and close(). 0 .. @count commands of
 * one submission.
 */
int acc_submit(struct acc *acc, const struct drm_gnic_cmd *cmds, uint32_t count);
/* The status of the submission: 0, or why it failed, or -ETIME: not yet. */
int acc_wait(int sync_file, int timeout_ms);
/* What such a status means, in words. */
const char *acc_status(int err);
/* Both, and the close. */
int acc_run(struct acc *acc, const struct drm_gnic_cmd *cmds, uint32_t count);

/* A descriptor of the group, or -errno. */
int acc_hold(struct acc *acc, uint32_t sfnum);
int acc_group_info(struct acc *acc, int group, struct drm_gnic_group_info *info);
/* How many of @count buffers the queue took, or -errno. */
int acc_recv(struct acc *acc, int group, uint32_t qp, const struct acc_bo *bo, uint64_t offset,
	     uint32_t length, uint32_t count);
/* 1: @event is the next record, 0: none came in time, -EPIPE: there are no more. */
int acc_event(int group, struct drm_gnic_event *event, int timeout_ms);

#endif
