// SPDX-License-Identifier: GPL-2.0
/* Prints one result of each kind. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/module.h>

static int length;
module_param(length, int, 0444);

static int __init results_init(void)
{
	pr_info("KTAP version 1\n");
	pr_info("1..3\n");
	pr_info("ok 1 right\n");
	pr_info("# expected 4, got 5\n");
	pr_info("not ok 2 wrong\n");
	pr_info("ok 3 absent # SKIP no such device\n");
	return 0;
}

static void __exit results_exit(void)
{
}

module_init(results_init);
module_exit(results_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Results of each kind");
