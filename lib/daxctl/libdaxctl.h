/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXCTL_LIBDAXCTL_H
#define DAXCTL_LIBDAXCTL_H

#include <stdarg.h>
#include <stdbool.h>
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
 * libdaxctl: memory that Linux exposes through device-dax.
 *
 * A region is a range of such memory as the platform or a namespace of persistent memory provides
 * it; devices (/dev/daxX.Y) are carved from it. A device that the kmem driver has taken serves as
 * ordinary memory and is described by its memory object.
 *
 * Objects belong to the context and live as long as it does, so that a pointer stays good until
 * the last daxctl_unref(). A context and its objects may be used by one thread at a time.
 *
 * Attributes are read when they are first asked for. Those that cannot change while an object
 * exists are kept; writing to an object drops what was kept of it. Which regions there are, and
 * which devices a region has, is read once for a context; creating or destroying a device brings
 * the list of its region up to date.
 *
 * Functions that change something take the lock of the region in /run/daxctl, and wait for another
 * process that holds it. Signals wait until a change is done or undone, but a library can hold them
 * off in the calling thread only: a program with more threads blocks, in all others, those that
 * would end it (pthread_sigmask(3)), or such a signal may end it halfway.
 *
 * Functions that return int give 0 or a positive answer, or a negative errno. Numbers that cannot
 * be read are 0, or -1 where the type has a sign, with errno set, unless stated otherwise. Pointers
 * that are returned, texts too, belong to the object that was asked, or to its context.
 */

/* ---- context ---- */

struct daxctl_ctx;

/* Stores a new context with one reference in @ctx. -ENOMEM, or what opening / gave. The priority
 * of the log is LOG_ERR, or what the environment variable DAXCTL_LOG says (a syslog level's name
 * or number) in a program that is not setuid. */
int daxctl_new(struct daxctl_ctx **ctx);
/* Both take NULL. daxctl_ref() returns @ctx. */
struct daxctl_ctx *daxctl_ref(struct daxctl_ctx *ctx);
void daxctl_unref(struct daxctl_ctx *ctx);

/* @log_fn receives each line of the log, with its newline; standard error does by default.
 * @priority is a level of syslog(3); lines less urgent than it are not formatted. */
void daxctl_set_log_fn(struct daxctl_ctx *ctx,
	void (*log_fn)(struct daxctl_ctx *ctx, int priority, const char *file, int line,
		const char *fn, const char *format, va_list args));
int daxctl_get_log_priority(struct daxctl_ctx *ctx);
void daxctl_set_log_priority(struct daxctl_ctx *ctx, int priority);

/* A pointer of the caller's, kept and never followed. */
void daxctl_set_userdata(struct daxctl_ctx *ctx, void *userdata);
void *daxctl_get_userdata(struct daxctl_ctx *ctx);

/* The directory of configuration files, daxctl.conf.d below the build's sysconfdir (/etc) by
 * default. The path is copied; -ENOMEM leaves it as it was, NULL goes back to the default. */
int daxctl_set_config_path(struct daxctl_ctx *ctx, char *config_path);
const char *daxctl_get_config_path(struct daxctl_ctx *ctx);

/* ---- region ---- */

struct daxctl_region;

/* The regions in natural order of their names, from one reading of /sys/bus/dax/devices; NULL
 * after the last one. daxctl_region_get_first() gives NULL with errno 0 if there are none, and with
 * another errno if they cannot be listed. */
struct daxctl_region *daxctl_region_get_first(struct daxctl_ctx *ctx);
struct daxctl_region *daxctl_region_get_next(struct daxctl_region *region);

/* The region whose directory in sysfs @path leads to, such as the nd "dax" device of a namespace in
 * devdax mode, or dax_regionN below /sys/bus/cxl/devices, and whose devices are called dax@id.Y.
 * The same region gives the same object, whatever the path, until the kernel makes another region
 * there (a namespace destroyed and created): that is a new object, and the old one stays a valid
 * pointer. @uuid is copied; it may be null. The caller holds a reference. NULL with errno ENOMEM,
 * or EINVAL for a path that does not lead below /sys/devices. */
struct daxctl_region *daxctl_new_region(
	struct daxctl_ctx *ctx, int id, uuid_t uuid, const char *path);
/* Kept for callers that count: each reference holds the context. A region lives as long as its
 * context in any case; daxctl_region_unref() without a reference does nothing. Both take NULL. */
