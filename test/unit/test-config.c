/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <config/config.h>
#include <util/say.h>

#include "fixture.h"

/* daxctl.conf(5): the parser, mistakes, who may write. */

static char said[8192];

#define UUID_A "6fd7bb62-0155-4bb6-8b22-a875b2c26262"
#define UUID_B "89fdb8d9-aa6d-4dae-ac93-8b18a035671d"
#define MIB    (UINT64_C(1) << 20)

static int read_all(struct fixture *fixture, struct config **config)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/etc", fixture->root);
	struct capture capture = capture_start();
	int err = config_read(path, config);
	capture_end(capture, said, sizeof(said));
	return err;
}

static int find(struct fixture *fixture, const char *text, const struct section **section,
	struct config **config)
{
	uuid_t uuid;

	uuid_parse(text, uuid);
	config_free(*config);
	*config = NULL;
	int err = read_all(fixture, config);
	char before[sizeof(said)];
	memcpy(before, said, sizeof(said));
	struct capture capture = capture_start();
	if (!err)
		err = config_find_uuid(*config, uuid, "dax1.0", section);
	capture_end(capture, said, sizeof(said));
	memmove(said + strlen(before), said, sizeof(said) - strlen(before));
	memcpy(said, before, strlen(before));
	return err;
}

static void sections_of_76_1(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CONFIG struct config *config = NULL;
	const struct section *section;

	if (getuid() != 0)
		skip();
	assert_int_equal(find(fixture, UUID_A, &section, &config), -ENOENT);
	make_file(fixture, "etc/a.conf",
		"# comment\n[reconfigure-device a]\nnvdimm.uuid = " UUID_A "\n"
		"[auto-online b]\nnvdimm.uuid = " UUID_B "\nis not ours\n");
	make_file(fixture, "etc/other", "[reconfigure-device c]\nnvdimm.uuid = " UUID_B "\n");
	assert_int_equal(find(fixture, UUID_A, &section, &config), 0);
	assert_int_equal(section->mode, DAXCTL_DEV_MODE_RAM);
	assert_true(section->online && section->movable);
	assert_int_equal(find(fixture, UUID_B, &section, &config), -ENOENT);
	/* C5: what others keep there is told, and no mistake. */
	assert_non_null(strstr(said, "warning: "));
	assert_non_null(strstr(said, "a.conf:4: [auto-online b]: ignored"));
	assert_int_equal(config->mistakes, 0);

	make_file(fixture, "etc/b.conf",
		"[Reconfigure-Device B] \r\n NVDIMM.UUID=\"%s\" ; that one\nmode=devdax\n"
		"online=False\nmovable=\\\nfalse\n",
		"89FDB8D9-AA6D-4DAE-AC93-8B18A035671D");
	assert_int_equal(find(fixture, UUID_B, &section, &config), 0);
	assert_int_equal(section->mode, DAXCTL_DEV_MODE_DEVDAX);
	assert_false(section->online || section->movable);
	assert_string_equal(section->name, "reconfigure-device b");
}

