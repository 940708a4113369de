/* haul-jobs.c - the jobs that were begun on this computer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "migrate/haul-jobs.h"

#include <gio/gio.h>

#include "journal/haul-holder.h"
#include "migrate/haul-job-store.h"
#include "base/haul-migrate-error.h"
#include "report/haul-report-file.h"

/* (transfer full) */
HaulJob *
haul_job_copy (const HaulJob *job)
{
  HaulJob *copy = g_memdup2 (job, sizeof *job);

  copy->id = g_strdup (job->id);
  copy->user = g_strdup (job->user);
  copy->authenticate_as = g_strdup (job->authenticate_as);
  copy->ca_file = g_strdup (job->ca_file);
  copy->server = g_strdup (job->server);
  copy->sources = g_strdupv (job->sources);
  copy->choices = haul_choices_copy (job->choices);
  return copy;
}

void
haul_job_free (HaulJob *job)
{
  g_free (job->id);
  g_free (job->user);
  g_free (job->authenticate_as);
  g_free (job->ca_file);
  g_free (job->server);
  g_strfreev (job->sources);
  g_clear_pointer (&job->choices, haul_choices_free);
  g_free (job);
}

/* Where state is kept unless somebody says otherwise (XDG base directories). */
char *
haul_jobs_dup_state_dir (void)
{
  return g_build_filename (g_get_user_state_dir (), "mailhaul", NULL);
}

static int
compare_last_first (gconstpointer a, gconstpointer b)
{
  const HaulJob *left = *(const HaulJob *const *)a, *right = *(const HaulJob *const *)b;

  if (left->last != right->last)
    return left->last > right->last ? -1 : 1;
  return g_strcmp0 (left->id, right->id);
}

/**
 * haul_jobs_list:
 * @state_dir: the folder for everything that is kept between runs
 * @error: return location; an unreadable folder. None at all is an empty list
 *
 * Lists the jobs, also one that is running. A file that cannot be read is left out.
 *
 * Returns: (transfer full) (nullable) (element-type HaulJob): the one that worked last comes first
 */
GPtrArray *
haul_jobs_list (const char *state_dir, GError **error)
{
  g_autofree char *path = g_build_filename (state_dir, "jobs", NULL);
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_job_free);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &local_error);
  const char *name;

  if (dir == NULL && !g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *account = NULL;
      HaulJob *job = g_str_has_suffix (name, ".json") ? haul_job_store_load (file, &account, NULL) : NULL;
      if (job == NULL)
        continue;
      job->is_running = account != NULL && haul_holder_is_held (state_dir, account, job->id);
      g_autofree char *report = haul_job_store_dup_path (state_dir, job->id, ".report");
      job->has_report = report != NULL && g_file_test (report, G_FILE_TEST_EXISTS);
      g_ptr_array_add (jobs, job);
    }
  g_ptr_array_sort (jobs, compare_last_first);
  return g_steal_pointer (&jobs);
}

static void
set_no_job (GError **error, const char *id)
{
  g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NO_JOB, "there is no job %s", id);
}

/**
 * haul_jobs_find:
 * @state_dir: the folder for everything that is kept between runs
 * @id: a job's name, from anywhere
 * @error: return location; %HAUL_MIGRATE_ERROR_NO_JOB
 *
 * Returns: (transfer full) (nullable): the job
 */
HaulJob *
haul_jobs_find (const char *state_dir, const char *id, GError **error)
{
  g_autofree char *path = haul_job_store_dup_path (state_dir, id, ".json");
  HaulJob *job = path == NULL ? NULL : haul_job_store_load (path, NULL, NULL);

  if (job == NULL)
    set_no_job (error, id);
  return job;
}

/**
 * haul_jobs_load_report:
 * @state_dir: the folder for everything that is kept between runs
 * @id: a job's name, from anywhere
 * @error: return location; %HAUL_MIGRATE_ERROR_NO_JOB, %HAUL_MIGRATE_ERROR_NO_REPORT where no run of it has ended yet
 *
 * Returns: (transfer full) (nullable): the report of the job's last run
 */
HaulReport *
haul_jobs_load_report (const char *state_dir, const char *id, GError **error)
{
  g_autofree char *path = haul_job_store_dup_path (state_dir, id, ".report");
  HaulReport *report = path == NULL ? NULL : haul_report_file_load (path, NULL);

  if (report != NULL)
    return report;
  g_autoptr (HaulJob) job = haul_jobs_find (state_dir, id, error);
  if (job != NULL)
    g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NO_REPORT, "the job %s has no report", id);
  return NULL;
}
