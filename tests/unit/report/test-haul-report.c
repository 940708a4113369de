/* test-haul-report.c - numbers that add up, the verdict, and the four forms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "report/haul-report-form.h"
#include "report/haul-report-subjects.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "imap/haul-imap-error.h"

static HaulReportFolder *
add_folder (HaulReport *report, const char *path, const HaulCounts *counts)
{
  HaulReportFolder *folder = g_new0 (HaulReportFolder, 1);

  folder->store = g_strdup ("Outlook Express");
  folder->path = g_strdup (path);
  folder->mailbox = g_strdup (path);
  folder->counts = *counts;
  folder->is_checked = TRUE;
  folder->rung = "R1";
  g_ptr_array_add (report->folders, folder);
  return folder;
}

static void
add_message (HaulReport *report, HaulOutcome outcome, const char *text)
{
  HaulReportMessage *message = g_new0 (HaulReportMessage, 1);

  message->source = g_strdup ("17");
  message->date = 1066384800;
  message->bytes = 12345;
  message->outcome = outcome;
  message->code = g_strdup (outcome == HAUL_OUTCOME_FAILED ? "refused" : "marked-deleted");
  message->text = g_strdup (text);
  g_ptr_array_add (report->messages, message);
}

static HaulReport *
make_report (HaulVerdict verdict)
{
  HaulReport *report = haul_report_new ();

  report->job = g_strdup ("j1");
  report->user = g_strdup ("CORP\\bob");
  report->server = g_strdup ("mail.example.org:993");
  report->started = 1700000000;
  report->seconds = 12;
  report->verdict = verdict;
  report->rung = "R1";
  add_folder (report, "Inbox", &(HaulCounts){ .found = 10, .copied = 7, .present = 2, .skipped = 1, .bytes = 5000 });
  add_folder (report, "Work", &(HaulCounts){ .found = 3, .copied = 3, .bytes = 700 });
  add_message (report, HAUL_OUTCOME_SKIPPED, "It is marked as deleted.");
  return report;
}

static void
test_complete (void)
{
  g_autoptr (HaulReport) report = make_report (HAUL_VERDICT_COMPLETE);

  haul_report_finish (report);
  g_autofree char *verdict = haul_report_dup_verdict (report);
  g_assert_cmpint (report->verdict, ==, HAUL_VERDICT_COMPLETE);
  g_assert_cmpint (report->exit_status, ==, HAUL_EXIT_OK);
  g_assert_cmpuint (report->all.found, ==, 13);
  g_assert_cmpuint (report->all.copied, ==, 10);
  g_assert_cmpuint (report->all.bytes, ==, 5700);
  g_assert_cmpstr (verdict, ==, "All 12 messages are on the server and were checked.");
}

static void
test_failures (void)
{
  g_autoptr (HaulReport) report = make_report (HAUL_VERDICT_COMPLETE);

  add_folder (report, "Broken", &(HaulCounts){ .found = 2, .copied = 1, .failed = 1 });
  add_message (report, HAUL_OUTCOME_FAILED, "The server refused it.");
  haul_report_finish (report);
  g_autofree char *verdict = haul_report_dup_verdict (report);
  g_assert_cmpint (report->verdict, ==, HAUL_VERDICT_NOT_ALL);
  g_assert_cmpint (report->exit_status, ==, HAUL_EXIT_NOT_ALL);
  g_assert_cmpstr (verdict, ==, "13 messages are on the server. 1 message was not copied.");
}

/* A folder of which nobody knows how many messages it held is a failure all the same. */
static void
test_unreadable_folder (void)
{
  g_autoptr (HaulReport) report = make_report (HAUL_VERDICT_COMPLETE);

  add_folder (report, "Broken", &(HaulCounts){ 0 });
  add_message (report, HAUL_OUTCOME_FAILED, "The file Broken.dbx is missing.");
  haul_report_finish (report);
  g_assert_cmpint (report->exit_status, ==, HAUL_EXIT_NOT_ALL);
}

