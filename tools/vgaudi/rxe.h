/* SPDX-License-Identifier: GPL-2.0-only */
/* Block RXE: what its files share. */
#ifndef VGAUDI_RXE_H
#define VGAUDI_RXE_H

#include "card.h"

/*
 * rxe_tunnel.c: the TCP or UDP packet in a UDP tunnel that the host side of
 * @vport has in its table; false: there is none.
 */
bool rxe_tunnel(const struct vport *vport, const struct frame *frame, struct parsed *inner);

/*
 * rxe_split.c: bytes of a frame of @len bytes, @strip of its tag left out, that
 * go to the head area, 0: none; and where, NULL: out of reach.
 */
uint32_t rxe_split(const struct qp *qp, const struct frame *frame, uint32_t strip, uint32_t len);
void *rxe_split_slot(struct qp *qp);

#endif /* VGAUDI_RXE_H */
