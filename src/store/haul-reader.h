/* haul-reader.h - the messages of one folder, in order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-message.h"

G_BEGIN_DECLS

#define HAUL_TYPE_READER (haul_reader_get_type ())
G_DECLARE_INTERFACE (HaulReader, haul_reader, HAUL, READER, GObject)

/**
 * HaulReaderInterface:
 * @next: the next message, or %NULL without an error at the end. A message that cannot be read is returned with its
 *   state and a problem, so that it is counted; an error ends the folder. Deleted messages that the program no longer
 *   shows are never returned; marked ones are, with %HAUL_MESSAGE_DELETED.
 * @open: the message's octets in wire form: the store's octets with bookkeeping headers and quoting of the container
 *   undone and line ends made CRLF, nothing else changed. Works for any message of this folder in any order, given only
 *   its key, also one made by another process. The stream is the caller's, to be closed before the next call.
 *
 * @repair: (nullable): the message's repaired form, measured; only the reader process's client has it. @open gives the
 *   repaired form of a message whose repairs are set, where this is there
 *
 * Implemented by every format (in the reader process) and by the reader process's client. Blocking; one thread at a
 * time.
 */
struct _HaulReaderInterface
{
  GTypeInterface parent_iface;

  HaulMessage *(*next) (HaulReader *self, GCancellable *cancellable, GError **error);
  GInputStream *(*open) (HaulReader *self, const HaulMessage *message, GCancellable *cancellable, GError **error);
  gboolean (*repair) (HaulReader *self, HaulMessage *message, guint wanted, GCancellable *cancellable, GError **error);
};

HaulMessage *haul_reader_next (HaulReader *self, GCancellable *cancellable, GError **error);
GInputStream *
haul_reader_open (HaulReader *self, const HaulMessage *message, GCancellable *cancellable, GError **error);
gboolean haul_reader_measure (HaulReader *self, HaulMessage *message, GCancellable *cancellable, GError **error);
gboolean
haul_reader_repair (HaulReader *self, HaulMessage *message, guint wanted, GCancellable *cancellable, GError **error);

G_END_DECLS
