/* SPDX-License-Identifier: GPL-2.0-only */
/* What rtnetlink says of the network devices of this namespace. */
#ifndef GNICCTL_LINK_H
#define GNICCTL_LINK_H

#include <linux/if_link.h>
#include <stdbool.h>

struct link {
	char name[32];
	char mac[20];
	bool admin;
	bool carrier;
	unsigned int mtu;
	struct rtnl_link_stats64 stats;
};

struct link *link_list(unsigned int *count);
const struct link *link_find(const struct link *links, unsigned int count, const char *name);

#endif
