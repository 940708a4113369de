/* haul-reader-service.c - mailhaul-reader's side of the frames
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One request at a time until the other side closes. Answers are flushed before anything that could end the process, so
 * that the other side knows which message it was. The start request is the only one taken before the sandbox is shut.
 *
 * Thread:  the only one; blocks. The pipe's capacity is the flow control.
 * Errors:  any from a store goes over as ERROR; a request that makes no sense ends the process.
 * See:     haul-frame.h
 */
#include "reader/haul-reader-service.h"

#include "reader/haul-sandbox.h"
#include "store/haul-frame.h"
#include "store/haul-record.h"
#include "store/haul-repair-message.h"
#include "store/haul-repair-scan.h"
#include "store/haul-store-error.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACE_US 100000 /* at most ten a second */
#define TICK_US (G_USEC_PER_SEC / 2)
#define MAX_BATCH 1000

typedef struct
{
  int in;
  int out;
  const HaulReaderBackend *backend;
  HaulFrameBuffer *buffer;         /* (owned) */
  GByteArray *answer;              /* (owned) not written yet */
  char *root;                      /* (owned) (nullable) */
  HaulStore *store;                /* (owned) (nullable) */
  HaulReader *reader;              /* (owned) (nullable) */
  guint8 *chunk;                   /* (owned) HAUL_FRAME_CHUNK octets */
  GChecksum *checksum;             /* (owned) for one message after the other, as is the next */
  HaulFingerprintScanner *scanner; /* (owned) */
  guint64 ordinal;                 /* of the reader's next message */
  gint64 last_sign_us;             /* monotonic, when something was last sent */
  gint64 last_place_us;
} Service;

/* The other side has gone: nothing is left to do, and nothing to tell. */
static void
leave (Service *self)
{
  g_clear_object (&self->reader);
  g_clear_object (&self->store);
  haul_frame_buffer_free (self->buffer);
  g_byte_array_unref (self->answer);
  g_free (self->root);
  exit (0);
}

static void
flush (Service *self)
{
  gsize sent = 0;

  while (sent < self->answer->len)
    {
      ssize_t n = write (self->out, self->answer->data + sent, self->answer->len - sent);
      if (n < 0 && errno != EINTR)
        leave (self);
      sent += n > 0 ? (gsize)n : 0;
    }
  g_byte_array_set_size (self->answer, 0);
  self->last_sign_us = g_get_monotonic_time ();
}

static void
reply (Service *self, HaulFrameType type, GVariant *payload)
{
  haul_frame_append (self->answer, type, payload);
}

static void
reply_error (Service *self, const GError *error)
{
  reply (self, HAUL_FRAME_ERROR, haul_record_from_error (error));
}

static void
tick (Service *self)
{
  if (g_get_monotonic_time () - self->last_sign_us < TICK_US)
    return;
  reply (self, HAUL_FRAME_TICK, NULL);
  flush (self);
}

/* Blocks for the next request; does not come back when the other side has closed or talks nonsense. */
static GVariant *
take_request (Service *self, HaulFrameType *type)
{
  g_autoptr (GError) error = NULL;
  HaulFrame frame;

  while (!haul_frame_buffer_take (self->buffer, &frame, &error))
    {
      gsize room;
      guint8 *to = haul_frame_buffer_reserve (self->buffer, &room);
      ssize_t n = error == NULL ? read (self->in, to, room) : 0;
      if (n == 0 || (n < 0 && errno != EINTR))
        leave (self);
      haul_frame_buffer_commit (self->buffer, n > 0 ? (gsize)n : 0);
    }
  GVariant *payload = frame.type < HAUL_FRAME_HELLO ? haul_frame_parse (&frame, &error) : NULL;
  if (payload == NULL)
    leave (self);
  *type = frame.type;
  return payload;
}

static gboolean
check_open (Service *self, gconstpointer needed, GError **error)
{
  if (needed != NULL)
    return TRUE;
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED, "Nothing is open.");
  return FALSE;
}

static void
report_found (HaulStoreInfo *info, const char *place, gpointer user_data)
{
  Service *self = user_data;
  gint64 now = g_get_monotonic_time ();

  if (info != NULL)
    reply (self, HAUL_FRAME_STORE, haul_record_from_store (info));
  else if (now - self->last_place_us < PLACE_US)
    return;
  self->last_place_us = now;
  if (place != NULL)
    {
      g_autofree char *shown = g_filename_display_name (place);
      g_autofree char *text = haul_record_dup_text (shown, HAUL_RECORD_MAX_TEXT);
      reply (self, HAUL_FRAME_PLACE, g_variant_new ("(s)", text));
    }
  flush (self);
}

