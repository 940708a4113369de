/* test-haul-process.c - the process keeps its memory and its keys to itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static void
test_harden (void)
{
  struct rlimit limit;
  int ends[2];

  g_setenv ("SSLKEYLOGFILE", "/nonexistent/keys", TRUE);
  g_setenv ("G_TLS_GNUTLS_PRIORITY", "NORMAL:%COMPAT:+VERS-TLS1.0", TRUE);
  haul_process_harden ();
  g_assert_null (g_getenv ("SSLKEYLOGFILE"));
  g_assert_null (g_getenv ("G_TLS_GNUTLS_PRIORITY"));
  g_assert_cmpint (prctl (PR_GET_DUMPABLE, 0, 0, 0, 0), ==, 0);
  g_assert_cmpint (getrlimit (RLIMIT_CORE, &limit), ==, 0);
  g_assert_cmpuint (limit.rlim_cur, ==, 0);

  g_assert_cmpint (pipe (ends), ==, 0);
  close (ends[0]);
  g_assert_cmpint (write (ends[1], "x", 1), ==, -1); /* and still here */
  close (ends[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process/harden", test_harden);
  return g_test_run ();
}
