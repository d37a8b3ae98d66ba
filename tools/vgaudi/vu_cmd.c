// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands: a table with what each may look like, and one function each.
 * A function finds its request in conn->in.data, already checked for length
 * and number of descriptors, and leaves its reply in conn->out.data.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "dma.h"
#include "irq.h"
#include "vu_conn.h"

/* Version. */

static int vu_version(struct vu_conn *conn, size_t len, size_t *reply_len)
{
	const struct vfio_user_version *req = (void *)conn->in.data;
	struct vfio_user_version *reply = (void *)conn->out.data;
	int ret;

	if (conn->dev->client == conn)
		return -EINVAL;
	if (!vu_claim(conn))
		return -EBUSY;
	if (req->major != VFIO_USER_MAJOR)
		return -ENOTSUP;
	ret = vu_negotiate(conn, req->data, len - sizeof(*req), reply->data,
			   VU_PAYLOAD_MAX - sizeof(*reply));
	if (ret < 0)
		return ret;
	reply->major = VFIO_USER_MAJOR;
	reply->minor = req->minor < VFIO_USER_MINOR ?
		       req->minor : VFIO_USER_MINOR;
	*reply_len = sizeof(*reply) + ret;
	vu_claimed(conn);
	return 0;
}

/* Memory. */

static int vu_dma_map(struct vu_conn *conn, size_t len, size_t *reply_len)
{
	const struct vfio_user_dma_map *req = (void *)conn->in.data;
	const struct vu_params *p = &conn->dev->params;
	int fd = conn->nfds ? conn->fds[0] : -1;
	int prot = 0;
	int ret;

	(void)reply_len;
	if (req->argsz < len || req->flags & ~(VFIO_USER_DMA_READABLE |
					       VFIO_USER_DMA_WRITABLE))
		return -EINVAL;
	if (req->flags & VFIO_USER_DMA_READABLE)
		prot |= PROT_READ;
	if (req->flags & VFIO_USER_DMA_WRITABLE)
		prot |= PROT_WRITE;
	ret = dma_add(p->dma, req->iova, req->size, fd, req->offset, prot);
	if (!ret && p->ops->dma_map)
		p->ops->dma_map(p->opaque, req->iova, req->size);
	return ret;
}

static int vu_dma_unmap_all(const struct vu_params *p,
			    const struct vfio_user_dma_unmap *req)
{
	if (req->iova || req->size)
		return -EINVAL;
	if (p->ops->dma_unmap)
		p->ops->dma_unmap(p->opaque, 0, UINT64_MAX);
	dma_flush(p->dma);
	return 0;
}

static int vu_dma_unmap_one(const struct vu_params *p,
			    const struct vfio_user_dma_unmap *req)
{
	if (!dma_has(p->dma, req->iova, req->size))
		return -ENOENT;
	if (p->ops->dma_unmap)
		p->ops->dma_unmap(p->opaque, req->iova, req->size);
	return dma_del(p->dma, req->iova, req->size);
}

static int vu_dma_unmap(struct vu_conn *conn, size_t len, size_t *reply_len)
{
	const struct vfio_user_dma_unmap *req = (void *)conn->in.data;
	const struct vu_params *p = &conn->dev->params;
	int ret;

	if (req->flags & VFIO_USER_UNMAP_DIRTY)
		return -ENOTSUP;
	if (req->argsz < len || len != sizeof(*req) ||
	    req->flags & ~VFIO_USER_UNMAP_ALL)
		return -EINVAL;
	ret = req->flags & VFIO_USER_UNMAP_ALL ? vu_dma_unmap_all(p, req) :
						 vu_dma_unmap_one(p, req);
	memcpy(conn->out.data, req, sizeof(*req));
	*reply_len = sizeof(*req);
	return ret;
}

/* The device and its regions. */

static int vu_get_info(struct vu_conn *conn, size_t len, size_t *reply_len)
{
	const struct vfio_user_info *req = (void *)conn->in.data;
	struct vfio_user_info *reply = (void *)conn->out.data;

	if (req->argsz < len)
		return -EINVAL;
	*reply = (struct vfio_user_info){
		.argsz = sizeof(*reply),
		.flags = VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI,
		.num_regions = VFIO_PCI_NUM_REGIONS,
		.num_irqs = VFIO_PCI_NUM_IRQS,
	};
	*reply_len = sizeof(*reply);
	return 0;
}

