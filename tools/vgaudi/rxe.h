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

#endif /* VGAUDI_RXE_H */
