/* haul-discovery.c - what mail is on this computer?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  haul_discovery_run() blocks its thread. haul_discovery_run_async() has a named one of its own; everything is
 *          delivered in the main context of the caller, in order, the end last.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND, HAUL_STORE_ERROR_NO_MAIL for a path that was asked for; G_IO_ERROR_CANCELLED.
 * See:     haul-search.c
 */
#include "store/haul-discovery.h"

#include "base/haul-notice.h"
#include "store/haul-search.h"
#include "store/haul-store-error.h"
#include "store/haul-store-process.h"

#include <errno.h>
#include <gio/gunixmounts.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  char **paths; /* (owned) (nullable) */
  HaulDiscoveryFunc func;
  gpointer user_data;
  GMainContext *context; /* (owned) the caller's */
} Search;

typedef struct
{
  GTask *task;               /* (owned) */
  HaulStoreSummary *summary; /* (owned) (nullable) */
  char *place;               /* (owned) */
} Notice;

static void
set_path_error (const char *path, GError **error)
{
  int code = errno;
  g_autofree char *name = g_filename_display_name (path);

  if (code == ENOENT || code == ENOTDIR)
    g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "“%s” does not exist.", name);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "“%s”: %s", name, g_strerror (code));
}

static gboolean
has_directory (const char *parent, const char *name)
{
  g_autofree char *path = g_build_filename (parent, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_DIR);
}

/* A path that was named may be a link; a Maildir's inner directory stands for the Maildir. */
static char *
dup_root (const char *path, GError **error)
{
  g_autofree char *real = realpath (path, NULL);

  if (real == NULL)
    {
      set_path_error (path, error);
      return NULL;
    }
  g_autofree char *parent = g_path_get_dirname (real);
  g_autofree char *name = g_path_get_basename (real);
  if ((g_str_equal (name, "cur") || g_str_equal (name, "new")) && has_directory (parent, "cur")
      && has_directory (parent, "new"))
    return g_steal_pointer (&parent);
  return g_steal_pointer (&real);
}

/**
 * haul_discovery_run:
 * @paths: (array zero-terminated=1) (nullable): where to look; %NULL or empty for haul_discovery_dup_default_paths()
 * @func: (nullable): told of each store and place, on this thread
 * @user_data: for @func
 * @cancellable: (nullable): to stop it
 * @error: return location; %HAUL_STORE_ERROR_NOT_FOUND and %HAUL_STORE_ERROR_NO_MAIL name the path
 *
 * Looks for mail and counts it. A store that cannot be opened is in the result with its error.
 *
 * Returns: (transfer full) (nullable) (element-type HaulStoreSummary): all stores found
 */
GPtrArray *
haul_discovery_run (
    const char *const *paths, HaulDiscoveryFunc func, gpointer user_data, GCancellable *cancellable, GError **error)
{
  gboolean is_asked_for = paths != NULL && paths[0] != NULL;
  g_auto (GStrv) defaults = is_asked_for ? NULL : haul_discovery_dup_default_paths ();
  const char *const *roots = is_asked_for ? paths : (const char *const *)defaults;
  g_auto (HaulSearch) search = { 0 };

  g_autoptr (GPtrArray) real = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; roots[i] != NULL; i++)
    {
      char *root = dup_root (roots[i], is_asked_for ? error : NULL);
      if (root == NULL && is_asked_for)
        return NULL;
      if (root != NULL)
        g_ptr_array_add (real, root);
    }
  haul_search_init (&search, func, user_data);
  for (guint i = 0; i < real->len; i++)
    if (!haul_search_look_in (&search, real->pdata[i], is_asked_for, cancellable, error))
      return NULL;
  return g_steal_pointer (&search.found);
}

static void
free_search (gpointer data)
{
  Search *self = data;

  g_strfreev (self->paths);
  g_main_context_unref (self->context);
  g_free (self);
}

static void
free_notice (gpointer data)
{
  Notice *self = data;

  g_object_unref (self->task);
  g_clear_pointer (&self->summary, haul_store_summary_unref);
  g_free (self->place);
  g_free (self);
}

static gboolean
deliver (gpointer data)
{
  Notice *self = data;
  Search *search = g_task_get_task_data (self->task);

  search->func (self->summary, self->place, search->user_data);
  return G_SOURCE_REMOVE;
}

