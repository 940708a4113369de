/* haul-undo.c - taking back what a job placed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   connect ─ settle an earlier undo ─ settle what runs left ─ each mailbox: haul-undo-place.c ─ empty mailboxes of
 * ours ╰─── break: wait, and all of it once more; what is gone is not found again ───╯
 *
 * Thread:  haul_undo_run() works on the caller's thread, and blocks; the other functions may be called meanwhile.
 * Errors:  what keeps it from beginning; what ends it early is in its report.
 * See:     docs/undo.md.
 */
#include "migrate/haul-undo.h"

#include "account/haul-connection.h"
#include "base/haul-clock.h"
#include "journal/haul-holder.h"
#include "migrate/haul-job-store.h"
#include "migrate/haul-patience.h"
#include "migrate/haul-policy.h"
#include "migrate/haul-recovery.h"
#include "migrate/haul-run-report.h"
#include "migrate/haul-undo-mailboxes.h"
#include "migrate/haul-undo-place.h"

#define FAILURES_MAX 8

struct _HaulUndo
{
  GObject parent_instance;
  HaulRun *run;       /* (owned) */
  char *state_dir;    /* (owned) */
  char *job_id;       /* (owned) */
  HaulJob *job;       /* (owned) (nullable) once it runs */
  HaulJobUndo before; /* what was taken back of it before */
  HaulHolder *holder; /* (owned) (nullable) while it runs */
};

G_DEFINE_FINAL_TYPE (HaulUndo, haul_undo, G_TYPE_OBJECT)

static void
haul_undo_finalize (GObject *object)
{
  HaulUndo *self = HAUL_UNDO (object);

  haul_run_free (self->run);
  g_free (self->state_dir);
  g_free (self->job_id);
  g_clear_pointer (&self->job, haul_job_free);
  g_clear_pointer (&self->holder, haul_holder_free);
  G_OBJECT_CLASS (haul_undo_parent_class)->finalize (object);
}

static void
haul_undo_class_init (HaulUndoClass *class)
{
  G_OBJECT_CLASS (class)->finalize = haul_undo_finalize;
}

static void
haul_undo_init (HaulUndo *self)
{
}

/* Nothing is copied; the lanes' pieces want to know the server. */
static HaulPlan *
make_plan (HaulServer *server)
{
  HaulPlan *plan = g_new0 (HaulPlan, 1);

  g_atomic_ref_count_init (&plan->ref_count);
  plan->choices = haul_choices_new ();
  plan->server = haul_server_ref (server);
  plan->folders = g_ptr_array_new ();
  return plan;
}

/**
 * haul_undo_new:
 * @account: with its server, as a probe found it, and its secret
 * @server: what the probe found
 * @state_dir: the folder for everything that is kept between runs
 * @job: a job's name, from anywhere
 *
 * Prepares to take a job back. Nothing is done yet.
 *
 * Returns: (transfer full): the undo
 */
HaulUndo *
haul_undo_new (HaulAccount *account, HaulServer *server, const char *state_dir, const char *job)
{
  HaulUndo *self = g_object_new (HAUL_TYPE_UNDO, NULL);
  g_autoptr (HaulPlan) plan = make_plan (server);

  self->run = haul_run_new (account, plan);
  g_clear_pointer (&self->run->progress, haul_progress_unref);
  self->run->progress = haul_progress_new (1, 0, 0);
  self->run->spool_dir = g_strdup (state_dir);
  self->state_dir = g_strdup (state_dir);
  self->job_id = g_strdup (job);
  return self;
}

/* (transfer none): messages found are those of the job, copied are those taken back, failed those that stay. */
HaulProgress *
haul_undo_get_progress (HaulUndo *self)
{
  return self->run->progress;
}

/* Loads the job, which must be of this very mailbox. */
static HaulJob *
load_job (HaulUndo *self, GError **error)
{
  g_autofree char *path = haul_job_store_dup_path (self->state_dir, self->job_id, ".json");
  g_autofree char *account = haul_account_dup_id (self->run->account);
  g_autofree char *job_account = NULL;
  g_autoptr (HaulJob) job = path == NULL ? NULL : haul_job_store_load (path, &job_account, NULL);

  if (job == NULL)
    {
      g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NO_JOB, "there is no job %s", self->job_id);
      return NULL;
    }
  if (g_strcmp0 (account, job_account) != 0)
    {
      g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_OTHER_MAILBOX,
                   "the job %s is of another mailbox: %s on %s", self->job_id, job->user, job->server);
      return NULL;
    }
  return g_steal_pointer (&job);
}

static gboolean
open_journal (HaulUndo *self, GError **error)
{
  g_autofree char *account = haul_account_dup_id (self->run->account);

  self->holder = haul_holder_new (self->state_dir, account, self->job_id, error);
  if (self->holder != NULL)
    self->run->journal = haul_journal_open (self->state_dir, account, error);
  return self->run->journal != NULL;
}

