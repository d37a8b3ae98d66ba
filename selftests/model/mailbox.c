// SPDX-License-Identifier: GPL-2.0-only
/* The mailbox: ring rules, lengths, addresses, every status that it can give. */
#include <string.h>

#include "../lib/ktap.h"
#include "rig.h"

static struct rig rig;

static void nop(void)
{
	rig_open(&rig, NULL);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_CI), 1);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_PI), 1);
	rig_close(&rig);
}

static void caps(void)
{
	struct gnic_hw_caps caps;

	rig_open(&rig, NULL);
	RIG_OK(&rig, GNIC_CMD_QUERY_CAPS, NULL, 0, &caps, sizeof(caps));
	CLIENT_CHECK(le32_to_cpu(caps.qps_per_port) >= 8192);
	CLIENT_CHECK(le32_to_cpu(caps.raw_qps_per_port) >= 64);
	CLIENT_EQ(le32_to_cpu(caps.mtu_max), GNIC_MTU_MAX);
	CLIENT_EQ(le32_to_cpu(caps.wq_log_max), GNIC_WQ_LOG_MAX);
	CLIENT_EQ(le32_to_cpu(caps.gro), GNIC_GRO_IPIP);
	CLIENT_EQ(le32_to_cpu(caps.flow),
		  GNIC_FLOW_CAP_HEADERS | GNIC_FLOW_CAP_REWRITE | GNIC_FLOW_CAP_RANGES |
		  GNIC_FLOW_CAP_UNSEEN);
	CLIENT_EQ(le32_to_cpu(caps.sobs), GNIC_SOBS);
	CLIENT_CHECK(caps.rx_buffer && caps.rx_cell);
	/* a driver of an older version */
	memset(&caps, 0x5a, sizeof(caps));
	RIG_OK(&rig, GNIC_CMD_QUERY_CAPS, NULL, 0, &caps, GNIC_CAPS_SIZE_MIN);
	CLIENT_EQ(le32_to_cpu(caps.mtu_max), GNIC_MTU_MAX);
	CLIENT_EQ(caps.rx_buffer, 0x5a5a5a5a);
	rig_close(&rig);
}

/* A batch is one store; the ring is passed several times. */
static void batches(void)
{
	unsigned int round, i;

	rig_open(&rig, NULL);
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 1u << RIG_CMD_LOG; i++)
			memset(rig_desc(&rig, rig.pi + i), 0, sizeof(struct gnic_hw_cmd_desc));
		rig.pi += 1u << RIG_CMD_LOG;
		rig_write(&rig, GNIC_CMD_PI, rig.pi);
		for (i = 0; i < 1u << RIG_CMD_LOG; i++) {
			CLIENT_EQ(rig_desc(&rig, i)->done, cpu_to_le32(1));
			CLIENT_EQ(rig_desc(&rig, i)->status, 0);
		}
		CLIENT_EQ(rig_read(&rig, GNIC_CMD_CI), rig.pi);
	}
	rig_close(&rig);
}

static void too_many_refused(void)
{
	rig_open(&rig, NULL);
	rig_write(&rig, GNIC_CMD_PI, (1u << RIG_CMD_LOG) + 1);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ERROR), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_CI), 0);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	rig_write(&rig, GNIC_CMD_PI, 0);	/* back */
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_PI), 1);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ERROR), GNIC_STATUS_BAD_PARAM);
	rig_close(&rig);
}

static void ring_is_fixed_while_it_runs(void)
{
	rig_open(&rig, NULL);
	rig_write(&rig, GNIC_CMD_RING_LOG, 4);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ERROR), GNIC_STATUS_BAD_STATE);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_RING_LOG), RIG_CMD_LOG);
	rig_write(&rig, GNIC_CMD_ENABLE, 0);
	rig_write(&rig, GNIC_CMD_RING_LOG, 4);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_RING_LOG), 4);
	rig_write(&rig, GNIC_CMD_PI, 1);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ERROR), GNIC_STATUS_BAD_STATE);
	rig_close(&rig);
}

static void try_ring(uint64_t base, uint32_t log, uint32_t error)
{
	rig_write(&rig, GNIC_CMD_ENABLE, 0);
	rig_write(&rig, GNIC_CMD_RING_LO, base);
	rig_write(&rig, GNIC_CMD_RING_HI, base >> 32);
	rig_write(&rig, GNIC_CMD_RING_LOG, log);
	rig_write(&rig, GNIC_CMD_ENABLE, 1);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ENABLE), 0);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ERROR), error);
}

