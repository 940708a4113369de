/* haul-imap-append-private.h - APPEND with a command of the caller's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-append.h"
#include "imap/haul-imap-command.h"

G_BEGIN_DECLS

gboolean haul_imap_append_send (HaulImapSession *session,
                                const HaulImapAppend *append,
                                HaulImapCommand *command,
                                HaulImapAppendUid *uid,
                                GCancellable *cancellable,
                                GError **error);

G_END_DECLS
