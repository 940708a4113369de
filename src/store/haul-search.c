/* haul-search.c - one search for mail: walk, count, report
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One reader process walks each path and names the stores; each store is then counted by a process of its own. What one
 * store does to its process therefore costs that store's numbers and nothing else.
 *
 * Thread:  one owner; blocks.
 * Errors:  HAUL_STORE_ERROR_NO_MAIL for a path that was asked for; G_IO_ERROR_CANCELLED; what the reader processes
 * give.
 */
#include "store/haul-search.h"

#include "store/haul-record.h"
#include "store/haul-store-error.h"
#include "store/haul-store-process.h"

#include <sys/stat.h>

#define PLACE_US 100000 /* at most ten a second */
#define MAX_STORES 10000

static void
report_place (HaulSearch *self, const char *place)
{
  gint64 now = g_get_monotonic_time ();

  if (self->func == NULL || now - self->last_place_us < PLACE_US)
    return;
  self->last_place_us = now;
  self->func (NULL, place, self->user_data);
}

static void
report_summary (HaulSearch *self, HaulStoreSummary *summary)
{
  g_autofree char *place = g_filename_display_name (summary->info->path);

  g_ptr_array_add (self->found, haul_store_summary_ref (summary));
  if (self->func != NULL)
    self->func (summary, place, self->user_data);
}

static HaulStoreSummary *
new_summary (HaulStoreInfo *info)
{
  HaulStoreSummary *self = g_new0 (HaulStoreSummary, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->info = haul_store_info_ref (info);
  self->folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref);
  return self;
}

/* A folder that cannot be counted is shown with the reason. */
static HaulFolder *
count_folder (HaulStore *store, const HaulFolder *folder, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  HaulFolder *counted = haul_store_count_folder (store, folder, cancellable, &error);

  if (counted != NULL)
    return counted;
  counted = haul_folder_copy (folder);
  if (counted->problem == NULL)
    counted->problem = g_strdup (error->message);
  return counted;
}

static HaulStoreSummary *
count_store (HaulSearch *self, HaulStoreInfo *info, GCancellable *cancellable)
{
  g_autoptr (HaulStore) store = haul_store_process_new (info);
  HaulStoreSummary *summary = new_summary (info);
  g_autoptr (GPtrArray) folders = haul_store_list_folders (store, cancellable, &summary->error);

  for (guint i = 0; folders != NULL && i < folders->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      HaulFolder *folder = folders->pdata[i];
      g_autofree char *name = haul_folder_dup_display (folder);
      g_autofree char *shown = haul_record_dup_text (name, HAUL_RECORD_MAX_TEXT);
      g_autofree char *place = g_strdup_printf ("%s: %s", info->program, shown);
      report_place (self, place);
      g_ptr_array_add (summary->folders, count_folder (store, folder, cancellable));
    }
  return summary;
}

/* The same store reached by two of the paths is shown once. */
static gboolean
is_new (HaulSearch *self, const char *path)
{
  struct stat info;

  if (stat (path, &info) != 0)
    return TRUE;
  return g_hash_table_add (self->seen, g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                                        (guint64)info.st_dev, (guint64)info.st_ino));
}

/* One frame of the walk. */
static gboolean
take_frame (HaulSearch *self,
            HaulReaderProcess *process,
            const HaulFrame *frame,
            const char *root,
            GPtrArray *stores,
            GError **error)
{
  if (frame->type != HAUL_FRAME_PLACE && (frame->type != HAUL_FRAME_STORE || stores->len >= MAX_STORES))
    {
      haul_reader_process_refuse (process, frame, error);
      return FALSE;
    }
  g_autoptr (GVariant) record = haul_reader_process_parse (process, frame, error);
  if (record == NULL)
    return FALSE;
  if (frame->type == HAUL_FRAME_PLACE)
    {
      const char *text;
      g_variant_get (record, "(&s)", &text);
      g_autofree char *place = haul_record_dup_text (text, HAUL_RECORD_MAX_TEXT);
      report_place (self, place);
      return TRUE;
    }
  HaulStoreInfo *info = haul_record_to_store (record, root, error);
  if (info == NULL)
    {
      haul_reader_process_refuse (process, NULL, error);
      return FALSE;
    }
  g_ptr_array_add (stores, info);
  return TRUE;
}

/* Walks one path; each store is counted and reported as it is met. Returns how many were met, -1 with an error. */
static gint
walk (HaulSearch *self, const char *root, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulReaderProcess) process
      = haul_reader_process_start (root, HAUL_READER_PROCESS_PATIENCE_MS, cancellable, error);
  g_autoptr (GPtrArray) stores = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_store_info_unref);
  guint counted = 0;
  HaulFrame frame;

  if (process == NULL || !haul_reader_process_send (process, HAUL_FRAME_SCAN, NULL, cancellable, error))
    return -1;
  while (haul_reader_process_receive (process, &frame, cancellable, error))
    {
      if (frame.type == HAUL_FRAME_END)
        return (gint)stores->len;
      if (!take_frame (self, process, &frame, root, stores, error))
        return -1;
      for (; counted < stores->len; counted++)
        {
          HaulStoreInfo *info = stores->pdata[counted];
          if (!is_new (self, info->path))
            continue;
          g_autoptr (HaulStoreSummary) summary = count_store (self, info, cancellable);
          if (g_cancellable_set_error_if_cancelled (cancellable, error))
            return -1;
          report_summary (self, summary);
        }
    }
  return -1;
}

/* The walk of a disk that nobody asked for by name broke off: that is shown, and the others are still looked at. */
static void
report_failed_walk (HaulSearch *self, const char *root, const GError *error)
{
  g_autoptr (HaulStoreInfo) info = haul_store_info_new ("?", "?", HAUL_GRADE_SALVAGE, root);
  g_autoptr (HaulStoreSummary) summary = new_summary (info);

  summary->error = g_error_copy (error);
  report_summary (self, summary);
}

/**
 * haul_search_init:
 * @self: (out caller-allocates): a search
 * @func: (nullable): told of each store and place
 * @user_data: for @func
 */
void
haul_search_init (HaulSearch *self, HaulDiscoveryFunc func, gpointer user_data)
{
  *self = (HaulSearch){ .func = func, .user_data = user_data };
  self->found = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_store_summary_unref);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
haul_search_clear (HaulSearch *self)
{
  g_clear_pointer (&self->found, g_ptr_array_unref);
  g_clear_pointer (&self->seen, g_hash_table_unref);
}

/**
 * haul_search_look_in:
 * @self: a search
 * @root: an absolute path
 * @is_asked_for: whether a person named it: then it is an error that it holds no mail or cannot be looked through
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Finds, counts and reports the stores under @root.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_search_look_in (
    HaulSearch *self, const char *root, gboolean is_asked_for, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gint n = walk (self, root, cancellable, &local_error);

  if (n > 0 || (n == 0 && !is_asked_for))
    return TRUE;
  if (n == 0)
    {
      g_autofree char *name = g_filename_display_name (root);
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NO_MAIL, "There is no mail that can be read in “%s”.",
                   name);
      return FALSE;
    }
  if (is_asked_for || g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  report_failed_walk (self, root, local_error);
  return TRUE;
}
