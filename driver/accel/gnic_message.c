// SPDX-License-Identifier: GPL-2.0-only
/* Commands that send messages: each becomes a WQE that the device posts to a QP of a group. */
#include "gnic_accel.h"

/* The far end learns of it. */
#define GNIC_MESSAGE_TOLD \
	(DRM_GNIC_CMD_IMMEDIATE | DRM_GNIC_SOB_ADD | DRM_GNIC_SOB_SET)
#define GNIC_MESSAGE_FLAGS	(GNIC_MESSAGE_TOLD | DRM_GNIC_CMD_INLINE)

#define GNIC_MESSAGE_WRITES	(BIT(DRM_GNIC_OP_RDMA_WRITE) | BIT(DRM_GNIC_OP_SEND))

/* What can be posted to the QPs of a group, bits by enum drm_gnic_op. */
static const u32 gnic_message_ops[] = {
	[GNIC_ACCEL_GROUP_RAW]		 = 0,
	[GNIC_ACCEL_GROUP_WRITE]	 = GNIC_MESSAGE_WRITES,
	[GNIC_ACCEL_GROUP_SEND_RDV]	 = BIT(DRM_GNIC_OP_RDV_SEND),
	[GNIC_ACCEL_GROUP_RECV_RDV]	 = GNIC_MESSAGE_WRITES | BIT(DRM_GNIC_OP_RDV_RECV),
	[GNIC_ACCEL_GROUP_READ_RDV]	 = GNIC_MESSAGE_WRITES | BIT(DRM_GNIC_OP_RDV_READ),
	[GNIC_ACCEL_GROUP_READ_RDV_ENDP] = 0,
};

/* As the group is now; if it changes later, the device refuses the post. */
static int gnic_message_group(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd)
{
	int err;

	if (cmd->group != submit->group_fd) {
		err = gnic_hold_query(submit->job->ctx, cmd->group, &submit->group);
		if (err)
			return err;
		submit->group_fd = cmd->group;
	}
	if (!(gnic_message_ops[submit->group.type] & BIT(cmd->op)))
		return -EOPNOTSUPP;
	if (!submit->group.active)
		return -ENOLINK;
	return cmd->qp < submit->group.qp_count ? 0 : -ERANGE;
}

/* Where the data is: a buffer object, or the command itself. @span: bytes from first to last. */
static int gnic_message_data(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			     enum gnic_hw_wqe_opcode opcode, u64 span,
			     struct gnic_hw_rc_wqe *wqe)
{
	u32 ctrl = FIELD_PREP(GNIC_WQE_OPCODE, opcode) |
		   FIELD_PREP(GNIC_RC_WQE_REDUCTION, cmd->reduction);
	u64 src = cmd->src_offset;
	int err;

	if (!gnic_submit_size_valid(cmd->size))
		return -EINVAL;
	if (cmd->flags & DRM_GNIC_CMD_INLINE) {
		if (cmd->src || cmd->size > GNIC_RC_INLINE_32)
			return -EINVAL;
		ctrl |= GNIC_RC_WQE_INLINE;
	} else {
		err = gnic_submit_span(submit, cmd->src, cmd->src_offset, span, &src);
		if (err)
			return err;
	}
	wqe->ctrl = cpu_to_le32(ctrl);
	wqe->size = cpu_to_le32(cmd->size);
	wqe->local_addr = cpu_to_le64(src);
	wqe->tag = cpu_to_le32(cmd->data);
	if (cmd->flags & GNIC_MESSAGE_TOLD)
		return gnic_sob_completion(submit->job->ctx->accel, cmd, wqe);
	return 0;
}

/* The group is known: the WQE is for one of its QPs. */
static void gnic_message_target(const struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
				struct gnic_hw_compute_wqe *wqe)
{
	wqe->ctrl = gnic_submit_ctrl(GNIC_WQE_POST);
	wqe->target = cpu_to_le32(FIELD_PREP(GNIC_COMPUTE_QPN, submit->group.qpn_base + cmd->qp) |
				  FIELD_PREP(GNIC_COMPUTE_PORT, submit->group.port));
}

static int gnic_message_post(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			     enum gnic_hw_wqe_opcode opcode, u64 span,
			     struct gnic_hw_compute_wqe *wqe)
{
	int err;

