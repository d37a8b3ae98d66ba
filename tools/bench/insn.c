// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A QEMU TCG plugin that counts guest instructions by address, between marks
 * that the guest sets (mark.c).
 *
 * Debian packages neither the plugin header nor glib-free examples, so the few
 * prototypes stand here. They are those of plugin interface 7, and the version
 * is checked: another one has other callbacks.
 *
 * Output, one line a counted block, at every mark: "phase address instructions".
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*tb_trans_cb_t)(struct qemu_plugin_tb *tb, void *udata);
typedef void (*vcpu_cb_t)(unsigned int vcpu, void *udata);
typedef void (*exit_cb_t)(void *udata);

extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb_t cb,
						  void *udata);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_cb_t cb, void *udata);
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, vcpu_cb_t cb,
						 enum qemu_plugin_cb_flags flags, void *udata);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, vcpu_cb_t cb,
						   enum qemu_plugin_cb_flags flags, void *udata);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
							size_t index);
extern size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dst, size_t len);

EXPORT int qemu_plugin_version = 7;

/* The mark: a long NOP that no compiler makes. Bytes 4 and 5 are the phase. */
#define MARK_LEN	8
static const uint8_t mark_head[4] = { 0x0f, 0x1f, 0x84, 0x00 };
static const uint8_t mark_tail[2] = { 0x1c, 0x4e };

#define BLOCKS_LOG	20
#define BLOCKS		(1u << BLOCKS_LOG)

struct block {
	uint64_t vaddr;
	uint64_t runs;
	uint32_t insns;
	bool used;
};

static struct block *blocks;
static unsigned int phase;	/* 0: nothing is counted */
static FILE *out;

static struct block *block_get(uint64_t vaddr, uint32_t insns)
{
	uint64_t hash = (vaddr ^ insns) * 0x9e3779b97f4a7c15ull;
	uint32_t i = hash >> (64 - BLOCKS_LOG);
	uint32_t tries;

	for (tries = 0; tries < BLOCKS; tries++, i = (i + 1) & (BLOCKS - 1)) {
		struct block *block = &blocks[i];

		if (!block->used) {
			block->vaddr = vaddr;
			block->insns = insns;
			block->used = true;
			return block;
		}
		if (block->vaddr == vaddr && block->insns == insns)
			return block;
	}
	return NULL;
}

static void block_run(unsigned int vcpu, void *udata)
{
	struct block *block = udata;

	(void)vcpu;
	if (__atomic_load_n(&phase, __ATOMIC_RELAXED))
		__atomic_fetch_add(&block->runs, 1, __ATOMIC_RELAXED);
}

static void phase_write(void)
{
	uint32_t i;

	for (i = 0; i < BLOCKS; i++) {
		struct block *block = &blocks[i];

		if (!block->runs)
			continue;
		fprintf(out, "%u %" PRIx64 " %" PRIu64 "\n", phase, block->vaddr,
			block->runs * block->insns);
		block->runs = 0;
	}
	fflush(out);
}

/* A mark ends the phase before it; phase 0 stops counting. */
static void mark_run(unsigned int vcpu, void *udata)
{
	(void)vcpu;
	if (phase)
		phase_write();
	__atomic_store_n(&phase, (unsigned int)(uintptr_t)udata, __ATOMIC_RELAXED);
}

static bool insn_is_mark(const struct qemu_plugin_insn *insn, unsigned int *which)
{
	uint8_t bytes[16];
	size_t len = qemu_plugin_insn_data(insn, bytes, sizeof(bytes));

	if (len != MARK_LEN || memcmp(bytes, mark_head, sizeof(mark_head)) ||
	    memcmp(bytes + 6, mark_tail, sizeof(mark_tail)))
		return false;
	*which = bytes[4] | bytes[5] << 8;
	return true;
}

static void tb_translated(struct qemu_plugin_tb *tb, void *udata)
{
	size_t insns = qemu_plugin_tb_n_insns(tb);
	struct block *block = block_get(qemu_plugin_tb_vaddr(tb), insns);
	unsigned int which;
	size_t i;

	(void)udata;
	if (block)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, block_run, QEMU_PLUGIN_CB_NO_REGS, block);
	for (i = 0; i < insns; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (insn_is_mark(insn, &which))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark_run,
							       QEMU_PLUGIN_CB_NO_REGS,
							       (void *)(uintptr_t)which);
	}
}

static void finish(void *udata)
{
	(void)udata;
	fclose(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc,
			       char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "insn plugin: the one argument is out=FILE\n");
		return -1;
	}
	out = fopen(argv[0] + 4, "w");
	blocks = calloc(BLOCKS, sizeof(*blocks));
	if (!out || !blocks) {
		fprintf(stderr, "insn plugin: can't write %s\n", argv[0] + 4);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, tb_translated, NULL);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
