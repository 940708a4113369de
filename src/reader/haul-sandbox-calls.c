/* haul-sandbox-calls.c - the system calls that mailhaul-reader keeps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An allow-list. What is not on it answers ENOSYS, as on an older kernel, so that libraries fall back quietly; what
 * would change or reach something answers EPERM, so that a trace shows what was tried. openat2() is not on it because a
 * filter cannot see its flags.
 *
 * Thread:  the only one.
 */
#include "reader/haul-sandbox-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The C library's __O_TMPFILE has the bit of O_DIRECTORY in it. */
#define TMPFILE_BIT (__O_TMPFILE & ~O_DIRECTORY)
#define WRITE_FLAGS (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | TMPFILE_BIT)

static const int allowed[] = {
  /* reading and answering */
  SCMP_SYS (read),
  SCMP_SYS (readv),
  SCMP_SYS (pread64),
  SCMP_SYS (preadv),
  SCMP_SYS (write),
  SCMP_SYS (writev),
  SCMP_SYS (lseek),
  SCMP_SYS (_llseek),
  SCMP_SYS (close),
  SCMP_SYS (close_range),
  SCMP_SYS (dup),
  SCMP_SYS (poll),
  SCMP_SYS (ppoll),
  SCMP_SYS (select),
  SCMP_SYS (pselect6),
  SCMP_SYS (fadvise64),
  SCMP_SYS (readahead),
  SCMP_SYS (eventfd2),
  SCMP_SYS (pipe2),
  /* looking at files */
  SCMP_SYS (fstat),
  SCMP_SYS (stat),
  SCMP_SYS (lstat),
  SCMP_SYS (newfstatat),
  SCMP_SYS (fstatat64),
  SCMP_SYS (statx),
  SCMP_SYS (fstat64),
  SCMP_SYS (stat64),
  SCMP_SYS (lstat64),
  SCMP_SYS (statfs),
  SCMP_SYS (fstatfs),
  SCMP_SYS (access),
  SCMP_SYS (faccessat),
  SCMP_SYS (faccessat2),
  SCMP_SYS (readlink),
  SCMP_SYS (readlinkat),
  SCMP_SYS (getdents),
  SCMP_SYS (getdents64),
  SCMP_SYS (getcwd),
  /* memory */
  SCMP_SYS (mmap),
  SCMP_SYS (mmap2),
  SCMP_SYS (munmap),
  SCMP_SYS (mprotect),
  SCMP_SYS (mremap),
  SCMP_SYS (madvise),
  SCMP_SYS (brk),
  SCMP_SYS (membarrier),
  /* time, identity, waiting */
  SCMP_SYS (clock_gettime),
  SCMP_SYS (clock_getres),
  SCMP_SYS (gettimeofday),
  SCMP_SYS (time),
  SCMP_SYS (nanosleep),
  SCMP_SYS (clock_nanosleep),
  SCMP_SYS (getpid),
  SCMP_SYS (gettid),
  SCMP_SYS (getppid),
  SCMP_SYS (getuid),
  SCMP_SYS (geteuid),
  SCMP_SYS (getgid),
  SCMP_SYS (getegid),
  SCMP_SYS (uname),
  SCMP_SYS (sysinfo),
  SCMP_SYS (getrandom),
  SCMP_SYS (getrusage),
  SCMP_SYS (times),
  SCMP_SYS (getrlimit),
  SCMP_SYS (futex),
  SCMP_SYS (set_robust_list),
  SCMP_SYS (rseq),
  SCMP_SYS (sched_yield),
  SCMP_SYS (sched_getaffinity),
  SCMP_SYS (restart_syscall),
  /* signals and the end */
  SCMP_SYS (rt_sigaction),
  SCMP_SYS (rt_sigprocmask),
  SCMP_SYS (rt_sigreturn),
  SCMP_SYS (sigaltstack),
  SCMP_SYS (exit),
  SCMP_SYS (exit_group),
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  /* a leak checker stops its own process from a clone of it */
  SCMP_SYS (clone),
  SCMP_SYS (ptrace),
  SCMP_SYS (wait4),
  SCMP_SYS (prctl),
  SCMP_SYS (kill),
  SCMP_SYS (tgkill),
  SCMP_SYS (process_vm_readv),
#endif
};

