/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A thousand devices that appear at once are a thousand `daxctl restore DEVICE`. A pass over the
 * devices of a region serves all of them that had started before it began: it leaves a record, from
 * which each says what became of its own device.
 *
 * A record is a file in /run/daxctl, which only root can open (lockfile.h), one for each place: the
 * path of a region, or another word. Passes of a place have numbers, which rise. A pass writes its
 * number when it begins and its outcomes when it has ended, both under the lock of the
 * configuration. Who needs a pass remembers the number that it finds, without a lock, and takes the
 * outcome of any pass with a higher one: that began afterwards. So neither a clock nor a process id
 * counts, nor what is left of a pass that was killed, or of another boot.
 */

/* What pass_number() returns when no pass will do. */
#define PASS_NONE UINT64_MAX

/* The number of the latest pass that has begun at @place; 0: none has. PASS_NONE if that cannot be
 * found out. */
uint64_t pass_number(const char *place);

/* What a record says about a device. */
enum pass_line {
	PASS_ERROR = 'e',
	PASS_HINT = 'h',
	PASS_NOTE = 'n',
	PASS_OUTCOME = 'o',
};
void pass_say(enum pass_line kind, const char *text);

struct pass;

/* Begins a pass at @place, under the lock. NULL if no record can be kept: all other functions take
 * that, and nobody is served. */
struct pass *pass_new(const char *place);
void pass_free(struct pass *pass);
static inline void cleanup_pass(struct pass **pass)
{
	pass_free(*pass);
}

/* Adds what is to be said about the device called @name. */
void pass_add_line(struct pass *pass, const char *name, enum pass_line kind, const char *text);
/* Adds that the pass has looked at @name, and the result of it, a negative errno or 0. Of several
 * results the last one that is not 0 counts. */
void pass_add_result(struct pass *pass, const char *name, int result);
/* Writes the record. To be called once everything has been added; without it nobody is served. */
void pass_end(struct pass *pass);

/* Whether a pass at @place that began after @number was read has ended and has looked at @name.
 * If so, says what it has found, and stores its result. */
bool pass_serve(const char *place, uint64_t number, const char *name, int *result);
