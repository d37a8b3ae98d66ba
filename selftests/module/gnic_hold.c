// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task is held where a function begins, for others to overtake it. The probe there may not
 * sleep; so it leads the task to a function that does, and from there back to where it was.
 *
 * Parameters: "function" names it; it has to be one that may sleep. "task" is how the name of
 * the task begins; "second" is what the function's second argument has to be, -1: anything.
 * 1 written to "armed" begins, 0 ends it and lets the task go, and so does time
 * (HOLD_SECONDS). "held" says how many have been held since it began: one at most.
 */
#include <linux/completion.h>
#include <linux/kprobes.h>
#include <linux/linkage.h>
#include <linux/module.h>
#include <linux/objtool.h>
#include <linux/sched.h>

#define HOLD_SECONDS	60

static char function[KSYM_NAME_LEN];
module_param_string(function, function, sizeof(function), 0600);

static char task[TASK_COMM_LEN];
module_param_string(task, task, sizeof(task), 0600);

static int second = -1;
module_param(second, int, 0600);

static int held;
module_param(held, int, 0400);

static DECLARE_COMPLETION(hold_end);
static atomic_t hold_armed;	/* nobody was held yet */
static atomic_t hold_inside;	/* between the two visits of the function */

/* Arguments are in registers, which a function that is called here may change. */
void hold_detour(void);
asm(".text\n"
	".type hold_detour, @function\n"
	".globl hold_detour\n"
	ASM_FUNC_ALIGN
	"hold_detour:\n"
	ANNOTATE_NOENDBR "\n"
	"push %rdi\n"
	"push %rsi\n"
	"push %rdx\n"
	"push %rcx\n"
	"push %r8\n"
	"push %r9\n"
	"push %rax\n"
	"call hold_sleep\n"
	"mov %rax, %r11\n"
	"pop %rax\n"
	"pop %r9\n"
	"pop %r8\n"
	"pop %rcx\n"
	"pop %rdx\n"
	"pop %rsi\n"
	"pop %rdi\n"
	ANNOTATE_RETPOLINE_SAFE "\n"
	"jmp *%r11\n"
	".size hold_detour, .-hold_detour\n");

static int hold_enter(struct kprobe *probe, struct pt_regs *regs)
{
	if (!in_task() || strncmp(current->comm, task, strlen(task)) ||
	    (second >= 0 && (int)regs->si != second) || atomic_cmpxchg(&hold_armed, 1, 0) != 1)
		return 0;
	atomic_inc(&hold_inside);
	instruction_pointer_set(regs, (unsigned long)hold_detour);
	return 1;
}

/* With one the kernel makes no jump of the probe, which could not lead elsewhere. */
static void hold_behind(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe hold_probe;

/* Where to go on. The probe that stands there knows that its task has been held. */
unsigned long hold_sleep(void);
__visible unsigned long hold_sleep(void)
{
	unsigned long to = (unsigned long)hold_probe.addr;

	WRITE_ONCE(held, 1);
	wait_for_completion_timeout(&hold_end, HOLD_SECONDS * HZ);
	atomic_dec(&hold_inside);
	return to;
}

static void hold_stop(void)
{
	if (!hold_probe.addr)
		return;
	atomic_set(&hold_armed, 0);
	complete_all(&hold_end);
	while (atomic_read(&hold_inside))
		schedule_timeout_uninterruptible(1);
	unregister_kprobe(&hold_probe);
	hold_probe.addr = NULL;
	/* for the few instructions behind hold_sleep() */
	schedule_timeout_uninterruptible(HZ / 10);
}

static int hold_start(void)
{
	int err;

	hold_stop();
	reinit_completion(&hold_end);
	WRITE_ONCE(held, 0);
	hold_probe = (struct kprobe) {
		.symbol_name = function,
		.pre_handler = hold_enter,
		.post_handler = hold_behind,
	};
	err = register_kprobe(&hold_probe);
	if (err)
		hold_probe.addr = NULL;
	else
		atomic_set(&hold_armed, 1);
	return err;
}

static int hold_arm(const char *value, const struct kernel_param *param)
{
	bool arm;
	int err;

	err = kstrtobool(value, &arm);
	if (err)
		return err;
	if (arm)
		return hold_start();
	hold_stop();
	return 0;
}

static const struct kernel_param_ops hold_arm_ops = { .set = hold_arm };
module_param_cb(armed, &hold_arm_ops, NULL, 0200);

static int __init hold_init(void)
{
	return 0;
}
module_init(hold_init);

static void __exit hold_exit(void)
{
	hold_stop();
}
module_exit(hold_exit);

MODULE_DESCRIPTION("Tasks that are held where a function begins");
MODULE_LICENSE("GPL");
