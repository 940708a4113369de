/* haul-imap-uids.h - commands about messages by their UIDs: UID MOVE, UID COPY, UID STORE, EXPUNGE, UID EXPUNGE
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, names: as haul-imap-session.h.
 */
#pragma once

#include "imap/haul-imap-session.h"
#include "imap/haul-imap-types.h"

G_BEGIN_DECLS

gboolean haul_imap_uids_move (HaulImapSession *session,
                              const guint32 *uids,
                              gsize n_uids,
                              const char *destination,
                              HaulImapCopyUid *copy_uid,
                              GCancellable *cancellable,
                              GError **error);
gboolean haul_imap_uids_copy (HaulImapSession *session,
                              const guint32 *uids,
                              gsize n_uids,
                              const char *destination,
                              HaulImapCopyUid *copy_uid,
                              GCancellable *cancellable,
                              GError **error);
gboolean haul_imap_uids_mark_flagged (
    HaulImapSession *session, const guint32 *uids, gsize n_uids, GCancellable *cancellable, GError **error);
gboolean haul_imap_uids_mark_deleted (
    HaulImapSession *session, const guint32 *uids, gsize n_uids, GCancellable *cancellable, GError **error);
gboolean haul_imap_uids_unmark_deleted (
    HaulImapSession *session, const guint32 *uids, gsize n_uids, GCancellable *cancellable, GError **error);
gboolean haul_imap_uids_expunge (
    HaulImapSession *session, const guint32 *uids, gsize n_uids, GCancellable *cancellable, GError **error);
gboolean haul_imap_uids_expunge_marked (HaulImapSession *session, GCancellable *cancellable, GError **error);

G_END_DECLS
