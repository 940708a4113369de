/* haul-imap-fetch.h - what is in the selected mailbox: UID, size, date, flags, digest
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, names: as haul-imap-session.h.
 */
#pragma once

#include "base/haul-fingerprint.h"
#include "imap/haul-imap-session.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 uid;
  guint64 size;         /* RFC822.SIZE; not an identity */
  gint64 internal_date; /* unix seconds */
  guint flags;          /* HaulImapFlags */
  char **keywords;      /* (nullable), borrowed for the call */
} HaulImapFetchRow;

typedef struct
{
  guint32 uid;
  guint64 size;
  guint8 digest[32];           /* SHA-256 of the octets of BODY.PEEK[] */
  HaulFingerprint fingerprint; /* of the same octets */
} HaulImapFetchDigest;

typedef struct
{
  guint32 uid;
  HaulFingerprint fingerprint; /* without a text */
} HaulImapFetchHeader;

/* All return FALSE to stop: the session is then poisoned. */
typedef gboolean (*HaulImapFetchRowFunc) (const HaulImapFetchRow *row, gpointer user_data, GError **error);
typedef gboolean (*HaulImapFetchDigestFunc) (const HaulImapFetchDigest *digest, gpointer user_data, GError **error);
typedef gboolean (*HaulImapFetchHeaderFunc) (const HaulImapFetchHeader *header, gpointer user_data, GError **error);
/* Octets of one message's BODY.PEEK[]. */
typedef gboolean (*HaulImapFetchBodyFunc) (const guint8 *data, gsize length, gpointer user_data, GError **error);

gboolean haul_imap_fetch_rows (HaulImapSession *session,
                               guint32 first_uid,
                               HaulImapFetchRowFunc func,
                               gpointer user_data,
                               GCancellable *cancellable,
                               GError **error);
gboolean haul_imap_fetch_last_uid (HaulImapSession *session, guint32 *uid, GCancellable *cancellable, GError **error);
gboolean haul_imap_fetch_flags (HaulImapSession *session,
                                const guint32 *uids,
                                gsize n_uids,
                                HaulImapFetchRowFunc func,
                                gpointer user_data,
                                GCancellable *cancellable,
                                GError **error);
gboolean haul_imap_fetch_digests (HaulImapSession *session,
                                  const guint32 *uids,
                                  gsize n_uids,
                                  HaulImapFetchDigestFunc func,
                                  gpointer user_data,
                                  GCancellable *cancellable,
                                  GError **error);
gboolean haul_imap_fetch_headers (HaulImapSession *session,
                                  const guint32 *uids,
                                  gsize n_uids,
                                  HaulImapFetchHeaderFunc func,
                                  gpointer user_data,
                                  GCancellable *cancellable,
                                  GError **error);
gboolean haul_imap_fetch_body (HaulImapSession *session,
                               guint32 uid,
                               HaulImapFetchBodyFunc func,
                               gpointer user_data,
                               GCancellable *cancellable,
                               GError **error);

G_END_DECLS
