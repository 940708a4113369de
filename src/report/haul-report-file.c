/* haul-report-file.c - a report kept in a file, exactly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Errors:  as haul-safe-json.c. A file with something else in it gives an error or a poor report, never a crash.
 */
#include "report/haul-report-file.h"

#include <gio/gio.h>

#include "account/haul-account-error.h"
#include "imap/haul-imap-error.h"
#include "base/haul-migrate-error.h"
#include "report/haul-json-writer.h"
#include "report/haul-safe-json.h"
#include "store/haul-store-error.h"

static GQuark
find_domain (const char *name)
{
  GQuark domains[] = { HAUL_IMAP_ERROR,  HAUL_ACCOUNT_ERROR, HAUL_STORE_ERROR, HAUL_MIGRATE_ERROR,
                       G_RESOLVER_ERROR, G_TLS_ERROR,        G_FILE_ERROR };

  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    if (g_strcmp0 (name, g_quark_to_string (domains[i])) == 0)
      return domains[i];
  return G_IO_ERROR;
}

static const char *
find_rung (const char *text)
{
  static const char *const rungs[] = { "R1", "R2", "R3", "R4" };

  for (guint i = 0; i < G_N_ELEMENTS (rungs); i++)
    if (g_strcmp0 (rungs[i], text) == 0)
      return rungs[i];
  return "";
}

static void
write_proved (JsonBuilder *builder, const HaulReportFolder *folder)
{
  json_builder_set_member_name (builder, "proved");
  json_builder_begin_array (builder);
  for (guint i = 0; i < HAUL_N_PROOFS; i++)
    json_builder_add_int_value (builder, (gint64)folder->proved[i]);
  json_builder_end_array (builder);
}

static void
write_folder (JsonBuilder *builder, const HaulReportFolder *folder)
{
  json_builder_begin_object (builder);
  haul_safe_json_add_text (builder, "store", folder->store);
  haul_safe_json_add_text (builder, "path", folder->path);
  haul_safe_json_add_text (builder, "mailbox", folder->mailbox);
  haul_json_writer_add_int (builder, "found", (gint64)folder->counts.found);
  haul_json_writer_add_int (builder, "copied", (gint64)folder->counts.copied);
  haul_json_writer_add_int (builder, "present", (gint64)folder->counts.present);
  haul_json_writer_add_int (builder, "skipped", (gint64)folder->counts.skipped);
  haul_json_writer_add_int (builder, "failed", (gint64)folder->counts.failed);
  haul_json_writer_add_int (builder, "bytes", (gint64)folder->counts.bytes);
  haul_json_writer_add_int (builder, "bytes_done", (gint64)folder->counts.bytes_done);
  haul_json_writer_add_int (builder, "checked", folder->is_checked);
  haul_safe_json_add_text (builder, "rung", folder->rung);
  haul_safe_json_add_text (builder, "note", folder->note);
  write_proved (builder, folder);
  /* A path is octets, a text of JSON is not. */
  g_autofree char *location = folder->location == NULL ? NULL : g_uri_escape_string (folder->location, "/", FALSE);
  haul_safe_json_add_text (builder, "location", location);
  haul_safe_json_add_text (builder, "format", folder->format);
  haul_safe_json_add_text (builder, "id", folder->id);
  json_builder_end_object (builder);
}

static void
write_message (JsonBuilder *builder, const HaulReportMessage *message)
{
  json_builder_begin_object (builder);
  haul_json_writer_add_int (builder, "folder", message->folder);
  haul_safe_json_add_text (builder, "source", message->source);
  haul_json_writer_add_int (builder, "date", message->date);
  haul_json_writer_add_int (builder, "bytes", (gint64)message->bytes);
  haul_json_writer_add_int (builder, "outcome", message->outcome);
  haul_safe_json_add_text (builder, "code", message->code);
  haul_safe_json_add_text (builder, "text", message->text);
  haul_safe_json_add_text (builder, "advice", message->advice);
  haul_safe_json_add_text (builder, "server_text", message->server_text);
  haul_safe_json_add_text (builder, "kept", message->kept);
  json_builder_end_object (builder);
}

static void
write_head (JsonBuilder *builder, const HaulReport *report)
{
  haul_safe_json_add_text (builder, "job", report->job);
  haul_safe_json_add_text (builder, "user", report->user);
  haul_safe_json_add_text (builder, "server", report->server);
  haul_json_writer_add_int (builder, "started", report->started);
  haul_json_writer_add_int (builder, "seconds", report->seconds);
  haul_json_writer_add_int (builder, "verdict", report->verdict);
  haul_safe_json_add_text (builder, "rung", report->rung);
  if (report->error == NULL)
    return;
  haul_safe_json_add_text (builder, "error_domain", g_quark_to_string (report->error->domain));
  haul_json_writer_add_int (builder, "error_code", report->error->code);
  haul_safe_json_add_text (builder, "error_text", report->error->message);
}

/**
 * haul_report_file_save:
 * @report: a finished report
 * @path: where to
 * @error: return location
 *
 * Returns: %TRUE when it is on disk
 */
gboolean
haul_report_file_save (const HaulReport *report, const char *path, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  write_head (builder, report);
  json_builder_set_member_name (builder, "folders");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->folders->len; i++)
    write_folder (builder, report->folders->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "messages");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->messages->len; i++)
    write_message (builder, report->messages->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return haul_safe_json_save (builder, path, error);
}

