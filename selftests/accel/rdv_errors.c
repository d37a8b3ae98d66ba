// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rendezvous that can't be: what each end is told, what goes on, and what nobody gets.
 * Kernels: one
 */
#include <string.h>
#include <unistd.h>

#include "rdv_lib.h"

static bool failed(const struct rdv_end *end, uint32_t qp, uint32_t syndrome)
{
	struct drm_gnic_event event;

	EXPECT(group_event(end->fd, DRM_GNIC_EVENT_QP_ERROR, &event));
	EXPECT_EQ(event.qp, qp);
	EXPECT_EQ(event.syndrome, syndrome);
	return true;
}

static bool meets(uint32_t qp)
{
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(qp, 0, 5000)), 0);
	EXPECT_EQ(rdv_run(&rdv_sender, rdv_send(qp, 0, 5000)), 0);
	return true;
}

/* ---- sizes and numbers ---- */

static bool larger_than_the_buffer(void)
{
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(1, 0, 100)), 0);
	EXPECT_EQ(rdv_run(&rdv_sender, rdv_send(1, 0, 101)), -EMSGSIZE);
	EXPECT(failed(&rdv_sender, 1, 0x8b));
	EXPECT_EQ(rdv_run(&rdv_sender, rdv_send(1, 0, 100)), -ECONNABORTED);
	EXPECT(meets(0));
	return rdv_pair_again(&rdv_sender, &rdv_receiver);
}

static bool depths(const char *wq, const char *rdv)
{
	EXPECT(rdv_param(&rdv_sender, "qp_rdv_depth", rdv));
	EXPECT(rdv_param(&rdv_receiver, "qp_rdv_depth", rdv));
	EXPECT(rdv_param(&rdv_sender, "qp_wq_depth", wq));
	EXPECT(rdv_param(&rdv_receiver, "qp_wq_depth", wq));
	return rdv_pair_again(&rdv_sender, &rdv_receiver);
}

/* A peer that offers more than both ends agreed on: its QP fails, and no other. */
static bool too_much_is_offered(void)
{
	unsigned int i;

	EXPECT(depths("16", "64"));
	for (i = 0; i < 64; i++)
		EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(2, 0, 100)), 0);
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(2, 0, 100)), -EIO);
	EXPECT(failed(&rdv_sender, 2, 0x4b));
	EXPECT(failed(&rdv_receiver, 2, 0xc2));
	EXPECT(meets(3));
	return depths("256", "1024");
}

/* What was offered to it before a QP does not know any more. */
static bool recovers(void)
{
	struct drm_gnic_event event;
	int file;

	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(1, 0, 100)), 0);
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(1, 0, 100)), 0);
	EXPECT_EQ(rdv_run(&rdv_sender, rdv_send(1, 0, 101)), -EMSGSIZE);
	EXPECT(failed(&rdv_sender, 1, 0x8b));
	EXPECT_EQ(test_sh("devlink health recover %s reporter qp", rdv_sender.group.dev), 0);
	EXPECT(group_event(rdv_sender.fd, DRM_GNIC_EVENT_QP_RECOVERED, &event));
	file = rdv_submit(&rdv_sender, rdv_send(1, 0, 50));
	EXPECT(file >= 0);
	EXPECT_EQ(gnic_accel_wait(file, 50), -ETIME);
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(1, 0, 100)), 0);
	EXPECT_EQ(rdv_wait(file), 0);
	return rdv_pair_again(&rdv_sender, &rdv_receiver);
}

/* ---- ends that do not fit ---- */

static bool far_end_has_type(const struct rdv_end *end, const struct rdv_end *far_end,
			     struct drm_gnic_cmd cmd, const char *wrong, const char *right)
{
	EXPECT(rdv_param(far_end, "qp_type", wrong));
	EXPECT(rdv_pair_again(end, far_end));
	EXPECT_EQ(rdv_run(end, cmd), -EIO);
	EXPECT(failed(far_end, cmd.qp, 0x4a));
	EXPECT(rdv_param(far_end, "qp_type", right));
	return rdv_pair_again(end, far_end);
}

static bool far_end_of_another_type(void)
{
	static const char *const no_sender[] = { "write", "recv_rdv", "read_rdv_endp" };
	static const char *const no_server[] = { "write", "read_rdv", "send_rdv" };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		EXPECT(far_end_has_type(&rdv_receiver, &rdv_sender, rdv_recv(i, 0, 100),
					no_sender[i], "send_rdv"));
		EXPECT(far_end_has_type(&rdv_reader, &rdv_server, rdv_read(i, 0, 0, 100, 0),
					no_server[i], "read_rdv_endp"));
	}
	return meets(0);
}

