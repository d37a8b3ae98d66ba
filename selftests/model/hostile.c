// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that means no good: random registers, commands, doorbells, work queue
 * entries, records and memory maps. Whatever it does, the card answers
 * afterwards, in both halves of its life: after the storm, and after a reset.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/ktap.h"
#include "rig.h"

static struct rig rig;
static uint64_t state;

static uint64_t rnd(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dull;
}

static uint32_t below(uint32_t n)
{
	return (rnd() >> 16) % n;
}

/* Often small, sometimes an address that exists, sometimes anything. */
static uint64_t value(void)
{
	switch (below(6)) {
	case 0:
		return rnd();
	case 1:
		return RIG_IOVA + below(RIG_RAM);
	case 2:
		return RIG_IOVA + below(RIG_RAM) / 4096 * 4096;
	case 3:
		return GNIC_ADDR_HBM_BASE + below(1 << 20);
	case 4:
		return ~0ull - below(64);
	default:
		return below(8);
	}
}

static void fill(void *buf, size_t len)
{
	uint8_t *p = buf;
	uint64_t v;
	size_t n;

	while (len) {
		v = value();
		n = 1u << below(4);
		if (n > len)
			n = 1;
		memcpy(p, &v, n);
		p += n;
		len -= n;
	}
}

static void start(const char *seed, const char *const args[])
{
	state = 0x9e3779b97f4a7c15ull * (1 + strtoull(seed, NULL, 0));
	rig_open(&rig, args);
}

/* It lives, and does what it should. */
static void alive(void)
{
	rig_write(&rig, GNIC_CTL_RESET, GNIC_CTL_RESET_VALUE);
	rig_mailbox(&rig);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	CLIENT_EQ(rig_reply_number(rig_control(&rig, "{\"cmd\":\"stats\",\"card\":0}"), "qps"), 0);
	CLIENT_EQ(rig_reply_number(rig_control(&rig, "{\"cmd\":\"stats\",\"card\":0}"), "cqs"), 0);
	rig_close(&rig);
}

static void registers(void)
{
	uint8_t buf[8];
	unsigned int i;

	start("1", NULL);
	for (i = 0; i < 20000; i++) {
		uint32_t region = below(3) ? GNIC_BAR_CTL : GNIC_BAR_UMR;
		uint64_t off = below(8) ? below(0x400) : below(GNIC_BAR_CTL_SIZE - 8);
		uint32_t len = 1u << below(4);
		uint64_t v = value();

		if (below(2))
			off = off / 4 * 4;
		if (below(2)) {
			client_read(&rig.c, region, off, buf, len);
		} else {
			memcpy(buf, &v, sizeof(buf));
			client_write(&rig.c, region, off, buf, len);
		}
	}
	client_enable(&rig.c);
	alive();
}

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

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void descriptor(void)
{
	struct gnic_hw_cmd_desc *desc = rig_desc(&rig, rig.pi);
	unsigned int which = below(COMMANDS);

	memset(desc, 0, sizeof(*desc));
	desc->opcode = cpu_to_le16(commands[which].opcode);
	desc->in_len = cpu_to_le32(commands[which].in);
	desc->out_len = cpu_to_le32(commands[which].out);
	desc->in_addr = cpu_to_le64(rig.cmd_in);
	desc->out_addr = cpu_to_le64(rig.cmd_out);
	fill(rig_ptr(&rig, rig.cmd_in), commands[which].in);
	if (!below(16))
		fill(desc, sizeof(*desc));
	rig_write(&rig, GNIC_CMD_PI, ++rig.pi);
	if (rig_read(&rig, GNIC_CMD_CI) != rig.pi) {
		rig_write(&rig, GNIC_CMD_ENABLE, 0);
		rig_mailbox(&rig);
	}
}

static void storm(const char *seed, unsigned int n, const char *const args[])
{
	struct rig_cq cq, raw_cq;
	struct rig_eq eq;
	unsigned int i;

	start(seed, args);
	rig_eq(&rig, &eq, 4, 1);
	rig_cq(&rig, &cq, 6, 4, 2);
	rig_cq(&rig, &raw_cq, 6, 5, 3);
	for (i = 0; i < n; i++) {
		descriptor();
		if (!below(4))
			rig_kick(&rig, below(4), below(3), below(16), value());
		if (!below(8))
			fill(rig_ptr(&rig, RIG_IOVA + 65536 + below(RIG_RAM / 2)), 256);
	}
	alive();
}

static void commands_a(void)
{
	storm("2", 20000, NULL);
}

static void commands_b(void)
{
	storm("3", 20000, (const char *[]) { "--without", "SHADOW_DB", NULL });
}

