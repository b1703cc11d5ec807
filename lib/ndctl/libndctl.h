/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NDCTL_LIBNDCTL_H
#define NDCTL_LIBNDCTL_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/* Programs that use uuids have the header; others need only the type. */
#if __has_include(<uuid/uuid.h>)
#include <uuid/uuid.h>
#else
typedef unsigned char uuid_t[16];
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * libndctl: persistent memory as Linux' nvdimm subsystem shows it in /sys/bus/nd/devices.
 *
 * A bus holds dimms and regions. A region is a range of persistent memory, put together from one or
 * more dimms (its mappings). It is carved into namespaces, which labels on the dimms record; a
 * region without labels is one namespace. A namespace is a plain block device (raw), or is claimed
 * by a btt (sector mode), a pfn (fsdax) or a dax device (devdax), each described by an info block
 * in the namespace itself.
 *
 * Objects belong to the context and live as long as it does, so that a pointer stays good until
 * the last ndctl_unref(), even if the kernel removes what it stands for. Iterations follow the
 * natural order of names. A context and its objects may be used by one thread at a time.
 *
 * Attributes are read when they are first asked for. A change made through the context makes it
 * forget what it knew; after changes made by others call ndctl_invalidate().
 *
 * Functions that change something take the lock of the region in /run/daxctl, and wait for another
 * process that holds it. Signals wait until a change is done or undone, but a library can hold them
 * off in the calling thread only: a program with more threads blocks, in all others, those that
 * would end it (pthread_sigmask(3)), or such a signal may end it halfway.
 *
 * An object is the device that the kernel had when the context returned it last, and, if the
 * program has asked for its uuid, the one with that uuid. If another process has removed it, made
 * another one of its name, or given it another uuid, functions that change it fail with -ESTALE and
 * change nothing: iterate again, or look its name up again, and look at what it is now. An object
 * stays valid while the program itself disables and enables its region.
 *
 * Functions that return int give 0 or a positive answer, or a negative errno, and ndctl_get_error()
 * (extensions.h) says more. What other functions return when an attribute cannot be read is said
 * with them. Sizes are in bytes.
 */

/* ---- context ---- */

struct ndctl_ctx;
struct daxctl_ctx;

/* Stores a new context with one reference in @ctx. -ENOMEM, or what opening / gave. The priority
 * of the log is LOG_ERR, or what the environment variable NDCTL_LOG says (a syslog level's name or
 * number) in a program that is not setuid. */
int ndctl_new(struct ndctl_ctx **ctx);
/* Both take NULL. ndctl_ref() returns @ctx, ndctl_unref() NULL. */
struct ndctl_ctx *ndctl_ref(struct ndctl_ctx *ctx);
struct ndctl_ctx *ndctl_unref(struct ndctl_ctx *ctx);
/* Forgets everything that was read; objects stay where they are. */
void ndctl_invalidate(struct ndctl_ctx *ctx);
/* The libdaxctl context for devices in devdax mode; it belongs to @ctx. NULL without memory. */
struct daxctl_ctx *ndctl_get_daxctl_ctx(struct ndctl_ctx *ctx);

/* @log_fn receives each line of the log, with its newline; standard error does by default.
 * @priority is a level of syslog(3); lines less urgent than it are not formatted. */
void ndctl_set_log_fn(struct ndctl_ctx *ctx,
	void (*log_fn)(struct ndctl_ctx *ctx, int priority, const char *file, int line,
		const char *fn, const char *format, va_list args));
int ndctl_get_log_priority(struct ndctl_ctx *ctx);
void ndctl_set_log_priority(struct ndctl_ctx *ctx, int priority);

/* Pointers of the caller's, kept and never followed. */
void ndctl_set_userdata(struct ndctl_ctx *ctx, void *userdata);
void *ndctl_get_userdata(struct ndctl_ctx *ctx);
void ndctl_set_private_data(struct ndctl_ctx *ctx, void *data);
void *ndctl_get_private_data(struct ndctl_ctx *ctx);

/* The directory of configuration files, ndctl.conf.d below the build's sysconfdir (/etc) by
 * default. The path is copied; -ENOMEM leaves it as it was, NULL goes back to the default. */
int ndctl_set_config_path(struct ndctl_ctx *ctx, char *config_path);
const char *ndctl_get_config_path(struct ndctl_ctx *ctx);

/* The smallest namespace: one page. */
size_t ndctl_min_namespace_size(void);
/* What a label area of version 1.1 is made of (UEFI 2.7, 13.19): bytes of the smallest namespace
 * index block, and of one label. */
size_t ndctl_sizeof_namespace_index(void);
size_t ndctl_sizeof_namespace_label(void);

/* ---- bus ---- */

/* Up to where a store is carried by the platform in a power failure (attribute
 * persistence_domain). */
