/* haul-dbx-reader.c - the messages of one DBX file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  one info object of 16 KiB and the visited sets (1/32 of the file at most); never a message.
 * Errors:  G_IO_ERROR and HAUL_STORE_ERROR_CHANGED end the folder; damage is told with each message.
 *
 * What the tree does not reach is deleted and is never looked for.
 */
#include "store/haul-dbx-reader.h"

#include "store/haul-dbx-chain.h"
#include "store/haul-dbx-object.h"
#include "store/haul-dbx-stream.h"
#include "store/haul-dbx-tree.h"
#include "store/haul-header.h"
#include "store/haul-store-error.h"
#include "store/haul-wire.h"

#include <stdio.h>

/* An info object and its entry in a tree node, at the very least. */
#define LEAST_MESSAGE 24

/* Index 0x01 (docs/stores.md). */
enum
{
  DBX_UNSENT = 0x08,
  DBX_FLAGGED = 0x20,
  DBX_READ = 0x80,
  DBX_ANSWERED = 0x80000,
  DBX_FORWARDED = 0x100000,
};

struct _HaulDbxReader
{
  GObject parent_instance;

  HaulDbxFile *file; /* (owned) (nullable) NULL: a folder that was never opened has none */
  HaulRole role;
  HaulDbxTree *tree;    /* (owned) (nullable) */
  HaulDbxOffsets texts; /* segments that belong to messages already returned */
  HaulDbxObject object; /* of the current message */
  guint64 ordinal;
};

static void haul_dbx_reader_iface_init (HaulReaderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulDbxReader,
                               haul_dbx_reader,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_READER, haul_dbx_reader_iface_init))

static void
set_state (HaulMessage *message, HaulMessageState state, const char *problem)
{
  message->state = state;
  g_free (message->problem);
  message->problem = g_strdup (problem);
}

/* The person's own mail was read by its writer, whatever the program noted. */
static guint
message_flags (guint32 dbx_flags, HaulRole role)
{
  gboolean is_own = role == HAUL_ROLE_SENT || role == HAUL_ROLE_DRAFTS || role == HAUL_ROLE_OUTBOX;
  gboolean is_unsent = role == HAUL_ROLE_DRAFTS || role == HAUL_ROLE_OUTBOX;
  guint flags = 0;

  if (is_own || (dbx_flags & DBX_READ))
    flags |= HAUL_MESSAGE_SEEN;
  if (dbx_flags & DBX_ANSWERED)
    flags |= HAUL_MESSAGE_ANSWERED;
  if (dbx_flags & DBX_FLAGGED)
    flags |= HAUL_MESSAGE_FLAGGED;
  if (dbx_flags & DBX_FORWARDED)
    flags |= HAUL_MESSAGE_FORWARDED;
  if (is_unsent && (dbx_flags & DBX_UNSENT))
    flags |= HAUL_MESSAGE_DRAFT;
  return flags;
}

static gint64
object_date (const HaulDbxObject *object)
{
  gint64 date = haul_dbx_object_get_time (object, HAUL_DBX_MESSAGE_RECEIVED);

  return date != 0 ? date : haul_dbx_object_get_time (object, HAUL_DBX_MESSAGE_SAVED);
}

/* Where a message's text begins; 0 where it was never fetched. FALSE where that cannot be told. */
static gboolean
text_offset (const HaulDbxObject *object, guint32 *offset)
{
  *offset = 0;
  return !haul_dbx_object_has (object, HAUL_DBX_MESSAGE_TEXT)
         || haul_dbx_object_get_u32 (object, HAUL_DBX_MESSAGE_TEXT, offset);
}

