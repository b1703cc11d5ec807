/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kek.h"

#include <errno.h>
#include <string.h>

#include "../util/say.h"
#include "keyring.h"

#define KEK_NAME "nvdimm-master"

/* Whether the file has the text of the key. Unknown counts as yes: its errors are printed. */
static bool is_kek_stored(const struct keyfiles *files, const char *handle)
{
	AUTO_KEYTEXT struct keytext key = {0}, file = {0};

	if (!keyfile_exists(files, KEYFILE_KEK))
		return false;
	if (keyring_read_kek(handle, &key) || keyfile_read(files, KEYFILE_KEK, &file))
		return true;
	/* Each byte counts of a user key, and none behind the hexadecimal digits of a trusted one.
	 */
	if (strncmp(handle, "trusted:", strlen("trusted:")) == 0) {
		keytext_trim(&key);
		keytext_trim(&file);
	}
	return key.size == file.size && memcmp(key.text, file.text, key.size) == 0;
}

static void warn_handle(const struct keyfiles *files, bool trusted, const char *dimm)
{
	if (keyfile_exists(files, KEYFILE_TPM) == trusted)
		return;
	if (trusted) {
		say_warning("%s: the next boot cannot unlock it: no %s/" KEYFILE_TPM
			    " names the handle of the TPM",
			dimm, files->path);
		say_hint("echo HANDLE > %s/" KEYFILE_TPM, files->path);
		return;
	}
	say_warning("%s: the next boot cannot unlock it: %s/" KEYFILE_TPM
		    " makes load-keys look for a trusted key",
		dimm, files->path);
	say_hint("--key-handle trusted:" KEK_NAME);
}

void kek_warn(const struct keyfiles *files, const char *handle, const char *dimm)
{
	const char *path = files->path, *name = strchr(handle, ':');
	bool trusted = strncmp(handle, "trusted:", strlen("trusted:")) == 0;

	if (!name || strcmp(name + 1, KEK_NAME) != 0) {
		say_warning("%s: the next boot cannot unlock it: load-keys does not load %s", dimm,
			handle);
		say_hint("--key-handle user:" KEK_NAME ", or store %s and load it at boot", handle);
		return;
	}
	if (!is_kek_stored(files, handle)) {
		say_warning("%s: the next boot cannot unlock it: %s/" KEYFILE_KEK " %s %s", dimm,
			path,
			keyfile_exists(files, KEYFILE_KEK) ? "has another key than"
							   : "is not there: it has to have",
			handle);
		say_hint("(umask 077; mkdir -p %s; keyctl pipe $(keyctl search @u %s " KEK_NAME
			 ") > %s/" KEYFILE_KEK ")",
			path, trusted ? "trusted" : "user", path);
	}
	warn_handle(files, trusted, dimm);
}
