// SPDX-License-Identifier: GPL-2.0-only
/* RC packets that travel within others. */
#include "rc_lab.h"
#include "frame.h"

#define SIZE		70000u

/* The slots of both ports alike, unless a test wants something else. */
static struct gnic_hw_encap_set kinds[] = {
	{ .slot = 0, .type = GNIC_ENCAP_IPV4, .proto = 4, .src_ip = { 192, 0, 2, 1 } },
	{ .slot = 3, .type = GNIC_ENCAP_IPV4, .proto = 47, .src_ip = { 192, 0, 2, 2 },
	  .header_len = 4, .header = { 0, 0, 8, 0 } },
	{ .slot = 5, .type = GNIC_ENCAP_UDP, .src_ip = { 192, 0, 2, 3 } },
	{ .slot = 7, .type = GNIC_ENCAP_UDP, .src_ip = { 192, 0, 2, 4 }, .header_len = 32,
	  .header = { 1, 2, 3, [31] = 9 } },
};

#define KINDS		(sizeof(kinds) / sizeof(*kinds))

static int kinds_setup(void **state)
{
	(void)state;
	kinds[2].udp_port = cpu_to_le16(6080);
	kinds[3].udp_port = cpu_to_le16(6081);
	return 0;
}

/* NULL: as it is */
static void begin(const struct gnic_hw_encap_set *a, const struct gnic_hw_encap_set *b)
{
	struct lab_conn conn = lab_conn_default;

	conn.timeouts = RC_RETRY_FOR_EVER;
	conn.naks = RC_RETRY_FOR_EVER;
	conn.encap[0] = a;
	conn.encap[1] = b;
	lab_connect(0, &conn);
}

static void writes(uint32_t side, uint32_t run_ms)
{
	struct lab_qp *from = lab_qp(side, 0);
	struct gnic_hw_rc_wqe wqe = lab_wqe(from, SIZE);
	uint32_t done = from->sq_cq.count;

	lab_fill_random(lab_mem(side, LAB_SOURCE), SIZE);
	lab_post(from, &wqe);
	lab_run_ms(run_ms);
	assert_int_equal(from->sq_cq.count, done + 1);
	assert_false(from->qp.failed);
	assert_memory_equal(lab_mem(side, LAB_SOURCE), lab_mem(!side, LAB_SINK), SIZE);
}

/* ---- tests ---- */

static uint8_t first[LAB_FRAME];
static uint32_t first_len;

static void keep_first(struct vport *to, struct frame *frame)
{
	if (!first_len)
		first_len = frame_flatten(frame, first, sizeof(first));
	rc_receive(to, frame);
}

/* An IPv4 header at @off of a packet of @len bytes that ends with the frame. */
static void check_ip4(uint32_t off, uint8_t proto, uint8_t src_last)
{
	struct frame frame = { .hdr = first + off - 14, .hdr_len = first_len - off + 14 };
	uint32_t sum = 0;

	for (uint32_t i = 0; i < 20; i += 2)
		sum += frame_be16(first + off + i);
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	assert_int_equal(first[off], 0x45);
	assert_int_equal(frame_be16(first + off + 2), frame.hdr_len - 14);
	assert_int_equal(first[off + 9], proto);
	assert_int_equal(first[off + 15], src_last);
}

static void bytes_on_the_wire(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < KINDS; i++) {
		const struct gnic_hw_encap_set *kind = &kinds[i];
		bool udp = kind->type == GNIC_ENCAP_UDP;
		uint32_t inner = 14 + 20 + (udp ? 8 : 0) + kind->header_len;

		begin(kind, kind);
		lab.carry = keep_first;
		first_len = 0;
		writes(0, 0);
		check_ip4(14, udp ? 17 : kind->proto, kind->src_ip[3]);
		if (udp) {
			assert_int_equal(frame_be16(first + 34), 0xc000);
			assert_int_equal(frame_be16(first + 36), le16_to_cpu(kind->udp_port));
			assert_int_equal(frame_be16(first + 38), first_len - 34);
		}
		assert_memory_equal(first + inner - kind->header_len, kind->header,
				    kind->header_len);
		check_ip4(inner, 17, 1);
		assert_int_equal(frame_be16(first + inner + 22), GNIC_ROCE_UDP_PORT);
		lab_teardown(NULL);
		lab_setup(NULL);
	}
}

static void both_ways(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < KINDS; i++) {
		begin(&kinds[i], &kinds[i]);
		writes(0, 0);
		writes(1, 0);
		assert_true(lab.trains > 0);
		lab.bytes = true;
		lab.whole = true;
		lab.dice = (struct lab_dice){ .drop = 30, .duplicate = 30, .swap = 30, .spoil = 20 };
		for (uint32_t n = 0; n < 4; n++)
			writes(n & 1, 1000);
		assert_true(lab_qp(0, 0)->qp.stats.retransmits > 0);
		lab_teardown(NULL);
		lab_setup(NULL);
	}
}

