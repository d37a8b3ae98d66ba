// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mailbox: a ring of descriptors, each with its own buffers for input and
 * output. A batch fills as many as fit and rings once.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_health.h"

#define GNIC_CMD_LOG		5
#define GNIC_CMD_SLOTS		BIT(GNIC_CMD_LOG)
#define GNIC_CMD_TIMEOUT_MS	5000
#define GNIC_CMD_SPIN_US	20
/* How long to wait before asking whether there is a device at all. */
#define GNIC_CMD_PROBE_MS	50

struct gnic_cmd_slot {
	u8 in[GNIC_CMD_IN_MAX];
	u8 out[GNIC_CMD_OUT_MAX];
};

/**
 * struct gnic_cmdq - the mailbox of a card
 * @lock: one batch at a time; protects all here
 * @desc: ring, coherent
 * @slots: buffers by descriptor, coherent
 * @dma: of @desc
 * @slots_dma: of @slots
 * @pi: producer index, free-running
 * @paused: no command is taken
 */
struct gnic_cmdq {
	struct mutex lock;	/* one batch at a time */
	struct gnic_hw_cmd_desc *desc;
	struct gnic_cmd_slot *slots;
	dma_addr_t dma;
	dma_addr_t slots_dma;
	u32 pi;
	bool paused;
};

int gnic_cmd_errno(u32 status)
{
	static const int errnos[] = {
		[GNIC_STATUS_OK]		= 0,
		[GNIC_STATUS_BAD_OPCODE]	= -EOPNOTSUPP,
		[GNIC_STATUS_BAD_LENGTH]	= -EPROTO,
		[GNIC_STATUS_BAD_PARAM]		= -EINVAL,
		[GNIC_STATUS_BAD_ADDR]		= -EFAULT,
		[GNIC_STATUS_NO_RESOURCE]	= -ENOSPC,
		[GNIC_STATUS_BUSY]		= -EBUSY,
		[GNIC_STATUS_NOT_FOUND]		= -ENOENT,
		[GNIC_STATUS_EXISTS]		= -EEXIST,
		[GNIC_STATUS_BAD_STATE]		= -EPERM,
		[GNIC_STATUS_PERM]		= -EACCES,
		[GNIC_STATUS_UNSUPPORTED]	= -EOPNOTSUPP,
		[GNIC_STATUS_INTERNAL]		= -EIO,
	};

	return status < ARRAY_SIZE(errnos) ? errnos[status] : -EPROTO;
}

/* PI and CI start at zero whenever the ring is enabled. */
static void gnic_cmd_enable(struct gnic_dev *dev)
{
	struct gnic_cmdq *q = dev->cmdq;

	gnic_wr32(dev, GNIC_CMD_ENABLE, 0);
	gnic_wr64(dev, GNIC_CMD_RING_LO, q->dma);
	gnic_wr32(dev, GNIC_CMD_RING_LOG, GNIC_CMD_LOG);
	gnic_wr32(dev, GNIC_CMD_ENABLE, 1);
	q->pi = 0;
}

static void gnic_cmd_disable(struct gnic_dev *dev)
{
	gnic_wr32(dev, GNIC_CMD_ENABLE, 0);
	/* The write has arrived when this read returns: no more DMA. */
	gnic_rd32(dev, GNIC_CMD_ENABLE);
}

static int gnic_cmd_alloc(struct gnic_dev *dev, struct gnic_cmdq *q)
{
	struct device *device = &dev->pdev->dev;

	q->desc = dma_alloc_coherent(device, GNIC_CMD_SLOTS * sizeof(*q->desc), &q->dma,
				     GFP_KERNEL);
	if (!q->desc)
		return -ENOMEM;
	q->slots = dma_alloc_coherent(device, GNIC_CMD_SLOTS * sizeof(*q->slots), &q->slots_dma,
				      GFP_KERNEL);
	if (!q->slots)
		goto err_desc_free;
	return 0;

err_desc_free:
	dma_free_coherent(device, GNIC_CMD_SLOTS * sizeof(*q->desc), q->desc, q->dma);
	return -ENOMEM;
}

