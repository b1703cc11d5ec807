/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "place.h"

#include <inttypes.h>
#include <string.h>

#include <ndctl/format/infoblock.h>
#include <ndctl/text.h>

/* The kernel makes struct pages for runs of 2 MiB only (memremap_compat_align; more on POWER). It
 * refuses to probe a misaligned namespace, at boot and at each enabling, whatever btt or info block
 * is on it. */

struct place place_read(struct ndctl_namespace *ndns)
{
	uint64_t start = ndctl_namespace_get_resource(ndns), end = start + namespace_size(ndns);

	return start != ULLONG_MAX && end > start ? (struct place){start, end} : (struct place){0};
}

static bool is_mapped(struct ndctl_namespace *ndns)
{
	struct ndctl_region *region = entity_region(&ndns->entity);

	if (!namespace_claim(ndns))
		return ndctl_namespace_get_mode(ndns) == NDCTL_NS_MODE_FSDAX;
	return !ndctl_bus_has_nfit(ndctl_region_get_bus(region)) &&
		ndctl_region_get_mappings(region) == 0;
}

struct spot spot_read(struct ndctl_namespace *ndns)
{
	struct ndctl_bus *bus = ndctl_namespace_get_bus(ndns);
	struct spot spot = {.name = entity_name(&ndns->entity), .is_mapped = is_mapped(ndns)};

	if (!spot.is_mapped)
		return spot;
	spot.is_raw = ndctl_namespace_get_raw_mode(ndns) > 0;
	spot.is_parameter = strcmp(ndctl_bus_get_provider(bus), "e820") == 0;
	spot.place = place_read(ndns);
	return spot;
}

/* Hint at a memmap= that fits, or at raw mode: without struct pages the namespace is still a block
 * device. */
static void hint_whole(
	struct kernel *kernel, const struct spot *spot, uint64_t start, uint64_t size)
{
	if (size && spot->is_parameter)
		kernel_hint(kernel, "boot with memmap=%" PRIu64 "M!0x%" PRIx64, size >> 20, start);
	else
		kernel_hint(kernel,
			"use it as a block device without DAX: echo 1 >/sys/bus/nd/devices/%s/force_raw && ndctl enable-namespace %s",
			spot->name, spot->name);
}

int spot_check(struct kernel *kernel, const struct spot *spot)
{
	const struct place *place = &spot->place;

	if (!spot->is_mapped || spot->is_raw || (place->start | place->end) % INFO_LEAST_UNIT == 0)
		return 0;
	uint64_t start = (place->start + INFO_LEAST_UNIT - 1) / INFO_LEAST_UNIT * INFO_LEAST_UNIT;
	uint64_t end = place->end / INFO_LEAST_UNIT * INFO_LEAST_UNIT;
	uint64_t size = end > start ? end - start : 0;
	int err = kernel_fail(kernel, EINVAL,
		"the kernel cannot map the namespace: its start 0x%" PRIx64
		" and its end 0x%" PRIx64 " must be multiples of %s; %s from 0x%" PRIx64
		" would fit",
		place->start, place->end, size_text(INFO_LEAST_UNIT).text, size_text(size).text,
		start);

	hint_whole(kernel, spot, start, size);
	return err;
}

int place_check_whole(struct ndctl_namespace *ndns)
{
	struct spot spot = spot_read(ndns);

	return spot_check(entity_kernel(&ndns->entity), &spot);
}

int place_check_enabled(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_is_active(ndns) ? place_check_whole(ndns) : 0;
}

/* ---- a part of a region ---- */

struct region_facts region_facts_read(struct ndctl_region *region)
{
	unsigned long unit = ndctl_region_get_align(region);

	return (struct region_facts){
		.name = entity_name(&region->entity),
		.start = ndctl_region_get_resource(region),
		.size = ndctl_region_get_size(region),
		.unit = unit == ULONG_MAX ? 0 : unit,
		.ways = ndctl_region_get_interleave_ways(region),
	};
}

/* Return the default alignment of a region: 16 MiB, or a multiple that its interleaving divides. */
static uint64_t default_unit(const struct region_facts *region)
{
	uint64_t unit = UINT64_C(16) << 20;

	return region->ways && unit % region->ways ? unit * region->ways : unit;
}

static int say_start(struct kernel *kernel, const struct region_facts *region, const char *whose,
	const struct place *place)
{
	uint64_t fits = (place->start + INFO_LEAST_UNIT - 1) / INFO_LEAST_UNIT * INFO_LEAST_UNIT;
	int err = kernel_fail(kernel, EINVAL,
		"the kernel cannot map the namespace: %s start 0x%" PRIx64
		" must be a multiple of %s (its end would be 0x%" PRIx64 "); 0x%" PRIx64
		" would fit",
		whose, place->start, size_text(INFO_LEAST_UNIT).text, place->end, fits);

	kernel_hint(kernel,
		"align new namespaces of %s to %s: echo %" PRIu64 " >/sys/bus/nd/devices/%s/align",
		region->name, size_text(default_unit(region)).text, default_unit(region),
		region->name);
	return err;
}

int place_check_start(
	struct kernel *kernel, const struct region_facts *region, const struct place *place)
{
	return place->start % INFO_LEAST_UNIT ? say_start(kernel, region, "its", place) : 0;
}

bool place_may_be_misaligned(const struct region_facts *region)
{
	return region->unit % INFO_LEAST_UNIT;
}

/* Count the free bytes from @start on. */
static uint64_t room_at(
	const struct region_facts *region, uint64_t start, const struct place *taken, size_t count)
{
	uint64_t end = region->start + region->size;

	for (size_t i = 0; i < count; i++) {
		if (taken[i].start <= start && start < taken[i].end)
			return 0;
		if (start < taken[i].start && taken[i].start < end)
			end = taken[i].start;
	}
	return end > start ? end - start : 0;
}

/* Predict the place of a new namespace: the kernel takes the first free one that is large enough. A
 * place begins with the region, or behind a namespace. */
int place_check_room(struct kernel *kernel, const struct region_facts *region, uint64_t size,
	const struct place *taken, size_t count)
{
	uint64_t found = ULLONG_MAX;

	if (!place_may_be_misaligned(region) || region->start == ULLONG_MAX)
		return 0;
	for (size_t i = 0; i <= count; i++) {
		uint64_t from = i < count ? taken[i].end : region->start;
		uint64_t start = (from + region->unit - 1) / region->unit * region->unit;
		if (start < found && room_at(region, start, taken, count) >= size)
			found = start;
	}
	if (found == ULLONG_MAX || found % INFO_LEAST_UNIT == 0)
		return 0;
	const struct place place = {found, found + size};
	return say_start(kernel, region, "the", &place);
}
