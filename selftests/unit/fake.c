// SPDX-License-Identifier: GPL-2.0-only
/* What surrounds one block in a unit test; see fake.h. */
#include "fake.h"

#include "clock_lab.h"
#include "mac.h"

uint8_t fake_mem[FAKE_SIZE];
uint64_t fake_seam;
uint8_t fake_access;
uint16_t fake_asid;
uint32_t fake_sq_index, fake_rq_index;
uint32_t fake_rq_late;
uint32_t fake_sq_done, fake_rq_done;
struct gnic_hw_raw_cqe fake_cqes[FAKE_CQES];
unsigned int fake_ncqes;
bool fake_cq_full;
bool fake_refuse;
void (*fake_short)(struct qp *qp, uint8_t prio);

static uint32_t fake_state;

void fake_seed(uint32_t seed)
{
	fake_state = seed;
}

uint32_t fake_random(void)
{
	fake_state = fake_state * 1664525u + 1013904223u;
	return fake_state >> 8 ^ fake_state << 13;
}

static struct dma fake_dma = { .gen = 1 };	/* nothing was looked up in it */

static void fake_wq(struct wq *wq, uint64_t base, uint32_t entry_log)
{
	wq->present = true;
	wq->base = base;
	wq->mask = (1u << FAKE_LOG) - 1;
	wq->entry_log = entry_log;
}

void fake_init(struct fake *fake)
{
	memset(fake, 0, sizeof(*fake));
	memset(fake_mem, 0, FAKE_DATA - FAKE_ADDR);	/* the rings */
	fake_seam = 0;
	fake_sq_index = fake_rq_index = fake_sq_done = fake_rq_done = 0;
	fake_rq_late = 0;
	fake_ncqes = 0;
	fake_cq_full = false;
	fake_refuse = false;
	fake_short = NULL;
	fake_now = 0;
	fake_timer = NULL;
	fake_timer_error = 0;
	fake->card.config.ports = 1;
	fake->card.ports[0].card = &fake->card;
	fake->card.ports[0].uplink = &fake->uplink;
	fake->uplink.card = &fake->card;
	fake->uplink.port = &fake->card.ports[0];
	fake->uplink.enabled = true;
	fake->uplink.vlan_flags = GNIC_VLAN_STRIP_CTAG;
	fake->card.dma = &fake_dma;
	fake->qp.card = &fake->card;
	fake->qp.port = &fake->card.ports[0];
	fake->qp.vport = &fake->uplink;
	fake->qp.qpn = 7;
	fake->qp.type = GNIC_QP_RAW;
	fake->qp.side = GNIC_SIDE_HOST;
	fake->qp.asid = 5;
	fake->qp.sq_cq = &fake->sq_cq;
	fake->qp.rq_cq = &fake->rq_cq;
	fake->sq_cq.cqe_log = 5;
	fake->rq_cq.cqe_log = 5;
	fake_wq(&fake->qp.sq, FAKE_SQ, 6);
	fake_wq(&fake->qp.rq, FAKE_RQ, 4);
}

/* ---- the block's surroundings ---- */

void fake_timer_fire(void)
{
	struct loop_timer *timer = fake_timer;

	fake_now = timer->when;
	timer->slot = 0;
	fake_timer = NULL;
	timer->cb(timer->opaque);
}

int asid_iov(struct card *card, uint16_t asid, uint64_t addr, uint64_t len, uint8_t access,
	     struct iovec *iov, int max)
{
	int n = 0;

	fake_access = access;
	fake_asid = asid;
	if (addr < FAKE_ADDR || addr - FAKE_ADDR > FAKE_SIZE ||
	    len > FAKE_SIZE - (addr - FAKE_ADDR)) {
		card->stats.asid_errors++;
		return -1;
	}
	while (len) {
		uint64_t part = fake_seam ? fake_seam - addr % fake_seam : len;

		if (part > len)
			part = len;
		if (n == max)
			return -1;
		iov[n++] = (struct iovec){ .iov_base = fake_ptr(addr), .iov_len = part };
		addr += part;
		len -= part;
	}
	return n;
}

/* Nothing is remembered: each access is asked for. NULL: asid_iov() knows why. */
void *asid_span(struct asid_span *span, uint64_t addr, uint64_t len, uint8_t access)
{
	fake_access = access;
	fake_asid = span->asid;
	return fake_seam || addr < FAKE_ADDR || addr - FAKE_ADDR > FAKE_SIZE ||
	       len > FAKE_SIZE - (addr - FAKE_ADDR) ? NULL : fake_ptr(addr);
}

void *wq_entry_find(struct qp *qp, struct wq *wq, uint64_t off)
{
	(void)qp;
	return fake_ptr(wq->base + off);
}

bool wq_refresh(struct qp *qp, struct wq *wq)
{
	wq->index = wq == &qp->sq ? fake_sq_index : fake_rq_index;
	if (wq == &qp->rq) {
		fake_rq_index += fake_rq_late;
		fake_rq_late = 0;
	}
	return true;
}

void wq_done_find(struct qp *qp, struct wq *wq)
{
	*(wq == &qp->sq ? &fake_sq_done : &fake_rq_done) = wq->done;
}

void qp_fail(struct qp *qp, uint8_t syndrome, bool requester)
{
	(void)requester;
	if (qp->failed)
		return;
	qp->failed = true;
	qp->stats.errors++;
	qp->stats.syndrome = syndrome;
}

bool cq_post(struct cq *cq, const void *cqe)
{
	if (!cq)
		return true;
	if (fake_cq_full)
		return false;
	memcpy(&fake_cqes[fake_ncqes++ % FAKE_CQES], cqe, sizeof(fake_cqes[0]));
	return true;
}

