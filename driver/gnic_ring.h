/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings in host memory that the device reads or writes: memory, doorbell
 * record, index, doorbell. No other file does index arithmetic on them.
 */
#ifndef GNIC_RING_H
#define GNIC_RING_H

#include <linux/io-64-nonatomic-lo-hi.h>

#include "gnic.h"

/**
 * struct gnic_ring - one queue: SQ, RQ, CQ or EQ
 * @desc: entries
 * @db: doorbell record, host memory
 * @mask: entries - 1
 * @index: what this side publishes, free-running: SQ, RQ: produced; CQ, EQ:
 *	consumed
 * @arm: CQ, EQ: value last written to the record
 * @no_shadow: the device does not read the record: every doorbell is a store
 *	to the register
 * @umr: the register
 * @kick: its value but for GNIC_DB_INDEX
 * @doorbells: times that the index was published
 * @kicks: times that this took a store to the register
 * @dma: device address of @desc
 * @base: where the device finds the entries: @dma, or their copy (gnic_push.h)
 * @db_dma: device address of @db
 * @size: bytes at @desc
 * @used: where its entries are counted, see gnic_resource.c; or NULL
 */
struct gnic_ring {
	void *desc;
	struct gnic_hw_db *db;
	u32 mask;
	u32 index;
	u32 arm;
	bool no_shadow;
	void __iomem *umr;
	u64 kick;
	u64 doorbells;
	u64 kicks;
	/* slow path below */
	dma_addr_t dma;
	dma_addr_t base;
	dma_addr_t db_dma;
	size_t size;
	atomic_t *used;
};

int gnic_ring_init(struct gnic_dev *dev);	/* the pool of records */
void gnic_ring_exit(struct gnic_dev *dev);

/**
 * gnic_ring_alloc - entries and a doorbell record
 * @dev: card
 * @ring: to fill
 * @used: where they are counted: wqes of a port, cqes of the card, NULL: nowhere
 * @log: log2 of the entries
 * @entry: bytes of one
 */
int gnic_ring_alloc(struct gnic_dev *dev, struct gnic_ring *ring, atomic_t *used, u8 log,
		    size_t entry);
void gnic_ring_free(struct gnic_dev *dev, struct gnic_ring *ring);
/* after the device gave it a number: where its doorbell goes */
void gnic_ring_bind(struct gnic_dev *dev, struct gnic_ring *ring, enum gnic_hw_db_kind kind,
		    unsigned int port, u32 id);

static inline u8 gnic_ring_log(const struct gnic_ring *ring)
{
	return ilog2(ring->mask + 1);
}

/* SQ, RQ: entries that the driver may write; @reaped: consumed ones it knows of. */
static inline u32 gnic_ring_free_entries(const struct gnic_ring *ring, u32 reaped)
{
	return ring->mask + 1 - (READ_ONCE(ring->index) - reaped);
}

static inline void gnic_ring_kick(struct gnic_ring *ring)
{
	ring->kicks++;
	writeq(ring->kick | ring->index, ring->umr);
}

/**
 * gnic_ring_doorbell - tell the device how far the SQ or RQ is filled
 * @ring: SQ, or RQ of a device without shadow doorbells
 *
 * The device, before it sleeps: stores need_kick, full barrier, reads index.
 */
static inline void gnic_ring_doorbell(struct gnic_ring *ring)
{
	ring->doorbells++;
	/* Entries before the index: pairs with the device's acquire of it. */
	dma_wmb();
	WRITE_ONCE(ring->db->index, cpu_to_le32(ring->index));
	/* Index before need_kick: pairs with the device's barrier, see above. */
	dma_mb();
	if (ring->no_shadow || READ_ONCE(ring->db->need_kick))
		gnic_ring_kick(ring);
}

/**
 * gnic_ring_again - the doorbell of what was published last, once more
 * @ring: SQ or RQ; nobody rings it meanwhile
 *
 * The device may have lost it. Not @index: behind what is published there may be entries
 * that are not complete.
 */
static inline void gnic_ring_again(struct gnic_ring *ring)
{
	ring->kicks++;
	writeq(ring->kick | le32_to_cpu(READ_ONCE(ring->db->index)), ring->umr);
}

/* RQ: the device reads the index when it needs a buffer and is never kicked. */
static inline void gnic_ring_publish(struct gnic_ring *ring)
{
	/* Buffers before the index: pairs with the device's acquire of it. */
	dma_wmb();
	WRITE_ONCE(ring->db->index, cpu_to_le32(ring->index));
	if (unlikely(ring->no_shadow))
		gnic_ring_kick(ring);
}

