/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two pairs of groups for rendezvous, and two contexts: what is sent and read is one's,
 * what receives and asks the other's.
 *
 *	rdv_sender   (send_rdv)  ------> rdv_receiver (recv_rdv)
 *	rdv_server (read_rdv_endp) ----> rdv_reader   (read_rdv)
 */
#ifndef SELFTESTS_ACCEL_RDV_LIB_H
#define SELFTESTS_ACCEL_RDV_LIB_H

#include "lib.h"

#define RDV_QPS		4
#define RDV_ROOM	(2u << 20)

/* A group and who holds it. */
struct rdv_end {
	struct gnic_accel *acc;
	struct group group;
	int fd;
};

extern struct rdv_end rdv_sender, rdv_receiver, rdv_server, rdv_reader;
extern struct gnic_accel_bo *rdv_src, *rdv_dst;	/* may be read by far ends; written */

void rdv_setup(void);

/* Commands of the three ends that have any; @off, @from in rdv_src, @off, @to in rdv_dst. */
struct drm_gnic_cmd rdv_send(uint32_t qp, uint64_t off, uint64_t size);
struct drm_gnic_cmd rdv_recv(uint32_t qp, uint64_t off, uint64_t size);
struct drm_gnic_cmd rdv_read(uint32_t qp, uint64_t from, uint64_t to, uint64_t size, uint32_t tag);

/* One command: to its end; or until the far end has it, which is told by the status. */
int rdv_run(const struct rdv_end *end, struct drm_gnic_cmd cmd);
int rdv_submit(const struct rdv_end *end, struct drm_gnic_cmd cmd);
/* Its status; a submission is given up after ten seconds. */
int rdv_wait(int file);

/* Gives it back; what was done with it keeps it a little longer, but not behind this. */
void rdv_bo_gone(struct gnic_accel_bo *bo);

/* Both ends work as if they were new. */
bool rdv_pair_again(const struct rdv_end *a, const struct rdv_end *b);
bool rdv_param(const struct rdv_end *end, const char *name, const char *value);

#endif
