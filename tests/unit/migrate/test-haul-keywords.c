/* test-haul-keywords.c - labels on servers that keep all, some, few or none
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "migrate/haul-keywords.h"

#include <string.h>

#include "imap/haul-imap-append.h"

typedef struct
{
  HaulServer *server;
  HaulKeywords *keywords;
  GPtrArray *items;
  HaulImapStatus status;
} Fixture;

static void
set_up (Fixture *fixture, const char *permanent)
{
  memset (fixture, 0, sizeof *fixture);
  fixture->server = haul_server_new ();
  fixture->items = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_item_free);
  if (permanent != NULL)
    fixture->status.permanent_flags = g_strsplit (permanent, " ", -1);
  fixture->status.any_keyword = permanent != NULL && strstr (permanent, "\\*") != NULL;
}

static void
tear_down (Fixture *fixture)
{
  g_clear_pointer (&fixture->keywords, haul_keywords_free);
  g_ptr_array_unref (fixture->items);
  g_strfreev (fixture->status.permanent_flags);
  haul_server_unref (fixture->server);
}

static HaulItem *
add (Fixture *fixture, guint flags, const char *labels)
{
  HaulItem *item = g_new0 (HaulItem, 1);

  item->flags = flags;
  if (*labels != '\0')
    item->keywords = g_strsplit (labels, "|", -1);
  g_ptr_array_add (fixture->items, item);
  return item;
}

static void
choose (Fixture *fixture)
{
  if (fixture->keywords == NULL)
    fixture->keywords = haul_keywords_new (fixture->server);
  haul_keywords_choose (fixture->keywords, &fixture->status, fixture->items);
  for (guint i = 0; i < fixture->items->len; i++)
    {
      HaulItem *item = fixture->items->pdata[i];
      item->state = HAUL_ITEM_COPIED;
      haul_keywords_apply (fixture->keywords, item);
    }
}

static void
check_sent (const HaulItem *item, const char *wanted)
{
  g_autofree char *sent = item->sent_keywords == NULL ? g_strdup ("") : g_strjoinv (" ", item->sent_keywords);

  g_assert_cmpstr (sent, ==, wanted);
  for (guint i = 0; item->sent_keywords != NULL && item->sent_keywords[i] != NULL; i++)
    g_assert_true (haul_imap_append_is_keyword (item->sent_keywords[i]));
}

static void
check_told (Fixture *fixture, const char *wanted)
{
  g_autofree char *text = haul_keywords_describe (fixture->keywords, fixture->items);

  if (wanted == NULL)
    g_assert_cmpstr (text, ==, NULL);
  else if (text == NULL || strstr (text, wanted) == NULL)
    g_error ("“%s” is not in: %s", wanted, text);
}

static void
test_all (void)
{
  Fixture f;

  set_up (&f, "\\Seen \\Answered \\Flagged \\Draft \\Deleted \\*");
  HaulItem *item = add (&f, HAUL_MESSAGE_SEEN | HAUL_MESSAGE_FLAGGED | HAUL_MESSAGE_FORWARDED, "holiday|$Label1");
  choose (&f);
  check_sent (item, "$Forwarded holiday $Label1");
  g_assert_cmpuint (item->sent_flags, ==, HAUL_IMAP_FLAG_SEEN | HAUL_IMAP_FLAG_FLAGGED);
  check_told (&f, NULL);
  tear_down (&f);
}

static void
test_listed_only (void)
{
  Fixture f;

  set_up (&f, "\\Seen \\Answered $mdnsent HOLIDAY");
  HaulItem *item = add (&f, HAUL_MESSAGE_SEEN | HAUL_MESSAGE_FLAGGED, "holiday|work|$MDNSent");
  choose (&f);
  check_sent (item, "holiday $MDNSent");
  g_assert_cmpuint (item->sent_flags, ==, HAUL_IMAP_FLAG_SEEN);
  check_told (&f, "“flagged” (1 message), “work” (1 message)");
  tear_down (&f);
}

/* No code: system flags are kept, labels are not known to be. */
static void
test_untold (void)
{
  Fixture f;

  set_up (&f, NULL);
  HaulItem *item = add (&f, HAUL_MESSAGE_SEEN | HAUL_MESSAGE_DRAFT, "work");
  choose (&f);
  check_sent (item, "");
  g_assert_cmpuint (item->sent_flags, ==, HAUL_IMAP_FLAG_SEEN | HAUL_IMAP_FLAG_DRAFT);
  check_told (&f, "“work”");
  tear_down (&f);
}

/* On Exchange a receipt that was sent is no label that anybody wants to see. */
static void
test_receipts (void)
{
  Fixture f;

  set_up (&f, "\\Seen $MDNSent");
  f.server->shows_receipts = TRUE;
  HaulItem *item = add (&f, 0, "$MDNSent");
  choose (&f);
  check_sent (item, "");
  tear_down (&f);
}

