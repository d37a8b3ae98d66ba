// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event loop: see loop.h for the three kinds of work and how it sleeps.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

#define LOOP_EVENTS	16
#define NSEC_PER_SEC	1000000000ull
#define NSEC_PER_MSEC	1000000ull

struct loop {
	int epfd;
	struct loop_params params;
	volatile sig_atomic_t stop;
	struct loop_fd stop_fd;	/* wakes a sleeping loop that is to stop */
	uint64_t now;
	uint64_t fds_seen;	/* when the descriptors were last looked at */
	unsigned int rounds;	/* since then */
	unsigned int idle;	/* rounds without work */
	struct loop_poller *pollers;
	struct loop_poller *cursor;	/* next to poll in this round */
	struct loop_timer **heap;	/* heap[0] is due first */
	unsigned int timers;
	unsigned int heap_size;
	struct epoll_event events[LOOP_EVENTS];
	int nr_events;
	struct loop_stats stats;
};

static const struct loop_params loop_defaults = {
	.spin = 2000,
	.yield = 200,
	.fd_rounds = 256,
	.fd_ns = 50000,
};

/* Time. */

static uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

uint64_t loop_now(const struct loop *loop)
{
	return loop->now;
}

uint64_t loop_clock(struct loop *loop)
{
	return loop->params.stepped ? loop->now : clock_ns();
}

/* Descriptors. */

static int loop_epoll(struct loop *loop, int op, struct loop_fd *lfd,
		      uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = lfd };

	return epoll_ctl(loop->epfd, op, lfd->fd, &ev) ? -errno : 0;
}

int loop_fd_add(struct loop *loop, struct loop_fd *lfd, uint32_t events)
{
	return loop_epoll(loop, EPOLL_CTL_ADD, lfd, events);
}

int loop_fd_mod(struct loop *loop, struct loop_fd *lfd, uint32_t events)
{
	return loop_epoll(loop, EPOLL_CTL_MOD, lfd, events);
}

void loop_fd_del(struct loop *loop, struct loop_fd *lfd)
{
	loop_epoll(loop, EPOLL_CTL_DEL, lfd, 0);
	/* It may have an event in the batch that is being delivered. */
	for (int i = 0; i < loop->nr_events; i++)
		if (loop->events[i].data.ptr == lfd)
			loop->events[i].data.ptr = NULL;
}

/*
 * Wait without the millisecond grid of epoll_wait(). Old kernels and some
 * sandboxes do not have the call: then wake a little late.
 */
static int loop_epoll_wait(struct loop *loop, int64_t ns)
{
	struct timespec ts = {
		.tv_sec = ns / (int64_t)NSEC_PER_SEC,
		.tv_nsec = ns % (int64_t)NSEC_PER_SEC,
	};
	int nr;

	if (ns <= 0)
		return epoll_wait(loop->epfd, loop->events, LOOP_EVENTS,
				  ns ? -1 : 0);
	nr = epoll_pwait2(loop->epfd, loop->events, LOOP_EVENTS, &ts, NULL);
	if (nr < 0 && errno == ENOSYS)
		nr = epoll_wait(loop->epfd, loop->events, LOOP_EVENTS,
				ns / NSEC_PER_MSEC + 1);
	return nr;
}

static void loop_deliver(struct loop *loop, int nr)
{
	loop->nr_events = nr;
	for (int i = 0; i < nr; i++) {
		struct loop_fd *lfd = loop->events[i].data.ptr;

		if (!lfd)
			continue;
		loop->stats.events++;
		lfd->cb(lfd->opaque, loop->events[i].events);
	}
	loop->nr_events = 0;
}

/* @ns: 0 looks, a negative number waits for ever. Returns the events. */
static int loop_service_fds(struct loop *loop, int64_t ns)
{
	int nr = loop_epoll_wait(loop, ns);

	if (nr < 0)
		return errno == EINTR ? 0 : -errno;
	loop->now = loop_clock(loop);
	loop->fds_seen = loop->now;
	loop->rounds = 0;
	loop_deliver(loop, nr);
	return nr;
}

/* Timers: a binary heap; slot is the index plus one. */

