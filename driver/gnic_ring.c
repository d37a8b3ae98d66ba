// SPDX-License-Identifier: GPL-2.0-only
/* Memory of rings, doorbell records, and the objects of the device on them. */
#include <linux/dma-mapping.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_eswitch.h"
#include "gnic_ring.h"

int gnic_ring_init(struct gnic_dev *dev)
{
	dev->db_pool = dma_pool_create(GNIC_DRV_NAME "-db", &dev->pdev->dev,
				       sizeof(struct gnic_hw_db), GNIC_DB_ALIGN, 0);
	/* what the last device kept is no queue of this one */
	atomic_set(&dev->doorbells, 0);
	atomic_set(&dev->cqes, 0);
	atomic_set(&dev->cqs, 0);
	return dev->db_pool ? 0 : -ENOMEM;
}

void gnic_ring_exit(struct gnic_dev *dev)
{
	dma_pool_destroy(dev->db_pool);
	dev->db_pool = NULL;
}

int gnic_ring_alloc(struct gnic_dev *dev, struct gnic_ring *ring, atomic_t *used, u8 log,
		    size_t entry)
{
	ring->db = dma_pool_zalloc(dev->db_pool, GFP_KERNEL, &ring->db_dma);
	if (!ring->db)
		return -ENOMEM;
	ring->size = entry << log;
	ring->desc = dma_alloc_coherent(&dev->pdev->dev, ring->size, &ring->dma, GFP_KERNEL);
	if (!ring->desc) {
		dma_pool_free(dev->db_pool, ring->db, ring->db_dma);
		return -ENOMEM;
	}
	ring->base = ring->dma;
	ring->mask = BIT(log) - 1;
	ring->index = 0;
	ring->arm = 0;
	ring->no_shadow = !(dev->caps_bits & GNIC_CAP_SHADOW_DB);
	ring->umr = dev->umr + GNIC_UMR_DOORBELL;
	ring->used = used;
	if (used)
		atomic_add(BIT(log), used);
	atomic_inc(&dev->doorbells);
	return 0;
}

void gnic_ring_free(struct gnic_dev *dev, struct gnic_ring *ring)
{
	atomic_dec(&dev->doorbells);
	if (ring->used)
		atomic_sub(ring->mask + 1, ring->used);
	dma_free_coherent(&dev->pdev->dev, ring->size, ring->desc, ring->dma);
	dma_pool_free(dev->db_pool, ring->db, ring->db_dma);
	ring->desc = NULL;
}

void gnic_ring_bind(struct gnic_dev *dev, struct gnic_ring *ring, enum gnic_hw_db_kind kind,
		    unsigned int port, u32 id)
{
	ring->kick = FIELD_PREP(GNIC_DB_ID, id) | FIELD_PREP(GNIC_DB_PORT, port) |
		     FIELD_PREP(GNIC_DB_KIND, kind);
}

int gnic_cq_create(struct gnic_dev *dev, struct gnic_cq *cq, struct gnic_hw_cq_create *in)
{
	struct gnic_hw_id out;
	int err;

	err = gnic_ring_alloc(dev, &cq->ring, &dev->cqes, in->log, BIT(in->cqe_log));
	if (err)
		return err;
	in->base = cpu_to_le64(cq->ring.dma);
	in->db = cpu_to_le64(cq->ring.db_dma);
	err = gnic_cmd_exec(dev, GNIC_CMD_CQ_CREATE, in, sizeof(*in), &out, sizeof(out));
	/* a CQ that was made without an answer has a number that nobody knows: it keeps its ring */
	if (err && err != -ETIMEDOUT)
		gnic_ring_free(dev, &cq->ring);
	if (err)
		return err;
	cq->cqn = le32_to_cpu(out.id);
	atomic_inc(&dev->cqs);
	gnic_ring_bind(dev, &cq->ring, GNIC_DB_CQ, 0, cq->cqn);
	return 0;
}

bool gnic_ring_given_back(struct gnic_dev *dev, int err)
{
	return !err || err == -ENOENT || gnic_dev_gone(dev) || READ_ONCE(dev->silent);
}

