// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports: link, modes, frames, counters, captures.
 *
 *	card 0 port 0 ---- port 1	(--topology loop)
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../lib/ktap.h"
#include "rig.h"

#define LOG	6

static struct rig rig;

static void state(uint32_t port, bool link, uint8_t fault)
{
	struct gnic_hw_port_info info;

	rig_port_info(&rig, port, &info);
	CLIENT_EQ(!!(info.state & GNIC_PORT_STATE_LINK), link);
	CLIENT_EQ(info.fault, fault);
}

static void start(const char *topology)
{
	rig_open(&rig, (const char *[]) { "--topology", topology, NULL });
}

static void both_ends(void)
{
	start("loop");
	state(0, false, GNIC_LINK_FAULT_ADMIN);
	rig_port_admin(&rig, 0, true);
	state(0, false, GNIC_LINK_FAULT_PEER);
	state(1, false, GNIC_LINK_FAULT_ADMIN);
	rig_port_admin(&rig, 1, true);
	state(0, true, GNIC_LINK_FAULT_NONE);
	state(1, true, GNIC_LINK_FAULT_NONE);
	rig_port_admin(&rig, 0, false);
	state(1, false, GNIC_LINK_FAULT_PEER);
	rig_close(&rig);
}

static void no_cable(void)
{
	struct gnic_hw_port_info info;

	start("none");
	rig_port_admin(&rig, 0, true);
	state(0, false, GNIC_LINK_FAULT_CABLE);
	rig_port_info(&rig, 0, &info);
	CLIENT_CHECK(!(info.state & GNIC_PORT_STATE_CABLE));
	rig_close(&rig);
}

static void loopback_needs_no_cable(void)
{
	const struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_LOOPBACK | GNIC_PORT_SET_ADMIN),
		.admin = 1,
		.loopback = 1,
	};

	start("none");
	rig_port_set(&rig, &set);
	state(0, true, GNIC_LINK_FAULT_NONE);
	rig_close(&rig);
}

static void loopback_is_no_signal(void)
{
	const struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_LOOPBACK | GNIC_PORT_SET_ADMIN),
		.admin = 1,
		.loopback = 1,
	};

	start("loop");
	rig_port_admin(&rig, 1, true);
	rig_port_set(&rig, &set);
	state(0, true, GNIC_LINK_FAULT_NONE);
	state(1, false, GNIC_LINK_FAULT_PEER);
	rig_close(&rig);
}

static void plug(void)
{
	start("0.0-0.0");
	rig_port_admin(&rig, 0, true);
	state(0, true, GNIC_LINK_FAULT_NONE);
	state(1, false, GNIC_LINK_FAULT_ADMIN);
	rig_close(&rig);
}

static void forced(void)
{
	start("loop");
	rig_port_admin(&rig, 0, true);
	rig_port_admin(&rig, 1, true);
	rig_control_ok(&rig, "{\"cmd\":\"link\",\"port\":1,\"state\":\"down\"}");
	state(0, false, GNIC_LINK_FAULT_PEER);
	state(1, false, GNIC_LINK_FAULT_FORCED);
	rig_control_ok(&rig, "{\"cmd\":\"link\",\"port\":1,\"state\":\"up\"}");
	state(0, true, GNIC_LINK_FAULT_NONE);
	rig_close(&rig);
}

static void flap(void)
{
	struct rig_eq eq;
	unsigned int i;

	start("loop");
	rig_eq(&rig, &eq, 4, GNIC_VECTOR_NONE);
	rig_port_admin(&rig, 0, true);
	rig_port_admin(&rig, 1, true);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"flap\",\"port\":0,\"ms\":20}");
	for (i = 0; i < 6; i++)
		CLIENT_EQ(FIELD_GET(GNIC_EQE_TYPE, le32_to_cpu(rig_eq_wait(&rig, &eq)->ctrl)),
			  GNIC_EQE_LINK_STATUS);
	state(0, true, GNIC_LINK_FAULT_NONE);
	rig_close(&rig);
}

#define FEC_ALL		(GNIC_FEC_NONE | GNIC_FEC_BASER | GNIC_FEC_RS)

static uint32_t offered;

static void mode(uint32_t port, uint32_t speed, uint8_t lanes, uint8_t autoneg, uint8_t fec)
{
	const struct gnic_hw_port_set set = {
		.port = cpu_to_le32(port),
		.valid = cpu_to_le32(GNIC_PORT_SET_LINK),
		.mode = {
			.speed = cpu_to_le32(speed),
			.lanes = lanes,
			.autoneg = autoneg,
			.fec = fec,
		},
		.advertise = cpu_to_le32(offered),
	};

	rig_port_set(&rig, &set);
}

