/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <uuid/uuid.h>

#include <base/cleanup.h>

/*
 * The configuration decides how memory is used after each boot: files *.conf in the directory of
 * daxctl_get_config_path(), in the natural order of their names; see daxctl.conf(5). The first word
 * of a section's name is its kind; sections of other kinds belong to other programs. Only root may
 * own and write the directory and the files.
 */
enum section_kind {
	SECTION_RECONFIGURE = 1 << 0,
	SECTION_CREATE = 1 << 1,
};

/* The keys of a section. */
enum section_key {
	KEY_UUID = 1 << 0,
	KEY_REGION_RANGE = 1 << 1,
	KEY_REGION_PATH = 1 << 2,
	KEY_TARGET_NODE = 1 << 3,
	KEY_MODE = 1 << 4,
	KEY_ONLINE = 1 << 5,
	KEY_MOVABLE = 1 << 6,
	KEY_MEMMAP = 1 << 7,
	KEY_MAP = 1 << 8,
	KEY_ALIGN = 1 << 9,
	KEY_SIZE = 1 << 10,
	KEY_RANGES = 1 << 11,

	KEYS_REGION = KEY_REGION_RANGE | KEY_REGION_PATH | KEY_TARGET_NODE,
};

struct section {
	struct section *next; /* in the order of files and lines */
	char *file;	      /* path, for messages */
	char *name;	      /* in lower case, "create-device dax0.1" */
	size_t line;	      /* of the header; during the read, of the line being read */
	enum section_kind kind;
	/* Not to be applied: it has a mistake, which was reported, or it is @foreign. */
	bool wrong;
	bool foreign;	/* not for the scope of the read: only its name counts */
	unsigned given; /* enum section_key */

	uuid_t uuid;
	struct daxctl_range region_range;
	char *region_path; /* a pattern of fnmatch(3) */
	uint64_t target_node;

	enum daxctl_dev_mode mode;
	bool online, movable, memmap;
	uint64_t align, size;
	struct daxctl_range *ranges;
	size_t range_count;
};

/*
 * The device that the configuration is read for. Sections for other devices are not evaluated; a
 * read without a scope reports their mistakes.
 */
struct config_scope {
	/* The uuid of its namespace, as text; NULL: keys of its region identify it. */
	const char *uuid;
	/* Take sections with map = none, of @uuid if it is set; otherwise sections without it. */
	bool nomap;
	/* Whether a section that names a region may be for the device. */
	bool (*may_fit)(const struct section *section, void *data);
	void *data;
};

struct config {
	struct section *sections;
	struct section **end; /* the place of the next one; NULL: the list is empty */
	void *names; /* tsearch(3): one section of each name, not a foreign one if possible */
	const struct config_scope *scope; /* during the read; NULL: all */
	bool first_only;		  /* during the read: stop at the first match */
	bool found;			  /* a section or mistake may be for the scope */
	bool wrong;			  /* a mistake may concern any device */
	unsigned mistakes;		  /* of all sections */
	int err;			  /* of a file that cannot be used, or 0 */
};

/* Reads all files. Prints an error with file, section and key for each mistake, and goes on with
 * the next section or file. Returns 0, also for a missing directory, or a negative errno after
 * printing an error if the directory cannot be used: -EPERM if others than root can write it. */
int config_read(const char *path, struct config **config);
/* The same for @scope only. */
int config_read_for(const char *path, const struct config_scope *scope, struct config **config);
/* Whether config_read_for() would find a section or a mistake. Prints nothing, and stops reading at
 * the first match. */
bool config_may_concern(const char *path, const struct config_scope *scope);
/* Adds the sections in @size bytes of @text, and takes @text over. Returns 0 or -ENOMEM. */
int config_parse(struct config *config, const char *file, char *text, size_t size);
void config_free(struct config *config);
void config_free_section(struct section *section);

static inline void cleanup_config(struct config **config)
{
	config_free(*config);
}
#define AUTO_CONFIG CLEANUP(cleanup_config)

/* Reads the file @name in @directory (@path is for messages), which must be a text file that only
 * root owns and writes. Stores the text in @text, with a NUL after it; the caller frees it. Returns
 * 0, or a negative errno after printing an error, except for -ENOENT. */
int config_read_file(int directory, const char *path, const char *name, char **text, size_t *size);
/* Whether the configuration includes a file of this name, for scandir(3). */
int config_is_file_name(const struct dirent *entry);
/* Opens the directory and checks its owner. Prints no error for -ENOENT. */
int config_open_directory(const char *path);

/*
 * Finds the section for the namespace with this uuid. Returns 0 and stores it, or -ENOENT if there
 * is none, or after printing an error that begins with @name:
 *   -EINVAL  it has a mistake, or another mistake may concern any device
 *   -EEXIST  there are two
 *   another  a file cannot be used
 */
int config_find_uuid(const struct config *config, const uuid_t uuid, const char *name,
	const struct section **section);
