/* test-haul-server.c - mailboxes by role and by name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "account/haul-server.h"

static const char *
name_of (const HaulServerMailbox *mailbox)
{
  return mailbox == NULL ? NULL : mailbox->name;
}

static void
test_find (void)
{
  g_autoptr (HaulServer) server = haul_server_new ();
  haul_server_add_mailbox (server, "Inbox", "Inbox", HAUL_ROLE_INBOX, TRUE);
  haul_server_add_mailbox (server, "Gone", "Gone", HAUL_ROLE_SENT, FALSE);
  haul_server_add_mailbox (server, "Sent", "Sent", HAUL_ROLE_SENT, TRUE);
  haul_server_add_mailbox (server, "Work", "Work", HAUL_ROLE_NONE, TRUE);

  g_assert_cmpstr (name_of (haul_server_find_name (server, "INBOX")), ==, "Inbox");
  g_assert_cmpstr (name_of (haul_server_find_name (server, "Work")), ==, "Work");
  g_assert_null (haul_server_find_name (server, "work"));
  g_assert_cmpstr (name_of (haul_server_find_role (server, HAUL_ROLE_SENT)), ==, "Sent");
  g_assert_null (haul_server_find_role (server, HAUL_ROLE_NONE));
  g_assert_null (haul_server_find_role (server, HAUL_ROLE_JUNK));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/find", test_find);
  return g_test_run ();
}
