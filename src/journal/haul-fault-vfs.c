/* haul-fault-vfs.c - the journal's files, with steps at which a test may let them fail; for builds for tests only
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file system of SQLite's that passes everything on to the real one. What was written since the last sync can be
 * undone, as a cut of power does.
 *
 * Thread:  any; the undo lists have a lock of their own.
 * See:     https://www.sqlite.org/vfs.html; docs/reliability.md F05, F16, F17, F19, F21, F28, F33.
 */
#include "journal/haul-fault-vfs.h"

#ifdef HAUL_FAULT_INJECTION

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/haul-fault.h"

/* What a stretch of a file was before. */
typedef struct
{
  sqlite3_int64 offset;
  sqlite3_int64 size; /* of the file */
  GBytes *octets;     /* (owned) */
} Undo;

typedef struct
{
  sqlite3_file base;
  sqlite3_file *real; /* (owned) lies behind this */
  const char *kind;
  GArray *undo; /* (owned) (element-type Undo) since the last sync */
} File;

static sqlite3_vfs *real_vfs;
static sqlite3_vfs vfs;
static GMutex lock;
static GPtrArray *files; /* (element-type File) open ones */

static HaulFaultFailure
pass (const File *file, const char *what)
{
  char name[32];

  snprintf (name, sizeof name, "%s %s", file->kind, what);
  return haul_fault_pass_io (name);
}

static void
clear_undo (gpointer data)
{
  g_clear_pointer (&((Undo *)data)->octets, g_bytes_unref);
}

static void
remember (File *file, sqlite3_int64 offset, sqlite3_int64 length)
{
  Undo undo = { .offset = offset };
  sqlite3_int64 left;

  if (file->real->pMethods->xFileSize (file->real, &undo.size) != SQLITE_OK)
    return;
  left = CLAMP (undo.size - offset, 0, length);
  g_autofree guint8 *octets = g_malloc0 ((gsize)left + 1);
  if (left > 0)
    file->real->pMethods->xRead (file->real, octets, (int)left, offset);
  undo.octets = g_bytes_new (octets, (gsize)left);
  g_mutex_lock (&lock);
  g_array_append_val (file->undo, undo);
  g_mutex_unlock (&lock);
}

/* The disk as it was at the last sync of each file. */
static void
undo_all (void)
{
  g_mutex_lock (&lock);
  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      File *file = files->pdata[i];
      for (guint j = file->undo->len; j > 0; j--)
        {
          const Undo *undo = &g_array_index (file->undo, Undo, j - 1);
          gsize length;
          const void *octets = g_bytes_get_data (undo->octets, &length);
          if (length > 0)
            file->real->pMethods->xWrite (file->real, octets, (int)length, undo->offset);
          file->real->pMethods->xTruncate (file->real, undo->size);
        }
      g_array_set_size (file->undo, 0);
    }
  g_mutex_unlock (&lock);
}

static int
file_close (sqlite3_file *self)
{
  File *file = (File *)self;

  pass (file, "close");
  g_mutex_lock (&lock);
  g_ptr_array_remove_fast (files, file);
  g_clear_pointer (&file->undo, g_array_unref);
  g_mutex_unlock (&lock);
  return file->real->pMethods->xClose (file->real);
}

static int
file_read (sqlite3_file *self, void *data, int size, sqlite3_int64 offset)
{
  File *file = (File *)self;

  if (pass (file, "read") == HAUL_FAULT_IO_ERROR)
    return SQLITE_IOERR_READ;
  return file->real->pMethods->xRead (file->real, data, size, offset);
}

static int
file_write (sqlite3_file *self, const void *data, int size, sqlite3_int64 offset)
{
  File *file = (File *)self;
  HaulFaultFailure failure = pass (file, "write");

  remember (file, offset, size);
  if (failure == HAUL_FAULT_NO_SPACE)
    return SQLITE_FULL;
  if (failure == HAUL_FAULT_SHORT_WRITE)
    file->real->pMethods->xWrite (file->real, data, size / 2, offset);
  if (failure == HAUL_FAULT_SHORT_WRITE || failure == HAUL_FAULT_IO_ERROR)
    return SQLITE_IOERR_WRITE;
  int result = file->real->pMethods->xWrite (file->real, data, size, offset);
  pass (file, "written");
  return result;
}

