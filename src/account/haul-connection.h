/* haul-connection.h - an account's signed-in session; the lanes' way to the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Not for the fronts: it shows an imap type.
 */
#pragma once

#include "account/haul-account.h"
#include "imap/haul-imap-session.h"

G_BEGIN_DECLS

HaulImapSession *haul_connection_open (
    const HaulAccount *account, HaulImapStepFunc step, gpointer step_data, GCancellable *cancellable, GError **error);
HaulAuth haul_connection_get_auth (const HaulImapSession *session);
gboolean haul_connection_check (const HaulAccount *account, GError **error);
gboolean
haul_connection_login (HaulImapSession *session, const HaulAccount *account, GCancellable *cancellable, GError **error);

G_END_DECLS
