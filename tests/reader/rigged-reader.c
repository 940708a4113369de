/* rigged-reader.c - the real serving side and sandbox over a store that misbehaves on purpose
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The format word says what goes wrong and at which message: plain:0, abort-body:3, abort-next:3, hang-body:3,
 * fail-body:3, each-body:0, huge-body:3, long-key:3, odd-text:3. There are two folders of
 * N_MESSAGES messages.
 */
#include "reader/haul-reader-service.h"
#include "reader/haul-sandbox.h"
#include "store/haul-store-error.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_MESSAGES 200
#define HUGE_SIZE (64 * 1024 * 1024)

static char *what;
static guint64 where;

#define RIG_TYPE_STORE (rig_store_get_type ())
G_DECLARE_FINAL_TYPE (RigStore, rig_store, RIG, STORE, GObject)
struct _RigStore
{
  GObject parent_instance;
};

#define RIG_TYPE_FOLDER (rig_folder_get_type ())
G_DECLARE_FINAL_TYPE (RigFolder, rig_folder, RIG, FOLDER, GObject)
struct _RigFolder
{
  GObject parent_instance;
  guint64 ordinal;
  char *id;
};

static gboolean
goes_wrong (const char *how, guint64 ordinal)
{
  return g_str_equal (what, how) && ordinal == where;
}

static HaulMessage *
rig_folder_next (HaulReader *reader, GCancellable *cancellable, GError **error)
{
  RigFolder *self = RIG_FOLDER (reader);
  guint64 ordinal = self->ordinal++;
  g_autofree char *key = g_strdup_printf ("%s/%" G_GUINT64_FORMAT, self->id, ordinal);

  if (ordinal == N_MESSAGES)
    return NULL;
  if (goes_wrong ("abort-next", ordinal))
    abort ();
  if (goes_wrong ("fail-next", ordinal))
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED, "The index ends here.");
      return NULL;
    }
  HaulMessage *message = haul_message_new (key, ordinal);
  message->received = 1000000000 + (gint64)ordinal;
  message->flags = ordinal % 10 == 0 ? HAUL_MESSAGE_DELETED : HAUL_MESSAGE_SEEN;
  message->size = 100;
  if (goes_wrong ("long-key", ordinal))
    {
      g_free (message->key);
      message->key = g_strnfill (5000, 'k');
    }
  if (goes_wrong ("odd-text", ordinal))
    {
      message->problem = g_strdup ("bell \a escape \033[2J bad \xff end");
      message->keywords = g_new0 (char *, 101);
      for (guint i = 0; i < 100; i++)
        message->keywords[i] = i == 0 ? g_strnfill (300, 'w') : g_strdup_printf ("word%u", i);
    }
  return message;
}

static GInputStream *
rig_folder_open (HaulReader *reader, const HaulMessage *message, GCancellable *cancellable, GError **error)
{
  const char *slash = strrchr (message->key, '/');
  guint64 ordinal = slash != NULL ? g_ascii_strtoull (slash + 1, NULL, 10) : 0;
  g_autofree char *text = g_strdup_printf ("Subject: %" G_GUINT64_FORMAT "\r\n\r\nbody\r\n", ordinal);

  if (g_str_equal (what, "each-body") || goes_wrong ("abort-body", ordinal))
    abort ();
  while (goes_wrong ("hang-body", ordinal))
    usleep (1000);
  if (goes_wrong ("fail-body", ordinal))
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_MESSAGE_DAMAGED, "Its second half is missing.");
      return NULL;
    }
  if (goes_wrong ("huge-body", ordinal))
    {
      char *data = g_strnfill (HUGE_SIZE, 'h');
      return g_memory_input_stream_new_from_data (data, HUGE_SIZE, g_free);
    }
  return g_memory_input_stream_new_from_data (g_strdup (text), (gssize)strlen (text), g_free);
}

static void
rig_folder_iface_init (HaulReaderInterface *iface)
{
  iface->next = rig_folder_next;
  iface->open = rig_folder_open;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RigFolder,
                               rig_folder,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_READER, rig_folder_iface_init))

static void
rig_folder_finalize (GObject *object)
{
  g_free (RIG_FOLDER (object)->id);
  G_OBJECT_CLASS (rig_folder_parent_class)->finalize (object);
}

static void
rig_folder_class_init (RigFolderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rig_folder_finalize;
}

static void
rig_folder_init (RigFolder *self)
{
}

static GPtrArray *
rig_store_list_folders (HaulStore *store, GCancellable *cancellable, GError **error)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_folder_unref);
  const char *const first[] = { "Inbox", NULL };
  const char *const second[] = { "Inbox", "Über", NULL };

  g_ptr_array_add (folders, haul_folder_new ("a", first, HAUL_ROLE_INBOX));
  g_ptr_array_add (folders, haul_folder_new ("b", second, HAUL_ROLE_NONE));
  return folders;
}

static HaulReader *
rig_store_open_folder (HaulStore *store, const HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  RigFolder *reader = g_object_new (RIG_TYPE_FOLDER, NULL);

  reader->id = g_strdup (folder->id);
  return HAUL_READER (reader);
}

static void
rig_store_iface_init (HaulStoreInterface *iface)
{
  iface->list_folders = rig_store_list_folders;
  iface->open_folder = rig_store_open_folder;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RigStore,
                               rig_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_STORE, rig_store_iface_init))

static void
rig_store_class_init (RigStoreClass *klass)
{
}

static void
rig_store_init (RigStore *self)
{
}

static gboolean
walk (const char *root, HaulReaderFound found, gpointer user_data, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static HaulStore *
open_store (const char *format, const char *path, GError **error)
{
  g_auto (GStrv) words = g_strsplit (format, ":", 2);

  if (words[0] == NULL || words[1] == NULL)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED, "No such rig.");
      return NULL;
    }
  g_free (what);
  what = g_strdup (words[0]);
  where = g_ascii_strtoull (words[1], NULL, 10);
  return g_object_new (RIG_TYPE_STORE, NULL);
}

int
main (int argc, char **argv)
{
  static const HaulReaderBackend backend = { .walk = walk, .open = open_store };

  haul_sandbox_limit ();
  haul_reader_service_run (STDIN_FILENO, STDOUT_FILENO, &backend);
  return 0;
}