static void
test_unchecked (void)
{
  g_autoptr (HaulReport) report = make_report (HAUL_VERDICT_COMPLETE);

  add_folder (report, "Late", &(HaulCounts){ .found = 1, .copied = 1 })->is_checked = FALSE;
  haul_report_finish (report);
  g_autofree char *verdict = haul_report_dup_verdict (report);
  g_assert_cmpint (report->exit_status, ==, HAUL_EXIT_NOT_ALL);
  g_assert_nonnull (strstr (verdict, "not all could be checked"));
}

static void
test_does_not_add_up (void)
{
  g_autoptr (HaulReport) report = make_report (HAUL_VERDICT_COMPLETE);

  add_folder (report, "Odd", &(HaulCounts){ .found = 5, .copied = 4 });
  haul_report_finish (report);
  g_assert_cmpint (report->verdict, ==, HAUL_VERDICT_FAILED);
  g_assert_cmpint (report->exit_status, ==, HAUL_EXIT_BUG);

  /* A run that was stopped has not reached all; it has never settled more than it found. */
  g_autoptr (HaulReport) stopped = make_report (HAUL_VERDICT_STOPPED);
  add_folder (stopped, "Half", &(HaulCounts){ .found = 5, .copied = 4 });
  haul_report_finish (stopped);
  g_assert_cmpint (stopped->exit_status, ==, HAUL_EXIT_STOPPED);
}

static void
test_severity (void)
{
  g_autoptr (HaulReport) report = make_report (HAUL_VERDICT_FAILED);

  report->error = haul_imap_error_new (HAUL_IMAP_ERROR_OVERQUOTA, "OVERQUOTA", "Quota <exceeded>", "no room");
  add_folder (report, "Broken", &(HaulCounts){ .found = 2, .copied = 1, .failed = 1 });
  haul_report_finish (report);
  g_autofree char *verdict = haul_report_dup_verdict (report);
  g_autofree char *html = haul_report_form_write (report, HAUL_REPORT_FORM_HTML);
  g_autofree char *text = haul_report_form_write (report, HAUL_REPORT_FORM_TEXT);
  g_assert_cmpint (report->exit_status, ==, HAUL_EXIT_FULL);
  g_assert_nonnull (strstr (verdict, "The mailbox is full."));
  g_assert_nonnull (strstr (html, "Quota &lt;exceeded&gt;"));
  g_assert_nonnull (strstr (text, "The server said: Quota <exceeded>"));
}

static void
test_json (void)
{
  g_autoptr (HaulReport) report = make_report (HAUL_VERDICT_COMPLETE);

  haul_report_finish (report);
  g_autofree char *json = haul_report_form_write (report, HAUL_REPORT_FORM_JSON);
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  JsonObject *object = json_node_get_object (root);
  JsonObject *all = json_object_get_object_member (object, "all");
  JsonObject *message = json_array_get_object_element (json_object_get_array_member (object, "messages"), 0);
  g_assert_cmpint (json_object_get_int_member (all, "found"), ==, 13);
  g_assert_cmpstr (json_object_get_string_member (object, "verdict"), ==, "complete");
  g_assert_cmpstr (json_object_get_string_member (message, "folder"), ==, "Inbox");
  g_assert_cmpstr (json_object_get_string_member (message, "outcome"), ==, "skipped");
}

/* Names come from files of strangers: they are shown, never obeyed. */
static void
test_hostile_names (void)
{
  g_autoptr (HaulReport) report = make_report (HAUL_VERDICT_NOT_ALL);

  add_folder (report, "=cmd|' /C calc'!A0", &(HaulCounts){ .found = 1, .failed = 1 });
  add_folder (report, "<script>alert(1)</script>\x1b[31m\xff", &(HaulCounts){ .found = 1, .failed = 1 });
  add_folder (report, "a;=1+1;b", &(HaulCounts){ .found = 1, .failed = 1 });
  add_folder (report, "line\n@end", &(HaulCounts){ .found = 1, .failed = 1 });
  add_message (report, HAUL_OUTCOME_FAILED, "said \"no\", twice\r\nkind,folder");
  haul_report_finish (report);
  g_autofree char *csv = haul_report_form_write (report, HAUL_REPORT_FORM_CSV);
  g_autofree char *html = haul_report_form_write (report, HAUL_REPORT_FORM_HTML);
  g_autofree char *text = haul_report_form_write (report, HAUL_REPORT_FORM_TEXT);
  g_autofree char *json = haul_report_form_write (report, HAUL_REPORT_FORM_JSON);
  g_autoptr (JsonNode) root = json_from_string (json, NULL);
  g_assert_nonnull (root);
  g_assert_nonnull (strstr (csv, "\"'=cmd|' /C calc'!A0\""));
  g_assert_nonnull (strstr (csv, "\"a;'=1+1;b\""));
  g_assert_nonnull (strstr (csv, "\"line\n'@end\""));
  g_assert_nonnull (strstr (csv, "\"said \"\"no\"\", twice\r\nkind,folder\""));
  g_assert_null (strstr (html, "<script>"));
  g_assert_null (strchr (html, '\x1b'));
  g_assert_null (strchr (text, '\x1b'));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (g_utf8_validate (html, -1, NULL));
  g_assert_true (g_utf8_validate (csv, -1, NULL));
}

