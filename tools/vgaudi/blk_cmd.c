// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block CMD: the mailbox. A store to PI runs all new commands, in order, before
 * it completes; the driver sees each descriptor's done word change.
 */
#include <endian.h>
#include <string.h>
#include <strings.h>

#include "hw/reg_cmd.h"

#include "blk_cmd.h"
#include "caps.h"
#include "fault.h"
#include "fw.h"
#include "mac.h"
#include "mmio.h"

/* ---- commands that belong to no other block ---- */

static enum gnic_hw_status cmd_nop(struct card *card)
{
	(void)card;
	return GNIC_STATUS_OK;
}

static enum gnic_hw_status cmd_query_caps(struct card *card, struct gnic_hw_caps *out)
{
	*out = (struct gnic_hw_caps) {
		.qps_per_port = cpu_to_le32(CARD_QPS_PER_PORT),
		.raw_qps_per_port = cpu_to_le32(CARD_RAW_QPS_PER_PORT),
		.cqs = cpu_to_le32(CARD_CQS),
		.functions = cpu_to_le32(GNIC_VPORT_FUNCTIONS_MAX),
		.flows = cpu_to_le32(GNIC_FLOWS_MAX),
		.flow_masks = cpu_to_le32(GNIC_FLOW_MASKS_MAX),
		.flow_mirrors = cpu_to_le32(GNIC_FLOW_MIRRORS_MAX),
		.flow_edits = cpu_to_le32(GNIC_FLOW_EDITS_MAX),
		.flow = cpu_to_le32(GNIC_FLOW_CAP_HEADERS | GNIC_FLOW_CAP_REWRITE |
				    GNIC_FLOW_CAP_RANGES | GNIC_FLOW_CAP_UNSEEN),
		.windows = cpu_to_le32(CARD_WINDOWS),
		.rss_contexts = cpu_to_le32(GNIC_RSS_CONTEXTS),
		.filter_macs = cpu_to_le32(GNIC_FILTER_MACS_MAX),
		.mtu_max = cpu_to_le32(GNIC_MTU_MAX),
		.wq_log_max = cpu_to_le32(GNIC_WQ_LOG_MAX),
		.rc = cpu_to_le32(GNIC_RC_CAP_SELECTIVE | GNIC_RC_CAP_DELAY |
				  GNIC_RC_CAP_STRIDE | GNIC_RC_CAP_RDV | GNIC_RC_CAP_ECN |
				  GNIC_RC_CAP_ADAPTIVE | GNIC_RC_CAP_LOOPBACK | GNIC_RC_CAP_ENCAP |
				  FIELD_PREP(GNIC_RC_CAP_RDV_LOG, CARD_RDV_LOG)),
		.segments = cpu_to_le32(CARD_SEGMENTS),
		.gro = cpu_to_le32(GNIC_GRO_IPIP),
		.sobs = cpu_to_le32(GNIC_SOBS),
		.rx_buffer = cpu_to_le32(MAC_BUFFER_TOTAL),
		.rx_cell = cpu_to_le32(MAC_BUFFER_CELL),
	};
	caps_say(&card->limits, out);
	return GNIC_STATUS_OK;
}

void cmd_put_stats(void *out, const void *in, size_t len)
{
	const uint64_t *from = in;
	uint64_t *to = out;

	for (len /= sizeof(*to); len; len--)
		*to++ = htole64(*from++);
}

static enum gnic_hw_status cmd_query_card_stats(struct card *card, struct gnic_hw_card_stats *out)
{
	card->stats.irqs = irq_stats(card->irq)->raised;
	cmd_put_stats(out, &card->stats, sizeof(*out));
	return GNIC_STATUS_OK;
}

/* ---- the table ---- */

/* One signature for all; the types are those of GNIC_HW_CMDS. */
#define CMD_NONE(name, fn) \
	static enum gnic_hw_status cmd_run_##name(struct card *card, const void *in, void *out) \
	{ (void)in; (void)out; return fn(card); }
