// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which queue is nearest to a processor. Channels share vectors, and a vector
 * has room for one only who is told where it goes: so we look, once a second.
 */
#ifdef CONFIG_RFS_ACCEL
#include <linux/cpu_rmap.h>
#include <linux/irq.h>
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "gnic_arfs_map.h"
#include "gnic_channel.h"

/**
 * struct gnic_arfs_map - the kernel's map, and what it was made from
 * @rmap: by processor: number of the nearest queue
 * @count: queues
 * @cpus: of these: the processors that its vector goes to
 */
struct gnic_arfs_map {
	struct cpu_rmap *rmap;
	unsigned int count;
	struct cpumask cpus[];
};

/* Where it goes, of all that it may; a vector moves when it is raised, which may be later. */
static const struct cpumask *gnic_arfs_map_cpus(struct gnic_nic *nic, unsigned int ring)
{
	unsigned int irq = gnic_irq_number(nic->dev, nic->channels[ring]->vector);
	const struct cpumask *now = irq_get_effective_affinity_mask(irq);
	const struct cpumask *wanted = irq_get_affinity_mask(irq);

	return now && wanted && !cpumask_subset(now, wanted) ? wanted : now;
}

/**
 * gnic_arfs_map_update - look whether vectors go to other processors now
 * @nic: netdev
 * @map: its map, or NULL
 */
void gnic_arfs_map_update(struct gnic_nic *nic, struct gnic_arfs_map *map)
{
	const struct cpumask *cpus;
	unsigned int i;

	for (i = 0; map && i < map->count; i++) {
		cpus = gnic_arfs_map_cpus(nic, i);
		if (!cpus || cpumask_equal(cpus, &map->cpus[i]))
			continue;
		cpumask_copy(&map->cpus[i], cpus);
		cpu_rmap_update(map->rmap, i, &map->cpus[i]);
	}
}

static struct gnic_arfs_map *gnic_arfs_map_alloc(struct gnic_nic *nic, unsigned int count)
{
	struct gnic_arfs_map *map;
	unsigned int i;

	map = kvzalloc(struct_size(map, cpus, count), GFP_KERNEL);
	if (!map)
		return NULL;
	map->rmap = alloc_irq_cpu_rmap(count);
	if (!map->rmap) {
		kvfree(map);
		return NULL;
	}
	map->count = count;
	/* objects are numbered as they come */
	for (i = 0; i < count; i++)
		cpu_rmap_add(map->rmap, nic->channels[i]);
	gnic_arfs_map_update(nic, map);
	return map;
}

static void gnic_arfs_map_free(struct gnic_arfs_map *map)
{
	if (!map)
		return;
	cpu_rmap_put(map->rmap);
	kvfree(map);
}

/**
 * gnic_arfs_map_build - a map of other queues in the place of the old one
 * @nic: netdev, whose channels below @count exist
 * @map: its map, or NULL; changes
 * @count: queues, 0: no map
 *
 * The stack looks at it under RCU.
 */
void gnic_arfs_map_build(struct gnic_nic *nic, struct gnic_arfs_map **map, unsigned int count)
{
	struct gnic_arfs_map *old = *map;

	if (old && old->count == count)
		return;
	*map = count ? gnic_arfs_map_alloc(nic, count) : NULL;
	WRITE_ONCE(nic->netdev->rx_cpu_rmap, *map ? (*map)->rmap : NULL);
	if (!old)
		return;
	synchronize_net();
	gnic_arfs_map_free(old);
}
#endif /* CONFIG_RFS_ACCEL */
