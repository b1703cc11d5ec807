/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lets this process open as many files as it may: a change of a region holds the block device of
 * each of its namespaces open, and the usual limit of 1024 is lower than what a region can have. */
void limit_raise_files(void);
