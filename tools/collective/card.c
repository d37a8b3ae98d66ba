// SPDX-License-Identifier: GPL-2.0-only
/* The card of a rank, the groups that lead to the others, and their memory's addresses. */
#include <dirent.h>
#include <errno.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collective.h"

#define CARDS_MAX	64
#define HELLO		0x80000000u	/* tag: rank and link of who sends; no step is so high */
#define MAIL_SIZE	4096

/* ---- which card ---- */

static int card_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The ranks of a machine take its cards in order of their addresses. */
static void card_choose(struct coll *coll)
{
	char cards[CARDS_MAX][sizeof(coll->card)], name[16];
	int i, local, count = 0;
	MPI_Comm machine;

	MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, coll->rank, MPI_INFO_NULL,
			    &machine);
	MPI_Comm_rank(machine, &local);
	MPI_Comm_free(&machine);
	for (i = 0; i < CARDS_MAX; i++) {
		snprintf(name, sizeof(name), "accel%d", i);
		if (gnic_accel_card(name, cards[count], sizeof(cards[0])) == 0)
			count++;
	}
	qsort(cards, count, sizeof(cards[0]), card_compare);
	if (local >= count)
		coll_die(coll, "this machine has %d cards, this is its rank %d", count, local);
	strcpy(coll->card, cards[local]);
}

/* ---- memory ---- */

static struct gnic_accel_bo *card_memory(struct coll *coll, uint64_t size, uint32_t flags)
{
	struct gnic_accel_bo *bo;
	int err = gnic_accel_bo_create(coll->acc, &bo, size, flags);

	if (err)
		coll_die(coll, "%llu bytes of device memory: %s", (unsigned long long)size,
			 gnic_accel_strerror(err));
	return bo;
}

/* Room for the largest result there is: an all-to-all's, or the vector, wide. */
static void card_memories(struct coll *coll)
{
	uint64_t numbers = coll_part_max(coll) * coll->ranks;

	coll->src = card_memory(coll, coll->options.size, 0);
	coll->dst = card_memory(coll, numbers * coll->type->dst,
				DRM_GNIC_BO_REMOTE_WRITE);
	coll->mail = card_memory(coll, MAIL_SIZE, DRM_GNIC_BO_REMOTE_WRITE);
}

static void card_exchange(struct coll *coll)
{
	uint64_t mine[2] = { coll->dst->address, coll->mail->address };
	uint64_t all[COLL_RANKS_MAX][2];
	uint32_t rank;

	MPI_Allgather(mine, 2, MPI_UINT64_T, all, 2, MPI_UINT64_T, MPI_COMM_WORLD);
	for (rank = 0; rank < coll->ranks; rank++) {
		coll->peers[rank].dst = all[rank][0];
		coll->peers[rank].mail = all[rank][1];
	}
}

/* ---- groups ---- */

/* The first word of an attribute of a netdev of our card. */
static bool port_read(const struct coll *coll, const char *netdev, const char *attribute,
		      char *word)
{
	char path[256];
	FILE *file;
	bool ok;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/net/%.64s/%s", coll->card + 4, netdev,
		 attribute);
	file = fopen(path, "r");
	if (!file)
		return false;
	ok = fscanf(file, "%31s", word) == 1;
	fclose(file);
	return ok;
}

/* Speed of NIC port @port, in Mbit/s; 0: its netdev is not here, or does not know (-1). */
static uint32_t port_rate(const struct coll *coll, uint32_t port)
{
	char path[128], wanted[16], word[32];
	struct dirent *entry;
	uint32_t rate = 0;
	DIR *dir;

	snprintf(wanted, sizeof(wanted), "p%u", port);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/net", coll->card + 4);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		if (port_read(coll, entry->d_name, "phys_port_name", word) &&
		    strcmp(word, wanted) == 0 && port_read(coll, entry->d_name, "speed", word))
			rate = strtol(word, NULL, 10) > 0 ? strtol(word, NULL, 10) : 0;
	closedir(dir);
	return rate;
}

static void group_add(struct coll *coll, uint32_t rank, int group)
{
	struct peer *peer = &coll->peers[rank];
	struct drm_gnic_group_info info;
	int err = gnic_accel_group_info(coll->acc, group, &info);

	if (err)
		coll_die(coll, "group: %s", gnic_accel_strerror(err));
	if (info.type != DRM_GNIC_GROUP_WRITE)
		coll_die(coll, "group %u is not of type write", info.sfnum);
	if (!(info.flags & DRM_GNIC_GROUP_ACTIVE))
		coll_die(coll, "group %u is not active", info.sfnum);
	peer->links[peer->num_links].group = group;
	peer->links[peer->num_links++].rate = port_rate(coll, info.port);
}

