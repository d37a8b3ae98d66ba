// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rendezvous: a message meets the buffer of its turn, whichever comes first; memory that is
 * read; what is told at both ends; ends that come and go.
 * Kernels: one
 */
#include <string.h>
#include <unistd.h>

#include "rdv_lib.h"

static const uint32_t sizes[] = { 1, 5, 1023, 1024, 1025, 4096, 65537, 1 << 20 };

#define SIZES	(sizeof(sizes) / sizeof(sizes[0]))

static void fresh(uint32_t seed)
{
	test_paint(rdv_src->map, rdv_src->size, seed);
	memset(rdv_dst->map, 0x55, rdv_dst->size);
}

/* Bytes 7 to @size + 6 are the source's, and no others. */
static bool arrived(uint32_t size, uint32_t seed)
{
	return test_filled(rdv_dst->map, 7, 0x55) && test_painted(rdv_dst->map + 7, size, seed) &&
	       test_filled(rdv_dst->map + 7 + size, 64, 0x55);
}

static bool told(const struct rdv_end *end, uint32_t qp, uint32_t bytes, uint32_t tag)
{
	struct drm_gnic_event event;

	EXPECT_EQ(gnic_accel_event(end->fd, &event, 10000), 1);
	EXPECT_EQ(event.type, DRM_GNIC_EVENT_RDMA);
	EXPECT_EQ(event.flags, DRM_GNIC_EVENT_IMMEDIATE);
	EXPECT_EQ(event.qp, qp);
	EXPECT_EQ(event.bytes, bytes);
	EXPECT_EQ(event.tag, tag);
	return true;
}

/* ---- send and receive ---- */

static bool offer_first(void)
{
	unsigned int i;

	for (i = 0; i < SIZES; i++) {
		fresh(i);
		EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(i % RDV_QPS, 7, sizes[i])), 0);
		EXPECT_EQ(rdv_run(&rdv_sender, rdv_send(i % RDV_QPS, 0, sizes[i])), 0);
		EXPECT(arrived(sizes[i], i));
	}
	return true;
}

static bool message_first(void)
{
	unsigned int i;
	int file;

	for (i = 0; i < SIZES; i++) {
		fresh(i);
		file = rdv_submit(&rdv_sender, rdv_send(i % RDV_QPS, 0, sizes[i]));
		EXPECT(file >= 0);
		EXPECT_EQ(gnic_accel_wait(file, 50), -ETIME);
		EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(i % RDV_QPS, 7, sizes[i])), 0);
		EXPECT_EQ(rdv_wait(file), 0);
		EXPECT(arrived(sizes[i], i));
	}
	return true;
}

/* The buffer may be larger, and the receiver hears how much came. */
static bool smaller_message(void)
{
	fresh(9);
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(2, 7, RDV_ROOM)), 0);
	EXPECT_EQ(rdv_run(&rdv_sender, gnic_accel_immediate(rdv_send(2, 0, 3333), 0xcafe1234)), 0);
	EXPECT(told(&rdv_receiver, 2, 3333, 0xcafe1234));
	EXPECT(arrived(3333, 9));
	return true;
}

static bool in_the_command(void)
{
	struct drm_gnic_cmd cmd = rdv_send(1, 0, 8);
	const uint64_t data = 0x1122334455667788ull;

	fresh(1);
	cmd.src = 0;
	cmd.src_offset = data;
	cmd.flags = DRM_GNIC_CMD_INLINE;
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(1, 3, 100)), 0);
	EXPECT_EQ(rdv_run(&rdv_sender, cmd), 0);
	EXPECT(memcmp(rdv_dst->map + 3, &data, 8) == 0);
	EXPECT_EQ(rdv_dst->map[11], 0x55);
	return true;
}

