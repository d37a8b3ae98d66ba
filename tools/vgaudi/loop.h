/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop of one vgaudi thread.
 *
 * Three kinds of work share the thread: messages on file descriptors, timers,
 * and pollers, which look at shared memory that nobody announces. While any
 * poller finds work the loop spins; then it yields the processor for a while;
 * then it arms the pollers (their peers must kick from now on) and blocks.
 * A device has no locks because all its work runs here.
 *
 * Time is CLOCK_MONOTONIC in nanoseconds, or a number that only loop_step()
 * moves, so that a protocol test is repeatable.
 */
#ifndef VGAUDI_LOOP_H
#define VGAUDI_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

/**
 * struct loop_params - how long the loop looks for work before it sleeps
 * @spin: rounds without work, back to back
 * @yield: further rounds without work, with sched_yield() between them
 * @fd_rounds: look at the file descriptors at least every so many rounds
 * @fd_ns: and at least this often
 * @stepped: time is virtual, see loop_step()
 */
struct loop_params {
	unsigned int spin;
	unsigned int yield;
	unsigned int fd_rounds;
	uint64_t fd_ns;
	bool stepped;
};

/**
 * struct loop_stats - what the loop did, for the control socket
 * @rounds: poller rounds
 * @busy: rounds in which some poller found work
 * @yields: rounds followed by sched_yield()
 * @sleeps: times the thread blocked
 * @events: file descriptor events delivered
 * @timers: timers fired
 */
struct loop_stats {
	uint64_t rounds;
	uint64_t busy;
	uint64_t yields;
	uint64_t sleeps;
	uint64_t events;
	uint64_t timers;
};

/**
 * struct loop_fd - a watched file descriptor, embedded in its owner
 * @fd: the descriptor; the owner closes it, after loop_fd_del()
 * @cb: called with the EPOLL* events; may delete any loop_fd, this one too
 * @opaque: for @cb
 */
struct loop_fd {
	int fd;
	void (*cb)(void *opaque, uint32_t events);
	void *opaque;
};

/**
 * struct loop_timer - a one-shot timer, embedded in its owner
 * @cb: called once, at @when or later; may set the timer again
 * @opaque: for @cb
 * @when: private: due time
 * @slot: private: place in the heap plus one, 0 when not pending
 *
 * Zero-initialise, then set @cb and @opaque.
 */
struct loop_timer {
	void (*cb)(void *opaque);
	void *opaque;
	uint64_t when;
	unsigned int slot;
};

/**
 * struct loop_poller - something that looks for work in shared memory
 * @poll: do a bounded amount of work; true if there was any. Called after
 *	@arm it first takes the arming back (peers need not kick any more).
 * @arm: ask the peers to kick, then look once more; true if work came in the
 *	meantime, in which case the loop does not sleep. May be NULL.
 * @opaque: for both
 * @next: private
 */
struct loop_poller {
	bool (*poll)(void *opaque);
	bool (*arm)(void *opaque);
	void *opaque;
	struct loop_poller *next;
};

/**
 * loop_create() - make a loop
 * @params: NULL for the defaults (2000 spins, 200 yields, 256 rounds, 50 us)
 *
 * Return: the loop, or NULL with errno set.
 */
struct loop *loop_create(const struct loop_params *params);
void loop_destroy(struct loop *loop);

/**
 * loop_fd_add() - watch a descriptor, level triggered
 * @loop: the loop
 * @lfd: filled in by the owner
 * @events: EPOLLIN and friends
 *
 * Return: 0 or a negative errno.
 */
int loop_fd_add(struct loop *loop, struct loop_fd *lfd, uint32_t events);
int loop_fd_mod(struct loop *loop, struct loop_fd *lfd, uint32_t events);
void loop_fd_del(struct loop *loop, struct loop_fd *lfd);

/**
 * loop_timer_set() - (re)start a timer
 * @loop: the loop
 * @timer: pending or not
 * @when: absolute, on the clock of loop_now()
 *
 * Return: 0, or -ENOMEM when the heap cannot grow (never for a timer that is
 * pending, or set from its own callback).
 */
int loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t when);
void loop_timer_del(struct loop *loop, struct loop_timer *timer);

static inline bool loop_timer_pending(const struct loop_timer *timer)
{
	return timer->slot;
}

void loop_poller_add(struct loop *loop, struct loop_poller *poller);
void loop_poller_del(struct loop *loop, struct loop_poller *poller);

/**
 * loop_now() - the time at which the current round began
 * @loop: the loop
 *
 * Costs a load. For a time stamp use loop_clock(), which asks the clock.
 */
uint64_t loop_now(const struct loop *loop);
uint64_t loop_clock(struct loop *loop);

/**
 * loop_run() - run until loop_stop()
 * @loop: the loop
 *
 * Return: 0, or a negative errno when epoll fails.
 */
int loop_run(struct loop *loop);

/** loop_stop() - make loop_run() return; may be called by a signal handler */
void loop_stop(struct loop *loop);

/**
 * loop_round() - one round without blocking: pollers, due timers, descriptors
 * @loop: the loop
 *
 * Return: whether anything happened.
 */
bool loop_round(struct loop *loop);

/**
 * loop_step() - let virtual time pass
 * @loop: a loop made with @stepped
 * @ns: how much
 *
 * Runs what is due on the way, each timer at its own time and the pollers to
 * rest after each, so that the outcome depends on the order of due times only.
 * File descriptors are not looked at: a step is not disturbed by messages.
 */
void loop_step(struct loop *loop, uint64_t ns);

const struct loop_stats *loop_stats(const struct loop *loop);

#endif
