// SPDX-License-Identifier: GPL-2.0-only
/* The control socket and the faults of a card; the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/ktap.h"
#include "rig.h"

static struct rig rig;

static void refused(const char *request, const char *why)
{
	const char *reply = rig_control(&rig, request);

	if (strncmp(reply, "{\"ok\":false,\"error\":\"", 21) || !strstr(reply, why))
		client_fail(__FILE__, __LINE__, reply);
}

static void help(void)
{
	rig_open(&rig, NULL);
	CLIENT_CHECK(strstr(rig_control(&rig, "{\"cmd\":\"help\"}"), "\"fault\""));
	CLIENT_EQ(rig_reply_number(rig_control(&rig, "{\"cmd\":\"version\"}"), "major"),
		  GNIC_HW_VERSION_MAJOR);
	rig_close(&rig);
}

static void counters(void)
{
	rig_open(&rig, NULL);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	CLIENT_EQ(rig_reply_number(rig_control(&rig, "{\"cmd\":\"stats\",\"card\":0}"), "cmds"), 1);
	CLIENT_EQ(rig_reply_number(rig_control(&rig, "{\"cmd\":\"stats\",\"port\":1}"), "qps"), 0);
	rig_close(&rig);
}

static void links_and_wires(void)
{
	const char *reply;

	rig_open(&rig, (const char *[]) { "--topology", "0.0-0.1", "--ports", "3", NULL });
	reply = rig_control(&rig, "{\"cmd\":\"links\"}");
	CLIENT_CHECK(strstr(reply, "\"wire\":\"0.0-0.1\""));
	CLIENT_CHECK(strstr(reply, "\"fault\":\"admin\""));
	CLIENT_EQ(rig_reply_number(rig_control(&rig, "{\"cmd\":\"wires\"}"), "frames"), 0);
	rig_close(&rig);
}

static void nonsense_refused(void)
{
	rig_open(&rig, NULL);
	refused("", "one JSON object");
	refused("12", "one JSON object");
	refused("[]", "one JSON object");
	refused("{", "one JSON object");
	refused("{}", "\\\"cmd\\\" is missing");
	refused("{\"cmd\":1}", "is a string");
	refused("{\"cmd\":\"dance\"}", "unknown command");
	refused("{\"cmd\":\"stats\",\"card\":9}", "from 0 to 0");
	refused("{\"cmd\":\"stats\",\"card\":-1}", "from 0 to 0");
	refused("{\"cmd\":\"stats\",\"port\":\"x\"}", "is a number");
	refused("{\"cmd\":\"stats\",\"port\":0,\"qpn\":77}", "there is no QP 77");
	refused("{\"cmd\":\"link\",\"port\":0}", "\\\"state\\\" is missing");
	refused("{\"cmd\":\"link\",\"port\":0,\"state\":\"left\"}", "is \\\"up\\\" or");
	refused("{\"cmd\":\"without\"}", "\\\"caps\\\" is missing");
	refused("{\"cmd\":\"without\",\"caps\":\"FW,,PHC\"}", "are names of capabilities");
	refused("{\"cmd\":\"without\",\"caps\":\"WINGS\"}", "\\\"WINGS\\\" are not");
	refused("{\"cmd\":\"without\",\"caps\":\"\",\"limits\":1}", "is an object");
	refused("{\"cmd\":\"without\",\"caps\":\"\",\"limits\":{\"wings\":1}}",
		"\\\"limits\\\" has no \\\"wings\\\"");
	refused("{\"cmd\":\"without\",\"caps\":\"\",\"limits\":{\"cqs\":-1}}",
		"is a number from 0 to 4294967295");
	refused("{\"cmd\":\"step\",\"us\":1}", "--step was not given");
	refused("{\"cmd\":\"capture\",\"port\":0,\"action\":\"stop\"}", "nothing was started");
	refused("{\"cmd\":\"capture\",\"port\":0,\"action\":\"start\",\"file\":\"/no/such\"}", "/no/such");
	refused("{\"cmd\":\"fault\"}", "\\\"kind\\\" is missing");
	refused("{\"cmd\":\"fault\",\"kind\":\"rain\"}", "unknown kind");
	refused("{\"cmd\":\"fault\",\"kind\":\"drop\",\"port\":0,\"rate\":2}", "from 0 to 1");
	refused("{\"cmd\":\"fault\",\"kind\":\"delay\",\"port\":0}", "\\\"delay_us\\\" is missing");
	refused("{\"cmd\":\"fault\",\"kind\":\"command\",\"status\":\"BLUE\"}", "is no status");
	refused("{\"cmd\":\"fault\",\"kind\":\"command\",\"status\":\"BUSY\",\"opcode\":\"X\"}",
		"is no command");
	refused("{\"cmd\":\"fault\",\"kind\":\"qp\",\"port\":0,\"qpn\":1}", "there is no QP 1");
	rig_close(&rig);
}

static void no_cable_refused(void)
{
	rig_open(&rig, (const char *[]) { "--topology", "none", NULL });
	refused("{\"cmd\":\"fault\",\"kind\":\"drop\",\"port\":0}", "has no cable");
	rig_close(&rig);
}

static int dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(addr.sun_path, rig.control);
	CLIENT_EQ(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

/* A line that never ends costs its client the connection, and nobody else anything. */
static void endless_line(void)
{
	static char junk[4096];
	unsigned int i;
	int fd;

	rig_open(&rig, NULL);
	fd = dial();
	memset(junk, '{', sizeof(junk));
	for (i = 0; i < 64 && send(fd, junk, sizeof(junk), MSG_NOSIGNAL) > 0; i++)
		;
	CLIENT_CHECK(recv(fd, junk, 1, 0) <= 0);
	close(fd);
	CLIENT_CHECK(strstr(rig_control(&rig, "{\"cmd\":\"help\"}"), "true"));
	rig_close(&rig);
}

