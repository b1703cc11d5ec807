/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXCTL_LIBDAXCTL_H
#define DAXCTL_LIBDAXCTL_H

#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

/* Declare the type for programs built without libuuid's header. */
#if __has_include(<uuid/uuid.h>)
#include <uuid/uuid.h>
#else
typedef unsigned char uuid_t[16];
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * libdaxctl: memory that Linux exposes through device-dax
 * (Documentation/ABI/testing/sysfs-bus-dax).
 *
 * A region is a range of such memory, which the platform or a namespace of persistent memory
 * provides. Devices (/dev/daxX.Y) divide it. A device that is bound to driver kmem serves as
 * ordinary memory; its memory object describes that.
 *
 * Objects belong to the context and live as long as it does: a pointer stays valid until the last
 * daxctl_unref(). One thread at a time may use a context and its objects.
 *
 * An attribute is read when a function first needs it. Attributes that cannot change while an
 * object exists are kept; writing to an object forgets what was kept of it. A context lists the
 * regions, and the devices of a region, once; creating or destroying a device updates the list of
 * its region.
 *
 * A device object means the device that the kernel had when the object was first returned. If
 * another process has destroyed it and created another one of its name, functions that change the
 * object return -ESTALE (those that document a single errno, that one) and change nothing. The next
 * iteration over the region's devices, or the name, finds the new device as a new object.
 *
 * Functions that change something take the lock of the region in /run/daxctl, and wait for another
 * process that holds it. In the calling thread, signals wait until a change is done or undone. A
 * library cannot block them in other threads: a program with several threads blocks the signals
 * that would end it in all others (pthread_sigmask(3)), or such a signal may end it in the middle
 * of a change.
 *
 * Functions that return int give 0, a positive answer, or a negative errno. A number that cannot
 * be read is 0, or -1 where the type has a sign, with errno set, unless stated otherwise. Pointers
 * that are returned, texts too, belong to the object that was asked, or to its context; do not
 * free them.
 */

/* ---- context ---- */

struct daxctl_ctx;

/* Stores a new context with one reference in @ctx. Returns 0, -ENOMEM, or the errno of opening the
 * root directory. Its log has priority LOG_ERR, or the one that environment variable DAXCTL_LOG
 * gives (name or number of a syslog level), except in a setuid program. */
int daxctl_new(struct daxctl_ctx **ctx);
/* Take and drop a reference; the last daxctl_unref() frees the context and all its objects. Both
 * accept NULL. daxctl_ref() returns @ctx. */
struct daxctl_ctx *daxctl_ref(struct daxctl_ctx *ctx);
void daxctl_unref(struct daxctl_ctx *ctx);

/* @log_fn receives each line of the log, whose @format ends with a newline; NULL restores the
 * default, standard error. @priority is a level of syslog(3): lines that are less urgent are not
 * formatted. */
void daxctl_set_log_fn(struct daxctl_ctx *ctx,
	void (*log_fn)(struct daxctl_ctx *ctx, int priority, const char *file, int line,
		const char *fn, const char *format, va_list args));
int daxctl_get_log_priority(struct daxctl_ctx *ctx);
void daxctl_set_log_priority(struct daxctl_ctx *ctx, int priority);

/* A pointer for the caller's use; the library keeps it and never follows it. */
void daxctl_set_userdata(struct daxctl_ctx *ctx, void *userdata);
void *daxctl_get_userdata(struct daxctl_ctx *ctx);

/* The directory of configuration files: by default daxctl.conf.d below the build's sysconfdir
 * (/etc). daxctl_set_config_path() copies the path and returns 0, or -ENOMEM without a change;
 * NULL restores the default. The context owns the path that daxctl_get_config_path() returns. */
int daxctl_set_config_path(struct daxctl_ctx *ctx, char *config_path);
const char *daxctl_get_config_path(struct daxctl_ctx *ctx);

/* ---- region ---- */

struct daxctl_region;

/* Iterate over the regions in natural order of their names, from one listing of
 * /sys/bus/dax/devices; NULL after the last one. daxctl_region_get_first() returns NULL with errno
 * 0 if there are none, and with another errno if they cannot be listed. */
