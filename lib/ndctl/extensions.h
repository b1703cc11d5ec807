/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NDCTL_EXTENSIONS_H
#define NDCTL_EXTENSIONS_H

#include <ndctl/libndctl.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What this libndctl offers beyond the common interface, in version nodes of its own name
 * (NDCTL_EXT_n). A program that must run with other implementations looks these up with dlsym().
 *
 * With NULL for an object they return -EINVAL, NULL, or 0 bytes.
 */

/*
 * The last failure in this context as a sentence without newline, and what would help. NULL if
 * nothing failed, or if there is no advice. Both stay good until the next call that fails.
 */
const char *ndctl_get_error(struct ndctl_ctx *ctx);
const char *ndctl_get_hint(struct ndctl_ctx *ctx);

/* The object of that name ("namespace0.1"), found without looking at others; NULL if there is none.
 */
struct ndctl_namespace *ndctl_namespace_get_by_name(struct ndctl_ctx *ctx, const char *name);
struct ndctl_region *ndctl_region_get_by_name(struct ndctl_ctx *ctx, const char *name);

/*
 * Changes are transactions: a list of steps, each with its undo. An observer hears of each step:
 * their number is not known beforehand, the text is for people.
 */
enum ndctl_step_event {
	NDCTL_STEP_PLANNED,	/* a dry run would take it */
	NDCTL_STEP_TAKEN,	/* it is being taken */
	NDCTL_STEP_UNDONE,	/* it was undone because a later one failed */
	NDCTL_STEP_UNDO_FAILED, /* it could not be undone */
	NDCTL_STEP_WAITING,	/* for another process, named in @what, which holds a lock */
};
typedef void ndctl_step_fn(
	struct ndctl_ctx *ctx, enum ndctl_step_event event, const char *what, void *data);
void ndctl_set_step_fn(struct ndctl_ctx *ctx, ndctl_step_fn *fn, void *data);

enum ndctl_change_flags {
	NDCTL_CHANGE_FORCE = 1 << 0,	  /* disable what is enabled first */
	NDCTL_CHANGE_DRY_RUN = 1 << 1,	  /* check, tell the steps, change nothing */
	NDCTL_CHANGE_AUTOLABEL = 1 << 2,  /* initialize labels on dimms that have none, see below */
	NDCTL_CHANGE_NO_MAP = 1 << 3,	  /* devdax without a page map, see below */
	NDCTL_CHANGE_NO_RECOVER = 1 << 4, /* what was done before a step fails is left for a look */
	NDCTL_CHANGE_TAKE_DISABLED = 1 << 5, /* in a region without labels, replace the namespace if
						it is disabled; its content is lost */
};
/* A function refuses flags that it does not know, with -EINVAL, and does nothing. */

/* What a namespace shall be. Members that are zero leave the choice to the library; so do members
 * beyond @struct_size, which is set to sizeof(struct ndctl_namespace_spec). */
struct ndctl_namespace_spec {
	size_t struct_size;
	unsigned flags;			/* enum ndctl_change_flags */
	enum ndctl_namespace_mode mode; /* UNKNOWN: as before, or fsdax */
	enum ndctl_pfn_loc map;		/* fsdax and devdax; NONE: PMEM */
	unsigned long long size;	/* of the namespace as a whole; 0: what is free */
	unsigned long align;		/* fsdax and devdax; 0: as before, or 2 MiB */
	unsigned int sector_size;	/* 0: as before, or 4096 in sector mode, 512 else */
	const char *name;		/* alt_name; NULL: as before, or none */
	uuid_t uuid;			/* null: a new one */
};

/*
 * Creates a namespace in @region and enables it; it is stored in @ndns (NULL after a dry run).
 * When a step fails everything is put back as it was.
 *
 * A page map takes 64 bytes for each page of 4 KiB. With NDCTL_CHANGE_NO_MAP a devdax namespace has
 * none: no info block is written either, all of it can be used, and it is a raw one again when it
 * has been disabled. Not every kernel can do that.
 *
 * Returns 0, or
 *   -EINVAL  the specification contradicts itself, or a size or alignment does not fit the region
 *   -ENOSPC  the region has not that much left in one piece
 *   -ENODEV  the region is disabled, or its one namespace is taken
 *   -EROFS   the region is read-only
 *   -ENXIO   the kernel would not bring up the namespace, or has no device-dax without page map
 * or another errno of the kernel.
 */
int ndctl_region_create_namespace(struct ndctl_region *region,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **ndns);

/*
 * Makes another kind of namespace of @old. What @spec leaves open is as it was, but for the uuid.
 * The content is lost; the result is stored in @ndns, and is @old, changed in place. Without
 * labels, and with AUTOLABEL, the region first gets labels if its dimms can have some and serve no
 * other region. Returns as ndctl_region_create_namespace(), or -EBUSY  @old is enabled (without
 * FORCE), mounted, held, or serves as memory
 */
