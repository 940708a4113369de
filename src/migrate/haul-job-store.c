/* haul-job-store.c - the jobs' files: begun, finished, found again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One small file a job beside the journals, which are locked while a run is at work: the list of jobs can always be
 * shown.
 *
 * Thread:  any.
 * Errors:  HAUL_MIGRATE_ERROR, G_FILE_ERROR, G_IO_ERROR.
 */
#include "migrate/haul-job-store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/haul-clock.h"
#include "base/haul-migrate-error.h"
#include "report/haul-report-file.h"
#include "report/haul-json-writer.h"
#include "report/haul-safe-json.h"

#define ID_CHARACTERS "0123456789abcdef-"
#define ID_MAX 40

/* NULL where @id cannot be one: it comes from a command line, and becomes part of a file name. */
char *
haul_job_store_dup_path (const char *state_dir, const char *id, const char *suffix)
{
  gsize length = strlen (id);

  if (length == 0 || length > ID_MAX || strspn (id, ID_CHARACTERS) != length)
    return NULL;
  g_autofree char *name = g_strconcat (id, suffix, NULL);
  return g_build_filename (state_dir, "jobs", name, NULL);
}

static char *
make_id (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y%m%d-%H%M");

  return g_strdup_printf ("%s-%04x", date, g_random_int () & 0xffff);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static char **
list_sources (const HaulPlan *plan)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *paths = g_ptr_array_new ();

  for (guint i = 0; i < plan->folders->len; i++)
    {
      const char *path = haul_plan_get_folder (plan, i)->store->path;
      if (g_hash_table_add (seen, (gpointer)path))
        g_ptr_array_add (paths, g_strdup (path));
    }
  g_ptr_array_sort (paths, compare_texts);
  g_ptr_array_add (paths, NULL);
  return (char **)g_ptr_array_free (paths, FALSE);
}

/* A file that is gone since adds no trust. */
static char *
read_ca_file (JsonObject *object)
{
  const char *uri = haul_safe_json_get_text (object, "ca_file");
  g_autofree char *path = uri == NULL ? NULL : g_filename_from_uri (uri, NULL, NULL);

  return path != NULL && g_access (path, R_OK) == 0 ? g_steal_pointer (&path) : NULL;
}

/* As a URI, since a file name may be of any octets. */
static void
add_ca_file (JsonBuilder *builder, const char *path)
{
  g_autofree char *whole = path == NULL ? NULL : g_canonicalize_filename (path, NULL);
  g_autofree char *uri = whole == NULL ? NULL : g_filename_to_uri (whole, NULL, NULL);

  if (uri != NULL)
    haul_safe_json_add_text (builder, "ca_file", uri);
}

static void
read_sources (HaulJob *job, JsonObject *object)
{
  JsonArray *array = haul_safe_json_get_array (object, "sources");
  GPtrArray *paths = g_ptr_array_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *uri = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      char *path = uri == NULL ? NULL : g_filename_from_uri (uri, NULL, NULL);
      if (path != NULL)
        g_ptr_array_add (paths, path);
    }
  g_ptr_array_add (paths, NULL);
  job->sources = (char **)g_ptr_array_free (paths, FALSE);
}

/**
 * haul_job_store_load:
 * @path: a job's file
 * @account: (out) (nullable): haul_account_dup_id() of its account
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the job
 */
HaulJob *
haul_job_store_load (const char *path, char **account, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonObject *object = haul_safe_json_load (path, &parser, error);
  const char *id = haul_safe_json_get_text (object, "id");
  const char *choices = haul_safe_json_get_text (object, "choices");

  if (object == NULL)
    return NULL;
  if (id == NULL)
    {
      g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NO_JOB, "%s does not hold a job", path);
      return NULL;
    }
  HaulJob *job = g_new0 (HaulJob, 1);
  job->id = g_strdup (id);
  job->user = g_strdup (haul_safe_json_get_text (object, "user"));
  job->server = g_strdup (haul_safe_json_get_text (object, "server"));
  job->authenticate_as = g_strdup (haul_safe_json_get_text (object, "authenticate_as"));
  job->ca_file = read_ca_file (object);
  job->port = (guint16)haul_safe_json_get_number (object, "port");
  job->security = (int)CLAMP (haul_safe_json_get_number (object, "security"), 0, HAUL_SECURITY_NONE);
  job->started = haul_safe_json_get_number (object, "started");
  job->last = haul_safe_json_get_number (object, "last");
  job->is_finished = haul_safe_json_get_number (object, "finished") != 0;
  job->undo = (HaulJobUndo)CLAMP (haul_safe_json_get_number (object, "undo"), 0, HAUL_JOB_UNDO_DONE);
  job->messages = (guint64)haul_safe_json_get_number (object, "messages");
  job->done = (guint64)haul_safe_json_get_number (object, "done");
  job->placed = (guint64)haul_safe_json_get_number (object, "placed");
  job->choices = choices == NULL ? NULL : haul_choices_new_from_json (choices, NULL);
  if (job->choices == NULL)
    job->choices = haul_choices_new ();
  read_sources (job, object);
  if (account != NULL)
    *account = g_strdup (haul_safe_json_get_text (object, "account"));
  return job;
}

