/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iomem.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

/* Each read gives as much as there is room for, up to a page. */
#define ROOM 4096

bool iomem_is_named(const char *name, size_t length, const char *wanted)
{
	return length == strlen(wanted) && memcmp(name, wanted, length) == 0;
}

/* "  100000000-17fffffff : hmem.0" */
static bool look_at(const char *line, iomem_fn *fn, void *data)
{
	struct daxctl_range range = {0};
	char *next;

	range.start = strtoull(line, &next, 16);
	if (*next == '-')
		range.end = strtoull(next + 1, &next, 16);
	if (strncmp(next, " : ", 3) != 0)
		return true;
	return fn(data, next + 3, strcspn(next + 3, "\n"), &range);
}

int iomem_foreach(struct kernel *kernel, iomem_fn *fn, void *data)
{
	AUTO_CLOSE int fd = openat(kernel_root(kernel), "proc/iomem", O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	bool goes_on = true;

	if (!file)
		return -errno;
	take_fd(&fd);
	setvbuf(file, NULL, _IOFBF, ROOM);
	errno = 0;
	while (goes_on && getline(&line, &size, file) > 0)
		goes_on = look_at(line, fn, data);
	int err = !goes_on || feof(file) ? 0 : -(errno ?: EIO);
	fclose(file);
	return err;
}
