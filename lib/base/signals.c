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

bool signals_pending(void)
{
	sigset_t ending, pending;

	signals_ending(&ending);
	if (sigpending(&pending))
		return false;
	return sigandset(&pending, &pending, &ending) == 0 && !sigisemptyset(&pending);
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