struct daxctl_region *daxctl_region_get_first(struct daxctl_ctx *ctx);
struct daxctl_region *daxctl_region_get_next(struct daxctl_region *region);

/* Returns the region to whose directory in sysfs @path leads, and takes a reference for the
 * caller. @path may be that of the nd "dax" device of a namespace in devdax mode, or of
 * dax_regionN below /sys/bus/cxl/devices. @id is the X of its devices daxX.Y. @uuid is copied and
 * may be null.
 *
 * Every path to a region gives the same object, until the kernel replaces the region (a namespace
 * destroyed and created): then there is a new object, and the old one stays a valid pointer.
 *
 * Returns NULL with errno ENOMEM, or EINVAL for a path that does not lead below /sys/devices. */
struct daxctl_region *daxctl_new_region(
	struct daxctl_ctx *ctx, int id, uuid_t uuid, const char *path);
/* Take and drop a reference, each of which holds the context. A region lives as long as its
 * context in any case. daxctl_region_unref() without a reference does nothing. Both accept NULL. */
void daxctl_region_ref(struct daxctl_region *region);
void daxctl_region_unref(struct daxctl_region *region);

/* The context of the region; takes no reference. */
struct daxctl_ctx *daxctl_region_get_ctx(struct daxctl_region *region);
/* The X of daxX.Y. */
int daxctl_region_get_id(struct daxctl_region *region);
/* Stores in @uu the uuid that daxctl_new_region() got, or the null uuid. */
void daxctl_region_get_uuid(struct daxctl_region *region, uuid_t uu);
/* The directory of the region in sysfs, for example "/sys/devices/platform/hmem.0". */
const char *daxctl_region_get_path(struct daxctl_region *region);
/* The last part of that path. */
const char *daxctl_region_get_devname(struct daxctl_region *region);
/* Bytes, from the attributes dax_region/size, dax_region/available_size and dax_region/align. If
 * an attribute cannot be read, size is ULLONG_MAX and align is ULONG_MAX; available_size is 0, as
 * it is for a region that is not dynamic. */
unsigned long long daxctl_region_get_size(struct daxctl_region *region);
unsigned long long daxctl_region_get_available_size(struct daxctl_region *region);
unsigned long daxctl_region_get_align(struct daxctl_region *region);

/* Creates a device of size 0 in a dynamic region, by writing to dax_region/create. That device is
 * the seed until it gets a size. Returns 0, -EOPNOTSUPP for a region that is not dynamic, or the
 * kernel's errno: -ENOSPC if no capacity is left. */
int daxctl_region_create_dev(struct daxctl_region *region);
/* The device that dax_region/seed names, NULL if there is none. */
struct daxctl_dev *daxctl_region_get_dev_seed(struct daxctl_region *region);
/* Deletes a device, by writing its name to dax_region/delete. It must be disabled and of size 0
 * (else -EBUSY), and not the first one of its region. Returns 0, -EOPNOTSUPP for a region that is
 * not dynamic, or the kernel's errno. @dev stays a valid pointer but leaves the region's list. */
int daxctl_region_destroy_dev(struct daxctl_region *region, struct daxctl_dev *dev);

#define daxctl_region_foreach(ctx, region)                                                         \
	for (region = daxctl_region_get_first(ctx); region != NULL;                                \
		region = daxctl_region_get_next(region))
#define daxctl_region_foreach_safe(ctx, region, _region)                                           \
	for (region = daxctl_region_get_first(ctx),                                                \
	    _region = region ? daxctl_region_get_next(region) : NULL;                              \
		region != NULL;                                                                    \
		region = _region, _region = _region ? daxctl_region_get_next(_region) : NULL)

/* ---- device ---- */

struct daxctl_dev;

