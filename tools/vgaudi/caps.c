// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities by name, and what goes with them. A card that does without one
 * refuses its commands, so that a driver that has not looked is found out. What it
 * says of its limits is said alone: it can do what it ever could.
 */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "hw/reg_ctl.h"

#include "caps.h"

struct cap {
	const char *name;
	uint32_t bit;
};

#define CAP(name)	{ #name, GNIC_CAP_##name }
static const struct cap caps_names[] = {
	CAP(SHADOW_DB), CAP(CSUM), CAP(TSO), CAP(VLAN), CAP(RSS), CAP(FLOW), CAP(RC),
	CAP(COMPUTE), CAP(LOOPBACK), CAP(MODERATION), CAP(RX_TSTAMP), CAP(QP_MOVE),
	CAP(RX_SPLIT), CAP(GRO), CAP(RX_MODE), CAP(VLAN_RX), CAP(TUNNEL), CAP(USO),
	CAP(RSS_QUEUES), CAP(FLOW_QUEUES), CAP(CQE_TIMER), CAP(PAUSE), CAP(MODULE),
	CAP(PORT_SPLIT), CAP(LAUNCH), CAP(FW), CAP(INJECT), CAP(SCHED), CAP(PHC), CAP(DCB),
	CAP(TX_RATE), CAP(SCTP),
};

#define CAPS	(sizeof(caps_names) / sizeof(caps_names[0]))

_Static_assert(CAPS == 32, "a capability has no name");

static uint32_t caps_find(const char *name, size_t len)
{
	const struct cap *cap;

	for (cap = caps_names; cap < caps_names + CAPS; cap++)
		if (strlen(cap->name) == len && !strncasecmp(cap->name, name, len))
			return cap->bit;
	return 0;
}

bool caps_parse(const char *list, uint32_t *caps)
{
	uint32_t found = 0, bit;
	size_t len;

	while (*list) {
		len = strcspn(list, ",");
		bit = caps_find(list, len);
		if (!bit)
			return false;
		found |= bit;
		list += len + (list[len] == ',');
	}
	*caps = found;
	return true;
}

#define LIMIT(name)	{ #name, offsetof(struct gnic_hw_caps, name) / sizeof(uint32_t) }
static const struct {
	const char *name;
	unsigned int place;
} caps_limits_names[] = {
	LIMIT(qps_per_port), LIMIT(raw_qps_per_port), LIMIT(cqs), LIMIT(functions), LIMIT(flows),
	LIMIT(flow_masks), LIMIT(windows), LIMIT(rss_contexts), LIMIT(filter_macs), LIMIT(mtu_max),
	LIMIT(wq_log_max), LIMIT(rc), LIMIT(segments), LIMIT(gro), LIMIT(flow_mirrors),
	LIMIT(sobs), LIMIT(flow_edits), LIMIT(flow), LIMIT(rx_buffer), LIMIT(rx_cell),
};

#define LIMITS	(sizeof(caps_limits_names) / sizeof(caps_limits_names[0]))

_Static_assert(LIMITS == sizeof(struct gnic_hw_caps) / sizeof(uint32_t), "a limit has no name");

bool caps_limit(struct caps_limits *limits, const char *name, uint32_t number)
{
	unsigned int i;

	for (i = 0; i < LIMITS; i++) {
		if (strcmp(caps_limits_names[i].name, name))
			continue;
		limits->said |= 1u << caps_limits_names[i].place;
		limits->number[caps_limits_names[i].place] = number;
		return true;
	}
	return false;
}

void caps_say(const struct caps_limits *limits, struct gnic_hw_caps *caps)
{
	__le32 *member = (__le32 *)caps;
	unsigned int i;

	for (i = 0; i < LIMITS; i++)
		if (limits->said & 1u << i)
			member[i] = cpu_to_le32(limits->number[i]);
}

