// SPDX-License-Identifier: GPL-2.0-only
/* BAR0: identity, holes, access kinds, the device's tests of itself, reset. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>

#include "../lib/ktap.h"
#include "rig.h"

static struct rig rig;

static void identity(void)
{
	rig_open(&rig, (const char *[]) { "--ports", "3", "--vectors", "32", NULL });
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_MAGIC), GNIC_CTL_MAGIC_VALUE);
	CLIENT_EQ(FIELD_GET(GNIC_CTL_VERSION_MAJOR, rig_read(&rig, GNIC_CTL_VERSION)),
		  GNIC_HW_VERSION_MAJOR);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_PORTS), 3);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_VECTORS), 32);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_STATUS), GNIC_CTL_STATUS_READY);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_HBM_SIZE_LO), 256u << 20);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_HBM_SIZE_HI), 0);
	CLIENT_CHECK(rig_read(&rig, GNIC_CTL_CAPS) & GNIC_CAP_SHADOW_DB);
	CLIENT_CHECK(rig_read(&rig, GNIC_CTL_FW_VERSION));
	rig_close(&rig);
}

/* What it lacks from its next reset on, and the commands that go with that. */
static void without(void)
{
	const struct gnic_hw_qp_move move = { 0 };

	rig_open(&rig, (const char *[]) { "--without", "qp_move,SHADOW_DB", NULL });
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_CAPS),
		  (uint32_t)~(GNIC_CAP_QP_MOVE | GNIC_CAP_SHADOW_DB));
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_QP_MOVE, &move, sizeof(move), NULL, 0),
		  GNIC_STATUS_UNSUPPORTED);
	rig_control_ok(&rig, "{\"cmd\":\"without\",\"caps\":\"FW\"}");
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_CAPS) & GNIC_CAP_QP_MOVE, 0);
	rig_write(&rig, GNIC_CTL_RESET, GNIC_CTL_RESET_VALUE);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_CAPS), (uint32_t)~GNIC_CAP_FW);
	rig_control_ok(&rig, "{\"cmd\":\"without\",\"caps\":\"\"}");
	rig_write(&rig, GNIC_CTL_RESET, GNIC_CTL_RESET_VALUE);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_CAPS), UINT32_MAX);
	rig_close(&rig);
}

static struct gnic_hw_caps query_caps(void)
{
	struct gnic_hw_caps caps;

	RIG_OK(&rig, GNIC_CMD_QUERY_CAPS, NULL, 0, &caps, sizeof(caps));
	return caps;
}

/* Likewise what it says of its limits: this, and all else as ever. */
static void limits(void)
{
	struct gnic_hw_caps own, said;

	rig_open(&rig, NULL);
	own = query_caps();
	rig_control_ok(&rig, "{\"cmd\":\"without\",\"caps\":\"\",\"limits\":"
		       "{\"qps_per_port\":0,\"flow\":4294967295}}");
	said = query_caps();
	CLIENT_CHECK(!memcmp(&said, &own, sizeof(own)));
	rig_write(&rig, GNIC_CTL_RESET, GNIC_CTL_RESET_VALUE);
	rig_mailbox(&rig);
	said = query_caps();
	CLIENT_EQ(le32_to_cpu(said.qps_per_port), 0);
	CLIENT_EQ(le32_to_cpu(said.flow), UINT32_MAX);
	said.qps_per_port = own.qps_per_port;
	said.flow = own.flow;
	CLIENT_CHECK(!memcmp(&said, &own, sizeof(own)));
	rig_control_ok(&rig, "{\"cmd\":\"without\",\"caps\":\"\"}");
	rig_write(&rig, GNIC_CTL_RESET, GNIC_CTL_RESET_VALUE);
	rig_mailbox(&rig);
	said = query_caps();
	CLIENT_CHECK(!memcmp(&said, &own, sizeof(own)));
	rig_close(&rig);
}

