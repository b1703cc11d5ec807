/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <ndctl/format/infoblock.h>

/* An info block is read; what it says, written again and read, says the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t block[NDCTL_INFOBLOCK_SIZE] = {0}, again[NDCTL_INFOBLOCK_SIZE];
	struct ndctl_infoblock info, copy;

	memcpy(block, data, size < sizeof(block) ? size : sizeof(block));
	if (ndctl_infoblock_parse(block, &info))
		return -1;
	must(*ndctl_infoblock_get_signature(&info));
	must(ndctl_infoblock_format(&info, again) == 0);
	must(ndctl_infoblock_parse(again, &copy) == 0 && copy.intact);
	copy.intact = info.intact;
	must(memcmp(&info, &copy, sizeof(info)) == 0);
	ndctl_infoblock_layout(
		&copy, NDCTL_PFN_LOC_PMEM, info.dataoff, info.npfns, (unsigned long)info.align);
	return 0;
}
