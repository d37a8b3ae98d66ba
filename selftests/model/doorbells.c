// SPDX-License-Identifier: GPL-2.0-only
/* Doorbells: shadow records, need_kick, the register, numbers of QPs, refusals. */
#include <string.h>
#include <time.h>

#include "../lib/ktap.h"
#include "rig.h"

#define LOG	4
#define SIZE	(1u << LOG)

static struct rig rig;
static struct rig_cq cq;
static struct rig_qp qp;
static struct rig_eq eq;
static uint64_t frame;

static void start(const char *const args[])
{
	rig_open(&rig, args);
	rig_eq(&rig, &eq, LOG, GNIC_VECTOR_NONE);
	rig_cq(&rig, &cq, 10, 5, GNIC_VECTOR_NONE);
	rig_raw(&rig, &qp, 0, &cq, LOG);
	frame = rig_alloc(&rig, 64, 64);
}

static uint32_t record(const __le32 *word)
{
	return le32_to_cpu(__atomic_load_n((const uint32_t *)word, __ATOMIC_ACQUIRE));
}

static uint64_t bad_kicks(void)
{
	struct gnic_hw_card_stats stats;

	rig_card_stats(&rig, &stats);
	return stats.bad_kicks;
}

static void qp_error(uint8_t syndrome)
{
	struct gnic_hw_eqe *eqe = rig_eq_wait(&rig, &eq);

	CLIENT_EQ(FIELD_GET(GNIC_EQE_TYPE, le32_to_cpu(eqe->ctrl)), GNIC_EQE_QP_ERR);
	CLIENT_EQ(le32_to_cpu(eqe->id), qp.qpn);
	CLIENT_EQ(le32_to_cpu(eqe->data), syndrome);
}

static void asleep_after_creation(void)
{
	start(NULL);
	CLIENT_EQ(record(&qp.sq.db->need_kick), 1);
	CLIENT_EQ(record(&qp.sq.db->done), 0);
	/* A store alone is not seen. */
	rig_raw_post(&rig, &qp, frame, 64);
	__atomic_store_n((uint32_t *)&qp.sq.db->index, cpu_to_le32(1), __ATOMIC_SEQ_CST);
	rig_sleep_ms(20);
	CLIENT_EQ(record(&qp.sq.db->done), 0);
	CLIENT_CHECK(rig_ring_sq(&rig, &qp));
	RIG_AWAIT(record(&qp.sq.db->done) == 1);
	rig_close(&rig);
}

/* Under load kicks are rare: the device says when it needs one. */
static void few_kicks_under_load(void)
{
	unsigned int i, kicks = 0;

	start(NULL);
	for (i = 0; i < 20000; i++) {
		rig_raw_post(&rig, &qp, frame, 64);
		kicks += rig_ring_sq(&rig, &qp);
		while (!rig_cq_peek(&rig, &cq))
			;
		rig_cq_wait(&rig, &cq);
	}
	CLIENT_EQ(record(&qp.sq.db->done), i);
	ktap_note("%u kicks for %u packets", kicks, i);
	CLIENT_CHECK(kicks < i / 4);
	rig_close(&rig);
}

/* Every length of pause between two stores: none may be missed. */
static void no_store_is_lost(void)
{
	struct timespec pause = { 0 };
	unsigned int i;

	start(NULL);
	for (i = 0; i < 2000; i++) {
		pause.tv_nsec = i * 731 % 400000;
		nanosleep(&pause, NULL);
		rig_raw_post(&rig, &qp, frame, 64);
		rig_ring_sq(&rig, &qp);
		rig_cq_wait(&rig, &cq);
	}
	rig_close(&rig);
}

static void sleeps_when_idle(void)
{
	uint64_t before, after;

	start(NULL);
	rig_raw_post(&rig, &qp, frame, 64);
	rig_ring_sq(&rig, &qp);
	rig_cq_wait(&rig, &cq);
	RIG_AWAIT(record(&qp.sq.db->need_kick) == 1);
	before = rig_reply_number(rig_control(&rig, "{\"cmd\":\"stats\"}"), "rounds");
	rig_sleep_ms(300);
	after = rig_reply_number(rig_control(&rig, "{\"cmd\":\"stats\"}"), "rounds");
	/* What the two requests themselves stir up: a few thousand rounds. */
	CLIENT_CHECK(after - before < 20000);
	rig_close(&rig);
}

