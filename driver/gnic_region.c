// SPDX-License-Identifier: GPL-2.0-only
/*
 * devlink regions of a card: its registers, the memory that outlives power, and
 * the trace of its firmware. A fatal error takes a snapshot of all.
 */
#include <linux/netlink.h>
#include <linux/slab.h>

#include "gnic.h"
#include "gnic_fw.h"
#include "gnic_health.h"
#include "gnic_region.h"

#define GNIC_REGION_SNAPSHOTS	8
#define GNIC_REGION_REGISTERS	0x300

/* What is no register is a hole: it is not touched, and zero. */
static int gnic_region_read_registers(struct gnic_dev *dev, void *data)
{
	static const struct {
		u32 base, end;
	} blocks[] = {
#define X(name, base, end) { base, end },
		GNIC_REGION_BLOCKS(X)
#undef X
	};
	unsigned int i;
	u32 reg;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		for (reg = blocks[i].base; reg < blocks[i].end; reg += 4)
			*(__le32 *)(data + reg) = cpu_to_le32(gnic_rd32(dev, reg));
	}
	return gnic_dev_gone(dev) ? -ENODEV : 0;
}

static int gnic_region_read_nvm(struct gnic_dev *dev, void *data)
{
	return gnic_nvm_read(dev, 0, data, GNIC_NVM_SIZE);
}

/* Oldest first; what is not there yet is zero. */
int gnic_region_trace(struct gnic_dev *dev, void *data)
{
	u32 rounds = GNIC_TRACE_RECORDS / GNIC_TRACE_READ;
	struct gnic_hw_trace trace;
	u32 count, first = 0;
	int err;

	while (rounds--) {
		err = gnic_fw_trace(dev, first, &trace);
		if (err)
			return err;
		count = le32_to_cpu(trace.count);
		memcpy(data, trace.record, count * sizeof(trace.record[0]));
		data += count * sizeof(trace.record[0]);
		first = le32_to_cpu(trace.next);
		if (count < GNIC_TRACE_READ)
			break;
	}
	return 0;
}

/*
 * A region
 * @ops: as devlink knows it; priv is the region itself
 * @size: bytes
 * @mailbox: it is read by commands
 * @fill: reads all of it
 */
struct gnic_region {
	struct devlink_region_ops ops;
	u32 size;
	bool mailbox;
	int (*fill)(struct gnic_dev *dev, void *data);
};

static int gnic_region_take(struct gnic_dev *dev, const struct gnic_region *region, u8 **data)
{
	int err;

	*data = kzalloc(region->size, GFP_KERNEL);
	if (!*data)
		return -ENOMEM;
	err = region->fill(dev, *data);
	if (err)
		kfree(*data);
	return err;
}

static int gnic_region_take_snapshot(struct devlink *devlink, const struct devlink_region_ops *ops,
				     struct netlink_ext_ack *extack, u8 **data)
{
	int err = gnic_region_take(devlink_priv(devlink), ops->priv, data);

	if (err)
		NL_SET_ERR_MSG_FMT_MOD(extack, "the device can't be read (%d)", err);
	return err;
}

/* The regions are small: all of one is read for a piece of it. */
static int gnic_region_read(struct devlink *devlink, const struct devlink_region_ops *ops,
			    struct netlink_ext_ack *extack, u64 offset, u32 size, u8 *data)
{
	u8 *all;
	int err;

	err = gnic_region_take_snapshot(devlink, ops, extack, &all);
	if (err)
		return err;
	memcpy(data, all + offset, size);
	kfree(all);
	return 0;
}

#define GNIC_REGION(index, text, bytes, by_mailbox, function) { \
	.ops = { \
		.name = text, \
		.destructor = kfree, \
		.snapshot = gnic_region_take_snapshot, \
		.read = gnic_region_read, \
		.priv = (void *)&gnic_regions[index], \
	}, \
	.size = bytes, \
	.mailbox = by_mailbox, \
	.fill = function, \
}

static const struct gnic_region gnic_regions[GNIC_REGIONS] = {
	GNIC_REGION(0, "registers", GNIC_REGION_REGISTERS, false, gnic_region_read_registers),
	GNIC_REGION(1, "nvm", GNIC_NVM_SIZE, true, gnic_region_read_nvm),
	GNIC_REGION(2, "fw-trace", GNIC_REGION_TRACE, true, gnic_region_trace),
};

static bool gnic_region_present(struct gnic_dev *dev, const struct gnic_region *region)
{
	return !region->mailbox || gnic_fw_present(dev);
}

int gnic_region_init(struct gnic_dev *dev)
{
	struct devlink_region *region;
	unsigned int i;

	for (i = 0; i < GNIC_REGIONS; i++) {
		if (!gnic_region_present(dev, &gnic_regions[i]))
			continue;
		region = devl_region_create(gnic_devlink(dev), &gnic_regions[i].ops,
					    GNIC_REGION_SNAPSHOTS, gnic_regions[i].size);
		if (IS_ERR(region)) {
			gnic_region_exit(dev);
			return PTR_ERR(region);
		}
		dev->regions[i] = region;
	}
	return 0;
}

void gnic_region_exit(struct gnic_dev *dev)
{
	unsigned int i;

	for (i = 0; i < GNIC_REGIONS; i++) {
		if (dev->regions[i])
			devl_region_destroy(dev->regions[i]);
		dev->regions[i] = NULL;
	}
}

/* The mailbox may go meanwhile: a reload has the lock. */
static void gnic_region_snapshot_one(struct gnic_dev *dev, unsigned int i, u32 id)
{
	u8 *data;
	int err;

	devl_lock(gnic_devlink(dev));
	err = gnic_region_take(dev, &gnic_regions[i], &data);
	devl_unlock(gnic_devlink(dev));
	if (err)
		return;
	if (devlink_region_snapshot_create(dev->regions[i], data, id))
		kfree(data);
}

/* A device that answers no command is read without. No lock is held. */
void gnic_region_snapshot(struct gnic_dev *dev)
{
	bool mute = dev->health->faults & ~BIT(GNIC_HEALTH_FATAL);
	struct devlink *devlink = gnic_devlink(dev);
	unsigned int i;
	u32 id;

	if (!READ_ONCE(dev->error_snapshot) || devlink_region_snapshot_id_get(devlink, &id))
		return;
	for (i = 0; i < GNIC_REGIONS; i++) {
		if (dev->regions[i] && !(mute && gnic_regions[i].mailbox))
			gnic_region_snapshot_one(dev, i, id);
	}
	devlink_region_snapshot_id_put(devlink, id);
}