/* Replies wait until the client takes them, in order. */
static void client_that_does_not_read(void)
{
	static const char request[] = "{\"cmd\":\"links\"}\n";
	char buf[65536];
	unsigned int i, lines = 0;
	ssize_t len;
	int fd;

	rig_open(&rig, (const char *[]) { "--ports", "24", NULL });
	fd = dial();
	for (i = 0; i < 200; i++)
		CLIENT_EQ(write(fd, request, sizeof(request) - 1), sizeof(request) - 1);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	while (lines < 200) {
		len = read(fd, buf, sizeof(buf));
		CLIENT_CHECK(len > 0);
		for (i = 0; i < len; i++)
			lines += buf[i] == '\n';
	}
	CLIENT_EQ(lines, 200);
	close(fd);
	rig_close(&rig);
}

static void many_clients(void)
{
	int fds[64];
	unsigned int i;

	rig_open(&rig, NULL);
	for (i = 0; i < 64; i++)
		fds[i] = dial();
	for (i = 0; i < 64; i++)
		close(fds[i]);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	RIG_AWAIT(strstr(rig_control(&rig, "{\"cmd\":\"help\"}"), "true"));
	rig_close(&rig);
}

static void quit(void)
{
	int status;

	rig_open(&rig, NULL);
	rig_control_ok(&rig, "{\"cmd\":\"quit\"}");
	CLIENT_EQ(waitpid(rig.c.pid, &status, 0), rig.c.pid);
	CLIENT_EQ(status, 0);
	CLIENT_EQ(access(rig.control, F_OK), -1);
	CLIENT_EQ(rmdir(rig.c.dir), 0);
}

/* ---- faults of a card ---- */

static void command_fails(void)
{
	rig_open(&rig, NULL);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"command\",\"opcode\":\"nop\","
		       "\"status\":\"BUSY\",\"count\":2}");
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0), GNIC_STATUS_BUSY);
	CLIENT_EQ(rig_cmd(&rig, 0x99, NULL, 0, NULL, 0), GNIC_STATUS_BAD_OPCODE);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0), GNIC_STATUS_BUSY);
	CLIENT_EQ(rig_cmd(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0), GNIC_STATUS_OK);
	rig_close(&rig);
}

static void command_never_completes(void)
{
	struct gnic_hw_cmd_desc *desc;

	rig_open(&rig, NULL);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"command\",\"status\":\"never\"}");
	desc = rig_desc(&rig, rig.pi);
	rig_write(&rig, GNIC_CMD_PI, ++rig.pi);
	rig_sleep_ms(20);
	CLIENT_EQ(desc->done, 0);
	RIG_OK(&rig, GNIC_CMD_NOP, NULL, 0, NULL, 0);
	CLIENT_EQ(desc->done, 0);
	rig_close(&rig);
}