void cq_post_error(struct cq *cq, struct qp *qp, bool requester, uint32_t wqe_index,
		   uint8_t syndrome)
{
	struct gnic_hw_raw_cqe cqe = {
		.ctrl = cpu_to_le32(qp->qpn | GNIC_CQE_ERROR | (requester ? GNIC_CQE_REQ : 0)),
		.wqe_index = cpu_to_le32(wqe_index),
		.size = cpu_to_le32(syndrome),
	};

	cq_post(cq, &cqe);
}

/* Nobody is asked to be silent unless a test looks at it. */
void mac_pause_short(struct qp *qp, uint8_t prio)
{
	if (fake_short)
		fake_short(qp, prio);
}

void mac_pause_review(struct port *port)
{
	(void)port;
}

bool mac_storm_is(const struct port *port, uint64_t since, uint64_t now)
{
	return port->storm_ms && now - since >= port->storm_ms * 1000000ull;
}

bool qp_launch_wait(struct qp *qp, uint32_t time)
{
	(void)qp;
	(void)time;
	return false;
}

bool qp_rate_hold(struct qp *qp)
{
	(void)qp;
	return false;
}

void qp_rate_spend(struct qp *qp, uint32_t len)
{
	(void)qp;
	(void)len;
}

/* No port has classes. */
int ets_enqueue(struct qp *qp)
{
	(void)qp;
	return 0;
}

bool mac_pause_hold(struct qp *qp)
{
	(void)qp;
	return false;
}

bool mac_pfc_hold(struct qp *qp)
{
	(void)qp;
	return false;
}

bool mac_pfc_refuse(struct qp *qp)
{
	(void)qp;
	return fake_refuse;
}

/* ---- frames ---- */

uint16_t fake_sum(const uint8_t *data, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++) {
		sum += i & 1 ? data[i] : data[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

static void fake_be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint32_t fake_l4_len(const struct fake_frame *what)
{
	return what->udp ? 8 : 20u + what->tcp_options;
}

uint32_t fake_hdr_len(const struct fake_frame *what)
{
	return 14u + what->tags * 4u + (what->v6 ? 40u : 20u + what->ip_options) +
	       fake_l4_len(what);
}

static uint8_t *fake_eth(uint8_t *p, const struct fake_frame *what)
{
	static const uint8_t macs[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };

	memcpy(p, macs, 12);
	p += 12;
	for (unsigned int i = 0; i < what->tags; i++, p += 4) {
		fake_be16(p, what->tags - i == 2 ? 0x88a8 : 0x8100);
		fake_be16(p + 2, 0x2000 + 100 * i + 5);
	}
	fake_be16(p, what->v6 ? 0x86dd : 0x0800);
	return p + 2;
}

static uint8_t *fake_ip(uint8_t *p, const struct fake_frame *what, uint32_t l4)
{
	uint32_t len = what->v6 ? 40 : 20u + what->ip_options;

	memset(p, 1, len);	/* options: NOP */
	if (what->v6) {
		fake_be16(p, 0x6000);
		fake_be16(p + 4, l4);
		p[6] = what->udp ? 17 : 6;
		for (unsigned int i = 8; i < 40; i++)
			p[i] = (uint8_t)(i * 7);
		return p + len;
	}
	p[0] = (uint8_t)(0x40 | len / 4);
	fake_be16(p + 2, len + l4);
	fake_be16(p + 4, 0xfffe);
	fake_be16(p + 6, 0x4000);
	p[9] = what->udp ? 17 : 6;
	memcpy(p + 12, (uint8_t[]){ 10, 0, 0, 1, 10, 0, 0, 2 }, 8);
	fake_be16(p + 10, 0);
	fake_be16(p + 10, (uint16_t)~fake_sum(p, len, 0));
	return p + len;
}

uint32_t fake_build(uint8_t *dst, const struct fake_frame *what)
{
	uint32_t l4_len = fake_l4_len(what), l4 = l4_len + what->payload, check;
	uint8_t *ip = fake_eth(dst, what), *p = fake_ip(ip, what, l4);
	uint8_t *addrs = what->v6 ? ip + 8 : ip + 12;

	memset(p, 1, l4_len);
	fake_be16(p, 0x1234);
	fake_be16(p + 2, 0x5678);
	check = what->udp ? 6 : 16;
	if (what->udp)
		fake_be16(p + 4, l4);
	else
		p[12] = (uint8_t)(l4_len / 4 << 4);
	for (uint32_t i = 0; i < what->payload; i++)
		p[l4_len + i] = (uint8_t)fake_random();
	fake_be16(p + check, 0);
	fake_be16(p + check, (uint16_t)~fake_sum(p, l4, fake_sum(addrs, what->v6 ? 32 : 8,
								l4 + (what->udp ? 17 : 6))));
	return (uint32_t)(p + l4 - dst);
}

uint32_t fake_crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = ~0u;

	for (; len; p++, len--) {
		crc ^= *p;
		for (unsigned int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? 0x82f63b78 ^ crc >> 1 : crc >> 1;
	}
	return ~crc;
}

/* A payload of four bytes and more: SCTP's header is that much longer. */
uint32_t fake_build_sctp(uint8_t *dst, const struct fake_frame *what)
{
	uint32_t len = fake_build(dst, what), l4 = fake_hdr_len(what) - fake_l4_len(what), crc;
	uint8_t *ip = dst + 14 + what->tags * 4;

	ip[what->v6 ? 6 : 9] = 132;
	memset(dst + l4 + 8, 0, 4);
	crc = htole32(fake_crc32c(dst + l4, len - l4));
	memcpy(dst + l4 + 8, &crc, 4);
	return len;
}
