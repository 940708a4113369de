/* haul-maildir-reader.c - the messages of one Maildir
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  the names of all files of the folder; one header of at most 64 KiB.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND, _CHANGED, _MESSAGE_DAMAGED; G_IO_ERROR.
 * See:     docs/stores.md
 */
#include "store/haul-maildir-reader.h"

#include "store/haul-date.h"
#include "store/haul-dir.h"
#include "store/haul-header.h"
#include "store/haul-maildir-name.h"
#include "store/haul-message-file.h"
#include "store/haul-store-error.h"

#include <string.h>
#include <sys/stat.h>

#define N_KEYWORDS 26
#define KEYWORDS_FILE_MAX 65536
/* Delivery and the file's time differ by so much at most when nobody has copied it. */
#define DELIVERY_SECONDS 60
/* The folder is not listed again more often, however many files vanish. */
#define RELIST_US (2 * G_USEC_PER_SEC)

typedef struct
{
  char *name; /* (owned) “cur/…” or “new/…” */
  HaulDirKind kind;
} Item;

struct _HaulMaildirReader
{
  GObject parent_instance;

  char *path; /* (owned) */
  HaulRole role;
  gboolean has_server_dates;  /* Dovecot or Courier keep the received date as the file's time */
  char *keywords[N_KEYWORDS]; /* (owned) (nullable) by letter */
  GArray *items;              /* (owned) (nullable) (element-type Item) once the first message was asked for */
  guint at;
  guint64 ordinal;
  GHashTable *by_base; /* (owned) (nullable) base name to “cur/…”, for files that were renamed */
  gint64 listed_us;    /* when by_base was made */
};

static void haul_maildir_reader_iface_init (HaulReaderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulMaildirReader,
                               haul_maildir_reader,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_READER, haul_maildir_reader_iface_init))

static void
item_clear (gpointer data)
{
  g_free (((Item *)data)->name);
}

/* “0 MyLabel”: the letter's index and the keyword. */
static void
read_keywords (HaulMaildirReader *self)
{
  g_autofree char *path = g_build_filename (self->path, "dovecot-keywords", NULL);
  g_autoptr (HaulFile) file = haul_file_open (path, NULL);
  g_autoptr (GBytes) head = file == NULL ? NULL : haul_file_read_head (file, KEYWORDS_FILE_MAX, NULL);
  if (head == NULL)
    return;
  g_autofree char *text = g_strndup (g_bytes_get_data (head, NULL), g_bytes_get_size (head));
  g_auto (GStrv) lines = g_strsplit (text, "\n", 4 * N_KEYWORDS);

  for (char **line = lines; *line != NULL; line++)
    {
      char *end;
      guint64 index = g_ascii_strtoull (*line, &end, 10);
      if (end == *line || *end != ' ' || index >= N_KEYWORDS || !g_utf8_validate (end, -1, NULL))
        continue;
      g_free (self->keywords[index]);
      self->keywords[index] = g_strdup (g_strstrip (end));
    }
}

static const char *
get_base (const Item *item)
{
  return strchr (item->name, '/') + 1;
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const char *first = get_base (a);
  const char *second = get_base (b);
  gsize n = haul_maildir_name_get_base_length (first);
  gsize m = haul_maildir_name_get_base_length (second);
  int order = strncmp (first, second, MIN (n, m));

  if (order != 0)
    return order;
  if (n != m)
    return n < m ? -1 : 1;
  return strcmp (((const Item *)a)->name, ((const Item *)b)->name);
}

static gboolean
add_directory (HaulMaildirReader *self, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GPtrArray) entries = haul_dir_list (path, &local_error);

  if (g_error_matches (local_error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND))
    return TRUE;
  if (entries == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  for (guint i = 0; i < entries->len; i++)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i);
      Item item = { .name = NULL, .kind = entry->kind };
      if (entry->kind == HAUL_DIR_DIRECTORY || entry->name[0] == '.')
        continue;
      item.name = g_build_filename (name, entry->name, NULL);
      g_array_append_val (self->items, item);
    }
  return TRUE;
}

/* A message moved from new to cur between the two listings is seen twice; “cur” sorts first. */
static void
drop_twins (GArray *items)
{
  for (guint i = items->len; i > 1; i--)
    {
      const char *previous = get_base (&g_array_index (items, Item, i - 2));
      const char *base = get_base (&g_array_index (items, Item, i - 1));
      gsize length = haul_maildir_name_get_base_length (base);
      if (length == haul_maildir_name_get_base_length (previous) && strncmp (base, previous, length) == 0)
        g_array_remove_index (items, i - 1);
    }
}