static void all_keys(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CONFIG struct config *config = NULL;

	if (getuid() != 0)
		skip();
	make_file(fixture, "etc/a.conf",
		"[create-device x:y]\nregion.range = 0x100000000 - 0x17fffffff\n"
		"region.path=/sys/devices/platform/hmem.*\nregion.target_node=1\n"
		"range.2=0x120000000-0x127ffffff\nrange.1=4563402752-4697620479\n"
		"size=256M\nalign=4k\nmode=system-ram\nmovable=false\nmemmap_on_memory=true\n"
		"[reconfigure-device m]\nnvdimm.uuid=" UUID_A "\nmap=none\nalign=1G\n"
		"[create-device rest]\nregion.path=/platform/hmem.0\n");
	assert_int_equal(read_all(fixture, &config), 0);
	assert_string_equal(said, "");
	const struct section *section = config->sections;
	assert_string_equal(section->name, "create-device x:y");
	assert_int_equal(section->region_range.start, 4096 * MIB);
	assert_int_equal(section->region_range.end, 6144 * MIB - 1);
	assert_string_equal(section->region_path, "/platform/hmem.*");
	assert_int_equal(section->target_node, 1);
	assert_int_equal(section->range_count, 2);
	assert_int_equal(section->ranges[0].start, 4352 * MIB);
	assert_int_equal(section->ranges[1].start, 4608 * MIB);
	assert_int_equal(section->size, 256 * MIB);
	assert_int_equal(section->align, 4096);
	assert_int_equal(section->mode, DAXCTL_DEV_MODE_RAM);
	assert_true(section->online && !section->movable && section->memmap);
	section = section->next;
	assert_int_equal(section->mode, DAXCTL_DEV_MODE_DEVDAX);
	assert_int_equal(section->align, 1024 * MIB);
	assert_int_equal(section->given, KEY_UUID | KEY_MAP | KEY_ALIGN);
	section = section->next;
	assert_int_equal(section->mode, DAXCTL_DEV_MODE_DEVDAX);
	assert_int_equal(section->given, KEY_REGION_PATH);
	assert_null(section->next);
}

#define REGION "region.range=0x100000000-0x17fffffff\n"