/* Queues that work, with rings full of noise. */
static void work_queues(void)
{
	struct gnic_hw_qp_id id = { 0 };
	struct rig_qp qp[2];
	struct rig_cq cq;
	unsigned int i, port;
	uint64_t mark;

	start("4", (const char *[]) { "--topology", "loop", NULL });
	rig_port_admin(&rig, 0, true);
	rig_port_admin(&rig, 1, true);
	mark = rig.used;
	for (i = 0; i < 1500; i++) {
		rig.used = mark;
		rig_cq(&rig, &cq, 8, 5, GNIC_VECTOR_NONE);
		for (port = 0; port < 2; port++) {
			rig_raw(&rig, &qp[port], port, &cq, 4);
			rig_rss_one(&rig, port, qp[port].qpn);
			rig_promisc(&rig, port);
			fill(rig_ptr(&rig, qp[port].sq.base), 1024);
			fill(rig_ptr(&rig, qp[port].rq.base), 256);
			qp[port].rq.db->index = cpu_to_le32(below(18));
			qp[port].sq_pi = 1 + below(16);
			/* Some entries begin well. */
			rig_raw_post(&rig, &qp[port], RIG_IOVA + below(65536), below(2000));
			qp[port].sq_pi = 1 + below(16);
			rig_ring_sq(&rig, &qp[port]);
		}
		for (port = 0; port < 2; port++) {
			id.qpn = cpu_to_le32(qp[port].qpn);
			id.port = cpu_to_le32(port);
			RIG_OK(&rig, GNIC_CMD_QP_DESTROY, &id, sizeof(id), NULL, 0);
		}
		CLIENT_EQ(rig_cmd_id(&rig, GNIC_CMD_CQ_DESTROY, cq.cqn), GNIC_STATUS_OK);
		memset(rig_ptr(&rig, RIG_IOVA + mark), 0, rig.used - mark);
	}
	alive();
}

/* Memory comes and goes under queues that run. */
static void memory_comes_and_goes(void)
{
	const uint64_t addr = RIG_IOVA + (1ull << 30);
	struct gnic_hw_qp_create in;
	struct gnic_hw_qp_id del = { 0 };
	struct gnic_hw_id id;
	struct rig_cq cq;
	struct rig_qp qp;
	unsigned int i;
	uint64_t mark;
	uint8_t *far;

	start("5", NULL);
	rig_cq(&rig, &cq, 8, 5, GNIC_VECTOR_NONE);
	mark = rig.used;
	for (i = 0; i < 200; i++) {
		far = client_ram(&rig.c, addr, 1 << 20);
		rig.used = mark;
		rig_raw_in(&rig, &qp, 0, &cq, 4, &in);
		in.sq_base = cpu_to_le64(addr);
		in.sq_db = cpu_to_le64(addr + 65536);
		RIG_OK(&rig, GNIC_CMD_QP_CREATE, &in, sizeof(in), &id, sizeof(id));
		((struct gnic_hw_db *)(far + 65536))->index = cpu_to_le32(below(16));
		rig_kick(&rig, GNIC_DB_SQ, 0, le32_to_cpu(id.id), 1);
		CLIENT_EQ(client_unmap(&rig.c, addr, 1 << 20), 0);
		rig_kick(&rig, GNIC_DB_SQ, 0, le32_to_cpu(id.id), 1);
		del.qpn = id.id;
		RIG_OK(&rig, GNIC_CMD_QP_DESTROY, &del, sizeof(del), NULL, 0);
	}
	alive();
}

/* The mailbox, told to answer into memory @at. */
static uint32_t answered_at(uint64_t at)
{
	struct gnic_hw_cmd_desc *desc = rig_desc(&rig, rig.pi);

	*desc = (struct gnic_hw_cmd_desc){
		.opcode = cpu_to_le16(GNIC_CMD_QUERY_CAPS),
		.out_len = cpu_to_le32(sizeof(struct gnic_hw_caps)),
		.out_addr = cpu_to_le64(at),
	};
	rig_write(&rig, GNIC_CMD_PI, ++rig.pi);
	RIG_AWAIT(__atomic_load_n((uint32_t *)&desc->done, __ATOMIC_ACQUIRE) == cpu_to_le32(1));
	return le32_to_cpu(desc->status);
}

/* Memory of the client that the device may not write, wherever it would. */
static void memory_to_read(void)
{
	const uint64_t addr = RIG_IOVA + (1ull << 30);
	int fd = memfd_create("to-read", MFD_CLOEXEC);
	struct gnic_hw_eq_create eq = { .log = 4 };
	struct gnic_hw_cq_create cq_in;
	struct gnic_hw_qp_create qp_in;
	struct gnic_hw_id id;
	struct rig_cq cq;
	struct rig_qp qp;

	start("7", NULL);
	CLIENT_CHECK(fd >= 0 && !ftruncate(fd, 1 << 20));
	CLIENT_EQ(client_map(&rig.c, addr, 1 << 20, fd, 0, VFIO_USER_DMA_READABLE), 0);
	close(fd);
	CLIENT_EQ(answered_at(addr), GNIC_STATUS_BAD_ADDR);
	eq.base = cpu_to_le64(addr);
	eq.db = cpu_to_le64(addr + 65536);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_EQ_CREATE, &eq, sizeof(eq), NULL, 0),
		  GNIC_STATUS_BAD_ADDR);
	rig_cq_in(&rig, &cq, 4, 5, &cq_in);
	cq_in.base = cpu_to_le64(addr);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_CQ_CREATE, &cq_in, sizeof(cq_in), &id, sizeof(id)),
		  GNIC_STATUS_BAD_ADDR);
	rig_cq(&rig, &cq, 4, 5, GNIC_VECTOR_NONE);
	rig_raw_in(&rig, &qp, 0, &cq, 4, &qp_in);
	qp_in.rq_db = cpu_to_le64(addr);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_QP_CREATE, &qp_in, sizeof(qp_in), &id, sizeof(id)),
		  GNIC_STATUS_BAD_ADDR);
	rig_write(&rig, GNIC_CMD_ENABLE, 0);
	rig_write(&rig, GNIC_CMD_RING_LO, addr);
	rig_write(&rig, GNIC_CMD_RING_HI, addr >> 32);
	rig_write(&rig, GNIC_CMD_ENABLE, 1);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ENABLE), 0);
	alive();
}

