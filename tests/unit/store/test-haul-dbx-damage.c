/* test-haul-dbx-damage.c - a message file and a Folders.dbx, cut and changed at every octet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HAUL_DBX_MESSAGES and HAUL_DBX_FOLDERS name the files of dbxwriter.py. Long runs of zeros are padding: there only
 * every 97th octet is touched, unless HAUL_DAMAGE=full. Whatever is broken: an answer within two seconds, no message
 * that says it is whole while octets of it are gone, and no deleted text.
 */
#include "store/haul-format-dbx.h"
#include "store/haul-store-error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PADDING_RUN 16
#define PADDING_STRIDE 97
#define LIMIT (2 * G_USEC_PER_SEC)
#define N_WHOLE 3
#define DELETED_TEXT "deleted\r\n"

typedef struct
{
  guint folders;
  guint messages;
  guint whole;
  guint told; /* errors, problems, messages that are damaged */
} Findings;

/* (element-type utf8) the texts of the sound file; NULL while octets of text may be other than they were */
static GHashTable *originals;

static void
read_message (HaulReader *reader, HaulMessage *message, guint64 file_size, Findings *findings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = haul_reader_open (reader, message, NULL, &error);
  g_autofree char *text = g_malloc0 (file_size * 2 + 1);
  gsize length = 0;

  findings->told += message->state == HAUL_MESSAGE_CUT || message->state == HAUL_MESSAGE_UNREADABLE;
  findings->whole += message->state == HAUL_MESSAGE_WHOLE;
  if (stream == NULL)
    {
      g_assert_nonnull (error);
      g_assert_cmpint (message->state, !=, HAUL_MESSAGE_WHOLE);
      return;
    }
  g_assert_true (g_input_stream_read_all (stream, text, file_size * 2, &length, NULL, &error));
  g_assert_cmpuint (length, <=, file_size * 2);
  g_assert_null (g_strstr_len (text, (gssize)length, DELETED_TEXT));
  if (originals != NULL && message->state == HAUL_MESSAGE_WHOLE)
    g_assert_true (g_hash_table_contains (originals, text));
}

static void
read_folder (HaulStore *store, const HaulFolder *folder, guint64 file_size, Findings *findings)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulFolder) counted = haul_store_count_folder (store, folder, NULL, &error);
  g_autoptr (HaulReader) reader = haul_store_open_folder (store, folder, NULL, NULL);
  HaulMessage *message;
  gint64 n = 0;

  g_assert_no_error (error);
  g_assert_true (folder->path != NULL && folder->path[0] != NULL && g_utf8_validate (folder->path[0], -1, NULL));
  findings->folders++;
  findings->told += counted->problem != NULL;
  while (reader != NULL && (message = haul_reader_next (reader, NULL, &error)) != NULL)
    {
      n++;
      read_message (reader, message, file_size, findings);
      haul_message_free (message);
    }
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, counted->messages);
  findings->messages += (guint)n;
}

static Findings
read_store (const char *path, guint64 file_size)
{
  Findings findings = { 0 };
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulStore) store = haul_format_dbx.open (path, NULL, &error);
  g_autoptr (GPtrArray) folders = store == NULL ? NULL : haul_store_list_folders (store, NULL, &error);

  if (folders == NULL)
    {
      g_assert_nonnull (error);
      findings.told = 1;
      return findings;
    }
  for (guint i = 0; i < folders->len; i++)
    read_folder (store, g_ptr_array_index (folders, i), file_size, &findings);
  g_assert_cmpint (g_get_monotonic_time () - start, <, LIMIT);
  return findings;
}

/* The next octet to touch: one further, or further still where zeros lie all around. */
static gsize
next_place (const guint8 *octets, gsize length, gsize at)
{
  static const guint8 zeros[PADDING_RUN];
  gboolean is_full = g_strcmp0 (g_getenv ("HAUL_DAMAGE"), "full") == 0;
  gboolean is_padding = !is_full && at + PADDING_RUN < length && memcmp (octets + at, zeros, PADDING_RUN) == 0;
  gsize step = 1;

  while (is_padding && step < PADDING_STRIDE && at + step < length && octets[at + step] == 0)
    step++;
  return at + step;
}

typedef struct
{
  guint8 *octets; /* (owned) */
  gsize length;
  int fd;     /* (owned) of the file that is changed */
  char *path; /* (owned) what is opened as a store */
  char *file; /* (owned) (nullable) to be removed */
} Victim;

static void
write_at (Victim *victim, gsize at, const guint8 *octets, gsize length)
{
  g_assert_cmpint (pwrite (victim->fd, octets, length, (off_t)at), ==, (gssize)length);
}

static void
set_up (Victim *victim, const char *variable)
{
  g_autoptr (GError) error = NULL;

  g_file_get_contents (g_getenv (variable), (char **)&victim->octets, &victim->length, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ftruncate (victim->fd, 0), ==, 0);
  write_at (victim, 0, victim->octets, victim->length);
}

