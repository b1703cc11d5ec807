/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <signal.h>
#include <stdbool.h>

/* Blocks, in this thread, every signal that can wait; those of a fault in the program itself
 * cannot.
 * @before receives the mask for pthread_sigmask(SIG_SETMASK). */
void signals_block(sigset_t *before);

/* The signals that would end the program: SIGINT and the like, without those that the program
 * ignores (nohup). */
void signals_ending(sigset_t *set);

/* Whether one of these is blocked and pending. */
bool signals_pending(void);

/* From now on a limit on the size of files (ulimit -f) is an error of write(), and does not end the
 * program. A handler does that, since what a process ignores, the programs that it starts ignore.
 */
void signals_catch_file_size(void);
