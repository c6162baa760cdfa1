// SPDX-License-Identifier: GPL-2.0-only
// Results as KTAP (Documentation/dev-tools/ktap.rst): a line of diagnostics for each thing that was looked at, and the
// result behind them.
#ifndef KTAP_H
#define KTAP_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int ktap_count;
static int ktap_failures;

static inline void ktap_begin(int plan)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("KTAP version 1\n1..%d\n", plan);
}

__attribute__((format(printf, 1, 2))) static inline void ktap_say(const char *format, ...)
{
	va_list list;

	printf("# ");
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf("\n");
}

__attribute__((format(printf, 2, 3))) static inline void ktap_result(int ok, const char *format, ...)
{
	va_list list;

	printf("%s %d ", ok ? "ok" : "not ok", ++ktap_count);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf("\n");
	ktap_failures += !ok;
}

// Our own trouble, of which no kernel is to blame: what is announced and missing becomes an error.
__attribute__((format(printf, 1, 2), noreturn)) static inline void ktap_bail_out(const char *format, ...)
{
	va_list list;

	printf("Bail out! ");
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf("\n");
	exit(3);
}

static inline int ktap_end(void)
{
	return ktap_failures ? 1 : 0;
}

#endif
