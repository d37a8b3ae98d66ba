// SPDX-License-Identifier: GPL-2.0-only
#include "xsk_program.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>

static int xsk_program_load(struct bpf_object *object, const char *name, int ifindex, bool bound)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name), *each;

	if (!program)
		return -ENOENT;
	bpf_object__for_each_program(each, object)
		bpf_program__set_autoload(each, each == program);
	if (bound) {
		bpf_program__set_ifindex(program, ifindex);
		bpf_program__set_flags(program,
				       bpf_program__flags(program) | BPF_F_XDP_DEV_BOUND_ONLY);
	}
	return bpf_object__load(object);
}

int xsk_program_attach(int ifindex, const char *path, const char *name, bool bound,
		       struct bpf_object **object, const char **what)
{
	struct bpf_program *program;
	int err;

	*what = "open";
	*object = bpf_object__open_file(path, NULL);
	if (!*object)
		return -errno;
	*what = "load";
	err = xsk_program_load(*object, name, ifindex, bound);
	if (err)
		goto err_close;
	*what = "attach";
	program = bpf_object__find_program_by_name(*object, name);
	err = bpf_xdp_attach(ifindex, bpf_program__fd(program), XDP_FLAGS_DRV_MODE, NULL);
	if (err)
		goto err_close;
	return 0;

err_close:
	bpf_object__close(*object);
	*object = NULL;
	return err;
}

void xsk_program_detach(int ifindex, struct bpf_object *object)
{
	bpf_xdp_detach(ifindex, XDP_FLAGS_DRV_MODE, NULL);
	bpf_object__close(object);
}
