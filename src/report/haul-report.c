/* haul-report.c - what happened, in numbers that add up, and every message that was not copied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner.
 */
#include "report/haul-report.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "imap/haul-imap-error.h"
#include "report/haul-error-text.h"

void
haul_report_folder_free (HaulReportFolder *folder)
{
  g_free (folder->store);
  g_free (folder->path);
  g_free (folder->mailbox);
  g_free (folder->note);
  g_free (folder->location);
  g_free (folder->format);
  g_free (folder->id);
  g_free (folder);
}

void
haul_report_message_free (HaulReportMessage *message)
{
  g_free (message->source);
  g_free (message->code);
  g_free (message->text);
  g_free (message->advice);
  g_free (message->server_text);
  g_free (message->kept);
  g_free (message->subject);
  g_free (message->sender);
  g_free (message);
}

/**
 * haul_report_message_dup_reason:
 * @message: a message
 *
 * Returns: (transfer full): why it was not copied, with the server's own words where it has any, and where it is kept
 */
char *
haul_report_message_dup_reason (const HaulReportMessage *message)
{
  GString *reason = g_string_new (message->text);

  if (message->server_text != NULL && *message->server_text != '\0')
    g_string_append_printf (reason, " “%s”", message->server_text);
  if (message->kept != NULL)
    {
      g_string_append_c (reason, ' ');
      /* Translators: of a message; a file. */
      g_string_append_printf (reason, _ ("It is kept here as %s."), message->kept);
    }
  return g_string_free (reason, FALSE);
}

/**
 * haul_report_new:
 *
 * Makes an empty report.
 *
 * Returns: (transfer full): the report
 */
HaulReport *
haul_report_new (void)
{
  HaulReport *self = g_new0 (HaulReport, 1);

  self->folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_report_folder_free);
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_report_message_free);
  self->rung = "";
  return self;
}

void
haul_report_free (HaulReport *report)
{
  g_free (report->job);
  g_free (report->user);
  g_free (report->server);
  g_ptr_array_unref (report->folders);
  g_ptr_array_unref (report->messages);
  g_clear_pointer (&report->evidence, g_ptr_array_unref);
  g_clear_error (&report->error);
  g_free (report);
}

static void
free_evidence (gpointer data)
{
  g_free (((HaulReportEvidence *)data)->source);
  g_free (data);
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *)a, *(const char *const *)b);
}

/**
 * haul_report_list_rungs:
 * @report: a report
 *
 * Returns: (transfer full) (element-type utf8): the rungs that its folders used, the strongest first
 */
GPtrArray *
haul_report_list_rungs (const HaulReport *report)
{
  GPtrArray *rungs = g_ptr_array_new ();

  for (guint i = 0; i < report->folders->len; i++)
    {
      const char *rung = ((HaulReportFolder *)g_ptr_array_index (report->folders, i))->rung;
      if (*rung != '\0' && !g_ptr_array_find_with_equal_func (rungs, rung, g_str_equal, NULL))
        g_ptr_array_add (rungs, (gpointer)rung);
    }
  g_ptr_array_sort (rungs, compare_words);
  return rungs;
}

/* What is compared of each message is to be kept. */
void
haul_report_ask_for_evidence (HaulReport *report)
{
  if (report->evidence == NULL)
    report->evidence = g_ptr_array_new_with_free_func (free_evidence);
}

/**
 * haul_report_dup_digest:
 * @digest: 32 octets
 *
 * Returns: (transfer full): the same as 64 hexadecimal digits; "" for zeros, which mean none
 */
char *
haul_report_dup_digest (const guint8 *digest)
{
  GString *out = g_string_new (NULL);
  gboolean has_any = FALSE;

  for (guint i = 0; i < HAUL_REPORT_DIGEST; i++)
    {
      has_any = has_any || digest[i] != 0;
      g_string_append_printf (out, "%02x", digest[i]);
    }
  if (!has_any)
    g_string_truncate (out, 0);
  return g_string_free (out, FALSE);
}

static guint64
count_settled (const HaulCounts *counts)
{
  return counts->copied + counts->present + counts->skipped + counts->failed;
}

