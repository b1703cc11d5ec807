/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "family.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <linux/ndctl.h>

/* Microsoft's "Virtual NVDIMM 0x1901 _DSM Interface": DIMMs that Hyper-V gives its guests.
 * Little-endian. */
struct hyperv_answer {
	uint32_t status;
	uint32_t value;
} __attribute__((packed));
static_assert(
	sizeof(struct hyperv_answer) == 8, "Get Health Information, Get Unsafe Shutdown Count");

/* Bits of the health; the other ones are reserved. */
static unsigned hyperv_condition(uint32_t health)
{
	return (health & 0x38 ? ND_SMART_NON_CRITICAL_HEALTH : 0) |
		(health & 3 ? ND_SMART_CRITICAL_HEALTH : 0) |
		(health & 4 ? ND_SMART_FATAL_HEALTH : 0);
}

static void hyperv_read_smart(const void *out, size_t size, struct smart *smart)
{
	const struct hyperv_answer *answer = out;

	(void)size;
	*smart = (struct smart){
		.valid = ND_SMART_HEALTH_VALID,
		.health = hyperv_condition(le32toh(answer->value)),
	};
}

static unsigned hyperv_read_shutdown_count(const void *out)
{
	return le32toh(((const struct hyperv_answer *)out)->value);
}

const struct family family_hyperv = {
	.name = "Hyper-V",
	.number = NVDIMM_FAMILY_HYPERV,
	.commands =
		{
			[CALL_SMART] = {1, 0, sizeof(struct hyperv_answer), 0},
			[CALL_SHUTDOWN_COUNT] = {2, 0, sizeof(struct hyperv_answer), 0},
		},
	.error_without_table = EINVAL,
	.read_smart = hyperv_read_smart,
	.read_shutdown_count = hyperv_read_shutdown_count,
};
