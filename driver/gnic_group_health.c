// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reporter `qp` of a group: who holds it, how its QPs are, and what they have
 * counted. It recovers QPs that failed, and leaves the others alone.
 */
#include "gnic.h"
#include "gnic_fw.h"
#include "gnic_group.h"

#define GNIC_GROUP_SHOWN	16	/* QPs, by diagnose */

/* X(member of struct gnic_hw_qp_stats) */
#define GNIC_GROUP_STATS(X) \
	X(tx_packets) X(tx_bytes) X(rx_packets) X(rx_bytes) X(no_buffer) X(too_big) X(errors) \
	X(acks) X(naks) X(retransmits) X(timeouts) X(duplicates) X(out_of_order) X(rkey_errors)

static const struct {
	const char *name;
	size_t offset;
} gnic_group_stats[] = {
#define X(member) { #member, offsetof(struct gnic_hw_qp_stats, member) },
	GNIC_GROUP_STATS(X)
#undef X
};

/* What the device says of a context; their names are those of the contract. */
struct gnic_group_field {
	const char *name;
	unsigned int dword;
	u32 mask;
};

static const struct gnic_group_field gnic_group_requester[] = {
	{ "dst_qp",		GNIC_REQ_DST_QP },
	{ "nts_psn",		GNIC_REQ_NTS_PSN },
	{ "bcs_psn",		GNIC_REQ_BCS_PSN },
	{ "ona_psn",		GNIC_REQ_ONA_PSN },
	{ "local_pi",		GNIC_REQ_LOCAL_PI },
	{ "execution_idx",	GNIC_REQ_EXECUTION_IDX },
	{ "consumer_idx",	GNIC_REQ_CONSUMER_IDX },
	{ "tm_granularity",	GNIC_REQ_TM_GRANULARITY },
	{ "tm_adaptive",	GNIC_REQ_TM_ADAPTIVE },
	{ "tm_backoff",		GNIC_REQ_TM_BACKOFF },
	{ "wq_type",		GNIC_REQ_WQ_TYPE },
	{ "remote_wq_log_sz",	GNIC_REQ_REMOTE_WQ_LOG_SZ },
	{ "remote_pi",		GNIC_REQ_REMOTE_PI },
	{ "remote_ci",		GNIC_REQ_REMOTE_CI },
	{ "selective",		GNIC_REQ_SELECTIVE },
	{ "encap_enable",	GNIC_REQ_ENCAP_ENABLE },
	{ "encap_type",		GNIC_REQ_ENCAP_TYPE },
	{ "congestion_mode",	GNIC_REQ_CONGESTION_MODE },
	{ "congestion_win",	GNIC_REQ_CONGESTION_WIN },
	{ "current_win",	GNIC_REQ_CURRENT_WIN },
	{ "target_delay",	GNIC_REQ_TARGET_DELAY },
	{ "rtt",		GNIC_REQ_RTT },
	{ "rtt_state",		GNIC_REQ_RTT_STATE },
	{ "rtt_marked_psn",	GNIC_REQ_RTT_MARKED_PSN },
	{ "cong_marked_ack",	GNIC_REQ_CONG_MARKED_ACK },
	{ "cong_non_marked_ack", GNIC_REQ_CONG_NON_MARKED_ACK },
	{ "psn_since_ackreq",	GNIC_REQ_PSN_SINCE_ACKREQ },
	{ "asid",		GNIC_REQ_ASID },
	{ "in_work",		GNIC_REQ_IN_WORK },
	{ "error",		GNIC_REQ_ERROR },
	{ "valid",		GNIC_REQ_VALID },
};

static const struct gnic_group_field gnic_group_responder[] = {
	{ "peer_qp",		GNIC_RES_PEER_QP },
	{ "expected_psn",	GNIC_RES_EXPECTED_PSN },
	{ "nack_syndrome",	GNIC_RES_NACK_SYNDROME },
	{ "encap_enable",	GNIC_RES_ENCAP_ENABLE },
	{ "encap_type",		GNIC_RES_ENCAP_TYPE },
	{ "cyclic_idx",		GNIC_RES_CYCLIC_IDX },
	{ "asid",		GNIC_RES_ASID },
	{ "in_work",		GNIC_RES_IN_WORK },
	{ "valid",		GNIC_RES_VALID },
};

