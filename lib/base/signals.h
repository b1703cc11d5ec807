/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <signal.h>
#include <stdbool.h>

/* Blocks all signals in this thread, except those of a fault in the program itself. Stores in
 * @before the mask for pthread_sigmask(SIG_SETMASK). */
void signals_block(sigset_t *before);

/* Stores in @set the signals that would end the program (SIGINT and the like), except those that
 * the program ignores (nohup). */
void signals_ending(sigset_t *set);

/* Whether a signal that would end the program is blocked and pending. */
bool signals_pending(void);

/* The same without an alarm that the program catches: that is a limit on the time of its work, and
 * the program goes on. */
bool signals_may_end_program(void);

/* Makes a limit on the size of files (ulimit -f) an error of write() instead of the end of the
 * program. Installs a handler: programs started by this one would inherit an ignored signal. */
void signals_catch_file_size(void);