/* By opcode; those that are not here every card knows. */
static const uint32_t caps_commands[] = {
	[GNIC_CMD_QP_PATH]	= GNIC_CAP_RC,
	[GNIC_CMD_QPC_WRITE]	= GNIC_CAP_RC,
	[GNIC_CMD_QP_FLUSH]	= GNIC_CAP_RC,
	[GNIC_CMD_ENCAP_SET]	= GNIC_CAP_RC,
	[GNIC_CMD_QP_MOVE]	= GNIC_CAP_QP_MOVE,
	[GNIC_CMD_QP_SPLIT]	= GNIC_CAP_RX_SPLIT,
	[GNIC_CMD_QP_RATE]	= GNIC_CAP_TX_RATE,
	[GNIC_CMD_QP_GRO]	= GNIC_CAP_GRO,
	[GNIC_CMD_QP_SCHED]	= GNIC_CAP_SCHED,
	[GNIC_CMD_SCHED_NODE]	= GNIC_CAP_SCHED,
	[GNIC_CMD_QP_PRIO]	= GNIC_CAP_DCB,
	[GNIC_CMD_PORT_ETS]	= GNIC_CAP_DCB,
	[GNIC_CMD_PORT_RATE]	= GNIC_CAP_DCB,
	[GNIC_CMD_PORT_PFC]	= GNIC_CAP_DCB,
	[GNIC_CMD_PFC_STATS]	= GNIC_CAP_DCB,
	[GNIC_CMD_PORT_TRUST]	= GNIC_CAP_DCB,
	[GNIC_CMD_PORT_BUFFER]	= GNIC_CAP_DCB,
	[GNIC_CMD_BUFFER_STATS]	= GNIC_CAP_DCB,
	[GNIC_CMD_PORT_SPLIT]	= GNIC_CAP_PORT_SPLIT,
	[GNIC_CMD_MODULE_READ]	= GNIC_CAP_MODULE,
	[GNIC_CMD_MODULE_SET]	= GNIC_CAP_MODULE,
	[GNIC_CMD_VPORT_QUEUES]	= GNIC_CAP_RSS_QUEUES,
	[GNIC_CMD_RSS_CONTEXT]	= GNIC_CAP_RSS_QUEUES,
	[GNIC_CMD_VLAN_SET]	= GNIC_CAP_VLAN_RX,
	[GNIC_CMD_TUNNEL_SET]	= GNIC_CAP_TUNNEL,
	[GNIC_CMD_FLOW_ADD]	= GNIC_CAP_FLOW,
	[GNIC_CMD_FLOW_ADD_MORE]	= GNIC_CAP_FLOW,
	[GNIC_CMD_FLOW_DEL]	= GNIC_CAP_FLOW,
	[GNIC_CMD_FLOW_STATS]	= GNIC_CAP_FLOW,
	[GNIC_CMD_PHC_QUERY]	= GNIC_CAP_PHC,
	[GNIC_CMD_PHC_SET]	= GNIC_CAP_PHC,
	[GNIC_CMD_PHC_PIN]	= GNIC_CAP_PHC,
	[GNIC_CMD_PHC_OUTPUT]	= GNIC_CAP_PHC,
	[GNIC_CMD_PHC_INPUT]	= GNIC_CAP_PHC,
	[GNIC_CMD_FW_QUERY]	= GNIC_CAP_FW,
	[GNIC_CMD_FW_BEGIN]	= GNIC_CAP_FW,
	[GNIC_CMD_FW_WRITE]	= GNIC_CAP_FW,
	[GNIC_CMD_FW_COMMIT]	= GNIC_CAP_FW,
	[GNIC_CMD_FW_ACTIVATE]	= GNIC_CAP_FW,
	[GNIC_CMD_NVM_READ]	= GNIC_CAP_FW,
	[GNIC_CMD_NVM_SET]	= GNIC_CAP_FW,
	[GNIC_CMD_TRACE_READ]	= GNIC_CAP_FW,
	[GNIC_CMD_INJECT]	= GNIC_CAP_INJECT,
};

uint32_t caps_of_command(uint16_t opcode)
{
	return opcode < sizeof(caps_commands) / sizeof(caps_commands[0]) ? caps_commands[opcode] : 0;
}

uint32_t caps_of_port_set(uint32_t valid)
{
	uint32_t caps = 0;

	if (valid & (GNIC_PORT_SET_PAUSE | GNIC_PORT_SET_STORM))
		caps |= GNIC_CAP_PAUSE;
	if (valid & GNIC_PORT_SET_LOOPBACK)
		caps |= GNIC_CAP_LOOPBACK;
	if (valid & GNIC_PORT_SET_RX)
		caps |= GNIC_CAP_RX_MODE;
	return caps;
}
