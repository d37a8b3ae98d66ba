// SPDX-License-Identifier: GPL-2.0-only
/* The event loop: timers, pollers, descriptors, and time that one steps. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop.h"

#define TIMERS	200

static struct loop *loop;
static unsigned int fired;
static uint64_t last;

static int setup_stepped(void **state)
{
	const struct loop_params params = { .fd_rounds = 1, .stepped = true };

	(void)state;
	loop = loop_create(&params);
	fired = 0;
	last = 0;
	return !loop;
}

static int setup(void **state)
{
	(void)state;
	loop = loop_create(NULL);
	fired = 0;
	return !loop;
}

static int teardown(void **state)
{
	(void)state;
	loop_destroy(loop);
	return 0;
}

/* Timers. */

static void in_order(void *opaque)
{
	struct loop_timer *timer = opaque;

	assert_true(timer->when >= last);
	assert_int_equal(loop_now(loop), timer->when);
	assert_false(loop_timer_pending(timer));
	last = timer->when;
	fired++;
}

static void timers_in_order(void **state)
{
	struct loop_timer timers[TIMERS] = { 0 };

	(void)state;
	srand(1);
	for (unsigned int i = 0; i < TIMERS; i++) {
		timers[i].cb = in_order;
		timers[i].opaque = &timers[i];
		assert_int_equal(loop_timer_set(loop, &timers[i],
						1 + rand() % 1000), 0);
	}
	/* Some are set again, some are taken back. */
	for (unsigned int i = 0; i < TIMERS; i += 3)
		loop_timer_set(loop, &timers[i], 1 + rand() % 1000);
	for (unsigned int i = 0; i < TIMERS; i += 5)
		loop_timer_del(loop, &timers[i]);
	loop_step(loop, 500);
	assert_true(fired > 0 && fired < TIMERS - TIMERS / 5);
	loop_step(loop, 500);
	assert_int_equal(fired, TIMERS - TIMERS / 5);
	assert_int_equal(loop_now(loop), 1000);
}

static void again(void *opaque)
{
	struct loop_timer *timer = opaque;

	fired++;
	loop_timer_set(loop, timer, loop_now(loop) + 10);
}

static void timer_sets_itself(void **state)
{
	struct loop_timer timer = { .cb = again, .opaque = &timer };

	(void)state;
	loop_timer_set(loop, &timer, 10);
	loop_step(loop, 9);
	assert_int_equal(fired, 0);
	loop_step(loop, 91);
	assert_int_equal(fired, 10);
	loop_timer_del(loop, &timer);
	loop_timer_del(loop, &timer);
	loop_step(loop, 1000);
	assert_int_equal(fired, 10);
}

static void stop(void *opaque)
{
	(void)opaque;
	fired++;
	loop_stop(loop);
}

static void timer_wakes_a_sleeper(void **state)
{
	struct loop_timer timer = { .cb = stop };
	uint64_t due = loop_clock(loop) + 3000000;

	(void)state;
	loop_timer_set(loop, &timer, due);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(fired, 1);
	assert_true(loop_clock(loop) >= due);
	assert_true(loop_stats(loop)->sleeps > 0);
}

static void now_for_ever(void *opaque)
{
	loop_timer_set(loop, opaque, 0);
	fired++;
}

/* One that is always due does not keep the rest from their turn. */
static void timer_always_due(void **state)
{
	struct loop_timer timer = { .cb = now_for_ever, .opaque = &timer };

	(void)state;
	loop_timer_set(loop, &timer, 0);
	for (unsigned int i = 1; i < 10; i++) {
		assert_true(loop_round(loop));
		assert_int_equal(fired, i);
	}
	loop_timer_del(loop, &timer);
}

/* Pollers. */

struct work {
	struct loop_poller poller;
	unsigned int left;	/* rounds in which there is work */
	unsigned int late;	/* arm() finds this much */
	unsigned int polls;
	unsigned int arms;
};

static bool work_poll(void *opaque)
{
	struct work *work = opaque;

	work->polls++;
	if (!work->left)
		return false;
	work->left--;
	return true;
}

static bool work_arm(void *opaque)
{
	struct work *work = opaque;

	work->arms++;
	if (!work->late)
		return false;
	work->late--;
	work->left++;
	return true;
}

static struct work make_work(unsigned int left)
{
	return (struct work){
		.poller = { .poll = work_poll, .arm = work_arm }, .left = left,
	};
}

static void add_work(struct work *work)
{
	work->poller.opaque = work;
	loop_poller_add(loop, &work->poller);
}