static void modes_have_to_agree(void)
{
	struct gnic_hw_port_info info;

	start("loop");
	rig_port_admin(&rig, 0, true);
	rig_port_admin(&rig, 1, true);
	rig_port_info(&rig, 0, &info);
	CLIENT_EQ(le32_to_cpu(info.mode.speed), 100000);
	CLIENT_EQ(info.mode.lanes, 2);
	mode(0, 25000, 1, 0, GNIC_FEC_RS);
	mode(1, 50000, 2, 0, GNIC_FEC_RS);
	state(0, false, GNIC_LINK_FAULT_SPEED);
	state(1, false, GNIC_LINK_FAULT_SPEED);
	mode(1, 25000, 1, 0, GNIC_FEC_NONE);
	state(1, false, GNIC_LINK_FAULT_FEC);
	mode(1, 25000, 1, 0, GNIC_FEC_RS);
	state(0, true, GNIC_LINK_FAULT_NONE);
	rig_port_info(&rig, 1, &info);
	CLIENT_EQ(le32_to_cpu(info.mode.speed), 25000);
	rig_close(&rig);
}

static void port_info(uint32_t port, uint32_t speed, uint8_t lanes, uint8_t fec)
{
	struct gnic_hw_port_info info;

	rig_port_info(&rig, port, &info);
	CLIENT_EQ(le32_to_cpu(info.mode.speed), speed);
	CLIENT_EQ(info.mode.lanes, lanes);
	CLIENT_EQ(info.mode.fec, fec);
}

static void both_up(void)
{
	start("loop");
	rig_port_admin(&rig, 0, true);
	rig_port_admin(&rig, 1, true);
}

static void best_of_both(void)
{
	struct gnic_hw_port_info info;

	both_up();
	offered = GNIC_LINK_10G_1 | GNIC_LINK_25G_1 | GNIC_LINK_50G_2;
	mode(0, 0, 0, 1, FEC_ALL);
	port_info(0, 50000, 2, GNIC_FEC_RS);
	port_info(1, 50000, 2, GNIC_FEC_RS);
	offered = GNIC_LINK_25G_1 | GNIC_LINK_100G_2;
	mode(1, 0, 0, 1, GNIC_FEC_BASER | GNIC_FEC_NONE);
	port_info(0, 25000, 1, GNIC_FEC_BASER);
	rig_port_info(&rig, 0, &info);
	CLIENT_EQ(le32_to_cpu(info.lp_advertise), offered);
	CLIENT_EQ(info.lp_fec, GNIC_FEC_BASER | GNIC_FEC_NONE);
	offered = GNIC_LINK_100G_2;
	mode(1, 0, 0, 1, FEC_ALL);
	state(0, false, GNIC_LINK_FAULT_MODE);
	state(1, false, GNIC_LINK_FAULT_MODE);
	rig_close(&rig);
}

/* One end by hand: the other finds out, if it offers that. */
static void parallel_detection(void)
{
	struct gnic_hw_port_info info;

	both_up();
	mode(0, 25000, 1, 0, GNIC_FEC_NONE);
	state(0, true, GNIC_LINK_FAULT_NONE);
	port_info(1, 25000, 1, GNIC_FEC_NONE);
	rig_port_info(&rig, 1, &info);
	CLIENT_EQ(info.lp_advertise, 0);
	CLIENT_EQ(info.mode.pause, 0);
	offered = GNIC_LINK_100G_2;
	mode(1, 0, 0, 1, FEC_ALL);
	state(0, false, GNIC_LINK_FAULT_SPEED);
	state(1, false, GNIC_LINK_FAULT_PEER);
	rig_close(&rig);
}

static void pause_agrees(void)
{
	static const struct {
		uint8_t own, far, runs;
	} cases[] = {
		{ 3, 3, 3 }, { 0, 3, 0 }, { 1, 3, 3 }, { 1, 1, 3 }, { 1, 2, 1 }, { 2, 1, 2 },
		{ 2, 2, 0 }, { 2, 3, 0 },
	};
	struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_PAUSE) };
	struct gnic_hw_port_info info;
	unsigned int i;

	both_up();
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set.port = cpu_to_le32(0);
		set.mode.pause = cases[i].own | GNIC_PAUSE_AUTONEG;
		rig_port_set(&rig, &set);
		set.port = cpu_to_le32(1);
		set.mode.pause = cases[i].far | GNIC_PAUSE_AUTONEG;
		rig_port_set(&rig, &set);
		rig_port_info(&rig, 0, &info);
		CLIENT_EQ(info.mode.pause, cases[i].runs);
		CLIENT_EQ(info.lp_pause, cases[i].far);
	}
	set.port = cpu_to_le32(0);
	set.mode.pause = GNIC_PAUSE_TX;
	rig_port_set(&rig, &set);
	rig_port_info(&rig, 0, &info);
	CLIENT_EQ(info.mode.pause, GNIC_PAUSE_TX);
	rig_close(&rig);
}

