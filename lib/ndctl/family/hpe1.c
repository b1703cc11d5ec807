/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "family.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <linux/ndctl.h>
#include <string.h>

/* HPE's "NVDIMM-N _DSM Interface": DIMMs of DRAM that a battery saves to flash. Little-endian. */

enum {
	HPE1_HEALTH_VALID = 1 << 0,
	HPE1_TEMPERATURE_VALID = 1 << 1,
	HPE1_SPARES_VALID = 1 << 2,
	HPE1_ALARM_VALID = 1 << 3,
	HPE1_USED_VALID = 1 << 4,
	HPE1_SHUTDOWN_VALID = 1 << 5,
	HPE1_VENDOR_VALID = 1 << 9,
	HPE1_ALARM_TEMPERATURE = 1 << 0,
	HPE1_ALARM_SPARES = 1 << 1,
	HPE1_SAVED = 2, /* last shutdown: all was saved */
	HPE1_HEALTH_BITS = 7,
	HPE1_ASKED = HPE1_HEALTH_VALID | HPE1_TEMPERATURE_VALID | HPE1_SPARES_VALID |
		HPE1_ALARM_VALID | HPE1_USED_VALID | HPE1_SHUTDOWN_VALID | HPE1_VENDOR_VALID,
};

struct hpe1_smart {
	uint32_t status;
	uint32_t valid;
	uint8_t health;
	uint16_t temperature;
	uint8_t spares;
	uint16_t alarms;
	uint8_t life_used, last_shutdown;
	uint16_t save_time, restore_time, erase_time;
	uint8_t reserved[2];
	uint32_t operations[3], life_operations[4];
	uint32_t module_health, energy_check;
	uint8_t energy_life;
	uint16_t energy_temperature;
	uint8_t reserved_too;
	uint16_t energy_time;
	uint16_t vendor_size;
	uint8_t vendor[60];
} __attribute__((packed));
static_assert(sizeof(struct hpe1_smart) == 128, "Get SMART Health");

struct hpe1_threshold {
	uint32_t status;
	uint16_t alarm_control, temperature;
	uint8_t spares, reserved[3];
	uint8_t life_warning, life_error, reserved_too[6];
	uint8_t energy_life_warning, energy_life_error;
	uint16_t energy_temperature;
	uint8_t rest[12];
} __attribute__((packed));
static_assert(sizeof(struct hpe1_threshold) == 36, "Get SMART Threshold");

/* Translates alarms, whose order differs. */
static unsigned hpe1_alarms(unsigned alarms)
{
	return (alarms & HPE1_ALARM_TEMPERATURE ? ND_SMART_MTEMP_TRIP : 0) |
		(alarms & HPE1_ALARM_SPARES ? ND_SMART_SPARE_TRIP : 0);
}

static unsigned hpe1_valid(unsigned valid)
{
	return (valid & HPE1_HEALTH_VALID ? ND_SMART_HEALTH_VALID : 0) |
		(valid & HPE1_TEMPERATURE_VALID ? ND_SMART_MTEMP_VALID : 0) |
		(valid & HPE1_SPARES_VALID ? ND_SMART_SPARES_VALID : 0) |
		(valid & HPE1_ALARM_VALID ? ND_SMART_ALARM_VALID : 0) |
		(valid & HPE1_USED_VALID ? ND_SMART_USED_VALID : 0) |
		(valid & HPE1_SHUTDOWN_VALID ? ND_SMART_SHUTDOWN_VALID : 0) |
		(valid & HPE1_VENDOR_VALID ? ND_SMART_VENDOR_VALID : 0);
}

static void hpe1_read_smart(const void *out, size_t size, struct smart *smart)
{
	const struct hpe1_smart *answer = out;
	size_t room = size - offsetof(struct hpe1_smart, vendor);

	*smart = (struct smart){
		.valid = hpe1_valid(le32toh(answer->valid)),
		.health = answer->health & HPE1_HEALTH_BITS,
		.media_temperature = le16toh(answer->temperature),
		.spares = answer->spares,
		.alarms = hpe1_alarms(le16toh(answer->alarms)),
		.life_used = answer->life_used,
		.shutdown_state = answer->last_shutdown != HPE1_SAVED,
		.vendor = answer->vendor,
		.vendor_size = le16toh(answer->vendor_size),
	};
	smart->valid &= ~family_unless_percent(smart->spares, ND_SMART_SPARES_VALID);
	smart->valid &= ~family_unless_percent(smart->life_used, ND_SMART_USED_VALID);
	if (smart->vendor_size > room)
		smart->vendor_size = (unsigned)room;
}

static void hpe1_read_threshold(const void *out, struct smart_threshold *threshold)
{
	const struct hpe1_threshold *answer = out;

	*threshold = (struct smart_threshold){
		.valid = ND_SMART_ALARM_VALID | ND_SMART_SPARES_VALID | ND_SMART_MTEMP_VALID,
		.alarm_control = hpe1_alarms(le16toh(answer->alarm_control)),
		.spares = answer->spares,
		.media_temperature = le16toh(answer->temperature),
	};
	threshold->valid &= ~family_unless_percent(threshold->spares, ND_SMART_SPARES_VALID);
}

/* The input of SMART says which fields the answer shall have. */
static void hpe1_write_request(enum family_call call, void *in)
{
	uint32_t asked = htole32(HPE1_ASKED);

	if (call == CALL_SMART)
		memcpy(in, &asked, sizeof(asked));
}

/* The text that defines the status codes is not public: only 0 is known, success. */
const struct family family_hpe1 = {
	.name = "HPE1",
	.number = NVDIMM_FAMILY_HPE1,
	.commands =
		{
			[CALL_SMART] = {1, 4, sizeof(struct hpe1_smart),
				offsetof(struct hpe1_smart, vendor)},
			[CALL_THRESHOLD] = {2, 0, sizeof(struct hpe1_threshold), 0},
		},
	.error_without_table = EIO,
	.write_request = hpe1_write_request,
	.read_smart = hpe1_read_smart,
	.read_threshold = hpe1_read_threshold,
};
