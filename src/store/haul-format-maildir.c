/* haul-format-maildir.c - Maildir, Maildir++ and trees of Maildirs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND; G_IO_ERROR.
 * See:     docs/stores.md
 */
#include "store/haul-format-maildir.h"

#include "store/haul-dir.h"
#include "store/haul-maildir-layout.h"
#include "store/haul-maildir-name.h"
#include "store/haul-maildir-reader.h"
#include "store/haul-store-error.h"

#include <string.h>

struct _HaulFormatMaildir
{
  GObject parent_instance;

  char *path; /* (owned) */
};

static void haul_format_maildir_iface_init (HaulStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulFormatMaildir,
                               haul_format_maildir,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_STORE, haul_format_maildir_iface_init))

static GPtrArray *
haul_format_maildir_list_folders (HaulStore *store, GCancellable *cancellable, GError **error)
{
  return haul_maildir_layout_list (HAUL_FORMAT_MAILDIR (store)->path, cancellable, error);
}

/* Sizes in the names are Dovecot's or Courier's work, also where a copy has lost the servers' own files. */
static gboolean
has_sizes_in_names (const char *path)
{
  g_autofree char *cur = g_build_filename (path, "cur", NULL);
  g_autoptr (GPtrArray) entries = haul_dir_list (cur, NULL);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i);
      if (entry->name[0] != '.')
        return haul_maildir_name_get_size (entry->name) >= 0;
    }
  return FALSE;
}

static gboolean
is_servers (const char *root, const char *path)
{
  static const char *const marks[] = { "dovecot-uidlist",  "dovecot.index.log",     "dovecot-uidvalidity",
                                       "courierimapuiddb", "courierimapsubscribed", "courierimapacl" };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (haul_dir_exists (path, marks[i]) || haul_dir_exists (root, marks[i]))
      return TRUE;
  return has_sizes_in_names (path);
}

static HaulReader *
haul_format_maildir_open_folder (HaulStore *store, const HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  HaulFormatMaildir *self = HAUL_FORMAT_MAILDIR (store);
  g_autofree char *relative = haul_dir_relative_from_id (folder->id);
  g_autofree char *path = relative == NULL              ? NULL
                          : g_str_equal (relative, ".") ? g_strdup (self->path)
                                                        : g_build_filename (self->path, relative, NULL);

  if (path == NULL || !haul_maildir_layout_is_folder (path))
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "There is no such folder in the store.");
      return NULL;
    }
  return haul_maildir_reader_new (path, folder->role, is_servers (self->path, path));
}

static void
haul_format_maildir_finalize (GObject *object)
{
  g_free (HAUL_FORMAT_MAILDIR (object)->path);
  G_OBJECT_CLASS (haul_format_maildir_parent_class)->finalize (object);
}

static void
haul_format_maildir_class_init (HaulFormatMaildirClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_format_maildir_finalize;
}

static void
haul_format_maildir_iface_init (HaulStoreInterface *iface)
{
  iface->list_folders = haul_format_maildir_list_folders;
  iface->open_folder = haul_format_maildir_open_folder;
}

static void
haul_format_maildir_init (HaulFormatMaildir *self)
{
}

static HaulStore *
open_store (const char *path, GCancellable *cancellable, GError **error)
{
  HaulFormatMaildir *self = g_object_new (HAUL_TYPE_FORMAT_MAILDIR, NULL);

  self->path = g_strdup (path);
  return HAUL_STORE (self);
}

static gboolean
sniff (const char *path, GBytes *head)
{
  return head == NULL && haul_maildir_layout_is_root (path);
}

/* Names tell flags, files are the messages. */
const HaulFormat haul_format_maildir = {
  .name = "maildir",
  .grade = HAUL_GRADE_EXACT,
  .sniff = sniff,
  .open = open_store,
};
