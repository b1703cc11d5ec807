/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base/export.h>
#include <kernel/attr.h>
#include <kernel/txn.h>
#include <ndctl/extensions.h>

/*
 * Everything on the bus "nd" of the kernel's driver model is an entity: its name says what it is
 * and, for the parts of a region, which region it belongs to. All are known from one reading of
 * /sys/bus/nd/devices; nothing else is looked at before it is asked for.
 *
 * Entities live as long as the context. One that the kernel has removed is marked gone and left
 * out of iterations; if the kernel uses its name again, it comes back to life. The steps of a
 * change rely on that. A caller who holds the pointer does not mean what has the name now: every
 * change asks entity_check_same(), under the region's lock, and before anything else.
 */
enum kind {
	KIND_BUS,	/* ndbus0 */
	KIND_DIMM,	/* nmem0 */
	KIND_REGION,	/* region0 */
	KIND_NAMESPACE, /* namespace0.0 */
	KIND_BTT,	/* btt0.0 */
	KIND_PFN,	/* pfn0.0 */
	KIND_DAX,	/* dax0.0 */
	KIND_COUNT,
};

/* What the caller knows of an entity: set where a public function returns the entity or its uuid.
 */
struct seen {
	uint64_t inode;
	bool has_uuid;
	uuid_t uuid;
	bool refused; /* because the entity is another one now; whoever looks it up again knows */
	bool left;    /* the caller disabled the region: the uuid tells whether it came back */
};

struct entity {
	struct object object;
	struct ndctl_ctx *ctx;
	struct entity *next; /* of the same kind, in natural order */
	enum kind kind;
	unsigned region; /* X of namespaceX.Y; 0 for what is no part of a region */
	unsigned id;	 /* the last number of the name */
	bool gone;
	uint64_t inode; /* of its link as it was read last: another device of that name has another
			 */
	struct seen seen;
	struct entity *bus; /* of dimms and regions, once known */
};

struct ndctl_ctx {
	unsigned refs;
	struct kernel *kernel;
	struct directory
		*directory; /* /sys/bus/nd/devices; NULL where the kernel has no such bus */
	struct entity *first[KIND_COUNT];
	bool scanned;
	struct daxctl_ctx *daxctl;
	void (*log_fn)(struct ndctl_ctx *ctx, int priority, const char *file, int line,
		const char *fn, const char *format, va_list args);
	ndctl_step_fn *step_fn;
	void *step_data;
	void *userdata;
	void *private_data;
	char *config_path;
};

/* text.c */
/* Whether @text, words separated by blanks (or NULL), holds @word. */
bool has_word(const char *text, const char *word);

/* Splits @text at @separator into numbers of @base (parse.h), at most @most. Returns how many, or
 * -EINVAL if a part is no number or there are more. */
int split_numbers(const char *text, char separator, int base, uint64_t *numbers, size_t most);

/* A size for a sentence, by value: "128 MiB", in bytes where no unit divides it. */
struct size_text {
	char text[32];
};
struct size_text size_text(uint64_t bytes);

/* Numbers separated by blanks, one of them perhaps in brackets: that is the chosen one. */
struct choices {
	unsigned long *list;
	size_t count;
	unsigned long chosen; /* 0: none */
	bool known;
};
/* Reads @text (NULL: no choices) unless that was done. Returns 0 or a negative errno. */
int choices_parse(struct choices *choices, const char *text);
void choices_forget(struct choices *choices);
/* Number @i, or @fallback with errno EINVAL if there is no such one. */
unsigned long choices_get(const struct choices *choices, int i, unsigned long fallback);
/* The chosen one, or UINT_MAX with errno EINVAL. */
unsigned int choices_chosen(const struct choices *choices);

struct ndctl_bus {
	struct entity entity;
};

struct ndctl_dimm {
	struct entity entity;
	unsigned label_status; /* the last that its firmware refused an access to labels with */
};

struct ndctl_interleave_set {
	struct ndctl_region *region;
};