static void restart(void)
{
	const struct gnic_hw_port_set set = { .valid = cpu_to_le32(GNIC_PORT_SET_RESTART) };
	const struct gnic_hw_id in = { .id = cpu_to_le32(1) };
	struct gnic_hw_mac_stats stats;

	both_up();
	rig_port_set(&rig, &set);
	state(0, true, GNIC_LINK_FAULT_NONE);
	RIG_OK(&rig, GNIC_CMD_PORT_STATS, &in, sizeof(in), &stats, sizeof(stats));
	CLIENT_EQ(le64_to_cpu(stats.link_downs), 1);
	rig_close(&rig);
}

static uint32_t try_set(const struct gnic_hw_port_set *set)
{
	return rig_cmd(&rig, GNIC_CMD_PORT_SET, set, sizeof(*set), NULL, 0);
}

static void bad_settings_refused(void)
{
	const struct gnic_hw_port_set bad[] = {
		{ .valid = cpu_to_le32(1u << 31) },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_MTU), .mtu = cpu_to_le32(67) },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_MTU), .mtu = cpu_to_le32(9601) },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_ADMIN), .admin = 2 },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_LOOPBACK), .loopback = 9 },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_LINK),
		  .mode = { .speed = cpu_to_le32(40000), .lanes = 2, .fec = GNIC_FEC_RS } },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_LINK),
		  .mode = { .speed = cpu_to_le32(100000), .lanes = 1, .fec = GNIC_FEC_RS } },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_LINK),
		  .mode = { .speed = cpu_to_le32(100000), .lanes = 2, .fec = GNIC_FEC_NONE } },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_LINK),
		  .mode = { .speed = cpu_to_le32(100000), .lanes = 2, .fec = 8 } },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_LINK),
		  .mode = { .autoneg = 1, .fec = GNIC_FEC_RS } },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_LINK), .advertise = cpu_to_le32(1u << 5),
		  .mode = { .autoneg = 1, .fec = GNIC_FEC_RS } },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_LINK),
		  .advertise = cpu_to_le32(GNIC_LINK_10G_1),
		  .mode = { .autoneg = 1, .fec = GNIC_FEC_RS } },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_LINK),
		  .mode = { .speed = cpu_to_le32(10000), .lanes = 1, .fec = GNIC_FEC_RS } },
		{ .valid = cpu_to_le32(GNIC_PORT_SET_PAUSE), .mode = { .pause = 8 } },
	};
	const struct gnic_hw_port_set nowhere = { .port = cpu_to_le32(2) };
	unsigned int i;

	start("loop");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CLIENT_EQ(try_set(&bad[i]), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(try_set(&nowhere), GNIC_STATUS_NOT_FOUND);
	state(0, false, GNIC_LINK_FAULT_ADMIN);
	rig_close(&rig);
}

static void addresses(void)
{
	struct gnic_hw_port_info a, b;

	start("loop");
	rig_port_info(&rig, 0, &a);
	rig_port_info(&rig, 1, &b);
	CLIENT_EQ(a.mac[0] & 3, 2);	/* local, unicast */
	CLIENT_CHECK(memcmp(a.mac, b.mac, 6));
	CLIENT_CHECK(!a.external);
	rig_close(&rig);
}

static void hls2_leads_out(void)
{
	struct gnic_hw_port_info info;
	unsigned int port;

	rig_open(&rig, (const char *[]) { "--topology", "hls2", "--cards", "8", "--ports", "24",
					  "--hbm-size", "1M", NULL });
	for (port = 0; port < 24; port++) {
		rig_port_info(&rig, port, &info);
		CLIENT_EQ(info.external, port == 8 || port == 22 || port == 23);
		CLIENT_EQ(!(info.state & GNIC_PORT_STATE_CABLE), info.external);
	}
	rig_close(&rig);
}

/* ---- frames ---- */

static struct rig_cq cq;
static struct rig_qp tx, rx;
static uint64_t frame, buffer;

