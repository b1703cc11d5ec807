/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../util/verb.h"

/* The verbs. Each is in the file of its name. */
extern const struct verb verb_list;
extern const struct verb verb_split_acpi;
extern const struct verb verb_migrate_device_model;
extern const struct verb verb_create_device;
extern const struct verb verb_destroy_device;
extern const struct verb verb_reconfigure_device;
extern const struct verb verb_online_memory;
extern const struct verb verb_offline_memory;
extern const struct verb verb_disable_device;
extern const struct verb verb_enable_device;
extern const struct verb verb_restore;