static void without_shadow(void)
{
	unsigned int i;

	start((const char *[]) { "--without", "SHADOW_DB", NULL });
	for (i = 1; i <= 3 * SIZE; i++) {
		rig_raw_post(&rig, &qp, frame, 64);
		/* The record is not looked at. */
		qp.sq.db->index = cpu_to_le32(0x77777777);
		rig_kick(&rig, GNIC_DB_SQ, 0, qp.qpn, qp.sq_pi);
		rig_cq_wait(&rig, &cq);
		rig_kick(&rig, GNIC_DB_CQ, 0, cq.cqn, cq.ci);
		CLIENT_EQ(record(&qp.sq.db->done), i);
	}
	CLIENT_EQ(bad_kicks(), 0);
	rig_close(&rig);
}

static void interrupts_without_shadow(void)
{
	struct rig_cq other;
	unsigned int i;

	start((const char *[]) { "--without", "SHADOW_DB", NULL });
	rig_cq(&rig, &other, LOG, 5, 2);
	rig_raw(&rig, &qp, 0, &other, LOG);
	for (i = 0; i < 3; i++) {
		rig_kick(&rig, GNIC_DB_CQ, 0, other.cqn, other.ci);
		CLIENT_EQ(client_irq_count(&rig.c, 2), 0);
		rig_raw_post(&rig, &qp, frame, 64);
		rig_kick(&rig, GNIC_DB_SQ, 0, qp.qpn, qp.sq_pi);
		CLIENT_EQ(client_irq_wait(&rig.c, 2), 1);
		rig_cq_wait(&rig, &other);
	}
	/* Armed when there is something: told at once. */
	rig_raw_post(&rig, &qp, frame, 64);
	rig_kick(&rig, GNIC_DB_SQ, 0, qp.qpn, qp.sq_pi);
	RIG_AWAIT(rig_cq_peek(&rig, &other));
	CLIENT_EQ(client_irq_count(&rig.c, 2), 0);
	rig_kick(&rig, GNIC_DB_CQ, 0, other.cqn, other.ci);
	CLIENT_EQ(client_irq_wait(&rig.c, 2), 1);
	rig_close(&rig);
}

static void two_halves(void)
{
	start(NULL);
	rig_raw_post(&rig, &qp, frame, 64);
	qp.sq.db->index = cpu_to_le32(1);
	client_write32(&rig.c, GNIC_BAR_UMR, GNIC_UMR_DOORBELL, 1);
	client_write32(&rig.c, GNIC_BAR_UMR, GNIC_UMR_DOORBELL + 4,
		       (FIELD_PREP(GNIC_DB_ID, qp.qpn) | FIELD_PREP(GNIC_DB_KIND, GNIC_DB_SQ)) >> 32);
	rig_cq_wait(&rig, &cq);
	CLIENT_EQ(bad_kicks(), 0);
	rig_close(&rig);
}

static void bad_kicks_are_counted(void)
{
	uint64_t expect = 0;

	start(NULL);
	rig_kick(&rig, GNIC_DB_SQ, 0, qp.qpn + 1, 1);
	rig_kick(&rig, GNIC_DB_SQ, 1, qp.qpn, 1);
	rig_kick(&rig, GNIC_DB_SQ, 31, qp.qpn, 1);
	rig_kick(&rig, GNIC_DB_RQ, 0, 0xffffff, 1);
	rig_kick(&rig, GNIC_DB_CQ, 0, cq.cqn + 1, 0);
	rig_kick(&rig, GNIC_DB_CQ, 0, cq.cqn, 1u << 31);
	rig_kick(&rig, GNIC_DB_EQ, 0, 0, 1u << 31);
	expect += 7;
	CLIENT_EQ(bad_kicks(), expect);
	RIG_OK(&rig, GNIC_CMD_EQ_DESTROY, NULL, 0, NULL, 0);
	rig_kick(&rig, GNIC_DB_EQ, 0, 0, 0);
	rig_kick(&rig, GNIC_DB_SQ, 63, qp.qpn, 1);
	CLIENT_EQ(bad_kicks(), expect + 2);
	rig_close(&rig);
}

