/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/format/label.h>
#include <kernel/txn.h>
#include <ndctl/object/dimm.h>

/* The label area of a dimm, read and written by ioctls of /dev/nmemX (<linux/ndctl.h>). All return
 * 0 or a negative errno with the cause recorded: -EOPNOTSUPP without such an area, -EIO if the
 * dimm's firmware refuses. */
struct area {
	int fd;
	size_t size;
	size_t max_transfer;
};

static inline void area_close(struct area *area)
{
	cleanup_close(&area->fd);
}
#define AUTO_AREA CLEANUP(area_close)
#define AREA_INIT ((struct area){.fd = -1})

int area_open(struct ndctl_dimm *dimm, struct area *area);
/* In pieces of what the dimm takes at once; @length bytes from @offset must be in the area. */
int area_read(
	struct ndctl_dimm *dimm, const struct area *area, size_t offset, void *data, size_t length);
int area_write(struct ndctl_dimm *dimm, const struct area *area, size_t offset, const void *data,
	size_t length);
/* The index blocks, label_index_room() bytes; the caller frees @indexes, on failure too. */
int area_read_indexes(struct ndctl_dimm *dimm, const struct area *area, uint8_t **indexes);
/* What the index blocks say, as label_find(): -EINVAL if none is valid, -ENOSPC if the area is too
 * small for any. */
int area_find(struct ndctl_dimm *dimm, const struct area *area, struct label_state *state);
/* Fails unless @length bytes from @offset are in the area. */
int area_check(struct ndctl_dimm *dimm, const struct area *area, size_t offset, size_t length);

/* ndctl_dimm_validate_labels() that leaves it to the caller whether labels that are not valid are a
 * failure; @failure is then its name. */
int labels_validate(struct ndctl_dimm *dimm, const char **failure);
/* Nothing may write labels of a dimm that an enabled region uses: -EBUSY. */
int dimm_check_idle(struct ndctl_dimm *dimm);
/* Takes the lock under which the labels of a dimm change. */
int dimm_lock(struct ndctl_dimm *dimm, struct txn *txn);
