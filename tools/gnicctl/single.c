// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "cmd.h"
#include "err.h"
#include "node.h"
#include "parse.h"
#include "single.h"

bool single_option(struct single *single, int option)
{
	switch (option) {
	case 'd':
		single->device = optarg;
		return true;
	case 'j':
		single->json = true;
		return true;
	case 'h':
		cmd_help(single->help);
	case SINGLE_GROUP:
		single->sfnum = parse_u32("--group", optarg);
		single->has_sfnum = true;
		return true;
	case SINGLE_TIMEOUT:
		single->timeout_ms = parse_timeout("--timeout", optarg);
		return true;
	case '?':
		usage_error("--help says what there is");
	}
	return false;
}

void single_check(const struct single *single, int argc)
{
	if (optind < argc)
		usage_error("one argument too many");
	if (!single->has_sfnum)
		usage_error("--group is needed");
}

void single_open(struct single *single)
{
	char path[128];
	int err;

	node_path(single->device, path, sizeof(path));
	err = gnic_accel_open(path, &single->acc);
	if (err)
		fail_errno(-err, "%s", path);
	single->group = gnic_accel_hold(single->acc, single->sfnum);
	if (single->group < 0)
		fail_errno(-single->group, "group %u", single->sfnum);
}

void single_close(struct single *single)
{
	close(single->group);
	gnic_accel_close(single->acc);
}

void single_bo(struct single *single, struct gnic_accel_bo **bo, uint64_t size, uint32_t flags)
{
	int err = gnic_accel_bo_create(single->acc, bo, size, flags);

	if (err)
		fail_errno(-err, "%llu bytes of device memory", (unsigned long long)size);
}

void single_info(struct single *single, struct drm_gnic_group_info *info)
{
	int err = gnic_accel_group_info(single->acc, single->group, info);

	if (err)
		fail_errno(-err, "group %u", single->sfnum);
}

void single_active(struct single *single)
{
	struct drm_gnic_group_info info;
	struct drm_gnic_event event;

	single_info(single, &info);
	if (!(info.flags & DRM_GNIC_GROUP_ACTIVE))
		single_event(single, DRM_GNIC_EVENT_ACTIVE, &event);
}

void single_event(struct single *single, uint32_t type, struct drm_gnic_event *event)
{
	int ret;

	while ((ret = gnic_accel_event(single->group, event, single->timeout_ms)) > 0) {
		if (event->type == type)
			return;
		if (event->type == DRM_GNIC_EVENT_QP_ERROR)
			fail("group %u: QP %u failed, syndrome %#x", single->sfnum, event->qp,
			     event->syndrome);
		if (event->type == DRM_GNIC_EVENT_REMOVED)
			fail("group %u was removed", single->sfnum);
	}
	if (ret < 0)
		fail_errno(-ret, "group %u", single->sfnum);
	fail("group %u: nothing came in %d s", single->sfnum, single->timeout_ms / 1000);
}