	if (cmd->flags & ~GNIC_MESSAGE_FLAGS || cmd->dst)
		return -EINVAL;
	if (cmd->data && !(cmd->flags & DRM_GNIC_CMD_IMMEDIATE))
		return -EINVAL;
	err = gnic_message_group(submit, cmd);
	if (err)
		return err;
	err = gnic_message_data(submit, cmd, opcode, span, &wqe->rc);
	if (!err)
		gnic_message_target(submit, cmd, wqe);
	return err;
}

/* The second half of the WQE is a command of its own, before the one that posts. */
static noinline_for_stack int gnic_message_write_rows(struct gnic_submit *submit,
						      const struct drm_gnic_cmd *cmd,
						      struct gnic_hw_compute_wqe *wqe)
{
	struct gnic_rows rows;
	int err;

	if (cmd->flags & DRM_GNIC_CMD_INLINE || !gnic_submit_size_valid(cmd->size))
		return -EINVAL;
	err = gnic_rows_get(submit->job->ctx->accel, cmd, &rows);
	if (err)
		return err;
	wqe[0].ctrl = gnic_submit_ctrl(GNIC_WQE_HALF);
	wqe[0].half = rows.half;
	wqe[1].rc.remote_addr = cpu_to_le64(cmd->dst_offset);
	submit->job->count++;
	return gnic_message_post(submit, cmd, rows.opcode, rows.span, &wqe[1]);
}

int gnic_message_write(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
		       struct gnic_hw_compute_wqe *wqe)
{
	int err;

	if (cmd->reduction) {
		err = gnic_reduction_check(cmd);
		if (err)
			return err;
	}
	if (cmd->rows)
		return gnic_message_write_rows(submit, cmd, wqe);
	wqe->rc.remote_addr = cpu_to_le64(cmd->dst_offset);
	return gnic_message_post(submit, cmd, GNIC_WQE_LINEAR, cmd->size, wqe);
}

/* To where the far end says. */
int gnic_message_send(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
		      struct gnic_hw_compute_wqe *wqe)
{
	bool rdv = cmd->op == DRM_GNIC_OP_RDV_SEND;

	if (cmd->dst_offset || cmd->reduction)
		return -EINVAL;
	return gnic_message_post(submit, cmd, rdv ? GNIC_WQE_LINEAR : GNIC_WQE_SEND, cmd->size,
				 wqe);
}

/*
 * A buffer of this end for a message of the far end, which has to be allowed to write
 * there. The job keeps it until the far end knows of it, and no longer.
 */
static int gnic_message_offer(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			      enum gnic_hw_wqe_opcode opcode, struct gnic_hw_compute_wqe *wqe)
{
	u64 dst;
	int err;

	if (cmd->flags || cmd->src || cmd->reduction || !gnic_submit_size_valid(cmd->size))
		return -EINVAL;
	err = gnic_message_group(submit, cmd);
	if (err)
		return err;
	err = gnic_submit_span(submit, cmd->dst, cmd->dst_offset, cmd->size, &dst);
	if (err)
		return err;
	if (!(to_gnic_bo(submit->bo)->flags & DRM_GNIC_BO_REMOTE_WRITE))
		return -EACCES;
	wqe->rc.ctrl = gnic_submit_ctrl(opcode);
	wqe->rc.size = cpu_to_le32(cmd->size);
	wqe->rc.local_addr = cpu_to_le64(dst);
	gnic_message_target(submit, cmd, wqe);
	return 0;
}

int gnic_message_rdv_recv(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			  struct gnic_hw_compute_wqe *wqe)
{
	if (cmd->src_offset || cmd->data)
		return -EINVAL;
	return gnic_message_offer(submit, cmd, GNIC_WQE_RDV_WR, wqe);
}

int gnic_message_rdv_read(struct gnic_submit *submit, const struct drm_gnic_cmd *cmd,
			  struct gnic_hw_compute_wqe *wqe)
{
	wqe->rc.remote_addr = cpu_to_le64(cmd->src_offset);
	wqe->rc.tag = cpu_to_le32(cmd->data);
	return gnic_message_offer(submit, cmd, GNIC_WQE_RDV_RD, wqe);
}
