// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loaded into QEMU and vgaudi before the C library (LD_PRELOAD): their clocks run
 * LAB_SLOW times slower than the host's, from where those are when the program starts.
 * What waits for a time waits LAB_SLOW times longer: else the kernel would say that a
 * time has come which the program does not see yet, and it would ask again and again.
 * What is not here (io_uring) does that, and loses no more than the processor's time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CLOCKS		(CLOCK_BOOTTIME + 1)
#define NSEC_PER_SEC	1000000000ll
#define NSEC_PER_USEC	1000ll
/* A wait of three centuries is one without end. */
#define WAIT_MAX	(INT64_MAX / 2)

/* The C library's own, found when the first of ours is called. */
static struct {
	int (*clock_gettime)(clockid_t clock, struct timespec *ts);
	int (*ppoll)(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		     const sigset_t *mask);
	int (*epoll_wait)(int fd, struct epoll_event *events, int max, int ms);
	int (*epoll_pwait2)(int fd, struct epoll_event *events, int max,
			    const struct timespec *timeout, const sigset_t *mask);
	int (*nanosleep)(const struct timespec *time, struct timespec *left);
	int (*pthread_cond_timedwait)(pthread_cond_t *cond, pthread_mutex_t *mutex,
				      const struct timespec *end);
} real;

static int64_t slow = 1;
static int64_t start[CLOCKS];	/* 0: not a clock of the time that passes */

static int64_t to_ns(const struct timespec *ts)
{
	int64_t ns;

	if (__builtin_mul_overflow(ts->tv_sec, NSEC_PER_SEC, &ns) || ns > WAIT_MAX)
		return WAIT_MAX;
	return ns + ts->tv_nsec;
}

static struct timespec from_ns(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC };
}

/* How long the host has to wait. */
static struct timespec longer(int64_t ns)
{
	int64_t host;

	return from_ns(__builtin_mul_overflow(ns, slow, &host) ? WAIT_MAX : host);
}

static void begin(void)
{
	static const clockid_t passing[] = {
		CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE,
		CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,
	};
	const char *factor = getenv("LAB_SLOW");
	struct timespec ts;

	real.ppoll = dlsym(RTLD_NEXT, "ppoll");
	real.epoll_wait = dlsym(RTLD_NEXT, "epoll_wait");
	real.epoll_pwait2 = dlsym(RTLD_NEXT, "epoll_pwait2");
	real.nanosleep = dlsym(RTLD_NEXT, "nanosleep");
	/* without the version one would get that of another pthread_cond_t */
	real.pthread_cond_timedwait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
	real.clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	for (unsigned int i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (!real.clock_gettime(passing[i], &ts))
			start[passing[i]] = to_ns(&ts);
	if (factor && atoi(factor) > 0)
		slow = atoi(factor);
}

/* Before there is a second thread: the loader's and the libraries' ask for the time, too. */
static void ready(void)
{
	if (!real.clock_gettime)
		begin();
}

static __attribute__((constructor)) void loaded(void)
{
	ready();
}

/* ---- clocks ---- */

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int ret;

	ready();
	ret = real.clock_gettime(clock, ts);
	if (!ret && clock >= 0 && clock < CLOCKS && start[clock])
		*ts = from_ns(start[clock] + (to_ns(ts) - start[clock]) / slow);
	return ret;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	*tv = (struct timeval){ .tv_sec = ts.tv_sec, .tv_usec = ts.tv_nsec / NSEC_PER_USEC };
	return 0;
}

time_t time(time_t *seconds)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (seconds)
		*seconds = ts.tv_sec;
	return ts.tv_sec;
}

/* ---- waits ---- */

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct timespec host;

	ready();
	if (timeout)
		host = longer(to_ns(timeout));
	return real.ppoll(fds, count, timeout ? &host : NULL, mask);
}

int poll(struct pollfd *fds, nfds_t count, int ms)
{
	struct timespec timeout = from_ns(ms * 1000000ll);

	return ppoll(fds, count, ms < 0 ? NULL : &timeout, NULL);
}

int epoll_pwait2(int fd, struct epoll_event *events, int max, const struct timespec *timeout,
		 const sigset_t *mask)
{
	struct timespec host;

	ready();
	if (timeout)
		host = longer(to_ns(timeout));
	return real.epoll_pwait2(fd, events, max, timeout ? &host : NULL, mask);
}

int epoll_wait(int fd, struct epoll_event *events, int max, int ms)
{
	int64_t host;

	ready();
	host = ms * slow;
	return real.epoll_wait(fd, events, max, host > INT_MAX ? INT_MAX : (int)host);
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
	struct timespec host;
	int ret;

	ready();
	host = longer(to_ns(time));
	ret = real.nanosleep(&host, left);
	if (ret && left)
		*left = from_ns(to_ns(left) / slow);
	return ret;
}

int usleep(useconds_t us)
{
	struct timespec time = from_ns(us * NSEC_PER_USEC);

	return nanosleep(&time, NULL);
}

/* A condition doesn't tell its clock: it is the one that is nearer to the end. */
static clockid_t clock_of(int64_t end)
{
	struct timespec monotonic, realtime;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clock_gettime(CLOCK_REALTIME, &realtime);
	return llabs(end - to_ns(&monotonic)) < llabs(end - to_ns(&realtime)) ?
		CLOCK_MONOTONIC : CLOCK_REALTIME;
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *end)
{
	int64_t left = to_ns(end);
	clockid_t clock = clock_of(left);
	struct timespec now, host;

	clock_gettime(clock, &now);
	left -= to_ns(&now);
	host = longer(left > 0 ? left : 0);
	real.clock_gettime(clock, &now);
	host = from_ns(to_ns(&now) + to_ns(&host));
	return real.pthread_cond_timedwait(cond, mutex, &host);
}
