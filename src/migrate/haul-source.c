/* haul-source.c - a folder of a store, read for copying
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Memory:  a message of up to 4 MiB; a bigger one waits in a file without a name.
 * Errors:  HAUL_STORE_ERROR, G_IO_ERROR, HAUL_MIGRATE_ERROR_SPOOL: always about the local side, never about the server.
 */
#include "migrate/haul-source.h"

#include "base/haul-fault.h"
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/haul-migrate-error.h"
#include "store/haul-store-error.h"

#define MEMORY_MAX (4 * 1024 * 1024)
#define CHUNK 65536

HaulSource *
haul_source_open (const HaulPlanFolder *folder, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulSource) self = g_new0 (HaulSource, 1);

  self->info = haul_store_info_ref (folder->store);
  self->folder = haul_folder_ref (folder->folder);
  return haul_source_reopen (self, cancellable, error) ? g_steal_pointer (&self) : NULL;
}

void
haul_source_free (HaulSource *source)
{
  g_clear_object (&source->reader);
  g_clear_object (&source->store);
  haul_store_info_unref (source->info);
  haul_folder_unref (source->folder);
  g_free (source);
}

/**
 * haul_source_reopen:
 * @source: a source
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * Begins at the folder's start again, in a new reader process.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_source_reopen (HaulSource *source, GCancellable *cancellable, GError **error)
{
  g_clear_object (&source->reader);
  g_clear_object (&source->store);
  source->store = haul_discovery_open_store (source->info, cancellable, error);
  if (source->store == NULL)
    return FALSE;
  HAUL_FAULT (F04, "open");
  source->reader = haul_store_open_folder (source->store, source->folder, cancellable, error);
  return source->reader != NULL;
}

HaulMessage *
haul_source_next (HaulSource *source, GCancellable *cancellable, GError **error)
{
  if (source->reader == NULL)
    {
      g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED, "the folder cannot be read further");
      return NULL;
    }
  return haul_reader_next (source->reader, cancellable, error);
}

static gboolean
is_reader_gone (const GError *error)
{
  return g_error_matches (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_DIED)
         || g_error_matches (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_PROTOCOL);
}

/* A reader process that died over a message is started again and led behind it. */
static gboolean
skip_behind (HaulSource *source, guint64 ordinal, GCancellable *cancellable)
{
  if (!haul_source_reopen (source, cancellable, NULL))
    return FALSE;
  while (TRUE)
    {
      g_autoptr (HaulMessage) message = haul_reader_next (source->reader, cancellable, NULL);
      if (message == NULL)
        return FALSE;
      if (message->ordinal >= ordinal)
        return TRUE;
    }
}

/**
 * haul_source_measure:
 * @source: a source
 * @message: (inout): the message that haul_source_next() gave last
 * @cancellable: (nullable): to stop it
 * @error: return location; about this message only, where the next one can be read
 *
 * Learns the message's exact size and digest. Where the reader process dies over it, a new one is led behind it.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_source_measure (HaulSource *source, HaulMessage *message, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (haul_reader_measure (source->reader, message, cancellable, &local_error))
    return TRUE;
  if (is_reader_gone (local_error) && !skip_behind (source, message->ordinal, cancellable))
    g_clear_object (&source->reader);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * haul_source_repair:
 * @source: a source
 * @message: (inout): by its key; gets repairs, size, digest and fingerprint
 * @wanted: #HaulRepair
 * @cancellable: (nullable): to stop it
 * @error: return location; about this message only
 *
 * Learns the form that a message has with these repairs, as far as it calls for them and bears them.
 *
 * Returns: %TRUE on success, also where it has no such form: then its repairs are 0
 */
gboolean
haul_source_repair (HaulSource *source, HaulMessage *message, guint wanted, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (source->reader == NULL && !haul_source_reopen (source, cancellable, error))
    return FALSE;
  if (haul_reader_repair (source->reader, message, wanted, cancellable, &local_error))
    return TRUE;
  if (is_reader_gone (local_error))
    haul_source_reopen (source, cancellable, NULL);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static GOutputStream *
open_spool (guint64 size, const char *spool_dir, int *fd, GError **error)
{
  *fd = -1;
  if (size <= MEMORY_MAX)
    return g_memory_output_stream_new_resizable ();

  g_autofree char *name = g_build_filename (spool_dir, "message-XXXXXX", NULL);
  *fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  if (*fd < 0)
    {
      g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_SPOOL, "no room for a big message in %s: %s",
                   spool_dir, g_strerror (errno));
      return NULL;
    }
  g_unlink (name);
  return NULL;
}

static gboolean
write_spool (GOutputStream *memory, int fd, const guint8 *data, gsize length, GError **error)
{
  if (memory != NULL)
    return g_output_stream_write_all (memory, data, length, NULL, NULL, error);
  while (length > 0)
    {
      gssize n = write (fd, data, length);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_SPOOL, "a big message cannot be kept: %s",
                       g_strerror (errno));
          return FALSE;
        }
      data += n;
      length -= (gsize)n;
    }
  return TRUE;
}

