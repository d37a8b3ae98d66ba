// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "rig.h"

#define RIG_ARGS	16
#define RIG_BUF		4096	/* room for a command's input, and its output */

void rig_sleep_ms(unsigned int ms)
{
	const struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l };

	nanosleep(&ts, NULL);
}

/* ---- life ---- */

static void rig_start(struct rig *rig)
{
	rig->ram = client_ram(&rig->c, RIG_IOVA, RIG_RAM);
	client_map_bar(&rig->c, GNIC_BAR_UMR);
	client_irqs(&rig->c, RIG_VECTORS);
	rig->cmd = rig_alloc(rig, sizeof(struct gnic_hw_cmd_desc) << RIG_CMD_LOG, 64);
	rig->cmd_in = rig_alloc(rig, RIG_BUF, 64);
	rig->cmd_out = rig_alloc(rig, RIG_BUF, 64);
	rig_mailbox(rig);
}

void rig_open(struct rig *rig, const char *const args[])
{
	const char *all[RIG_ARGS + 3] = { "--control", rig->control };
	unsigned int i;

	memset(rig, 0, sizeof(*rig));
	rig->owner = rig;
	snprintf(rig->control, sizeof(rig->control), "/tmp/vgaudi-control.%d", (int)getpid());
	for (i = 0; args && args[i]; i++) {
		CLIENT_CHECK(i < RIG_ARGS);
		all[i + 2] = args[i];
	}
	client_spawn(&rig->c, all);
	rig_start(rig);
}

void rig_open_card(struct rig *rig, struct rig *owner, unsigned int card)
{
	char path[256];

	memset(rig, 0, sizeof(*rig));
	rig->owner = owner;
	snprintf(path, sizeof(path), "%s/card%u.sock", owner->c.dir, card);
	client_connect(&rig->c, path);
	rig_start(rig);
}

/* The owner's last: it ends the process. */
void rig_close(struct rig *rig)
{
	if (rig->owner == rig)
		client_close(&rig->c);
	else
		client_hangup(&rig->c);
}

uint64_t rig_alloc(struct rig *rig, uint64_t size, uint64_t align)
{
	uint64_t off = (rig->used + align - 1) / align * align;

	CLIENT_CHECK(off + size <= RIG_RAM);
	rig->used = off + size;
	return RIG_IOVA + off;
}

void *rig_ptr(struct rig *rig, uint64_t iova)
{
	CLIENT_CHECK(iova >= RIG_IOVA && iova < RIG_IOVA + RIG_RAM);
	return rig->ram + (iova - RIG_IOVA);
}

/* ---- registers and mailbox ---- */

uint32_t rig_read(struct rig *rig, uint32_t reg)
{
	return client_read32(&rig->c, GNIC_BAR_CTL, reg);
}

void rig_write(struct rig *rig, uint32_t reg, uint32_t value)
{
	client_write32(&rig->c, GNIC_BAR_CTL, reg, value);
}

void rig_mailbox(struct rig *rig)
{
	rig->pi = 0;
	rig_write(rig, GNIC_CMD_RING_LO, rig->cmd);
	rig_write(rig, GNIC_CMD_RING_HI, rig->cmd >> 32);
	rig_write(rig, GNIC_CMD_RING_LOG, RIG_CMD_LOG);
	rig_write(rig, GNIC_CMD_ENABLE, 1);
	CLIENT_EQ(rig_read(rig, GNIC_CMD_ENABLE), 1);
}

struct gnic_hw_cmd_desc *rig_desc(struct rig *rig, uint32_t index)
{
	struct gnic_hw_cmd_desc *ring = rig_ptr(rig, rig->cmd);

	return &ring[index & ((1u << RIG_CMD_LOG) - 1)];
}

uint32_t rig_cmd(struct rig *rig, uint16_t opcode, const void *in, uint32_t in_len, void *out,
		 uint32_t out_len)
{
	struct gnic_hw_cmd_desc *desc = rig_desc(rig, rig->pi);

	CLIENT_CHECK(in_len <= RIG_BUF && out_len <= RIG_BUF);
	memset(desc, 0, sizeof(*desc));
	desc->opcode = cpu_to_le16(opcode);
	desc->in_len = cpu_to_le32(in_len);
	desc->out_len = cpu_to_le32(out_len);
	desc->in_addr = cpu_to_le64(rig->cmd_in);
	desc->out_addr = cpu_to_le64(rig->cmd_out);
	if (in_len)
		memcpy(rig_ptr(rig, rig->cmd_in), in, in_len);
	rig_write(rig, GNIC_CMD_PI, ++rig->pi);
	RIG_AWAIT(__atomic_load_n((uint32_t *)&desc->done, __ATOMIC_ACQUIRE) == cpu_to_le32(1));
	if (out_len)
		memcpy(out, rig_ptr(rig, rig->cmd_out), out_len);
	return le32_to_cpu(desc->status);
}