static void second_card(void)
{
	struct rig other;

	rig_open(&rig, (const char *[]) { "--cards", "2", NULL });
	rig_open_card(&other, &rig, 1);
	CLIENT_EQ(rig_read(&other, GNIC_CTL_MODULE_ID), 1);
	CLIENT_EQ(rig_read(&other, GNIC_CTL_SERIAL_LO), rig_read(&rig, GNIC_CTL_SERIAL_LO) + 1);
	rig_close(&other);
	rig_close(&rig);
}

static void heartbeat_counts_reads(void)
{
	uint32_t beat;

	rig_open(&rig, NULL);
	beat = rig_read(&rig, GNIC_CTL_HEARTBEAT);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_HEARTBEAT), beat + 1);
	rig_close(&rig);
}

static uint64_t bad_mmio(void)
{
	struct gnic_hw_card_stats stats;

	rig_card_stats(&rig, &stats);
	return stats.bad_mmio;
}

static void holes(void)
{
	uint64_t bad;

	rig_open(&rig, NULL);
	bad = bad_mmio();
	CLIENT_EQ(rig_read(&rig, 0xfc), 0);
	CLIENT_EQ(rig_read(&rig, 0x4000), 0);
	CLIENT_EQ(client_read64(&rig.c, GNIC_BAR_UMR, 8), 0);
	rig_write(&rig, 0x4000, 1);
	client_write64(&rig.c, GNIC_BAR_UMR, 0x40, 1);
	CLIENT_EQ(bad_mmio(), bad + 5);
	rig_close(&rig);
}

static void odd_accesses(void)
{
	uint16_t word = 0;
	uint64_t bad, quad;

	rig_open(&rig, NULL);
	bad = bad_mmio();
	CLIENT_EQ(client_read(&rig.c, GNIC_BAR_CTL, GNIC_CTL_MAGIC, &word, 2), 0);
	CLIENT_EQ(word, 0xffff);
	CLIENT_EQ(client_read(&rig.c, GNIC_BAR_CTL, GNIC_CTL_MAGIC, &quad, 8), 0);
	CLIENT_EQ(quad, ~0ull);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_MAGIC + 2), 0xffffffff);
	rig_write(&rig, GNIC_TEST_SCRATCH, 0);
	CLIENT_EQ(client_write(&rig.c, GNIC_BAR_CTL, GNIC_TEST_SCRATCH, &word, 2), 0);
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_SCRATCH), 0xffffffff);
	CLIENT_EQ(bad_mmio(), bad + 4);
	rig_close(&rig);
}

static void read_only_stays(void)
{
	static const uint32_t regs[] = {
		GNIC_CTL_MAGIC, GNIC_CTL_VERSION, GNIC_CTL_CAPS, GNIC_CTL_PORTS, GNIC_CTL_VECTORS,
		GNIC_CTL_STATUS, GNIC_CTL_HBM_SIZE_LO, GNIC_CTL_SERIAL_LO, GNIC_CTL_MODULE_ID,
		GNIC_CTL_FW_VERSION, GNIC_CMD_ERROR, GNIC_TEST_DMA_STATUS,
	};
	uint32_t before;
	uint64_t bad;
	unsigned int i;

	rig_open(&rig, NULL);
	bad = bad_mmio();
	for (i = 0; i < sizeof(regs) / sizeof(regs[0]); i++) {
		before = rig_read(&rig, regs[i]);
		rig_write(&rig, regs[i], ~before);
		CLIENT_EQ(rig_read(&rig, regs[i]), before);
	}
	CLIENT_EQ(bad_mmio(), bad + i);
	rig_close(&rig);
}

static void write_only_reads_zero(void)
{
	rig_open(&rig, NULL);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_RESET), 0);
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_IRQ), 0);
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_DMA_OP), 0);
	rig_close(&rig);
}

static void scratch_inverts(void)
{
	rig_open(&rig, NULL);
	rig_write(&rig, GNIC_TEST_SCRATCH, 0x12345678);
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_SCRATCH), ~0x12345678u);
	rig_close(&rig);
}