static size_t vu_put_sparse(const struct vu_region *region,
			    struct vfio_region_info_cap_sparse_mmap *cap)
{
	unsigned int nr = region->nr_areas;

	*cap = (struct vfio_region_info_cap_sparse_mmap){
		.header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP,
		.header.version = 1,
		.nr_areas = nr,
	};
	for (unsigned int i = 0; i < nr; i++) {
		cap->areas[i].offset = region->areas[i].offset;
		cap->areas[i].size = region->areas[i].size;
	}
	return sizeof(*cap) + nr * sizeof(cap->areas[0]);
}

/*
 * If the client has no room for the capability it gets the bare structure with
 * the size it needs, and comes again: so no descriptor yet.
 */
static int vu_get_region_info(struct vu_conn *conn, size_t len,
			      size_t *reply_len)
{
	const struct vfio_region_info *req = (void *)conn->in.data;
	struct vfio_region_info *reply = (void *)conn->out.data;
	const struct vu_region *region;

	if (req->argsz < len || req->index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	region = &conn->dev->regions[req->index];
	*reply = (struct vfio_region_info){
		.argsz = sizeof(*reply),
		.flags = region->flags,
		.index = req->index,
		.size = region->size,
	};
	*reply_len = sizeof(*reply);
	if (!(region->flags & VFIO_REGION_INFO_FLAG_MMAP))
		return 0;
	if (!conn->client_fds) {
		reply->flags &= ~VFIO_REGION_INFO_FLAG_MMAP;
		return 0;
	}
	reply->offset = region->mmap_offset;
	if (region->areas) {
		reply->flags |= VFIO_REGION_INFO_FLAG_CAPS;
		reply->cap_offset = sizeof(*reply);
		reply->argsz += vu_put_sparse(region, (void *)(reply + 1));
	}
	if (req->argsz < reply->argsz)
		return 0;
	*reply_len = reply->argsz;
	conn->out_fd = region->fd;
	return 0;
}

/* Region access. */

static int vu_access_check(struct vu_conn *conn, uint32_t index, uint64_t off,
			   uint32_t count, uint32_t flag)
{
	const struct vu_region *region;

	if (index >= VFIO_PCI_NUM_REGIONS || !count ||
	    count > VFIO_USER_XFER_MAX)
		return -EINVAL;
	region = &conn->dev->regions[index];
	if (count > region->size || off > region->size - count)
		return -EINVAL;
	return region->flags & flag ? 0 : -EPERM;
}

static int vu_region_read(struct vu_conn *conn, size_t len, size_t *reply_len)
{
	const struct vfio_user_region_io *req = (void *)conn->in.data;
	struct vfio_user_region_io *reply = (void *)conn->out.data;
	struct vu_dev *dev = conn->dev;
	int ret;

	(void)len;
	ret = vu_access_check(conn, req->region, req->offset, req->count,
			      VFIO_REGION_INFO_FLAG_READ);
	if (ret)
		return ret;
	if (req->count > conn->client_xfer)
		return -EINVAL;
	dev->stats.reads[req->region]++;
	dev->stats.bytes_read[req->region] += req->count;
	*reply = *req;
	*reply_len = sizeof(*reply) + req->count;
	return dev->params.ops->region_read(dev->params.opaque, req->region,
					    req->offset, reply->data,
					    req->count);
}

static int vu_write(struct vu_conn *conn, uint32_t region, uint64_t off,
		    const void *data, uint32_t count)
{
	struct vu_dev *dev = conn->dev;
	int ret;

	ret = vu_access_check(conn, region, off, count,
			      VFIO_REGION_INFO_FLAG_WRITE);
	if (ret)
		return ret;
	dev->stats.writes[region]++;
	dev->stats.bytes_written[region] += count;
	return dev->params.ops->region_write(dev->params.opaque, region, off,
					     data, count);
}

static int vu_region_write(struct vu_conn *conn, size_t len, size_t *reply_len)
{
	const struct vfio_user_region_io *req = (void *)conn->in.data;
	struct vfio_user_region_io *reply = (void *)conn->out.data;

	if (req->count != len - sizeof(*req))
		return -EINVAL;
	*reply = *req;
	*reply_len = sizeof(*reply);
	return vu_write(conn, req->region, req->offset, req->data, req->count);
}

/* The writes before a bad one have been done; the client learns of the bad. */
static int vu_region_write_multi(struct vu_conn *conn, size_t len,
				 size_t *reply_len)
{
	const struct vfio_user_multi *req = (void *)conn->in.data;
	int ret = 0;

	if (!conn->multi)
		return -ENOTSUP;
	if (!req->count || req->count > VFIO_USER_MULTI_MAX ||
	    len != sizeof(*req) + req->count * sizeof(req->writes[0]))
		return -EINVAL;
	for (uint64_t i = 0; i < req->count && !ret; i++) {
		const struct vfio_user_multi_one *one = &req->writes[i];

		ret = one->count > sizeof(one->data) ? -EINVAL :
		      vu_write(conn, one->region, one->offset, one->data,
			       one->count);
	}
	memcpy(conn->out.data, &req->count, sizeof(req->count));
	*reply_len = sizeof(req->count);
	return ret;
}

/* Interrupts. */

static int vu_get_irq_info(struct vu_conn *conn, size_t len, size_t *reply_len)
{
	const struct vfio_irq_info *req = (void *)conn->in.data;
	struct vfio_irq_info *reply = (void *)conn->out.data;
	uint32_t flags;
	int count;

	if (req->argsz < len)
		return -EINVAL;
	count = irq_count(conn->dev->params.irq, req->index, &flags);
	if (count < 0)
		return count;
	*reply = (struct vfio_irq_info){
		.argsz = sizeof(*reply),
		.flags = flags,
		.index = req->index,
		.count = count,
	};
	*reply_len = sizeof(*reply);
	return 0;
}

static int vu_set_irqs(struct vu_conn *conn, size_t len, size_t *reply_len)
{
	const struct vfio_irq_set *req = (void *)conn->in.data;
	size_t bools = req->flags & VFIO_IRQ_SET_DATA_BOOL ? req->count : 0;
	const struct vu_params *p = &conn->dev->params;
	struct irq_set set = {
		.index = req->index,
		.flags = req->flags,
		.start = req->start,
		.count = req->count,
		.bools = req->data,
		.fds = conn->fds,
		.nfds = conn->nfds,
	};
	int ret;

	(void)reply_len;
	if (req->argsz != len || len != sizeof(*req) + bools)
		return -EINVAL;
	ret = irq_apply(p->irq, &set);
	if (!ret && p->ops->irq_set)
		p->ops->irq_set(p->opaque, req->index);
	return ret;
}

/* Reset. */

static int vu_reset(struct vu_conn *conn, size_t len, size_t *reply_len)
{
	const struct vu_params *p = &conn->dev->params;

	(void)len;
	(void)reply_len;
	return p->ops->reset(p->opaque, VU_RESET_DEVICE);
}

/* The table. */

/**
 * struct vu_cmd - one command
 * @name: for people
 * @min: shortest payload
 * @max: longest payload
 * @fds: most descriptors
 * @fn: what it does; NULL for what we do not offer: ENOTSUP
 */
static const struct vu_cmd {
	const char *name;
	size_t min;
	size_t max;
	unsigned int fds;
	int (*fn)(struct vu_conn *conn, size_t len, size_t *reply_len);
} vu_cmds[VFIO_USER_CMD_MAX] = {
	[VFIO_USER_VERSION] = {
		"version", sizeof(struct vfio_user_version), 4096, 0,
		vu_version
	},
	[VFIO_USER_DMA_MAP] = {
		"dma-map", sizeof(struct vfio_user_dma_map),
		sizeof(struct vfio_user_dma_map), 1, vu_dma_map
	},
	[VFIO_USER_DMA_UNMAP] = {
		"dma-unmap", sizeof(struct vfio_user_dma_unmap),
		VU_PAYLOAD_MAX, 0, vu_dma_unmap
	},
	[VFIO_USER_GET_INFO] = {
		"get-info", sizeof(struct vfio_user_info),
		sizeof(struct vfio_user_info), 0, vu_get_info
	},
	[VFIO_USER_GET_REGION_INFO] = {
		"get-region-info", sizeof(struct vfio_region_info),
		sizeof(struct vfio_region_info), 0, vu_get_region_info
	},
	[VFIO_USER_GET_REGION_IO_FDS] = {
		"get-region-io-fds", 0, VU_PAYLOAD_MAX, 0, NULL
	},
	[VFIO_USER_GET_IRQ_INFO] = {
		"get-irq-info", sizeof(struct vfio_irq_info),
		sizeof(struct vfio_irq_info), 0, vu_get_irq_info
	},
	[VFIO_USER_SET_IRQS] = {
		"set-irqs", sizeof(struct vfio_irq_set),
		sizeof(struct vfio_irq_set) + IRQ_VECTORS_MAX,
		VFIO_USER_FDS_MAX, vu_set_irqs
	},
	[VFIO_USER_REGION_READ] = {
		"region-read", sizeof(struct vfio_user_region_io),
		sizeof(struct vfio_user_region_io), 0, vu_region_read
	},
	[VFIO_USER_REGION_WRITE] = {
		"region-write", sizeof(struct vfio_user_region_io),
		VU_PAYLOAD_MAX, 0, vu_region_write
	},
	[VFIO_USER_DMA_READ] = { "dma-read", 0, VU_PAYLOAD_MAX, 0, NULL },
	[VFIO_USER_DMA_WRITE] = { "dma-write", 0, VU_PAYLOAD_MAX, 0, NULL },
	[VFIO_USER_RESET] = { "reset", 0, 0, 0, vu_reset },
	[VFIO_USER_DIRTY_PAGES] = { "dirty-pages", 0, VU_PAYLOAD_MAX, 0, NULL },
	[VFIO_USER_REGION_WRITE_MULTI] = {
		"region-write-multi", sizeof(struct vfio_user_multi),
		sizeof(struct vfio_user_multi) + VFIO_USER_MULTI_MAX *
		sizeof(struct vfio_user_multi_one), 0, vu_region_write_multi
	},
	[VFIO_USER_DEVICE_FEATURE] = {
		"device-feature", 0, VU_PAYLOAD_MAX, 0, NULL
	},
	[VFIO_USER_MIG_DATA_READ] = {
		"mig-data-read", 0, VU_PAYLOAD_MAX, 0, NULL
	},
	[VFIO_USER_MIG_DATA_WRITE] = {
		"mig-data-write", 0, VU_PAYLOAD_MAX, 0, NULL
	},
};

const char *vu_cmd_name(unsigned int cmd)
{
	return cmd < VFIO_USER_CMD_MAX ? vu_cmds[cmd].name : NULL;
}

static int vu_cmd_check(struct vu_conn *conn, const struct vu_cmd *cmd,
			size_t len)
{
	struct vu_stats *stats = &conn->dev->stats;

	if (conn->nfds > cmd->fds)
		stats->surplus_fds += conn->nfds - cmd->fds;
	if (conn->nfds > cmd->fds || len < cmd->min || len > cmd->max) {
		stats->malformed++;
		return -EINVAL;
	}
	if (!cmd->fn)
		return -ENOTSUP;
	if (conn->dev->client != conn && cmd->fn != vu_version)
		return -EPROTO;
	return 0;
}

int vu_execute(struct vu_conn *conn, size_t len, size_t *reply_len)
{
	struct vu_stats *stats = &conn->dev->stats;
	uint16_t id = conn->in.hdr.cmd;
	int ret;

	if (!vu_cmd_name(id)) {
		stats->unknown++;
		stats->surplus_fds += conn->nfds;
		return -ENOTSUP;
	}
	stats->msgs[id]++;
	ret = vu_cmd_check(conn, &vu_cmds[id], len);
	if (!ret)
		ret = vu_cmds[id].fn(conn, len, reply_len);
	if (ret)
		stats->errors[id]++;
	return ret;
}
