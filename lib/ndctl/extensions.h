/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NDCTL_EXTENSIONS_H
#define NDCTL_EXTENSIONS_H

#include <ndctl/libndctl.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Functions that only this libndctl has, in version nodes of their own (NDCTL_EXT_n). A program
 * that shall run with other implementations too looks them up with dlsym().
 *
 * With NULL for an object they return -EINVAL, NULL, or 0.
 */

/*
 * Return the last failure in this context as a sentence without newline, and a hint: a command, or
 * what else would help. NULL if nothing failed, or if there is no hint. The strings are valid until
 * the next call that fails.
 */
const char *ndctl_get_error(struct ndctl_ctx *ctx);
const char *ndctl_get_hint(struct ndctl_ctx *ctx);

/* Return the object called @name ("namespace0.1"), without reading attributes of others. NULL if
 * there is none; errno is EINVAL for a NULL argument. */
struct ndctl_namespace *ndctl_namespace_get_by_name(struct ndctl_ctx *ctx, const char *name);
struct ndctl_region *ndctl_region_get_by_name(struct ndctl_ctx *ctx, const char *name);

/*
 * A change is a list of steps, each with its undo. @fn receives each event; @what is a text for
 * people, valid during the call. The number of steps is not known beforehand.
 * Without @fn, the log says what NDCTL_STEP_ENDING would.
 */
enum ndctl_step_event {
	NDCTL_STEP_PLANNED,	/* a dry run would take the step */
	NDCTL_STEP_TAKEN,	/* the step begins */
	NDCTL_STEP_UNDONE,	/* the step was undone, because a later one failed */
	NDCTL_STEP_UNDO_FAILED, /* undoing the step failed */
	NDCTL_STEP_WAITING,	/* @what names the process that holds a lock */
	NDCTL_STEP_CHOSEN,	/* a repair of labels drops or restores the namespace in @what */
	NDCTL_STEP_ENDING,	/* a signal may end the program: @what says what failed */
};
typedef void ndctl_step_fn(
	struct ndctl_ctx *ctx, enum ndctl_step_event event, const char *what, void *data);
/* Sets the function that receives the events, with @data as its last argument; NULL: none. */
void ndctl_set_step_fn(struct ndctl_ctx *ctx, ndctl_step_fn *fn, void *data);

enum ndctl_change_flags {
	NDCTL_CHANGE_FORCE = 1 << 0,	     /* disable an enabled namespace first */
	NDCTL_CHANGE_DRY_RUN = 1 << 1,	     /* check and report the steps, change nothing */
	NDCTL_CHANGE_AUTOLABEL = 1 << 2,     /* initialize labels on DIMMs without any, see below */
	NDCTL_CHANGE_NO_MAP = 1 << 3,	     /* devdax without struct pages, see below */
	NDCTL_CHANGE_NO_RECOVER = 1 << 4,    /* if a step fails, do not undo those before it */
	NDCTL_CHANGE_TAKE_DISABLED = 1 << 5, /* in a region without labels, overwrite its namespace
						if that is disabled */
};
/* A function that does not support one of the flags returns -EINVAL and does nothing. */

/* The properties of a namespace. A member that is zero (@mode: UNKNOWN) leaves the
 * choice to the library. Set @struct_size to
 * sizeof(struct ndctl_namespace_spec); members beyond it count as zero. */
struct ndctl_namespace_spec {
	size_t struct_size;
	unsigned flags;			/* enum ndctl_change_flags */
	enum ndctl_namespace_mode mode; /* UNKNOWN: the present one, or fsdax */
	enum ndctl_pfn_loc map;		/* place of struct pages (fsdax, devdax); NONE: PMEM */
	unsigned long long size;	/* bytes, with metadata; 0: all that is free */
	unsigned long align;		/* bytes (fsdax, devdax); 0: the present one, or 2 MiB */
	unsigned int sector_size; /* 0: the present one, or 4096 (sector mode), 512 (others) */
	const char *name;	  /* alt_name; NULL: the present one, or none */
	uuid_t uuid;		  /* null: a new one */
};

