/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NDCTL_NDCTL_H
#define NDCTL_NDCTL_H

/* Commands of /dev/ndctlX and /dev/nmemX, by the kernel's header. */
#include <linux/ndctl.h>
#include <unistd.h>

/* Block windows, which Linux 5.18 removed from its header. */
#ifndef ND_DEVICE_NAMESPACE_BLK
#define ND_DEVICE_NAMESPACE_BLK 6
#define ND_DRIVER_NAMESPACE_BLK (1 << ND_DEVICE_NAMESPACE_BLK)
#endif

#ifndef ND_MIN_NAMESPACE_SIZE
#define ND_MIN_NAMESPACE_SIZE ((unsigned)sysconf(_SC_PAGESIZE))
#endif

#endif
