/* SPDX-License-Identifier: GPL-2.0-only */
/* The XDP program in front of AF_XDP sockets. */
#ifndef XSK_PROGRAM_H
#define XSK_PROGRAM_H

#include <bpf/libbpf.h>
#include <stdbool.h>

/*
 * Opens @path, loads program @name of it alone, and attaches it to @ifindex in native
 * mode. @bound: to that device, as hints want it. 0 or a negative errno; @what is then
 * the step that failed. xsk_program_detach() closes the object, too.
 */
int xsk_program_attach(int ifindex, const char *path, const char *name, bool bound,
		       struct bpf_object **object, const char **what);
void xsk_program_detach(int ifindex, struct bpf_object *object);

#endif
