// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "nl.h"

#define NL_ANSWER	65536

/* ---- attributes ---- */

static void nl_store(const struct nlattr *attr, const struct nlattr **table, int max)
{
	int type = mnl_attr_get_type(attr);

	if (type <= max)
		table[type] = attr;
}

void nl_parse(const struct nlmsghdr *nlh, size_t header, const struct nlattr **table, int max)
{
	const struct nlattr *attr;

	memset(table, 0, (max + 1) * sizeof(*table));
	mnl_attr_for_each(attr, nlh, header)
		nl_store(attr, table, max);
}

void nl_parse_nest(const struct nlattr *nest, const struct nlattr **table, int max)
{
	const struct nlattr *attr;

	memset(table, 0, (max + 1) * sizeof(*table));
	mnl_attr_for_each_nested(attr, nest)
		nl_store(attr, table, max);
}

/* ---- request and answers ---- */

static int nl_receive(struct mnl_socket *socket, uint32_t seq, mnl_cb_t cb, void *data)
{
	char *buf = xcalloc(1, NL_ANSWER);
	int ret;

	do {
		ret = mnl_socket_recvfrom(socket, buf, NL_ANSWER);
		if (ret < 0)
			break;
		ret = mnl_cb_run(buf, ret, seq, mnl_socket_get_portid(socket), cb, data);
	} while (ret > MNL_CB_STOP);
	ret = ret < 0 ? -errno : 0;
	free(buf);
	return ret;
}

int nl_talk(struct nl_request *request, int bus, mnl_cb_t cb, void *data)
{
	struct mnl_socket *socket = mnl_socket_open(bus);
	static uint32_t seq;
	int ret = 0;

	if (!socket)
		fail_errno(errno, "netlink socket");
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		fail_errno(errno, "netlink socket");
	request->nlh->nlmsg_seq = ++seq;
	if (mnl_socket_sendto(socket, request->nlh, request->nlh->nlmsg_len) < 0)
		ret = -errno;
	if (!ret)
		ret = nl_receive(socket, request->nlh->nlmsg_seq, cb, data);
	mnl_socket_close(socket);
	return ret;
}

/* ---- generic netlink ---- */

void nl_genl_begin(struct nl_request *request, int family, uint8_t cmd, uint8_t version,
		   uint16_t flags)
{
	struct genlmsghdr *genl;

	request->nlh = mnl_nlmsg_put_header(request->buf);
	request->nlh->nlmsg_type = family;
	request->nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	genl = mnl_nlmsg_put_extra_header(request->nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
}

static int nl_family_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table[CTRL_ATTR_MAX + 1];

	nl_parse(nlh, sizeof(struct genlmsghdr), table, CTRL_ATTR_MAX);
	if (table[CTRL_ATTR_FAMILY_ID])
		*(int *)data = mnl_attr_get_u16(table[CTRL_ATTR_FAMILY_ID]);
	return MNL_CB_OK;
}

int nl_genl_family(const char *name)
{
	struct nl_request request;
	int family = 0, ret;

	nl_genl_begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	mnl_attr_put_strz(request.nlh, CTRL_ATTR_FAMILY_NAME, name);
	ret = nl_talk(&request, NETLINK_GENERIC, nl_family_cb, &family);
	if (ret)
		return ret;
	return family ?: -ENOENT;
}
