// SPDX-License-Identifier: GPL-2.0-only
/*
 * The auxiliary child gnic.accel.N, and what of gnic_accel_api.h is about the
 * card as a whole: identity, protection domains, windows.
 */
#include <linux/dma-mapping.h>
#include <linux/idr.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "gnic.h"
#include "gnic_accel_api.h"
#include "gnic_push.h"

/**
 * struct gnic_accel - what the compute module has of a card
 * @adev: auxiliary child gnic.accel.N
 * @lock: protects @asids, @sobs, @asid_next
 * @asids: in use
 * @sobs: those among them that were given sync objects
 * @asid_next: where the search begins: an ASID that was given back rests long
 * @unsure: ASIDs that may have a window of which the device has not told
 * @windows: id -> ASID, as a value entry
 */
struct gnic_accel {
	struct gnic_adev *adev;
	struct mutex lock;	/* @asids, @sobs, @asid_next */
	DECLARE_BITMAP(asids, GNIC_ASID_MAX + 1);
	DECLARE_BITMAP(sobs, GNIC_ASID_MAX + 1);
	unsigned int asid_next;
	DECLARE_BITMAP(unsure, GNIC_ASID_MAX + 1);
	struct xarray windows;
};

static DEFINE_IDA(gnic_accel_ida);

static void gnic_accel_child_release(struct device *device)
{
	struct gnic_adev *child = container_of(device, struct gnic_adev, adev.dev);

	kfree(child);
}

static struct gnic_adev *gnic_accel_child_alloc(struct gnic_dev *dev)
{
	struct gnic_adev *child;
	int id;

	child = kzalloc(sizeof(*child), GFP_KERNEL);
	if (!child)
		return ERR_PTR(-ENOMEM);
	id = ida_alloc(&gnic_accel_ida, GFP_KERNEL);
	if (id < 0) {
		kfree(child);
		return ERR_PTR(id);
	}
	child->dev = dev;
	child->id = id;
	child->adev.name = "accel";
	child->adev.id = id;
	child->adev.dev.parent = &dev->pdev->dev;
	child->adev.dev.release = gnic_accel_child_release;
	return child;
}

static int gnic_accel_child_add(struct gnic_dev *dev)
{
	struct gnic_adev *child;
	int err, id;

	child = gnic_accel_child_alloc(dev);
	if (IS_ERR(child))
		return PTR_ERR(child);
	id = child->id;
	err = auxiliary_device_init(&child->adev);
	if (err) {
		gnic_accel_child_release(&child->adev.dev);
		goto err_id_free;
	}
	dev->accel->adev = child;
	err = auxiliary_device_add(&child->adev);
	if (err)
		goto err_uninit;
	return 0;

err_uninit:
	dev->accel->adev = NULL;
	auxiliary_device_uninit(&child->adev);
err_id_free:
	ida_free(&gnic_accel_ida, id);
	return err;
}

static void gnic_accel_child_del(struct gnic_dev *dev)
{
	struct gnic_adev *child = dev->accel->adev;

	auxiliary_device_delete(&child->adev);
	ida_free(&gnic_accel_ida, child->id);
	dev->accel->adev = NULL;
	auxiliary_device_uninit(&child->adev);
}

/* The card's devl_lock may be held or not. */
int gnic_accel_init(struct gnic_dev *dev)
{
	struct gnic_accel *accel;
	int err;

	accel = kzalloc(sizeof(*accel), GFP_KERNEL);
	if (!accel)
		return -ENOMEM;
	mutex_init(&accel->lock);
	xa_init(&accel->windows);
	__set_bit(GNIC_ASID_KERNEL, accel->asids);
	atomic_set(&dev->asids, 0);
	dev->accel = accel;

	err = gnic_accel_child_add(dev);
	if (err)
		goto err_free;
	return 0;

err_free:
	dev->accel = NULL;
	kfree(accel);
	return err;
}

/* The compute module's remove runs here, and gives all back. */
void gnic_accel_exit(struct gnic_dev *dev)
{
	struct gnic_accel *accel = dev->accel;

	if (!accel)
		return;
	gnic_accel_child_del(dev);
	xa_destroy(&accel->windows);
	mutex_destroy(&accel->lock);
	dev->accel = NULL;
	kfree(accel);
}

struct gnic_dev *gnic_accel_dev(struct auxiliary_device *adev)
{
	return container_of(adev, struct gnic_adev, adev)->dev;
}
EXPORT_SYMBOL_GPL(gnic_accel_dev);

/* Of an ASID. */
static u32 gnic_accel_sobs(const struct gnic_dev *dev)
{
	return min(le32_to_cpu(dev->caps.sobs), GNIC_SOBS);
}

/* What the netdevs have of device memory is behind it. */
static u64 gnic_accel_hbm_size(struct gnic_dev *dev)
{
	u64 size = gnic_hbm_size(dev);

	return size - gnic_push_share(size);
}

