/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "entries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int entries_add(void *data, const char *name, uint64_t inode)
{
	struct entries *entries = data;

	if (!entries->want(name))
		return 0;
	/* Double the room whenever the count reaches a power of two. */
	if ((entries->count & (entries->count - 1)) == 0) {
		size_t room = entries->count ? entries->count * 2 : 1;
		struct entry *list = reallocarray(entries->list, room, sizeof(*list));
		if (!list)
			return -ENOMEM;
		entries->list = list;
	}
	struct entry *entry = &entries->list[entries->count];
	*entry = (struct entry){strdup(name), inode};
	if (!entry->name)
		return -ENOMEM;
	entries->count++;
	return 0;
}

static int entry_compare(const void *a, const void *b)
{
	const struct entry *one = a, *two = b;

	return names_compare(one->name, two->name);
}

int entries_read(
	const struct directory *directory, bool (*want)(const char *name), struct entries *entries)
{
	entries->want = want;
	int err = sysfs_each(directory, entries_add, entries);
	if (!err && entries->count)
		qsort(entries->list, entries->count, sizeof(*entries->list), entry_compare);
	return err;
}

bool entries_have(const struct entries *entries, const char *name)
{
	const struct entry key = {.name = (char *)name};

	return entries->count &&
		bsearch(&key, entries->list, entries->count, sizeof(key), entry_compare);
}

void entries_deinit(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		free(entries->list[i].name);
	free(entries->list);
	*entries = (struct entries){0};
}
