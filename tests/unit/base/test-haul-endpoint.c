/* test-haul-endpoint.c - what people type as a server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-endpoint.h"

static void
test_parse (void)
{
  static const struct
  {
    const char *typed;
    const char *shown; /* NULL: refused */
  } cases[] = {
    { "mail.example.org", "mail.example.org:993" },
    { " mail.example.org ", "mail.example.org:993" },
    { "mail.example.org.", "mail.example.org:993" },
    { "mail.example.org:1143", "mail.example.org:1143" },
    { "127.0.0.1:143", "127.0.0.1:143" },
    { "::1", "[::1]:993" },
    { "[::1]:143", "[::1]:143" },
    { "müller.example", "müller.example:993" },
    { "例え-mail.テスト", "例え-mail.テスト:993" },
    { "почта.example", "почта.example:993" },
    { "p\u0430ypal.example", NULL }, /* a Cyrillic letter */
    { "mail.p\u0430ypal.example:993", NULL },
    { "a\xff.example", NULL },
    { "", NULL },
    { "  ", NULL },
    { "imap://mail.example.org", NULL },
    { "bob@example.org", NULL },
    { "mail example", NULL },
    { "mail:port", NULL },
    { "mail:99999", NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HaulEndpoint) endpoint = haul_endpoint_parse (cases[i].typed, HAUL_SECURITY_TLS, &error);
      g_autofree char *shown = endpoint == NULL ? NULL : haul_endpoint_to_string (endpoint);
      g_autofree char *typed = g_strescape (cases[i].typed, "");
      g_test_message ("“%s”", typed);
      g_assert_cmpstr (shown, ==, cases[i].shown);
      g_assert_true ((error == NULL) == (cases[i].shown != NULL));
    }
}

static void
test_shown (void)
{
  g_autoptr (HaulEndpoint) plain = haul_endpoint_new ("Mail.example.org", 0, HAUL_SECURITY_TLS);
  g_autofree char *as_typed = haul_endpoint_dup_host_shown (plain);
  g_autoptr (HaulEndpoint) other = haul_endpoint_new ("müller.example", 0, HAUL_SECURITY_TLS);
  g_autofree char *both = haul_endpoint_dup_host_shown (other);

  g_assert_cmpstr (as_typed, ==, "Mail.example.org");
  g_assert_cmpstr (both, ==, "müller.example (xn--mller-kva.example)");
}

static void
test_ports (void)
{
  g_autoptr (HaulEndpoint) tls = haul_endpoint_new ("h", 0, HAUL_SECURITY_TLS);
  g_autoptr (HaulEndpoint) starttls = haul_endpoint_new ("h", 0, HAUL_SECURITY_STARTTLS);
  g_assert_cmpuint (haul_endpoint_get_port (tls), ==, 993);
  g_assert_cmpuint (haul_endpoint_get_port (starttls), ==, 143);
}

static void
test_loopback (void)
{
  const char *inside[] = { "localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1" };
  const char *outside[] = { "localhost.example.org", "10.0.0.1", "mail.example.org" };
  for (gsize i = 0; i < G_N_ELEMENTS (inside); i++)
    {
      g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new (inside[i], 0, HAUL_SECURITY_NONE);
      g_assert_true (haul_endpoint_is_loopback (endpoint));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new (outside[i], 0, HAUL_SECURITY_NONE);
      g_assert_false (haul_endpoint_is_loopback (endpoint));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/endpoint/parse", test_parse);
  g_test_add_func ("/endpoint/ports", test_ports);
  g_test_add_func ("/endpoint/shown", test_shown);
  g_test_add_func ("/endpoint/loopback", test_loopback);
  return g_test_run ();
}