uint32_t rig_cmd_id(struct rig *rig, uint16_t opcode, uint32_t id)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(id) };

	return rig_cmd(rig, opcode, &in, sizeof(in), NULL, 0);
}

void rig_card_stats(struct rig *rig, struct gnic_hw_card_stats *stats)
{
	RIG_OK(rig, GNIC_CMD_QUERY_CARD_STATS, NULL, 0, stats, sizeof(*stats));
}

void rig_port_info(struct rig *rig, uint32_t port, struct gnic_hw_port_info *info)
{
	const struct gnic_hw_id in = { .id = cpu_to_le32(port) };

	RIG_OK(rig, GNIC_CMD_PORT_QUERY, &in, sizeof(in), info, sizeof(*info));
}

void rig_port_set(struct rig *rig, const struct gnic_hw_port_set *set)
{
	RIG_OK(rig, GNIC_CMD_PORT_SET, set, sizeof(*set), NULL, 0);
}

void rig_port_admin(struct rig *rig, uint32_t port, bool up)
{
	const struct gnic_hw_port_set set = {
		.port = cpu_to_le32(port),
		.valid = cpu_to_le32(GNIC_PORT_SET_ADMIN),
		.admin = up,
	};

	rig_port_set(rig, &set);
}

/* ---- queues ---- */

void rig_ring(struct rig *rig, struct rig_ring *ring, uint8_t log, uint8_t entry_log)
{
	ring->base = rig_alloc(rig, 1ull << (log + entry_log), 64);
	ring->mask = (1u << log) - 1;
	ring->db_iova = rig_alloc(rig, sizeof(*ring->db), GNIC_DB_ALIGN);
	ring->db = rig_ptr(rig, ring->db_iova);
}

static void *rig_entry(struct rig *rig, const struct rig_ring *ring, uint32_t index,
		       uint8_t entry_log)
{
	return rig_ptr(rig, ring->base + ((uint64_t)(index & ring->mask) << entry_log));
}

/* The valid bit is 1 in the first pass, then it alternates. */
static bool rig_valid(const void *entry, uint32_t index, uint32_t mask)
{
	uint32_t ctrl = le32_to_cpu(__atomic_load_n((const uint32_t *)entry, __ATOMIC_ACQUIRE));

	return !(ctrl & GNIC_CQE_VALID) == !!(index & (mask + 1));
}

void rig_eq(struct rig *rig, struct rig_eq *eq, uint8_t log, uint16_t vector)
{
	struct gnic_hw_eq_create in = { .log = log, .vector = cpu_to_le16(vector) };

	memset(eq, 0, sizeof(*eq));
	rig_ring(rig, &eq->ring, log, 4);
	in.base = cpu_to_le64(eq->ring.base);
	in.db = cpu_to_le64(eq->ring.db_iova);
	RIG_OK(rig, GNIC_CMD_EQ_CREATE, &in, sizeof(in), NULL, 0);
}

struct gnic_hw_eqe *rig_eq_peek(struct rig *rig, struct rig_eq *eq)
{
	struct gnic_hw_eqe *eqe = rig_entry(rig, &eq->ring, eq->ci, 4);

	return rig_valid(eqe, eq->ci, eq->ring.mask) ? eqe : NULL;
}

struct gnic_hw_eqe *rig_eq_wait(struct rig *rig, struct rig_eq *eq)
{
	struct gnic_hw_eqe *eqe;

	RIG_AWAIT((eqe = rig_eq_peek(rig, eq)));
	eq->ci++;
	__atomic_store_n((uint32_t *)&eq->ring.db->index, cpu_to_le32(eq->ci), __ATOMIC_RELEASE);
	return eqe;
}

