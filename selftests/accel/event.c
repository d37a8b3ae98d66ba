// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a holder is told beside its arrivals: QPs, doorbells, the CQ, the link; and if the
 * device could not say it in time.
 * Kernels: one
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hw/syndrome.h"
#include "lib.h"

#define QPS		2
#define WQ_ACCESS	GNIC_SYND_WQ_ACCESS
#define CQ_OVERRUN	GNIC_SYND_CQ_OVERRUN

static struct gnic_accel *acc;
static struct group left, right;
static int left_fd, right_fd;
static struct gnic_accel_bo *src, *dst;

static bool works(void)
{
	struct drm_gnic_cmd cmds[QPS];
	uint32_t i;

	for (i = 0; i < QPS; i++)
		cmds[i] = gnic_accel_write(left_fd, i, src, 0, dst->address, 5000);
	EXPECT_EQ(gnic_accel_run(acc, cmds, QPS), 0);
	return true;
}

/* What reporter qp says of the group: the value of a member. */
static uint32_t diagnosed(const struct group *group, const char *member)
{
	char line[32];

	test_must(test_sh_line(line, sizeof(line),
			       "devlink -j health diagnose %s reporter qp | jq .%s", group->dev,
			       member), member);
	return strtoul(line, NULL, 0);
}

static bool fault(const char *kind, const struct group *group, uint32_t qp)
{
	return sim_cmd("{\"cmd\":\"fault\",\"kind\":\"%s\",\"card\":%u,\"port\":0,\"qpn\":%u}\n",
		       kind, gnic_accel_info(acc)->module_id, group->qpn_base + qp);
}

static bool nothing_for(int fd, int ms)
{
	struct drm_gnic_event event;
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	EXPECT_EQ(poll(&pollfd, 1, ms), 0);
	EXPECT_EQ(gnic_accel_event(fd, &event, 0), 0);
	return true;
}

static bool nothing_more(int fd)
{
	return nothing_for(fd, 200);
}

/* The next record, by poll() and read(). */
static bool next(int fd, uint32_t type, uint32_t qp, uint32_t syndrome)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	struct drm_gnic_event event;

	EXPECT_EQ(poll(&pollfd, 1, 10000), 1);
	EXPECT_EQ(pollfd.revents, POLLIN);
	EXPECT_EQ(read(fd, &event, sizeof(event)), sizeof(event));
	EXPECT_EQ(event.type, type);
	EXPECT_EQ(event.qp, qp);
	EXPECT_EQ(event.syndrome, syndrome);
	EXPECT_EQ(event.lost, 0);
	return true;
}

static bool qp_error(void)
{
	uint32_t before = diagnosed(&left, "qp_errors");

	EXPECT(fault("qp", &left, 1));
	EXPECT(next(left_fd, DRM_GNIC_EVENT_QP_ERROR, 1, WQ_ACCESS));
	EXPECT(nothing_more(left_fd));
	EXPECT(nothing_more(right_fd));
	EXPECT_EQ(diagnosed(&left, "qp_errors"), before + 1);
	EXPECT_EQ(test_sh("devlink health recover %s reporter qp", left.dev), 0);
	EXPECT(next(left_fd, DRM_GNIC_EVENT_QP_RECOVERED, 1, 0));
	return works();
}

/* Two records, and memory for one: the other one is still there. */
static bool read_of_a_part(void)
{
	size_t page = sysconf(_SC_PAGESIZE), one = sizeof(struct drm_gnic_event);
	struct pollfd pollfd = { .fd = left_fd, .events = POLLIN };
	struct drm_gnic_event *event;
	char *map;

	map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(map != MAP_FAILED);
	EXPECT_EQ(munmap(map + page, page), 0);
	event = (struct drm_gnic_event *)(map + page - one);
	EXPECT(fault("qp", &left, 1));
	EXPECT_EQ(poll(&pollfd, 1, 10000), 1);
	EXPECT_EQ(test_sh("devlink health recover %s reporter qp", left.dev), 0);
	EXPECT_EQ(read(left_fd, map + page, one), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT_EQ(read(left_fd, event, 2 * one), one);
	EXPECT_EQ(event->type, DRM_GNIC_EVENT_QP_ERROR);
	munmap(map, page);
	EXPECT(next(left_fd, DRM_GNIC_EVENT_QP_RECOVERED, 1, 0));
	return works();
}

/*
 * What a QP can fail for, one after the other: the number gets to the holder. That the
 * wrong WQE or packet has it is shown where there is no driver in between, in
 * selftests/unit/rc_syndrome.c and rc_hostile.c.
 */
static bool each_syndrome(void)
{
	static const struct {
		const char *name;
		uint32_t value;
	} all[] = {
#define X(name, value, text) { #name, value },
		GNIC_HW_SYNDROMES(X)
#undef X
	};
	unsigned int i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		EXPECT(sim_cmd("{\"cmd\":\"fault\",\"kind\":\"qp\",\"card\":%u,\"port\":0,"
			       "\"qpn\":%u,\"syndrome\":\"%s\"}\n",
			       gnic_accel_info(acc)->module_id, left.qpn_base + 1, all[i].name));
		EXPECT(next(left_fd, DRM_GNIC_EVENT_QP_ERROR, 1, all[i].value));
		EXPECT_EQ(test_sh("devlink health recover %s reporter qp", left.dev), 0);
		EXPECT(next(left_fd, DRM_GNIC_EVENT_QP_RECOVERED, 1, 0));
	}
	EXPECT(nothing_more(left_fd));
	return works();
}