static void traffic(const char *topology)
{
	uint8_t *bytes;
	unsigned int i;

	start(topology);
	rig_cq(&rig, &cq, 10, 5, GNIC_VECTOR_NONE);
	rig_raw(&rig, &tx, 0, &cq, LOG);
	rig_raw(&rig, &rx, 1, &cq, LOG);
	rig_rss_one(&rig, 1, rx.qpn);
	rig_promisc(&rig, 1);
	frame = rig_alloc(&rig, 16384, 64);
	buffer = rig_alloc(&rig, 16384, 64);
	bytes = rig_ptr(&rig, frame);
	for (i = 0; i < 16384; i++)
		bytes[i] = i * 7;
	memcpy(bytes, "\x02\x11\x22\x33\x44\x55\x02\x66\x77\x88\x99\xaa\x88\xb5", 14);
	rig_port_admin(&rig, 0, true);
	rig_port_admin(&rig, 1, true);
}

static void send(uint32_t len)
{
	rig_raw_post(&rig, &tx, frame, len);
	rig_ring_sq(&rig, &tx);
}

static const struct gnic_hw_raw_cqe *received(void)
{
	const struct gnic_hw_raw_cqe *cqe;

	do {
		cqe = rig_cq_wait(&rig, &cq);
	} while (le32_to_cpu(cqe->ctrl) & GNIC_CQE_REQ);
	return cqe;
}

static void port_stats(uint32_t port, struct gnic_hw_mac_stats *stats)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(port) };

	RIG_OK(&rig, GNIC_CMD_PORT_STATS, &in, sizeof(in), stats, sizeof(*stats));
}

static void a_frame_arrives(void)
{
	struct gnic_hw_mac_stats stats;

	traffic("loop");
	rig_recv_post(&rig, &rx, buffer, 2048);
	send(1000);
	CLIENT_EQ(le32_to_cpu(received()->size), 1000);
	CLIENT_EQ(memcmp(rig_ptr(&rig, buffer), rig_ptr(&rig, frame), 1000), 0);
	port_stats(0, &stats);
	CLIENT_EQ(stats.tx.frames_ok, 1);
	CLIENT_EQ(stats.tx.octets_ok, 1004);
	CLIENT_EQ(stats.tx.unicast, 1);
	CLIENT_EQ(stats.tx.hist[4], 1);
	CLIENT_EQ(stats.rx.frames_ok, 0);
	port_stats(1, &stats);
	CLIENT_EQ(stats.rx.frames_ok, 1);
	CLIENT_EQ(stats.rx.octets_all, 1004);
	rig_close(&rig);
}

static void short_frames_are_padded(void)
{
	uint8_t *got;

	traffic("loop");
	got = rig_ptr(&rig, buffer);
	memset(got, 0xff, 64);
	rig_recv_post(&rig, &rx, buffer, 2048);
	send(20);
	CLIENT_EQ(le32_to_cpu(received()->size), 60);
	CLIENT_EQ(memcmp(got, rig_ptr(&rig, frame), 20), 0);
	CLIENT_EQ(got[20], 0);
	CLIENT_EQ(got[59], 0);
	CLIENT_EQ(got[60], 0xff);
	rig_close(&rig);
}

static void kinds_of_addresses(void)
{
	struct gnic_hw_mac_stats stats;
	uint8_t *bytes;

	traffic("loop");
	bytes = rig_ptr(&rig, frame);
	rig_recv_post(&rig, &rx, buffer, 2048);
	rig_recv_post(&rig, &rx, buffer, 2048);
	memset(bytes, 0xff, 6);
	send(100);
	received();
	memcpy(bytes, "\x01\x00\x5e\x00\x00\x01", 6);
	send(100);
	received();
	port_stats(1, &stats);
	CLIENT_EQ(stats.rx.broadcast, 1);
	CLIENT_EQ(stats.rx.multicast, 1);
	CLIENT_EQ(stats.rx.unicast, 0);
	rig_close(&rig);
}

static void too_long(void)
{
	struct gnic_hw_mac_stats stats;

	traffic("loop");
	send(1500 + 22 + 1);
	RIG_AWAIT((port_stats(0, &stats), stats.tx.too_long == 1));
	CLIENT_EQ(stats.tx.frames_ok, 0);
	send(1500 + 22);
	RIG_AWAIT((port_stats(0, &stats), stats.tx.frames_ok == 1));
	rig_close(&rig);
}

static void mtu_of_the_receiver(void)
{
	const struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_MTU),
		.mtu = cpu_to_le32(9000),
	};
	struct gnic_hw_mac_stats stats;

	traffic("loop");
	rig_port_set(&rig, &set);
	send(4000);
	RIG_AWAIT((port_stats(1, &stats), stats.rx.too_long == 1));
	CLIENT_EQ(stats.rx.frames_ok, 0);
	rig_close(&rig);
}

