// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sys/socket.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "link.h"
#include "nl.h"

struct link_list {
	struct link *links;
	unsigned int count;
};

static void link_mac(struct link *link, const struct nlattr *attr)
{
	const uint8_t *mac = mnl_attr_get_payload(attr);

	if (mnl_attr_get_payload_len(attr) == 6)
		snprintf(link->mac, sizeof(link->mac), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
			 mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void link_stats(struct link *link, const struct nlattr *attr)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len > sizeof(link->stats))
		len = sizeof(link->stats);
	memcpy(&link->stats, mnl_attr_get_payload(attr), len);
}

static int link_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *table[IFLA_MAX + 1];
	struct link_list *list = data;
	struct link *link;

	list->links = realloc(list->links, (list->count + 1) * sizeof(*link));
	if (!list->links)
		fail("out of memory");
	link = memset(&list->links[list->count++], 0, sizeof(*link));
	nl_parse(nlh, sizeof(*info), table, IFLA_MAX);
	link->admin = info->ifi_flags & IFF_UP;
	link->carrier = info->ifi_flags & IFF_LOWER_UP;
	if (table[IFLA_IFNAME])
		snprintf(link->name, sizeof(link->name), "%s",
			 mnl_attr_get_str(table[IFLA_IFNAME]));
	if (table[IFLA_MTU])
		link->mtu = mnl_attr_get_u32(table[IFLA_MTU]);
	if (table[IFLA_ADDRESS])
		link_mac(link, table[IFLA_ADDRESS]);
	if (table[IFLA_STATS64])
		link_stats(link, table[IFLA_STATS64]);
	return MNL_CB_OK;
}

static int link_dump(struct link_list *list)
{
	struct nl_request request;
	struct ifinfomsg *info;

	list->count = 0;
	request.nlh = mnl_nlmsg_put_header(request.buf);
	request.nlh->nlmsg_type = RTM_GETLINK;
	request.nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	info = mnl_nlmsg_put_extra_header(request.nlh, sizeof(*info));
	info->ifi_family = AF_UNSPEC;
	return nl_talk(&request, NETLINK_ROUTE, link_cb, list);
}

struct link *link_list(unsigned int *count)
{
	struct link_list list = { 0 };
	int err;

	/* devices came or went meanwhile: the list may lack some */
	do {
		err = link_dump(&list);
	} while (err == -EINTR);
	if (err)
		fail_errno(-err, "list of network devices");
	*count = list.count;
	return list.links;
}

const struct link *link_find(const struct link *links, unsigned int count, const char *name)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (name[0] && strcmp(links[i].name, name) == 0)
			return &links[i];
	return NULL;
}