/* The topmost Received: field that can be read, else Date:, else 0. */
static gint64
date_from_text (HaulDbxReader *self, guint32 first, GCancellable *cancellable)
{
  g_autoptr (GInputStream) stream = haul_dbx_stream_new (self->file, first, G_MAXUINT64);
  g_autofree char *header = g_malloc (HAUL_HEADER_MAX);
  gsize length = 0;

  if (!g_input_stream_read_all (stream, header, HAUL_HEADER_MAX, &length, cancellable, NULL))
    return 0;
  return haul_header_get_date (header, length);
}

/* Text that another message had first is not given again: the key says how much is this message's own. */
static void
break_off (HaulMessage *message, gboolean is_shared)
{
  g_autofree char *problem = NULL;
  g_autofree char *key = g_steal_pointer (&message->key);

  message->key = is_shared ? g_strdup_printf ("%s.%" G_GINT64_MODIFIER "x", key, message->size) : g_strdup (key);
  if (message->size == 0)
    problem = g_strdup (is_shared ? "Its text belongs to another message." : "Its text cannot be found.");
  else
    problem = g_strdup_printf (is_shared ? "After %" G_GUINT64_FORMAT " octets its text runs into other text."
                                         : "Its text breaks off after %" G_GUINT64_FORMAT " octets.",
                               message->size);
  set_state (message, message->size > 0 ? HAUL_MESSAGE_CUT : HAUL_MESSAGE_UNREADABLE, problem);
}

/* Adds up the text's length by its segments: the size that the entry names is often wrong. */
static gboolean
follow_text (HaulDbxReader *self, HaulMessage *message, guint32 first, GCancellable *cancellable, GError **error)
{
  HaulDbxChain chain;
  HaulDbxChainStep step;
  guint64 at;
  gsize length;

  message->size = 0;
  haul_dbx_chain_init (&chain, self->file, &self->texts, first);
  while ((step = haul_dbx_chain_next (&chain, &at, &length, error)) == HAUL_DBX_CHAIN_SEGMENT)
    {
      message->size += length;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
    }
  if (step == HAUL_DBX_CHAIN_ERROR)
    return FALSE;
  if (step == HAUL_DBX_CHAIN_END)
    return TRUE;

  break_off (message, step == HAUL_DBX_CHAIN_SHARED);
  return TRUE;
}