static void a_jump_fails_the_qp(void)
{
	start(NULL);
	qp.sq.db->index = cpu_to_le32(SIZE + 1);
	rig_kick(&rig, GNIC_DB_SQ, 0, qp.qpn, 0);
	qp_error(GNIC_SYND_QPC_DB_LAST_INDEX);
	CLIENT_EQ(record(&qp.sq.db->done), 0);
	rig_close(&rig);
}

static void backwards_fails_the_qp(void)
{
	start(NULL);
	rig_raw_post(&rig, &qp, frame, 64);
	rig_raw_post(&rig, &qp, frame, 64);
	rig_ring_sq(&rig, &qp);
	rig_cq_wait(&rig, &cq);
	rig_cq_wait(&rig, &cq);
	qp.sq.db->index = cpu_to_le32(1);
	rig_kick(&rig, GNIC_DB_SQ, 0, qp.qpn, 0);
	qp_error(GNIC_SYND_QPC_DB_LAST_INDEX);
	rig_close(&rig);
}

static void a_jump_without_shadow(void)
{
	start((const char *[]) { "--without", "SHADOW_DB", NULL });
	rig_kick(&rig, GNIC_DB_SQ, 0, qp.qpn, SIZE + 1);
	qp_error(GNIC_SYND_QPC_DB_LAST_INDEX);
	CLIENT_EQ(bad_kicks(), 1);
	rig_close(&rig);
}

static void records_in_umr_pages(void)
{
	struct gnic_hw_qp_create in;
	struct gnic_hw_id id;
	uint8_t *umr;

	start(NULL);
	umr = rig.c.bars[GNIC_BAR_UMR].ptr;
	rig_raw_in(&rig, &qp, 0, &cq, LOG, &in);
	in.sq_db = cpu_to_le64(GNIC_ADDR_UMR_BASE + 5 * GNIC_UMR_PAGE_SIZE + 256);
	qp.sq.db = (struct gnic_hw_db *)(umr + 5 * GNIC_UMR_PAGE_SIZE + 256);
	RIG_OK(&rig, GNIC_CMD_QP_CREATE, &in, sizeof(in), &id, sizeof(id));
	qp.qpn = le32_to_cpu(id.id);
	CLIENT_EQ(record(&qp.sq.db->need_kick), 1);
	rig_raw_post(&rig, &qp, frame, 64);
	CLIENT_CHECK(rig_ring_sq(&rig, &qp));
	rig_cq_wait(&rig, &cq);
	/* Page 0 is the register, not memory. */
	rig_raw_in(&rig, &qp, 0, &cq, LOG, &in);
	in.sq_db = cpu_to_le64(GNIC_ADDR_UMR_BASE + 128);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_QP_CREATE, &in, sizeof(in), &id, sizeof(id)),
		  GNIC_STATUS_BAD_ADDR);
	rig_close(&rig);
}

/* ---- creation ---- */

static uint32_t create(const struct gnic_hw_qp_create *in, uint32_t *qpn)
{
	struct gnic_hw_id id = { 0 };
	uint32_t status = rig_cmd(&rig, GNIC_CMD_QP_CREATE, in, sizeof(*in), &id, sizeof(id));

	if (qpn)
		*qpn = le32_to_cpu(id.id);
	return status;
}

#define BAD_QP(member, value, status) do {				\
	rig.used = mark;						\
	rig_raw_in(&rig, &qp, 0, &cq, LOG, &in);			\
	in.member = (value);						\
	CLIENT_EQ(create(&in, NULL), status);				\
} while (0)

