/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "signals.h"

#include <pthread.h>
#include <stddef.h>

#include "cleanup.h"

void signals_block(sigset_t *before)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		sigdelset(&set, faults[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

void signals_ending(sigset_t *set)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM};

	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct sigaction action;
		if (sigaction(ends[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(set, ends[i]);
	}
}

/* Whether one of the signals in @ending is pending. */
static bool is_pending(const sigset_t *ending)
{
	sigset_t pending;

	if (sigpending(&pending))
		return false;
	return sigandset(&pending, &pending, ending) == 0 && !sigisemptyset(&pending);
}

bool signals_pending(void)
{
	sigset_t ending;

	signals_ending(&ending);
	return is_pending(&ending);
}

bool signals_may_end_program(void)
{
	struct sigaction action;
	sigset_t ending;

	signals_ending(&ending);
	if (sigaction(SIGALRM, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
		sigdelset(&ending, SIGALRM);
	return is_pending(&ending);
}

static void ignore(int signal)
{
	(void)signal;
}

void signals_catch_file_size(void)
{
	struct sigaction action;

	if (sigaction(SIGXFSZ, NULL, &action) || action.sa_handler == SIG_IGN)
		return;
	action = (struct sigaction){.sa_handler = ignore, .sa_flags = SA_RESTART};
	sigaction(SIGXFSZ, &action, NULL);
}
