// SPDX-License-Identifier: GPL-2.0
/*
 * Do the page tables of a vmalloc area honour the caller's GFP_NOIO or GFP_NOFS?
 *
 * __vmalloc() passes its flags to the allocation of the data pages. The page
 * tables that map them are allocated by pte_alloc_kernel() and pmd_alloc(),
 * which take no flags and use GFP_KERNEL. Unless vmalloc enters a scope by
 * memalloc_noio_save() or memalloc_nofs_save(), they may recurse into I/O or a
 * filesystem that the caller holds locks of.
 *
 * A kretprobe on the functions that allocate a page table says when the
 * caller is inside one of them; a probe on the tracepoint mm_page_alloc sees
 * every page that is allocated meanwhile, and its flags. The result is printed
 * as KTAP: one test an insertion, since page tables of the vmalloc area are
 * never freed and a second test would find those of the first.
 *
 * With watch=COMM the module allocates nothing itself: it stays, watches the
 * one task of that name, and reports when it is removed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/vmalloc.h>

static char *allocation = "noio";
module_param(allocation, charp, 0444);
MODULE_PARM_DESC(allocation,
		 "kernel, nofs, noio, or scoped-nofs, scoped-noio: the caller enters the scope itself");

static int mib = 192;
module_param(mib, int, 0444);
MODULE_PARM_DESC(mib, "size of the area in MiB, 1 to 4096");

static char *watch;
module_param(watch, charp, 0444);
MODULE_PARM_DESC(watch, "name of a task to watch instead; allocation says what its page tables must honour");

/* What is asked of the allocator, and which flags the page tables must not have. */
static const struct request {
	const char *name;
	gfp_t gfp;
	gfp_t forbidden;
	unsigned int scope;	/* what the caller enters: PF_MEMALLOC_NOIO, PF_MEMALLOC_NOFS or nothing */
} requests[] = {
	{ "kernel", GFP_KERNEL, 0, 0 },
	{ "nofs", GFP_NOFS, __GFP_FS, 0 },
	{ "noio", GFP_NOIO, __GFP_IO | __GFP_FS, 0 },
	{ "scoped-nofs", GFP_NOFS, __GFP_FS, PF_MEMALLOC_NOFS },
	{ "scoped-noio", GFP_NOIO, __GFP_IO | __GFP_FS, PF_MEMALLOC_NOIO },
};

static const struct request *request;

/* The task whose allocations count; nobody but that task writes what follows. */
static struct task_struct *caller;
static bool in_page_table;
static struct {
	unsigned int page_tables;	/* pages for page tables */
	unsigned int violations;	/* those with a forbidden flag */
	unsigned int others;		/* all other pages */
	gfp_t last;			/* effective flags of the last page table */
} seen;

static bool is_caller(void)
{
	if (watch)
		return !strcmp(current->comm, watch);
	return current == READ_ONCE(caller);
}

static int enter_page_table(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (!is_caller())
		return 1;	/* no return probe for this call */
	in_page_table = true;
	return 0;
}
NOKPROBE_SYMBOL(enter_page_table);

static int leave_page_table(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	in_page_table = false;
	return 0;
}
NOKPROBE_SYMBOL(leave_page_table);

#define PAGE_TABLE_PROBE(function) {			\
	.kp.symbol_name = (function),			\
	.entry_handler = enter_page_table,		\
	.handler = leave_page_table,			\
	.maxactive = 8,					\
}

/*
 * __pmd_alloc() serves user mappings as well, so a watched task, which has
 * such mappings of its own, is watched in __pte_alloc_kernel() alone.
 */
static struct kretprobe probes[] = {
	PAGE_TABLE_PROBE("__pte_alloc_kernel"),
	PAGE_TABLE_PROBE("__pmd_alloc"),
};
static unsigned int probe_count;

