/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NDCTL_LIBNDCTL_H
#define NDCTL_LIBNDCTL_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/* Define the type where libuuid's header is missing: programs that use no uuids compile without. */
#if __has_include(<uuid/uuid.h>)
#include <uuid/uuid.h>
#else
typedef unsigned char uuid_t[16];
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * libndctl administers persistent memory, which Linux' nvdimm subsystem shows in
 * /sys/bus/nd/devices (Documentation/driver-api/nvdimm/nvdimm.rst). "Attribute X" below is the file
 * X in the directory of the object there.
 *
 * A bus has DIMMs and regions. A region is a range of persistent memory on one or more DIMMs (its
 * mappings). Labels on the DIMMs divide it into namespaces; a region without labels is one
 * namespace. A namespace is a plain block device (raw mode), or a btt (sector mode), pfn (fsdax) or
 * dax device (devdax) claims it and makes another device of it. An info block in the namespace
 * describes that device.
 *
 * Objects belong to the context. A pointer stays valid until the last ndctl_unref(), even if the
 * kernel removes the device. Strings belong to their object, and stay valid until the value that
 * they show changes. Iterations follow the natural order of names; they return NULL after the last
 * object, and with errno set if /sys cannot be read. One thread at a time may use a context and its
 * objects.
 *
 * The library reads an attribute when a function first needs it, and keeps the value. A change
 * through the context makes it read everything again; after changes by other processes call
 * ndctl_invalidate().
 *
 * Functions that change something take the lock of the region in /run/daxctl, and wait for another
 * process that holds it. The calling thread handles signals after the change is done or undone. A
 * program with more threads must block in all others the signals that would end it
 * (pthread_sigmask(3)), or such a signal may end it halfway.
 *
 * An object means the device that the kernel had when a function last returned the object, and, if
 * the program has read its uuid, the device with that uuid. If a function has told the program that
 * a namespace, btt, pfn or dax device is empty (size 0, not configured, a seed), it means the empty
 * device. If another process has removed the device, created another one of its name, changed its
 * uuid, or configured the empty one, functions that change it return -ESTALE and change nothing.
 * Iterate, or look the name up, to accept the new device. An object stays valid while the program
 * itself disables and enables its region.
 *
 * Functions that return int return 0, a positive answer, or a negative errno, about which
 * ndctl_get_error() (extensions.h) says more. Others document the value that they return if an
 * attribute is missing or unreadable. Sizes and offsets are in bytes unless another unit is named.
 */

/* ---- context ---- */

struct ndctl_ctx;
struct daxctl_ctx;

/* Creates a context with one reference and stores it in @ctx. Returns 0, -ENOMEM, or the negative
 * errno of opening "/". The log's priority is LOG_ERR, or that in the environment variable
 * NDCTL_LOG (name or number of a syslog level), which setuid programs ignore. */
int ndctl_new(struct ndctl_ctx **ctx);
/* Add and drop a reference. The last ndctl_unref() frees the context and all its objects. Both
 * accept NULL; ndctl_ref() returns @ctx, ndctl_unref() NULL. */
struct ndctl_ctx *ndctl_ref(struct ndctl_ctx *ctx);
struct ndctl_ctx *ndctl_unref(struct ndctl_ctx *ctx);
/* Makes the library read names and attributes again. Pointers to objects stay valid. */
void ndctl_invalidate(struct ndctl_ctx *ctx);
/* Returns the libdaxctl context for devices in devdax mode, which belongs to @ctx. NULL if it
 * cannot be created. */
struct daxctl_ctx *ndctl_get_daxctl_ctx(struct ndctl_ctx *ctx);

/* Makes @log_fn receive each line of the log, newline included. NULL restores the default, standard
 * error. @priority is a level of syslog(3); less urgent lines are dropped before formatting. */
void ndctl_set_log_fn(struct ndctl_ctx *ctx,
	void (*log_fn)(struct ndctl_ctx *ctx, int priority, const char *file, int line,
		const char *fn, const char *format, va_list args));
int ndctl_get_log_priority(struct ndctl_ctx *ctx);
void ndctl_set_log_priority(struct ndctl_ctx *ctx, int priority);

/* Store and return pointers of the caller, which the library never follows. */
void ndctl_set_userdata(struct ndctl_ctx *ctx, void *userdata);
void *ndctl_get_userdata(struct ndctl_ctx *ctx);
void ndctl_set_private_data(struct ndctl_ctx *ctx, void *data);
void *ndctl_get_private_data(struct ndctl_ctx *ctx);

/* Sets and returns the directory of configuration files, by default ndctl.conf.d in the build's
 * sysconfdir (/etc). The library copies @config_path; NULL restores the default. The setter returns
 * 0, -EINVAL for a NULL context, or -ENOMEM, and then keeps the old path. */
int ndctl_set_config_path(struct ndctl_ctx *ctx, char *config_path);
const char *ndctl_get_config_path(struct ndctl_ctx *ctx);

/* Returns 16 MiB: the alignment that the kernel requires of the ends of a namespace, unless its
 * region has another one (ndctl_region_get_align()). */
size_t ndctl_min_namespace_size(void);
/* Return the bytes of the smallest index block, 256, and of a label of version 1.1, 128 (UEFI 2.7,
 * 13.19). */
size_t ndctl_sizeof_namespace_index(void);
size_t ndctl_sizeof_namespace_label(void);

/* ---- bus ---- */

/* The point from which a store survives a power failure (attribute persistence_domain). */
enum ndctl_persistence_domain {
	PERSISTENCE_NONE = 0,	    /* none: the platform has no such guarantee */
	PERSISTENCE_MEM_CTRL = 10,  /* the memory controller: flush CPU caches */
	PERSISTENCE_CPU_CACHE = 20, /* the CPU caches */
	PERSISTENCE_UNKNOWN = INT_MAX,
};

struct ndctl_bus;
struct ndctl_region;
struct ndctl_dimm;

struct ndctl_bus *ndctl_bus_get_first(struct ndctl_ctx *ctx);
struct ndctl_bus *ndctl_bus_get_next(struct ndctl_bus *bus);
#define ndctl_bus_foreach(ctx, bus)                                                                \
	for (bus = ndctl_bus_get_first(ctx); bus != NULL; bus = ndctl_bus_get_next(bus))
struct ndctl_ctx *ndctl_bus_get_ctx(struct ndctl_bus *bus);
/* Return the X of "ndbusX", and the name. */
unsigned int ndctl_bus_get_id(struct ndctl_bus *bus);
const char *ndctl_bus_get_devname(struct ndctl_bus *bus);
/* Returns attribute provider, such as "ACPI.NFIT" or "e820"; "" if it cannot be read. */
const char *ndctl_bus_get_provider(struct ndctl_bus *bus);
/* Returns the first bus of that provider. NULL with errno EINVAL if no bus is, ENOENT if there is
 * no bus at all. */
struct ndctl_bus *ndctl_bus_get_by_provider(struct ndctl_ctx *ctx, const char *provider);
/* Return the device number of /dev/ndctlX; 0 if it cannot be read. */
unsigned int ndctl_bus_get_major(struct ndctl_bus *bus);
unsigned int ndctl_bus_get_minor(struct ndctl_bus *bus);
/* Return 1 if the bus comes from ACPI's NFIT, a node of the device tree, CXL, or the hypervisor of
 * POWER; else 0. */
int ndctl_bus_has_nfit(struct ndctl_bus *bus);
int ndctl_bus_has_of_node(struct ndctl_bus *bus);
int ndctl_bus_has_cxl(struct ndctl_bus *bus);
int ndctl_bus_is_papr_scm(struct ndctl_bus *bus);
/* Returns the revision of the NFIT (attribute nfit/revision); UINT_MAX without one. */
unsigned int ndctl_bus_get_revision(struct ndctl_bus *bus);
/* Return the name of command @cmd, ND_CMD_... of <linux/ndctl.h> ("ars_cap"; "unknown" for another
 * number), and 1 if the bus accepts the command (attribute commands), else 0. */
const char *ndctl_bus_get_cmd_name(struct ndctl_bus *bus, int cmd);
int ndctl_bus_is_cmd_supported(struct ndctl_bus *bus, int cmd);
/* Waits until the kernel has probed all devices of the bus (attribute wait_probe). Returns 0 or a
 * negative errno. */
int ndctl_bus_wait_probe(struct ndctl_bus *bus);
/* Read attribute nfit/scrub. Return how many scrubs of the media have ended (UINT_MAX with errno
 * EOPNOTSUPP without the attribute), and 1 while a scrub runs, 0 if none does, or -EOPNOTSUPP. */
unsigned int ndctl_bus_get_scrub_count(struct ndctl_bus *bus);
int ndctl_bus_get_scrub_state(struct ndctl_bus *bus);
/* Returns the region that contains physical address @address, or NULL. */
struct ndctl_region *ndctl_bus_get_region_by_physical_address(
	struct ndctl_bus *bus, unsigned long long address);
/* Returns the first DIMM that physical address @address is on: as the platform translates it, or
 * the only DIMM of its region. NULL if that is unknown. */
struct ndctl_dimm *ndctl_bus_get_dimm_by_physical_address(
	struct ndctl_bus *bus, unsigned long long address);
/* Asks the platform to translate physical address @addr (ACPI 6.2, Translate SPA). Stores the
 * handle of the DIMM and the address within it. Returns 0, -ENOTTY without NFIT, -EINVAL for an
 * address outside of the regions of the bus, or another errno of the kernel. */
