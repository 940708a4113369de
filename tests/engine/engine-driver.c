/* engine-driver.c - the engine without a front: scans, plans, copies or verifies, and prints the report as JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   engine-driver VERB STATE-DIR USER SOURCE [NAME=VALUE …]      VERB: copy, verify, verify-all, jobs
 *
 * The server is localhost:$IMAPS_PORT with the authority $IMAP_CA; the password comes on standard input. Names: into,
 * connections, deleted, stop (milliseconds), pause (milliseconds), port, newest, loop (1: from a main loop).
 */
#include <stdio.h>
#include <string.h>

#include "account/haul-probe.h"
#include "migrate/haul-engine.h"
#include "migrate/haul-jobs.h"
#include "report/haul-report-form.h"
#include "migrate/haul-verify.h"
#include "base/haul-repair.h"
#include "store/haul-discovery.h"

static const char *
find_option (char **options, const char *name)
{
  for (guint i = 0; options[i] != NULL; i++)
    if (g_str_has_prefix (options[i], name) && options[i][strlen (name)] == '=')
      return options[i] + strlen (name) + 1;
  return NULL;
}

static guint
find_number (char **options, const char *name)
{
  const char *text = find_option (options, name);

  return text == NULL ? 0 : (guint)g_ascii_strtoull (text, NULL, 10);
}

static HaulAccount *
make_account (const char *user, char **options)
{
  guint port = find_number (options, "port");
  HaulSecurity security = port == 0 ? HAUL_SECURITY_TLS : HAUL_SECURITY_NONE;
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new ("localhost",
                           (guint16)(port == 0 ? g_ascii_strtoull (g_getenv ("IMAPS_PORT"), NULL, 10) : port),
                           security);
  HaulAccount *account = haul_account_new (user, endpoint);
  char password[256];

  if (fgets (password, sizeof password, stdin) == NULL)
    *password = '\0';
  password[strcspn (password, "\n")] = '\0';
  account->secret = haul_secret_new (password);
  account->ca_file = g_strdup (g_getenv ("IMAP_CA"));
  return account;
}

static HaulPlan *
make_plan (const char *source, char **options, HaulServer *server, GError **error)
{
  const char *paths[] = { source, NULL };
  g_autoptr (HaulChoices) choices = haul_choices_new ();
  g_autoptr (GPtrArray) summaries = haul_discovery_run (paths, NULL, NULL, NULL, error);

  if (summaries == NULL)
    return NULL;
  choices->into = g_strdup (find_option (options, "into"));
  choices->connections = find_number (options, "connections");
  choices->include_deleted = find_number (options, "deleted") != 0;
  choices->newest_first = find_number (options, "newest") != 0;
  choices->carrier = find_number (options, "carrier") != 0;
  if (find_option (options, "repair") != NULL
      && !haul_repair_parse (find_option (options, "repair"), &choices->repairs))
    return NULL;
  return haul_plan_new (summaries, server, choices, error);
}

typedef struct
{
  HaulEngine *engine;
  GCancellable *cancellable;
  guint pause_ms;
  guint stop_ms;
} Timer;

static gpointer
run_timer (gpointer data)
{
  Timer *timer = data;

  if (timer->pause_ms > 0)
    {
      haul_engine_set_paused (timer->engine, TRUE);
      g_usleep (timer->pause_ms * 1000);
      haul_engine_set_paused (timer->engine, FALSE);
    }
  if (timer->stop_ms > 0)
    {
      g_usleep (timer->stop_ms * 1000);
      g_cancellable_cancel (timer->cancellable);
    }
  return NULL;
}

static void
on_message (const HaulReportMessage *message, gpointer user_data)
{
  g_atomic_int_inc ((int *)user_data);
}

typedef struct
{
  GMainLoop *loop;
  HaulReport *report;
  GError *error;
} Waiting;

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Waiting *waiting = user_data;

  waiting->report = haul_engine_run_finish (HAUL_ENGINE (source), result, &waiting->error);
  g_main_loop_quit (waiting->loop);
}

