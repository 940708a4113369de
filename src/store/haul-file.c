/* haul-file.c - one file of a store, opened so that nothing can trick or block us
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one at a time; blocks.
 * Memory:  the caller's buffers.
 * Errors:  HAUL_STORE_ERROR_NOT_FOUND, _CHANGED, _UNSUPPORTED; G_IO_ERROR for what the system says.
 */
#include "store/haul-file.h"

#include "store/haul-store-error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_SECOND G_GINT64_CONSTANT (1000000000)

#define HAUL_TYPE_FILE_RANGE (haul_file_range_get_type ())
G_DECLARE_FINAL_TYPE (HaulFileRange, haul_file_range, HAUL, FILE_RANGE, GInputStream)

struct _HaulFileRange
{
  GInputStream parent_instance;

  HaulFile *file; /* (owned) */
  gint64 at;
  gint64 left;
};

G_DEFINE_FINAL_TYPE (HaulFileRange, haul_file_range, G_TYPE_INPUT_STREAM)

static gssize
haul_file_range_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  HaulFileRange *self = HAUL_FILE_RANGE (stream);
  gsize wanted = (gsize)MIN ((guint64)self->left, (guint64)count);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return -1;
  if (wanted == 0)
    return haul_file_check_unchanged (self->file, error) ? 0 : -1;
  gssize n = haul_file_pread (self->file, buffer, wanted, self->at, error);
  if (n < 0)
    return -1;
  if (n == 0)
    {
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED, "The file became shorter while it was read.");
      return -1;
    }
  self->at += n;
  self->left -= n;
  return n;
}

static void
haul_file_range_finalize (GObject *object)
{
  haul_file_unref (HAUL_FILE_RANGE (object)->file);
  G_OBJECT_CLASS (haul_file_range_parent_class)->finalize (object);
}

static void
haul_file_range_class_init (HaulFileRangeClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = haul_file_range_read;
  G_OBJECT_CLASS (klass)->finalize = haul_file_range_finalize;
}

static void
haul_file_range_init (HaulFileRange *self)
{
}

static void
set_error_from_errno (GError **error, const char *path, int code)
{
  g_autofree char *name = g_filename_display_name (path);

  if (code == ENOENT || code == ENOTDIR)
    g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "“%s” is not there (any more).", name);
  else if (code == ELOOP)
    g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED, "“%s” is a link and is not followed.", name);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "“%s”: %s", name, g_strerror (code));
}

static void
identify (const struct stat *status, HaulFileIdentity *identity)
{
  *identity = (HaulFileIdentity){
    .device = (guint64)status->st_dev,
    .inode = (guint64)status->st_ino,
    .size = (gint64)status->st_size,
    .mtime_ns = (gint64)status->st_mtim.tv_sec * NS_PER_SECOND + status->st_mtim.tv_nsec,
    .ctime_ns = (gint64)status->st_ctim.tv_sec * NS_PER_SECOND + status->st_ctim.tv_nsec,
  };
}

/* O_NONBLOCK: a FIFO must not hold us. O_NOATIME is only granted to the file's owner. */
static HaulFile *
open_with (const char *path, int extra_flags, GError **error)
{
  int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | extra_flags;
  int fd = open (path, flags | O_NOATIME);
  struct stat status;

  if (fd < 0 && errno == EPERM)
    fd = open (path, flags);
  if (fd < 0)
    {
      set_error_from_errno (error, path, errno);
      return NULL;
    }
  if (fstat (fd, &status) < 0)
    {
      set_error_from_errno (error, path, errno);
      close (fd);
      return NULL;
    }
  if (!S_ISREG (status.st_mode))
    {
      g_autofree char *name = g_filename_display_name (path);
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED, "“%s” is not an ordinary file.", name);
      close (fd);
      return NULL;
    }

  HaulFile *self = g_new0 (HaulFile, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->path = g_strdup (path);
  self->fd = fd;
  identify (&status, &self->identity);
  return self;
}

/**
 * haul_file_open:
 * @path: a file name
 * @error: return location
 *
 * Opens an ordinary file for reading; a symbolic link, FIFO, device or socket is refused without waiting.
 *
 * Returns: (transfer full) (nullable): the file
 */