enum ndctl_persistence_domain {
	PERSISTENCE_NONE = 0,
	PERSISTENCE_MEM_CTRL = 10,
	PERSISTENCE_CPU_CACHE = 20,
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
/* The X of ndbusX, and the whole name. */
unsigned int ndctl_bus_get_id(struct ndctl_bus *bus);
const char *ndctl_bus_get_devname(struct ndctl_bus *bus);
/* Who provides it (attribute provider), such as "ACPI.NFIT" or "e820"; "" if that is not known. */
const char *ndctl_bus_get_provider(struct ndctl_bus *bus);
/* The first bus of that provider, NULL if there is none. */
struct ndctl_bus *ndctl_bus_get_by_provider(struct ndctl_ctx *ctx, const char *provider);
/* Device number of /dev/ndctlX; 0 if there is none. */
unsigned int ndctl_bus_get_major(struct ndctl_bus *bus);
unsigned int ndctl_bus_get_minor(struct ndctl_bus *bus);
/* What describes the bus: 1 if it is ACPI's NFIT, a node of the device tree, a CXL port, or the
 * hypervisor of POWER; else 0. */
int ndctl_bus_has_nfit(struct ndctl_bus *bus);
int ndctl_bus_has_of_node(struct ndctl_bus *bus);
int ndctl_bus_has_cxl(struct ndctl_bus *bus);
int ndctl_bus_is_papr_scm(struct ndctl_bus *bus);
/* Revision of the NFIT; UINT_MAX without one. */
unsigned int ndctl_bus_get_revision(struct ndctl_bus *bus);
/* The name of a command of <linux/ndctl.h> ("ars_cap"), "unknown" if there is no such command; 1 if
 * the bus accepts it (attribute commands). */
const char *ndctl_bus_get_cmd_name(struct ndctl_bus *bus, int cmd);
int ndctl_bus_is_cmd_supported(struct ndctl_bus *bus, int cmd);
/* Waits until the kernel has probed all devices of the bus (attribute wait_probe). */
int ndctl_bus_wait_probe(struct ndctl_bus *bus);
/* Attribute nfit/scrub: how often the media were scrubbed (UINT_MAX if the platform does not), and
 * 1 if that goes on now, 0 if not, -EOPNOTSUPP. */
unsigned int ndctl_bus_get_scrub_count(struct ndctl_bus *bus);
int ndctl_bus_get_scrub_state(struct ndctl_bus *bus);
/* The region that holds physical address @address, NULL if none does. */
struct ndctl_region *ndctl_bus_get_region_by_physical_address(
	struct ndctl_bus *bus, unsigned long long address);
/* The first DIMM that it is on, as the platform tells or a region on one DIMM leaves no doubt; NULL
 * if nobody can tell. */
struct ndctl_dimm *ndctl_bus_get_dimm_by_physical_address(
	struct ndctl_bus *bus, unsigned long long address);
/* The handle of that DIMM and the address within it, as the platform translates (ACPI 6.2,
 * Translate SPA): 0, -ENOTTY without NFIT, -EINVAL for an address outside of its regions, or
 * another errno of the kernel. */
int ndctl_bus_nfit_translate_spa(struct ndctl_bus *bus, unsigned long long addr,
	unsigned int *handle, unsigned long long *dpa);

/* ---- dimm ---- */

struct ndctl_dimm *ndctl_dimm_get_first(struct ndctl_bus *bus);
struct ndctl_dimm *ndctl_dimm_get_next(struct ndctl_dimm *dimm);
#define ndctl_dimm_foreach(bus, dimm)                                                              \
	for (dimm = ndctl_dimm_get_first(bus); dimm != NULL; dimm = ndctl_dimm_get_next(dimm))
/* The dimm whose handle is @handle, NULL if there is none. */
struct ndctl_dimm *ndctl_dimm_get_by_handle(struct ndctl_bus *bus, unsigned int handle);
struct ndctl_bus *ndctl_dimm_get_bus(struct ndctl_dimm *dimm);
struct ndctl_ctx *ndctl_dimm_get_ctx(struct ndctl_dimm *dimm);
/* The X of nmemX, and the whole name. */
unsigned int ndctl_dimm_get_id(struct ndctl_dimm *dimm);
const char *ndctl_dimm_get_devname(struct ndctl_dimm *dimm);
/* What the NFIT says of it (attributes nfit/...); all bits of the type are set if it is not known.
 * The parts of the handle are those of ACPI 6.0, 5.2.25.3. */
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
/* Codes of the interfaces that it has: the first; how many there are (-1 if that is not known, at
 * least 1 else); number @i of them, or -EINVAL. */
unsigned short ndctl_dimm_get_format(struct ndctl_dimm *dimm);
int ndctl_dimm_get_formats(struct ndctl_dimm *dimm);
int ndctl_dimm_get_formatN(struct ndctl_dimm *dimm, int i);
/* "8680-56341200", or with place and date of manufacture; NULL if it has none. */
const char *ndctl_dimm_get_unique_id(struct ndctl_dimm *dimm);
unsigned short ndctl_dimm_get_manufacturing_date(struct ndctl_dimm *dimm);
unsigned char ndctl_dimm_get_manufacturing_location(struct ndctl_dimm *dimm);
/* How often power went before the dimm had saved everything; a negative errno if it does not
 * count. */
long long ndctl_dimm_get_dirty_shutdown(struct ndctl_dimm *dimm);
/* Device number of /dev/nmemX; 0 if there is none. */
unsigned int ndctl_dimm_get_major(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_get_minor(struct ndctl_dimm *dimm);
/* 1 if the flag of that meaning is set (attributes nfit/flags, papr/flags, flags), else 0.
 * has_errors: any of the failures, or a pending health event. */
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
/* As for the bus. */
const char *ndctl_dimm_get_cmd_name(struct ndctl_dimm *dimm, int cmd);
int ndctl_dimm_is_cmd_supported(struct ndctl_dimm *dimm, int cmd);
/* 1 if a region that is enabled uses it (attribute state). */
int ndctl_dimm_is_active(struct ndctl_dimm *dimm);
/* 1 if a driver is bound; bind and unbind it. Disabling an active dimm is -EBUSY. */
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
/* INVALID if the dimm has no such feature. */
enum ndctl_security_state ndctl_dimm_get_security(struct ndctl_dimm *dimm);
bool ndctl_dimm_security_is_frozen(struct ndctl_dimm *dimm);

/* ---- labels ---- */

enum ndctl_namespace_version {
	NDCTL_NS_VERSION_1_1,
	NDCTL_NS_VERSION_1_2,
};
/* Free slots for labels (attribute available_slots); ULONG_MAX if that is not known. */
unsigned long ndctl_dimm_get_available_labels(struct ndctl_dimm *dimm);
/* Bytes of a label and of an index block in the dimm's label area, or what they would be in version
 * 1.1 if no index block is valid; 0 if the area cannot be read. */
unsigned int ndctl_dimm_sizeof_namespace_label(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_sizeof_namespace_index(struct ndctl_dimm *dimm);
/* Looks for a valid index block. Returns the number of slots, or -EINVAL if there is none. */
int ndctl_dimm_validate_labels(struct ndctl_dimm *dimm);

/*
 * These write the label area and let the kernel read it if the dimm is enabled. No region may use
 * the dimm (-EBUSY). Where there is a valid index block before and after, there is one at any time;
 * after a failure everything is put back. Other errors: -EOPNOTSUPP for a dimm without label area,
 * -EINVAL or -ENOSPC if it is too small, -EIO if the dimm refuses.
 *
 * init: two fresh index blocks of version @v, which makes all labels vanish; returns the number of
 * slots. zero: all of the area, or @len bytes from @offset on (0 bytes: all of it).
 */
int ndctl_dimm_init_labels(struct ndctl_dimm *dimm, enum ndctl_namespace_version v);
int ndctl_dimm_zero_labels(struct ndctl_dimm *dimm);
int ndctl_dimm_zero_label_extent(struct ndctl_dimm *dimm, unsigned int len, unsigned int offset);

/* ---- commands ---- */

/*
 * A command for a dimm or a bus is made, submitted, and asked for its answer. It has one reference
 * at first and is freed with the last; ndctl_cmd_unref() takes NULL.
 */
struct ndctl_cmd;
void ndctl_cmd_ref(struct ndctl_cmd *cmd);
void ndctl_cmd_unref(struct ndctl_cmd *cmd);
/* ND_CMD_... of <linux/ndctl.h> */
int ndctl_cmd_get_type(struct ndctl_cmd *cmd);
/* 1 before it is submitted; then what the submission returned, and what the firmware said if it
 * got that far (0: done). */
int ndctl_cmd_get_status(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_get_firmware_status(struct ndctl_cmd *cmd);
/* Returns 0 or a negative errno. */
int ndctl_cmd_submit(struct ndctl_cmd *cmd);

/*
 * Errors of the media (ACPI 6.2, address range scrub; ioctls of /dev/ndctlX). A command asks what
 * the bus can do with @len bytes from physical address @address on; once it was submitted, others
 * are made from it: a search of that range (@type: ND_ARS_VOLATILE or ND_ARS_PERSISTENT), what
 * searches have found, and clearing @len bytes from @address on. NULL with errno EOPNOTSUPP if the
 * bus has no such command, EINVAL if @ars_cap was not submitted or the firmware refused it, or if
 * what is to be cleared is not inside of its range and in multiples of what is cleared at once,
 * ENOMEM.
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
/* Before a command is submitted, or if the firmware refused it, these give 0, get_range
 * -EINVAL, as does get_flag_overflow for a command of another kind. Most bytes that a status takes;
 * the range that was asked about; what is cleared at once, in bytes. */
unsigned int ndctl_cmd_ars_cap_get_size(struct ndctl_cmd *ars_cap);
int ndctl_cmd_ars_cap_get_range(struct ndctl_cmd *ars_cap, struct ndctl_range *range);
unsigned int ndctl_cmd_ars_cap_get_clear_unit(struct ndctl_cmd *ars_cap);
/* 1 while a search goes on. When it has ended: the ranges that were found, by their number
 * (physical address and bytes; 0 for a number that is too high), and 1 if there were more than fit.
 */
int ndctl_cmd_ars_in_progress(struct ndctl_cmd *ars_status);
unsigned int ndctl_cmd_ars_num_records(struct ndctl_cmd *ars_status);
unsigned long long ndctl_cmd_ars_get_record_addr(
	struct ndctl_cmd *ars_status, unsigned int rec_index);
unsigned long long ndctl_cmd_ars_get_record_len(
	struct ndctl_cmd *ars_status, unsigned int rec_index);
int ndctl_cmd_ars_stat_get_flag_overflow(struct ndctl_cmd *ars_status);
/* Bytes that were cleared: the rest takes another command. */
unsigned long long ndctl_cmd_clear_error_get_cleared(struct ndctl_cmd *clear_error);

/*
 * The label area: a command for its size, made into one that reads, made into one that writes, each
 * when the one before has been submitted. NULL with errno EINVAL if that was not done, EOPNOTSUPP
 * for a dimm without label area, ENOMEM.
 */
struct ndctl_cmd *ndctl_dimm_cmd_new_cfg_size(struct ndctl_dimm *dimm);
struct ndctl_cmd *ndctl_dimm_cmd_new_cfg_read(struct ndctl_cmd *cfg_size);
struct ndctl_cmd *ndctl_dimm_cmd_new_cfg_write(struct ndctl_cmd *cfg_read);
/* Bytes of the area; 0 before it is submitted. */
unsigned int ndctl_cmd_cfg_size_get_size(struct ndctl_cmd *cfg_size);
/* Before they are submitted, both can be narrowed to @len bytes from @offset on: -EINVAL if the
 * area has not as many. A writing one begins with the extent and the content of the reading one. */
int ndctl_cmd_cfg_read_set_extent(
	struct ndctl_cmd *cfg_read, unsigned int len, unsigned int offset);
int ndctl_cmd_cfg_write_set_extent(
	struct ndctl_cmd *cfg_write, unsigned int len, unsigned int offset);
/* Copy from or to @buf at most @len bytes that are at @offset in the area, as far as the extent
 * has them; return how many. -EINVAL if the extent begins later, before the reading was submitted,
 * or after the writing was. */
ssize_t ndctl_cmd_cfg_read_get_data(
	struct ndctl_cmd *cfg_read, void *buf, unsigned int len, unsigned int offset);
ssize_t ndctl_cmd_cfg_write_set_data(
	struct ndctl_cmd *cfg_write, void *buf, unsigned int len, unsigned int offset);
/* Bytes that were read; bytes that were set to zero: the extent. */
ssize_t ndctl_cmd_cfg_read_get_size(struct ndctl_cmd *cfg_read);
ssize_t ndctl_cmd_cfg_write_zero_data(struct ndctl_cmd *cfg_write);

/* All three steps: a command that has read the whole area, its index blocks, or @len bytes from
 * @offset on (0 bytes: all of it). NULL with errno set. */
struct ndctl_cmd *ndctl_dimm_read_labels(struct ndctl_dimm *dimm);
struct ndctl_cmd *ndctl_dimm_read_label_index(struct ndctl_dimm *dimm);
struct ndctl_cmd *ndctl_dimm_read_label_extent(
	struct ndctl_dimm *dimm, unsigned int len, unsigned int offset);

/* ---- region ---- */

/* A run of unusable sectors, in units of 512 bytes from the start of the region or namespace. */
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
/* The X of regionX, and the whole name. */
unsigned int ndctl_region_get_id(struct ndctl_region *region);
const char *ndctl_region_get_devname(struct ndctl_region *region);
/* Whole capacity; 0 if it is not known. */
unsigned long long ndctl_region_get_size(struct ndctl_region *region);
/* Capacity that no namespace has, and the largest piece of it. 0 for a region without labels, which
 * its one namespace fills; ULLONG_MAX if the kernel does not tell. */
unsigned long long ndctl_region_get_available_size(struct ndctl_region *region);
unsigned long long ndctl_region_get_max_available_extent(struct ndctl_region *region);
/* What sizes of namespaces must be a multiple of (attribute align); ULONG_MAX if the kernel does
 * not tell. */
unsigned long ndctl_region_get_align(struct ndctl_region *region);
int ndctl_region_set_align(struct ndctl_region *region, unsigned long align);
/* 1 if the region is read-only. The setter returns what was set, or a negative errno. */
int ndctl_region_get_ro(struct ndctl_region *region);
int ndctl_region_set_ro(struct ndctl_region *region, int ro);
/* Makes the platform write everything to the media (attribute deep_flush). */
int ndctl_region_deep_flush(struct ndctl_region *region);
/* Number of dimms, and of ways the region is interleaved: at least 1. */
unsigned int ndctl_region_get_mappings(struct ndctl_region *region);
unsigned int ndctl_region_get_interleave_ways(struct ndctl_region *region);
/* Index of the range in the NFIT; UINT_MAX without one. */
unsigned int ndctl_region_get_range_index(struct ndctl_region *region);
/* ND_DEVICE_REGION_... of <linux/ndctl.h>, its name ("pmem"), and ND_DEVICE_NAMESPACE_... of its
 * namespaces: ..._PMEM with labels, ..._IO without. */
unsigned int ndctl_region_get_type(struct ndctl_region *region);
const char *ndctl_region_get_type_name(struct ndctl_region *region);
unsigned int ndctl_region_get_nstype(struct ndctl_region *region);
/* Physical address; ULLONG_MAX if it is not known. Only root may read it. */
unsigned long long ndctl_region_get_resource(struct ndctl_region *region);

#define NUMA_NO_NODE (-1)
#define NUMA_NO_ATTR (-2)
/* The NUMA node of the nearest processors, and the one that the memory would be if it served as
 * such. NUMA_NO_NODE: none; NUMA_NO_ATTR: this kernel does not tell the former. */
int ndctl_region_get_numa_node(struct ndctl_region *region);
int ndctl_region_has_numa(struct ndctl_region *region);
int ndctl_region_get_target_node(struct ndctl_region *region);
enum ndctl_persistence_domain ndctl_region_get_persistence_domain(struct ndctl_region *region);

/* Attribute badblocks. What is returned is good until the next call for the same region. The kernel
 * cuts a list of more than 4095 bytes: then ndctl_get_error() says so after the first call, which
 * gives those that were listed. */
struct badblock *ndctl_region_get_first_badblock(struct ndctl_region *region);
struct badblock *ndctl_region_get_next_badblock(struct ndctl_region *region);
#define ndctl_region_badblock_foreach(region, badblock)                                            \
	for (badblock = ndctl_region_get_first_badblock(region); badblock != NULL;                 \
		badblock = ndctl_region_get_next_badblock(region))

/* The devices that wait to be configured; the kernel makes a new one when one is put to use. NULL
 * in a disabled region, or if the kernel lacks the kind. */
struct ndctl_namespace *ndctl_region_get_namespace_seed(struct ndctl_region *region);
struct ndctl_btt *ndctl_region_get_btt_seed(struct ndctl_region *region);
struct ndctl_pfn *ndctl_region_get_pfn_seed(struct ndctl_region *region);
struct ndctl_dax *ndctl_region_get_dax_seed(struct ndctl_region *region);

/* The dimms that the region is made of, each once. */
struct ndctl_dimm *ndctl_region_get_first_dimm(struct ndctl_region *region);
struct ndctl_dimm *ndctl_region_get_next_dimm(struct ndctl_region *region, struct ndctl_dimm *dimm);
#define ndctl_dimm_foreach_in_region(region, dimm)                                                 \
	for (dimm = ndctl_region_get_first_dimm(region); dimm != NULL;                             \
		dimm = ndctl_region_get_next_dimm(region, dimm))

/* 1 if a driver is bound. */
int ndctl_region_is_enabled(struct ndctl_region *region);
/* Enabling lets the kernel read the labels and bring up the namespaces. 0 if it is enabled
 * already. */
int ndctl_region_enable(struct ndctl_region *region);
/* Disabling takes all namespaces with it. It is refused (-EBUSY) while one of them is mounted, held
 * or serves as memory. Both do the same here: nothing of a disabled region's parts is kept. */
int ndctl_region_disable_invalidate(struct ndctl_region *region);
int ndctl_region_disable_preserve(struct ndctl_region *region);
/* Forgets what was read of the region's parts. */
void ndctl_region_cleanup(struct ndctl_region *region);

/* ---- interleave set ---- */

struct ndctl_interleave_set;

/* The set that the region is, NULL for a region without labels. */
struct ndctl_interleave_set *ndctl_region_get_interleave_set(struct ndctl_region *region);
struct ndctl_interleave_set *ndctl_interleave_set_get_first(struct ndctl_bus *bus);
struct ndctl_interleave_set *ndctl_interleave_set_get_next(struct ndctl_interleave_set *iset);
#define ndctl_interleave_set_foreach(bus, iset)                                                    \
	for (iset = ndctl_interleave_set_get_first(bus); iset != NULL;                             \
		iset = ndctl_interleave_set_get_next(iset))
/* 1 if one of its dimms is active. */
int ndctl_interleave_set_is_active(struct ndctl_interleave_set *iset);
/* The number by which labels know the set (attribute set_cookie). */
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

/* The parts of dimms that make up the region (attributes mappingN). */
struct ndctl_mapping *ndctl_mapping_get_first(struct ndctl_region *region);
struct ndctl_mapping *ndctl_mapping_get_next(struct ndctl_mapping *mapping);
#define ndctl_mapping_foreach(region, mapping)                                                     \
	for (mapping = ndctl_mapping_get_first(region); mapping != NULL;                           \
		mapping = ndctl_mapping_get_next(mapping))
struct ndctl_dimm *ndctl_mapping_get_dimm(struct ndctl_mapping *mapping);
struct ndctl_ctx *ndctl_mapping_get_ctx(struct ndctl_mapping *mapping);
struct ndctl_bus *ndctl_mapping_get_bus(struct ndctl_mapping *mapping);
struct ndctl_region *ndctl_mapping_get_region(struct ndctl_mapping *mapping);
/* Bytes from the dimm's start, number of bytes, and place in the interleave set, -1 if that is not
 * known. */
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
/* What holds the namespace, if it is of that kind; else NULL. */
struct ndctl_btt *ndctl_namespace_get_btt(struct ndctl_namespace *ndns);
struct ndctl_pfn *ndctl_namespace_get_pfn(struct ndctl_namespace *ndns);
struct ndctl_dax *ndctl_namespace_get_dax(struct ndctl_namespace *ndns);
/* The Y of namespaceX.Y, and the whole name. */
unsigned int ndctl_namespace_get_id(struct ndctl_namespace *ndns);
const char *ndctl_namespace_get_devname(struct ndctl_namespace *ndns);
/* ND_DEVICE_NAMESPACE_... of <linux/ndctl.h>, and its name. */
unsigned int ndctl_namespace_get_type(struct ndctl_namespace *ndns);
const char *ndctl_namespace_get_type_name(struct ndctl_namespace *ndns);
/* "pmem0.1"; "" while the namespace is disabled or held. */
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
/* What the namespace is now; one that is disabled is raw. */
enum ndctl_namespace_mode ndctl_namespace_get_mode(struct ndctl_namespace *ndns);
/* What its label says that it is for (attribute holder_class). */
enum ndctl_namespace_mode ndctl_namespace_get_enforce_mode(struct ndctl_namespace *ndns);
int ndctl_namespace_set_enforce_mode(struct ndctl_namespace *ndns, enum ndctl_namespace_mode mode);
/* 1 if a driver is bound to the namespace itself; true if to it or to what holds it. */
int ndctl_namespace_is_enabled(struct ndctl_namespace *ndns);
bool ndctl_namespace_is_active(struct ndctl_namespace *ndns);
/* 1 while the kernel has it. */
int ndctl_namespace_is_valid(struct ndctl_namespace *ndns);
/* 1 if it has a size and, with labels, a uuid. */
int ndctl_namespace_is_configured(struct ndctl_namespace *ndns);
/* 1 if it is not active and waits for its first configuration. */
int ndctl_namespace_is_configuration_idle(struct ndctl_namespace *ndns);
/* Lets the kernel bring up the namespace as its info block says, unless it is active already. 0 if
 * it is raw, 1 if a btt, pfn or dax device serves it. */
int ndctl_namespace_enable(struct ndctl_namespace *ndns);
/* Unbinds the namespace and what claims it (a btt, pfn or dax device), which then lets go of it;
 * -EBUSY while it is mounted, held, mapped, or serves as memory, or if that cannot be known.
 * ndctl_namespace_disable leaves a namespace alone that is claimed, and returns 0;
 * ndctl_namespace_disable_safe returns 1 for a namespace of size 0. */
int ndctl_namespace_disable(struct ndctl_namespace *ndns);
int ndctl_namespace_disable_invalidate(struct ndctl_namespace *ndns);
int ndctl_namespace_disable_safe(struct ndctl_namespace *ndns);
/* Gives the capacity of a disabled namespace back to its region; -EBUSY if it is enabled,
 * -EOPNOTSUPP without labels. */
int ndctl_namespace_delete(struct ndctl_namespace *ndns);

/* Setters work on a namespace that is disabled and free; they return the kernel's errno, -EBUSY for
 * one in use. A uuid has to be set before a size can be. Null uuid, "" or 0: there is none. */
void ndctl_namespace_get_uuid(struct ndctl_namespace *ndns, uuid_t uu);
int ndctl_namespace_set_uuid(struct ndctl_namespace *ndns, uuid_t uu);
/* At most 63 bytes. */
const char *ndctl_namespace_get_alt_name(struct ndctl_namespace *ndns);
int ndctl_namespace_set_alt_name(struct ndctl_namespace *ndns, const char *alt_name);
unsigned long long ndctl_namespace_get_size(struct ndctl_namespace *ndns);
int ndctl_namespace_set_size(struct ndctl_namespace *ndns, unsigned long long size);
/* Physical address, for root; ULLONG_MAX if it has none. */
unsigned long long ndctl_namespace_get_resource(struct ndctl_namespace *ndns);
/* Sector size of the block device: that in force (512 if the kernel lets none be chosen), how many
 * can be chosen, and number @i of them (UINT_MAX beyond). */
unsigned int ndctl_namespace_get_sector_size(struct ndctl_namespace *ndns);
int ndctl_namespace_get_num_sector_sizes(struct ndctl_namespace *ndns);
unsigned int ndctl_namespace_get_supported_sector_size(struct ndctl_namespace *ndns, int i);
int ndctl_namespace_set_sector_size(struct ndctl_namespace *ndns, unsigned int sector_size);
/* Whether info blocks are ignored when it is enabled (attribute force_raw). Setting returns the
 * mode, 0 or 1. */
int ndctl_namespace_get_raw_mode(struct ndctl_namespace *ndns);
int ndctl_namespace_set_raw_mode(struct ndctl_namespace *ndns, int raw_mode);
/* As for regions; NUMA_NO_NODE if the kernel does not tell. */
int ndctl_namespace_get_numa_node(struct ndctl_namespace *ndns);
int ndctl_namespace_get_target_node(struct ndctl_namespace *ndns);

/* The region's bad blocks among the data of the namespace, relative to the start of its data, as
 * its block device counts; none for a btt, which moves sectors. What is returned is good until the
 * next call for the same namespace. */
struct badblock *ndctl_namespace_get_first_badblock(struct ndctl_namespace *ndns);
struct badblock *ndctl_namespace_get_next_badblock(struct ndctl_namespace *ndns);
#define ndctl_namespace_badblock_foreach(ndns, badblock)                                           \
	for (badblock = ndctl_namespace_get_first_badblock(ndns); badblock != NULL;                \
		badblock = ndctl_namespace_get_next_badblock(ndns))

/*
 * ---- btt, pfn and dax: devices that claim a namespace ----
 *
 * They are alike but for a few properties. Setters work on a device that is not enabled.
 */

/* ---- btt: sectors that are written wholly or not at all ---- */

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
/* The Y of bttX.Y, and the whole name. */
unsigned int ndctl_btt_get_id(struct ndctl_btt *btt);
const char *ndctl_btt_get_devname(struct ndctl_btt *btt);
/* "pmem0.1s"; "" while it is disabled. */
const char *ndctl_btt_get_block_device(struct ndctl_btt *btt);
/* The namespace that it holds, NULL if none. Null lets go of it. */
struct ndctl_namespace *ndctl_btt_get_namespace(struct ndctl_btt *btt);
int ndctl_btt_set_namespace(struct ndctl_btt *btt, struct ndctl_namespace *ndns);
void ndctl_btt_get_uuid(struct ndctl_btt *btt, uuid_t uu);
int ndctl_btt_set_uuid(struct ndctl_btt *btt, uuid_t uu);
/* Bytes that can be used, 0 while it is disabled. */
unsigned long long ndctl_btt_get_size(struct ndctl_btt *btt);
/* The sector size (0: not chosen yet), how many there are to choose from, and number @i of
 * them (UINT_MAX beyond). */
unsigned int ndctl_btt_get_sector_size(struct ndctl_btt *btt);
int ndctl_btt_set_sector_size(struct ndctl_btt *btt, unsigned int sector_size);
int ndctl_btt_get_num_sector_sizes(struct ndctl_btt *btt);
unsigned int ndctl_btt_get_supported_sector_size(struct ndctl_btt *btt, int i);
/* 1 if a driver is bound; while the kernel has it; if it has a uuid and holds a namespace. */
int ndctl_btt_is_enabled(struct ndctl_btt *btt);
int ndctl_btt_is_valid(struct ndctl_btt *btt);
int ndctl_btt_is_configured(struct ndctl_btt *btt);
/* Binds the driver; unbinds it and lets go of the namespace. */
int ndctl_btt_enable(struct ndctl_btt *btt);
int ndctl_btt_delete(struct ndctl_btt *btt);

/* ---- pfn: a page map for file systems with DAX ---- */

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
/* The Y of pfnX.Y, and the whole name. */
unsigned int ndctl_pfn_get_id(struct ndctl_pfn *pfn);
const char *ndctl_pfn_get_devname(struct ndctl_pfn *pfn);
/* "pmem0.1"; "" while it is disabled. */
const char *ndctl_pfn_get_block_device(struct ndctl_pfn *pfn);
/* The namespace that it holds, NULL if none. Null lets go of it. */
struct ndctl_namespace *ndctl_pfn_get_namespace(struct ndctl_pfn *pfn);
int ndctl_pfn_set_namespace(struct ndctl_pfn *pfn, struct ndctl_namespace *ndns);
void ndctl_pfn_get_uuid(struct ndctl_pfn *pfn, uuid_t uu);
int ndctl_pfn_set_uuid(struct ndctl_pfn *pfn, uuid_t uu);
/* Bytes that can be used, 0 while it is disabled. */
unsigned long long ndctl_pfn_get_size(struct ndctl_pfn *pfn);
/* Where the page map lies: nowhere (yet), in ordinary memory, or in the namespace itself. */
enum ndctl_pfn_loc {
	NDCTL_PFN_LOC_NONE,
	NDCTL_PFN_LOC_RAM,
	NDCTL_PFN_LOC_PMEM,
};
enum ndctl_pfn_loc ndctl_pfn_get_location(struct ndctl_pfn *pfn);
int ndctl_pfn_set_location(struct ndctl_pfn *pfn, enum ndctl_pfn_loc loc);
/* Physical address of its data, for root; ULLONG_MAX while it is disabled. */
unsigned long long ndctl_pfn_get_resource(struct ndctl_pfn *pfn);
/* Alignment of the data in bytes: whether the kernel has the attribute, its value (0: not known),
 * how many can be chosen, and number @i of them (ULONG_MAX beyond). */
int ndctl_pfn_has_align(struct ndctl_pfn *pfn);
unsigned long ndctl_pfn_get_align(struct ndctl_pfn *pfn);
int ndctl_pfn_set_align(struct ndctl_pfn *pfn, unsigned long align);
int ndctl_pfn_get_num_alignments(struct ndctl_pfn *pfn);
unsigned long ndctl_pfn_get_supported_alignment(struct ndctl_pfn *pfn, int i);
/* 1 if a driver is bound; while the kernel has it; if it has a uuid and holds a namespace. */
int ndctl_pfn_is_enabled(struct ndctl_pfn *pfn);
int ndctl_pfn_is_valid(struct ndctl_pfn *pfn);
int ndctl_pfn_is_configured(struct ndctl_pfn *pfn);
/* Binds the driver; unbinds it and lets go of the namespace. */
int ndctl_pfn_enable(struct ndctl_pfn *pfn);
int ndctl_pfn_delete(struct ndctl_pfn *pfn);

/* ---- dax: a character device to be mapped ---- */

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
/* The Y of daxX.Y, and the whole name. */
unsigned int ndctl_dax_get_id(struct ndctl_dax *dax);
const char *ndctl_dax_get_devname(struct ndctl_dax *dax);
/* The namespace that it holds, NULL if none. Null lets go of it. */
struct ndctl_namespace *ndctl_dax_get_namespace(struct ndctl_dax *dax);
int ndctl_dax_set_namespace(struct ndctl_dax *dax, struct ndctl_namespace *ndns);
void ndctl_dax_get_uuid(struct ndctl_dax *dax, uuid_t uu);
int ndctl_dax_set_uuid(struct ndctl_dax *dax, uuid_t uu);
/* Bytes that can be used, 0 while it is disabled. */
unsigned long long ndctl_dax_get_size(struct ndctl_dax *dax);
enum ndctl_pfn_loc ndctl_dax_get_location(struct ndctl_dax *dax);
int ndctl_dax_set_location(struct ndctl_dax *dax, enum ndctl_pfn_loc loc);
/* Physical address of its data, for root; ULLONG_MAX while it is disabled. */
unsigned long long ndctl_dax_get_resource(struct ndctl_dax *dax);
/* Alignment of the data in bytes: whether the kernel has the attribute, its value (0: not known),
 * how many can be chosen, and number @i of them (ULONG_MAX beyond). */
int ndctl_dax_has_align(struct ndctl_dax *dax);
unsigned long ndctl_dax_get_align(struct ndctl_dax *dax);
int ndctl_dax_set_align(struct ndctl_dax *dax, unsigned long align);
int ndctl_dax_get_num_alignments(struct ndctl_dax *dax);
unsigned long ndctl_dax_get_supported_alignment(struct ndctl_dax *dax, int i);
/* The region in the sense of libdaxctl, with the /dev/dax devices. It belongs to the context. NULL
 * without memory. */
struct daxctl_region *ndctl_dax_get_daxctl_region(struct ndctl_dax *dax);
/* 1 if a driver is bound; while the kernel has it; if it has a uuid and holds a namespace. */
int ndctl_dax_is_enabled(struct ndctl_dax *dax);
int ndctl_dax_is_valid(struct ndctl_dax *dax);
int ndctl_dax_is_configured(struct ndctl_dax *dax);
/* Binds the driver; unbinds it and lets go of the namespace. */
int ndctl_dax_enable(struct ndctl_dax *dax);
int ndctl_dax_delete(struct ndctl_dax *dax);

/*
 * ---- to come ----
 *
 * The DIMM side below is not there yet: SMART, vendor commands, firmware, security, error
 * injection, scrubs, the write cache. What returns int or ssize_t gives -EOPNOTSUPP
 * (has_error_injection and is_flag_supported: 0), a pointer is NULL with errno EOPNOTSUPP, another
 * number has all its bits set, and an enum says that the state is not known; the sentence in the
 * context says so.
 */

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

/* Older headers of the same names may have been included before. */
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

#define ND_PASSPHRASE_SIZE 32
#define ND_KEY_DESC_LEN	   22
#define ND_KEY_DESC_PREFIX 7
#define ND_KEY_DESC_SIZE   128
#define ND_KEY_CMD_SIZE	   128

/* Degrees Celsius, from and to the units of SMART data. */
double ndctl_decode_smart_temperature(unsigned int temp);
unsigned int ndctl_encode_smart_temperature(double temp);
/* What a submitted command answered, as an errno: 0, or -EIO if the firmware refused it; and
 * submitting it with that as the result. */
int ndctl_cmd_submit_xlat(struct ndctl_cmd *cmd);
int ndctl_cmd_xlat_firmware_status(struct ndctl_cmd *cmd);

/* SMART: health, thresholds, injection of both. */
unsigned int ndctl_cmd_smart_get_alarm_flags(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_flags(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_health(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_life_used(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_shutdown_state(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_spares(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_temperature(struct ndctl_cmd *cmd);
unsigned char *ndctl_cmd_smart_get_vendor_data(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_vendor_size(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_threshold_get_alarm_control(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_threshold_get_spares(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_threshold_get_temperature(struct ndctl_cmd *cmd);
struct ndctl_cmd *ndctl_dimm_cmd_new_smart(struct ndctl_dimm *dimm);
struct ndctl_cmd *ndctl_dimm_cmd_new_smart_threshold(struct ndctl_dimm *dimm);
unsigned int ndctl_cmd_smart_get_ctrl_temperature(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_media_temperature(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_get_shutdown_count(struct ndctl_cmd *cmd);
int ndctl_cmd_smart_inject_fatal(struct ndctl_cmd *cmd, bool enable);
int ndctl_cmd_smart_inject_media_temperature(
	struct ndctl_cmd *cmd, bool enable, unsigned int mtemp);
int ndctl_cmd_smart_inject_spares(struct ndctl_cmd *cmd, bool enable, unsigned int spares);
int ndctl_cmd_smart_inject_unsafe_shutdown(struct ndctl_cmd *cmd, bool enable);
unsigned int ndctl_cmd_smart_threshold_get_ctrl_temperature(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_threshold_get_media_temperature(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_smart_threshold_get_supported_alarms(struct ndctl_cmd *cmd);
int ndctl_cmd_smart_threshold_set_alarm_control(struct ndctl_cmd *cmd, unsigned int val);
int ndctl_cmd_smart_threshold_set_ctrl_temperature(struct ndctl_cmd *cmd, unsigned int val);
int ndctl_cmd_smart_threshold_set_media_temperature(struct ndctl_cmd *cmd, unsigned int val);
int ndctl_cmd_smart_threshold_set_spares(struct ndctl_cmd *cmd, unsigned int val);
int ndctl_cmd_smart_threshold_set_temperature(struct ndctl_cmd *cmd, unsigned int val);
struct ndctl_cmd *ndctl_dimm_cmd_new_smart_inject(struct ndctl_dimm *dimm);
struct ndctl_cmd *ndctl_dimm_cmd_new_smart_set_threshold(struct ndctl_cmd *cmd);
struct ndctl_cmd *ndctl_dimm_cmd_new_ack_shutdown_count(struct ndctl_dimm *dimm);
int ndctl_cmd_smart_inject_ctrl_temperature(struct ndctl_cmd *cmd, bool enable, unsigned int ctemp);
int ndctl_dimm_smart_inject_supported(struct ndctl_dimm *dimm);
/* A descriptor to poll for events, and what the dimm says of its health as bits. */
int ndctl_dimm_get_health_eventfd(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_get_event_flags(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_get_flags(struct ndctl_dimm *dimm);
unsigned int ndctl_dimm_get_health(struct ndctl_dimm *dimm);
int ndctl_dimm_is_flag_supported(struct ndctl_dimm *dimm, unsigned int flag);

/* Commands that only the vendor knows. */
ssize_t ndctl_cmd_vendor_get_output(struct ndctl_cmd *cmd, void *buf, unsigned int len);
ssize_t ndctl_cmd_vendor_get_output_size(struct ndctl_cmd *cmd);
ssize_t ndctl_cmd_vendor_set_input(struct ndctl_cmd *cmd, void *buf, unsigned int len);
struct ndctl_cmd *ndctl_dimm_cmd_new_vendor_specific(
	struct ndctl_dimm *dimm, unsigned int opcode, size_t input_size, size_t output_size);

/* Firmware. */
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
/* Updates, and their activation without a reboot. */
unsigned long long ndctl_cmd_fw_fquery_get_fw_rev(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_fw_info_get_max_query_time(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_fw_info_get_max_send_len(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_fw_info_get_query_interval(struct ndctl_cmd *cmd);
unsigned long long ndctl_cmd_fw_info_get_run_version(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_fw_info_get_storage_size(struct ndctl_cmd *cmd);
unsigned long long ndctl_cmd_fw_info_get_updated_version(struct ndctl_cmd *cmd);
unsigned int ndctl_cmd_fw_start_get_context(struct ndctl_cmd *cmd);
enum ND_FW_STATUS ndctl_cmd_fw_xlat_firmware_status(struct ndctl_cmd *cmd);
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_abort(struct ndctl_cmd *start);
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_finish(struct ndctl_cmd *start);
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_finish_query(struct ndctl_cmd *start);
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_get_info(struct ndctl_dimm *dimm);
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_send(
	struct ndctl_cmd *start, unsigned int offset, unsigned int len, void *data);
struct ndctl_cmd *ndctl_dimm_cmd_new_fw_start_update(struct ndctl_dimm *dimm);
int ndctl_dimm_fw_update_supported(struct ndctl_dimm *dimm);
int ndctl_bus_activate_firmware(struct ndctl_bus *bus, enum ndctl_fwa_method method);
int ndctl_bus_clear_fw_activate_noidle(struct ndctl_bus *bus);
int ndctl_bus_clear_fw_activate_nosuspend(struct ndctl_bus *bus);
enum ndctl_fwa_method ndctl_bus_get_fw_activate_method(struct ndctl_bus *bus);
enum ndctl_fwa_state ndctl_bus_get_fw_activate_state(struct ndctl_bus *bus);
int ndctl_bus_set_fw_activate_noidle(struct ndctl_bus *bus);
int ndctl_bus_set_fw_activate_nosuspend(struct ndctl_bus *bus);
enum ndctl_fwa_state ndctl_dimm_fw_activate_arm(struct ndctl_dimm *dimm);
enum ndctl_fwa_state ndctl_dimm_fw_activate_disarm(struct ndctl_dimm *dimm);
enum ndctl_fwa_result ndctl_dimm_get_fw_activate_result(struct ndctl_dimm *dimm);
enum ndctl_fwa_state ndctl_dimm_get_fw_activate_state(struct ndctl_dimm *dimm);

/* Security; a key is the serial number of a key of the kernel's. */
int ndctl_dimm_disable_passphrase(struct ndctl_dimm *dimm, long key);
int ndctl_dimm_freeze_security(struct ndctl_dimm *dimm);
int ndctl_dimm_master_secure_erase(struct ndctl_dimm *dimm, long key);
int ndctl_dimm_overwrite(struct ndctl_dimm *dimm, long key);
int ndctl_dimm_secure_erase(struct ndctl_dimm *dimm, long key);
int ndctl_dimm_update_master_passphrase(struct ndctl_dimm *dimm, long ckey, long nkey);
int ndctl_dimm_update_passphrase(struct ndctl_dimm *dimm, long ckey, long nkey);
int ndctl_dimm_wait_overwrite(struct ndctl_dimm *dimm);
int ndctl_dimm_disable_master_passphrase(struct ndctl_dimm *dimm, long key);

/* Scrubs. */
int ndctl_bus_wait_for_scrub_completion(struct ndctl_bus *bus);
int ndctl_bus_start_scrub(struct ndctl_bus *bus);
int ndctl_bus_poll_scrub_completion(
	struct ndctl_bus *bus, unsigned int poll_interval, unsigned int timeout);

enum ndctl_namespace_inject_flags {
	NDCTL_NS_INJECT_NOTIFY = 0,
	NDCTL_NS_INJECT_SATURATE,
};
struct ndctl_bb;
/* Injection of errors: sectors of 512 bytes, from the start of the namespace. */
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

/* The write cache of the block device, and the persistence domain that all regions share. */
enum ndctl_persistence_domain ndctl_bus_get_persistence_domain(struct ndctl_bus *bus);
int ndctl_namespace_disable_write_cache(struct ndctl_namespace *ndns);
int ndctl_namespace_enable_write_cache(struct ndctl_namespace *ndns);
int ndctl_namespace_write_cache_is_enabled(struct ndctl_namespace *ndns);

#ifdef __cplusplus
}
#endif

#endif
