// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

int unbuildable = "not a number" + missing;
MODULE_LICENSE("GPL");
