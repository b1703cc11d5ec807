/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <linux/ndctl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/*
 * Preloaded into a program, answers each call of a firmware command from the environment:
 *
 *	ANSWER		the bytes of the output in hexadecimal; what is left of the output stays as
 *it is ANSWER_SIZE	how many bytes the firmware claims to have answered; -1: as many as were
 *asked for ANSWER_ERRNO	fails with this errno
 *
 * and prints what was asked, with the bytes of the input.
 */
static void print_request(const struct nd_cmd_pkg *package)
{
	printf("call: family %llu function %llu in %u out %u:",
		(unsigned long long)package->nd_family, (unsigned long long)package->nd_command,
		package->nd_size_in, package->nd_size_out);
	for (unsigned i = 0; i < package->nd_size_in; i++)
		printf(" %02x", package->nd_payload[i]);
	printf("\n");
}

static void answer(struct nd_cmd_pkg *package, const char *text)
{
	unsigned char *out = package->nd_payload + package->nd_size_in;
	unsigned byte;

	for (unsigned i = 0; i < package->nd_size_out && sscanf(text, "%2x", &byte) == 1; i++) {
		out[i] = (unsigned char)byte;
		text += 2;
	}
	const char *size = getenv("ANSWER_SIZE");
	if (size)
		package->nd_fw_size = atoi(size) < 0 ? package->nd_size_out : (unsigned)atoi(size);
}

__attribute__((visibility("default"))) int ioctl(int fd, unsigned long request, ...)
{
	va_list args;

	va_start(args, request);
	void *data = va_arg(args, void *);
	va_end(args);
	if ((unsigned)request != (unsigned)ND_IOCTL_CALL) {
		int (*real)(int, unsigned long, ...);
		*(void **)&real = dlsym(RTLD_NEXT, "ioctl");
		return real(fd, request, data);
	}
	print_request(data);
	if (getenv("ANSWER_ERRNO")) {
		errno = atoi(getenv("ANSWER_ERRNO"));
		return -1;
	}
	answer(data, getenv("ANSWER") ?: "");
	return 0;
}
