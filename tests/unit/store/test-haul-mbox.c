/* test-haul-mbox.c - the dialects of mbox, one by one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-format-mbox.h"
#include "store/haul-store-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define F1 "From a@b.org Thu Jul  9 12:13:14 1998\n"
#define F2 "From c@d.org Fri Jul 10 12:13:14 1998\n"
#define T1 899986394
#define T2 900072794

typedef struct
{
  char *dir;  /* (owned) */
  char *path; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("haul-mbox-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->dir, "box", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->path);
}

static HaulReader *
open_box (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulStore) store = haul_format_mbox.open (fixture->path, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GPtrArray) folders = haul_store_list_folders (store, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (folders->len, ==, 1);
  HaulReader *reader = haul_store_open_folder (store, g_ptr_array_index (folders, 0), NULL, &error);
  g_assert_no_error (error);
  return reader;
}

static void
append_octets (HaulReader *reader, const HaulMessage *message, GString *out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = haul_reader_open (reader, message, NULL, &error);
  g_assert_no_error (error);
  char buffer[512];
  gssize n;

  while ((n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, &error)) > 0)
    g_string_append_len (out, buffer, n);
  g_assert_no_error (error);
}

/* All messages, “<” and “>” around each, line ends as LF. */
static void
check_octets (Fixture *fixture, const char *text, gsize size, const char *want)
{
  g_autoptr (GString) got = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  HaulMessage *message;

  g_assert_true (g_file_set_contents (fixture->path, text, (gssize)size, NULL));
  g_autoptr (HaulReader) reader = open_box (fixture);
  while ((message = haul_reader_next (reader, NULL, &error)) != NULL)
    {
      g_string_append_c (got, '<');
      append_octets (reader, message, got);
      g_string_append_c (got, '>');
      haul_message_free (message);
    }
  g_assert_no_error (error);
  g_string_replace (got, "\r\n", "\n", 0);
  g_assert_cmpstr (got->str, ==, want);
}

#define CHECK(text, want) check_octets (fixture, text, sizeof (text) - 1, want)

static void
test_separators (Fixture *fixture, gconstpointer data)
{
  CHECK (F1 "A: 1\n\nx\n\n" F2 "B: 2\n\ny\n\n", "<A: 1\n\nx\n><B: 2\n\ny\n>");
  CHECK (F1 "A: 1\n\nx\n\n\n\n" F2 "B: 2\n\ny", "<A: 1\n\nx\n\n\n><B: 2\n\ny>");
  /* No empty line before, no header behind, no date: part of the body. */
  CHECK (F1 "A: 1\n\nx\n" F2 "B: 2\n\ny\n", "<A: 1\n\nx\n" F2 "B: 2\n\ny\n>");
  CHECK (F1 "A: 1\n\nx\n\n" F2 "no header\n", "<A: 1\n\nx\n\n" F2 "no header\n>");
  CHECK (F1 "A: 1\n\nx\n\nFrom here: on\nB: 2\n", "<A: 1\n\nx\n\nFrom here: on\nB: 2\n>");
  /* Mozilla's own header line makes it one without the empty line. */
  CHECK (F1 "A: 1\n\nx\nFrom - Fri Jul 10 12:13:14 1998\nX-Mozilla-Status: 0001\nB: 2\n\ny\n",
         "<A: 1\n\nx\n><B: 2\n\ny\n>");
  CHECK (F1 ">From x\nA: 1\n\nx\n\n" F2 ">From y\nB: 2\n\ny\n", "<>From x\nA: 1\n\nx\n><>From y\nB: 2\n\ny\n>");
  CHECK ("", "");
  CHECK ("\n\n", "");
  CHECK ("\n\n" F1 "A: 1\n\nx\n", "<A: 1\n\nx\n>");
  CHECK ("\xef\xbb\xbf" F1 "A: 1\n\nx\n", "<A: 1\n\nx\n>");
  CHECK ("A: 1\n\nx\n\n" F2 "B: 2\n\ny\n", "<A: 1\n\nx\n\n" F2 "B: 2\n\ny\n>");
}

