/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call.h"

#include <kernel/nvdimm.h>
#include <linux/ioctl.h>
#include <ndctl/object/bus.h>
#include <ndctl/private.h>
#include <string.h>

#define MOST_BYTES  (4u << 20) /* the kernel's limit for a command */
#define STATUS_SIZE sizeof(uint32_t)

/* The status until the firmware has written one: -1 is an errno. */
static uint32_t no_status(const struct family *family)
{
	return family->status_is_errno ? 0x80000000u : 0xffffffffu;
}

static const struct family *dimm_family(struct ndctl_dimm *dimm)
{
	uint64_t number;

	if (object_u64(&dimm->entity.object, DIMM_FAMILY, &number) == 0)
		return family_find(number);
	struct ndctl_bus *bus = entity_bus(&dimm->entity);
	return bus && ndctl_bus_is_papr_scm(bus) ? family_find(NVDIMM_FAMILY_PAPR) : NULL;
}

/* On POWER, no attribute tells the functions: the kernel has all of the family. */
static bool has_function(struct ndctl_dimm *dimm, const struct family *family, unsigned function)
{
	return family->number == NVDIMM_FAMILY_PAPR ||
		ndctl_dimm_has_function(dimm, family->number, function) > 0;
}

int call_check(struct ndctl_dimm *dimm, enum family_call which, const struct family **family)
{
	struct kernel *kernel = entity_kernel(&dimm->entity);
	const char *name = entity_name(&dimm->entity), *what = family_call_name(which);

	*family = NULL;
	if (!ndctl_dimm_is_cmd_supported(dimm, ND_CMD_CALL))
		return kernel_fail(kernel, EOPNOTSUPP,
			"%s: no %s: the kernel passes no commands to its firmware", name, what);
	*family = dimm_family(dimm);
	if (!*family)
		return kernel_fail(
			kernel, ENOTTY, "%s: no %s: unknown family of commands", name, what);

	unsigned function = (*family)->commands[which].function;
	if (!function)
		return kernel_fail(kernel, ENOTTY, "%s: command family %s has no %s", name,
			(*family)->name, what);
	if (!has_function(dimm, *family, function))
		return kernel_fail(kernel, EIO,
			"%s: no %s: the platform does not offer function %u of command family %s",
			name, what, function, (*family)->name);
	return 0;
}

static struct nd_cmd_pkg *package_new(
	const struct family *family, enum family_call which, size_t in, size_t out)
{
	struct nd_cmd_pkg *package = calloc(1, sizeof(*package) + in + out);

	if (!package)
		return NULL;
	package->nd_family = family->number;
	package->nd_command = family->commands[which].function;
	package->nd_size_in = (uint32_t)in;
	package->nd_size_out = (uint32_t)out;
	if (family->write_request)
		family->write_request(which, package->nd_payload);
	return package;
}

static void *fail_new(int error)
{
	errno = error;
	return NULL;
}

void *call_new(const struct cmd_kind *kind, struct ndctl_dimm *dimm, enum family_call which,
	size_t size, size_t more)
{
	const struct family *family;

	if (!dimm || more > MOST_BYTES / 2)
		return fail_new(EINVAL);
	if (call_check(dimm, which, &family))
		return fail_new(EOPNOTSUPP);

	const struct family_command *row = &family->commands[which];
	struct call *call = cmd_new(kind, &dimm->entity, size);
	if (!call)
		return fail_new(ENOMEM);
	call->family = family;
	call->which = which;
	call->in = row->in + more;
	call->out = row->out;
	call->package = package_new(family, which, call->in, call->out);
	if (call->package)
		return call;
	free(call);
	return fail_new(ENOMEM);
}

void call_release(struct ndctl_cmd *cmd)
{
	free(((struct call *)cmd)->package);
}

void *call_input(const struct call *call)
{
	return call->package->nd_payload;
}

static uint8_t *answer_of(const struct call *call)
{
	return call->package->nd_payload + (call->family->answers_in_place ? 0 : call->in);
}

const void *call_answer(const struct call *call)
{
	return answer_of(call);
}

/* Takes nothing for a success that the firmware has not written: the kernel passes an answer on
 * that has fewer bytes than asked for, or none. The emulator nfit_test does not tell the size: 0.
 */
static int check_answer(struct call *call)
{
	struct kernel *kernel = entity_kernel(call->cmd.entity);
	size_t size = call->package->nd_fw_size ?: call->out;
	size_t least = family_least(&call->family->commands[call->which]);
	uint32_t status = family_status(call->family, answer_of(call));
	const char *what = family_call_name(call->which);

	if (size < STATUS_SIZE || status == no_status(call->family))
		return kernel_fail(kernel, EIO, "%s: the firmware gave no status", what);
	if (status == 0 && size < least)
		return kernel_fail(kernel, EIO,
			"%s: the firmware answered %zu bytes: must be at least %zu", what, size,
			least);
	call->cmd.firmware_status = status;
	call->answered = size < call->out ? size : call->out;
	return 0;
}

int call_submit(struct ndctl_cmd *cmd)
{
	struct call *call = (struct call *)cmd;
	struct kernel *kernel = entity_kernel(cmd->entity);
	uint32_t unanswered = no_status(call->family);
	AUTO_CLOSE int fd =
		nvdimm_open_dimm(cmd->entity->object.directory, entity_name(cmd->entity));

	call->answered = 0;
	if (fd < 0)
		return fd;
	if (!call->family->answers_in_place)
		memset(answer_of(call), 0, call->out);
	memcpy(answer_of(call), &unanswered, sizeof(unanswered));
	call->package->nd_fw_size = 0;
	int err = nvdimm_submit(fd, ND_IOCTL_CALL, call->package);
	if (err)
		return kernel_fail(kernel, -err, "%s: function %u of command family %s failed: %s",
			family_call_name(call->which), (unsigned)call->package->nd_command,
			call->family->name, strerror(-err));
	return check_answer(call);
}

int call_translate(const struct ndctl_cmd *cmd)
{
	const struct call *call = (const struct call *)cmd;
	struct family_status meaning =
		family_explain(call->family, call->which, cmd->firmware_status);

	return kernel_fail(entity_kernel(cmd->entity), meaning.error,
		"%s: %s: the firmware refused: %s (status %#x)", entity_name(cmd->entity),
		family_call_name(call->which), meaning.text, cmd->firmware_status);
}

bool call_is_answered(const struct ndctl_cmd *cmd, const struct cmd_kind *kind)
{
	bool is_kind = cmd && cmd->kind == kind;

	if (is_kind && cmd->status == 0 && cmd->firmware_status == 0)
		return true;
	errno = !is_kind || cmd->status > 0 ? EINVAL : cmd->status < 0 ? -cmd->status : EIO;
	return false;
}
