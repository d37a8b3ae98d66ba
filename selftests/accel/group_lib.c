// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups of one card that talk to each other: what the MAC of port 0 sends
 * comes back, and is delivered by its destination address.
 *
 *	group a ----+              +----> group b
 *	            +-- MAC loop --+
 *	group b ----+              +----> group a
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib.h"

#define GROUPS_MAX	8

static struct group *group_made[GROUPS_MAX];
static unsigned int group_count;
static char group_netdev[32];
static char group_eswitch[16];
static pid_t group_pid;

/* Also after a test that failed; children that end leave it alone. */
static void group_cleanup(void)
{
	if (getpid() != group_pid)
		return;
	while (group_count)
		group_del(group_made[group_count - 1]);
	test_sh("ethtool -K %s loopback off", group_netdev);
	test_sh("ip link set %s down", group_netdev);
	test_sh("devlink dev eswitch set %s mode %s", test_card, group_eswitch);
}

void group_setup(void)
{
	if (!test_sh_line(group_eswitch, sizeof(group_eswitch),
			  "devlink -j dev eswitch show %s | jq -r '.dev[].mode'", test_card))
		test_skip_all("the card has no switch");
	if (!test_sh_line(group_netdev, sizeof(group_netdev),
			  "devlink -j port show %s/0 | jq -r '.port[].netdev // empty'", test_card))
		test_skip_all("port 0 has no netdev in this namespace");
	group_pid = getpid();
	atexit(group_cleanup);
	test_must(!test_sh("devlink dev eswitch set %s mode switchdev", test_card),
		  "the card becomes a switch");
	test_must(!test_sh("ethtool -K %s loopback on", group_netdev), "port 0 has a loopback");
	test_must(!test_sh("ip link set %s up", group_netdev), "port 0 comes up");
}

void group_link(bool up)
{
	test_must(!test_sh("ip link set %s %s", group_netdev, up ? "up" : "down"), "port 0");
}

void group_address(bool there)
{
	test_must(!test_sh("ip addr %s 198.51.100.1/24 dev %s", there ? "add" : "del",
			   group_netdev), "port 0's address");
}

static void group_query(struct group *group)
{
	char number[16];

	test_must(test_sh_line(group->port, sizeof(group->port),
			       "devlink -j port show | jq -r '.port | to_entries[] |"
			       " select(.value.sfnum == %u) | .key' | grep '^%s/'",
			       group->sfnum, test_card), "the group's port");
	test_must(test_sh_line(group->rep, sizeof(group->rep),
			       "devlink -j port show %s | jq -r '.port[].netdev'", group->port),
		  "the group's representor");
	test_must(test_sh_line(group->dev, sizeof(group->dev),
			       "devlink -j port show %s | jq -r '.port[].function.nested_devlink | keys[0]'",
			       group->port), "the group's instance");
	test_must(test_sh_line(group->mac, sizeof(group->mac),
			       "devlink -j port show %s | jq -r '.port[].function.hw_addr'",
			       group->port), "the group's address");
	test_must(test_sh_line(number, sizeof(number),
			       "devlink -j dev param show %s name qpn_base |"
			       " jq -r '.param[][0].values[0].value'", group->dev),
		  "the group's QP number");
	group->qpn_base = strtoul(number, NULL, 0);
}

void group_add(struct group *group, uint32_t sfnum)
{
	test_must(group_count < GROUPS_MAX, "not so many groups");
	group->sfnum = sfnum;
	test_must(!test_sh("devlink port add %s flavour pcisf pfnum 0 sfnum %u", test_card, sfnum),
		  "a group can be added");
	group_made[group_count++] = group;
	group_query(group);
}

int group_del(struct group *group)
{
	unsigned int i;

	for (i = 0; i < group_count; i++)
		if (group_made[i] == group)
			group_made[i] = group_made[--group_count];
	return test_sh("devlink port del %s", group->port);
}

int group_param(const struct group *group, const char *name, const char *value)
{
	return test_sh("devlink dev param set %s name %s value %s cmode runtime", group->dev, name,
		       value);
}

static void group_param_u32(const struct group *group, const char *name, uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	test_must(!group_param(group, name, text), name);
}

static int group_state(const struct group *group, const char *state)
{
	return test_sh("devlink port function set %s state %s", group->port, state);
}

int group_activate(const struct group *group)
{
	return group_state(group, "active");
}

int group_deactivate(const struct group *group)
{
	return group_state(group, "inactive");
}

static void group_one_of_pair(struct group *group, const struct group *peer, const char *ip,
			      const char *peer_ip)
{
	test_must(!group_param(group, "local_ip", ip), "local_ip");
	test_must(!group_param(group, "peer_ip", peer_ip), "peer_ip");
	test_must(!group_param(group, "peer_mac", peer->mac), "peer_mac");
	group_param_u32(group, "peer_qpn_base", peer->qpn_base);
	group_param_u32(group, "local_key", GROUP_KEY);
	group_param_u32(group, "remote_key", GROUP_KEY);
	/* an answer that never comes is known soon */
	group_param_u32(group, "qp_retry_timeout", 12);
	group_param_u32(group, "qp_retry_count", 5);
}

void group_pair_of(struct group *a, const char *a_type, struct group *b, const char *b_type,
		   unsigned int qps)
{
	group_add(a, 901 + group_count);
	group_add(b, 901 + group_count);
	test_must(!group_param(a, "qp_type", a_type) && !group_param(b, "qp_type", b_type),
		  "qp_type");
	group_param_u32(a, "qp_count", qps);
	group_param_u32(b, "qp_count", qps);
	/* their number may have changed the first one's */
	group_query(a);
	group_query(b);
	group_one_of_pair(a, b, "10.90.0.1", "10.90.0.2");
	group_one_of_pair(b, a, "10.90.0.2", "10.90.0.1");
	test_must(!group_activate(a) && !group_activate(b), "the groups become active");
}

void group_pair(struct group *a, struct group *b, unsigned int qps)
{
	group_pair_of(a, "write", b, "write", qps);
}

int group_hold(struct gnic_accel *acc, const struct group *group)
{
	int fd = gnic_accel_hold(acc, group->sfnum);

	test_must(fd >= 0, "the group can be held");
	return fd;
}

bool group_event(int fd, uint32_t type, struct drm_gnic_event *event)
{
	while (gnic_accel_event(fd, event, 10000) > 0)
		if (event->type == type)
			return true;
	return false;
}

bool group_pair_again(const struct group *a, int a_fd, const struct group *b, int b_fd)
{
	struct drm_gnic_event event;

	EXPECT_EQ(group_deactivate(a), 0);
	EXPECT_EQ(group_deactivate(b), 0);
	EXPECT_EQ(group_activate(b), 0);
	EXPECT_EQ(group_activate(a), 0);
	EXPECT(group_event(a_fd, DRM_GNIC_EVENT_ACTIVE, &event));
	EXPECT(group_event(b_fd, DRM_GNIC_EVENT_ACTIVE, &event));
	return true;
}
