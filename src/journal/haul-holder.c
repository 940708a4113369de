/* haul-holder.c - one Mailhaul at a time works in a mailbox, and the others can say which
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file beside the journal, locked as long as its holder lives, whatever its end; in it stands who that is. The
 * journal's own lock is what makes it safe; this one makes it said.
 *
 * Thread:  any.
 * Errors:  HAUL_MIGRATE_ERROR_HELD, whose message is for people; HAUL_MIGRATE_ERROR_JOURNAL.
 */
#include "journal/haul-holder.h"

#include "haul-config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/haul-clock.h"

#define TEXT_MAX 512

struct _HaulHolder
{
  int fd;
};

static char *
dup_path (const char *state_dir, const char *account)
{
  g_autofree char *name = g_strconcat (account, ".lock", NULL);

  return g_build_filename (state_dir, "journal", name, NULL);
}

/* What the file says: program, process, since when, job; a line each. */
static char **
read_lines (int fd)
{
  char text[TEXT_MAX + 1] = { 0 };

  if (pread (fd, text, TEXT_MAX, 0) <= 0)
    return NULL;
  g_auto (GStrv) lines = g_strsplit (text, "\n", 5);
  return g_strv_length (lines) == 5 && g_utf8_validate (text, -1, NULL) ? g_steal_pointer (&lines) : NULL;
}

/* A sentence for people. */
static char *
describe (char **lines)
{
  gint64 since = lines == NULL ? 0 : g_ascii_strtoll (lines[2], NULL, 10);
  g_autoptr (GDateTime) date = since <= 0 ? NULL : g_date_time_new_from_unix_local (since);
  g_autofree char *time = date == NULL ? NULL : g_date_time_format (date, "%H:%M");

  if (time == NULL)
    return g_strdup (_ ("Another Mailhaul is at work in this mailbox."));
  if (g_str_equal (lines[0], "mailhaul"))
    /* Translators: a number, a time of day. */
    return g_strdup_printf (_ ("Mailhaul’s window (process %s) has been at work in this mailbox since %s."), lines[1],
                            time);
  /* Translators: the name of a program, a number, a time of day. */
  return g_strdup_printf (_ ("%s in a terminal (process %s) has been at work in this mailbox since %s."), lines[0],
                          lines[1], time);
}

static gboolean
write_owner (int fd, const char *job)
{
  g_autofree char *text = g_strdup_printf ("%s\n%d\n%" G_GINT64_FORMAT "\n%s\n", g_get_prgname (), (int)getpid (),
                                           haul_clock_now (), job);
  gsize length = MIN (strlen (text), TEXT_MAX);

  return ftruncate (fd, 0) == 0 && pwrite (fd, text, length, 0) == (gssize)length;
}

static int
open_file (const char *state_dir, const char *account, GError **error)
{
  g_autofree char *dir = g_build_filename (state_dir, "journal", NULL);
  g_autofree char *path = dup_path (state_dir, account);

  int fd = g_mkdir_with_parents (dir, 0700) != 0 ? -1 : open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL, "%s cannot be made: %s", path,
                 g_strerror (errno));
  return fd;
}

/**
 * haul_holder_new:
 * @state_dir: the folder for everything that is kept between runs
 * @account: haul_account_dup_id()
 * @job: what is worked at
 * @error: return location; %HAUL_MIGRATE_ERROR_HELD when another has it
 *
 * Takes the mailbox for this process. A file system without locks lets everybody: the journal's lock remains.
 *
 * Returns: (transfer full) (nullable): until haul_holder_free(), or the end of the process
 */
HaulHolder *
haul_holder_new (const char *state_dir, const char *account, const char *job, GError **error)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int fd = open_file (state_dir, account, error);

  if (fd < 0)
    return NULL;
  if (fcntl (fd, F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES))
    {
      g_auto (GStrv) lines = read_lines (fd);
      g_autofree char *sentence = describe (lines);
      g_set_error_literal (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_HELD, sentence);
      close (fd);
      return NULL;
    }
  if (!write_owner (fd, job))
    g_debug ("the holder of %s is not written: %s", account, g_strerror (errno));
  HaulHolder *self = g_new0 (HaulHolder, 1);
  self->fd = fd;
  return self;
}

void
haul_holder_free (HaulHolder *holder)
{
  close (holder->fd);
  g_free (holder);
}

/* *is_held: a living process has the mailbox. Nothing is taken, so that nobody is kept out by the question.
 * (transfer full) (nullable): what it says of itself */
static char **
ask (const char *state_dir, const char *account, gboolean *is_held)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  g_autofree char *path = dup_path (state_dir, account);
  int fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

  *is_held = fd >= 0 && fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  char **lines = *is_held ? read_lines (fd) : NULL;
  if (fd >= 0)
    close (fd);
  return lines;
}

/**
 * haul_holder_is_held:
 * @state_dir: the folder for everything that is kept between runs
 * @account: haul_account_dup_id()
 * @job: a job's name
 *
 * Returns: whether a living process works at this job
 */
gboolean
haul_holder_is_held (const char *state_dir, const char *account, const char *job)
{
  gboolean is_held;
  g_auto (GStrv) lines = ask (state_dir, account, &is_held);

  return lines != NULL && g_str_equal (lines[3], job);
}

/**
 * haul_holder_dup_sentence:
 * @state_dir: the folder for everything that is kept between runs
 * @account: haul_account_dup_id()
 *
 * Returns: (transfer full) (nullable): which process works in the mailbox, a sentence for people; %NULL: none
 */
char *
haul_holder_dup_sentence (const char *state_dir, const char *account)
{
  gboolean is_held;
  g_auto (GStrv) lines = ask (state_dir, account, &is_held);

  return is_held ? describe (lines) : NULL;
}
