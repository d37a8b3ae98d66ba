// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slow clock of the lab: it is part of this program, as LD_PRELOAD makes it part of
 * QEMU and vgaudi. What the host's clock says is asked of the kernel, past it.
 */
#include "../../tools/lab/slow.c"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "loop.h"

#define SLOW	5
#define WAIT_MS	4
#define WAIT_NS	(WAIT_MS * 1000000ll)

static int64_t kernel_ns(clockid_t clock)
{
	struct timespec ts;

	assert_int_equal(syscall(SYS_clock_gettime, clock, &ts), 0);
	return to_ns(&ts);
}

static int64_t program_ns(clockid_t clock)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(clock, &ts), 0);
	return to_ns(&ts);
}

static int setup(void **state)
{
	(void)state;
	slow = SLOW;
	return 0;
}

/* ---- clocks ---- */

/* A clock of the program and the host's before and after it was read. */
struct reading {
	int64_t before, now, after;
};

static struct reading reading_take(clockid_t clock)
{
	struct reading reading = { .before = kernel_ns(clock) };

	reading.now = program_ns(clock);
	reading.after = kernel_ns(clock);
	return reading;
}

/* Exact, but for what a division leaves; the host's clocks may be adjusted meanwhile. */
static void check_slow(const struct reading *from, const struct reading *to)
{
	int64_t passed = (to->now - from->now) * SLOW, slack = WAIT_NS / 10;

	assert_in_range(passed + slack, to->before - from->after, to->after - from->before + 2 * slack);
}

static void clocks_that_pass_are_slow(void **state)
{
	static const clockid_t clocks[] = {
		CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME,
	};
	struct timespec pause = from_ns(5 * WAIT_NS);
	struct reading from[4], to;

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		from[i] = reading_take(clocks[i]);
	syscall(SYS_nanosleep, &pause, NULL);
	for (unsigned int i = 0; i < 4; i++) {
		to = reading_take(clocks[i]);
		check_slow(&from[i], &to);
	}
}

static void a_clock_of_work_is_not(void **state)
{
	struct reading reading;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		reading = reading_take(CLOCK_PROCESS_CPUTIME_ID);
		assert_in_range(reading.now, reading.before, reading.after);
	}
}

static void the_time_of_day_is_that_clock(void **state)
{
	int64_t before = program_ns(CLOCK_REALTIME), after;
	struct timeval tv;
	time_t seconds;

	(void)state;
	assert_int_equal(gettimeofday(&tv, NULL), 0);
	assert_true(time(&seconds) <= time(NULL));
	after = program_ns(CLOCK_REALTIME);
	assert_in_range(tv.tv_sec * NSEC_PER_SEC + tv.tv_usec * NSEC_PER_USEC,
			before - NSEC_PER_USEC, after);
	assert_in_range(seconds, before / NSEC_PER_SEC, after / NSEC_PER_SEC);
}

static void a_bad_clock_is_refused(void **state)
{
	struct timespec ts;

	(void)state;
	assert_int_equal(clock_gettime(-1000, &ts), -1);
	assert_int_equal(clock_gettime(CLOCKS + 100, &ts), -1);
}

/* ---- waits: none ends before the program's clock says so ---- */

static void wait_poll(void)
{
	assert_int_equal(poll(NULL, 0, WAIT_MS), 0);
}

static void wait_ppoll(void)
{
	struct timespec ts = from_ns(WAIT_NS);

	assert_int_equal(ppoll(NULL, 0, &ts, NULL), 0);
}

static void wait_epoll(void)
{
	struct epoll_event event;
	int fd = epoll_create1(0);

	assert_int_equal(epoll_wait(fd, &event, 1, WAIT_MS), 0);
	close(fd);
}

static void wait_nanosleep(void)
{
	struct timespec ts = from_ns(WAIT_NS);

	assert_int_equal(nanosleep(&ts, NULL), 0);
}

