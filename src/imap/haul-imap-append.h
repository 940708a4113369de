/* haul-imap-append.h - APPEND of one message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, names: as haul-imap-session.h.
 */
#pragma once

#include "imap/haul-imap-session.h"

G_BEGIN_DECLS

typedef enum
{
  HAUL_IMAP_FLAG_SEEN = 1 << 0,
  HAUL_IMAP_FLAG_ANSWERED = 1 << 1,
  HAUL_IMAP_FLAG_FLAGGED = 1 << 2,
  HAUL_IMAP_FLAG_DRAFT = 1 << 3,
  HAUL_IMAP_FLAG_DELETED = 1 << 4,
} HaulImapFlags;

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
 * the message into commands (RFC 7888 §8; servers.md rule 1).
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

typedef struct
{
  guint32 uid_validity; /* 0: the server gave no APPENDUID (RFC 4315) */
  guint32 uid;
} HaulImapAppendUid;

gboolean haul_imap_append_run (HaulImapSession *session,
                               const HaulImapAppend *append,
                               HaulImapAppendUid *uid,
                               GCancellable *cancellable,
                               GError **error);
gboolean haul_imap_append_is_keyword (const char *keyword);

G_END_DECLS
