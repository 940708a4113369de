/* test-haul-protection.c - a server that was reached well is not reached worse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "account/haul-protection.h"

#include <glib/gstdio.h>

typedef struct
{
  char *folder; /* (owned) */
  char *path;   /* (owned) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("protection.XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "protection", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_remove (self->path);
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

static HaulProtection
look_up (Fixture *self, const char *host, guint16 port)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new (host, port, HAUL_SECURITY_AUTO);
  return haul_protection_lookup (self->path, endpoint);
}

static void
raise_to (Fixture *self, const char *host, guint16 port, HaulProtection protection)
{
  g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new (host, port, HAUL_SECURITY_AUTO);
  g_autoptr (GError) error = NULL;

  g_assert_true (haul_protection_raise (self->path, endpoint, protection, &error));
  g_assert_no_error (error);
}

static void
test_only_rises (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (look_up (self, "mail.example.org", 993), ==, HAUL_PROTECTION_NONE);
  raise_to (self, "mail.example.org", 143, HAUL_PROTECTION_STARTTLS);
  g_assert_cmpint (look_up (self, "MAIL.example.org", 993), ==, HAUL_PROTECTION_STARTTLS);
  raise_to (self, "mail.example.org", 993, HAUL_PROTECTION_TLS);
  raise_to (self, "mail.example.org", 143, HAUL_PROTECTION_STARTTLS);
  raise_to (self, "mail.example.org", 993, HAUL_PROTECTION_OLD_TLS);
  g_assert_cmpint (look_up (self, "mail.example.org", 143), ==, HAUL_PROTECTION_TLS);
}

static void
test_one_server (Fixture *self, gconstpointer data)
{
  raise_to (self, "mail.example.org", 993, HAUL_PROTECTION_TLS);
  raise_to (self, "mail.example.org", 1993, HAUL_PROTECTION_STARTTLS);
  g_assert_cmpint (look_up (self, "mail.example.org", 1993), ==, HAUL_PROTECTION_STARTTLS);
  g_assert_cmpint (look_up (self, "mail.example.org", 0), ==, HAUL_PROTECTION_TLS);
  g_assert_cmpint (look_up (self, "imap.example.org", 993), ==, HAUL_PROTECTION_NONE);
}

static void
test_garbage (Fixture *self, gconstpointer data)
{
  g_assert_true (g_file_set_contents (self->path, "a 993 better\nb 993\nb 993 tls \nc 993 starttls\n\xff\n", -1, NULL));
  g_assert_cmpint (look_up (self, "a", 993), ==, HAUL_PROTECTION_NONE);
  g_assert_cmpint (look_up (self, "b", 993), ==, HAUL_PROTECTION_NONE);
  g_assert_cmpint (look_up (self, "c", 993), ==, HAUL_PROTECTION_STARTTLS);
}

static void
test_is_enough (Fixture *self, gconstpointer data)
{
  for (HaulProtection known = 0; known <= HAUL_PROTECTION_TLS; known++)
    for (HaulProtection protection = 0; protection <= HAUL_PROTECTION_TLS; protection++)
      {
        gboolean is_starttls_chosen = protection == HAUL_PROTECTION_STARTTLS && known == HAUL_PROTECTION_TLS;
        g_assert_cmpint (haul_protection_is_enough (protection, known, FALSE), ==, protection >= known);
        g_assert_cmpint (haul_protection_is_enough (protection, known, TRUE), ==,
                         protection >= known || is_starttls_chosen);
      }
}

static void
test_of_account (Fixture *self, gconstpointer data)
{
  static const HaulProtection expected[][2] = {
    [HAUL_SECURITY_AUTO] = { HAUL_PROTECTION_NONE, HAUL_PROTECTION_NONE },
    [HAUL_SECURITY_TLS] = { HAUL_PROTECTION_TLS, HAUL_PROTECTION_OLD_TLS },
    [HAUL_SECURITY_STARTTLS] = { HAUL_PROTECTION_STARTTLS, HAUL_PROTECTION_OLD_TLS },
    [HAUL_SECURITY_NONE] = { HAUL_PROTECTION_NONE, HAUL_PROTECTION_NONE },
  };

  for (HaulSecurity security = 0; security <= HAUL_SECURITY_NONE; security++)
    for (int is_old = 0; is_old < 2; is_old++)
      {
        g_autoptr (HaulEndpoint) endpoint = haul_endpoint_new ("mail.example.org", 0, security);
        g_autoptr (HaulAccount) account = haul_account_new ("bob", endpoint);
        account->allow_old_tls = is_old;
        g_assert_cmpint (haul_protection_of_account (account), ==, expected[security][is_old]);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/protection/only-rises", Fixture, NULL, set_up, test_only_rises, tear_down);
  g_test_add ("/protection/one-server", Fixture, NULL, set_up, test_one_server, tear_down);
  g_test_add ("/protection/garbage", Fixture, NULL, set_up, test_garbage, tear_down);
  g_test_add ("/protection/is-enough", Fixture, NULL, set_up, test_is_enough, tear_down);
  g_test_add ("/protection/of-account", Fixture, NULL, set_up, test_of_account, tear_down);
  return g_test_run ();
}