#define CMD_IN(name, fn) \
	static enum gnic_hw_status cmd_run_##name(struct card *card, const void *in, void *out) \
	{ (void)out; return fn(card, in); }
#define CMD_OUT(name, fn) \
	static enum gnic_hw_status cmd_run_##name(struct card *card, const void *in, void *out) \
	{ (void)in; return fn(card, out); }
#define CMD_INOUT(name, fn) \
	static enum gnic_hw_status cmd_run_##name(struct card *card, const void *in, void *out) \
	{ return fn(card, in, out); }

CMD_NONE(NOP, cmd_nop)
CMD_OUT(QUERY_CAPS, cmd_query_caps)
CMD_OUT(QUERY_CARD_STATS, cmd_query_card_stats)
CMD_IN(EQ_CREATE, eq_cmd_create)
CMD_NONE(EQ_DESTROY, eq_cmd_destroy)
CMD_INOUT(CQ_CREATE, cq_cmd_create)
CMD_IN(CQ_MODIFY, cq_cmd_modify)
CMD_IN(CQ_DESTROY, cq_cmd_destroy)
CMD_INOUT(CQ_QUERY, cq_cmd_query)
CMD_INOUT(QP_CREATE, qp_cmd_create)
CMD_IN(QP_DESTROY, qp_cmd_destroy)
CMD_IN(QP_PATH, qp_cmd_path)
CMD_INOUT(QP_STATS, qp_cmd_stats)
CMD_INOUT(QPC_READ, qp_cmd_qpc_read)
CMD_IN(QPC_WRITE, qp_cmd_qpc_write)
CMD_IN(QP_STOP, qp_cmd_stop)
CMD_IN(QP_FLUSH, qp_cmd_flush)
CMD_IN(ENCAP_SET, encap_cmd_set)
CMD_IN(QP_MOVE, esw_cmd_qp_move)
CMD_IN(QP_SPLIT, qp_cmd_split)
CMD_IN(QP_RATE, qp_cmd_rate)
CMD_IN(QP_GRO, qp_cmd_gro)
CMD_IN(QP_PRIO, qp_cmd_prio)
CMD_IN(QP_SCHED, qp_cmd_sched)
CMD_IN(SCHED_NODE, mac_cmd_sched)
CMD_IN(PORT_ETS, mac_cmd_ets)
CMD_IN(PORT_RATE, mac_cmd_rate)
CMD_IN(PORT_PFC, mac_cmd_pfc)
CMD_INOUT(PFC_STATS, mac_cmd_pfc_stats)
CMD_IN(PORT_TRUST, mac_cmd_trust)
CMD_IN(PORT_BUFFER, mac_cmd_buffer)
CMD_INOUT(BUFFER_STATS, mac_cmd_buffer_stats)
CMD_IN(PORT_SPLIT, mac_cmd_split)
CMD_INOUT(PORT_QUERY, mac_cmd_query)
CMD_IN(PORT_SET, mac_cmd_set)
CMD_INOUT(PORT_STATS, mac_cmd_stats)
CMD_INOUT(PORT_FEC, mac_cmd_fec)
CMD_INOUT(MODULE_READ, mac_cmd_module_read)
CMD_IN(MODULE_SET, mac_cmd_module_set)
CMD_INOUT(VPORT_CREATE, esw_cmd_vport_create)
CMD_IN(VPORT_DESTROY, esw_cmd_vport_destroy)
CMD_IN(VPORT_SET, esw_cmd_vport_set)
CMD_INOUT(VPORT_STATS, esw_cmd_vport_stats)
CMD_IN(RSS_SET, esw_cmd_rss_set)
CMD_IN(FILTER_SET, esw_cmd_filter_set)
CMD_IN(VLAN_SET, esw_cmd_vlan_set)
CMD_IN(TUNNEL_SET, esw_cmd_tunnel_set)
CMD_IN(VPORT_QUEUES, esw_cmd_vport_queues)
CMD_IN(RSS_CONTEXT, esw_cmd_rss_context)
CMD_INOUT(FLOW_ADD, esw_cmd_flow_add)
CMD_INOUT(FLOW_ADD_MORE, esw_cmd_flow_add_more)
CMD_IN(FLOW_DEL, esw_cmd_flow_del)
CMD_INOUT(FLOW_STATS, esw_cmd_flow_stats)
CMD_OUT(PHC_QUERY, phc_cmd_query)
CMD_IN(PHC_SET, phc_cmd_set)
CMD_IN(PHC_PIN, phc_cmd_pin)
CMD_IN(PHC_OUTPUT, phc_cmd_output)
CMD_IN(PHC_INPUT, phc_cmd_input)
CMD_INOUT(WINDOW_ADD, window_cmd_add)
CMD_IN(WINDOW_DEL, window_cmd_del)
CMD_INOUT(WINDOW_MAP, window_cmd_map)
CMD_IN(SOB_SET, sob_cmd_set)
CMD_INOUT(SOB_READ, sob_cmd_read)
CMD_OUT(FW_QUERY, fw_cmd_query)
CMD_INOUT(FW_BEGIN, fw_cmd_begin)
CMD_IN(FW_WRITE, fw_cmd_write)
CMD_OUT(FW_COMMIT, fw_cmd_commit)
CMD_IN(FW_ACTIVATE, fw_cmd_activate)
CMD_INOUT(NVM_READ, nvm_cmd_read)
CMD_IN(NVM_SET, nvm_cmd_set)
CMD_INOUT(TRACE_READ, trace_cmd_read)
CMD_IN(INJECT, inject_cmd)