static void bad_qps_refused(void)
{
	struct gnic_hw_qp_create in;
	struct rig_cq small;
	uint64_t mark;

	start(NULL);
	rig_cq(&rig, &small, LOG, 4, GNIC_VECTOR_NONE);
	mark = rig.used;
	BAD_QP(qpn, cpu_to_le32(qp.qpn), GNIC_STATUS_OK);
	BAD_QP(port, 2, GNIC_STATUS_BAD_PARAM);
	BAD_QP(type, 3, GNIC_STATUS_BAD_PARAM);
	BAD_QP(side, 2, GNIC_STATUS_BAD_PARAM);
	BAD_QP(side, GNIC_SIDE_FUNCTION, GNIC_STATUS_BAD_PARAM);
	BAD_QP(flags, 1, GNIC_STATUS_BAD_PARAM);
	BAD_QP(rsvd, 1, GNIC_STATUS_BAD_PARAM);
	BAD_QP(vport, cpu_to_le16(1), GNIC_STATUS_BAD_PARAM);
	BAD_QP(vport, cpu_to_le16(GNIC_VPORT_FUNCTION_FIRST), GNIC_STATUS_NOT_FOUND);
	BAD_QP(asid, cpu_to_le16(GNIC_ASID_NONE + 1), GNIC_STATUS_BAD_PARAM);
	BAD_QP(sq_log, GNIC_WQ_LOG_MIN - 1, GNIC_STATUS_BAD_PARAM);
	BAD_QP(rq_log, GNIC_WQ_LOG_MAX + 1, GNIC_STATUS_BAD_PARAM);
	BAD_QP(sq_wqe_log, 5, GNIC_STATUS_BAD_PARAM);
	BAD_QP(sq_wqe_log, 7, GNIC_STATUS_BAD_PARAM);
	BAD_QP(sq_cqn, cpu_to_le32(GNIC_CQN_NONE), GNIC_STATUS_BAD_PARAM);
	BAD_QP(rq_cqn, cpu_to_le32(77), GNIC_STATUS_NOT_FOUND);
	BAD_QP(sq_cqn, cpu_to_le32(small.cqn), GNIC_STATUS_BAD_PARAM);
	BAD_QP(sq_base, cpu_to_le64(RIG_IOVA + 32), GNIC_STATUS_BAD_PARAM);
	BAD_QP(rq_db, cpu_to_le64(RIG_IOVA + 64), GNIC_STATUS_BAD_PARAM);
	BAD_QP(sq_base, cpu_to_le64(4096), GNIC_STATUS_BAD_ADDR);
	BAD_QP(rq_base, cpu_to_le64(RIG_IOVA + RIG_RAM - 64), GNIC_STATUS_BAD_ADDR);
	BAD_QP(rq_db, cpu_to_le64(4096), GNIC_STATUS_BAD_ADDR);
	BAD_QP(qpn, cpu_to_le32(8192), GNIC_STATUS_BAD_PARAM);
	BAD_QP(qpn, cpu_to_le32(4711), GNIC_STATUS_OK);
	BAD_QP(qpn, cpu_to_le32(4711), GNIC_STATUS_EXISTS);
	rig_close(&rig);
}

static void other_asids_cq_refused(void)
{
	struct gnic_hw_cq_create cq_in;
	struct gnic_hw_qp_create in;
	struct gnic_hw_id id;

	start(NULL);
	rig_cq_in(&rig, &cq, LOG, 5, &cq_in);
	cq_in.asid = cpu_to_le16(7);
	RIG_OK(&rig, GNIC_CMD_CQ_CREATE, &cq_in, sizeof(cq_in), &id, sizeof(id));
	cq.cqn = le32_to_cpu(id.id);
	rig_raw_in(&rig, &qp, 0, &cq, LOG, &in);
	CLIENT_EQ(create(&in, NULL), GNIC_STATUS_PERM);
	in.asid = cpu_to_le16(8);
	CLIENT_EQ(create(&in, NULL), GNIC_STATUS_PERM);
	in.asid = cpu_to_le16(7);
	CLIENT_EQ(create(&in, NULL), GNIC_STATUS_OK);
	rig_close(&rig);
}

static void numbers_are_reused_late(void)
{
	struct gnic_hw_qp_create in;
	struct gnic_hw_qp_id id = { 0 };
	uint32_t first, next;

	start(NULL);
	CLIENT_EQ(qp.qpn, 1);
	rig_raw_in(&rig, &qp, 1, &cq, LOG, &in);
	CLIENT_EQ(create(&in, &first), GNIC_STATUS_OK);
	CLIENT_EQ(first, 1);	/* a port's own numbers */
	id.qpn = cpu_to_le32(first);
	id.port = cpu_to_le32(1);
	RIG_OK(&rig, GNIC_CMD_QP_DESTROY, &id, sizeof(id), NULL, 0);
	CLIENT_EQ(create(&in, &next), GNIC_STATUS_OK);
	CLIENT_EQ(next, 2);
	rig_close(&rig);
}