static void no_link_no_frame(void)
{
	struct gnic_hw_mac_stats stats;

	traffic("loop");
	rig_port_admin(&rig, 1, false);
	send(100);
	rig_cq_wait(&rig, &cq);
	port_stats(0, &stats);
	CLIENT_EQ(stats.tx.dropped, 1);
	CLIENT_EQ(stats.tx.frames_ok, 0);
	CLIENT_EQ(stats.link_downs, 1);
	rig_close(&rig);
}

static void control_frames(void)
{
	struct gnic_hw_mac_stats stats;
	uint8_t *bytes;

	traffic("loop");
	bytes = rig_ptr(&rig, frame);
	memcpy(bytes + 12, "\x88\x08\x00\x01\x00\x01", 6);
	send(60);
	RIG_AWAIT((port_stats(1, &stats), stats.rx.control == 1));
	memcpy(bytes + 12, "\x88\x08\x12\x34", 4);
	send(60);
	RIG_AWAIT((port_stats(1, &stats), stats.rx.control == 2));
	CLIENT_EQ(stats.rx.pause, 1);
	CLIENT_EQ(stats.rx.unknown_control, 1);
	port_stats(0, &stats);
	CLIENT_EQ(stats.tx.control, 2);
	CLIENT_EQ(stats.tx.pause, 1);
	rig_close(&rig);
}

static void lengths(void)
{
	static const struct {
		uint16_t len, frame;
		unsigned int in_range, out_of_range;
	} cases[] = {
		{ 86, 100, 0, 0 }, { 85, 100, 1, 0 }, { 87, 100, 2, 0 }, { 10, 60, 2, 0 },
		{ 47, 60, 3, 0 }, { 0, 100, 3, 0 }, { 45, 100, 3, 0 }, { 46, 100, 4, 0 },
		{ 1501, 100, 4, 1 }, { 1535, 100, 4, 2 }, { 1536, 100, 4, 2 },
	};
	struct gnic_hw_mac_stats stats;
	uint8_t *bytes;
	unsigned int i;

	traffic("loop");
	bytes = rig_ptr(&rig, frame);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bytes[12] = cases[i].len >> 8;
		bytes[13] = cases[i].len;
		send(cases[i].frame);
		RIG_AWAIT((port_stats(1, &stats), stats.rx.frames_ok == i + 1));
		CLIENT_EQ(stats.rx.in_range_length, cases[i].in_range);
		CLIENT_EQ(stats.rx.out_of_range_length, cases[i].out_of_range);
	}
	rig_close(&rig);
}

/* Who has no buffers to spare says so, and gets the frames when it has. */
static void lossless(void)
{
	struct gnic_hw_mac_stats stats;
	unsigned int i;

	traffic("loop");
	for (i = 0; i < 1u << LOG; i++)
		rig_recv_post(&rig, &rx, buffer, 2048);
	for (i = 0; i < 1u << LOG; i++)
		send(100);
	for (i = 0; i < 1u << LOG; i++) {
		received();
		rig_recv_post(&rig, &rx, buffer, 2048);
	}
	port_stats(1, &stats);
	CLIENT_CHECK(stats.tx.pause >= 2);
	CLIENT_EQ(stats.rx.frames_ok, 1u << LOG);
	port_stats(0, &stats);
	CLIENT_CHECK(stats.rx.pause >= 2);
	rig_close(&rig);
}

/* ---- modules ---- */

static uint32_t module_read(uint8_t port, uint8_t page, uint8_t offset, uint8_t len,
			    struct gnic_hw_module_data *data)
{
	const struct gnic_hw_module_read in = {
		.port = port, .i2c = GNIC_MODULE_I2C_ADDR, .page = page, .offset = offset,
		.len = len,
	};

	return rig_cmd(&rig, GNIC_CMD_MODULE_READ, &in, sizeof(in), data, sizeof(*data));
}

static void sum(const uint8_t *page, unsigned int first, unsigned int last, unsigned int where)
{
	uint8_t sum = 0;

	while (first <= last)
		sum += page[first++ - 128];
	CLIENT_EQ(page[where - 128], sum);
}