/* The receiver's device goes on by itself when the message is there. */
static bool signals(void)
{
	struct drm_gnic_cmd waits[] = {
		gnic_accel_sob_wait(5, 2),
		gnic_accel_copy(rdv_dst, 7, rdv_dst, RDV_ROOM, 9000),
	};
	int file;

	fresh(4);
	EXPECT_EQ(gnic_accel_sobs_set(rdv_receiver.acc, 5, 1,
				      DRM_GNIC_SOB_USE | DRM_GNIC_SOB_REMOTE), 0);
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(3, 7, 9000)), 0);
	file = gnic_accel_submit(rdv_receiver.acc, waits, 2);
	EXPECT(file >= 0);
	EXPECT_EQ(rdv_run(&rdv_sender, gnic_accel_signal(rdv_send(3, 0, 9000), 5, 2)), 0);
	EXPECT_EQ(rdv_wait(file), 0);
	EXPECT(test_painted(rdv_dst->map + RDV_ROOM, 9000, 4));
	return true;
}

#define MANY	250

/* More than the queues hold, both ends in pieces of their own; the last of each QP is told. */
static bool many(void)
{
	struct drm_gnic_cmd sends[MANY], recvs[MANY];
	unsigned int i, round;
	int files[6][2];

	for (round = 0; round < 6; round++) {
		if (!round)
			fresh(11);
		for (i = 0; i < MANY; i++) {
			sends[i] = rdv_send(i % RDV_QPS, 8192 * i, 8000);
			recvs[i] = rdv_recv(i % RDV_QPS, 8192 * i, 8192);
		}
		files[round][0] = gnic_accel_submit(rdv_sender.acc, sends, MANY);
		files[round][1] = gnic_accel_submit(rdv_receiver.acc, recvs, MANY);
		EXPECT(files[round][0] >= 0 && files[round][1] >= 0);
	}
	for (round = 0; round < 6; round++) {
		EXPECT_EQ(rdv_wait(files[round][1]), 0);
		EXPECT_EQ(rdv_wait(files[round][0]), 0);
	}
	for (i = 0; i < MANY; i++) {
		EXPECT(memcmp(rdv_dst->map + 8192 * i, rdv_src->map + 8192 * i, 8000) == 0);
		EXPECT(test_filled(rdv_dst->map + 8192 * i + 8000, 192, 0x55));
	}
	return true;
}

/* ---- reads ---- */

static bool reads(void)
{
	unsigned int i;

	for (i = 0; i < SIZES; i++) {
		fresh(i);
		EXPECT_EQ(rdv_run(&rdv_reader, rdv_read(i % RDV_QPS, 0, 7, sizes[i], 100 + i)), 0);
		EXPECT(told(&rdv_reader, i % RDV_QPS, sizes[i], 100 + i));
		EXPECT(arrived(sizes[i], i));
	}
	return true;
}

static bool many_reads(void)
{
	struct drm_gnic_cmd cmds[MANY];
	struct drm_gnic_event event;
	unsigned int i, round, heard[RDV_QPS] = { 0 };
	int file;

	fresh(12);
	for (i = 0; i < MANY; i++)
		cmds[i] = rdv_read(i % RDV_QPS, 8192 * i, 8192 * i, 8000, i);
	for (round = 0; round < 3; round++) {
		file = gnic_accel_submit(rdv_reader.acc, cmds, MANY);
		EXPECT(file >= 0);
		EXPECT_EQ(rdv_wait(file), 0);
		for (i = 0; i < MANY; i++) {
			EXPECT_EQ(gnic_accel_event(rdv_reader.fd, &event, 10000), 1);
			EXPECT_EQ(event.type, DRM_GNIC_EVENT_RDMA);
			EXPECT_EQ(event.tag % RDV_QPS, event.qp);
			EXPECT_EQ(event.tag, heard[event.qp] * RDV_QPS + event.qp);
			heard[event.qp]++;
		}
		memset(heard, 0, sizeof(heard));
	}
	for (i = 0; i < MANY; i++)
		EXPECT(memcmp(rdv_dst->map + 8192 * i, rdv_src->map + 8192 * i, 8000) == 0);
	return true;
}

