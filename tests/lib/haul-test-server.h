/* haul-test-server.h - an IMAP peer that follows a script, on threads of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A script is text, one step a line:
 *
 *   S text      sends a line; $ is the tag of the client's last command, $next the one after it
 *   s text      sends as it stands, C escapes understood, no line end; $ as above
 *   F n text    the same n times
 *   0           sends one octet of value zero
 *   D text      sends text, twenty octets a second
 *   H hex       sends these octets
 *   C pattern   takes a command; what follows its tag must match (* and ? as in file names)
 *   c pattern   takes a line without a tag
 *   L n         takes n octets
 *   T           shakes hands under TLS; nothing of the client may be buffered
 *   W ms        waits
 *   X           closes
 *   R           resets
 *
 * After its last step the server reads until the client closes. Each connection follows the next script; the last one
 * serves all that come later.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _HaulTestServer HaulTestServer;

HaulTestServer *
haul_test_server_new (const char *certificate_path, const char *first_script, ...) G_GNUC_NULL_TERMINATED;
HaulTestServer *
haul_test_server_new_at (const char *address, guint16 port, const char *certificate_path, const char *script);
void haul_test_server_free (HaulTestServer *server);
guint16 haul_test_server_get_port (HaulTestServer *server);
guint haul_test_server_count_connections (HaulTestServer *server);
GBytes *haul_test_server_dup_octets (HaulTestServer *server);
char *haul_test_server_stop (HaulTestServer *server, char **problem);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulTestServer, haul_test_server_free)

G_END_DECLS