static void modules(void)
{
	struct gnic_hw_module_data data;

	start("loop");
	CLIENT_EQ(module_read(0, 0, 0, 1, &data), GNIC_STATUS_OK);
	CLIENT_EQ(data.data[0], 0x11);
	CLIENT_EQ(module_read(0, 0, 128, 128, &data), GNIC_STATUS_OK);
	sum(data.data, 128, 190, 191);
	sum(data.data, 192, 222, 223);
	CLIENT_EQ(module_read(1, 0, 0, 1, &data), GNIC_STATUS_OK);
	CLIENT_EQ(data.data[0], 0x18);
	CLIENT_EQ(module_read(1, 0, 128, 128, &data), GNIC_STATUS_OK);
	sum(data.data, 128, 221, 222);
	CLIENT_EQ(module_read(1, 1, 128, 128, &data), GNIC_STATUS_OK);
	sum(data.data, 130, 254, 255);
	CLIENT_EQ(module_read(1, 2, 128, 128, &data), GNIC_STATUS_OK);
	sum(data.data, 128, 254, 255);
	CLIENT_EQ(module_read(1, 9, 128, 128, &data), GNIC_STATUS_UNSUPPORTED);
	CLIENT_EQ(module_read(1, 1, 0, 1, &data), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(module_read(0, 0, 100, 29, &data), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(module_read(0, 0, 200, 57, &data), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(module_read(0, 0, 0, 0, &data), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(module_read(2, 0, 0, 1, &data), GNIC_STATUS_NOT_FOUND);
	rig_close(&rig);
	start("none");
	CLIENT_EQ(module_read(0, 0, 0, 1, &data), GNIC_STATUS_BAD_STATE);
	rig_close(&rig);
}

static void module_power(void)
{
	struct gnic_hw_module_set set = { .port = 1, .power = GNIC_MODULE_POWER_KEEP };
	struct gnic_hw_port_info info;

	start("loop");
	rig_port_info(&rig, 1, &info);
	CLIENT_EQ(info.power, 0);
	rig_port_admin(&rig, 1, true);
	rig_port_info(&rig, 1, &info);
	CLIENT_EQ(info.power, GNIC_MODULE_POWER_HIGH);
	rig_port_admin(&rig, 1, false);
	RIG_OK(&rig, GNIC_CMD_MODULE_SET, &set, sizeof(set), NULL, 0);
	rig_port_info(&rig, 1, &info);
	CLIENT_EQ(info.power, GNIC_MODULE_POWER_HIGH | GNIC_MODULE_POWER_KEEP);
	set.power = GNIC_MODULE_POWER_HIGH;
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_MODULE_SET, &set, sizeof(set), NULL, 0),
		  GNIC_STATUS_BAD_PARAM);
	rig_close(&rig);
}

/* ---- faults of a wire ---- */

static void fault(const char *kind, const char *rest)
{
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"%s\",\"port\":0%s}", kind, rest);
}

static void dropped(void)
{
	struct gnic_hw_mac_stats stats;

	traffic("loop");
	rig_recv_post(&rig, &rx, buffer, 2048);
	fault("drop", ",\"count\":2");
	send(100);
	send(200);
	send(300);
	CLIENT_EQ(le32_to_cpu(received()->size), 300);
	port_stats(1, &stats);
	CLIENT_EQ(stats.rx.frames_ok, 1);
	rig_close(&rig);
}

static void bad_fcs(void)
{
	struct gnic_hw_mac_stats stats;

	traffic("loop");
	rig_recv_post(&rig, &rx, buffer, 2048);
	fault("fcs", ",\"count\":1");
	send(100);
	send(200);
	CLIENT_EQ(le32_to_cpu(received()->size), 200);
	port_stats(1, &stats);
	CLIENT_EQ(stats.rx.fcs_errors, 1);
	rig_close(&rig);
}

/* Without its end a frame is too short, with a bad FCS a fragment. */
static void short_frames(void)
{
	struct gnic_hw_mac_stats stats;

	traffic("loop");
	rig_recv_post(&rig, &rx, buffer, 2048);
	fault("runt", ",\"count\":1");
	send(100);
	send(200);
	CLIENT_EQ(le32_to_cpu(received()->size), 200);
	port_stats(1, &stats);
	CLIENT_EQ(stats.rx.undersize, 1);
	CLIENT_EQ(stats.rx.octets_all - stats.rx.octets_ok, 44);
	fault("runt", ",\"count\":2");
	fault("fcs", ",\"count\":2");
	send(100);
	send(100);
	fault("overrun", ",\"count\":1");
	send(100);
	RIG_AWAIT((port_stats(1, &stats), stats.rx.errors));
	CLIENT_EQ(stats.rx.undersize, 1);
	CLIENT_EQ(stats.rx.fragments, 2);
	CLIENT_EQ(stats.rx.fcs_errors, 0);
	CLIENT_EQ(stats.rx.errors, 1);
	rig_close(&rig);
}

static void fec_stats(uint32_t port, struct gnic_hw_fec_stats *stats)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(port) };

	RIG_OK(&rig, GNIC_CMD_PORT_FEC, &in, sizeof(in), stats, sizeof(*stats));
}

