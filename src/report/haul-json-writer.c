/* haul-json-writer.c - members of a JSON object, as every output of ours writes them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "report/haul-json-writer.h"

/**
 * haul_json_writer_add_string:
 * @builder: inside an object
 * @name: the member's name
 * @value: (nullable): octets from anywhere
 *
 * Adds a text, made valid UTF-8; empty for %NULL.
 */
void
haul_json_writer_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  g_autofree char *valid = value == NULL ? NULL : g_utf8_make_valid (value, -1);

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, valid == NULL ? "" : valid);
}

void
haul_json_writer_add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
haul_json_writer_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

/**
 * haul_json_writer_add_date:
 * @builder: inside an object
 * @name: the member's name
 * @unix_seconds: a date, 0 unknown
 *
 * Adds a date as `2003-10-17T10:00:00Z`; null where it is not known.
 */
void
haul_json_writer_add_date (JsonBuilder *builder, const char *name, gint64 unix_seconds)
{
  g_autoptr (GDateTime) date = unix_seconds == 0 ? NULL : g_date_time_new_from_unix_utc (unix_seconds);
  g_autofree char *text = date == NULL ? NULL : g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ");

  json_builder_set_member_name (builder, name);
  if (text == NULL)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, text);
}

/**
 * haul_json_writer_add_counts:
 * @builder: inside an object
 * @counts: what happened to the messages
 *
 * Adds `found`, `copied`, `present`, `skipped`, `failed` and `bytes`.
 */
void
haul_json_writer_add_counts (JsonBuilder *builder, const HaulCounts *counts)
{
  haul_json_writer_add_int (builder, "found", (gint64)counts->found);
  haul_json_writer_add_int (builder, "copied", (gint64)counts->copied);
  haul_json_writer_add_int (builder, "present", (gint64)counts->present);
  haul_json_writer_add_int (builder, "skipped", (gint64)counts->skipped);
  haul_json_writer_add_int (builder, "failed", (gint64)counts->failed);
  haul_json_writer_add_int (builder, "bytes", (gint64)counts->bytes);
}