/*
 * Creates a namespace in @region, enables it, and stores it in @ndns (NULL after a dry run). If a
 * step fails, undoes those before it.
 *
 * Struct pages (per-page metadata) take 64 bytes per page of 4 KiB. With NDCTL_CHANGE_NO_MAP a
 * devdax namespace has none, and no info block, so that all of its capacity is usable. Nothing on
 * the medium records that: after disabling or a reboot it is a raw namespace
 * (ndctl_namespace_restore_mapless()). Not every kernel supports this.
 *
 * Returns 0 or a negative errno:
 *   -EINVAL  members of @spec contradict each other, or do not fit the region
 *   -ENOSPC  the region has no free range of that size
 *   -ENODEV  the region is disabled, or has no labels and its one namespace is in use
 *   -EROFS   the region is read-only
 *   -ENXIO   the kernel did not enable the namespace, or does not support NO_MAP
 * or another errno of the kernel.
 */
int ndctl_region_create_namespace(struct ndctl_region *region,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **ndns);

/*
 * Recreates @old with the properties of @spec; those that it leaves open stay, except the uuid. The
 * content is lost. Stores the result, which is @old, in @ndns. With AUTOLABEL, first initializes
 * labels in a region without any, if its DIMMs support them and no other region uses the DIMMs.
 *
 * Returns as ndctl_region_create_namespace() does, and -EBUSY if @old is enabled (without FORCE),
 * mounted, held by another device, mapped, or in use as memory.
 */
int ndctl_namespace_reconfigure(struct ndctl_namespace *old,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **ndns);

/*
 * Makes a raw namespace devdax without struct pages, as NDCTL_CHANGE_NO_MAP made it before a
 * reboot. Writes nothing to the namespace or its label: all data stays, even bytes that look like
 * an info block. @align: alignment of mappings in bytes, 0: 2 MiB. @flags: only
 * NDCTL_CHANGE_DRY_RUN.
 *
 * Returns 0; 1 if it is such a namespace already; or a negative errno: -EBUSY if it is in use,
 * -EINVAL if it is not raw or @align does not fit, -ENXIO if the kernel does not support devdax
 * without struct pages, or another errno of the kernel.
 */
int ndctl_namespace_restore_mapless(
	struct ndctl_namespace *ndns, unsigned long align, unsigned flags);

/*
 * Erases the info block of @ndns and returns the capacity to the region. Does not erase data: a new
 * raw namespace in the same place shows it. In a region without labels the namespace stays,
 * disabled and raw. Returns 0; 1 if there was nothing to do (an unconfigured seed, or neither label
 * nor info block); or a negative errno: -EBUSY as above. @flags: NDCTL_CHANGE_FORCE,
 * NDCTL_CHANGE_DRY_RUN.
 */
int ndctl_namespace_destroy(struct ndctl_namespace *ndns, unsigned flags);

/* Checks whether @ndns could be disabled now. Returns 0, or -EBUSY if it is mounted, held by
 * another device, mapped or in use as memory, or if that cannot be known; ndctl_get_error() names
 * the user. */
int ndctl_namespace_check_idle(struct ndctl_namespace *ndns);

/*
 * The info block near the start of a namespace, which tells the kernel what device to make of it.
 * It is at offset 4096, or at 0 for a btt of version 2.0. (Documentation/driver-api/nvdimm/btt.rst;
 * drivers/nvdimm/pfn.h) Numbers that a kind of block lacks are 0.
 */
#define NDCTL_INFOBLOCK_SIZE 4096
#define NDCTL_INFOBLOCK_AREA 8192

enum ndctl_infoblock_kind {
	NDCTL_INFOBLOCK_NONE,
	NDCTL_INFOBLOCK_BTT, /* sector */
	NDCTL_INFOBLOCK_PFN, /* fsdax */
	NDCTL_INFOBLOCK_DAX, /* devdax */
};

struct ndctl_infoblock {
	enum ndctl_infoblock_kind kind;
	int intact; /* 1 if the checksum is right, else 0 */
	uuid_t uuid, parent_uuid;
	unsigned long long flags, version_major, version_minor;
	/* Offset of the data, from the start of the namespace, or of the arena of a btt. */
	unsigned long long dataoff;
	/* btt; sizes and offsets in bytes, counts of sectors (nlba) and of free blocks (nfree) */
	unsigned long long external_lbasize, external_nlba, internal_lbasize, internal_nlba, nfree,
		infosize, nextoff, mapoff, logoff, info2off;
	/* pfn and dax; @mode is an enum ndctl_pfn_loc; sizes are bytes, @npfns a count of pages */
	unsigned long long npfns, mode, start_pad, end_trunc, align, page_size, page_struct_size;
};