static void symbols(void)
{
	struct gnic_hw_mac_stats stats;
	struct gnic_hw_fec_stats fec;

	traffic("loop");
	rig_recv_post(&rig, &rx, buffer, 2048);
	fault("symbol", ",\"count\":1,\"symbols\":15");
	send(1282);
	received();
	fec_stats(1, &fec);
	CLIENT_EQ(le64_to_cpu(fec.corrected[0]), 1);
	CLIENT_EQ(le64_to_cpu(fec.corrected_bits[0]), 75);
	CLIENT_EQ(le64_to_cpu(fec.hist[15][0]), 1);
	CLIENT_EQ(le64_to_cpu(fec.hist[0][0]) + le64_to_cpu(fec.hist[0][1]), 2);
	fault("symbol", ",\"count\":1,\"symbols\":16");
	send(100);
	RIG_AWAIT((fec_stats(1, &fec), fec.uncorrectable[1]));
	port_stats(1, &stats);
	CLIENT_EQ(stats.rx.fcs_errors, 1);
	CLIENT_EQ(stats.rx.symbol_errors, 2);
	rig_close(&rig);
}

static void corrupted(void)
{
	const uint8_t *a, *b;
	unsigned int i, bits = 0;

	traffic("loop");
	a = rig_ptr(&rig, frame);
	b = rig_ptr(&rig, buffer);
	rig_recv_post(&rig, &rx, buffer, 2048);
	fault("corrupt", ",\"count\":1");
	send(1000);
	CLIENT_EQ(le32_to_cpu(received()->size), 1000);
	for (i = 0; i < 1000; i++)
		bits += __builtin_popcount(a[i] ^ b[i]);
	CLIENT_EQ(bits, 1);
	rig_close(&rig);
}

/* Of two frames that come back to their port, the first is another one. */
static void looped(void)
{
	const struct gnic_hw_port_set set = {
		.valid = cpu_to_le32(GNIC_PORT_SET_LOOPBACK),
		.loopback = 1,
	};
	const uint8_t *a, *b;
	unsigned int i;

	traffic("loop");
	a = rig_ptr(&rig, frame);
	b = rig_ptr(&rig, buffer);
	rig_rss_one(&rig, 0, tx.qpn);
	rig_promisc(&rig, 0);
	rig_port_set(&rig, &set);
	rig_recv_post(&rig, &tx, buffer, 2048);
	rig_recv_post(&rig, &tx, buffer + 2048, 2048);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"loopback\"}");
	send(100);
	send(100);
	CLIENT_EQ(le32_to_cpu(received()->size), 100);
	CLIENT_EQ(le32_to_cpu(received()->size), 100);
	for (i = 0; i < 100; i++)
		CLIENT_EQ(b[i], i == 14 ? a[i] ^ 0xff : a[i]);
	CLIENT_CHECK(!memcmp(a, b + 2048, 100));
	rig_close(&rig);
}

static void duplicated(void)
{
	traffic("loop");
	rig_recv_post(&rig, &rx, buffer, 2048);
	rig_recv_post(&rig, &rx, buffer, 2048);
	rig_recv_post(&rig, &rx, buffer, 2048);
	fault("duplicate", ",\"count\":1");
	send(100);
	send(200);
	CLIENT_EQ(le32_to_cpu(received()->size), 100);
	CLIENT_EQ(le32_to_cpu(received()->size), 100);
	CLIENT_EQ(le32_to_cpu(received()->size), 200);
	rig_close(&rig);
}

static void reordered(void)
{
	traffic("loop");
	rig_recv_post(&rig, &rx, buffer, 2048);
	rig_recv_post(&rig, &rx, buffer, 2048);
	fault("reorder", ",\"count\":1");
	rig_raw_post(&rig, &tx, frame, 100);
	send(200);
	CLIENT_EQ(le32_to_cpu(received()->size), 200);
	CLIENT_EQ(le32_to_cpu(received()->size), 100);
	rig_close(&rig);
}

/* With nothing behind it a held frame goes after a while. */
static void reordered_alone(void)
{
	traffic("loop");
	rig_recv_post(&rig, &rx, buffer, 2048);
	fault("reorder", ",\"count\":1");
	send(100);
	CLIENT_EQ(le32_to_cpu(received()->size), 100);
	rig_close(&rig);
}