void gnic_accel_query(struct gnic_dev *dev, struct gnic_accel_info *info)
{
	*info = (struct gnic_accel_info){
		.dma_dev = &dev->pdev->dev,
		.hbm_addr = GNIC_ADDR_HBM_BASE,
		.hbm_size = gnic_accel_hbm_size(dev),
		.hbm_phys = pci_resource_start(dev->pdev, GNIC_BAR_HBM),
		.num_ports = dev->num_ports,
		.windows = le32_to_cpu(dev->caps.windows),
		.segments = le32_to_cpu(dev->caps.segments),
		.serial = gnic_rd64(dev, GNIC_CTL_SERIAL_LO),
		.module_id = gnic_rd32(dev, GNIC_CTL_MODULE_ID),
		.compute = dev->caps_bits & GNIC_CAP_COMPUTE,
		.rows = le32_to_cpu(dev->caps.rc) & GNIC_RC_CAP_STRIDE,
		.rdv = le32_to_cpu(dev->caps.rc) & GNIC_RC_CAP_RDV,
		.sobs = gnic_accel_sobs(dev),
	};
}
EXPORT_SYMBOL_GPL(gnic_accel_query);

bool gnic_accel_gone(struct gnic_dev *dev)
{
	return gnic_dev_gone(dev);
}
EXPORT_SYMBOL_GPL(gnic_accel_gone);

bool gnic_accel_silent(struct gnic_dev *dev)
{
	return gnic_dev_gone(dev) || READ_ONCE(dev->silent);
}
EXPORT_SYMBOL_GPL(gnic_accel_silent);

int gnic_accel_asid_get(struct gnic_dev *dev)
{
	struct gnic_accel *accel = dev->accel;
	unsigned int asid;

	mutex_lock(&accel->lock);
	asid = find_next_zero_bit(accel->asids, GNIC_ASID_MAX + 1, accel->asid_next);
	if (asid > GNIC_ASID_MAX)
		asid = find_first_zero_bit(accel->asids, GNIC_ASID_MAX + 1);
	if (asid <= GNIC_ASID_MAX) {
		__set_bit(asid, accel->asids);
		accel->asid_next = asid + 1;
		atomic_inc(&dev->asids);
	}
	mutex_unlock(&accel->lock);
	return asid <= GNIC_ASID_MAX ? asid : -ENOSPC;
}
EXPORT_SYMBOL_GPL(gnic_accel_asid_get);

static bool gnic_accel_has_sobs(struct gnic_accel *accel, u16 asid)
{
	bool has;

	mutex_lock(&accel->lock);
	has = test_bit(asid, accel->sobs);
	mutex_unlock(&accel->lock);
	return has;
}

int gnic_accel_asid_put(struct gnic_dev *dev, u16 asid)
{
	struct gnic_accel *accel = dev->accel;
	unsigned long id;
	int err, ret = test_bit(asid, accel->unsure) ? -ETIMEDOUT : 0;
	void *entry;

	xa_for_each(&accel->windows, id, entry) {
		if (xa_to_value(entry) != asid)
			continue;
		err = gnic_accel_window_del(dev, asid, id);
		if (err)
			ret = err;
	}
	if (gnic_accel_has_sobs(accel, asid)) {
		err = gnic_accel_sob_set(dev, asid, 0, gnic_accel_sobs(dev), 0);
		if (err)
			ret = err;
	}
	if (ret && !gnic_accel_silent(dev))
		return ret;

	mutex_lock(&accel->lock);
	__clear_bit(asid, accel->sobs);
	__clear_bit(asid, accel->asids);
	atomic_dec(&dev->asids);
	mutex_unlock(&accel->lock);
	return 0;
}
EXPORT_SYMBOL_GPL(gnic_accel_asid_put);

static bool gnic_accel_asid_valid(struct gnic_accel *accel, u16 asid)
{
	bool valid;

	mutex_lock(&accel->lock);
	valid = asid != GNIC_ASID_KERNEL && asid <= GNIC_ASID_MAX && test_bit(asid, accel->asids);
	mutex_unlock(&accel->lock);
	return valid;
}

/* ---- windows ---- */

static int gnic_accel_window_forget(struct gnic_dev *dev, u32 id)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(id) };
	int err;

	err = gnic_cmd_exec(dev, GNIC_CMD_WINDOW_DEL, &in, sizeof(in), NULL, 0);
	return gnic_accel_silent(dev) ? 0 : err;
}

static int gnic_accel_window_create(struct gnic_dev *dev, u16 asid,
				    enum gnic_hw_cmd_opcode opcode, const void *in, u32 in_len,
				    u32 *id)
{
	struct gnic_hw_id out;
	int err;

	err = gnic_cmd_exec(dev, opcode, in, in_len, &out, sizeof(out));
	if (err == -ETIMEDOUT)
		set_bit(asid, dev->accel->unsure);
	if (err)
		return err;

	*id = le32_to_cpu(out.id);
	err = xa_err(xa_store(&dev->accel->windows, *id, xa_mk_value(asid), GFP_KERNEL));
	/* one that stays, and of which nobody knows, is as one that was made without an answer */
	if (err && gnic_accel_window_forget(dev, *id)) {
		set_bit(asid, dev->accel->unsure);
		err = -ETIMEDOUT;
	}
	return err;
}

