/* test-haul-utf7.c - mailbox names go out and come back; one spelling each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-utf7.h"

#include <string.h>

static void
test_pairs (void)
{
  static const struct
  {
    const char *utf8;
    const char *utf7;
  } cases[] = {
    { "", "" },
    { "INBOX", "INBOX" },
    { "R&D", "R&-D" },
    { "&", "&-" },
    { "&&", "&-&-" },
    { "Entwürfe", "Entw&APw-rfe" },
    { "~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-" }, /* RFC 3501 §5.1.3 */
    { "Отправленные", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-" },
    { "😀", "&2D3eAA-" },
    { "a😀-b", "a&2D3eAA--b" },
    { "ü&", "&APw-&-" },
    { "é", "&AOk-" },
    { "tab\there", "tab&AAk-here" },
    { "\x7f", "&AH8-" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *utf7 = haul_utf7_encode (cases[i].utf8);
      g_autofree char *utf8 = haul_utf7_decode (cases[i].utf7);
      g_assert_cmpstr (utf7, ==, cases[i].utf7);
      g_assert_cmpstr (utf8, ==, cases[i].utf8);
    }
}

static void
test_refused (void)
{
  static const char *const cases[] = {
    "&",          "a&b",   "&AOk",     "&AAA-",    /* no end; U+0000 */
    "&AO-",                                        /* not a whole unit */
    "&AOl-",                                       /* bits left over are not zero */
    "&AOkA-",                                      /* a superfluous digit */
    "&AGE-",                                       /* a letter that stands for itself */
    "&2D0-",      "&3gA-", "&2D3YPQ-", "&3gDYPQ-", /* halves of pairs */
    "&AOk-&AOk-",                                  /* two shifts where one does */
    "\xc3\xa9",   "\xe9",  "a\tb",     "a\x7f",    /* 8-bit, controls */
    "&AO/-",      "&A O-", "&AOk=-",               /* not the alphabet */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *utf8 = haul_utf7_decode (cases[i]);
      g_assert_null (utf8);
    }
  g_assert_null (haul_utf7_encode ("caf\xe9"));
  g_assert_null (haul_utf7_encode ("\xed\xa0\xbd")); /* a surrogate in UTF-8 */
}

static void
test_random (void)
{
  for (guint round = 0; round < 2000; round++)
    {
      g_autoptr (GString) name = g_string_new (NULL);
      for (int i = g_test_rand_int_range (0, 20); i > 0; i--)
        {
          gunichar c = (gunichar)g_test_rand_int_range (1, i % 3 == 0 ? 0x10ffff : i % 3 == 1 ? 0x3000 : 0x80);
          if (c < 0xd800 || c > 0xdfff)
            g_string_append_unichar (name, c);
        }
      g_autofree char *utf7 = haul_utf7_encode (name->str);
      g_autofree char *utf8 = haul_utf7_decode (utf7);
      g_assert_cmpstr (utf8, ==, name->str);
      for (const char *at = utf7; *at != '\0'; at++)
        g_assert_true (*at >= 0x20 && *at <= 0x7e);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/utf7/pairs", test_pairs);
  g_test_add_func ("/utf7/refused", test_refused);
  g_test_add_func ("/utf7/random", test_random);
  return g_test_run ();
}
