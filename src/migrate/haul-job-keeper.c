/* haul-job-keeper.c - how far a job is, on disk while it runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The journal is locked meanwhile, and a process that is killed says nothing: so the job's small file is kept true.
 *
 * Thread:  its own; the job is not touched by others from haul_job_keeper_new() to haul_job_keeper_free().
 */
#include "migrate/haul-job-keeper.h"

#include "base/haul-clock.h"

#define EVERY_US (2 * G_USEC_PER_SEC)

struct _HaulJobKeeper
{
  char *state_dir;        /* (owned) */
  HaulAccount *account;   /* (owned) */
  HaulJob *job;           /* borrowed */
  HaulProgress *progress; /* (owned) */
  GThread *thread;        /* (owned) */
  GMutex lock;
  GCond cond;
  gboolean is_over; /* (mutex lock) */
};

static void
keep (HaulJobKeeper *self)
{
  HaulProgressSnapshot now;
  g_autoptr (GError) error = NULL;

  haul_progress_get_snapshot (self->progress, &now);
  guint64 done = now.all.copied + now.all.present;
  if (done <= self->job->done && now.messages_total == self->job->messages)
    return;
  /* A job gone on with finds what was there before one after the other: it is no less for that. */
  self->job->done = MAX (self->job->done, done);
  self->job->messages = now.messages_total;
  self->job->last = haul_clock_now ();
  if (!haul_job_store_save (self->state_dir, self->account, self->job, &error))
    g_debug ("the job's file: %s", error->message);
}

static gpointer
run (gpointer data)
{
  HaulJobKeeper *self = data;

  g_mutex_lock (&self->lock);
  while (!self->is_over)
    {
      gint64 until_us = g_get_monotonic_time () + EVERY_US;
      while (!self->is_over && g_cond_wait_until (&self->cond, &self->lock, until_us))
        ;
      if (self->is_over)
        break;
      g_mutex_unlock (&self->lock);
      keep (self);
      g_mutex_lock (&self->lock);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/**
 * haul_job_keeper_new:
 * @state_dir: the folder for everything that is kept between runs
 * @account: whose mailbox
 * @job: the job that runs; it lives longer than this
 * @progress: how far it is
 *
 * Keeps the job's file true from now on, every two seconds.
 *
 * Returns: (transfer full): until haul_job_keeper_free()
 */
HaulJobKeeper *
haul_job_keeper_new (const char *state_dir, HaulAccount *account, HaulJob *job, HaulProgress *progress)
{
  HaulJobKeeper *self = g_new0 (HaulJobKeeper, 1);

  self->state_dir = g_strdup (state_dir);
  self->account = haul_account_ref (account);
  self->job = job;
  self->progress = haul_progress_ref (progress);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("haul-job", run, self);
  return self;
}

void
haul_job_keeper_free (HaulJobKeeper *keeper)
{
  g_mutex_lock (&keeper->lock);
  keeper->is_over = TRUE;
  g_cond_broadcast (&keeper->cond);
  g_mutex_unlock (&keeper->lock);
  g_thread_join (keeper->thread);
  g_mutex_clear (&keeper->lock);
  g_cond_clear (&keeper->cond);
  haul_progress_unref (keeper->progress);
  haul_account_unref (keeper->account);
  g_free (keeper->state_dir);
  g_free (keeper);
}
