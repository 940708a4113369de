/* haul-frame.c - the frames between mailhaul-reader and the program that started it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A frame is u32 type, u32 length (little endian), payload. The payload is a serialised GVariant of the one type that
 * belongs to the frame type, in normal form, or octets (DATA, and MESSAGE, which comes too often for anything dear).
 * Both sides use this file; each trusts nothing in what it takes.
 *
 * Thread:  one owner.
 * Memory:  one buffer, grown to at most one frame of the greatest length.
 * Errors:  HAUL_STORE_ERROR_READER_PROTOCOL.
 */
#include "store/haul-frame.h"

#include "store/haul-store-error.h"

#include <string.h>

#define FIRST_CAPACITY (HAUL_FRAME_HEADER + HAUL_FRAME_CHUNK)
#define FOLDER_TYPE "(sasuxxxxxxs)"

struct _HaulFrameBuffer
{
  guint8 *data; /* (owned) */
  gsize capacity;
  gsize start; /* of the first octet not taken yet */
  gsize end;
};

/* The payload type of each frame; NULL for plain octets. */
static const struct
{
  HaulFrameType type;
  const char *payload;
} types[]
    = {
        { HAUL_FRAME_START, "(ay)" },       { HAUL_FRAME_SCAN, "()" },
        { HAUL_FRAME_OPEN, "(s)" },         { HAUL_FRAME_LIST, "()" },
        { HAUL_FRAME_COUNT, FOLDER_TYPE },  { HAUL_FRAME_READ, "(" FOLDER_TYPE "ts)" },
        { HAUL_FRAME_NEXT, "(u)" },         { HAUL_FRAME_BODY, "(su)" },
        { HAUL_FRAME_STOP, "()" },          { HAUL_FRAME_REPAIR, "(su)" },
        { HAUL_FRAME_HELLO, "(uub)" }, /* version, Landlock ABI or 0, system call filter */
        { HAUL_FRAME_TICK, "()" },          { HAUL_FRAME_PLACE, "(s)" },
        { HAUL_FRAME_STORE, "(ssuayss)" },  { HAUL_FRAME_FOLDER, FOLDER_TYPE },
        { HAUL_FRAME_MESSAGE, NULL },       /* haul-record.c */
        { HAUL_FRAME_MEASURE, "(taysuu)" }, /* size, digest, or why there is none; flaws, repairs */
        { HAUL_FRAME_DATA, NULL },          { HAUL_FRAME_DIGEST, "(tay)" },
        { HAUL_FRAME_END, "(b)" },          { HAUL_FRAME_ERROR, "(uus)" }, /* domain, code, sentence */
      };

HaulFrameBuffer *
haul_frame_buffer_new (void)
{
  HaulFrameBuffer *self = g_new0 (HaulFrameBuffer, 1);

  self->capacity = FIRST_CAPACITY;
  self->data = g_malloc (self->capacity);
  return self;
}

void
haul_frame_buffer_free (HaulFrameBuffer *buffer)
{
  g_free (buffer->data);
  g_free (buffer);
}

static guint32
get_u32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return GUINT32_FROM_LE (value);
}

static int
find_type (guint32 type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == type)
      return (int)i;
  return -1;
}

/**
 * haul_frame_buffer_reserve:
 * @buffer: a buffer
 * @size: (out): how many octets fit, at least 1
 *
 * Makes room to receive into. After haul_frame_buffer_take() said that more is needed there is room for the whole
 * frame.
 *
 * Returns: (transfer none): where to put the octets
 */
guint8 *
haul_frame_buffer_reserve (HaulFrameBuffer *buffer, gsize *size)
{
  gsize held = buffer->end - buffer->start;
  gsize needed = held + 1;

  if (held >= HAUL_FRAME_HEADER)
    needed = MAX (needed, (gsize)HAUL_FRAME_HEADER + get_u32 (buffer->data + buffer->start + 4));
  g_assert (needed <= HAUL_FRAME_HEADER + HAUL_FRAME_MAX_PAYLOAD + 1);
  if (buffer->start > 0)
    {
      memmove (buffer->data, buffer->data + buffer->start, held);
      buffer->start = 0;
      buffer->end = held;
    }
  if (needed > buffer->capacity)
    {
      buffer->capacity = needed;
      buffer->data = g_realloc (buffer->data, needed);
    }
  *size = buffer->capacity - buffer->end;
  return buffer->data + buffer->end;
}