/* It is rung again: a buffer that the device had not heard of is there. */
static bool doorbell_overrun(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_send(left_fd, 1, src, 0, 3000);
	uint32_t before = diagnosed(&right, "db_overruns");

	EXPECT_EQ(gnic_accel_recv(acc, right_fd, 1, dst, 0, 4096, 1), 1);
	EXPECT(fault("db-overrun", &right, 1));
	EXPECT(next(right_fd, DRM_GNIC_EVENT_DB_OVERRUN, 1, 0));
	EXPECT(nothing_more(right_fd));
	EXPECT_EQ(diagnosed(&right, "db_overruns"), before + 1);
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(next(right_fd, DRM_GNIC_EVENT_RECV, 1, 0));
	EXPECT(nothing_more(left_fd));
	return works();
}

static bool cq_fault(const struct group *group)
{
	return sim_cmd("{\"cmd\":\"fault\",\"kind\":\"cq\",\"card\":%u,\"cqn\":%u}\n",
		       gnic_accel_info(acc)->module_id, diagnosed(group, "cqn"));
}

static bool cq_fails(const struct group *group, int fd)
{
	uint32_t before = diagnosed(group, "cq_errors"), qp;

	EXPECT(cq_fault(group));
	EXPECT(next(fd, DRM_GNIC_EVENT_CQ_ERROR, 0, CQ_OVERRUN));
	for (qp = 0; qp < QPS; qp++)
		EXPECT(next(fd, DRM_GNIC_EVENT_QP_ERROR, qp, CQ_OVERRUN));
	EXPECT(nothing_more(fd));
	EXPECT_EQ(diagnosed(group, "cq_errors"), before + 1);
	return true;
}

/* Recovery would leave it without completions, and is refused. */
static bool cq_error(void)
{
	EXPECT(cq_fails(&right, right_fd));
	EXPECT(nothing_more(left_fd));
	EXPECT(test_sh("devlink health recover %s reporter qp", right.dev) != 0);
	EXPECT(nothing_more(right_fd));
	EXPECT(group_pair_again(&left, left_fd, &right, right_fd));
	return works();
}

static bool left_again(void)
{
	EXPECT_EQ(group_deactivate(&left), 0);
	EXPECT_EQ(group_activate(&left), 0);
	EXPECT(next(left_fd, DRM_GNIC_EVENT_INACTIVE, 0, 0));
	EXPECT(next(left_fd, DRM_GNIC_EVENT_ACTIVE, 0, 0));
	return works();
}

/* Who comes next finds new queues. */
static bool cq_error_and_release(void)
{
	EXPECT(cq_fails(&right, right_fd));
	close(right_fd);
	right_fd = group_hold(acc, &right);
	return left_again();
}

/* The interrupt of the next event is lost: it is found a second later at most. */
static bool events_are_late(void)
{
	return sim_cmd("{\"cmd\":\"fault\",\"kind\":\"irq\",\"card\":%u,\"vector\":0}\n",
		       gnic_accel_info(acc)->module_id);
}

static bool late_event(void)
{
	EXPECT(events_are_late());
	EXPECT(fault("qp", &left, 1));
	EXPECT(next(left_fd, DRM_GNIC_EVENT_QP_ERROR, 1, WQ_ACCESS));
	EXPECT(nothing_more(left_fd));
	EXPECT_EQ(test_sh("devlink health recover %s reporter qp", left.dev), 0);
	EXPECT(next(left_fd, DRM_GNIC_EVENT_QP_RECOVERED, 1, 0));
	return works();
}

/* The holder goes before they come: then they are of queues that are no more. */
static bool late_events_and_release(void)
{
	uint32_t before = diagnosed(&right, "generation");

	EXPECT(events_are_late());
	EXPECT(cq_fault(&right));
	close(right_fd);
	right_fd = group_hold(acc, &right);
	EXPECT_EQ(diagnosed(&right, "generation"), before + 1);
	EXPECT(nothing_for(right_fd, 2500));
	EXPECT_EQ(diagnosed(&right, "generation"), before + 1);
	EXPECT_EQ(diagnosed(&right, "failed"), 0);
	return left_again();
}

