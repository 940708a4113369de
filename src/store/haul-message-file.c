/* haul-message-file.c - a file that holds one message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  the buffers of the streams; one header of at most 64 KiB.
 * Errors:  HAUL_STORE_ERROR_MESSAGE_DAMAGED, _CHANGED; G_IO_ERROR.
 */
#include "store/haul-message-file.h"

#include "store/haul-date.h"
#include "store/haul-header.h"
#include "store/haul-store-error.h"
#include "store/haul-wire.h"

#include <string.h>

#define HEAD_SIZE 1024
/* No server takes a message of this size; what unpacks to more is a trap. */
#define UNPACKED_MAX (G_GINT64_CONSTANT (1) << 29)

#define HAUL_TYPE_MESSAGE_FILE_UNPACKER (haul_message_file_unpacker_get_type ())
G_DECLARE_FINAL_TYPE (
    HaulMessageFileUnpacker, haul_message_file_unpacker, HAUL, MESSAGE_FILE_UNPACKER, GFilterInputStream)

struct _HaulMessageFileUnpacker
{
  GFilterInputStream parent_instance;

  gint64 n_read;
};

G_DEFINE_FINAL_TYPE (HaulMessageFileUnpacker, haul_message_file_unpacker, G_TYPE_FILTER_INPUT_STREAM)

static gssize
haul_message_file_unpacker_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  HaulMessageFileUnpacker *self = HAUL_MESSAGE_FILE_UNPACKER (stream);
  GInputStream *base = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self));
  g_autoptr (GError) local_error = NULL;
  gssize n = g_input_stream_read (base, buffer, count, cancellable, &local_error);

  if (n < 0
      && (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT)
          || g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA)))
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_MESSAGE_DAMAGED, "The compressed message is damaged.");
      return -1;
    }
  if (n < 0)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return -1;
    }
  self->n_read += n;
  if (self->n_read > UNPACKED_MAX)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_MESSAGE_DAMAGED,
                   "The compressed message unpacks to more than 512 MB.");
      return -1;
    }
  return n;
}

static void
haul_message_file_unpacker_class_init (HaulMessageFileUnpackerClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = haul_message_file_unpacker_read;
}

static void
haul_message_file_unpacker_init (HaulMessageFileUnpacker *self)
{
}

/* Mozilla's and others' exports begin with a From_ line; it is not the message's. In a Maildir only Mozilla writes one:
 * any other came with the message, and servers give it out so. */
static gint64
measure_from_line (const char *head, gsize size, HaulMessageFileKind kind)
{
  if (kind == HAUL_MESSAGE_FILE_MAILDIR && !(size > 7 && memcmp (head, "From - ", 7) == 0))
    return 0;
  const char *line_end = memchr (head, '\n', size);
  gint64 date;

  if (line_end == NULL)
    return 0;
  gsize length = (gsize)(line_end - head);
  if (length > 0 && head[length - 1] == '\r')
    length--;
  return haul_date_parse_from_line (head, length, &date) ? (gint64)(line_end - head) + 1 : 0;
}

static GInputStream *
open_raw (HaulFile *file, HaulMessageFileKind kind, gboolean *has_from_line, GError **error)
{
  gint64 size = file->identity.size;
  g_autoptr (GBytes) head = haul_file_read_head (file, HEAD_SIZE, error);
  if (head == NULL)
    return NULL;
  gsize head_size;
  const char *data = g_bytes_get_data (head, &head_size);
  gint64 skipped = head_size > 0 ? measure_from_line (data, head_size, kind) : 0;
  g_autoptr (GInputStream) range = haul_file_read_range (file, skipped, size - skipped);

  *has_from_line = skipped > 0;
  if (head_size < 2 || memcmp (data, "\x1f\x8b", 2) != 0)
    return g_steal_pointer (&range);
  g_autoptr (GZlibDecompressor) unpacker = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GInputStream) unpacked = g_converter_input_stream_new (range, G_CONVERTER (unpacker));
  return g_object_new (HAUL_TYPE_MESSAGE_FILE_UNPACKER, "base-stream", unpacked, NULL);
}

/**
 * haul_message_file_read:
 * @file: a file with one message, perhaps compressed with gzip
 * @kind: what may stand before it
 * @error: return location
 *
 * Opens the message in the file as it is now. Where Mozilla wrote the file, the fields that it keeps there are left
 * out.
 *
 * Returns: (transfer full) (nullable): the octets in wire form
 */
GInputStream *
haul_message_file_read (HaulFile *file, HaulMessageFileKind kind, GError **error)
{
  static const char *const mozilla[] = { "X-Mozilla-Status", "X-Mozilla-Status2", "X-Mozilla-Keys", NULL };
  gboolean has_from_line;

  if (!haul_file_refresh (file, error))
    return NULL;
  g_autoptr (GInputStream) raw = open_raw (file, kind, &has_from_line, error);
  if (raw == NULL)
    return NULL;
  gboolean is_mozillas = has_from_line || kind == HAUL_MESSAGE_FILE_EXPORT;
  return haul_wire_new (raw, is_mozillas ? mozilla : NULL, HAUL_WIRE_NONE);
}

/**
 * haul_message_file_read_header:
 * @file: a file with one message
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the first octets of the message, its header among them where it is not too long
 */
GBytes *
haul_message_file_read_header (HaulFile *file, GError **error)
{
  gboolean has_from_line;
  g_autoptr (GInputStream) raw = open_raw (file, HAUL_MESSAGE_FILE_EXPORT, &has_from_line, error);
  if (raw == NULL)
    return NULL;
  if (HAUL_IS_MESSAGE_FILE_UNPACKER (raw))
    return g_input_stream_read_bytes (raw, HAUL_HEADER_MAX, NULL, error);
  return haul_header_read (file, 0, file->identity.size, error);
}
