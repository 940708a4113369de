/* haul-mbox-reader.c - the messages of one mbox file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  one buffer of lines and one header of at most 64 KiB.
 * Errors:  HAUL_STORE_ERROR_CHANGED, _NOT_FOUND, _MESSAGE_DAMAGED; G_IO_ERROR.
 */
#include "store/haul-mbox-reader.h"

#include "store/haul-header.h"
#include "store/haul-mbox-scan.h"
#include "store/haul-mbox-status.h"
#include "store/haul-store-error.h"
#include "store/haul-wire.h"

#include <stdio.h>
#include <string.h>

/* Of the From_ line, or of the message where there is none, so much goes into the key's check value. */
#define CHECKED_MAX 256

struct _HaulMboxReader
{
  GObject parent_instance;

  HaulFile *file; /* (owned) (nullable) none: a folder without messages */
  HaulRole role;
  HaulMboxScan *scan;             /* (owned) (nullable) once the first message was asked for */
  HaulFileIdentity scan_identity; /* the file as the scan knows it */
  HaulMboxEntry last;             /* the message found last, to see whether it is still there */
  guint32 last_check;
  guint64 n_found;
  guint64 ordinal;
};

static void haul_mbox_reader_iface_init (HaulReaderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HaulMboxReader,
                               haul_mbox_reader,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HAUL_TYPE_READER, haul_mbox_reader_iface_init))

/* A check value of what stands where the message begins (FNV-1a): a compacted file has something else there. */
static gboolean
compute_check (HaulMboxReader *self, const HaulMboxEntry *entry, guint32 *check, GError **error)
{
  guint8 text[CHECKED_MAX];
  gint64 end = entry->start > entry->from_start ? entry->start : entry->end;
  gsize wanted = (gsize)MIN (end - entry->from_start, CHECKED_MAX);
  gssize n = haul_file_pread (self->file, text, wanted, entry->from_start, error);

  if (n < 0)
    return FALSE;
  *check = 2166136261u;
  for (gssize i = 0; i < n; i++)
    *check = (*check ^ text[i]) * 16777619u;
  return TRUE;
}

static char *
format_key (const HaulMboxEntry *entry, guint32 check)
{
  return g_strdup_printf ("%" G_GINT64_MODIFIER "x+%" G_GINT64_MODIFIER "x+%" G_GINT64_MODIFIER "x+%x+%08x",
                          entry->from_start, entry->start - entry->from_start, entry->end - entry->start, entry->bits,
                          check);
}

static gboolean
parse_key (const char *key, HaulMboxEntry *entry, guint32 *check)
{
  guint64 numbers[5];
  g_auto (GStrv) parts = g_strsplit (key, "+", G_N_ELEMENTS (numbers) + 1);

  if (g_strv_length (parts) != G_N_ELEMENTS (numbers))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!g_ascii_string_to_unsigned (parts[i], 16, 0, G_MAXINT64 / 4, &numbers[i], NULL))
      return FALSE;
  *entry = (HaulMboxEntry){ .from_start = (gint64)numbers[0], .bits = (guint)numbers[3] };
  entry->start = entry->from_start + (gint64)numbers[1];
  entry->end = entry->start + (gint64)numbers[2];
  *check = (guint32)numbers[4];
  return TRUE;
}

/* Programs append to an mbox and change flags in place while it is read; that is no harm as long as the message found
 * last still stands where it was. */
static gboolean
check_scan (HaulMboxReader *self, GError **error)
{
  const HaulFileIdentity *now = &self->file->identity;
  guint32 check = 0;

  if (!haul_file_refresh (self->file, error))
    return FALSE;
  if (now->size == self->scan_identity.size && now->mtime_ns == self->scan_identity.mtime_ns
      && now->ctime_ns == self->scan_identity.ctime_ns)
    return TRUE;
  if (now->size >= self->scan_identity.size)
    {
      if (self->n_found > 0 && !compute_check (self, &self->last, &check, error))
        return FALSE;
      if (self->n_found == 0 || check == self->last_check)
        {
          self->scan_identity = *now;
          return TRUE;
        }
    }
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED, "The mail file was changed while it was read.");
  return FALSE;
}

static gint64
choose_date (const HaulMboxEntry *entry, GBytes *header)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (header, &size);

  if (entry->from_date != 0 && !entry->is_dash)
    return entry->from_date;
  gint64 date = haul_header_get_date (data, size);
  return date != 0 ? date : entry->from_date;
}

