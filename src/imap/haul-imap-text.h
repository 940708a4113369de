/* haul-imap-text.h - the encoder's small parts: quoting, numbers, dates, flags, UID sets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean haul_imap_text_can_quote (const char *text);
char *haul_imap_text_quote (const char *text);
gboolean haul_imap_text_is_atom (const char *text);
gboolean haul_imap_text_is_keyword (const char *text);
gboolean haul_imap_text_parse_number (const char *text, guint64 max, guint64 *number);
char *haul_imap_text_format_date (gint64 unix_seconds);
gboolean haul_imap_text_parse_date (const char *text, gint64 *unix_seconds);
gint64 haul_imap_text_clamp_date (gint64 unix_seconds, gint64 now);
char *haul_imap_text_format_flags (guint flags, const char *const *keywords);
gboolean haul_imap_text_parse_flag (const char *text, guint *flag);
char *haul_imap_text_format_uid_set (const guint32 *uids, gsize n_uids);
GArray *haul_imap_text_parse_uid_set (const char *text, gsize max_uids);

G_END_DECLS