int ndctl_bus_nfit_translate_spa(struct ndctl_bus *bus, unsigned long long addr,
	unsigned int *handle, unsigned long long *dpa);

/* ---- dimm ---- */

struct ndctl_dimm *ndctl_dimm_get_first(struct ndctl_bus *bus);
struct ndctl_dimm *ndctl_dimm_get_next(struct ndctl_dimm *dimm);
#define ndctl_dimm_foreach(bus, dimm)                                                              \
	for (dimm = ndctl_dimm_get_first(bus); dimm != NULL; dimm = ndctl_dimm_get_next(dimm))
/* Returns the DIMM whose NFIT handle is @handle, or NULL. */
struct ndctl_dimm *ndctl_dimm_get_by_handle(struct ndctl_bus *bus, unsigned int handle);
struct ndctl_bus *ndctl_dimm_get_bus(struct ndctl_dimm *dimm);
struct ndctl_ctx *ndctl_dimm_get_ctx(struct ndctl_dimm *dimm);
/* Return the X of "nmemX", and the name. */
unsigned int ndctl_dimm_get_id(struct ndctl_dimm *dimm);
const char *ndctl_dimm_get_devname(struct ndctl_dimm *dimm);
/* Return numbers of the DIMM from the NFIT (attributes nfit/handle, nfit/phys_id, ...), with all
 * bits set if unknown. handle_get_... return the fields of the handle (ACPI 6.0, 5.2.25.3). */