static void heap_put(struct loop *loop, unsigned int i, struct loop_timer *t)
{
	loop->heap[i] = t;
	t->slot = i + 1;
}

static void heap_up(struct loop *loop, unsigned int i, struct loop_timer *t)
{
	while (i) {
		unsigned int parent = (i - 1) / 2;

		if (loop->heap[parent]->when <= t->when)
			break;
		heap_put(loop, i, loop->heap[parent]);
		i = parent;
	}
	heap_put(loop, i, t);
}

static void heap_down(struct loop *loop, unsigned int i, struct loop_timer *t)
{
	for (;;) {
		unsigned int child = 2 * i + 1;

		if (child >= loop->timers)
			break;
		if (child + 1 < loop->timers &&
		    loop->heap[child + 1]->when < loop->heap[child]->when)
			child++;
		if (t->when <= loop->heap[child]->when)
			break;
		heap_put(loop, i, loop->heap[child]);
		i = child;
	}
	heap_put(loop, i, t);
}

static int heap_grow(struct loop *loop)
{
	unsigned int size = loop->heap_size ? loop->heap_size * 2 : 64;
	struct loop_timer **heap;

	if (loop->timers < loop->heap_size)
		return 0;
	heap = reallocarray(loop->heap, size, sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	loop->heap = heap;
	loop->heap_size = size;
	return 0;
}

int loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t when)
{
	int ret;

	loop_timer_del(loop, timer);
	ret = heap_grow(loop);
	if (ret)
		return ret;
	timer->when = when;
	heap_up(loop, loop->timers++, timer);
	return 0;
}

void loop_timer_del(struct loop *loop, struct loop_timer *timer)
{
	unsigned int i = timer->slot - 1;
	struct loop_timer *last;

	if (!timer->slot)
		return;
	timer->slot = 0;
	last = loop->heap[--loop->timers];
	if (last == timer)
		return;
	/* The last one takes the hole: it belongs above or below it. */
	if (i && last->when < loop->heap[(i - 1) / 2]->when)
		heap_up(loop, i, last);
	else
		heap_down(loop, i, last);
}

static struct loop_timer *loop_timer_first(const struct loop *loop)
{
	return loop->timers ? loop->heap[0] : NULL;
}

static void loop_fire(struct loop *loop, struct loop_timer *timer)
{
	loop_timer_del(loop, timer);
	loop->stats.timers++;
	timer->cb(timer->opaque);
}

/*
 * A timer that sets itself to "now" must not keep us here: only those that
 * were due when we came are fired.
 */
static bool loop_run_timers(struct loop *loop)
{
	unsigned int budget = loop->timers;
	struct loop_timer *timer;
	bool fired = false;

	while (budget-- && (timer = loop_timer_first(loop)) &&
	       timer->when <= loop->now) {
		loop_fire(loop, timer);
		fired = true;
	}
	return fired;
}

/* Pollers. */

void loop_poller_add(struct loop *loop, struct loop_poller *poller)
{
	struct loop_poller **p = &loop->pollers;

	/* At the end: pollers are served in the order of their arrival. */
	while (*p)
		p = &(*p)->next;
	poller->next = NULL;
	*p = poller;
}

void loop_poller_del(struct loop *loop, struct loop_poller *poller)
{
	struct loop_poller **p = &loop->pollers;

	while (*p && *p != poller)
		p = &(*p)->next;
	if (!*p)
		return;
	*p = poller->next;
	if (loop->cursor == poller)
		loop->cursor = poller->next;
}

static bool loop_poll(struct loop *loop)
{
	struct loop_poller *poller;
	bool work = false;

	/* The cursor lets a poller delete itself or its successor. */
	for (loop->cursor = loop->pollers; (poller = loop->cursor);) {
		loop->cursor = poller->next;
		work |= poller->poll(poller->opaque);
	}
	loop->stats.rounds++;
	loop->stats.busy += work;
	return work;
}

/* All are armed, also after one found work: the next poll() takes it back. */
static bool loop_arm(struct loop *loop)
{
	struct loop_poller *poller;
	bool work = false;

	for (loop->cursor = loop->pollers; (poller = loop->cursor);) {
		loop->cursor = poller->next;
		if (poller->arm)
			work |= poller->arm(poller->opaque);
	}
	return work;
}

