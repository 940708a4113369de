/* haul-imap-mailbox.h - commands about mailboxes: NAMESPACE, LIST, CREATE, SUBSCRIBE, STATUS, SELECT, RENAME, DELETE
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, names: as haul-imap-session.h.
 */
#pragma once

#include "imap/haul-imap-session.h"
#include "imap/haul-imap-types.h"

G_BEGIN_DECLS

gboolean haul_imap_mailbox_get_namespace (HaulImapSession *session,
                                          HaulImapNamespace *name_space,
                                          GCancellable *cancellable,
                                          GError **error);
GPtrArray *
haul_imap_mailbox_list (HaulImapSession *session, const char *pattern, GCancellable *cancellable, GError **error);
gboolean
haul_imap_mailbox_create (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error);
gboolean
haul_imap_mailbox_delete (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error);
gboolean haul_imap_mailbox_rename (
    HaulImapSession *session, const char *from, const char *to, GCancellable *cancellable, GError **error);
gboolean
haul_imap_mailbox_subscribe (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error);
gboolean
haul_imap_mailbox_unsubscribe (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error);
gboolean haul_imap_mailbox_status (
    HaulImapSession *session, const char *name, HaulImapStatus *status, GCancellable *cancellable, GError **error);
gboolean haul_imap_mailbox_select (
    HaulImapSession *session, const char *name, HaulImapStatus *status, GCancellable *cancellable, GError **error);
gboolean haul_imap_mailbox_examine (
    HaulImapSession *session, const char *name, HaulImapStatus *status, GCancellable *cancellable, GError **error);
gboolean haul_imap_mailbox_unselect (HaulImapSession *session, GCancellable *cancellable, GError **error);

G_END_DECLS
