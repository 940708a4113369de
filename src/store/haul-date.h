/* haul-date.h - the dates of mail files, as unix seconds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gint64 haul_date_from_civil (int year, int month, int day, gint64 seconds);
gboolean haul_date_is_plausible (gint64 seconds);
gint64 haul_date_parse (const char *text, gsize length);
gint64 haul_date_parse_received (const char *text, gsize length);
gboolean haul_date_parse_from_line (const char *line, gsize length, gint64 *seconds);

G_END_DECLS