static uint32_t linked(int fd)
{
	struct drm_gnic_group_info info;

	if (gnic_accel_group_info(acc, fd, &info))
		return 0;
	return info.flags & DRM_GNIC_GROUP_LINK;
}

static bool events_find_no_room(unsigned int count)
{
	return sim_cmd("{\"cmd\":\"fault\",\"kind\":\"events\",\"card\":%u,\"count\":%u}\n",
		       gnic_accel_info(acc)->module_id, count);
}

/* It is told that some are lost, once or more, and then what they have said. */
static bool next_after_overrun(int fd, uint32_t type, uint32_t qp, uint32_t syndrome)
{
	struct drm_gnic_event event;
	uint32_t overruns = 0;

	do {
		EXPECT_EQ(gnic_accel_event(fd, &event, 10000), 1);
	} while (event.type == DRM_GNIC_EVENT_EQ_OVERRUN && ++overruns);
	EXPECT(overruns);
	EXPECT_EQ(event.type, type);
	EXPECT_EQ(event.qp, qp);
	EXPECT_EQ(event.syndrome, syndrome);
	return true;
}

static bool lost_qp_error(void)
{
	uint32_t before = diagnosed(&left, "eq_overruns");

	EXPECT(events_find_no_room(1));
	EXPECT(fault("qp", &left, 1));
	EXPECT(next_after_overrun(left_fd, DRM_GNIC_EVENT_QP_ERROR, 1, WQ_ACCESS));
	EXPECT(nothing_more(left_fd));
	EXPECT(next(right_fd, DRM_GNIC_EVENT_EQ_OVERRUN, 0, 0));
	EXPECT(nothing_more(right_fd));
	EXPECT_EQ(diagnosed(&left, "eq_overruns"), before + 1);
	EXPECT_EQ(diagnosed(&left, "failed"), 1);
	EXPECT_EQ(test_sh("devlink health recover %s reporter qp", left.dev), 0);
	EXPECT(next(left_fd, DRM_GNIC_EVENT_QP_RECOVERED, 1, 0));
	return works();
}

static bool lost_link(void)
{
	EXPECT(events_find_no_room(1));
	group_link(false);
	EXPECT(next_after_overrun(left_fd, DRM_GNIC_EVENT_LINK_DOWN, 0, 0));
	EXPECT(next_after_overrun(right_fd, DRM_GNIC_EVENT_LINK_DOWN, 0, 0));
	EXPECT(!linked(left_fd));
	EXPECT(events_find_no_room(1));
	group_link(true);
	EXPECT(next_after_overrun(left_fd, DRM_GNIC_EVENT_LINK_UP, 0, 0));
	EXPECT(next_after_overrun(right_fd, DRM_GNIC_EVENT_LINK_UP, 0, 0));
	EXPECT(linked(left_fd));
	return works();
}

/* The doorbell is lost, too. */
static bool lost_doorbell(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_send(left_fd, 1, src, 0, 3000);

	EXPECT_EQ(gnic_accel_recv(acc, right_fd, 1, dst, 0, 4096, 1), 1);
	EXPECT(events_find_no_room(1));
	EXPECT(fault("db-overrun", &right, 1));
	EXPECT(next(left_fd, DRM_GNIC_EVENT_EQ_OVERRUN, 0, 0));
	EXPECT_EQ(gnic_accel_run(acc, &cmd, 1), 0);
	EXPECT(next_after_overrun(right_fd, DRM_GNIC_EVENT_RECV, 1, 0));
	return works();
}

static bool lost_cq_error(void)
{
	struct drm_gnic_event event;
	uint32_t qp;

	EXPECT(events_find_no_room(1 + QPS));
	EXPECT(cq_fault(&right));
	EXPECT(next_after_overrun(right_fd, DRM_GNIC_EVENT_CQ_ERROR, 0, CQ_OVERRUN));
	for (qp = 0; qp < QPS; qp++)
		EXPECT(next(right_fd, DRM_GNIC_EVENT_QP_ERROR, qp, CQ_OVERRUN));
	while (gnic_accel_event(left_fd, &event, 200) == 1)
		EXPECT_EQ(event.type, DRM_GNIC_EVENT_EQ_OVERRUN);
	EXPECT(group_pair_again(&left, left_fd, &right, right_fd));
	return works();
}

