/* haul-header.h - the outer header of a message, looked at in its first 64 KiB
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-file.h"

G_BEGIN_DECLS

#define HAUL_HEADER_MAX 65536

/**
 * HaulHeaderField:
 *
 * One field, pointing into the octets it was found in; the value may be folded and hold any octet.
 */
typedef struct
{
  const char *name;
  gsize name_length;
  const char *value;
  gsize value_length;
} HaulHeaderField;

typedef struct
{
  const char *at;
  const char *end;
} HaulHeaderScan;

void haul_header_scan_init (HaulHeaderScan *scan, gconstpointer data, gsize size);
gboolean haul_header_scan_next (HaulHeaderScan *scan, HaulHeaderField *field);
gboolean haul_header_field_is (const HaulHeaderField *field, const char *name);
char *haul_header_field_dup_value (const HaulHeaderField *field);
gboolean haul_header_is_field_line (const char *text, gsize length);
gint64 haul_header_get_date (gconstpointer data, gsize size);
guint haul_header_count_known_fields (gconstpointer data, gsize size);
GBytes *haul_header_read (HaulFile *file, gint64 offset, gint64 length, GError **error);

G_END_DECLS
