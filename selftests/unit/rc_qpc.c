// SPDX-License-Identifier: GPL-2.0-only
/* The gateway to the contexts of an RC QP, and its path. */
#include "rc_lab.h"

struct field {
	const char *name;
	uint32_t dword, mask;
};

#define REQ(name) { #name, GNIC_REQ_##name }
#define RES(name) { #name, GNIC_RES_##name }

static const struct field req_writable[] = {
	REQ(DST_QP), REQ(RKEY), REQ(SEQ_ERR_RETRY_CNT), REQ(TIMEOUT_RETRY_CNT), REQ(NTS_PSN),
	REQ(SCHD_Q_NUM), REQ(TM_GRANULARITY), REQ(REMOTE_WQ_LOG_SZ), REQ(CONGESTION_WIN), REQ(SELECTIVE),
	REQ(TARGET_DELAY),
	REQ(BURST_SIZE), REQ(ASID), REQ(LAST_IDX), REQ(ACKREQ_FREQ), REQ(PORT), REQ(WQ_TYPE),
	REQ(SWQ_GRANULARITY), REQ(PRIORITY), REQ(MTU), REQ(WQ_BASE_ADDR), REQ(TRUST_LEVEL),
	REQ(ENCAP_TYPE),
};

static const struct field req_device[] = {
	REQ(DST_IP), REQ(DST_MAC_LO), REQ(DST_MAC_HI), REQ(BCS_PSN), REQ(ONA_PSN), REQ(BCC_PSN),
	REQ(CONG_MARKED_ACK), REQ(CONG_NON_MARKED_ACK), REQ(CQ_NUM), REQ(RTT_STATE),
	REQ(RTT_TIMESTAMP), REQ(RTT_MARKED_PSN), REQ(EXECUTION_IDX), REQ(CONSUMER_IDX),
	REQ(LOCAL_PI), REQ(REMOTE_PI), REQ(REMOTE_CI), REQ(OLDEST_UNACKED_RPI),
	REQ(PSN_SINCE_ACKREQ), REQ(PSN_DELIVERED), REQ(SYNDROME), REQ(TRANSPORT), REQ(IN_WORK),
	REQ(ERROR), REQ(TM_BACKOFF),
};

static const struct field req_absent[] = {
	REQ(WQ_BACK_PRESSURE), REQ(PACING_TIME),
	REQ(DATA_MMU_BYPASS), REQ(MOD_GAUDI1),
};

static const struct field req_down[] = {
	REQ(DST_QP), REQ(NTS_PSN), REQ(WQ_TYPE), REQ(SWQ_GRANULARITY), REQ(MTU), REQ(ENCAP_TYPE),
	REQ(ENCAP_ENABLE),
};

static const struct field res_writable[] = {
	RES(DST_QP), RES(PORT), RES(PRIORITY), RES(LKEY), RES(ASID), RES(PEER_QP),
	RES(SCHD_Q_NUM), RES(EXPECTED_PSN), RES(TRUST_LEVEL), RES(PEER_WQ_GRAN),
};

static const struct field res_device[] = {
	RES(CONN_STATE), RES(NACK_SYNDROME), RES(DST_IP), RES(DST_MAC_LO), RES(DST_MAC_HI),
	RES(ECN_COUNT), RES(TRANSPORT), RES(CYCLIC_IDX), RES(CQ_NUM), RES(IN_WORK),
};

static const struct field res_absent[] = {
	RES(MOD_GAUDI1), RES(DATA_MMU_BYPASS),
};

/* @pos: a const struct field * */
#define EACH_FIELD(pos, list) \
	for ((pos) = (list); (pos) < (list) + sizeof(list) / sizeof(*(list)); (pos)++)

static struct qp *qp(void)
{
	return &lab_qp(0, 0)->qp;
}

static void check_status(const struct field *f, bool requester, uint32_t value,
			 enum gnic_hw_status want)
{
	enum gnic_hw_status status = lab_set(qp(), requester, f->dword, f->mask, value);

	if (status != want)
		print_message("# %s: status %d\n", f->name, status);
	assert_int_equal(status, want);
}

static uint32_t most(const struct field *f)
{
	return f->mask >> __builtin_ctz(f->mask);
}

/* Each field keeps all its bits, and touches no other one's. */
static void check_keeps(const struct field *f, bool requester)
{
	struct gnic_hw_qpc_data before, after;

	rc_cmd_qpc_read(qp(), requester, &before);
	check_status(f, requester, most(f), GNIC_STATUS_OK);
	assert_int_equal(lab_get(qp(), requester, f->dword, f->mask), most(f));
	rc_cmd_qpc_read(qp(), requester, &after);
	gnic_qpc_set(before.dword, f->dword, f->mask, most(f));
	assert_memory_equal(&before, &after, sizeof(before));
	check_status(f, requester, 0, GNIC_STATUS_OK);
	assert_int_equal(lab_get(qp(), requester, f->dword, f->mask), 0);
}