void rig_cq_in(struct rig *rig, struct rig_cq *cq, uint8_t log, uint8_t cqe_log,
	       struct gnic_hw_cq_create *in)
{
	memset(cq, 0, sizeof(*cq));
	memset(in, 0, sizeof(*in));
	cq->cqe_log = cqe_log;
	rig_ring(rig, &cq->ring, log, cqe_log);
	in->base = cpu_to_le64(cq->ring.base);
	in->db = cpu_to_le64(cq->ring.db_iova);
	in->log = log;
	in->cqe_log = cqe_log;
	in->vector = cpu_to_le16(GNIC_VECTOR_NONE);
}

void rig_cq(struct rig *rig, struct rig_cq *cq, uint8_t log, uint8_t cqe_log, uint16_t vector)
{
	struct gnic_hw_cq_create in;
	struct gnic_hw_id id;

	rig_cq_in(rig, cq, log, cqe_log, &in);
	in.vector = cpu_to_le16(vector);
	RIG_OK(rig, GNIC_CMD_CQ_CREATE, &in, sizeof(in), &id, sizeof(id));
	cq->cqn = le32_to_cpu(id.id);
}

void *rig_cq_peek(struct rig *rig, struct rig_cq *cq)
{
	void *cqe = rig_entry(rig, &cq->ring, cq->ci, cq->cqe_log);

	return rig_valid(cqe, cq->ci, cq->ring.mask) ? cqe : NULL;
}

void *rig_cq_wait(struct rig *rig, struct rig_cq *cq)
{
	void *cqe;

	RIG_AWAIT((cqe = rig_cq_peek(rig, cq)));
	cq->ci++;
	__atomic_store_n((uint32_t *)&cq->ring.db->index, cpu_to_le32(cq->ci), __ATOMIC_RELEASE);
	return cqe;
}

void rig_cq_arm(struct rig_cq *cq)
{
	uint32_t arm = le32_to_cpu(cq->ring.db->arm);

	__atomic_store_n((uint32_t *)&cq->ring.db->arm, cpu_to_le32(arm + 1), __ATOMIC_SEQ_CST);
}

void rig_raw_in(struct rig *rig, struct rig_qp *qp, uint32_t port, struct rig_cq *cq, uint8_t log,
		struct gnic_hw_qp_create *in)
{
	memset(qp, 0, sizeof(*qp));
	memset(in, 0, sizeof(*in));
	qp->port = port;
	qp->cq = cq;
	rig_ring(rig, &qp->sq, log, 6);
	rig_ring(rig, &qp->rq, log, 4);
	in->qpn = cpu_to_le32(GNIC_QPN_ANY);
	in->port = port;
	in->type = GNIC_QP_RAW;
	in->side = GNIC_SIDE_HOST;
	in->vport = cpu_to_le16(GNIC_VPORT_UPLINK(port));
	in->sq_log = log;
	in->rq_log = log;
	in->sq_wqe_log = 6;
	in->sq_cqn = cpu_to_le32(cq->cqn);
	in->rq_cqn = cpu_to_le32(cq->cqn);
	in->sq_base = cpu_to_le64(qp->sq.base);
	in->rq_base = cpu_to_le64(qp->rq.base);
	in->sq_db = cpu_to_le64(qp->sq.db_iova);
	in->rq_db = cpu_to_le64(qp->rq.db_iova);
}

void rig_raw(struct rig *rig, struct rig_qp *qp, uint32_t port, struct rig_cq *cq, uint8_t log)
{
	struct gnic_hw_qp_create in;
	struct gnic_hw_id id;

	rig_raw_in(rig, qp, port, cq, log, &in);
	RIG_OK(rig, GNIC_CMD_QP_CREATE, &in, sizeof(in), &id, sizeof(id));
	qp->qpn = le32_to_cpu(id.id);
}

void rig_raw_post(struct rig *rig, struct rig_qp *qp, uint64_t addr, uint32_t len)
{
	struct gnic_hw_raw_wqe *wqe = rig_entry(rig, &qp->sq, qp->sq_pi, 6);

	memset(wqe, 0, sizeof(*wqe));
	wqe->ctrl = cpu_to_le32(FIELD_PREP(GNIC_WQE_OPCODE, GNIC_WQE_RAW_SEND) |
				FIELD_PREP(GNIC_WQE_INDEX, qp->sq_pi & 0xff) |
				FIELD_PREP(GNIC_RAW_WQE_NSEG, 1) | GNIC_RAW_WQE_SE |
				GNIC_RAW_WQE_CQE);
	wqe->size = cpu_to_le32(len);
	wqe->seg[0].addr = cpu_to_le64(addr);
	wqe->seg[0].len = cpu_to_le32(len);
	qp->sq_pi++;
}