struct ndctl_mapping {
	struct ndctl_region *region;
	size_t index;		 /* among those of the region that could be read */
	struct ndctl_dimm *dimm; /* NULL if the kernel names none that exists */
	uint64_t offset, length;
	int position; /* -1 if the kernel does not tell */
};

/* The runs of unusable sectors of a region or namespace (attribute badblocks, 512 byte sectors). */
struct badblocks {
	struct badblock *list;
	size_t count, at;
	bool cut; /* the kernel may know of more */
};

struct ndctl_region {
	struct entity entity;
	struct ndctl_interleave_set set;
	struct ndctl_mapping **mappings;
	size_t mapping_count, mapping_room; /* known now; allocated */
	bool mapped;
	bool torn; /* its dimms do not agree about its labels, and could not be made to */
	struct badblocks badblocks;
};

struct ndctl_namespace {
	struct entity entity;
	struct badblocks badblocks;
	struct choices sector_sizes;
	char *blockdev;
	bool lost;     /* its info block, which an undo could not write back (remedy.h) */
	bool has_copy; /* of it, on the medium */
	char *remedy;  /* the file that has it; or NULL */
};

/* A btt, pfn or dax device: each claims a namespace and makes another device of it. The three
 * public types are this one, told apart by entity.kind. */
struct claim {
	struct entity entity;
	struct choices choices; /* the sector sizes or alignments that the kernel offers */
	char *blockdev;
	struct daxctl_region *daxctl;
};

enum bus_attr {
	BUS_PROVIDER,
	BUS_COMMANDS,
	BUS_WAIT_PROBE,
	BUS_REVISION,
	BUS_SCRUB,
	BUS_SUBSYSTEM,
	BUS_COMPATIBLE,
	BUS_ATTR_COUNT,
};

enum dimm_attr {
	DIMM_HANDLE,
	DIMM_PHYS_ID,
	DIMM_VENDOR,
	DIMM_DEVICE,
	DIMM_REV_ID,
	DIMM_SUBSYSTEM_VENDOR,
	DIMM_SUBSYSTEM_DEVICE,
	DIMM_SUBSYSTEM_REV_ID,
	DIMM_SERIAL,
	DIMM_FORMAT,
	DIMM_FORMAT1,
	DIMM_FORMATS,
	DIMM_UNIQUE_ID,
	DIMM_NFIT_FLAGS,
	DIMM_PAPR_FLAGS,
	DIMM_FLAGS,
	DIMM_DIRTY_SHUTDOWN,
	DIMM_DEV,
	DIMM_COMMANDS,
	DIMM_FAMILY,
	DIMM_FUNCTIONS,
	DIMM_AVAILABLE_SLOTS,
	DIMM_STATE,
	DIMM_SECURITY,
	DIMM_FROZEN,
	DIMM_DRIVER,
	DIMM_ATTR_COUNT,
};
/* A table of its own, as it is long: in dimm.c. */
extern const struct attr dimm_attrs[DIMM_ATTR_COUNT];

enum region_attr {
	REGION_SIZE,
	REGION_AVAILABLE,
	REGION_MAX_EXTENT,
	REGION_ALIGN,
	REGION_MAPPINGS,
	REGION_RANGE_INDEX,
	REGION_NSTYPE,
	REGION_DEVTYPE,
	REGION_READ_ONLY,
	REGION_RESOURCE,
	REGION_NUMA_NODE,
	REGION_TARGET_NODE,
	REGION_SET_COOKIE,
	REGION_PERSISTENCE,
	REGION_DEEP_FLUSH,
	REGION_NAMESPACE_SEED,
	REGION_BTT_SEED,
	REGION_PFN_SEED,
	REGION_DAX_SEED,
	REGION_BADBLOCKS,
	REGION_INIT_NAMESPACES,
	REGION_DRIVER,
	REGION_ATTR_COUNT,
};

enum namespace_attr {
	NS_SIZE,
	NS_UUID,
	NS_ALT_NAME,
	NS_SECTOR_SIZE,
	NS_RESOURCE,
	NS_MODE,
	NS_HOLDER,
	NS_HOLDER_CLASS,
	NS_FORCE_RAW,
	NS_NUMA_NODE,
	NS_TARGET_NODE,
	NS_DRIVER,
	NS_ATTR_COUNT,
};