/* On the search's thread. */
static void
post (HaulStoreSummary *summary, const char *place, gpointer user_data)
{
  GTask *task = user_data;
  Search *search = g_task_get_task_data (task);
  Notice *notice = g_new0 (Notice, 1);

  notice->task = g_object_ref (task);
  notice->summary = summary != NULL ? haul_store_summary_ref (summary) : NULL;
  notice->place = g_strdup (place);
  haul_notice_post (search->context, deliver, notice, free_notice);
}

static gpointer
run (gpointer data)
{
  g_autoptr (GTask) task = data;
  Search *search = g_task_get_task_data (task);
  GError *error = NULL;
  GPtrArray *found = haul_discovery_run ((const char *const *)search->paths, search->func != NULL ? post : NULL, task,
                                         g_task_get_cancellable (task), &error);

  if (found != NULL)
    g_task_return_pointer (task, found, (GDestroyNotify)g_ptr_array_unref);
  else
    g_task_return_error (task, error);
  return NULL;
}

/**
 * haul_discovery_run_async:
 * @paths: (array zero-terminated=1) (nullable): as for haul_discovery_run()
 * @func: (nullable): told of each store and place, in the caller's main context
 * @user_data: for @func; must stay until @callback
 * @cancellable: (nullable): to stop it
 * @callback: called at the end, after the last call of @func
 * @callback_data: for @callback
 *
 * Starts haul_discovery_run() on a thread of its own.
 */
void
haul_discovery_run_async (const char *const *paths,
                          HaulDiscoveryFunc func,
                          gpointer user_data,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer callback_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, callback_data);
  Search *search = g_new0 (Search, 1);

  search->paths = g_strdupv ((char **)paths);
  search->func = func;
  search->user_data = user_data;
  search->context = g_main_context_ref_thread_default ();
  g_task_set_source_tag (task, haul_discovery_run_async);
  g_task_set_task_data (task, search, free_search);
  g_thread_unref (g_thread_new ("haul-discovery", run, task));
}

/**
 * haul_discovery_run_finish:
 * @result: what the callback got
 * @error: return location, as haul_discovery_run()
 *
 * Returns: (transfer full) (nullable) (element-type HaulStoreSummary): all stores found
 */
GPtrArray *
haul_discovery_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Where desktops and people put the disks of others. */
static gboolean
is_disk_of_a_person (const char *mount_path)
{
  g_autofree char *run_media = g_build_filename ("/run/media", g_get_user_name (), NULL);
  const char *const above[] = { "/media", "/mnt", run_media };

  if (g_str_equal (mount_path, "/mnt"))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (above); i++)
    if (g_str_has_prefix (mount_path, above[i]) && mount_path[strlen (above[i])] == '/')
      return TRUE;
  return FALSE;
}

/**
 * haul_discovery_dup_default_paths:
 *
 * Where a person's mail lies without being told: the home directory and mounted disks. Never the whole system.
 *
 * Returns: (transfer full) (array zero-terminated=1): absolute directories
 */
char **
haul_discovery_dup_default_paths (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *home = g_canonicalize_filename (g_get_home_dir (), "/");
  g_autofree char *above_home = g_strconcat (home, "/", NULL);
  GList *mounts = g_unix_mounts_get (NULL);

  if (!g_str_equal (home, "/"))
    g_strv_builder_add (builder, home);
  for (GList *l = mounts; l != NULL; l = l->next)
    {
      const char *path = g_unix_mount_get_mount_path (l->data);
      if (is_disk_of_a_person (path) && !g_str_has_prefix (path, above_home) && !g_str_equal (path, home))
        g_strv_builder_add (builder, path);
    }
  g_list_free_full (mounts, (GDestroyNotify)g_unix_mount_free);
  return g_strv_builder_end (builder);
}

/**
 * haul_discovery_open_store:
 * @info: a store
 * @cancellable: (nullable): to stop it
 * @error: return location; why it cannot be opened
 *
 * Opens a store in a reader process of its own. A second call makes a second process, for a second thread.
 *
 * Returns: (transfer full) (nullable): the store
 */
HaulStore *
haul_discovery_open_store (HaulStoreInfo *info, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulStore) store = haul_store_process_new (info);

  if (haul_reader_slot_open (haul_store_process_get_slot (HAUL_STORE_PROCESS (store)), cancellable, error) == NULL)
    return NULL;
  return g_steal_pointer (&store);
}