static gboolean
adds_up (const HaulReport *report)
{
  for (guint i = 0; i < report->folders->len; i++)
    {
      const HaulReportFolder *folder = g_ptr_array_index (report->folders, i);
      guint64 settled = count_settled (&folder->counts);
      gboolean is_over = report->verdict == HAUL_VERDICT_COMPLETE || report->verdict == HAUL_VERDICT_NOT_ALL;
      if (settled > folder->counts.found || (is_over && settled != folder->counts.found))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_proved (const HaulReport *report)
{
  for (guint i = 0; i < report->folders->len; i++)
    {
      const HaulReportFolder *folder = g_ptr_array_index (report->folders, i);
      if (!folder->is_checked && folder->counts.copied + folder->counts.present > 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
has_failures (const HaulReport *report)
{
  if (report->all.failed > 0)
    return TRUE;
  for (guint i = 0; i < report->messages->len; i++)
    if (((HaulReportMessage *)g_ptr_array_index (report->messages, i))->outcome == HAUL_OUTCOME_FAILED)
      return TRUE;
  return FALSE;
}

/**
 * haul_report_finish:
 * @report: a report with its folders, messages, verdict and error set
 *
 * Sums the folders, checks that every message found is accounted for, and decides the exit status: the most severe
 * wins. A verdict that promises more than the numbers hold is lowered.
 */
void
haul_report_finish (HaulReport *report)
{
  report->all = (HaulCounts){ 0 };
  memset (report->proved, 0, sizeof report->proved);
  for (guint i = 0; i < report->folders->len; i++)
    {
      const HaulReportFolder *folder = g_ptr_array_index (report->folders, i);
      haul_counts_add (&report->all, &folder->counts);
      for (guint j = 0; j < HAUL_N_PROOFS; j++)
        report->proved[j] += folder->proved[j];
    }
  if (report->verdict == HAUL_VERDICT_COMPLETE
      && (has_failures (report) || !is_proved (report) || report->proved[HAUL_PROOF_SURPLUS] > 0))
    report->verdict = HAUL_VERDICT_NOT_ALL;
  if (!adds_up (report))
    {
      report->verdict = HAUL_VERDICT_FAILED;
      g_clear_error (&report->error);
      /* A domain that no table knows: this is a bug, and is told as one. */
      g_set_error_literal (&report->error, g_quark_from_static_string ("haul-report"), 0,
                           "the numbers of the report do not add up");
    }

  report->exit_status
      = has_failures (report) || report->verdict == HAUL_VERDICT_NOT_ALL ? HAUL_EXIT_NOT_ALL : HAUL_EXIT_OK;
  report->exit_status = haul_exit_status_worst (report->exit_status, report->source_status);
  if (report->verdict == HAUL_VERDICT_STOPPED)
    report->exit_status = haul_exit_status_worst (report->exit_status, HAUL_EXIT_STOPPED);
  if (report->error != NULL)
    {
      g_autoptr (HaulErrorText) text = haul_error_text_new (report->error);
      report->exit_status = haul_exit_status_worst (report->exit_status, text->exit_status);
    }
  else if (report->verdict == HAUL_VERDICT_FAILED)
    report->exit_status = HAUL_EXIT_BUG;
}

static char *
describe_rest (const HaulReport *report)
{
  guint64 missing = report->all.failed;

  if (missing == 0 && report->proved[HAUL_PROOF_SURPLUS] > 0)
    return g_strdup_printf (ngettext ("All were found, and %" G_GUINT64_FORMAT " copy is there once too often.",
                                      "All were found, and %" G_GUINT64_FORMAT " copies are there once too often.",
                                      report->proved[HAUL_PROOF_SURPLUS]),
                            report->proved[HAUL_PROOF_SURPLUS]);
  if (missing > 0 && report->is_verification)
    return g_strdup_printf (ngettext ("%" G_GUINT64_FORMAT " message was not found there.",
                                      "%" G_GUINT64_FORMAT " messages were not found there.", missing),
                            missing);
  if (missing == 0)
    return is_proved (report) ? g_strdup (_ ("Not everything could be copied; the report says what."))
                              : g_strdup (_ ("All messages were copied, but not all could be checked on the server."));
  return g_strdup_printf (ngettext ("%" G_GUINT64_FORMAT " message was not copied.",
                                    "%" G_GUINT64_FORMAT " messages were not copied.", missing),
                          missing);
}

static char *
describe_complete (const HaulReport *report)
{
  guint64 there = report->all.copied + report->all.present;
  g_autofree char *all
      = there == 1
            ? g_strdup (_ ("The message is on the server and was checked."))
            : g_strdup_printf (ngettext ("All %" G_GUINT64_FORMAT " messages are on the server and were checked.",
                                         "All %" G_GUINT64_FORMAT " messages are on the server and were checked.",
                                         there),
                               there);

  if (there == 0)
    return g_strdup (report->is_verification ? _ ("There was nothing to compare.") : _ ("There was nothing to copy."));
  if (report->all.copied == 0 && !report->is_verification)
    return g_strconcat (all, " ", _ ("They were there already; nothing had to be copied."), NULL);
  return g_steal_pointer (&all);
}

/* The person stopped it, or the server was not to be waited for any longer. */
static char *
describe_stopped (const HaulReport *report, guint64 there)
{
  if (report->error == NULL || g_error_matches (report->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup_printf (ngettext ("Stopped: %" G_GUINT64_FORMAT " message is on the server so far. Run Mailhaul "
                                      "again to go on.",
                                      "Stopped: %" G_GUINT64_FORMAT " messages are on the server so far. Run Mailhaul "
                                      "again to go on.",
                                      there),
                            there);

  g_autoptr (HaulErrorText) text = haul_error_text_new (report->error);
  return g_strdup_printf (ngettext ("%s %" G_GUINT64_FORMAT
                                    " message is on the server so far. Run Mailhaul again to go on.",
                                    "%s %" G_GUINT64_FORMAT
                                    " messages are on the server so far. Run Mailhaul again to go on.",
                                    there),
                          text->sentence, there);
}

/**
 * haul_report_dup_verdict:
 * @report: a finished report
 *
 * Says plainly whether the mail is there.
 *
 * Returns: (transfer full): a sentence or two
 */
char *
haul_report_dup_verdict (const HaulReport *report)
{
  guint64 there = report->all.copied + report->all.present;
  g_autofree char *rest = NULL;

  switch (report->verdict)
    {
    case HAUL_VERDICT_COMPLETE:
      return describe_complete (report);
    case HAUL_VERDICT_NOT_ALL:
      rest = describe_rest (report);
      return g_strdup_printf (ngettext ("%" G_GUINT64_FORMAT " message is on the server. %s",
                                        "%" G_GUINT64_FORMAT " messages are on the server. %s", there),
                              there, rest);
    case HAUL_VERDICT_STOPPED:
      if (g_error_matches (report->error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_LOGIN_REFUSED))
        return g_strdup_printf (
            ngettext ("The mail server does not accept the password any more, which it did before. %" G_GUINT64_FORMAT
                      " message is on the server so far. Run Mailhaul again with the new password to go on.",
                      "The mail server does not accept the password any more, which it did before. %" G_GUINT64_FORMAT
                      " messages are on the server so far. Run Mailhaul again with the new password to go on.",
                      there),
            there);
      return describe_stopped (report, there);
    case HAUL_VERDICT_FAILED:
    default:
      break;
    }
  if (report->error == NULL)
    return g_strdup (_ ("The copying broke off."));
  g_autoptr (HaulErrorText) text = haul_error_text_new (report->error);
  return g_strdup_printf (ngettext ("%s %" G_GUINT64_FORMAT " message is on the server so far.",
                                    "%s %" G_GUINT64_FORMAT " messages are on the server so far.", there),
                          text->sentence, there);
}

const char *
haul_outcome_to_string (HaulOutcome outcome)
{
  static const char *const words[] = { "copied", "present", "skipped", "failed" };
  return words[outcome];
}

const char *
haul_proof_to_string (HaulProof proof)
{
  static const char *const words[]
      = { "", "listed", "byte-identical", "header-identical", "fingerprint", "missing", "surplus", "repaired" };
  return words[proof];
}

const char *
haul_verdict_to_string (HaulVerdict verdict)
{
  static const char *const words[] = { "complete", "not-all", "stopped", "failed" };
  return words[verdict];
}