static void
test_odd_names (void)
{
  Fixture f;
  g_autofree char *long_name = g_strnfill (300, 'k');
  g_autofree char *longer_name = g_strnfill (301, 'k');
  g_autofree char *both = g_strconcat (long_name, "|", longer_name, NULL);

  set_up (&f, "\\Seen \\*");
  HaulItem *odd = add (&f, 0, "two words|(paren)|Grün|a\r\nb LOGOUT|{5}|100%|\\$NOTJUNK|\\Seen|\\Recent|");
  HaulItem *twins = add (&f, 0, "two_words|Two Words");
  HaulItem *wide = add (&f, 0, both);
  choose (&f);
  check_sent (odd, "two_words _paren_ Gr&APw-n a&AA0ACg-b_LOGOUT _5} 100_ $NOTJUNK");
  /* Another name that would be the same label; and one that is. */
  check_sent (twins, "two_words_2 Two_Words");
  g_assert_cmpuint (g_strv_length (wide->sent_keywords), ==, 2);
  g_assert_cmpuint (strlen (wide->sent_keywords[0]), ==, 64);
  g_assert_true (g_str_has_suffix (wide->sent_keywords[1], "_2"));
  check_told (&f, "“Grün” is called “Gr&APw-n”");
  check_told (&f, "“\\Recent” (1 message)");
  tear_down (&f);
}

/* What programs know first, then what most messages have. */
static void
test_few (void)
{
  Fixture f;

  set_up (&f, "\\Seen \\* there");
  f.server->max_keywords = 4;
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *label = g_strdup_printf ("one%u|often%s|there", i, i % 2 == 0 ? "|seldom" : "");
      add (&f, 0, label);
    }
  HaulItem *known = add (&f, HAUL_MESSAGE_FORWARDED, "seldom");
  choose (&f);
  check_sent (f.items->pdata[0], "often seldom there");
  check_sent (f.items->pdata[1], "often there");
  check_sent (known, "$Forwarded seldom");
  check_told (&f, "and 20 others");
  /* Who has a place keeps it. */
  HaulItem *late = add (&f, HAUL_MESSAGE_JUNK, "often");
  choose (&f);
  check_sent (late, "often");
  tear_down (&f);
}

/* The server refuses a message for a label, whatever it said before. */
static void
test_learning (void)
{
  Fixture f;

  set_up (&f, "\\Seen \\*");
  HaulItem *first = add (&f, 0, "a");
  HaulItem *second = add (&f, 0, "a|b");
  HaulItem *third = add (&f, 0, "b|a");
  HaulItem *plain = add (&f, 0, "");
  choose (&f);
  haul_keywords_learn (f.keywords, first);
  g_assert_true (haul_keywords_reduce (f.keywords, second));
  check_sent (second, "a");
  g_assert_true (haul_keywords_reduce (f.keywords, second));
  check_sent (second, "");
  g_assert_false (haul_keywords_reduce (f.keywords, second));
  g_assert_false (haul_keywords_reduce (f.keywords, plain));
  /* Refused without labels, too: they were not the reason. */
  haul_keywords_apply (f.keywords, second);
  check_sent (second, "a b");
  haul_keywords_reduce (f.keywords, second);
  haul_keywords_learn (f.keywords, second);
  haul_keywords_apply (f.keywords, third);
  check_sent (third, "a");
  check_told (&f, "“b” (2 messages)");
  tear_down (&f);
}

/* What passes through a staging mailbox has to be kept there, too. */
static void
test_narrow (void)
{
  Fixture f;
  char *listed[] = { (char *)"\\Seen", (char *)"b", NULL };
  HaulImapStatus staging = { .permanent_flags = listed };

  set_up (&f, "\\Seen \\Flagged \\*");
  HaulItem *item = add (&f, HAUL_MESSAGE_SEEN | HAUL_MESSAGE_FLAGGED, "a|B");
  choose (&f);
  haul_keywords_narrow (&staging, item);
  check_sent (item, "B");
  g_assert_cmpuint (item->sent_flags, ==, HAUL_IMAP_FLAG_SEEN);
  check_told (&f, "“a” (1 message), “flagged”");
  tear_down (&f);
}

/* A thousand labels on one message still make one command. */
static void
test_many (void)
{
  Fixture f;
  g_autoptr (GString) labels = g_string_new ("l0");

  set_up (&f, "\\Seen \\*");
  for (guint i = 1; i < 1000; i++)
    g_string_append_printf (labels, "|a-label-that-is-long-%u", i);
  HaulItem *item = add (&f, 0, labels->str);
  choose (&f);
  g_autofree char *joined = g_strjoinv (" ", item->sent_keywords);
  g_assert_cmpuint (strlen (joined), <=, 3000);
  g_assert_cmpuint (strlen (joined), >, 2900);
  check_told (&f, "others.");
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keywords/all", test_all);
  g_test_add_func ("/keywords/listed-only", test_listed_only);
  g_test_add_func ("/keywords/untold", test_untold);
  g_test_add_func ("/keywords/receipts", test_receipts);
  g_test_add_func ("/keywords/odd-names", test_odd_names);
  g_test_add_func ("/keywords/few", test_few);
  g_test_add_func ("/keywords/learning", test_learning);
  g_test_add_func ("/keywords/narrow", test_narrow);
  g_test_add_func ("/keywords/many", test_many);
  return g_test_run ();
}