static int
file_truncate (sqlite3_file *self, sqlite3_int64 size)
{
  File *file = (File *)self;
  sqlite3_int64 before = size;

  if (pass (file, "truncate") == HAUL_FAULT_IO_ERROR)
    return SQLITE_IOERR_TRUNCATE;
  file->real->pMethods->xFileSize (file->real, &before);
  remember (file, size, MAX (before - size, 0));
  return file->real->pMethods->xTruncate (file->real, size);
}

static int
file_sync (sqlite3_file *self, int flags)
{
  File *file = (File *)self;
  HaulFaultFailure failure = pass (file, "sync");

  if (failure == HAUL_FAULT_IO_ERROR || failure == HAUL_FAULT_SYNC_FAILS)
    return SQLITE_IOERR_FSYNC;
  if (failure == HAUL_FAULT_SYNC_LIES)
    return SQLITE_OK;
  int result = file->real->pMethods->xSync (file->real, flags);
  g_mutex_lock (&lock);
  g_array_set_size (file->undo, 0);
  g_mutex_unlock (&lock);
  pass (file, "synced");
  return result;
}

static int
file_size (sqlite3_file *self, sqlite3_int64 *size)
{
  File *file = (File *)self;

  return file->real->pMethods->xFileSize (file->real, size);
}

static int
file_lock (sqlite3_file *self, int level)
{
  File *file = (File *)self;

  return file->real->pMethods->xLock (file->real, level);
}

static int
file_unlock (sqlite3_file *self, int level)
{
  File *file = (File *)self;

  return file->real->pMethods->xUnlock (file->real, level);
}

static int
file_check_lock (sqlite3_file *self, int *result)
{
  File *file = (File *)self;

  return file->real->pMethods->xCheckReservedLock (file->real, result);
}

static int
file_control (sqlite3_file *self, int operation, void *argument)
{
  File *file = (File *)self;

  return file->real->pMethods->xFileControl (file->real, operation, argument);
}

static int
file_sector_size (sqlite3_file *self)
{
  File *file = (File *)self;

  return file->real->pMethods->xSectorSize (file->real);
}

static int
file_characteristics (sqlite3_file *self)
{
  File *file = (File *)self;

  return file->real->pMethods->xDeviceCharacteristics (file->real);
}

/* Version 1: the journal is opened for one process alone, which needs no shared memory. */
static const sqlite3_io_methods methods = {
  .iVersion = 1,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_lock,
  .xFileControl = file_control,
  .xSectorSize = file_sector_size,
  .xDeviceCharacteristics = file_characteristics,
};

static int
vfs_open (sqlite3_vfs *self, const char *name, sqlite3_file *opened, int flags, int *out_flags)
{
  File *file = (File *)opened;

  *file = (File){ .kind = flags & SQLITE_OPEN_MAIN_DB ? "main" : flags & SQLITE_OPEN_WAL ? "wal" : "other" };
  file->real = (sqlite3_file *)(file + 1);
  HaulFaultFailure failure = pass (file, "open");
  if (failure == HAUL_FAULT_IO_ERROR || failure == HAUL_FAULT_NO_SPACE)
    return SQLITE_CANTOPEN;
  int result = real_vfs->xOpen (real_vfs, name, file->real, flags, out_flags);
  if (result != SQLITE_OK)
    return result;
  file->base.pMethods = &methods;
  file->undo = g_array_new (FALSE, TRUE, sizeof (Undo));
  g_array_set_clear_func (file->undo, clear_undo);
  g_mutex_lock (&lock);
  g_ptr_array_add (files, file);
  g_mutex_unlock (&lock);
  return SQLITE_OK;
}

static int
vfs_delete (sqlite3_vfs *self, const char *name, int is_synced)
{
  if (haul_fault_pass_io ("delete") == HAUL_FAULT_IO_ERROR)
    return SQLITE_IOERR_DELETE;
  return real_vfs->xDelete (real_vfs, name, is_synced);
}

/**
 * haul_fault_vfs_register:
 *
 * Puts the steps between SQLite and the disk; to be called before a journal is opened.
 */
void
haul_fault_vfs_register (void)
{
  static gsize is_ready = 0;

  if (!g_once_init_enter (&is_ready))
    return;
  files = g_ptr_array_new ();
  real_vfs = sqlite3_vfs_find (NULL);
  vfs = *real_vfs;
  vfs.zName = "fault";
  vfs.szOsFile = (int)sizeof (File) + real_vfs->szOsFile;
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  sqlite3_vfs_register (&vfs, 1);
  haul_fault_set_power_func (undo_all);
  g_once_init_leave (&is_ready, 1);
}

#endif
