/* haul-undo-report.c - what came of taking a job back, in numbers that add up, and every message that stayed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Memory:  one line a message that stayed.
 */
#include "report/haul-undo-report.h"

#include "haul-config.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "base/haul-clock.h"
#include "report/haul-error-text.h"
#include "report/haul-json-writer.h"
#include "base/haul-migrate-error.h"

static const struct
{
  const char *code;
  const char *text;
} reasons[] = {
  { "flags-changed", N_ ("It was read, flagged or labelled since.") },
  { "content-changed", N_ ("Its text is not the one that was copied.") },
  { "not-there", N_ ("It is not there any more: somebody moved or deleted it.") },
  { "mailbox-gone", N_ ("Its folder on the server is gone.") },
  { "mailbox-replaced", N_ ("Its folder on the server was replaced by another of the same name.") },
  { "refused", N_ ("The mail server refuses to remove it.") },
};

/**
 * haul_undo_report_get_text:
 * @code: why a message stayed
 *
 * Returns: the sentence for it, translated
 */
const char *
haul_undo_report_get_text (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_str_equal (reasons[i].code, code))
      return _ (reasons[i].text);
  return "";
}

void
haul_undo_line_free (HaulUndoLine *line)
{
  g_free (line->store);
  g_free (line->folder);
  g_free (line->source);
  g_free (line->mailbox);
  g_free (line->text);
  g_free (line);
}

/**
 * haul_undo_report_new:
 * @job: the job's name
 *
 * Returns: (transfer full): a report of nothing yet
 */
HaulUndoReport *
haul_undo_report_new (const char *job)
{
  HaulUndoReport *self = g_new0 (HaulUndoReport, 1);

  self->job = g_strdup (job);
  self->started = haul_clock_now ();
  self->left = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_undo_line_free);
  self->mailboxes = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
haul_undo_report_free (HaulUndoReport *report)
{
  g_free (report->job);
  g_free (report->user);
  g_free (report->server);
  g_ptr_array_unref (report->left);
  g_ptr_array_unref (report->mailboxes);
  g_clear_error (&report->error);
  g_free (report);
}

/**
 * haul_undo_report_finish:
 * @report: the report of an undo that has ended
 * @is_stopped: by the person
 *
 * Sets the verdict and the exit status.
 */
void
haul_undo_report_finish (HaulUndoReport *report, gboolean is_stopped)
{
  report->seconds = haul_clock_now () - report->started;
  if (is_stopped)
    report->verdict = HAUL_VERDICT_STOPPED;
  else if (report->error != NULL)
    report->verdict = HAUL_VERDICT_FAILED;
  else
    report->verdict = report->left->len > 0 ? HAUL_VERDICT_NOT_ALL : HAUL_VERDICT_COMPLETE;

  report->exit_status = report->left->len > 0 ? HAUL_EXIT_NOT_ALL : HAUL_EXIT_OK;
  if (is_stopped)
    report->exit_status = HAUL_EXIT_STOPPED;
  else if (report->error != NULL)
    {
      g_autoptr (HaulErrorText) text = haul_error_text_new (report->error);
      report->exit_status = text->exit_status;
    }
}

/* (transfer full): how many, in a sentence. */
char *
haul_undo_report_dup_taken (const HaulUndoReport *report)
{
  return g_strdup_printf (ngettext ("%'" G_GUINT64_FORMAT " message was taken back.",
                                    "%'" G_GUINT64_FORMAT " messages were taken back.", report->taken),
                          report->taken);
}

/**
 * haul_undo_report_dup_verdict:
 * @report: a finished report
 *
 * Returns: (transfer full): one or two sentences for people
 */
char *
haul_undo_report_dup_verdict (const HaulUndoReport *report)
{
  g_autofree char *taken = haul_undo_report_dup_taken (report);

  if (report->verdict == HAUL_VERDICT_FAILED)
    {
      g_autoptr (HaulErrorText) text = haul_error_text_new (report->error);
      /* The sentence says already that nothing was. */
      if (g_error_matches (report->error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NO_UNDO))
        return g_strdup (text->sentence);
      return g_strdup_printf ("%s %s", text->sentence, taken);
    }
  if (report->verdict == HAUL_VERDICT_STOPPED)
    return g_strdup_printf (_ ("Stopped: %s Take it back again to go on."), taken);
  if (report->left->len > 0)
    return g_strdup_printf (ngettext ("%s %'u message stays where it is.", "%s %'u messages stay where they are.",
                                      report->left->len),
                            taken, report->left->len);
  if (report->taken == 0)
    return g_strdup (_ ("There is nothing of this job on the server to take back."));
  return g_strdup_printf (_ ("%s Nothing else was touched."), taken);
}

static void
add_line (JsonBuilder *builder, const HaulUndoLine *line)
{
  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "store", line->store);
  haul_json_writer_add_string (builder, "folder", line->folder);
  haul_json_writer_add_string (builder, "source", line->source);
  haul_json_writer_add_string (builder, "mailbox", line->mailbox);
  haul_json_writer_add_date (builder, "date", line->date);
  haul_json_writer_add_int (builder, "bytes", (gint64)line->bytes);
  haul_json_writer_add_string (builder, "code", line->code);
  haul_json_writer_add_string (builder, "text", line->text);
  json_builder_end_object (builder);
}

/**
 * haul_undo_report_to_json:
 * @report: a finished report
 *
 * Returns: (transfer full): one object
 */
char *
haul_undo_report_to_json (const HaulUndoReport *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *verdict = haul_undo_report_dup_verdict (report);

  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "job", report->job);
  haul_json_writer_add_string (builder, "user", report->user);
  haul_json_writer_add_string (builder, "server", report->server);
  haul_json_writer_add_date (builder, "started", report->started);
  haul_json_writer_add_int (builder, "seconds", report->seconds);
  haul_json_writer_add_int (builder, "placed", (gint64)report->placed);
  haul_json_writer_add_int (builder, "taken", (gint64)report->taken);
  haul_json_writer_add_int (builder, "left", report->left->len);
  haul_json_writer_add_string (builder, "verdict", haul_verdict_to_string (report->verdict));
  haul_json_writer_add_string (builder, "summary", verdict);
  haul_json_writer_add_int (builder, "exit_status", report->exit_status);
  json_builder_set_member_name (builder, "mailboxes_deleted");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->mailboxes->len; i++)
    json_builder_add_string_value (builder, report->mailboxes->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "messages");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->left->len; i++)
    add_line (builder, report->left->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