static void
read_head (JsonObject *object, HaulReport *report)
{
  const char *domain = haul_safe_json_get_text (object, "error_domain");
  const char *text = haul_safe_json_get_text (object, "error_text");
  gint64 verdict = haul_safe_json_get_number (object, "verdict");

  report->job = g_strdup (haul_safe_json_get_text (object, "job"));
  report->user = g_strdup (haul_safe_json_get_text (object, "user"));
  report->server = g_strdup (haul_safe_json_get_text (object, "server"));
  report->started = haul_safe_json_get_number (object, "started");
  report->seconds = haul_safe_json_get_number (object, "seconds");
  report->verdict = (HaulVerdict)CLAMP (verdict, HAUL_VERDICT_COMPLETE, HAUL_VERDICT_FAILED);
  report->rung = find_rung (haul_safe_json_get_text (object, "rung"));
  if (domain != NULL)
    report->error = g_error_new_literal (find_domain (domain), (int)haul_safe_json_get_number (object, "error_code"),
                                         text == NULL ? "" : text);
}

static char *
dup_text (JsonObject *object, const char *name)
{
  const char *text = haul_safe_json_get_text (object, name);

  return g_strdup (text == NULL ? "" : text);
}

static void
read_proved (JsonObject *object, HaulReportFolder *folder)
{
  JsonArray *proved = haul_safe_json_get_array (object, "proved");

  for (guint i = 0; proved != NULL && i < MIN (json_array_get_length (proved), HAUL_N_PROOFS); i++)
    {
      JsonNode *node = json_array_get_element (proved, i);
      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
        folder->proved[i] = (guint64)MAX (json_node_get_int (node), 0);
    }
}

static HaulReportFolder *
read_folder (JsonObject *object)
{
  HaulReportFolder *folder = g_new0 (HaulReportFolder, 1);

  folder->store = dup_text (object, "store");
  folder->path = dup_text (object, "path");
  folder->mailbox = dup_text (object, "mailbox");
  folder->counts.found = (guint64)haul_safe_json_get_number (object, "found");
  folder->counts.copied = (guint64)haul_safe_json_get_number (object, "copied");
  folder->counts.present = (guint64)haul_safe_json_get_number (object, "present");
  folder->counts.skipped = (guint64)haul_safe_json_get_number (object, "skipped");
  folder->counts.failed = (guint64)haul_safe_json_get_number (object, "failed");
  folder->counts.bytes = (guint64)haul_safe_json_get_number (object, "bytes");
  folder->counts.bytes_done = (guint64)haul_safe_json_get_number (object, "bytes_done");
  folder->is_checked = haul_safe_json_get_number (object, "checked") != 0;
  folder->rung = find_rung (haul_safe_json_get_text (object, "rung"));
  folder->note = g_strdup (haul_safe_json_get_text (object, "note"));
  read_proved (object, folder);
  folder->location = g_uri_unescape_string (haul_safe_json_get_text (object, "location"), NULL);
  folder->format = g_strdup (haul_safe_json_get_text (object, "format"));
  folder->id = g_strdup (haul_safe_json_get_text (object, "id"));
  return folder;
}

static HaulReportMessage *
read_message (JsonObject *object, guint n_folders)
{
  HaulReportMessage *message = g_new0 (HaulReportMessage, 1);
  gint64 folder = haul_safe_json_get_number (object, "folder");
  gint64 outcome = haul_safe_json_get_number (object, "outcome");

  message->folder = (guint)CLAMP (folder, 0, (gint64)n_folders - 1);
  message->source = dup_text (object, "source");
  message->date = haul_safe_json_get_number (object, "date");
  message->bytes = (guint64)haul_safe_json_get_number (object, "bytes");
  message->outcome = (HaulOutcome)CLAMP (outcome, HAUL_OUTCOME_COPIED, HAUL_OUTCOME_FAILED);
  message->code = dup_text (object, "code");
  message->text = dup_text (object, "text");
  message->advice = g_strdup (haul_safe_json_get_text (object, "advice"));
  message->server_text = g_strdup (haul_safe_json_get_text (object, "server_text"));
  message->kept = g_strdup (haul_safe_json_get_text (object, "kept"));
  return message;
}

/**
 * haul_report_file_load:
 * @path: a file of haul_report_file_save()
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the report, finished
 */
HaulReport *
haul_report_file_load (const char *path, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object = haul_safe_json_load (path, &parser, error);

  if (object == NULL)
    return NULL;
  HaulReport *report = haul_report_new ();
  JsonArray *folders = haul_safe_json_get_array (object, "folders");
  JsonArray *messages = haul_safe_json_get_array (object, "messages");
  read_head (object, report);
  for (guint i = 0; folders != NULL && i < json_array_get_length (folders); i++)
    g_ptr_array_add (report->folders, read_folder (haul_safe_json_get_object (folders, i)));
  for (guint i = 0; report->folders->len > 0 && messages != NULL && i < json_array_get_length (messages); i++)
    g_ptr_array_add (report->messages, read_message (haul_safe_json_get_object (messages, i), report->folders->len));
  haul_report_finish (report);
  return report;
}
