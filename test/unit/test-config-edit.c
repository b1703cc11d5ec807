/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base/file.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <config/config-edit.h>
#include <util/say.h>

#include "fixture.h"

/* Lines of the configuration change, and no others. */

static char said[4096];
static char directory[256];

#define UUID_A "6fd7bb62-0155-4bb6-8b22-a875b2c26262"

static const struct setting to_devdax[] = {
	{"mode", "devdax"},
	{"online", NULL},
	{"align", "4K"},
};

enum what { SET, ADD, REMOVE };

/* ---- a file system that is not that of the test ---- */

static struct {
	long type;
	int exchange_error, link_error;
	int renames_until_error;
	const char *edited; /* the file that an editor appends to before the next rename */
} strange;

/* These stand in for those of the C library. */
int fstatfs(int fd, struct statfs *fs)
{
	int err = (int)syscall(SYS_fstatfs, fd, fs);

	if (strange.type)
		fs->f_type = (__typeof__(fs->f_type))strange.type;
	return err;
}

int renameat2(
	int from_directory, const char *from, int to_directory, const char *to, unsigned flags)
{
	errno = strange.exchange_error;
	return errno ? -1
		     : (int)syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
}

int link(const char *from, const char *to)
{
	errno = strange.link_error;
	return errno ? -1 : linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

static void append(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

int rename(const char *from, const char *to)
{
	if (strange.edited)
		append(strange.edited, "# mine\n");
	strange.edited = NULL;
	errno = ENOSPC;
	return strange.renames_until_error && --strange.renames_until_error == 0
		? -1
		: renameat(AT_FDCWD, from, AT_FDCWD, to);
}

/* ---- edits ---- */

/* Changes the first section; the others have to stay as they are. */
static int edit(struct fixture *fixture, enum what what)
{
	AUTO_CONFIG_EDIT struct config_edit *edit = NULL;

	snprintf(directory, sizeof(directory), "%s/etc", fixture->root);
	struct capture capture = capture_start();
	int err = config_edit_new(directory, &edit);
	const struct section *section = err ? NULL : config_edit_config(edit)->sections;
	if (!err && what == ADD)
		err = config_edit_add(edit, "create-device", "dax0.1", to_devdax, 3)
			?: config_edit_add(edit, "create-device", "dax0.1", to_devdax, 1);
	else if (!err && what == SET)
		err = config_edit_set(edit, section, to_devdax, 3);
	else if (!err)
		err = config_edit_remove(edit, section);
	if (!err)
		err = config_edit_commit(edit);
	capture_end(capture, said, sizeof(said));
	return err;
}

static void lines(void **state)
{
	static const struct {
		enum what what;
		const char *before, *after;
	} rows[] = {
		{SET,
			"# first\n[Reconfigure-Device a]\n\tMode =  'system-ram' ; why\nonline=\\\n"
			"true\nNVDIMM.UUID=" UUID_A "\n\n# about b\n[b]\nmode=x\nonline\n",
			"# first\n[Reconfigure-Device a]\n\tMode =  devdax ; "
			"why\nNVDIMM.UUID=" UUID_A
			"\nalign = 4K\n\n# about b\n[b]\nmode=x\nonline\n"},
		{SET, "[reconfigure-device a]\nregion.path=/x\nmode=\\\n system-ram",
			"[reconfigure-device a]\nregion.path=/x\nmode = devdax\nalign = 4K\n"},
		{SET, "[create-device a]\nregion.path=/x\nmode= \"devdax\" # so\nalign=4k\n# end",
			"[create-device a]\nregion.path=/x\nmode= \"devdax\" # so\nalign=4k\n# "
			"end\n"},
		{REMOVE,
			"[x]\n\n[create-device a]\nregion.path=/x\n# in\nalign=4K\n\n# about "
			"y\n[y]\n",
			"[x]\n\n# about y\n[y]\n"},
		{REMOVE, "[create-device a]\nregion.path=/x\n", ""},
		{ADD, "[create-device dax0.1-2]\nregion.path=/x",
			"[create-device dax0.1-2]\nregion.path=/x\n\n"
			"[create-device dax0.1]\nmode = devdax\nalign = 4K\n\n"
			"[create-device dax0.1-3]\nmode = devdax\n"},
	};
	struct fixture *fixture = *state;

	if (getuid() != 0)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		make_file(fixture, "etc/persist.conf", "%s", rows[i].before);
		assert_int_equal(edit(fixture, rows[i].what), 0);
		assert_file(fixture, "etc/persist.conf", rows[i].after);
		/* Of sections of others, and of a last line without its end. */
		assert_true(!*said || strncmp(said, "daxctl: warning: ", 17) == 0);
	}
}

static void new_file(void **state)
{
	struct fixture *fixture = *state;
	struct stat stat_before, stat_after;
	char path[256];

	if (getuid() != 0)
		skip();
	assert_int_equal(edit(fixture, ADD), 0);
	snprintf(path, sizeof(path), "%s/etc/persist.conf", fixture->root);
	assert_int_equal(stat(path, &stat_before), 0);
	assert_int_equal(stat_before.st_mode, S_IFREG | 0644);
	/* Nothing to change: nothing is written. */
	make_file(fixture, "etc/persist.conf", "[create-device a]\nregion.path=/x\n");
	assert_int_equal(edit(fixture, SET), 0);
	assert_int_equal(stat(path, &stat_before), 0);
	assert_int_equal(edit(fixture, SET), 0);
	assert_int_equal(stat(path, &stat_after), 0);
	assert_int_equal(stat_before.st_ino, stat_after.st_ino);
}

static void owner_and_link(void **state)
{
	struct fixture *fixture = *state;
	struct stat found;
	char path[256];

	if (getuid() != 0)
		skip();
	make_file(fixture, "srv/real", "[create-device a]\nregion.path=/x\n");
	make_dir(fixture, "etc");
	make_link(fixture, "etc/a.conf", "../srv/real");
	snprintf(path, sizeof(path), "%s/srv/real", fixture->root);
	assert_int_equal(chown(path, 0, 7), 0);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(edit(fixture, SET), 0);
	assert_int_equal(lstat(path, &found), 0);
	assert_int_equal(found.st_mode, S_IFREG | 0640);
	assert_int_equal(found.st_gid, 7);
	assert_file(fixture, "srv/real",
		"[create-device a]\nregion.path=/x\nmode = devdax\nalign = 4K\n");
	snprintf(path, sizeof(path), "%s/etc/a.conf", fixture->root);
	assert_int_equal(lstat(path, &found), 0);
	assert_true(S_ISLNK(found.st_mode));
	/* Nothing is left beside it. */
	char *tree = tree_text(fixture);
	assert_null(strstr(tree, "real."));
	free(tree);
}

static void refused(void **state)
{
	struct fixture *fixture = *state;
	char path[256];

	if (getuid() != 0)
		skip();
	make_file(fixture, "srv/real", "[create-device a]\nregion.path=/x\n");
	make_dir(fixture, "etc");
	make_link(fixture, "etc/a.conf", "../srv/real");
	snprintf(path, sizeof(path), "%s/srv", fixture->root);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(edit(fixture, SET), -EPERM);
	assert_non_null(strstr(said, "only root may own and write it"));
	assert_file(fixture, "srv/real", "[create-device a]\nregion.path=/x\n");
	take_away(fixture, "etc/a.conf");
	make_file(fixture, "etc/a.conf", "[create-device a]\nregion.path=/x\nsize=foo\n");
	assert_int_equal(edit(fixture, SET), -EINVAL);
	assert_non_null(strstr(said, "not changed: the section has a mistake"));
	snprintf(path, sizeof(path), "%s/etc/a.conf", fixture->root);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(edit(fixture, ADD), -EPERM);
	assert_non_null(strstr(said, "etc: not changed: it contains a file that cannot be used"));
}

/* What wins at the next boot may be in what cannot be read. */
static void unreadable(void **state)
{
	struct fixture *fixture = *state;
	char path[256];

	if (getuid() != 0)
		skip();
	make_dir(fixture, "etc");
	make_link(fixture, "etc/a.conf", "nowhere");
	assert_int_equal(edit(fixture, ADD), -EINVAL);
	take_away(fixture, "etc/a.conf");
	make_link(fixture, "etc/a.conf", "a.conf");
	assert_int_equal(edit(fixture, ADD), -ELOOP);
	take_away(fixture, "etc/a.conf");
	snprintf(path, sizeof(path), "%s/etc/a.conf", fixture->root);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(edit(fixture, ADD), -EINVAL);
	take_away(fixture, "etc/a.conf");
	make_file(fixture, "etc/a.conf", "[reconfigure-device a]\nmode=devdax\n");
	assert_int_equal(edit(fixture, ADD), -EINVAL);
	assert_non_null(strstr(said, "a mistake that may concern any device"));
	take_away(fixture, "etc/a.conf");
	assert_int_equal(edit(fixture, ADD), 0);
}

static const char first_section[] = "[create-device a]\nregion.path=/x\n";
static const char other_section[] = "[create-device b]\nregion.path=/y\n";

/* The files in the directory, hidden ones too. */
static int edit_file_count(void)
{
	DIR *files = opendir(directory);
	int count = 0;

	assert_non_null(files);
	for (const struct dirent *entry; (entry = readdir(files));)
		count += entry->d_type != DT_DIR;
	closedir(files);
	return count;
}

/* What an editor writes between our look and our rename. */
static void edited_by_others(void **state)
{
	static const char *const files[] = {"etc/persist.conf", "etc/b.conf"};
	struct fixture *fixture = *state;
	unsigned tries = 0;

	if (getuid() != 0)
		skip();
	snprintf(directory, sizeof(directory), "%s/etc", fixture->root);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		AUTO_CONFIG_EDIT struct config_edit *edit = NULL;
		make_file(fixture, "etc/persist.conf", first_section);
		assert_int_equal(config_edit_new(directory, &edit), 0);
		assert_int_equal(config_edit_set(edit, config_edit_config(edit)->sections,
					 to_devdax, ARRAY_SIZE(to_devdax)),
			0);
		make_file(fixture, files[i], "%s%s", i ? "" : first_section, other_section);
		assert_int_equal(config_edit_commit(edit), CONFIG_CHANGED);
		assert_file(fixture, files[i],
			i ? other_section
			  : "[create-device a]\nregion.path=/x\n"
			    "[create-device b]\nregion.path=/y\n");
	}
	assert_false(config_edit_again(directory, -EINVAL, &tries));
	for (int i = 1; i < 5; i++)
		assert_true(config_edit_again(directory, CONFIG_CHANGED, &tries));
	struct capture capture = capture_start();
	assert_false(config_edit_again(directory, CONFIG_CHANGED, &tries));
	capture_end(capture, said, sizeof(said));
	assert_non_null(strstr(said, "other programs keep changing it"));
	char *tree = tree_text(fixture);
	assert_null(strstr(tree, "daxctl-new"));
	free(tree);
}