/* Each is told with file, section and key, and keeps nothing else from being read. */
static void mistakes(void **state)
{
	static const struct {
		const char *lines, *why;
	} rows[] = {
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nmode=system_ram\n",
			"[reconfigure-device a]: mode: 'system_ram' is not system-ram, devdax or "
			"famfs"},
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nonline=maybe\n",
			"online: 'maybe' is not true or false"},
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nmovable=\n",
			"movable: '' is not true or false"},
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nsize=1G\n", "size: unknown key"},
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nonline=true\nOnline=false\n",
			"online: the key is set twice"},
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\n" REGION,
			"nvdimm.uuid names the device: remove the keys of a region"},
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nalign=4K\n",
			"align: needs map = none: otherwise the namespace decides the alignment"},
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nmap=dev\n",
			"map: 'dev' is not none"},
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nmap=none\nmode=system-ram\n",
			"mode: must be devdax with map = none"},
		{"[reconfigure-device a]\n" REGION "map=none\n", "nvdimm.uuid is missing"},
		{"[reconfigure-device a]\nnvdimm.uuid=x\n",
			"nvdimm.uuid: 'x' is not the uuid of a namespace"},
		{"[reconfigure-device a]\nmode=devdax\n",
			"[reconfigure-device a]: nvdimm.uuid, region.range or region.path is "
			"missing"},
		{"[reconfigure-device a]\nregion.target_node=1\n",
			"region.target_node needs region.range or region.path"},
		{"#\n[reconfigure-device a]\n\nnvdimm.uuid\n",
			"a.conf:4: [reconfigure-device a]: the line is not 'key = value'"},
		{"[reconfigure-device a\nnvdimm.uuid=" UUID_A "\n",
			"a.conf:1: [reconfigure-device a]: the header does not end with ]"},
		/* C5: no header is ignored without a word. */
		{"\n[reconfigure-device]\nnvdimm.uuid=" UUID_A "\n",
			"a.conf:2: [reconfigure-device]: the section has no name"},
		{"[reconfigure-device]\nnvdimm.uuid=" UUID_A "\n",
			"hint: write [reconfigure-device NAME]"},
		{"[reconfigure-device\tx]\nnvdimm.uuid=" UUID_A "\n",
			"hint: write [reconfigure-device x]"},
		{"[recofnigure-device x]\nnvdimm.uuid=" UUID_A "\n",
			"a.conf:1: [recofnigure-device x]: unknown kind of section"},
		{"[create-devcie x]\n" REGION, "hint: write [create-device x]"},
		{"[create x]\n" REGION, "hint: write [create-device x]"},
		{"[reconfigure-device x] y\nnvdimm.uuid=" UUID_A "\n", "does not end with ]"},
		{"[reconfigure-device x] # y\nnvdimm.uuid=" UUID_A "\n", "does not end with"},
		{"# c \\\n[reconfigure-device x]\nnvdimm.uuid=" UUID_A "\n",
			"a.conf:2: the section is ignored: the line before ends with a backslash"},
		{"[reconfigure-device x]\n# c \\\nmode=devdax\nnvdimm.uuid=" UUID_A "\n",
			"a.conf:3: [reconfigure-device x]: the line continues the one before"},
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nmoed=devdax\n",
			"a.conf:3: [reconfigure-device a]: moed: unknown key"},
		{"[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nmoed=devdax\n",
			"hint: did you mean mode?"},
		{"\xef\xbb\xbf[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\n",
			"a.conf:1: the line is before the first section"},
		{"[reconfigure-device \xc2\x9b]\nnvdimm.uuid=" UUID_A "\nx\n",
			"[reconfigure-device \\xc2\\x9b]"},
		{"online=true\n", "a.conf:1: the line is before the first section"},
		{"[create-device a]\nsize=1G\n", "region.range or region.path is missing"},
		{"[create-device a]\n" REGION "nvdimm.uuid=" UUID_A "\n",
			"nvdimm.uuid: unknown key"},
		{"[create-device a]\n" REGION "range.1=5-4\n", "range.1: '5-4' is not a range"},
		{"[create-device a]\n" REGION "range.1=0x0-0xffffffffffffffff\n", "is not a range"},
		{"[create-device a]\n" REGION "range.2=0x1000-0x1fff\n", "range.1 is missing"},
		{"[create-device a]\n" REGION "range.1=0x0-0x1fff\nrange.2=0x1000-0x2fff\n",
			"range.2 overlaps range.1"},
		{"[create-device a]\n" REGION "range.0=0x0-0x1fff\n",
			"unknown range: must be range.1"},
		{"[create-device a]\n" REGION "range.99999999999=0x0-0x1fff\n", "unknown range"},
		{"[create-device a]\n" REGION "range.1=0x0-0x1fff\nsize=4096\n",
			"size: must be the total of the ranges, 8192 bytes"},
		{"[create-device a]\n" REGION "size=0\n", "size: '0' is not a size"},
		{"[create-device a]\n" REGION "align=3M\n", "align: '3M' is not an alignment"},
		{"[create-device a]\nregion.path=hmem.0\n", "region.path: 'hmem.0' is not"},
		{"[create-device a]\n" REGION "region.target_node=-1\n", "target_node: '-1' is"},
		{"[reconfigure-device b]\nnvdimm.uuid=" UUID_A "\n[reconfigure-device b]\n"
		 "nvdimm.uuid=" UUID_A "\n",
			"[reconfigure-device b]: line "},
	};
	struct fixture *fixture = *state;
	AUTO_CONFIG struct config *config = NULL;
	const struct section *section;

	if (getuid() != 0)
		skip();
	make_file(fixture, "etc/b.conf", "[reconfigure-device c]\nnvdimm.uuid=" UUID_B "\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		make_file(fixture, "etc/a.conf", "%s", rows[i].lines);
		int err = find(fixture, UUID_B, &section, &config);
		if (err || !strstr(said, rows[i].why) || !config->mistakes)
			fail_msg("%s: %d: %s", rows[i].lines, err, said);
		err = find(fixture, UUID_A, &section, &config);
		if (!err)
			fail_msg("%s: is in force", rows[i].lines);
	}
}

static void two_for_one(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CONFIG struct config *config = NULL;
	const struct section *section;

	if (getuid() != 0)
		skip();
	make_file(fixture, "etc/a.conf",
		"[reconfigure-device B]\nnvdimm.uuid=" UUID_A "\n"
		"[create-device b]\nregion.path=/x\n");
	make_file(fixture, "etc/b.conf", "[reconfigure-device b]\nnvdimm.uuid=" UUID_B "\n");
	assert_int_equal(find(fixture, UUID_A, &section, &config), -EINVAL);
	assert_non_null(strstr(said, "b.conf:1: [reconfigure-device b]: line "));
	assert_int_equal(find(fixture, UUID_B, &section, &config), -EINVAL);
	/* Of another kind, it is another one. */
	assert_false(config->sections->next->wrong);
	make_file(fixture, "etc/a.conf", "[reconfigure-device a]\nnvdimm.uuid=" UUID_B "\n");
	assert_int_equal(find(fixture, UUID_B, &section, &config), -EEXIST);
	assert_non_null(strstr(said, "both match it"));
}

