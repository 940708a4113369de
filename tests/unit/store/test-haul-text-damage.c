/* test-haul-text-damage.c - mbox, MMDF, Maildir and .eml files cut at every octet, with every octet changed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-format-eml.h"
#include "store/haul-format-maildir.h"
#include "store/haul-format-mbox.h"

#include <glib/gstdio.h>
#include <string.h>

#define HEADER "Received: by x; Fri, 10 Jul 1998 12:13:14 +0000\nDate: Fri, 10 Jul 1998 12:13:14 +0000\n"

static const char mbox[] = "From a@b.org Thu Jul  9 12:13:14 1998\n" HEADER "Status: RO\n\nx\n>From y\n>>From z\n\n"
                           "From - Fri Jul 10 12:13:14 1998\nX-Mozilla-Status: 1007\nContent-Length: 2\n\nx\n\n"
                           "From c@d.org Fri Jul 10 12:13:14 1998\nX-Keywords: a b\nX-Evolution: 00000001-009a\n\n\n";
static const char mmdf[]
    = "\1\1\1\1\nFrom a@b.org Thu Jul  9 12:13:14 1998\n" HEADER "\nx\n\1\1\1\1\n\1\1\1\1\nA: 1\n\ny\n\1\1\1\1\n";
static const char eml[] = "From - Thu Jul  9 12:13:14 1998\nX-Mozilla-Status: 0001\n" HEADER "Subject: x\n\nHello\n";

typedef struct
{
  const HaulFormat *format;
  const char *root; /* of the store */
  const char *path; /* of the file that is written */
} Place;

static void
read_message (HaulReader *reader, const HaulMessage *message, GString *out)
{
  g_autoptr (GInputStream) stream = haul_reader_open (reader, message, NULL, NULL);
  char buffer[512];
  gssize n;

  while (stream != NULL && (n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (out, buffer, n);
}

static guint
read_folder (HaulReader *reader, GString *out, gsize size)
{
  g_autoptr (GError) error = NULL;
  HaulMessage *message;
  guint n = 0;

  while ((message = haul_reader_next (reader, NULL, &error)) != NULL)
    {
      g_assert_cmpuint (++n, <=, size + 1);
      g_assert_cmpuint (strlen (message->key), <=, 4096);
      g_assert_true (g_utf8_validate (message->key, -1, NULL));
      read_message (reader, message, out);
      haul_message_free (message);
    }
  g_assert_no_error (error);
  return n;
}

/* Reads a store with this file in it, wherever that leads; returns the number of messages and their octets. */
static guint
read_all (const Place *place, const char *data, gsize size, GString *out)
{
  g_autoptr (GError) error = NULL;
  FILE *file = g_fopen (place->path, "wb");
  guint n = 0;

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (data, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
  g_autoptr (GBytes) head = g_bytes_new (data, MIN (size, 4096));
  place->format->sniff (place->path, head);
  g_autoptr (HaulStore) store = place->format->open (place->root, NULL, &error);
  g_autoptr (GPtrArray) folders = store == NULL ? NULL : haul_store_list_folders (store, NULL, &error);
  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      g_autoptr (HaulReader) reader = haul_store_open_folder (store, g_ptr_array_index (folders, i), NULL, &error);
      n += reader == NULL ? 0 : read_folder (reader, out, size);
    }
  return n;
}

/* What stands whole before a cut is found: the octets are those of the whole file as far as they go. */
static void
cut_everywhere (const Place *place, const char *text, gsize size)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  guint n = read_all (place, text, size, whole);

  for (gsize cut = 0; cut <= size; cut++)
    {
      g_autoptr (GString) part = g_string_new (NULL);
      g_assert_cmpuint (read_all (place, text, cut, part), <=, n);
      if (cut + 3 < size)
        continue;
      g_assert_cmpuint (part->len + 5, >=, whole->len);
    }
}

static void
change_everywhere (const Place *place, const char *text, gsize size)
{
  static const guint8 values[] = { 0x00, 0xff, '\n', ' ' };
  g_autofree char *copy = g_memdup2 (text, size);

  for (gsize at = 0; at < size; at++)
    {
      for (gsize i = 0; i <= G_N_ELEMENTS (values); i++)
        {
          g_autoptr (GString) out = g_string_new (NULL);
          copy[at] = i < G_N_ELEMENTS (values) ? (char)values[i] : (char)(text[at] + 1);
          read_all (place, copy, size, out);
          /* Line ends may double, nothing else grows. */
          g_assert_cmpuint (out->len, <=, 2 * size);
        }
      copy[at] = text[at];
    }
}

static void
test_format (const HaulFormat *format, const char *below, const char *text, gsize size)
{
  g_autofree char *root = g_dir_make_tmp ("haul-damage-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (root, below, NULL);
  g_autofree char *directory = g_path_get_dirname (path);
  gboolean is_maildir = format == &haul_format_maildir;
  Place place = { format, is_maildir ? root : path, path };

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  cut_everywhere (&place, text, size);
  change_everywhere (&place, text, size);
  g_unlink (path);
  if (is_maildir)
    g_rmdir (directory);
  g_assert_cmpint (g_rmdir (root), ==, 0);
}

static void
test_mbox (void)
{
  test_format (&haul_format_mbox, "box", mbox, sizeof mbox - 1);
}

static void
test_mmdf (void)
{
  test_format (&haul_format_mbox, "box", mmdf, sizeof mmdf - 1);
}

static void
test_maildir (void)
{
  test_format (&haul_format_maildir, "cur/msg,S=5:2,S", eml, sizeof eml - 1);
}

static void
test_eml (void)
{
  test_format (&haul_format_eml, "x.eml", eml, sizeof eml - 1);
}

/* Names of files are untrusted too. */
static void
test_names (void)
{
  static const char *const names[] = { ":2,",
                                       ",",
                                       "2,",
                                       "!2,Zz",
                                       "99999999999999999999999.x:2,DFPRST",
                                       "1.x,S=99999999999999999999:2,S",
                                       "-1.x:2,S",
                                       "1.x:2,abcdefghijklmnopqrstuvwxyz",
                                       "\xff\xfe:2,S",
                                       "a%2f..%2fb:2,S",
                                       "…:2,S",
                                       "1:2,:2,S",
                                       "x;2,S;2,T" };
  g_autofree char *root = g_dir_make_tmp ("haul-damage-XXXXXX", NULL);
  g_autofree char *cur = g_build_filename (root, "cur", NULL);
  g_autofree char *tmp = g_build_filename (root, "tmp", NULL);

  g_assert_cmpint (g_mkdir (cur, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (tmp, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (cur, names[i], NULL);
      Place place = { &haul_format_maildir, root, path };
      g_autoptr (GString) out = g_string_new (NULL);

      g_autofree char *shown = g_strescape (names[i], NULL);
      g_test_message ("%s", shown);
      g_assert_cmpuint (read_all (&place, "A: 1\n\nx\n", 8, out), ==, 1);
      g_assert_cmpstr (out->str, ==, "A: 1\r\n\r\nx\r\n");
      g_unlink (path);
    }
  g_rmdir (cur);
  g_rmdir (tmp);
  g_rmdir (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-damage/mbox", test_mbox);
  g_test_add_func ("/text-damage/mmdf", test_mmdf);
  g_test_add_func ("/text-damage/maildir", test_maildir);
  g_test_add_func ("/text-damage/eml", test_eml);
  g_test_add_func ("/text-damage/names", test_names);
  return g_test_run ();
}
