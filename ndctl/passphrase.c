/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "passphrase.h"

#include <base/signals.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kek.h"

static const char *passphrase_name(const struct passphrase *passphrase)
{
	return passphrase->master ? "master passphrase" : "passphrase";
}

static const char *passphrase_dimm(const struct passphrase *passphrase)
{
	return ndctl_dimm_get_devname(passphrase->dimm);
}

int passphrase_init(
	struct passphrase *passphrase, struct ndctl_dimm *dimm, bool master, struct keyfiles *files)
{
	const char *id = ndctl_dimm_get_unique_id(dimm);
	const char *kind = master ? "nvdimm-master" : "nvdimm";
	const char *next = master ? "nvdimm-master-new" : "nvdimm-new";
	char host[128] = "";

	*passphrase = (struct passphrase){.dimm = dimm, .master = master, .files = files};
	if (!id || !*id || strlen(id) > 40 || strpbrk(id, "/_ \n")) {
		say_error("%s: has no unique id that could name its key",
			ndctl_dimm_get_devname(dimm));
		return -ENXIO;
	}
	if (gethostname(host, sizeof(host) - 1) || !*host || strchr(host, '/')) {
		say_error("the name of this machine cannot be part of a file's name");
		return -EINVAL;
	}
	snprintf(passphrase->key, sizeof(passphrase->key), "%s:%s", kind, id);
	snprintf(
		passphrase->file, sizeof(passphrase->file), "%s_%s_%s" KEYFILE_END, kind, id, host);
	snprintf(
		passphrase->next, sizeof(passphrase->next), "%s_%s_%s" KEYFILE_END, next, id, host);
	return 0;
}

/* ---- may it be changed? ---- */

bool passphrase_region_has_dimm(struct ndctl_region *region, struct ndctl_dimm *dimm)
{
	struct ndctl_mapping *mapping;

	ndctl_mapping_foreach (region, mapping)
		if (ndctl_mapping_get_dimm(mapping) == dimm)
			return true;
	return false;
}

/* The names of the active regions of a DIMM, "region0 region3". */
static void list_active(struct ndctl_dimm *dimm, char *names, size_t size)
{
	struct ndctl_region *region;
	size_t length = 0;

	*names = 0;
	ndctl_region_foreach (ndctl_dimm_get_bus(dimm), region) {
		if (length + 1 >= size || !ndctl_region_is_enabled(region) ||
			!passphrase_region_has_dimm(region, dimm))
			continue;
		length += (size_t)snprintf(names + length, size - length, "%s%s", length ? " " : "",
			ndctl_region_get_devname(region));
	}
}

int passphrase_check_supported(struct ndctl_dimm *dimm)
{
	if (ndctl_dimm_get_security(dimm) != NDCTL_SECURITY_INVALID)
		return 0;
	say_error("%s: has no security, or the kernel cannot read its state",
		ndctl_dimm_get_devname(dimm));
	return -EOPNOTSUPP;
}

int passphrase_check_dimm(struct ndctl_dimm *dimm)
{
	const char *name = ndctl_dimm_get_devname(dimm);
	char active[512];
	int err = passphrase_check_supported(dimm);

	if (err)
		return err;
	if (ndctl_dimm_get_security(dimm) == NDCTL_SECURITY_OVERWRITE) {
		say_error("%s: is being overwritten", name);
		say_hint("ndctl wait-overwrite %s", name);
		return -EBUSY;
	}
	if (ndctl_dimm_security_is_frozen(dimm)) {
		say_error("%s: its security is frozen until the next boot", name);
		return -EPERM;
	}
	list_active(dimm, active, sizeof(active));
	if (!*active)
		return 0;
	say_error("%s: has active regions: %s", name, active);
	say_hint("ndctl disable-region %s", active);
	return -EBUSY;
}

struct passphrase_change {
	passphrase_fn *fn;
	struct keyfiles *files;
};