/* C5: what may be truncated is told; what is too long for the parser is a mistake of its section
 * only. */
static void ends_of_lines(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CONFIG struct config *config = NULL;
	const struct section *section;
	char comment[2000];

	if (getuid() != 0)
		skip();
	memset(comment, 'x', sizeof(comment) - 1);
	comment[sizeof(comment) - 1] = 0;
	make_file(fixture, "etc/a.conf", "[reconfigure-device a]\nnvdimm.uuid=" UUID_A);
	make_file(fixture, "etc/b.conf", "[reconfigure-device b]\n# %s\nnvdimm.uuid=" UUID_B "\n",
		comment);
	assert_int_equal(find(fixture, UUID_A, &section, &config), 0);
	assert_non_null(strstr(said, "warning: "));
	assert_non_null(strstr(said, "a.conf:2: the last line does not end with a newline"));
	assert_non_null(strstr(
		said, "b.conf:2: [reconfigure-device b]: the line is longer than 1000 bytes"));
	assert_int_equal(config->mistakes, 1);
	assert_int_equal(find(fixture, UUID_B, &section, &config), -EINVAL);
}

/* A file that is refused keeps no other from being in force. */
static void others_can_write(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CONFIG struct config *config = NULL;
	const struct section *section;
	char file[256], directory[256];

	if (getuid() != 0)
		skip();
	make_file(fixture, "etc/a.conf", "[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\n");
	make_file(fixture, "etc/b.conf", "[reconfigure-device b]\nnvdimm.uuid=" UUID_B "\n");
	snprintf(directory, sizeof(directory), "%s/etc", fixture->root);
	snprintf(file, sizeof(file), "%s/etc/a.conf", fixture->root);
	assert_int_equal(find(fixture, UUID_A, &section, &config), 0);
	assert_int_equal(chmod(file, 0664), 0);
	assert_int_equal(find(fixture, UUID_A, &section, &config), -EPERM);
	assert_non_null(strstr(said, "a.conf: not used: only root may own and write it"));
	assert_int_equal(find(fixture, UUID_B, &section, &config), 0);
	assert_int_equal(chmod(file, 0644), 0);
	assert_int_equal(chown(file, 7, 0), 0);
	assert_int_equal(find(fixture, UUID_A, &section, &config), -EPERM);
	assert_int_equal(chown(file, 0, 7), 0);
	assert_int_equal(find(fixture, UUID_A, &section, &config), 0);
	make_bytes(fixture, "etc/a.conf", "[\0]", 3);
	assert_int_equal(find(fixture, UUID_A, &section, &config), -EINVAL);
	assert_non_null(strstr(said, "must be a text file"));
	take_away(fixture, "etc/a.conf");
	make_dir(fixture, "etc/a.conf");
	assert_int_equal(find(fixture, UUID_A, &section, &config), -EINVAL);
	assert_non_null(strstr(said, "must be a regular file"));
	take_away(fixture, "etc/a.conf");
	make_link(fixture, "etc/a.conf", "nowhere");
	assert_int_equal(find(fixture, UUID_A, &section, &config), -EINVAL);
	assert_non_null(strstr(said, "a.conf: cannot be read"));
	assert_int_equal(find(fixture, UUID_B, &section, &config), 0);
	assert_int_equal(chmod(directory, 0757), 0);
	assert_int_equal(find(fixture, UUID_B, &section, &config), -EPERM);
	assert_int_equal(chmod(directory, 0755), 0);
}

#define UUID_C "11111111-aa6d-4dae-ac93-8b18a035671d"

static bool is_other_path(const struct section *section, void *data)
{
	return section->given & KEY_REGION_PATH && strcmp(section->region_path, data) == 0;
}

