/* test-haul-sandbox.c - what the reader process can no longer do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each case runs in a process of its own, because the walls stay up. The filter and Landlock are tried together and
 * apart: each has to hold where the kernel lacks the other.
 */
#include "reader/haul-sandbox-calls.h"
#include "reader/haul-sandbox-files.h"
#include "reader/haul-sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <iconv.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

static char *root;    /* may be read */
static char *inside;  /* a file in it */
static char *outside; /* a file that may not be read */

#define DENIED(call) g_assert_cmpint ((int)(call), ==, -1)

/* What the kernel says itself; 0 for none. */
static guint
kernel_landlock (void)
{
  long abi = syscall (SYS_landlock_create_ruleset, NULL, 0, 1U);

  return abi > 0 ? (guint)abi : 0;
}

static void
enter (void)
{
  guint wanted = kernel_landlock ();
  HaulSandbox sandbox;

  haul_sandbox_limit ();
  haul_sandbox_enter (root, &sandbox);
  g_assert_true (sandbox.filter);
  g_assert_cmpuint (sandbox.landlock, ==, wanted);
}

/* Whether a case that needs Landlock can run; said once, by the process that reports. */
static gboolean
needs_landlock (void)
{
  if (kernel_landlock () > 0)
    return TRUE;
  g_test_skip ("this kernel has no Landlock");
  return FALSE;
}

