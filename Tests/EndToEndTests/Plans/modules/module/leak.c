// SPDX-License-Identifier: GPL-2.0
/* Takes memory at its insertion and keeps it at its removal. */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static bool pages;
module_param(pages, bool, 0444);
MODULE_PARM_DESC(pages, "leak vmalloc() instead of kmalloc()");

#define SIZE (512 << 10)

static void *kept;

static int __init leak_init(void)
{
	kept = pages ? vmalloc(SIZE) : kmalloc(SIZE, GFP_KERNEL);
	return kept ? 0 : -ENOMEM;
}

static void __exit leak_exit(void)
{
}

module_init(leak_init);
module_exit(leak_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Leaks half a MiB each time");