static bool link_lost(void)
{
	uint32_t before = diagnosed(&left, "link_losses"), i;

	for (i = 0; i < 2; i++) {
		EXPECT(linked(left_fd));
		group_link(false);
		EXPECT(next(left_fd, DRM_GNIC_EVENT_LINK_DOWN, 0, 0));
		EXPECT(next(right_fd, DRM_GNIC_EVENT_LINK_DOWN, 0, 0));
		EXPECT(!linked(left_fd));
		EXPECT(!linked(right_fd));
		group_link(true);
		EXPECT(next(left_fd, DRM_GNIC_EVENT_LINK_UP, 0, 0));
		EXPECT(next(right_fd, DRM_GNIC_EVENT_LINK_UP, 0, 0));
		EXPECT(linked(left_fd));
		EXPECT(works());
	}
	EXPECT_EQ(diagnosed(&left, "link_losses"), before + 2);
	EXPECT(nothing_more(left_fd));
	return true;
}

/* A group that becomes active without a link knows that. */
static bool active_without_link(void)
{
	EXPECT_EQ(group_deactivate(&left), 0);
	EXPECT(next(left_fd, DRM_GNIC_EVENT_INACTIVE, 0, 0));
	EXPECT(!linked(left_fd));
	group_link(false);
	EXPECT(next(right_fd, DRM_GNIC_EVENT_LINK_DOWN, 0, 0));
	EXPECT(nothing_more(left_fd));
	EXPECT_EQ(group_activate(&left), 0);
	EXPECT(next(left_fd, DRM_GNIC_EVENT_ACTIVE, 0, 0));
	EXPECT(!linked(left_fd));
	group_link(true);
	EXPECT(next(left_fd, DRM_GNIC_EVENT_LINK_UP, 0, 0));
	EXPECT(linked(left_fd));
	EXPECT(group_pair_again(&left, left_fd, &right, right_fd));
	return works();
}

/* ---- a device that does not let go ---- */

static bool refuse_qpc_write(unsigned int skip, unsigned int count)
{
	return sim_cmd("{\"cmd\":\"fault\",\"kind\":\"command\",\"card\":%u,"
		       "\"opcode\":\"QPC_WRITE\",\"status\":\"BUSY\",\"skip\":%u,"
		       "\"count\":%u}\n", gnic_accel_info(acc)->module_id, skip, count);
}

/* Memory of who does not hold the right group is not written. */
static bool nothing_arrives(void)
{
	struct drm_gnic_cmd cmd = gnic_accel_write(left_fd, 0, src, 0, dst->address, 5000);

	memset(src->map, 0x5a, 5000);
	memset(dst->map, 0, 5000);
	EXPECT(gnic_accel_run(acc, &cmd, 1) != 0);
	EXPECT(test_filled(dst->map, 5000, 0));
	return true;
}

static bool held_again(void)
{
	right_fd = gnic_accel_hold(acc, right.sfnum);
	EXPECT(right_fd >= 0);
	EXPECT(group_pair_again(&left, left_fd, &right, right_fd));
	return works();
}

static bool holder_goes_unheard(void)
{
	EXPECT(refuse_qpc_write(0, 1));
	close(right_fd);
	EXPECT(nothing_arrives());
	return held_again();
}

/* Of two QPs the first has the ASID already. */
static bool holder_is_refused(void)
{
	close(right_fd);
	EXPECT(refuse_qpc_write(2, 2));
	EXPECT_EQ(gnic_accel_hold(acc, right.sfnum), -EBUSY);
	EXPECT(nothing_arrives());
	return held_again();
}

static const struct test tests[] = {
	{ "a QP that failed", qp_error },
	{ "records, and memory for a part of them", read_of_a_part },
	{ "a QP that failed, for each reason there is", each_syndrome },
	{ "a doorbell that was lost", doorbell_overrun },
	{ "a CQ that failed, and recovery is refused", cq_error },
	{ "a CQ that failed, and the holder goes", cq_error_and_release },
	{ "the link is lost, and comes back", link_lost },
	{ "active without a link", active_without_link },
	{ "an event whose interrupt is lost", late_event },
	{ "a CQ that failed, and the holder goes before the event", late_events_and_release },
	{ "events are lost: a QP failed", lost_qp_error },
	{ "events are lost: the link", lost_link },
	{ "events are lost: a doorbell", lost_doorbell },
	{ "events are lost: a CQ failed", lost_cq_error },
	{ "the holder goes, and the device does not take the ASID back", holder_goes_unheard },
	{ "nor does it from who could not become the holder", holder_is_refused },
	{ 0 }
};

int main(void)
{
	test_find();
	sim_open();
	group_setup();
	test_open(&acc);
	group_pair(&left, &right, QPS);
	left_fd = group_hold(acc, &left);
	right_fd = group_hold(acc, &right);
	test_bo(acc, &src, 8192, 0);
	test_bo(acc, &dst, 8192, DRM_GNIC_BO_REMOTE_WRITE);
	return test_run(tests);
}
