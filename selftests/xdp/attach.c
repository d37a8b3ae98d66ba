// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attach a program whose maps are filled before, also with programs: entries of
 * DEVMAP and CPUMAP have some, and bpftool has no word for them.
 *
 * usage: attach IFNAME OBJECT PROGRAM [MAP:KEY=WORD[,WORD...]]...
 *
 * A word is a number of 32 bits, or @NAME, a program of the object. Native mode, until
 * SIGTERM; "ready" is printed when it is attached.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX	8

static void fail(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	exit(1);
}

static struct bpf_program *find(struct bpf_object *object, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);

	if (!program)
		fail(name, -ENOENT);
	return program;
}

/* The program and those that entries name; the others stay where they are. */
static void load(struct bpf_object *object, int argc, char **argv)
{
	struct bpf_program *each;
	const char *name;
	int i;

	bpf_object__for_each_program(each, object)
		bpf_program__set_autoload(each, false);
	bpf_program__set_autoload(find(object, argv[0]), true);
	for (i = 1; i < argc; i++) {
		name = strchr(argv[i], '@');
		if (name)
			bpf_program__set_autoload(find(object, name + 1), true);
	}
	i = bpf_object__load(object);
	if (i)
		fail("load", i);
}

static void fill(struct bpf_object *object, char *entry)
{
	char *name = strtok(entry, ":"), *key = strtok(NULL, "="), *word;
	uint32_t words[WORDS_MAX] = {}, index, count = 0;
	struct bpf_map *map = name ? bpf_object__find_map_by_name(object, name) : NULL;
	int err;

	if (!map || !key || bpf_map__value_size(map) > sizeof(words))
		fail(entry, -EINVAL);
	index = strtoul(key, NULL, 0);
	while ((word = strtok(NULL, ",")) && count < WORDS_MAX)
		words[count++] = *word == '@' ? bpf_program__fd(find(object, word + 1)) :
						strtol(word, NULL, 0);
	err = bpf_map_update_elem(bpf_map__fd(map), &index, words, 0);
	if (err)
		fail(name, err);
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	int i, ifindex, err;
	sigset_t stop;

	if (argc < 4)
		return 2;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	ifindex = if_nametoindex(argv[1]);
	object = bpf_object__open_file(argv[2], NULL);
	if (!object)
		fail(argv[2], -errno);
	load(object, argc - 3, argv + 3);
	for (i = 4; i < argc; i++)
		fill(object, argv[i]);
	err = bpf_xdp_attach(ifindex, bpf_program__fd(find(object, argv[3])),
			     XDP_FLAGS_DRV_MODE, NULL);
	if (err)
		fail("attach", err);
	printf("ready\n");
	fflush(stdout);
	sigwait(&stop, &i);
	bpf_xdp_detach(ifindex, XDP_FLAGS_DRV_MODE, NULL);
	bpf_object__close(object);
	return 0;
}
