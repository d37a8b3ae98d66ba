// SPDX-License-Identifier: GPL-2.0-only
/*
 * One RC QP of any RDMA device, by verbs, for a peer that is none. Commands come
 * line by line from standard input; each has one line of answer, "error ..." if it
 * did not work.
 *
 * usage: verbs_peer DEVICE ADDRESS
 *
 *   -> qpn N rkey N addr N			at first
 *   connect QPN ADDRESS MTU			-> ok
 *   load FILE, save FILE OFF LEN		-> ok; memory from and to a file
 *   recv OFF LEN				-> ok
 *   send OFF LEN [IMM]				-> ok
 *   write OFF LEN ADDR RKEY [IMM]		-> ok
 *   poll [SECONDS]				-> STATUS OPCODE BYTES [IMM] of the next completion
 */
#include <arpa/inet.h>
#include <infiniband/verbs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MEMORY	(8u << 20)
#define DEPTH	256
#define WORDS	8

static struct ibv_context *context;
static struct ibv_cq *cq;
static struct ibv_mr *mr;
static struct ibv_qp *qp;
static uint8_t *memory;
static int gid_index;

static void die(const char *what)
{
	printf("error %s\n", what);
	exit(1);
}

/* ---- begin ---- */

/* IPv4 as RoCE v2 has it: within IPv6 */
static bool gid_of(const char *text, union ibv_gid *gid)
{
	memset(gid, 0, sizeof(*gid));
	if (strchr(text, ':'))
		return inet_pton(AF_INET6, text, gid->raw) == 1;
	gid->raw[10] = 0xff;
	gid->raw[11] = 0xff;
	return inet_pton(AF_INET, text, gid->raw + 12) == 1;
}

static struct ibv_context *device_open(const char *name)
{
	struct ibv_device **list = ibv_get_device_list(NULL), **device;

	for (device = list; device && *device; device++)
		if (strcmp(ibv_get_device_name(*device), name) == 0)
			return ibv_open_device(*device);
	return NULL;
}

static int gid_find(const char *address)
{
	union ibv_gid wanted, gid;
	int i;

	if (!gid_of(address, &wanted))
		return -1;
	for (i = 0; i < 256; i++)
		if (!ibv_query_gid(context, 1, i, &gid) &&
		    memcmp(gid.raw, wanted.raw, sizeof(gid.raw)) == 0)
			return i;
	return -1;
}

static void start(const char *device, const char *address)
{
	struct ibv_qp_init_attr init = {
		.qp_type = IBV_QPT_RC,
		.cap = { .max_send_wr = DEPTH, .max_recv_wr = DEPTH, .max_send_sge = 1,
			 .max_recv_sge = 1 },
	};
	struct ibv_qp_attr attr = {
		.qp_state = IBV_QPS_INIT,
		.port_num = 1,
		.qp_access_flags = IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE,
	};
	struct ibv_pd *pd;

	context = device_open(device);
	if (!context)
		die("no such device");
	gid_index = gid_find(address);
	if (gid_index < 0)
		die("the device does not have this address");
	pd = ibv_alloc_pd(context);
	cq = ibv_create_cq(context, 2 * DEPTH, NULL, NULL, 0);
	memory = calloc(1, MEMORY);
	if (!pd || !cq || !memory)
		die("no memory");
	mr = ibv_reg_mr(pd, memory, MEMORY, IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE);
	init.send_cq = cq;
	init.recv_cq = cq;
	qp = mr ? ibv_create_qp(pd, &init) : NULL;
	if (!qp || ibv_modify_qp(qp, &attr, IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT |
				 IBV_QP_ACCESS_FLAGS))
		die("no QP");
	printf("qpn %u rkey %u addr %llu\n", qp->qp_num, mr->rkey,
	       (unsigned long long)(uintptr_t)memory);
}

/* ---- commands ---- */

static enum ibv_mtu mtu_of(unsigned int bytes)
{
	return bytes == 4096 ? IBV_MTU_4096 : bytes == 2048 ? IBV_MTU_2048 : IBV_MTU_1024;
}

/* Both ends begin with packet sequence number 0. */
static bool run_connect(int argc, char **argv)
{
	struct ibv_qp_attr rtr = {
		.qp_state = IBV_QPS_RTR,
		.max_dest_rd_atomic = 1,
		.min_rnr_timer = 14,
		.ah_attr = { .is_global = 1, .port_num = 1,
			     .grh = { .sgid_index = (uint8_t)gid_index, .hop_limit = 64 } },
	};
	struct ibv_qp_attr rts = {
		.qp_state = IBV_QPS_RTS,
		.timeout = 14, .retry_cnt = 7, .rnr_retry = 7, .max_rd_atomic = 1,
	};

	if (argc != 4 || !gid_of(argv[2], &rtr.ah_attr.grh.dgid))
		return false;
	rtr.dest_qp_num = strtoul(argv[1], NULL, 0);
	rtr.path_mtu = mtu_of(strtoul(argv[3], NULL, 0));
	return !ibv_modify_qp(qp, &rtr, IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU |
			      IBV_QP_DEST_QPN | IBV_QP_RQ_PSN | IBV_QP_MAX_DEST_RD_ATOMIC |
			      IBV_QP_MIN_RNR_TIMER) &&
	       !ibv_modify_qp(qp, &rts, IBV_QP_STATE | IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT |
			      IBV_QP_RNR_RETRY | IBV_QP_SQ_PSN | IBV_QP_MAX_QP_RD_ATOMIC);
}