static const int forbidden[] = {
  /* reaching others */
  SCMP_SYS (socket),
  SCMP_SYS (socketpair),
  SCMP_SYS (connect),
  SCMP_SYS (bind),
  SCMP_SYS (listen),
  SCMP_SYS (accept),
  SCMP_SYS (accept4),
  SCMP_SYS (sendto),
  SCMP_SYS (sendmsg),
  SCMP_SYS (sendmmsg),
  SCMP_SYS (execve),
  SCMP_SYS (execveat),
  SCMP_SYS (fork),
  SCMP_SYS (vfork),
  SCMP_SYS (process_vm_writev),
  SCMP_SYS (pidfd_getfd),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  SCMP_SYS (clone),
  SCMP_SYS (ptrace),
  SCMP_SYS (kill),
  SCMP_SYS (process_vm_readv),
#endif
  /* changing files */
  SCMP_SYS (creat),
  SCMP_SYS (unlink),
  SCMP_SYS (unlinkat),
  SCMP_SYS (rename),
  SCMP_SYS (renameat),
  SCMP_SYS (renameat2),
  SCMP_SYS (link),
  SCMP_SYS (linkat),
  SCMP_SYS (symlink),
  SCMP_SYS (symlinkat),
  SCMP_SYS (mkdir),
  SCMP_SYS (mkdirat),
  SCMP_SYS (rmdir),
  SCMP_SYS (mknod),
  SCMP_SYS (mknodat),
  SCMP_SYS (chmod),
  SCMP_SYS (fchmod),
  SCMP_SYS (fchmodat),
  SCMP_SYS (chown),
  SCMP_SYS (fchown),
  SCMP_SYS (lchown),
  SCMP_SYS (fchownat),
  SCMP_SYS (truncate),
  SCMP_SYS (ftruncate),
  SCMP_SYS (fallocate),
  SCMP_SYS (utime),
  SCMP_SYS (utimes),
  SCMP_SYS (futimesat),
  SCMP_SYS (utimensat),
  SCMP_SYS (setxattr),
  SCMP_SYS (lsetxattr),
  SCMP_SYS (fsetxattr),
  SCMP_SYS (removexattr),
  SCMP_SYS (lremovexattr),
  SCMP_SYS (fremovexattr),
  SCMP_SYS (flock),
  SCMP_SYS (mount),
  SCMP_SYS (umount2),
  SCMP_SYS (chroot),
  SCMP_SYS (pwrite64),
  SCMP_SYS (pwritev),
};

/* Opening is for reading; any flag that could make, change or empty a file is refused. */
static int
add_open (scmp_filter_ctx filter, int call, unsigned int flags_at)
{
  static const guint64 modes[][2] = {
    { O_ACCMODE, O_WRONLY }, { O_ACCMODE, O_RDWR },  { O_ACCMODE, O_ACCMODE },     { O_CREAT, O_CREAT },
    { O_TRUNC, O_TRUNC },    { O_APPEND, O_APPEND }, { TMPFILE_BIT, TMPFILE_BIT },
  };
  int failed = seccomp_rule_add (filter, SCMP_ACT_ALLOW, call, 1,
                                 SCMP_CMP64 (flags_at, SCMP_CMP_MASKED_EQ, (guint64)WRITE_FLAGS, (guint64)0));

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    failed |= seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), call, 1,
                                SCMP_CMP64 (flags_at, SCMP_CMP_MASKED_EQ, modes[i][0], modes[i][1]));
  return failed;
}

/* Calls of many uses: only the uses that look. */
static int
add_narrowed (scmp_filter_ctx filter)
{
  static const int fcntls[] = { F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC };
  static const unsigned long ioctls[] = { FIONREAD, 0x5401 /* TCGETS */ };
  int failed = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (fcntls); i++)
    {
      failed
          |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (fcntl), 1, SCMP_A1_32 (SCMP_CMP_EQ, (guint)fcntls[i]));
      failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (fcntl64), 1,
                                  SCMP_A1_32 (SCMP_CMP_EQ, (guint)fcntls[i]));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (ioctls); i++)
    failed
        |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (ioctl), 1, SCMP_A1_32 (SCMP_CMP_EQ, (guint)ioctls[i]));
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (prlimit64), 1, SCMP_A2 (SCMP_CMP_EQ, 0));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (prctl), 1, SCMP_A0_32 (SCMP_CMP_EQ, PR_SET_NAME));
  failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (tgkill), 1, SCMP_A0_32 (SCMP_CMP_EQ, (guint)getpid ()));
#endif
  return failed;
}

/**
 * haul_sandbox_calls_restrict:
 *
 * Takes all system calls away but those that reading mail needs.
 *
 * Returns: %FALSE where the kernel has no such filter
 */
gboolean
haul_sandbox_calls_restrict (void)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ERRNO (ENOSYS));
  int failed = filter == NULL;

  for (gsize i = 0; failed == 0 && i < G_N_ELEMENTS (allowed); i++)
    failed |= seccomp_rule_add (filter, SCMP_ACT_ALLOW, allowed[i], 0);
  for (gsize i = 0; failed == 0 && i < G_N_ELEMENTS (forbidden); i++)
    failed |= seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), forbidden[i], 0);
  if (failed == 0)
    failed = add_open (filter, SCMP_SYS (openat), 2) | add_open (filter, SCMP_SYS (open), 1) | add_narrowed (filter);
  if (failed == 0)
    failed = seccomp_load (filter);
  if (filter != NULL)
    seccomp_release (filter);
  return failed == 0;
}
