/* haul-fault-vfs.h - the journal's files, with steps at which a test may let them fail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#ifdef HAUL_FAULT_INJECTION
void haul_fault_vfs_register (void);
#else
#define haul_fault_vfs_register() ((void)0)
#endif

G_END_DECLS
