/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../util/verb.h"

/* Verbs in the order of --list-cmds, after version and before help. */
extern const struct verb verb_enable_namespace;
extern const struct verb verb_disable_namespace;
extern const struct verb verb_create_namespace;
extern const struct verb verb_destroy_namespace;
extern const struct verb verb_read_infoblock;
extern const struct verb verb_write_infoblock;
extern const struct verb verb_check_namespace;
extern const struct verb verb_clear_errors;
extern const struct verb verb_start_scrub;
extern const struct verb verb_wait_scrub;
extern const struct verb verb_enable_region;
extern const struct verb verb_disable_region;
extern const struct verb verb_enable_dimm;
extern const struct verb verb_disable_dimm;
extern const struct verb verb_zero_labels;
extern const struct verb verb_read_labels;
extern const struct verb verb_write_labels;
extern const struct verb verb_init_labels;
extern const struct verb verb_check_labels;
extern const struct verb verb_inject_smart;
extern const struct verb verb_setup_passphrase;
extern const struct verb verb_update_passphrase;
extern const struct verb verb_remove_passphrase;
extern const struct verb verb_freeze_security;
extern const struct verb verb_sanitize_dimm;
extern const struct verb verb_load_keys;
extern const struct verb verb_wait_overwrite;
extern const struct verb verb_list;
