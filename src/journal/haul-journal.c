/* haul-journal.c - what was done to one account, on disk before it matters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; one mutex, one SQLite connection. Statements gather in one transaction until somebody commits.
 * Memory:  SQLite's page cache, 2 MiB.
 * Errors:  HAUL_MIGRATE_ERROR_JOURNAL, _BUSY. After an error nothing may be sent any more: the handle is not used
 * again. See:     docs/upload.md.
 */
#include "journal/haul-journal-private.h"

#include <errno.h>
#include <stdlib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/haul-clock.h"
#include "journal/haul-fault-vfs.h"

#define APPLICATION_ID 0x4861756c
#define SCHEMA_VERSION 2

/* No secret, no subject, no sender: keys, numbers and digests. The rules stand in the schema, so that a bug of ours
 * becomes an error here and not a second copy of somebody's mail. */
static const char schema[]
    = "CREATE TABLE run(id INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, started INTEGER NOT NULL,"
      " ended INTEGER);"
      "CREATE TABLE folder(id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES run(id),"
      " mailbox TEXT NOT NULL, store TEXT NOT NULL, folder TEXT NOT NULL,"
      " rung INTEGER NOT NULL DEFAULT 0 CHECK(rung BETWEEN 0 AND 4));"
      "CREATE TABLE generation(id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES run(id),"
      " mailbox TEXT NOT NULL, kind INTEGER NOT NULL CHECK(kind IN (0, 1, 2)),"
      " uid_validity INTEGER NOT NULL DEFAULT 0 CHECK(uid_validity BETWEEN 0 AND 4294967295),"
      " uid_next INTEGER NOT NULL DEFAULT 0 CHECK(uid_next BETWEEN 0 AND 4294967295),"
      " state INTEGER NOT NULL DEFAULT 0 CHECK(state IN (0, 1, 2)));"
      /* A staging mailbox's name is never used twice; the person's own mailbox may be filled by many generations. */
      "CREATE UNIQUE INDEX generation_once ON generation(mailbox) WHERE kind < 2;"
      "CREATE TABLE item(id INTEGER PRIMARY KEY AUTOINCREMENT, folder INTEGER NOT NULL REFERENCES folder(id),"
      " key TEXT NOT NULL, ordinal INTEGER NOT NULL, size INTEGER NOT NULL CHECK(size > 0),"
      " digest BLOB NOT NULL CHECK(length(digest) = 32), date INTEGER NOT NULL, flags INTEGER NOT NULL,"
      " state INTEGER NOT NULL DEFAULT 0 CHECK(state BETWEEN 0 AND 5),"
      " generation INTEGER REFERENCES generation(id), CHECK((state IN (0, 5)) OR generation IS NOT NULL));"
      "CREATE INDEX item_generation ON item(generation) WHERE state IN (1, 2);"
      /* A message of a folder is under way or placed once in a run; to be sent again it has to be lost or refused. */
      "CREATE UNIQUE INDEX item_once ON item(folder, ordinal) WHERE state IN (0, 1, 2, 3);"
      "CREATE TABLE staged(item INTEGER PRIMARY KEY REFERENCES item(id),"
      " generation INTEGER NOT NULL REFERENCES generation(id), uid INTEGER NOT NULL CHECK(uid BETWEEN 1 AND "
      "4294967295),"
      " UNIQUE(generation, uid));"
      "CREATE TABLE move(id INTEGER PRIMARY KEY AUTOINCREMENT, generation INTEGER NOT NULL REFERENCES generation(id),"
      " mailbox TEXT NOT NULL, verb INTEGER NOT NULL CHECK(verb IN (0, 1, 2)),"
      " uid_validity INTEGER NOT NULL, uid_next INTEGER NOT NULL,"
      " is_done INTEGER NOT NULL DEFAULT 0 CHECK(is_done IN (0, 1)));"
      "CREATE INDEX move_generation ON move(generation, is_done);"
      "CREATE TABLE move_item(move INTEGER NOT NULL REFERENCES move(id), item INTEGER NOT NULL REFERENCES staged(item),"
      " uid INTEGER CHECK(uid BETWEEN 1 AND 4294967295), PRIMARY KEY(move, item)) WITHOUT ROWID;"
      "CREATE TABLE placed(item INTEGER PRIMARY KEY REFERENCES staged(item), mailbox TEXT NOT NULL,"
      " uid_validity INTEGER NOT NULL, uid INTEGER NOT NULL CHECK(uid BETWEEN 1 AND 4294967295),"
      " is_verified INTEGER NOT NULL DEFAULT 0 CHECK(is_verified IN (0, 1)), UNIQUE(mailbox, uid_validity, uid));"
      "CREATE TABLE known(mailbox TEXT NOT NULL, uid_validity INTEGER NOT NULL, uid INTEGER NOT NULL,"
      " size INTEGER NOT NULL, digest BLOB NOT NULL CHECK(length(digest) = 32),"
      " PRIMARY KEY(mailbox, uid_validity, uid)) WITHOUT ROWID;"
      /* What haul-journal-undo.c needs: which mailboxes are ours, what labels were given, what is being taken back. */
      "CREATE TABLE made(mailbox TEXT PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id),"
      " uid_validity INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
      "CREATE TABLE label(item INTEGER PRIMARY KEY REFERENCES item(id), words TEXT NOT NULL);"
      "CREATE TABLE taking(item INTEGER PRIMARY KEY REFERENCES item(id));";

