/* haul-sandbox-files.h - the files that mailhaul-reader may still read (Landlock)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint haul_sandbox_files_restrict (const char *root);

G_END_DECLS
