/* haul-report-csv.c - a report for a spreadsheet: a row a folder, a row a message, a row for all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     RFC 4180
 */
#include "report/haul-report-writers.h"

#include <string.h>

/* Where a cell may begin: a spreadsheet that is told, or thinks, that semicolons or tabs stand between cells begins one
 * after each. */
static gboolean
begins_cell (const char *text, const char *p)
{
  return p == text || strchr (";\t\r\n", p[-1]) != NULL;
}

/* A spreadsheet takes a cell that begins like a formula for one: names and servers' words must not become formulas. */
static void
add_cell (GString *out, const char *text, gboolean is_last)
{
  g_autofree char *valid = text == NULL ? NULL : g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  for (const char *p = valid; p != NULL && *p != '\0'; p++)
    {
      if (strchr ("=+-@\t\r", *p) != NULL && begins_cell (valid, p))
        g_string_append_c (out, '\'');
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
  g_string_append (out, is_last ? "\"\r\n" : "\",");
}

static void
add_number (GString *out, guint64 number)
{
  g_string_append_printf (out, "%" G_GUINT64_FORMAT ",", number);
}

static void
add_empty (GString *out, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_c (out, ',');
}

static void
add_counts (GString *out, const HaulCounts *counts)
{
  add_number (out, counts->found);
  add_number (out, counts->copied);
  add_number (out, counts->present);
  add_number (out, counts->skipped);
  add_number (out, counts->failed);
  add_number (out, counts->bytes);
}

static void
add_proved (GString *out, const guint64 *proved)
{
  for (guint i = HAUL_PROOF_LISTED; i < HAUL_N_PROOFS; i++)
    add_number (out, proved[i]);
}

/* The columns behind the numbers; what a row has no word for is left empty. */
typedef struct
{
  const char *source;
  gint64 date;
  const char *outcome;
  const char *code;
  const char *text;
  const char *advice;
  const char *server_text;
  const char *subject;
  const char *sender;
  guint32 uid;
  const char *digest;
  const char *server_digest;
  const char *kept;
} Words;

static void
add_words (GString *out, const Words *words)
{
  g_autoptr (GDateTime) date = words->date == 0 ? NULL : g_date_time_new_from_unix_utc (words->date);
  g_autofree char *date_text = date == NULL ? NULL : g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ");

  add_cell (out, words->source, FALSE);
  add_cell (out, date_text, FALSE);
  add_cell (out, words->outcome, FALSE);
  add_cell (out, words->code, FALSE);
  add_cell (out, words->text, FALSE);
  add_cell (out, words->advice, FALSE);
  add_cell (out, words->server_text, FALSE);
  add_cell (out, words->subject, FALSE);
  add_cell (out, words->sender, FALSE);
  if (words->uid == 0)
    add_empty (out, 1);
  else
    add_number (out, words->uid);
  add_cell (out, words->digest, FALSE);
  add_cell (out, words->server_digest, FALSE);
  add_cell (out, words->kept, TRUE);
}

static void
add_place (GString *out, const char *kind, const HaulReport *report, guint index)
{
  const HaulReportFolder *folder = index < report->folders->len ? g_ptr_array_index (report->folders, index) : NULL;

  add_cell (out, kind, FALSE);
  add_cell (out, folder == NULL ? "" : folder->store, FALSE);
  add_cell (out, folder == NULL ? "" : folder->path, FALSE);
  add_cell (out, folder == NULL ? "" : folder->mailbox, FALSE);
}

static void
add_folder (GString *out, const HaulReport *report, guint index)
{
  const HaulReportFolder *folder = g_ptr_array_index (report->folders, index);

  add_place (out, "folder", report, index);
  add_counts (out, &folder->counts);
  add_proved (out, folder->proved);
  add_cell (out, folder->is_checked ? "yes" : "no", FALSE);
  add_cell (out, folder->rung, FALSE);
  add_words (out, &(Words){ .text = folder->note });
}

/* A message has no numbers but its size. */
static void
add_bytes (GString *out, guint64 bytes)
{
  add_empty (out, 5);
  add_number (out, bytes);
  add_empty (out, HAUL_N_PROOFS - HAUL_PROOF_LISTED + 2);
}

static void
add_message (GString *out, const HaulReport *report, const HaulReportMessage *message)
{
  add_place (out, "message", report, message->folder);
  add_bytes (out, message->bytes);
  add_words (out, &(Words){ .source = message->source,
                            .date = message->date,
                            .outcome = haul_outcome_to_string (message->outcome),
                            .code = message->code,
                            .text = message->text,
                            .advice = message->advice,
                            .server_text = message->server_text,
                            .subject = message->subject,
                            .sender = message->sender,
                            .kept = message->kept });
}

static void
add_evidence (GString *out, const HaulReport *report, const HaulReportEvidence *one)
{
  g_autofree char *digest = haul_report_dup_digest (one->digest);
  g_autofree char *server_digest = haul_report_dup_digest (one->server_digest);

  add_place (out, "evidence", report, one->folder);
  add_bytes (out, one->bytes);
  add_words (out, &(Words){ .source = one->source,
                            .date = one->date,
                            .outcome = haul_proof_to_string (one->proof),
                            .uid = one->uid,
                            .digest = digest,
                            .server_digest = server_digest });
}

char *
haul_report_csv_write (const HaulReport *report)
{
  GString *out
      = g_string_new ("kind,program,folder,mailbox,found,copied,present,skipped,failed,bytes,listed,"
                      "byte-identical,header-identical,fingerprint,missing,surplus,repaired,checked,rung,source,date,"
                      "outcome,code,text,advice,server_text,subject,sender,uid,sha256,server_sha256,kept\r\n");
  g_autofree char *summary = haul_report_dup_verdict (report);

  for (guint i = 0; i < report->folders->len; i++)
    add_folder (out, report, i);
  for (guint i = 0; i < report->messages->len; i++)
    add_message (out, report, g_ptr_array_index (report->messages, i));
  for (guint i = 0; report->evidence != NULL && i < report->evidence->len; i++)
    add_evidence (out, report, g_ptr_array_index (report->evidence, i));
  add_place (out, "all", report, G_MAXUINT);
  add_counts (out, &report->all);
  add_proved (out, report->proved);
  add_empty (out, 1);
  add_cell (out, report->rung, FALSE);
  add_words (out, &(Words){ .outcome = haul_verdict_to_string (report->verdict), .text = summary });
  return g_string_free (out, FALSE);
}
