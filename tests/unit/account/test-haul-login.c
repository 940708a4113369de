/* test-haul-login.c - every way people write a user name; nothing is rewritten
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "account/haul-login.h"

#include <string.h>

#include "account/haul-account-error.h"

static void
test_forms (void)
{
  static const struct
  {
    const char *typed;
    const char *user;
    const char *domain;
    const char *name;
    const char *alias;
    const char *search_domain;
  } cases[] = {
    { "bob", "bob", NULL, "bob", NULL, NULL },
    { "  bob ", "bob", NULL, "bob", NULL, NULL },
    { "CORP\\bob", "CORP\\bob", "CORP", "bob", NULL, NULL },
    { "CORP/bob", "CORP/bob", "CORP", "bob", NULL, NULL },
    { "CORP\\bob\\sales", "CORP\\bob\\sales", "CORP", "bob", "sales", NULL },
    { "CORP/bob/sales", "CORP/bob/sales", "CORP", "bob", "sales", NULL },
    { "CORP/bob\\sales", "CORP/bob\\sales", "CORP", "bob", "sales", NULL },
    { "corp.Example.org\\bob", "corp.Example.org\\bob", "corp.Example.org", "bob", NULL, "corp.example.org" },
    { "Bob@Example.ORG", "Bob@Example.ORG", NULL, "Bob@Example.ORG", NULL, "example.org" },
    { "bob@corp", "bob@corp", NULL, "bob@corp", NULL, NULL },
    { "CORP\\bob@example.org", "CORP\\bob@example.org", "CORP", "bob@example.org", NULL, "example.org" },
    { "bob@example.org\\sales@example.com", "bob@example.org\\sales@example.com", NULL, "bob@example.org",
      "sales@example.com", "example.org" },
    { "bob smith", "bob smith", NULL, "bob smith", NULL, NULL },
    { "CORP\\bob smith", "CORP\\bob smith", "CORP", "bob smith", NULL, NULL },
    { "Jörg@exämple.de", "Jörg@exämple.de", NULL, "Jörg@exämple.de", NULL, "exämple.de" },
    { "a/b/c/d", "a/b/c/d", NULL, "a/b/c/d", NULL, NULL },
    { "\"weird\"", "\"weird\"", NULL, "\"weird\"", NULL, NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HaulLogin) login = haul_login_parse (cases[i].typed, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (login->user, ==, cases[i].user);
      g_assert_cmpstr (login->domain, ==, cases[i].domain);
      g_assert_cmpstr (login->name, ==, cases[i].name);
      g_assert_cmpstr (login->alias, ==, cases[i].alias);
      g_assert_cmpstr (login->search_domain, ==, cases[i].search_domain);
    }
}

static void
test_refused (void)
{
  static const char *const cases[] = {
    "",
    "   ",
    "bob\n",
    "\nbob",
    "bo\rb",
    "bob\r\nx LOGOUT",
    "bo\tb",
    "bo\x7f"
    "b",
    "caf\xe9",
    "CORP\\",
    "\\bob",
    "CORP//",
    "CORP\\\\bob",
    "/",
    "@example.org",
    "bob@",
    "CORP\\@x.org",
    "CORP\\bob\\",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (haul_login_parse (cases[i], &error));
      g_assert_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_BAD_USER);
    }
  g_autofree char *endless = g_strnfill (70000, 'x');
  g_assert_null (haul_login_parse (endless, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/login/forms", test_forms);
  g_test_add_func ("/login/refused", test_refused);
  return g_test_run ();
}