static void every_vector(void)
{
	unsigned int i;

	rig_open(&rig, NULL);
	for (i = 0; i < RIG_VECTORS; i++) {
		rig_write(&rig, GNIC_TEST_IRQ, i);
		CLIENT_EQ(client_irq_wait(&rig.c, i), 1);
	}
	rig_write(&rig, GNIC_TEST_IRQ, 100000);
	for (i = 0; i < RIG_VECTORS; i++)
		CLIENT_EQ(client_irq_count(&rig.c, i), 0);
	rig_close(&rig);
}

static uint32_t run_dma(uint64_t addr, uint32_t len, uint32_t op)
{
	rig_write(&rig, GNIC_TEST_DMA_LO, addr);
	rig_write(&rig, GNIC_TEST_DMA_HI, addr >> 32);
	rig_write(&rig, GNIC_TEST_DMA_LEN, len);
	rig_write(&rig, GNIC_TEST_DMA_OP, op);
	return rig_read(&rig, GNIC_TEST_DMA_STATUS);
}

static void check_bytes(const uint8_t *buf, uint32_t len, uint8_t value)
{
	while (len--)
		CLIENT_EQ(*buf++, value);
}

/* At every alignment, and not a byte beside it. */
static void dma_patterns(void)
{
	const uint32_t len = 100;
	unsigned int i;
	uint64_t addr;
	uint8_t *buf;

	rig_open(&rig, NULL);
	addr = rig_alloc(&rig, 256, 64) + 8;
	buf = rig_ptr(&rig, addr);
	for (i = 0; i < 8; i++) {
		memset(buf - 1, 0x11, len + 16);
		CLIENT_EQ(run_dma(addr + i, len, GNIC_TEST_DMA_FILL), GNIC_STATUS_OK);
		check_bytes(buf + i, len, GNIC_TEST_DMA_PATTERN);
		CLIENT_EQ(run_dma(addr + i, len, GNIC_TEST_DMA_INVERT), GNIC_STATUS_OK);
		check_bytes(buf + i, len, (uint8_t)~GNIC_TEST_DMA_PATTERN);
		CLIENT_EQ(run_dma(addr + i, len, GNIC_TEST_DMA_CLEAR), GNIC_STATUS_OK);
		check_bytes(buf + i, len, 0);
		CLIENT_EQ(buf[(int)i - 1], 0x11);
		CLIENT_EQ(buf[i + len], 0x11);
	}
	rig_close(&rig);
}

static void dma_to_device_memory(void)
{
	uint8_t *hbm;

	rig_open(&rig, NULL);
	hbm = client_map_bar(&rig.c, GNIC_BAR_HBM);
	CLIENT_EQ(run_dma(GNIC_ADDR_HBM_BASE + 4096, 4096, GNIC_TEST_DMA_FILL), GNIC_STATUS_OK);
	check_bytes(hbm + 4096, 4096, GNIC_TEST_DMA_PATTERN);
	CLIENT_EQ(hbm[4095], 0);
	CLIENT_EQ(hbm[8192], 0);
	rig_close(&rig);
}

