/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/format/label.h>
#include <kernel/txn.h>
#include <ndctl/object/dimm.h>

/*
 * The label area of a DIMM, which ioctls of /dev/nmemX read and write (<linux/ndctl.h>). The
 * functions return 0 or a negative errno with the cause recorded: -EOPNOTSUPP for a DIMM without
 * label area, -EIO if the firmware refuses.
 */
struct area {
	int fd;
	size_t size;	     /* bytes */
	size_t max_transfer; /* bytes that the DIMM accepts in one command */
};

static inline void area_close(struct area *area)
{
	cleanup_close(&area->fd);
}
#define AUTO_AREA CLEANUP(area_close)
#define AREA_INIT ((struct area){.fd = -1})

/* Opens the node and reads the size. */
int area_open(struct ndctl_dimm *dimm, struct area *area);
/* Read and write @length bytes at @offset, which must be within the area (area_check()). */
int area_read(
	struct ndctl_dimm *dimm, const struct area *area, size_t offset, void *data, size_t length);
int area_write(struct ndctl_dimm *dimm, const struct area *area, size_t offset, const void *data,
	size_t length);
/* Reads the index blocks, label_index_room() bytes. The caller frees @indexes, also after a
 * failure. */
int area_read_indexes(struct ndctl_dimm *dimm, const struct area *area, uint8_t **indexes);
/* Reads the index blocks into @state, as label_find(). -EINVAL if neither is valid, -ENOSPC if the
 * area is too small. */
int area_find(struct ndctl_dimm *dimm, const struct area *area, struct label_state *state);
/* Checks that @length bytes at @offset are within the area: -EINVAL. */
int area_check(struct ndctl_dimm *dimm, const struct area *area, size_t offset, size_t length);

/* Records that an area of @size bytes is too small for labels, and returns -ENOSPC. */
int area_fail_small(struct ndctl_dimm *dimm, size_t size);

/* ndctl_dimm_validate_labels() for callers to whom invalid labels may be good. Stores what to put
 * in front of the recorded sentence in @failure. */
int labels_validate(struct ndctl_dimm *dimm, const char **failure);
/* Checks that no enabled region uses the DIMM, which must be so to write labels: -EBUSY. */
int dimm_check_idle(struct ndctl_dimm *dimm);
/* Takes the lock under which the labels of a DIMM change. */
int dimm_lock(struct ndctl_dimm *dimm, struct txn *txn);
/* Takes the locks of all DIMMs of a region, in the order of their numbers: regions that share DIMMs
 * thus agree. Whoever makes the kernel read the labels, by enabling the region, waits here for who
 * writes them. The caller has the region's lock. */
int region_lock_dimms(struct ndctl_region *region, struct txn *txn);
