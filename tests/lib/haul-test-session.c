/* haul-test-session.c - a session with the scripted server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "haul-test-session.h"

/**
 * haul_test_session_sign_in:
 * @server: a server whose script lets alice in
 *
 * Connects without TLS and signs in; fails the test where that does not work.
 *
 * Returns: (transfer full): the session
 */
HaulImapSession *
haul_test_session_sign_in (HaulTestServer *server)
{
  g_autoptr (HaulEndpoint) endpoint
      = haul_endpoint_new ("127.0.0.1", haul_test_server_get_port (server), HAUL_SECURITY_NONE);
  HaulImapOptions options = { .endpoint = endpoint };
  g_autoptr (HaulSecret) secret = haul_secret_new ("x");
  HaulImapCredentials credentials = { .user = "alice", .secret = secret };
  g_autoptr (GError) error = NULL;
  HaulImapSession *session = haul_imap_session_open (&options, NULL, &error);

  g_assert_no_error (error);
  haul_imap_session_login (session, &credentials, NULL, &error);
  g_assert_no_error (error);
  return session;
}
