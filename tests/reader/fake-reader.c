/* fake-reader.c - a reader process that breaks the protocol in a chosen way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   fake-reader WAY DIR    DIR is a path that a found store may have
 *
 * Where WAY does not say otherwise it answers like a good one: a folder with three messages of “abc”.
 */
#include "store/haul-frame.h"
#include "store/haul-record.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_MESSAGES 3
#define ABC                                                                                                            \
  "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61"   \
  "\xf2\x00\x15\xad"

static const char *way;
static const char *directory;
static guint given;

static gboolean
is (const char *name)
{
  return g_str_equal (way, name);
}

static void
put (const void *data, gsize length)
{
  const char *at = data;

  while (length > 0)
    {
      ssize_t n = write (STDOUT_FILENO, at, length);
      if (n <= 0)
        _exit (0);
      at += n;
      length -= (gsize)n;
    }
}

static void
put_frame (HaulFrameType type, GVariant *payload)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  haul_frame_append (out, type, payload);
  put (out->data, out->len);
}

static void
put_raw (guint32 type, guint32 length, const void *data, gsize size)
{
  guint32 header[2] = { GUINT32_TO_LE (type), GUINT32_TO_LE (length) };

  put (header, sizeof header);
  put (data, size);
}

static G_GNUC_NORETURN void
hang (void)
{
  while (TRUE)
    sleep (1);
}

static GVariant *
octets (const char *data, gsize length)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, data, length, 1);
}

static void
put_folder (gint64 messages)
{
  static const char *const names[] = { "Inbox", NULL };
  static const char *const none[] = { NULL };
  g_autofree char *long_id = g_strnfill (5000, 'i');
  gboolean no_name = is ("no-folder-name");

  put_frame (HAUL_FRAME_FOLDER,
             g_variant_new ("(s^asuxxxxxxs)", is ("long-id") ? long_id : "a", no_name ? none : names,
                            is ("bad-role") ? 99 : 1, is ("bad-count") ? G_MININT64 : messages, messages, messages,
                            is ("bad-lost") ? (gint64)-1 : (gint64)0, (gint64)0, (gint64)0, ""));
}

/* A quarter of a megabyte for one folder's names: each is allowed, all together are too much. */
static void
put_fat_folder (void)
{
  g_autofree char *name = g_strnfill (16000, 'n');
  const char *names[17] = { NULL };

  for (gsize i = 0; i < 16; i++)
    names[i] = name;
  put_frame (HAUL_FRAME_FOLDER, g_variant_new ("(s^asuxxxxxxs)", "a", names, 0, (gint64)0, (gint64)0, (gint64)0,
                                               (gint64)0, (gint64)0, (gint64)0, ""));
}

static void
put_list (void)
{
  for (guint i = 0; is ("fat-list") && i < 300; i++)
    put_fat_folder ();
  if (is ("data-in-list"))
    put_raw (HAUL_FRAME_DATA, 3, "abc", 3);
  if (is ("bad-variant"))
    put_raw (HAUL_FRAME_FOLDER, 16, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16);
  if (is ("empty-variant"))
    put_raw (HAUL_FRAME_FOLDER, 0, "", 0);
  if (is ("half-frame"))
    {
      put_raw (HAUL_FRAME_FOLDER, 1000, "abc", 3);
      exit (0);
    }
  if (is ("oversize"))
    put_raw (HAUL_FRAME_FOLDER, HAUL_FRAME_MAX_PAYLOAD + 1, "abc", 3);
  if (is ("length-all-ones"))
    put_raw (HAUL_FRAME_FOLDER, G_MAXUINT32, "abc", 3);
  if (is ("unknown-type"))
    put_raw (4711, 0, "", 0);
  if (is ("request-back"))
    put_raw (HAUL_FRAME_LIST, 1, "\0", 1);
  for (guint i = 0; is ("endless-folders") || i < 1; i++)
    put_folder (-1);
  while (is ("endless-ticks"))
    put_frame (HAUL_FRAME_TICK, NULL);
  put_frame (HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
}

static void
put_message (guint i)
{
  g_autofree char *key = g_strdup_printf ("k%u", i);
  g_autofree char *long_text = g_strnfill (5000, 'x');
  gboolean is_measured = !is ("measure-never") && !is ("bad-measure");
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GByteArray) words = g_byte_array_new ();
  const char *chosen = is ("long-key") ? long_text : is ("empty-key") ? "" : is ("bad-key") ? "\xff" : key;
  const char *word = is ("long-keyword") ? long_text : "word";
  const char *problem = is ("long-problem") ? long_text : "";

  for (guint n = is ("many-keywords") ? 65 : 1; n > 0; n--)
    g_byte_array_append (words, (const guint8 *)word, (guint)strlen (word) + !is ("open-keyword"));
  HaulRecordMessage head = { .size = is ("huge-size") ? G_MAXUINT64 : 3,
                             .flags = is ("bad-flags") ? 0x10000 : 1,
                             .state = is ("bad-state") ? 4 : 0,
                             .is_measured = is ("short-digest") ? 2 : is_measured,
                             .key_length = (guint32)strlen (chosen),
                             .keywords_length = is ("long-lengths") ? G_MAXUINT32 : words->len,
                             .problem_length = (guint32)strlen (problem) };
  memcpy (head.digest, ABC, sizeof head.digest);
  g_byte_array_append (out, (const guint8 *)&head, sizeof head);
  g_byte_array_append (out, (const guint8 *)chosen, head.key_length);
  g_byte_array_append (out, words->data, words->len);
  g_byte_array_append (out, (const guint8 *)problem, head.problem_length);
  put_raw (HAUL_FRAME_MESSAGE, out->len - is ("short-message"), (const char *)out->data,
           out->len - is ("short-message"));
  if (is ("bad-measure"))
    put_frame (HAUL_FRAME_MEASURE, g_variant_new ("(t@aysuu)", (guint64)3, octets (ABC, 5), "", 0, 0));
}

