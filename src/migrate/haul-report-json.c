/* haul-report-json.c - a report for scripts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "migrate/haul-report-writers.h"

#include "haul-config.h"

#include <json-glib/json-glib.h>

#include "migrate/haul-error-text.h"

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  g_autofree char *valid = value == NULL ? NULL : g_utf8_make_valid (value, -1);

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, valid == NULL ? "" : valid);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

/* As the command line writes dates; null where it is not known. */
static void
add_date (JsonBuilder *builder, const char *name, gint64 unix_seconds)
{
  g_autoptr (GDateTime) date = unix_seconds == 0 ? NULL : g_date_time_new_from_unix_utc (unix_seconds);
  g_autofree char *text = date == NULL ? NULL : g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ");

  json_builder_set_member_name (builder, name);
  if (text == NULL)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, text);
}

static void
add_counts (JsonBuilder *builder, const HaulCounts *counts)
{
  add_int (builder, "found", (gint64)counts->found);
  add_int (builder, "copied", (gint64)counts->copied);
  add_int (builder, "present", (gint64)counts->present);
  add_int (builder, "skipped", (gint64)counts->skipped);
  add_int (builder, "failed", (gint64)counts->failed);
  add_int (builder, "bytes", (gint64)counts->bytes);
}

static void
add_folder (JsonBuilder *builder, const HaulReportFolder *folder)
{
  json_builder_begin_object (builder);
  add_string (builder, "program", folder->store);
  add_string (builder, "path", folder->path);
  add_string (builder, "mailbox", folder->mailbox);
  add_counts (builder, &folder->counts);
  json_builder_set_member_name (builder, "checked");
  json_builder_add_boolean_value (builder, folder->is_checked);
  add_string (builder, "rung", folder->rung);
  if (folder->note != NULL)
    add_string (builder, "note", folder->note);
  json_builder_end_object (builder);
}

static void
add_message (JsonBuilder *builder, const HaulReport *report, const HaulReportMessage *message)
{
  const HaulReportFolder *folder
      = message->folder < report->folders->len ? g_ptr_array_index (report->folders, message->folder) : NULL;

  json_builder_begin_object (builder);
  add_string (builder, "folder", folder == NULL ? "" : folder->path);
  add_string (builder, "mailbox", folder == NULL ? "" : folder->mailbox);
  add_string (builder, "source", message->source);
  add_date (builder, "date", message->date);
  add_int (builder, "bytes", (gint64)message->bytes);
  add_string (builder, "outcome", haul_outcome_to_string (message->outcome));
  add_string (builder, "code", message->code);
  add_string (builder, "text", message->text);
  if (message->advice != NULL)
    add_string (builder, "advice", message->advice);
  json_builder_end_object (builder);
}

static void
add_error (JsonBuilder *builder, const GError *error)
{
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  add_string (builder, "code", text->code);
  add_string (builder, "text", text->sentence);
  if (text->advice != NULL)
    add_string (builder, "advice", text->advice);
  if (text->server_text != NULL)
    add_string (builder, "server_text", text->server_text);
  add_string (builder, "detail", error->message);
  json_builder_end_object (builder);
}

char *
haul_report_json_write (const HaulReport *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *summary = haul_report_dup_verdict (report);

  json_builder_begin_object (builder);
  add_string (builder, "version", HAUL_VERSION);
  add_string (builder, "job", report->job);
  add_string (builder, "user", report->user);
  add_string (builder, "server", report->server);
  add_date (builder, "started", report->started);
  add_int (builder, "seconds", report->seconds);
  add_string (builder, "verdict", haul_verdict_to_string (report->verdict));
  add_string (builder, "summary", summary);
  add_int (builder, "exit_status", report->exit_status);
  add_string (builder, "rung", report->rung);
  json_builder_set_member_name (builder, "all");
  json_builder_begin_object (builder);
  add_counts (builder, &report->all);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "folders");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->folders->len; i++)
    add_folder (builder, g_ptr_array_index (report->folders, i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "messages");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->messages->len; i++)
    add_message (builder, report, g_ptr_array_index (report->messages, i));
  json_builder_end_array (builder);
  if (report->error != NULL)
    add_error (builder, report->error);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
