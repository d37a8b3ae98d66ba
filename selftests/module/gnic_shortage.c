// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that a driver does not get. Where it asks for memory, or for what is made of
 * memory, a probe stands. The first place in the driver that comes there and was not told so
 * before is told that there is none.
 *
 * Parameters: "of" is the driver's name, "text" and "size" say where it is, as /proc/modules has
 * them: the size is that of all its sections, so another one's text may be there. 1 written to
 * "armed" begins, 0 ends it, and so does the shortage itself; "failed" says then what was asked
 * for, and who asked, or is empty. "only" names the one function that fails, if not all.
 * What is written to "forget" forgets all places.
 */
#include <linux/err.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/linkage.h>
#include <linux/module.h>
#include <linux/objtool.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/xarray.h>

#define SHORTAGE_PLACES	1024

static char of[MODULE_NAME_LEN];
module_param_string(of, of, sizeof(of), 0600);

static unsigned long text;
module_param(text, ulong, 0600);

static unsigned long size;
module_param(size, ulong, 0600);

static char only[KSYM_NAME_LEN];
module_param_string(only, only, sizeof(only), 0600);

static char failed[2 * KSYM_SYMBOL_LEN];
module_param_string(failed, failed, sizeof(failed), 0400);

static DEFINE_RAW_SPINLOCK(shortage_lock);
static unsigned long shortage_told[SHORTAGE_PLACES];	/* where they return to */
static unsigned int shortage_count;
static bool shortage_armed;

/* To where a function goes that has not begun. */
void shortage_return(void);
asm(".text\n"
	".type shortage_return, @function\n"
	".globl shortage_return\n"
	ASM_FUNC_ALIGN
	"shortage_return:\n"
	ANNOTATE_NOENDBR "\n"
	ASM_RET
	".size shortage_return, .-shortage_return\n");

static bool shortage_is_new(unsigned long from)
{
	unsigned int i;

	for (i = 0; i < shortage_count; i++) {
		if (shortage_told[i] == from)
			return false;
	}
	return shortage_armed && shortage_count < SHORTAGE_PLACES;
}

/* shortage_lock is held. */
static bool shortage_is_of(unsigned long from)
{
	static char symbol[KSYM_SYMBOL_LEN], name[MODULE_NAME_LEN + sizeof("[]")];

	snprintf(name, sizeof(name), "[%s]", of);
	snprintf(symbol, sizeof(symbol), "%ps", (void *)from);
	return strstr(symbol, name);
}

static bool shortage_tell(unsigned long from, const char *function)
{
	unsigned long flags;
	bool tell;

	raw_spin_lock_irqsave(&shortage_lock, flags);
	tell = shortage_is_new(from) && shortage_is_of(from);
	if (tell) {
		shortage_told[shortage_count++] = from;
		shortage_armed = false;
		snprintf(failed, sizeof(failed), "%s in %pS", function, (void *)from);
	}
	raw_spin_unlock_irqrestore(&shortage_lock, flags);
	return tell;
}

/* NULL, an error pointer, an error: what the function says if there is no memory. */
enum shortage_kind {
	SHORTAGE_NULL,
	SHORTAGE_POINTER,
	SHORTAGE_ERROR,
	SHORTAGE_XARRAY,
};

struct shortage_probe {
	struct kprobe probe;
	enum shortage_kind kind;
};

static unsigned long shortage_answer(enum shortage_kind kind)
{
	switch (kind) {
	case SHORTAGE_POINTER:
	case SHORTAGE_ERROR:
		return -ENOMEM;
	case SHORTAGE_XARRAY:
		return (unsigned long)xa_mk_internal(-ENOMEM);
	default:
		return 0;
	}
}

static int shortage_enter(struct kprobe *probe, struct pt_regs *regs)
{
	const struct shortage_probe *of = container_of(probe, struct shortage_probe, probe);
	unsigned long from = *(unsigned long *)kernel_stack_pointer(regs);

	if (!READ_ONCE(shortage_armed) || from - text >= size)
		return 0;
	if ((*only && strcmp(only, probe->symbol_name)) ||
	    !shortage_tell(from, probe->symbol_name))
		return 0;
	regs->ax = shortage_answer(of->kind);
	instruction_pointer_set(regs, (unsigned long)shortage_return);
	return 1;
}