static void
put_messages (guint n)
{
  for (; n > 0 && given < N_MESSAGES; n--, given++)
    put_message (given);
  if (is ("too-many-messages"))
    for (guint i = 0; i <= n; i++)
      put_message (given);
  put_frame (HAUL_FRAME_END, g_variant_new ("(b)", is ("more-but-none") || given < N_MESSAGES));
}

static void
put_body (void)
{
  if (is ("error-of-ours"))
    put_frame (HAUL_FRAME_ERROR, g_variant_new ("(uus)", 1U, 6U, "pretends to have died"));
  if (is ("error-cancelled"))
    put_frame (HAUL_FRAME_ERROR, g_variant_new ("(uus)", 2U, (guint32)G_IO_ERROR_CANCELLED, "pretends to be stopped"));
  if (is ("empty-data"))
    put_raw (HAUL_FRAME_DATA, 0, "", 0);
  if (is ("die-in-body"))
    {
      put_raw (HAUL_FRAME_DATA, 2, "ab", 2);
      _exit (7);
    }
  do
    put_raw (HAUL_FRAME_DATA, 3, is ("other-octets") || is ("other-octets-and-digest") ? "abd" : "abc", 3);
  while (is ("endless-body"));
  if (is ("longer-body"))
    put_raw (HAUL_FRAME_DATA, 3, "def", 3);
  if (is ("hang-in-body"))
    hang ();
  if (is ("end-without-digest"))
    put_frame (HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
  const char *digest = ABC;
  if (is ("other-octets-and-digest"))
    digest = "\xa5\x2d\x15\x9f\x26\x2b\x2c\x6d\xdb\x72\x4a\x61\x84\x0b\xef\xc3\x6e\xb3\x0c\x88\x87\x7a\x40\x30\xb6\x5c"
             "\xbe\x86\x29"
             "\x84\x49\xc9";
  put_frame (HAUL_FRAME_DIGEST, g_variant_new ("(t@ay)", (guint64)(is ("wrong-size") ? 4 : 3), octets (digest, 32)));
}

static void
put_scan (void)
{
  const char *path = is ("store-outside") ? "/etc" : is ("store-sneaks-out") ? "" : directory;
  g_autofree char *sneaky = g_strconcat (directory, "/../../etc", NULL);

  put_frame (HAUL_FRAME_PLACE, g_variant_new ("(s)", "some \033[31m place"));
  put_frame (HAUL_FRAME_STORE,
             g_variant_new ("(ssu^ayss)", "Fake",
                            is ("long-format") ? "a-format-word-that-is-far-too-long-to-be-true" : "fake",
                            is ("bad-grade") ? 9U : 0U, *path == '\0' ? sneaky : path, "", ""));
  put_frame (HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
}

static void
put_hello (void)
{
  if (is ("garbage"))
    put ("HTTP/1.1 200 OK\r\nServer: surprise\r\n\r\n", strlen ("HTTP/1.1 200 OK\r\nServer: surprise\r\n\r\n"));
  if (is ("silent"))
    hang ();
  if (is ("gone"))
    _exit (0);
  put_frame (HAUL_FRAME_HELLO, g_variant_new ("(uub)", is ("other-version") ? 99U : HAUL_FRAME_VERSION, 7U, TRUE));
}

static void
answer (HaulFrameType type, GVariant *request)
{
  guint32 n;

  switch (type)
    {
    case HAUL_FRAME_START:
      put_hello ();
      break;
    case HAUL_FRAME_SCAN:
      put_scan ();
      break;
    case HAUL_FRAME_LIST:
      put_list ();
      break;
    case HAUL_FRAME_COUNT:
      put_folder (N_MESSAGES);
      put_frame (HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
      break;
    case HAUL_FRAME_NEXT:
      g_variant_get (request, "(u)", &n);
      put_messages (n);
      break;
    case HAUL_FRAME_BODY:
      put_body ();
      break;
    case HAUL_FRAME_STOP:
      break;
    default:
      put_frame (HAUL_FRAME_END, g_variant_new ("(b)", FALSE));
    }
}

static void
complain (void)
{
  g_autofree char *line = g_strnfill (1023, 'e');

  line[1022] = '\n';
  for (guint i = 0; i < 4096; i++)
    if (write (STDERR_FILENO, line, 1023) < 0)
      return;
}

int
main (int argc, char **argv)
{
  g_autoptr (HaulFrameBuffer) buffer = haul_frame_buffer_new ();
  HaulFrame frame;

  way = argv[1];
  directory = argv[2];
  if (is ("complains"))
    complain ();
  while (TRUE)
    {
      gsize room;
      guint8 *to = haul_frame_buffer_reserve (buffer, &room);
      ssize_t n = read (STDIN_FILENO, to, room);
      if (n <= 0)
        return 0;
      haul_frame_buffer_commit (buffer, (gsize)n);
      while (haul_frame_buffer_take (buffer, &frame, NULL))
        {
          g_autoptr (GVariant) request = haul_frame_parse (&frame, NULL);
          answer (frame.type, request);
        }
    }
}
