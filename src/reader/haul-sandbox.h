/* haul-sandbox.h - what mailhaul-reader gives up before it looks at mail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HaulSandbox:
 * @landlock: the kernel's Landlock ABI in force; 0 where it has none
 * @filter: whether system calls are filtered
 */
typedef struct
{
  guint landlock;
  gboolean filter;
} HaulSandbox;

void haul_sandbox_limit (void);
void haul_sandbox_enter (const char *root, HaulSandbox *sandbox);

G_END_DECLS
