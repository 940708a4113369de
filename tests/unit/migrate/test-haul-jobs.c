/* test-haul-jobs.c - a job is found again by its account and sources, its report is kept, and no name leads elsewhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "migrate/haul-jobs.h"
#include "report/haul-report-form.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "migrate/haul-job-store.h"
#include "base/haul-migrate-error.h"
#include "report/haul-report-file.h"

static HaulPlan *
make_plan (const char *path)
{
  g_autoptr (HaulServer) server = haul_server_new ();
  g_autoptr (HaulChoices) choices = haul_choices_new ();
  g_autoptr (GPtrArray) summaries = g_ptr_array_new ();
  HaulStoreSummary summary = { .folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref) };
  const char *names[] = { "Inbox", NULL };
  HaulFolder *folder = haul_folder_new ("Inbox.dbx", names, HAUL_ROLE_INBOX);
  g_autoptr (GError) error = NULL;

  g_free (server->prefix);
  server->prefix = g_strdup ("");
  server->delimiter = '/';
  haul_server_add_mailbox (server, "INBOX", "INBOX", HAUL_ROLE_INBOX, TRUE);
  folder->messages = 3;
  folder->bytes = 100;
  summary.info = haul_store_info_new ("Outlook Express", "dbx", HAUL_GRADE_EXACT, path);
  g_ptr_array_add (summary.folders, folder);
  g_ptr_array_add (summaries, &summary);
  HaulPlan *plan = haul_plan_new (summaries, server, choices, &error);
  g_assert_no_error (error);
  g_ptr_array_unref (summary.folders);
  haul_store_info_unref (summary.info);
  return plan;
}

static HaulAccount *
make_account (const char *user)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("mail.example.org", 993, HAUL_SECURITY_TLS);

  return haul_account_new (user, endpoint);
}

static void
test_same_job (void)
{
  g_autofree char *dir = g_dir_make_tmp ("jobs-XXXXXX", NULL);
  g_autoptr (HaulPlan) plan = make_plan ("/mail/caf\xe9");
  g_autoptr (HaulPlan) other_plan = make_plan ("/mail/other");
  g_autoptr (HaulAccount) account = make_account ("CORP\\bob");
  g_autoptr (HaulAccount) other_account = make_account ("CORP\\eve");
  g_autoptr (HaulJob) job = haul_job_store_find_or_make (dir, account, plan);
  g_autoptr (GError) error = NULL;

  g_assert_true (haul_job_store_save (dir, account, job, &error));
  g_assert_no_error (error);
  g_autoptr (HaulJob) again = haul_job_store_find_or_make (dir, account, plan);
  g_assert_cmpstr (again->id, ==, job->id);
  g_assert_cmpstr (again->sources[0], ==, "/mail/caf\xe9");
  g_autoptr (HaulJob) other = haul_job_store_find_or_make (dir, account, other_plan);
  g_assert_cmpstr (other->id, !=, job->id);
  g_autoptr (HaulJob) others = haul_job_store_find_or_make (dir, other_account, plan);
  g_assert_cmpstr (others->id, !=, job->id);

  g_autoptr (GPtrArray) jobs = haul_jobs_list (dir, &error);
  g_assert_cmpuint (jobs->len, ==, 1);
  g_autoptr (HaulJob) found = haul_jobs_find (dir, job->id, &error);
  g_assert_cmpstr (found->user, ==, "CORP\\bob");
  g_assert_cmpint (found->port, ==, 993);
  g_assert_cmpint (found->security, ==, HAUL_SECURITY_TLS);

  GStatBuf info;
  g_autofree char *path = haul_job_store_dup_path (dir, job->id, ".json");
  g_stat (path, &info);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_remove (path);
}

static void
test_somebody_else (void)
{
  g_autofree char *dir = g_dir_make_tmp ("jobs-XXXXXX", NULL);
  g_autofree char *ca_file = g_build_filename (dir, "caf\xe9.pem", NULL);
  g_autoptr (HaulPlan) plan = make_plan ("/mail");
  g_autoptr (HaulAccount) account = make_account ("bob");
  g_autoptr (GError) error = NULL;

  account->authenticate_as = g_strdup ("CORP\\admin");
  account->ca_file = g_strdup (ca_file);
  g_assert_true (g_file_set_contents (ca_file, "x", 1, &error));
  g_autoptr (HaulJob) job = haul_job_store_find_or_make (dir, account, plan);
  g_assert_true (haul_job_store_save (dir, account, job, &error));
  g_assert_no_error (error);
  g_autoptr (HaulJob) found = haul_jobs_find (dir, job->id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->user, ==, "bob");
  g_assert_cmpstr (found->authenticate_as, ==, "CORP\\admin");
  g_assert_cmpstr (found->ca_file, ==, ca_file);

  g_remove (ca_file);
  g_autoptr (HaulJob) later = haul_jobs_find (dir, job->id, &error);
  g_assert_null (later->ca_file);
}

static void
test_names (void)
{
  static const char *const bad[] = { "", "../etc/passwd", "a/b", "..", "20261124-2315-3F9A", "x\n" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (haul_jobs_find ("/tmp", bad[i], &error));
      g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NO_JOB);
      g_clear_error (&error);
      g_assert_null (haul_jobs_load_report ("/tmp", bad[i], &error));
      g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NO_JOB);
    }
}

static void
test_none (void)
{
  g_autoptr (GPtrArray) jobs = haul_jobs_list ("/nonexistent/state", NULL);

  g_assert_nonnull (jobs);
  g_assert_cmpuint (jobs->len, ==, 0);
}

static HaulReport *
make_report (void)
{
  HaulReport *report = haul_report_new ();
  HaulReportFolder *folder = g_new0 (HaulReportFolder, 1);
  HaulReportMessage *message = g_new0 (HaulReportMessage, 1);

  report->job = g_strdup ("20261124-2315-3f9a");
  report->user = g_strdup ("CORP\\bob");
  report->server = g_strdup ("mail.example.org:993");
  report->verdict = HAUL_VERDICT_FAILED;
  report->rung = "R1";
  report->error = g_error_new_literal (HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL, "the disk");
  folder->store = g_strdup ("Outlook Express");
  folder->path = g_strdup ("Büro/Straße");
  folder->mailbox = g_strdup ("Büro/Straße");
  folder->counts = (HaulCounts){ .found = 7, .copied = 3, .present = 2, .skipped = 1, .failed = 1, .bytes = 900 };
  folder->is_checked = TRUE;
  folder->rung = "R1";
  g_ptr_array_add (report->folders, folder);
  message->source = g_strdup ("12:34");
  message->date = 1000;
  message->bytes = 77;
  message->outcome = HAUL_OUTCOME_FAILED;
  message->code = g_strdup ("refused");
  message->text = g_strdup ("no \"such\" thing");
  g_ptr_array_add (report->messages, message);
  haul_report_finish (report);
  return report;
}

static void
test_report (void)
{
  g_autofree char *dir = g_dir_make_tmp ("jobs-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.report", NULL);
  g_autoptr (HaulReport) report = make_report ();
  g_autoptr (GError) error = NULL;

  g_assert_true (haul_report_file_save (report, path, &error));
  g_assert_no_error (error);
  g_autoptr (HaulReport) loaded = haul_report_file_load (path, &error);
  g_assert_no_error (error);
  g_autofree char *before = haul_report_form_write (report, HAUL_REPORT_FORM_JSON);
  g_autofree char *after = haul_report_form_write (loaded, HAUL_REPORT_FORM_JSON);
  g_assert_cmpstr (after, ==, before);
  g_assert_error (loaded->error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL);
  g_assert_cmpint (loaded->exit_status, ==, report->exit_status);
  g_remove (path);
  g_rmdir (dir);
}

/* A file that was changed by hand, or cut, gives an error or an odd report, and nothing worse. */
static void
test_strange_files (void)
{
  static const char *const texts[] = {
    "",
    "[]",
    "{\"folders\":[1,null,[]],\"messages\":[{\"folder\":-5,\"outcome\":99}]}",
    "{\"folders\":{},\"messages\":7,\"verdict\":\"x\",\"error_domain\":\"zzz\",\"error_code\":{}}",
    "{\"folders\":[{\"found\":\"many\",\"store\":3}],\"messages\":[\"x\",{\"folder\":1e300,\"text\":[]}]}",
    "{\"id\":7,\"sources\":[1,{},\"file:///a\"],\"choices\":\"{\"}",
    "{\"id\":\"ab\",\"sources\":[1,{},\"file:///a\"],\"choices\":\"{\",\"port\":-1,\"security\":77}",
  };
  g_autofree char *dir = g_dir_make_tmp ("jobs-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.json", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_file_set_contents (path, texts[i], -1, NULL);
      g_autoptr (HaulReport) report = haul_report_file_load (path, NULL);
      g_autoptr (HaulJob) job = haul_job_store_load (path, NULL, NULL);
      g_autofree char *text = report == NULL ? NULL : haul_report_form_write (report, HAUL_REPORT_FORM_TEXT);
      g_assert_true (job == NULL || job->choices != NULL);
    }
  g_remove (path);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jobs/same-job", test_same_job);
  g_test_add_func ("/jobs/somebody-else", test_somebody_else);
  g_test_add_func ("/jobs/names", test_names);
  g_test_add_func ("/jobs/none", test_none);
  g_test_add_func ("/jobs/report", test_report);
  g_test_add_func ("/jobs/strange-files", test_strange_files);
  return g_test_run ();
}