static void
test_text (void)
{
  g_autoptr (HaulReport) report = make_report (HAUL_VERDICT_COMPLETE);

  haul_report_finish (report);
  g_autofree char *text = haul_report_form_write (report, HAUL_REPORT_FORM_TEXT);
  g_assert_true (g_str_has_prefix (text, "All 12 messages are on the server and were checked.\n"));
  g_assert_nonnull (strstr (text, "\nFolder  Mailbox  Found  Copied  There before  Skipped  Failed       Size\n"));
  g_assert_nonnull (strstr (text, "\nAll                 13      10             2        1       0     5.7 kB\n"));
  g_assert_nonnull (strstr (text, "Inbox, 2003-10-17, 12.3 kB: It is marked as deleted. [17]"));
}

/* Subjects come from strangers: folded, encoded, in any charset or none, cut anywhere. */
static void
test_subjects (void)
{
  static const struct
  {
    const char *header;
    const char *subject;
  } cases[] = {
    { "From: a\r\nSubject: plain\r\nTo: b\r\n\r\nSubject: no\r\n", "plain" },
    { "SUBJECT:  folded\n\tto two\n lines\nX: y\n", "folded to two lines" },
    { "Subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?w6TDtsO8?= end\n",
      "Gr\303\274\303\237e\303\244\303\266\303\274 end" },
    { "Subject: =?no-such-charset?Q?a=FFb?=\n", "a\357\277\275b" },
    { "Subject: =?utf-8?Q?never ends\n", "=?utf-8?Q?never ends" },
    { "Subject: =?utf-8?=\n", "=?utf-8?=" },
    { "X-Subject: no\nSubjects: no\n", "" },
    { "\r\nSubject: in the text\r\n", "" },
    { "Subject:", "" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *subject = haul_report_subjects_dup_field (cases[i].header, "subject");
      g_assert_cmpstr (subject, ==, cases[i].subject);
    }
}

/* A copy too many is told, and the end is not a good one. */
static void
test_surplus (void)
{
  g_autoptr (HaulReport) report = make_report (HAUL_VERDICT_COMPLETE);

  report->is_verification = TRUE;
  ((HaulReportFolder *)report->folders->pdata[0])->proved[HAUL_PROOF_SURPLUS] = 2;
  haul_report_finish (report);
  g_autofree char *verdict = haul_report_dup_verdict (report);
  g_assert_cmpint (report->exit_status, ==, HAUL_EXIT_NOT_ALL);
  g_assert_nonnull (strstr (verdict, "2 copies are there once too often"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/complete", test_complete);
  g_test_add_func ("/report/failures", test_failures);
  g_test_add_func ("/report/unreadable-folder", test_unreadable_folder);
  g_test_add_func ("/report/unchecked", test_unchecked);
  g_test_add_func ("/report/does-not-add-up", test_does_not_add_up);
  g_test_add_func ("/report/severity", test_severity);
  g_test_add_func ("/report/json", test_json);
  g_test_add_func ("/report/hostile-names", test_hostile_names);
  g_test_add_func ("/report/text", test_text);
  g_test_add_func ("/report/subjects", test_subjects);
  g_test_add_func ("/report/surplus", test_surplus);
  return g_test_run ();
}
