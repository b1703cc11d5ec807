/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iomem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The most that one read(2) returns. */
#define ROOM	     4096
#define READINGS_MAX 8

bool iomem_is_named(const struct iomem_resource *resource, const char *name)
{
	return resource->length == strlen(name) &&
		memcmp(resource->name, name, resource->length) == 0;
}

/* Parse a line such as "  100000000-17fffffff : hmem.0". */
static bool iomem_parse(const char *line, iomem_fn *fn, void *data)
{
	struct iomem_resource resource = {0};
	char *next;

	resource.start = strtoull(line, &next, 16);
	if (*next == '-')
		resource.end = strtoull(next + 1, &next, 16);
	if (strncmp(next, " : ", 3) != 0)
		return true;
	resource.name = next + 3;
	resource.length = strcspn(resource.name, "\n");
	return fn(data, &resource);
}

struct iomem {
	char *text;
	size_t size;
	unsigned pieces;
};

static void cleanup_iomem(struct iomem *iomem)
{
	free(iomem->text);
}

static int iomem_read_once(int fd, struct iomem *iomem)
{
	free(iomem->text);
	*iomem = (struct iomem){0};
	for (;;) {
		char *text = realloc(iomem->text, iomem->size + ROOM + 1);
		if (!text)
			return -ENOMEM;
		iomem->text = text;
		ssize_t length = pread(fd, text + iomem->size, ROOM, (off_t)iomem->size);
		if (length < 0)
			return -errno;
		text[iomem->size + (size_t)length] = 0;
		if (length == 0)
			return 0;
		iomem->size += (size_t)length;
		iomem->pieces++;
	}
}

/*
 * Accept a text that took several reads only if a second reading gives the same. Between two reads
 * the kernel finds its place again by counting lines, so that a line that was removed hides
 * another one.
 */
static int iomem_read(int fd, struct iomem *iomem)
{
	int err = iomem_read_once(fd, iomem);

	if (err || iomem->pieces < 2)
		return err;
	for (unsigned readings = 2; readings <= READINGS_MAX; readings++) {
		CLEANUP(cleanup_iomem) struct iomem before = *iomem;
		*iomem = (struct iomem){0};
		err = iomem_read_once(fd, iomem);
		if (err)
			return err;
		if (iomem->size == before.size &&
			memcmp(iomem->text, before.text, before.size) == 0)
			return 0;
	}
	return -EAGAIN;
}

int iomem_foreach(struct kernel *kernel, iomem_fn *fn, void *data)
{
	AUTO_CLOSE int fd = openat(kernel_root(kernel), "proc/iomem", O_RDONLY | O_CLOEXEC);
	CLEANUP(cleanup_iomem) struct iomem iomem = {0};
	int err = fd < 0 ? -errno : iomem_read(fd, &iomem);

	if (err)
		return err;
	for (const char *line = iomem.text; *line; line += strcspn(line, "\n") + 1) {
		if (!iomem_parse(line, fn, data))
			return 0;
		if (!strchr(line, '\n'))
			return 0;
	}
	return 0;
}
