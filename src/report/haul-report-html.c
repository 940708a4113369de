/* haul-report-html.c - a report as one page to keep or print, with nothing fetched from elsewhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     CSS Paged Media: page numbers appear where the browser knows margin boxes.
 */
#include "report/haul-report-writers.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>

#include "report/haul-error-text.h"
#include "report/haul-report-words.h"
#include "report/haul-text-table.h"

static const char style[]
    = "body{font:11pt/1.4 sans-serif;margin:2em auto;max-width:75em;padding:0 1em;color:#1a1a1a;background:#fff}"
      "h1{font-size:1.5em;line-height:1.25;border-left:.3em solid #2a7a3b;padding-left:.6em}"
      "h1.attention{border-color:#b3261e}h2{font-size:1.15em;margin:1.8em 0 .4em}"
      "table{border-collapse:collapse;width:100%;margin:.5em 0 1em;font-size:.92em}"
      "th,td{padding:.3em .6em;border-bottom:1px solid #bbb;text-align:left;vertical-align:top;"
      "overflow-wrap:anywhere;hyphens:none}"
      "th{font-size:.9em;color:#444;border-bottom:2px solid #444;overflow-wrap:normal}"
      ".n{text-align:right;white-space:nowrap;overflow-wrap:normal;font-variant-numeric:tabular-nums}"
      "tr.all td{font-weight:bold;border-top:2px solid #444}tr.note td{color:#444;font-style:italic;border-top:0}"
      "tr.main td{border-bottom:0}"
      ".facts{width:auto}.facts th{border-bottom:0;padding-left:0;white-space:nowrap}.facts td{border-bottom:0}"
      ".said,.by,.advice{color:#444}.said::before{content:\"“\"}.said::after{content:\"”\"}"
      "h3{font-size:1em;margin:1.2em 0 .2em}.advice{margin:.2em 0 .4em}"
      ".where{font-family:monospace;font-size:.85em;color:#444}footer{color:#555;font-size:.85em;margin-top:2em}"
      "@page{margin:16mm 12mm 18mm;@bottom-right{content:counter(page) \" / \" counter(pages);font:9pt sans-serif;"
      "color:#555}@bottom-left{content:\"Mailhaul\";font:9pt sans-serif;color:#555}}"
      "@media print{body{margin:0;max-width:none;padding:0;font-size:9.5pt}h2,h3,.advice{break-after:avoid}"
      "thead{display:table-header-group}tr{break-inside:avoid}tr.main{break-after:avoid}}";

static void
add_escaped (GString *out, const char *text)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  if (text == NULL)
    return;
  haul_text_table_append_plain (plain, text);
  g_autofree char *escaped = g_markup_escape_text (plain->str, -1);
  g_string_append (out, escaped);
}

static void
add_element (GString *out, const char *begin, const char *text, const char *end)
{
  g_string_append (out, begin);
  add_escaped (out, text);
  g_string_append (out, end);
}

/* Names may be written from right to left. */
static void
add_cell (GString *out, const char *text)
{
  add_element (out, "<td dir=\"auto\">", text, "</td>");
}

static void
add_number (GString *out, guint64 number)
{
  g_string_append_printf (out, "<td class=\"n\">%" G_GUINT64_FORMAT "</td>", number);
}

static void
add_numbers (GString *out, const HaulCounts *counts)
{
  g_autofree char *size = g_format_size (counts->bytes);

  add_number (out, counts->found);
  add_number (out, counts->copied);
  add_number (out, counts->present);
  add_number (out, counts->skipped);
  add_number (out, counts->failed);
  add_element (out, "<td class=\"n\">", size, "</td>");
}

static void
add_heads (GString *out, const char *const *titles, guint first_number, guint n_numbers)
{
  g_string_append (out, "<table><thead><tr>");
  for (guint i = 0; titles[i] != NULL; i++)
    add_element (out, i >= first_number && i < first_number + n_numbers ? "<th class=\"n\">" : "<th>", titles[i],
                 "</th>");
  g_string_append (out, "</tr></thead><tbody>\n");
}

static void
add_title (GString *out, const char *title)
{
  add_element (out, "<h2>", title, "</h2>\n");
}

