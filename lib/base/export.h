/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A function of a library's interface; the version script of the library names it too. */
#define EXPORT __attribute__((visibility("default")))
