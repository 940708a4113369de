/* haul-report-json.c - a report for scripts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "report/haul-report-writers.h"

#include "haul-config.h"

#include <json-glib/json-glib.h>

#include "report/haul-error-text.h"
#include "report/haul-json-writer.h"
#include "report/haul-report-words.h"

static void
add_proved (JsonBuilder *builder, const guint64 *proved)
{
  json_builder_set_member_name (builder, "proof");
  json_builder_begin_object (builder);
  for (guint i = HAUL_PROOF_LISTED; i < HAUL_N_PROOFS; i++)
    haul_json_writer_add_int (builder, haul_proof_to_string ((HaulProof)i), (gint64)proved[i]);
  json_builder_end_object (builder);
}

static void
add_folder (JsonBuilder *builder, const HaulReportFolder *folder)
{
  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "program", folder->store);
  haul_json_writer_add_string (builder, "path", folder->path);
  haul_json_writer_add_string (builder, "mailbox", folder->mailbox);
  haul_json_writer_add_counts (builder, &folder->counts);
  add_proved (builder, folder->proved);
  json_builder_set_member_name (builder, "checked");
  json_builder_add_boolean_value (builder, folder->is_checked);
  haul_json_writer_add_string (builder, "rung", folder->rung);
  if (folder->note != NULL)
    haul_json_writer_add_string (builder, "note", folder->note);
  json_builder_end_object (builder);
}

static void
add_message (JsonBuilder *builder, const HaulReport *report, const HaulReportMessage *message)
{
  const HaulReportFolder *folder
      = message->folder < report->folders->len ? g_ptr_array_index (report->folders, message->folder) : NULL;

  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "folder", folder == NULL ? "" : folder->path);
  haul_json_writer_add_string (builder, "mailbox", folder == NULL ? "" : folder->mailbox);
  haul_json_writer_add_string (builder, "source", message->source);
  haul_json_writer_add_date (builder, "date", message->date);
  haul_json_writer_add_int (builder, "bytes", (gint64)message->bytes);
  haul_json_writer_add_string (builder, "outcome", haul_outcome_to_string (message->outcome));
  haul_json_writer_add_string (builder, "code", message->code);
  haul_json_writer_add_string (builder, "text", message->text);
  if (message->advice != NULL)
    haul_json_writer_add_string (builder, "advice", message->advice);
  if (message->server_text != NULL)
    haul_json_writer_add_string (builder, "server_text", message->server_text);
  if (message->kept != NULL)
    haul_json_writer_add_string (builder, "kept", message->kept);
  if (message->subject != NULL)
    haul_json_writer_add_string (builder, "subject", message->subject);
  if (message->sender != NULL)
    haul_json_writer_add_string (builder, "sender", message->sender);
  json_builder_end_object (builder);
}

/* What was compared of each message, where that was asked for. */
static void
add_evidence (JsonBuilder *builder, const HaulReport *report)
{
  json_builder_set_member_name (builder, "evidence");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->evidence->len; i++)
    {
      const HaulReportEvidence *one = report->evidence->pdata[i];
      const HaulReportFolder *folder = g_ptr_array_index (report->folders, one->folder);
      g_autofree char *digest = haul_report_dup_digest (one->digest);
      g_autofree char *server_digest = haul_report_dup_digest (one->server_digest);
      json_builder_begin_object (builder);
      haul_json_writer_add_string (builder, "folder", folder->path);
      haul_json_writer_add_string (builder, "mailbox", folder->mailbox);
      haul_json_writer_add_string (builder, "source", one->source);
      haul_json_writer_add_date (builder, "date", one->date);
      haul_json_writer_add_int (builder, "bytes", (gint64)one->bytes);
      haul_json_writer_add_string (builder, "result", haul_proof_to_string (one->proof));
      haul_json_writer_add_int (builder, "uid", one->uid);
      haul_json_writer_add_string (builder, "sha256", digest);
      haul_json_writer_add_string (builder, "server_sha256", server_digest);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_rungs (JsonBuilder *builder, const HaulReport *report)
{
  g_autoptr (GPtrArray) rungs = haul_report_list_rungs (report);

  json_builder_set_member_name (builder, "rungs");
  json_builder_begin_object (builder);
  for (guint i = 0; i < rungs->len; i++)
    haul_json_writer_add_string (builder, rungs->pdata[i], haul_report_words_describe_rung (rungs->pdata[i]));
  json_builder_end_object (builder);
}

static void
add_error (JsonBuilder *builder, const GError *error)
{
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "code", text->code);
  haul_json_writer_add_string (builder, "text", text->sentence);
  if (text->advice != NULL)
    haul_json_writer_add_string (builder, "advice", text->advice);
  if (text->server_text != NULL)
    haul_json_writer_add_string (builder, "server_text", text->server_text);
  haul_json_writer_add_string (builder, "detail", error->message);
  json_builder_end_object (builder);
}

char *
haul_report_json_write (const HaulReport *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *summary = haul_report_dup_verdict (report);

  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "version", HAUL_VERSION);
  haul_json_writer_add_string (builder, "job", report->job);
  haul_json_writer_add_string (builder, "user", report->user);
  haul_json_writer_add_string (builder, "server", report->server);
  haul_json_writer_add_date (builder, "started", report->started);
  haul_json_writer_add_int (builder, "seconds", report->seconds);
  haul_json_writer_add_string (builder, "verdict", haul_verdict_to_string (report->verdict));
  haul_json_writer_add_string (builder, "summary", summary);
  haul_json_writer_add_int (builder, "exit_status", report->exit_status);
  haul_json_writer_add_string (builder, "rung", report->rung);
  add_rungs (builder, report);
  json_builder_set_member_name (builder, "all");
  json_builder_begin_object (builder);
  haul_json_writer_add_counts (builder, &report->all);
  add_proved (builder, report->proved);
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
  if (report->evidence != NULL)
    add_evidence (builder, report);
  if (report->error != NULL)
    add_error (builder, report->error);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
