/* haul-reader.c - the messages of one folder, in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any one thread at a time; blocks.
 * Memory:  one chunk of 64 KiB while measuring.
 */
#include "store/haul-reader.h"

#include "store/haul-repair-scan.h"
#include "store/haul-store-error.h"

#define CHUNK 65536

G_DEFINE_INTERFACE (HaulReader, haul_reader, G_TYPE_OBJECT)

static void
haul_reader_default_init (HaulReaderInterface *iface)
{
}

/**
 * haul_reader_next:
 * @self: a reader
 * @cancellable: (nullable): to stop it
 * @error: return location
 *
 * See #HaulReaderInterface.
 *
 * Returns: (transfer full) (nullable): the next message; %NULL at the end, or with an error set
 */
HaulMessage *
haul_reader_next (HaulReader *self, GCancellable *cancellable, GError **error)
{
  return HAUL_READER_GET_IFACE (self)->next (self, cancellable, error);
}

/**
 * haul_reader_open:
 * @self: a reader
 * @message: a message of this folder; only its key is looked at
 * @cancellable: (nullable): to stop it
 * @error: return location; %HAUL_STORE_ERROR_MESSAGE_DAMAGED, %HAUL_STORE_ERROR_CHANGED, %HAUL_STORE_ERROR_NOT_FOUND
 *
 * See #HaulReaderInterface.
 *
 * Returns: (transfer full) (nullable): the octets in wire form
 */
GInputStream *
haul_reader_open (HaulReader *self, const HaulMessage *message, GCancellable *cancellable, GError **error)
{
  return HAUL_READER_GET_IFACE (self)->open (self, message, cancellable, error);
}

/**
 * haul_reader_measure:
 * @self: a reader
 * @message: (inout): size, digest, fingerprint and is_measured are set
 * @cancellable: (nullable): to stop it
 * @error: return location, as haul_reader_open()
 *
 * Reads the message once to learn its exact size and digest. Does nothing where they are known.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_reader_measure (HaulReader *self, HaulMessage *message, GCancellable *cancellable, GError **error)
{
  if (message->is_measured)
    return TRUE;
  g_autoptr (GInputStream) stream = haul_reader_open (self, message, cancellable, error);
  if (stream == NULL)
    return FALSE;

  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (HaulFingerprintScanner) scanner = haul_fingerprint_scanner_new ();
  g_autofree guint8 *buffer = g_malloc (CHUNK);
  HaulRepairScan scan;
  guint64 size = 0;
  gssize n;
  haul_repair_scan_init (&scan);
  while ((n = g_input_stream_read (stream, buffer, CHUNK, cancellable, error)) > 0)
    {
      g_checksum_update (checksum, buffer, n);
      haul_fingerprint_scanner_update (scanner, buffer, (gsize)n);
      haul_repair_scan_update (&scan, buffer, (gsize)n);
      size += (guint64)n;
    }
  if (n < 0 || !g_input_stream_close (stream, cancellable, error))
    return FALSE;

  gsize length = HAUL_DIGEST_LENGTH;
  g_checksum_get_digest (checksum, message->digest, &length);
  haul_fingerprint_scanner_finish (scanner, &message->fingerprint);
  message->size = size;
  message->flaws = haul_repair_scan_finish (&scan);
  message->is_measured = TRUE;
  return TRUE;
}

/**
 * haul_reader_repair:
 * @self: a reader
 * @message: (inout): a message of this folder; only its key is looked at. Gets repairs, size, digest and fingerprint
 * @wanted: #HaulRepair
 * @cancellable: (nullable): to stop it
 * @error: return location, as haul_reader_open(); %HAUL_STORE_ERROR_UNSUPPORTED where messages cannot be repaired, or
 *   this one is too big for it
 *
 * Learns what a message would be with those of the repairs that it calls for and that it bears.
 *
 * Returns: %TRUE on success, also when nothing could be repaired: then its repairs are 0
 */
gboolean
haul_reader_repair (HaulReader *self, HaulMessage *message, guint wanted, GCancellable *cancellable, GError **error)
{
  if (HAUL_READER_GET_IFACE (self)->repair != NULL)
    return HAUL_READER_GET_IFACE (self)->repair (self, message, wanted, cancellable, error);
  g_set_error_literal (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED, "Messages cannot be repaired here.");
  return FALSE;
}