/* "Cannot look" is not "changed": whoever cannot open another file is told so, and tries once. */
static void no_more_files(void **state)
{
	AUTO_CONFIG_EDIT struct config_edit *edit = NULL;
	struct fixture *fixture = *state;
	struct rlimit before, limit;
	int err = -EMFILE, refused = 0;

	if (getuid() != 0)
		skip();
	make_file(fixture, "etc/persist.conf", first_section);
	snprintf(directory, sizeof(directory), "%s/etc", fixture->root);
	assert_int_equal(config_edit_new(directory, &edit), 0);
	assert_int_equal(config_edit_set(edit, config_edit_config(edit)->sections, to_devdax,
				 ARRAY_SIZE(to_devdax)),
		0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	struct capture capture = capture_start();
	int next = dup(0);
	close(next);
	for (int files = next; err && files < next + 32; files++) {
		limit = (struct rlimit){(rlim_t)files, before.rlim_max};
		setrlimit(RLIMIT_NOFILE, &limit);
		err = config_edit_commit(edit);
		refused += err == -EMFILE;
		if (err && err != -EMFILE)
			break;
	}
	setrlimit(RLIMIT_NOFILE, &before);
	capture_end(capture, said, sizeof(said));
	assert_int_equal(err, 0);
	/* The directory, the file beside, and the last look. */
	assert_true(refused >= 3);
	assert_int_equal(file_is_at(AT_FDCWD, directory, -1), -EBADF);
}

/* A --persist that was killed leaves its file; the next one takes it away. */
static void killed(void **state)
{
	struct fixture *fixture = *state;

	if (getuid() != 0)
		skip();
	make_file(fixture, "etc/persist.conf", first_section);
	make_file(fixture, "etc/.persist.conf.daxctl-new", "half a sec");
	assert_int_equal(edit(fixture, SET), 0);
	char *tree = tree_text(fixture);
	assert_null(strstr(tree, "daxctl-new"));
	free(tree);
}

/* Several files in one change: what we wrote ourselves is no change of others. */
static void two_files(void **state)
{
	AUTO_CONFIG_EDIT struct config_edit *edit = NULL;
	struct fixture *fixture = *state;

	if (getuid() != 0)
		skip();
	snprintf(directory, sizeof(directory), "%s/etc", fixture->root);
	make_file(fixture, "etc/a.conf", first_section);
	make_file(fixture, "etc/b.conf", other_section);
	assert_int_equal(config_edit_new(directory, &edit), 0);
	const struct section *section = config_edit_config(edit)->sections;
	assert_int_equal(config_edit_remove(edit, section), 0);
	assert_int_equal(config_edit_add(edit, "create-device", "c", to_devdax, 1), 0);
	assert_int_equal(config_edit_remove(edit, section->next), 0);
	assert_int_equal(config_edit_commit(edit), 0);
	assert_file(fixture, "etc/b.conf", "");
}

/* An editor that writes into the file itself and is not done: what it writes then is not lost. */
static void open_for_writing(void **state)
{
	AUTO_CONFIG_EDIT struct config_edit *edit = NULL;
	struct fixture *fixture = *state;
	char path[256];

	if (getuid() != 0)
		skip();
	snprintf(directory, sizeof(directory), "%s/etc", fixture->root);
	snprintf(path, sizeof(path), "%s/etc/a.conf", fixture->root);
	make_file(fixture, "etc/a.conf", first_section);
	assert_int_equal(config_edit_new(directory, &edit), 0);
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	const struct section *section = config_edit_config(edit)->sections;
	assert_int_equal(config_edit_set(edit, section, to_devdax, ARRAY_SIZE(to_devdax)), 0);
	assert_int_equal(config_edit_commit(edit), CONFIG_CHANGED);
	assert_int_equal(write(fd, "# mine\n", 7), 7);
	close(fd);
	assert_file(fixture, "etc/a.conf", "[create-device a]\nregion.path=/x\n# mine\n");
	assert_int_equal(edit_file_count(), 1);
}

/* A server refuses leases for reasons of its own: that is no writer, for ever. */
static void lease_of_server(void **state)
{
	static const long types[] = {0x6969, 0xff534d42, 0xfe534d42};
	struct fixture *fixture = *state;
	char path[300];

	if (getuid() != 0)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		make_file(fixture, "etc/a.conf", first_section);
		snprintf(path, sizeof(path), "%s/etc/a.conf", fixture->root);
		/* This kernel refuses the lease because of it. */
		int fd = open(path, O_WRONLY | O_CLOEXEC);
		strange.type = types[i];
		int err = edit(fixture, REMOVE);
		strange.type = 0;
		close(fd);
		assert_int_equal(err, 0);
		assert_file(fixture, "etc/a.conf", "");
		assert_int_equal(edit_file_count(), 1);
	}
}

