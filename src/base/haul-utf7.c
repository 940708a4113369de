/* haul-utf7.c - mailbox names: modified UTF-7 both ways
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     RFC 3501 §5.1.3; RFC 2152 for the base64 inside
 */
#include "base/haul-utf7.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static gboolean
stands_for_itself (gunichar c)
{
  return c >= 0x20 && c <= 0x7e;
}

typedef struct
{
  GString *out;
  guint32 bits;
  guint n_bits; /* below 6 between units */
} Writer;

static void
write_unit (Writer *writer, guint16 unit)
{
  writer->bits = writer->bits << 16 | unit;
  writer->n_bits += 16;
  while (writer->n_bits >= 6)
    {
      writer->n_bits -= 6;
      g_string_append_c (writer->out, alphabet[writer->bits >> writer->n_bits & 63]);
    }
}

static void
write_end (Writer *writer)
{
  if (writer->n_bits > 0)
    g_string_append_c (writer->out, alphabet[writer->bits << (6 - writer->n_bits) & 63]);
  writer->bits = writer->n_bits = 0;
  g_string_append_c (writer->out, '-');
}

static void
write_character (Writer *writer, gunichar c)
{
  if (c < 0x10000)
    {
      write_unit (writer, (guint16)c);
      return;
    }
  write_unit (writer, (guint16)(0xd800 + ((c - 0x10000) >> 10)));
  write_unit (writer, (guint16)(0xdc00 + ((c - 0x10000) & 0x3ff)));
}

/**
 * haul_utf7_encode:
 * @utf8: a name for people
 *
 * Writes a name as it goes over the wire; characters are kept as they are, so normalize before.
 *
 * Returns: (transfer full) (nullable): printable ASCII; %NULL where @utf8 is not UTF-8
 */
char *
haul_utf7_encode (const char *utf8)
{
  if (!g_utf8_validate (utf8, -1, NULL))
    return NULL;

  Writer writer = { .out = g_string_new (NULL) };
  gboolean is_shifted = FALSE;
  for (const char *at = utf8; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (is_shifted && stands_for_itself (c))
        write_end (&writer);
      else if (!is_shifted && !stands_for_itself (c))
        g_string_append_c (writer.out, '&');
      is_shifted = !stands_for_itself (c);
      if (is_shifted)
        write_character (&writer, c);
      else if (c == '&')
        g_string_append (writer.out, "&-");
      else
        g_string_append_c (writer.out, (char)c);
    }
  if (is_shifted)
    write_end (&writer);
  return g_string_free (writer.out, FALSE);
}

/* Appends one UTF-16 unit; *high keeps the first half of a pair. */
static gboolean
read_unit (GString *out, guint32 unit, guint32 *high)
{
  if (*high != 0)
    {
      if (unit < 0xdc00 || unit > 0xdfff)
        return FALSE;
      g_string_append_unichar (out, 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00));
      *high = 0;
      return TRUE;
    }
  if (unit >= 0xdc00 && unit <= 0xdfff)
    return FALSE;
  if (unit >= 0xd800 && unit <= 0xdbff)
    *high = unit;
  else if (unit != 0)
    g_string_append_unichar (out, unit);
  return unit != 0;
}

/* @text is what stands between & and -. */
static gboolean
read_shifted (GString *out, const char *text, gsize length)
{
  guint32 bits = 0;
  guint32 high = 0;
  guint n_bits = 0;

  for (gsize i = 0; i < length; i++)
    {
      const char *digit = text[i] == '\0' ? NULL : strchr (alphabet, text[i]);
      if (digit == NULL)
        return FALSE;
      bits = (bits << 6 | (guint32)(digit - alphabet)) & 0x3fffff;
      n_bits += 6;
      if (n_bits < 16)
        continue;
      n_bits -= 16;
      if (!read_unit (out, bits >> n_bits & 0xffff, &high))
        return FALSE;
    }
  return high == 0;
}

/**
 * haul_utf7_decode:
 * @utf7: a name from the wire
 *
 * Reads a name strictly: only the one form haul_utf7_encode() would write is taken, so that two names never
 * look alike by a second spelling.
 *
 * Returns: (transfer full) (nullable): UTF-8; %NULL where @utf7 is not modified UTF-7
 */
char *
haul_utf7_decode (const char *utf7)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *at = utf7; *at != '\0'; at++)
    {
      const char *end = *at == '&' ? strchr (at, '-') : NULL;
      if (!stands_for_itself ((guchar)*at) || (*at == '&' && end == NULL))
        return NULL;
      if (*at != '&')
        {
          g_string_append_c (out, *at);
          continue;
        }
      if (end == at + 1)
        g_string_append_c (out, '&');
      else if (!read_shifted (out, at + 1, (gsize)(end - at - 1)))
        return NULL;
      at = end;
    }

  g_autofree char *again = haul_utf7_encode (out->str);
  if (again == NULL || !g_str_equal (again, utf7))
    return NULL;
  return g_strdup (out->str);
}
