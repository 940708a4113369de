/* test-haul-folder-map.c - where folders go, on servers of several kinds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "migrate/haul-folder-map.h"

#include <string.h>

#include "base/haul-utf7.h"

typedef struct
{
  HaulServer *server;
  HaulChoices *choices;
  HaulFolderMap *map;
} Fixture;

static void
set_up (Fixture *fixture, const char *prefix, char delimiter)
{
  memset (fixture, 0, sizeof *fixture);
  fixture->server = haul_server_new ();
  g_free (fixture->server->prefix);
  fixture->server->prefix = g_strdup (prefix);
  fixture->server->delimiter = delimiter;
  fixture->choices = haul_choices_new ();
  haul_server_add_mailbox (fixture->server, "INBOX", "INBOX", HAUL_ROLE_INBOX, TRUE);
}

static void
tear_down (Fixture *fixture)
{
  g_clear_pointer (&fixture->map, haul_folder_map_free);
  haul_choices_free (fixture->choices);
  haul_server_unref (fixture->server);
}

static HaulFolderTarget *
map_one (Fixture *fixture, guint store, const char *path, HaulRole role)
{
  g_auto (GStrv) names = g_strsplit (path, "|", -1);
  g_autoptr (HaulFolder) folder = haul_folder_new (path, (const char *const *)names, role);

  if (fixture->map == NULL)
    fixture->map = haul_folder_map_new (fixture->server, fixture->choices);
  return haul_folder_map_add (fixture->map, store, folder);
}

/* The names of a path are separated by “|”, since they may hold “/”. */
static void
check_in (Fixture *fixture, guint store, const char *path, HaulRole role, const char *wire, const char *note)
{
  g_autoptr (HaulFolderTarget) target = map_one (fixture, store, path, role);

  g_assert_cmpstr (target->mailbox, ==, wire);
  if (note == NULL)
    g_assert_cmpstr (target->note, ==, NULL);
  else
    {
      g_assert_nonnull (target->note);
      g_assert_nonnull (strstr (target->note, note));
    }
}

static void
check (Fixture *fixture, const char *path, HaulRole role, const char *wire, const char *note)
{
  check_in (fixture, 0, path, role, wire, note);
}

static void
test_plain (void)
{
  Fixture fixture;

  set_up (&fixture, "", '/');
  check (&fixture, "Inbox", HAUL_ROLE_INBOX, "INBOX", NULL);
  check (&fixture, "Work", 0, "Work", NULL);
  check (&fixture, "Work|2001", 0, "Work/2001", NULL);
  check (&fixture, "Inbox|sub", 0, "INBOX/sub", NULL);
  check (&fixture, "Löschen & Größe", 0, "L&APY-schen &- Gr&APYA3w-e", NULL);
  check (&fixture, "Entwu\xcc\x88rfe", 0, "Entw&APw-rfe", NULL);
  check (&fixture, "😀", 0, "&2D3eAA-", NULL);
  tear_down (&fixture);
}

static void
test_prefix (void)
{
  Fixture fixture;

  set_up (&fixture, "INBOX.", '.');
  check (&fixture, "Posteingang", HAUL_ROLE_INBOX, "INBOX", NULL);
  check (&fixture, "Work", 0, "INBOX.Work", NULL);
  check (&fixture, "Work|v1.2", 0, "INBOX.Work.v1_2", "v1_2");
  check (&fixture, "Posteingang|sub", 0, "INBOX.sub", NULL);
  /* The same mailbox from two places of one store: the second gets a name of its own. */
  check (&fixture, "sub", 0, "INBOX.sub (2)", "sub (2)");
  /* Slashes are nothing special here. */
  check (&fixture, "a/b", 0, "INBOX.a/b", NULL);
  g_autoptr (HaulFolderTarget) target = map_one (&fixture, 0, "Work|2002", 0);
  g_assert_cmpstr (target->display, ==, "Work/2002");
  g_assert_false (target->exists);
  tear_down (&fixture);

  set_up (&fixture, "INBOX.", '.');
  check (&fixture, "inbox", 0, "INBOX", NULL);
  tear_down (&fixture);
}

