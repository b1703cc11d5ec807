// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * map-dax DEVICE: what a program does with a device-dax node.  Maps all of it, writes a sentence at
 * its start and its end, lets go, maps it again and reads: what was stored is still there, for
 * loads and stores went to the memory itself, with no page cache or system call between.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char sentence[] = "stored through a mapping of device-dax";

static _Noreturn void fail(const char *what, const char *device)
{
	fprintf(stderr, "map-dax: %s: %s: %s\n", device, what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* A device node has no size of its own to ask for; sysfs tells it. */
static size_t size_of(int fd, const char *device)
{
	char path[64];
	struct stat st;
	uint64_t size;
	FILE *f;

	if (fstat(fd, &st) < 0)
		fail("cannot look at it", device);
	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u/size", major(st.st_rdev),
		minor(st.st_rdev));
	f = fopen(path, "re");
	if (!f || fscanf(f, "%" SCNu64, &size) != 1)
		fail("its size is not to be had, is it a dax device?", device);
	fclose(f);
	return size;
}

/* Device-dax takes shared mappings only: there is no private copy to be had of the memory itself.
 */
static char *map(int fd, size_t size, int protection, const char *device)
{
	char *p = mmap(NULL, size, protection, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		fail("cannot map it", device);
	return p;
}

int main(int argc, char **argv)
{
	const char *device = argv[1];
	size_t size, end;
	char *p;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: map-dax DEVICE\n");
		return EXIT_FAILURE;
	}
	fd = open(device, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fail("cannot open it", device);
	size = size_of(fd, device);
	end = size - sizeof(sentence);

	p = map(fd, size, PROT_READ | PROT_WRITE, device);
	memcpy(p, sentence, sizeof(sentence));
	memcpy(p + end, sentence, sizeof(sentence));
	munmap(p, size);

	p = map(fd, size, PROT_READ, device);
	if (memcmp(p, sentence, sizeof(sentence)) || memcmp(p + end, sentence, sizeof(sentence))) {
		fprintf(stderr, "map-dax: %s: what was stored did not come back\n", device);
		return EXIT_FAILURE;
	}
	printf("%s: mapped %zu MiB; at 0 and at %zu: \"%s\"\n", device, size >> 20, end, p + end);
	munmap(p, size);
	close(fd);
	return EXIT_SUCCESS;
}
