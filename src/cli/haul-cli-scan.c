/* haul-cli-scan.c - what mail is here
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 */
#include "cli/haul-cli-scan.h"

#include "haul-config.h"

#include <glib/gi18n.h>

#include "cli/haul-cli-print.h"
#include "cli/haul-cli-work.h"
#include "report/haul-error-text.h"
#include "report/haul-json-writer.h"
#include "report/haul-text-table.h"
#include "store/haul-store-error.h"

static void
add_count (JsonBuilder *builder, const char *name, gint64 count)
{
  json_builder_set_member_name (builder, name);
  if (count < 0)
    json_builder_add_null_value (builder);
  else
    json_builder_add_int_value (builder, count);
}

static void
build_folder (JsonBuilder *builder, const HaulFolder *folder)
{
  g_autofree char *path = haul_folder_dup_display (folder);

  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "path", path);
  haul_json_writer_add_string (builder, "role", haul_role_to_string (folder->role));
  add_count (builder, "messages", folder->messages);
  add_count (builder, "bytes", folder->bytes);
  add_count (builder, "deleted", folder->deleted);
  haul_json_writer_add_date (builder, "oldest", folder->oldest);
  haul_json_writer_add_date (builder, "newest", folder->newest);
  if (folder->problem != NULL)
    haul_json_writer_add_string (builder, "problem", folder->problem);
  json_builder_end_object (builder);
}

static void
build_store (JsonBuilder *builder, const HaulStoreSummary *summary)
{
  g_autofree char *path = g_filename_display_name (summary->info->path);

  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "program", summary->info->program);
  haul_json_writer_add_string (builder, "format", summary->info->format);
  haul_json_writer_add_string (builder, "grade", haul_grade_to_string (summary->info->grade));
  haul_json_writer_add_string (builder, "path", path);
  if (summary->info->owner != NULL)
    haul_json_writer_add_string (builder, "owner", summary->info->owner);
  if (summary->info->warning != NULL)
    haul_json_writer_add_string (builder, "warning", summary->info->warning);
  json_builder_set_member_name (builder, "folders");
  json_builder_begin_array (builder);
  for (guint i = 0; i < summary->folders->len; i++)
    build_folder (builder, g_ptr_array_index (summary->folders, i));
  json_builder_end_array (builder);
  if (summary->error != NULL)
    {
      json_builder_set_member_name (builder, "error");
      json_builder_begin_object (builder);
      haul_cli_print_add_error (builder, summary->error);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
print_json (const GPtrArray *summaries)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "stores");
  json_builder_begin_array (builder);
  for (guint i = 0; i < summaries->len; i++)
    build_store (builder, g_ptr_array_index (summaries, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  haul_cli_print_builder (builder, TRUE);
}

static void
add_row (HaulTextTable *table, const char *name, const HaulFolder *folder)
{
  g_autofree char *size = folder->bytes < 0 ? g_strdup ("?") : g_format_size ((guint64)folder->bytes);
  g_autofree char *oldest = folder->oldest == 0 ? g_strdup ("") : haul_text_table_dup_date (folder->oldest);
  g_autofree char *newest = folder->newest == 0 ? g_strdup ("") : haul_text_table_dup_date (folder->newest);

  haul_text_table_add (table, name);
  haul_text_table_add_number (table, folder->messages);
  haul_text_table_add (table, size);
  haul_text_table_add (table, oldest);
  haul_text_table_add (table, newest);
  haul_text_table_add (table, folder->problem);
}

static void
print_store (const HaulCliOptions *options, const HaulStoreSummary *summary)
{
  const char *titles[] = { _ ("Folder"), _ ("Messages"), _ ("Size"), _ ("Oldest"), _ ("Newest"), "", NULL };
  g_autoptr (HaulTextTable) table = haul_text_table_new (titles, "lrrlll");
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *path = g_filename_display_name (summary->info->path);

  haul_cli_print_line (options, "%s%s%s: %s", summary->info->program, summary->info->owner == NULL ? "" : ", ",
                       summary->info->owner == NULL ? "" : summary->info->owner, path);
  if (summary->info->warning != NULL)
    haul_cli_print_line (options, "%s", summary->info->warning);
  if (summary->error != NULL)
    {
      g_autoptr (HaulErrorText) text = haul_error_text_new (summary->error);
      haul_cli_print_line (options, "%s (%s)", text->sentence, summary->error->message);
      return;
    }
  for (guint i = 0; i < summary->folders->len; i++)
    {
      const HaulFolder *folder = g_ptr_array_index (summary->folders, i);
      g_autofree char *name = haul_folder_dup_display (folder);
      add_row (table, name, folder);
    }
  haul_text_table_write (table, out);
  haul_cli_print_text (options, out->str);
}

static void
print_totals (const HaulCliOptions *options, const GPtrArray *summaries)
{
  guint64 messages = 0, bytes = 0;

  for (guint i = 0; i < summaries->len; i++)
    {
      const HaulStoreSummary *summary = g_ptr_array_index (summaries, i);
      for (guint j = 0; j < summary->folders->len; j++)
        {
          const HaulFolder *folder = g_ptr_array_index (summary->folders, j);
          messages += (guint64)MAX (folder->messages, 0);
          bytes += (guint64)MAX (folder->bytes, 0);
        }
    }
  g_autofree char *size = g_format_size (bytes);
  haul_cli_print_line (options,
                       ngettext ("%'" G_GUINT64_FORMAT " message, %s.", "%'" G_GUINT64_FORMAT " messages, %s.",
                                 messages),
                       messages, size);
}

static HaulExitStatus
find_status (const GPtrArray *summaries)
{
  HaulExitStatus status = HAUL_EXIT_OK;

  for (guint i = 0; i < summaries->len; i++)
    {
      const HaulStoreSummary *summary = g_ptr_array_index (summaries, i);
      if (summary->error != NULL)
        status = haul_exit_status_worst (status, haul_cli_print_get_status (summary->error));
    }
  return status;
}

static GPtrArray *
search (HaulCliWork *work, GError **error)
{
  const char *const *paths = (const char *const *)work->options->arguments;

  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    {
      if (g_file_test (paths[i], G_FILE_TEST_EXISTS))
        continue;
      g_autofree char *name = g_filename_display_name (paths[i]);
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "%s is not there", name);
      return NULL;
    }
  return haul_discovery_run (paths, NULL, NULL, work->cancellable, error);
}

/**
 * haul_cli_scan_run:
 * @options: options
 *
 * Shows the stores under the given places, or where mail usually is.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_scan_run (const HaulCliOptions *options)
{
  g_autoptr (HaulCliWork) work = haul_cli_work_new (options);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) summaries = search (work, &error);

  if (summaries != NULL && summaries->len == 0)
    g_set_error_literal (&error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NO_MAIL, "no store was found");
  if (error != NULL)
    return haul_cli_work_fail (work, NULL, error);
  if (haul_cli_options_is_json (options))
    {
      print_json (summaries);
      return find_status (summaries);
    }
  for (guint i = 0; i < summaries->len; i++)
    {
      print_store (options, g_ptr_array_index (summaries, i));
      haul_cli_print_text (options, "\n");
    }
  print_totals (options, summaries);
  return find_status (summaries);
}
