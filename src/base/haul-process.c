/* haul-process.c - what every process with a password in it does first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the first, before there is another: it changes the environment.
 * See:     docs/wire.md
 */
#include "base/haul-process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/**
 * haul_process_harden:
 *
 * Keeps the process's memory from other processes and from core dumps, and its TLS from the environment: no session
 * keys are logged, and nobody lowers what is required of a connection. A write to a closed pipe is an error afterwards
 * and not the end.
 */
void
haul_process_harden (void)
{
  static const char *const unwanted[] = { "SSLKEYLOGFILE", "G_TLS_GNUTLS_PRIORITY", "GNUTLS_DEBUG_LEVEL" };
  const struct rlimit no_core = { 0, 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (unwanted); i++)
    g_unsetenv (unwanted[i]);
  prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  setrlimit (RLIMIT_CORE, &no_core);
  signal (SIGPIPE, SIG_IGN);
}
