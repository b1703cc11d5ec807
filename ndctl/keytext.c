/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keytext.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int keytext_init(struct keytext *text, size_t most)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	void *pages = mmap(NULL, most + 1, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (pages == MAP_FAILED)
		return -errno;
	if (madvise(pages, most + 1, MADV_DONTDUMP)) {
		int err = -errno;
		munmap(pages, most + 1);
		return err;
	}
	/* Without the right to lock memory the text may be swapped, which is no failure. */
	(void)!mlock(pages, most + 1);
	*text = (struct keytext){.text = pages, .room = most + 1};
	return 0;
}

void keytext_deinit(struct keytext *text)
{
	if (!text->text)
		return;
	explicit_bzero(text->text, text->room);
	munmap(text->text, text->room);
	*text = (struct keytext){0};
}

void keytext_trim(struct keytext *text)
{
	while (text->size && text->text[text->size - 1] == '\n')
		text->text[--text->size] = 0;
}

int keytext_join(
	struct keytext *out, const char *before, const struct keytext *text, const char *after)
{
	int err = keytext_init(out, strlen(before) + text->size + strlen(after));

	if (err)
		return err;
	char *end = mempcpy(out->text, before, strlen(before));
	end = mempcpy(end, text->text, text->size);
	end = mempcpy(end, after, strlen(after));
	out->size = (size_t)(end - out->text);
	return 0;
}