void
haul_frame_buffer_commit (HaulFrameBuffer *buffer, gsize size)
{
  g_assert (size <= buffer->capacity - buffer->end);
  buffer->end += size;
}

/**
 * haul_frame_buffer_take:
 * @buffer: a buffer
 * @frame: (out caller-allocates): the next frame, borrowed from the buffer
 * @error: return location; %HAUL_STORE_ERROR_READER_PROTOCOL
 *
 * Takes the next whole frame out of the octets received. Type and length are checked as soon as the header is there.
 *
 * Returns: %TRUE with a frame; %FALSE without an error when more octets are needed
 */
gboolean
haul_frame_buffer_take (HaulFrameBuffer *buffer, HaulFrame *frame, GError **error)
{
  gsize held = buffer->end - buffer->start;
  const guint8 *data = buffer->data + buffer->start;

  if (held < HAUL_FRAME_HEADER)
    return FALSE;
  guint32 type = get_u32 (data);
  guint32 length = get_u32 (data + 4);
  if (find_type (type) < 0 || length > HAUL_FRAME_MAX_PAYLOAD)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_PROTOCOL,
                   "The reader sent a frame of type %u and %u octets, which is not allowed.", type, length);
      return FALSE;
    }
  if (held < HAUL_FRAME_HEADER + (gsize)length)
    return FALSE;
  *frame = (HaulFrame){ .type = type, .data = data + HAUL_FRAME_HEADER, .length = length };
  buffer->start += HAUL_FRAME_HEADER + (gsize)length;
  return TRUE;
}

/**
 * haul_frame_parse:
 * @frame: a frame other than DATA and MESSAGE
 * @error: return location; %HAUL_STORE_ERROR_READER_PROTOCOL
 *
 * Returns: (transfer full) (nullable): its payload, of the frame's own type and in normal form
 */
GVariant *
haul_frame_parse (const HaulFrame *frame, GError **error)
{
  int at = find_type (frame->type);

  if (at >= 0 && types[at].payload != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (frame->data, frame->length);
      g_autoptr (GVariant) value
          = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (types[at].payload), bytes, FALSE));
      if (g_variant_is_normal_form (value))
        return g_steal_pointer (&value);
    }
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_PROTOCOL,
               "The reader sent a frame of type %u whose content is not well formed.", frame->type);
  return NULL;
}

/* The payload, of just that length, comes behind it. */
void
haul_frame_append_header (GByteArray *out, HaulFrameType type, gsize length)
{
  guint32 header[2] = { GUINT32_TO_LE ((guint32)type), GUINT32_TO_LE ((guint32)length) };

  g_assert (length <= HAUL_FRAME_MAX_PAYLOAD);
  g_byte_array_append (out, (const guint8 *)header, sizeof header);
}

/**
 * haul_frame_append:
 * @out: where to
 * @type: a frame type other than DATA and MESSAGE
 * @payload: (transfer floating) (nullable): its payload; %NULL where it has none
 *
 * Writes a frame at the end of @out.
 */
void
haul_frame_append (GByteArray *out, HaulFrameType type, GVariant *payload)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (payload != NULL ? payload : g_variant_new ("()"));
  gsize size = g_variant_get_size (value);

  g_assert (g_variant_is_of_type (value, G_VARIANT_TYPE (types[find_type (type)].payload)));
  haul_frame_append_header (out, type, size);
  g_byte_array_set_size (out, out->len + (guint)size);
  g_autofree guint8 *aligned = g_malloc (size);
  g_variant_store (value, aligned);
  memcpy (out->data + out->len - size, aligned, size);
}

void
haul_frame_append_data (GByteArray *out, const guint8 *data, gsize length)
{
  haul_frame_append_header (out, HAUL_FRAME_DATA, length);
  g_byte_array_append (out, data, (guint)length);
}

/**
 * haul_frame_is_last:
 * @type: a frame type
 *
 * Returns: %TRUE where the frame ends the answer to a request
 */
gboolean
haul_frame_is_last (HaulFrameType type)
{
  return type == HAUL_FRAME_HELLO || type == HAUL_FRAME_DIGEST || type == HAUL_FRAME_END || type == HAUL_FRAME_ERROR;
}