/* The far end knows the port, and is told another header, or none is expected. */
static void check_refused(const struct gnic_hw_encap_set *a, const struct gnic_hw_encap_set *b,
			  bool bytes)
{
	struct lab_qp *from = lab_qp(0, 0), *to = lab_qp(1, 0);
	struct gnic_hw_rc_wqe wqe;

	begin(a, b);
	lab.bytes = bytes;
	lab.whole = bytes;
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run_ms(1);
	assert_true(to->qp.failed);
	assert_int_equal(to->qp.stats.syndrome, GNIC_SYND_RX_TUNNEL);
	assert_int_equal(from->sq_cq.count, from->qp.failed);
	lab_teardown(NULL);
	lab_setup(NULL);
}

static void another_one_is_refused(void **state)
{
	struct gnic_hw_encap_set other = kinds[3];

	(void)state;
	other.header[31]++;
	for (int bytes = 0; bytes < 2; bytes++) {
		check_refused(&kinds[3], &other, bytes);
		check_refused(NULL, &kinds[0], bytes);
	}
}

/* Answers come as they are. */
static bool bare_answers(struct rc_packet *pkt)
{
	if (pkt->opcode == ROCE_ACK)
		pkt->encap = NULL;
	return true;
}

/* An answer in the wrong one is not believed. */
static void answers_are_checked(void **state)
{
	struct lab_qp *from = lab_qp(0, 0);
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	begin(&kinds[0], &kinds[0]);
	lab.tamper = bare_answers;
	wqe = lab_wqe(from, 100);
	lab_post(from, &wqe);
	lab_run_ms(1);
	assert_int_equal(from->sq_cq.count, 0);
	assert_true(lab.side[0].vport.stats.dropped > 0);
	lab.tamper = NULL;
	lab_run_ms(100);
	assert_int_equal(from->sq_cq.count, 1);
}

/* Byte @at of the outer IP header, and its checksum, which is of the same words. */
static void set_outer(uint8_t *bytes, uint32_t at, uint8_t value)
{
	uint32_t sum = 0;

	bytes[14 + at] = value;
	frame_put_be16(bytes + 24, 0);
	for (uint32_t i = 14; i < 34; i += 2)
		sum += frame_be16(bytes + i);
	sum = (sum & 0xffff) + (sum >> 16);
	frame_put_be16(bytes + 24, (uint16_t)~sum);
}

static void receive_bytes(struct vport *to, const uint8_t *bytes, uint32_t len)
{
	struct frame flat = { .hdr = bytes, .hdr_len = len, .len = len };

	frame_parse(&flat);
	rc_receive(to, &flat);
}

static void carry_marked(struct vport *to, struct frame *frame)
{
	uint8_t bytes[LAB_FRAME];
	uint32_t len = frame_flatten(frame, bytes, sizeof(bytes));

	if (to == &lab.side[1].vport)
		set_outer(bytes, 1, bytes[15] | ROCE_TOS_CE);
	receive_bytes(to, bytes, len);
}

static void a_mark_gets_in(void **state)
{
	(void)state;
	begin(&kinds[2], &kinds[2]);
	lab.carry = carry_marked;
	writes(0, 0);
	assert_true(lab_qp(1, 0)->qp.rc->res.next_cnp > 0);
}

static void keep_all(struct vport *to, struct frame *frame)
{
	(void)to;
	if (!first_len)
		first_len = frame_flatten(frame, first, sizeof(first));
}

/* What is wrong with a frame in UDP with a header of 32 bytes. */
enum wrong {
	WRONG_SUM, WRONG_OPTIONS, WRONG_FRAGMENT, WRONG_TOO_LONG, WRONG_TOO_SHORT, WRONG_UDP_LEN,
	WRONG_INNER_VERSION, WRONG_INNER_LEN, WRONG_MARK, WRONG_CUT, WRONG_KINDS,
};

static uint32_t make_wrong(uint8_t *bytes, enum wrong wrong)
{
	const uint32_t udp = 34, inner = 74;

	memcpy(bytes, first, first_len);
	switch (wrong) {
	case WRONG_SUM:
		bytes[25] ^= 1;
		break;
	case WRONG_OPTIONS:
		set_outer(bytes, 0, 0x46);
		break;
	case WRONG_FRAGMENT:
		set_outer(bytes, 6, 0x20);
		break;
	case WRONG_TOO_LONG:
		set_outer(bytes, 2, bytes[16] + 1);
		break;
	case WRONG_TOO_SHORT:
		frame_put_be16(bytes + udp + 4, 8);
		bytes[16] = 0;
		set_outer(bytes, 3, 28);
		break;
	case WRONG_UDP_LEN:
		bytes[udp + 5]--;
		break;
	case WRONG_INNER_VERSION:
		bytes[inner] = 0x65;
		break;
	case WRONG_INNER_LEN:
		bytes[inner + 3]++;
		break;
	case WRONG_MARK:
		bytes[inner + 1] &= (uint8_t)~ROCE_TOS_ECN;
		set_outer(bytes, 1, bytes[15] | ROCE_TOS_CE);
		break;
	default:
		return first_len - 1;
	}
	return first_len;
}

