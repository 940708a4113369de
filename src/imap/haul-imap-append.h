/* haul-imap-append.h - APPEND of one message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, names: as haul-imap-session.h.
 */
#pragma once

#include "imap/haul-imap-session.h"
#include "imap/haul-imap-types.h"

G_BEGIN_DECLS

/**
 * HaulImapAppend:
 * @mailbox: where to, octets on the wire
 * @flags: #HaulImapFlags
 * @keywords: (nullable): atoms the mailbox allows; others are refused before anything is sent
 * @internal_date: unix seconds; sent in UTC, clamped to 1970-01-02 … now
 * @size: exact octets of @body
 * @body: the message in wire form; read to its end by the call
 * @before_last: (nullable): called once, before the last octet of the literal leaves: the place to make an intent
 *   durable. %FALSE poisons the session, since the literal stays unfinished
 * @sent: (nullable): called after each chunk with the octets of this chunk
 *
 * One message to store. Always a synchronizing literal, so that a refused command line can never turn
 * the message into commands (RFC 7888 §8; docs/wire.md).
 */
typedef struct
{
  const char *mailbox;
  guint flags;
  const char *const *keywords;
  gint64 internal_date;
  guint64 size;
  GInputStream *body;
  gboolean (*before_last) (gpointer user_data, GError **error);
  void (*sent) (guint64 bytes, gpointer user_data);
  gpointer user_data;
} HaulImapAppend;

gboolean haul_imap_append_run (HaulImapSession *session,
                               const HaulImapAppend *append,
                               HaulImapAppendUid *uid,
                               GCancellable *cancellable,
                               GError **error);
gboolean haul_imap_append_is_keyword (const char *keyword);

G_END_DECLS
