/* haul-engine.c - one run of a job: lanes, journal, progress, report
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  haul_engine_run() works on the caller's thread and lanes of its own; the other functions may be called from
 * any thread meanwhile. The result of haul_engine_run_async() comes in the caller's main context. Memory:  see
 * haul-transfer.c, haul-listing.c. Errors:  what keeps a run from beginning; what ends one early is in its report.
 */
#include "migrate/haul-engine.h"

#include "base/haul-clock.h"
#include "base/haul-fault.h"
#include "journal/haul-holder.h"
#include "migrate/haul-job-keeper.h"
#include "migrate/haul-job-store.h"
#include "migrate/haul-lane.h"
#include "migrate/haul-limits.h"
#include "migrate/haul-patience.h"
#include "migrate/haul-run-report.h"

#define LANES_MAX 8

struct _HaulEngine
{
  GObject parent_instance;
  HaulRun *run;       /* (owned) */
  HaulJob *job;       /* (owned) */
  char *state_dir;    /* (owned) */
  HaulHolder *holder; /* (owned) (nullable) while it runs */
  int has_run;        /* (atomic) */
};

G_DEFINE_FINAL_TYPE (HaulEngine, haul_engine, G_TYPE_OBJECT)

static void
haul_engine_finalize (GObject *object)
{
  HaulEngine *self = HAUL_ENGINE (object);

  haul_run_free (self->run);
  haul_job_free (self->job);
  g_free (self->state_dir);
  g_clear_pointer (&self->holder, haul_holder_free);
  G_OBJECT_CLASS (haul_engine_parent_class)->finalize (object);
}

static void
haul_engine_class_init (HaulEngineClass *class)
{
  G_OBJECT_CLASS (class)->finalize = haul_engine_finalize;
}

static void
haul_engine_init (HaulEngine *self)
{
}

/**
 * haul_engine_new:
 * @account: with its server, as a probe found it, and its secret
 * @plan: what goes where
 * @state_dir: the folder for everything that is kept between runs
 *
 * Prepares one run. Nothing is written and nobody is called yet.
 *
 * Returns: (transfer full): the engine
 */
HaulEngine *
haul_engine_new (HaulAccount *account, HaulPlan *plan, const char *state_dir)
{
  HaulEngine *self = g_object_new (HAUL_TYPE_ENGINE, NULL);

  self->run = haul_run_new (account, plan);
  self->state_dir = g_strdup (state_dir);
  self->run->spool_dir = g_strdup (state_dir);
  self->job = haul_job_store_find_or_make (state_dir, account, plan);
  return self;
}

/* Must be set before the run begins. */
void
haul_engine_set_message_func (HaulEngine *self, HaulEngineMessageFunc func, gpointer user_data)
{
  self->run->message_func = func;
  self->run->message_data = user_data;
}

/* Must be set before the run begins: the person wants other Mailhauls' staging mailboxes away, if they do not change.
 */
void
haul_engine_set_removes_strangers (HaulEngine *self, gboolean removes_strangers)
{
  self->run->removes_strangers = removes_strangers;
}

/* The lanes wait between two messages, and keep their connections alive. */
void
haul_engine_set_paused (HaulEngine *self, gboolean is_paused)
{
  haul_run_set_paused (self->run, is_paused);
}

/* What the server wants to be waited for is tried at once. */
void
haul_engine_try_now (HaulEngine *self)
{
  haul_patience_try_now (self->run);
}

/* (transfer none) */
HaulProgress *
haul_engine_get_progress (HaulEngine *self)
{
  return self->run->progress;
}

/* (transfer full): the job's name, known from the start. */
char *
haul_engine_dup_job (HaulEngine *self)
{
  return g_strdup (self->job->id);
}

typedef struct
{
  HaulRun *run;
  HaulLaneQueue *queue;
  guint number;
} LaneStart;

static gpointer
run_lane (gpointer data)
{
  g_autofree LaneStart *start = data;

  haul_lane_run (start->run, start->queue, start->number);
  return NULL;
}

/* What the server refused, or allowed beyond what it refused another day. */
static void
keep_limits (HaulEngine *self, HaulLimits limits)
{
  const HaulPatience *patience = &self->run->patience;
  guint n_learnt = patience->n_learnt != 0 ? patience->n_learnt : limits.connections;

  if (patience->n_learnt == 0 && n_learnt != 0)
    n_learnt = MAX (n_learnt, patience->n_open_most);
  if (patience->n_learnt == 0 && n_learnt == limits.connections)
    return;
  haul_limits_save (self->state_dir, self->run->account, &(HaulLimits){ n_learnt, haul_clock_now () });
  if (patience->n_learnt == 0)
    return;
  g_autofree char *note
      = g_strdup_printf (n_learnt == 1
                             ? "The server lets %u connection be open at once and no more, so there were no more."
                             : "The server lets %u connections be open at once and no more, so there were no more.",
                         n_learnt);
  haul_run_add_note (self->run, 0, note);
}