static void
test_forbidden (void)
{
  Fixture fixture;

  set_up (&fixture, "", '/');
  check (&fixture, "a/b*c%d\te\n", 0, "a_b_c_d_e_", "a_b_c_d_e_");
  check (&fixture, "  two   words  ", 0, "two words", "two words");
  check (&fixture, "~home", 0, "_home", "_home");
  check (&fixture, "#news", 0, "_news", "_news");
  check (&fixture, "..", 0, "_.", "_.");
  check (&fixture, " ", 0, "_", "_");
  check (&fixture, "\"quoted\\", 0, "\"quoted\\", NULL);
  tear_down (&fixture);

  set_up (&fixture, "", '/');
  fixture.server->refused_letters = "!\"\\";
  check (&fixture, "\"quoted\\ now!", 0, "_quoted_ now_", "_quoted_ now_");
  check (&fixture, "it's", 0, "it's", NULL);
  check (&fixture, "Sent!", HAUL_ROLE_SENT, "Sent_", "Sent_");
  tear_down (&fixture);
}

/* imap4d. */
static void
test_no_blanks (void)
{
  Fixture fixture;

  set_up (&fixture, "", '\0');
  fixture.server->refused_letters = " $\"(){}\\/";
  check (&fixture, "  two   words  ", 0, "two_words", "two_words");
  check (&fixture, "a; $(x)", 0, "a;___x_", "a;___x_");
  check (&fixture, "Two_Words", 0, "Two_Words_2", "Two_Words_2");
  tear_down (&fixture);
}

static void
test_lengths (void)
{
  Fixture fixture;
  g_autofree char *long_name = g_strnfill (5000, 'x');
  g_autofree char *path = NULL;

  set_up (&fixture, "", '/');
  g_autoptr (HaulFolderTarget) first = map_one (&fixture, 0, long_name, 0);
  g_assert_cmpuint (strlen (first->mailbox), ==, 100);
  path = g_strconcat (long_name, "y", NULL);
  g_autoptr (HaulFolderTarget) twin = map_one (&fixture, 0, path, 0);
  g_assert_cmpuint (strlen (twin->mailbox), ==, 100);
  g_assert_true (g_str_has_suffix (twin->mailbox, " (2)"));

  GString *wide = g_string_new (NULL);
  for (guint i = 0; i < 60; i++)
    g_string_append (wide, "ö");
  g_autoptr (HaulFolderTarget) umlauts = map_one (&fixture, 0, wide->str, 0);
  g_autofree char *decoded = haul_utf7_decode (umlauts->mailbox);
  g_assert_cmpuint (strlen (umlauts->mailbox), <=, 100);
  g_assert_nonnull (decoded); /* no letter is cut in the middle */
  g_string_free (wide, TRUE);

  g_autofree char *level = g_strnfill (70, 'd');
  GString *deep = g_string_new (level);
  for (guint i = 0; i < 20; i++)
    {
      g_string_append_printf (deep, "|%s%u", level, i);
      g_autoptr (HaulFolderTarget) target = map_one (&fixture, 0, deep->str, 0);
      g_auto (GStrv) parts = g_strsplit (target->mailbox, "/", -1);
      g_assert_cmpuint (strlen (target->mailbox), <=, 240);
      g_assert_cmpuint (g_strv_length (parts), <=, 8);
    }
  g_string_free (deep, TRUE);
  tear_down (&fixture);
}

static void
test_depth (void)
{
  Fixture fixture;

  set_up (&fixture, "", '/');
  check (&fixture, "1|2|3|4|5|6|7|8", 0, "1/2/3/4/5/6/7/8", NULL);
  check (&fixture, "1|2|3|4|5|6|7|8|9", 0, "1/2/3/4/5/6/7/8-9", "8-9");
  tear_down (&fixture);
}

static void
test_flat (void)
{
  Fixture fixture;

  set_up (&fixture, "", '\0');
  check (&fixture, "Work", 0, "Work", NULL);
  check (&fixture, "Work|2001|May", 0, "Work-2001-May", "Work-2001-May");
  check (&fixture, "Inbox|sub", 0, "INBOX-sub", "INBOX-sub");
  tear_down (&fixture);
}

