// SPDX-License-Identifier: GPL-2.0-only
/* Topologies: named ones, lists, and what is refused. */
#include <string.h>

#include "../lib/ktap.h"
#include "topology.h"

static unsigned int failures;

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		ktap_note("%s:%d: failed: %s", __FILE__, __LINE__, #cond); \
		failures++;						\
	}								\
} while (0)

static struct topology top;
static char error[160];

static bool parse(const char *text, unsigned int cards, unsigned int ports)
{
	topology_free(&top);
	error[0] = '\0';
	return topology_parse(text, cards, ports, &top, error, sizeof(error));
}

static bool joined(unsigned int c0, unsigned int p0, unsigned int c1, unsigned int p1)
{
	unsigned int i;

	for (i = 0; i < top.count; i++) {
		const struct topology_end *a = &top.links[i].end[0], *b = &top.links[i].end[1];

		if (a->card == c0 && a->port == p0 && b->card == c1 && b->port == p1)
			return true;
	}
	return false;
}

static void named(void)
{
	CHECK(parse("none", 4, 4) && !top.count);
	CHECK(parse("pair", 4, 2) && top.count == 4);
	CHECK(joined(0, 1, 1, 1) && joined(2, 0, 3, 0));
	CHECK(parse("loop", 2, 3) && top.count == 4);
	CHECK(joined(0, 0, 0, 1) && joined(1, 2, 1, 2));
	CHECK(!parse("pair", 3, 1) && strstr(error, "even"));
	CHECK(!parse("ring", 2, 1) && strstr(error, "unknown topology 'ring'"));
}

/* Every link from both ends, and no port twice. */
static void hls2(void)
{
	unsigned char seen[8][24] = { 0 };
	unsigned int i, end, port;

	CHECK(parse("hls2", 8, 24) && top.count == 84);
	for (i = 0; i < top.count; i++)
		for (end = 0; end < 2; end++)
			seen[top.links[i].end[end].card][top.links[i].end[end].port]++;
	for (i = 0; i < 8; i++)
		for (port = 0; port < 24; port++)
			CHECK(seen[i][port] == !topology_is_external(&top, i, port));
	CHECK(joined(0, 0, 3, 0) && joined(2, 10, 3, 10) && joined(6, 21, 3, 21) == false);
	CHECK(parse("hls2", 2, 24) && top.count == 3 && joined(0, 13, 1, 13));
	CHECK(!parse("hls2", 9, 24) && strstr(error, "8 cards"));
}

static void lists(void)
{
	CHECK(parse("0.0-1.0", 2, 1) && top.count == 1 && joined(0, 0, 1, 0));
	CHECK(parse("0.0-0.0,0.1-tap:my-tap", 1, 2) && top.count == 2);
	CHECK(!strcmp(top.links[1].end[1].tap, "my-tap"));
	CHECK(topology_is_external(&top, 0, 1) && !topology_is_external(&top, 0, 0));
}

static void refused(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "0.0-", "a link is" },
		{ "-0.0", "a link is" },
		{ "0.0-0", "a link is" },
		{ "0.0-0.x", "a link is" },
		{ "0.0-0.1.2", "a link is" },
		{ "0.0- 0.1", "a link is" },
		{ "0.0-+1.1", "a link is" },
		{ "tap:a-0.0", "a link is" },
		{ "0.0-tap:", "a link is" },
		{ "0.0-tap:0123456789abcdef", "a link is" },
		{ "0.0-tap:a/b", "a link is" },
		{ "0.0-1.0,", "a link is" },
		{ "0.0-0.99999999999999999999", "a link is" },
		{ "0.0-2.0", "no such card" },
		{ "0.0-1.4", "no such port" },
		{ "0.0-1.0,0.0-1.1", "in use" },
		{ "0.0-tap:a,0.1-tap:a", "in use" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(!parse(bad[i].text, 2, 4));
		CHECK(strstr(error, bad[i].why));
	}
}

static void run(void (*test)(void), const char *name)
{
	failures = 0;
	test();
	ktap_ok(!failures, name);
}

int main(void)
{
	ktap_header();
	ktap_plan(4);
	run(named, "topology: named");
	run(hls2, "topology: hls2");
	run(lists, "topology: lists");
	run(refused, "topology: refused");
	topology_free(&top);
	return ktap_exit();
}