static void
test_line_ends (Fixture *fixture, gconstpointer data)
{
  static const char mac[] = "From a@b.org Thu Jul  9 12:13:14 1998\rA: 1\r\rx\r\r"
                            "From c@d.org Fri Jul 10 12:13:14 1998\rB: 2\r\ry\r";
  static const char dos[] = "From a@b.org Thu Jul  9 12:13:14 1998\r\nA: 1\r\n\r\nx\r\n\r\n"
                            "From c@d.org Fri Jul 10 12:13:14 1998\r\nB: 2\r\n\r\ny\n\r\n";

  check_octets (fixture, mac, sizeof mac - 1, "<A: 1\n\nx\n><B: 2\n\ny\n>");
  check_octets (fixture, dos, sizeof dos - 1, "<A: 1\n\nx\n><B: 2\n\ny\n>");
}

static void
test_quoting (Fixture *fixture, gconstpointer data)
{
  /* mboxo cannot be undone; a doubly quoted line shows mboxrd; a bare “From ” in a body shows that nobody quotes. */
  CHECK (F1 "A: 1\n\n>From x\n", "<A: 1\n\n>From x\n>");
  CHECK (F1 "A: 1\n\n>From x\n>>From y\n", "<A: 1\n\nFrom x\n>From y\n>");
  CHECK (F1 "A: 1\n\n>From x\n>>From y\nFrom z\n", "<A: 1\n\n>From x\n>>From y\nFrom z\n>");
}

static void
test_content_length (Fixture *fixture, gconstpointer data)
{
  CHECK (F1 "Content-Length: 69\nA: 1\n\nx\n\n" F2 "B: 2\n\nin a message that is forwarded\n\n" F2 "C: 3\n\nz\n",
         "<Content-Length: 69\nA: 1\n\nx\n><B: 2\n\nin a message that is forwarded\n><C: 3\n\nz\n>");
  CHECK (F1 "Content-Length: 48\nA: 1\n\nx\n\n" F2 "B: 2\n\n\n" F2 "C: 3\n\nz\n",
         "<A: 1\n\nx\n\n" F2 "B: 2\n\n\n><C: 3\n\nz\n>");
  CHECK (F1 "Content-Length: 2\nA: 1\n\nx\n", "<A: 1\n\nx\n>");
  CHECK (F1 "Content-Length: 2\nA: 1\n\nx\n\n\n", "<A: 1\n\nx\n>");
  CHECK (F1 "Content-Length: -1\nA: 1\n\nx\n", "<Content-Length: -1\nA: 1\n\nx\n>");
  CHECK (F1 "Content-Length: 9223372036854775807\nA: 1\n\nx\n\n" F2 "B: 2\n\ny\n",
         "<Content-Length: 9223372036854775807\nA: 1\n\nx\n><B: 2\n\ny\n>");
  CHECK (F1 "Content-Length: 99999999999999999999999999\nA: 1\n\nx\n",
         "<Content-Length: 99999999999999999999999999\nA: 1\n\nx\n>");
  /* At the beginning of a line, which is no From_ line. */
  CHECK (F1 "Content-Length: 2\n\nx\nyy\n\n" F2 "B: 2\n\nz\n", "<Content-Length: 2\n\nx\nyy\n><B: 2\n\nz\n>");
}

static void
test_mmdf (Fixture *fixture, gconstpointer data)
{
  CHECK ("\1\1\1\1\nA: 1\n\nx\n\1\1\1\1\n\1\1\1\1\n" F2 "B: 2\n\n" F2 "C: 3\n\1\1\1\1\n",
         "<A: 1\n\nx\n><B: 2\n\n" F2 "C: 3\n>");
  CHECK ("\1\1\1\1\nA: 1\n\nx\n", "<A: 1\n\nx\n>");
}

static void
test_own_fields (Fixture *fixture, gconstpointer data)
{
  CHECK (F1 "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 2\n\nx\n\n" F2
            "Status: RO\nX-Status: A\nX-Keywords: a b\nX-UID: 5\nX-IMAPbase: 1 2\nB: 2\n\nStatus: RO\n",
         "<B: 2\n\nStatus: RO\n>");
  CHECK (F1 "X-Mozilla-Status: 0009\nA: 1\n\nx\n\n" F2
            "X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\nB: 2\n\ny\n",
         "<B: 2\n\ny\n>");
}

