/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/extensions.h>
#include <stdint.h>

/*
 * Families of firmware commands. The maker of a DIMM chooses its family, and each family has
 * function numbers, layouts and status codes of its own. A family is a row (struct family) in a
 * file of its name, with its layouts as packed structs. The rest of the library knows only the
 * calls and values below. This directory only handles bytes in memory.
 *
 * Firmware is not trusted: a value counts only if the family says that it is valid and the answer
 * has the room for it.
 */
enum family_call {
	CALL_SMART,
	CALL_SHUTDOWN_COUNT, /* where CALL_SMART does not tell it */
	CALL_THRESHOLD,
	CALL_SET_THRESHOLD,
	CALL_INJECT_SMART,
	CALL_ACK_SHUTDOWN,
	CALL_FW_INFO,
	CALL_FW_START,
	CALL_FW_SEND,
	CALL_FW_FINISH,
	CALL_FW_QUERY,
	CALL_COUNT,
};

struct family_command {
	uint8_t function; /* number; 0: the family lacks the command */
	uint16_t in, out; /* bytes; CALL_FW_SEND: and the data that it sends */
	uint16_t least;	  /* bytes that a successful answer has; 0: @out */
};

/* Health. @valid: bits ND_SMART_..._VALID of the members that the firmware has told. */
struct smart {
	unsigned valid;
	unsigned health;			      /* bits ND_SMART_..._HEALTH */
	unsigned media_temperature, ctrl_temperature; /* 1/16 degree Celsius, bit 15: sign */
	unsigned spares, life_used;		      /* percent */
	unsigned alarms;			      /* bits ND_SMART_..._TRIP */
	unsigned shutdown_state;		      /* 0: clean */
	unsigned shutdown_count;		      /* unsafe ones */
	const uint8_t *vendor;			      /* in the answer */
	unsigned vendor_size;			      /* bytes */
};

/* Values at which a DIMM raises an alarm. Units as in struct smart. */
struct smart_threshold {
	unsigned valid; /* ND_SMART_..._VALID: alarm, spares, temperatures */
	unsigned alarm_control, spares, media_temperature, ctrl_temperature;
};

/* Values to spoof. */
struct smart_injection {
	unsigned chosen;  /* bits ND_SMART_INJECT_... of what the command alters */
	unsigned enabled; /* those to inject; the others of @chosen: to take back */
	unsigned media_temperature, spares;
};

/* What a DIMM says about firmware updates. */
struct firmware_info {
	unsigned storage_size, max_send_length;	  /* bytes */
	unsigned query_interval, max_query_time;  /* microseconds */
	uint64_t running_version, staged_version; /* staged: 0 without one */
};

/* The part of an image that a command sends, and what a command does to an update. */
struct firmware_part {
	unsigned context, offset, length;
	const void *data;
};

/* Meaning of a status. */
struct family_status {
	uint32_t status;
	int error; /* errno, positive */
	enum ND_FW_STATUS firmware;
	const char *text;
};

/* Meaning of a status that one command gives, before the ones for all commands. */
struct family_call_status {
	enum family_call call;
	struct family_status meaning;
};

struct family {
	const char *name;
	unsigned number; /* NVDIMM_FAMILY_... */
	struct family_command commands[CALL_COUNT];
	bool answers_in_place;	 /* the answer begins where the input does */
	bool status_is_errno;	 /* a negative errno in the order of the processor's bytes */
	uint32_t status_mask;	 /* bits of a status that @statuses has */
	unsigned injectable;	 /* bits ND_SMART_INJECT_... that the family declares */
	unsigned injects;	 /* those that its command can carry */
	int error_without_table; /* errno for a status that is in no table */
	const struct family_status *statuses;
	size_t status_count;
	const struct family_call_status *call_statuses;
	size_t call_status_count;

	/* Fill the input, which is zero, of a call. NULL: zeros are right, or there is none. */
	void (*write_request)(enum family_call call, void *in);
	void (*write_threshold)(const struct smart_threshold *threshold, void *in);
	void (*write_injection)(const struct smart_injection *injection, void *in);
	/* Returns the bits of @chosen that a successful answer says were taken. NULL: all. */
	unsigned (*read_injection)(const void *out);
	void (*write_part)(const struct firmware_part *part, void *in); /* CALL_FW_SEND */
	/* CALL_FW_FINISH and CALL_FW_QUERY. */
	void (*write_context)(enum family_call call, unsigned context, bool abort, void *in);

	/* Read a successful answer of @size bytes, which is not less than the command's @least. */
	void (*read_smart)(const void *out, size_t size, struct smart *smart);
	unsigned (*read_shutdown_count)(const void *out);
	void (*read_threshold)(const void *out, struct smart_threshold *threshold);
	void (*read_firmware_info)(const void *out, struct firmware_info *info);
	unsigned (*read_context)(const void *out); /* CALL_FW_START */
	uint64_t (*read_version)(const void *out); /* CALL_FW_QUERY */
};

/* Each is in the file of its name. */
extern const struct family family_intel, family_hpe1, family_msft, family_hyperv, family_papr;

/* Returns the family with number NVDIMM_FAMILY_..., or NULL. */
const struct family *family_find(uint64_t number);
/* Names a command for sentences: "SMART health". */
const char *family_call_name(enum family_call call);

/* Bytes of a successful answer to a command. */
static inline size_t family_least(const struct family_command *command)
{
	return command->least ? command->least : command->out;
}

/* Returns @flag if a value is no percentage: a bit to take from the valid ones. */
static inline unsigned family_unless_percent(unsigned value, unsigned flag)
{
	return value > 100 ? flag : 0;
}

/* Reads the status at the start of an answer of at least 4 bytes. */
uint32_t family_status(const struct family *family, const void *out);
/* Explains a status that is not 0. Copes with one that is in no table. */
struct family_status family_explain(
	const struct family *family, enum family_call call, uint32_t status);