static void groups_hold(struct coll *coll, uint32_t rank)
{
	uint32_t sfnum = coll->options.sfnum + COLL_LINKS_MAX * rank, i;
	int group;

	for (i = 0; i < COLL_LINKS_MAX; i++) {
		group = gnic_accel_hold(coll->acc, sfnum + i);
		if (group == -ENOENT)
			break;
		if (group < 0)
			coll_die(coll, "group %u: %s", sfnum + i, gnic_accel_strerror(group));
		group_add(coll, rank, group);
	}
	if (!i)
		coll_die(coll, "no group leads to rank %u: %s has no subfunction %u", rank,
			 coll->card, sfnum);
}

static void groups_count(struct coll *coll)
{
	uint32_t mine[COLL_RANKS_MAX], theirs[COLL_RANKS_MAX], rank;

	for (rank = 0; rank < coll->ranks; rank++)
		mine[rank] = coll->peers[rank].num_links;
	MPI_Alltoall(mine, 1, MPI_UINT32_T, theirs, 1, MPI_UINT32_T, MPI_COMM_WORLD);
	for (rank = 0; rank < coll->ranks; rank++)
		if (mine[rank] != theirs[rank])
			coll_die(coll, "we have %u groups to rank %u, it has %u to us", mine[rank],
				 rank, theirs[rank]);
}

/* ---- hello: each group leads to the group it shall, and works ---- */

static void hello_send(struct coll *coll)
{
	struct drm_gnic_cmd cmd;
	uint32_t rank, i;
	int err;

	for (rank = 0; rank < coll->ranks; rank++) {
		for (i = 0; i < coll->peers[rank].num_links; i++) {
			cmd = coll_sign(coll, rank, i, HELLO | coll->rank << 8 | i);
			err = gnic_accel_run(coll->acc, &cmd, 1);
			if (err)
				coll_die(coll, "link %u to rank %u: %s", i, rank,
					 gnic_accel_strerror(err));
		}
	}
}

static void hello_wait(struct coll *coll, uint32_t rank, uint32_t link)
{
	struct drm_gnic_event event;
	int ret;

	do {
		ret = gnic_accel_event(coll->peers[rank].links[link].group, &event,
				       coll->options.timeout_ms);
	} while (ret > 0 && event_is_notice(&event));
	if (ret <= 0)
		coll_die(coll, "nothing comes from rank %u over link %u", rank, link);
	if (event.type != DRM_GNIC_EVENT_RDMA || event.tag != (HELLO | rank << 8 | link))
		coll_die(coll, "link %u of rank %u: a record of type %u, tag %#x: it leads elsewhere",
			 link, rank, event.type, event.tag);
}

static void hello(struct coll *coll)
{
	uint32_t rank, i;

	/* all hold their groups and have told their addresses */
	MPI_Barrier(MPI_COMM_WORLD);
	hello_send(coll);
	for (rank = 0; rank < coll->ranks; rank++)
		for (i = 0; i < coll->peers[rank].num_links; i++)
			hello_wait(coll, rank, i);
}

void card_open(struct coll *coll)
{
	char path[64];
	uint32_t rank;
	int err;

	card_choose(coll);
	err = gnic_accel_find(coll->card, path, sizeof(path));
	if (!err)
		err = gnic_accel_open(path, &coll->acc);
	if (err)
		coll_die(coll, "%s: %s", coll->card, gnic_accel_strerror(err));
	card_memories(coll);
	for (rank = 0; rank < coll->ranks; rank++)
		if (rank != coll->rank)
			groups_hold(coll, rank);
	groups_count(coll);
	card_exchange(coll);
	hello(coll);
}

/* Nobody may write to us any more. */
void card_close(struct coll *coll)
{
	uint32_t rank, i;

	MPI_Barrier(MPI_COMM_WORLD);
	for (rank = 0; rank < coll->ranks; rank++)
		for (i = 0; i < coll->peers[rank].num_links; i++)
			close(coll->peers[rank].links[i].group);
	gnic_accel_bo_destroy(coll->mail);
	gnic_accel_bo_destroy(coll->dst);
	gnic_accel_bo_destroy(coll->src);
	gnic_accel_close(coll->acc);
}

uint64_t card_rate(const struct coll *coll)
{
	uint64_t rate = 0;
	uint32_t rank, i;

	for (rank = 0; rank < coll->ranks; rank++)
		for (i = 0; i < coll->peers[rank].num_links; i++)
			rate += coll->peers[rank].links[i].rate;
	return rate;
}