static HaulReport *
run_engine (HaulEngine *engine, gboolean from_loop, GCancellable *cancellable, GError **error)
{
  Waiting waiting = { NULL };

  if (!from_loop)
    return haul_engine_run (engine, cancellable, error);
  waiting.loop = g_main_loop_new (NULL, FALSE);
  haul_engine_run_async (engine, cancellable, on_done, &waiting);
  g_main_loop_run (waiting.loop);
  g_main_loop_unref (waiting.loop);
  if (waiting.error != NULL)
    g_propagate_error (error, waiting.error);
  return waiting.report;
}

static HaulReport *
copy (HaulAccount *account, HaulPlan *plan, const char *state_dir, char **options, GError **error)
{
  g_autoptr (HaulEngine) engine = haul_engine_new (account, plan, state_dir);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Timer timer = { engine, cancellable, find_number (options, "pause"), find_number (options, "stop") };
  HaulProgressSnapshot snapshot;
  int n_shown = 0;

  haul_engine_set_message_func (engine, on_message, &n_shown);
  GThread *thread = g_thread_new ("timer", run_timer, &timer);
  HaulReport *report = run_engine (engine, find_number (options, "loop") != 0, cancellable, error);
  g_thread_join (thread);
  if (report == NULL)
    return NULL;
  haul_progress_get_snapshot (haul_engine_get_progress (engine), &snapshot);
  if (report->verdict <= HAUL_VERDICT_NOT_ALL)
    {
      g_assert_cmpuint (snapshot.all.bytes_done, ==, snapshot.bytes_total);
      g_assert_cmpuint (snapshot.all.found, ==, snapshot.messages_total);
      g_assert_cmpuint (snapshot.all.bytes, ==, snapshot.bytes_total);
    }
  g_assert_cmpint (snapshot.phase, ==, HAUL_PHASE_FINISHED);
  g_assert_cmpint (n_shown, <=, (int)report->messages->len);
  return report;
}

static int
fail (const GError *error)
{
  fprintf (stderr, "%s: %s (%d)\n", g_quark_to_string (error->domain), error->message, error->code);
  return 2;
}

static int
list_jobs (const char *state_dir)
{
  g_autoptr (GPtrArray) jobs = haul_jobs_list (state_dir, NULL);

  for (guint i = 0; i < jobs->len; i++)
    {
      const HaulJob *job = jobs->pdata[i];
      g_autoptr (HaulReport) report = haul_jobs_load_report (state_dir, job->id, NULL);
      printf ("%s %s %d %" G_GUINT64_FORMAT " %s\n", job->id, job->user, job->is_finished, job->done,
              report == NULL ? "-" : haul_verdict_to_string (report->verdict));
    }
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc == 3 && g_str_equal (argv[1], "jobs"))
    return list_jobs (argv[2]);
  if (argc < 5)
    return 64;
  char **options = argv + 5;
  g_autoptr (HaulAccount) asked = make_account (argv[3], options);
  g_autoptr (HaulProbeResult) probe = haul_probe_run (asked, NULL, NULL, NULL, &error);
  if (probe == NULL)
    return fail (error);
  g_autoptr (HaulPlan) plan = make_plan (argv[4], options, probe->server, &error);
  if (plan == NULL)
    return fail (error);
  HaulVerifyOptions verify = { .every_byte = g_str_equal (argv[1], "verify-all"),
                               .wants_evidence = find_option (options, "evidence") != NULL,
                               .job = find_option (options, "job"),
                               .state_dir = argv[2] };
  g_autoptr (HaulReport) report = g_str_equal (argv[1], "copy")
                                      ? copy (probe->account, plan, argv[2], options, &error)
                                      : haul_verify_run (probe->account, plan, &verify, NULL, NULL, &error);
  if (report == NULL)
    return fail (error);
  g_autofree char *text = haul_report_form_write (report, HAUL_REPORT_FORM_JSON);
  puts (text);
  return 0;
}