static void
test_roles (void)
{
  Fixture fixture;

  set_up (&fixture, "", '/');
  haul_server_add_mailbox (fixture.server, "Sent", "Sent", HAUL_ROLE_SENT, TRUE);
  haul_server_add_mailbox (fixture.server, "[Gmail]/Bin", "[Gmail]/Bin", HAUL_ROLE_TRASH, TRUE);
  check (&fixture, "Gesendete Objekte", HAUL_ROLE_SENT, "Sent", NULL);
  check (&fixture, "Gesendete Objekte|2001", 0, "Sent/2001", NULL);
  check (&fixture, "Deleted Items", HAUL_ROLE_TRASH, "[Gmail]/Bin", NULL);
  check (&fixture, "Entwürfe", HAUL_ROLE_DRAFTS, "Entw&APw-rfe", NULL); /* the server has none: the name stays */
  check (&fixture, "Postausgang", HAUL_ROLE_OUTBOX, "Outbox", "not sent");
  /* Only the first of a role is special; another of the same role and name joins it. */
  check (&fixture, "Sent Items", HAUL_ROLE_SENT, "Sent Items", NULL);
  check (&fixture, "sent", HAUL_ROLE_SENT, "Sent", "More than one folder");
  /* Not a top-level folder. */
  check (&fixture, "Old|Deleted Items", HAUL_ROLE_TRASH, "Old/Deleted Items", NULL);
  /* Another store's folder of the role goes to the same place. */
  check_in (&fixture, 1, "Brouillons", HAUL_ROLE_DRAFTS, "Entw&APw-rfe", "More than one folder");
  tear_down (&fixture);
}

/* What a first run made is found again by a second, whatever roles the server sees in the names. */
static void
test_stable (void)
{
  Fixture fixture;

  set_up (&fixture, "", '/');
  haul_server_add_mailbox (fixture.server, "Sent Items", "Sent Items", HAUL_ROLE_SENT, TRUE);
  haul_server_add_mailbox (fixture.server, "Sent", "Sent", HAUL_ROLE_SENT, TRUE);
  haul_server_add_mailbox (fixture.server, "work (2)", "work (2)", HAUL_ROLE_NONE, TRUE);
  haul_server_add_mailbox (fixture.server, "Work", "Work", HAUL_ROLE_NONE, TRUE);
  check (&fixture, "Sent", HAUL_ROLE_SENT, "Sent", NULL);
  check (&fixture, "Sent Items", HAUL_ROLE_SENT, "Sent Items", NULL);
  check (&fixture, "Work", 0, "Work", NULL);
  check (&fixture, "work", 0, "work (2)", "work (2)");
  tear_down (&fixture);
}

static void
test_twins (void)
{
  Fixture fixture;

  set_up (&fixture, "", '/');
  check (&fixture, "Work", 0, "Work", NULL);
  check (&fixture, "WORK", 0, "WORK (2)", "WORK (2)");
  check (&fixture, "WORK|a", 0, "WORK (2)/a", NULL);
  check (&fixture, "work", 0, "work (3)", "work (3)");
  check (&fixture, "a/b", 0, "a_b", "a_b");
  check (&fixture, "a_b", 0, "a_b (2)", "a_b (2)");
  check (&fixture, "Work", 0, "Work (4)", "Work (4)"); /* the very same path a second time */
  check (&fixture, "x|y", 0, "x/y", NULL);
  check (&fixture, "x", 0, "x", NULL); /* a parent that comes after its child */
  /* Another store's folder comes to the one of the very same name, in capitals too. */
  check_in (&fixture, 1, "Work", 0, "Work", "More than one folder");
  check_in (&fixture, 1, "Work|a", 0, "Work/a", NULL);
  check_in (&fixture, 1, "work", 0, "work (3)", "work (3)");
  check_in (&fixture, 2, "wORK", 0, "wORK (5)", "wORK (5)");
  tear_down (&fixture);
}