/* Parses the NDCTL_INFOBLOCK_SIZE bytes at @block. Returns 0, also if the checksum is wrong
 * (@intact); -ENOENT if it is not an info block; or -EINVAL for NULL. */
int ndctl_infoblock_parse(const void *block, struct ndctl_infoblock *info);
/* Writes @info, with its checksum, to the NDCTL_INFOBLOCK_SIZE bytes at @block. Returns 0, -EINVAL
 * for kind NONE or NULL, or -ERANGE if a number is too large for its field. */
int ndctl_infoblock_format(const struct ndctl_infoblock *info, void *block);
/* Returns the signature that the block begins with, "NVDIMM_PFN_INFO"; "" for kind NONE. */
const char *ndctl_infoblock_get_signature(const struct ndctl_infoblock *info);
/*
 * Computes the numbers of a pfn or dax block for a namespace of @size bytes at physical address
 * @offset, with mappings aligned to @align bytes and struct pages in @map. Returns 0; -EINVAL if
 * @align is not a power of 2 up to 2 GiB, @map is neither RAM nor PMEM, or a number is out of
 * bounds; -ENXIO if no room is left for data.
 */
int ndctl_infoblock_layout(struct ndctl_infoblock *info, enum ndctl_pfn_loc map,
	unsigned long long size, unsigned long long offset, unsigned long align);

/* Reads the first NDCTL_INFOBLOCK_AREA bytes of a disabled namespace into @bytes. Enables it in raw
 * mode meanwhile, so that its raw block device exists. Returns 0, -EBUSY if the namespace is
 * enabled, -ENXIO if it has no capacity, or another negative errno. */
int ndctl_namespace_read_infoblock(struct ndctl_namespace *ndns, void *bytes);
/* Writes the NDCTL_INFOBLOCK_SIZE bytes of @block to offset 4096, and zeroes an info block at 0.
 * Enables the namespace meanwhile and returns as above. */
int ndctl_namespace_write_infoblock(struct ndctl_namespace *ndns, const void *block);
/* Writes back what a change that failed has saved of this namespace to the file @path, as its hint
 * says. Returns as above, -EINVAL if the file is another namespace's, or -EPERM if others than root
 * can have written it. */
int ndctl_namespace_restore_infoblock(struct ndctl_namespace *ndns, const char *path);

enum ndctl_check_flags {
	NDCTL_CHECK_REPAIR = 1 << 0,	  /* write the repairs */
	NDCTL_CHECK_REWRITE_LOG = 1 << 1, /* with REPAIR: write a new log, in the present format */
	NDCTL_CHECK_FORCE = 1 << 2,	  /* disable an enabled namespace meanwhile */
};

enum ndctl_check_event {
	NDCTL_CHECK_FOUND,    /* @what describes damage */
	NDCTL_CHECK_REPAIRED, /* @what describes a repair that was written */
};
typedef void ndctl_check_fn(
	struct ndctl_namespace *ndns, enum ndctl_check_event event, const char *what, void *data);

/*
 * Checks the block translation table of a sector namespace: info blocks and their copies, map, log,
 * and that each block is used once or free. Writes nothing without REPAIR, or if any damage has no
 * repair or more than one. @fn (NULL: none) receives each finding and repair, with @data.
 *
 * Returns 0 if the table is right, or was repaired; -ENXIO if it is damaged, or the namespace has
 * none; -EBUSY if the namespace is enabled (without FORCE) or in use; -EINVAL for REWRITE_LOG
 * without REPAIR; or another negative errno.
 */
int ndctl_namespace_check(
	struct ndctl_namespace *ndns, unsigned flags, ndctl_check_fn *fn, void *data);

/*
 * Clears the known media errors within the data of @ndns (all of the namespace, if it is disabled
 * or raw). The content of cleared sectors is lost. Waits for a scrub that is running; with @scrub,
 * scrubs the media first. Stores the number of sectors of 512 bytes that were cleared in @sectors
 * (unless NULL).
 *
 * Returns 0; 1 for a sector namespace, which it leaves alone; or a negative errno: -EOPNOTSUPP if
 * the platform does not support it, -EROFS if the region is read-only, or another errno of the
 * kernel.
 */
