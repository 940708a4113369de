/* haul-sandbox.c - what mailhaul-reader gives up before it looks at mail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Limits first, then files (Landlock), then system calls (seccomp): each stands alone, so that a kernel that lacks one
 * keeps the others. Nothing here can be undone by the process later.
 *
 * Thread:  the only one.
 * See:     haul-sandbox-files.c, haul-sandbox-calls.c
 */
#include "reader/haul-sandbox.h"

#include "reader/haul-sandbox-calls.h"
#include "reader/haul-sandbox-files.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEMORY_LIMIT (G_GUINT64_CONSTANT (1) << 30)
#define CPU_SECONDS (4 * 3600)
#define MAX_FILES 256

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAVE_SANITIZER 1
#else
#define HAVE_SANITIZER 0
#endif

static pid_t parent;

/* The signal comes when the thread that started us ends, which need not be the end of the program. */
static void
leave_if_orphaned (int number)
{
  if (getppid () != parent)
    _exit (0);
}

static void
set_limit (int resource, rlim_t value)
{
  struct rlimit limit = { value, value };
  struct rlimit now;

  if (getrlimit (resource, &now) == 0 && now.rlim_max < value)
    limit.rlim_cur = limit.rlim_max = now.rlim_max;
  setrlimit (resource, &limit);
}

/**
 * haul_sandbox_limit:
 *
 * Gives up new rights, core files, files written, and all descriptors but the three standard ones; bounds memory, time
 * and open files. Ends with the program that started it. To be called first of all.
 */
void
haul_sandbox_limit (void)
{
  struct sigaction action = { .sa_handler = leave_if_orphaned, .sa_flags = SA_RESTART };

  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  parent = getppid ();
  sigaction (SIGUSR1, &action, NULL);
  prctl (PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
  signal (SIGPIPE, SIG_IGN);
  close_range (3, ~0U, 0);
  set_limit (RLIMIT_CORE, 0);
  set_limit (RLIMIT_FSIZE, 0);
  set_limit (RLIMIT_NOFILE, MAX_FILES);
  set_limit (RLIMIT_CPU, CPU_SECONDS);
  if (HAVE_SANITIZER)
    return;
  set_limit (RLIMIT_AS, MEMORY_LIMIT);
  set_limit (RLIMIT_NPROC, 0);
}

/**
 * haul_sandbox_enter:
 * @root: the file or directory that may be read
 * @sandbox: (out caller-allocates): what is in force
 *
 * Locks the process in, as far as the kernel can.
 */
void
haul_sandbox_enter (const char *root, HaulSandbox *sandbox)
{
  sandbox->landlock = haul_sandbox_files_restrict (root);
  sandbox->filter = haul_sandbox_calls_restrict ();
}
