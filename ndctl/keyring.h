/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "keytext.h"

/*
 * Keys in the kernel's keyrings (keyrings(7)). The keyring of the user has what the kernel's driver
 * looks for when it unlocks a DIMM. Keys that a verb needs for itself are in keyrings of its
 * process, and go with it: nobody has to remove them, whatever happens.
 *
 * Functions return the serial number of a key, or 0 where there is none to return, or a negative
 * errno with the error printed, unless they say otherwise.
 */
typedef long key_serial;

/* A kek (key-encryption key) encrypts the passphrases. Its handle is "TYPE:DESCRIPTION", TYPE user
 * or trusted, such as "trusted:nvdimm-master". */
int keyring_find_kek(const char *handle);

/* Finds an encrypted key, or a key of @type, in the keyring of the user. Prints nothing; -ENOKEY if
 * there is none. */
key_serial keyring_find(const char *description);
key_serial keyring_find_type(const char *type, const char *description);

/* Lets the kernel generate a passphrase of 32 bytes, encrypted by @kek, in a keyring of the
 * process.
 */
key_serial keyring_generate(const char *description, const char *kek);

/* Loads an encrypted passphrase, that was read from @file, into another keyring of the process, or
 * that of the user (@publish). */
key_serial keyring_load(
	const char *description, const struct keytext *blob, const char *file, bool publish);

/* Loads a kek into the keyring of the user: a trusted one with the @handle of the TPM, else (NULL)
 * a key of type user. */
key_serial keyring_load_kek(
	const char *description, const struct keytext *blob, const char *handle);

/* Reads an encrypted key: its passphrase as only the kek decrypts it. */
int keyring_read(key_serial key, struct keytext *blob);

/* Reads the kek @handle: of a trusted one, what only the TPM decrypts. */
int keyring_read_kek(const char *handle, struct keytext *text);

/* Keeps @key until the process ends, even if it leaves the keyring of the user. */
int keyring_hold(key_serial key);

/* Removes @key from where keyring_load() without @publish or keyring_hold() put it. */
void keyring_release(key_serial key);

/* Links @key into the keyring of the user, in the place of one with the same description. */
int keyring_publish(key_serial key);
/* Removes @key from the keyring of the user. Prints nothing. */
int keyring_drop(key_serial key);