static void interrupt_is_lost(void)
{
	rig_open(&rig, NULL);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"irq\",\"vector\":2}");
	rig_write(&rig, GNIC_TEST_IRQ, 1);
	CLIENT_EQ(client_irq_wait(&rig.c, 1), 1);
	rig_write(&rig, GNIC_TEST_IRQ, 2);
	CLIENT_EQ(client_irq_count(&rig.c, 2), 0);
	rig_write(&rig, GNIC_TEST_IRQ, 2);
	CLIENT_EQ(client_irq_wait(&rig.c, 2), 1);
	rig_close(&rig);
}

static void scratch_fails(void)
{
	rig_open(&rig, NULL);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"scratch\"}");
	rig_write(&rig, GNIC_TEST_SCRATCH, 0x12345678);
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_SCRATCH), 0x12345678);
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_SCRATCH), ~0x12345678u);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"scratch\",\"count\":2}");
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"clear\"}");
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_SCRATCH), ~0x12345678u);
	rig_close(&rig);
}

static void test_dma(uint64_t addr, uint32_t op)
{
	rig_write(&rig, GNIC_TEST_DMA_LO, addr);
	rig_write(&rig, GNIC_TEST_DMA_HI, addr >> 32);
	rig_write(&rig, GNIC_TEST_DMA_LEN, 8);
	rig_write(&rig, GNIC_TEST_DMA_OP, op);
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_DMA_STATUS), GNIC_STATUS_OK);
}

static void dma_fails(void)
{
	uint64_t addr;
	uint8_t *byte;

	rig_open(&rig, NULL);
	addr = rig_alloc(&rig, 64, 64);
	byte = rig_ptr(&rig, addr);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"dma\"}");
	test_dma(addr, GNIC_TEST_DMA_FILL);
	CLIENT_EQ(*byte, 0);
	test_dma(addr, GNIC_TEST_DMA_FILL);
	CLIENT_EQ(*byte, GNIC_TEST_DMA_PATTERN);
	rig_close(&rig);
}

static void queues_with_events(struct rig_eq *eq, struct rig_cq *cq, struct rig_qp *qp)
{
	rig_open(&rig, NULL);
	rig_eq(&rig, eq, 4, GNIC_VECTOR_NONE);
	rig_cq(&rig, cq, 4, 5, GNIC_VECTOR_NONE);
	rig_raw(&rig, qp, 0, cq, 4);
}

static void event_is(struct rig_eq *eq, uint32_t type, uint32_t id, uint32_t data)
{
	const struct gnic_hw_eqe *eqe = rig_eq_wait(&rig, eq);

	CLIENT_EQ(FIELD_GET(GNIC_EQE_TYPE, le32_to_cpu(eqe->ctrl)), type);
	CLIENT_EQ(le32_to_cpu(eqe->id), id);
	CLIENT_EQ(le32_to_cpu(eqe->data), data);
}

static uint32_t qp_flags(const struct rig_qp *qp)
{
	const struct gnic_hw_qp_id id = { .port = 0, .qpn = cpu_to_le32(qp->qpn) };
	struct gnic_hw_qp_stats stats;

	RIG_OK(&rig, GNIC_CMD_QP_STATS, &id, sizeof(id), &stats, sizeof(stats));
	return le32_to_cpu(stats.flags);
}

static uint32_t cq_syndrome(const struct rig_cq *cq)
{
	const struct gnic_hw_id id = { .id = cpu_to_le32(cq->cqn) };
	struct gnic_hw_cq_info info;

	RIG_OK(&rig, GNIC_CMD_CQ_QUERY, &id, sizeof(id), &info, sizeof(info));
	return le32_to_cpu(info.syndrome);
}

static void qp_fails(void)
{
	struct rig_cq cq;
	struct rig_qp qp;
	struct rig_eq eq;

	queues_with_events(&eq, &cq, &qp);
	CLIENT_EQ(qp_flags(&qp), 0);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"qp\",\"port\":0,\"qpn\":%u,"
		       "\"syndrome\":\"LOCAL_ACCESS\"}", qp.qpn);
	event_is(&eq, GNIC_EQE_QP_ERR, qp.qpn, GNIC_SYND_LOCAL_ACCESS);
	CLIENT_EQ(qp_flags(&qp), GNIC_QP_STATS_FAILED);
	rig_close(&rig);
}

