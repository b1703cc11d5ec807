/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "keytext.h"

/*
 * The directory with the texts of keys, each in a file of mode 0600. Nobody but root and the user
 * can have written what is read here.
 */
#define KEYFILE_DIRECTORY SYSCONFDIR "/ndctl/keys"

/* The kek in the directory, and the file that names its handle in the TPM. */
#define KEYFILE_KEK   "nvdimm-master.blob"
#define KEYFILE_TPM   "tpm.handle"
#define KEYFILE_BEGIN "nvdimm_"
#define KEYFILE_END   ".blob"

struct keyfiles {
	const char *path;
	int directory; /* -1: not there */
};
static inline void keyfiles_deinit(struct keyfiles *files)
{
	cleanup_close(&files->directory);
}
#define AUTO_KEYFILES CLEANUP(keyfiles_deinit)

/* Opens the directory @path. Returns 0, or a negative errno with the error printed; with @optional,
 * a directory without files is as good if there is none. */
int keyfiles_open(struct keyfiles *files, const char *path, bool optional);

/* Keeps other commands from changing the default directory. Returns a descriptor, or a negative
 * errno with the error printed. */
int keyfiles_lock(void);

/* Whether there is a file @name, whatever is in it. */
bool keyfile_exists(const struct keyfiles *files, const char *name);

/* Reads a file. Returns 0 or a negative errno with the error printed. */
int keyfile_read(const struct keyfiles *files, const char *name, struct keytext *text);

/* Creates the file @name with the text, as a whole and synced, and the default directory, with mode
 * 0700, if it is missing. Returns 0, or a negative errno with the error printed and no such file
 * made: -EEXIST if there is one. */
int keyfile_create(struct keyfiles *files, const char *name, const struct keytext *text);

/* Gives the file @from the name @to, of which a file may go, and syncs the directory. Returns 0 or
 * a negative errno with the error printed. */
int keyfile_rename(const struct keyfiles *files, const char *from, const char *to);

/* Deletes a file, if it is there. Returns 0 or a negative errno with the error printed. */
int keyfile_delete(const struct keyfiles *files, const char *name);