static gboolean
count_placed (HaulUndo *self, const char *job, guint64 *messages, GError **error)
{
  g_autoptr (GPtrArray) places = haul_journal_undo_list_places (self->run->journal, job, error);

  *messages = 0;
  for (guint i = 0; places != NULL && i < places->len; i++)
    *messages += ((HaulUndoPlace *)places->pdata[i])->messages;
  return places != NULL;
}

/**
 * haul_undo_count:
 * @self: an undo that does not run
 * @messages: (out): how many messages of the job are on the server, as far as the journal knows
 * @error: return location; %HAUL_MIGRATE_ERROR_BUSY, %HAUL_MIGRATE_ERROR_NO_JOB, %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Counts what may be taken back, without asking the server.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_undo_count (HaulUndo *self, guint64 *messages, GError **error)
{
  g_autoptr (HaulJob) job = load_job (self, error);

  *messages = 0;
  if (job == NULL || !open_journal (self, error))
    return FALSE;
  gboolean is_counted = count_placed (self, job->id, messages, error);
  g_clear_pointer (&self->run->journal, haul_journal_close);
  g_clear_pointer (&self->holder, haul_holder_free);
  return is_counted;
}

static gboolean
connect_once (HaulUndoWork *work, GError **error)
{
  HaulRun *run = work->run;

  haul_progress_set_phase (run->progress, HAUL_PHASE_CONNECTING);
  g_autoptr (HaulImapSession) session = haul_connection_open (run->account, NULL, NULL, run->stop, error);
  if (session == NULL || !haul_connection_login (session, run->account, run->stop, error))
    return FALSE;
  if (!(haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_UIDPLUS))
    {
      g_set_error_literal (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NO_UNDO,
                           "the server cannot remove single messages (UIDPLUS, RFC 4315)");
      return FALSE;
    }
  work->session = g_steal_pointer (&session);
  return TRUE;
}

/* What may be in the mailbox without the journal knowing is known afterwards. */
static gboolean
settle (HaulUndoWork *work, GError **error)
{
  g_autofree char *strangers = NULL;

  haul_progress_set_phase (work->run->progress, HAUL_PHASE_READING);
  return haul_undo_place_settle (work->run, work->session, &work->report->taken, error)
         && haul_recovery_run (work->run, work->session, 0, error)
         && haul_recovery_sweep (work->run, work->session, &strangers, error);
}

static gboolean
take_all (HaulUndoWork *work, GError **error)
{
  HaulUndoReport *report = work->report;

  g_ptr_array_set_size (report->left, 0);
  if ((work->session == NULL && !connect_once (work, error)) || !settle (work, error))
    return FALSE;
  g_autoptr (GPtrArray) places = haul_journal_undo_list_places (work->run->journal, work->job, error);
  if (places == NULL)
    return FALSE;
  report->placed = report->taken;
  for (guint i = 0; i < places->len; i++)
    report->placed += ((HaulUndoPlace *)places->pdata[i])->messages;
  haul_undo_place_show (work);
  for (guint i = 0; i < places->len && !haul_run_is_stopping (work->run); i++)
    if (!haul_undo_place_take (work, places->pdata[i], error))
      return FALSE;
  return haul_run_is_stopping (work->run) || haul_undo_mailboxes_delete (work, error);
}

/* Decides about an error, and waits. FALSE: it ends by it. */
static gboolean
bear (HaulUndoWork *work, const GError *error, guint failures)
{
  HaulPolicy policy = haul_policy_decide (error, failures);
  gint64 wait_ms = MAX (policy.wait_ms, haul_clock_back_off_ms (failures));

  if (policy.action == HAUL_ACTION_STOP || failures >= FAILURES_MAX)
    return FALSE;
  g_clear_pointer (&work->session, haul_imap_session_close);
  g_debug ("undo: %s; again in %" G_GINT64_FORMAT " ms", error->message, wait_ms);
  haul_patience_pause (work->run, wait_ms, policy.reason, haul_imap_error_get_server_text (error));
  return !haul_run_is_stopping (work->run);
}

static void
run_work (HaulUndoWork *work)
{
  guint64 taken_before = 0;
  guint failures = 0;
  gboolean was_connected = FALSE;

  while (!haul_run_is_stopping (work->run))
    {
      g_autoptr (GError) error = NULL;
      if (take_all (work, &error))
        return;
      failures = work->report->taken > taken_before ? 0 : failures + 1;
      taken_before = work->report->taken;
      was_connected = was_connected || work->session != NULL;
      /* A server that cannot be reached at all is told at once. */
      if (!was_connected || !bear (work, error, failures))
        {
          haul_run_stop (work->run, g_steal_pointer (&error));
          return;
        }
    }
}

