/* haul-cli-jobs.c - the jobs begun on this computer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 */
#include "cli/haul-cli-jobs.h"

#include "haul-config.h"

#include <glib/gi18n.h>

#include "cli/haul-cli-print.h"
#include "cli/haul-cli-work.h"
#include "report/haul-json-writer.h"
#include "report/haul-text-table.h"

typedef struct
{
  const char *word; /* for scripts */
  const char *text;
} State;

static State
get_state (const HaulJob *job)
{
  if (job->is_running && job->undo == HAUL_JOB_UNDO_NONE)
    return (State){ "running", _ ("running now") };
  if (job->undo == HAUL_JOB_UNDO_DONE)
    return (State){ "taken-back", _ ("taken back") };
  if (job->undo == HAUL_JOB_UNDO_BEGUN)
    return (State){ "taking-back", job->is_running ? _ ("being taken back") : _ ("taken back in part") };
  return job->is_finished ? (State){ "finished", _ ("finished") } : (State){ "unfinished", _ ("can go on") };
}

static void
build_job (JsonBuilder *builder, const HaulJob *job)
{
  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "id", job->id);
  haul_json_writer_add_string (builder, "user", job->user);
  haul_json_writer_add_string (builder, "server", job->server);
  haul_json_writer_add_int (builder, "port", job->port);
  haul_json_writer_add_date (builder, "started", job->started);
  haul_json_writer_add_date (builder, "last", job->last);
  haul_json_writer_add_boolean (builder, "finished", job->is_finished);
  haul_json_writer_add_string (builder, "state", get_state (job).word);
  haul_json_writer_add_int (builder, "messages", (gint64)job->messages);
  haul_json_writer_add_int (builder, "done", (gint64)job->done);
  json_builder_set_member_name (builder, "sources");
  json_builder_begin_array (builder);
  for (guint i = 0; job->sources != NULL && job->sources[i] != NULL; i++)
    {
      g_autofree char *name = g_filename_display_name (job->sources[i]);
      json_builder_add_string_value (builder, name);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_json (const GPtrArray *jobs)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "jobs");
  json_builder_begin_array (builder);
  for (guint i = 0; i < jobs->len; i++)
    build_job (builder, g_ptr_array_index (jobs, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  haul_cli_print_builder (builder, TRUE);
}

static void
print_text (const HaulCliOptions *options, const GPtrArray *jobs)
{
  const char *titles[]
      = { _ ("Job"), _ ("User"), _ ("Server"), _ ("Begun"), _ ("Last"), _ ("Done"), _ ("Of"), _ ("State"), NULL };
  g_autoptr (HaulTextTable) table = haul_text_table_new (titles, "lllllrrl");
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < jobs->len; i++)
    {
      const HaulJob *job = g_ptr_array_index (jobs, i);
      g_autofree char *started = haul_text_table_dup_date (job->started);
      g_autofree char *last = haul_text_table_dup_date (job->last);
      haul_text_table_add (table, job->id);
      haul_text_table_add (table, job->user);
      haul_text_table_add (table, job->server);
      haul_text_table_add (table, started);
      haul_text_table_add (table, last);
      haul_text_table_add_number (table, (gint64)job->done);
      haul_text_table_add_number (table, (gint64)job->messages);
      haul_text_table_add (table, get_state (job).text);
    }
  haul_text_table_write (table, out);
  haul_cli_print_text (options, jobs->len == 0 ? _ ("No job was begun here.\n") : out->str);
}

/**
 * haul_cli_jobs_run:
 * @options: options
 *
 * Lists the jobs.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_jobs_run (const HaulCliOptions *options)
{
  g_autofree char *state_dir = haul_cli_work_dup_state_dir (options);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) jobs = NULL;

  if (options->arguments != NULL)
    g_set_error (&error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG, _ ("“%s” is one word too many."),
                 options->arguments[0]);
  else
    jobs = haul_jobs_list (state_dir, &error);
  if (jobs == NULL)
    return haul_cli_print_error (options, error);
  if (haul_cli_options_is_json (options))
    print_json (jobs);
  else
    print_text (options, jobs);
  return HAUL_EXIT_OK;
}