static void
check_state (Fixture *fixture, const char *header, guint flags, const char *keywords, gint64 received)
{
  g_autofree char *text = g_strconcat (header, "A: 1\n\nx\n", NULL);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", header);
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  g_autoptr (HaulReader) reader = open_box (fixture);
  g_autoptr (HaulMessage) message = haul_reader_next (reader, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *got = message->keywords == NULL ? g_strdup ("") : g_strjoinv (" ", message->keywords);
  g_assert_cmpuint (message->flags, ==, flags);
  g_assert_cmpstr (got, ==, keywords);
  g_assert_cmpint (message->received, ==, received);
}

static void
test_flags_and_dates (Fixture *fixture, gconstpointer data)
{
  check_state (fixture, F1, 0, "", T1);
  check_state (fixture, F1 "Status: RO\n", HAUL_MESSAGE_SEEN, "", T1);
  check_state (fixture, F1 "Status: O\nX-Status: AFDT\nX-Keywords: work NonJunk\n",
               HAUL_MESSAGE_ANSWERED | HAUL_MESSAGE_FLAGGED | HAUL_MESSAGE_DELETED | HAUL_MESSAGE_DRAFT
                   | HAUL_MESSAGE_NOT_JUNK,
               "work", T1);
  check_state (fixture, F1 "X-Mozilla-Status: 1007\nX-Mozilla-Status2: 04200000\nX-Mozilla-Keys: a $label1   \n",
               HAUL_MESSAGE_SEEN | HAUL_MESSAGE_ANSWERED | HAUL_MESSAGE_FLAGGED | HAUL_MESSAGE_FORWARDED
                   | HAUL_MESSAGE_DELETED,
               "$label2 a $label1", T1);
  check_state (fixture, F1 "X-Evolution: 00000001-009a\n",
               HAUL_MESSAGE_SEEN | HAUL_MESSAGE_DELETED | HAUL_MESSAGE_FLAGGED | HAUL_MESSAGE_JUNK, "", T1);
  /* Mozilla's From_ line has the time of the last copy. */
  check_state (fixture, "From - Thu Jul  9 12:13:14 1998\nReceived: by x; Fri, 10 Jul 1998 12:13:14 +0000\n", 0, "",
               T2);
  check_state (fixture, "From - Thu Jul  9 12:13:14 1998\n", 0, "", T1);
  check_state (fixture, "From a Thu Jan  1 00:00:00 1970\nDate: Fri, 10 Jul 1998 12:13:14 +0000\n", 0, "", T2);
}

static void
put (Fixture *fixture, const char *text)
{
  FILE *file = g_fopen (fixture->path, "r+");

  g_assert_nonnull (file);
  g_assert_cmpint (fseek (file, 0, SEEK_END), ==, 0);
  g_assert_cmpint (fputs (text, file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

/* New mail may arrive; a compacted file must never give another message's octets. */
static void
test_changes (Fixture *fixture, gconstpointer data)
{
  static const char text[] = F1 "A: 1\n\nx\n\n" F2 "B: 2\n\ny\n\n";
  g_autoptr (GString) octets = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  g_autoptr (HaulReader) reader = open_box (fixture);
  g_autoptr (HaulMessage) first = haul_reader_next (reader, NULL, &error);
  g_assert_no_error (error);
  put (fixture, F1 "C: 3\n\nz\n\n");
  g_autoptr (HaulMessage) second = haul_reader_next (reader, NULL, &error);
  g_assert_no_error (error);
  append_octets (reader, second, octets);
  g_assert_cmpstr (octets->str, ==, "B: 2\r\n\r\ny\r\n");
  g_assert_null (haul_reader_next (reader, NULL, &error));
  g_assert_no_error (error);

  /* Written anew by rename: this reader keeps the old file. A new one does not find the message there. */
  g_assert_true (g_file_set_contents (fixture->path, F2 "B: 2\n\ny\n\n" F1 "C: 3\n\nz\n\n", -1, NULL));
  g_autoptr (HaulReader) again = open_box (fixture);
  g_assert_null (haul_reader_open (again, second, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED);
  g_clear_error (&error);
  g_assert_null (haul_reader_open (again, first, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED);
}

static void
test_bad_keys (Fixture *fixture, gconstpointer data)
{
  static const char *const keys[] = { "",
                                      "+",
                                      "0+0+0+0",
                                      "0+0+ffffffffffffffffff+0+0",
                                      "-1+0+1+0+0",
                                      "x",
                                      "0+26+7fffffff+0+811c9dc5",
                                      "1fffffffffffffff+1+1+0+811c9dc5",
                                      "0+0+1+0+0+0" };

  g_assert_true (g_file_set_contents (fixture->path, F1 "A: 1\n\nx\n", -1, NULL));
  g_autoptr (HaulReader) reader = open_box (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (HaulMessage) message = haul_message_new (keys[i], 0);
      g_autoptr (GError) error = NULL;
      g_assert_null (haul_reader_open (reader, message, NULL, &error));
      g_assert_nonnull (error);
    }
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "\x1f\x8b\x08", "BZh91AY",
                                       "\xfd"
                                       "7zXZ",
                                       "LZIP\1", "BABYL OPTIONS: x\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (g_file_set_contents (fixture->path, texts[i], -1, NULL));
      g_assert_null (haul_format_mbox.open (fixture->path, NULL, &error));
      g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_UNSUPPORTED);
    }
}

/* A line many times longer than any buffer, with separators around it. */
static void
test_long_line (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (F1 "A: 1\n\n");
  gsize length = 3 * 131072 - 17;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < length; i++)
    g_string_append_c (text, i % 50 == 0 ? '\0' : 'F');
  g_string_append (text, "\r\n\n" F2 "B: 2\n\ny\n");
  g_assert_true (g_file_set_contents (fixture->path, text->str, (gssize)text->len, NULL));
  g_autoptr (HaulReader) reader = open_box (fixture);
  g_autoptr (HaulMessage) first = haul_reader_next (reader, NULL, &error);
  g_autoptr (HaulMessage) second = haul_reader_next (reader, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (haul_reader_measure (reader, first, NULL, &error));
  g_assert_cmpuint (first->size, ==, 8 + length + 2);
  g_assert_true (haul_reader_measure (reader, second, NULL, &error));
  g_assert_cmpuint (second->size, ==, 11);
}

/* The file loses its end while a Content-Length points there: an error, and nothing read behind what is left. */
static void
test_shrinks (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (F1 "A: 1\n\nx\n\n" F2 "Content-Length: 200000\n\n");
  g_autofree char *body = g_strnfill (200000, 'b');
  g_autoptr (GError) error = NULL;

  g_string_append_printf (text, "%s\n" F2 "A: 3\n\nz\n", body);
  g_assert_true (g_file_set_contents (fixture->path, text->str, (gssize)text->len, NULL));
  g_autoptr (HaulReader) reader = open_box (fixture);
  g_autoptr (HaulMessage) first = haul_reader_next (reader, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (first);
  g_assert_cmpint (truncate (fixture->path, 1000), ==, 0);
  g_assert_null (haul_reader_next (reader, NULL, &error));
  g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_CHANGED);
  g_assert_cmpstr (error->message, ==, "The mail file became shorter while it was read.");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/mbox/separators", test_separators },
    { "/mbox/line-ends", test_line_ends },
    { "/mbox/quoting", test_quoting },
    { "/mbox/content-length", test_content_length },
    { "/mbox/mmdf", test_mmdf },
    { "/mbox/own-fields", test_own_fields },
    { "/mbox/flags-and-dates", test_flags_and_dates },
    { "/mbox/changes", test_changes },
    { "/mbox/bad-keys", test_bad_keys },
    { "/mbox/refused", test_refused },
    { "/mbox/long-line", test_long_line },
    { "/mbox/shrinks", test_shrinks },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
