/* haul-maildir-name.h - what the name of a Maildir's message file tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gsize haul_maildir_name_get_base_length (const char *name);
gint64 haul_maildir_name_get_seconds (const char *name);
gint64 haul_maildir_name_get_size (const char *name);
guint haul_maildir_name_get_flags (const char *name);
const char *haul_maildir_name_get_letters (const char *name);

G_END_DECLS
