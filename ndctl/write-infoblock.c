/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/size.h"
#include "../util/verb.h"
#include "find.h"
#include "verbs.h"

static struct filters filters;
static int verbose;
static const char *output, *uuid_text, *parent_text, *restore;
static bool to_stdout;
static int mode, map;
static struct size_option size, align, offset;

static const struct choice maps[] = {
	{"mem", NDCTL_PFN_LOC_RAM},
	{"dev", NDCTL_PFN_LOC_PMEM},
	{NULL, 0},
};

/* List only modes whose info block this verb can write. */
static const struct choice info_modes[] = {
	{"fsdax", 1 + NDCTL_NS_MODE_FSDAX},
	{"memory", 1 + NDCTL_NS_MODE_FSDAX},
	{"devdax", 1 + NDCTL_NS_MODE_DEVDAX},
	{"dax", 1 + NDCTL_NS_MODE_DEVDAX},
	{NULL, 0},
};

static const struct option options[] = {
	{'b', "bus", OPT_TEXT, &filters.bus, "bus",
		"only on this bus, by number, name or provider"},
	{'r', "region", OPT_TEXT, &filters.region, "region", "only in this region"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step"},
	{'o', "output", OPT_TEXT, &output, "file", "file to write the block to, at offset 4 KiB"},
	{'c', "stdout", OPT_FLAG, &to_stdout, NULL, "write to standard output"},
	{'m', "mode", OPT_CHOICE, &mode, "mode", "mode of the namespace (default: fsdax)",
		.choices = info_modes, .any_case = true},
	{'s', "size", OPT_SIZE, &size, "size",
		"size of the namespace (default: that of the target)"},
	{'a', "align", OPT_SIZE, &align, "align",
		"alignment of mappings (default: 2M, on a namespace 4K)"},
	{'u', "uuid", OPT_TEXT, &uuid_text, "uuid", "uuid of the content (default: a new one)"},
	{'M', "map", OPT_CHOICE, &map, "place",
		"where to keep struct pages: in RAM, or on the device (default: dev)",
		.choices = maps},
	{'p', "parent-uuid", OPT_TEXT, &parent_text, "uuid",
		"uuid of the namespace (default: that of its label, or zeros)"},
	{'O', "offset", OPT_SIZE, &offset, "offset",
		"address at which the namespace begins (default: 0)"},
	{0, "restore", OPT_TEXT, &restore, "file",
		"write back what a failed command saved to this file, and nothing else"},
};

/* Fields of the block that the command line gives, whatever the target. */
struct wish {
	struct ndctl_infoblock info;
	unsigned written;
};

static int check_words(int count, char **args)
{
	if (align.given && (align.bytes < 4096 || align.bytes & (align.bytes - 1)))
		return usage_error("invalid --align %s: must be a power of two and at least 4096",
			size_short(align.bytes).text);
	if (align.bytes > UINT32_MAX)
		return usage_error(
			"invalid --align %s: must be below 4 GiB", size_short(align.bytes).text);
	if (count && (output || to_stdout))
		return usage_error("a namespace, --output and --stdout exclude each other");
	if (!count && !output && !to_stdout)
		return usage_error("missing target: name a namespace, 'all', --output or --stdout");
	if (restore &&
		(count != 1 || strcmp(args[0], "all") == 0 || size.given || align.given ||
			offset.given || mode || map || uuid_text || parent_text))
		return usage_error("--restore takes one namespace and no other properties");
	if (to_stdout && !size.given)
		return usage_error("--stdout requires --size");
	return 0;
}

static int fill_wish(struct wish *wish)
{
	struct ndctl_infoblock *info = &wish->info;

	*wish = (struct wish){0};
	info->kind = mode == 1 + NDCTL_NS_MODE_DEVDAX ? NDCTL_INFOBLOCK_DAX : NDCTL_INFOBLOCK_PFN;
	if (uuid_text && uuid_parse(uuid_text, info->uuid))
		return usage_error("--uuid: '%s' is not a uuid", uuid_text);
	if (parent_text && uuid_parse(parent_text, info->parent_uuid))
		return usage_error("--parent-uuid: '%s' is not a uuid", parent_text);
	return 0;
}

static int make_block(const char *target, const struct ndctl_infoblock *wanted,
	unsigned long long bytes, unsigned long default_align, char *block)
{
	struct ndctl_infoblock info = *wanted;
	int err = ndctl_infoblock_layout(&info, map ? (enum ndctl_pfn_loc)map : NDCTL_PFN_LOC_PMEM,
		bytes, offset.bytes, align.given ? align.bytes : default_align);

	if (err == -EINVAL) {
		say_error("%s: too large for an info block: %s from offset %s on", target,
			size_short(bytes).text, size_short(offset.bytes).text);
		return err;
	}
	if (err) {
		say_error(
			"%s: %s leave no room for data behind the struct pages with an alignment of %s",
			target, size_short(bytes).text,
			size_short(align.given && align.bytes > 2 << 20 ? align.bytes : 2 << 20)
				.text);
		return err;
	}
	if (uuid_is_null(info.uuid))
		uuid_generate(info.uuid);
	return ndctl_infoblock_format(&info, block);
}

static int write_namespace_blocks(void *object, const void *data)
{
	struct wish wish = *(const struct wish *)data;
	unsigned long long bytes = size.given ? size.bytes : ndctl_namespace_get_size(object);
	char block[NDCTL_INFOBLOCK_SIZE];

	if (ndctl_namespace_get_size(object) == 0) {
		say_error("%s: cannot write the info block: the namespace has no capacity",
			ndctl_namespace_get_devname(object));
		return -ENXIO;
	}
	if (!parent_text)
		ndctl_namespace_get_uuid(object, wish.info.parent_uuid);
	int err = make_block(ndctl_namespace_get_devname(object), &wish.info, bytes, 4096, block);
	return err ?: ndctl_namespace_write_infoblock(object, block);
}

static int restore_namespace_block(void *object, const void *data)
{
	return ndctl_namespace_restore_infoblock(object, restore);
}

static int write_all(int fd, const char *bytes, size_t count, off_t at)
{
	for (size_t done = 0; done < count;) {
		ssize_t now = at < 0 ? write(fd, bytes + done, count - done)
				     : pwrite(fd, bytes + done, count - done, at + (off_t)done);
		if (now <= 0)
			return now ? -errno : -EIO;
		done += (size_t)now;
	}
	return 0;
}

static int write_stdout(const struct wish *wish)
{
	char area[NDCTL_INFOBLOCK_AREA] = {0};
	int err = make_block(
		"standard output", &wish->info, size.bytes, 2 << 20, area + NDCTL_INFOBLOCK_SIZE);

	if (err)
		return err;
	err = write_all(STDOUT_FILENO, area, sizeof(area), -1);
	if (err)
		say_error("cannot write to standard output: %s", strerror(-err));
	return err;
}

/* Create the file only if the block can be made. */
static int write_blocks_to_file(const struct wish *wish)
{
	char area[NDCTL_INFOBLOCK_AREA] = {0};
	struct stat status = {0};

	stat(output, &status);
	int err = make_block(typed(output), &wish->info,
		size.given ? size.bytes : (unsigned long long)status.st_size, 2 << 20,
		area + NDCTL_INFOBLOCK_SIZE);
	if (err)
		return err;
	int fd = open(output, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	err = fd < 0 ? -errno : write_all(fd, area, sizeof(area), 0);
	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	if (err)
		say_error("%s: cannot be written: %s", typed(output), strerror(-err));
	return err;
}

static struct outcome write_infoblock_file(const struct wish *wish)
{
	int err = to_stdout ? write_stdout(wish) : write_blocks_to_file(wish);

	return (struct outcome){.done = !err, .error = err};
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};
	struct outcome outcome = {0};
	struct wish wish;
	int err = check_words(count, args) ?: fill_wish(&wish);

	if (err)
		return err;
	err = targets_namespaces(context, &filters, count, args, &targets);
	if (err > 0)
		return err;
	tell_steps(context, verbose > 0);
	if (!err)
		outcome = restore ? targets_change(context, &targets, restore_namespace_block, NULL)
			: count	  ? targets_change(context, &targets, write_namespace_blocks, &wish)
				  : write_infoblock_file(&wish);
	say_count("wrote", outcome.done, "infoblock");
	return err ?: outcome.error;
}

const struct verb verb_write_infoblock = {
	.name = "write-infoblock",
	.summary = "write an fsdax or devdax info block to a namespace or an image of one",
	.argument = "namespace",
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
