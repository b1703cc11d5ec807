/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/*
 * A new text on its way into the place of a file: written and synced beside it, then exchanged with
 * it. The old file stays until replacement_clear(). Where the file system cannot exchange, a second
 * link keeps the old file (NFS), or a copy does where there are no links (FAT before Linux 6.0,
 * exFAT).
 *
 * Somebody who writes the old file meanwhile is seen by its size and time and, where the machine
 * itself keeps the leases of the file system (fcntl(2), F_SETLEASE), by an open for writing too. On
 * NFS and CIFS such an open is not seen, and what is written through it after the change is lost.
 */

/* A file and the whole text that it is to have. */
struct config_text {
	const char *path;
	const char *text;
	size_t size;
};

/* No system call returns this errno to a program: somebody who does not take the lock, such as an
 * editor, has changed the file. */
#define CONFIG_CHANGED (-ERESTART)

struct replacement {
	const struct config_text *file;
	char *target;	 /* path without links */
	char *temporary; /* beside @target; not read as configuration */
	char *backup;	 /* the second link or copy, beside @target; not read as configuration */
	int directory;	 /* of all three */
	int fd;		 /* of the new text */
	int old_fd;	 /* of the old file; -1 if there is none */
	/* As they were when the new text was complete. The inode of @old is 0 if there is no old
	 * file; of @new, a journal keeps nothing but the inode. */
	struct stat old, new_text;
	ino_t backup_inode; /* of @backup: that of @old if it is a link; 0 if there is none */
	bool in_place;
	bool keeps_files; /* they hold what could not be put back, or is still to be put in place */
};

/* The following return 0, or a negative errno with the error said if not stated otherwise. */

/* Writes the new text beside its file. replacement_deinit() in any case. */
int replacement_init(struct replacement *replacement, const struct config_text *file);
/* Names the files of a replacement that a journal tells of; says no error. */
int replacement_init_named(struct replacement *replacement, const char *target);
void replacement_deinit(struct replacement *replacement);

/* Brings the new text into its place. Returns CONFIG_CHANGED, not said, if the file is not the old
 * one any more or a program is known to have it open for writing: replacement_take_out() then
 * undoes it. */
int replacement_put_in_place(struct replacement *replacement);
/* Puts the old file back, or says why it could not and where the old content is. */
void replacement_take_out(struct replacement *replacement);
/* Removes what is beside the file. */
void replacement_clear(const struct replacement *replacement);

/* What became of a file that a journal names. */
enum progress {
	PROGRESS_DONE,	  /* it has its new text */
	PROGRESS_WAITING, /* the new text waits beside it */
	PROGRESS_FOREIGN, /* somebody has edited or removed it since */
};

/* Returns an enum progress, or a negative errno. */
int replacement_progress(const struct replacement *replacement);
/* Lets replacement_clear() remove what the interrupted change of one that is done has kept: no
 * journal knows the inode of a copy. */
void replacement_own_backup(struct replacement *replacement);
/* Opens the files of one that waits, for replacement_put_in_place(). */
int replacement_resume(struct replacement *replacement);

/* The path for messages. */
const char *replacement_path(const struct replacement *replacement);

/* Says that @path cannot be written, and returns @err. */
int config_write_failed(const char *path, int err);
