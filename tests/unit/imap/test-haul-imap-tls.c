/* test-haul-imap-tls.c - what a pin excuses, over everything that can be wrong with a certificate
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-tls.h"

#define THIS "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const guint flags[] = {
  G_TLS_CERTIFICATE_UNKNOWN_CA,
  G_TLS_CERTIFICATE_BAD_IDENTITY,
  G_TLS_CERTIFICATE_NOT_ACTIVATED,
  G_TLS_CERTIFICATE_EXPIRED,
  HAUL_IMAP_CERTIFICATE_NO_SUBJECT_ALT_NAME,
  HAUL_IMAP_CERTIFICATE_NOT_FOR_SERVERS,
  G_TLS_CERTIFICATE_REVOKED,
  G_TLS_CERTIFICATE_INSECURE,
  G_TLS_CERTIFICATE_GENERIC_ERROR,
};

#define SETS (1u << G_N_ELEMENTS (flags))

static guint
problems_of (guint set)
{
  guint problems = 0;

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if ((set & (1u << i)) != 0)
      problems |= flags[i];
  return problems;
}

static guint
weigh (guint problems, const char *pin)
{
  const char *const pins[] = { pin, NULL };
  return haul_imap_tls_weigh (problems, THIS, pins);
}

static void
test_first_use (void)
{
  for (guint set = 0; set < SETS; set++)
    {
      g_assert_cmphex (haul_imap_tls_weigh (problems_of (set), THIS, NULL), ==, problems_of (set));
      g_assert_cmphex (weigh (problems_of (set), NULL), ==, problems_of (set));
    }
}

/* Each set of problems against a pin made with each other set: only what was accepted passes, and never the worst. */
static void
test_pinned (void)
{
  for (guint accepted = 0; accepted < SETS; accepted++)
    {
      g_autofree char *pin = g_strdup_printf (THIS ":%x", problems_of (accepted));
      for (guint set = 0; set < SETS; set++)
        {
          guint problems = problems_of (set);
          gboolean is_safe = (set & ~accepted) == 0 && (problems & HAUL_IMAP_TLS_NEVER_PINNED) == 0;
          g_assert_cmphex (weigh (problems, pin), ==, is_safe ? 0 : problems | HAUL_IMAP_CERTIFICATE_NEW_PROBLEM);
        }
    }
}

static void
test_pinned_by_hand (void)
{
  for (guint set = 0; set < SETS; set++)
    {
      guint problems = problems_of (set);
      gboolean is_safe = (problems & HAUL_IMAP_TLS_NEVER_PINNED) == 0;
      g_assert_cmphex (weigh (problems, THIS), ==, is_safe ? 0 : problems | HAUL_IMAP_CERTIFICATE_NEW_PROBLEM);
    }
}

static void
test_changed (void)
{
  for (guint set = 0; set < SETS; set++)
    {
      guint problems = problems_of (set);
      g_assert_cmphex (weigh (problems, OTHER), ==, problems | HAUL_IMAP_CERTIFICATE_PIN_CHANGED);
      g_assert_cmphex (weigh (problems, OTHER ":ffffffff"), ==, problems | HAUL_IMAP_CERTIFICATE_PIN_CHANGED);
    }
}

/* A pin that is damaged excuses nothing, and is no reason to trust as if there were none. */
static void
test_damaged (void)
{
  static const char *const pins[]
      = { "", "aaaa", THIS "a", THIS ":", THIS ":-1", THIS ":1 ", THIS ":123456789", "THIS" };

  for (gsize i = 0; i < G_N_ELEMENTS (pins); i++)
    g_assert_cmphex (weigh (G_TLS_CERTIFICATE_UNKNOWN_CA, pins[i]), !=, 0);
  g_assert_cmphex (haul_imap_tls_weigh (0, "", (const char *const[]){ "", NULL }), ==,
                   HAUL_IMAP_CERTIFICATE_PIN_CHANGED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap-tls/first-use", test_first_use);
  g_test_add_func ("/imap-tls/pinned", test_pinned);
  g_test_add_func ("/imap-tls/pinned-by-hand", test_pinned_by_hand);
  g_test_add_func ("/imap-tls/changed", test_changed);
  g_test_add_func ("/imap-tls/damaged", test_damaged);
  return g_test_run ();
}