static void new_qp_fails(void)
{
	struct rig_qp before, qp, after;
	struct rig_cq cq;
	struct rig_eq eq;

	queues_with_events(&eq, &cq, &before);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"new-qp\",\"count\":1}");
	rig_raw(&rig, &qp, 0, &cq, 4);
	rig_raw(&rig, &after, 0, &cq, 4);
	event_is(&eq, GNIC_EQE_QP_ERR, qp.qpn, GNIC_SYND_WQ_ACCESS);
	CLIENT_EQ(qp_flags(&qp), GNIC_QP_STATS_FAILED);
	CLIENT_EQ(qp_flags(&before), 0);
	CLIENT_EQ(qp_flags(&after), 0);
	rig_close(&rig);
}

/* Who sends by it hears of it twice. */
static void wqe_fails(void)
{
	const struct gnic_hw_raw_cqe *cqe;
	struct rig_cq cq;
	struct rig_qp qp;
	struct rig_eq eq;

	queues_with_events(&eq, &cq, &qp);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"qp\",\"port\":0,\"qpn\":%u,"
		       "\"syndrome\":\"TX_RESERVED\",\"completion\":1}", qp.qpn);
	event_is(&eq, GNIC_EQE_QP_ERR, qp.qpn, GNIC_SYND_TX_RESERVED);
	cqe = rig_cq_wait(&rig, &cq);
	CLIENT_CHECK(cqe);
	CLIENT_EQ(le32_to_cpu(cqe->ctrl) & (GNIC_CQE_REQ | GNIC_CQE_ERROR | GNIC_CQE_QPN),
		  GNIC_CQE_REQ | GNIC_CQE_ERROR | qp.qpn);
	CLIENT_EQ(le32_to_cpu(cqe->wqe_index), 0);
	CLIENT_EQ(le32_to_cpu(cqe->size), GNIC_SYND_TX_RESERVED);
	rig_close(&rig);
}

/* The QP goes on. */
static void doorbells_are_lost(void)
{
	struct rig_cq cq;
	struct rig_qp qp;
	struct rig_eq eq;

	queues_with_events(&eq, &cq, &qp);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"db-overrun\",\"port\":0,"
		       "\"qpn\":%u}", qp.qpn);
	event_is(&eq, GNIC_EQE_DB_OVERRUN, qp.qpn, 0);
	rig_raw_post(&rig, &qp, rig_alloc(&rig, 4096, 4096), 64);
	rig_ring_sq(&rig, &qp);
	CLIENT_CHECK(rig_cq_wait(&rig, &cq));
	rig_close(&rig);
}

/* As many as were said, each with an event; then the same doorbell is heard. */
static void next_doorbells_are_lost(void)
{
	struct rig_cq cq;
	struct rig_qp qp;
	struct rig_eq eq;

	queues_with_events(&eq, &cq, &qp);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"db-overrun\",\"port\":0,"
		       "\"qpn\":%u,\"count\":2}", qp.qpn);
	rig_raw_post(&rig, &qp, rig_alloc(&rig, 4096, 4096), 64);
	rig_ring_sq(&rig, &qp);
	event_is(&eq, GNIC_EQE_DB_OVERRUN, qp.qpn, 0);
	CLIENT_CHECK(!rig_cq_peek(&rig, &cq));
	rig_ring_sq(&rig, &qp);
	event_is(&eq, GNIC_EQE_DB_OVERRUN, qp.qpn, 0);
	CLIENT_CHECK(!rig_cq_peek(&rig, &cq));
	rig_ring_sq(&rig, &qp);
	CLIENT_CHECK(rig_cq_wait(&rig, &cq));
	CLIENT_CHECK(!rig_eq_peek(&rig, &eq));
	rig_close(&rig);
}

static void cq_fails(void)
{
	struct rig_cq cq;
	struct rig_qp qp;
	struct rig_eq eq;

	queues_with_events(&eq, &cq, &qp);
	refused("{\"cmd\":\"fault\",\"kind\":\"cq\",\"cqn\":4000000000}", "no such CQ");
	refused("{\"cmd\":\"fault\",\"kind\":\"cq\"}", "\\\"cqn\\\" is missing");
	CLIENT_EQ(cq_syndrome(&cq), 0);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"cq\",\"cqn\":%u}", cq.cqn);
	event_is(&eq, GNIC_EQE_COMP_ERR, cq.cqn, GNIC_SYND_CQ_OVERRUN);
	event_is(&eq, GNIC_EQE_QP_ERR, qp.qpn, GNIC_SYND_CQ_OVERRUN);
	CLIENT_EQ(cq_syndrome(&cq), GNIC_SYND_CQ_OVERRUN);
	CLIENT_EQ(rig_cmd_id(&rig, GNIC_CMD_CQ_DESTROY, cq.cqn), GNIC_STATUS_BUSY);
	rig_close(&rig);
}