static gboolean
serve_scan (Service *self, GVariant *request, GError **error)
{
  if (!self->backend->walk (self->root, report_found, self, NULL, error))
    return FALSE;
  reply (self, HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
  return TRUE;
}

static gboolean
serve_open (Service *self, GVariant *request, GError **error)
{
  const char *format;

  g_variant_get (request, "(&s)", &format);
  g_clear_object (&self->reader);
  g_clear_object (&self->store);
  self->store = self->backend->open (format, self->root, error);
  if (self->store == NULL)
    return FALSE;
  reply (self, HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
  return TRUE;
}

static gboolean
serve_list (Service *self, GVariant *request, GError **error)
{
  if (!check_open (self, self->store, error))
    return FALSE;
  g_autoptr (GPtrArray) folders = haul_store_list_folders (self->store, NULL, error);
  if (folders == NULL)
    return FALSE;
  for (guint i = 0; i < folders->len; i++)
    {
      reply (self, HAUL_FRAME_FOLDER, haul_record_from_folder (folders->pdata[i]));
      if (self->answer->len > HAUL_FRAME_CHUNK)
        flush (self);
    }
  reply (self, HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
  return TRUE;
}

/* As haul_store_count_folder() does, with a sign of life now and then. */
static HaulFolder *
count (Service *self, const HaulFolder *folder, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  HaulMessage *message;

  if (HAUL_STORE_GET_IFACE (self->store)->count_folder != NULL)
    return haul_store_count_folder (self->store, folder, NULL, error);
  g_autoptr (HaulReader) reader = haul_store_open_folder (self->store, folder, NULL, error);
  if (reader == NULL)
    return NULL;
  g_autoptr (HaulFolder) counted = haul_folder_copy (folder);
  counted->messages = counted->bytes = counted->deleted = 0;
  while ((message = haul_reader_next (reader, NULL, &local_error)) != NULL)
    {
      haul_store_add_to_count (counted, message);
      haul_message_free (message);
      tick (self);
    }
  if (local_error == NULL)
    return g_steal_pointer (&counted);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static gboolean
serve_count (Service *self, GVariant *request, GError **error)
{
  g_clear_object (&self->reader);
  if (!check_open (self, self->store, error))
    return FALSE;
  g_autoptr (HaulFolder) folder = haul_record_to_folder (request, error);
  g_autoptr (HaulFolder) counted = folder != NULL ? count (self, folder, error) : NULL;
  if (counted == NULL)
    return FALSE;
  reply (self, HAUL_FRAME_FOLDER, haul_record_from_folder (counted));
  reply (self, HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
  return TRUE;
}

/* Steps over what the other side has already; the last of it must still be where it was. */
static gboolean
step_to (Service *self, guint64 first, const char *key_before, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  for (; self->ordinal < first; self->ordinal++)
    {
      g_autoptr (HaulMessage) message = haul_reader_next (self->reader, NULL, &local_error);
      gboolean is_last = self->ordinal + 1 == first;
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (message == NULL || (is_last && g_strcmp0 (message->key, key_before) != 0))
        {
          g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED, "The folder changed while it was read.");
          return FALSE;
        }
      tick (self);
    }
  return TRUE;
}

static gboolean
serve_read (Service *self, GVariant *request, GError **error)
{
  g_autoptr (GVariant) record = NULL;
  const char *key_before;
  guint64 first;

  g_clear_object (&self->reader);
  if (!check_open (self, self->store, error))
    return FALSE;
  g_variant_get (request, "(@(sasuxxxxxxs)t&s)", &record, &first, &key_before);
  g_autoptr (HaulFolder) folder = haul_record_to_folder (record, error);
  if (folder == NULL)
    return FALSE;
  self->ordinal = 0;
  self->reader = haul_store_open_folder (self->store, folder, NULL, error);
  if (self->reader == NULL || !step_to (self, first, key_before, error))
    return FALSE;
  reply (self, HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
  return TRUE;
}

/* A key that does not fit the frames cannot be asked for again. */
static void
mend_key (HaulMessage *message, guint64 ordinal)
{
  if (*message->key != '\0' && strlen (message->key) <= HAUL_RECORD_MAX_KEY && g_utf8_validate (message->key, -1, NULL))
    return;
  g_free (message->key);
  message->key = g_strdup_printf ("?%" G_GUINT64_FORMAT, ordinal);
  message->state = HAUL_MESSAGE_UNREADABLE;
  g_free (message->problem);
  message->problem = g_strdup ("The place where it lies has a name that is too long.");
}

/* The whole message in memory, repaired. *repairs: those that are wanted; then those that were done. */
static GInputStream *
repair (Service *self, GInputStream *stream, guint *repairs, GError **error)
{
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  gssize n;

  while ((n = g_input_stream_read (stream, self->chunk, HAUL_FRAME_CHUNK, NULL, error)) > 0)
    {
      if (whole->len + (gsize)n > HAUL_REPAIR_SIZE_MAX)
        {
          g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED, "It is too big to be repaired.");
          return NULL;
        }
      g_byte_array_append (whole, self->chunk, (guint)n);
      tick (self);
    }
  if (n < 0)
    return NULL;
  *repairs = haul_repair_message_run ((const char *)whole->data, whole->len, *repairs, out);
  g_autoptr (GBytes) bytes = g_string_free_to_bytes (g_steal_pointer (&out));
  return g_memory_input_stream_new_from_bytes (bytes);
}

/* The message's octets, with the repairs that it names. */
static GInputStream *
open_message (Service *self, HaulMessage *message, GError **error)
{
  g_autoptr (GInputStream) stream = haul_reader_open (self->reader, message, NULL, error);

  if (stream == NULL || message->repairs == 0)
    return g_steal_pointer (&stream);
  return repair (self, stream, &message->repairs, error);
}

/* haul_reader_measure() with a sign of life now and then. */
static gboolean
measure (Service *self, HaulMessage *message, GError **error)
{
  g_autoptr (GInputStream) stream = open_message (self, message, error);
  HaulFingerprint fingerprint;
  HaulRepairScan scan;
  gsize digest_length = HAUL_DIGEST_LENGTH;
  guint64 size = 0;
  gssize n;

  if (stream == NULL)
    return FALSE;
  g_checksum_reset (self->checksum);
  haul_repair_scan_init (&scan);
  while ((n = g_input_stream_read (stream, self->chunk, HAUL_FRAME_CHUNK, NULL, error)) > 0)
    {
      g_checksum_update (self->checksum, self->chunk, n);
      haul_fingerprint_scanner_update (self->scanner, self->chunk, (gsize)n);
      haul_repair_scan_update (&scan, self->chunk, (gsize)n);
      size += (guint64)n;
      tick (self);
    }
  haul_fingerprint_scanner_finish (self->scanner, &fingerprint);
  if (n < 0 || !g_input_stream_close (stream, NULL, error))
    return FALSE;
  g_checksum_get_digest (self->checksum, message->digest, &digest_length);
  message->fingerprint = fingerprint;
  message->size = size;
  message->flaws = haul_repair_scan_finish (&scan);
  message->is_measured = TRUE;
  return TRUE;
}

/* @is_alone: the record goes out before the octets are looked at, so that the other side knows where the process was
 * should that end it. Among many, which come much faster so, the other side asks again for what did not reach it. */
static void
send_message (Service *self, HaulMessage *message, gboolean is_alone)
{
  g_autoptr (GError) error = NULL;

  mend_key (message, self->ordinal);
  gboolean is_to_measure = !message->is_measured && message->state <= HAUL_MESSAGE_CUT;
  if (is_alone)
    {
      haul_record_append_message (self->answer, message);
      flush (self);
    }
  gboolean is_measured = !is_to_measure || measure (self, message, &error);
  message->is_measured = message->is_measured && is_measured;
  if (!is_alone)
    haul_record_append_message (self->answer, message);
  if (!is_measured)
    {
      g_free (message->problem);
      message->problem = g_strdup (error->message);
    }
  if (!is_measured || (is_alone && is_to_measure))
    reply (self, HAUL_FRAME_MEASURE, haul_record_from_measure (message));
  if (is_alone || self->answer->len > HAUL_FRAME_CHUNK / 2)
    flush (self);
}

static gboolean
serve_next (Service *self, GVariant *request, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean more = TRUE;
  guint32 n;

  if (!check_open (self, self->reader, error))
    return FALSE;
  g_variant_get (request, "(u)", &n);
  gboolean is_alone = n == 1;
  for (n = MIN (n, MAX_BATCH); n > 0 && more; n--)
    {
      g_autoptr (HaulMessage) message = haul_reader_next (self->reader, NULL, &local_error);
      more = message != NULL;
      if (more)
        send_message (self, message, is_alone);
      self->ordinal++;
    }
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  reply (self, HAUL_FRAME_END, g_variant_new ("(b)", more));
  return TRUE;
}

/* Whether the other side wants no more of a body. */
static gboolean
is_stopped (Service *self)
{
  struct pollfd fd = { .fd = self->in, .events = POLLIN };
  HaulFrameType type;

  if (poll (&fd, 1, 0) <= 0)
    return FALSE;
  g_autoptr (GVariant) request = take_request (self, &type);
  if (type != HAUL_FRAME_STOP)
    leave (self);
  return TRUE;
}

static gboolean
serve_body (Service *self, GVariant *request, GError **error)
{
  const char *key;
  guint32 repairs;

  if (!check_open (self, self->reader, error))
    return FALSE;
  g_variant_get (request, "(&su)", &key, &repairs);
  g_autoptr (HaulMessage) message = haul_message_new (key, 0);
  message->repairs = repairs;
  g_autoptr (GInputStream) stream = open_message (self, message, error);
  gsize n = HAUL_FRAME_CHUNK;
  if (stream == NULL)
    return FALSE;
  g_checksum_reset (self->checksum);
  while (n == HAUL_FRAME_CHUNK && !is_stopped (self))
    {
      if (!g_input_stream_read_all (stream, self->chunk, HAUL_FRAME_CHUNK, &n, NULL, error))
        return FALSE;
      if (n == 0)
        break;
      g_checksum_update (self->checksum, self->chunk, (gssize)n);
      message->size += n;
      haul_frame_append_data (self->answer, self->chunk, n);
      flush (self);
    }
  if (!g_input_stream_close (stream, NULL, error))
    return FALSE;
  gsize length = HAUL_DIGEST_LENGTH;
  g_checksum_get_digest (self->checksum, message->digest, &length);
  reply (self, HAUL_FRAME_DIGEST,
         g_variant_new ("(t@ay)", message->size,
                        g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, message->digest, HAUL_DIGEST_LENGTH, 1)));
  return TRUE;
}

static gboolean
serve_repair (Service *self, GVariant *request, GError **error)
{
  const char *key;
  guint32 wanted;

  if (!check_open (self, self->reader, error))
    return FALSE;
  g_variant_get (request, "(&su)", &key, &wanted);
  g_autoptr (HaulMessage) message = haul_message_new (key, 0);
  message->repairs = wanted & HAUL_REPAIR_ALL;
  if (!measure (self, message, error))
    return FALSE;
  reply (self, HAUL_FRAME_MEASURE, haul_record_from_measure (message));
  reply (self, HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
  return TRUE;
}

static void
serve (Service *self, HaulFrameType type, GVariant *request)
{
  static const struct
  {
    HaulFrameType type;
    gboolean (*serve) (Service *self, GVariant *request, GError **error);
  } table[] = {
    { HAUL_FRAME_SCAN, serve_scan },   { HAUL_FRAME_OPEN, serve_open },     { HAUL_FRAME_LIST, serve_list },
    { HAUL_FRAME_COUNT, serve_count }, { HAUL_FRAME_READ, serve_read },     { HAUL_FRAME_NEXT, serve_next },
    { HAUL_FRAME_BODY, serve_body },   { HAUL_FRAME_REPAIR, serve_repair },
  };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].type == type && !table[i].serve (self, request, &error))
      reply_error (self, error);
  flush (self);
}

static void
start (Service *self)
{
  HaulSandbox sandbox = { 0 };
  HaulFrameType type;
  g_autoptr (GVariant) request = take_request (self, &type);

  if (type != HAUL_FRAME_START)
    leave (self);
  g_variant_get (request, "(^ay)", &self->root);
  haul_sandbox_enter (self->root, &sandbox);
  reply (self, HAUL_FRAME_HELLO,
         g_variant_new ("(uub)", (guint32)HAUL_FRAME_VERSION, (guint32)sandbox.landlock, sandbox.filter));
  flush (self);
}

/**
 * haul_reader_service_run:
 * @in: where requests come from
 * @out: where answers go
 * @backend: what is served
 *
 * Shuts the sandbox and answers requests until the other side closes; then the process ends with status 0.
 */
void
haul_reader_service_run (int in, int out, const HaulReaderBackend *backend)
{
  Service self = { .in = in, .out = out, .backend = backend };
  HaulFrameType type;

  self.buffer = haul_frame_buffer_new ();
  self.answer = g_byte_array_new ();
  self.chunk = g_malloc (HAUL_FRAME_CHUNK);
  self.checksum = g_checksum_new (G_CHECKSUM_SHA256);
  self.scanner = haul_fingerprint_scanner_new ();
  start (&self);
  while (TRUE)
    {
      g_autoptr (GVariant) request = take_request (&self, &type);
      serve (&self, type, request);
    }
}
