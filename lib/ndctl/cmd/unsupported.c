/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ndctl/object/bus.h>
#include <ndctl/object/dimm.h>
#include <ndctl/object/namespace.h>
#include <ndctl/private.h>

/*
 * Stubs of the functions for DIMMs that this version does not implement. They let programs start
 * that were linked to the whole interface. Each returns -EOPNOTSUPP, or its value for "unknown",
 * and leaves a sentence in the context. To implement a function, delete its row here and its mark
 * in test/abi/libndctl.symbols.
 */
#define INJECTION "error injection"

static int unsupported(const struct entity *entity, const char *what)
{
	errno = EOPNOTSUPP;
	if (!entity)
		return -EOPNOTSUPP;
	return kernel_fail(entity_kernel(entity), EOPNOTSUPP,
		"%s: this version of libndctl does not support %s", entity_name(entity), what);
}

#define ENTITY(object) ((object) ? &(object)->entity : NULL)

/* Defines function @name, which fails and returns @unknown. @entity: an expression on one of
 * @params, names the object in the sentence. */
#define ROW(result, name, params, entity, what, unknown)                                           \
	EXPORT result name params                                                                  \
	{                                                                                          \
		unsupported(entity, what);                                                         \
		return unknown;                                                                    \
	}

#define NS_INT(name, params, what)                                                                 \
	ROW(int, ndctl_namespace_##name, params, ENTITY(ndns), what, -EOPNOTSUPP)

/* ---- media errors ---- */

ROW(int, ndctl_bus_has_error_injection, (struct ndctl_bus * bus), ENTITY(bus), INJECTION, 0)
NS_INT(inject_error,
	(struct ndctl_namespace * ndns, unsigned long long block, unsigned long long count,
		bool notify),
	INJECTION)
NS_INT(inject_error2,
	(struct ndctl_namespace * ndns, unsigned long long block, unsigned long long count,
		unsigned int flags),
	INJECTION)
NS_INT(uninject_error,
	(struct ndctl_namespace * ndns, unsigned long long block, unsigned long long count),
	INJECTION)
NS_INT(uninject_error2,
	(struct ndctl_namespace * ndns, unsigned long long block, unsigned long long count,
		unsigned int flags),
	INJECTION)
NS_INT(injection_status, (struct ndctl_namespace * ndns), INJECTION)
ROW(struct ndctl_bb *, ndctl_namespace_injection_get_first_bb, (struct ndctl_namespace * ndns),
	ENTITY(ndns), INJECTION, NULL)
ROW(struct ndctl_bb *, ndctl_namespace_injection_get_next_bb,
	(struct ndctl_namespace * ndns, struct ndctl_bb *bb), ENTITY(ndns), INJECTION, NULL)
ROW(unsigned long long, ndctl_bb_get_block, (struct ndctl_bb * bb), NULL, INJECTION, ULLONG_MAX)
ROW(unsigned long long, ndctl_bb_get_count, (struct ndctl_bb * bb), NULL, INJECTION, ULLONG_MAX)