static void bad_rings_refused(void)
{
	rig_open(&rig, NULL);
	try_ring(rig.cmd, GNIC_CMD_RING_LOG_MIN - 1, GNIC_STATUS_BAD_PARAM);
	try_ring(rig.cmd, GNIC_CMD_RING_LOG_MAX + 1, GNIC_STATUS_BAD_PARAM);
	try_ring(rig.cmd + 4, RIG_CMD_LOG, GNIC_STATUS_BAD_PARAM);
	try_ring(0, RIG_CMD_LOG, GNIC_STATUS_BAD_ADDR);
	try_ring(~63ull, RIG_CMD_LOG, GNIC_STATUS_BAD_ADDR);
	try_ring(RIG_IOVA + RIG_RAM - 1024, RIG_CMD_LOG, GNIC_STATUS_BAD_ADDR);
	rig_write(&rig, GNIC_CMD_ENABLE, 2);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ERROR), GNIC_STATUS_BAD_PARAM);
	rig_close(&rig);
}

/* Exact lengths of all commands, from the list that the device has too. */
static const struct {
	uint16_t opcode;
	uint32_t in, out;
} commands[] = {
#define IS_void		~, 0
#define SECOND(a, b, ...) b
#define CHOOSE(...)	SECOND(__VA_ARGS__)
#define LEN(type)	CHOOSE(IS_##type, sizeof(struct type), ~)
#define X(name, opcode, in, out) { opcode, LEN(in), LEN(out) },
	GNIC_HW_CMDS(X)
#undef X
};

static void wrong_lengths_refused(void)
{
	static const uint8_t zeros[2048];
	uint8_t out[2048];
	unsigned int i;
	uint32_t least;

	rig_open(&rig, NULL);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		CLIENT_EQ(rig_cmd(&rig, commands[i].opcode, zeros, commands[i].in + 1, out,
				  commands[i].out), GNIC_STATUS_BAD_LENGTH);
		if (commands[i].in)
			CLIENT_EQ(rig_cmd(&rig, commands[i].opcode, zeros, commands[i].in - 1, out,
					  commands[i].out), GNIC_STATUS_BAD_LENGTH);
		least = commands[i].opcode == GNIC_CMD_QUERY_CAPS ? GNIC_CAPS_SIZE_MIN :
			commands[i].out;
		if (least)
			CLIENT_EQ(rig_cmd(&rig, commands[i].opcode, zeros, commands[i].in, out,
					  least - 1), GNIC_STATUS_BAD_LENGTH);
	}
	rig_close(&rig);
}