static HaulMessage *
make_message (HaulMboxReader *self, const HaulMboxEntry *entry, HaulMboxStatus *status, GBytes *header)
{
  g_autofree char *key = format_key (entry, self->last_check);
  HaulMessage *message = haul_message_new (key, self->ordinal++);

  message->size = (guint64)(entry->end - entry->start);
  message->received = choose_date (entry, header);
  message->flags = status->flags;
  /* What one wrote oneself is not unread (docs/stores.md). */
  if (self->role == HAUL_ROLE_SENT || self->role == HAUL_ROLE_DRAFTS)
    message->flags |= HAUL_MESSAGE_SEEN;
  if (status->keywords->len > 0)
    {
      g_ptr_array_add (status->keywords, NULL);
      message->keywords = (char **)g_ptr_array_steal (status->keywords, NULL);
    }
  if (entry->is_cut)
    {
      message->state = entry->end > entry->start ? HAUL_MESSAGE_CUT : HAUL_MESSAGE_UNREADABLE;
      message->problem = g_strdup ("The mail file ends before this message does.");
    }
  return message;
}

static gboolean
begin_scan (HaulMboxReader *self, GCancellable *cancellable, GError **error)
{
  if (self->scan != NULL)
    return TRUE;
  if (!haul_file_refresh (self->file, error))
    return FALSE;
  self->scan_identity = self->file->identity;
  self->scan = haul_mbox_scan_new (self->file, cancellable, error);
  return self->scan != NULL;
}

static HaulMessage *
haul_mbox_reader_next (HaulReader *reader, GCancellable *cancellable, GError **error)
{
  HaulMboxReader *self = HAUL_MBOX_READER (reader);
  HaulMboxEntry entry;

  if (self->file == NULL || !begin_scan (self, cancellable, error))
    return NULL;
  while (haul_mbox_scan_next (self->scan, &entry, cancellable, error))
    {
      g_auto (HaulMboxStatus) status = { 0 };
      g_autoptr (GBytes) header = haul_header_read (self->file, entry.start, entry.end - entry.start, error);

      if (header == NULL || !check_scan (self, error) || !compute_check (self, &entry, &self->last_check, error))
        return NULL;
      self->last = entry;
      gboolean is_first = self->n_found++ == 0;
      haul_mbox_status_parse (&status, g_bytes_get_data (header, NULL), g_bytes_get_size (header));
      if (!status.is_expunged && !(status.is_internal && is_first))
        return make_message (self, &entry, &status, header);
    }
  return NULL;
}

static GInputStream *
haul_mbox_reader_open (HaulReader *reader, const HaulMessage *message, GCancellable *cancellable, GError **error)
{
  HaulMboxReader *self = HAUL_MBOX_READER (reader);
  HaulMboxEntry entry;
  guint32 check;
  guint32 now;

  if (self->file == NULL || !parse_key (message->key, &entry, &check))
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "There is no such message in the file.");
      return NULL;
    }
  if (!haul_file_refresh (self->file, error) || !compute_check (self, &entry, &now, error))
    return NULL;
  if (check != now || entry.end > self->file->identity.size)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED,
                   "The message is not in its place any more: the mail file was changed.");
      return NULL;
    }
  g_autoptr (GInputStream) range = haul_file_read_range (self->file, entry.start, entry.end - entry.start);
  return haul_wire_new (range, haul_mbox_status_get_fields (entry.bits & HAUL_MBOX_CONTENT_LENGTH),
                        entry.bits & HAUL_MBOX_UNQUOTE ? HAUL_WIRE_UNQUOTE_FROM : HAUL_WIRE_NONE);
}

static void
haul_mbox_reader_finalize (GObject *object)
{
  HaulMboxReader *self = HAUL_MBOX_READER (object);

  g_clear_pointer (&self->scan, haul_mbox_scan_free);
  g_clear_pointer (&self->file, haul_file_unref);
  G_OBJECT_CLASS (haul_mbox_reader_parent_class)->finalize (object);
}

static void
haul_mbox_reader_class_init (HaulMboxReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = haul_mbox_reader_finalize;
}

static void
haul_mbox_reader_iface_init (HaulReaderInterface *iface)
{
  iface->next = haul_mbox_reader_next;
  iface->open = haul_mbox_reader_open;
}

static void
haul_mbox_reader_init (HaulMboxReader *self)
{
}

/**
 * haul_mbox_reader_new:
 * @file: (nullable): an mbox; %NULL for a folder that has no file of its own
 * @role: what the folder is for; the user's own messages are never unread
 *
 * Returns: (transfer full): a reader at the first message
 */
HaulReader *
haul_mbox_reader_new (HaulFile *file, HaulRole role)
{
  HaulMboxReader *self = g_object_new (HAUL_TYPE_MBOX_READER, NULL);

  self->file = file == NULL ? NULL : haul_file_ref (file);
  self->role = role;
  return HAUL_READER (self);
}