/* Life. */

static void loop_stopped(void *opaque, uint32_t events)
{
	struct loop *loop = opaque;
	eventfd_t val;

	(void)events;
	eventfd_read(loop->stop_fd.fd, &val);
}

static int loop_open(struct loop *loop)
{
	loop->stop_fd.cb = loop_stopped;
	loop->stop_fd.opaque = loop;
	loop->stop_fd.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	loop->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->stop_fd.fd < 0 || loop->epfd < 0)
		return -errno;
	return loop_fd_add(loop, &loop->stop_fd, EPOLLIN);
}

struct loop *loop_create(const struct loop_params *params)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int ret;

	if (!loop)
		return NULL;
	loop->params = params ? *params : loop_defaults;
	loop->now = loop_clock(loop);
	ret = loop_open(loop);
	if (ret) {
		loop_destroy(loop);
		errno = -ret;
		return NULL;
	}
	return loop;
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->epfd >= 0)
		close(loop->epfd);
	if (loop->stop_fd.fd >= 0)
		close(loop->stop_fd.fd);
	free(loop->heap);
	free(loop);
}

/* The loop itself. */

static bool loop_fds_due(const struct loop *loop)
{
	return loop->rounds >= loop->params.fd_rounds ||
	       loop->now - loop->fds_seen >= loop->params.fd_ns;
}

/* One round; returns whether there was work, or a negative errno. */
static int loop_turn(struct loop *loop, bool look)
{
	bool work;
	int nr = 0;

	if (!loop->params.stepped)
		loop->now = clock_ns();
	loop->rounds++;
	work = loop_poll(loop);
	if (!loop->params.stepped)
		work |= loop_run_timers(loop);
	if (look || loop_fds_due(loop))
		nr = loop_service_fds(loop, 0);
	return nr < 0 ? nr : work || nr;
}

bool loop_round(struct loop *loop)
{
	return loop_turn(loop, true) > 0;
}

static int64_t loop_sleep_time(const struct loop *loop)
{
	const struct loop_timer *first = loop_timer_first(loop);

	if (!first || loop->params.stepped)
		return -1;
	return first->when > loop->now ? first->when - loop->now : 0;
}

static int loop_sleep(struct loop *loop)
{
	loop->idle = 0;
	if (loop_arm(loop))
		return 0;
	loop->now = loop_clock(loop);
	loop->stats.sleeps++;
	return loop_service_fds(loop, loop_sleep_time(loop));
}

static void cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* Nothing to do: spin, then yield, then sleep. */
static int loop_idle(struct loop *loop)
{
	const struct loop_params *p = &loop->params;

	if (!loop->pollers || loop->idle >= p->spin + p->yield)
		return loop_sleep(loop);
	if (loop->idle++ < p->spin) {
		cpu_relax();
		return 0;
	}
	loop->stats.yields++;
	sched_yield();
	return 0;
}

int loop_run(struct loop *loop)
{
	int ret = 0;

	while (!loop->stop && ret >= 0) {
		ret = loop_turn(loop, false);
		if (ret > 0)
			loop->idle = 0;
		else if (!ret && !loop->stop)
			ret = loop_idle(loop);
	}
	loop->stop = 0;
	return ret < 0 ? ret : 0;
}

void loop_stop(struct loop *loop)
{
	loop->stop = 1;
	eventfd_write(loop->stop_fd.fd, 1);
}

static void loop_settle(struct loop *loop)
{
	while (loop_poll(loop))
		;
}

void loop_step(struct loop *loop, uint64_t ns)
{
	uint64_t end = loop->now + ns;
	struct loop_timer *timer;

	loop_settle(loop);
	while ((timer = loop_timer_first(loop)) && timer->when <= end) {
		if (timer->when > loop->now)
			loop->now = timer->when;
		loop_fire(loop, timer);
		loop_settle(loop);
	}
	loop->now = end;
}

const struct loop_stats *loop_stats(const struct loop *loop)
{
	return &loop->stats;
}
