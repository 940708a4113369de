/* test-haul-server-lookup.c - the domain a server is looked up for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "account/haul-server-lookup.h"

static void
test_domain (void)
{
  static const struct
  {
    const char *user;
    const char *domain;
  } cases[] = {
    { "bob@Example.ORG", "example.org" },
    { "jörg@exämple.de", "xn--exmple-cua.de" },
    { "corp.example.org\\bob", "corp.example.org" },
    { "CORP\\bob@example.org", "example.org" },
    { "bob@example.org/sales@example.com", "example.org" },
    { "CORP\\bob", NULL },
    { "bob", NULL },
    { "bob@localhost", NULL },
    { "bob@192.0.2.7", NULL },
    { "bob@a..b", NULL },
    { "bob@ex ample.org", NULL },
    { "bob@example.org\n.evil.net", NULL },
    { "", NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *domain = haul_server_lookup_dup_domain (cases[i].user);
      g_assert_cmpstr (domain, ==, cases[i].domain);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server-lookup/domain", test_domain);
  return g_test_run ();
}