static gboolean
ensure_items (HaulMaildirReader *self, GError **error)
{
  if (self->items != NULL)
    return TRUE;
  self->items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_array_set_clear_func (self->items, item_clear);
  if (!add_directory (self, "new", error) || !add_directory (self, "cur", error))
    {
      g_clear_pointer (&self->items, g_array_unref);
      return FALSE;
    }
  g_array_sort (self->items, compare_items);
  drop_twins (self->items);
  read_keywords (self);
  return TRUE;
}

static void
list_by_base (HaulMaildirReader *self)
{
  g_autofree char *path = g_build_filename (self->path, "cur", NULL);
  g_autoptr (GPtrArray) entries = haul_dir_list (path, NULL);

  g_clear_pointer (&self->by_base, g_hash_table_unref);
  self->by_base = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->listed_us = g_get_monotonic_time ();
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const HaulDirEntry *entry = g_ptr_array_index (entries, i);
      if (entry->kind == HAUL_DIR_FILE)
        g_hash_table_insert (self->by_base, g_strndup (entry->name, haul_maildir_name_get_base_length (entry->name)),
                             g_build_filename ("cur", entry->name, NULL));
    }
}

static HaulFile *
open_renamed (HaulMaildirReader *self, const char *name)
{
  const char *base = strchr (name, '/') + 1;
  g_autofree char *key = g_strndup (base, haul_maildir_name_get_base_length (base));

  for (int try = 0; try < 2; try++)
    {
      if (self->by_base == NULL || (try > 0 && g_get_monotonic_time () - self->listed_us > RELIST_US))
        list_by_base (self);
      const char *now = g_hash_table_lookup (self->by_base, key);
      g_autofree char *path = now == NULL ? NULL : g_build_filename (self->path, now, NULL);
      HaulFile *file = path == NULL ? NULL : haul_file_open (path, NULL);
      if (file != NULL)
        return file;
    }
  return NULL;
}

/* Flags are changed by renaming: a file that is gone is looked for under its new name. */
static HaulFile *
open_item (HaulMaildirReader *self, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  g_autoptr (GError) local_error = NULL;
  HaulFile *file = haul_file_open (path, &local_error);

  if (file == NULL && g_error_matches (local_error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND))
    file = open_renamed (self, name);
  if (file == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return file;
}

/* docs/stores.md: the file's time is the received date where a server wrote it and no copying has replaced it: a
 * copy is younger than the delivery that the name tells. */
static gint64
choose_date (HaulMaildirReader *self, HaulFile *file, const char *base)
{
  gint64 delivered = haul_maildir_name_get_seconds (base);
  gint64 modified = file->identity.mtime_ns / 1000000000;

  if (self->has_server_dates && haul_date_is_plausible (modified)
      && (delivered == 0 || modified <= delivered + DELIVERY_SECONDS))
    return modified;
  if (delivered != 0)
    return delivered;
  g_autoptr (GBytes) header = haul_message_file_read_header (file, NULL);
  return header == NULL ? 0 : haul_header_get_date (g_bytes_get_data (header, NULL), g_bytes_get_size (header));
}

static char **
get_keywords (HaulMaildirReader *self, const char *base, guint *flags)
{
  const char *letters = haul_maildir_name_get_letters (base);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean is_empty = TRUE;

  for (; letters != NULL && *letters != '\0'; letters++)
    {
      const char *keyword = *letters >= 'a' && *letters <= 'z' ? self->keywords[*letters - 'a'] : NULL;
      if (keyword == NULL)
        continue;
      if (g_ascii_strcasecmp (keyword, "$Forwarded") == 0)
        *flags |= HAUL_MESSAGE_FORWARDED;
      else if (g_ascii_strcasecmp (keyword, "Junk") == 0 || g_ascii_strcasecmp (keyword, "$Junk") == 0)
        *flags |= HAUL_MESSAGE_JUNK;
      else if (g_ascii_strcasecmp (keyword, "NonJunk") == 0 || g_ascii_strcasecmp (keyword, "$NotJunk") == 0)
        *flags |= HAUL_MESSAGE_NOT_JUNK;
      else
        {
          g_strv_builder_add (builder, keyword);
          is_empty = FALSE;
        }
    }
  return is_empty ? NULL : g_strv_builder_end (builder);
}

/* Dovecot and Courier write the size into the name; a file that is shorter was not copied whole. Packed ones always
 * are. */
static gboolean
is_cut (HaulFile *file, gint64 named_size)
{
  guint8 magic[2] = { 0 };

  return file->identity.size < named_size && haul_file_pread (file, magic, sizeof magic, 0, NULL) == sizeof magic
         && (magic[0] != 0x1f || magic[1] != 0x8b);
}

static void
describe (HaulMaildirReader *self, const Item *item, HaulMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulFile) file = open_item (self, item->name, &error);
  const char *base = get_base (item);

  message->flags = haul_maildir_name_get_flags (base);
  message->keywords = get_keywords (self, base, &message->flags);
  if (self->role == HAUL_ROLE_SENT || self->role == HAUL_ROLE_DRAFTS)
    message->flags |= HAUL_MESSAGE_SEEN;
  if (file == NULL)
    {
      message->state = HAUL_MESSAGE_UNREADABLE;
      message->problem = g_strdup (error->message);
      return;
    }
  gint64 named = haul_maildir_name_get_size (base);
  message->size = (guint64)MAX (file->identity.size, named > G_MAXINT32 ? 0 : named);
  message->received = choose_date (self, file, base);
  if (file->identity.size == 0)
    {
      message->state = HAUL_MESSAGE_UNREADABLE;
      message->problem = g_strdup ("The message's file is empty.");
    }
  else if (is_cut (file, named))
    {
      message->state = HAUL_MESSAGE_CUT;
      message->problem = g_strdup ("The message's file is shorter than its name says: a part of it is missing.");
    }
}

