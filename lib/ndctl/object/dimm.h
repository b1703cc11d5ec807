/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/entity.h>

struct ndctl_dimm {
	struct entity entity;
	unsigned label_status; /* of the firmware, when it last refused to access labels */
	bool watched;	       /* @health_fd is open */
	int health_fd;	       /* of the flags, for ndctl_dimm_get_health_eventfd() */
	uint64_t health_inode; /* of the DIMM that it belongs to */
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
	DIMM_FWA_STATE,
	DIMM_FWA_RESULT,
	DIMM_DRIVER,
	DIMM_ATTR_COUNT,
};

extern const struct kind dimm_kind;