static void gnic_cmd_free(struct gnic_dev *dev, struct gnic_cmdq *q)
{
	struct device *device = &dev->pdev->dev;

	dma_free_coherent(device, GNIC_CMD_SLOTS * sizeof(*q->slots), q->slots, q->slots_dma);
	dma_free_coherent(device, GNIC_CMD_SLOTS * sizeof(*q->desc), q->desc, q->dma);
}

int gnic_cmd_init(struct gnic_dev *dev)
{
	struct gnic_cmdq *q;
	int err;

	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q)
		return -ENOMEM;
	err = gnic_cmd_alloc(dev, q);
	if (err) {
		kfree(q);
		return err;
	}
	mutex_init(&q->lock);
	dev->cmdq = q;
	gnic_cmd_enable(dev);
	return 0;
}

void gnic_cmd_exit(struct gnic_dev *dev)
{
	struct gnic_cmdq *q = dev->cmdq;

	gnic_cmd_disable(dev);
	dev->cmdq = NULL;
	gnic_cmd_free(dev, q);
	mutex_destroy(&q->lock);
	kfree(q);
}

/* Who waits for an answer gives up. */
void gnic_cmd_pause(struct gnic_dev *dev)
{
	struct gnic_cmdq *q = dev->cmdq;

	WRITE_ONCE(q->paused, true);
	mutex_lock(&q->lock);
	gnic_cmd_disable(dev);
	mutex_unlock(&q->lock);
}

void gnic_cmd_resume(struct gnic_dev *dev)
{
	struct gnic_cmdq *q = dev->cmdq;

	mutex_lock(&q->lock);
	gnic_cmd_enable(dev);
	WRITE_ONCE(q->paused, false);
	mutex_unlock(&q->lock);
}

static dma_addr_t gnic_cmd_slot_dma(struct gnic_cmdq *q, u32 slot)
{
	return q->slots_dma + slot * sizeof(struct gnic_cmd_slot);
}

static void gnic_cmd_fill(struct gnic_cmdq *q, const struct gnic_cmd *cmd)
{
	u32 slot = q->pi++ & (GNIC_CMD_SLOTS - 1);
	struct gnic_hw_cmd_desc *desc = &q->desc[slot];
	dma_addr_t dma = gnic_cmd_slot_dma(q, slot);

	memset(desc, 0, sizeof(*desc));
	desc->opcode = cpu_to_le16(cmd->opcode);
	desc->in_len = cpu_to_le32(cmd->in_len);
	desc->out_len = cpu_to_le32(cmd->out_len);
	if (cmd->in_len) {
		memcpy(q->slots[slot].in, cmd->in, cmd->in_len);
		desc->in_addr = cpu_to_le64(dma + offsetof(struct gnic_cmd_slot, in));
	}
	if (!cmd->out_len)
		return;
	/* an older device does not write all of it */
	memset(q->slots[slot].out, 0, cmd->out_len);
	desc->out_addr = cpu_to_le64(dma + offsetof(struct gnic_cmd_slot, out));
}

static bool gnic_cmd_done(struct gnic_hw_cmd_desc *desc)
{
	if (!READ_ONCE(desc->done))
		return false;
	/* done before status and output: pairs with the device's release of done. */
	dma_rmb();
	return true;
}

static bool gnic_cmd_spin(struct gnic_hw_cmd_desc *desc)
{
	unsigned int us;

	for (us = 0; us < GNIC_CMD_SPIN_US; us++) {
		if (gnic_cmd_done(desc))
			return true;
		udelay(1);
	}
	return false;
}

static int gnic_cmd_wait(struct gnic_dev *dev, struct gnic_hw_cmd_desc *desc)
{
	unsigned long end = jiffies + msecs_to_jiffies(GNIC_CMD_TIMEOUT_MS);
	unsigned long probe = jiffies + msecs_to_jiffies(GNIC_CMD_PROBE_MS);

	if (gnic_cmd_spin(desc))
		return 0;
	while (!gnic_cmd_done(desc)) {
		if (time_after(jiffies, probe)) {
			gnic_rd32(dev, GNIC_CTL_MAGIC);
			probe = jiffies + msecs_to_jiffies(GNIC_CMD_PROBE_MS);
		}
		if (gnic_dev_gone(dev))
			return -ENODEV;
		if (READ_ONCE(dev->cmdq->paused))
			return -ENETDOWN;
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		usleep_range(50, 100);
	}
	return 0;
}

