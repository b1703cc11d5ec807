/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyring.h"

#include <errno.h>
#include <keyutils.h>
#include <stdio.h>
#include <string.h>

#include "../util/say.h"

/* Keys that the verb makes, and those that were there before: keys with the same description cannot
 * be in one keyring. */
#define MADE  KEY_SPEC_PROCESS_KEYRING
#define FOUND KEY_SPEC_THREAD_KEYRING

static int keyring_failed(const char *what, const char *description, int err)
{
	if (err == ENOSYS || err == EOPNOTSUPP) {
		say_error("%s: cannot be %s: the kernel has no keyrings", description, what);
		return -err;
	}
	if (err == ENODEV) {
		say_error("%s: cannot be %s: the kernel has no such type of key, or no TPM",
			description, what);
		say_hint("modprobe encrypted-keys; modprobe trusted");
		return -err;
	}
	say_error("%s: cannot be %s: %s", description, what, strerror(err));
	if (err == EDQUOT)
		say_hint("remove keys from the keyring: keyctl show @u");
	return -err;
}

key_serial keyring_find_type(const char *type, const char *description)
{
	long key = keyctl_search(KEY_SPEC_USER_KEYRING, type, description, 0);

	return key < 0 ? -errno : key;
}

key_serial keyring_find(const char *description)
{
	return keyring_find_type("encrypted", description);
}

static int handle_refused(const char *handle)
{
	say_error("invalid --key-handle '%s': must be user: or trusted: and the name of a key",
		handle);
	say_hint("--key-handle user:nvdimm-master");
	return -EINVAL;
}

int keyring_find_kek(const char *handle)
{
	const char *colon = strchr(handle, ':');
	AUTO_FREE char *type = colon ? strndup(handle, (size_t)(colon - handle)) : NULL;

	if (colon && !type)
		return -ENOMEM;
	/* A space would end the name where the kernel reads it. */
	if (!colon || !colon[1] || strpbrk(handle, " \t\n") ||
		(strcmp(type, "user") != 0 && strcmp(type, "trusted") != 0))
		return handle_refused(handle);
	key_serial key = keyring_find_type(type, colon + 1);
	if (key >= 0)
		return 0;
	if (key != -ENOKEY && key != -ENODEV)
		return keyring_failed("looked for", handle, (int)-key);
	say_error("%s: the keyring of the user has no such key", handle);
	if (strcmp(type, "user") == 0)
		say_hint("head -c 32 /dev/urandom | base64 | keyctl padd user %s @u", colon + 1);
	else
		say_hint("keyctl add trusted %s 'new 32 keyhandle=HANDLE' @u", colon + 1);
	return (int)key;
}

key_serial keyring_generate(const char *description, const char *kek)
{
	AUTO_FREE char *order = NULL;

	if (asprintf(&order, "new enc32 %s 32", kek) < 0) {
		order = NULL;
		return -ENOMEM;
	}
	/* The kernel looks for the kek in the keyrings of the process; not every session has that
	 * of the user in its own. */
	keyctl_link(KEY_SPEC_USER_KEYRING, FOUND);
	key_serial key = add_key("encrypted", description, order, strlen(order), MADE);
	return key < 0 ? keyring_failed("generated", description, errno) : key;
}

static key_serial load_failed(const char *description, const char *file, int err)
{
	if (err == EINVAL || err == ENOKEY || err == EBADMSG) {
		say_error("%s: cannot be decrypted: %s", file,
			err == ENOKEY ? "the keyring has no kek of its name"
				      : "it is damaged, or another kek encrypted it");
		return -err;
	}
	return keyring_failed("loaded", description, err);
}

key_serial keyring_load(
	const char *description, const struct keytext *blob, const char *file, bool publish)
{
	AUTO_KEYTEXT struct keytext order = {0};
	int err = keytext_join(&order, "load ", blob, "");

	if (err)
		return keyring_failed("loaded", description, -err);
	keyctl_link(KEY_SPEC_USER_KEYRING, MADE);
	key_serial key = add_key("encrypted", description, order.text, order.size,
		publish ? KEY_SPEC_USER_KEYRING : FOUND);
	return key < 0 ? load_failed(description, file, errno) : key;
}

key_serial keyring_load_kek(const char *description, const struct keytext *blob, const char *handle)
{
	AUTO_KEYTEXT struct keytext order = {0};
	AUTO_FREE char *after = NULL;

	if (asprintf(&after, " keyhandle=%s", handle ?: "") < 0) {
		after = NULL;
		return -ENOMEM;
	}
	int err = keytext_join(&order, handle ? "load " : "", blob, handle ? after : "");
	if (err)
		return keyring_failed("loaded", description, -err);
	key_serial key = add_key(handle ? "trusted" : "user", description, order.text, order.size,
		KEY_SPEC_USER_KEYRING);
	return key < 0 ? keyring_failed("loaded", description, errno) : key;
}

int keyring_read(key_serial key, struct keytext *blob)
{
	int err = keytext_init(blob, KEYTEXT_MOST);

	if (err)
		return keyring_failed("read", "key", -err);
	long size = keyctl_read((key_serial_t)key, blob->text, KEYTEXT_MOST);
	if (size < 0)
		return keyring_failed("read", "key", errno);
	if (size > KEYTEXT_MOST)
		return keyring_failed("read", "key", EFBIG);
	blob->size = (size_t)size;
	blob->text[size] = 0;
	return 0;
}

int keyring_read_kek(const char *handle, struct keytext *text)
{
	const char *colon = strchr(handle, ':');
	const char *type = strncmp(handle, "user:", strlen("user:")) == 0 ? "user" : "trusted";
	key_serial key = colon ? keyring_find_type(type, colon + 1) : -EINVAL;

	/* Only who possesses it may read it. */
	keyctl_link(KEY_SPEC_USER_KEYRING, FOUND);
	return key < 0 ? keyring_failed("looked for", handle, (int)-key) : keyring_read(key, text);
}

int keyring_hold(key_serial key)
{
	return keyctl_link((key_serial_t)key, FOUND) < 0 ? keyring_failed("held", "key", errno) : 0;
}

void keyring_release(key_serial key)
{
	keyctl_unlink((key_serial_t)key, FOUND);
}

int keyring_publish(key_serial key)
{
	return keyctl_link((key_serial_t)key, KEY_SPEC_USER_KEYRING) < 0
		? keyring_failed("put into the keyring of the user", "key", errno)
		: 0;
}

int keyring_drop(key_serial key)
{
	return keyctl_unlink((key_serial_t)key, KEY_SPEC_USER_KEYRING) < 0 ? -errno : 0;
}
