// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "rdv_lib.h"

struct rdv_end rdv_sender, rdv_receiver, rdv_server, rdv_reader;
struct gnic_accel_bo *rdv_src, *rdv_dst;

static void rdv_hold(struct rdv_end *end, struct gnic_accel *acc)
{
	end->acc = acc;
	end->fd = group_hold(acc, &end->group);
}

void rdv_setup(void)
{
	struct gnic_accel *from, *to;

	test_find();
	group_setup();
	group_pair_of(&rdv_sender.group, "send_rdv", &rdv_receiver.group, "recv_rdv", RDV_QPS);
	group_pair_of(&rdv_server.group, "read_rdv_endp", &rdv_reader.group, "read_rdv", RDV_QPS);
	test_open(&from);
	test_open(&to);
	test_bo(from, &rdv_src, RDV_ROOM, DRM_GNIC_BO_REMOTE_READ);
	test_bo(to, &rdv_dst, 2 * RDV_ROOM, DRM_GNIC_BO_REMOTE_WRITE);
	rdv_hold(&rdv_sender, from);
	rdv_hold(&rdv_receiver, to);
	rdv_hold(&rdv_server, from);
	rdv_hold(&rdv_reader, to);
}

struct drm_gnic_cmd rdv_send(uint32_t qp, uint64_t off, uint64_t size)
{
	return gnic_accel_rdv_send(rdv_sender.fd, qp, rdv_src, off, size);
}

struct drm_gnic_cmd rdv_recv(uint32_t qp, uint64_t off, uint64_t size)
{
	return gnic_accel_rdv_recv(rdv_receiver.fd, qp, rdv_dst, off, size);
}

struct drm_gnic_cmd rdv_read(uint32_t qp, uint64_t from, uint64_t to, uint64_t size, uint32_t tag)
{
	return gnic_accel_rdv_read(rdv_reader.fd, qp, rdv_src->address + from, rdv_dst, to, size,
				   tag);
}

int rdv_run(const struct rdv_end *end, struct drm_gnic_cmd cmd)
{
	return gnic_accel_run(end->acc, &cmd, 1);
}

int rdv_submit(const struct rdv_end *end, struct drm_gnic_cmd cmd)
{
	return gnic_accel_submit(end->acc, &cmd, 1);
}

int rdv_wait(int file)
{
	int err = gnic_accel_wait(file, 10000);

	close(file);
	return err;
}

/* A call that makes a buffer object first drops the work that is done. */
void rdv_bo_gone(struct gnic_accel_bo *bo)
{
	struct gnic_accel *acc = bo->context;
	struct gnic_accel_bo *other;

	gnic_accel_bo_destroy(bo);
	test_bo(acc, &other, 4096, 0);
	gnic_accel_bo_destroy(other);
}

bool rdv_pair_again(const struct rdv_end *a, const struct rdv_end *b)
{
	return group_pair_again(&a->group, a->fd, &b->group, b->fd);
}

bool rdv_param(const struct rdv_end *end, const char *name, const char *value)
{
	EXPECT_EQ(group_deactivate(&end->group), 0);
	EXPECT_EQ(group_param(&end->group, name, value), 0);
	return true;
}
