// SPDX-License-Identifier: GPL-2.0-only
/* Completion and event queues: phases, arming, moderation, overrun, refusals. */
#include <string.h>

#include "../lib/ktap.h"
#include "rig.h"

#define LOG	4
#define SIZE	(1u << LOG)
#define VECTOR	3

static struct rig rig;
static struct rig_cq cq;
static struct rig_qp qp;
static uint64_t frame;

/* A raw QP on a port without link: every WQE is consumed, no frame goes anywhere. */
static void start(const char *const args[], uint16_t vector)
{
	rig_open(&rig, args);
	rig_cq(&rig, &cq, LOG, 5, vector);
	rig_raw(&rig, &qp, 0, &cq, LOG);
	frame = rig_alloc(&rig, 64, 64);
}

static void send(unsigned int n)
{
	while (n--)
		rig_raw_post(&rig, &qp, frame, 64);
	rig_ring_sq(&rig, &qp);
}

/* A send that is done whatever came of it. */
static void send_and_wait(unsigned int n)
{
	uint32_t before = qp.sq_pi;

	send(n);
	RIG_AWAIT(le32_to_cpu(__atomic_load_n((uint32_t *)&qp.sq.db->done, __ATOMIC_ACQUIRE)) ==
		  before + n);
}

static void phases(void)
{
	struct gnic_hw_raw_cqe *cqe;
	unsigned int i;

	start(NULL, GNIC_VECTOR_NONE);
	for (i = 0; i < 5 * SIZE; i++) {
		CLIENT_CHECK(!rig_cq_peek(&rig, &cq));
		send(1);
		cqe = rig_cq_wait(&rig, &cq);
		CLIENT_EQ(le32_to_cpu(cqe->ctrl) & GNIC_CQE_QPN, qp.qpn);
		CLIENT_CHECK(le32_to_cpu(cqe->ctrl) & GNIC_CQE_REQ);
		CLIENT_CHECK(!(le32_to_cpu(cqe->ctrl) & GNIC_CQE_ERROR));
		CLIENT_EQ(le32_to_cpu(cqe->wqe_index), i);
	}
	rig_close(&rig);
}

static void one_interrupt_an_arm(void)
{
	start(NULL, VECTOR);
	send_and_wait(1);
	CLIENT_EQ(client_irq_count(&rig.c, VECTOR), 0);
	rig_cq_wait(&rig, &cq);
	rig_cq_arm(&cq);
	send_and_wait(4);
	CLIENT_EQ(client_irq_wait(&rig.c, VECTOR), 1);
	while (rig_cq_peek(&rig, &cq))
		rig_cq_wait(&rig, &cq);
	send_and_wait(1);
	CLIENT_EQ(client_irq_count(&rig.c, VECTOR), 0);
	rig_cq_wait(&rig, &cq);
	rig_cq_arm(&cq);
	send_and_wait(1);
	CLIENT_EQ(client_irq_wait(&rig.c, VECTOR), 1);
	rig_close(&rig);
}

static void never_without_a_vector(void)
{
	unsigned int i;

	start(NULL, GNIC_VECTOR_NONE);
	rig_cq_arm(&cq);
	send_and_wait(2);
	for (i = 0; i < RIG_VECTORS; i++)
		CLIENT_EQ(client_irq_count(&rig.c, i), 0);
	rig_close(&rig);
}

static void modify(uint16_t usecs, uint16_t frames, uint16_t flags)
{
	const struct gnic_hw_cq_modify in = {
		.cqn = cpu_to_le32(cq.cqn),
		.usecs = cpu_to_le16(usecs),
		.frames = cpu_to_le16(frames),
		.flags = cpu_to_le16(flags),
	};

	RIG_OK(&rig, GNIC_CMD_CQ_MODIFY, &in, sizeof(in), NULL, 0);
}

static void moderation_by_frames(void)
{
	start((const char *[]) { "--step", NULL }, VECTOR);
	modify(10000, 4, 0);
	rig_cq_arm(&cq);
	send_and_wait(3);
	CLIENT_EQ(client_irq_count(&rig.c, VECTOR), 0);
	send_and_wait(1);
	CLIENT_EQ(client_irq_wait(&rig.c, VECTOR), 1);
	/* The timer went with the interrupt. */
	rig_cq_arm(&cq);
	rig_control_ok(&rig, "{\"cmd\":\"step\",\"us\":20000}");
	CLIENT_EQ(client_irq_count(&rig.c, VECTOR), 0);
	rig_close(&rig);
}

static void moderation_by_time(void)
{
	start((const char *[]) { "--step", NULL }, VECTOR);
	modify(100, 0, 0);
	rig_cq_arm(&cq);
	send_and_wait(3);
	rig_control_ok(&rig, "{\"cmd\":\"step\",\"us\":99}");
	CLIENT_EQ(client_irq_count(&rig.c, VECTOR), 0);
	rig_control_ok(&rig, "{\"cmd\":\"step\",\"us\":1}");
	CLIENT_EQ(client_irq_wait(&rig.c, VECTOR), 1);
	rig_close(&rig);
}

