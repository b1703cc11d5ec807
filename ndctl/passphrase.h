/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dimms.h"
#include "keyfile.h"
#include "keyring.h"

/*
 * The passphrase of a DIMM, or its master passphrase, which erases a DIMM without the other one.
 * The kernel generates it and nobody sees it: what there is of it is encrypted by a kek, as a key
 * in the keyring of the user, where the kernel's driver finds it, and in a file, for the next boot.
 *
 * Functions return 0 or a negative errno with the error printed.
 */
struct passphrase {
	struct ndctl_dimm *dimm;
	bool master;
	struct keyfiles *files;
	char key[64];	/* description of the key: "nvdimm:cdab-0a-07e0-ffffffff" */
	char file[256]; /* name of the file: "nvdimm_cdab-0a-07e0-ffffffff_host.blob" */
	char next[256]; /* the file of a new one until the DIMM has it: "nvdimm-new_..." */
};

int passphrase_init(struct passphrase *passphrase, struct ndctl_dimm *dimm, bool master,
	struct keyfiles *files);

/* Fails if the DIMM has no security. */
int passphrase_check_supported(struct ndctl_dimm *dimm);
/* Fails too if it is frozen, or if regions of the DIMM, which the error names, are active. */
int passphrase_check_dimm(struct ndctl_dimm *dimm);

bool passphrase_region_has_dimm(struct ndctl_region *region, struct ndctl_dimm *dimm);

/* Applies @fn, a function of one DIMM and the key files, to the DIMMs of a verb, under the lock of
 * the files. Each is a DIMM that passphrase_check_dimm() lets pass. Signals wait until a DIMM is
 * done. Prints the outcome and returns the exit status. */
typedef int passphrase_fn(struct ndctl_dimm *dimm, struct keyfiles *files);
int passphrases_change(struct ndctl_ctx *ctx, const struct dimm_options *options, int count,
	char **args, const char *done, passphrase_fn *fn);

#define PASSPHRASE_OPTION(master)                                                                  \
	{                                                                                          \
		'm', "master-passphrase", OPT_FLAG, &(master), NULL,                               \
			"the master passphrase instead of the passphrase"                          \
	}

/* Gives the DIMM a new passphrase, encrypted by @kek. If it cannot have it, everything is as before
 * or the error says how it is. */
int passphrase_setup(const struct passphrase *passphrase, const char *kek);
/* Replaces the passphrase; with NULL for @kek, the same kek encrypts the new one. */
int passphrase_update(const struct passphrase *passphrase, const char *kek);
int passphrase_remove(const struct passphrase *passphrase);

/* Finds the key of the passphrase that the DIMM has, in the keyring or its file. */
key_serial passphrase_find(const struct passphrase *passphrase);
/* Removes key and file of a passphrase that the DIMM has no more. Prints a warning if it cannot. */
void passphrase_forget(const struct passphrase *passphrase);