static void fields_are_kept(void **state)
{
	const struct field *f;

	(void)state;
	EACH_FIELD(f, req_writable)
		check_keeps(f, true);
	EACH_FIELD(f, res_writable)
		check_keeps(f, false);
}

static void device_fields_are_read_only(void **state)
{
	const struct field *f;

	(void)state;
	EACH_FIELD(f, req_device)
		check_status(f, true, 0, GNIC_STATUS_BAD_PARAM);
	EACH_FIELD(f, res_device)
		check_status(f, false, 0, GNIC_STATUS_BAD_PARAM);
}

static void absent_features_are_refused(void **state)
{
	const struct field *f;

	(void)state;
	EACH_FIELD(f, req_absent) {
		check_status(f, true, 1, GNIC_STATUS_UNSUPPORTED);
		check_status(f, true, 0, GNIC_STATUS_OK);
	}
	EACH_FIELD(f, res_absent) {
		check_status(f, false, 1, GNIC_STATUS_UNSUPPORTED);
		check_status(f, false, 0, GNIC_STATUS_OK);
	}
	for (uint32_t mode = 2; mode < 4; mode++)
		assert_int_equal(lab_set(qp(), true, GNIC_REQ_CONGESTION_MODE, mode),
				 GNIC_STATUS_OK);
}

static void reserved_bits_are_refused(void **state)
{
	static const struct field reserved[] = {
		{ "dword 1", 1, ~0u }, { "dword 0", 0, BIT(24) }, { "dword 29", 29, BIT(27) },
		{ "dword 31", 31, BIT(0) },
	};
	static const struct field res_reserved[] = {
		{ "dword 8", 8, BIT(0) }, { "dword 31", 31, BIT(31) },
	};
	const struct field *f;

	(void)state;
	EACH_FIELD(f, reserved)
		check_status(f, true, 0, GNIC_STATUS_BAD_PARAM);
	EACH_FIELD(f, res_reserved)
		check_status(f, false, 0, GNIC_STATUS_BAD_PARAM);
}

/* Nothing of a refused write is kept. */
static void a_write_is_whole(void **state)
{
	struct gnic_hw_qpc_write w = { .requester = 1 };

	(void)state;
	gnic_qpc_put(&w, GNIC_REQ_RKEY, 1234);
	gnic_qpc_put(&w, GNIC_REQ_PACING_TIME, 1);
	assert_int_equal(rc_cmd_qpc_write(qp(), &w), GNIC_STATUS_UNSUPPORTED);
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_RKEY), 0);
}

static void some_fields_rest_while_it_runs(void **state)
{
	const struct field *f;

	(void)state;
	lab_connect(0, &lab_conn_default);
	EACH_FIELD(f, req_down)
		check_status(f, true, 0, GNIC_STATUS_BAD_STATE);
	assert_int_equal(lab_set(qp(), false, GNIC_RES_EXPECTED_PSN, 0), GNIC_STATUS_BAD_STATE);
	assert_int_equal(lab_set(qp(), true, GNIC_REQ_RKEY, 5), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp(), true, GNIC_REQ_VALID, 0), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp(), true, GNIC_REQ_NTS_PSN, 9), GNIC_STATUS_OK);
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_NTS_PSN), 9);
}

static void valid_needs_a_whole_context(void **state)
{
	struct lab_conn conn = lab_conn_default;

	(void)state;
	assert_int_equal(lab_requester(0, 0, &conn), GNIC_STATUS_BAD_STATE);
	assert_int_equal(lab_responder(0, 0, &conn), GNIC_STATUS_BAD_STATE);
	lab_path(0, 0, &conn);
	assert_int_equal(lab_set(qp(), true, GNIC_REQ_VALID, 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_set(qp(), true, GNIC_REQ_WQ_TYPE, GNIC_WQ_TYPE_RDV_READ),
			 GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp(), true, GNIC_REQ_VALID, 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_set(qp(), true, GNIC_REQ_WQ_TYPE, GNIC_WQ_TYPE_WRITE), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp(), true, GNIC_REQ_SWQ_GRANULARITY, 1), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp(), true, GNIC_REQ_VALID, 1), GNIC_STATUS_BAD_PARAM);
	qp()->sq.present = false;
	assert_int_equal(lab_requester(0, 0, &conn), GNIC_STATUS_BAD_STATE);
	qp()->sq.present = true;
	assert_int_equal(lab_requester(0, 0, &conn), GNIC_STATUS_OK);
	assert_int_equal(lab_responder(0, 0, &conn), GNIC_STATUS_OK);
}