static void
in_subprocess (void)
{
  g_test_trap_subprocess (NULL, 20 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
assert_no_writing (void)
{
  g_autofree char *fresh = g_build_filename (root, "fresh", NULL);
  struct utimbuf times = { 1, 1 };

  DENIED (open (inside, O_WRONLY));
  DENIED (open (inside, O_RDWR));
  DENIED (open (inside, O_RDONLY | O_TRUNC));
  DENIED (open (inside, O_WRONLY | O_APPEND));
  DENIED (open (fresh, O_RDONLY | O_CREAT, 0600));
  DENIED (open (root, O_TMPFILE | O_RDWR, 0600));
  DENIED (syscall (SYS_openat2, AT_FDCWD, inside, NULL, 0));
  DENIED (creat (fresh, 0600));
  DENIED (unlink (inside));
  DENIED (rename (inside, fresh));
  DENIED (link (inside, fresh));
  DENIED (symlink (inside, fresh));
  DENIED (mkdir (fresh, 0700));
  DENIED (rmdir (root));
  DENIED (mkfifo (fresh, 0600));
  DENIED (chmod (inside, 0777));
  DENIED (chown (inside, 1, 1));
  DENIED (truncate (inside, 0));
  DENIED (utime (inside, &times));
  DENIED (setxattr (inside, "user.x", "y", 1, 0));
  int fd = open (inside, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  DENIED (fchmod (fd, 0777));
  DENIED (futimens (fd, NULL));
  DENIED (flock (fd, LOCK_EX));
  struct flock lock = { .l_type = F_RDLCK };
  DENIED (fcntl (fd, F_SETLK, &lock));
  close (fd);
}

static void
test_writing (void)
{
  if (!g_test_subprocess ())
    {
      in_subprocess ();
      return;
    }
  enter ();
  assert_no_writing ();
}

/* As on a kernel without Landlock. */
static void
test_writing_filter_alone (void)
{
  if (!g_test_subprocess ())
    {
      in_subprocess ();
      return;
    }
  haul_sandbox_limit ();
  g_assert_true (haul_sandbox_calls_restrict ());
  assert_no_writing ();
}

/* As on a kernel without seccomp. */
static void
test_landlock_alone (void)
{
  g_autofree char *fresh = g_build_filename (root, "fresh", NULL);

  if (!g_test_subprocess ())
    {
      if (needs_landlock ())
        in_subprocess ();
      return;
    }
  haul_sandbox_limit ();
  g_assert_cmpuint (haul_sandbox_files_restrict (root), >, 0);
  DENIED (open (inside, O_WRONLY));
  DENIED (open (fresh, O_RDONLY | O_CREAT, 0600));
  DENIED (open (outside, O_RDONLY));
  DENIED (open ("/etc/passwd", O_RDONLY));
  DENIED (unlink (inside));
  DENIED (execl ("/bin/true", "true", NULL));
}

static void
test_reaching_out (void)
{
  if (!g_test_subprocess ())
    {
      in_subprocess ();
      return;
    }
  int pair[2];
  g_assert_cmpint (pipe (pair), ==, 0);
  enter ();
  DENIED (socket (AF_INET, SOCK_STREAM, 0));
  DENIED (socket (AF_UNIX, SOCK_STREAM, 0));
  DENIED (socketpair (AF_UNIX, SOCK_STREAM, 0, pair));
  DENIED (execl ("/bin/true", "true", NULL));
  DENIED (syscall (SYS_fork));
  DENIED (syscall (SYS_vfork));
  DENIED (syscall (SYS_clone3, NULL, 0));
  DENIED (syscall (SYS_process_vm_writev, getppid (), NULL, 0, NULL, 0, 0));
  DENIED (syscall (SYS_io_uring_setup, 1, NULL));
  DENIED (syscall (SYS_bpf, 0, NULL, 0));
  DENIED (syscall (SYS_userfaultfd, 0));
  DENIED (syscall (SYS_memfd_create, "x", 0));
  DENIED (syscall (SYS_mount, "none", root, "tmpfs", 0, NULL));
#ifndef __SANITIZE_ADDRESS__
  DENIED (ptrace (PTRACE_TRACEME, 0, NULL, NULL));
  DENIED (kill (getppid (), 0));
#endif
}

static void
test_other_files (void)
{
  if (!g_test_subprocess ())
    {
      if (needs_landlock ())
        in_subprocess ();
      return;
    }
  enter ();
  DENIED (open (outside, O_RDONLY));
  DENIED (open ("/etc/passwd", O_RDONLY));
  g_autofree char *up = g_strconcat (root, "/../", NULL);
  DENIED (open (up, O_RDONLY | O_DIRECTORY));
}

/* A store that is one file: what belongs to it by name stays in reach, its neighbours do not. */
static void
test_one_file (void)
{
  static const struct
  {
    const char *name;
    gboolean is_open;
  } files[] = { { "Inbox", TRUE },   { "Inbox.msf", TRUE },  { "INBOX.MSF", TRUE },
                { "Inbox2", FALSE }, { "diary.txt", FALSE }, { "folders.DBX", TRUE } };
  HaulSandbox sandbox;

  if (!g_test_subprocess ())
    {
      if (needs_landlock ())
        in_subprocess ();
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (root, files[i].name, NULL);
      g_assert_true (g_file_set_contents (path, "x", 1, NULL));
    }
  g_autofree char *store = g_build_filename (root, "Inbox", NULL);
  haul_sandbox_limit ();
  haul_sandbox_enter (store, &sandbox);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (root, files[i].name, NULL);
      int fd = open (path, O_RDONLY | O_CLOEXEC);
      g_assert_true ((fd >= 0) == files[i].is_open);
      if (fd >= 0)
        close (fd);
    }
}

/* Reading goes on: files, directories, character sets that are loaded late, time zones, memory. */
static void
test_reading (void)
{
  if (!g_test_subprocess ())
    {
      in_subprocess ();
      return;
    }
  enter ();
  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (inside, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mail");
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  g_assert_nonnull (dir);
  g_assert_nonnull (g_dir_read_name (dir));
  g_autofree char *japanese = g_convert ("\x1b$B%a\x1b(B", -1, "UTF-8", "ISO-2022-JP", NULL, NULL, NULL);
  g_assert_cmpstr (japanese, ==, "メ");
  g_autofree char *russian = g_convert ("\xcf\xf0", -1, "UTF-8", "CP1251", NULL, NULL, NULL);
  g_assert_cmpstr (russian, ==, "Пр");
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Berlin");
  if (g_file_test ("/usr/share/zoneinfo/Europe/Berlin", G_FILE_TEST_EXISTS))
    g_assert_nonnull (zone);
  g_autofree char *block = g_malloc (64 * 1024 * 1024);
  memset (block, 1, 64 * 1024 * 1024);
  g_usleep (1000);
}

static void
test_limits (void)
{
  struct rlimit limit;

  if (!g_test_subprocess ())
    {
      in_subprocess ();
      return;
    }
  int left_open = open ("/dev/null", O_RDONLY);
  g_assert_cmpint (left_open, >, 2);
  haul_sandbox_limit ();
  DENIED (fcntl (left_open, F_GETFD));
  getrlimit (RLIMIT_CORE, &limit);
  g_assert_cmpuint (limit.rlim_max, ==, 0);
  getrlimit (RLIMIT_FSIZE, &limit);
  g_assert_cmpuint (limit.rlim_max, ==, 0);
  getrlimit (RLIMIT_NOFILE, &limit);
  g_assert_cmpuint (limit.rlim_max, ==, 256);
#ifndef __SANITIZE_ADDRESS__
  getrlimit (RLIMIT_AS, &limit);
  g_assert_cmpuint (limit.rlim_max, ==, 1 << 30);
#endif
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  root
      = g_test_subprocess () ? g_strdup (g_getenv ("HAUL_TEST_ROOT")) : g_dir_make_tmp ("mailhaul-root-XXXXXX", &error);
  g_assert_no_error (error);
  g_setenv ("HAUL_TEST_ROOT", root, TRUE);
  inside = g_build_filename (root, "inside", NULL);
  outside = g_strconcat (root, ".outside", NULL);
  g_assert_true (g_file_set_contents (inside, "mail", -1, NULL));
  g_assert_true (g_file_set_contents (outside, "secret", -1, NULL));
  g_test_add_func ("/sandbox/no writing", test_writing);
  g_test_add_func ("/sandbox/no writing, filter alone", test_writing_filter_alone);
  g_test_add_func ("/sandbox/landlock alone", test_landlock_alone);
  g_test_add_func ("/sandbox/no reaching out", test_reaching_out);
  g_test_add_func ("/sandbox/no other files", test_other_files);
  g_test_add_func ("/sandbox/one file", test_one_file);
  g_test_add_func ("/sandbox/reading goes on", test_reading);
  g_test_add_func ("/sandbox/limits", test_limits);
  int status = g_test_run ();
  if (!g_test_subprocess ())
    {
      g_autofree char *command = g_strconcat ("rm -rf ", root, " ", outside, NULL);
      g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
    }
  g_free (root);
  g_free (inside);
  g_free (outside);
  return status;
}
