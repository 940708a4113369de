/* haul-imap-authenticate.h - AUTHENTICATE: one mechanism's exchange over the wire
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's. Only for the files of this folder.
 */
#pragma once

#include "imap/haul-imap-login.h"
#include "sasl/haul-sasl.h"

G_BEGIN_DECLS

HaulImapResponse *haul_imap_authenticate_run (HaulImapChannel *channel,
                                              const HaulImapLoginPlace *place,
                                              HaulSaslMechanism mechanism,
                                              const HaulImapNames *names,
                                              HaulSecret *secret,
                                              HaulImapAttempt *made,
                                              GCancellable *cancellable,
                                              GError **error);

G_END_DECLS
