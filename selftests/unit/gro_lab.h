/* SPDX-License-Identifier: GPL-2.0-only */
/* A queue that merges, and segments for it. Included once in a program. */
#ifndef UNIT_GRO_LAB_H
#define UNIT_GRO_LAB_H

#include "blk_cmd.h"
#include "fake.h"
#include "frame.h"
#include "path.h"

#define BUFFER	2048u
#define USECS	50u
#define MSS	500u
#define FIN	0x01
#define SYN	0x02
#define PSH	0x08
#define ACK	0x10
#define CWR	0x80
#define EXT	8u		/* bytes of an extension header */

static struct fake f;
static uint8_t bytes[4096];

/* Another packet around a segment, and what of it is to be changed; version 0: none. */
struct outer {
	uint8_t version, ttl, tos, host, options, ext, slack;
	uint16_t id, fragment;
	bool bad_sum;
};

/* A segment of a flow, and what of it is to be changed. */
struct segment {
	bool v6;
	uint16_t flow, id, fragment;
	uint32_t seq, payload;
	uint8_t flags, ttl, tags, tcp_options, ip_options, ext;
	bool bad_sum, bad_ip_sum;
	struct outer outer;
};

struct qp *qp_get(struct port *port, uint32_t qpn)
{
	(void)port;
	return qpn == f.qp.qpn ? &f.qp : NULL;
}

static enum gnic_hw_status gro(uint32_t qpn, uint32_t max_size, uint16_t usecs, uint16_t flags)
{
	struct gnic_hw_qp_gro in = {
		.qpn = cpu_to_le32(qpn),
		.max_size = cpu_to_le32(max_size),
		.usecs = cpu_to_le16(usecs),
		.flags = cpu_to_le16(flags),
	};

	return qp_cmd_gro(&f.card, &in);
}

static uint64_t buffer_addr(uint32_t index)
{
	return FAKE_DATA + 0x4000 + (uint64_t)(index % (1u << FAKE_LOG)) * BUFFER;
}

static void post_buffers(uint32_t count)
{
	struct gnic_hw_recv_wqe *wqe;

	while (count--) {
		wqe = fake_ptr(FAKE_RQ + fake_rq_index % (1u << FAKE_LOG) * 16);
		wqe->addr = cpu_to_le64(buffer_addr(fake_rq_index++));
		wqe->size = cpu_to_le32(BUFFER);
	}
}

/* As if the driver had taken all that came. */
static void start_over(void)
{
	fake_ncqes = 0;
	fake_rq_index = fake_rq_done;
	post_buffers(1u << FAKE_LOG);
}

static void gro_lab_setup(uint16_t flags)
{
	fake_init(&f);
	post_buffers(1u << FAKE_LOG);
	assert_int_equal(gro(f.qp.qpn, GNIC_RAW_GRO_SIZE_MAX, USECS, flags), GNIC_STATUS_OK);
}

static int teardown(void **state)
{
	(void)state;
	rxe_gro_free(&f.qp);
	return 0;
}

/* ---- segments ---- */

static void set_ip_sum(uint8_t *ip)
{
	frame_put_be16(ip + 10, 0);
	frame_put_be16(ip + 10, (uint16_t)~fake_sum(ip, (ip[0] & 15) * 4, 0));
}

/* @l4 bytes of TCP behind the IP header. */
static void set_tcp_sum(uint8_t *tcp, const uint8_t *ip, bool v6, uint32_t l4)
{
	frame_put_be16(tcp + 16, 0);
	frame_put_be16(tcp + 16, (uint16_t)~fake_sum(tcp, l4,
		       fake_sum(ip + (v6 ? 8 : 12), v6 ? 32 : 8, l4 + 6)));
}

/* Makes room for an IPv6 extension header in front of @l4; returns its bytes. */
static uint32_t add_ext(uint8_t *ip, uint8_t proto, uint8_t *l4, uint32_t len)
{
	memmove(l4 + EXT, l4, len);
	memset(l4, 0, EXT);
	l4[0] = ip[6];
	ip[6] = proto;
	frame_put_be16(ip + 4, (uint16_t)(frame_be16(ip + 4) + EXT));
	return EXT;
}

