/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program as others write it: it allocates memory of system-ram devices through memkind, which
 * asks libdaxctl where that is. Prints the node that the memory is on, and which libdaxctl was
 * loaded.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <memkind.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIZE (64UL << 20)

/* The node that the page at @address is on, or -1. */
static int node_of(void *address)
{
	int node = -1;

	if (syscall(SYS_get_mempolicy, &node, NULL, 0, address, MPOL_F_NODE | MPOL_F_ADDR))
		return -1;
	return node;
}

static int print_library(void)
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");

	if (!maps) {
		fprintf(stderr, "memkind-dax: /proc/self/maps: %s\n", strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), maps)) {
		const char *path = strchr(line, '/');
		if (path && strstr(path, "libdaxctl") && strstr(line, " r-xp "))
			fputs(path, stdout);
	}
	fclose(maps);
	return 0;
}

int main(void)
{
	int err = memkind_check_available(MEMKIND_DAX_KMEM);
	if (err) {
		fprintf(stderr,
			"memkind-dax: there is no memory of a dax device (memkind error %d)\n",
			err);
		return 1;
	}

	char *memory = memkind_malloc(MEMKIND_DAX_KMEM, SIZE);
	if (!memory) {
		fprintf(stderr, "memkind-dax: the memory of the device is used up\n");
		return 1;
	}
	memset(memory, 1, SIZE);
	printf("first page on node %d, last page on node %d\n", node_of(memory),
		node_of(memory + SIZE - 1));
	memkind_free(MEMKIND_DAX_KMEM, memory);
	return print_library();
}
