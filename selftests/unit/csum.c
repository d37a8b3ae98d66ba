// SPDX-License-Identifier: GPL-2.0-only
/* csum.c against RFC 1071 done by hand. */
#include <arpa/inet.h>

#include "csum.h"
#include "fake.h"

#define ROUNDS	20000

static uint8_t buf[4096];

static void fill(size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = (uint8_t)fake_random();
}

/* 0 and -0 are the same number. */
static void assert_same(uint16_t a, uint16_t b)
{
	assert_int_equal(a == 0xffff ? 0 : a, b == 0xffff ? 0 : b);
}

static void every_length(void **state)
{
	(void)state;
	fill(sizeof(buf));
	for (size_t len = 0; len < 600; len++)
		for (size_t off = 0; off < 9; off++)
			assert_same(ntohs(csum_fold(csum_bytes(buf + off, len))),
				    fake_sum(buf + off, len, 0));
}

static void extremes(void **state)
{
	(void)state;
	memset(buf, 0xff, sizeof(buf));
	assert_int_equal(csum_fold(csum_bytes(buf, sizeof(buf))), 0xffff);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(csum_fold(csum_bytes(buf, sizeof(buf))), 0);
	buf[100] = 1;
	assert_int_equal(ntohs(csum_fold(csum_bytes(buf, sizeof(buf)))), 0x0100);
	assert_int_equal(csum_fold(~0ull), 0xffff);
	assert_int_equal(csum_fold(csum_add(~0ull, 1)), 1);
}

/* Cuts the first @len bytes of buf into pieces of any length, 0 among them. */
static int cut(struct iovec *iov, int max, size_t len)
{
	size_t at = 0;
	int n = 0;

	while (at < len && n < max) {
		size_t part = n == max - 1 ? len - at : fake_random() % (len - at + 1);

		iov[n++] = (struct iovec){ .iov_base = buf + at, .iov_len = part };
		at += part;
	}
	return n;
}

static void pieces(void **state)
{
	struct iovec iov[8];

	(void)state;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		size_t len = fake_random() % 2000;
		struct csum csum = { 0 };
		int n;

		fill(len);
		n = cut(iov, 8, len);
		for (int i = 0; i < n; i++)
			csum_piece(&csum, iov[i].iov_base, iov[i].iov_len);
		assert_same(ntohs(csum_fold(csum.sum)), fake_sum(buf, len, 0));
		assert_int_equal(csum.odd, len & 1);
	}
}

static void ranges(void **state)
{
	struct iovec iov[8];

	(void)state;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		size_t len = 1 + fake_random() % 2000, from = fake_random() % len;
		size_t part = fake_random() % (len - from + 1);
		struct csum csum = { 0 };

		fill(len);
		csum_iov(&csum, iov, cut(iov, 8, len), from, part);
		assert_same(ntohs(csum_fold(csum.sum)), fake_sum(buf + from, part, 0));
	}
}

static void range_beyond_the_end(void **state)
{
	struct iovec iov = { .iov_base = buf, .iov_len = 10 };
	struct csum csum = { 0 };

	(void)state;
	fill(10);
	csum_iov(&csum, &iov, 1, 4, 1000);
	assert_same(ntohs(csum_fold(csum.sum)), fake_sum(buf + 4, 6, 0));
	csum = (struct csum){ 0 };
	csum_iov(&csum, &iov, 1, 10, 1);
	assert_int_equal(csum.sum, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length),
		cmocka_unit_test(extremes),
		cmocka_unit_test(pieces),
		cmocka_unit_test(ranges),
		cmocka_unit_test(range_beyond_the_end),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("csum", tests, NULL, NULL);
}
