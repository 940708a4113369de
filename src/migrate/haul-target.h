/* haul-target.h - the user's mailbox: there, subscribed, and able to hold what comes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-mailbox.h"
#include "migrate/haul-transfer.h"

G_BEGIN_DECLS

gboolean haul_target_ensure_any (HaulTransfer *transfer, HaulImapSession *session, GError **error);
gboolean haul_target_has_other (HaulTransfer *transfer, HaulImapSession *session, gboolean *has_other, GError **error);
gboolean haul_target_complete (HaulRun *run, HaulImapSession *session, const char *mailbox, GError **error);
gboolean haul_target_ensure (HaulRun *run, HaulImapSession *session, const char *mailbox, GError **error);
gboolean haul_target_ensure_parents (HaulRun *run, HaulImapSession *session, const char *mailbox, GError **error);
gboolean
haul_target_subscribe (HaulImapSession *session, const char *mailbox, GCancellable *cancellable, GError **error);
gboolean haul_target_exists (
    HaulImapSession *session, const char *mailbox, gboolean *exists, GCancellable *cancellable, GError **error);
gboolean haul_target_is_gone (
    HaulImapSession *session, const char *mailbox, gboolean *is_gone, GCancellable *cancellable, GError **error);

G_END_DECLS
