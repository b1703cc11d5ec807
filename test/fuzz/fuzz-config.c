/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <config/config.h>
#include <config/stanza.h>

/* A file of /etc/daxctl.conf.d. What is in force afterwards must make sense. */
static void check_stanza(const struct stanza *stanza)
{
	uint64_t total = 0;

	must(config_mode_name(stanza->mode) != NULL);
	if (stanza->wrong)
		return;
	must(stanza->kind == STANZA_CREATE || stanza->kind == STANZA_RECONFIGURE);
	must(stanza->given & (KEY_UUID | KEY_REGION_RANGE | KEY_REGION_PATH));
	must(!(stanza->given & KEY_REGION_PATH) || stanza->region_path[0] == '/');
	must((stanza->align & (stanza->align - 1)) == 0);
	for (size_t i = 0; i < stanza->range_count; i++) {
		must(stanza->ranges[i].start < stanza->ranges[i].end);
		total += stanza->ranges[i].end - stanza->ranges[i].start + 1;
	}
	must(!stanza->range_count || total == stanza->size);
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
	for (const struct stanza *stanza = config->stanzas; stanza; stanza = stanza->next)
		check_stanza(stanza);
	return 0;
}
