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

static void
test_guess (void)
{
  g_autoptr (HaulServer) server = haul_server_new ();
  g_free (server->prefix);
  server->prefix = g_strdup ("INBOX.");
  server->delimiter = '.';
  haul_server_add_mailbox (server, "INBOX", "INBOX", HAUL_ROLE_INBOX, TRUE);
  haul_server_add_mailbox (server, "INBOX.Work.Drafts", "INBOX.Work.Drafts", HAUL_ROLE_NONE, TRUE);
  haul_server_add_mailbox (server, "INBOX.Entw&APw-rfe", "INBOX.Entwürfe", HAUL_ROLE_NONE, TRUE);
  haul_server_add_mailbox (server, "INBOX.Drafts", "INBOX.Drafts", HAUL_ROLE_NONE, TRUE);
  haul_server_add_mailbox (server, "INBOX.Sent Items", "INBOX.Sent Items", HAUL_ROLE_NONE, TRUE);
  haul_server_add_mailbox (server, "INBOX.Out", "INBOX.Out", HAUL_ROLE_SENT, TRUE);
  haul_server_add_mailbox (server, "INBOX.Trash", "INBOX.Trash", HAUL_ROLE_NONE, FALSE);
  haul_server_add_mailbox (server, "INBOX.Deleted Items", "INBOX.Deleted Items", HAUL_ROLE_NONE, TRUE);
  haul_server_add_mailbox (server, "INBOX.Posteingang", "INBOX.Posteingang", HAUL_ROLE_NONE, TRUE);
  haul_server_guess_roles (server);

  g_assert_cmpstr (name_of (haul_server_find_role (server, HAUL_ROLE_INBOX)), ==, "INBOX");
  g_assert_cmpstr (name_of (haul_server_find_role (server, HAUL_ROLE_DRAFTS)), ==, "INBOX.Entw&APw-rfe");
  g_assert_cmpstr (name_of (haul_server_find_role (server, HAUL_ROLE_SENT)), ==, "INBOX.Out");
  g_assert_cmpstr (name_of (haul_server_find_role (server, HAUL_ROLE_TRASH)), ==, "INBOX.Deleted Items");
  g_assert_cmpint (haul_server_find_name (server, "INBOX.Sent Items")->role, ==, HAUL_ROLE_NONE);
  g_assert_cmpint (haul_server_find_name (server, "INBOX.Drafts")->role, ==, HAUL_ROLE_NONE);
  g_assert_cmpint (haul_server_find_name (server, "INBOX.Posteingang")->role, ==, HAUL_ROLE_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/find", test_find);
  g_test_add_func ("/server/guess", test_guess);
  return g_test_run ();
}