/* ---- memory of the host ---- */

static bool host_memory(void)
{
	struct gnic_accel_bo *hbm_src = rdv_src, *hbm_dst = rdv_dst;
	bool ok;

	test_bo(rdv_sender.acc, &rdv_src, RDV_ROOM, DRM_GNIC_BO_HOST | DRM_GNIC_BO_REMOTE_READ);
	test_bo(rdv_receiver.acc, &rdv_dst, 2 * RDV_ROOM,
		DRM_GNIC_BO_HOST | DRM_GNIC_BO_REMOTE_WRITE);
	ok = offer_first() && reads();
	gnic_accel_bo_destroy(rdv_src);
	gnic_accel_bo_destroy(rdv_dst);
	rdv_src = hbm_src;
	rdv_dst = hbm_dst;
	return ok;
}

/* ---- what a group says of itself ---- */

static bool info_is(const struct rdv_end *end, uint32_t type)
{
	struct drm_gnic_group_info info;

	EXPECT_EQ(gnic_accel_group_info(end->acc, end->fd, &info), 0);
	EXPECT_EQ(info.type, type);
	EXPECT_EQ(info.rdv_depth, 1024);
	EXPECT_EQ(info.reserved, 0);
	return true;
}

static bool infos(void)
{
	struct drm_gnic_bo_info bo = { .handle = rdv_src->handle };

	EXPECT(info_is(&rdv_sender, DRM_GNIC_GROUP_SEND_RDV));
	EXPECT(info_is(&rdv_receiver, DRM_GNIC_GROUP_RECV_RDV));
	EXPECT(info_is(&rdv_server, DRM_GNIC_GROUP_READ_RDV_ENDP));
	EXPECT(info_is(&rdv_reader, DRM_GNIC_GROUP_READ_RDV));
	EXPECT_EQ(gnic_accel_ioctl(gnic_accel_fd(rdv_sender.acc), DRM_IOCTL_GNIC_BO_INFO, &bo), 0);
	EXPECT_EQ(bo.flags, DRM_GNIC_BO_REMOTE_READ);
	return true;
}

/* ---- they come and go ---- */

/*
 * What its holder had sent is not sent from the memory of the next one, at the same
 * address or not: it is gone, and the buffer is for the next one's own message.
 */
static bool next_holder(void)
{
	struct gnic_accel *next, *first = rdv_sender.acc;
	struct gnic_accel_bo *own;
	struct drm_gnic_cmd cmd;
	int file;

	fresh(6);
	file = rdv_submit(&rdv_sender, rdv_send(0, 0, 5000));
	EXPECT(file >= 0);
	EXPECT_EQ(gnic_accel_wait(file, 50), -ETIME);
	close(rdv_sender.fd);
	EXPECT_EQ(rdv_wait(file), -ECONNABORTED);
	test_open(&next);
	test_bo(next, &own, 8192, 0);
	memset(own->map, 0xaa, own->size);
	rdv_sender.fd = group_hold(next, &rdv_sender.group);
	EXPECT_EQ(rdv_run(&rdv_receiver, rdv_recv(0, 7, 6000)), 0);
	usleep(100000);
	EXPECT(test_filled(rdv_dst->map, 8192, 0x55));
	cmd = gnic_accel_rdv_send(rdv_sender.fd, 0, own, 0, 6000);
	EXPECT_EQ(gnic_accel_run(next, &cmd, 1), 0);
	EXPECT(test_filled(rdv_dst->map + 7, 6000, 0xaa));
	close(rdv_sender.fd);
	gnic_accel_bo_destroy(own);
	gnic_accel_close(next);
	rdv_sender.fd = group_hold(first, &rdv_sender.group);
	return true;
}

/*
 * What its holder had offered is not written to any more, though the memory is another
 * context's now, which holds the group and lets far ends write.
 */