static void
set_up_messages (Victim *victim, gconstpointer unused)
{
  victim->fd = memfd_create ("damage.dbx", MFD_CLOEXEC);
  victim->path = g_strdup_printf ("/proc/self/fd/%d", victim->fd);
  set_up (victim, "HAUL_DBX_MESSAGES");
}

static void
set_up_folders (Victim *victim, gconstpointer unused)
{
  victim->path = g_dir_make_tmp ("haul-dbx-XXXXXX", NULL);
  victim->file = g_build_filename (victim->path, "Folders.dbx", NULL);
  victim->fd = open (victim->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  set_up (victim, "HAUL_DBX_FOLDERS");
}

static void
tear_down (Victim *victim, gconstpointer unused)
{
  close (victim->fd);
  if (victim->file != NULL)
    {
      g_unlink (victim->file);
      g_rmdir (victim->path);
    }
  g_free (victim->octets);
  g_free (victim->path);
  g_free (victim->file);
}

static void
test_sound (Victim *victim, gconstpointer unused)
{
  Findings findings = read_store (victim->path, victim->length);

  if (victim->file == NULL)
    {
      g_assert_cmpuint (findings.messages, ==, N_WHOLE + 1);
      g_assert_cmpuint (findings.whole, ==, N_WHOLE);
      g_assert_cmpuint (findings.told, ==, 0);
    }
  else
    g_assert_cmpuint (findings.folders, ==, 5);
}

static void
remember_texts (const char *path)
{
  g_autoptr (HaulStore) store = haul_format_dbx.open (path, NULL, NULL);
  g_autoptr (GPtrArray) folders = haul_store_list_folders (store, NULL, NULL);
  g_autoptr (HaulReader) reader = haul_store_open_folder (store, g_ptr_array_index (folders, 0), NULL, NULL);
  HaulMessage *message;

  originals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while ((message = haul_reader_next (reader, NULL, NULL)) != NULL)
    {
      g_autoptr (GInputStream) stream = haul_reader_open (reader, message, NULL, NULL);
      char *text = g_malloc0 (message->size + 1);
      if (stream != NULL)
        g_input_stream_read_all (stream, text, message->size, NULL, NULL, NULL);
      g_hash_table_add (originals, text);
      haul_message_free (message);
    }
}

/* From the end backwards, so that each cut is one ftruncate(). What is whole is as it was; what a cut takes is told. */
static void
test_cut (Victim *victim, gconstpointer unused)
{
  gboolean is_messages = victim->file == NULL;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (gsize));

  if (is_messages)
    remember_texts (victim->path);
  for (gsize at = 0; at < victim->length; at = next_place (victim->octets, victim->length, at))
    g_array_append_val (places, at);
  for (guint i = places->len; i > 0; i--)
    {
      gsize at = g_array_index (places, gsize, i - 1);
      g_assert_cmpint (ftruncate (victim->fd, (off_t)at), ==, 0);
      Findings findings = read_store (victim->path, victim->length);
      if (is_messages)
        g_assert_true (findings.told > 0);
    }
  g_clear_pointer (&originals, g_hash_table_unref);
  g_test_message ("%u cuts", places->len);
}

static void
test_change (Victim *victim, gconstpointer unused)
{
  guint n = 0;

  for (gsize at = 0; at < victim->length; at = next_place (victim->octets, victim->length, at))
    {
      guint8 old = victim->octets[at];
      const guint8 changes[] = { 0x00, 0xFF, (guint8)(old + 1) };
      for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
        {
          if (changes[i] == old)
            continue;
          write_at (victim, at, &changes[i], 1);
          read_store (victim->path, victim->length);
          n++;
        }
      write_at (victim, at, &old, 1);
    }
  g_test_message ("%u changes", n);
}

/* Four octets at a time: every pointer, count and length in turn becomes what an attacker would like. */
static void
test_change_words (Victim *victim, gconstpointer unused)
{
  const guint32 words[] = { 0xFFFFFFFF, 0x7FFFFFFC, (guint32)victim->length, (guint32)victim->length - 4, 0x24BC };
  guint n = 0;

  for (gsize at = 0; at + 4 <= victim->length; at = (next_place (victim->octets, victim->length, at) + 3) / 4 * 4)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (words); i++, n++)
        {
          guint32 word = GUINT32_TO_LE (words[i]);
          write_at (victim, at, (const guint8 *)&word, 4);
          read_store (victim->path, victim->length);
        }
      guint32 itself = GUINT32_TO_LE ((guint32)at);
      write_at (victim, at, (const guint8 *)&itself, 4);
      read_store (victim->path, victim->length);
      write_at (victim, at, victim->octets + at, 4);
    }
  g_test_message ("%u words", n);
}

static void
add (const char *name, void (*test) (Victim *, gconstpointer))
{
  g_autofree char *messages = g_strconcat ("/dbx-damage/messages/", name, NULL);
  g_autofree char *folders = g_strconcat ("/dbx-damage/folders/", name, NULL);

  g_test_add (messages, Victim, NULL, set_up_messages, test, tear_down);
  g_test_add (folders, Victim, NULL, set_up_folders, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("sound", test_sound);
  add ("cut", test_cut);
  add ("change", test_change);
  add ("change-words", test_change_words);
  return g_test_run ();
}
