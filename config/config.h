/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <uuid/uuid.h>

#include <base/cleanup.h>

/*
 * The configuration that says what memory is used as after each boot: files *.conf in the directory
 * of daxctl_get_config_path(), in the natural order of their names; daxctl.conf(5) describes them.
 * A section is for us if its name begins with a kind of ours. Other sections belong to others and
 * are not looked at. Directory and files must belong to root, and nobody else may be able to change
 * them.
 */
enum section_kind {
	SECTION_RECONFIGURE = 1 << 0,
	SECTION_CREATE = 1 << 1,
};

/* The keys that a section has. */
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
	char *file;	      /* for people */
	char *name;	      /* in lower case, "create-device dax0.1" */
	size_t line;	      /* that of the header; while it is read, the one that is looked at */
	enum section_kind kind;
	/* It is not to be applied: there is a mistake in it, which was said, or it is @foreign. */
	bool wrong;
	bool foreign; /* not for whom the configuration is read: only its name counts */
	unsigned given;

	uuid_t uuid;
	struct daxctl_range region_range;
	char *region_path; /* a pattern */
	uint64_t target_node;

	enum daxctl_dev_mode mode;
	bool online, movable, memmap;
	uint64_t align, size;
	struct daxctl_range *ranges;
	size_t range_count;
};

/*
 * Whom the configuration is read for: sections for others are not evaluated, and mistakes in them
 * are left to who reads all.
 */
struct config_scope {
	/* What its identity rests on: the uuid of a namespace, as text, or NULL: keys of a region.
	 */
	const char *uuid;
	/* Sections with map = none, of this uuid or, without one, of any; otherwise those
	 * without. */
	bool nomap;
	/* Whether a section that names a region may be for it. */
	bool (*may_fit)(const struct section *section, void *data);
	void *data;
};

struct config {
	struct section *sections;
	struct section **end; /* where the next one goes; NULL: there is none yet */
	void *names; /* tsearch(3): a section for each name, one that is for us if any is */
	const struct config_scope *scope; /* while it is read; NULL: all */
	bool first_only;		  /* while it is read: until a section is found */
	bool found;			  /* a section, or a mistake, that may be for the scope */
	/* There is a mistake of which nobody can say which device it is for. */
	bool wrong;
	unsigned mistakes; /* all of them */
	int err;	   /* of a file that is not used, 0 if all are */
};

/* Reads all files. An error names file, section and key of a mistake, and keeps neither other
 * sections nor other files from being read. Returns 0, or a negative errno with the error said if
 * the directory itself is not used: -EPERM if others can change it. A directory that is missing has
 * no sections. */
int config_read(const char *path, struct config **config);
/* The same for @scope only. */
int config_read_for(const char *path, const struct config_scope *scope, struct config **config);
/* Whether config_read_for() would find anything, mistakes included. Says nothing, and reads no more
 * than it must. */
bool config_may_concern(const char *path, const struct config_scope *scope);
/* Adds the sections in @size bytes of @text, which is taken over. Returns 0 or -ENOMEM. */
int config_parse(struct config *config, const char *file, char *text, size_t size);
void config_free(struct config *config);
void config_free_section(struct section *section);

static inline void cleanup_config(struct config **config)
{
	config_free(*config);
}
#define AUTO_CONFIG CLEANUP(cleanup_config)

/* Reads the file called @name in @directory (@path is for people), as the configuration is read: it
 * must belong to root alone, and hold text. Stores what is to be freed in @text, with a NUL behind
 * it. Returns 0, or a negative errno with the error said; -ENOENT is not said. */
int config_read_file(int directory, const char *path, const char *name, char **text, size_t *size);
/* Whether a file of this name is read, for scandir(3). */
int config_is_file_name(const struct dirent *entry);
/* Opens the directory. -ENOENT is not said. */
int config_open_directory(const char *path);

/* Finds the section of kind @kind for the namespace with this uuid. Returns 0 and stores it;
 * -ENOENT if there is none; with an error said that begins with @name: -EINVAL if there is a
 * mistake in it, or in one of which nobody can say whose it is; -EEXIST if there are two; or the
 * errno of a file that is not used. */
int config_find_uuid(const struct config *config, const uuid_t uuid, const char *name,
	const struct section **section);
