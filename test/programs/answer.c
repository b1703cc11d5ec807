/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <linux/ndctl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/*
 * Preloaded into a program, answers each call of a firmware command from the environment:
 *
 *	ANSWER		the bytes of the output in hexadecimal; what is left of it stays as it is
 *	ANSWER_SIZE	bytes that the firmware claims to have answered; -1: as asked for
 *	ANSWER_REST	what the kernel returns: bytes of a vendor's output that are not filled
 *	ANSWER_ERRNO	fails with this errno
 *
 * and prints what was asked, with the bytes of the input. A vendor's output begins with its status
 * and length.
 */
static void write_bytes(unsigned char *out, unsigned room, const char *text)
{
	unsigned byte;

	for (unsigned i = 0; i < room && sscanf(text, "%2x", &byte) == 1; i++) {
		out[i] = (unsigned char)byte;
		text += 2;
	}
}

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
	bool in_place = package->nd_family == NVDIMM_FAMILY_PAPR;

	write_bytes(package->nd_payload + (in_place ? 0 : package->nd_size_in),
		package->nd_size_out, text);
	const char *size = getenv("ANSWER_SIZE");
	if (size)
		package->nd_fw_size = atoi(size) < 0 ? package->nd_size_out : (unsigned)atoi(size);
}

static int answer_vendor(struct nd_cmd_vendor_hdr *header, const char *text)
{
	printf("vendor: opcode %u in %u\n", header->opcode, header->in_length);
	write_bytes(header->in_buf + header->in_length, (unsigned)strlen(text) / 2, text);
	return atoi(getenv("ANSWER_REST") ?: "0");
}

__attribute__((visibility("default"))) int ioctl(int fd, unsigned long request, ...)
{
	va_list args;

	va_start(args, request);
	void *data = va_arg(args, void *);
	va_end(args);
	if ((unsigned)request == (unsigned)ND_IOCTL_VENDOR)
		return answer_vendor(data, getenv("ANSWER") ?: "");
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