static gboolean
is_fatal (const GError *error)
{
  return g_error_matches (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* FALSE only for what ends the folder; anything else that fails is this message's trouble alone. */
static gboolean
settle_error (HaulMessage *message, GError *local_error, GError **error)
{
  if (is_fatal (local_error))
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  set_state (message, HAUL_MESSAGE_UNREADABLE, local_error->message);
  g_error_free (local_error);
  return TRUE;
}

static gboolean
fill_message (HaulDbxReader *self, HaulMessage *message, guint32 first, GCancellable *cancellable, GError **error)
{
  GError *local_error = NULL;
  guint32 dbx_flags = 0;

  haul_dbx_object_get_u32 (&self->object, HAUL_DBX_MESSAGE_FLAGS, &dbx_flags);
  message->flags = message_flags (dbx_flags, self->role);
  message->received = object_date (&self->object);
  if (first == 0)
    {
      set_state (message, HAUL_MESSAGE_ABSENT, "Its text was never fetched from the server to this computer.");
      return TRUE;
    }
  if (!follow_text (self, message, first, cancellable, &local_error))
    return settle_error (message, local_error, error);
  if (message->received == 0 && message->size > 0)
    message->received = date_from_text (self, first, cancellable);
  return TRUE;
}

static HaulMessage *
message_at (HaulDbxReader *self, guint32 offset, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulMessage) message = NULL;
  GError *local_error = NULL;
  guint32 first = 0;
  gboolean is_read = haul_dbx_object_read (&self->object, self->file, offset, &local_error);
  gboolean is_told = is_read && text_offset (&self->object, &first);
  g_autofree char *key = g_strdup_printf ("%08x.%08x", offset, first);

  message = haul_message_new (key, self->ordinal++);
  if (!is_read)
    return settle_error (message, local_error, error) ? g_steal_pointer (&message) : NULL;
  if (!is_told)
    {
      set_state (message, HAUL_MESSAGE_UNREADABLE, "Its entry does not say where its text is.");
      return g_steal_pointer (&message);
    }
  if (!fill_message (self, message, first, cancellable, error))
    return NULL;
  return g_steal_pointer (&message);
}

static HaulMessage *
haul_dbx_reader_next (HaulReader *reader, GCancellable *cancellable, GError **error)
{
  HaulDbxReader *self = HAUL_DBX_READER (reader);
  guint32 offset;

  if (self->file == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (self->tree == NULL)
    self->tree = haul_dbx_tree_new (self->file);
  if (!haul_dbx_tree_next (self->tree, &offset, error))
    return NULL;
  return message_at (self, offset, cancellable, error);
}

static gboolean
set_message_damaged (GError **error, const char *text)
{
  g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_MESSAGE_DAMAGED, text);
  return FALSE;
}

/* A key holds the places of the entry and of the text, and perhaps how much of the text is the message's own. */
static gboolean
parse_key (const char *key, guint32 *offset, guint32 *first, guint64 *limit)
{
  int end = 0;
  int last = 0;

  *limit = G_MAXUINT64;
  if (sscanf (key, "%8x.%8x%n.%" G_GINT64_MODIFIER "x%n", offset, first, &end, limit, &last) < 2)
    return FALSE;
  return end > 0 && (key[end] == '\0' || (last > end && key[last] == '\0'));
}

/* The place of the text tells when the file was compacted since the key was made. */
static gboolean
find_text (HaulDbxReader *self, const char *key, guint32 *first, guint64 *limit, GError **error)
{
  GError *local_error = NULL;
  guint32 offset;
  guint32 expected;

  if (self->file == NULL || !parse_key (key, &offset, &expected, limit))
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "There is no such message in this folder.");
      return FALSE;
    }
  if (!haul_file_check_unchanged (self->file->file, error))
    return FALSE;
  if (!haul_dbx_object_read (&self->object, self->file, offset, &local_error))
    {
      if (!g_error_matches (local_error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_DAMAGED))
        {
          g_propagate_error (error, local_error);
          return FALSE;
        }
      g_error_free (local_error);
      return set_message_damaged (error, "The message's entry is damaged.");
    }
  if (!text_offset (&self->object, first))
    return set_message_damaged (error, "The message's entry does not say where its text is.");
  if (*first != expected)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED, "“%s” changed since it was read.",
                   self->file->name);
      return FALSE;
    }
  return *first != 0 || set_message_damaged (error, "The message's text was never fetched to this computer.");
}

static GInputStream *
haul_dbx_reader_open (HaulReader *reader, const HaulMessage *message, GCancellable *cancellable, GError **error)
{
  HaulDbxReader *self = HAUL_DBX_READER (reader);
  g_auto (HaulDbxOffsets) seen = { NULL };
  HaulDbxChain chain;
  guint32 first;
  guint64 limit;
  guint64 at;
  gsize length;

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !find_text (self, message->key, &first, &limit, error))
    return NULL;

  haul_dbx_offsets_init (&seen);
  haul_dbx_chain_init (&chain, self->file, &seen, first);
  HaulDbxChainStep step = haul_dbx_chain_next (&chain, &at, &length, error);
  if (step == HAUL_DBX_CHAIN_ERROR)
    return NULL;
  if (step != HAUL_DBX_CHAIN_SEGMENT || limit == 0)
    {
      set_message_damaged (error, "The message's text cannot be found.");
      return NULL;
    }
  g_autoptr (GInputStream) text = haul_dbx_stream_new (self->file, first, limit);
  return haul_wire_new (text, NULL, HAUL_WIRE_NONE);
}