static bool next_receiver(void)
{
	struct gnic_accel *next, *first = rdv_receiver.acc;
	struct gnic_accel_bo *gone, *own;
	uint64_t address;

	test_bo(first, &gone, 3 * 4096, DRM_GNIC_BO_REMOTE_WRITE);
	address = gone->address;
	EXPECT_EQ(rdv_run(&rdv_receiver, gnic_accel_rdv_recv(rdv_receiver.fd, 1, gone, 0, 8192)),
		  0);
	close(rdv_receiver.fd);
	rdv_bo_gone(gone);
	test_open(&next);
	test_bo(next, &own, 3 * 4096, DRM_GNIC_BO_REMOTE_WRITE);
	EXPECT_EQ(own->address, address);
	rdv_receiver.acc = next;
	rdv_receiver.fd = group_hold(next, &rdv_receiver.group);
	EXPECT_EQ(rdv_run(&rdv_sender, rdv_send(1, 0, 8192)), -EACCES);
	EXPECT(test_filled(own->map, own->size, 0));
	/* where nothing was left behind all is well */
	EXPECT_EQ(rdv_run(&rdv_receiver, gnic_accel_rdv_recv(rdv_receiver.fd, 2, own, 0, 8192)), 0);
	EXPECT_EQ(rdv_run(&rdv_sender, rdv_send(2, 0, 8192)), 0);
	EXPECT(!test_filled(own->map, 8192, 0));
	close(rdv_receiver.fd);
	gnic_accel_bo_destroy(own);
	gnic_accel_close(next);
	rdv_receiver.acc = first;
	rdv_receiver.fd = group_hold(first, &rdv_receiver.group);
	return rdv_pair_again(&rdv_sender, &rdv_receiver);
}

/* Whatever is under way ends, and both ends work afterwards. */
static bool deactivated(const struct rdv_end *end, const struct rdv_end *far_end)
{
	struct drm_gnic_cmd sends[64], recvs[64], reads[64];
	int files[3], err;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		sends[i] = rdv_send(i % RDV_QPS, 0, 1 << 20);
		recvs[i] = rdv_recv(i % RDV_QPS, 0, 1 << 20);
		reads[i] = rdv_read(i % RDV_QPS, 0, RDV_ROOM, 1 << 20, i);
	}
	files[0] = gnic_accel_submit(rdv_sender.acc, sends, 64);
	files[1] = gnic_accel_submit(rdv_receiver.acc, recvs, 64);
	files[2] = gnic_accel_submit(rdv_reader.acc, reads, 64);
	EXPECT_EQ(group_deactivate(&end->group), 0);
	EXPECT_EQ(group_deactivate(&far_end->group), 0);
	for (i = 0; i < 3; i++) {
		EXPECT(files[i] >= 0);
		err = gnic_accel_wait(files[i], 20000);
		EXPECT(err == 0 || err == -ECONNABORTED || err == -EHOSTUNREACH);
		close(files[i]);
	}
	return true;
}

static bool teardown(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		EXPECT(deactivated(&rdv_sender, &rdv_receiver));
		EXPECT(rdv_pair_again(&rdv_sender, &rdv_receiver));
		EXPECT(deactivated(&rdv_reader, &rdv_server));
		EXPECT(rdv_pair_again(&rdv_sender, &rdv_receiver));
		EXPECT(rdv_pair_again(&rdv_reader, &rdv_server));
	}
	return offer_first() && reads();
}

static const struct test tests[] = {
	{ "the buffer is there first", offer_first },
	{ "the message is there first", message_first },
	{ "a message smaller than its buffer", smaller_message },
	{ "data in the command", in_the_command },
	{ "a message that signals", signals },
	{ "more than the queues hold", many },
	{ "reads", reads },
	{ "more reads than the queue holds", many_reads },
	{ "memory of the host", host_memory },
	{ "what groups say of themselves", infos },
	{ "the next holder sends its own", next_holder },
	{ "the next holder is not written to", next_receiver },
	{ "groups that go under way", teardown },
	{ 0 }
};

int main(void)
{
	rdv_setup();
	return test_run(tests);
}