static int gnic_cmd_result(struct gnic_dev *dev, struct gnic_cmdq *q, u32 index,
			   struct gnic_cmd *cmd)
{
	u32 slot = index & (GNIC_CMD_SLOTS - 1);
	int err;

	err = gnic_cmd_wait(dev, &q->desc[slot]);
	if (err)
		return err;
	cmd->err = gnic_cmd_errno(le32_to_cpu(q->desc[slot].status));
	if (!cmd->err && cmd->out_len)
		memcpy(cmd->out, q->slots[slot].out, cmd->out_len);
	return 0;
}

/* As many as there are slots. A device that does not answer gets a new ring. */
static int gnic_cmd_round(struct gnic_dev *dev, struct gnic_cmd *cmds, unsigned int count)
{
	struct gnic_cmdq *q = dev->cmdq;
	u32 first = q->pi;
	unsigned int i;
	int err;

	for (i = 0; i < count; i++)
		gnic_cmd_fill(q, &cmds[i]);
	/* writel() orders the descriptors before it. */
	gnic_wr32(dev, GNIC_CMD_PI, q->pi);
	for (i = 0; i < count; i++) {
		err = gnic_cmd_result(dev, q, first + i, &cmds[i]);
		if (err)
			goto err_restart;
	}
	return 0;

err_restart:
	for (; i < count; i++)
		cmds[i].err = err;
	if (err == -ETIMEDOUT) {
		dev_err(&dev->pdev->dev, "mailbox: no answer within %u ms\n",
			GNIC_CMD_TIMEOUT_MS);
		gnic_health_timeout(dev);
	}
	gnic_cmd_disable(dev);
	if (err != -ENETDOWN)
		gnic_cmd_enable(dev);
	return err;
}

static bool gnic_cmd_sane(const struct gnic_cmd *cmds, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (WARN_ON_ONCE(cmds[i].in_len > GNIC_CMD_IN_MAX ||
				 cmds[i].out_len > GNIC_CMD_OUT_MAX))
			return false;
	}
	return true;
}

/**
 * gnic_cmd_batch - execute commands in order
 * @dev: card
 * @cmds: commands; .err of each is its result
 * @count: how many
 *
 * Return: 0 if all succeeded, else the first error; -ENETDOWN: the card is paused or not
 * loaded.
 */
int gnic_cmd_batch(struct gnic_dev *dev, struct gnic_cmd *cmds, unsigned int count)
{
	unsigned int i, round;
	int err = 0;

	if (!gnic_cmd_sane(cmds, count))
		return -EINVAL;
	for (i = 0; i < count; i++)
		cmds[i].err = gnic_dev_gone(dev) ? -ENODEV : -ENETDOWN;
	/* devlink asks a card, too, that was not loaded again */
	if (!dev->cmdq)
		return gnic_dev_gone(dev) ? -ENODEV : -ENETDOWN;
	mutex_lock(&dev->cmdq->lock);
	if (READ_ONCE(dev->cmdq->paused))
		err = -ENETDOWN;
	for (i = 0; i < count && !err && !gnic_dev_gone(dev); i += round) {
		round = min_t(unsigned int, count - i, GNIC_CMD_SLOTS);
		err = gnic_cmd_round(dev, cmds + i, round);
	}
	mutex_unlock(&dev->cmdq->lock);
	for (i = 0; i < count; i++) {
		if (cmds[i].err)
			return cmds[i].err;
	}
	return 0;
}

int gnic_cmd_exec(struct gnic_dev *dev, enum gnic_hw_cmd_opcode opcode,
		  const void *in, u32 in_len, void *out, u32 out_len)
{
	struct gnic_cmd cmd = {
		.opcode = opcode,
		.in = in,
		.in_len = in_len,
		.out = out,
		.out_len = out_len,
	};

	return gnic_cmd_batch(dev, &cmd, 1);
}