/* What they would have said is to be asked for. */
static void events_are_lost(void)
{
	struct rig_cq cq;
	struct rig_qp qp;
	struct rig_eq eq;

	queues_with_events(&eq, &cq, &qp);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"events\",\"count\":2}");
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"cq\",\"cqn\":%u}", cq.cqn);
	event_is(&eq, GNIC_EQE_LOST, 0, 0);
	CLIENT_CHECK(!rig_eq_peek(&rig, &eq));
	CLIENT_EQ(cq_syndrome(&cq), GNIC_SYND_CQ_OVERRUN);
	CLIENT_EQ(qp_flags(&qp), GNIC_QP_STATS_FAILED);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"fatal\"}");
	event_is(&eq, GNIC_EQE_FATAL, 0, 1);
	rig_close(&rig);
}

static void card_is_fatal(void)
{
	struct rig_eq eq;

	rig_open(&rig, NULL);
	rig_eq(&rig, &eq, 4, GNIC_VECTOR_NONE);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"fatal\",\"code\":7}");
	CLIENT_EQ(FIELD_GET(GNIC_EQE_TYPE, le32_to_cpu(rig_eq_wait(&rig, &eq)->ctrl)),
		  GNIC_EQE_FATAL);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_STATUS), GNIC_CTL_STATUS_FATAL | 7 << 8);
	rig_write(&rig, GNIC_CTL_RESET, GNIC_CTL_RESET_VALUE);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_STATUS), GNIC_CTL_STATUS_READY);
	rig_close(&rig);
}

static void all_ones(void)
{
	rig_open(&rig, NULL);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"all-ones\"}");
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_MAGIC), ~0u);
	CLIENT_EQ(client_cfg_read(&rig.c, 0, 4), ~0u);
	rig_write(&rig, GNIC_TEST_SCRATCH, 5);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"clear\"}");
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_MAGIC), GNIC_CTL_MAGIC_VALUE);
	CLIENT_EQ(rig_read(&rig, GNIC_TEST_SCRATCH), ~0u);
	rig_close(&rig);
}

/* The next client finds a card that works. */
static void removed(void)
{
	char byte;

	rig_open(&rig, NULL);
	rig_control_ok(&rig, "{\"cmd\":\"fault\",\"kind\":\"remove\"}");
	CLIENT_EQ(recv(rig.c.sock, &byte, 1, 0), 0);
	refused("{\"cmd\":\"fault\",\"kind\":\"remove\"}", "has no client");
	close(rig.c.sock);
	client_dial(&rig.c, rig.c.path);
	client_start(&rig.c);
	CLIENT_EQ(rig_read(&rig, GNIC_CTL_MAGIC), GNIC_CTL_MAGIC_VALUE);
	rig_close(&rig);
}

/* ---- the command line ---- */

static int run(const char *const args[])
{
	const char *argv[16] = { getenv("VGAUDI") };
	unsigned int i;
	int status;
	pid_t pid;

	for (i = 0; args[i]; i++)
		argv[i + 1] = args[i];
	pid = fork();
	if (!pid) {
		/* What should refuse and runs instead must not outlive the test. */
		alarm(10);
		CLIENT_CHECK(freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr));
		execv(argv[0], (char **)argv);
		_exit(127);
	}
	CLIENT_EQ(waitpid(pid, &status, 0), pid);
	CLIENT_CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define RUN(...)	run((const char *[]) { __VA_ARGS__, NULL })

static void good_options(void)
{
	CLIENT_EQ(RUN("--help"), 0);
	CLIENT_EQ(RUN("--version"), 0);
}

