/* haul-wire.c - a stream that turns a store's octets into wire form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  48 KiB, whatever the length of lines.
 * Errors:  those of the base stream.
 * See:     RFC 3501 §4.3 (literals), RFC 5322 §2.1 (CRLF)
 */
#include "store/haul-wire.h"

#include <string.h>

#define CHUNK 16384
/* Longer names than this are no bookkeeping headers. */
#define MAX_NAME 64

static const char from_word[] = "From ";

typedef enum
{
  START, /* at the beginning of a line */
  NAME,  /* a header line, its name is being held */
  QUOTE, /* a line of “>”s, one of them and the beginning of “From ” are being held */
  COPY,  /* the rest of a line goes out */
  DROP,  /* the rest of a line does not */
} State;

/* Handed on from one stream to the next: to get and give back so much for each small message is most of its cost. */
static guint8 *spare_in;  /* (atomic) (owned) (nullable) */
static guint8 *spare_out; /* (atomic) (owned) (nullable) */

static guint8 *
take_spare (guint8 **spare, gsize size)
{
  guint8 *buffer = g_atomic_pointer_get (spare);

  if (buffer != NULL && g_atomic_pointer_compare_and_exchange (spare, buffer, NULL))
    return buffer;
  return g_malloc (size);
}

static void
give_back (guint8 **spare, guint8 *buffer)
{
  if (!g_atomic_pointer_compare_and_exchange (spare, NULL, buffer))
    g_free (buffer);
}

#define HAUL_TYPE_WIRE (haul_wire_get_type ())
G_DECLARE_FINAL_TYPE (HaulWire, haul_wire, HAUL, WIRE, GFilterInputStream)

struct _HaulWire
{
  GFilterInputStream parent_instance;

  char **drop_headers; /* (owned) (nullable) */
  HaulWireFlags flags;
  State state;
  gboolean in_header;
  gboolean dropping;     /* the last header line was dropped, its continuations are too */
  gboolean after_cr;     /* the last octet was a CR whose line end is already written */
  gboolean at_end;       /* of the base stream */
  guint8 held[MAX_NAME]; /* octets of this line whose fate is open */
  gsize n_held;
  guint8 *in;  /* (owned) CHUNK octets */
  guint8 *out; /* (owned) 2 * CHUNK + MAX_NAME + 2 octets */
  gsize out_at;
  gsize out_end;
};

G_DEFINE_FINAL_TYPE (HaulWire, haul_wire, G_TYPE_FILTER_INPUT_STREAM)

static void
emit (HaulWire *self, const guint8 *data, gsize size)
{
  memcpy (self->out + self->out_end, data, size);
  self->out_end += size;
}

static void
emit_held (HaulWire *self)
{
  emit (self, self->held, self->n_held);
  self->n_held = 0;
}

static gboolean
is_dropped_name (HaulWire *self)
{
  for (char **name = self->drop_headers; *name != NULL; name++)
    if (strlen (*name) == self->n_held && g_ascii_strncasecmp (*name, (const char *)self->held, self->n_held) == 0)
      return TRUE;
  return FALSE;
}

/* A line end, whatever it looks like in the store. */
static void
end_line (HaulWire *self)
{
  static const guint8 crlf[] = { '\r', '\n' };

  if (self->state == START)
    self->in_header = FALSE;
  if (self->state != DROP)
    {
      emit_held (self);
      emit (self, crlf, sizeof crlf);
    }
  self->n_held = 0;
  self->state = START;
}

/* Chooses what happens to a line by its first octet, which is not consumed unless it must be held. */
static State
begin_line (HaulWire *self, guint8 octet)
{
  if (self->in_header && self->drop_headers != NULL)
    {
      if (octet == ' ' || octet == '\t')
        return self->dropping ? DROP : COPY;
      self->dropping = FALSE;
      if (octet != '>')
        return NAME;
    }
  if (octet == '>' && (self->flags & HAUL_WIRE_UNQUOTE_FROM))
    return QUOTE;
  return COPY;
}

/* One octet of a name; FALSE when the rest of the line, with this octet, is decided. */
static gboolean
take_name (HaulWire *self, guint8 octet)
{
  if (octet == ':')
    {
      self->dropping = is_dropped_name (self);
      self->state = self->dropping ? DROP : COPY;
    }
  else if (octet <= ' ' || self->n_held == MAX_NAME)
    self->state = COPY;
  else
    {
      self->held[self->n_held++] = octet;
      return TRUE;
    }
  if (self->state == DROP)
    self->n_held = 0;
  else
    emit_held (self);
  return FALSE;
}