/* Iterate over the devices of a region in natural order of their names; NULL after the last one. */
struct daxctl_dev *daxctl_dev_get_first(struct daxctl_region *region);
struct daxctl_dev *daxctl_dev_get_next(struct daxctl_dev *dev);
/* The region and the context of the device; take no reference. */
struct daxctl_region *daxctl_dev_get_region(struct daxctl_dev *dev);
struct daxctl_ctx *daxctl_dev_get_ctx(struct daxctl_dev *dev);
/* The Y of daxX.Y, and the whole name. */
int daxctl_dev_get_id(struct daxctl_dev *dev);
const char *daxctl_dev_get_devname(struct daxctl_dev *dev);
/* The device number of /dev/daxX.Y (attribute dev), -1 if it cannot be read. */
int daxctl_dev_get_major(struct daxctl_dev *dev);
int daxctl_dev_get_minor(struct daxctl_dev *dev);
/* The physical address of the first byte (attribute resource), 0 for users other than root. */
unsigned long long daxctl_dev_get_resource(struct daxctl_dev *dev);
/* Bytes, from the attributes size and align. The setters need a disabled device of a dynamic
 * region; a size must be a multiple of the alignment. They return 0, or -ENXIO for any failure;
 * daxctl_get_error() (extensions.h) says which. */
unsigned long long daxctl_dev_get_size(struct daxctl_dev *dev);
int daxctl_dev_set_size(struct daxctl_dev *dev, unsigned long long size);
unsigned long daxctl_dev_get_align(struct daxctl_dev *dev);
int daxctl_dev_set_align(struct daxctl_dev *dev, unsigned long align);
/* Adds the range of physical addresses from @start to @end, both inclusive, to a disabled device
 * of a dynamic region (attribute mapping). Returns as the setters above. */
int daxctl_dev_set_mapping(
	struct daxctl_dev *dev, unsigned long long start, unsigned long long end);
/* The NUMA node to which the memory of the device belongs in system-ram mode (attribute
 * target_node), -1 if there is none. */
int daxctl_dev_get_target_node(struct daxctl_dev *dev);

/* The use of a device: the driver to which it is bound. */
enum daxctl_dev_mode {
	DAXCTL_DEV_MODE_UNKNOWN = -1,
	DAXCTL_DEV_MODE_DEVDAX = 0, /* device_dax */
	DAXCTL_DEV_MODE_RAM,	    /* kmem */
	DAXCTL_DEV_MODE_FAMFS,	    /* fsdev_dax */
	DAXCTL_DEV_MODE_END,
};
/* The mode of a device: UNKNOWN if it is bound to no driver (errno ENOENT), to one without a mode
 * (errno 0), or if the link driver cannot be read (another errno). */
enum daxctl_dev_mode daxctl_dev_get_mode(struct daxctl_dev *dev);
/* Return 1 if the device is in this mode, else 0. */
int daxctl_dev_is_devdax_mode(struct daxctl_dev *dev);
int daxctl_dev_is_system_ram_mode(struct daxctl_dev *dev);
int daxctl_dev_is_famfs_mode(struct daxctl_dev *dev);
/* Returns 1 if the device serves as memory (bound to kmem), else 0. A program that removes the
 * device takes its memory offline before. */
int daxctl_dev_is_system_ram_capable(struct daxctl_dev *dev);
/* Returns 1 if the device is bound to a driver, else 0 with errno ENOENT, or with another errno if
 * the link driver cannot be read. */
int daxctl_dev_is_enabled(struct daxctl_dev *dev);

/* Bind a device to a driver, or unbind it, completely or not at all. They return 0 also if there
 * is nothing to do: an enabled device stays bound to the driver that it has, even one of another
 * mode (daxctl_dev_get_mode() says which; daxctl_dev_set_mode() changes it).
 *
 * Enabling leaves the memory offline. Disabling a device whose memory is online returns -EBUSY.
 * Other errors are those of daxctl_dev_set_mode() (extensions.h). */
int daxctl_dev_disable(struct daxctl_dev *dev);
int daxctl_dev_enable_devdax(struct daxctl_dev *dev);
int daxctl_dev_enable_ram(struct daxctl_dev *dev);
int daxctl_dev_enable_famfs(struct daxctl_dev *dev);