static void bad_options_refused(void)
{
	CLIENT_EQ(RUN("--ports", "2"), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "--ports", "0"), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "--ports", "25"), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "--ports", "x"), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "--cards", "-1"), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "--cards", ""), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "--hbm-size", "3M"), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "--hbm-size", "99999999999999999999"), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "--vectors", "1025"), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "--nonsense"), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "extra"), 2);
	CLIENT_EQ(RUN("--socket-dir", "/tmp", "--step"), 2);
	CLIENT_EQ(RUN("--socket-dir"), 2);
	CLIENT_EQ(RUN("--socket", "/tmp/x", "--socket-dir", "/tmp"), 2);
	CLIENT_EQ(RUN("--socket", "/tmp/x", "--cards", "2"), 2);
}

static void bad_files_refused(void)
{
	char dir[] = "/tmp/vgaudi.XXXXXX", sock[64], file[64];

	CLIENT_CHECK(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/file", dir);
	snprintf(sock, sizeof(sock), "%s/card0.sock", dir);
	CLIENT_EQ(RUN("--socket-dir", "/no/such/dir"), 1);
	CLIENT_EQ(RUN("--socket-dir", dir, "--topology", "ring"), 1);
	CLIENT_EQ(RUN("--socket-dir", dir, "--topology", "0.0-7.0"), 1);
	CLIENT_EQ(RUN("--socket-dir", dir, "--cards", "3", "--topology", "pair"), 1);
	CLIENT_EQ(RUN("--socket-dir", dir, "--pcap", "/no/such/file"), 1);
	CLIENT_EQ(RUN("--socket-dir", dir, "--control", "/no/such/file"), 1);
	/* What is no socket is not replaced. */
	CLIENT_CHECK(freopen(sock, "w", stdin));
	CLIENT_EQ(RUN("--socket-dir", dir), 1);
	CLIENT_EQ(access(sock, F_OK), 0);
	CLIENT_EQ(unlink(sock), 0);
	CLIENT_CHECK(freopen(file, "w", stdin));
	CLIENT_EQ(RUN("--socket-dir", dir, "--control", file), 1);
	CLIENT_EQ(unlink(file), 0);
	/* Nothing is left of all these. */
	CLIENT_EQ(rmdir(dir), 0);
}

static void captures_by_option(void)
{
	char dir[] = "/tmp/vgaudi-pcap.XXXXXX", path[64];
	struct stat st;

	CLIENT_CHECK(mkdtemp(dir));
	rig_open(&rig, (const char *[]) { "--topology", "loop", "--ports", "4", "--pcap", dir,
					  NULL });
	rig_close(&rig);
	snprintf(path, sizeof(path), "%s/0.0-0.1.pcap", dir);
	CLIENT_EQ(stat(path, &st), 0);
	CLIENT_EQ(st.st_size, 24);
	unlink(path);
	snprintf(path, sizeof(path), "%s/0.2-0.3.pcap", dir);
	CLIENT_EQ(unlink(path), 0);
	CLIENT_EQ(rmdir(dir), 0);
}

static const struct ktap_test tests[] = {
	{ "control: help and version", help },
	{ "control: counters", counters },
	{ "control: links and wires", links_and_wires },
	{ "control: nonsense refused", nonsense_refused },
	{ "control: a port without a cable", no_cable_refused },
	{ "control: a line without end", endless_line },
	{ "control: a client that does not read", client_that_does_not_read },
	{ "control: many clients", many_clients },
	{ "control: quit", quit },
	{ "fault: a command fails", command_fails },
	{ "fault: a command never completes", command_never_completes },
	{ "fault: an interrupt is lost", interrupt_is_lost },
	{ "fault: a register fails", scratch_fails },
	{ "fault: DMA does nothing", dma_fails },
	{ "fault: a QP fails", qp_fails },
	{ "fault: a new QP fails", new_qp_fails },
	{ "fault: a WQE fails", wqe_fails },
	{ "fault: doorbells are lost", doorbells_are_lost },
	{ "fault: the next doorbells are lost", next_doorbells_are_lost },
	{ "fault: a CQ fails", cq_fails },
	{ "fault: events are lost", events_are_lost },
	{ "fault: fatal, and a reset", card_is_fatal },
	{ "fault: all ones", all_ones },
	{ "fault: surprise removal", removed },
	{ "options: good", good_options },
	{ "options: bad ones refused", bad_options_refused },
	{ "options: bad files refused", bad_files_refused },
	{ "options: captures", captures_by_option },
};

KTAP_MAIN(tests)
