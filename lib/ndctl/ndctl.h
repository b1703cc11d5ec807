/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NDCTL_NDCTL_H
#define NDCTL_NDCTL_H

/* The commands of /dev/ndctlX and /dev/nmemX, as the kernel defines them. */
#include <linux/ndctl.h>
#include <unistd.h>

/* What the kernel's header does not have any more: block windows, removed in Linux 5.18. */
#ifndef ND_DEVICE_NAMESPACE_BLK
#define ND_DEVICE_NAMESPACE_BLK 6
#define ND_DRIVER_NAMESPACE_BLK (1 << ND_DEVICE_NAMESPACE_BLK)
#endif

#ifndef ND_MIN_NAMESPACE_SIZE
#define ND_MIN_NAMESPACE_SIZE ((unsigned)sysconf(_SC_PAGESIZE))
#endif

#endif