static void pollers_run_dry_before_sleep(void **state)
{
	struct loop_timer timer = { .cb = stop };
	struct work a = make_work(100), b = make_work(5);

	(void)state;
	a.late = 2;
	add_work(&a);
	add_work(&b);
	loop_timer_set(loop, &timer, loop_clock(loop) + 50000000);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(a.left + b.left + a.late, 0);
	/* Work that came while arming: polled again, armed again. */
	assert_true(a.arms >= 3);
	assert_int_equal(a.arms, b.arms);
	assert_true(loop_stats(loop)->yields > 0);
}

static void pollers_settle_in_a_step(void **state)
{
	struct work work = make_work(1000);

	(void)state;
	add_work(&work);
	loop_step(loop, 1);
	assert_int_equal(work.left, 0);
	loop_poller_del(loop, &work.poller);
	work.left = 1;
	loop_step(loop, 1);
	assert_int_equal(work.left, 1);
	/* Taken out twice is taken out. */
	loop_poller_del(loop, &work.poller);
}

static bool leave(void *opaque)
{
	struct work *work = opaque;

	work->polls++;
	loop_poller_del(loop, &work->poller);
	return false;
}

static void poller_deletes_itself(void **state)
{
	struct work a = make_work(0), b = make_work(0), c = make_work(0);

	(void)state;
	a.poller.poll = leave;
	b.poller.poll = leave;
	add_work(&a);
	add_work(&b);
	add_work(&c);
	loop_round(loop);
	loop_round(loop);
	assert_int_equal(a.polls, 1);
	assert_int_equal(b.polls, 1);
	assert_int_equal(c.polls, 2);
}

/* Descriptors. */

struct bell {
	struct loop_fd lfd;
	struct bell *other;	/* deleted when this one rings */
};

static void bell_ring(void *opaque, uint32_t events)
{
	struct bell *bell = opaque;
	eventfd_t val;

	assert_true(events & EPOLLIN);
	eventfd_read(bell->lfd.fd, &val);
	fired++;
	if (bell->other)
		loop_fd_del(loop, &bell->other->lfd);
}

static void add_bell(struct bell *bell, struct bell *other)
{
	bell->other = other;
	bell->lfd.fd = eventfd(0, EFD_NONBLOCK);
	bell->lfd.cb = bell_ring;
	bell->lfd.opaque = bell;
	assert_int_equal(loop_fd_add(loop, &bell->lfd, EPOLLIN), 0);
	eventfd_write(bell->lfd.fd, 1);
}

/* Both have an event in the same batch; only the first may be delivered. */
static void fd_deletes_another(void **state)
{
	struct bell a, b;

	(void)state;
	add_bell(&a, &b);
	add_bell(&b, &a);
	loop_round(loop);
	loop_round(loop);
	assert_int_equal(fired, 1);
	close(a.lfd.fd);
	close(b.lfd.fd);
}

static bool always(void *opaque)
{
	struct bell *bell = opaque;

	if (fired)
		loop_stop(loop);
	else if (loop_stats(loop)->rounds == 1000)
		eventfd_write(bell->lfd.fd, 1);
	return true;
}

/* A poller that always has work does not lock messages out. */
static void fds_served_under_load(void **state)
{
	struct bell bell;
	struct loop_poller poller = { .poll = always, .opaque = &bell };
	eventfd_t val;

	(void)state;
	add_bell(&bell, NULL);
	eventfd_read(bell.lfd.fd, &val);
	loop_poller_add(loop, &poller);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(fired, 1);
	assert_true(loop_stats(loop)->rounds <= 1000 + 257);
	close(bell.lfd.fd);
}

static void stopped_before_it_runs(void **state)
{
	(void)state;
	loop_stop(loop);
	assert_int_equal(loop_run(loop), 0);
}

#define LOOP_TEST(fn)	 cmocka_unit_test_setup_teardown(fn, setup, teardown)
#define STEP_TEST(fn)	 cmocka_unit_test_setup_teardown(fn, setup_stepped, \
							 teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STEP_TEST(timers_in_order),
		STEP_TEST(timer_sets_itself),
		LOOP_TEST(timer_wakes_a_sleeper),
		LOOP_TEST(timer_always_due),
		LOOP_TEST(pollers_run_dry_before_sleep),
		STEP_TEST(pollers_settle_in_a_step),
		LOOP_TEST(poller_deletes_itself),
		LOOP_TEST(fd_deletes_another),
		LOOP_TEST(fds_served_under_load),
		LOOP_TEST(stopped_before_it_runs),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