/* Removes the sections of a.conf and b.conf in one change. */
static int remove_both(struct fixture *fixture)
{
	AUTO_CONFIG_EDIT struct config_edit *edit = NULL;

	make_file(fixture, "etc/a.conf", first_section);
	make_file(fixture, "etc/b.conf", other_section);
	snprintf(directory, sizeof(directory), "%s/etc", fixture->root);
	struct capture capture = capture_start();
	int err = config_edit_new(directory, &edit);
	const struct section *section = err ? NULL : config_edit_config(edit)->sections;
	err = err ?: config_edit_remove(edit, section);
	err = err ?: config_edit_remove(edit, section->next);
	err = err ?: config_edit_commit(edit);
	capture_end(capture, said, sizeof(said));
	return err;
}

/* FAT and exFAT: a copy is kept. */
static void without_links(void **state)
{
	static const int link_errors[] = {0, EPERM, EOPNOTSUPP, ENOSYS};
	struct fixture *fixture = *state;
	char path[300];

	if (getuid() != 0)
		skip();
	strange.exchange_error = EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(link_errors); i++) {
		strange.link_error = link_errors[i];
		assert_int_equal(edit(fixture, ADD), 0);
		assert_int_equal(edit_file_count(), 1);
		take_away(fixture, "etc/persist.conf");
		assert_int_equal(remove_both(fixture), 0);
		assert_file(fixture, "etc/a.conf", "");
		assert_file(fixture, "etc/b.conf", "");
		strange.renames_until_error = 2;
		assert_int_equal(remove_both(fixture), -ENOSPC);
		assert_file(fixture, "etc/a.conf", first_section);
		assert_file(fixture, "etc/b.conf", other_section);
		snprintf(path, sizeof(path), "%s/a.conf", directory);
		strange.edited = path;
		assert_int_equal(remove_both(fixture), CONFIG_CHANGED);
		assert_file(fixture, "etc/a.conf", "[create-device a]\nregion.path=/x\n# mine\n");
		assert_file(fixture, "etc/b.conf", other_section);
		assert_int_equal(edit_file_count(), 2);
		take_away(fixture, "etc/a.conf");
		take_away(fixture, "etc/b.conf");
	}
	memset(&strange, 0, sizeof(strange));
}

