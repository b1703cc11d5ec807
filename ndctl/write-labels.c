/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dimms.h"
#include "verbs.h"

static const char *input;
static struct dimm_options dimm_options;
static struct span span;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
	SPAN_OPTIONS(span),
	{'i', "input", OPT_TEXT, &input, "file", "file to read (default: standard input)"},
};

/* Return the bytes of the label area, or a negative errno. */
static ssize_t area_size(struct ndctl_dimm *dimm)
{
	AUTO_CMD struct ndctl_cmd *cmd = ndctl_dimm_cmd_new_cfg_size(dimm);

	if (!cmd)
		return -errno;
	int err = ndctl_cmd_submit(cmd);
	return err < 0 ? err : (ssize_t)ndctl_cmd_cfg_size_get_size(cmd);
}

/* Read at most @most bytes. Returns how many, or a negative errno that was printed. */
static ssize_t read_input(char *bytes, size_t most)
{
	bool standard = !input;
	size_t size = 0;

	errno = 0;
	FILE *file = standard ? stdin : fopen(input, "re");
	if (file)
		size = fread(bytes, 1, most, file);
	int error = !file || ferror(file) ? errno ?: EIO : 0;
	if (file && !standard)
		fclose(file);
	if (error)
		say_error("%s cannot be read: %s", standard ? "standard input" : typed(input),
			strerror(error));
	return error ? -error : (ssize_t)size;
}

/* Refuse input that does not fit: it is the content of another area. */
static int check_input(const char *name, ssize_t size, size_t most)
{
	if (size < 0)
		return (int)size;
	if (size == 0) {
		say_error("%s: the input is empty", name);
		return -ENODATA;
	}
	if ((size_t)size > most) {
		say_error("%s: the input is longer than the %zu bytes of the label area to write",
			name, most);
		say_hint("write its beginning: --size %zu", most);
		return -EFBIG;
	}
	return 0;
}

static int write_dimm_labels(void *dimm, const void *data)
{
	const char *name = ndctl_dimm_get_devname(dimm);
	ssize_t area = area_size(dimm);

	if (area < 0)
		return (int)area;
	if (span.offset >= (uint64_t)area) {
		say_error("%s: offset %ju is beyond the %zd bytes of the label area", name,
			(uintmax_t)span.offset, area);
		return -EINVAL;
	}
	size_t most = (size_t)area - span.offset;
	bool cut = span.size && span.size <= most;
	if (cut)
		most = span.size;
	AUTO_FREE char *bytes = malloc(most + 1);
	if (!bytes)
		return -ENOMEM;
	ssize_t size = read_input(bytes, most + !cut);
	int err = check_input(name, size, most);
	if (err)
		return err;
	err = ndctl_dimm_write_labels(dimm, bytes, (size_t)size, span.offset);
	if (!err && (size_t)size < most)
		say_warning("%s: the input ends after %zd of %zu bytes: the rest stays as it is",
			name, size, most);
	if (!err && ndctl_dimm_validate_labels(dimm) < 0)
		say_warning("%s", ndctl_get_error(ndctl_dimm_get_ctx(dimm)));
	return err;
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};
	int status = dimms_find(context, &dimm_options, count, args, &targets);

	if (status)
		return status;
	if (targets.count > 1)
		return usage_error("write-labels takes one DIMM at a time");
	return dimms_outcome(targets_change(context, &targets, write_dimm_labels, NULL), "wrote");
}

const struct verb verb_write_labels = {
	.name = "write-labels",
	.summary = "write the label area of a DIMM",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