/* CQ, EQ: entries up to the index may be overwritten. */
static inline void gnic_ring_consume(struct gnic_ring *ring)
{
	/* Reads of the entries before the index: pairs with the device's acquire. */
	dma_mb();
	WRITE_ONCE(ring->db->index, cpu_to_le32(ring->index));
}

/**
 * gnic_ring_arm - ask for one interrupt
 * @ring: CQ or EQ
 *
 * The caller looks for entries once more behind dma_mb(): the device writes
 * an entry, full barrier, reads arm.
 */
static inline void gnic_ring_arm(struct gnic_ring *ring)
{
	WRITE_ONCE(ring->db->arm, cpu_to_le32(++ring->arm));
	if (unlikely(ring->no_shadow))
		gnic_ring_kick(ring);
}

/* Entries are written by the device; the bit alternates with every pass. */
static inline bool gnic_ring_valid(const struct gnic_ring *ring, __le32 ctrl)
{
	bool valid = le32_to_cpu(ctrl) & GNIC_CQE_VALID;

	return valid == !(ring->index & (ring->mask + 1));
}

/**
 * struct gnic_cq - completion queue
 * @ring: entries
 * @cqn: number that the device gave
 */
struct gnic_cq {
	struct gnic_ring ring;
	u32 cqn;
};

/**
 * gnic_cq_create - memory and object of the device
 * @dev: card
 * @cq: to fill
 * @in: what it shall be like; .base and .db are filled in here
 *
 * It belongs to ASID in->asid, is not armed, and uses in->vector or none.
 */
int gnic_cq_create(struct gnic_dev *dev, struct gnic_cq *cq, struct gnic_hw_cq_create *in);
/* its memory stays, and is counted, if the device does not give it back */
void gnic_cq_destroy(struct gnic_dev *dev, struct gnic_cq *cq);
int gnic_cq_moderate(struct gnic_dev *dev, const struct gnic_cq *cq, u16 usecs, u16 frames,
		     u16 flags);	/* GNIC_CQ_* */

/**
 * gnic_cq_failed - what the device says of it, whatever it has said before
 * @dev: card
 * @cq: of it
 * @syndrome: why it is dead
 *
 * Return: false: it works, or the device does not answer.
 */
bool gnic_cq_failed(struct gnic_dev *dev, const struct gnic_cq *cq, u8 *syndrome);

/* TPID of the tag that was stripped, with GNIC_RAW_CQE_VLAN. */
static inline __be16 gnic_cqe_vlan_proto(u32 flags)
{
	return htons(flags & GNIC_RAW_CQE_STAG ? ETH_P_8021AD : ETH_P_8021Q);
}

/* Next entry of a CQ of raw QPs, or NULL. */
static inline const struct gnic_hw_raw_cqe *gnic_cq_raw(const struct gnic_cq *cq)
{
	const struct gnic_hw_raw_cqe *cqe = cq->ring.desc;

	cqe += cq->ring.index & cq->ring.mask;
	if (!gnic_ring_valid(&cq->ring, READ_ONCE(cqe->ctrl)))
		return NULL;
	/* Valid bit before the rest: pairs with the device's release of ctrl. */
	dma_rmb();
	return cqe;
}

/* Next entry of a CQ of RC or compute QPs, or NULL. */
static inline const struct gnic_hw_cqe *gnic_cq_next(const struct gnic_cq *cq)
{
	const struct gnic_hw_cqe *cqe = cq->ring.desc;

	cqe += cq->ring.index & cq->ring.mask;
	if (!gnic_ring_valid(&cq->ring, READ_ONCE(cqe->ctrl)))
		return NULL;
	/* Valid bit before the rest: pairs with the device's release of ctrl. */
	dma_rmb();
	return cqe;
}

/* By what the device answered, or did not, to the end of a queue: is its memory ours again? */
bool gnic_ring_given_back(struct gnic_dev *dev, int err);

/* typed QP_CREATE and QP_DESTROY, for QPs of all types */
int gnic_ring_qp_create(struct gnic_dev *dev, const struct gnic_hw_qp_create *in);
bool gnic_ring_qp_destroy(struct gnic_dev *dev, unsigned int port, u32 qpn);
bool gnic_ring_qp_failed(struct gnic_dev *dev, unsigned int port, u32 qpn, u8 *syndrome);

#endif /* GNIC_RING_H */