/* The umask of the caller does not decide who can read the configuration. */
static void any_umask(void **state)
{
	struct fixture *fixture = *state;
	struct stat found;
	char path[300];

	if (getuid() != 0)
		skip();
	mode_t before = umask(0777);
	int err = edit(fixture, ADD);
	umask(before);
	assert_int_equal(err, 0);
	assert_int_equal(stat(directory, &found), 0);
	assert_int_equal(found.st_mode, S_IFDIR | 0755);
	snprintf(path, sizeof(path), "%s/persist.conf", directory);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode, S_IFREG | 0644);
}

/* ---- what an interrupted commit has left ---- */

/* Leaves a.conf and b.conf with new texts beside them. Each record of the journal begins with
 * @name's inode, size and time; @records of them are there, and @end after them. */
static void leave_journal(struct fixture *fixture, int records, const char *end)
{
	static const char *const names[] = {"a", "b"};
	char path[512], text[1024];
	struct stat old, new_text;
	size_t used = 0;

	snprintf(directory, sizeof(directory), "%s/etc", fixture->root);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "etc/.%s.conf.daxctl-new", names[i]);
		make_file(fixture, path, "# new %s\n", names[i]);
		snprintf(path, sizeof(path), "etc/%s.conf", names[i]);
		make_file(fixture, path, "# old %s\n", names[i]);
		snprintf(path, sizeof(path), "%s/%s.conf", directory, names[i]);
		assert_int_equal(stat(path, &old), 0);
		snprintf(path, sizeof(path), "%s/.%s.conf.daxctl-new", directory, names[i]);
		assert_int_equal(stat(path, &new_text), 0);
		if (i < records)
			used += 1 +
				(size_t)snprintf(text + used, sizeof(text) - used,
					"%ju %ju %jd.%09ld %ju %s/%s.conf", (uintmax_t)old.st_ino,
					(uintmax_t)old.st_size, (intmax_t)old.st_mtim.tv_sec,
					old.st_mtim.tv_nsec, (uintmax_t)new_text.st_ino, directory,
					names[i]);
	}
	memcpy(text + used, end, strlen(end) + 1);
	used += *end ? strlen(end) + 1 : 0;
	snprintf(path, sizeof(path), "%s/.daxctl-commit", directory);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, text, used), used);
	close(fd);
}