static void wait_usleep(void)
{
	assert_int_equal(usleep(WAIT_MS * 1000), 0);
}

static void wait_cond(clockid_t clock)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct timespec end = from_ns(program_ns(clock) + WAIT_NS);
	pthread_condattr_t attr;
	pthread_cond_t cond;

	pthread_condattr_init(&attr);
	assert_int_equal(pthread_condattr_setclock(&attr, clock), 0);
	pthread_cond_init(&cond, &attr);
	pthread_mutex_lock(&mutex);
	assert_int_equal(pthread_cond_timedwait(&cond, &mutex, &end), ETIMEDOUT);
	/* a time that is over */
	assert_int_equal(pthread_cond_timedwait(&cond, &mutex, &end), ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
	pthread_cond_destroy(&cond);
}

static void wait_cond_monotonic(void)
{
	wait_cond(CLOCK_MONOTONIC);
}

static void wait_cond_realtime(void)
{
	wait_cond(CLOCK_REALTIME);
}

static void waits_are_as_long_as_they_say(void **state)
{
	static void (*const waits[])(void) = {
		wait_poll, wait_ppoll, wait_epoll, wait_nanosleep, wait_usleep,
		wait_cond_monotonic, wait_cond_realtime,
	};
	int64_t start_ns;

	(void)state;
	for (unsigned int i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		start_ns = program_ns(CLOCK_MONOTONIC);
		waits[i]();
		assert_true(program_ns(CLOCK_MONOTONIC) - start_ns >= WAIT_NS);
	}
}

static void no_time_and_no_end(void **state)
{
	struct timespec ages = { .tv_sec = INT64_MAX, .tv_nsec = 999999999 };
	struct pollfd fds = { .events = POLLIN };
	struct epoll_event event = { .events = EPOLLIN };
	int ends[2], fd = epoll_create1(0);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	fds.fd = ends[0];
	assert_int_equal(epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event), 0);
	assert_int_equal(poll(&fds, 1, 0), 0);
	assert_int_equal(epoll_wait(fd, &event, 1, 0), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_int_equal(poll(&fds, 1, -1), 1);
	assert_int_equal(poll(&fds, 1, INT_MAX), 1);
	assert_int_equal(ppoll(&fds, 1, NULL, NULL), 1);
	assert_int_equal(ppoll(&fds, 1, &ages, NULL), 1);
	assert_int_equal(epoll_wait(fd, &event, 1, -1), 1);
	assert_int_equal(epoll_pwait2(fd, &event, 1, &ages, NULL), 1);
	close(fd);
	close(ends[0]);
	close(ends[1]);
}

/* ---- the card: timers, rates and its PTP clock are all of the loop's ---- */

static int64_t fired_ns;

static void fire(void *opaque)
{
	fired_ns = program_ns(CLOCK_MONOTONIC);
	loop_stop(opaque);
}

static void a_timer_of_the_card_is_slow(void **state)
{
	struct loop *loop = loop_create(NULL);
	int64_t host = kernel_ns(CLOCK_MONOTONIC);
	struct loop_timer timer = { .cb = fire, .opaque = loop };
	int64_t due = loop_now(loop) + WAIT_NS;

	(void)state;
	assert_int_equal(loop_timer_set(loop, &timer, due), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_true(fired_ns >= due);
	assert_true(kernel_ns(CLOCK_MONOTONIC) - host >= (WAIT_NS - WAIT_NS / 10) * SLOW);
	loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_that_pass_are_slow),
		cmocka_unit_test(a_clock_of_work_is_not),
		cmocka_unit_test(the_time_of_day_is_that_clock),
		cmocka_unit_test(a_bad_clock_is_refused),
		cmocka_unit_test(waits_are_as_long_as_they_say),
		cmocka_unit_test(no_time_and_no_end),
		cmocka_unit_test(a_timer_of_the_card_is_slow),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, NULL);
}
