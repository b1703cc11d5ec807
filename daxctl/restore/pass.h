/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A thousand devices that appear at once start a thousand `daxctl restore DEVICE`. One pass over a
 * region serves every process that started before the pass: it writes a record of the results, and
 * each process prints the part about its own device.
 *
 * A record is a file in /run/daxctl, which only root can open (lockfile.h), one for each place: the
 * path of a region, or another word. The passes of a place have increasing numbers. A pass writes
 * its number when it begins, and the results when it ends, both under the lock of the
 * configuration. A process first reads the number, without a lock, and later takes the results of
 * any pass with a higher one, because that pass began afterwards. The result depends neither on a
 * clock nor on process ids, and ignores records of passes that were killed and of earlier boots.
 */

/* The number after which no pass counts. */
#define PASS_NONE UINT64_MAX

/* The number of the last pass that began at @place, 0 if none did, PASS_NONE if it cannot be read.
 */
uint64_t pass_number(const char *place);

/* The kinds of lines in a record. */
enum pass_line {
	PASS_ERROR = 'e',
	PASS_HINT = 'h',
	PASS_WARNING = 'w',
	PASS_NOTE = 'n',
	PASS_OUTCOME = 'o',
};
void pass_say(enum pass_line kind, const char *text);

struct pass;

/* Begins a pass at @place, under the lock. Returns NULL if no record can be written; the functions
 * below accept NULL and then do nothing. */
struct pass *pass_new(const char *place);
void pass_free(struct pass *pass);
static inline void cleanup_pass(struct pass **pass)
{
	pass_free(*pass);
}

/* Adds a message about the device @name. */
void pass_add_line(struct pass *pass, const char *name, enum pass_line kind, const char *text);
/* Adds a result for the device @name, a negative errno or 0. The last one that is not 0 counts. */
void pass_add_result(struct pass *pass, const char *name, int result);
/* Writes the record. */
void pass_end(struct pass *pass);

/* Whether a pass at @place with a higher number than @number has ended and has a result for @name.
 * If so, prints its messages and stores the result. */
bool pass_serve(const char *place, uint64_t number, const char *name, int *result);