/* sizeof(struct type), or 0 where the list says void */
#define CMD_IS_void		~, 0
#define CMD_SECOND(a, b, ...)	b
#define CMD_CHOOSE(...)		CMD_SECOND(__VA_ARGS__)
#define CMD_LEN(type)		CMD_CHOOSE(CMD_IS_##type, sizeof(struct type), ~)

struct cmd {
	const char *name;
	uint16_t opcode;
	uint16_t in_len;
	uint16_t out_len;
	enum gnic_hw_status (*run)(struct card *card, const void *in, void *out);
};

static const struct cmd cmds[] = {
#define X(name, opcode, in, out) { #name, opcode, CMD_LEN(in), CMD_LEN(out), cmd_run_##name },
	GNIC_HW_CMDS(X)
#undef X
};

#define CMDS	(sizeof(cmds) / sizeof(cmds[0]))

/* Room for the longest input and the longest output. */
union cmd_buf {
	uint64_t align;
	uint8_t bytes[2048];
	struct gnic_hw_rss rss;
	struct gnic_hw_rss_context context;
	struct gnic_hw_filter filter;
};

#define X(name, opcode, in, out) \
	_Static_assert(CMD_LEN(in) <= sizeof(union cmd_buf) && \
		       CMD_LEN(out) <= sizeof(union cmd_buf), #name " is too long");
GNIC_HW_CMDS(X)
#undef X

static const struct cmd *cmd_find(unsigned int opcode)
{
	const struct cmd *cmd;

	for (cmd = cmds; cmd < cmds + CMDS; cmd++)
		if (cmd->opcode == opcode)
			return cmd;
	return NULL;
}

int cmd_opcode_by_name(const char *name)
{
	const struct cmd *cmd;

	for (cmd = cmds; cmd < cmds + CMDS; cmd++)
		if (!strcasecmp(cmd->name, name))
			return cmd->opcode;
	return -1;
}

/* ---- running one ---- */

#define CMD_IOV	4

/* The pieces of a buffer of the driver's; 0 pieces for 0 bytes, -1: out of reach. */
static int cmd_buffer(struct card *card, uint64_t addr, uint32_t len, struct iovec *iov)
{
	return len ? asid_iov(card, GNIC_ASID_KERNEL, addr, len, 0, iov, CMD_IOV) : 0;
}

static void cmd_scatter(const struct iovec *iov, int pieces, const uint8_t *src)
{
	for (; pieces > 0; pieces--, iov++) {
		memcpy(iov->iov_base, src, iov->iov_len);
		src += iov->iov_len;
	}
}

/* What the driver gets; 0: too little room. An older one knows fewer capabilities. */
static uint32_t cmd_out_len(const struct cmd *cmd, uint32_t room)
{
	uint32_t least = cmd->opcode == GNIC_CMD_QUERY_CAPS ? GNIC_CAPS_SIZE_MIN : cmd->out_len;

	if (room < least)
		return 0;
	return room < cmd->out_len ? room : cmd->out_len;
}

/*
 * Both buffers are looked at before the command runs: what can't be answered is
 * not done.
 */
static enum gnic_hw_status cmd_call(struct card *card, const struct cmd *cmd,
				    const struct gnic_hw_cmd_desc *desc)
{
	struct iovec in_iov[CMD_IOV], out_iov[CMD_IOV];
	uint32_t out_len = cmd_out_len(cmd, le32toh(desc->out_len));
	union cmd_buf in = { 0 }, out = { 0 };
	enum gnic_hw_status status;
	int in_pieces, out_pieces;

	if (le32toh(desc->in_len) != cmd->in_len || (cmd->out_len && !out_len))
		return GNIC_STATUS_BAD_LENGTH;
	in_pieces = cmd_buffer(card, le64toh(desc->in_addr), cmd->in_len, in_iov);
	out_pieces = cmd_buffer(card, le64toh(desc->out_addr), out_len, out_iov);
	if (in_pieces < 0 || out_pieces < 0)
		return GNIC_STATUS_BAD_ADDR;
	asid_gather(in.bytes, in_iov, in_pieces);
	status = cmd->run(card, in.bytes, out.bytes);
	if (status == GNIC_STATUS_OK)
		cmd_scatter(out_iov, out_pieces, out.bytes);
	return status;
}

static enum gnic_hw_status cmd_dispatch(struct card *card, const struct gnic_hw_cmd_desc *desc)
{
	const struct cmd *cmd = cmd_find(le16toh(desc->opcode));

	if (!cmd)
		return GNIC_STATUS_BAD_OPCODE;
	if (caps_of_command(cmd->opcode) & ~card->caps)
		return GNIC_STATUS_UNSUPPORTED;
	if (desc->flags || desc->rsvd)
		return GNIC_STATUS_BAD_PARAM;
	return cmd_call(card, cmd, desc);
}

/* False: the descriptor can't be reached, or a fault swallowed the command. */
static bool cmd_exec(struct card *card, struct gnic_hw_cmd_desc *slot)
{
	struct gnic_hw_cmd_desc desc;
	enum gnic_hw_status status;
	uint32_t word;

	if (card->hung)
		return false;
	memcpy(&desc, slot, sizeof(desc));
	switch (fault_cmd(card->faults, le16toh(desc.opcode), &word)) {
	case FAULT_CMD_NEVER:
		return false;
	case FAULT_CMD_UNHEARD:
		cmd_dispatch(card, &desc);
		return false;
	case FAULT_CMD_STATUS:
		status = word;
		break;
	default:
		status = cmd_dispatch(card, &desc);
	}
	card->stats.cmds++;
	card->stats.cmd_errors += status != GNIC_STATUS_OK;
	if (status != GNIC_STATUS_OK)
		trace_add(card, GNIC_TRACE_COMMAND, le16toh(desc.opcode), status);
	slot->status = htole32(status);
	/* Pairs with the driver's acquire of done: output and status before it. */
	__atomic_store_n((uint32_t *)&slot->done, htole32(1), __ATOMIC_RELEASE);
	return true;
}

/* ---- the ring ---- */

static void cmd_refuse(struct card *card, enum gnic_hw_status status)
{
	reg_set(card, GNIC_CMD_ERROR, status);
	card->stats.cmd_errors++;
}

static struct gnic_hw_cmd_desc *cmd_slot(struct card *card, uint32_t index)
{
	uint64_t ring = reg_get64(card, GNIC_CMD_RING_LO, GNIC_CMD_RING_HI);
	uint32_t mask = (1u << reg_get(card, GNIC_CMD_RING_LOG)) - 1;

	return asid_ptr(card, GNIC_ASID_KERNEL,
			ring + (uint64_t)(index & mask) * sizeof(struct gnic_hw_cmd_desc),
			sizeof(struct gnic_hw_cmd_desc), 0);
}

static void cmd_write_pi(struct card *card, uint32_t pi)
{
	uint32_t ci = reg_get(card, GNIC_CMD_CI);
	struct gnic_hw_cmd_desc *slot;

	if (!reg_get(card, GNIC_CMD_ENABLE))
		return cmd_refuse(card, GNIC_STATUS_BAD_STATE);
	if (pi - ci > 1u << reg_get(card, GNIC_CMD_RING_LOG))
		return cmd_refuse(card, GNIC_STATUS_BAD_PARAM);
	reg_set(card, GNIC_CMD_PI, pi);
	/* what has come before is answered before */
	rc_answer(card);
	while (ci != pi) {
		slot = cmd_slot(card, ci);
		if (!slot)
			return cmd_refuse(card, GNIC_STATUS_BAD_ADDR);
		reg_set(card, GNIC_CMD_CI, ++ci);
		cmd_exec(card, slot);
	}
}

static void cmd_write_ring(struct card *card, uint32_t reg, uint32_t value)
{
	if (reg_get(card, GNIC_CMD_ENABLE))
		cmd_refuse(card, GNIC_STATUS_BAD_STATE);
	else
		reg_set(card, reg, value);
}

static void cmd_write_ring_lo(struct card *card, uint32_t value)
{
	cmd_write_ring(card, GNIC_CMD_RING_LO, value);
}

static void cmd_write_ring_hi(struct card *card, uint32_t value)
{
	cmd_write_ring(card, GNIC_CMD_RING_HI, value);
}

static void cmd_write_ring_log(struct card *card, uint32_t value)
{
	cmd_write_ring(card, GNIC_CMD_RING_LOG, value);
}

/* What is wrong with the ring that is about to run. */
static enum gnic_hw_status cmd_ring_check(struct card *card)
{
	uint32_t log = reg_get(card, GNIC_CMD_RING_LOG);

	if (log < GNIC_CMD_RING_LOG_MIN || log > GNIC_CMD_RING_LOG_MAX)
		return GNIC_STATUS_BAD_PARAM;
	if (reg_get(card, GNIC_CMD_RING_LO) % sizeof(struct gnic_hw_cmd_desc))
		return GNIC_STATUS_BAD_PARAM;
	if (!cmd_slot(card, 0) || !cmd_slot(card, (1u << log) - 1))
		return GNIC_STATUS_BAD_ADDR;
	return GNIC_STATUS_OK;
}

static void cmd_write_enable(struct card *card, uint32_t value)
{
	enum gnic_hw_status status = GNIC_STATUS_OK;

	if (value > 1)
		status = GNIC_STATUS_BAD_PARAM;
	else if (value && !reg_get(card, GNIC_CMD_ENABLE))
		status = cmd_ring_check(card);
	if (status)
		return cmd_refuse(card, status);
	reg_set(card, GNIC_CMD_PI, 0);
	reg_set(card, GNIC_CMD_CI, 0);
	reg_set(card, GNIC_CMD_ENABLE, value);
}

static const struct reg cmd_regs[] = {
	{ GNIC_CMD_RING_LO,	REG_RW, .write = cmd_write_ring_lo },
	{ GNIC_CMD_RING_HI,	REG_RW, .write = cmd_write_ring_hi },
	{ GNIC_CMD_RING_LOG,	REG_RW, .write = cmd_write_ring_log },
	{ GNIC_CMD_ENABLE,	REG_RW, .write = cmd_write_enable },
	{ GNIC_CMD_PI,		REG_RW, .write = cmd_write_pi },
	{ GNIC_CMD_CI,		REG_RO },
	{ GNIC_CMD_ERROR,	REG_RO },
};

const struct reg_block reg_block_CMD = {
	.regs = cmd_regs,
	.count = sizeof(cmd_regs) / sizeof(cmd_regs[0]),
};