/* Nothing is written behind the driver's back. */
static void silent_after_destroy(void)
{
	struct gnic_hw_qp_id id = { 0 };

	start(NULL);
	rig_raw_post(&rig, &qp, frame, 64);
	rig_ring_sq(&rig, &qp);
	rig_cq_wait(&rig, &cq);
	id.qpn = cpu_to_le32(qp.qpn);
	RIG_OK(&rig, GNIC_CMD_QP_DESTROY, &id, sizeof(id), NULL, 0);
	memset(qp.sq.db, 0xee, sizeof(*qp.sq.db));
	rig_sleep_ms(30);
	CLIENT_EQ(record(&qp.sq.db->done), 0xeeeeeeee);
	CLIENT_EQ(record(&qp.sq.db->need_kick), 0xeeeeeeee);
	rig_close(&rig);
}

static void stop(void)
{
	struct gnic_hw_qp_stats stats;
	struct gnic_hw_qp_id id = { 0 };

	start(NULL);
	id.qpn = cpu_to_le32(qp.qpn);
	RIG_OK(&rig, GNIC_CMD_QP_STOP, &id, sizeof(id), NULL, 0);
	rig_raw_post(&rig, &qp, frame, 64);
	qp.sq.db->index = cpu_to_le32(1);
	rig_kick(&rig, GNIC_DB_SQ, 0, qp.qpn, 1);
	rig_sleep_ms(20);
	CLIENT_EQ(record(&qp.sq.db->done), 0);
	RIG_OK(&rig, GNIC_CMD_QP_STATS, &id, sizeof(id), &stats, sizeof(stats));
	CLIENT_EQ(stats.sq_done, 0);
	rig_close(&rig);
}

static void memory_taken_away(void)
{
	uint64_t addr = RIG_IOVA + (1 << 30);
	struct gnic_hw_qp_create in;
	uint8_t *far;

	start(NULL);
	far = client_ram(&rig.c, addr, 1 << 20);
	rig_raw_in(&rig, &qp, 0, &cq, LOG, &in);
	in.sq_base = cpu_to_le64(addr);
	in.sq_db = cpu_to_le64(addr + 65536);
	CLIENT_EQ(create(&in, &qp.qpn), GNIC_STATUS_OK);
	CLIENT_EQ(((struct gnic_hw_db *)(far + 65536))->need_kick, cpu_to_le32(1));
	CLIENT_EQ(client_unmap(&rig.c, addr, 1 << 20), 0);
	rig_kick(&rig, GNIC_DB_SQ, 0, qp.qpn, 1);
	qp_error(GNIC_SYND_WQ_ACCESS);
	rig_close(&rig);
}

static const struct ktap_test tests[] = {
	{ "shadow: asleep after creation", asleep_after_creation },
	{ "shadow: few kicks under load", few_kicks_under_load },
	{ "shadow: no store is lost", no_store_is_lost },
	{ "shadow: sleeps when idle", sleeps_when_idle },
	{ "shadow: records in UMR pages", records_in_umr_pages },
	{ "register: without shadow doorbells", without_shadow },
	{ "register: interrupts without shadow doorbells", interrupts_without_shadow },
	{ "register: two halves", two_halves },
	{ "register: bad kicks are counted", bad_kicks_are_counted },
	{ "index: a jump fails the QP", a_jump_fails_the_qp },
	{ "index: backwards fails the QP", backwards_fails_the_qp },
	{ "index: a jump, without shadow doorbells", a_jump_without_shadow },
	{ "qp: bad ones refused", bad_qps_refused },
	{ "qp: another ASID's CQ refused", other_asids_cq_refused },
	{ "qp: numbers are reused late", numbers_are_reused_late },
	{ "qp: silent after DESTROY", silent_after_destroy },
	{ "qp: STOP", stop },
	{ "qp: memory taken away", memory_taken_away },
};

KTAP_MAIN(tests)