static bool read_for(
	struct fixture *fixture, const struct config_scope *scope, struct config **config)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/etc", fixture->root);
	config_free(*config);
	*config = NULL;
	struct capture capture = capture_start();
	bool concerned = config_may_concern(path, scope);
	capture_end(capture, said, sizeof(said));
	assert_string_equal(said, "");
	capture = capture_start();
	assert_int_equal(config_read_for(path, scope, config), 0);
	capture_end(capture, said, sizeof(said));
	return concerned;
}

static unsigned count_usable(const struct config *config)
{
	unsigned count = 0;

	for (const struct section *section = config->sections; section; section = section->next)
		count += !section->wrong;
	return count;
}

/* F: who is concerned by one device reads what may be for it. */
static void for_one_device(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CONFIG struct config *config = NULL;
	struct config_scope scope = {.uuid = UUID_A};

	if (getuid() != 0)
		skip();
	make_file(fixture, "etc/a.conf",
		"[reconfigure-device a]\nnvdimm.uuid = \"" UUID_A "\"\n"
		"[reconfigure-device b]\nnvdimm.uuid = " UUID_B "\nmoed = devdax\n"
		"[create-device c]\nregion.path = /platform/c\nsize = 2M\n"
		"[create-device d]\nregion.path = /platform/d\nsizze = 2M\n");
	assert_true(read_for(fixture, &scope, &config));
	assert_int_equal(count_usable(config), 1);
	assert_string_equal(said, "");
	scope.uuid = UUID_B;
	assert_true(read_for(fixture, &scope, &config));
	assert_int_equal(count_usable(config), 0);
	assert_non_null(strstr(said, "a.conf:5: [reconfigure-device b]: moed"));
	scope.uuid = UUID_C;
	assert_false(read_for(fixture, &scope, &config));
	assert_string_equal(said, "");
	/* A namespace without struct pages is something else. */
	scope = (struct config_scope){.uuid = UUID_A, .nomap = true};
	assert_false(read_for(fixture, &scope, &config));
	scope.uuid = NULL;
	assert_false(read_for(fixture, &scope, &config));

	scope = (struct config_scope){.may_fit = is_other_path, .data = "/platform/c"};
	assert_true(read_for(fixture, &scope, &config));
	assert_int_equal(count_usable(config), 1);
	assert_string_equal(said, "");
	scope.data = "/platform/d";
	assert_true(read_for(fixture, &scope, &config));
	assert_int_equal(count_usable(config), 0);
	assert_non_null(strstr(said, "a.conf:11: [create-device d]: sizze"));
	scope.data = "/platform/e";
	assert_false(read_for(fixture, &scope, &config));

	/* A backslash may hide what the text does not show; of two of one name neither counts. */
	make_file(fixture, "etc/b.conf", "[reconfigure-device e]\nnvdimm.uuid = \\\n" UUID_C "\n");
	scope = (struct config_scope){.uuid = UUID_C};
	assert_true(read_for(fixture, &scope, &config));
	assert_int_equal(count_usable(config), 1);
	make_file(fixture, "etc/c.conf", "[reconfigure-device e]\nnvdimm.uuid = " UUID_B "\n");
	assert_true(read_for(fixture, &scope, &config));
	assert_int_equal(count_usable(config), 0);
	assert_non_null(strstr(said, "line 1 of "));
	/* What cannot be read may be for anybody. */
	take_away(fixture, "etc/c.conf");
	make_link(fixture, "etc/c.conf", "nowhere");
	scope.uuid = "22222222-aa6d-4dae-ac93-8b18a035671d";
	assert_true(read_for(fixture, &scope, &config));
	assert_non_null(strstr(said, "c.conf: cannot be read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(sections_of_76_1),
		fixture_test(all_keys),
		fixture_test(mistakes),
		fixture_test(two_for_one),
		fixture_test(ends_of_lines),
		fixture_test(others_can_write),
		fixture_test(for_one_device),
	};

	say_init("daxctl", "restore");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