static void
add_fact (GString *out, const char *name, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  add_element (out, "<tr><th scope=\"row\">", name, "</th>");
  add_cell (out, value);
  g_string_append (out, "</tr>\n");
}

static char *
dup_time (gint64 unix_seconds)
{
  g_autoptr (GDateTime) date = unix_seconds == 0 ? NULL : g_date_time_new_from_unix_local (unix_seconds);

  return date == NULL ? NULL : g_date_time_format (date, "%Y-%m-%d %H:%M %Z");
}

static void
add_facts (GString *out, const HaulReport *report)
{
  g_autofree char *started = dup_time (report->started);
  g_autofree char *seconds
      = g_strdup_printf (ngettext ("%" G_GINT64_FORMAT " second", "%" G_GINT64_FORMAT " seconds", report->seconds),
                         report->seconds);

  g_string_append (out, "<table class=\"facts\"><tbody>\n");
  add_fact (out, _ ("Mailbox of"), report->user);
  add_fact (out, _ ("Mail server"), report->server);
  add_fact (out, _ ("Begun"), started);
  add_fact (out, _ ("Took"), seconds);
  add_fact (out, _ ("Job"), report->job);
  g_string_append (out, "</tbody></table>\n");
}

static void
add_folder (GString *out, const HaulReportFolder *folder)
{
  g_string_append (out, folder->note == NULL ? "<tr>" : "<tr class=\"main\">");
  add_cell (out, folder->store);
  add_cell (out, folder->path);
  add_cell (out, folder->mailbox);
  add_numbers (out, &folder->counts);
  add_cell (out, folder->is_checked ? _ ("yes") : "–");
  add_cell (out, *folder->rung == '\0' ? "–" : folder->rung);
  g_string_append (out, "</tr>\n");
  if (folder->note != NULL)
    add_element (out, "<tr class=\"note\"><td colspan=\"11\" dir=\"auto\">", folder->note, "</td></tr>\n");
}

static void
add_folders (GString *out, const HaulReport *report)
{
  const char *titles[] = { _ ("Program"), _ ("Folder"), _ ("Mailbox"), _ ("Found"),   _ ("Copied"), _ ("There before"),
                           _ ("Skipped"), _ ("Failed"), _ ("Size"),    _ ("Checked"), _ ("Way"),    NULL };

  add_title (out, _ ("Folders"));
  add_heads (out, titles, 3, 6);
  for (guint i = 0; i < report->folders->len; i++)
    add_folder (out, g_ptr_array_index (report->folders, i));
  add_element (out, "<tr class=\"all\"><td>", _ ("All"), "</td><td></td><td></td>");
  add_numbers (out, &report->all);
  g_string_append (out, "<td></td><td></td></tr>\n</tbody></table>\n");
  add_element (out, "<p>",
               _ ("Each message that was found was copied, was there before, was skipped or failed: these four make up "
                  "the number found, in each folder and in all."),
               "</p>\n");
}

/* By which way the messages went up, and how well it is known that they are there. */
static void
add_guarantees (GString *out, const HaulReport *report)
{
  g_autoptr (GPtrArray) rungs = haul_report_list_rungs (report);
  const char *titles[] = { _ ("Messages"), _ ("How it is known that they are there"), NULL };

  if (rungs->len > 0)
    {
      add_title (out, _ ("How it was made sure that nothing arrives twice"));
      g_string_append (out, "<table class=\"facts\"><tbody>\n");
      for (guint i = 0; i < rungs->len; i++)
        add_fact (out, rungs->pdata[i], haul_report_words_describe_rung (rungs->pdata[i]));
      g_string_append (out, "</tbody></table>\n");
    }
  gboolean has_any = FALSE;
  for (guint i = HAUL_PROOF_LISTED; i < HAUL_N_PROOFS; i++)
    {
      if (report->proved[i] == 0)
        continue;
      if (!has_any)
        {
          add_title (out, _ ("What was compared"));
          add_heads (out, titles, 0, 1);
        }
      has_any = TRUE;
      g_string_append (out, "<tr>");
      add_number (out, report->proved[i]);
      add_cell (out, haul_report_words_describe_proof ((HaulProof)i));
      g_string_append (out, "</tr>\n");
    }
  if (has_any)
    g_string_append (out, "</tbody></table>\n");
}