static HaulMessage *
haul_maildir_reader_next (HaulReader *reader, GCancellable *cancellable, GError **error)
{
  HaulMaildirReader *self = HAUL_MAILDIR_READER (reader);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !ensure_items (self, error))
    return NULL;
  if (self->at == self->items->len)
    return NULL;
  const Item *item = &g_array_index (self->items, Item, self->at++);
  g_autofree char *key = haul_dir_id_from_relative (item->name);
  HaulMessage *message = haul_message_new (key, self->ordinal++);
  describe (self, item, message);
  return message;
}

static gboolean
is_message_name (const char *name)
{
  const char *slash = name != NULL ? strchr (name, '/') : NULL;

  return slash == name + 3 && (strncmp (name, "cur", 3) == 0 || strncmp (name, "new", 3) == 0) && slash[1] != '.'
         && slash[1] != '\0' && strchr (slash + 1, '/') == NULL;
}

static GInputStream *
haul_maildir_reader_open (HaulReader *reader, const HaulMessage *message, GCancellable *cancellable, GError **error)
{
  HaulMaildirReader *self = HAUL_MAILDIR_READER (reader);
  g_autofree char *name = haul_dir_relative_from_id (message->key);

  if (!is_message_name (name))
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "There is no such message in the folder.");
      return NULL;
    }
  g_autoptr (HaulFile) file = open_item (self, name, error);
  return file == NULL ? NULL : haul_message_file_read (file, HAUL_MESSAGE_FILE_MAILDIR, error);
}

static void
haul_maildir_reader_finalize (GObject *object)
{
  HaulMaildirReader *self = HAUL_MAILDIR_READER (object);

  g_free (self->path);
  for (gsize i = 0; i < N_KEYWORDS; i++)
    g_free (self->keywords[i]);
  g_clear_pointer (&self->items, g_array_unref);
  g_clear_pointer (&self->by_base, g_hash_table_unref);
  G_OBJECT_CLASS (haul_maildir_reader_parent_class)->finalize (object);
}

static void
haul_maildir_reader_class_init (HaulMaildirReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_maildir_reader_finalize;
}

static void
haul_maildir_reader_iface_init (HaulReaderInterface *iface)
{
  iface->next = haul_maildir_reader_next;
  iface->open = haul_maildir_reader_open;
}

static void
haul_maildir_reader_init (HaulMaildirReader *self)
{
}

/**
 * haul_maildir_reader_new:
 * @path: a Maildir
 * @role: what the folder is for; the user's own messages are never unread
 * @has_server_dates: whether an IMAP server wrote it, which keeps received dates as the files' times
 *
 * Returns: (transfer full): a reader at the first message
 */
HaulReader *
haul_maildir_reader_new (const char *path, HaulRole role, gboolean has_server_dates)
{
  HaulMaildirReader *self = g_object_new (HAUL_TYPE_MAILDIR_READER, NULL);

  self->path = g_strdup (path);
  self->role = role;
  self->has_server_dates = has_server_dates;
  return HAUL_READER (self);
}
