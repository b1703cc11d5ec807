/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "family.h"

#include <base/cleanup.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

static const struct family *const families[] = {
	&family_intel,
	&family_hpe1,
	&family_msft,
	&family_hyperv,
	&family_papr,
};

const struct family *family_find(uint64_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i]->number == number)
			return families[i];
	return NULL;
}

const char *family_call_name(enum family_call call)
{
	static const char *const names[CALL_COUNT] = {
		[CALL_SMART] = "SMART health",
		[CALL_SHUTDOWN_COUNT] = "shutdown count",
		[CALL_THRESHOLD] = "SMART thresholds",
		[CALL_SET_THRESHOLD] = "setting SMART thresholds",
		[CALL_INJECT_SMART] = "SMART injection",
		[CALL_ACK_SHUTDOWN] = "acknowledging the shutdown count",
		[CALL_FW_INFO] = "firmware information",
		[CALL_FW_START] = "starting a firmware update",
		[CALL_FW_SEND] = "sending firmware",
		[CALL_FW_FINISH] = "finishing a firmware update",
		[CALL_FW_QUERY] = "querying a firmware update",
	};

	return names[call];
}

uint32_t family_status(const struct family *family, const void *out)
{
	uint32_t status;

	memcpy(&status, out, sizeof(status));
	return family->status_is_errno ? status : le32toh(status);
}

static struct family_status explain_errno(uint32_t status)
{
	int32_t error = (int32_t)status;

	if (error >= 0 || error < -4095)
		return (struct family_status){status, EIO, FW_EUNKNOWN, "unknown status"};
	return (struct family_status){status, -error, FW_EUNKNOWN, strerror(-error)};
}

struct family_status family_explain(
	const struct family *family, enum family_call call, uint32_t status)
{
	if (family->status_is_errno)
		return explain_errno(status);
	for (size_t i = 0; i < family->call_status_count; i++) {
		const struct family_call_status *row = &family->call_statuses[i];
		if (row->call == call && row->meaning.status == status)
			return row->meaning;
	}
	for (size_t i = 0; i < family->status_count; i++) {
		const struct family_status *row = &family->statuses[i];
		if (row->status == status || row->status == (status & family->status_mask))
			return *row;
	}
	return (struct family_status){
		status, family->error_without_table, FW_EUNKNOWN, "unknown status"};
}