/* Rules that send a frame round for ever. */
static void rules_that_chase(void)
{
	struct gnic_hw_flow_add rule = { .action = GNIC_FLOW_VPORT };
	struct rig_cq cq;
	struct rig_qp qp;
	struct gnic_hw_id id;
	unsigned int i;
	uint64_t frame;

	start("6", (const char *[]) { "--topology", "loop", NULL });
	rig_port_admin(&rig, 0, true);
	rig_port_admin(&rig, 1, true);
	for (i = 0; i < 2; i++) {
		rule.key.vport = cpu_to_le16(GNIC_VPORT_UPLINK(i));
		rule.mask.vport = cpu_to_le16(0xffff);
		rule.target = cpu_to_le32(GNIC_VPORT_UPLINK(i));
		RIG_OK(&rig, GNIC_CMD_FLOW_ADD, &rule, sizeof(rule), &id, sizeof(id));
	}
	rig_cq(&rig, &cq, 8, 5, GNIC_VECTOR_NONE);
	rig_raw(&rig, &qp, 0, &cq, 4);
	frame = rig_alloc(&rig, 64, 64);
	for (i = 0; i < 100; i++) {
		rig_raw_post(&rig, &qp, frame, 64);
		rig_ring_sq(&rig, &qp);
		rig_cq_wait(&rig, &cq);
	}
	alive();
}

static uint64_t received(uint32_t port)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(port) };
	struct gnic_hw_mac_stats stats;

	RIG_OK(&rig, GNIC_CMD_PORT_STATS, &in, sizeof(in), &stats, sizeof(stats));
	return le64_to_cpu(stats.rx.frames_ok);
}

/* Ports 0 and 1, 2 and 3, ... are wired to each other, rules lead from 1 to 2, from 3 to 4, ... */
static void rules_that_lead_on(void)
{
	struct gnic_hw_flow_add rule = { .action = GNIC_FLOW_VPORT };
	struct gnic_hw_id id;
	struct rig_cq cq;
	struct rig_qp qp;
	uint64_t passed = 0;
	unsigned int i;

	start("8", (const char *[]) { "--ports", "24", "--topology", "loop", NULL });
	for (i = 0; i < 24; i++)
		rig_port_admin(&rig, i, true);
	for (i = 1; i < 24; i += 2) {
		rule.key.vport = cpu_to_le16(GNIC_VPORT_UPLINK(i));
		rule.mask.vport = cpu_to_le16(0xffff);
		rule.target = cpu_to_le32(GNIC_VPORT_UPLINK((i + 1) % 24));
		RIG_OK(&rig, GNIC_CMD_FLOW_ADD, &rule, sizeof(rule), &id, sizeof(id));
	}
	rig_cq(&rig, &cq, 4, 5, GNIC_VECTOR_NONE);
	rig_raw(&rig, &qp, 0, &cq, 4);
	rig_raw_post(&rig, &qp, rig_alloc(&rig, 64, 64), 64);
	rig_ring_sq(&rig, &qp);
	rig_cq_wait(&rig, &cq);
	for (i = 0; i < 24; i++)
		passed += received(i);
	/* once round, but not as often as each port alone would let it come back */
	CLIENT_CHECK(passed >= 12 && passed <= 32);
	alive();
}

/* The process ends while links are held down: timers of a card that is gone are none. */
static void links_held_down(void)
{
	unsigned int port;

	start("9", (const char *[]) { "--cards", "2", NULL });
	client_hangup(&rig.c);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"silence\",\"port\":0,\"ms\":30000}");
	for (port = 0; port < 2; port++)
		rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"flap\",\"card\":1,\"port\":%u,"
			       "\"ms\":60000}", port);
	rig_close(&rig);
}

static const struct ktap_test tests[] = {
	{ "hostile: registers", registers },
	{ "hostile: commands and doorbells", commands_a },
	{ "hostile: commands and doorbells without shadow", commands_b },
	{ "hostile: work queues", work_queues },
	{ "hostile: memory comes and goes", memory_comes_and_goes },
	{ "hostile: memory that may only be read", memory_to_read },
	{ "hostile: rules that chase each other", rules_that_chase },
	{ "hostile: rules that lead on and on", rules_that_lead_on },
	{ "hostile: links are held down at the end", links_held_down },
};

KTAP_MAIN(tests)