/* CQE mode: each completion begins the time anew. */
static void moderation_from_the_last(void)
{
	unsigned int i;

	start((const char *[]) { "--step", NULL }, VECTOR);
	modify(100, 0, GNIC_CQ_CQE_TIMER);
	rig_cq_arm(&cq);
	for (i = 0; i < 5; i++) {
		send_and_wait(1);
		rig_control_ok(&rig, "{\"cmd\":\"step\",\"us\":90}");
		CLIENT_EQ(client_irq_count(&rig.c, VECTOR), 0);
	}
	rig_control_ok(&rig, "{\"cmd\":\"step\",\"us\":10}");
	CLIENT_EQ(client_irq_wait(&rig.c, VECTOR), 1);
	rig_close(&rig);
}

/* Time runs out on CQEs that the driver has consumed: it stays armed. */
static void moderation_is_not_spurious(void)
{
	start((const char *[]) { "--step", NULL }, VECTOR);
	modify(100, 0, 0);
	rig_cq_arm(&cq);
	send_and_wait(1);
	rig_cq_wait(&rig, &cq);
	rig_control_ok(&rig, "{\"cmd\":\"step\",\"us\":200}");
	CLIENT_EQ(client_irq_count(&rig.c, VECTOR), 0);
	send_and_wait(1);
	rig_control_ok(&rig, "{\"cmd\":\"step\",\"us\":100}");
	CLIENT_EQ(client_irq_wait(&rig.c, VECTOR), 1);
	rig_close(&rig);
}

static void overrun_fails_the_qp(void)
{
	struct gnic_hw_qp_stats stats;
	struct gnic_hw_qp_id id;
	struct gnic_hw_eqe *eqe;
	struct rig_eq eq;

	start(NULL, GNIC_VECTOR_NONE);
	rig_eq(&rig, &eq, LOG, 0);
	send_and_wait(SIZE);
	send(1);
	eqe = rig_eq_wait(&rig, &eq);
	CLIENT_EQ(FIELD_GET(GNIC_EQE_TYPE, le32_to_cpu(eqe->ctrl)), GNIC_EQE_COMP_ERR);
	CLIENT_EQ(le32_to_cpu(eqe->id), cq.cqn);
	CLIENT_EQ(le32_to_cpu(eqe->data), GNIC_SYND_CQ_OVERRUN);
	eqe = rig_eq_wait(&rig, &eq);
	CLIENT_EQ(FIELD_GET(GNIC_EQE_TYPE, le32_to_cpu(eqe->ctrl)), GNIC_EQE_QP_ERR);
	CLIENT_EQ(le32_to_cpu(eqe->id), qp.qpn);
	CLIENT_EQ(le32_to_cpu(eqe->data), GNIC_SYND_CQ_OVERRUN);
	id.qpn = cpu_to_le32(qp.qpn);
	id.port = 0;
	RIG_OK(&rig, GNIC_CMD_QP_STATS, &id, sizeof(id), &stats, sizeof(stats));
	CLIENT_EQ(le32_to_cpu(stats.syndrome), GNIC_SYND_CQ_OVERRUN);
	/* The first CQE is still the driver's. */
	CLIENT_CHECK(rig_cq_peek(&rig, &cq));
	rig_close(&rig);
}

static void nonsense_ci_is_an_overrun(void)
{
	struct rig_eq eq;

	start(NULL, GNIC_VECTOR_NONE);
	rig_eq(&rig, &eq, LOG, 0);
	cq.ring.db->index = cpu_to_le32(1000);
	send(1);
	CLIENT_EQ(FIELD_GET(GNIC_EQE_TYPE, le32_to_cpu(rig_eq_wait(&rig, &eq)->ctrl)),
		  GNIC_EQE_COMP_ERR);
	rig_close(&rig);
}

static void busy_while_used(void)
{
	const struct gnic_hw_qp_id id = { .port = 0 };
	struct gnic_hw_qp_id mine = id;

	start(NULL, GNIC_VECTOR_NONE);
	mine.qpn = cpu_to_le32(qp.qpn);
	CLIENT_EQ(rig_cmd_id(&rig, GNIC_CMD_CQ_DESTROY, cq.cqn), GNIC_STATUS_BUSY);
	RIG_OK(&rig, GNIC_CMD_QP_DESTROY, &mine, sizeof(mine), NULL, 0);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_QP_DESTROY, &mine, sizeof(mine), NULL, 0),
		  GNIC_STATUS_NOT_FOUND);
	CLIENT_EQ(rig_cmd_id(&rig, GNIC_CMD_CQ_DESTROY, cq.cqn), GNIC_STATUS_OK);
	CLIENT_EQ(rig_cmd_id(&rig, GNIC_CMD_CQ_DESTROY, cq.cqn), GNIC_STATUS_NOT_FOUND);
	rig_close(&rig);
}