/* Names under which the server keeps what is no mail, or not the person's. */
static void
test_reserved (void)
{
  Fixture fixture;

  set_up (&fixture, "", '/');
  fixture.server->keeps_other_items = TRUE;
  g_strfreev (fixture.server->foreign);
  fixture.server->foreign = g_strsplit ("Other users/|Public Folders/", "|", -1);
  haul_server_add_mailbox (fixture.server, "Calendar", "Calendar", 0, TRUE);
  haul_server_add_mailbox (fixture.server, "Public Folders/Trash", "Public Folders/Trash", HAUL_ROLE_TRASH, TRUE);
  haul_server_add_mailbox (fixture.server, "[Gmail]/All Mail", "[Gmail]/All Mail", 0, TRUE)->is_view = TRUE;
  g_hash_table_insert (fixture.choices->map, g_strdup ("Tasks"), g_strdup ("Tasks"));
  check (&fixture, "Calendar", 0, "Calendar (2)", "not for mail");
  check (&fixture, "NOTIZEN", 0, "NOTIZEN (2)", "not for mail");
  check (&fixture, "Calendar|2001", 0, "Calendar (2)/2001", NULL);
  check (&fixture, "Work|Notes", 0, "Work/Notes", NULL);
  check (&fixture, "Tasks", 0, "Tasks", NULL); /* the person's choice */
  check (&fixture, "Public Folders", 0, "Public Folders (2)", "not for mail");
  check (&fixture, "Deleted Items", HAUL_ROLE_TRASH, "Deleted Items", NULL);
  check (&fixture, "[Gmail]|All Mail", 0, "[Gmail]/All Mail (2)", "not for mail");
  tear_down (&fixture);

  set_up (&fixture, "", '/');
  check (&fixture, "Calendar", 0, "Calendar", NULL);
  tear_down (&fixture);
}

/* The inbox is one, whatever it is called and wherever it stands. */
static void
test_inboxes (void)
{
  Fixture fixture;

  set_up (&fixture, "INBOX.", '.');
  check (&fixture, "Inbox", HAUL_ROLE_INBOX, "INBOX", NULL);
  check (&fixture, "INBOX", 0, "INBOX.INBOX (2)", "INBOX (2)");
  check (&fixture, "Inbox|inbox", 0, "INBOX.inbox (3)", "inbox (3)");
  check (&fixture, "Inbox|a", 0, "INBOX.a", NULL);
  check (&fixture, "Work|Inbox", 0, "INBOX.Work.Inbox", NULL);
  tear_down (&fixture);

  /* Domino and imap4d: nothing lies in it. */
  set_up (&fixture, "", '\\');
  ((HaulServerMailbox *)fixture.server->mailboxes->pdata[0])->can_have_children = FALSE;
  haul_server_add_mailbox (fixture.server, "Old", "Old", 0, TRUE)->can_have_children = FALSE;
  check (&fixture, "Inbox|a/b", 0, "INBOX-a/b", "INBOX-a/b");
  check (&fixture, "Old|c\\d", 0, "Old-c_d", "Old-c_d");
  check (&fixture, "New|x|y", 0, "New\\x\\y", NULL);
  tear_down (&fixture);
}

/* What the server deletes by itself is warned of. */
static void
test_emptied (void)
{
  Fixture fixture;

  set_up (&fixture, "INBOX.", '.');
  fixture.server->trash_days = 7;
  haul_server_add_mailbox (fixture.server, "INBOX.Trash", "INBOX.Trash", HAUL_ROLE_TRASH, TRUE);
  g_autoptr (HaulFolderTarget) trash = map_one (&fixture, 0, "Papierkorb", HAUL_ROLE_TRASH);
  g_autoptr (HaulFolderTarget) work = map_one (&fixture, 0, "Work", 0);
  g_assert_cmpstr (trash->mailbox, ==, "INBOX.Trash");
  g_assert_nonnull (strstr (trash->warning, "after 7 days"));
  g_assert_null (work->warning);
  tear_down (&fixture);
}

/* Signs that turn the direction of writing, control characters, a name of nothing but those. */
static void
test_marks (void)
{
  Fixture fixture;

  set_up (&fixture, "", '"');
  check (&fixture,
         "abc\xe2\x80\xae"
         "fed",
         0, "abc_fed", "abc_fed");
  check (&fixture, "\xc2\x85\x7f", 0, "__", "__");
  check (&fixture, "say \"it\"", 0, "say _it_", "say _it_");
  check (&fixture, "a|b", 0, "a\"b", NULL);
  check (&fixture, "$(reboot) `id`; & <b>", 0, "$(reboot) `id`; &- <b>", NULL);
  check (&fixture, "../../etc/passwd", 0, "_./../etc/passwd", "_./../etc/passwd");
  tear_down (&fixture);
}