static void page_allocated(void *data, struct page *page, unsigned int order, gfp_t gfp, int migratetype)
{
	if (in_interrupt() || !is_caller())
		return;
	if (!in_page_table) {
		seen.others++;
		return;
	}
	/*
	 * The tracepoint shows the flags as they were passed, before those of
	 * the task's scope are taken out (in the fast path before 5.13). Only
	 * the flags with the scope applied say what reclaim may do.
	 */
	gfp = current_gfp_context(gfp);
	seen.page_tables++;
	seen.last = gfp;
	if (gfp & request->forbidden)
		seen.violations++;
}

static struct tracepoint *page_alloc_tracepoint;

static void take_tracepoint(struct tracepoint *tracepoint, void *data)
{
	if (!strcmp(tracepoint->name, "mm_page_alloc"))
		page_alloc_tracepoint = tracepoint;
}

static void stop_watching(void)
{
	tracepoint_probe_unregister(page_alloc_tracepoint, page_allocated, NULL);
	tracepoint_synchronize_unregister();
	while (probe_count)
		unregister_kretprobe(&probes[--probe_count]);
}

static int start_watching(void)
{
	unsigned int wanted = watch ? 1 : ARRAY_SIZE(probes);
	int error;

	for_each_kernel_tracepoint(take_tracepoint, NULL);
	if (!page_alloc_tracepoint) {
		pr_err("the kernel has no tracepoint mm_page_alloc\n");
		return -EOPNOTSUPP;
	}
	error = tracepoint_probe_register(page_alloc_tracepoint, page_allocated, NULL);
	if (error) {
		pr_err("cannot attach to mm_page_alloc: %d\n", error);
		return error;
	}
	for (; probe_count < wanted; probe_count++) {
		error = register_kretprobe(&probes[probe_count]);
		if (error) {
			pr_err("cannot probe %s: %d\n", probes[probe_count].kp.symbol_name, error);
			stop_watching();
			return error;
		}
	}
	return 0;
}

static void report(const char *name)
{
	unsigned int missed = probes[0].nmissed + probes[1].nmissed;

	pr_info("KTAP version 1\n");
	pr_info("1..1\n");
	if (missed)
		pr_info("# %u calls were missed by the probes\n", missed);
	pr_info("# %u of %u page-table pages may recurse (last flags %pGg); %u other pages\n",
		seen.violations, seen.page_tables, &seen.last, seen.others);
	if (!seen.page_tables)
		pr_info("ok 1 %s # SKIP no page table was allocated: huge mapping, or tables from before\n", name);
	else
		pr_info("%s 1 %s\n", seen.violations ? "not ok" : "ok", name);
}

static int allocate(void)
{
	unsigned int flags = 0;
	void *area;

	if (request->scope == PF_MEMALLOC_NOIO)
		flags = memalloc_noio_save();
	else if (request->scope == PF_MEMALLOC_NOFS)
		flags = memalloc_nofs_save();

	WRITE_ONCE(caller, current);
	area = __vmalloc((unsigned long)mib << 20, request->gfp);
	WRITE_ONCE(caller, NULL);

	if (request->scope == PF_MEMALLOC_NOIO)
		memalloc_noio_restore(flags);
	else if (request->scope == PF_MEMALLOC_NOFS)
		memalloc_nofs_restore(flags);

	if (!area) {
		pr_err("__vmalloc() of %d MiB failed: give the guest more memory, or a smaller mib\n", mib);
		return -ENOMEM;
	}
	vfree(area);
	return 0;
}

static int __init vmalloc_noio_init(void)
{
	unsigned int i;
	int error;

	for (i = 0; i < ARRAY_SIZE(requests); i++)
		if (!strcmp(requests[i].name, allocation))
			request = &requests[i];
	if (!request || mib < 1 || mib > 4096) {
		pr_err("allocation=%s mib=%d: no such test\n", allocation, mib);
		return -EINVAL;
	}
	error = start_watching();
	if (error || watch)
		return error;
	error = allocate();
	stop_watching();
	if (!error)
		report(request->name);
	return error;
}

static void __exit vmalloc_noio_exit(void)
{
	if (!watch)
		return;
	stop_watching();
	report(watch);
}

module_init(vmalloc_noio_init);
module_exit(vmalloc_noio_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Watches the flags of vmalloc's page-table pages");