static void dma_refused(void)
{
	uint64_t addr;

	rig_open(&rig, NULL);
	addr = rig_alloc(&rig, GNIC_TEST_DMA_LEN_MAX, 64);
	CLIENT_EQ(run_dma(addr, 0, GNIC_TEST_DMA_FILL), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(run_dma(addr, GNIC_TEST_DMA_LEN_MAX + 1, GNIC_TEST_DMA_FILL),
		  GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(run_dma(addr, 16, 0), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(run_dma(addr, 16, 77), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(run_dma(16, 16, GNIC_TEST_DMA_FILL), GNIC_STATUS_BAD_ADDR);
	CLIENT_EQ(run_dma(RIG_IOVA + RIG_RAM - 8, 16, GNIC_TEST_DMA_FILL), GNIC_STATUS_BAD_ADDR);
	CLIENT_EQ(run_dma(~7ull, 16, GNIC_TEST_DMA_FILL), GNIC_STATUS_BAD_ADDR);
	CLIENT_EQ(run_dma(GNIC_ADDR_HBM_BASE + (256 << 20) - 8, 16, GNIC_TEST_DMA_FILL),
		  GNIC_STATUS_BAD_ADDR);
	CLIENT_EQ(run_dma(addr, GNIC_TEST_DMA_LEN_MAX, GNIC_TEST_DMA_FILL), GNIC_STATUS_OK);
	rig_close(&rig);
}

static void reset_by_magic(void)
{
	uint8_t *hbm;

	rig_open(&rig, NULL);
	hbm = client_map_bar(&rig.c, GNIC_BAR_HBM);
	hbm[1000] = 0x5a;
	rig_write(&rig, GNIC_TEST_SCRATCH, 1);
	rig_write(&rig, GNIC_CTL_RESET, 1);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ENABLE), 1);
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_SCRATCH), ~1u);
	rig_write(&rig, GNIC_CTL_RESET, GNIC_CTL_RESET_VALUE);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ENABLE), 0);
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_SCRATCH), ~0u);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_STATUS), GNIC_CTL_STATUS_READY);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_MAGIC), GNIC_CTL_MAGIC_VALUE);
	CLIENT_EQ(hbm[1000], 0x5a);
	rig_mailbox(&rig);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	rig_close(&rig);
}

/* Memory of the device is its client's: the next one sees nothing of it, nor he of the next. */
static void memory_of_who_has_left(void)
{
	uint8_t *hbm, *umr, *kept;
	struct rig next;

	rig_open(&rig, NULL);
	hbm = client_map_bar(&rig.c, GNIC_BAR_HBM);
	umr = rig.c.bars[GNIC_BAR_UMR].ptr;
	hbm[1000] = 0x5a;
	umr[GNIC_UMR_PAGE_SIZE] = 0x5a;
	kept = mremap(hbm, 0, 4096, MREMAP_MAYMOVE);
	CLIENT_CHECK(kept != MAP_FAILED);
	CLIENT_EQ(kept[1000], 0x5a);
	client_hangup(&rig.c);
	rig_open_card(&next, &rig, 0);
	hbm = client_map_bar(&next.c, GNIC_BAR_HBM);
	umr = next.c.bars[GNIC_BAR_UMR].ptr;
	CLIENT_EQ(hbm[1000], 0);
	CLIENT_EQ(umr[GNIC_UMR_PAGE_SIZE], 0);
	kept[1000] = 0x77;
	CLIENT_EQ(hbm[1000], 0);
	munmap(kept, 4096);
	rig_close(&next);
	rig_close(&rig);
}

static void reset_by_the_bus(void)
{
	rig_open(&rig, NULL);
	client_reset(&rig.c);
	CLIENT_EQ(rig_read(&rig, GNIC_CMD_ENABLE), 0);
	rig_mailbox(&rig);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	rig_close(&rig);
}

static const struct ktap_test tests[] = {
	{ "ctl: identity", identity },
	{ "ctl: without capabilities", without },
	{ "ctl: other limits", limits },
	{ "ctl: a second card", second_card },
	{ "ctl: heartbeat", heartbeat_counts_reads },
	{ "mmio: holes", holes },
	{ "mmio: wrong widths and alignments", odd_accesses },
	{ "mmio: read-only registers stay", read_only_stays },
	{ "mmio: write-only registers read 0", write_only_reads_zero },
	{ "test: scratch", scratch_inverts },
	{ "test: every vector", every_vector },
	{ "test: patterns at every alignment", dma_patterns },
	{ "test: device memory", dma_to_device_memory },
	{ "test: refused", dma_refused },
	{ "reset: by the magic number", reset_by_magic },
	{ "reset: memory of who has left", memory_of_who_has_left },
	{ "reset: by the bus", reset_by_the_bus },
};

KTAP_MAIN(tests)