static void unknown_opcodes_refused(void)
{
	unsigned int op, i, known, refused = 0;

	rig_open(&rig, NULL);
	for (op = 0; op < 0x100; op++) {
		for (known = i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
			known |= commands[i].opcode == op;
		if (known)
			continue;
		CLIENT_EQ(rig_cmd(&rig, op, NULL, 0, NULL, 0), GNIC_STATUS_BAD_OPCODE);
		refused++;
	}
	CLIENT_EQ(refused, 0x100 - sizeof(commands) / sizeof(commands[0]));
	CLIENT_EQ(rig_cmd(&rig, 0xffff, NULL, 0, NULL, 0), GNIC_STATUS_BAD_OPCODE);
	rig_close(&rig);
}

static uint32_t raw_desc(const struct gnic_hw_cmd_desc *desc)
{
	struct gnic_hw_cmd_desc *slot = rig_desc(&rig, rig.pi);

	*slot = *desc;
	rig_write(&rig, GNIC_CMD_PI, ++rig.pi);
	CLIENT_EQ(slot->done, cpu_to_le32(1));
	return le32_to_cpu(slot->status);
}

static void bad_addresses_refused(void)
{
	struct gnic_hw_cmd_desc desc = {
		.opcode = cpu_to_le16(GNIC_CMD_QUERY_CAPS),
		.out_len = cpu_to_le32(sizeof(struct gnic_hw_caps)),
	};
	static const uint64_t bad[] = {
		0, 8, RIG_IOVA - 8, RIG_IOVA + RIG_RAM - 8, RIG_IOVA + RIG_RAM, ~0ull, ~0ull - 63,
		1ull << 63, GNIC_ADDR_HBM_BASE + (256 << 20), GNIC_ADDR_HBM_BASE - 8,
		GNIC_ADDR_UMR_BASE,	/* its register */
	};
	struct gnic_hw_card_stats stats;
	unsigned int i;

	rig_open(&rig, NULL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		desc.out_addr = cpu_to_le64(bad[i]);
		CLIENT_EQ(raw_desc(&desc), GNIC_STATUS_BAD_ADDR);
	}
	rig_card_stats(&rig, &stats);
	CLIENT_CHECK(stats.dma_errors >= i);
	CLIENT_CHECK(stats.cmd_errors >= i);
	desc.opcode = cpu_to_le16(GNIC_CMD_PORT_QUERY);
	desc.in_len = cpu_to_le32(sizeof(struct gnic_hw_id));
	desc.in_addr = cpu_to_le64(12);
	desc.out_len = cpu_to_le32(sizeof(struct gnic_hw_port_info));
	desc.out_addr = cpu_to_le64(rig.cmd_out);
	CLIENT_EQ(raw_desc(&desc), GNIC_STATUS_BAD_ADDR);
	rig_close(&rig);
}

static void output_in_device_memory(void)
{
	struct gnic_hw_cmd_desc desc = {
		.opcode = cpu_to_le16(GNIC_CMD_QUERY_CAPS),
		.out_len = cpu_to_le32(sizeof(struct gnic_hw_caps)),
		.out_addr = cpu_to_le64(GNIC_ADDR_HBM_BASE + 64),
	};
	struct gnic_hw_caps *caps;

	rig_open(&rig, NULL);
	caps = (struct gnic_hw_caps *)(client_map_bar(&rig.c, GNIC_BAR_HBM) + 64);
	CLIENT_EQ(raw_desc(&desc), GNIC_STATUS_OK);
	CLIENT_EQ(le32_to_cpu(caps->mtu_max), GNIC_MTU_MAX);
	rig_close(&rig);
}

static void flags_must_be_zero(void)
{
	const struct gnic_hw_cmd_desc flags = { .flags = cpu_to_le16(1) };
	const struct gnic_hw_cmd_desc rsvd = { .rsvd = cpu_to_le32(1) };

	rig_open(&rig, NULL);
	CLIENT_EQ(raw_desc(&flags), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(raw_desc(&rsvd), GNIC_STATUS_BAD_PARAM);
	rig_close(&rig);
}

static void statistics(void)
{
	struct gnic_hw_card_stats before, after;

	rig_open(&rig, NULL);
	rig_card_stats(&rig, &before);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	CLIENT_EQ(rig_cmd(&rig, 0x99, NULL, 0, NULL, 0), GNIC_STATUS_BAD_OPCODE);
	rig_card_stats(&rig, &after);
	CLIENT_EQ(after.cmds, before.cmds + 3);
	CLIENT_EQ(after.cmd_errors, before.cmd_errors + 1);
	CLIENT_EQ(after.mmio_writes, before.mmio_writes + 3);
	rig_close(&rig);
}

static void memory_taken_away(void)
{
	rig_open(&rig, NULL);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	CLIENT_EQ(client_unmap(&rig.c, RIG_IOVA, RIG_RAM), 0);
	rig_write(&rig, GNIC_CMD_PI, 2);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ERROR), GNIC_STATUS_BAD_ADDR);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_CI), 1);
	rig_close(&rig);
}

static const struct ktap_test tests[] = {
	{ "cmd: NOP", nop },
	{ "cmd: QUERY_CAPS", caps },
	{ "ring: batches, several times round", batches },
	{ "ring: too many and backwards refused", too_many_refused },
	{ "ring: fixed while it runs", ring_is_fixed_while_it_runs },
	{ "ring: bad ones refused", bad_rings_refused },
	{ "cmd: wrong lengths refused, of every command", wrong_lengths_refused },
	{ "cmd: unknown opcodes refused", unknown_opcodes_refused },
	{ "cmd: bad addresses refused", bad_addresses_refused },
	{ "cmd: output in device memory", output_in_device_memory },
	{ "cmd: flags must be zero", flags_must_be_zero },
	{ "cmd: statistics", statistics },
	{ "cmd: memory taken away", memory_taken_away },
};

KTAP_MAIN(tests)