unsigned int ndctl_dimm_get_handle(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_handle_get_node(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_handle_get_socket(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_handle_get_imc(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_handle_get_channel(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_handle_get_dimm(struct ndctl_dimm *dimm);
unsigned short ndctl_dimm_get_phys_id(struct ndctl_dimm *dimm);
unsigned short ndctl_dimm_get_vendor(struct ndctl_dimm *dimm);
unsigned short ndctl_dimm_get_device(struct ndctl_dimm *dimm);
unsigned short ndctl_dimm_get_revision(struct ndctl_dimm *dimm);
unsigned short ndctl_dimm_get_subsystem_vendor(struct ndctl_dimm *dimm);
unsigned short ndctl_dimm_get_subsystem_device(struct ndctl_dimm *dimm);
unsigned short ndctl_dimm_get_subsystem_revision(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_get_serial(struct ndctl_dimm *dimm);
/* Return the interface codes of the DIMM (ACPI 6.0, "format interface code"): the first, USHRT_MAX
 * if unknown; their number, at least 1, or -1 if unknown; code @i, 0 or 1, or a negative errno. */
unsigned short ndctl_dimm_get_format(struct ndctl_dimm *dimm);
int ndctl_dimm_get_formats(struct ndctl_dimm *dimm);
int ndctl_dimm_get_formatN(struct ndctl_dimm *dimm, int i);
/* Return attribute nfit/id, "VENDOR-SERIAL" or "VENDOR-PLACE-DATE-SERIAL" in hexadecimal (NULL
 * without it), and date and place in it (all bits set without them). */
const char *ndctl_dimm_get_unique_id(struct ndctl_dimm *dimm);
unsigned short ndctl_dimm_get_manufacturing_date(struct ndctl_dimm *dimm);
unsigned char ndctl_dimm_get_manufacturing_location(struct ndctl_dimm *dimm);
/* Returns how often power failed before the DIMM had saved its data (attribute
 * nfit/dirty_shutdown), or a negative errno if the DIMM does not count that. */
long long ndctl_dimm_get_dirty_shutdown(struct ndctl_dimm *dimm);
/* Return the device number of /dev/nmemX; 0 if it cannot be read. */
unsigned int ndctl_dimm_get_major(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_get_minor(struct ndctl_dimm *dimm);
/* Return 1 if the flag is set, else 0. Attributes nfit/flags or papr/flags: failed_save
 * "save_fail", failed_arm "not_armed", failed_restore "restore_fail", failed_map "map_fail",
 * failed_flush "flush_fail", smart_pending "smart_event", has_notifications "smart_notify";
 * has_errors: any of these but the last. Attribute flags: locked "lock", aliased "alias".
 * refresh_flags makes the library read the attributes again. */
int ndctl_dimm_failed_save(struct ndctl_dimm *dimm);
int ndctl_dimm_failed_arm(struct ndctl_dimm *dimm);
int ndctl_dimm_failed_restore(struct ndctl_dimm *dimm);
int ndctl_dimm_failed_map(struct ndctl_dimm *dimm);
int ndctl_dimm_failed_flush(struct ndctl_dimm *dimm);
int ndctl_dimm_smart_pending(struct ndctl_dimm *dimm);
int ndctl_dimm_has_errors(struct ndctl_dimm *dimm);
int ndctl_dimm_has_notifications(struct ndctl_dimm *dimm);
int ndctl_dimm_locked(struct ndctl_dimm *dimm);
int ndctl_dimm_aliased(struct ndctl_dimm *dimm);
void ndctl_dimm_refresh_flags(struct ndctl_dimm *dimm);
/* Return the name of command @cmd and whether the DIMM accepts it, as for the bus. */
const char *ndctl_dimm_get_cmd_name(struct ndctl_dimm *dimm, int cmd);
int ndctl_dimm_is_cmd_supported(struct ndctl_dimm *dimm, int cmd);
/* Returns 1 if an enabled region uses the DIMM (attribute state), else 0. */
int ndctl_dimm_is_active(struct ndctl_dimm *dimm);
/* Return 1 if the driver is bound, else 0; bind it; unbind it. The latter two return 0, also if
 * there is nothing to do, or a negative errno: -EBUSY if an enabled region uses the DIMM. */
int ndctl_dimm_is_enabled(struct ndctl_dimm *dimm);
int ndctl_dimm_enable(struct ndctl_dimm *dimm);
int ndctl_dimm_disable(struct ndctl_dimm *dimm);

enum ndctl_security_state {
	NDCTL_SECURITY_INVALID = -1,
	NDCTL_SECURITY_DISABLED = 0,
	NDCTL_SECURITY_UNLOCKED,
	NDCTL_SECURITY_LOCKED,
	NDCTL_SECURITY_FROZEN,
	NDCTL_SECURITY_OVERWRITE,
};
/* Return attribute security, NDCTL_SECURITY_INVALID if the DIMM lacks it, and attribute frozen:
 * true if the state cannot be changed before the next boot. */
enum ndctl_security_state ndctl_dimm_get_security(struct ndctl_dimm *dimm);
bool ndctl_dimm_security_is_frozen(struct ndctl_dimm *dimm);

/* ---- labels ---- */

enum ndctl_namespace_version {
	NDCTL_NS_VERSION_1_1,
	NDCTL_NS_VERSION_1_2,
};
/* Returns the number of free label slots (attribute available_slots); ULONG_MAX if unknown. */
unsigned long ndctl_dimm_get_available_labels(struct ndctl_dimm *dimm);
/* Return the bytes of a label and of an index block in the label area: those of version 1.1 if no
 * index block is valid, 0 if the area cannot be read. */
unsigned int ndctl_dimm_sizeof_namespace_label(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_sizeof_namespace_index(struct ndctl_dimm *dimm);
/* Reads the index blocks. Returns the number of label slots, -EINVAL if no index block is valid,
 * -EOPNOTSUPP without label area, -ENOSPC if the area is too small, or another negative errno. */
int ndctl_dimm_validate_labels(struct ndctl_dimm *dimm);

/*
 * Write the label area. If the DIMM is enabled, they rebind its driver, so that the kernel reads
 * the labels. If the content has a valid index block before and after, it has one at each moment.
 * After a failure they write back the old content.
 *
 * init_labels writes two new index blocks of version @v, which deletes all labels; it returns the
 * number of slots. zero_labels zeroes the whole area, zero_label_extent @len bytes at @offset (@len
 * 0: the size of the area); they return 0. All return a negative errno on failure: -EBUSY if an
 * enabled region uses the DIMM, -EOPNOTSUPP without label area, -EINVAL for an unknown version or a
 * range outside of the area, -ENOSPC if the area is too small, -EIO if the firmware refuses.
 */
int ndctl_dimm_init_labels(struct ndctl_dimm *dimm, enum ndctl_namespace_version v);
int ndctl_dimm_zero_labels(struct ndctl_dimm *dimm);
int ndctl_dimm_zero_label_extent(struct ndctl_dimm *dimm, unsigned int len, unsigned int offset);

/* ---- commands ---- */

/*
 * A command to a DIMM or a bus: create it, submit it, and read the answer from it. A new command
 * has one reference, and the last ndctl_cmd_unref() frees it. Functions that create a command
 * return NULL with errno set on failure.
 */
struct ndctl_cmd;
/* Add and drop a reference; both accept NULL. */
void ndctl_cmd_ref(struct ndctl_cmd *cmd);
void ndctl_cmd_unref(struct ndctl_cmd *cmd);
/* Returns ND_CMD_... of <linux/ndctl.h>; -EINVAL for NULL. */
int ndctl_cmd_get_type(struct ndctl_cmd *cmd);
/* Return 1 before the command is submitted, and then what ndctl_cmd_submit() returned; and the
 * status that the firmware answered with (0: success, or it was not asked). */
int ndctl_cmd_get_status(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_get_firmware_status(struct ndctl_cmd *cmd);
/* Sends the command. Returns 0 or a negative errno. For commands to a bus, 0 says nothing about the
 * firmware's status; a label command returns -EIO if the firmware refuses it. */
int ndctl_cmd_submit(struct ndctl_cmd *cmd);

/*
 * Media errors (ACPI 6.2, address range scrub; ioctls of /dev/ndctlX). ars_cap queries what the bus
 * can do with the @len bytes at physical address @address. Once it is submitted, the others can be
 * created from it: ars_start scrubs that range (@type: ND_ARS_VOLATILE or ND_ARS_PERSISTENT),
 * ars_status reads the errors that scrubs have found, clear_error clears @len bytes at @address.
 *
 * Return NULL with errno EOPNOTSUPP if the bus does not accept the command, ENOMEM, or EINVAL if
 * @ars_cap was not submitted or the firmware refused it, if @type is another one, or if the bytes
 * to clear are not within its range and multiples of its clear unit.
 */
struct ndctl_range {
	unsigned long long address;
	unsigned long long length;
};
struct ndctl_cmd *ndctl_bus_cmd_new_ars_cap(
	struct ndctl_bus *bus, unsigned long long address, unsigned long long len);
struct ndctl_cmd *ndctl_bus_cmd_new_ars_start(struct ndctl_cmd *ars_cap, int type);
struct ndctl_cmd *ndctl_bus_cmd_new_ars_status(struct ndctl_cmd *ars_cap);
struct ndctl_cmd *ndctl_bus_cmd_new_clear_error(
	unsigned long long address, unsigned long long len, struct ndctl_cmd *ars_cap);
/* Read the answer of ars_cap: the most bytes that an ars_status answer takes; the range that was
 * queried; the unit, in bytes, in which errors can be cleared. Until a command has succeeded, its
 * functions return 0, and get_range -EINVAL. */
unsigned int ndctl_cmd_ars_cap_get_size(struct ndctl_cmd *ars_cap);
int ndctl_cmd_ars_cap_get_range(struct ndctl_cmd *ars_cap, struct ndctl_range *range);
unsigned int ndctl_cmd_ars_cap_get_clear_unit(struct ndctl_cmd *ars_cap);
/* Read the answer of ars_status: 1 while a scrub runs; the number of ranges with errors; address
 * and bytes of range @rec_index, 0 if there are fewer; 1 if more ranges were found than the answer
 * has room for, -EINVAL for another kind of command. */
int ndctl_cmd_ars_in_progress(struct ndctl_cmd *ars_status);
unsigned int ndctl_cmd_ars_num_records(struct ndctl_cmd *ars_status);
unsigned long long ndctl_cmd_ars_get_record_addr(
	struct ndctl_cmd *ars_status, unsigned int rec_index);
unsigned long long ndctl_cmd_ars_get_record_len(
	struct ndctl_cmd *ars_status, unsigned int rec_index);
int ndctl_cmd_ars_stat_get_flag_overflow(struct ndctl_cmd *ars_status);
/* Returns how many bytes were cleared; clear the rest with another command. */
unsigned long long ndctl_cmd_clear_error_get_cleared(struct ndctl_cmd *clear_error);

/*
 * The label area (ioctls of /dev/nmemX). cfg_size queries its size, cfg_read reads, cfg_write
 * writes; create each from the one before, once that has succeeded. NULL with errno EINVAL if it
 * has not, EOPNOTSUPP for a DIMM without label area, or ENOMEM.
 */
struct ndctl_cmd *ndctl_dimm_cmd_new_cfg_size(struct ndctl_dimm *dimm);
struct ndctl_cmd *ndctl_dimm_cmd_new_cfg_read(struct ndctl_cmd *cfg_size);
struct ndctl_cmd *ndctl_dimm_cmd_new_cfg_write(struct ndctl_cmd *cfg_read);
/* Returns the bytes of the area; 0 until the command has succeeded. */
unsigned int ndctl_cmd_cfg_size_get_size(struct ndctl_cmd *cfg_size);
/* Before the command is submitted, set its extent to @len bytes at @offset. Return 0, or -EINVAL if
 * the extent is not within the area or the command was submitted. A new cfg_read has the whole area
 * as its extent; a new cfg_write has extent and content of its cfg_read. */
int ndctl_cmd_cfg_read_set_extent(
	struct ndctl_cmd *cfg_read, unsigned int len, unsigned int offset);
int ndctl_cmd_cfg_write_set_extent(
	struct ndctl_cmd *cfg_write, unsigned int len, unsigned int offset);
/* Copy up to @len bytes at @offset of the area to or from @buf, as many as are in the extent, and
 * return how many. Return -EINVAL if @offset is before the extent or beyond the area, if cfg_read
 * has not succeeded yet, or if cfg_write was submitted. */
ssize_t ndctl_cmd_cfg_read_get_data(
	struct ndctl_cmd *cfg_read, void *buf, unsigned int len, unsigned int offset);
ssize_t ndctl_cmd_cfg_write_set_data(
	struct ndctl_cmd *cfg_write, void *buf, unsigned int len, unsigned int offset);
/* Return the bytes of the extent, which the command has read; zero the extent and return its bytes;
 * or -EINVAL as above. */
ssize_t ndctl_cmd_cfg_read_get_size(struct ndctl_cmd *cfg_read);
ssize_t ndctl_cmd_cfg_write_zero_data(struct ndctl_cmd *cfg_write);

/* Create and submit the commands, and return a cfg_read that has read the whole area, its index
 * blocks, or @len bytes at @offset (@len 0: the size of the area). Drop it with
 * ndctl_cmd_unref(). NULL with errno set: EOPNOTSUPP without label area; read_label_extent: ENOENT
 * for a range outside of the area. */
struct ndctl_cmd *ndctl_dimm_read_labels(struct ndctl_dimm *dimm);
struct ndctl_cmd *ndctl_dimm_read_label_index(struct ndctl_dimm *dimm);
struct ndctl_cmd *ndctl_dimm_read_label_extent(
	struct ndctl_dimm *dimm, unsigned int len, unsigned int offset);

/* ---- region ---- */

/* A run of @len bad sectors of 512 bytes; @offset counts sectors from the start of the region, or
 * of the namespace's data. */
struct badblock {
	unsigned long long offset;
	unsigned int len;
};

struct ndctl_namespace;
struct ndctl_btt;
struct ndctl_pfn;
struct ndctl_dax;

struct ndctl_region *ndctl_region_get_first(struct ndctl_bus *bus);
struct ndctl_region *ndctl_region_get_next(struct ndctl_region *region);
#define ndctl_region_foreach(bus, region)                                                          \
	for (region = ndctl_region_get_first(bus); region != NULL;                                 \
		region = ndctl_region_get_next(region))
struct ndctl_bus *ndctl_region_get_bus(struct ndctl_region *region);
struct ndctl_ctx *ndctl_region_get_ctx(struct ndctl_region *region);
/* Return the X of "regionX", and the name. */
unsigned int ndctl_region_get_id(struct ndctl_region *region);
const char *ndctl_region_get_devname(struct ndctl_region *region);
/* Returns the bytes of the region (attribute size); 0 if unknown. */
unsigned long long ndctl_region_get_size(struct ndctl_region *region);
/* Return the bytes that no namespace uses (attribute available_size), and the largest contiguous
 * part of them (max_available_extent). 0 for a region without labels, which its one namespace
 * fills; ULLONG_MAX if unknown. */
unsigned long long ndctl_region_get_available_size(struct ndctl_region *region);
unsigned long long ndctl_region_get_max_available_extent(struct ndctl_region *region);
/* Return and set the bytes that the sizes of namespaces must be a multiple of (attribute align,
 * since Linux 5.7). The getter returns ULONG_MAX if unknown, the setter 0 or a negative errno. */
unsigned long ndctl_region_get_align(struct ndctl_region *region);
int ndctl_region_set_align(struct ndctl_region *region, unsigned long align);
/* Return and set whether the region is read-only (attribute read_only): 1 or 0. Both return that
 * value or a negative errno. */
int ndctl_region_get_ro(struct ndctl_region *region);
int ndctl_region_set_ro(struct ndctl_region *region, int ro);
/* Makes the platform write all buffered stores to the media (attribute deep_flush). Returns 0,
 * -ENXIO for a disabled region, or another negative errno. */
int ndctl_region_deep_flush(struct ndctl_region *region);
/* Return the number of mappings (attribute mappings; 0 without DIMMs), and the number of interleave
 * ways, at least 1. */
unsigned int ndctl_region_get_mappings(struct ndctl_region *region);
unsigned int ndctl_region_get_interleave_ways(struct ndctl_region *region);
/* Returns the index of the range in the NFIT (attribute nfit/range_index); UINT_MAX without it. */
unsigned int ndctl_region_get_range_index(struct ndctl_region *region);
/* Return ND_DEVICE_REGION_... of <linux/ndctl.h>; its name, "pmem" or "blk"; and
 * ND_DEVICE_NAMESPACE_... of the namespaces (attribute nstype): PMEM with labels, IO without, 0 if
 * unknown. */
unsigned int ndctl_region_get_type(struct ndctl_region *region);
const char *ndctl_region_get_type_name(struct ndctl_region *region);
unsigned int ndctl_region_get_nstype(struct ndctl_region *region);
/* Returns the physical address (attribute resource, which only root can read); ULLONG_MAX if
 * unknown. */
unsigned long long ndctl_region_get_resource(struct ndctl_region *region);

#define NUMA_NO_NODE (-1)
#define NUMA_NO_ATTR (-2)
/* Return the NUMA node of the nearest processors (attribute numa_node; NUMA_NO_ATTR without it);
 * whether the kernel has that attribute; and the node that the memory would become as system RAM
 * (attribute target_node). NUMA_NO_NODE: none. */
int ndctl_region_get_numa_node(struct ndctl_region *region);
int ndctl_region_has_numa(struct ndctl_region *region);
int ndctl_region_get_target_node(struct ndctl_region *region);
enum ndctl_persistence_domain ndctl_region_get_persistence_domain(struct ndctl_region *region);

/* Iterate over the bad blocks of the region (attribute badblocks). get_first reads them anew; a
 * pointer is valid until the next get_first of the same region. The kernel cuts the list after 4095
 * bytes: get_first then returns what is listed, and ndctl_get_error() says so. */
struct badblock *ndctl_region_get_first_badblock(struct ndctl_region *region);
struct badblock *ndctl_region_get_next_badblock(struct ndctl_region *region);
#define ndctl_region_badblock_foreach(region, badblock)                                            \
	for (badblock = ndctl_region_get_first_badblock(region); badblock != NULL;                 \
		badblock = ndctl_region_get_next_badblock(region))

/* Return the seeds: the unconfigured devices (attributes namespace_seed, btt_seed, pfn_seed,
 * dax_seed) that the next namespace is made of. The kernel creates another seed once one is in use.
 * NULL for a disabled region, or if the kernel lacks the kind. */
struct ndctl_namespace *ndctl_region_get_namespace_seed(struct ndctl_region *region);
struct ndctl_btt *ndctl_region_get_btt_seed(struct ndctl_region *region);
struct ndctl_pfn *ndctl_region_get_pfn_seed(struct ndctl_region *region);
struct ndctl_dax *ndctl_region_get_dax_seed(struct ndctl_region *region);

/* Iterate over the DIMMs that the region is on, each once. */
struct ndctl_dimm *ndctl_region_get_first_dimm(struct ndctl_region *region);
struct ndctl_dimm *ndctl_region_get_next_dimm(struct ndctl_region *region, struct ndctl_dimm *dimm);
#define ndctl_dimm_foreach_in_region(region, dimm)                                                 \
	for (dimm = ndctl_region_get_first_dimm(region); dimm != NULL;                             \
		dimm = ndctl_region_get_next_dimm(region, dimm))

/* Returns 1 if a driver is bound, else 0. */
int ndctl_region_is_enabled(struct ndctl_region *region);
/* Binds the driver of the region, so that the kernel reads the labels and enables the namespaces.
 * Returns 0, also if the region is enabled already, or a negative errno. */
int ndctl_region_enable(struct ndctl_region *region);
/* Unbind the driver, with which all namespaces vanish. Return 0 or a negative errno: -EBUSY while a
 * namespace is mounted, held by another device, mapped, or in use as memory. Both functions do the
 * same. */
int ndctl_region_disable_invalidate(struct ndctl_region *region);
int ndctl_region_disable_preserve(struct ndctl_region *region);
/* Makes the library read the parts of the region again. */
void ndctl_region_cleanup(struct ndctl_region *region);

/* ---- interleave set ---- */

struct ndctl_interleave_set;

/* Return the interleave set that the region is, NULL for a region without labels; and iterate over
 * the sets on a bus. */
struct ndctl_interleave_set *ndctl_region_get_interleave_set(struct ndctl_region *region);
struct ndctl_interleave_set *ndctl_interleave_set_get_first(struct ndctl_bus *bus);
struct ndctl_interleave_set *ndctl_interleave_set_get_next(struct ndctl_interleave_set *iset);
#define ndctl_interleave_set_foreach(bus, iset)                                                    \
	for (iset = ndctl_interleave_set_get_first(bus); iset != NULL;                             \
		iset = ndctl_interleave_set_get_next(iset))
/* Returns 1 if an enabled region uses one of its DIMMs, else 0. */
int ndctl_interleave_set_is_active(struct ndctl_interleave_set *iset);
/* Returns the number that identifies the set in labels (attribute set_cookie); 0 if unknown. */
unsigned long long ndctl_interleave_set_get_cookie(struct ndctl_interleave_set *iset);
struct ndctl_region *ndctl_interleave_set_get_region(struct ndctl_interleave_set *iset);
struct ndctl_dimm *ndctl_interleave_set_get_first_dimm(struct ndctl_interleave_set *iset);
struct ndctl_dimm *ndctl_interleave_set_get_next_dimm(
	struct ndctl_interleave_set *iset, struct ndctl_dimm *dimm);
#define ndctl_dimm_foreach_in_interleave_set(iset, dimm)                                           \
	for (dimm = ndctl_interleave_set_get_first_dimm(iset); dimm != NULL;                       \
		dimm = ndctl_interleave_set_get_next_dimm(iset, dimm))

/* ---- mapping ---- */

struct ndctl_mapping;

/* Iterate over the mappings of the region: the parts of DIMMs that it consists of (attributes
 * mapping0, mapping1, ...). get_dimm returns NULL if the kernel names none that exists. */
struct ndctl_mapping *ndctl_mapping_get_first(struct ndctl_region *region);
struct ndctl_mapping *ndctl_mapping_get_next(struct ndctl_mapping *mapping);
#define ndctl_mapping_foreach(region, mapping)                                                     \
	for (mapping = ndctl_mapping_get_first(region); mapping != NULL;                           \
		mapping = ndctl_mapping_get_next(mapping))
struct ndctl_dimm *ndctl_mapping_get_dimm(struct ndctl_mapping *mapping);
struct ndctl_ctx *ndctl_mapping_get_ctx(struct ndctl_mapping *mapping);
struct ndctl_bus *ndctl_mapping_get_bus(struct ndctl_mapping *mapping);
struct ndctl_region *ndctl_mapping_get_region(struct ndctl_mapping *mapping);
/* Return the offset of the part on the DIMM, its bytes, and its position in the interleave set (-1
 * if unknown: before Linux 4.14). */
unsigned long long ndctl_mapping_get_offset(struct ndctl_mapping *mapping);
unsigned long long ndctl_mapping_get_length(struct ndctl_mapping *mapping);
int ndctl_mapping_get_position(struct ndctl_mapping *mapping);

/* ---- namespace ---- */

struct ndctl_namespace *ndctl_namespace_get_first(struct ndctl_region *region);
struct ndctl_namespace *ndctl_namespace_get_next(struct ndctl_namespace *ndns);
#define ndctl_namespace_foreach(region, ndns)                                                      \
	for (ndns = ndctl_namespace_get_first(region); ndns != NULL;                               \
		ndns = ndctl_namespace_get_next(ndns))
#define ndctl_namespace_foreach_safe(region, ndns, _ndns)                                          \
	for (ndns = ndctl_namespace_get_first(region),                                             \
	    _ndns = ndns ? ndctl_namespace_get_next(ndns) : NULL;                                  \
		ndns != NULL;                                                                      \
		ndns = _ndns, _ndns = _ndns ? ndctl_namespace_get_next(_ndns) : NULL)
struct ndctl_ctx *ndctl_namespace_get_ctx(struct ndctl_namespace *ndns);
struct ndctl_bus *ndctl_namespace_get_bus(struct ndctl_namespace *ndns);
struct ndctl_region *ndctl_namespace_get_region(struct ndctl_namespace *ndns);
/* Return the device that claims the namespace (attribute holder) if it is of that kind, else NULL.
 */
struct ndctl_btt *ndctl_namespace_get_btt(struct ndctl_namespace *ndns);
struct ndctl_pfn *ndctl_namespace_get_pfn(struct ndctl_namespace *ndns);
struct ndctl_dax *ndctl_namespace_get_dax(struct ndctl_namespace *ndns);
/* Return the Y of "namespaceX.Y", and the name. */
unsigned int ndctl_namespace_get_id(struct ndctl_namespace *ndns);
const char *ndctl_namespace_get_devname(struct ndctl_namespace *ndns);
/* Return ND_DEVICE_NAMESPACE_... of <linux/ndctl.h>, as the region does, and its name:
 * "namespace_io", "namespace_pmem" or "unknown". */
unsigned int ndctl_namespace_get_type(struct ndctl_namespace *ndns);
const char *ndctl_namespace_get_type_name(struct ndctl_namespace *ndns);
/* Returns the name of the raw block device, "pmem0.1"; "" while the namespace is disabled or
 * claimed. */
const char *ndctl_namespace_get_block_device(struct ndctl_namespace *ndns);

enum ndctl_namespace_mode {
	NDCTL_NS_MODE_MEMORY,
	NDCTL_NS_MODE_FSDAX = NDCTL_NS_MODE_MEMORY,
	NDCTL_NS_MODE_SAFE,
	NDCTL_NS_MODE_SECTOR = NDCTL_NS_MODE_SAFE,
	NDCTL_NS_MODE_RAW,
	NDCTL_NS_MODE_DAX,
	NDCTL_NS_MODE_DEVDAX = NDCTL_NS_MODE_DAX,
	NDCTL_NS_MODE_UNKNOWN,
};
/* Returns the present mode: by the device that claims the namespace, or else by attribute mode,
 * which is "raw" for a disabled one. UNKNOWN if it cannot be read. */
enum ndctl_namespace_mode ndctl_namespace_get_mode(struct ndctl_namespace *ndns);
/* Return and set the mode in the label (attribute holder_class). The setter returns 0, -EINVAL for
 * UNKNOWN, or another negative errno. */
enum ndctl_namespace_mode ndctl_namespace_get_enforce_mode(struct ndctl_namespace *ndns);
int ndctl_namespace_set_enforce_mode(struct ndctl_namespace *ndns, enum ndctl_namespace_mode mode);
/* Return 1 if a driver is bound to the namespace itself; true if to it or to the device that claims
 * it. */
int ndctl_namespace_is_enabled(struct ndctl_namespace *ndns);
bool ndctl_namespace_is_active(struct ndctl_namespace *ndns);
/* Returns 1 if the kernel has a device of that name, else 0. */
int ndctl_namespace_is_valid(struct ndctl_namespace *ndns);
/* Returns 1 if the namespace has a size and, with labels, a uuid; else 0. */
int ndctl_namespace_is_configured(struct ndctl_namespace *ndns);
/* Returns 1 if the namespace is not active, and is the seed or not configured; else 0. */
int ndctl_namespace_is_configuration_idle(struct ndctl_namespace *ndns);
/* Binds the driver, which creates the device that the info block describes, unless the namespace is
 * active. Returns 0 if it is raw, 1 if a btt, pfn or dax device claims it, or a negative errno. */
int ndctl_namespace_enable(struct ndctl_namespace *ndns);
/* Unbind the namespace and the btt, pfn or dax device that claims it, which then releases it.
 * Return 0 or a negative errno: -EBUSY while it is mounted, held by another device, mapped, or in
 * use as memory, or if that cannot be known. ndctl_namespace_disable() leaves a claimed namespace
 * enabled and returns 0; ndctl_namespace_disable_safe() returns 1 for a namespace of size 0. */
int ndctl_namespace_disable(struct ndctl_namespace *ndns);
int ndctl_namespace_disable_invalidate(struct ndctl_namespace *ndns);
int ndctl_namespace_disable_safe(struct ndctl_namespace *ndns);
/* Deletes the labels of a disabled namespace, which returns its capacity to the region. Does not
 * erase data. Returns 0, -EBUSY if it is enabled, or another negative errno. Without labels it
 * returns 0 and changes nothing: the region always has this namespace. */
int ndctl_namespace_delete(struct ndctl_namespace *ndns);

/* Return and set what labels hold (attributes uuid, alt_name, size). Null uuid, "" or 0: none.
 * Setters need a disabled namespace that no device claims, and return 0 or a negative errno: -EBUSY
 * for one in use. Set the uuid before the size. */
void ndctl_namespace_get_uuid(struct ndctl_namespace *ndns, uuid_t uu);
int ndctl_namespace_set_uuid(struct ndctl_namespace *ndns, uuid_t uu);
/* @alt_name has at most 63 bytes. Without labels the setter returns 0 and changes nothing. */
const char *ndctl_namespace_get_alt_name(struct ndctl_namespace *ndns);
int ndctl_namespace_set_alt_name(struct ndctl_namespace *ndns, const char *alt_name);
/* Bytes. The setter returns -EINVAL for 0: ndctl_namespace_delete() deletes the labels. Without
 * labels it returns -EBUSY if the namespace is enabled, else -ENXIO. */
unsigned long long ndctl_namespace_get_size(struct ndctl_namespace *ndns);
int ndctl_namespace_set_size(struct ndctl_namespace *ndns, unsigned long long size);
/* Returns the physical address (attribute resource, which only root can read); ULLONG_MAX if
 * unknown. */
unsigned long long ndctl_namespace_get_resource(struct ndctl_namespace *ndns);
/* Logical sector size of the raw block device in bytes (attribute sector_size, which needs labels).
 * Return the current one, UINT_MAX with errno EINVAL if none is chosen; how many the kernel offers;
 * and number @i of them, UINT_MAX beyond. Without labels all return 0. */
unsigned int ndctl_namespace_get_sector_size(struct ndctl_namespace *ndns);
int ndctl_namespace_get_num_sector_sizes(struct ndctl_namespace *ndns);
unsigned int ndctl_namespace_get_supported_sector_size(struct ndctl_namespace *ndns, int i);
int ndctl_namespace_set_sector_size(struct ndctl_namespace *ndns, unsigned int sector_size);
/* Return and set whether the kernel ignores info blocks when the namespace is enabled (attribute
 * force_raw): 1 or 0. Both return that value or a negative errno. */
int ndctl_namespace_get_raw_mode(struct ndctl_namespace *ndns);
int ndctl_namespace_set_raw_mode(struct ndctl_namespace *ndns, int raw_mode);
/* Return NUMA nodes as for regions; NUMA_NO_NODE: none, or unknown. */
int ndctl_namespace_get_numa_node(struct ndctl_namespace *ndns);
int ndctl_namespace_get_target_node(struct ndctl_namespace *ndns);

/* Iterate over the region's bad blocks within the data of the namespace. Offsets are relative to
 * the start of the data, as in its block device. None for a btt, which moves sectors. get_first
 * reads them anew; a pointer is valid until the next get_first of the same namespace. */
struct badblock *ndctl_namespace_get_first_badblock(struct ndctl_namespace *ndns);
struct badblock *ndctl_namespace_get_next_badblock(struct ndctl_namespace *ndns);
#define ndctl_namespace_badblock_foreach(ndns, badblock)                                           \
	for (badblock = ndctl_namespace_get_first_badblock(ndns); badblock != NULL;                \
		badblock = ndctl_namespace_get_next_badblock(ndns))

/*
 * ---- btt, pfn and dax: devices that claim a namespace ----
 *
 * The three differ in a few properties only. Functions of the same name do the same.
 *
 *	get_id, get_devname	the Y of "bttX.Y", and the name
 *	get/set_namespace	the namespace that the device claims, NULL: none (attribute
 *				namespace); setting NULL releases it
 *	get/set_uuid		the uuid in the info block, null: none (attribute uuid)
 *	get_size		usable bytes, ULLONG_MAX while disabled (attribute size)
 *	get_resource		physical address of the data, ULLONG_MAX while disabled or
 *				without root's rights (attribute resource)
 *	is_enabled		1 if a driver is bound, else 0
 *	is_valid		1 if the kernel has a device of that name, else 0
 *	is_configured		1 if it has a uuid or claims a namespace, else 0
 *	enable			binds the driver, which writes the info block if it is new
 *	delete			unbinds the driver and releases the namespace
 *
 * Setters need a disabled device. Setters, enable and delete return 0 or a negative errno.
 */

/* ---- btt: a block device whose sectors are written as a whole or not at all ---- */

struct ndctl_btt *ndctl_btt_get_first(struct ndctl_region *region);
struct ndctl_btt *ndctl_btt_get_next(struct ndctl_btt *btt);
#define ndctl_btt_foreach(region, btt)                                                             \
	for (btt = ndctl_btt_get_first(region); btt != NULL; btt = ndctl_btt_get_next(btt))
#define ndctl_btt_foreach_safe(region, btt, _btt)                                                  \
	for (btt = ndctl_btt_get_first(region), _btt = btt ? ndctl_btt_get_next(btt) : NULL;       \
		btt != NULL; btt = _btt, _btt = _btt ? ndctl_btt_get_next(_btt) : NULL)
struct ndctl_ctx *ndctl_btt_get_ctx(struct ndctl_btt *btt);
struct ndctl_bus *ndctl_btt_get_bus(struct ndctl_btt *btt);
struct ndctl_region *ndctl_btt_get_region(struct ndctl_btt *btt);
unsigned int ndctl_btt_get_id(struct ndctl_btt *btt);
const char *ndctl_btt_get_devname(struct ndctl_btt *btt);
/* Returns the name of the block device, "pmem0.1s"; "" while disabled. */
const char *ndctl_btt_get_block_device(struct ndctl_btt *btt);
struct ndctl_namespace *ndctl_btt_get_namespace(struct ndctl_btt *btt);
int ndctl_btt_set_namespace(struct ndctl_btt *btt, struct ndctl_namespace *ndns);
void ndctl_btt_get_uuid(struct ndctl_btt *btt, uuid_t uu);
int ndctl_btt_set_uuid(struct ndctl_btt *btt, uuid_t uu);
unsigned long long ndctl_btt_get_size(struct ndctl_btt *btt);
/* Sector size in bytes (attribute sector_size): the current one, UINT_MAX with errno EINVAL if none
 * is chosen; how many the kernel offers; and number @i of them, UINT_MAX beyond. */
unsigned int ndctl_btt_get_sector_size(struct ndctl_btt *btt);
int ndctl_btt_set_sector_size(struct ndctl_btt *btt, unsigned int sector_size);
int ndctl_btt_get_num_sector_sizes(struct ndctl_btt *btt);
unsigned int ndctl_btt_get_supported_sector_size(struct ndctl_btt *btt, int i);
int ndctl_btt_is_enabled(struct ndctl_btt *btt);
int ndctl_btt_is_valid(struct ndctl_btt *btt);
int ndctl_btt_is_configured(struct ndctl_btt *btt);
int ndctl_btt_enable(struct ndctl_btt *btt);
int ndctl_btt_delete(struct ndctl_btt *btt);

/* ---- pfn: struct pages for file systems with DAX ---- */

struct ndctl_pfn *ndctl_pfn_get_first(struct ndctl_region *region);
struct ndctl_pfn *ndctl_pfn_get_next(struct ndctl_pfn *pfn);
#define ndctl_pfn_foreach(region, pfn)                                                             \
	for (pfn = ndctl_pfn_get_first(region); pfn != NULL; pfn = ndctl_pfn_get_next(pfn))
#define ndctl_pfn_foreach_safe(region, pfn, _pfn)                                                  \
	for (pfn = ndctl_pfn_get_first(region), _pfn = pfn ? ndctl_pfn_get_next(pfn) : NULL;       \
		pfn != NULL; pfn = _pfn, _pfn = _pfn ? ndctl_pfn_get_next(_pfn) : NULL)
struct ndctl_ctx *ndctl_pfn_get_ctx(struct ndctl_pfn *pfn);
struct ndctl_bus *ndctl_pfn_get_bus(struct ndctl_pfn *pfn);
struct ndctl_region *ndctl_pfn_get_region(struct ndctl_pfn *pfn);
unsigned int ndctl_pfn_get_id(struct ndctl_pfn *pfn);
const char *ndctl_pfn_get_devname(struct ndctl_pfn *pfn);
/* Returns the name of the block device, "pmem0.1"; "" while disabled. */
const char *ndctl_pfn_get_block_device(struct ndctl_pfn *pfn);
struct ndctl_namespace *ndctl_pfn_get_namespace(struct ndctl_pfn *pfn);
int ndctl_pfn_set_namespace(struct ndctl_pfn *pfn, struct ndctl_namespace *ndns);
void ndctl_pfn_get_uuid(struct ndctl_pfn *pfn, uuid_t uu);
int ndctl_pfn_set_uuid(struct ndctl_pfn *pfn, uuid_t uu);
unsigned long long ndctl_pfn_get_size(struct ndctl_pfn *pfn);
/* Place of the struct pages (attribute mode): not chosen, in ordinary memory, or in the namespace.
 */
enum ndctl_pfn_loc {
	NDCTL_PFN_LOC_NONE,
	NDCTL_PFN_LOC_RAM,
	NDCTL_PFN_LOC_PMEM,
};
enum ndctl_pfn_loc ndctl_pfn_get_location(struct ndctl_pfn *pfn);
int ndctl_pfn_set_location(struct ndctl_pfn *pfn, enum ndctl_pfn_loc loc);
unsigned long long ndctl_pfn_get_resource(struct ndctl_pfn *pfn);
/* Alignment of the data in bytes (attribute align): 1 if it is known, else 0; its value, 0 if
 * unknown; how many the kernel offers (attribute supported_alignments); and number @i of them,
 * (unsigned long)-EINVAL with errno EINVAL beyond. */
int ndctl_pfn_has_align(struct ndctl_pfn *pfn);
unsigned long ndctl_pfn_get_align(struct ndctl_pfn *pfn);
int ndctl_pfn_set_align(struct ndctl_pfn *pfn, unsigned long align);
int ndctl_pfn_get_num_alignments(struct ndctl_pfn *pfn);
unsigned long ndctl_pfn_get_supported_alignment(struct ndctl_pfn *pfn, int i);
int ndctl_pfn_is_enabled(struct ndctl_pfn *pfn);
int ndctl_pfn_is_valid(struct ndctl_pfn *pfn);
int ndctl_pfn_is_configured(struct ndctl_pfn *pfn);
int ndctl_pfn_enable(struct ndctl_pfn *pfn);
int ndctl_pfn_delete(struct ndctl_pfn *pfn);

/* ---- dax: a character device for programs to map ---- */

struct ndctl_dax *ndctl_dax_get_first(struct ndctl_region *region);
struct ndctl_dax *ndctl_dax_get_next(struct ndctl_dax *dax);
#define ndctl_dax_foreach(region, dax)                                                             \
	for (dax = ndctl_dax_get_first(region); dax != NULL; dax = ndctl_dax_get_next(dax))
#define ndctl_dax_foreach_safe(region, dax, _dax)                                                  \
	for (dax = ndctl_dax_get_first(region), _dax = dax ? ndctl_dax_get_next(dax) : NULL;       \
		dax != NULL; dax = _dax, _dax = _dax ? ndctl_dax_get_next(_dax) : NULL)
struct ndctl_ctx *ndctl_dax_get_ctx(struct ndctl_dax *dax);
struct ndctl_bus *ndctl_dax_get_bus(struct ndctl_dax *dax);
struct ndctl_region *ndctl_dax_get_region(struct ndctl_dax *dax);
unsigned int ndctl_dax_get_id(struct ndctl_dax *dax);
const char *ndctl_dax_get_devname(struct ndctl_dax *dax);
struct ndctl_namespace *ndctl_dax_get_namespace(struct ndctl_dax *dax);
int ndctl_dax_set_namespace(struct ndctl_dax *dax, struct ndctl_namespace *ndns);
void ndctl_dax_get_uuid(struct ndctl_dax *dax, uuid_t uu);
int ndctl_dax_set_uuid(struct ndctl_dax *dax, uuid_t uu);
unsigned long long ndctl_dax_get_size(struct ndctl_dax *dax);
enum ndctl_pfn_loc ndctl_dax_get_location(struct ndctl_dax *dax);
int ndctl_dax_set_location(struct ndctl_dax *dax, enum ndctl_pfn_loc loc);
unsigned long long ndctl_dax_get_resource(struct ndctl_dax *dax);
/* Alignment of the data in bytes (attribute align): 1 if it is known, else 0; its value, 0 if
 * unknown; how many the kernel offers (attribute supported_alignments); and number @i of them,
 * (unsigned long)-EINVAL with errno EINVAL beyond. */
int ndctl_dax_has_align(struct ndctl_dax *dax);
unsigned long ndctl_dax_get_align(struct ndctl_dax *dax);
int ndctl_dax_set_align(struct ndctl_dax *dax, unsigned long align);
int ndctl_dax_get_num_alignments(struct ndctl_dax *dax);
unsigned long ndctl_dax_get_supported_alignment(struct ndctl_dax *dax, int i);
/* Returns the region of libdaxctl that has the /dev/dax devices. It belongs to the context. NULL if
 * it cannot be created. */
struct daxctl_region *ndctl_dax_get_daxctl_region(struct ndctl_dax *dax);
int ndctl_dax_is_enabled(struct ndctl_dax *dax);
int ndctl_dax_is_valid(struct ndctl_dax *dax);
int ndctl_dax_is_configured(struct ndctl_dax *dax);
int ndctl_dax_enable(struct ndctl_dax *dax);
int ndctl_dax_delete(struct ndctl_dax *dax);

/*
 * ---- commands to the firmware of a DIMM ----
 *
 * The maker of a DIMM chooses the family of its commands: Intel (DSM Interface 2.0), HPE1,
 * Microsoft, Hyper-V, or PAPR (POWER); Linux passes them on (ND_CMD_CALL of <linux/ndctl.h>). A
 * program creates a command, submits it, reads the answer, and releases it with ndctl_cmd_unref().
 * The command refers to the DIMM, which belongs to the context.
 *
 * ndctl_dimm_cmd_new_...() return NULL with errno EOPNOTSUPP if the DIMM lacks the command
 * (ndctl_get_error() says whether its family or its platform does), EINVAL for a wrong argument, or
 * ENOMEM.
 *
 * ndctl_cmd_submit() returns 0 also if the firmware refuses: the program then reads the status,
 * whose codes depend on the family, with ndctl_cmd_get_firmware_status(). It returns -EIO if the
 * answer is too short.
 *
 * Getters of an answer return all bits set, with errno EINVAL for a command that is not of their
 * kind or not submitted, ENODATA if the firmware does not tell the value, or the errno of the
 * failure.
 */

/* Return 0, or the meaning of the status with which the firmware refused a command as a negative
 * errno: -EOPNOTSUPP, -ENXIO (no such device), -EINVAL, -EIO (hardware), -EAGAIN, -EBUSY (not
 * ready), -ENOMSG (anything else); ndctl_get_error() says it as a sentence. The first function
 * submits the command before, and returns a failure of that too. */
int ndctl_cmd_submit_xlat(struct ndctl_cmd *cmd);
int ndctl_cmd_xlat_firmware_status(struct ndctl_cmd *cmd);

/* ---- SMART: health, thresholds of alarms, values to spoof ---- */
#define ND_EVENT_SPARES_REMAINING  (1 << 0)
#define ND_EVENT_MEDIA_TEMPERATURE (1 << 1)
#define ND_EVENT_CTRL_TEMPERATURE  (1 << 2)
#define ND_EVENT_HEALTH_STATE	   (1 << 3)
#define ND_EVENT_UNCLEAN_SHUTDOWN  (1 << 4)

#define ND_SMART_INJECT_SPARES_REMAINING  (1 << 0)
#define ND_SMART_INJECT_MEDIA_TEMPERATURE (1 << 1)
#define ND_SMART_INJECT_CTRL_TEMPERATURE  (1 << 2)
#define ND_SMART_INJECT_HEALTH_STATE	  (1 << 3)
#define ND_SMART_INJECT_UNCLEAN_SHUTDOWN  (1 << 4)

/* Skip these if an older header has defined them. */
#ifndef ND_SMART_HEALTH_VALID
#define ND_SMART_HEALTH_VALID	      (1 << 0)
#define ND_SMART_SPARES_VALID	      (1 << 1)
#define ND_SMART_USED_VALID	      (1 << 2)
#define ND_SMART_MTEMP_VALID	      (1 << 3)
#define ND_SMART_TEMP_VALID	      ND_SMART_MTEMP_VALID
#define ND_SMART_CTEMP_VALID	      (1 << 4)
#define ND_SMART_SHUTDOWN_COUNT_VALID (1 << 5)
#define ND_SMART_AIT_STATUS_VALID     (1 << 6)
#define ND_SMART_PTEMP_VALID	      (1 << 7)
#define ND_SMART_ALARM_VALID	      (1 << 9)
#define ND_SMART_SHUTDOWN_VALID	      (1 << 10)
#define ND_SMART_VENDOR_VALID	      (1 << 11)
#define ND_SMART_SPARE_TRIP	      (1 << 0)
#define ND_SMART_MTEMP_TRIP	      (1 << 1)
#define ND_SMART_TEMP_TRIP	      ND_SMART_MTEMP_TRIP
#define ND_SMART_CTEMP_TRIP	      (1 << 2)
#define ND_SMART_NON_CRITICAL_HEALTH  (1 << 0)
#define ND_SMART_CRITICAL_HEALTH      (1 << 1)
#define ND_SMART_FATAL_HEALTH	      (1 << 2)
#endif

/* Convert between degrees Celsius and the units of SMART data: 1/16 degree, bit 15 is the sign. */
double ndctl_decode_smart_temperature(unsigned int temp);
unsigned int ndctl_encode_smart_temperature(double temp);

/* A command that reads the health. Flags say which values the DIMM tells (ND_SMART_..._VALID);
 * health and alarms are bits (ND_SMART_..._HEALTH, ND_SMART_..._TRIP); temperatures have the units
 * above, and the one without a name is that of the media; spares and life_used are percent;
 * shutdown_state is 0 after a clean shutdown; shutdown_count counts the others. Flags and health
 * are 0 if unknown. */
struct ndctl_cmd *ndctl_dimm_cmd_new_smart(struct ndctl_dimm *dimm);
unsigned int ndctl_cmd_smart_get_flags(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_health(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_temperature(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_media_temperature(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_ctrl_temperature(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_spares(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_alarm_flags(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_life_used(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_shutdown_state(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_shutdown_count(struct ndctl_cmd *cmd);
/* Bytes of the maker, and how many: 0 if there are none. The bytes belong to the command. */
unsigned int ndctl_cmd_smart_get_vendor_size(struct ndctl_cmd *cmd);
unsigned char *ndctl_cmd_smart_get_vendor_data(struct ndctl_cmd *cmd);

/* A command that reads at which values a DIMM raises alarms, and which alarms are on
 * (alarm_control: bits ND_SMART_..._TRIP, 0 if unknown). supported_alarms is 0: no family tells it.
 */
struct ndctl_cmd *ndctl_dimm_cmd_new_smart_threshold(struct ndctl_dimm *dimm);
unsigned int ndctl_cmd_smart_threshold_get_alarm_control(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_threshold_get_supported_alarms(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_threshold_get_temperature(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_threshold_get_media_temperature(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_threshold_get_ctrl_temperature(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_threshold_get_spares(struct ndctl_cmd *cmd);
/* A command that sets them; it begins with what @cmd, of the kind above, has read. The setters
 * return 0, or -EINVAL for a value that is out of range or a command that was submitted. */
struct ndctl_cmd *ndctl_dimm_cmd_new_smart_set_threshold(struct ndctl_cmd *cmd);
int ndctl_cmd_smart_threshold_set_alarm_control(struct ndctl_cmd *cmd, unsigned int val);
int ndctl_cmd_smart_threshold_set_temperature(struct ndctl_cmd *cmd, unsigned int val);
int ndctl_cmd_smart_threshold_set_media_temperature(struct ndctl_cmd *cmd, unsigned int val);
int ndctl_cmd_smart_threshold_set_ctrl_temperature(struct ndctl_cmd *cmd, unsigned int val);
int ndctl_cmd_smart_threshold_set_spares(struct ndctl_cmd *cmd, unsigned int val);

/* A command that lets a DIMM report false health. Each function adds a value to it, to inject or,
 * with
 * @enable false, to take back. They return 0, -ENXIO if the family cannot inject the value, or
 * -EINVAL as the setters do. */
struct ndctl_cmd *ndctl_dimm_cmd_new_smart_inject(struct ndctl_dimm *dimm);
int ndctl_cmd_smart_inject_media_temperature(
	struct ndctl_cmd *cmd, bool enable, unsigned int mtemp);
int ndctl_cmd_smart_inject_ctrl_temperature(struct ndctl_cmd *cmd, bool enable, unsigned int ctemp);
int ndctl_cmd_smart_inject_spares(struct ndctl_cmd *cmd, bool enable, unsigned int spares);
int ndctl_cmd_smart_inject_fatal(struct ndctl_cmd *cmd, bool enable);
int ndctl_cmd_smart_inject_unsafe_shutdown(struct ndctl_cmd *cmd, bool enable);
/* Returns bits ND_SMART_INJECT_..., or a negative errno: -EOPNOTSUPP if the kernel passes no
 * commands to the DIMM, -ENOTTY if its family lacks injection, -EIO if its platform does not offer
 * it. */
int ndctl_dimm_smart_inject_supported(struct ndctl_dimm *dimm);

/* A command that lets a DIMM count the next unsafe shutdown (Intel: Enable Latch System Shutdown
 * Status). */
struct ndctl_cmd *ndctl_dimm_cmd_new_ack_shutdown_count(struct ndctl_dimm *dimm);

/* A descriptor of attribute nfit/flags (papr/flags), or a negative errno: -ENOENT without it. The
 * DIMM owns it until the context is freed. Read it from offset 0, then poll(2) for POLLPRI: the
 * kernel signals each health event that the firmware reports (ACPI 6.2, 9.20.2). */
int ndctl_dimm_get_health_eventfd(struct ndctl_dimm *dimm);

/* Read the health by a command of their own: health and flags as above, and events of which a DIMM
 * reports the cause (ND_EVENT_..., never HEALTH_STATE: that is a change). UINT_MAX with errno after
 * a failure. The last one returns whether the DIMM tells a value with one of the flags, else 0. */
unsigned int ndctl_dimm_get_health(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_get_flags(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_get_event_flags(struct ndctl_dimm *dimm);
int ndctl_dimm_is_flag_supported(struct ndctl_dimm *dimm, unsigned int flag);

/* ---- vendor-specific commands (ND_CMD_VENDOR) ---- */
/* Creates a command with @input_size bytes of input, all 0, and room for @output_size bytes; both
 * are less than 2 MiB. */
struct ndctl_cmd *ndctl_dimm_cmd_new_vendor_specific(
	struct ndctl_dimm *dimm, unsigned int opcode, size_t input_size, size_t output_size);
/* Copies at most @len bytes, and not more than there is room for, to the input, or from the output.
 * Return how many, or -EINVAL for another kind of command. The two for the output return the status
 * of the command if it was not submitted with success. */
ssize_t ndctl_cmd_vendor_set_input(struct ndctl_cmd *cmd, void *buf, unsigned int len);
ssize_t ndctl_cmd_vendor_get_output_size(struct ndctl_cmd *cmd);
ssize_t ndctl_cmd_vendor_get_output(struct ndctl_cmd *cmd, void *buf, unsigned int len);

/* ---- updates of firmware (Intel DSM Interface, "FW Update - Theory of Operation") ---- */
enum ND_FW_STATUS {
	FW_SUCCESS = 0,
	FW_ENOTSUPP,
	FW_ENOTEXIST,
	FW_EINVAL,
	FW_EHWERR,
	FW_ERETRY,
	FW_EUNKNOWN,
	FW_ENORES,
	FW_ENOTREADY,
	FW_EBUSY,
	FW_EINVAL_CTX,
	FW_ALREADY_DONE,
	FW_EBADFW,
	FW_ABORTED,
	FW_ESEQUENCE,
};
/* Return 0 if the DIMM has all commands below, else as ndctl_dimm_smart_inject_supported(). */
int ndctl_dimm_fw_update_supported(struct ndctl_dimm *dimm);
/* A command that reads sizes in bytes, times in microseconds, and versions: of the firmware that
 * runs, and of the one that the next reset or activation starts (0: none). */
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_get_info(struct ndctl_dimm *dimm);
unsigned int ndctl_cmd_fw_info_get_storage_size(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_fw_info_get_max_send_len(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_fw_info_get_query_interval(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_fw_info_get_max_query_time(struct ndctl_cmd *cmd);
unsigned long long ndctl_cmd_fw_info_get_run_version(struct ndctl_cmd *cmd);
unsigned long long ndctl_cmd_fw_info_get_updated_version(struct ndctl_cmd *cmd);
/* An update: start it, send the image in parts of at most max_send_len, finish it, and query until
 * the DIMM has checked it; or abort it. The commands after the start need @start submitted with
 * success, else NULL with errno EINVAL, or that of its failure. The bytes at @data are copied. */
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_start_update(struct ndctl_dimm *dimm);
unsigned int ndctl_cmd_fw_start_get_context(struct ndctl_cmd *cmd);
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_send(
	struct ndctl_cmd *start, unsigned int offset, unsigned int len, void *data);
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_finish(struct ndctl_cmd *start);
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_abort(struct ndctl_cmd *start);
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_finish_query(struct ndctl_cmd *start);
unsigned long long ndctl_cmd_fw_fquery_get_fw_rev(struct ndctl_cmd *cmd);
/* Returns what the firmware's status means; FW_EUNKNOWN for a command of another kind. */
enum ND_FW_STATUS ndctl_cmd_fw_xlat_firmware_status(struct ndctl_cmd *cmd);

/* ---- activation of firmware without a reboot ---- */
enum ndctl_fwa_state {
	NDCTL_FWA_INVALID,
	NDCTL_FWA_IDLE,
	NDCTL_FWA_ARMED,
	NDCTL_FWA_BUSY,
	NDCTL_FWA_ARM_OVERFLOW,
};
enum ndctl_fwa_method {
	NDCTL_FWA_METHOD_RESET,
	NDCTL_FWA_METHOD_SUSPEND,
	NDCTL_FWA_METHOD_LIVE,
};
enum ndctl_fwa_result {
	NDCTL_FWA_RESULT_INVALID,
	NDCTL_FWA_RESULT_NONE,
	NDCTL_FWA_RESULT_SUCCESS,
	NDCTL_FWA_RESULT_NOTSTAGED,
	NDCTL_FWA_RESULT_NEEDRESET,
	NDCTL_FWA_RESULT_FAIL,
};

/* Activation (Documentation/driver-api/nvdimm/firmware-activate.rst). The states and the result
 * that attributes firmware/activate and firmware/result have; NDCTL_FWA_INVALID and
 * NDCTL_FWA_RESULT_INVALID without them. The method (firmware/capability): NDCTL_FWA_METHOD_RESET
 * if only a reboot activates firmware. */
enum ndctl_fwa_state ndctl_bus_get_fw_activate_state(struct ndctl_bus *bus);
enum ndctl_fwa_method ndctl_bus_get_fw_activate_method(struct ndctl_bus *bus);
enum ndctl_fwa_state ndctl_dimm_get_fw_activate_state(struct ndctl_dimm *dimm);
enum ndctl_fwa_result ndctl_dimm_get_fw_activate_result(struct ndctl_dimm *dimm);
/* Arm or disarm the DIMM. Return the state afterwards, or NDCTL_FWA_INVALID with the cause in the
 * context. */
enum ndctl_fwa_state ndctl_dimm_fw_activate_arm(struct ndctl_dimm *dimm);
enum ndctl_fwa_state ndctl_dimm_fw_activate_disarm(struct ndctl_dimm *dimm);
/* Activate what is armed: with SUSPEND the kernel freezes processes and devices meanwhile, with
 * LIVE it does not. Returns 0, -EINVAL for another method, -ENOENT if the platform cannot, -ENXIO
 * if no DIMM is armed, -EBUSY during an activation. */
int ndctl_bus_activate_firmware(struct ndctl_bus *bus, enum ndctl_fwa_method method);
/* Whether the kernel skips lengthening device timeouts (nfit/firmware_activate_noidle) and the
 * suspension of devices (nfit/firmware_activate_nosuspend). Return 0, -EOPNOTSUPP if the bus does
 * not come from an NFIT, or -ENOENT if the kernel cannot. */
int ndctl_bus_set_fw_activate_noidle(struct ndctl_bus *bus);
int ndctl_bus_clear_fw_activate_noidle(struct ndctl_bus *bus);
int ndctl_bus_set_fw_activate_nosuspend(struct ndctl_bus *bus);
int ndctl_bus_clear_fw_activate_nosuspend(struct ndctl_bus *bus);

#define ND_PASSPHRASE_SIZE 32
#define ND_KEY_DESC_LEN	   22
#define ND_KEY_DESC_PREFIX 7
#define ND_KEY_DESC_SIZE   128
#define ND_KEY_CMD_SIZE	   128

/*
 * ---- security (Documentation/driver-api/nvdimm/security.rst) ----
 *
 * A key is the serial number of an encrypted key with the passphrase in a keyring of the calling
 * process (keyrings(7)); key 0 is the passphrase of all zeros of a DIMM without one. Functions
 * return 0, or -ENOENT if the DIMM has no security, -ENOKEY if the kernel does not find the key,
 * -EINVAL if the DIMM refuses the passphrase, -EIO if its security is frozen or it gives no answer,
 * -ETIMEDOUT if another process holds its lock for too long, or -ESTALE if another process has
 * replaced the DIMM. After a failure other than -EIO the passphrase is the one before.
 */
int ndctl_dimm_update_passphrase(struct ndctl_dimm *dimm, long ckey, long nkey);
int ndctl_dimm_update_master_passphrase(struct ndctl_dimm *dimm, long ckey, long nkey);
int ndctl_dimm_disable_passphrase(struct ndctl_dimm *dimm, long key);
int ndctl_dimm_disable_master_passphrase(struct ndctl_dimm *dimm, long key);
/* Refuses all changes of security until the next boot. */
int ndctl_dimm_freeze_security(struct ndctl_dimm *dimm);
/* Destroy all data on the DIMM, the labels too: by a new encryption key, or by writing over all of
 * it, which goes on after the return. -EBUSY while a region uses the DIMM; overwrite also needs a
 * disabled DIMM. */
int ndctl_dimm_secure_erase(struct ndctl_dimm *dimm, long key);
int ndctl_dimm_master_secure_erase(struct ndctl_dimm *dimm, long key);
int ndctl_dimm_overwrite(struct ndctl_dimm *dimm, long key);
/* Waits until no overwrite runs. Returns 0, -ENOENT, -ENODEV if the DIMM went away, -EINTR. */
int ndctl_dimm_wait_overwrite(struct ndctl_dimm *dimm);

/* ---- scrubs (attribute nfit/scrub; ACPI 6.2, 9.20.7.2) ---- */
/* Requests a scrub of all media of the bus. Returns 0, -ENOENT if the platform has none,
 * -EOPNOTSUPP if the bus does not come from an NFIT, -EBUSY if
 * one is requested already. */
int ndctl_bus_start_scrub(struct ndctl_bus *bus);
/* Wait until no scrub runs. @poll_interval: seconds after which the state is read again without a
 * notification of the kernel (0: 1). @timeout: in seconds (0: none). Return 0, -EOPNOTSUPP,
 * -ETIMEDOUT, or -EINTR if a signal handler ran. */
int ndctl_bus_wait_for_scrub_completion(struct ndctl_bus *bus);
int ndctl_bus_poll_scrub_completion(
	struct ndctl_bus *bus, unsigned int poll_interval, unsigned int timeout);

/*
 * ---- not supported yet ----
 *
 * This version declares but does not support the functions for the injection of errors. They set
 * errno to EOPNOTSUPP and return -EOPNOTSUPP (has_error_injection: 0), NULL, or a number with all
 * bits set. ndctl_get_error() says so.
 */
enum ndctl_namespace_inject_flags {
	NDCTL_NS_INJECT_NOTIFY = 0,
	NDCTL_NS_INJECT_SATURATE,
};
struct ndctl_bb;
/* ---- injection of errors, in sectors of 512 bytes from the start of the namespace ---- */
unsigned long long ndctl_bb_get_block(struct ndctl_bb *bb);
unsigned long long ndctl_bb_get_count(struct ndctl_bb *bb);
int ndctl_bus_has_error_injection(struct ndctl_bus *bus);
int ndctl_namespace_inject_error(struct ndctl_namespace *ndns, unsigned long long block,
	unsigned long long count, bool notify);
struct ndctl_bb *ndctl_namespace_injection_get_first_bb(struct ndctl_namespace *ndns);
struct ndctl_bb *ndctl_namespace_injection_get_next_bb(
	struct ndctl_namespace *ndns, struct ndctl_bb *bb);
int ndctl_namespace_injection_status(struct ndctl_namespace *ndns);
int ndctl_namespace_uninject_error(
	struct ndctl_namespace *ndns, unsigned long long block, unsigned long long count);
int ndctl_namespace_inject_error2(struct ndctl_namespace *ndns, unsigned long long block,
	unsigned long long count, unsigned int flags);
int ndctl_namespace_uninject_error2(struct ndctl_namespace *ndns, unsigned long long block,
	unsigned long long count, unsigned int flags);
#define ndctl_namespace_bb_foreach(ndns, bb)                                                       \
	for (bb = ndctl_namespace_injection_get_first_bb(ndns); bb != NULL;                        \
		bb = ndctl_namespace_injection_get_next_bb(ndns, bb))

/* ---- persistence ---- */

/* The weakest persistence domain of the regions of a bus; PERSISTENCE_UNKNOWN if none has one. */
enum ndctl_persistence_domain ndctl_bus_get_persistence_domain(struct ndctl_bus *bus);
/* Whether the block device of the namespace flushes CPU caches on a request to flush (attribute
 * dax/write_cache of the disk): 1, 0, or -ENXIO without the
 * attribute or the disk. */
int ndctl_namespace_write_cache_is_enabled(struct ndctl_namespace *ndns);
/* Switch it until the block device goes away. Return 0, or -ENOENT without the attribute or the
 * disk. */
int ndctl_namespace_disable_write_cache(struct ndctl_namespace *ndns);
int ndctl_namespace_enable_write_cache(struct ndctl_namespace *ndns);

#ifdef __cplusplus
}
#endif

#endif