int ndctl_namespace_clear_errors(
	struct ndctl_namespace *ndns, int scrub, unsigned long long *sectors);

/* Stores the DIMMs that physical address @address is on in @dimms, at most @count. Returns how
 * many, 0 if that is unknown. Stores in @length (unless NULL) for how many bytes from there the
 * answer holds. */
int ndctl_bus_get_dimms_at(struct ndctl_bus *bus, unsigned long long address,
	struct ndctl_dimm **dimms, int count, unsigned long long *length);

/*
 * Index blocks and labels (UEFI 2.7, 13.19), as they are on the medium, valid or not.
 */
struct ndctl_label_index {
	char signature[16]; /* "NAMESPACE_INDEX" if valid; ends with a NUL */
	unsigned int major, minor;
	unsigned int label_size; /* bytes */
	unsigned int seq;
	unsigned int slots;
};
struct ndctl_label {
	unsigned int slot; /* the slot number that the label carries */
	uuid_t uuid;
	char name[64];		       /* ends with a NUL */
	unsigned int position, labels; /* of the DIMM in the set; number of labels */
	unsigned int flags;
	unsigned long long cookie; /* of the interleave set */
	unsigned long long sector_size;
	unsigned long long address; /* on the DIMM, in bytes */
	unsigned long long size;    /* on this DIMM, in bytes */
	bool has_guids;		    /* @type and @abstraction exist: version 1.2 */
	unsigned char type[16], abstraction[16];
};
/* Read index block @which (0 or 1), or the label in @slot, used or free, from @area: a cfg_read
 * command that has succeeded and whose extent begins at 0. Return 0, -ENOENT if the extent or the
 * area ends before, or -EINVAL for another command. */
int ndctl_cmd_cfg_read_get_index(
	struct ndctl_cmd *area, unsigned int which, struct ndctl_label_index *index);
int ndctl_cmd_cfg_read_get_label(
	struct ndctl_cmd *area, unsigned int slot, struct ndctl_label *label);

/* Returns 1 if the firmware of the DIMM has function number @function of command family @family
 * (NVDIMM_FAMILY_... of <linux/ndctl.h>; attributes nfit/family and nfit/dsm_mask), else 0. */
int ndctl_dimm_has_function(struct ndctl_dimm *dimm, unsigned int family, unsigned int function);

/*
 * Writes @length bytes at @offset of the label area. If the DIMM is enabled, rebinds its driver, so
 * that the kernel reads the labels. If the power fails, even in the midst of a write, the area
 * lists either the old namespaces or all the new ones, and has a valid index block if both contents
 * have one. After another failure, writes back the old content.
 *
 * Returns 0 or a negative errno: -EBUSY if an enabled region uses the DIMM, -EINVAL if the range is
 * not within the area, -EOPNOTSUPP without label area, -ENOSPC if too few slots are free to change
 * the labels safely, -EIO if the firmware refuses.
 */
int ndctl_dimm_write_labels(
	struct ndctl_dimm *dimm, const void *bytes, size_t length, size_t offset);

/*
 * Repairs the labels of a region whose DIMMs disagree. Each namespace has a label on each DIMM,
 * which the kernel writes one after the other. If the power fails between two writes, the DIMMs
 * disagree, and the kernel no longer enables the region, or even the DIMM. The repair keeps, as far
 * as they do not overlap and in this order, namespaces of which all DIMMs have a label, of which
 * the last DIMM has a finished label, and of which any has. It never drops a namespace of which all
 * DIMMs have a label, but fails if two of these overlap or have the same uuid. It thus deletes a
 * namespace whose creation was interrupted, and restores one whose destruction was. It disables
 * enabled regions on the DIMMs meanwhile.
 *
 * @flags: NDCTL_CHANGE_DRY_RUN only counts. Returns the number of label areas that were (or have to
 * be) changed, plus those that the kernel had to read again because a failed write had left it a
 * slot without label. Returns a negative errno on failure: -EBUSY if a namespace on the DIMMs is in
 * use, -EINVAL if a DIMM has no valid labels or the versions differ, -ENODEV if a DIMM is missing,
 * -EUCLEAN if complete namespaces contradict each other.
 */
int ndctl_region_repair_labels(struct ndctl_region *region, unsigned flags);

#ifdef __cplusplus
}
#endif

#endif