/**
 * haul_job_store_save:
 * @state_dir: the folder for everything that is kept between runs
 * @account: whose mailbox
 * @job: a job
 * @error: return location
 *
 * Returns: %TRUE when it is on disk
 */
gboolean
haul_job_store_save (const char *state_dir, const HaulAccount *account, const HaulJob *job, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *path = haul_job_store_dup_path (state_dir, job->id, ".json");
  g_autofree char *dir = g_build_filename (state_dir, "jobs", NULL);
  g_autofree char *account_id = haul_account_dup_id (account);
  g_autofree char *choices = haul_choices_to_json (job->choices);

  if (g_mkdir_with_parents (dir, 0700) != 0)
    {
      g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL, "the folder %s cannot be made: %s", dir,
                   g_strerror (errno));
      return FALSE;
    }
  json_builder_begin_object (builder);
  haul_safe_json_add_text (builder, "id", job->id);
  haul_safe_json_add_text (builder, "account", account_id);
  haul_safe_json_add_text (builder, "user", job->user);
  if (job->authenticate_as != NULL)
    haul_safe_json_add_text (builder, "authenticate_as", job->authenticate_as);
  add_ca_file (builder, job->ca_file);
  haul_safe_json_add_text (builder, "server", job->server);
  haul_json_writer_add_int (builder, "port", job->port);
  haul_json_writer_add_int (builder, "security", job->security);
  haul_json_writer_add_int (builder, "started", job->started);
  haul_json_writer_add_int (builder, "last", job->last);
  haul_json_writer_add_int (builder, "finished", job->is_finished);
  haul_json_writer_add_int (builder, "undo", job->undo);
  haul_json_writer_add_int (builder, "messages", (gint64)job->messages);
  haul_json_writer_add_int (builder, "done", (gint64)job->done);
  haul_json_writer_add_int (builder, "placed", (gint64)job->placed);
  haul_safe_json_add_text (builder, "choices", choices);
  json_builder_set_member_name (builder, "sources");
  json_builder_begin_array (builder);
  for (guint i = 0; job->sources[i] != NULL; i++)
    {
      /* A URI, since a file name may be of any octets. */
      g_autofree char *uri = g_filename_to_uri (job->sources[i], NULL, NULL);
      if (uri != NULL)
        json_builder_add_string_value (builder, uri);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return haul_safe_json_save (builder, path, error);
}

/* The last run's report, beside the job. */
gboolean
haul_job_store_save_report (const char *state_dir, const HaulReport *report, GError **error)
{
  g_autofree char *path = haul_job_store_dup_path (state_dir, report->job, ".report");

  return haul_report_file_save (report, path, error);
}

static gboolean
is_same (const HaulJob *job, const char *job_account, const char *account, char **sources)
{
  return g_strcmp0 (job_account, account) == 0
         && g_strv_equal ((const char *const *)job->sources, (const char *const *)sources);
}

static HaulJob *
find (const char *state_dir, const char *account, char **sources)
{
  g_autofree char *path = g_build_filename (state_dir, "jobs", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  HaulJob *newest = NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *job_account = NULL;
      g_autoptr (HaulJob) job
          = g_str_has_suffix (name, ".json") ? haul_job_store_load (file, &job_account, NULL) : NULL;
      if (job == NULL || !is_same (job, job_account, account, sources)
          || (newest != NULL && newest->started >= job->started))
        continue;
      g_clear_pointer (&newest, haul_job_free);
      newest = g_steal_pointer (&job);
    }
  return newest;
}

/**
 * haul_job_store_find_or_make:
 * @state_dir: the folder for everything that is kept between runs
 * @account: whose mailbox
 * @plan: what goes where
 *
 * The job of this account and these sources: copying the same again goes on with it. Writes nothing.
 *
 * Returns: (transfer full): the job
 */
HaulJob *
haul_job_store_find_or_make (const char *state_dir, const HaulAccount *account, const HaulPlan *plan)
{
  g_autofree char *account_id = haul_account_dup_id (account);
  g_auto (GStrv) sources = list_sources (plan);
  HaulJob *job = find (state_dir, account_id, sources);

  if (job == NULL)
    {
      job = g_new0 (HaulJob, 1);
      job->id = make_id ();
      job->started = haul_clock_now ();
      job->sources = g_steal_pointer (&sources);
    }
  g_free (job->user);
  g_free (job->authenticate_as);
  g_free (job->ca_file);
  g_free (job->server);
  g_clear_pointer (&job->choices, haul_choices_free);
  job->user = g_strdup (account->user);
  job->authenticate_as = g_strdup (account->authenticate_as);
  job->ca_file = g_strdup (account->ca_file);
  job->server = g_strdup (account->endpoint == NULL ? "" : account->endpoint->host);
  job->port = account->endpoint == NULL ? 0 : haul_endpoint_get_port (account->endpoint);
  job->security = account->endpoint == NULL ? HAUL_SECURITY_AUTO : account->endpoint->security;
  job->choices = haul_choices_copy (plan->choices);
  job->last = haul_clock_now ();
  job->is_finished = FALSE;
  job->undo = HAUL_JOB_UNDO_NONE;
  return job;
}