/* The first lane is on this thread; the others wait until it has taken care of what earlier runs left. */
static void
run_lanes (HaulEngine *self)
{
  g_autoptr (HaulLaneQueue) queue = haul_lane_queue_new (self->run->plan);
  HaulLimits limits = haul_limits_load (self->state_dir, self->run->account);
  guint wanted
      = haul_limits_choose_connections (&limits, self->run->plan->server, self->run->plan->choices->connections);
  guint n_lanes = MIN (CLAMP (wanted, 1, LANES_MAX), MAX (queue->groups->len, 1));
  GThread *threads[LANES_MAX] = { NULL };

  haul_patience_start (self->run, n_lanes);
  for (guint i = 1; i < n_lanes; i++)
    {
      g_autofree char *name = g_strdup_printf ("haul-lane-%u", i);
      LaneStart *start = g_new0 (LaneStart, 1);
      *start = (LaneStart){ self->run, queue, i };
      threads[i] = g_thread_new (name, run_lane, start);
    }
  haul_lane_run (self->run, queue, 0);
  for (guint i = 1; i < n_lanes; i++)
    g_thread_join (threads[i]);
  keep_limits (self, limits);
}

static gboolean
begin (HaulEngine *self, GCancellable *cancellable, GError **error)
{
  HaulRun *run = self->run;
  g_autofree char *account = haul_account_dup_id (run->account);

  if (!g_atomic_int_compare_and_exchange (&self->has_run, FALSE, TRUE))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING, "this engine has run already");
      return FALSE;
    }
  self->holder = haul_holder_new (self->state_dir, account, self->job->id, error);
  if (self->holder == NULL)
    return FALSE;
  self->job->messages = MAX (self->job->messages, run->plan->messages);
  run->journal = haul_journal_open (self->state_dir, account, error);
  if (run->journal == NULL || !haul_job_store_save (self->state_dir, run->account, self->job, error))
    return FALSE;
  HAUL_FAULT (F01, "before");
  run->row = haul_journal_begin_run (run->journal, self->job->id, error);
  run->stop = cancellable == NULL ? g_cancellable_new () : g_object_ref (cancellable);
  run->report = haul_run_report_new (run, self->job->id);
  if (haul_journal_get_set_aside (run->journal) != NULL && run->report->folders->len > 0)
    haul_run_add_note (run, 0,
                       haul_journal_was_old (run->journal)
                           ? "The journal of earlier runs was an older version's; it was put aside and everything "
                             "looked up anew."
                           : "The journal of earlier runs was damaged; it was put aside and everything looked up "
                             "anew.");
  HAUL_FAULT (F01, "after");
  return run->row != 0;
}

static void
save_end (HaulEngine *self)
{
  HaulRun *run = self->run;
  g_autoptr (GError) error = NULL;

  HAUL_FAULT (F29, "before");
  self->job->last = haul_clock_now ();
  self->job->is_finished
      = run->report->verdict == HAUL_VERDICT_COMPLETE || run->report->verdict == HAUL_VERDICT_NOT_ALL;
  self->job->messages = MAX (run->report->all.found, run->plan->messages);
  self->job->done = run->report->all.copied + run->report->all.present;
  if (!haul_job_store_save_report (self->state_dir, run->report, &error)
      || !haul_job_store_save (self->state_dir, run->account, self->job, &error))
    g_warning ("the report cannot be kept: %s", error->message);
  HAUL_FAULT (F29, "after");
  haul_journal_end_run (run->journal, run->row, NULL);
  HAUL_FAULT (F27, "after");
  g_clear_pointer (&run->journal, haul_journal_close);
}

/**
 * haul_engine_run:
 * @self: an engine, used once
 * @cancellable: (nullable): stops the run in order: what was sent is placed, the rest is for the next run
 * @error: return location; %HAUL_MIGRATE_ERROR_BUSY, %HAUL_MIGRATE_ERROR_JOURNAL: the run did not begin
 *
 * Copies what the plan says. Blocks until it is done, stopped, or ended by an error, which is then in the report.
 *
 * Returns: (transfer full) (nullable): the report
 */
HaulReport *
haul_engine_run (HaulEngine *self, GCancellable *cancellable, GError **error)
{
  HaulRun *run = self->run;

  if (!begin (self, cancellable, error))
    {
      g_clear_pointer (&run->journal, haul_journal_close);
      g_clear_pointer (&self->holder, haul_holder_free);
      return NULL;
    }
  HaulJobKeeper *keeper = haul_job_keeper_new (self->state_dir, run->account, self->job, run->progress);
  GThread *watch = haul_run_start_watch (run);
  run_lanes (self);
  haul_run_end_watch (run, watch);
  haul_job_keeper_free (keeper);
  haul_run_report_finish (run);
  save_end (self);
  g_clear_pointer (&self->holder, haul_holder_free);
  haul_progress_set_folder (run->progress, -1);
  haul_progress_set_phase (run->progress, HAUL_PHASE_FINISHED);
  return g_steal_pointer (&run->report);
}

static gpointer
run_task (gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  HaulReport *report = haul_engine_run (g_task_get_source_object (task), g_task_get_cancellable (task), &error);

  if (report == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, report, (GDestroyNotify)haul_report_free);
  return NULL;
}

/**
 * haul_engine_run_async:
 * @self: an engine, used once
 * @cancellable: (nullable): stops the run in order
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * haul_engine_run() on a thread of its own. A stopped run has a report too.
 */
void
haul_engine_run_async (HaulEngine *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, haul_engine_run_async);
  g_task_set_check_cancellable (task, FALSE);
  g_thread_unref (g_thread_new ("haul-engine", run_task, task));
}

HaulReport *
haul_engine_run_finish (HaulEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
