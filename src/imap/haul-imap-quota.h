/* haul-imap-quota.h - how much room a mailbox has, and how big a message may be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread, names: as haul-imap-session.h.
 */
#pragma once

#include "imap/haul-imap-session.h"
#include "imap/haul-imap-types.h"

G_BEGIN_DECLS

gboolean haul_imap_quota_get_room (
    HaulImapSession *session, const char *name, HaulImapQuota *quota, GCancellable *cancellable, GError **error);
gboolean haul_imap_quota_get_append_limit (
    HaulImapSession *session, const char *name, guint64 *limit_bytes, GCancellable *cancellable, GError **error);

G_END_DECLS
