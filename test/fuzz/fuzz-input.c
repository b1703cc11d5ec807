/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <daxctl/input.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* The file of daxctl create-device --input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int file = -1;
	struct input input;
	char path[32];

	if (file < 0)
		file = memfd_create("input", 0);
	must(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (input_read(path, &input) == 0)
		input_deinit(&input);
	return 0;
}
