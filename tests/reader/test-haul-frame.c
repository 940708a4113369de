/* test-haul-frame.c - frames are put together from any pieces, and nothing ill-formed is taken for one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-frame.h"
#include "store/haul-record.h"
#include "store/haul-store-error.h"

#include <string.h>

static void
feed (HaulFrameBuffer *buffer, const guint8 *data, gsize length)
{
  while (length > 0)
    {
      gsize room;
      guint8 *to = haul_frame_buffer_reserve (buffer, &room);
      gsize n = MIN (room, length);
      memcpy (to, data, n);
      haul_frame_buffer_commit (buffer, n);
      data += n;
      length -= n;
    }
}

/* Three frames, cut into pieces of every size. */
static void
test_pieces (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree char *text = g_strnfill (300, 't');

  haul_frame_append (out, HAUL_FRAME_PLACE, g_variant_new ("(s)", text));
  haul_frame_append_data (out, (const guint8 *)"abc", 3);
  haul_frame_append (out, HAUL_FRAME_END, g_variant_new ("(b)", TRUE));
  for (gsize piece = 1; piece <= out->len; piece++)
    {
      g_autoptr (HaulFrameBuffer) buffer = haul_frame_buffer_new ();
      g_autoptr (GError) error = NULL;
      HaulFrameType seen[4] = { 0 };
      HaulFrame frame;
      guint n = 0;
      for (gsize at = 0; at < out->len; at += piece)
        {
          feed (buffer, out->data + at, MIN (piece, out->len - at));
          while (haul_frame_buffer_take (buffer, &frame, &error))
            {
              seen[n++] = frame.type;
              if (frame.type == HAUL_FRAME_DATA)
                g_assert_cmpmem (frame.data, frame.length, "abc", 3);
            }
          g_assert_no_error (error);
        }
      g_assert_cmpuint (n, ==, 3);
      g_assert_cmpint (seen[0], ==, HAUL_FRAME_PLACE);
      g_assert_cmpint (seen[1], ==, HAUL_FRAME_DATA);
      g_assert_cmpint (seen[2], ==, HAUL_FRAME_END);
    }
}

static void
test_greatest (void)
{
  g_autoptr (HaulFrameBuffer) buffer = haul_frame_buffer_new ();
  g_autofree guint8 *data = g_malloc0 (HAUL_FRAME_MAX_PAYLOAD);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  HaulFrame frame;

  haul_frame_append_data (out, data, HAUL_FRAME_MAX_PAYLOAD);
  for (gsize at = 0; at < out->len; at += 100000)
    {
      g_assert_false (haul_frame_buffer_take (buffer, &frame, &error));
      feed (buffer, out->data + at, MIN (100000, out->len - at));
    }
  g_assert_true (haul_frame_buffer_take (buffer, &frame, &error));
  g_assert_cmpuint (frame.length, ==, HAUL_FRAME_MAX_PAYLOAD);
}

static void
test_refused_at_the_header (void)
{
  static const guint32 headers[][2] = { { HAUL_FRAME_DATA, HAUL_FRAME_MAX_PAYLOAD + 1 },
                                        { HAUL_FRAME_DATA, G_MAXUINT32 },
                                        { 0, 0 },
                                        { 50, 0 },
                                        { G_MAXUINT32, 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autoptr (HaulFrameBuffer) buffer = haul_frame_buffer_new ();
      g_autoptr (GError) error = NULL;
      guint32 header[2] = { GUINT32_TO_LE (headers[i][0]), GUINT32_TO_LE (headers[i][1]) };
      HaulFrame frame;
      feed (buffer, (const guint8 *)header, sizeof header);
      g_assert_false (haul_frame_buffer_take (buffer, &frame, &error));
      g_assert_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_READER_PROTOCOL);
    }
}

static void
test_message (void)
{
  g_autoptr (HaulMessage) message = haul_message_new ("ключ", 7);
  g_autoptr (GError) error = NULL;

  message->size = 12345;
  message->is_measured = TRUE;
  memset (message->digest, 0xab, sizeof message->digest);
  message->received = -5;
  message->flags = HAUL_MESSAGE_SEEN | HAUL_MESSAGE_NOT_JUNK;
  message->keywords = g_strsplit ("one $Label2", " ", -1);
  message->state = HAUL_MESSAGE_CUT;
  message->problem = g_strdup ("The end is missing.");
  g_autoptr (GByteArray) out = g_byte_array_new ();
  haul_record_append_message (out, message);
  HaulFrame frame = { HAUL_FRAME_MESSAGE, out->data + HAUL_FRAME_HEADER, out->len - HAUL_FRAME_HEADER };
  g_autoptr (HaulMessage) back = haul_record_to_message (&frame, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back->key, ==, "ключ");
  g_assert_cmpuint (back->size, ==, 12345);
  g_assert_true (back->is_measured);
  g_assert_cmpmem (back->digest, 32, message->digest, 32);
  g_assert_cmpint (back->received, ==, -5);
  g_assert_cmpuint (back->flags, ==, message->flags);
  g_assert_cmpstrv (back->keywords, message->keywords);
  g_assert_cmpint (back->state, ==, HAUL_MESSAGE_CUT);
  g_assert_cmpstr (back->problem, ==, "The end is missing.");

  while (frame.length-- > 0)
    {
      g_autoptr (HaulMessage) cut = haul_record_to_message (&frame, NULL);
      g_assert_null (cut);
    }
}

static void
test_errors (void)
{
  static const struct
  {
    const char *text;
    gboolean is_store;
    int code;
  } cases[] = { { "Gone.", TRUE, HAUL_STORE_ERROR_NOT_FOUND }, { "No right.", FALSE, G_IO_ERROR_PERMISSION_DENIED } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GQuark domain = cases[i].is_store ? HAUL_STORE_ERROR : G_IO_ERROR;
      g_autoptr (GError) error = g_error_new_literal (domain, cases[i].code, cases[i].text);
      g_autoptr (GVariant) record = g_variant_ref_sink (haul_record_from_error (error));
      g_autoptr (GError) back = haul_record_to_error (record);
      g_assert_error (back, domain, cases[i].code);
      g_assert_cmpstr (back->message, ==, cases[i].text);
    }
}

static void
test_text (void)
{
  g_autofree char *cut = haul_record_dup_text ("ääää", 5);
  g_autofree char *clean = haul_record_dup_text ("a\r\nb\033[31m\xff", 100);
  g_autofree char *none = haul_record_dup_text (NULL, 100);

  g_assert_cmpstr (cut, ==, "ää");
  g_assert_cmpstr (clean, ==, "a  b [31m\357\277\275");
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/pieces of every size", test_pieces);
  g_test_add_func ("/frame/the greatest", test_greatest);
  g_test_add_func ("/frame/refused at the header", test_refused_at_the_header);
  g_test_add_func ("/frame/message there and back", test_message);
  g_test_add_func ("/frame/errors there and back", test_errors);
  g_test_add_func ("/frame/text", test_text);
  return g_test_run ();
}