/* With one the kernel makes no jump of the probe, which could not lead elsewhere. */
static void shortage_behind(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

#define SHORTAGE(name, of) \
	{ .probe = { .symbol_name = #name, .pre_handler = shortage_enter, \
		     .post_handler = shortage_behind }, .kind = of }
static struct shortage_probe shortage_probes[] = {
	SHORTAGE(__alloc_pages_noprof, SHORTAGE_NULL),
	SHORTAGE(__kmalloc_cache_noprof, SHORTAGE_NULL),
	SHORTAGE(__kmalloc_large_noprof, SHORTAGE_NULL),
	SHORTAGE(__kmalloc_noprof, SHORTAGE_NULL),
	SHORTAGE(__kvmalloc_node_noprof, SHORTAGE_NULL),
	SHORTAGE(alloc_cpu_rmap, SHORTAGE_NULL),
	SHORTAGE(alloc_etherdev_mqs, SHORTAGE_NULL),
	SHORTAGE(alloc_pages_node_noprof, SHORTAGE_NULL),
	SHORTAGE(alloc_workqueue, SHORTAGE_NULL),
	SHORTAGE(alloc_workqueue_noprof, SHORTAGE_NULL),
	SHORTAGE(bitmap_zalloc, SHORTAGE_NULL),
	SHORTAGE(devlink_alloc_ns, SHORTAGE_NULL),
	SHORTAGE(dma_alloc_attrs, SHORTAGE_NULL),
	SHORTAGE(dma_alloc_pages, SHORTAGE_NULL),
	SHORTAGE(dma_pool_alloc, SHORTAGE_NULL),
	SHORTAGE(dma_pool_create, SHORTAGE_NULL),
	SHORTAGE(dma_pool_create_node, SHORTAGE_NULL),
	SHORTAGE(gen_pool_create, SHORTAGE_NULL),
	SHORTAGE(gen_pool_dma_alloc, SHORTAGE_NULL),
	SHORTAGE(ioremap_wc, SHORTAGE_NULL),
	SHORTAGE(kmemdup_noprof, SHORTAGE_NULL),
	SHORTAGE(napi_alloc_skb, SHORTAGE_NULL),
	SHORTAGE(napi_build_skb, SHORTAGE_NULL),
	SHORTAGE(page_pool_alloc_frag, SHORTAGE_NULL),
	SHORTAGE(page_pool_alloc_frag_netmem, SHORTAGE_NULL),
	SHORTAGE(page_pool_alloc_netmems, SHORTAGE_NULL),
	SHORTAGE(pcim_iomap, SHORTAGE_NULL),
	SHORTAGE(__devm_drm_dev_alloc, SHORTAGE_POINTER),
	SHORTAGE(anon_inode_getfile, SHORTAGE_POINTER),
	SHORTAGE(devl_health_reporter_create, SHORTAGE_POINTER),
	SHORTAGE(devl_region_create, SHORTAGE_POINTER),
	SHORTAGE(dma_buf_attach, SHORTAGE_POINTER),
	SHORTAGE(dma_buf_map_attachment_unlocked, SHORTAGE_POINTER),
	SHORTAGE(drm_gem_dmabuf_export, SHORTAGE_POINTER),
	SHORTAGE(page_pool_create, SHORTAGE_POINTER),
	SHORTAGE(ptp_clock_register, SHORTAGE_POINTER),
	SHORTAGE(vmemdup_user, SHORTAGE_POINTER),
	SHORTAGE(__auxiliary_device_add, SHORTAGE_ERROR),
	SHORTAGE(__rhashtable_init_noprof, SHORTAGE_ERROR),
	SHORTAGE(__xa_alloc, SHORTAGE_ERROR),
	SHORTAGE(__xdp_rxq_info_reg, SHORTAGE_ERROR),
	SHORTAGE(auxiliary_device_init, SHORTAGE_ERROR),
	SHORTAGE(cpu_rmap_add, SHORTAGE_ERROR),
	SHORTAGE(devl_nested_devlink_set, SHORTAGE_ERROR),
	SHORTAGE(devl_params_register, SHORTAGE_ERROR),
	SHORTAGE(devl_port_fn_devlink_set, SHORTAGE_ERROR),
	SHORTAGE(devl_port_register_with_ops, SHORTAGE_ERROR),
	SHORTAGE(devl_resource_register, SHORTAGE_ERROR),
	SHORTAGE(devlink_region_snapshot_create, SHORTAGE_ERROR),
	SHORTAGE(dma_map_sgtable, SHORTAGE_ERROR),
	SHORTAGE(drm_dev_register, SHORTAGE_ERROR),
	SHORTAGE(drm_gem_create_mmap_offset, SHORTAGE_ERROR),
	SHORTAGE(drm_gem_handle_create, SHORTAGE_ERROR),
	SHORTAGE(drm_mm_insert_node_in_range, SHORTAGE_ERROR),
	SHORTAGE(gen_pool_add_owner, SHORTAGE_ERROR),
	SHORTAGE(get_unused_fd_flags, SHORTAGE_ERROR),
	SHORTAGE(ida_alloc_range, SHORTAGE_ERROR),
	SHORTAGE(net_dim_init_irq_moder, SHORTAGE_ERROR),
	SHORTAGE(netif_set_real_num_queues, SHORTAGE_ERROR),
	SHORTAGE(pci_alloc_irq_vectors, SHORTAGE_ERROR),
	SHORTAGE(pcim_enable_device, SHORTAGE_ERROR),
	SHORTAGE(register_netdev, SHORTAGE_ERROR),
	SHORTAGE(request_threaded_irq, SHORTAGE_ERROR),
	SHORTAGE(rhashtable_init_noprof, SHORTAGE_ERROR),
	SHORTAGE(sg_alloc_table, SHORTAGE_ERROR),
	SHORTAGE(sg_alloc_table_from_pages_segment, SHORTAGE_ERROR),
	SHORTAGE(xdp_rxq_info_reg_mem_model, SHORTAGE_ERROR),
	SHORTAGE(xp_dma_map, SHORTAGE_ERROR),
	SHORTAGE(xa_store, SHORTAGE_XARRAY),
};

static int shortage_arm(const char *value, const struct kernel_param *param)
{
	unsigned long flags;
	bool arm;
	int err;

	err = kstrtobool(value, &arm);
	if (err)
		return err;
	raw_spin_lock_irqsave(&shortage_lock, flags);
	if (arm)
		failed[0] = '\0';
	WRITE_ONCE(shortage_armed, arm);
	raw_spin_unlock_irqrestore(&shortage_lock, flags);
	return 0;
}

static const struct kernel_param_ops shortage_arm_ops = { .set = shortage_arm };
module_param_cb(armed, &shortage_arm_ops, NULL, 0200);

static int shortage_forget(const char *value, const struct kernel_param *param)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&shortage_lock, flags);
	shortage_count = 0;
	raw_spin_unlock_irqrestore(&shortage_lock, flags);
	return 0;
}

static const struct kernel_param_ops shortage_forget_ops = { .set = shortage_forget };
module_param_cb(forget, &shortage_forget_ops, NULL, 0200);

static void shortage_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shortage_probes); i++) {
		if (shortage_probes[i].probe.addr)
			unregister_kprobe(&shortage_probes[i].probe);
	}
}

/* A function that this kernel does not have nobody calls. */
static int __init shortage_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(shortage_probes); i++) {
		err = register_kprobe(&shortage_probes[i].probe);
		if (err == -ENOENT)
			continue;
		if (err) {
			pr_err("%s: no probe: %d\n", shortage_probes[i].probe.symbol_name, err);
			shortage_exit();
			return err;
		}
	}
	return 0;
}
module_init(shortage_init);
module_exit(shortage_exit);

MODULE_DESCRIPTION("Allocations of a driver that fail on demand");
MODULE_LICENSE("GPL");
