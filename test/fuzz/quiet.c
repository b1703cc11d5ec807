/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <util/say.h>

/* Stands in for util/say.c: sentences are made, as they may be made of hostile text, but not said.
 */
static unsigned errors;

#define SAY(name, returned, ...)                                                                   \
	returned name(const char *format, ...)                                                     \
	{                                                                                          \
		char text[256];                                                                    \
		va_list args;                                                                      \
                                                                                                   \
		va_start(args, format);                                                            \
		vsnprintf(text, sizeof(text), format, args);                                       \
		va_end(args);                                                                      \
		errors++;                                                                          \
		__VA_ARGS__;                                                                       \
	}
SAY(say_error, void)
SAY(say_hint, void)
SAY(say_note, void)
SAY(say_warning, void)
SAY(say_outcome, void)
SAY(usage_error, int, return EXIT_USAGE)

unsigned say_error_count(void)
{
	return errors;
}

bool say_quietly(bool quiet)
{
	return quiet;
}