/* A header in front of @len bytes at @ip; returns its bytes. */
static uint32_t add_outer(uint8_t *ip, uint32_t len, const struct outer *what, bool inner_v6)
{
	uint32_t hdr = (what->version == 6 ? 40u : 20u) + what->options;
	uint8_t proto = inner_v6 ? 41 : 4;

	memmove(ip + hdr, ip, len);
	memset(ip, 1, hdr);
	if (what->version == 6) {
		frame_put_be16(ip, (uint16_t)(0x6000 | what->tos << 4));
		frame_put_be16(ip + 4, (uint16_t)(len + what->slack));
		ip[6] = proto;
		ip[7] = what->ttl;
		ip[8] = what->host;
		return hdr + (what->ext ? add_ext(ip, what->ext, ip + hdr, len) : 0);
	}
	ip[0] = (uint8_t)(0x40 | hdr / 4);
	ip[1] = what->tos;
	frame_put_be16(ip + 2, (uint16_t)(hdr + len + what->slack));
	frame_put_be16(ip + 4, what->id);
	frame_put_be16(ip + 6, what->fragment);
	ip[8] = what->ttl;
	ip[9] = proto;
	ip[12] = what->host;
	set_ip_sum(ip);
	ip[11] ^= what->bad_sum;
	return hdr;
}

static uint32_t build(const struct segment *what)
{
	struct fake_frame kind = {
		.v6 = what->v6, .payload = what->payload, .tags = what->tags,
		.tcp_options = what->tcp_options, .ip_options = what->ip_options,
	};
	uint32_t len = fake_build(bytes, &kind), ip_len = (what->v6 ? 40u : 20u) + what->ip_options;
	uint8_t *ip = bytes + 14 + what->tags * 4, *tcp = ip + ip_len;
	uint32_t l4 = len - (uint32_t)(tcp - bytes);

	frame_put_be16(tcp, (uint16_t)(0x1000 + what->flow));
	frame_put_be32(tcp + 4, what->seq);
	tcp[13] = what->flags;
	if (what->v6) {
		ip[7] = what->ttl;
	} else {
		frame_put_be16(ip + 4, what->id);
		frame_put_be16(ip + 6, what->fragment);
		ip[8] = what->ttl;
		set_ip_sum(ip);
		ip[11] ^= what->bad_ip_sum;
	}
	set_tcp_sum(tcp, ip, what->v6, l4);
	tcp[17] ^= what->bad_sum;
	if (what->ext)
		len += add_ext(ip, what->ext, tcp, l4);
	if (!what->outer.version)
		return len;
	frame_put_be16(ip - 2, what->outer.version == 6 ? 0x86dd : 0x0800);
	return len + what->outer.slack +
	       add_outer(ip, len - (uint32_t)(ip - bytes), &what->outer, what->v6);
}

/* What is in bytes. */
static void receive_bytes(uint32_t len)
{
	struct frame frame = { .hdr = bytes, .hdr_len = 200 < len ? 200 : len, .len = len };

	if (len > frame.hdr_len)
		frame.iov[frame.iovs++] = (struct iovec){ bytes + frame.hdr_len,
							  len - frame.hdr_len };
	frame_parse(&frame);
	assert_true(rxe_receive(&f.qp, &frame, 77, GNIC_CQE_HASH_L4, NULL));
}

static void receive(const struct segment *what)
{
	receive_bytes(build(what));
}

static struct segment first(void)
{
	return (struct segment){ .payload = MSS, .flags = ACK, .ttl = 64, .id = 9, .seq = 1000,
				 .fragment = 0x4000 };
}

static struct segment next(const struct segment *what)
{
	struct segment copy = *what;

	copy.seq += what->payload;
	copy.id++;
	copy.outer.id++;
	return copy;
}

static const struct gnic_hw_raw_cqe *cqe(unsigned int index)
{
	assert_true(index < fake_ncqes);
	return &fake_cqes[index];
}

static bool is_merged(unsigned int index)
{
	return le32_to_cpu(cqe(index)->flags) & GNIC_RAW_CQE_GRO;
}

static uint32_t size(unsigned int index)
{
	return le32_to_cpu(cqe(index)->size);
}

/* The first goes up before the second, and nothing is lost. */
static void assert_apart(const struct segment *a, const struct segment *b)
{
	uint32_t len = build(a) - a->tags * 4;

	start_over();
	receive(a);
	receive(b);
	rxe_gro_flush(&f.qp);
	assert_int_equal(fake_ncqes, 2);
	assert_false(is_merged(0));
	assert_false(is_merged(1));
	assert_int_equal(size(0), len);
	start_over();
}

#endif /* UNIT_GRO_LAB_H */