static bool run_load(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	bool ok = file && (fread(memory, 1, MEMORY, file) || feof(file));

	if (file)
		fclose(file);
	return ok;
}

static bool piece(const char *off, const char *len, struct ibv_sge *sge)
{
	unsigned long at = strtoul(off, NULL, 0), size = strtoul(len, NULL, 0);

	*sge = (struct ibv_sge){ .addr = (uintptr_t)memory + at, .length = (uint32_t)size,
				 .lkey = mr->lkey };
	return at <= MEMORY && size <= MEMORY - at;
}

static bool run_save(int argc, char **argv)
{
	struct ibv_sge sge;
	FILE *file;
	bool ok;

	if (argc != 4 || !piece(argv[2], argv[3], &sge))
		return false;
	file = fopen(argv[1], "w");
	ok = file && fwrite((void *)(uintptr_t)sge.addr, 1, sge.length, file) == sge.length;
	if (file && fclose(file))
		ok = false;
	return ok;
}

static bool run_recv(int argc, char **argv)
{
	struct ibv_sge sge;
	struct ibv_recv_wr wr = { .sg_list = &sge, .num_sge = 1 }, *bad;

	return argc == 3 && piece(argv[1], argv[2], &sge) && !ibv_post_recv(qp, &wr, &bad);
}

static bool post_send(struct ibv_send_wr *wr, const char *imm)
{
	struct ibv_send_wr *bad;

	wr->num_sge = 1;
	wr->send_flags = IBV_SEND_SIGNALED;
	if (imm) {
		wr->imm_data = htonl(strtoul(imm, NULL, 0));
		wr->opcode = wr->opcode == IBV_WR_SEND ? IBV_WR_SEND_WITH_IMM :
							 IBV_WR_RDMA_WRITE_WITH_IMM;
	}
	return !ibv_post_send(qp, wr, &bad);
}

static bool run_send(int argc, char **argv)
{
	struct ibv_sge sge;
	struct ibv_send_wr wr = { .sg_list = &sge, .opcode = IBV_WR_SEND };

	return (argc == 3 || argc == 4) && piece(argv[1], argv[2], &sge) &&
	       post_send(&wr, argv[3]);
}

static bool run_write(int argc, char **argv)
{
	struct ibv_sge sge;
	struct ibv_send_wr wr = { .sg_list = &sge, .opcode = IBV_WR_RDMA_WRITE };

	if ((argc != 5 && argc != 6) || !piece(argv[1], argv[2], &sge))
		return false;
	wr.wr.rdma.remote_addr = strtoull(argv[3], NULL, 0);
	wr.wr.rdma.rkey = (uint32_t)strtoul(argv[4], NULL, 0);
	return post_send(&wr, argv[5]);
}

static const char *opcode_name(enum ibv_wc_opcode opcode)
{
	switch (opcode) {
	case IBV_WC_SEND:
		return "send";
	case IBV_WC_RDMA_WRITE:
		return "write";
	case IBV_WC_RECV:
		return "recv";
	case IBV_WC_RECV_RDMA_WITH_IMM:
		return "recv_write";
	default:
		return "other";
	}
}

static void run_poll(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 10);
	struct ibv_wc wc;

	while (ibv_poll_cq(cq, 1, &wc) == 0) {
		if (time(NULL) > end) {
			printf("error no completion\n");
			return;
		}
		usleep(1000);
	}
	printf("%s %s %u", ibv_wc_status_str(wc.status), opcode_name(wc.opcode), wc.byte_len);
	if (wc.opcode & IBV_WC_RECV && wc.wc_flags & IBV_WC_WITH_IMM)
		printf(" %#x", ntohl(wc.imm_data));
	printf("\n");
}

static const struct command {
	const char *name;
	bool (*run)(int argc, char **argv);
} commands[] = {
	{ "connect", run_connect },
	{ "load", run_load },
	{ "save", run_save },
	{ "recv", run_recv },
	{ "send", run_send },
	{ "write", run_write },
};

static void run(int argc, char **argv)
{
	const struct command *command;

	if (strcmp(argv[0], "poll") == 0) {
		run_poll(argc, argv);
		return;
	}
	for (command = commands; command < commands + sizeof(commands) / sizeof(*commands);
	     command++) {
		if (strcmp(command->name, argv[0]))
			continue;
		printf("%s\n", command->run(argc, argv) ? "ok" : "error");
		return;
	}
	printf("error no such command\n");
}

int main(int argc, char **argv)
{
	char line[1024];

	if (argc != 3) {
		fprintf(stderr, "usage: verbs_peer DEVICE ADDRESS\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	start(argv[1], argv[2]);
	while (fgets(line, sizeof(line), stdin)) {
		char *words[WORDS] = { NULL }, *word;
		int count = 0;

		for (word = strtok(line, " \n"); word && count < WORDS - 1;
		     word = strtok(NULL, " \n"))
			words[count++] = word;
		if (count)
			run(count, words);
	}
	return 0;
}
