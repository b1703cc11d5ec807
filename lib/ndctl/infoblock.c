/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "infoblock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static const char signatures[][16] = {
	"BTT_ARENA_INFO",
	"NVDIMM_PFN_INFO",
	"NVDIMM_DAX_INFO",
};

static bool is_info_block(const char *block)
{
	for (size_t i = 0; i < ARRAY_SIZE(signatures); i++)
		if (memcmp(block, signatures[i], sizeof(signatures[i])) == 0)
			return true;
	return false;
}

bool infoblock_wipe(const char *before, char *after)
{
	bool found = false;

	memcpy(after, before, INFO_AREA);
	for (size_t at = 0; at < INFO_AREA; at += INFO_BLOCK) {
		if (!is_info_block(before + at))
			continue;
		memset(after + at, 0, INFO_BLOCK);
		found = true;
	}
	return found;
}

static int transfer_all(int fd, char *bytes, bool write)
{
	for (size_t done = 0; done < INFO_AREA;) {
		ssize_t size = write ? pwrite(fd, bytes + done, INFO_AREA - done, (off_t)done)
				     : pread(fd, bytes + done, INFO_AREA - done, (off_t)done);
		if (size <= 0)
			return size ? -errno : -EIO;
		done += (size_t)size;
	}
	return write && fsync(fd) ? -errno : 0;
}

/* While the namespace is enabled raw. */
static int transfer(struct ndctl_namespace *ndns, char *bytes, bool write)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	char path[64];

	snprintf(path, sizeof(path), "dev/%s", ndctl_namespace_get_block_device(ndns));
	AUTO_CLOSE int fd =
		openat(kernel_root(kernel), path, (write ? O_RDWR : O_RDONLY) | O_EXCL | O_CLOEXEC);
	int err = fd < 0 ? -errno : transfer_all(fd, bytes, write);

	log_debug(kernel, "%s %zu bytes of /%s: %s", write ? "write" : "read", INFO_AREA, path,
		err ? strerror(-err) : "done");
	if (err)
		kernel_fail(kernel, -err, "its info block cannot be %s: /%s: %s",
			write ? "written" : "read", path, strerror(-err));
	return err;
}

/* What was changed for the time is put back in any case: a failure to do so is told, and it is
 * tried once more. */
static int put_back(struct ndctl_namespace *ndns, int (*fn)(struct ndctl_namespace *ndns))
{
	int err = fn(ndns);

	if (err)
		fn(ndns);
	return err;
}

static int unbind(struct ndctl_namespace *ndns)
{
	return entity_unbind(&ndns->entity);
}

static int leave_raw(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_set_raw_mode(ndns, 0);
}

static int transfer_raw(struct ndctl_namespace *ndns, char *bytes, bool write)
{
	int err = entity_bind(&ndns->entity, "nd_pmem");

	if (err)
		return err;
	err = transfer(ndns, bytes, write);
	int unbound = put_back(ndns, unbind);
	return err ?: unbound;
}

/* The first failure is the one that is told. */
static int with_raw(struct ndctl_namespace *ndns, char *bytes, bool write)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	bool raw = ndctl_namespace_get_raw_mode(ndns) > 0;
	int err = raw ? 0 : ndctl_namespace_set_raw_mode(ndns, 1);

	if (err)
		return err;
	err = transfer_raw(ndns, bytes, write);
	if (raw)
		return err;
	AUTO_FREE char *cause = err ? strdup(kernel_error(kernel) ?: "") : NULL;
	int restored = put_back(ndns, leave_raw);
	if (cause)
		kernel_fail(kernel, -err, "%s", cause);
	return err ?: restored;
}

int infoblock_read(struct ndctl_namespace *ndns, char *bytes)
{
	return with_raw(ndns, bytes, false);
}

int infoblock_write(struct ndctl_namespace *ndns, const char *bytes)
{
	char copy[INFO_AREA];

	memcpy(copy, bytes, sizeof(copy));
	return with_raw(ndns, copy, true);
}