static void
haul_dbx_reader_finalize (GObject *object)
{
  HaulDbxReader *self = HAUL_DBX_READER (object);

  g_clear_pointer (&self->tree, haul_dbx_tree_free);
  g_clear_pointer (&self->file, haul_dbx_file_unref);
  haul_dbx_offsets_clear (&self->texts);
  G_OBJECT_CLASS (haul_dbx_reader_parent_class)->finalize (object);
}

static void
haul_dbx_reader_class_init (HaulDbxReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_dbx_reader_finalize;
}

static void
haul_dbx_reader_iface_init (HaulReaderInterface *iface)
{
  iface->next = haul_dbx_reader_next;
  iface->open = haul_dbx_reader_open;
}

static void
haul_dbx_reader_init (HaulDbxReader *self)
{
  haul_dbx_offsets_init (&self->texts);
}

/**
 * haul_dbx_reader_new:
 * @file: (nullable): a message file; %NULL for a folder without one
 * @role: what the folder is for; mail in Sent Items, Drafts and Outbox is the person's own
 *
 * Makes a reader at the folder's start.
 *
 * Returns: (transfer full): the reader
 */
HaulReader *
haul_dbx_reader_new (HaulDbxFile *file, HaulRole role)
{
  HaulDbxReader *self = g_object_new (HAUL_TYPE_DBX_READER, NULL);

  self->file = file == NULL ? NULL : haul_dbx_file_ref (file);
  self->role = role;
  return HAUL_READER (self);
}

static void
count_object (const HaulDbxObject *object, HaulFolder *folder)
{
  gint64 date = object_date (object);
  guint32 size = 0;

  haul_dbx_object_get_u32 (object, HAUL_DBX_MESSAGE_SIZE, &size);
  folder->bytes += size;
  if (date != 0 && (folder->oldest == 0 || date < folder->oldest))
    folder->oldest = date;
  folder->newest = MAX (folder->newest, date);
}

/* The header's number of messages is a hint that lies in damaged files; more than fit into the file is no number. */
static gint64
count_lost (HaulDbxReader *self, const HaulFolder *folder)
{
  guint64 said = self->file->n_values;
  guint64 most = MAX (self->file->size, self->file->used_size) / LEAST_MESSAGE;

  if (said <= (guint64)folder->messages)
    return 0;
  return said > most ? 1 : (gint64)(said - (guint64)folder->messages);
}

static void
note_difference (HaulDbxReader *self, HaulFolder *folder)
{
  folder->lost = count_lost (self, folder);
  if (folder->problem != NULL)
    return;
  if ((guint64)folder->messages != self->file->n_values)
    folder->problem = g_strdup_printf ("“%s” says that it holds %u messages; %" G_GINT64_FORMAT " can be found.",
                                       self->file->name, self->file->n_values, folder->messages);
  else if (self->tree->is_damaged)
    folder->problem = g_strdup_printf ("The index of “%s” is damaged.", self->file->name);
}

/**
 * haul_dbx_reader_count:
 * @self: a reader at the folder's start
 * @folder: (inout): its counts, dates and problem are filled in
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Counts by the entries alone, without a look at the text: sizes are what the entries say.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_dbx_reader_count (HaulDbxReader *self, HaulFolder *folder, GCancellable *cancellable, GError **error)
{
  GError *local_error = NULL;
  guint32 offset;

  folder->messages = folder->bytes = folder->deleted = folder->oldest = folder->newest = 0;
  if (self->file == NULL)
    return TRUE;
  self->tree = haul_dbx_tree_new (self->file);
  while (haul_dbx_tree_next (self->tree, &offset, &local_error))
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      folder->messages++;
      if (haul_dbx_object_read (&self->object, self->file, offset, &local_error))
        count_object (&self->object, folder);
      else if (is_fatal (local_error))
        break;
      g_clear_error (&local_error);
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  folder->bytes = (gint64)MIN ((guint64)folder->bytes, self->file->size);
  note_difference (self, folder);
  return TRUE;
}