static const char *const gnic_group_qp_states[] = {
	[GNIC_QP_RESET]	= "reset",
	[GNIC_QP_INIT]	= "init",
	[GNIC_QP_RTR]	= "rtr",
	[GNIC_QP_RTS]	= "rts",
	[GNIC_QP_SQD]	= "sqd",
	[GNIC_QP_ERR]	= "error",
};

static void gnic_group_health_stats(struct gnic_group *group, const struct gnic_qp *qp,
				    struct devlink_fmsg *fmsg)
{
	struct gnic_hw_qp_id in = {
		.qpn = cpu_to_le32(qp->qpn),
		.port = cpu_to_le32(group->attr.port),
	};
	struct gnic_hw_qp_stats stats;
	unsigned int i;

	if (gnic_cmd_exec(group->dev, GNIC_CMD_QP_STATS, &in, sizeof(in), &stats, sizeof(stats)))
		return;
	devlink_fmsg_u32_pair_put(fmsg, "syndrome", le32_to_cpu(stats.syndrome));
	devlink_fmsg_u32_pair_put(fmsg, "sq_index", le32_to_cpu(stats.sq_index));
	devlink_fmsg_u32_pair_put(fmsg, "sq_done", le32_to_cpu(stats.sq_done));
	devlink_fmsg_u32_pair_put(fmsg, "rq_index", le32_to_cpu(stats.rq_index));
	devlink_fmsg_u32_pair_put(fmsg, "rq_done", le32_to_cpu(stats.rq_done));
	for (i = 0; i < ARRAY_SIZE(gnic_group_stats); i++)
		devlink_fmsg_u64_pair_put(fmsg, gnic_group_stats[i].name,
					  le64_to_cpup((void *)&stats +
						       gnic_group_stats[i].offset));
}

static void gnic_group_health_context(struct gnic_group *group, const struct gnic_qp *qp,
				      bool requester, struct devlink_fmsg *fmsg)
{
	const struct gnic_group_field *fields = requester ? gnic_group_requester :
							    gnic_group_responder;
	unsigned int count = requester ? ARRAY_SIZE(gnic_group_requester) :
					 ARRAY_SIZE(gnic_group_responder);
	struct gnic_hw_qpc_read in = {
		.qpn = cpu_to_le32(qp->qpn),
		.port = group->attr.port,
		.requester = requester,
	};
	struct gnic_hw_qpc_data out;
	unsigned int i;

	if (gnic_cmd_exec(group->dev, GNIC_CMD_QPC_READ, &in, sizeof(in), &out, sizeof(out)))
		return;
	devlink_fmsg_pair_nest_start(fmsg, requester ? "requester" : "responder");
	devlink_fmsg_obj_nest_start(fmsg);
	for (i = 0; i < count; i++)
		devlink_fmsg_u32_pair_put(fmsg, fields[i].name,
					  gnic_qpc_get(out.dword, fields[i].dword,
						       fields[i].mask));
	devlink_fmsg_obj_nest_end(fmsg);
	devlink_fmsg_pair_nest_end(fmsg);
}

static void gnic_group_health_qp(struct gnic_group *group, const struct gnic_qp *qp,
				 struct devlink_fmsg *fmsg)
{
	devlink_fmsg_u32_pair_put(fmsg, "qpn", qp->qpn);
	devlink_fmsg_string_pair_put(fmsg, "state", gnic_group_qp_states[qp->state]);
	gnic_group_health_stats(group, qp, fmsg);
	if (group->attr.type != GNIC_GROUP_RAW) {
		gnic_group_health_context(group, qp, true, fmsg);
		gnic_group_health_context(group, qp, false, fmsg);
	}
}

static u32 gnic_group_health_failed(const struct gnic_group *group)
{
	u32 count = 0, i;

	for (i = 0; group->qps && i < group->attr.config.qp_count; i++)
		count += group->qps[i].state == GNIC_QP_ERR;
	return count;
}

