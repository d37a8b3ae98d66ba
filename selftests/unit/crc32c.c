// SPDX-License-Identifier: GPL-2.0-only
/* crc32c.c: the vectors of RFC 3720, B.4, and frames in pieces. */
#include "crc32c.h"
#include "fake.h"

static uint8_t bytes[4096];

static void vectors(void **state)
{
	(void)state;
	assert_int_equal(crc32c("123456789", 9), 0xe3069283);
	assert_int_equal(crc32c(bytes, 0), 0);
	memset(bytes, 0, 32);
	assert_int_equal(crc32c(bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, 32);
	assert_int_equal(crc32c(bytes, 32), 0x62a8ab43);
	for (unsigned int i = 0; i < 32; i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(crc32c(bytes, 32), 0x46dd794e);
	for (unsigned int i = 0; i < 32; i++)
		bytes[i] = (uint8_t)(31 - i);
	assert_int_equal(crc32c(bytes, 32), 0x113fdb5c);
}

/* Wherever the frame is cut, and wherever the field is. */
static void pieces(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 2000; round++) {
		uint32_t len = 100 + fake_random() % 2000, hdr = 20 + fake_random() % 70;
		uint32_t mid = hdr + fake_random() % (len - hdr), from = fake_random() % 40;
		uint32_t to = from + 4 + fake_random() % (len - from - 3);
		uint32_t field = from + fake_random() % (to - from - 3);
		struct frame frame = { .hdr = bytes, .hdr_len = hdr, .len = len, .iovs = 2 };
		uint8_t want[4096];

		for (uint32_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)fake_random();
		frame.iov[0] = (struct iovec){ bytes + hdr, mid - hdr };
		frame.iov[1] = (struct iovec){ bytes + mid, len - mid };
		memcpy(want, bytes, len);
		memset(want + field, 0, 4);
		assert_int_equal(crc32c_frame(&frame, from, field, to),
				 fake_crc32c(want + from, to - from));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(pieces),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crc32c", tests, NULL, NULL);
}