struct _HaulJournal
{
  GRecMutex lock;
  sqlite3 *database;        /* (owned) (nullable) */
  GHashTable *statements;   /* (owned) SQL text, by its address → sqlite3_stmt */
  gboolean has_transaction; /* begun and not committed */
  gboolean is_broken;       /* a statement or commit failed */
  char *path;               /* (owned) */
  char *set_aside;          /* (owned) (nullable) where a damaged or old journal was put */
  gboolean is_old;          /* what was put aside was an earlier version's */
};

void
haul_journal_lock (HaulJournal *journal)
{
  g_rec_mutex_lock (&journal->lock);
}

void
haul_journal_unlock (HaulJournal *journal)
{
  g_rec_mutex_unlock (&journal->lock);
}

static gboolean
set_error (HaulJournal *self, GError **error)
{
  int code = self->database == NULL ? SQLITE_NOMEM : sqlite3_extended_errcode (self->database);

  self->is_broken = TRUE;
  if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
    g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_BUSY, "the journal %s is in use", self->path);
  else
    g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL, "the journal %s cannot be used: %s (%d)",
                 self->path, self->database == NULL ? "out of memory" : sqlite3_errmsg (self->database), code);
  return FALSE;
}

static gboolean
run_script (HaulJournal *self, const char *sql, GError **error)
{
  if (sqlite3_exec (self->database, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  return set_error (self, error);
}

static sqlite3_stmt *
prepare (HaulJournal *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      return statement;
    }
  if (sqlite3_prepare_v3 (self->database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    {
      set_error (self, error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (gpointer)sql, statement);
  return statement;
}

/* i: gint64, t: text, d: a digest. */
static void
bind (sqlite3_stmt *statement, const char *types, va_list args)
{
  for (int i = 0; types[i] != '\0'; i++)
    switch (types[i])
      {
      case 'i':
        sqlite3_bind_int64 (statement, i + 1, va_arg (args, gint64));
        break;
      case 't':
        sqlite3_bind_text (statement, i + 1, va_arg (args, const char *), -1, SQLITE_TRANSIENT);
        break;
      case 'd':
        sqlite3_bind_blob (statement, i + 1, va_arg (args, const guint8 *), 32, SQLITE_TRANSIENT);
        break;
      default:
        g_assert_not_reached ();
      }
}

static gboolean
begin (HaulJournal *self, GError **error)
{
  if (self->is_broken)
    {
      g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL,
                   "the journal %s could not be written before and is not used any more", self->path);
      return FALSE;
    }
  if (self->has_transaction)
    return TRUE;
  self->has_transaction = run_script (self, "BEGIN IMMEDIATE", error);
  return self->has_transaction;
}

/* One changing statement, in the transaction that is open or a new one. Not committed. @sql must be a constant. */
gboolean
haul_journal_execute (HaulJournal *journal, GError **error, const char *sql, const char *types, ...)
{
  if (!begin (journal, error))
    return FALSE;
  sqlite3_stmt *statement = prepare (journal, sql, error);
  if (statement == NULL)
    return FALSE;

  va_list args;
  va_start (args, types);
  bind (statement, types, args);
  va_end (args);
  int result = sqlite3_step (statement);
  if (result != SQLITE_DONE)
    set_error (journal, error);
  sqlite3_reset (statement);
  return result == SQLITE_DONE;
}

/* A question; its rows come by haul_journal_next(). */
sqlite3_stmt *
haul_journal_query (HaulJournal *journal, GError **error, const char *sql, const char *types, ...)
{
  if (!begin (journal, error))
    return NULL;
  sqlite3_stmt *statement = prepare (journal, sql, error);
  if (statement == NULL)
    return NULL;

  va_list args;
  va_start (args, types);
  bind (statement, types, args);
  va_end (args);
  return statement;
}

/* Rows of a question as an array of what @read makes of each; %NULL with @error set. */
GPtrArray *
haul_journal_collect (HaulJournal *journal,
                      sqlite3_stmt *statement,
                      gpointer (*read) (sqlite3_stmt *statement),
                      GDestroyNotify destroy,
                      GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (destroy);
  g_autoptr (GError) local_error = NULL;

  if (statement == NULL)
    return NULL;
  while (haul_journal_next (journal, statement, &local_error))
    g_ptr_array_add (list, read (statement));
  if (local_error == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/* FALSE at the end, or with @error set. */
gboolean
haul_journal_next (HaulJournal *journal, sqlite3_stmt *statement, GError **error)
{
  int result = sqlite3_step (statement);

  if (result == SQLITE_ROW)
    return TRUE;
  if (result != SQLITE_DONE)
    set_error (journal, error);
  sqlite3_reset (statement);
  return FALSE;
}

gint64
haul_journal_get_last_row (HaulJournal *journal)
{
  return sqlite3_last_insert_rowid (journal->database);
}

/**
 * haul_journal_commit:
 * @journal: a journal
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Makes everything written so far durable: it has reached the disk when this returns.
 *
 * Returns: %TRUE on success; on failure the journal refuses all further work, since a failed sync cannot be repeated
 */
gboolean
haul_journal_commit (HaulJournal *journal, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_COMMIT ("begin");

  if (!begin (journal, error) || !run_script (journal, "COMMIT", error))
    return FALSE;
  journal->has_transaction = FALSE;
  HAUL_FAULT_COMMIT ("end");
  return TRUE;
}

static gboolean
read_number (HaulJournal *self, const char *sql, gint64 *number, GError **error)
{
  sqlite3_stmt *statement = NULL;
  gboolean is_read = sqlite3_prepare_v2 (self->database, sql, -1, &statement, NULL) == SQLITE_OK
                     && sqlite3_step (statement) == SQLITE_ROW;

  if (is_read)
    *number = sqlite3_column_int64 (statement, 0);
  else
    set_error (self, error);
  sqlite3_finalize (statement);
  return is_read;
}

static gboolean
is_sound (HaulJournal *self)
{
  sqlite3_stmt *statement = NULL;
  gboolean result = sqlite3_prepare_v2 (self->database, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK
                    && sqlite3_step (statement) == SQLITE_ROW
                    && g_strcmp0 ((const char *)sqlite3_column_text (statement, 0), "ok") == 0;

  sqlite3_finalize (statement);
  return result;
}

static gboolean
make_schema (HaulJournal *self, GError **error)
{
  g_autofree char *marks
      = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, SCHEMA_VERSION);

  return run_script (self, "BEGIN IMMEDIATE", error) && run_script (self, schema, error)
         && run_script (self, marks, error) && run_script (self, "COMMIT", error);
}

static void
close_database (HaulJournal *self)
{
  g_hash_table_remove_all (self->statements);
  if (self->has_transaction)
    sqlite3_exec (self->database, self->is_broken ? "ROLLBACK" : "COMMIT", NULL, NULL, NULL);
  self->has_transaction = FALSE;
  sqlite3_close (self->database);
  self->database = NULL;
}

/* Opens, locks and looks over the file. *is_damaged tells a file that is no journal from one that is merely in use. */
static gboolean
open_database (HaulJournal *self, gboolean *is_damaged, GError **error)
{
  gint64 application = 0, version = 0, tables = 0;

  *is_damaged = FALSE;
  self->is_broken = FALSE;
  haul_fault_vfs_register ();
  if (sqlite3_open_v2 (self->path, &self->database,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_NOFOLLOW, NULL)
      != SQLITE_OK)
    return set_error (self, error);
  sqlite3_extended_result_codes (self->database, 1);
  if (!run_script (self,
                   "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                   "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; BEGIN EXCLUSIVE; COMMIT;",
                   error)
      || !read_number (self, "PRAGMA application_id", &application, error)
      || !read_number (self, "PRAGMA user_version", &version, error)
      || !read_number (self, "SELECT count(*) FROM sqlite_schema", &tables, error))
    {
      int code = sqlite3_errcode (self->database) & 0xff;
      *is_damaged = code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
      return FALSE;
    }
  if (tables == 0 && application == 0)
    return make_schema (self, error);
  if (application == APPLICATION_ID && version > SCHEMA_VERSION)
    {
      g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL,
                   "the journal %s was written by a newer version of this program", self->path);
      return FALSE;
    }
  if (application == APPLICATION_ID && version == SCHEMA_VERSION && is_sound (self))
    return TRUE;
  *is_damaged = TRUE;
  self->is_old = application == APPLICATION_ID && version < SCHEMA_VERSION;
  g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL, "the journal %s is damaged", self->path);
  return FALSE;
}

/* A damaged journal is kept beside: the census makes a fresh one safe, and somebody may want to look at the old. */
static gboolean
set_aside (HaulJournal *self, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  self->set_aside
      = g_strdup_printf ("%s.%s-%" G_GINT64_FORMAT, self->path, self->is_old ? "old" : "damaged", g_get_real_time ());
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (self->path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (self->set_aside, suffixes[i], NULL);
      if (g_rename (from, to) != 0 && errno != ENOENT)
        {
          g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL,
                       "the damaged journal %s cannot be put aside: %s", from, g_strerror (errno));
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
make_private_dir (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0 && g_chmod (path, 0700) == 0)
    return TRUE;
  g_set_error (error, HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_JOURNAL, "the folder %s cannot be made: %s", path,
               g_strerror (errno));
  return FALSE;
}

static void
finalize (gpointer statement)
{
  sqlite3_finalize (statement);
}

/**
 * haul_journal_open:
 * @state_dir: the folder for everything that is kept between runs
 * @account: haul_account_dup_id()
 * @error: return location; %HAUL_MIGRATE_ERROR_BUSY when another process has it, %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Opens the account's journal, making it where there is none, and keeps everybody else out. A damaged one is put
 * aside and a fresh one begun.
 *
 * Returns: (transfer full) (nullable): the journal
 */
HaulJournal *
haul_journal_open (const char *state_dir, const char *account, GError **error)
{
  g_autofree char *dir = g_build_filename (state_dir, "journal", NULL);
  g_autofree char *name = g_strconcat (account, ".db", NULL);
  gboolean is_damaged;

  if (!make_private_dir (state_dir, error) || !make_private_dir (dir, error))
    return NULL;
  /* SQLite is not to follow a link in the journal's place, and then refuses one anywhere on the way: homes have them.
   */
  g_autofree char *real_dir = realpath (dir, NULL);

  g_autoptr (HaulJournal) self = g_new0 (HaulJournal, 1);
  g_autoptr (GError) local_error = NULL;
  g_rec_mutex_init (&self->lock);
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, finalize);
  self->path = g_build_filename (real_dir == NULL ? dir : real_dir, name, NULL);
  if (!open_database (self, &is_damaged, &local_error))
    {
      close_database (self);
      if (!is_damaged)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      if (!set_aside (self, error) || !open_database (self, &is_damaged, error))
        return NULL;
    }
  g_chmod (self->path, 0600);
  return g_steal_pointer (&self);
}

/**
 * haul_journal_close:
 * @journal: (transfer full): a journal
 *
 * Commits what is written and lets go of the file.
 */
void
haul_journal_close (HaulJournal *journal)
{
  if (journal->database != NULL)
    close_database (journal);
  g_hash_table_unref (journal->statements);
  g_rec_mutex_clear (&journal->lock);
  g_free (journal->path);
  g_free (journal->set_aside);
  g_free (journal);
}

/* Where a damaged or old journal was put when this one was opened; NULL: there was none. */
const char *
haul_journal_get_set_aside (const HaulJournal *journal)
{
  return journal->set_aside;
}

/* Was the journal that was put aside sound, and only of an earlier version of this program? */
gboolean
haul_journal_was_old (const HaulJournal *journal)
{
  return journal->is_old;
}

/**
 * haul_journal_begin_run:
 * @journal: a journal
 * @job: the job's name
 * @error: return location
 *
 * Makes the run durable.
 *
 * Returns: its row, or 0 with @error set
 */
gint64
haul_journal_begin_run (HaulJournal *journal, const char *job, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F01);

  if (!haul_journal_execute (journal, error, "INSERT INTO run(job, started) VALUES(?, ?)", "ti", job,
                             haul_clock_now ()))
    return 0;
  gint64 row = haul_journal_get_last_row (journal);
  return haul_journal_commit (journal, error) ? row : 0;
}

gboolean
haul_journal_end_run (HaulJournal *journal, gint64 run, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);
  HAUL_FAULT_MARK (F27);

  return haul_journal_execute (journal, error, "UPDATE run SET ended = ? WHERE id = ?", "ii", haul_clock_now (), run)
         && haul_journal_commit (journal, error);
}

/* The row of a plan's folder in this run, or 0 with @error set. */
gint64
haul_journal_begin_folder (
    HaulJournal *journal, gint64 run, const char *mailbox, const char *store, const char *folder, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  if (!haul_journal_execute (journal, error, "INSERT INTO folder(run, mailbox, store, folder) VALUES(?, ?, ?, ?)",
                             "ittt", run, mailbox, store, folder))
    return 0;
  return haul_journal_get_last_row (journal);
}

/**
 * haul_journal_set_folder_mailbox:
 * @journal: a journal
 * @folder: its row
 * @mailbox: octets on the wire
 * @error: return location; %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * The folder goes into another mailbox than was planned; so does what was sent of it before. Durable at once.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_journal_set_folder_mailbox (HaulJournal *journal, gint64 folder, const char *mailbox, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error, "UPDATE folder SET mailbox = ? WHERE id = ?", "ti", mailbox, folder)
         && haul_journal_commit (journal, error);
}

/* By which rung the folder's messages are placed; durable with the next commit. */
gboolean
haul_journal_set_rung (HaulJournal *journal, gint64 folder, guint rung, GError **error)
{
  HAUL_JOURNAL_HOLD (journal);

  return haul_journal_execute (journal, error, "UPDATE folder SET rung = max(rung, ?) WHERE id = ?", "ii", (gint64)rung,
                               folder);
}