static void gnic_group_health_state(struct gnic_group *group, struct devlink_fmsg *fmsg)
{
	static const char *const gnic_group_counts[] = {
		[GNIC_GROUP_QP_ERRORS]		= "qp_errors",
		[GNIC_GROUP_CQ_ERRORS]		= "cq_errors",
		[GNIC_GROUP_DB_OVERRUNS]	= "db_overruns",
		[GNIC_GROUP_LINK_LOSSES]	= "link_losses",
		[GNIC_GROUP_EQ_OVERRUNS]	= "eq_overruns",
	};
	unsigned int i;

	devlink_fmsg_bool_pair_put(fmsg, "held", group->holder.ops);
	devlink_fmsg_bool_pair_put(fmsg, "active", group->active);
	devlink_fmsg_u32_pair_put(fmsg, "generation", group->generation);
	devlink_fmsg_u32_pair_put(fmsg, "failed", gnic_group_health_failed(group));
	if (group->active)
		devlink_fmsg_u32_pair_put(fmsg, "cqn", group->attr.cqn);
	for (i = 0; i < GNIC_GROUP_COUNTS; i++)
		devlink_fmsg_u32_pair_put(fmsg, gnic_group_counts[i], group->counts[i]);
}

/* What came for the function and no QP took. */
static void gnic_group_health_refused(struct gnic_group *group, struct devlink_fmsg *fmsg)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(group->vport) };
	struct gnic_hw_vport_stats out;

	if (gnic_cmd_exec(group->dev, GNIC_CMD_VPORT_STATS, &in, sizeof(in), &out, sizeof(out)))
		return;
	devlink_fmsg_u64_pair_put(fmsg, "rx_dropped", le64_to_cpu(out.dropped));
	devlink_fmsg_u64_pair_put(fmsg, "rx_no_qp", le64_to_cpu(out.qp_errors));
}