void rig_recv_post_with(struct rig *rig, struct rig_qp *qp, uint64_t addr, uint32_t len,
			uint32_t completion)
{
	struct gnic_hw_recv_wqe *wqe = rig_entry(rig, &qp->rq, qp->rq_pi++, 4);

	wqe->addr = cpu_to_le64(addr);
	wqe->size = cpu_to_le32(len);
	wqe->completion = cpu_to_le32(completion);
	__atomic_store_n((uint32_t *)&qp->rq.db->index, cpu_to_le32(qp->rq_pi), __ATOMIC_RELEASE);
}

void rig_recv_post(struct rig *rig, struct rig_qp *qp, uint64_t addr, uint32_t len)
{
	rig_recv_post_with(rig, qp, addr, len, 0);
}

void rig_kick(struct rig *rig, uint8_t kind, uint32_t port, uint32_t id, uint32_t index)
{
	client_write64(&rig->c, GNIC_BAR_UMR, GNIC_UMR_DOORBELL,
		       FIELD_PREP(GNIC_DB_INDEX, index) | FIELD_PREP(GNIC_DB_ID, id) |
		       FIELD_PREP(GNIC_DB_PORT, port) | FIELD_PREP(GNIC_DB_KIND, kind));
}

bool rig_ring_sq(struct rig *rig, struct rig_qp *qp)
{
	__atomic_store_n((uint32_t *)&qp->sq.db->index, cpu_to_le32(qp->sq_pi), __ATOMIC_SEQ_CST);
	if (!__atomic_load_n((uint32_t *)&qp->sq.db->need_kick, __ATOMIC_SEQ_CST))
		return false;
	rig_kick(rig, GNIC_DB_SQ, qp->port, qp->qpn, qp->sq_pi);
	return true;
}

void rig_rss_one(struct rig *rig, uint32_t port, uint32_t qpn)
{
	struct gnic_hw_rss rss = {
		.vport = cpu_to_le16(GNIC_VPORT_UPLINK(port)),
		.side = GNIC_SIDE_HOST,
		.len = cpu_to_le32(1),
	};

	rss.table[0] = cpu_to_le32(qpn);
	RIG_OK(rig, GNIC_CMD_RSS_SET, &rss, sizeof(rss), NULL, 0);
}

void rig_promisc(struct rig *rig, uint32_t port)
{
	const struct gnic_hw_filter filter = {
		.vport = cpu_to_le16(GNIC_VPORT_UPLINK(port)),
		.flags = cpu_to_le16(GNIC_FILTER_PROMISC),
	};

	RIG_OK(rig, GNIC_CMD_FILTER_SET, &filter, sizeof(filter), NULL, 0);
}

/* ---- control ---- */

static int rig_dial_control(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(addr.sun_path, path);
	CLIENT_CHECK(fd >= 0);
	CLIENT_EQ(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

const char *rig_control(struct rig *rig, const char *request)
{
	static char reply[1 << 20];
	int fd = rig_dial_control(rig->owner->control);
	size_t len = 0;
	ssize_t got;

	CLIENT_EQ(write(fd, request, strlen(request)), strlen(request));
	CLIENT_EQ(write(fd, "\n", 1), 1);
	do {
		CLIENT_CHECK(len < sizeof(reply) - 1);
		got = read(fd, reply + len, sizeof(reply) - 1 - len);
		CLIENT_CHECK(got > 0);
		len += got;
	} while (reply[len - 1] != '\n');
	reply[len - 1] = '\0';
	close(fd);
	return reply;
}

void rig_control_ok(struct rig *rig, const char *fmt, ...)
{
	const char *reply;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	reply = rig_control(rig, text);
	if (strncmp(reply, "{\"ok\":true", 10))
		client_fail(__FILE__, __LINE__, reply);
}

uint64_t rig_reply_number(const char *reply, const char *key)
{
	char quoted[64];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(reply, quoted);
	CLIENT_CHECK(at);
	return strtoull(at + strlen(quoted), NULL, 0);
}