/* One octet of a quoted line. All “>” are alike, so that one can be held while the others go out. */
static gboolean
take_quote (HaulWire *self, guint8 octet)
{
  gsize n = self->n_held;

  if (octet == '>' && n <= 1)
    {
      if (n == 1)
        emit (self, &octet, 1);
      self->held[0] = octet;
      self->n_held = 1;
      return TRUE;
    }
  if (n >= 1 && octet == (guint8)from_word[n - 1])
    {
      self->held[self->n_held++] = octet;
      if (self->n_held < sizeof from_word)
        return TRUE;
      emit (self, self->held + 1, self->n_held - 1);
      self->n_held = 0;
      self->state = COPY;
      return TRUE;
    }
  emit_held (self);
  self->state = COPY;
  return FALSE;
}

static gsize
find_line_end (const guint8 *data, gsize size)
{
  const guint8 *lf = memchr (data, '\n', size);
  gsize limit = lf != NULL ? (gsize)(lf - data) : size;
  const guint8 *cr = memchr (data, '\r', limit);

  return cr != NULL ? (gsize)(cr - data) : limit;
}

static void
convert (HaulWire *self, const guint8 *data, gsize size)
{
  gsize i = 0;

  while (i < size)
    {
      guint8 octet = data[i];
      gboolean was_after_cr = self->after_cr;

      self->after_cr = FALSE;
      if (octet == '\n' && was_after_cr)
        i++;
      else if (octet == '\n' || octet == '\r')
        {
          end_line (self);
          self->after_cr = octet == '\r';
          i++;
        }
      else if (self->state == START)
        self->state = begin_line (self, octet);
      else if (self->state == NAME)
        i += take_name (self, octet) ? 1 : 0;
      else if (self->state == QUOTE)
        i += take_quote (self, octet) ? 1 : 0;
      else
        {
          gsize run = find_line_end (data + i, size - i);
          if (self->state == COPY)
            emit (self, data + i, run);
          i += run;
        }
    }
}

static gboolean
fill (HaulWire *self, GCancellable *cancellable, GError **error)
{
  GInputStream *base = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self));

  self->out_at = self->out_end = 0;
  while (self->out_end == 0 && !self->at_end)
    {
      gssize n = g_input_stream_read (base, self->in, CHUNK, cancellable, error);
      if (n < 0)
        return FALSE;
      if (n == 0)
        {
          self->at_end = TRUE;
          emit_held (self);
        }
      convert (self, self->in, (gsize)n);
    }
  return TRUE;
}

static gssize
haul_wire_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  HaulWire *self = HAUL_WIRE (stream);

  if (self->out_at == self->out_end && !fill (self, cancellable, error))
    return -1;
  gsize n = MIN (count, self->out_end - self->out_at);
  memcpy (buffer, self->out + self->out_at, n);
  self->out_at += n;
  return (gssize)n;
}

static void
haul_wire_finalize (GObject *object)
{
  g_strfreev (HAUL_WIRE (object)->drop_headers);
  give_back (&spare_in, HAUL_WIRE (object)->in);
  give_back (&spare_out, HAUL_WIRE (object)->out);
  G_OBJECT_CLASS (haul_wire_parent_class)->finalize (object);
}

static void
haul_wire_class_init (HaulWireClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = haul_wire_read;
  G_OBJECT_CLASS (klass)->finalize = haul_wire_finalize;
}

static void
haul_wire_init (HaulWire *self)
{
  self->state = START;
  self->in_header = TRUE;
  /* Not part of the object: it is cleared when it is made, which for many small messages would be most of the work. */
  self->in = take_spare (&spare_in, CHUNK);
  self->out = take_spare (&spare_out, 2 * CHUNK + MAX_NAME + 2);
}

/**
 * haul_wire_new:
 * @base: the message's octets as they lie in the store; closed with the stream
 * @drop_headers: (nullable) (array zero-terminated=1): names of the store's own header fields
 * @flags: what else to undo
 *
 * Makes a stream of the message in wire form: bare LF and bare CR become CRLF, CRLF stays, all other octets (NUL and
 * 8-bit ones too) stay as they are. Fields named in @drop_headers are left out, with their continuation lines, as long
 * as the outer header lasts, that is up to the first empty line; the body is never touched by that.
 *
 * Returns: (transfer full): the stream
 */
GInputStream *
haul_wire_new (GInputStream *base, const char *const *drop_headers, HaulWireFlags flags)
{
  HaulWire *self = g_object_new (HAUL_TYPE_WIRE, "base-stream", base, NULL);

  self->drop_headers = g_strdupv ((char **)drop_headers);
  self->flags = flags;
  return G_INPUT_STREAM (self);
}
