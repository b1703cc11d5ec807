/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proc.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "parse.h"

DIR *proc_open_below(int proc, const char *path)
{
	int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (!directory && fd >= 0)
		close(fd);
	return directory;
}

DIR *proc_open(struct kernel *kernel)
{
	return proc_open_below(kernel_root(kernel), "proc");
}

DIR *proc_open_threads(int proc, const char *pid)
{
	char path[PROC_PATH];

	snprintf(path, sizeof(path), "%s/task", pid);
	return proc_open_below(proc, path);
}

void proc_close(DIR **proc)
{
	if (*proc)
		closedir(*proc);
}

static bool is_process(const char *name)
{
	uint64_t number;

	return strlen(name) < 32 && parse_u64(name, 10, &number) == 0;
}

const char *proc_next(DIR *proc)
{
	const struct dirent *entry;

	errno = 0;
	while ((entry = readdir(proc)))
		if (is_process(entry->d_name))
			return entry->d_name;
	return NULL;
}

const char *proc_next_thread(DIR *threads, const char *pid, char path[PROC_PATH])
{
	const char *thread;

	while ((thread = proc_next(threads))) {
		if (strcmp(thread, pid) == 0)
			continue;
		snprintf(path, PROC_PATH, "%s/task/%s", pid, thread);
		return path;
	}
	return NULL;
}

static FILE *proc_open_file(int proc, const char *path)
{
	int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file && fd >= 0)
		close(fd);
	return file;
}

static void close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

int proc_find_line(int proc, const char *path, proc_line_fn *matches, void *data)
{
	CLEANUP(close_file) FILE *file = proc_open_file(proc, path);
	AUTO_FREE char *line = NULL;
	size_t size = 0;

	if (!file)
		return -errno;
	errno = 0;
	while (getline(&line, &size, file) > 0) {
		if (matches(line, data))
			return 1;
		errno = 0;
	}
	return feof(file) ? 0 : -(errno ?: EIO);
}

void proc_command(int proc, const char *pid, char *command, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/comm", pid);
	CLEANUP(close_file) FILE *file = proc_open_file(proc, path);
	if (!file || !fgets(command, (int)size, file))
		snprintf(command, size, "a program");
	command[strcspn(command, "\n")] = 0;
}