static void delayed(void)
{
	struct gnic_hw_mac_stats stats;

	rig_open(&rig, (const char *[]) { "--topology", "loop", "--step", NULL });
	rig_close(&rig);
	traffic("loop");
	rig_recv_post(&rig, &rx, buffer, 2048);
	fault("delay", ",\"count\":1,\"delay_us\":30000");
	send(100);
	port_stats(1, &stats);
	CLIENT_EQ(stats.rx.frames_ok, 0);
	CLIENT_EQ(le32_to_cpu(received()->size), 100);
	rig_close(&rig);
}

/* The same seed, the same losses. */
static uint64_t losses(const char *seed)
{
	struct gnic_hw_mac_stats stats;
	unsigned int i;

	rig_open(&rig, (const char *[]) { "--topology", "loop", "--seed", seed, NULL });
	rig_cq(&rig, &cq, 10, 5, GNIC_VECTOR_NONE);
	rig_raw(&rig, &tx, 0, &cq, LOG);
	frame = rig_alloc(&rig, 64, 64);
	rig_port_admin(&rig, 0, true);
	rig_port_admin(&rig, 1, true);
	fault("drop", ",\"rate\":0.3");
	for (i = 0; i < 400; i++) {
		send(64);
		rig_cq_wait(&rig, &cq);
	}
	port_stats(1, &stats);
	rig_close(&rig);
	return stats.rx.frames_ok;
}

static void seeds(void)
{
	uint64_t first = losses("42");

	CLIENT_EQ(losses("42"), first);
	CLIENT_CHECK(losses("43") != first || losses("44") != first);
	CLIENT_CHECK(first > 220 && first < 340);
}

/* ---- captures ---- */

static long file_size(const char *path)
{
	FILE *file = fopen(path, "r");
	long size;

	CLIENT_CHECK(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	fclose(file);
	return size;
}

static void capture(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/vgaudi-capture.%d", (int)getpid());
	traffic("loop");
	rig_recv_post(&rig, &rx, buffer, 2048);
	rig_control_ok(&rig, "{\"cmd\":\"capture\",\"port\":1,\"action\":\"start\","
		       "\"file\":\"%s\"}", path);
	send(100);
	received();
	rig_control_ok(&rig, "{\"cmd\":\"capture\",\"port\":1,\"action\":\"stop\"}");
	/* File header, record header, frame. */
	CLIENT_EQ(file_size(path), 24 + 16 + 100);
	CLIENT_EQ(unlink(path), 0);
	rig_close(&rig);
}

static const struct ktap_test tests[] = {
	{ "link: both ends", both_ends },
	{ "link: no cable", no_cable },
	{ "link: loopback needs no cable", loopback_needs_no_cable },
	{ "link: loopback is no signal for the far end", loopback_is_no_signal },
	{ "link: a loopback plug", plug },
	{ "link: forced down", forced },
	{ "link: flap", flap },
	{ "link: modes have to agree", modes_have_to_agree },
	{ "link: the best that both ends offer", best_of_both },
	{ "link: one end negotiates, the other does not", parallel_detection },
	{ "link: pause as both ends want it", pause_agrees },
	{ "link: negotiation once more", restart },
	{ "port: bad settings refused", bad_settings_refused },
	{ "port: addresses", addresses },
	{ "port: hls2 leads out of the box", hls2_leads_out },
	{ "frame: arrives", a_frame_arrives },
	{ "frame: padded", short_frames_are_padded },
	{ "frame: kinds of addresses", kinds_of_addresses },
	{ "frame: too long", too_long },
	{ "frame: too long for the receiver", mtu_of_the_receiver },
	{ "frame: no link", no_link_no_frame },
	{ "frame: MAC control", control_frames },
	{ "frame: length fields", lengths },
	{ "frame: pause", lossless },
	{ "module: memory", modules },
	{ "module: power", module_power },
	{ "wire: drop", dropped },
	{ "wire: bad FCS", bad_fcs },
	{ "wire: runts, fragments, overruns", short_frames },
	{ "wire: symbols that FEC mends", symbols },
	{ "wire: corrupt", corrupted },
	{ "fault: a frame that is looped back", looped },
	{ "wire: duplicate", duplicated },
	{ "wire: reorder", reordered },
	{ "wire: reorder with nothing behind it", reordered_alone },
	{ "wire: delay", delayed },
	{ "wire: the same seed", seeds },
	{ "wire: capture", capture },
};

KTAP_MAIN(tests)