static void
test_many_twins (void)
{
  Fixture fixture;

  set_up (&fixture, "", '/');
  check (&fixture, "n", 0, "n", NULL);
  for (guint i = 2; i < 3000; i++)
    {
      g_autofree char *name = g_strdup_printf ("n (%u)", i);
      check (&fixture, "n", 0, name, name);
    }
  tear_down (&fixture);
}

static void
test_into (void)
{
  Fixture fixture;

  set_up (&fixture, "INBOX.", '.');
  fixture.choices->into = g_strdup ("Imported/Old PC");
  haul_server_add_mailbox (fixture.server, "INBOX.Sent", "INBOX.Sent", HAUL_ROLE_SENT, TRUE);
  check (&fixture, "Inbox", HAUL_ROLE_INBOX, "INBOX.Imported.Old PC.Inbox", NULL);
  check (&fixture, "Sent Items", HAUL_ROLE_SENT, "INBOX.Imported.Old PC.Sent Items", NULL);
  check (&fixture, "Work|x", 0, "INBOX.Imported.Old PC.Work.x", NULL);
  tear_down (&fixture);

  set_up (&fixture, "", '\0');
  fixture.choices->into = g_strdup ("Imported");
  check (&fixture, "Inbox", HAUL_ROLE_INBOX, "Imported-Inbox", "Imported-Inbox");
  tear_down (&fixture);
}

static void
test_chosen (void)
{
  Fixture fixture;

  set_up (&fixture, "INBOX.", '.');
  haul_server_add_mailbox (fixture.server, "INBOX.Old.Mail", "INBOX.Old.Mail", HAUL_ROLE_NONE, TRUE);
  g_hash_table_insert (fixture.choices->map, g_strdup ("Work"), g_strdup ("Old/Mail"));
  g_hash_table_insert (fixture.choices->map, g_strdup ("Play"), g_strdup ("INBOX.Old.Mail"));
  g_hash_table_insert (fixture.choices->map, g_strdup ("Inbox"), g_strdup ("Archive/Büro"));
  check (&fixture, "Work", 0, "INBOX.Old.Mail", NULL);
  check (&fixture, "Work|2001", 0, "INBOX.Old.Mail.2001", NULL);
  check (&fixture, "Play", 0, "INBOX.Old.Mail", "More than one folder");
  check (&fixture, "Inbox", HAUL_ROLE_INBOX, "INBOX.Archive.B&APw-ro", NULL);
  tear_down (&fixture);
}

static void
test_exists (void)
{
  Fixture fixture;

  set_up (&fixture, "", '/');
  haul_server_add_mailbox (fixture.server, "Work", "Work", HAUL_ROLE_NONE, TRUE);
  haul_server_add_mailbox (fixture.server, "Box", "Box", HAUL_ROLE_NONE, FALSE);
  g_autoptr (HaulFolderTarget) work = map_one (&fixture, 0, "work", 0);
  g_autoptr (HaulFolderTarget) box = map_one (&fixture, 0, "Box", 0);
  g_assert_cmpstr (work->mailbox, ==, "Work");
  g_assert_true (work->exists);
  g_assert_false (box->exists);
  tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/folder-map/plain", test_plain);
  g_test_add_func ("/folder-map/prefix", test_prefix);
  g_test_add_func ("/folder-map/forbidden", test_forbidden);
  g_test_add_func ("/folder-map/no-blanks", test_no_blanks);
  g_test_add_func ("/folder-map/lengths", test_lengths);
  g_test_add_func ("/folder-map/depth", test_depth);
  g_test_add_func ("/folder-map/flat", test_flat);
  g_test_add_func ("/folder-map/roles", test_roles);
  g_test_add_func ("/folder-map/stable", test_stable);
  g_test_add_func ("/folder-map/twins", test_twins);
  g_test_add_func ("/folder-map/reserved", test_reserved);
  g_test_add_func ("/folder-map/inboxes", test_inboxes);
  g_test_add_func ("/folder-map/emptied", test_emptied);
  g_test_add_func ("/folder-map/marks", test_marks);
  g_test_add_func ("/folder-map/many-twins", test_many_twins);
  g_test_add_func ("/folder-map/into", test_into);
  g_test_add_func ("/folder-map/chosen", test_chosen);
  g_test_add_func ("/folder-map/exists", test_exists);
  return g_test_run ();
}
