// SPDX-License-Identifier: GPL-2.0
/* Needs a symbol of cordic, a module that is not loaded. */
#include <linux/cordic.h>
#include <linux/module.h>

static int __init missing_init(void)
{
	return cordic_calc_iq(0).i < 0;
}

module_init(missing_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Needs what is not there");
