/* SPDX-License-Identifier: GPL-2.0-only */
/* Which queue of a netdev is nearest to a processor: netdev->rx_cpu_rmap. */
#ifndef GNIC_ARFS_MAP_H
#define GNIC_ARFS_MAP_H

struct gnic_arfs_map;
struct gnic_nic;

/* Callers exclude each other. @count 0: no map */
void gnic_arfs_map_build(struct gnic_nic *nic, struct gnic_arfs_map **map, unsigned int count);
void gnic_arfs_map_update(struct gnic_nic *nic, struct gnic_arfs_map *map);

#endif /* GNIC_ARFS_MAP_H */