static uint32_t create_cq(const struct gnic_hw_cq_create *in)
{
	struct gnic_hw_id id;

	return rig_cmd(&rig, GNIC_CMD_CQ_CREATE, in, sizeof(*in), &id, sizeof(id));
}

/* One change of a good request, and what it is refused with. */
#define BAD_CQ(member, value, status) do {				\
	rig_cq_in(&rig, &cq, LOG, 5, &in);				\
	in.member = (value);						\
	CLIENT_EQ(create_cq(&in), status);				\
} while (0)

static void bad_cqs_refused(void)
{
	struct gnic_hw_cq_create in;

	rig_open(&rig, NULL);
	BAD_CQ(log, GNIC_CQ_LOG_MIN - 1, GNIC_STATUS_BAD_PARAM);
	BAD_CQ(log, GNIC_CQ_LOG_MAX + 1, GNIC_STATUS_BAD_PARAM);
	BAD_CQ(cqe_log, 3, GNIC_STATUS_BAD_PARAM);
	BAD_CQ(cqe_log, 6, GNIC_STATUS_BAD_PARAM);
	BAD_CQ(vector, cpu_to_le16(64), GNIC_STATUS_BAD_PARAM);
	BAD_CQ(asid, cpu_to_le16(GNIC_ASID_NONE), GNIC_STATUS_BAD_PARAM);
	BAD_CQ(rsvd[1], 1, GNIC_STATUS_BAD_PARAM);
	BAD_CQ(base, cpu_to_le64(RIG_IOVA + 32), GNIC_STATUS_BAD_PARAM);
	BAD_CQ(db, cpu_to_le64(RIG_IOVA + 64), GNIC_STATUS_BAD_PARAM);
	BAD_CQ(base, cpu_to_le64(4096), GNIC_STATUS_BAD_ADDR);
	BAD_CQ(db, cpu_to_le64(RIG_IOVA + RIG_RAM), GNIC_STATUS_BAD_ADDR);
	BAD_CQ(asid, cpu_to_le16(GNIC_ASID_MAX), GNIC_STATUS_OK);
	rig_close(&rig);
}

static void many_cqs(void)
{
	struct gnic_hw_cq_create in;
	struct gnic_hw_id id;
	unsigned int i;

	rig_open(&rig, NULL);
	rig_cq_in(&rig, &cq, LOG, 4, &in);
	for (i = 0; i < 1000; i++) {
		RIG_OK(&rig, GNIC_CMD_CQ_CREATE, &in, sizeof(in), &id, sizeof(id));
		CLIENT_EQ(le32_to_cpu(id.id), i);
	}
	CLIENT_EQ(rig_cmd_id(&rig, GNIC_CMD_CQ_DESTROY, 5), GNIC_STATUS_OK);
	/* A number just freed is not the next one. */
	RIG_OK(&rig, GNIC_CMD_CQ_CREATE, &in, sizeof(in), &id, sizeof(id));
	CLIENT_EQ(le32_to_cpu(id.id), i);
	rig_close(&rig);
}

static void events(void)
{
	struct rig_eq eq;
	unsigned int i;

	rig_open(&rig, (const char *[]) { "--topology", "loop", NULL });
	rig_eq(&rig, &eq, LOG, VECTOR);
	for (i = 0; i < 3 * SIZE; i++) {
		rig_port_admin(&rig, 0, true);
		rig_port_admin(&rig, 1, true);
		eq.ring.db->arm = cpu_to_le32(i + 1);
		rig_port_admin(&rig, 1, false);
		CLIENT_EQ(client_irq_wait(&rig.c, VECTOR), 1);
		CLIENT_CHECK(rig_eq_wait(&rig, &eq) && rig_eq_wait(&rig, &eq));
		CLIENT_CHECK(rig_eq_wait(&rig, &eq) && rig_eq_wait(&rig, &eq));
		CLIENT_CHECK(!rig_eq_peek(&rig, &eq));
	}
	rig_close(&rig);
}

static unsigned int event(struct rig_eq *eq)
{
	return FIELD_GET(GNIC_EQE_TYPE, le32_to_cpu(rig_eq_wait(&rig, eq)->ctrl));
}

static uint64_t events_lost(void)
{
	struct gnic_hw_card_stats stats;

	rig_card_stats(&rig, &stats);
	return le64_to_cpu(stats.events_lost);
}

/* So many events, unless some are lost. */
static void link_changes(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		rig_port_admin(&rig, 1, !(i % 2));
}

