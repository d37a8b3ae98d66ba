// SPDX-License-Identifier: GPL-2.0-only
/* mac_prio.c: the priority of a received frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "blk_cmd.h"
#include "frame.h"
#include "mac.h"
#include "roce.h"

static struct card card;
static struct port *const port = &card.ports[0];
static struct gnic_hw_port_trust trust;
static uint8_t bytes[64];
static struct frame frame;

static int setup(void **state)
{
	(void)state;
	memset(&card, 0, sizeof(card));
	memset(&trust, 0, sizeof(trust));
	memset(bytes, 0, sizeof(bytes));
	card.config.ports = 1;
	port->card = &card;
	mac_prio_reset(port);
	frame = (struct frame){ .hdr = bytes, .hdr_len = 12, .len = 12 };
	return 0;
}

/* More of the frame: a type, and 16 bits behind it. */
static void add(uint16_t type, uint16_t next)
{
	frame_put_be16(bytes + frame.len, type);
	frame_put_be16(bytes + frame.len + 2, next);
	frame.len += 4;
	frame.hdr_len = frame.len;
}

static void trusts(uint8_t first, uint8_t second)
{
	trust.trust[0] = first;
	trust.trust[1] = second;
	for (unsigned int i = 0; i < GNIC_PCPS; i++)
		trust.pcp_prio[i] = (i + 1) % GNIC_PRIOS;
	for (unsigned int i = 0; i < GNIC_DSCPS; i++)
		trust.dscp_prio[i] = i % GNIC_PRIOS;
	assert_int_equal(mac_cmd_trust(&card, &trust), GNIC_STATUS_OK);
}

static void tags_are_trusted_at_first(void **state)
{
	(void)state;
	assert_int_equal(mac_prio(port, &frame), 0);
	add(0x8100, 0x6005);
	add(0x0800, 0x45ff);
	assert_int_equal(mac_prio(port, &frame), 3);
}

static void eligible_to_be_dropped(void **state)
{
	(void)state;
	add(0x88a8, 0xf005);
	assert_int_equal(mac_prio(port, &frame), 7);
	trusts(GNIC_PRIO_BY_PCP, GNIC_PRIO_BY_NONE);
	assert_int_equal(mac_prio(port, &frame), 0);	/* 15: 16 % 8 */
}

static void dscp_of_both_protocols(void **state)
{
	(void)state;
	trusts(GNIC_PRIO_BY_DSCP, GNIC_PRIO_BY_NONE);
	add(0x0800, 0x4500 | 26 << 2 | 3);
	assert_int_equal(mac_prio(port, &frame), 26 % 8);
	frame.len = 12;
	add(0x86dd, 0x6000 | 46 << 6 | 0x3f);
	assert_int_equal(mac_prio(port, &frame), 46 % 8);
	frame.len = 12;
	add(0x0806, 0xffff);
	assert_int_equal(mac_prio(port, &frame), 0);
	frame.len = 12;
	add(0x0800, 0x65ff);
	assert_int_equal(mac_prio(port, &frame), 0);
}

static void dscp_behind_tags(void **state)
{
	(void)state;
	trusts(GNIC_PRIO_BY_DSCP, GNIC_PRIO_BY_NONE);
	add(0x88a8, 0xe001);
	add(0x8100, 0xe002);
	add(0x0800, 0x4500 | 5 << 2);
	assert_int_equal(mac_prio(port, &frame), 5);
	frame.len = 12;
	add(0x8100, 0);
	add(0x8100, 0);
	add(0x8100, 0);
	add(0x0800, 0x4500 | 5 << 2);
	assert_int_equal(mac_prio(port, &frame), 0);
}

/* Its payload looks like a frame of another priority. */
static void rc_packet_by_its_path(void **state)
{
	struct roce_path path = { .ip_version = 4, .tos = 26 << 2 | ROCE_TOS_ECT };
	const struct rc_packet pkt = { .path = &path };

	(void)state;
	add(0x8100, 0xe000);
	add(0x0800, 0x4500 | 7 << 2);
	frame = (struct frame){ .rc = &pkt, .len = 82, .iovs = 1, .iov = { { bytes, frame.len } } };
	trusts(GNIC_PRIO_BY_DSCP, GNIC_PRIO_BY_NONE);
	assert_int_equal(mac_prio(port, &frame), 26 % 8);
	trusts(GNIC_PRIO_BY_PCP, GNIC_PRIO_BY_NONE);
	assert_int_equal(mac_prio(port, &frame), 0);	/* no tag */
	path.vlan_tci = 5 << 13 | 100;
	assert_int_equal(mac_prio(port, &frame), 6);
	path.vlan_tci |= 1 << 12;
	assert_int_equal(mac_prio(port, &frame), 14 % 8);
}

static void the_first_that_is_there(void **state)
{
	(void)state;
	trusts(GNIC_PRIO_BY_DSCP, GNIC_PRIO_BY_PCP);
	add(0x8100, 4 << 13);
	add(0x0806, 0);
	assert_int_equal(mac_prio(port, &frame), 5);
	frame.len = 16;
	add(0x0800, 0x4500 | 2 << 2);
	assert_int_equal(mac_prio(port, &frame), 2);
	trusts(GNIC_PRIO_BY_PCP, GNIC_PRIO_BY_DSCP);
	assert_int_equal(mac_prio(port, &frame), 5);
	trusts(GNIC_PRIO_BY_NONE, GNIC_PRIO_BY_NONE);
	assert_int_equal(mac_prio(port, &frame), 0);
}

static void cut_short(void **state)
{
	(void)state;
	trusts(GNIC_PRIO_BY_DSCP, GNIC_PRIO_BY_PCP);
	add(0x8100, 0xe000);
	for (frame.len = 0; frame.len < 15; frame.len++) {
		frame.hdr_len = frame.len;
		assert_int_equal(mac_prio(port, &frame), 0);
	}
}

static void refused(void **state)
{
	struct gnic_hw_port_trust in;

	(void)state;
	trusts(GNIC_PRIO_BY_DSCP, GNIC_PRIO_BY_PCP);
#define BAD(change) do { \
	in = trust; \
	change; \
	assert_int_equal(mac_cmd_trust(&card, &in), GNIC_STATUS_BAD_PARAM); \
} while (0)
	BAD(in.port = cpu_to_le32(1));
	BAD(in.trust[1] = 3);
	BAD(in.rsvd[1] = 1);
	BAD(in.pcp_prio[15] = 8);
	BAD(in.dscp_prio[63] = 8);
	assert_memory_equal(&port->trust, &trust, sizeof(trust));
}

#define TEST(name)	cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tags_are_trusted_at_first),
		TEST(eligible_to_be_dropped),
		TEST(dscp_of_both_protocols),
		TEST(dscp_behind_tags),
		TEST(rc_packet_by_its_path),
		TEST(the_first_that_is_there),
		TEST(cut_short),
		TEST(refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