/* Each is dropped and counted; the QP goes on. */
static void bad_outer_headers_are_dropped(void **state)
{
	struct lab_qp *to = lab_qp(1, 0);
	struct vport *vport = &lab.side[1].vport;
	uint8_t bytes[LAB_FRAME];
	struct gnic_hw_rc_wqe wqe;

	(void)state;
	begin(&kinds[3], &kinds[3]);
	lab.carry = keep_all;
	first_len = 0;
	wqe = lab_wqe(lab_qp(0, 0), 1000);
	lab_post(lab_qp(0, 0), &wqe);
	lab_run_ms(0);
	for (enum wrong wrong = 0; wrong < WRONG_KINDS; wrong++) {
		receive_bytes(vport, bytes, make_wrong(bytes, wrong));
		assert_int_equal(vport->stats.dropped, wrong + 1);
		assert_int_equal(to->qp.stats.rx_packets, 0);
	}
	receive_bytes(vport, first, first_len);
	assert_int_equal(to->qp.stats.rx_packets, 1);
	assert_false(to->qp.failed);
}

static void slots_in_use_stay(void **state)
{
	const struct gnic_hw_encap_set none = { .slot = 0 };
	struct card *card = &lab.side[0].card;

	(void)state;
	begin(&kinds[0], &kinds[0]);
	assert_int_equal(encap_cmd_set(card, &none), GNIC_STATUS_BUSY);
	assert_int_equal(encap_cmd_set(card, &kinds[0]), GNIC_STATUS_BUSY);
	rc_destroy(&lab_qp(0, 0)->qp);
	assert_int_equal(encap_cmd_set(card, &none), GNIC_STATUS_OK);
}

static void contexts_are_checked(void **state)
{
	const struct gnic_hw_qp_path ipv6 = { .ip_version = 6, .hop_limit = 64 };
	struct lab_conn conn = lab_conn_default;
	struct qp *qp = &lab_qp(0, 0)->qp;

	(void)state;
	assert_int_equal(lab_set(qp, true, GNIC_REQ_ENCAP_ENABLE, 1), GNIC_STATUS_BAD_STATE);
	assert_int_equal(lab_set(qp, false, GNIC_RES_ENCAP_ENABLE, 1), GNIC_STATUS_BAD_STATE);
	assert_int_equal(encap_cmd_set(&lab.side[0].card, &kinds[0]), GNIC_STATUS_OK);
	conn.ip_version = 6;
	lab_path(0, 0, &conn);
	assert_int_equal(lab_set(qp, true, GNIC_REQ_ENCAP_ENABLE, 1), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_set(qp, false, GNIC_RES_ENCAP_ENABLE, 1), GNIC_STATUS_BAD_PARAM);
	conn.ip_version = 4;
	lab_path(0, 0, &conn);
	lab_encap(0, 0, &kinds[0]);
	assert_int_equal(rc_cmd_path(qp, &ipv6), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(lab_responder(0, 0, &conn), GNIC_STATUS_OK);
	assert_int_equal(lab_set(qp, false, GNIC_RES_ENCAP_ENABLE, 0), GNIC_STATUS_BAD_STATE);
}

static void bad_slots_are_refused(void **state)
{
	const struct gnic_hw_encap_set bad[] = {
		{ .slot = GNIC_ENCAPS }, { .rsvd = 1 }, { .type = 3 }, { .proto = 4 },
		{ .udp_port = cpu_to_le16(1) }, { .src_ip = { 1 } }, { .header_len = 4 },
		{ .type = GNIC_ENCAP_IPV4, .proto = 6 }, { .type = GNIC_ENCAP_IPV4, .proto = 17 },
		{ .type = GNIC_ENCAP_IPV4, .udp_port = cpu_to_le16(1) },
		{ .type = GNIC_ENCAP_UDP }, { .type = GNIC_ENCAP_UDP, .udp_port = cpu_to_le16(4791) },
		{ .type = GNIC_ENCAP_UDP, .udp_port = cpu_to_le16(5), .proto = 4 },
		{ .type = GNIC_ENCAP_IPV4, .header_len = 6 },
		{ .type = GNIC_ENCAP_IPV4, .header_len = 36 },
		{ .type = GNIC_ENCAP_IPV4, .header_len = 4, .header = { [4] = 1 } },
	};
	const struct gnic_hw_encap_set nowhere = { .port = 1 };

	(void)state;
	for (uint32_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(encap_cmd_set(&lab.side[0].card, &bad[i]), GNIC_STATUS_BAD_PARAM);
	assert_int_equal(encap_cmd_set(&lab.side[0].card, &nowhere), GNIC_STATUS_NOT_FOUND);
}

#define LAB_TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(bytes_on_the_wire),
		LAB_TEST(both_ways),
		LAB_TEST(another_one_is_refused),
		LAB_TEST(answers_are_checked),
		LAB_TEST(a_mark_gets_in),
		LAB_TEST(bad_outer_headers_are_dropped),
		LAB_TEST(slots_in_use_stay),
		LAB_TEST(contexts_are_checked),
		LAB_TEST(bad_slots_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, kinds_setup, NULL);
}
