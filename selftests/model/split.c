// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports of two lanes, and of one.
 *
 *	port 0 (0, 24) ---- port 1 (1, 25)	(--topology loop)
 */
#include <string.h>

#include "../lib/ktap.h"
#include "rig.h"

#define LOG	6
#define HALF0	GNIC_PORT_HALF(0)
#define HALF1	GNIC_PORT_HALF(1)

static struct rig rig;

static void start(void)
{
	rig_open(&rig, (const char *[]) { "--topology", "loop", NULL });
}

static uint32_t split(uint32_t port, uint8_t parts)
{
	const struct gnic_hw_port_split in = { .port = cpu_to_le32(port), .parts = parts };

	return rig_cmd(&rig, GNIC_CMD_PORT_SPLIT, &in, sizeof(in), NULL, 0);
}

static void split_ok(uint32_t port, uint8_t parts)
{
	CLIENT_EQ(split(port, parts), GNIC_STATUS_OK);
}

static void info_is(uint32_t port, bool link, uint8_t fault, uint32_t speed, uint8_t lanes)
{
	struct gnic_hw_port_info info;

	rig_port_info(&rig, port, &info);
	CLIENT_EQ(!!(info.state & GNIC_PORT_STATE_LINK), link);
	CLIENT_EQ(info.fault, fault);
	CLIENT_EQ(le32_to_cpu(info.mode.speed), speed);
	CLIENT_EQ(info.mode.lanes, lanes);
}

static uint32_t query(uint32_t port)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(port) };
	struct gnic_hw_port_info info;

	return rig_cmd(&rig, GNIC_CMD_PORT_QUERY, &in, sizeof(in), &info, sizeof(info));
}

static void halves_are_ports(void)
{
	struct gnic_hw_port_info whole, half;

	start();
	CLIENT_EQ(query(HALF0), GNIC_STATUS_NOT_FOUND);
	rig_port_info(&rig, 0, &whole);
	CLIENT_EQ(whole.max_lanes, 2);
	CLIENT_EQ(le32_to_cpu(whole.max_speed), 100000);
	split_ok(0, 2);
	split_ok(0, 2);
	rig_port_info(&rig, 0, &half);
	CLIENT_CHECK(!memcmp(whole.mac, half.mac, sizeof(half.mac)));
	rig_port_info(&rig, HALF0, &half);
	CLIENT_CHECK(memcmp(whole.mac, half.mac, sizeof(half.mac)));
	CLIENT_EQ(half.max_lanes, 1);
	CLIENT_EQ(le32_to_cpu(half.max_speed), 50000);
	CLIENT_EQ(le32_to_cpu(half.modes), GNIC_LINK_10G_1 | GNIC_LINK_25G_1 | GNIC_LINK_50G_1);
	CLIENT_EQ(half.module, whole.module);
	CLIENT_EQ(query(HALF1), GNIC_STATUS_NOT_FOUND);
	split_ok(0, 1);
	CLIENT_EQ(query(HALF0), GNIC_STATUS_NOT_FOUND);
	rig_port_info(&rig, 0, &half);
	CLIENT_EQ(half.max_lanes, 2);
	rig_close(&rig);
}

static void halves_meet(void)
{
	start();
	split_ok(0, 2);
	rig_port_admin(&rig, 0, true);
	rig_port_admin(&rig, HALF0, true);
	rig_port_admin(&rig, 1, true);
	/* what is whole meets the first half */
	info_is(1, true, GNIC_LINK_FAULT_NONE, 50000, 1);
	info_is(0, true, GNIC_LINK_FAULT_NONE, 50000, 1);
	info_is(HALF0, false, GNIC_LINK_FAULT_PEER, 50000, 1);
	split_ok(1, 2);
	info_is(0, false, GNIC_LINK_FAULT_PEER, 50000, 1);
	rig_port_admin(&rig, HALF1, true);
	info_is(HALF0, true, GNIC_LINK_FAULT_NONE, 50000, 1);
	info_is(0, false, GNIC_LINK_FAULT_PEER, 50000, 1);
	rig_port_admin(&rig, 1, true);
	info_is(0, true, GNIC_LINK_FAULT_NONE, 50000, 1);
	/* the far end of a half that goes sees it go */
	split_ok(1, 1);
	info_is(HALF0, false, GNIC_LINK_FAULT_PEER, 50000, 1);
	rig_port_admin(&rig, 1, true);
	split_ok(0, 1);
	rig_port_admin(&rig, 0, true);
	info_is(1, true, GNIC_LINK_FAULT_NONE, 100000, 2);
	rig_close(&rig);
}

static void modes_of_one_lane(void)
{
	struct gnic_hw_port_set set = {
		.port = cpu_to_le32(HALF0),
		.valid = cpu_to_le32(GNIC_PORT_SET_LINK),
		.mode = { .speed = cpu_to_le32(50000), .lanes = 2, .fec = GNIC_FEC_RS },
	};

	start();
	split_ok(0, 2);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_PORT_SET, &set, sizeof(set), NULL, 0),
		  GNIC_STATUS_BAD_PARAM);
	set.mode.lanes = 1;
	RIG_OK(&rig, GNIC_CMD_PORT_SET, &set, sizeof(set), NULL, 0);
	set.mode.autoneg = 1;
	set.advertise = cpu_to_le32(GNIC_LINK_50G_1 | GNIC_LINK_100G_2);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_PORT_SET, &set, sizeof(set), NULL, 0),
		  GNIC_STATUS_BAD_PARAM);
	rig_close(&rig);
}