int ndctl_namespace_reconfigure(struct ndctl_namespace *old,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **ndns);

/*
 * Makes a raw namespace devdax without a page map again, as it was before a boot. Nothing is
 * written to it, nor to its label: what it holds is kept, even what looks like an info block.
 * @align is that of mappings, 0: 2 MiB. Returns 0, 1 if it is one already, -EBUSY if it is in use,
 * -EINVAL if it is something else than raw or the alignment does not fit, -ENXIO if the kernel
 * cannot do without a page map, or another errno of the kernel.
 */
int ndctl_namespace_restore_mapless(
	struct ndctl_namespace *ndns, unsigned long align, unsigned flags);

/*
 * Erases the info block of @ndns and gives its capacity back. Its data is not erased: a new raw
 * namespace in the same place shows it. Without labels the namespace remains,
 * disabled and raw. Returns 0; 1 if there was nothing to do: an idle seed, or no label and no info
 * block; or a negative errno: -EBUSY as above.
 */
int ndctl_namespace_destroy(struct ndctl_namespace *ndns, unsigned flags);

/* Why @ndns cannot be disabled now: mounted, held by another device, or memory in use. 0 if nothing
 * stands against it, else -EBUSY; the sentence names the holder. */
int ndctl_namespace_check_idle(struct ndctl_namespace *ndns);

/*
 * An info block at the start of a namespace, at 4 KiB or (a btt of version 2.0) at 0, tells what
 * the kernel makes of it. Numbers that a kind of block does not have are 0.
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
	int intact; /* whether the checksum is right */
	uuid_t uuid, parent_uuid;
	unsigned long long flags, version_major, version_minor;
	/* Bytes, from the start of the namespace, or of the arena of a btt. */
	unsigned long long dataoff;
	/* btt */
	unsigned long long external_lbasize, external_nlba, internal_lbasize, internal_nlba, nfree,
		infosize, nextoff, mapoff, logoff, info2off;
	/* pfn and dax; @mode is an enum ndctl_pfn_loc */
	unsigned long long npfns, mode, start_pad, end_trunc, align, page_size, page_struct_size;
};

/* Reads the info block at @block, NDCTL_INFOBLOCK_SIZE bytes. 0, or -ENOENT if there is none. */
int ndctl_infoblock_parse(const void *block, struct ndctl_infoblock *info);
/* Writes it there, with its checksum. 0, -EINVAL for no kind, or -ERANGE if a number is too large
 * for its place. */
int ndctl_infoblock_format(const struct ndctl_infoblock *info, void *block);
/* The name that the block begins with, "" for no kind. */
const char *ndctl_infoblock_get_signature(const struct ndctl_infoblock *info);
/*
 * Fills in the numbers of a pfn or dax block for a namespace of @size bytes at the physical address
 * @offset, whose mappings are aligned to @align. Returns 0, -EINVAL for an alignment that is no
 * power of 2 or beyond 2 GiB, or a map that is neither RAM nor PMEM; -ENXIO if nothing is left.
 */
int ndctl_infoblock_layout(struct ndctl_infoblock *info, enum ndctl_pfn_loc map,
	unsigned long long size, unsigned long long offset, unsigned long align);

/* Reads the first NDCTL_INFOBLOCK_AREA bytes of a disabled namespace, through its raw block device,
 * which exists meanwhile. 0, -EBUSY if it is enabled, -ENXIO without capacity, or an errno of
 * the kernel. */
int ndctl_namespace_read_infoblock(struct ndctl_namespace *ndns, void *bytes);
/* Puts the block of NDCTL_INFOBLOCK_SIZE bytes at 4 KiB; another one at 0 is wiped. As above. */
int ndctl_namespace_write_infoblock(struct ndctl_namespace *ndns, const void *block);

enum ndctl_check_flags {
	NDCTL_CHECK_REPAIR = 1 << 0,	  /* write what has to be written */
	NDCTL_CHECK_REWRITE_LOG = 1 << 1, /* and a new log too, in today's format */
	NDCTL_CHECK_FORCE = 1 << 2,	  /* disable it meanwhile if it is enabled */
};

enum ndctl_check_event {
	NDCTL_CHECK_FOUND,    /* something is wrong */
	NDCTL_CHECK_REPAIRED, /* and was put right */
};
typedef void ndctl_check_fn(
	struct ndctl_namespace *ndns, enum ndctl_check_event event, const char *what, void *data);

/*
 * Checks the block translation table of a sector namespace: info blocks and their copies, map, log,
 * and that each block is used once or free. Nothing is written without REPAIR, nor if something is
 * wrong that cannot be repaired, or can be in more than one way. @fn (may be NULL) hears of each
 * finding.
 *
 * Returns 0 if it can be used; -ENXIO if it is damaged, or is no sector namespace; -EBUSY if it is
 * enabled (without FORCE) or in use; -EINVAL for REWRITE_LOG without REPAIR.
 */
