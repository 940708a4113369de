/* test-haul-secret.c - a secret is whole while held
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-secret.h"

static void
test_hold (void)
{
  HaulSecret *secret = haul_secret_new_take (g_strdup ("p\"w\\d"));
  HaulSecret *held = haul_secret_ref (secret);
  haul_secret_unref (secret);
  g_assert_cmpstr (haul_secret_peek (held), ==, "p\"w\\d");
  g_assert_cmpuint (haul_secret_get_length (held), ==, 5);
  haul_secret_unref (held);
}

static void
test_long (void)
{
  g_autofree char *text = g_strnfill (70000, 'x');
  g_autoptr (HaulSecret) secret = haul_secret_new (text);
  g_assert_cmpstr (haul_secret_peek (secret), ==, text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/hold", test_hold);
  g_test_add_func ("/secret/long", test_long);
  return g_test_run ();
}
