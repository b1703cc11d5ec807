/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "family.h"

#include <assert.h>
#include <errno.h>
#include <linux/ndctl.h>

/*
 * POWER: Linux answers these calls itself (arch/powerpc/include/uapi/asm/papr_pdsm.h), in the order
 * of the processor's bytes. The answer replaces the input.
 */
#define PAPR_PAYLOAD 184

struct papr_header {
	int32_t status; /* a negative errno */
	uint16_t reserved[2];
};
static_assert(sizeof(struct papr_header) == 8, "struct nd_pkg_pdsm");

struct papr_health {
	struct papr_header header;
	uint32_t extensions;
	uint8_t unarmed, bad_shutdown, bad_restore, scrubbed, locked, encrypted;
	uint16_t health;
	uint16_t life_left; /* percent */
	uint8_t gap[2];
	uint64_t shutdown_count;
	uint8_t rest[PAPR_PAYLOAD - 24];
};
static_assert(sizeof(struct papr_health) == sizeof(struct papr_header) + PAPR_PAYLOAD &&
		offsetof(struct papr_health, shutdown_count) == 24,
	"struct nd_papr_pdsm_health");

struct papr_injection {
	struct papr_header header;
	uint32_t flags;
	uint8_t fatal_on, shutdown_on;
	uint8_t rest[PAPR_PAYLOAD - 6];
};
static_assert(sizeof(struct papr_injection) == sizeof(struct papr_header) + PAPR_PAYLOAD + 0,
	"struct nd_papr_pdsm_smart_inject");

enum {
	PAPR_LIFE_VALID = 1 << 0,
	PAPR_SHUTDOWN_COUNT_VALID = 1 << 1,
	PAPR_INJECT_FATAL = 1 << 0,
	PAPR_INJECT_SHUTDOWN = 1 << 1,
};

static void papr_read_smart(const void *out, size_t size, struct smart *smart)
{
	static const unsigned conditions[] = {
		0, ND_SMART_NON_CRITICAL_HEALTH, ND_SMART_CRITICAL_HEALTH, ND_SMART_FATAL_HEALTH};
	const struct papr_health *answer = out;
	bool known = answer->health < sizeof(conditions) / sizeof(*conditions);
	bool has_life = answer->extensions & PAPR_LIFE_VALID && answer->life_left <= 100;
	bool has_count = answer->extensions & PAPR_SHUTDOWN_COUNT_VALID &&
		answer->shutdown_count <= UINT32_MAX;

	(void)size;
	*smart = (struct smart){
		.valid = ND_SMART_SHUTDOWN_VALID | (known ? ND_SMART_HEALTH_VALID : 0) |
			(has_life ? ND_SMART_USED_VALID : 0) |
			(has_count ? ND_SMART_SHUTDOWN_COUNT_VALID : 0),
		.health = known ? conditions[answer->health] : 0,
		.life_used = 100u - answer->life_left,
		.shutdown_state = answer->bad_shutdown != 0,
		.shutdown_count = (unsigned)answer->shutdown_count,
	};
}

static void papr_write_injection(const struct smart_injection *injection, void *in)
{
	struct papr_injection *request = in;

	if (injection->chosen & ND_SMART_INJECT_HEALTH_STATE)
		request->flags |= PAPR_INJECT_FATAL;
	if (injection->chosen & ND_SMART_INJECT_UNCLEAN_SHUTDOWN)
		request->flags |= PAPR_INJECT_SHUTDOWN;
	request->fatal_on = (injection->enabled & ND_SMART_INJECT_HEALTH_STATE) != 0;
	request->shutdown_on = (injection->enabled & ND_SMART_INJECT_UNCLEAN_SHUTDOWN) != 0;
}

/* Linux answers the flags that it knows of those that it was asked for. */
static unsigned papr_read_injection(const void *out)
{
	const struct papr_injection *answer = out;

	return (answer->flags & PAPR_INJECT_FATAL ? ND_SMART_INJECT_HEALTH_STATE : 0) |
		(answer->flags & PAPR_INJECT_SHUTDOWN ? ND_SMART_INJECT_UNCLEAN_SHUTDOWN : 0);
}

const struct family family_papr = {
	.name = "PAPR",
	.number = NVDIMM_FAMILY_PAPR,
	.commands =
		{
			[CALL_SMART] = {1, 0, sizeof(struct papr_health), 0},
			[CALL_INJECT_SMART] = {2, sizeof(struct papr_injection),
				sizeof(struct papr_injection), 0},
		},
	.answers_in_place = true,
	.status_is_errno = true,
	.injectable = ND_SMART_INJECT_HEALTH_STATE | ND_SMART_INJECT_UNCLEAN_SHUTDOWN,
	.injects = ND_SMART_INJECT_HEALTH_STATE | ND_SMART_INJECT_UNCLEAN_SHUTDOWN,
	.write_injection = papr_write_injection,
	.read_injection = papr_read_injection,
	.read_smart = papr_read_smart,
};