static bool wrong_key(void)
{
	const struct rdv_end *ends[][2] = { { &rdv_receiver, &rdv_sender },
					    { &rdv_reader, &rdv_server } };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		EXPECT(rdv_param(ends[i][0], "remote_key", "815"));
		EXPECT(rdv_pair_again(ends[i][0], ends[i][1]));
		EXPECT_EQ(rdv_run(ends[i][0], i ? rdv_read(1, 0, 0, 100, 0) : rdv_recv(1, 0, 100)),
			  -EACCES);
		EXPECT(failed(ends[i][1], 1, 0x10));
		EXPECT(rdv_param(ends[i][0], "remote_key", "4711"));
		EXPECT(rdv_pair_again(ends[i][0], ends[i][1]));
	}
	return meets(1);
}

/* ---- memory that is nobody's to read or write ---- */

static bool unread(uint32_t qp, uint64_t address)
{
	struct drm_gnic_cmd cmd = rdv_read(qp, 0, 0, 4096, 0);

	memset(rdv_dst->map, 0x77, 8192);
	cmd.src_offset = address;
	EXPECT_EQ(rdv_run(&rdv_reader, cmd), -EACCES);
	EXPECT(failed(&rdv_reader, qp, 0xc1));
	EXPECT(test_filled(rdv_dst->map, 8192, 0x77));
	return true;
}

/* Of the far end's holder, but not for reading; of another context; beyond the end. */
static bool not_to_be_read(void)
{
	struct gnic_accel_bo *own, *others;
	struct gnic_accel *other;

	test_bo(rdv_server.acc, &own, 4096, DRM_GNIC_BO_REMOTE_WRITE);
	test_open(&other);
	test_bo(other, &others, 4096, DRM_GNIC_BO_REMOTE_READ);
	EXPECT(unread(0, own->address));
	EXPECT(unread(1, others->address));
	EXPECT(unread(2, rdv_src->address + rdv_src->size - 4095));
	EXPECT(unread(3, 0x100000));
	gnic_accel_bo_destroy(own);
	gnic_accel_bo_destroy(others);
	gnic_accel_close(other);
	return rdv_pair_again(&rdv_server, &rdv_reader);
}

static bool nobody_holds_the_far_end(void)
{
	close(rdv_server.fd);
	EXPECT(unread(0, rdv_src->address));
	rdv_server.fd = group_hold(rdv_server.acc, &rdv_server.group);
	return rdv_pair_again(&rdv_server, &rdv_reader);
}

/* The offer is there, the memory is not. */
static bool offered_memory_is_freed(void)
{
	struct gnic_accel_bo *gone;
	struct drm_gnic_cmd cmd;

	test_bo(rdv_receiver.acc, &gone, 4096, DRM_GNIC_BO_REMOTE_WRITE);
	cmd = gnic_accel_rdv_recv(rdv_receiver.fd, 3, gone, 0, 4096);
	EXPECT_EQ(rdv_run(&rdv_receiver, cmd), 0);
	rdv_bo_gone(gone);
	EXPECT_EQ(rdv_run(&rdv_sender, rdv_send(3, 0, 100)), -EACCES);
	EXPECT(failed(&rdv_receiver, 3, 0xc1));
	return rdv_pair_again(&rdv_sender, &rdv_receiver);
}

static bool others_have(void)
{
	struct gnic_accel_bo *own;
	struct drm_gnic_cmd cmd;

	test_bo(rdv_sender.acc, &own, 4096, DRM_GNIC_BO_REMOTE_WRITE);
	/* a group, and memory, of another context */
	EXPECT_EQ(rdv_run(&rdv_sender, gnic_accel_rdv_recv(rdv_receiver.fd, 0, own, 0, 64)),
		  -EACCES);
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_send(0, 0, 64)), -EACCES);
	cmd = rdv_recv(0, 0, 64);
	cmd.dst = 999;
	EXPECT_EQ(rdv_run(&rdv_receiver, cmd), -ENOENT);
	gnic_accel_bo_destroy(own);
	return true;
}

/* ---- refused at once ---- */

static bool kinds(void)
{
	const struct rdv_end *ends[] = { &rdv_sender, &rdv_receiver, &rdv_server, &rdv_reader };
	static const bool may[][5] = {
		/* send, recv, read, WRITE, SEND */
		{ true, false, false, false, false },
		{ false, true, false, true, true },
		{ false, false, false, false, false },
		{ false, false, true, true, true },
	};
	unsigned int i, op;

	for (i = 0; i < 4; i++) {
		struct gnic_accel *acc = ends[i]->acc;
		struct gnic_accel_bo *bo = acc == rdv_sender.acc ? rdv_src : rdv_dst;
		int fd = ends[i]->fd;
		const struct drm_gnic_cmd cmds[] = {
			gnic_accel_rdv_send(fd, RDV_QPS, bo, 0, 64),
			gnic_accel_rdv_recv(fd, RDV_QPS, bo, 0, 64),
			gnic_accel_rdv_read(fd, RDV_QPS, 0, bo, 0, 64, 0),
			gnic_accel_write(fd, RDV_QPS, bo, 0, 0, 64),
			gnic_accel_send(fd, RDV_QPS, bo, 0, 64),
		};

		/* what the group can do has a QP that it does not have */
		for (op = 0; op < 5; op++)
			EXPECT_EQ(rdv_run(ends[i], cmds[op]),
				  may[i][op] ? -ERANGE : -EOPNOTSUPP);
	}
	return true;
}

