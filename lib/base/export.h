/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Marks a function of a library's interface, which the library's version script names too. */
#define EXPORT __attribute__((visibility("default")))
