// SPDX-License-Identifier: GPL-2.0
/* Warns, from a function that the compiler inlines. */
#include <linux/module.h>

static __always_inline void warn(void)
{
	WARN(1, "as asked"); /* line 7 */
}

static noinline int outer(void)
{
	warn(); /* line 12 */
	return 0;
}

static int __init warning_init(void)
{
	return outer();
}

static void __exit warning_exit(void)
{
}

module_init(warning_init);
module_exit(warning_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Warns");
