/* haul-imap-session-private.h - a session for the files of this folder that speak over it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-channel.h"
#include "imap/haul-imap-session.h"

G_BEGIN_DECLS

HaulImapChannel *haul_imap_session_get_channel (HaulImapSession *session);
const char *haul_imap_session_get_selected (const HaulImapSession *session);
void haul_imap_session_set_selected (HaulImapSession *session, const char *name);
gboolean haul_imap_session_execute (HaulImapSession *session,
                                    HaulImapCommand *command,
                                    const char *what,
                                    HaulImapChannelFunc func,
                                    gpointer user_data,
                                    GCancellable *cancellable,
                                    GError **error);

G_END_DECLS