/* Messages that one sentence is about. */
typedef struct
{
  const HaulReportMessage *first;
  GPtrArray *messages; /* (owned) borrowed messages */
  gboolean has_subjects;
  gboolean has_server_texts;
  gboolean has_kept;
} Group;

static void
group_free (gpointer data)
{
  g_ptr_array_unref (((Group *)data)->messages);
  g_free (data);
}

static guint
hash_reason (gconstpointer key)
{
  const HaulReportMessage *message = key;

  return g_str_hash (message->code == NULL ? "" : message->code)
         ^ g_str_hash (message->text == NULL ? "" : message->text);
}

static gboolean
equal_reasons (gconstpointer a, gconstpointer b)
{
  const HaulReportMessage *left = a, *right = b;

  return g_strcmp0 (left->code, right->code) == 0 && g_strcmp0 (left->text, right->text) == 0
         && g_strcmp0 (left->advice, right->advice) == 0;
}

static int
compare_groups (gconstpointer a, gconstpointer b)
{
  const Group *left = *(const Group *const *)a, *right = *(const Group *const *)b;

  if (left->messages->len != right->messages->len)
    return left->messages->len > right->messages->len ? -1 : 1;
  return g_strcmp0 (left->first->text, right->first->text);
}

/* (element-type Group): what a thousand lines come down to; the biggest first. */
static GPtrArray *
make_groups (const HaulReport *report, HaulOutcome outcome)
{
  GPtrArray *groups = g_ptr_array_new_with_free_func (group_free);
  g_autoptr (GHashTable) by_reason = g_hash_table_new (hash_reason, equal_reasons);

  for (guint i = 0; i < report->messages->len; i++)
    {
      HaulReportMessage *message = report->messages->pdata[i];
      Group *group = g_hash_table_lookup (by_reason, message);
      if (message->outcome != outcome)
        continue;
      if (group == NULL)
        {
          group = g_new0 (Group, 1);
          group->first = message;
          group->messages = g_ptr_array_new ();
          g_hash_table_insert (by_reason, message, group);
          g_ptr_array_add (groups, group);
        }
      group->has_subjects = group->has_subjects || message->subject != NULL;
      group->has_server_texts = group->has_server_texts || message->server_text != NULL;
      group->has_kept = group->has_kept || message->kept != NULL;
      g_ptr_array_add (group->messages, message);
    }
  g_ptr_array_sort (groups, compare_groups);
  return groups;
}

static void
add_message (GString *out, const HaulReport *report, const Group *group, const HaulReportMessage *message)
{
  const HaulReportFolder *folder
      = message->folder < report->folders->len ? g_ptr_array_index (report->folders, message->folder) : NULL;
  g_autofree char *date = haul_text_table_dup_date (message->date);
  g_autofree char *size = message->bytes == 0 ? NULL : g_format_size (message->bytes);

  g_string_append (out, "<tr>");
  add_cell (out, folder == NULL ? "" : folder->path);
  add_element (out, "<td class=\"n\">", date, "</td>");
  add_element (out, "<td class=\"n\">", size, "</td>");
  if (group->has_subjects)
    {
      add_element (out, "<td dir=\"auto\">", message->subject, "<br>");
      add_element (out, "<span class=\"by\">", message->sender, "</span></td>");
    }
  if (group->has_server_texts)
    add_element (out, message->server_text == NULL ? "<td>" : "<td class=\"said\">", message->server_text, "</td>");
  add_element (out, "<td class=\"where\">", message->source, "</td>");
  if (group->has_kept)
    add_element (out, "<td class=\"where\">", message->kept, "</td>");
  g_string_append (out, "</tr>\n");
}

