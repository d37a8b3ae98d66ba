/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-2-Clause */
/* What the steering programs and whoever fills their maps share. */
#ifndef _UAPI_LINUX_GNIC_BPF_H
#define _UAPI_LINUX_GNIC_BPF_H

#include <linux/types.h>

/**
 * struct gnic_steer_key - key of the flow table of a steering program
 * @src: source address, network order; IPv4 in the first four bytes
 * @dst: destination address, likewise
 * @sport: source port, network order
 * @dport: destination port, network order
 * @qpn: destination QP of a RoCE v2 packet, network order, 0 for a 5-tuple
 * @family: 4 or 6
 * @proto: 6 (TCP) or 17 (UDP)
 * @rsvd: zero
 *
 * There are two kinds of entries. A 5-tuple has @qpn 0 and all else set. A
 * RoCE destination has @qpn set, @proto 17, @dport 4791, and @src and @sport
 * zero: who sends it does not matter.
 */
struct gnic_steer_key {
	__u8 src[16];
	__u8 dst[16];
	__be16 sport;
	__be16 dport;
	__be32 qpn;
	__u8 family;
	__u8 proto;
	__u8 rsvd[2];
};

/* Index into the counters of a steering program. */
enum gnic_steer_counter {
	GNIC_STEER_REDIRECT,	/* handed to a group */
	GNIC_STEER_PASS,	/* no entry: to the network stack */
	GNIC_STEER_OTHER,	/* not TCP or UDP over IP, or a fragment: to the stack */
	GNIC_STEER_NO_GROUP,	/* an entry without a device: to the stack */
	GNIC_STEER_COUNTERS,
};

#endif /* _UAPI_LINUX_GNIC_BPF_H */
