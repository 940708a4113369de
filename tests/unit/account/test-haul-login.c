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

#define WHOLE HAUL_LOGIN_FORM_WHOLE
#define JOINED HAUL_LOGIN_FORM_JOINED
#define NAME HAUL_LOGIN_FORM_NAME
#define SPLIT HAUL_LOGIN_FORM_SPLIT
#define MAILBOX HAUL_LOGIN_FORM_MAILBOX

/* What each way of signing in gets of each way of writing a name; NULL: it cannot carry it. */
static void
test_compose (void)
{
  static const struct
  {
    const char *typed;
    const char *mailbox;
    HaulLoginForm form;
    const char *user;
    const char *domain;
    const char *authorize_as;
  } cases[] = {
    { "bob", NULL, WHOLE, "bob", NULL, NULL },
    { "CORP\\bob", NULL, WHOLE, "CORP\\bob", NULL, NULL },
    { "CORP/bob/sales", NULL, WHOLE, "CORP/bob/sales", NULL, NULL },
    { "CORP\\admin", "bob", WHOLE, "CORP\\admin", NULL, "bob" },
    { "admin", "bob@example.org", WHOLE, "admin", NULL, "bob@example.org" },
    { "bob", NULL, JOINED, "bob", NULL, NULL },
    { "CORP\\bob\\sales", NULL, JOINED, "CORP\\bob\\sales", NULL, NULL },
    { "CORP\\admin", "bob", JOINED, "CORP\\admin\\bob", NULL, NULL },
    { "CORP/admin", "bob", JOINED, "CORP/admin/bob", NULL, NULL },
    { "CORP\\admin", "CORP\\bob", JOINED, "CORP\\admin\\bob", NULL, NULL },
    { "admin@example.org", "bob@example.org", JOINED, "admin@example.org\\bob@example.org", NULL, NULL },
    { "admin@example.org", "bob", JOINED, "admin@example.org\\bob", NULL, NULL },
    { "admin", "bob", JOINED, NULL, NULL, NULL },
    { "CORP\\admin\\x", "bob", JOINED, NULL, NULL, NULL },
    { "CORP\\admin\\x", "bob", WHOLE, NULL, NULL, NULL },
    { "CORP\\bob", NULL, NAME, "CORP\\bob", NULL, NULL },
    { "CORP\\admin", "bob", NAME, NULL, NULL, NULL },
    { "CORP\\bob", NULL, SPLIT, "bob", "CORP", NULL },
    { "CORP/bob", NULL, SPLIT, "bob", "CORP", NULL },
    { "bob@example.org", NULL, SPLIT, "bob@example.org", NULL, NULL },
    { "bob", NULL, SPLIT, "bob", NULL, NULL },
    { "CORP\\bob\\sales", NULL, SPLIT, NULL, NULL, NULL },
    { "CORP\\admin", "bob", SPLIT, NULL, NULL, NULL },
    { "bob@example.org", NULL, MAILBOX, "bob@example.org", NULL, NULL },
    { "bob@example.org\\sales@example.org", NULL, MAILBOX, "sales@example.org", NULL, NULL },
    { "admin@example.org", "sales@example.org", MAILBOX, "sales@example.org", NULL, NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HaulLogin) login = haul_login_parse (cases[i].typed, NULL);
      g_auto (HaulLoginSent) sent = { 0 };
      g_test_message ("%s for %s, %d", cases[i].typed, cases[i].mailbox, cases[i].form);
      gboolean is_composed = haul_login_compose (login, cases[i].mailbox, cases[i].form, &sent, &error);
      g_assert_cmpint (is_composed, ==, cases[i].user != NULL);
      if (!is_composed)
        g_assert_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_MAILBOX_FORM);
      g_assert_cmpstr (sent.user, ==, cases[i].user);
      g_assert_cmpstr (sent.domain, ==, cases[i].domain);
      g_assert_cmpstr (sent.authorize_as, ==, cases[i].authorize_as);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/login/forms", test_forms);
  g_test_add_func ("/login/refused", test_refused);
  g_test_add_func ("/login/compose", test_compose);
  return g_test_run ();
}