/* Copies the message, never more of it than was announced, and compares it with what was measured. */
static gboolean
spool (GInputStream *stream, const HaulItem *item, GOutputStream *memory, int fd, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *buffer = g_malloc (CHUNK);
  guint8 digest[HAUL_DIGEST_LENGTH];
  gsize digest_length = sizeof digest;
  gboolean has_nul = FALSE;
  guint64 size = 0;
  gssize n;

  while ((n = g_input_stream_read (stream, buffer, CHUNK, NULL, error)) > 0)
    {
      size += (guint64)n;
      if (size > item->size)
        break;
      has_nul = has_nul || memchr (buffer, 0, (gsize)n) != NULL;
      g_checksum_update (checksum, buffer, n);
      if (!write_spool (memory, fd, buffer, (gsize)n, error))
        return FALSE;
    }
  if (n < 0)
    return FALSE;
  g_checksum_get_digest (checksum, digest, &digest_length);
  if (size != item->size || memcmp (digest, item->digest, sizeof digest) != 0)
    {
      g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED, "the message changed while it was read");
      return FALSE;
    }
  if (has_nul)
    {
      /* RFC 3501 §9: a literal is made of CHAR8, which NUL is not. */
      g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED,
                           "the message holds NUL octets, which IMAP cannot carry");
      return FALSE;
    }
  return TRUE;
}

static GInputStream *
load_once (HaulSource *source, const HaulItem *item, const char *spool_dir, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulMessage) message = haul_message_new (item->key, item->ordinal);
  message->repairs = item->repairs;
  g_autoptr (GInputStream) stream = haul_reader_open (source->reader, message, cancellable, error);
  int fd = -1;

  if (stream == NULL)
    return NULL;
  g_autoptr (GOutputStream) memory = open_spool (item->size, spool_dir, &fd, error);
  if (memory == NULL && fd < 0)
    return NULL;
  HAUL_FAULT (F04, "reading");
  gboolean is_whole = spool (stream, item, memory, fd, error);
  g_input_stream_close (stream, NULL, NULL);
  if (is_whole && memory != NULL)
    {
      g_output_stream_close (memory, NULL, NULL);
      g_autoptr (GBytes) bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
      return g_memory_input_stream_new_from_bytes (bytes);
    }
  if (is_whole && lseek (fd, 0, SEEK_SET) == 0)
    return g_unix_input_stream_new (fd, TRUE);
  if (fd >= 0)
    close (fd);
  return NULL;
}

/**
 * haul_source_load:
 * @source: a source
 * @item: a measured message of it
 * @spool_dir: a private folder, for big messages
 * @cancellable: (nullable): to stop it
 * @error: return location; %HAUL_STORE_ERROR_CHANGED when it is not what was measured, %HAUL_STORE_ERROR_UNSUPPORTED
 * when it holds NUL octets, %HAUL_MIGRATE_ERROR_SPOOL when this computer has no room for it, else why it cannot be read
 *
 * Reads a message whole, away from its store, so that nothing can go wrong with it any more while it is sent.
 *
 * Returns: (transfer full) (nullable): its octets in wire form
 */
GInputStream *
haul_source_load (
    HaulSource *source, const HaulItem *item, const char *spool_dir, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (source->reader == NULL && !haul_source_reopen (source, cancellable, error))
    return NULL;
  GInputStream *stream = load_once (source, item, spool_dir, cancellable, &local_error);
  if (stream == NULL && is_reader_gone (local_error) && haul_source_reopen (source, cancellable, NULL))
    {
      /* Once more: it may have died of something else, an out-of-memory killer for one. */
      g_clear_error (&local_error);
      stream = load_once (source, item, spool_dir, cancellable, &local_error);
      if (stream == NULL && is_reader_gone (local_error))
        haul_source_reopen (source, cancellable, NULL);
    }
  if (stream == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return stream;
}

/**
 * haul_source_get_code:
 * @error: why a message could not be read
 *
 * Returns: the report's word for it
 */
const char *
haul_source_get_code (const GError *error)
{
  static const struct
  {
    HaulStoreError error;
    const char *code;
  } table[] = {
    { HAUL_STORE_ERROR_NOT_FOUND, "source-gone" },       { HAUL_STORE_ERROR_CHANGED, "changed" },
    { HAUL_STORE_ERROR_UNSUPPORTED, "nul-octets" },      { HAUL_STORE_ERROR_READER_DIED, "reader-died" },
    { HAUL_STORE_ERROR_READER_PROTOCOL, "reader-died" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_error_matches (error, HAUL_STORE_ERROR, (int)table[i].error))
      return table[i].code;
  return g_error_matches (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_SPOOL) ? "cannot-write" : "damaged";
}