/* One frame from @from; it is @to that gets it, and counts it. */
static void frame_goes(uint32_t from, uint32_t to)
{
	struct rig_cq tx_cq, rx_cq;
	struct gnic_hw_mac_stats stats;
	struct gnic_hw_id id = { .id = cpu_to_le32(to) };
	struct gnic_hw_qp_id destroy = { .port = cpu_to_le32(from) };
	struct rig_qp tx, rx;
	uint64_t buf = rig_alloc(&rig, 2048, 64);
	uint64_t frame = rig_alloc(&rig, 64, 64);

	memset(rig_ptr(&rig, frame), 0xff, 6);
	rig_cq(&rig, &tx_cq, LOG, 5, GNIC_VECTOR_NONE);
	rig_cq(&rig, &rx_cq, LOG, 5, GNIC_VECTOR_NONE);
	rig_raw(&rig, &tx, from, &tx_cq, LOG);
	rig_raw(&rig, &rx, to, &rx_cq, LOG);
	rig_rss_one(&rig, to, rx.qpn);
	rig_promisc(&rig, to);
	rig_recv_post(&rig, &rx, buf, 2048);
	rig_raw_post(&rig, &tx, frame, 64);
	rig_ring_sq(&rig, &tx);
	rig_cq_wait(&rig, &rx_cq);
	RIG_OK(&rig, GNIC_CMD_PORT_STATS, &id, sizeof(id), &stats, sizeof(stats));
	CLIENT_EQ(le64_to_cpu(stats.rx.frames_ok), 1);
	destroy.qpn = cpu_to_le32(tx.qpn);
	RIG_OK(&rig, GNIC_CMD_QP_DESTROY, &destroy, sizeof(destroy), NULL, 0);
	destroy.port = cpu_to_le32(to);
	destroy.qpn = cpu_to_le32(rx.qpn);
	RIG_OK(&rig, GNIC_CMD_QP_DESTROY, &destroy, sizeof(destroy), NULL, 0);
}

static void frames_stay_on_their_lane(void)
{
	static const uint32_t ports[] = { 0, HALF0, 1, HALF1 };
	unsigned int i;

	start();
	split_ok(0, 2);
	split_ok(1, 2);
	for (i = 0; i < 4; i++)
		rig_port_admin(&rig, ports[i], true);
	frame_goes(HALF0, HALF1);
	frame_goes(1, 0);
	/* faults of the cable are those of both lanes */
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"duplicate\",\"port\":24,\"rate\":0.5}");
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"clear\"}");
	rig_close(&rig);
}

static void used_ports_stay(void)
{
	struct gnic_hw_vport_create in = { .port = HALF0 };
	struct gnic_hw_qp_id destroy = { .port = cpu_to_le32(HALF0) };
	struct gnic_hw_id function;
	struct rig_cq cq;
	struct rig_qp qp;

	start();
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_VPORT_CREATE, &in, sizeof(in), &function,
			  sizeof(function)), GNIC_STATUS_BAD_PARAM);
	split_ok(0, 2);
	rig_cq(&rig, &cq, LOG, 5, GNIC_VECTOR_NONE);
	rig_raw(&rig, &qp, HALF0, &cq, LOG);
	CLIENT_EQ(split(0, 1), GNIC_STATUS_BUSY);
	destroy.qpn = cpu_to_le32(qp.qpn);
	RIG_OK(&rig, GNIC_CMD_QP_DESTROY, &destroy, sizeof(destroy), NULL, 0);
	RIG_OK(&rig, GNIC_CMD_VPORT_CREATE, &in, sizeof(in), &function, sizeof(function));
	CLIENT_EQ(split(0, 1), GNIC_STATUS_BUSY);
	CLIENT_EQ(rig_cmd_id(&rig, GNIC_CMD_VPORT_DESTROY, le32_to_cpu(function.id)),
		  GNIC_STATUS_OK);
	split_ok(0, 1);
	rig_close(&rig);
}

static void bad_splits_refused(void)
{
	struct gnic_hw_port_split in = { .parts = 2, .rsvd = { 0, 0, 1 } };

	start();
	CLIENT_EQ(split(2, 2), GNIC_STATUS_NOT_FOUND);
	CLIENT_EQ(split(HALF0, 1), GNIC_STATUS_NOT_FOUND);
	CLIENT_EQ(split(0xffffffff, 1), GNIC_STATUS_NOT_FOUND);
	CLIENT_EQ(split(0, 0), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(split(0, 3), GNIC_STATUS_BAD_PARAM);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_PORT_SPLIT, &in, sizeof(in), NULL, 0),
		  GNIC_STATUS_BAD_PARAM);
	split_ok(0, 2);
	CLIENT_EQ(split(HALF0, 2), GNIC_STATUS_BAD_PARAM);
	rig_close(&rig);
}

static void reset_makes_whole(void)
{
	start();
	split_ok(0, 2);
	rig_port_admin(&rig, HALF0, true);
	rig_write(&rig, GNIC_CTL_RESET, GNIC_CTL_RESET_VALUE);
	rig_mailbox(&rig);
	CLIENT_EQ(query(HALF0), GNIC_STATUS_NOT_FOUND);
	split_ok(0, 2);
	info_is(HALF0, false, GNIC_LINK_FAULT_ADMIN, 50000, 1);
	rig_close(&rig);
}

static const struct ktap_test tests[] = {
	{ "split: halves are ports", halves_are_ports },
	{ "split: halves meet", halves_meet },
	{ "split: modes of one lane", modes_of_one_lane },
	{ "split: frames stay on their lane", frames_stay_on_their_lane },
	{ "split: ports in use stay as they are", used_ports_stay },
	{ "split: what is refused", bad_splits_refused },
	{ "split: a reset makes whole", reset_makes_whole },
};

KTAP_MAIN(tests)
