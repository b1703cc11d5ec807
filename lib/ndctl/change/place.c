/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "place.h"

#include <inttypes.h>
#include <string.h>

#include <ndctl/format/infoblock.h>
#include <ndctl/text.h>

/* The kernel makes struct pages for runs of 2 MiB only (memremap_compat_align; more on POWER). It
 * refuses to probe a misaligned namespace, at boot and at each enabling, whatever btt or info block
 * is on it. */

struct place {
	uint64_t start, end;
};

/* Return false if the namespace has no capacity, or if only root can see its address. */
static bool place_read(struct ndctl_namespace *ndns, struct place *place)
{
	uint64_t size = namespace_size(ndns);

	place->start = ndctl_namespace_get_resource(ndns);
	place->end = place->start + size;
	return size > 0 && place->start != ULLONG_MAX && place->end > place->start;
}

bool place_is_mapped(struct ndctl_namespace *ndns)
{
	struct ndctl_region *region = entity_region(&ndns->entity);

	if (!namespace_claim(ndns))
		return ndctl_namespace_get_mode(ndns) == NDCTL_NS_MODE_FSDAX;
	return !ndctl_bus_has_nfit(ndctl_region_get_bus(region)) &&
		ndctl_region_get_mappings(region) == 0;
}

/* Hint at a memmap= that fits, or at raw mode: without struct pages the namespace is still a block
 * device. */
static void hint_whole(struct ndctl_namespace *ndns, uint64_t start, uint64_t size)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	const char *name = entity_name(&ndns->entity);

	if (size && strcmp(ndctl_bus_get_provider(ndctl_namespace_get_bus(ndns)), "e820") == 0)
		kernel_hint(kernel, "boot with memmap=%" PRIu64 "M!0x%" PRIx64, size >> 20, start);
	else
		kernel_hint(kernel,
			"use it as a block device without DAX: echo 1 >/sys/bus/nd/devices/%s/force_raw && ndctl enable-namespace %s",
			name, name);
}

static int say_misaligned(struct ndctl_namespace *ndns, struct place place)
{
	uint64_t start = (place.start + INFO_LEAST_UNIT - 1) / INFO_LEAST_UNIT * INFO_LEAST_UNIT;
	uint64_t end = place.end / INFO_LEAST_UNIT * INFO_LEAST_UNIT;
	uint64_t size = end > start ? end - start : 0;
	int err = kernel_fail(entity_kernel(&ndns->entity), EINVAL,
		"the kernel cannot map the namespace: its start 0x%" PRIx64
		" and its end 0x%" PRIx64 " must be multiples of %s; %s from 0x%" PRIx64
		" would fit",
		place.start, place.end, size_text(INFO_LEAST_UNIT).text, size_text(size).text,
		start);

	hint_whole(ndns, start, size);
	return err;
}

int place_check_whole(struct ndctl_namespace *ndns)
{
	struct place place;

	if (!place_is_mapped(ndns) || ndctl_namespace_get_raw_mode(ndns) > 0 ||
		!place_read(ndns, &place) || (place.start | place.end) % INFO_LEAST_UNIT == 0)
		return 0;
	return say_misaligned(ndns, place);
}

int place_check_enabled(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_is_active(ndns) ? place_check_whole(ndns) : 0;
}

/* ---- a part of a region ---- */

/* Return the default alignment of a region: 16 MiB, or a multiple that its interleaving divides. */
static uint64_t default_unit(struct ndctl_region *region)
{
	uint64_t unit = UINT64_C(16) << 20, ways = ndctl_region_get_interleave_ways(region);

	return ways && unit % ways ? unit * ways : unit;
}

static int say_start(struct ndctl_region *region, const char *whose, uint64_t start, uint64_t size)
{
	struct kernel *kernel = entity_kernel(&region->entity);
	const char *name = entity_name(&region->entity);
	uint64_t fits = (start + INFO_LEAST_UNIT - 1) / INFO_LEAST_UNIT * INFO_LEAST_UNIT;
	int err = kernel_fail(kernel, EINVAL,
		"the kernel cannot map the namespace: %s start 0x%" PRIx64
		" must be a multiple of %s (its end would be 0x%" PRIx64 "); 0x%" PRIx64
		" would fit",
		whose, start, size_text(INFO_LEAST_UNIT).text, start + size, fits);

	kernel_hint(kernel,
		"align new namespaces of %s to %s: echo %" PRIu64 " >/sys/bus/nd/devices/%s/align",
		name, size_text(default_unit(region)).text, default_unit(region), name);
	return err;
}

int place_check_start(struct ndctl_namespace *ndns)
{
	struct place place;

	if (!place_read(ndns, &place) || place.start % INFO_LEAST_UNIT == 0)
		return 0;
	return say_start(entity_region(&ndns->entity), "its", place.start, place.end - place.start);
}

/* Count the free bytes from @start on. */
static uint64_t room_at(struct ndctl_region *region, uint64_t start)
{
	uint64_t end = ndctl_region_get_resource(region) + ndctl_region_get_size(region);
	struct ndctl_namespace *ndns;
	struct place place;

	region_foreach_namespace (region, ndns) {
		if (!place_read(ndns, &place))
			continue;
		if (place.start <= start && start < place.end)
			return 0;
		if (start < place.start && place.start < end)
			end = place.start;
	}
	return end > start ? end - start : 0;
}

bool place_may_be_misaligned(struct ndctl_region *region)
{
	unsigned long unit = ndctl_region_get_align(region);

	return unit && unit != ULONG_MAX && unit % INFO_LEAST_UNIT;
}

/* Return the lowest place from @start on that has the region's alignment and @size free bytes, or
 * @found if that is lower. */
static uint64_t lower_place(
	struct ndctl_region *region, uint64_t start, uint64_t size, uint64_t found)
{
	uint64_t unit = ndctl_region_get_align(region);
	uint64_t place = (start + unit - 1) / unit * unit;

	return place < found && room_at(region, place) >= size ? place : found;
}

/* Predict the place of a new namespace: the kernel takes the first free one that is large enough.
 */
int place_check_room(struct ndctl_region *region, uint64_t size)
{
	uint64_t start = ndctl_region_get_resource(region), found = ULLONG_MAX;
	struct ndctl_namespace *ndns;
	struct place place;

	if (!place_may_be_misaligned(region) || start == ULLONG_MAX)
		return 0;
	found = lower_place(region, start, size, found);
	region_foreach_namespace (region, ndns)
		if (place_read(ndns, &place))
			found = lower_place(region, place.end, size, found);
	return found % INFO_LEAST_UNIT && found != ULLONG_MAX
		? say_start(region, "the", found, size)
		: 0;
}
