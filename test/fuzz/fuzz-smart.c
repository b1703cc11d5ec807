/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <ndctl/family/family.h>

/*
 * What a firmware answers: the first byte is the number of the family, the rest the answer to each
 * of its commands. Whatever it says, values are in range and vendor data is within the answer.
 */
static void check_smart(const struct smart *smart, const uint8_t *answer, size_t size)
{
	must((smart->valid & ~0xeffu) == 0);
	must((smart->health & ~7u) == 0);
	must((smart->alarms & ~7u) == 0);
	must(!(smart->valid & ND_SMART_SPARES_VALID) || smart->spares <= 100);
	must(!(smart->valid & ND_SMART_USED_VALID) || smart->life_used <= 100);
	must(smart->media_temperature <= 0xffff0 && smart->ctrl_temperature <= 0xffff);
	must(!(smart->valid & ND_SMART_MTEMP_VALID) || smart->media_temperature <= 0xffff);
	if (!smart->vendor)
		return;
	must(smart->vendor >= answer && smart->vendor <= answer + size);
	must(smart->vendor_size <= (size_t)(answer + size - smart->vendor));
}

static void read_answer(
	const struct family *family, enum family_call call, const uint8_t *answer, size_t size)
{
	struct smart smart;
	struct smart_threshold threshold;
	struct firmware_info info;
	uint32_t status = family_status(family, answer);

	if (status) {
		struct family_status meaning = family_explain(family, call, status);
		must(meaning.error > 0 && meaning.error < 4096 && meaning.text);
		must(meaning.firmware != FW_SUCCESS);
	}
	if (call == CALL_SMART) {
		family->read_smart(answer, size, &smart);
		check_smart(&smart, answer, size);
	} else if (call == CALL_SHUTDOWN_COUNT) {
		family->read_shutdown_count(answer);
	} else if (call == CALL_THRESHOLD) {
		family->read_threshold(answer, &threshold);
		must(threshold.alarm_control <= 0xffff);
	} else if (call == CALL_FW_INFO) {
		family->read_firmware_info(answer, &info);
	} else if (call == CALL_FW_START) {
		family->read_context(answer);
	} else if (call == CALL_FW_QUERY) {
		family->read_version(answer);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct family *family = size ? family_find(data[0]) : NULL;

	for (enum family_call call = 0; family && call < CALL_COUNT; call++) {
		const struct family_command *row = &family->commands[call];
		size_t answered = size - 1 < row->out ? size - 1 : row->out;
		if (!row->function || answered < family_least(row))
			continue;
		/* In memory of its own, so that reading beyond its end is noticed. */
		uint8_t *answer = malloc(answered);
		must(answer);
		memcpy(answer, data + 1, answered);
		read_answer(family, call, answer, answered);
		free(answer);
	}
	return 0;
}
