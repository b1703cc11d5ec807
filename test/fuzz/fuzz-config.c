/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <config/config.h>
#include <config/section.h>

/* A file of /etc/daxctl.conf.d. What is in force afterwards must make sense. */
static void check_section(const struct section *section)
{
	uint64_t total = 0;

	must(config_mode_name(section->mode) != NULL);
	if (section->wrong)
		return;
	must(section->kind == SECTION_CREATE || section->kind == SECTION_RECONFIGURE);
	must(section->given & (KEY_UUID | KEY_REGION_RANGE | KEY_REGION_PATH));
	must(!(section->given & KEY_REGION_PATH) || section->region_path[0] == '/');
	must((section->align & (section->align - 1)) == 0);
	for (size_t i = 0; i < section->range_count; i++) {
		must(section->ranges[i].start < section->ranges[i].end);
		total += section->ranges[i].end - section->ranges[i].start + 1;
	}
	must(!section->range_count || total == section->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_CONFIG struct config *config = calloc(1, sizeof(*config));
	char *text = malloc(size + 1);

	must(config && text);
	memcpy(text, data, size);
	text[size] = 0;
	/* Files with a NUL in them are refused before. */
	size = strlen(text);
	must(config_parse(config, "fuzz.conf", text, size) == 0);
	for (const struct section *section = config->sections; section; section = section->next)
		check_section(section);
	return 0;
}