/* All of a group are more than a reader's socket takes. Those that have failed go first. */
static void gnic_group_health_qps(struct gnic_group *group, struct devlink_fmsg *fmsg)
{
	u32 failed = min_t(u32, gnic_group_health_failed(group), GNIC_GROUP_SHOWN);
	u32 others = GNIC_GROUP_SHOWN - failed, *room, i;
	const struct gnic_qp *qp;

	devlink_fmsg_arr_pair_nest_start(fmsg, "qps");
	for (i = 0; group->qps && i < group->attr.config.qp_count; i++) {
		qp = &group->qps[i];
		room = qp->state == GNIC_QP_ERR ? &failed : &others;
		if (!*room)
			continue;
		--*room;
		devlink_fmsg_obj_nest_start(fmsg);
		gnic_group_health_qp(group, qp, fmsg);
		devlink_fmsg_obj_nest_end(fmsg);
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
}

static int gnic_group_health_diagnose(struct devlink_health_reporter *reporter,
				      struct devlink_fmsg *fmsg, struct netlink_ext_ack *extack)
{
	struct gnic_group *group = devlink_health_reporter_priv(reporter);

	mutex_lock(&group->lock);
	gnic_group_health_state(group, fmsg);
	gnic_group_health_refused(group, fmsg);
	gnic_group_health_qps(group, fmsg);
	mutex_unlock(&group->lock);
	return 0;
}

/* Our side of a queue; the device's is in what it has counted. */
static void gnic_group_dump_ring(struct devlink_fmsg *fmsg, const char *name,
				 const struct gnic_ring *ring)
{
	if (!ring->desc)
		return;
	devlink_fmsg_pair_nest_start(fmsg, name);
	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_u32_pair_put(fmsg, "entries", ring->mask + 1);
	devlink_fmsg_u32_pair_put(fmsg, "posted", ring->index);
	devlink_fmsg_binary_pair_put(fmsg, "doorbell", ring->db, sizeof(*ring->db));
	devlink_fmsg_obj_nest_end(fmsg);
	devlink_fmsg_pair_nest_end(fmsg);
}

static void gnic_group_dump_qp(struct gnic_group *group, const struct gnic_qp *qp,
			       struct devlink_fmsg *fmsg)
{
	devlink_fmsg_obj_nest_start(fmsg);
	gnic_group_health_qp(group, qp, fmsg);
	gnic_group_dump_ring(fmsg, "sq", &qp->sq);
	gnic_group_dump_ring(fmsg, "rq", &qp->rq);
	devlink_fmsg_obj_nest_end(fmsg);
}

/* The oldest first. */
static void gnic_group_dump_errors(struct gnic_group *group, struct devlink_fmsg *fmsg)
{
	u32 end = group->counts[GNIC_GROUP_QP_ERRORS];
	u32 count = min_t(u32, end, GNIC_GROUP_ERRORS);
	const struct gnic_group_error *error;

	devlink_fmsg_arr_pair_nest_start(fmsg, "errors");
	for (; count; count--) {
		error = &group->errors[(end - count) % GNIC_GROUP_ERRORS];
		devlink_fmsg_obj_nest_start(fmsg);
		devlink_fmsg_u64_pair_put(fmsg, "time", error->time);
		devlink_fmsg_u32_pair_put(fmsg, "qpn", error->qpn);
		devlink_fmsg_u32_pair_put(fmsg, "syndrome", error->syndrome);
		devlink_fmsg_string_pair_put(fmsg, "text",
					     gnic_group_syndrome_text(error->syndrome));
		devlink_fmsg_obj_nest_end(fmsg);
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
}

/* @ctx: the QPs that failed; NULL: the user asks for all that have not come back. */
static int gnic_group_health_dump(struct devlink_health_reporter *reporter,
				  struct devlink_fmsg *fmsg, void *ctx,
				  struct netlink_ext_ack *extack)
{
	struct gnic_group *group = devlink_health_reporter_priv(reporter);
	const struct gnic_group_fault *fault = ctx;
	bool present;
	u32 i;

	mutex_lock(&group->lock);
	gnic_group_health_state(group, fmsg);
	gnic_group_dump_errors(group, fmsg);
	present = group->qps && (!fault || fault->generation == group->generation);
	devlink_fmsg_arr_pair_nest_start(fmsg, "qps");
	for (i = 0; present && i < group->attr.config.qp_count; i++)
		if (fault ? test_bit(i, fault->qps) : gnic_qp_failed(&group->qps[i]))
			gnic_group_dump_qp(group, &group->qps[i], fmsg);
	devlink_fmsg_arr_pair_nest_end(fmsg);
	mutex_unlock(&group->lock);
	return 0;
}

/*
 * @ctx: an error was reported. What a holder has queued behind the work that failed
 * would still be done: whether it may is for the user to say.
 */
static int gnic_group_health_recover(struct devlink_health_reporter *reporter, void *ctx,
				     struct netlink_ext_ack *extack)
{
	struct gnic_group *group = devlink_health_reporter_priv(reporter);
	int err = -EBUSY;

	mutex_lock(&group->lock);
	if (!ctx || !group->holder.ops)
		err = gnic_group_recover(group);
	mutex_unlock(&group->lock);
	if (err == -ENOTRECOVERABLE)
		NL_SET_ERR_MSG_MOD(extack,
				   "the completion queue failed: the function has to become inactive, or free");
	else if (err && !ctx)
		NL_SET_ERR_MSG_FMT_MOD(extack, "a QP did not come back (%d)", err);
	return err;
}

/* The first QP; it is noticed when the device says so. */
static int gnic_group_health_test(struct devlink_health_reporter *reporter,
				  struct netlink_ext_ack *extack)
{
	struct gnic_group *group = devlink_health_reporter_priv(reporter);
	int err = -ENETDOWN;

	mutex_lock(&group->lock);
	if (group->qps)
		err = gnic_inject(group->dev, GNIC_INJECT_RX_ERROR, group->attr.port,
				  group->qps[0].qpn, extack);
	else
		NL_SET_ERR_MSG_MOD(extack, "the function is inactive: it has no QPs");
	mutex_unlock(&group->lock);
	return err;
}

static const struct devlink_health_reporter_ops gnic_group_health_ops = {
	.name		= "qp",
	.diagnose	= gnic_group_health_diagnose,
	.dump		= gnic_group_health_dump,
	.recover	= gnic_group_health_recover,
	.test		= gnic_group_health_test,
};

/* devl_lock of the nested instance held, for both */
int gnic_group_health_init(struct gnic_group *group, struct devlink *devlink)
{
	struct devlink_health_reporter *reporter;

	reporter = gnic_reporter_create(devlink, &gnic_group_health_ops, 0, group);
	if (IS_ERR(reporter))
		return PTR_ERR(reporter);
	group->reporter = reporter;
	return 0;
}

void gnic_group_health_exit(struct gnic_group *group)
{
	devl_health_reporter_destroy(group->reporter);
	group->reporter = NULL;
}