enum claim_attr {
	CLAIM_NAMESPACE,
	CLAIM_UUID,
	CLAIM_SIZE,
	CLAIM_RESOURCE,
	CLAIM_MODE,
	CLAIM_ALIGN,
	CLAIM_ALIGNMENTS,
	CLAIM_SECTOR_SIZE,
	CLAIM_DRIVER,
	CLAIM_ATTR_COUNT,
};

/* scan.c */
/* Reads the names if that was not done since the last change. Returns 0 or a negative errno; a
 * kernel without the bus is one without devices. */
int ctx_scan(struct ndctl_ctx *ctx);
/* The next time somebody asks, the names are read again. */
void ctx_forget(struct ndctl_ctx *ctx);
void ctx_free_entities(struct ndctl_ctx *ctx);
/* The first of a kind, and the next one after @entity, that is there; NULL after the last, and if
 * the names cannot be read: ctx_scan() before tells the two apart. */
struct entity *entity_first(struct ndctl_ctx *ctx, enum kind kind);
struct entity *entity_next(const struct entity *entity);
/* The same among those of region number @region. */
struct entity *entity_first_in(struct ndctl_ctx *ctx, enum kind kind, unsigned region);
struct entity *entity_next_in(const struct entity *entity);
/* The same among the dimms or regions of a bus. */
struct entity *entity_first_on(struct ndctl_bus *bus, enum kind kind);
struct entity *entity_next_on(const struct entity *entity);
struct entity *entity_find(struct ndctl_ctx *ctx, const char *name);
/* The same, reading the names again if it is not among those that are known. */
struct entity *entity_find_fresh(struct ndctl_ctx *ctx, const char *name);
/* The caller gets @entity (or NULL, and so does who calls this). */
void *entity_show(void *entity);
/* Its uuid, null if it has none; a negative errno if it cannot be read. The second function is for
 * what the caller gets. */
int entity_read_uuid(struct entity *entity, uuid_t uuid);
void entity_show_uuid(struct entity *entity, uuid_t uuid);
/* After a change of @entity, under the lock: what it has become is what the caller knows. */
void entity_keep(struct entity *entity);
/* The caller is about to disable the region with this number. The kernel makes its parts anew when
 * the region comes back; the caller still means those whose uuid is the same. */
void entity_leave_region(struct ndctl_ctx *ctx, unsigned region);
/* Under the lock, after ctx_forget(): -ESTALE, with the cause recorded, if it is gone, or if it is
 * not what the caller knows: another device of its name, or one that has got another uuid. */
int entity_check_same(struct entity *entity);
/* The bus of a dimm or region. */
struct ndctl_bus *entity_bus(struct entity *entity);
struct ndctl_region *entity_region(const struct entity *entity);
const char *entity_name(const struct entity *entity);
/* Every attribute of it is read again when it is asked for. */
void entity_invalidate(struct entity *entity);
/* Whether a driver is bound to it. */
bool entity_is_bound(struct entity *entity);
/* The same, and -EBUSY if that cannot be read. */
int entity_check_bound(struct entity *entity, bool *bound);
/* Path of its directory, relative to the root, for the lock. */
int entity_path(const struct entity *entity, char *path);
/* Bind it to, or unbind it from, a driver of the bus "nd". All kinds are refreshed. entity_unbind()
 * takes the driver that entity_is_bound() found. */
int entity_bind(struct entity *entity, const char *driver);
int entity_unbind(struct entity *entity);
int entity_unbind_from(struct entity *entity, const char *driver);
/* The same as entity_bind(); @own (unless NULL) tells whether it was we who bound it: another
 * program, or udev, may have been faster, and what it did is not for us to undo. */
int entity_bind_own(struct entity *entity, const char *driver, bool *own);
/* Loads the module for @entity unless the kernel has @driver already; the kernel may then bind
 * whatever it finds. -ENXIO if there is no such driver afterwards. */
