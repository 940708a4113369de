/* haul-field-key.h - what of a header field stays the same, however a server writes it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *haul_field_key_dup_value (const char *value);
char *haul_field_key_dup_message_id (const char *value);
char *haul_field_key_dup_date (const char *value);
char *haul_field_key_dup_address (const char *value);
char *haul_field_key_dup_words (const char *value);
gboolean haul_field_key_is_bookkeeping (const char *name);

G_END_DECLS
