/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <errno.h>
#include <ndctl/format/btt.h>

/*
 * A block translation table is checked, with repair, on a medium that is the input, spread: a chunk
 * is an offset in units of 64 bytes, a length, and the bytes that are there.
 */
#define MEDIUM (17u << 20) /* the smallest arena has 16 MiB */

static uint8_t medium[MEDIUM];

static int medium_read(void *data, void *bytes, size_t size, uint64_t offset)
{
	must(offset <= MEDIUM && size <= MEDIUM - offset);
	memcpy(bytes, medium + offset, size);
	return 0;
}

static int medium_write(void *data, const void *bytes, size_t size, uint64_t offset)
{
	must(offset <= MEDIUM && size <= MEDIUM - offset);
	memcpy(medium + offset, bytes, size);
	return 0;
}

static void tell(void *data, enum ndctl_check_event event, const char *what)
{
	must(what && *what);
}

static void spread(const uint8_t *data, size_t size)
{
	while (size >= 5) {
		size_t offset = (data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16) * 64;
		size_t length = data[3] | (size_t)data[4] << 8;
		data += 5;
		size -= 5;
		length = length < size ? length : size;
		offset %= MEDIUM;
		length = length < MEDIUM - offset ? length : MEDIUM - offset;
		memcpy(medium + offset, data, length);
		data += length;
		size -= length;
	}
}

static void seal(size_t at)
{
	struct ndctl_infoblock info;

	if (ndctl_infoblock_parse(medium + at, &info) == 0)
		ndctl_infoblock_format(&info, medium + at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct btt_medium on = {.read = medium_read, .write = medium_write, .size = MEDIUM};
	struct btt_check check = {.medium = &on, .tell = tell};

	if (size < 1)
		return -1;
	check.flags = data[0] & (NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG);
	memset(medium, 0, sizeof(medium));
	spread(data + 1, size - 1);
	if (data[0] & 0x80) {
		seal(0);
		seal(4096);
	}
	/* After a repair that is complete, a check finds nothing. */
	if (btt_check(&check) || check.damaged || !(check.flags & NDCTL_CHECK_REPAIR))
		return 0;
	check = (struct btt_check){.medium = &on, .tell = tell};
	must(btt_check(&check) == 0 && check.remedy == BTT_RIGHT);
	return 0;
}
