/* test-haul-choices.c - choices survive being written down
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "migrate/haul-choices.h"

#include "base/haul-migrate-error.h"

static void
test_round_trip (void)
{
  g_autoptr (HaulChoices) choices = haul_choices_new ();

  choices->into = g_strdup ("Alt \"PC\"");
  g_hash_table_insert (choices->map, g_strdup ("Work"), g_strdup ("Büro"));
  g_ptr_array_add (choices->folders, g_strdup ("Inbox"));
  choices->since = 1000;
  choices->max_size_bytes = G_MAXUINT64;
  choices->include_junk = TRUE;
  choices->connections = 3;

  g_autoptr (HaulChoices) copy = haul_choices_copy (choices);
  g_autofree char *json = haul_choices_to_json (copy);
  g_autoptr (HaulChoices) back = haul_choices_new_from_json (json, NULL);
  g_autofree char *again = haul_choices_to_json (back);
  g_assert_cmpstr (json, ==, again);
  g_assert_cmpstr (back->into, ==, "Alt \"PC\"");
  g_assert_cmpstr (g_hash_table_lookup (back->map, "Work"), ==, "Büro");
  g_assert_cmpstr (g_ptr_array_index (back->folders, 0), ==, "Inbox");
  g_assert_cmpint (back->since, ==, 1000);
  g_assert_cmpuint (back->max_size_bytes, ==, G_MAXINT64);
  g_assert_true (back->include_junk);
  g_assert_false (back->include_deleted);
  g_assert_cmpuint (back->connections, ==, 3);
}

static void
test_bad (void)
{
  static const char *const texts[] = { "", "[]", "{\"into\":", "null", "\"x\"" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (haul_choices_new_from_json (texts[i], &error));
      g_assert_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_BAD_CHOICE);
    }

  /* Members of the wrong kind are as if they were not there. */
  g_autoptr (HaulChoices) choices = haul_choices_new_from_json (
      "{\"into\":5,\"map\":{\"a\":[],\"b\":\"c\"},\"folders\":[1,\"x\"],\"since\":\"y\",\"connections\":-4}", NULL);
  g_assert_null (choices->into);
  g_assert_cmpuint (g_hash_table_size (choices->map), ==, 1);
  g_assert_cmpuint (choices->folders->len, ==, 1);
  g_assert_cmpint (choices->since, ==, 0);
  g_assert_cmpuint (choices->connections, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/choices/round-trip", test_round_trip);
  g_test_add_func ("/choices/bad", test_bad);
  return g_test_run ();
}