static void events_are(struct rig_eq *eq, unsigned int type, unsigned int count)
{
	while (count--)
		CLIENT_EQ(event(eq), type);
}

/* The last entry tells of it. When that is consumed there is room again, and the next one may. */
static void events_overrun(void)
{
	struct rig_eq eq;
	unsigned int round;

	rig_open(&rig, (const char *[]) { "--topology", "loop", NULL });
	rig_eq(&rig, &eq, LOG, GNIC_VECTOR_NONE);
	rig_port_admin(&rig, 0, true);
	for (round = 1; round <= 2; round++) {
		link_changes(SIZE);
		CLIENT_EQ(events_lost(), round * (SIZE + 1));
		events_are(&eq, GNIC_EQE_LINK_STATUS, SIZE - 1);
		events_are(&eq, GNIC_EQE_LOST, 1);
		CLIENT_CHECK(!rig_eq_peek(&rig, &eq));
	}
	rig_port_admin(&rig, 1, true);
	CLIENT_EQ(event(&eq), GNIC_EQE_LINK_STATUS);
	rig_close(&rig);
}

/* While there is one to be read no other LOST is written, even if there is room. */
static void lost_once(void)
{
	struct rig_eq eq;

	rig_open(&rig, (const char *[]) { "--topology", "loop", NULL });
	rig_eq(&rig, &eq, LOG, GNIC_VECTOR_NONE);
	rig_port_admin(&rig, 0, true);
	link_changes(SIZE);
	events_are(&eq, GNIC_EQE_LINK_STATUS, 2);
	/* one finds room, one does not */
	rig_port_admin(&rig, 1, true);
	CLIENT_EQ(events_lost(), SIZE + 2);
	events_are(&eq, GNIC_EQE_LINK_STATUS, SIZE - 3);
	events_are(&eq, GNIC_EQE_LOST, 1);
	events_are(&eq, GNIC_EQE_LINK_STATUS, 1);
	CLIENT_CHECK(!rig_eq_peek(&rig, &eq));
	rig_port_admin(&rig, 1, false);
	CLIENT_EQ(event(&eq), GNIC_EQE_LINK_STATUS);
	rig_close(&rig);
}

static void bad_eqs_refused(void)
{
	struct gnic_hw_eq_create in = {
		.base = cpu_to_le64(RIG_IOVA + 0x10000),
		.db = cpu_to_le64(RIG_IOVA + 0x20000),
		.log = GNIC_EQ_LOG_MIN - 1,
	};

	rig_open(&rig, NULL);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_EQ_DESTROY, NULL, 0, NULL, 0), GNIC_STATUS_NOT_FOUND);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_EQ_CREATE, &in, sizeof(in), NULL, 0),
		  GNIC_STATUS_BAD_PARAM);
	in.log = LOG;
	in.vector = cpu_to_le16(9999);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_EQ_CREATE, &in, sizeof(in), NULL, 0),
		  GNIC_STATUS_BAD_PARAM);
	in.vector = 0;
	in.base = cpu_to_le64(64);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_EQ_CREATE, &in, sizeof(in), NULL, 0),
		  GNIC_STATUS_BAD_ADDR);
	in.base = cpu_to_le64(RIG_IOVA + 0x10000);
	RIG_OK(&rig, GNIC_CMD_EQ_CREATE, &in, sizeof(in), NULL, 0);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_EQ_CREATE, &in, sizeof(in), NULL, 0),
		  GNIC_STATUS_EXISTS);
	RIG_OK(&rig, GNIC_CMD_EQ_DESTROY, NULL, 0, NULL, 0);
	RIG_OK(&rig, GNIC_CMD_EQ_CREATE, &in, sizeof(in), NULL, 0);
	rig_close(&rig);
}

static const struct ktap_test tests[] = {
	{ "cq: valid bit, several times round", phases },
	{ "cq: one interrupt an arm", one_interrupt_an_arm },
	{ "cq: none without a vector", never_without_a_vector },
	{ "cq: moderation by frames", moderation_by_frames },
	{ "cq: moderation by time", moderation_by_time },
	{ "cq: moderation from the last completion", moderation_from_the_last },
	{ "cq: moderation is not spurious", moderation_is_not_spurious },
	{ "cq: overrun fails its QP", overrun_fails_the_qp },
	{ "cq: a nonsense CI is an overrun", nonsense_ci_is_an_overrun },
	{ "cq: busy while a QP uses it", busy_while_used },
	{ "cq: bad ones refused", bad_cqs_refused },
	{ "cq: a thousand", many_cqs },
	{ "eq: events and interrupts", events },
	{ "eq: overrun drops, and counts", events_overrun },
	{ "eq: that events are lost is said once", lost_once },
	{ "eq: bad ones refused", bad_eqs_refused },
};

KTAP_MAIN(tests)