int gnic_accel_window_add(struct gnic_dev *dev, u16 asid, u64 addr, u64 size, u8 access, u32 *id)
{
	struct gnic_hw_window in = {
		.addr = cpu_to_le64(addr),
		.size = cpu_to_le64(size),
		.asid = cpu_to_le16(asid),
		.access = access,
	};

	if (!gnic_accel_asid_valid(dev->accel, asid))
		return -EINVAL;
	return gnic_accel_window_create(dev, asid, GNIC_CMD_WINDOW_ADD, &in, sizeof(in), id);
}
EXPORT_SYMBOL_GPL(gnic_accel_window_add);

/* Pieces that touch are one. Returns how many there are; @list: NULL to count only. */
static u32 gnic_accel_segments(struct sg_table *sgt, struct gnic_hw_segment *list)
{
	u64 addr = 0, size = 0;
	struct scatterlist *sg;
	u32 i, count = 0;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if (!count || sg_dma_address(sg) != addr + size) {
			addr = sg_dma_address(sg);
			size = 0;
			count++;
		}
		size += sg_dma_len(sg);
		if (list)
			list[count - 1] = (struct gnic_hw_segment){
				.addr = cpu_to_le64(addr),
				.size = cpu_to_le64(size),
			};
	}
	return count;
}

static u64 gnic_accel_segments_size(struct sg_table *sgt)
{
	struct scatterlist *sg;
	u64 size = 0;
	u32 i;

	for_each_sgtable_dma_sg(sgt, sg, i)
		size += sg_dma_len(sg);
	return size;
}

int gnic_accel_window_map(struct gnic_dev *dev, u16 asid, u64 addr, struct sg_table *sgt,
			  u8 access, u32 *id)
{
	u32 count = gnic_accel_segments(sgt, NULL);
	struct gnic_hw_window_map in = {
		.addr = cpu_to_le64(addr),
		.size = cpu_to_le64(gnic_accel_segments_size(sgt)),
		.count = cpu_to_le32(count),
		.asid = cpu_to_le16(asid),
		.access = access,
	};
	size_t len = array_size(count, sizeof(struct gnic_hw_segment));
	struct gnic_hw_segment *list;
	dma_addr_t dma;
	int err;

	if (!gnic_accel_asid_valid(dev->accel, asid))
		return -EINVAL;
	if (count > le32_to_cpu(dev->caps.segments))
		return -ENOSPC;
	list = dma_alloc_coherent(&dev->pdev->dev, len, &dma, GFP_KERNEL | __GFP_NOWARN);
	if (!list)
		return -ENOMEM;
	gnic_accel_segments(sgt, list);
	in.list = cpu_to_le64(dma);
	err = gnic_accel_window_create(dev, asid, GNIC_CMD_WINDOW_MAP, &in, sizeof(in), id);
	dma_free_coherent(&dev->pdev->dev, len, list, dma);
	return err;
}
EXPORT_SYMBOL_GPL(gnic_accel_window_map);

int gnic_accel_window_del(struct gnic_dev *dev, u16 asid, u32 id)
{
	struct xarray *windows = &dev->accel->windows;
	int err;

	if (xa_load(windows, id) != xa_mk_value(asid))
		return -ENOENT;
	err = gnic_accel_window_forget(dev, id);
	if (!err)
		xa_erase(windows, id);
	return err;
}
EXPORT_SYMBOL_GPL(gnic_accel_window_del);

int gnic_accel_sob_set(struct gnic_dev *dev, u16 asid, u32 first, u32 count, u8 access)
{
	struct gnic_accel *accel = dev->accel;
	struct gnic_hw_sob_set in = {
		.asid = cpu_to_le16(asid),
		.access = access,
		.first = cpu_to_le16(first),
		.count = cpu_to_le16(count),
	};

	if (!gnic_accel_asid_valid(accel, asid))
		return -EINVAL;
	mutex_lock(&accel->lock);
	__set_bit(asid, accel->sobs);
	mutex_unlock(&accel->lock);
	return gnic_cmd_exec(dev, GNIC_CMD_SOB_SET, &in, sizeof(in), NULL, 0);
}
EXPORT_SYMBOL_GPL(gnic_accel_sob_set);

int gnic_accel_sob_read(struct gnic_dev *dev, u16 asid, u32 *values)
{
	struct gnic_hw_id in = { .id = cpu_to_le32(asid) };
	struct gnic_hw_sobs out;
	int err;
	u32 i;

	err = gnic_cmd_exec(dev, GNIC_CMD_SOB_READ, &in, sizeof(in), &out, sizeof(out));
	for (i = 0; i < GNIC_SOBS && !err; i++)
		values[i] = le32_to_cpu(out.value[i]);
	return err;
}
EXPORT_SYMBOL_GPL(gnic_accel_sob_read);