void gnic_cq_destroy(struct gnic_dev *dev, struct gnic_cq *cq)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(cq->cqn) };
	int err;

	err = gnic_cmd_exec(dev, GNIC_CMD_CQ_DESTROY, &in, sizeof(in), NULL, 0);
	if (!gnic_ring_given_back(dev, err)) {
		dev_err_ratelimited(&dev->pdev->dev,
				    "CQ %u can't be destroyed (%d): reload the device\n",
				    cq->cqn, err);
		return;
	}
	atomic_dec(&dev->cqs);
	gnic_ring_free(dev, &cq->ring);
}

int gnic_cq_moderate(struct gnic_dev *dev, const struct gnic_cq *cq, u16 usecs, u16 frames,
		     u16 flags)
{
	struct gnic_hw_cq_modify in = {
		.cqn = cpu_to_le32(cq->cqn),
		.usecs = cpu_to_le16(usecs),
		.frames = cpu_to_le16(frames),
		.flags = cpu_to_le16(flags),
	};

	return gnic_cmd_exec(dev, GNIC_CMD_CQ_MODIFY, &in, sizeof(in), NULL, 0);
}

bool gnic_cq_failed(struct gnic_dev *dev, const struct gnic_cq *cq, u8 *syndrome)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(cq->cqn) };
	struct gnic_hw_cq_info out;

	if (gnic_cmd_exec(dev, GNIC_CMD_CQ_QUERY, &in, sizeof(in), &out, sizeof(out)))
		return false;
	*syndrome = le32_to_cpu(out.syndrome);
	return out.syndrome;
}

/**
 * gnic_ring_qp_destroy - QP_DESTROY
 * @dev: card
 * @port: whose QP
 * @qpn: its number
 *
 * Return: true: nothing of it is read or written any more. false: the device may go on,
 * so its memory, and that of its CQs, stays as it is until the driver ends.
 */
bool gnic_ring_qp_destroy(struct gnic_dev *dev, unsigned int port, u32 qpn)
{
	struct gnic_hw_qp_id in = {
		.qpn = cpu_to_le32(qpn),
		.port = cpu_to_le32(port),
	};
	int err;

	err = gnic_cmd_exec(dev, GNIC_CMD_QP_DESTROY, &in, sizeof(in), NULL, 0);
	if (gnic_ring_given_back(dev, err))
		return true;
	dev_err_ratelimited(&dev->pdev->dev,
			    "QP %u of port %u can't be destroyed (%d): reload the device\n",
			    qpn, port, err);
	return false;
}

/**
 * gnic_ring_qp_create - QP_CREATE
 * @dev: card
 * @in: what it shall be like; .qpn is by gnic_qpn_get()
 *
 * Return: 0; -ETIMEDOUT if there may be one all the same, whose memory has to stay; other
 * errors if there is none, -ETIME if there was no answer but to QP_DESTROY.
 */
int gnic_ring_qp_create(struct gnic_dev *dev, const struct gnic_hw_qp_create *in)
{
	struct gnic_hw_id out;
	int err;

	err = gnic_cmd_exec(dev, GNIC_CMD_QP_CREATE, in, sizeof(*in), &out, sizeof(out));
	if (!err && out.id != in->qpn) {
		gnic_ring_qp_destroy(dev, in->port, le32_to_cpu(out.id));
		err = -EPROTO;
	}
	if (err == -ETIMEDOUT && gnic_ring_qp_destroy(dev, in->port, le32_to_cpu(in->qpn)))
		err = -ETIME;
	return err;
}

/**
 * gnic_ring_qp_failed - what the device says of a QP, whatever it has said before
 * @dev: card
 * @port: whose number @qpn is
 * @qpn: QP
 * @syndrome: why it failed
 *
 * Return: false: it works, there is no such QP, or the device does not answer.
 */
bool gnic_ring_qp_failed(struct gnic_dev *dev, unsigned int port, u32 qpn, u8 *syndrome)
{
	struct gnic_hw_qp_id in = {
		.qpn = cpu_to_le32(qpn),
		.port = cpu_to_le32(port),
	};
	struct gnic_hw_qp_stats out;

	if (gnic_cmd_exec(dev, GNIC_CMD_QP_STATS, &in, sizeof(in), &out, sizeof(out)))
		return false;
	*syndrome = le32_to_cpu(out.syndrome);
	return le32_to_cpu(out.flags) & GNIC_QP_STATS_FAILED;
}
