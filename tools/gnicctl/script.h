/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A script: one command a line. Its objects have names and live until the
 * script ends or frees them. Commands end with usage_error() or fail().
 */
#ifndef GNICCTL_SCRIPT_H
#define GNICCTL_SCRIPT_H

#include "libgnic_accel.h"
#include "receiver.h"

#define SCRIPT_OBJECTS	64
#define SCRIPT_NAME	32
#define SCRIPT_BATCH	256	/* commands of one submission */
#define SCRIPT_WAITING	16	/* submissions under way, of a context */

struct script_ctx {
	char name[SCRIPT_NAME];
	struct gnic_accel *acc;
	int files[SCRIPT_WAITING];	/* of submissions under way, a ring */
	unsigned int files_head, files_tail;
	uint64_t cmds, bytes;		/* submitted since the last "wait" */
	double start;
};

struct script_buf {
	char name[SCRIPT_NAME];
	struct script_ctx *ctx;		/* NULL: a free place */
	struct gnic_accel_bo *bo;
};

struct script_group {
	char name[SCRIPT_NAME];
	struct script_ctx *ctx;
	int fd;
	struct receiver receiver;	/* after "recv" */
};

struct script {
	const char *device;		/* of the context that is opened by itself */
	struct script_ctx ctxs[SCRIPT_OBJECTS];
	unsigned int num_ctxs;
	struct script_ctx *ctx;		/* in use */
	struct script_buf bufs[SCRIPT_OBJECTS];
	struct script_group groups[SCRIPT_OBJECTS];
};

struct script_cmd {
	const char *name;
	void (*run)(struct script *script, int argc, char **argv);
	int min, max;			/* words behind the name */
	const char *synopsis;
	const char *help;
};

/* script_mem.c, script_group.c, script_rdma.c: tables that end with a NULL name */
extern const struct script_cmd script_mem_cmds[];
extern const struct script_cmd script_group_cmds[];
extern const struct script_cmd script_rdma_cmds[];

/* script_obj.c */
struct script_ctx *script_ctx(struct script *script);
struct script_ctx *script_ctx_open(struct script *script, const char *name, const char *device);
struct script_ctx *script_ctx_find(struct script *script, const char *name);
struct script_buf *script_buf_new(struct script *script, const char *name);
struct script_buf *script_buf_find(struct script *script, const char *name);
struct script_group *script_group_new(struct script *script, const char *name);
struct script_group *script_group_find(struct script *script, const char *name);
/* "GROUP.QP" or "GROUP": cuts the text; @qp stays as it was if there is none. */
struct script_group *script_group_qp(struct script *script, char *text, uint32_t *qp);

/* "NAME[+OFFSET]" with room for @size bytes; @size 0: up to the end, which is stored. */
struct script_buf *script_piece(struct script *script, char *text, uint64_t *offset,
				uint64_t *size);

/* script_submit.c: asynchronous, in order */
void script_submit(struct script_ctx *ctx, const struct drm_gnic_cmd *cmds, uint32_t count);
void script_sync(struct script_ctx *ctx);
void script_wait(struct script *script);

/* script.c */
void script_run(struct script *script, const char *place, const char *text);
void script_end(struct script *script);
void script_help(void);

#endif