void daxctl_region_ref(struct daxctl_region *region);
void daxctl_region_unref(struct daxctl_region *region);

/* The context that it belongs to; no reference is taken. */
struct daxctl_ctx *daxctl_region_get_ctx(struct daxctl_region *region);
/* The X of daxX.Y. */
int daxctl_region_get_id(struct daxctl_region *region);
/* What daxctl_new_region() was given; null for others. */
void daxctl_region_get_uuid(struct daxctl_region *region, uuid_t uu);
/* Its directory in sysfs: "/sys/devices/platform/hmem.0". */
const char *daxctl_region_get_path(struct daxctl_region *region);
/* Last part of that path. */
const char *daxctl_region_get_devname(struct daxctl_region *region);
/* Bytes: dax_region/size, dax_region/available_size (0 for a region that is not dynamic) and
 * dax_region/align. */
unsigned long long daxctl_region_get_size(struct daxctl_region *region);
unsigned long long daxctl_region_get_available_size(struct daxctl_region *region);
unsigned long daxctl_region_get_align(struct daxctl_region *region);

/* Dynamic regions only. A device of size 0 is created by writing to dax_region/create; it is the
 * seed until it gets a size. -EOPNOTSUPP for a region that is not dynamic, else the kernel's
 * errno (-ENOSPC: nothing is left). */
int daxctl_region_create_dev(struct daxctl_region *region);
/* The device that dax_region/seed names, NULL if there is none. */
struct daxctl_dev *daxctl_region_get_dev_seed(struct daxctl_region *region);
/* Writes @dev to dax_region/delete: it must be disabled and of size 0 (-EBUSY), and not the first
 * one of its region. Returns 0, -EOPNOTSUPP for a region that is not dynamic, or the kernel's
 * errno. @dev stays a valid pointer but leaves the region's list. */
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

/* The devices of a region in natural order of their names; NULL after the last one. */
struct daxctl_dev *daxctl_dev_get_first(struct daxctl_region *region);
struct daxctl_dev *daxctl_dev_get_next(struct daxctl_dev *dev);
/* The region and the context that it belongs to; no reference is taken. */
struct daxctl_region *daxctl_dev_get_region(struct daxctl_dev *dev);
struct daxctl_ctx *daxctl_dev_get_ctx(struct daxctl_dev *dev);
/* The Y of daxX.Y, and the whole name. */
int daxctl_dev_get_id(struct daxctl_dev *dev);
const char *daxctl_dev_get_devname(struct daxctl_dev *dev);
/* Device number of /dev/daxX.Y (attribute dev). */
int daxctl_dev_get_major(struct daxctl_dev *dev);
int daxctl_dev_get_minor(struct daxctl_dev *dev);
/* Physical address of the first byte (attribute resource, which only root may read). */
unsigned long long daxctl_dev_get_resource(struct daxctl_dev *dev);
/* Bytes (attributes size and align). The setters need a disabled device of a dynamic region; a size
 * must be a multiple of the alignment. They return 0, or -ENXIO whatever the kernel's reason is,
 * which daxctl_get_error() (extensions.h) tells. */
unsigned long long daxctl_dev_get_size(struct daxctl_dev *dev);
int daxctl_dev_set_size(struct daxctl_dev *dev, unsigned long long size);
unsigned long daxctl_dev_get_align(struct daxctl_dev *dev);
int daxctl_dev_set_align(struct daxctl_dev *dev, unsigned long align);
/* Adds the range of physical addresses from @start to @end, both inclusive, to the device
 * (attribute mapping). Returns as the setters above. */
int daxctl_dev_set_mapping(
	struct daxctl_dev *dev, unsigned long long start, unsigned long long end);
/* The NUMA node that its memory would belong to (attribute target_node), -1 if there is none. */
int daxctl_dev_get_target_node(struct daxctl_dev *dev);

/* What a device is used as: which driver it is bound to. */
enum daxctl_dev_mode {
	DAXCTL_DEV_MODE_UNKNOWN = -1,
	DAXCTL_DEV_MODE_DEVDAX = 0, /* device_dax */
	DAXCTL_DEV_MODE_RAM,	    /* kmem */
	DAXCTL_DEV_MODE_FAMFS,	    /* fsdev_dax */
	DAXCTL_DEV_MODE_END,
};
/* UNKNOWN if no driver, or another one, has it. */
enum daxctl_dev_mode daxctl_dev_get_mode(struct daxctl_dev *dev);
/* 1 if it is in this mode, else 0. */
int daxctl_dev_is_devdax_mode(struct daxctl_dev *dev);
int daxctl_dev_is_system_ram_mode(struct daxctl_dev *dev);
int daxctl_dev_is_famfs_mode(struct daxctl_dev *dev);
/* 1 if the device serves as memory (bound to kmem): whoever is about to remove it takes the memory
 * offline before. Else 0. */
