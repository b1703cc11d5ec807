/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "keyfile.h"
#include "keyring.h"
#include "verbs.h"

static const char *key_path, *tpm_handle;

static const struct option options[] = {
	{'p', "key-path", OPT_TEXT, &key_path, "directory", "directory with the files of the keys"},
	{'t', "tpm-handle", OPT_TEXT, &tpm_handle, "handle",
		"handle in the TPM that the kek is sealed with, such as 0x81000001"},
};

/* ---- kek ---- */

/* Read the handle of the TPM from its file, if there is one. */
static int read_handle(const struct keyfiles *files, char **handle)
{
	AUTO_KEYTEXT struct keytext text = {0};

	if (!keyfile_exists(files, KEYFILE_TPM))
		return 0;
	int err = keyfile_read(files, KEYFILE_TPM, &text);
	if (err)
		return err;
	keytext_trim(&text);
	*handle = strdup(text.text);
	return *handle ? 0 : -ENOMEM;
}

static int check_handle(const char *handle)
{
	if (!strpbrk(handle, " \t\n"))
		return 0;
	say_error("invalid handle of the TPM '%s': must be one word, such as 0x81000001", handle);
	return -EINVAL;
}

static int load_kek(const struct keyfiles *files, const char *handle)
{
	AUTO_KEYTEXT struct keytext text = {0};
	key_serial key = keyring_find_type(handle ? "trusted" : "user", "nvdimm-master");

	if (key >= 0)
		return 0;
	/* The status of other implementations. */
	if (keyfile_read(files, KEYFILE_KEK, &text))
		return -ENOMEM;
	if (handle)
		keytext_trim(&text);
	key = keyring_load_kek("nvdimm-master", &text, handle);
	if (key < 0)
		return (int)key;
	printf("nvdimm master key loaded.\n");
	return 0;
}

/* ---- passphrases ---- */

/* Copy the id in "nvdimm_ID_HOST.blob" or "nvdimm_ID.blob". Returns the part behind it, or NULL if
 * @name is another, such as the "nvdimm_ID_HOST.blob.unused" of a hint. */
static const char *parse_keyfile_name(const char *name, char *id, size_t size)
{
	if (strncmp(name, KEYFILE_BEGIN, strlen(KEYFILE_BEGIN)) != 0)
		return NULL;
	const char *begin = name + strlen(KEYFILE_BEGIN);
	size_t length = strcspn(begin, "_."), rest = strlen(begin + length);
	if (length == 0 || length >= size || rest < strlen(KEYFILE_END) ||
		strcmp(begin + length + rest - strlen(KEYFILE_END), KEYFILE_END) != 0)
		return NULL;
	*(char *)mempcpy(id, begin, length) = 0;
	return begin + length;
}

/* Load a file, unless the keyring has a key for its DIMM. Returns 1 if the key is loaded. */
static int load_file(const struct keyfiles *files, const char *name, const char *id)
{
	AUTO_KEYTEXT struct keytext text = {0};
	char description[64];

	snprintf(description, sizeof(description), "nvdimm:%s", id);
	if (keyring_find(description) > 0)
		return 0;
	int err = keyfile_read(files, name, &text);
	if (err)
		return err;
	keytext_trim(&text);
	key_serial key = keyring_load(description, &text, name, true);
	if (key == -ENOKEY && strncmp(text.text, "enc32 trusted:", strlen("enc32 trusted:")) == 0 &&
		!keyfile_exists(files, KEYFILE_TPM))
		say_hint(
			"its kek is a trusted key: --tpm-handle HANDLE, or echo HANDLE > %s/" KEYFILE_TPM,
			files->path);
	return key < 0 ? (int)key : 1;
}

/* An update that the power ended: perhaps the DIMM has the passphrase that is not loaded. */
static void warn_interrupted(const struct keyfiles *files, const char *name)
{
	if (strncmp(name, "nvdimm-new_", strlen("nvdimm-new_")) != 0)
		return;
	say_warning("%s/%s: an update of this passphrase was interrupted", files->path, name);
	say_hint(
		"ndctl update-passphrase DIMM, which finds out whether the DIMM has it, and unlocks the DIMM");
}

/* Prefer the file of this machine to one of another: take the former first. */
static unsigned load_files(const struct keyfiles *files, DIR *stream, bool own)
{
	char id[48], host[128] = "";
	unsigned loaded = 0;

	(void)!gethostname(host, sizeof(host) - 1);
	rewinddir(stream);
	for (struct dirent *entry; (entry = readdir(stream));) {
		const char *after = parse_keyfile_name(entry->d_name, id, sizeof(id));
		size_t length = strlen(host);

		if (own)
			warn_interrupted(files, entry->d_name);
		if (!after || entry->d_type == DT_DIR)
			continue;
		bool is_own = *after == '_' && strncmp(after + 1, host, length) == 0 &&
			strcmp(after + 1 + length, KEYFILE_END) == 0;
		if (is_own == own && load_file(files, entry->d_name, id) == 1)
			loaded++;
	}
	return loaded;
}

static int load_passphrases(const struct keyfiles *files)
{
	int fd = openat(files->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (!stream) {
		int err = -errno;
		say_error("%s: cannot be read: %s", files->path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return err;
	}
	unsigned loaded = load_files(files, stream, true);
	loaded += load_files(files, stream, false);
	closedir(stream);
	printf("%u nvdimm keys loaded\n", loaded);
	return 0;
}

static int run(void *context, int count, char **args)
{
	AUTO_KEYFILES struct keyfiles files = {.directory = -1};
	AUTO_FREE char *stored = NULL;
	int err = keyfiles_open(&files, key_path ?: KEYFILE_DIRECTORY, false);

	if (!err && !tpm_handle)
		err = read_handle(&files, &stored);
	const char *handle = tpm_handle ?: stored;
	if (!err && handle)
		err = check_handle(handle);
	return err ?: load_kek(&files, handle) ?: load_passphrases(&files);
}

const struct verb verb_load_keys = {
	.name = "load-keys",
	.summary = "load the passphrases of DIMMs into the kernel's keyring",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