static void
add_group (GString *out, const HaulReport *report, const Group *group)
{
  const char *titles[8] = { _ ("Folder"), _ ("Date"), _ ("Size") };
  guint n = 3;

  g_string_append (out, "<h3>");
  g_string_append_printf (out, ngettext ("%u message:", "%u messages:", group->messages->len), group->messages->len);
  g_string_append_c (out, ' ');
  add_element (out, "<span dir=\"auto\">", group->first->text, "</span></h3>\n");
  if (group->first->advice != NULL)
    add_element (out, "<p class=\"advice\">", group->first->advice, "</p>\n");
  if (group->has_subjects)
    titles[n++] = _ ("Subject and sender");
  if (group->has_server_texts)
    titles[n++] = _ ("The server’s words");
  titles[n++] = _ ("Where");
  if (group->has_kept)
    titles[n++] = _ ("Kept here as");
  titles[n] = NULL;
  add_heads (out, titles, 1, 2);
  for (guint i = 0; i < group->messages->len; i++)
    add_message (out, report, group, group->messages->pdata[i]);
  g_string_append (out, "</tbody></table>\n");
}

static void
add_messages (GString *out, const HaulReport *report, HaulOutcome outcome, const char *title)
{
  g_autoptr (GPtrArray) groups = make_groups (report, outcome);

  if (groups->len == 0)
    return;
  add_title (out, title);
  for (guint i = 0; i < groups->len; i++)
    add_group (out, report, groups->pdata[i]);
}

static void
add_error (GString *out, const GError *error)
{
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  add_element (out, "<p>", text->advice, "");
  if (text->server_text != NULL)
    {
      add_element (out, "<br>", _ ("The server said:"), " ");
      add_escaped (out, text->server_text);
    }
  g_string_append (out, "</p>\n");
}

static void
add_evidence (GString *out, const HaulReport *report)
{
  const char *titles[] = { _ ("Folder"), _ ("Date"), _ ("Size"), _ ("Result"), "UID", _ ("Where"), "SHA-256", NULL };

  if (report->evidence == NULL || report->evidence->len == 0)
    return;
  add_title (out, _ ("Every message"));
  add_heads (out, titles, 1, 2);
  for (guint i = 0; i < report->evidence->len; i++)
    {
      const HaulReportEvidence *one = report->evidence->pdata[i];
      g_autofree char *date = haul_text_table_dup_date (one->date);
      g_autofree char *size = g_format_size (one->bytes);
      g_autofree char *digest
          = haul_report_dup_digest (one->proof == HAUL_PROOF_SURPLUS ? one->server_digest : one->digest);
      g_string_append (out, "<tr>");
      add_cell (out, ((HaulReportFolder *)g_ptr_array_index (report->folders, one->folder))->path);
      add_element (out, "<td class=\"n\">", date, "</td>");
      add_element (out, "<td class=\"n\">", size, "</td>");
      add_cell (out, haul_proof_to_string (one->proof));
      add_number (out, one->uid);
      add_element (out, "<td class=\"where\">", one->source, "</td>");
      add_element (out, "<td class=\"where\">", digest, "</td></tr>\n");
    }
  g_string_append (out, "</tbody></table>\n");
}

char *
haul_report_html_write (const HaulReport *report)
{
  GString *out = g_string_new ("<!DOCTYPE html>\n<html lang=\"");
  g_autofree char *verdict = haul_report_dup_verdict (report);
  const char *title = report->is_verification ? _ ("Mailhaul: what was compared") : _ ("Mailhaul: what was copied");

  add_escaped (out, C_ ("language of this translation, as in <html lang>", "en"));
  add_element (out, "\"><head><meta charset=\"utf-8\"><title>", title, "</title><style>");
  g_string_append_printf (out, "%s</style></head><body>\n<h1%s>", style,
                          report->verdict == HAUL_VERDICT_COMPLETE ? "" : " class=\"attention\"");
  add_escaped (out, verdict);
  g_string_append (out, "</h1>\n");
  if (report->error != NULL)
    add_error (out, report->error);
  add_facts (out, report);
  add_folders (out, report);
  add_messages (out, report, HAUL_OUTCOME_FAILED, report->is_verification ? _ ("Not found") : _ ("Not copied"));
  add_messages (out, report, HAUL_OUTCOME_SKIPPED, _ ("Left out"));
  add_messages (out, report, HAUL_OUTCOME_COPIED, _ ("There, with a remark"));
  add_guarantees (out, report);
  add_evidence (out, report);
  add_element (out, "<footer>", title, " · Mailhaul " HAUL_VERSION "</footer>\n</body></html>\n");
  return g_string_free (out, FALSE);
}