/* Returns 1 if the kernel puts new memory online automatically (attribute
 * memory/auto_online_blocks), 0 if not, or if that cannot be read. */
int daxctl_dev_will_auto_online_memory(struct daxctl_dev *dev);
/* Returns the number of the device's memory blocks that are online, 0 if it is not in system-ram
 * mode, or a negative errno: -EACCES for users who may not read physical addresses. */
int daxctl_dev_has_online_memory(struct daxctl_dev *dev);

#define daxctl_dev_foreach(region, dev)                                                            \
	for (dev = daxctl_dev_get_first(region); dev != NULL; dev = daxctl_dev_get_next(dev))
#define daxctl_dev_foreach_safe(region, dev, _dev)                                                 \
	for (dev = daxctl_dev_get_first(region), _dev = dev ? daxctl_dev_get_next(dev) : NULL;     \
		dev != NULL; dev = _dev, _dev = _dev ? daxctl_dev_get_next(_dev) : NULL)

/* ---- memory ---- */

struct daxctl_memory;

/* The memory of a device in system-ram mode. Returns NULL with errno EINVAL in another mode,
 * ENOENT if the device has no driver, or another errno if the link driver cannot be read. */
struct daxctl_memory *daxctl_dev_get_memory(struct daxctl_dev *dev);
/* The device to which the memory belongs. */
struct daxctl_dev *daxctl_memory_get_dev(struct daxctl_memory *mem);
/* The directory of the memory's NUMA node, "/sys/devices/system/node/nodeN"; NULL without a target
 * node. */
const char *daxctl_memory_get_node_path(struct daxctl_memory *mem);
/* Bytes of a memory block (attribute memory/block_size_bytes). */
unsigned long daxctl_memory_get_block_size(struct daxctl_memory *mem);
/* The number of memory blocks that lie completely in the device, and how many of them are online.
 * Negative errno as in daxctl_memory_get_counts() (extensions.h). */
int daxctl_memory_num_sections(struct daxctl_memory *mem);
int daxctl_memory_is_online(struct daxctl_memory *mem);
/* Returns 1 if all online blocks are in ZONE_MOVABLE, 0 if one is in another zone, -ENXIO if no
 * block is online, or another negative errno. */
int daxctl_memory_is_movable(struct daxctl_memory *mem);
/* Put all blocks online, in ZONE_MOVABLE or in a zone that the kernel may use for itself, or take
 * them offline (attribute state of memory/memoryN). The first two return how many blocks they have
 * put online, or, if all were online before, how many there are; the last one returns how many it
 * has taken offline. On failure they restore the blocks that had changed, and return a negative
 * errno as daxctl_memory_change() does (extensions.h). */
int daxctl_memory_online(struct daxctl_memory *mem);
int daxctl_memory_online_no_movable(struct daxctl_memory *mem);
int daxctl_memory_offline(struct daxctl_memory *mem);

/* ---- mapping ---- */

struct daxctl_mapping;

/* Iterate over the ranges of physical addresses of a device, in the order of their names. Only
 * root may read them. The pointers stay valid until the device is changed. Returns NULL with errno
 * ENOENT if there are none, and with another errno if they cannot be read. */
struct daxctl_mapping *daxctl_mapping_get_first(struct daxctl_dev *dev);
struct daxctl_mapping *daxctl_mapping_get_next(struct daxctl_mapping *mapping);
/* The physical addresses of the first and the last byte, the number of bytes, and the offset in
 * the device in pages (attributes start, end and page_offset of mappingN). */
unsigned long long daxctl_mapping_get_start(struct daxctl_mapping *mapping);
unsigned long long daxctl_mapping_get_end(struct daxctl_mapping *mapping);
unsigned long long daxctl_mapping_get_size(struct daxctl_mapping *mapping);
unsigned long long daxctl_mapping_get_offset(struct daxctl_mapping *mapping);

#define daxctl_mapping_foreach(dev, mapping)                                                       \
	for (mapping = daxctl_mapping_get_first(dev); mapping != NULL;                             \
		mapping = daxctl_mapping_get_next(mapping))

#ifdef __cplusplus
}
#endif

#endif
