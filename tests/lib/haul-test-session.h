/* haul-test-session.h - a session with the scripted server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "haul-test-server.h"
#include "imap/haul-imap-session.h"

G_BEGIN_DECLS

HaulImapSession *haul_test_session_sign_in (HaulTestServer *server);

G_END_DECLS
