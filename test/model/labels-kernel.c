/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "labels.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ndctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What the kernel does with a label area, by sysfs and ioctl alone. */

#define BUS "/sys/bus/nd"

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static bool get(char *text, size_t size, const char *device, const char *attribute)
{
	char path[256];

	snprintf(path, sizeof(path), BUS "/devices/%s/%s", device, attribute);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t count = fd < 0 ? -1 : read(fd, text, size - 1);
	if (fd >= 0)
		close(fd);
	text[count > 0 ? count : 0] = 0;
	text[strcspn(text, "\n")] = 0;
	return count >= 0;
}

static uint64_t get_number(const char *device, const char *attribute)
{
	char text[64];

	if (!get(text, sizeof(text), device, attribute))
		err(1, "%s/%s", device, attribute);
	return strtoull(text, NULL, 0);
}

static bool is_bound(const char *device)
{
	char path[256];

	snprintf(path, sizeof(path), BUS "/devices/%s/driver", device);
	return access(path, F_OK) == 0;
}

static void settle(void)
{
	char text[16];

	get(text, sizeof(text), "ndbus0", "wait_probe");
}

static void unbind(const char *device, const char *driver)
{
	char path[256];

	snprintf(path, sizeof(path), BUS "/drivers/%s/unbind", driver);
	if (is_bound(device) && !put(path, device))
		err(1, "unbind %s", device);
}

static bool bind(const char *device, const char *driver)
{
	char path[256];

	snprintf(path, sizeof(path), BUS "/drivers/%s/bind", driver);
	put(path, device);
	settle();
	return is_bound(device);
}

void dimm_open(struct dimm *dimm)
{
	struct nd_cmd_get_config_size command = {0};
	char path[256], mapping[128];
	unsigned long long offset, length;

	snprintf(path, sizeof(path), "/dev/%s", dimm->name);
	dimm->fd = open(path, O_RDWR | O_CLOEXEC);
	if (dimm->fd < 0 || ioctl(dimm->fd, ND_IOCTL_GET_CONFIG_SIZE, &command) < 0)
		err(1, "%s", path);
	dimm->area = command.config_size;
	if (!get(mapping, sizeof(mapping), dimm->region, "mapping0") ||
		sscanf(mapping, "%*[^,],%llu,%llu", &offset, &length) != 2)
		errx(1, "%s: mapping0", dimm->region);
	dimm->offset = offset;
	dimm->length = length;
	if (!put(BUS "/drivers_autoprobe", "0"))
		err(1, "drivers_autoprobe");
}

void dimm_write(const struct dimm *dimm, const uint8_t *head)
{
	const size_t part = 2048;
	_Alignas(8) char buffer[sizeof(struct nd_cmd_set_config_hdr) + 2048 + 4];
	struct nd_cmd_set_config_hdr *command = (void *)buffer;

	unbind(dimm->region, "nd_region");
	unbind(dimm->name, "nvdimm");
	for (size_t at = 0; at < MODEL_HEAD; at += part) {
		memset(buffer, 0, sizeof(buffer));
		command->in_offset = (unsigned)at;
		command->in_length = (unsigned)part;
		memcpy(command->in_buf, head + at, part);
		if (ioctl(dimm->fd, ND_IOCTL_SET_CONFIG_DATA, command) < 0)
			err(1, "write labels");
	}
}

uint64_t dimm_cookie(const struct dimm *dimm)
{
	return get_number(dimm->region, "set_cookie");
}

static int is_namespace(const struct dirent *entry)
{
	char text[32];

	/* The one without size is there for the next to be created. */
	return strncmp(entry->d_name, "namespace", 9) == 0 &&
		get(text, sizeof(text), entry->d_name, "size") && strtoull(text, NULL, 0) > 0;
}

struct namespace
{
	char name[80], place[80];
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct namespace *)a)->name, ((const struct namespace *)b)->name);
}

/* The namespaces of the region, at most @most. */
static size_t list_namespaces(const struct dimm *dimm, struct namespace *list, size_t most)
{
	uint64_t start = get_number(dimm->region, "resource") - dimm->offset;
	struct dirent **entries;
	int count = scandir(BUS "/devices", &entries, is_namespace, NULL);
	size_t filled = 0;

	for (int i = 0; i < count; i++) {
		const char *device = entries[i]->d_name;
		if (filled < most) {
			struct namespace *each = &list[filled++];
			get(each->name, sizeof(each->name), device, "alt_name");
			snprintf(each->place, sizeof(each->place), "@%#llx+%#llx",
				(unsigned long long)(get_number(device, "resource") - start),
				(unsigned long long)get_number(device, "size"));
		}
		free(entries[i]);
	}
	free(entries);
	qsort(list, filled, sizeof(*list), by_name);
	return filled;
}

void dimm_probe(const struct dimm *dimm, char *text, size_t size)
{
	struct namespace list[16];

	if (!bind(dimm->name, "nvdimm")) {
		snprintf(text, size, "dimm refused");
		return;
	}
	size_t end = (size_t)snprintf(
		text, size, "free %lu", (unsigned long)get_number(dimm->name, "available_slots"));
	if (!bind(dimm->region, "nd_region")) {
		snprintf(text + end, size - end, " region refused");
		return;
	}
	size_t count = list_namespaces(dimm, list, 16);
	for (size_t i = 0; i < count; i++)
		end += (size_t)snprintf(
			text + end, size - end, " %s%s", list[i].name, list[i].place);
}
