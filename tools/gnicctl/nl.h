/* SPDX-License-Identifier: GPL-2.0-only */
/* Netlink: one request, each answer to a callback. */
#ifndef GNICCTL_NL_H
#define GNICCTL_NL_H

#include <libmnl/libmnl.h>

/* A request under construction, and where it goes. */
struct nl_request {
	struct nlmsghdr *nlh;
	char buf[8192];
};

/* A generic netlink family by name, or -errno (ENOENT: not there). */
int nl_genl_family(const char *name);

void nl_genl_begin(struct nl_request *request, int family, uint8_t cmd, uint8_t version,
		   uint16_t flags);

/*
 * Sends it and calls @cb for every answer; @bus is NETLINK_GENERIC or
 * NETLINK_ROUTE. Returns 0 or -errno of the kernel.
 */
int nl_talk(struct nl_request *request, int bus, mnl_cb_t cb, void *data);

/* Attributes of a message or nest by number; others than 0 .. @max are left out. */
void nl_parse(const struct nlmsghdr *nlh, size_t header, const struct nlattr **table, int max);
void nl_parse_nest(const struct nlattr *nest, const struct nlattr **table, int max);

#endif