static void the_engine_shows_where_it_is(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);

	(void)state;
	conn.psn[0] = 0xfffffe;
	lab_connect(0, &conn);
	for (uint32_t i = 0; i < 3; i++) {
		struct gnic_hw_rc_wqe wqe = lab_wqe(from, 5 * 4096);

		lab.cut = i;
		lab_post(from, &wqe);
		lab_run();
	}
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_ONA_PSN), 3);
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_NTS_PSN), 13);
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_CONSUMER_IDX), 1);
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_EXECUTION_IDX), 3);
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_LOCAL_PI), 3);
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_IN_WORK), 1);
	assert_int_equal(lab_get(&lab_qp(1, 0)->qp, false, GNIC_RES_EXPECTED_PSN), 3);
	assert_int_equal(lab_get(&lab_qp(1, 0)->qp, false, GNIC_RES_CYCLIC_IDX), 1);
}

/* An RC QP needs a function: nothing would ever reach it at an uplink. */
static void an_uplink_has_no_rc(void **state)
{
	struct vport uplink = { .port = qp()->port };
	struct qp other = *qp();

	(void)state;
	other.vport = &uplink;
	other.rc = NULL;
	assert_int_equal(rc_create(&other), GNIC_STATUS_UNSUPPORTED);
	assert_null(other.rc);
}

/* ---- path ---- */

static const struct gnic_hw_qp_path good_path = {
	.ip_version = 4, .hop_limit = 1, .dscp = 63, .src_ip = { 1, 2, 3, 4 },
	.dst_ip = { 5, 6, 7, 8 }, .src_mac = { 2 }, .dst_mac = { 2, 3, 4, 5, 6, 7 },
};

static void a_path_is_shown(void **state)
{
	(void)state;
	assert_int_equal(rc_cmd_path(qp(), &good_path), GNIC_STATUS_OK);
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_DST_IP), 0x08070605);
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_DST_MAC_LO), 0x05040302);
	assert_int_equal(lab_get(qp(), true, GNIC_REQ_DST_MAC_HI), 0x0706);
	assert_int_equal(lab_get(qp(), false, GNIC_RES_DST_IP), 0x08070605);
	assert_int_equal(lab_get(qp(), false, GNIC_RES_DST_MAC_LO), 0x05040302);
	assert_int_equal(lab_get(qp(), false, GNIC_RES_DST_MAC_HI), 0x0706);
}

static void bad_paths_are_refused(void **state)
{
	struct gnic_hw_qp_path path;

	(void)state;
	path = good_path;
	path.ip_version = 5;
	assert_int_equal(rc_cmd_path(qp(), &path), GNIC_STATUS_BAD_PARAM);
	path = good_path;
	path.hop_limit = 0;
	assert_int_equal(rc_cmd_path(qp(), &path), GNIC_STATUS_BAD_PARAM);
	path = good_path;
	path.dscp = 64;
	assert_int_equal(rc_cmd_path(qp(), &path), GNIC_STATUS_BAD_PARAM);
	path = good_path;
	path.src_mac[0] = 1;
	assert_int_equal(rc_cmd_path(qp(), &path), GNIC_STATUS_BAD_PARAM);
}

static void time_out_codes(void **state)
{
	(void)state;
	assert_true(tmr_rto(1) == 8000);
	assert_true(tmr_rto(13) == 32768000);
	assert_true(tmr_rto(31) == (1ull << 33) * 1000);
	assert_true(tmr_rto(0) == tmr_rto(31));
	assert_true(tmr_rto(127) == tmr_rto(31));
}

/* A shorter time-out counts from now on, also for what is under way. */
static void a_time_out_may_be_shortened(void **state)
{
	struct lab_conn conn = lab_conn_default;
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	conn.granularity = 31;
	lab_connect(0, &conn);
	lab.cut = true;
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run_ms(1000);
	assert_int_equal(from->qp.stats.timeouts, 0);
	assert_int_equal(lab_set(qp(), true, GNIC_REQ_TM_GRANULARITY, 8), GNIC_STATUS_OK);
	lab_run_ms(100);
	assert_int_equal(from->qp.stats.timeouts, 4);
	assert_int_equal(from->qp.stats.syndrome, GNIC_SYND_QPC_RETRY);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(fields_are_kept),
		LAB_TEST(device_fields_are_read_only),
		LAB_TEST(absent_features_are_refused),
		LAB_TEST(reserved_bits_are_refused),
		LAB_TEST(a_write_is_whole),
		LAB_TEST(some_fields_rest_while_it_runs),
		LAB_TEST(valid_needs_a_whole_context),
		LAB_TEST(the_engine_shows_where_it_is),
		LAB_TEST(an_uplink_has_no_rc),
		LAB_TEST(a_path_is_shown),
		LAB_TEST(bad_paths_are_refused),
		LAB_TEST(time_out_codes),
		LAB_TEST(a_time_out_may_be_shortened),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