static int change_passphrase(void *dimm, const void *data)
{
	const struct passphrase_change *change = data;
	sigset_t before;
	int err = passphrase_check_dimm(dimm);

	if (err)
		return err;
	signals_block(&before);
	err = change->fn(dimm, change->files);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

int passphrases_change(struct ndctl_ctx *ctx, const struct dimm_options *options, int count,
	char **args, const char *done, passphrase_fn *fn)
{
	AUTO_TARGETS struct targets targets = {0};
	AUTO_KEYFILES struct keyfiles files = {.directory = -1};
	const struct passphrase_change change = {fn, &files};
	int status = dimms_find(ctx, options, count, args, &targets);

	if (status)
		return status;
	AUTO_CLOSE int lock = targets.count ? keyfiles_lock() : -1;
	int err = targets.count == 0 ? 0
		: lock < 0	     ? lock
				     : keyfiles_open(&files, KEYFILE_DIRECTORY, true);
	if (err)
		return dimms_outcome((struct outcome){.error = err}, done);
	return dimms_outcome(targets_change(ctx, &targets, change_passphrase, &change), done);
}

/* ---- what the DIMM accepts ---- */

static int dimm_update(const struct passphrase *passphrase, key_serial from, key_serial to)
{
	return passphrase->master ? ndctl_dimm_update_master_passphrase(passphrase->dimm, from, to)
				  : ndctl_dimm_update_passphrase(passphrase->dimm, from, to);
}

/* Whether a passphrase is the one in force. A negative errno if the DIMM does not tell. */
static int is_in_force(const struct passphrase *passphrase, key_serial key)
{
	int err = dimm_update(passphrase, key, key);

	return err == -EINVAL ? 0 : err ?: 1;
}

/* ---- a change, and what of it has been done ---- */

struct attempt {
	const struct passphrase *passphrase;
	key_serial from, to; /* keys of the old passphrase (0: none) and of the new one */
	key_serial linked;   /* the key that was in the keyring of the user before */
	const char *file;    /* the file of the new one, until it gets its final name */
	bool is_stored, is_published, is_changed;
	bool is_unknown; /* which passphrase is in force */
};

/* Undo in reverse order. Returns whether everything is as before. */
static bool attempt_undo(const struct attempt *attempt)
{
	const struct passphrase *passphrase = attempt->passphrase;

	if (attempt->is_changed && dimm_update(passphrase, attempt->to, attempt->from)) {
		say_failure(ndctl_dimm_get_ctx(passphrase->dimm), -EIO);
		return false;
	}
	bool undone = !attempt->is_published ||
		(attempt->linked ? keyring_publish(attempt->linked) : keyring_drop(attempt->to)) ==
			0;
	if (attempt->is_stored && keyfile_delete(passphrase->files, attempt->file))
		undone = false;
	return undone;
}

/* Say which passphrase is in force after a failure. */
static void attempt_say(const struct attempt *attempt, bool undone)
{
	const struct passphrase *passphrase = attempt->passphrase;
	const char *dimm = passphrase_dimm(passphrase), *path = passphrase->files->path;

	if (attempt->is_unknown)
		say_error("%s: cannot tell whether the new %s is in force: it is in %s/%s", dimm,
			passphrase_name(passphrase), path, attempt->file);
	else if (!undone && attempt->is_changed)
		say_error("%s: the new %s is in force: it is in %s/%s", dimm,
			passphrase_name(passphrase), path, attempt->file);
	else
		say_note("%s: %s", dimm,
			attempt->from		     ? "the old passphrase stays in force"
				: passphrase->master ? "its master passphrase is the one of before"
						     : "has no passphrase, as before");
}

/* The write to the DIMM has failed. If that does not mean that nothing was changed, ask the DIMM.
 * Returns whether it has the new passphrase nevertheless. */
static bool has_changed_anyway(struct attempt *attempt, int err)
{
	/* The DIMM or the kernel refused it, or the DIMM's lock was not free. */
	static const int unchanged[] = {
		EINVAL, ENOKEY, EACCES, EOPNOTSUPP, ETIMEDOUT, ENOLCK, ESTALE, EDEADLK, EINTR};
	const struct passphrase *passphrase = attempt->passphrase;

	for (size_t i = 0; i < ARRAY_SIZE(unchanged); i++)
		if (err == -unchanged[i])
			return false;
	if (!attempt->from && !passphrase->master &&
		ndctl_dimm_get_security(passphrase->dimm) == NDCTL_SECURITY_DISABLED)
		return false;
	if (is_in_force(passphrase, attempt->from) == 1)
		return false;
	int in_force = is_in_force(passphrase, attempt->to);
	attempt->is_unknown = in_force < 0;
	return in_force == 1;
}

static int attempt_change(struct attempt *attempt)
{
	const struct passphrase *passphrase = attempt->passphrase;
	int err = dimm_update(passphrase, attempt->from, attempt->to);

	if (err) {
		say_failure(ndctl_dimm_get_ctx(passphrase->dimm), err);
		if (!has_changed_anyway(attempt, err))
			return err;
		say_warning("%s: accepts the new %s nevertheless", passphrase_dimm(passphrase),
			passphrase_name(passphrase));
	}
	attempt->is_changed = true;
	return 0;
}

static int attempt_store(struct attempt *attempt)
{
	AUTO_KEYTEXT struct keytext text = {0};
	int err = keyring_read(attempt->to, &text)
		?: keyfile_create(attempt->passphrase->files, attempt->file, &text);

	attempt->is_stored = err == 0;
	return err;
}

static int attempt_publish(struct attempt *attempt)
{
	int err = keyring_publish(attempt->to);

	attempt->is_published = err == 0;
	return err;
}

static int attempt_finish(struct attempt *attempt)
{
	const struct passphrase *passphrase = attempt->passphrase;

	return attempt->file == passphrase->file
		? 0
		: keyfile_rename(passphrase->files, attempt->file, passphrase->file);
}

/* The file comes first: whatever happens then, no passphrase is in force that nobody has. */
static int attempt_run(struct attempt *attempt)
{
	int err = attempt_store(attempt) ?: attempt_publish(attempt) ?: attempt_change(attempt);

	err = err ?: attempt_finish(attempt);
	if (!err)
		return 0;
	attempt_say(attempt, !attempt->is_unknown && attempt_undo(attempt));
	return err;
}

/* ---- setup ---- */

static int refuse_stored(const struct passphrase *passphrase, const char *file)
{
	const char *path = passphrase->files->path;

	say_error("%s: %s/%s is there already", passphrase_dimm(passphrase), path, file);
	say_hint("if the DIMM has no such passphrase: mv %s/%s{,.unused}", path, file);
	return -EEXIST;
}

static int check_absent(const struct passphrase *passphrase)
{
	if (!passphrase->master &&
		ndctl_dimm_get_security(passphrase->dimm) != NDCTL_SECURITY_DISABLED) {
		say_error("%s: has a passphrase already", passphrase_dimm(passphrase));
		say_hint("ndctl update-passphrase %s", passphrase_dimm(passphrase));
		return -EEXIST;
	}
	if (keyfile_exists(passphrase->files, passphrase->file))
		return refuse_stored(passphrase, passphrase->file);
	if (keyfile_exists(passphrase->files, passphrase->next))
		return refuse_stored(passphrase, passphrase->next);
	if (keyring_find(passphrase->key) == -ENOKEY)
		return 0;
	say_error("%s: the keyring has a key of its %s already: %s", passphrase_dimm(passphrase),
		passphrase_name(passphrase), passphrase->key);
	say_hint("if the DIMM has no such passphrase: keyctl purge encrypted %s", passphrase->key);
	return -EEXIST;
}

int passphrase_setup(const struct passphrase *passphrase, const char *kek)
{
	struct attempt attempt = {.passphrase = passphrase, .file = passphrase->file};
	int err = check_absent(passphrase);

	if (err)
		return err;
	kek_warn(passphrase->files, kek, passphrase_dimm(passphrase));
	attempt.to = keyring_generate(passphrase->key, kek);
	return attempt.to < 0 ? (int)attempt.to : attempt_run(&attempt);
}

/* ---- update ---- */

/* A locked DIMM takes no command but the one to unlock it, which the driver gives when it binds,
 * with the first key that it finds: that of this thread. Returns whether the DIMM is unlocked. */
static int try_unlock(struct ndctl_dimm *dimm)
{
	bool enabled = ndctl_dimm_is_enabled(dimm);
	int err = (enabled ? ndctl_dimm_disable(dimm) : 0) ?: ndctl_dimm_enable(dimm);

	if (err) {
		say_failure(ndctl_dimm_get_ctx(dimm), err);
		return err;
	}
	if (!enabled && ndctl_dimm_disable(dimm))
		say_note("%s: is enabled now", ndctl_dimm_get_devname(dimm));
	return ndctl_dimm_get_security(dimm) == NDCTL_SECURITY_UNLOCKED;
}

/* Whether the passphrase in a file is the one in force: 1, 0 or a negative errno. */
static int is_file_in_force(const struct passphrase *passphrase, const char *file)
{
	AUTO_KEYTEXT struct keytext text = {0};
	bool locked = !passphrase->master &&
		ndctl_dimm_get_security(passphrase->dimm) == NDCTL_SECURITY_LOCKED;
	int err = keyfile_read(passphrase->files, file, &text);

	keytext_trim(&text);
	key_serial key = err ?: keyring_load(locked ? passphrase->key : file, &text, file, false);
	if (key < 0)
		return (int)key;
	if (!locked)
		return is_in_force(passphrase, key);
	int unlocked = try_unlock(passphrase->dimm);
	keyring_release(key);
	return unlocked;
}

static int recover_failed(const struct passphrase *passphrase, int new, int old)
{
	say_error("%s: an update of its %s was interrupted: %s %s/%s or %s",
		passphrase_dimm(passphrase), passphrase_name(passphrase),
		new == 0 && old == 0 ? "the DIMM refuses both the one in"
				     : "cannot tell which one is in force: that in",
		passphrase->files->path, passphrase->next, passphrase->file);
	return new < 0 ? new : old < 0 ? old : -EINVAL;
}

/* An update was interrupted: a new passphrase is stored, and perhaps in force. The file of the
 * other one goes only after the DIMM has accepted one. */
static int recover(const struct passphrase *passphrase)
{
	if (!keyfile_exists(passphrase->files, passphrase->next))
		return 0;
	int new = is_file_in_force(passphrase, passphrase->next);
	int old = new == 1 ? 0 : is_file_in_force(passphrase, passphrase->file);
	if (new != 1 && old != 1)
		return recover_failed(passphrase, new, old);
	say_note("%s: an update of its %s was interrupted; the %s one is in force",
		passphrase_dimm(passphrase), passphrase_name(passphrase), new == 1 ? "new" : "old");
	int err = new == 1 ? keyfile_rename(passphrase->files, passphrase->next, passphrase->file)
			   : keyfile_delete(passphrase->files, passphrase->next);
	/* The keyring may have the other one. */
	key_serial stale = keyring_find(passphrase->key);
	if (!err && stale > 0)
		err = keyring_drop(stale);
	return err;
}

key_serial passphrase_find(const struct passphrase *passphrase)
{
	AUTO_KEYTEXT struct keytext text = {0};
	int err = recover(passphrase);
	key_serial key = err ?: keyring_find(passphrase->key);

	if (key > 0)
		return keyring_hold(key) ?: key;
	if (err)
		return err;
	err = keyfile_read(passphrase->files, passphrase->file, &text);
	keytext_trim(&text);
	return err ?: keyring_load(passphrase->key, &text, passphrase->file, false);
}

/* Read which kek encrypts a key, "user:nvdimm-master", from the text of the key. */
static int read_kek(key_serial key, char **kek)
{
	AUTO_KEYTEXT struct keytext text = {0};
	int err = keyring_read(key, &text);

	if (err)
		return err;
	if (sscanf(text.text, "enc32 %ms ", kek) == 1)
		return 0;
	say_error("the key of the passphrase in force is not of the format enc32");
	return -EINVAL;
}

int passphrase_update(const struct passphrase *passphrase, const char *kek)
{
	struct attempt attempt = {.passphrase = passphrase, .file = passphrase->next};
	AUTO_FREE char *same = NULL;

	if (!passphrase->master &&
		ndctl_dimm_get_security(passphrase->dimm) == NDCTL_SECURITY_DISABLED) {
		say_error("%s: has no passphrase", passphrase_dimm(passphrase));
		say_hint("ndctl setup-passphrase %s", passphrase_dimm(passphrase));
		return -ENOENT;
	}
	attempt.from = passphrase_find(passphrase);
	if (attempt.from < 0)
		return (int)attempt.from;
	int err = kek ? 0 : read_kek(attempt.from, &same) ?: keyring_find_kek(same);
	if (err)
		return err;
	attempt.linked = keyring_find(passphrase->key);
	attempt.linked = attempt.linked > 0 ? attempt.linked : 0;
	kek_warn(passphrase->files, kek ?: same, passphrase_dimm(passphrase));
	attempt.to = keyring_generate(passphrase->key, kek ?: same);
	return attempt.to < 0 ? (int)attempt.to : attempt_run(&attempt);
}

/* ---- remove ---- */

void passphrase_forget(const struct passphrase *passphrase)
{
	key_serial key = keyring_find(passphrase->key);

	if (key > 0 && keyring_drop(key))
		say_warning("%s: the key of its former %s stays in the keyring: %s",
			passphrase_dimm(passphrase), passphrase_name(passphrase), passphrase->key);
	if (keyfile_delete(passphrase->files, passphrase->file))
		say_warning("%s: the file of its former %s stays", passphrase_dimm(passphrase),
			passphrase_name(passphrase));
}

int passphrase_remove(const struct passphrase *passphrase)
{
	struct ndctl_dimm *dimm = passphrase->dimm;

	if (!passphrase->master && ndctl_dimm_get_security(dimm) == NDCTL_SECURITY_DISABLED) {
		say_error("%s: has no passphrase", passphrase_dimm(passphrase));
		return -ENOENT;
	}
	key_serial key = passphrase_find(passphrase);
	if (key < 0)
		return (int)key;
	int err = passphrase->master ? ndctl_dimm_disable_master_passphrase(dimm, key)
				     : ndctl_dimm_disable_passphrase(dimm, key);
	if (err) {
		say_failure(ndctl_dimm_get_ctx(dimm), err);
		if (passphrase->master ||
			ndctl_dimm_get_security(dimm) != NDCTL_SECURITY_DISABLED) {
			say_note("%s: its %s stays in force", passphrase_dimm(passphrase),
				passphrase_name(passphrase));
			return err;
		}
		say_warning("%s: has no passphrase nevertheless", passphrase_dimm(passphrase));
	}
	passphrase_forget(passphrase);
	return 0;
}
