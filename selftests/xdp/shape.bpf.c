// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs that send a frame back, or change its shape. */
#include "shape.h"

/* Back to the sender as it is. */
SEC("xdp.frags")
int xdp_echo(struct xdp_md *ctx)
{
	struct ethhdr *eth = test_frame(ctx);

	if (!eth)
		return XDP_PASS;
	turn_round(eth);
	return XDP_TX;
}

/* As the map says. */
SEC("xdp.frags")
int xdp_shape(struct xdp_md *ctx)
{
	return shape_frame(ctx);
}

/* Without frags: for MTUs that fit one buffer. */
SEC("xdp")
int xdp_single(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
