/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "family.h"

#include <assert.h>
#include <base/cleanup.h>
#include <endian.h>
#include <errno.h>
#include <linux/ndctl.h>

/*
 * Microsoft's "_DSM Interface for Byte Addressable Energy Backed Function Class (Function Interface
 * 1)": DIMMs of DRAM that a battery saves to flash (JEDEC JESD245). Little-endian.
 */
struct msft_health {
	uint32_t status;
	uint16_t health;      /* bits MODULE_HEALTH_STATUS: each is a trouble */
	uint16_t temperature; /* degrees Celsius, not below 0 */
	uint8_t errors;	      /* bits ERROR_THRESHOLD_STATUS */
	uint8_t warnings;     /* bits WARNING_THRESHOLD_STATUS */
	uint8_t lifetime;     /* percent that remain */
	uint8_t uncorrectable, correctable;
} __attribute__((packed));
static_assert(sizeof(struct msft_health) == 13, "Get NVDIMM-N Health Info");

/* Bits of both threshold registers. */
enum {
	MSFT_LIFETIME = 1 << 0,
	MSFT_ENERGY_LIFETIME = 1 << 1,
	MSFT_ENERGY_TEMPERATURE = 1 << 2,
	MSFT_HOTTEST = 0x7ff, /* degrees that 1/16 degree in 15 bits can tell */
};

static unsigned msft_condition(const struct msft_health *answer)
{
	if (answer->lifetime == 0)
		return ND_SMART_FATAL_HEALTH;
	if (answer->health || answer->errors)
		return ND_SMART_CRITICAL_HEALTH;
	return answer->warnings ? ND_SMART_NON_CRITICAL_HEALTH : 0;
}

static unsigned msft_alarms(unsigned passed)
{
	return (passed & (MSFT_LIFETIME | MSFT_ENERGY_LIFETIME) ? ND_SMART_SPARE_TRIP : 0) |
		(passed & MSFT_ENERGY_TEMPERATURE ? ND_SMART_CTEMP_TRIP : 0);
}

static void msft_read_smart(const void *out, size_t size, struct smart *smart)
{
	const struct msft_health *answer = out;
	unsigned degrees = le16toh(answer->temperature);

	(void)size;
	*smart = (struct smart){
		.valid = ND_SMART_HEALTH_VALID | ND_SMART_ALARM_VALID |
			(degrees <= MSFT_HOTTEST ? ND_SMART_MTEMP_VALID : 0) |
			(answer->lifetime <= 100 ? ND_SMART_USED_VALID : 0),
		.health = msft_condition(answer),
		.media_temperature = degrees * 16,
		.alarms = msft_alarms((unsigned)(answer->errors | answer->warnings)),
		.life_used = 100u - answer->lifetime,
	};
}

static const struct family_status msft_statuses[] = {
	{1, EOPNOTSUPP, FW_ENOTSUPP, "function not supported"},
	{2, EINVAL, FW_EINVAL, "invalid input parameters"},
	{3, EIO, FW_EHWERR, "I2C communication error"},
};

const struct family family_msft = {
	.name = "Microsoft",
	.number = NVDIMM_FAMILY_MSFT,
	.commands = {[CALL_SMART] = {11, 0, sizeof(struct msft_health), 0}},
	.status_mask = 0xffff,
	.error_without_table = ENOMSG,
	.statuses = msft_statuses,
	.status_count = ARRAY_SIZE(msft_statuses),
	.read_smart = msft_read_smart,
};
