// SPDX-License-Identifier: GPL-2.0-only
/* Names of a script: contexts, buffers, groups. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "node.h"
#include "parse.h"
#include "script.h"

static void script_check_name(const char *name)
{
	const char *p;

	for (p = name; isalnum((unsigned char)*p) || *p == '_' || *p == '-'; p++)
		;
	if (*p || p == name || p - name >= SCRIPT_NAME || isdigit((unsigned char)name[0]))
		usage_error("\"%s\" is no name: letters, digits, \"_\" and \"-\", less than %d",
			    name, SCRIPT_NAME);
}

static void script_set_name(char *to, const char *name)
{
	script_check_name(name);
	snprintf(to, SCRIPT_NAME, "%s", name);
}

/* ---- contexts ---- */

struct script_ctx *script_ctx_find(struct script *script, const char *name)
{
	unsigned int i;

	for (i = 0; i < script->num_ctxs; i++)
		if (strcmp(script->ctxs[i].name, name) == 0)
			return &script->ctxs[i];
	usage_error("there is no context \"%s\"", name);
}

struct script_ctx *script_ctx_open(struct script *script, const char *name, const char *device)
{
	struct script_ctx *ctx = &script->ctxs[script->num_ctxs];
	char path[128];
	unsigned int i;
	int err;

	if (script->num_ctxs == SCRIPT_OBJECTS)
		fail("more than %d contexts", SCRIPT_OBJECTS);
	for (i = 0; i < script->num_ctxs; i++)
		if (strcmp(script->ctxs[i].name, name) == 0)
			usage_error("there is a context \"%s\" already", name);
	script_set_name(ctx->name, name);
	node_path(device, path, sizeof(path));
	err = gnic_accel_open(path, &ctx->acc);
	if (err)
		fail_errno(-err, "%s", path);
	script->num_ctxs++;
	script->ctx = ctx;
	return ctx;
}

/* The one in use; a script that opens none gets one. */
struct script_ctx *script_ctx(struct script *script)
{
	return script->ctx ?: script_ctx_open(script, "main", script->device);
}

/* ---- buffers ---- */

struct script_buf *script_buf_new(struct script *script, const char *name)
{
	struct script_buf *buf, *free = NULL;

	for (buf = script->bufs; buf < script->bufs + SCRIPT_OBJECTS; buf++) {
		if (buf->ctx && strcmp(buf->name, name) == 0)
			usage_error("there is a buffer \"%s\" already", name);
		if (!buf->ctx && !free)
			free = buf;
	}
	if (!free)
		fail("more than %d buffers", SCRIPT_OBJECTS);
	script_set_name(free->name, name);
	return free;
}

struct script_buf *script_buf_find(struct script *script, const char *name)
{
	struct script_buf *buf;

	for (buf = script->bufs; buf < script->bufs + SCRIPT_OBJECTS; buf++)
		if (buf->ctx && strcmp(buf->name, name) == 0)
			return buf;
	usage_error("there is no buffer \"%s\"", name);
}

struct script_buf *script_piece(struct script *script, char *text, uint64_t *offset,
				uint64_t *size)
{
	struct script_buf *buf;

	*offset = parse_offset(text);
	buf = script_buf_find(script, text);
	if (*offset >= buf->bo->size)
		usage_error("%s+%#llx: the buffer has %#llx bytes", text,
			    (unsigned long long)*offset, (unsigned long long)buf->bo->size);
	if (!*size)
		*size = buf->bo->size - *offset;
	if (*size > buf->bo->size - *offset)
		usage_error("%s+%#llx: %#llx bytes from there are more than the buffer has", text,
			    (unsigned long long)*offset, (unsigned long long)*size);
	return buf;
}

/* ---- groups ---- */

struct script_group *script_group_new(struct script *script, const char *name)
{
	struct script_group *group, *free = NULL;

	for (group = script->groups; group < script->groups + SCRIPT_OBJECTS; group++) {
		if (group->ctx && strcmp(group->name, name) == 0)
			usage_error("there is a group \"%s\" already", name);
		if (!group->ctx && !free)
			free = group;
	}
	if (!free)
		fail("more than %d groups", SCRIPT_OBJECTS);
	script_set_name(free->name, name);
	return free;
}

struct script_group *script_group_find(struct script *script, const char *name)
{
	struct script_group *group;

	for (group = script->groups; group < script->groups + SCRIPT_OBJECTS; group++)
		if (group->ctx && strcmp(group->name, name) == 0)
			return group;
	usage_error("there is no group \"%s\"", name);
}

struct script_group *script_group_qp(struct script *script, char *text, uint32_t *qp)
{
	char *dot = strchr(text, '.');

	if (dot) {
		*dot = '\0';
		*qp = parse_u32("QP", dot + 1);
	}
	return script_group_find(script, text);
}

void script_end(struct script *script)
{
	struct script_group *group;
	struct script_buf *buf;
	unsigned int i;

	for (group = script->groups; group < script->groups + SCRIPT_OBJECTS; group++) {
		if (!group->ctx)
			continue;
		receiver_end(&group->receiver);
		close(group->fd);
	}
	for (buf = script->bufs; buf < script->bufs + SCRIPT_OBJECTS; buf++)
		if (buf->ctx)
			gnic_accel_bo_destroy(buf->bo);
	for (i = 0; i < script->num_ctxs; i++)
		gnic_accel_close(script->ctxs[i].acc);
}