/* The 32-bit words of a command that are zero have to be. */
static bool members(const struct rdv_end *end, const struct drm_gnic_cmd *good,
		    const size_t *zero, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct drm_gnic_cmd cmd = *good;

		*(uint32_t *)((uint8_t *)&cmd + zero[i]) = 1 << 4;
		EXPECT_EQ(rdv_run(end, cmd), -EINVAL);
	}
	return true;
}

#define MEMBER(name)	offsetof(struct drm_gnic_cmd, name)
#define MEMBERS(list)	list, sizeof(list) / sizeof(list[0])

static bool each_member(void)
{
	static const size_t send[] = { MEMBER(flags), MEMBER(dst), MEMBER(dst_offset), MEMBER(data),
		MEMBER(reduction), MEMBER(sob), MEMBER(sob_value), MEMBER(rows) };
	static const size_t recv[] = { MEMBER(flags), MEMBER(src), MEMBER(src_offset), MEMBER(data),
		MEMBER(reduction), MEMBER(sob), MEMBER(sob_value), MEMBER(rows) };
	static const size_t read[] = { MEMBER(flags), MEMBER(src), MEMBER(reduction), MEMBER(sob),
		MEMBER(sob_value), MEMBER(rows) };
	const struct drm_gnic_cmd cmds[] = { rdv_send(0, 0, 64), rdv_recv(0, 0, 64),
		rdv_read(0, 0, 0, 64, 5) };

	EXPECT(members(&rdv_sender, &cmds[0], MEMBERS(send)));
	EXPECT(members(&rdv_receiver, &cmds[1], MEMBERS(recv)));
	EXPECT(members(&rdv_reader, &cmds[2], MEMBERS(read)));
	return true;
}

static bool sizes_and_places(void)
{
	struct drm_gnic_cmd cmd = rdv_recv(0, 0, 64);
	struct gnic_accel_bo *own;

	EXPECT_EQ(rdv_run(&rdv_sender, rdv_send(0, 0, 0)), -EINVAL);
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(0, 0, 0)), -EINVAL);
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(0, 0, (1u << 30) + 1)), -EINVAL);
	EXPECT_EQ(rdv_run(&rdv_reader, rdv_read(0, 0, 0, 0, 0)), -EINVAL);
	EXPECT_EQ(rdv_run(&rdv_sender, rdv_send(0, rdv_src->size, 1)), -ERANGE);
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(0, rdv_dst->size - 63, 64)), -ERANGE);
	EXPECT_EQ(rdv_run(&rdv_reader, rdv_read(0, 0, UINT64_MAX - 63, 64, 0)), -ERANGE);
	cmd.flags = DRM_GNIC_CMD_IMMEDIATE;
	EXPECT_EQ(rdv_run(&rdv_receiver, cmd), -EINVAL);
	cmd.flags = DRM_GNIC_CMD_INLINE;
	EXPECT_EQ(rdv_run(&rdv_receiver, cmd), -EINVAL);
	/* what a far end may not write is not offered */
	test_bo(rdv_receiver.acc, &own, 4096, DRM_GNIC_BO_REMOTE_READ);
	EXPECT_EQ(rdv_run(&rdv_receiver, gnic_accel_rdv_recv(rdv_receiver.fd, 0, own, 0, 64)),
		  -EACCES);
	EXPECT_EQ(rdv_run(&rdv_reader, gnic_accel_rdv_read(rdv_reader.fd, 0, rdv_src->address, own,
							   0, 64, 0)), -EACCES);
	gnic_accel_bo_destroy(own);
	EXPECT(meets(0));
	return true;
}

static const struct test tests[] = {
	{ "a message larger than its buffer", larger_than_the_buffer },
	{ "a peer that offers too much", too_much_is_offered },
	{ "a sender that is recovered", recovers },
	{ "a far end of another type", far_end_of_another_type },
	{ "a wrong key", wrong_key },
	{ "memory that is not to be read", not_to_be_read },
	{ "a far end that nobody holds", nobody_holds_the_far_end },
	{ "offered memory that is freed", offered_memory_is_freed },
	{ "what others have", others_have },
	{ "commands and types of groups", kinds },
	{ "members that do not count", each_member },
	{ "sizes and places", sizes_and_places },
	{ 0 }
};

int main(void)
{
	rdv_setup();
	test_paint(rdv_src->map, rdv_src->size, 2);
	return test_run(tests);
}
