/* haul-imap-login.h - sign-in: AUTHENTICATE PLAIN or LOGIN, two attempts at most
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's. Only for the files of this folder.
 */
#pragma once

#include "imap/haul-imap-channel.h"
#include "imap/haul-imap-session.h"

G_BEGIN_DECLS

HaulImapResponse *haul_imap_login_run (HaulImapChannel *channel,
                                       guint capabilities,
                                       const HaulImapCredentials *credentials,
                                       GCancellable *cancellable,
                                       GError **error);

G_END_DECLS
