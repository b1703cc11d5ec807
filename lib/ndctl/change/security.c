/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <kernel/watch.h>
#include <ndctl/labels/labelio.h>
#include <ndctl/private.h>
#include <stdio.h>
#include <string.h>

/* Security of a DIMM (Documentation/driver-api/nvdimm/security.rst): commands are written to its
 * attribute security. The kernel finds the passphrases in the keyrings of the calling process by
 * the serial numbers of their keys; neither we nor the caller see one. */

/* The commands, each with the number of keys that it takes. */
enum security_command {
	SECURITY_FREEZE,
	SECURITY_DISABLE,
	SECURITY_DISABLE_MASTER,
	SECURITY_UPDATE,
	SECURITY_UPDATE_MASTER,
	SECURITY_ERASE,
	SECURITY_ERASE_MASTER,
	SECURITY_OVERWRITE,
};

static const struct {
	const char *word, *what;
	unsigned keys;
	bool destroys; /* the data on the DIMM */
} commands[] = {
	[SECURITY_FREEZE] = {"freeze", "freeze its security", 0},
	[SECURITY_DISABLE] = {"disable", "remove its passphrase", 1},
	[SECURITY_DISABLE_MASTER] = {"disable_master", "remove its master passphrase", 1},
	[SECURITY_UPDATE] = {"update", "change its passphrase", 2},
	[SECURITY_UPDATE_MASTER] = {"master_update", "change its master passphrase", 2},
	[SECURITY_ERASE] = {"erase", "erase its data", 1, true},
	[SECURITY_ERASE_MASTER] = {"master_erase", "erase its data", 1, true},
	[SECURITY_OVERWRITE] = {"overwrite", "overwrite its data", 1, true},
};

/* What an errno of the kernel means here. */
static const struct {
	int error;
	const char *cause, *hint;
} refusals[] = {
	{ENOENT, "the DIMM has no security", NULL},
	{EOPNOTSUPP, "the DIMM does not have this command", NULL},
	{ENOKEY, "the kernel does not find the key in the keyrings of this process",
		"ndctl load-keys"},
	{EINVAL, "the DIMM refuses the passphrase, or lacks the command", NULL},
	{ENXIO, "the DIMM has no passphrase", NULL},
	{EIO, "the DIMM refuses it in its security state, or its security is frozen", NULL},
	{EBUSY, "the DIMM is in use, or an overwrite is running", NULL},
};

static int tell_refusal(struct kernel *kernel, int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		if (err != -refusals[i].error)
			continue;
		kernel_fail(kernel, -err, "%s (%s)", refusals[i].cause, strerror(-err));
		if (refusals[i].hint)
			kernel_hint(kernel, "%s", refusals[i].hint);
	}
	return err;
}

/* A passphrase may change while a region is enabled; the data may not. */
static int command_write(struct ndctl_dimm *dimm, enum security_command command, const long *keys)
{
	AUTO_TXN struct txn *txn = NULL;
	char text[64] = "";
	int err = nd_ctx_txn(dimm->entity.ctx, &txn) ?: dimm_lock(dimm, txn);

	if (err)
		return err;
	if (!object_text(&dimm->entity.object, DIMM_SECURITY) && errno == ENOENT)
		return tell_refusal(entity_kernel(&dimm->entity), -ENOENT);
	err = txn_check_locked(txn);
	if (!err && commands[command].destroys)
		err = dimm_check_idle(dimm);
	if (err)
		return err;
	int length = snprintf(text, sizeof(text), "%s", commands[command].word);
	for (unsigned i = 0; i < commands[command].keys; i++)
		length += snprintf(text + length, sizeof(text) - length, " %ld", keys[i]);
	err = object_write(&dimm->entity.object, DIMM_SECURITY, text);
	if (err)
		tell_refusal(entity_kernel(&dimm->entity), err);
	/* ETIMEDOUT is left to a lock that is not free: then nothing was written. */
	return err == -ETIMEDOUT ? -EIO : err;
}

static int security_command(
	struct ndctl_dimm *dimm, enum security_command command, const long *keys)
{
	int err = command_write(dimm, command, keys);

	return err ? kernel_fail_while(entity_kernel(&dimm->entity), err, "%s: cannot %s",
			     entity_name(&dimm->entity), commands[command].what)
		   : 0;
}

EXPORT int ndctl_dimm_freeze_security(struct ndctl_dimm *dimm)
{
	return security_command(dimm, SECURITY_FREEZE, NULL);
}

#define ONE_KEY(name, command)                                                                     \
	EXPORT int ndctl_dimm_##name(struct ndctl_dimm *dimm, long key)                            \
	{                                                                                          \
		return security_command(dimm, command, &key);                                      \
	}
ONE_KEY(disable_passphrase, SECURITY_DISABLE)
ONE_KEY(disable_master_passphrase, SECURITY_DISABLE_MASTER)
ONE_KEY(secure_erase, SECURITY_ERASE)
ONE_KEY(master_secure_erase, SECURITY_ERASE_MASTER)
ONE_KEY(overwrite, SECURITY_OVERWRITE)

EXPORT int ndctl_dimm_update_passphrase(struct ndctl_dimm *dimm, long ckey, long nkey)
{
	return security_command(dimm, SECURITY_UPDATE, (long[]){ckey, nkey});
}

EXPORT int ndctl_dimm_update_master_passphrase(struct ndctl_dimm *dimm, long ckey, long nkey)
{
	return security_command(dimm, SECURITY_UPDATE_MASTER, (long[]){ckey, nkey});
}

/* Milliseconds. Kernels before 5.19 notify before the state has changed, and none wakes who waits
 * for an attribute that goes away. */
#define LOOK_AGAIN 1000

static bool overwrite_runs(const char *text)
{
	return strcmp(text, "overwrite") == 0;
}

static int overwrite_wait(struct ndctl_dimm *dimm)
{
	struct kernel *kernel = entity_kernel(&dimm->entity);
	int err = attribute_wait(dimm->entity.object.directory, entity_name(&dimm->entity),
		dimm_kind.attrs[DIMM_SECURITY].name, overwrite_runs,
		(struct patience){.limit = -1});

	if (!err)
		return 0;
	kernel_fail(kernel, -err, "cannot read attribute security: %s", strerror(-err));
	/* The kernel cannot ask this DIMM during an overwrite. */
	if (err == -ENOTTY)
		return -EOPNOTSUPP;
	return err == -ENOENT ? tell_refusal(kernel, err) : err;
}

EXPORT int ndctl_dimm_wait_overwrite(struct ndctl_dimm *dimm)
{
	int err = overwrite_wait(dimm);

	return err ? kernel_fail_while(entity_kernel(&dimm->entity), err,
			     "%s: cannot wait for the end of the overwrite",
			     entity_name(&dimm->entity))
		   : 0;
}
