/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#define DLOPEN_NOTE_TYPE 0x407c0c0a

/*
 * Tells packagers, in a note of the ELF file, that the code opens the library SONAME when it needs
 * it. The layout is that of "Package Metadata for dlopen() dependencies" of the UAPI Group;
 * `readelf --notes` shows it. FEATURE and WHY are for people. All three are string literals
 * without quotation marks.
 */
#define DLOPEN_NOTE(soname, feature, why)                                                          \
	DLOPEN_NOTE_TEXT("[{\"soname\":[\"" soname "\"],\"feature\":\"" feature                    \
			 "\",\"description\":\"" why "\",\"priority\":\"recommended\"}]")

#define DLOPEN_NOTE_TEXT(text)                                                                     \
	static const struct {                                                                      \
		uint32_t name_size, text_size, type;                                               \
		char name[4];                                                                      \
		char json[sizeof(text)];                                                           \
	} dlopen_note __attribute__((section(".note.dlopen"), used, aligned(4))) = {               \
		sizeof("FDO"), sizeof(text), DLOPEN_NOTE_TYPE, "FDO", text}
