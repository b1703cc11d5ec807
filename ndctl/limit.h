/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Raise the limit of open files to its maximum: a change of a region holds the block device of each
 * of its namespaces open, of which there can be more than the usual 1024. */
void limit_raise_files(void);
