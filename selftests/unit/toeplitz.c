// SPDX-License-Identifier: GPL-2.0-only
/* toeplitz.c against the published verification suite of RSS, and bit by bit. */
#include <arpa/inet.h>

#include "fake.h"
#include "toeplitz.h"

static const uint8_t rss_key[TOEPLITZ_KEY_LEN] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static const struct {
	int family;
	const char *dst;
	uint16_t dport;
	const char *src;
	uint16_t sport;
	uint32_t ip, tcp;
} vectors[] = {
	{ AF_INET, "161.142.100.80", 1766, "66.9.149.187", 2794, 0x323e8fc2, 0x51ccc178 },
	{ AF_INET, "65.69.140.83", 4739, "199.92.111.2", 14230, 0xd718262a, 0xc626b0ea },
	{ AF_INET, "12.22.207.184", 38024, "24.19.198.95", 12898, 0xd2d0a5de, 0x5c2b394a },
	{ AF_INET, "209.142.163.6", 2217, "38.27.205.30", 48228, 0x82989176, 0xafc7327f },
	{ AF_INET, "202.188.127.2", 1303, "153.39.163.191", 44251, 0x5d1809c5, 0x10e828a2 },
	{ AF_INET6, "3ffe:2501:200:3::1", 1766, "3ffe:2501:200:1fff::7", 2794,
	  0x2cc18cd5, 0x40207d3d },
	{ AF_INET6, "ff02::1", 4739, "3ffe:501:8::260:97ff:fe40:efab", 14230,
	  0x0f0c461c, 0xdde51bbf },
	{ AF_INET6, "fe80::200:f8ff:fe21:67cf", 38024, "3ffe:1900:4545:3:200:f8ff:fe21:67cf",
	  44251, 0x4b61e985, 0x02d1feef },
};

static void published_vectors(void **state)
{
	struct toeplitz *list = NULL, *t = toeplitz_get(&list, rss_key);

	(void)state;
	assert_non_null(t);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		unsigned int len = vectors[i].family == AF_INET ? 4 : 16;
		uint16_t ports[2] = { htons(vectors[i].sport), htons(vectors[i].dport) };
		uint8_t input[TOEPLITZ_INPUT_MAX];

		assert_int_equal(inet_pton(vectors[i].family, vectors[i].src, input), 1);
		assert_int_equal(inet_pton(vectors[i].family, vectors[i].dst, input + len), 1);
		memcpy(input + 2 * len, ports, 4);
		assert_int_equal(toeplitz_bytes(t, 0, input, 2 * len), vectors[i].ip);
		assert_int_equal(toeplitz_bytes(t, 0, input, 2 * len + 4), vectors[i].tcp);
	}
	toeplitz_put(t);
	assert_null(list);
}

/* As the definition has it: the key slides by a bit under each bit of the input. */
static uint32_t reference(const uint8_t *key, const uint8_t *data, unsigned int len)
{
	uint32_t hash = 0;

	for (unsigned int bit = 0; bit < len * 8; bit++) {
		uint32_t window = 0;

		if (!(data[bit / 8] & 0x80 >> bit % 8))
			continue;
		for (unsigned int k = bit; k < bit + 32; k++)
			window = window << 1 | (key[k / 8] >> (7 - k % 8) & 1);
		hash ^= window;
	}
	return hash;
}

static void random_keys(void **state)
{
	uint8_t key[TOEPLITZ_KEY_LEN], data[TOEPLITZ_INPUT_MAX];
	struct toeplitz *list = NULL, *t;

	(void)state;
	for (unsigned int round = 0; round < 200; round++) {
		unsigned int len = 4 * (1 + fake_random() % (TOEPLITZ_INPUT_MAX / 4)), cut;

		for (unsigned int i = 0; i < sizeof(key); i++)
			key[i] = (uint8_t)fake_random();
		for (unsigned int i = 0; i < len; i++)
			data[i] = (uint8_t)fake_random();
		t = toeplitz_get(&list, key);
		assert_non_null(t);
		assert_int_equal(toeplitz_bytes(t, 0, data, len), reference(key, data, len));
		cut = fake_random() % len / 4 * 4;
		assert_int_equal(toeplitz_bytes(t, 0, data, cut) ^
				 toeplitz_bytes(t, cut, data + cut, len - cut),
				 reference(key, data, len));
		toeplitz_put(t);
	}
	assert_null(list);
}

static void shared_keys(void **state)
{
	uint8_t other[TOEPLITZ_KEY_LEN] = { 1 };
	struct toeplitz *list = NULL, *a, *b, *c;

	(void)state;
	a = toeplitz_get(&list, rss_key);
	b = toeplitz_get(&list, other);
	c = toeplitz_get(&list, rss_key);
	assert_ptr_equal(a, c);
	assert_ptr_not_equal(a, b);
	toeplitz_put(a);
	assert_ptr_equal(toeplitz_get(&list, rss_key), c);
	toeplitz_put(c);
	toeplitz_put(c);
	assert_ptr_equal(list, b);
	toeplitz_put(b);
	toeplitz_put(NULL);
	assert_null(list);
}

/* Tables are large: of so many keys, and no more. */
static void bounded(void **state)
{
	struct toeplitz *list = NULL, *t;
	uint8_t key[TOEPLITZ_KEY_LEN] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < TOEPLITZ_KEYS_MAX; i++) {
		memcpy(key, &i, sizeof(i));
		assert_non_null(toeplitz_get(&list, key));
	}
	assert_null(toeplitz_get(&list, rss_key));
	t = toeplitz_get(&list, key);
	assert_ptr_equal(t, list);
	toeplitz_put(t);
	toeplitz_put(t);
	assert_ptr_not_equal(list, t);
	assert_non_null(toeplitz_get(&list, rss_key));
	while (list)
		toeplitz_put(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors),
		cmocka_unit_test(random_keys),
		cmocka_unit_test(shared_keys),
		cmocka_unit_test(bounded),
	};

	fake_seed(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("toeplitz", tests, NULL, NULL);
}