static void completed(void **state)
{
	static const struct {
		int records;
		const char *end, *a, *b;
	} rows[] = {
		{2, "end 2", "# new a\n", "# new b\n"},
		/* Cut short: no file was replaced before the journal was whole. */
		{2, "", "# old a\n", "# old b\n"},
		{1, "", "# old a\n", "# old b\n"},
		{1, "end 2", "# old a\n", "# old b\n"},
		{0, "", "# old a\n", "# old b\n"},
	};
	struct fixture *fixture = *state;

	if (getuid() != 0)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		leave_journal(fixture, rows[i].records, rows[i].end);
		assert_true(config_is_interrupted(directory));
		assert_int_equal(config_complete(directory), 0);
		assert_false(config_is_interrupted(directory));
		assert_file(fixture, "etc/a.conf", rows[i].a);
		assert_file(fixture, "etc/b.conf", rows[i].b);
	}
}

/* An edit in place keeps the inode. */
static void edited_after_interruption(void **state)
{
	struct fixture *fixture = *state;
	char path[300];

	if (getuid() != 0)
		skip();
	leave_journal(fixture, 2, "end 2");
	snprintf(path, sizeof(path), "%s/b.conf", directory);
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(fd, "# mine\n", 7), 7);
	struct capture capture = capture_start();
	int err = config_complete(directory);
	capture_end(capture, said, sizeof(said));
	assert_int_equal(err, 0);
	assert_non_null(strstr(said, "b.conf: has been edited after daxctl was interrupted"));
	assert_file(fixture, "etc/a.conf", "# old a\n");
	assert_file(fixture, "etc/b.conf", "# old b\n# mine\n");
	close(fd);
	assert_int_equal(edit_file_count(), 2);
	/* One that still writes: the journal stays for the next one. */
	leave_journal(fixture, 2, "end 2");
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	capture = capture_start();
	err = config_complete(directory);
	capture_end(capture, said, sizeof(said));
	assert_int_equal(err, -EBUSY);
	assert_true(config_is_interrupted(directory));
	assert_file(fixture, "etc/b.conf", "# old b\n");
	close(fd);
	assert_int_equal(config_complete(directory), 0);
	assert_file(fixture, "etc/b.conf", "# new b\n");
	assert_int_equal(edit_file_count(), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(lines),
		fixture_test(new_file),
		fixture_test(owner_and_link),
		fixture_test(refused),
		fixture_test(unreadable),
		fixture_test(edited_by_others),
		fixture_test(no_more_files),
		fixture_test(killed),
		fixture_test(two_files),
		fixture_test(open_for_writing),
		fixture_test(lease_of_server),
		fixture_test(without_links),
		fixture_test(any_umask),
		fixture_test(completed),
		fixture_test(edited_after_interruption),
	};

	say_init("daxctl", "create-device");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
