/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int fixture_setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	snprintf(fixture->root, sizeof(fixture->root), "%s/dax-unit-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(fixture->root));
	/* Also for a user without rights, see rights_drop. */
	assert_int_equal(chmod(fixture->root, 0755), 0);
	/* Nobody holds a lock. */
	make_file(fixture, "proc/locks", "%s", "");
	*state = fixture;
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static void remove_tree(const char *path)
{
	assert_int_equal(nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	remove_tree(fixture->root);
	free(fixture);
	return 0;
}

static void absolute(char *out, size_t size, struct fixture *fixture, const char *path)
{
	assert_true((size_t)snprintf(out, size, "%s/%s", fixture->root, path) < size);
}

static void make_parents(char *path, const struct fixture *fixture)
{
	for (char *slash = path + strlen(fixture->root) + 1; (slash = strchr(slash, '/'));
		slash++) {
		*slash = 0;
		if (mkdir(path, 0755))
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
}

void make_dir(struct fixture *fixture, const char *path)
{
	char full[8192];

	absolute(full, sizeof(full) - 1, fixture, path);
	strcat(full, "/");
	make_parents(full, fixture);
}

void make_bytes(struct fixture *fixture, const char *path, const void *bytes, size_t size)
{
	char full[8192];

	absolute(full, sizeof(full), fixture, path);
	make_parents(full, fixture);
	int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

void make_file(struct fixture *fixture, const char *path, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	assert_true(length >= 0);
	make_bytes(fixture, path, text, length);
	free(text);
}

void make_link(struct fixture *fixture, const char *path, const char *target)
{
	char full[8192];

	absolute(full, sizeof(full), fixture, path);
	make_parents(full, fixture);
	assert_int_equal(symlink(target, full), 0);
}

void take_away(struct fixture *fixture, const char *path)
{
	char full[8192];

	absolute(full, sizeof(full), fixture, path);
	remove_tree(full);
}

static char *read_whole(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &size, 0, file) < 0 && text)
		*text = 0;
	fclose(file);
	return text ? text : strdup("");
}

char *file_text(struct fixture *fixture, const char *path)
{
	char full[8192];

	absolute(full, sizeof(full), fixture, path);
	return read_whole(full);
}

void assert_file(struct fixture *fixture, const char *path, const char *text)
{
	char *now = file_text(fixture, path);

	assert_non_null(now);
	assert_string_equal(now, text);
	free(now);
}

static void describe(FILE *out, const char *directory)
{
	struct dirent **list;
	int count = scandir(directory, &list, NULL, alphasort);

	assert_true(count >= 0);
	for (int i = 0; i < count; i++) {
		const char *name = list[i]->d_name;
		char path[8192], target[4096];

		snprintf(path, sizeof(path), "%s/%s", directory, name);
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "run") == 0) {
			/* not ours, or locks */
		} else if (list[i]->d_type == DT_DIR) {
			fprintf(out, "%s/\n", path);
			describe(out, path);
		} else if (list[i]->d_type == DT_LNK) {
			ssize_t size = readlink(path, target, sizeof(target));
			fprintf(out, "%s -> %.*s\n", path, (int)size, target);
		} else {
			char *text = read_whole(path);
			fprintf(out, "%s: %s\n", path, text ? text : "(unreadable)");
			free(text);
		}
		free(list[i]);
	}
	free(list);
}

char *tree_text(struct fixture *fixture)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	describe(out, fixture->root);
	fclose(out);
	return text;
}

static bool dropped;

bool rights_drop(void)
{
	dropped = geteuid() == 0 && seteuid(65534) == 0;
	return dropped || geteuid() != 0;
}

void rights_restore(void)
{
	if (dropped)
		assert_int_equal(seteuid(0), 0);
	dropped = false;
}

struct capture capture_start(void)
{
	struct capture capture = {tmpfile(), dup(STDERR_FILENO)};

	assert_non_null(capture.file);
	fflush(stderr);
	dup2(fileno(capture.file), STDERR_FILENO);
	return capture;
}

void capture_end(struct capture capture, char *said, size_t size)
{
	fflush(stderr);
	dup2(capture.saved, STDERR_FILENO);
	close(capture.saved);
	rewind(capture.file);
	said[fread(said, 1, size - 1, capture.file)] = 0;
	fclose(capture.file);
}
