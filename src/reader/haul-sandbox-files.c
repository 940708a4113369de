/* haul-sandbox-files.c - the files that mailhaul-reader may still read (Landlock)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Raw system calls: the C library has no functions for them. A kernel without Landlock leaves files to the limits and
 * to haul-sandbox-calls.c.
 *
 * Thread:  the only one.
 */
#include "reader/haul-sandbox-files.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_SIBLINGS 256

/* Newer than the oldest headers we build with. */
#define FS_TRUNCATE (1ULL << 14)  /* ABI 3 */
#define FS_IOCTL_DEV (1ULL << 15) /* ABI 5 */
#define NET_TCP 3ULL              /* ABI 4: bind and connect */
#define SCOPE_ALL 3ULL            /* ABI 6: abstract sockets and signals */

#define FS_ABI_1 ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

typedef struct
{
  guint64 fs;
  guint64 net;   /* from ABI 4 */
  guint64 scope; /* from ABI 6 */
} RulesetAttribute;

/* What the libraries load late: character sets, their loader's cache, time zones. */
static const char *const system_paths[] = {
  "/usr/lib",       "/usr/lib64",          "/lib", "/lib64", "/usr/local/lib", "/app/lib", "/etc/ld.so.cache",
  "/etc/localtime", "/usr/share/zoneinfo",
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  "/proc", /* a leak checker reads its own memory map */
#endif
};

/* Permits reading at and below a path; one that is not there needs no rule. */
static void
allow (int ruleset, const char *path, guint64 access)
{
  int fd = open (path, O_PATH | O_CLOEXEC);
  struct stat info;

  if (fd < 0)
    return;
  if (fstat (fd, &info) == 0)
    {
      if (!S_ISDIR (info.st_mode))
        access &= LANDLOCK_ACCESS_FS_READ_FILE;
      struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
      if (access != 0)
        syscall (SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
  close (fd);
}

/* A store that is one file may have helpers beside it: Inbox.msf for Inbox, Folders.dbx for any DBX. */
static void
allow_siblings (int ruleset, const char *root)
{
  g_autofree char *parent_path = g_path_get_dirname (root);
  g_autofree char *name = g_path_get_basename (root);
  g_autoptr (GDir) dir = g_dir_open (parent_path, 0, NULL);
  const char *dot = strrchr (name, '.');
  gsize stem = dot != NULL && dot != name ? (gsize)(dot - name) : strlen (name);
  const char *entry;
  guint left = MAX_SIBLINGS;

  while (dir != NULL && left > 0 && (entry = g_dir_read_name (dir)) != NULL)
    {
      gboolean is_sibling = g_ascii_strncasecmp (entry, name, stem) == 0 && entry[stem] == '.';
      if (!is_sibling && g_ascii_strcasecmp (entry, "Folders.dbx") != 0)
        continue;
      g_autofree char *path = g_build_filename (parent_path, entry, NULL);
      struct stat info;
      if (lstat (path, &info) == 0 && S_ISREG (info.st_mode))
        allow (ruleset, path, LANDLOCK_ACCESS_FS_READ_FILE);
      left--;
    }
  allow (ruleset, parent_path, LANDLOCK_ACCESS_FS_READ_DIR);
}

static int
create_ruleset (guint abi)
{
  RulesetAttribute attribute = { .fs = FS_ABI_1 };
  gsize size = sizeof attribute.fs;

  if (abi >= 2)
    attribute.fs |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3)
    attribute.fs |= FS_TRUNCATE;
  if (abi >= 4)
    {
      attribute.net = NET_TCP;
      size = G_STRUCT_OFFSET (RulesetAttribute, scope);
    }
  if (abi >= 5)
    attribute.fs |= FS_IOCTL_DEV;
  if (abi >= 6)
    {
      attribute.scope = SCOPE_ALL;
      size = sizeof attribute;
    }
  return (int)syscall (SYS_landlock_create_ruleset, &attribute, size, 0);
}

/**
 * haul_sandbox_files_restrict:
 * @root: the file or directory that may be read
 *
 * Leaves nothing but reading at and below @root, of the files that belong to it by name where it is a file, and of what
 * the C library loads late.
 *
 * Returns: the Landlock ABI in force, 0 where the kernel has none
 */
guint
haul_sandbox_files_restrict (const char *root)
{
  long abi = syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  struct stat info;
  int ruleset;

  if (abi <= 0 || (ruleset = create_ruleset ((guint)abi)) < 0)
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (system_paths); i++)
    allow (ruleset, system_paths[i], FS_READ);
  allow (ruleset, root, FS_READ);
  if (stat (root, &info) == 0 && S_ISREG (info.st_mode))
    allow_siblings (ruleset, root);
  long failed = syscall (SYS_landlock_restrict_self, ruleset, 0);
  close (ruleset);
  return failed != 0 ? 0 : (guint)abi;
}
