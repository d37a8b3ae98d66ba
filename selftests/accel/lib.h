/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of the compute device share. */
#ifndef SELFTESTS_ACCEL_LIB_H
#define SELFTESTS_ACCEL_LIB_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "libgnic_accel.h"

/* ---- tests ---- */

struct test {
	const char *name;
	bool (*run)(void);
};

/* Runs all up to the one without a name; the result is for main() to return. */
int test_run(const struct test *tests);
/* The whole program is skipped: prints and ends. */
void test_skip_all(const char *why) __attribute__((noreturn));
/* What a test can't do without; prints and ends. */
void test_must(bool ok, const char *what);
void test_note(const char *file, int line, const char *text, long value);

/* In a test: what has to be, or the test has failed. */
#define EXPECT(condition) \
	do { \
		if (!(condition)) { \
			test_note(__FILE__, __LINE__, #condition, 0); \
			return false; \
		} \
	} while (0)

#define EXPECT_EQ(expression, value) \
	do { \
		long result_ = (expression); \
		if (result_ != (long)(value)) { \
			test_note(__FILE__, __LINE__, #expression " == " #value, result_); \
			return false; \
		} \
	} while (0)

/* @low <= @expression < @high */
#define EXPECT_IN(expression, low, high) \
	do { \
		long result_ = (expression); \
		if (result_ < (long)(low) || result_ >= (long)(high)) { \
			test_note(__FILE__, __LINE__, #expression " in " #low ", " #high, result_); \
			return false; \
		} \
	} while (0)

/* ---- the device ---- */

extern char test_path[];	/* device file */
extern char test_card[];	/* "pci/0000:00:10.0" */

/* Finds a card with a compute device, or skips all. */
void test_find(void);
void test_open(struct gnic_accel **acc);
void test_bo(struct gnic_accel *acc, struct gnic_accel_bo **bo, uint64_t size, uint32_t flags);

/* Bytes that tell where they are, and which pattern. */
void test_paint(uint8_t *data, uint64_t size, uint32_t seed);
bool test_painted(const uint8_t *data, uint64_t size, uint32_t seed);
bool test_filled(const uint8_t *data, uint64_t size, uint8_t byte);
/* SIGBUS if an access ends with it, else 0. */
int test_fault_of(const volatile uint8_t *address);

/* ---- commands of other tools ---- */

/* Exit status of a shell command; what it prints is thrown away. */
int test_sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* First line of what it prints; false: none, or it failed. */
bool test_sh_line(char *line, int size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- the virtual card, sim_lib.c ---- */

/* Its control port, or skips all. */
void sim_open(void);
/* true: it did what the line says, which ends with a newline */
bool sim_cmd(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ---- groups, group_lib.c ---- */

/* A group of the card; group_add() makes it, the end of the program takes it away. */
struct group {
	uint32_t sfnum;
	char port[64];		/* "pci/0000:00:10.0/32769" */
	char dev[64];		/* "auxiliary/gnic.sf.0" */
	char rep[32];		/* representor */
	char mac[32];
	uint32_t qpn_base;
};

#define GROUP_KEY	4711

/* Switchdev mode, port 0 up with MAC loopback; or skips all. */
void group_setup(void);
/* The netdev of port 0, whose loopback is on. */
void group_link(bool up);
void group_address(bool there);	/* 198.51.100.1/24, at port 0 */
void group_add(struct group *group, uint32_t sfnum);
int group_del(struct group *group);
int group_param(const struct group *group, const char *name, const char *value);
int group_activate(const struct group *group);
int group_deactivate(const struct group *group);

/* Two new groups, each the peer of the other, active; of type write, or of these types. */
void group_pair(struct group *a, struct group *b, unsigned int qps);
void group_pair_of(struct group *a, const char *a_type, struct group *b, const char *b_type,
		   unsigned int qps);

/* The descriptor of a group that nobody holds. */
int group_hold(struct gnic_accel *acc, const struct group *group);

/* QPs of both that failed work again; the records up to ACTIVE are read. */
bool group_pair_again(const struct group *a, int a_fd, const struct group *b, int b_fd);

/* Reads records until one is of this type. */
bool group_event(int fd, uint32_t type, struct drm_gnic_event *event);

#endif