int daxctl_dev_is_system_ram_capable(struct daxctl_dev *dev);
/* 1 if a driver is bound. */
int daxctl_dev_is_enabled(struct daxctl_dev *dev);

/* Bind to and unbind from a driver; each is done wholly or not at all. 0 too if there is nothing to
 * do: enabling leaves a device as it is that any driver has (daxctl_dev_get_mode() tells which;
 * daxctl_dev_set_mode() changes it). Memory is left to the caller:
 * disabling a device whose memory is online gives -EBUSY, enabling one leaves it offline. Otherwise
 * as daxctl_dev_set_mode() (extensions.h). */
int daxctl_dev_disable(struct daxctl_dev *dev);
int daxctl_dev_enable_devdax(struct daxctl_dev *dev);
int daxctl_dev_enable_ram(struct daxctl_dev *dev);
int daxctl_dev_enable_famfs(struct daxctl_dev *dev);

/* 1 if the kernel puts new memory to use by itself (memory/auto_online_blocks), else 0, also where
 * that cannot be read. */
int daxctl_dev_will_auto_online_memory(struct daxctl_dev *dev);
/* The number of its memory blocks that are online, 0 if it does not serve as memory, or a negative
 * errno: -EACCES for users who may not see physical addresses. */
int daxctl_dev_has_online_memory(struct daxctl_dev *dev);

#define daxctl_dev_foreach(region, dev)                                                            \
	for (dev = daxctl_dev_get_first(region); dev != NULL; dev = daxctl_dev_get_next(dev))
#define daxctl_dev_foreach_safe(region, dev, _dev)                                                 \
	for (dev = daxctl_dev_get_first(region), _dev = dev ? daxctl_dev_get_next(dev) : NULL;     \
		dev != NULL; dev = _dev, _dev = _dev ? daxctl_dev_get_next(_dev) : NULL)

/* ---- memory ---- */

struct daxctl_memory;

/* The memory of a device in system-ram mode; NULL with errno EINVAL in another one, or ENOENT if no
 * driver has it. */
struct daxctl_memory *daxctl_dev_get_memory(struct daxctl_dev *dev);
/* The device that it is the memory of. */
struct daxctl_dev *daxctl_memory_get_dev(struct daxctl_memory *mem);
/* "/sys/devices/system/node/nodeN", NULL without a target node. */
const char *daxctl_memory_get_node_path(struct daxctl_memory *mem);
/* Bytes (memory/block_size_bytes). */
unsigned long daxctl_memory_get_block_size(struct daxctl_memory *mem);
/* Number of memory blocks that lie wholly in the device, and how many of them are online. */
int daxctl_memory_num_sections(struct daxctl_memory *mem);
int daxctl_memory_is_online(struct daxctl_memory *mem);
/* 1 if all blocks that are online are in ZONE_MOVABLE, 0 if one is in another zone, -ENXIO if none
 * is online. */
int daxctl_memory_is_movable(struct daxctl_memory *mem);
/* Put all blocks online, as movable memory or where the kernel may use them too, or take them
 * offline. The former two return how many blocks they have put online, or, where there was nothing
 * to do, how many there are; the last one how many it has taken offline. On failure the blocks that
 * had changed are changed back, and it is as in daxctl_memory_change() (extensions.h). */
int daxctl_memory_online(struct daxctl_memory *mem);
int daxctl_memory_online_no_movable(struct daxctl_memory *mem);
int daxctl_memory_offline(struct daxctl_memory *mem);

/* ---- mapping ---- */

struct daxctl_mapping;

/* The ranges of physical addresses that a device is made of, in the order of their names. Only root
 * may read them; for others there are none. They stay good until the device is changed. NULL with
 * errno ENOENT if there are none, and with another errno if they cannot be read. */
struct daxctl_mapping *daxctl_mapping_get_first(struct daxctl_dev *dev);
struct daxctl_mapping *daxctl_mapping_get_next(struct daxctl_mapping *mapping);
/* Physical addresses of the first and the last byte, number of bytes, and offset in the device in
 * pages (mappingN/start, end, page_offset). */
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
