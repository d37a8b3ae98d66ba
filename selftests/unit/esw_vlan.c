// SPDX-License-Identifier: GPL-2.0-only
/* esw_vlan.c: tags that come in, the tables behind it, and those of tunnels. */
#include "blk_cmd.h"
#include "esw.h"
#include "fake.h"

#define FUNCTION	GNIC_VPORT_FUNCTION_FIRST

static struct card card;
static struct esw_vport uplink, function;

struct vport *esw_vport(struct card *c, uint32_t id)
{
	assert_ptr_equal(c, &card);
	if (id == FUNCTION)
		return &function.base;
	return id ? NULL : &uplink.base;
}

static int setup(void **state)
{
	(void)state;
	uplink = (struct esw_vport){ .base.esw = &uplink };
	function = (struct esw_vport){ .base = { .esw = &function, .function = true } };
	esw_vlan_reset(&uplink.base);
	return 0;
}

static enum gnic_hw_status set(uint32_t vport, uint16_t flags, int ctag, int stag)
{
	struct gnic_hw_vlan in = {
		.vport = cpu_to_le16((uint16_t)vport), .flags = cpu_to_le16(flags),
	};

	if (ctag >= 0)
		in.ctag[ctag / 8] = (uint8_t)(1 << ctag % 8);
	if (stag >= 0)
		in.stag[stag / 8] = (uint8_t)(1 << stag % 8);
	return esw_cmd_vlan_set(&card, &in);
}

/* A frame with this outer tag, or none. */
static bool wanted(uint16_t tpid, uint16_t tci)
{
	struct frame frame = {
		.len = 60, .is_parsed = true,
		.parsed = { .tags = tpid != 0, .stag = tpid == 0x88a8, .vlan_tci = tci },
	};

	return esw_vlan_wanted(&uplink.base, &frame);
}

static void after_reset(void **state)
{
	(void)state;
	assert_int_equal(uplink.base.vlan_flags, GNIC_VLAN_STRIP_CTAG);
	assert_true(wanted(0x8100, 5));
	assert_true(wanted(0x88a8, 5));
	assert_true(wanted(0, 0));
}

static void every_vid(void **state)
{
	(void)state;
	for (int vid = 0; vid < (int)GNIC_VLAN_VIDS; vid++) {
		assert_int_equal(set(0, GNIC_VLAN_FILTER_CTAG, vid, -1), GNIC_STATUS_OK);
		assert_true(wanted(0x8100, (uint16_t)(vid | 0xe000)));
		assert_false(wanted(0x8100, (uint16_t)(vid ^ 1)));
		assert_true(wanted(0x88a8, (uint16_t)(vid ^ 1)));
		assert_int_equal(set(0, GNIC_VLAN_FILTER_STAG, -1, vid), GNIC_STATUS_OK);
		assert_true(wanted(0x88a8, (uint16_t)vid));
		assert_false(wanted(0x88a8, (uint16_t)(vid ^ 8)));
		assert_true(wanted(0x8100, (uint16_t)(vid ^ 8)));
		assert_true(wanted(0, 0));
	}
}

static void promiscuous(void **state)
{
	(void)state;
	assert_int_equal(set(0, GNIC_VLAN_FILTER_CTAG | GNIC_VLAN_FILTER_STAG, -1, -1),
			 GNIC_STATUS_OK);
	assert_false(wanted(0x8100, 0));
	assert_false(wanted(0x88a8, 0));
	uplink.filter.promisc = true;
	assert_true(wanted(0x8100, 0));
	assert_true(wanted(0x88a8, 0));
}

static void refused(void **state)
{
	struct gnic_hw_vlan in = { .rsvd = cpu_to_le32(1) };

	(void)state;
	assert_int_equal(esw_cmd_vlan_set(&card, &in), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(set(0, 0x10, -1, -1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(set(9, 0, -1, -1), GNIC_STATUS_NOT_FOUND);
	assert_int_equal(set(FUNCTION, GNIC_VLAN_FILTER_CTAG, -1, -1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(uplink.base.vlan_flags, GNIC_VLAN_STRIP_CTAG);
	assert_int_equal(set(FUNCTION, GNIC_VLAN_STRIP_STAG, -1, -1), GNIC_STATUS_OK);
	assert_int_equal(function.base.vlan_flags, GNIC_VLAN_STRIP_STAG);
}

static void tunnels(void **state)
{
	struct gnic_hw_tunnels in = { .ports[3] = { .port = cpu_to_le16(9), .type = 4 } };

	(void)state;
	assert_int_equal(esw_cmd_tunnel_set(&card, &in), GNIC_STATUS_BAD_PARAM);
	in.ports[3].type = GNIC_TUNNEL_GENEVE;
	assert_int_equal(esw_cmd_tunnel_set(&card, &in), GNIC_STATUS_OK);
	assert_int_equal(uplink.base.tunnels, 1);
	assert_int_equal(le16_to_cpu(uplink.base.tunnel[0].port), 9);
	/* a tunnel without a port, and one that is refused changes nothing */
	in.ports[4].type = GNIC_TUNNEL_VXLAN;
	assert_int_equal(esw_cmd_tunnel_set(&card, &in), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(uplink.base.tunnels, 1);
	in.vport = cpu_to_le16(9);
	assert_int_equal(esw_cmd_tunnel_set(&card, &in), GNIC_STATUS_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(after_reset, setup),
		cmocka_unit_test_setup(every_vid, setup),
		cmocka_unit_test_setup(promiscuous, setup),
		cmocka_unit_test_setup(refused, setup),
		cmocka_unit_test_setup(tunnels, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("esw_vlan", tests, NULL, NULL);
}
