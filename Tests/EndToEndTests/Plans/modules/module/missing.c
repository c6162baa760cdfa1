// SPDX-License-Identifier: GPL-2.0
/* Needs a symbol of vringh, a module that is not loaded. */
#include <linux/module.h>
#include <linux/vringh.h>

static int __init missing_init(void)
{
	vringh_notify_enable_kern(NULL);
	return 0;
}

module_init(missing_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Needs what is not there");