int entity_load_driver(struct entity *entity, const char *driver);
/* Copies the name of the one block device below @object into @blockdev, "" if there is none.
 * @guess is looked for first; @blockdev keeps the string until the name changes. */
const char *entity_blockdev(struct entity *entity, const char *guess, char **blockdev);
/* The name that the kernel gives the disk of a namespace: the number of a region's first namespace
 * is left out. */
void disk_name(const struct entity *ndns, const char *suffix, char *name, size_t size);

/* ctx.c */
int nd_ctx_new(struct ndctl_ctx **ctx, const char *root);
int nd_ctx_txn(struct ndctl_ctx *ctx, struct txn **txn);

/* region.c */
void nd_region_free(struct ndctl_region *region);
/* What the kernel offers for the next namespace, btt, pfn or dax device; NULL if nothing. */
struct entity *region_seed(struct ndctl_region *region, enum region_attr attr);
/* Takes the lock under which the parts of a region change, and forgets what was read before. */
int nd_region_lock(struct ndctl_region *region, struct txn *txn);
/* Begins a change of a region or a part of one: makes @txn, takes the lock, and sees to it that
 * @entity is what the caller knows. */
int nd_change_begin(struct entity *entity, struct txn **txn);
/* The same for a change that is one write of @value. What has become of it the caller knows. */
int nd_change_attr(struct entity *entity, unsigned attr, const char *value);

/* Reads the region's list, and keeps those of it within @length bytes from @start, relative to it.
 * Returns 0 or a negative errno; a sentence is recorded if the list was cut short too. */
int region_badblocks(
	struct ndctl_region *region, struct badblocks *badblocks, uint64_t start, uint64_t length);

/* mapping.c */
void mapping_forget(struct ndctl_region *region);
void mapping_free(struct ndctl_region *region);

/* badblock.c */
/* Adds the runs that @text, which is changed, lists and that lie within @length bytes from @start,
 * relative to it. Returns 0, 1 if the kernel has cut the list short, or -EINVAL or -ENOMEM. */
int badblocks_parse(struct badblocks *badblocks, char *text, uint64_t start, uint64_t length);
void badblocks_forget(struct badblocks *badblocks);
struct badblock *badblocks_first(struct badblocks *badblocks);
struct badblock *badblocks_next(struct badblocks *badblocks);
/* namespace.c */
void namespace_free(struct ndctl_namespace *ndns);
void namespace_forget(struct ndctl_namespace *ndns);
/* In bytes: 512 where the kernel has not been told another size. */
unsigned int namespace_sector_size(struct ndctl_namespace *ndns);
/* The btt, pfn or dax device that holds it; NULL if there is none. */
struct claim *namespace_claim(struct ndctl_namespace *ndns);
/* Its uuid; null if it has no capacity. A negative errno, with the cause recorded, if either cannot
 * be read: labels that nobody is known to own would be taken away, and an undo would write a uuid
 * that was never there. */
int namespace_read_owner(struct ndctl_namespace *ndns, uuid_t uuid);
/* Whether info blocks are ignored from the next enabling on. 0 or a negative errno. */
int namespace_set_raw(struct ndctl_namespace *ndns, bool raw);

/* Those of a region, for us: ndctl_namespace_foreach() shows them to the caller. */
static inline struct ndctl_namespace *region_first_namespace(struct ndctl_region *region)
{
	return (struct ndctl_namespace *)entity_first_in(
		region->entity.ctx, KIND_NAMESPACE, region->entity.id);
}
#define region_foreach_namespace(region, ndns)                                                     \
	for ((ndns) = region_first_namespace(region); (ndns);                                      \
		(ndns) = (struct ndctl_namespace *)entity_next_in(&(ndns)->entity))

/* claim.c */
void claim_free(struct claim *claim);
void claim_forget(struct claim *claim);
struct ndctl_namespace *claim_namespace(struct claim *claim);

static inline struct kernel *entity_kernel(const struct entity *entity)
{
	return entity->ctx->kernel;
}