int ndctl_namespace_check(
	struct ndctl_namespace *ndns, unsigned flags, ndctl_check_fn *fn, void *data);

/*
 * Clears the errors that the media are known to have where @ndns keeps data (all of it, if it is
 * disabled or raw); what was there is lost. With @scrub the media are searched for errors before. A
 * search that goes on already makes the function wait in any case. @sectors (unless NULL): how many
 * of 512 bytes were cleared.
 *
 * Returns 0, 1 for a sector namespace, which is left alone; -EOPNOTSUPP if the platform cannot;
 * -EROFS if the region is read-only; or an errno of the kernel.
 */
int ndctl_namespace_clear_errors(
	struct ndctl_namespace *ndns, int scrub, unsigned long long *sectors);

/* The DIMMs that the physical address is on, at most @count. Returns how many, 0 where nobody can
 * tell; @length (unless NULL): of how many bytes from there that is true. */
int ndctl_bus_get_dimms_at(struct ndctl_bus *bus, unsigned long long address,
	struct ndctl_dimm **dimms, int count, unsigned long long *length);

/*
 * Labels. What an index block or a label says, whether it is valid or not, in the units and words
 * of UEFI 2.7 (13.19). @area has been submitted and holds the label area from its start.
 */
struct ndctl_label_index {
	char signature[16]; /* "NAMESPACE_INDEX"; the last is a NUL */
	unsigned int major, minor;
	unsigned int label_size; /* bytes */
	unsigned int seq;
	unsigned int slots;
};
struct ndctl_label {
	unsigned int slot; /* the one that it says it is in */
	uuid_t uuid;
	char name[64]; /* ends with a NUL */
	unsigned int position, labels;
	unsigned int flags;
	unsigned long long cookie; /* of the interleave set */
	unsigned long long sector_size;
	unsigned long long address; /* in the dimm */
	unsigned long long size;
	bool has_guids; /* the two that follow are there: version 1.2 */
	unsigned char type[16], abstraction[16];
};
/* The index block number @which (0 or 1), and the label in slot number @slot, also one that is
 * free. Return 0, or -ENOENT if @area does not reach that far, or -EINVAL if it is something else.
 */
int ndctl_cmd_cfg_read_get_index(
	struct ndctl_cmd *area, unsigned int which, struct ndctl_label_index *index);
int ndctl_cmd_cfg_read_get_label(
	struct ndctl_cmd *area, unsigned int slot, struct ndctl_label *label);

/* 1 if the firmware of the dimm takes function number @function of a family of commands
 * (NVDIMM_FAMILY_... of <linux/ndctl.h>; attributes nfit/family and nfit/dsm_mask), else 0. */
int ndctl_dimm_has_function(struct ndctl_dimm *dimm, unsigned int family, unsigned int function);

/*
 * Writes @length bytes at @offset of the label area, and lets the kernel read the labels if the
 * dimm is enabled. Whenever it ends, even in the midst of a write, the namespaces of before are
 * there, or those of after the whole change, and one of the index blocks is valid, if both contents
 * have one. After a failure everything is put back as it was.
 *
 * Returns 0 or a negative errno: -EBUSY if an enabled region uses the dimm, -EINVAL if the area is
 * smaller, -EOPNOTSUPP without one, -ENOSPC if so many labels are in use that there is no room to
 * change them safely.
 */
int ndctl_dimm_write_labels(
	struct ndctl_dimm *dimm, const void *bytes, size_t length, size_t offset);

/*
 * Each namespace has a label on each dimm of its region, and the kernel writes them one after the
 * other. If the power fails between two writes the dimms do not agree, and the kernel no longer
 * enables the region, or even the dimm. This makes them agree: on the namespaces of which all dimms
 * have a label, and then on those that the last one, or else any, has a finished label of, in this
 * order, as far as they do not overlap. A namespace whose making was cut short is dropped, one
 * whose destruction was is there again. Enabled regions on the dimms are disabled for it and
 * enabled again.
 *
 * @flags: NDCTL_CHANGE_DRY_RUN looks and changes nothing. Returns how many label areas had (or,
 * dry, have) to be changed, and beside them how many the kernel had to read anew, since a failed
 * write had left it with a slot that has no label; or a negative errno: -EBUSY if a namespace on
 * the dimms is in use, -EINVAL if a dimm has no valid labels or theirs are of different versions,
 * -ENODEV if a dimm is missing.
 */
int ndctl_region_repair_labels(struct ndctl_region *region, unsigned flags);

#ifdef __cplusplus
}
#endif

#endif