/* An undo that was killed has said of nothing that it is not done any more. */
static gboolean
subtract_killed (HaulUndo *self, GError **error)
{
  HaulJob *job = self->job;
  guint64 placed;

  if (!count_placed (self, job->id, &placed, error))
    return FALSE;
  if (job->undo == HAUL_JOB_UNDO_BEGUN && job->placed > placed)
    job->done -= MIN (job->done, job->placed - placed);
  job->placed = placed;
  return TRUE;
}

static gboolean
begin (HaulUndo *self, GCancellable *cancellable, GError **error)
{
  HaulRun *run = self->run;

  self->job = load_job (self, error);
  if (self->job == NULL || !open_journal (self, error) || !subtract_killed (self, error))
    return FALSE;
  run->row = haul_journal_begin_run (run->journal, self->job->id, error);
  if (run->row == 0)
    return FALSE;
  run->stop = cancellable == NULL ? g_cancellable_new () : g_object_ref (cancellable);
  run->report = haul_run_report_new (run, self->job->id);
  self->before = self->job->undo;
  self->job->undo = HAUL_JOB_UNDO_BEGUN;
  self->job->last = haul_clock_now ();
  return haul_job_store_save (self->state_dir, run->account, self->job, error);
}

static void
save_end (HaulUndo *self, const HaulUndoReport *report)
{
  HaulRun *run = self->run;
  g_autoptr (GError) error = NULL;

  self->job->last = haul_clock_now ();
  self->job->done -= MIN (self->job->done, report->taken);
  if (!count_placed (self, self->job->id, &self->job->placed, &error))
    {
      g_debug ("undo: %s", error->message);
      g_clear_error (&error);
    }
  if (report->verdict == HAUL_VERDICT_COMPLETE || report->verdict == HAUL_VERDICT_NOT_ALL)
    self->job->undo = HAUL_JOB_UNDO_DONE;
  else if (g_error_matches (report->error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NO_UNDO))
    self->job->undo = self->before;
  if (!haul_job_store_save (self->state_dir, run->account, self->job, &error))
    g_warning ("the job cannot be kept: %s", error->message);
  haul_journal_end_run (run->journal, run->row, NULL);
  g_clear_pointer (&run->journal, haul_journal_close);
  g_clear_pointer (&self->holder, haul_holder_free);
}

/**
 * haul_undo_run:
 * @self: an undo, used once
 * @cancellable: (nullable): stops it in order
 * @error: return location; %HAUL_MIGRATE_ERROR_BUSY, %HAUL_MIGRATE_ERROR_NO_JOB, %HAUL_MIGRATE_ERROR_JOURNAL: it did
 * not begin
 *
 * Removes the job's messages that are as they were placed, and lists the others. Blocks until it is done, stopped, or
 * ended by an error, which is then in the report.
 *
 * Returns: (transfer full) (nullable): the report
 */
HaulUndoReport *
haul_undo_run (HaulUndo *self, GCancellable *cancellable, GError **error)
{
  HaulRun *run = self->run;

  if (!begin (self, cancellable, error))
    {
      g_clear_pointer (&run->journal, haul_journal_close);
      g_clear_pointer (&self->holder, haul_holder_free);
      return NULL;
    }
  g_autoptr (HaulUndoReport) report = haul_undo_report_new (self->job->id);
  HaulUndoWork work = { run, NULL, self->job->id, report };
  report->user = g_strdup (run->account->user);
  report->server = g_strdup (self->job->server);

  GThread *watch = haul_run_start_watch (run);
  run_work (&work);
  haul_run_end_watch (run, watch);
  g_clear_pointer (&work.session, haul_imap_session_close);
  report->error = g_steal_pointer (&run->error);
  haul_undo_report_finish (report, g_cancellable_is_cancelled (run->stop));
  save_end (self, report);
  haul_progress_set_phase (run->progress, HAUL_PHASE_FINISHED);
  return g_steal_pointer (&report);
}

static gpointer
run_task (gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  HaulUndoReport *report = haul_undo_run (g_task_get_source_object (task), g_task_get_cancellable (task), &error);

  if (report == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, report, (GDestroyNotify)haul_undo_report_free);
  return NULL;
}

/**
 * haul_undo_run_async:
 * @self: an undo, used once
 * @cancellable: (nullable): stops it in order
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * haul_undo_run() on a thread of its own. A stopped one has a report too.
 */
void
haul_undo_run_async (HaulUndo *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, haul_undo_run_async);
  g_task_set_check_cancellable (task, FALSE);
  g_thread_unref (g_thread_new ("haul-undo", run_task, task));
}

HaulUndoReport *
haul_undo_run_finish (HaulUndo *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
