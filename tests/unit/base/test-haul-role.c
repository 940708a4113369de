/* test-haul-role.c - special folders by their names in several languages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-role.h"

static void
test_guess (void)
{
  g_assert_cmpint (haul_role_guess ("Posteingang"), ==, HAUL_ROLE_INBOX);
  g_assert_cmpint (haul_role_guess ("Входящие"), ==, HAUL_ROLE_INBOX);
  g_assert_cmpint (haul_role_guess ("SENT ITEMS"), ==, HAUL_ROLE_SENT);
  g_assert_cmpint (haul_role_guess ("Entwu\xcc\x88rfe"), ==, HAUL_ROLE_DRAFTS); /* decomposed, as HFS+ gives it */
  g_assert_cmpint (haul_role_guess ("Inbox2"), ==, HAUL_ROLE_NONE);
  g_assert_cmpint (haul_role_guess (""), ==, HAUL_ROLE_NONE);
}

static void
test_words (void)
{
  for (HaulRole role = HAUL_ROLE_NONE; role < HAUL_N_ROLES; role++)
    g_assert_cmpint (haul_role_from_string (haul_role_to_string (role)), ==, role);
  g_assert_cmpint (haul_role_from_string ("nonsense"), ==, HAUL_ROLE_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/role/guess", test_guess);
  g_test_add_func ("/role/words", test_words);
  return g_test_run ();
}