HaulFile *
haul_file_open (const char *path, GError **error)
{
  return open_with (path, O_NOFOLLOW, error);
}

/**
 * haul_file_open_root:
 * @path: a file name
 * @error: return location
 *
 * As haul_file_open(), for a file that a person named: it may be a symbolic link.
 *
 * Returns: (transfer full) (nullable): the file
 */
HaulFile *
haul_file_open_root (const char *path, GError **error)
{
  return open_with (path, 0, error);
}

HaulFile *
haul_file_ref (HaulFile *file)
{
  g_atomic_ref_count_inc (&file->ref_count);
  return file;
}

void
haul_file_unref (HaulFile *file)
{
  if (!g_atomic_ref_count_dec (&file->ref_count))
    return;
  close (file->fd);
  g_free (file->path);
  g_free (file);
}

/**
 * haul_file_pread:
 * @file: a file
 * @buffer: (out caller-allocates): where to put them
 * @count: how many octets
 * @offset: from where, ≥ 0
 * @error: return location
 *
 * Reads @count octets, fewer only at the end of the file.
 *
 * Returns: how many were read, 0 at the end, -1 with @error set
 */
gssize
haul_file_pread (HaulFile *file, gpointer buffer, gsize count, gint64 offset, GError **error)
{
  gsize done = 0;

  while (done < count)
    {
      ssize_t n = pread (file->fd, (guint8 *)buffer + done, count - done, offset + (gint64)done);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_error_from_errno (error, file->path, errno);
          return -1;
        }
      if (n == 0)
        break;
      done += (gsize)n;
    }
  return (gssize)done;
}

/**
 * haul_file_refresh:
 * @file: a file
 * @error: return location
 *
 * Takes the file as it is now: haul_file_check_unchanged() compares with this moment from here on.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_file_refresh (HaulFile *file, GError **error)
{
  struct stat status;

  if (fstat (file->fd, &status) < 0)
    {
      set_error_from_errno (error, file->path, errno);
      return FALSE;
    }
  identify (&status, &file->identity);
  return TRUE;
}

/**
 * haul_file_check_unchanged:
 * @file: a file
 * @error: return location; %HAUL_STORE_ERROR_CHANGED
 *
 * Returns: %TRUE when size, modification and change times are those of the time of opening
 */
gboolean
haul_file_check_unchanged (HaulFile *file, GError **error)
{
  struct stat status;
  HaulFileIdentity now = { 0 };

  if (fstat (file->fd, &status) < 0)
    {
      set_error_from_errno (error, file->path, errno);
      return FALSE;
    }
  identify (&status, &now);
  if (now.size == file->identity.size && now.mtime_ns == file->identity.mtime_ns
      && now.ctime_ns == file->identity.ctime_ns)
    return TRUE;
  g_autofree char *name = g_filename_display_name (file->path);
  g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED, "“%s” was changed while it was read.", name);
  return FALSE;
}

/**
 * haul_file_read_head:
 * @file: a file
 * @count: at most so many octets
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the file's first octets
 */
GBytes *
haul_file_read_head (HaulFile *file, gsize count, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (MAX (count, 1));
  gssize n = haul_file_pread (file, buffer, count, 0, error);

  return n < 0 ? NULL : g_bytes_new (buffer, (gsize)n);
}

/**
 * haul_file_read_range:
 * @file: a file
 * @offset: first octet, ≥ 0
 * @length: octets, ≥ 0
 *
 * Makes a stream over a part of the file. Its last read fails with %HAUL_STORE_ERROR_CHANGED when the file changed
 * since it was opened, so that nobody takes a torn message for a whole one.
 *
 * Returns: (transfer full): the stream
 */
GInputStream *
haul_file_read_range (HaulFile *file, gint64 offset, gint64 length)
{
  HaulFileRange *self = g_object_new (HAUL_TYPE_FILE_RANGE, NULL);

  self->file = haul_file_ref (file);
  self->at = offset;
  self->left = length;
  return G_INPUT_STREAM (self);
}
