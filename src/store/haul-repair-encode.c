/* haul-repair-encode.c - the content of a part in quoted-printable or base64
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; pure.
 * Memory:  what is written.
 * See:     RFC 2045 §6.7, §6.8.
 */
#include "store/haul-repair-encode.h"

#include <string.h>

#define LINE 76
#define LINE_OCTETS 57 /* make a line of base64 */

static gboolean
is_at_line_end (const char *text, gsize length, gsize at)
{
  return at == length || (text[at] == '\r' && at + 1 < length && text[at + 1] == '\n');
}

/**
 * haul_repair_encode_quoted:
 * @out: where to
 * @text: (array length=length): text with CRLF line ends, which stay line ends
 * @length: octets of it
 *
 * Writes @text in quoted-printable.
 */
void
haul_repair_encode_quoted (GString *out, const char *text, gsize length)
{
  static const char digits[] = "0123456789ABCDEF";
  gsize line = 0;

  for (gsize i = 0; i < length; i++)
    {
      guint8 octet = (guint8)text[i];
      if (i + 1 < length && octet == '\r' && text[i + 1] == '\n')
        {
          g_string_append (out, "\r\n");
          line = 0;
          i++;
          continue;
        }
      gboolean is_blank = octet == ' ' || octet == '\t';
      gboolean is_plain = (octet > ' ' && octet < 0x7f && octet != '=') || is_blank;
      if (is_blank && is_at_line_end (text, length, i + 1))
        is_plain = FALSE;
      gsize width = is_plain ? 1 : 3;
      if (line + width > LINE - 1)
        {
          g_string_append (out, "=\r\n");
          line = 0;
        }
      /* Neither the end of a mail transfer nor an mbox separator. */
      if (line == 0 && (octet == '.' || octet == 'F'))
        is_plain = FALSE, width = 3;
      if (is_plain)
        g_string_append_c (out, (char)octet);
      else
        {
          char escape[] = { '=', digits[octet >> 4], digits[octet & 15] };
          g_string_append_len (out, escape, sizeof escape);
        }
      line += width;
    }
}

/**
 * haul_repair_encode_base64:
 * @out: where to
 * @data: (array length=length): any octets
 * @length: how many
 *
 * Writes @data in lines of 76 octets, each with its end.
 */
void
haul_repair_encode_base64 (GString *out, const char *data, gsize length)
{
  char line[LINE + 4];

  for (gsize at = 0; at < length; at += LINE_OCTETS)
    {
      int state = 0, save = 0;
      gsize n = g_base64_encode_step ((const guchar *)data + at, MIN (LINE_OCTETS, length - at), FALSE, line, &state,
                                      &save);
      n += g_base64_encode_close (FALSE, line + n, &state, &save);
      g_string_append_len (out, line, (gssize)n);
      g_string_append (out, "\r\n");
    }
}

/**
 * haul_repair_encode_rewrap_base64:
 * @out: where to
 * @text: (array length=length): base64 in lines that are too long
 * @length: octets of it
 *
 * Writes the same in lines of 76 octets.
 *
 * Returns: %FALSE, with nothing written, where it holds anything that is not base64
 */
gboolean
haul_repair_encode_rewrap_base64 (GString *out, const char *text, gsize length)
{
  gsize line = 0;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && memchr ("+/= \t\r\n", text[i], 7) == NULL)
      return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      if (g_ascii_isspace (text[i]))
        continue;
      if (line == LINE)
        {
          g_string_append (out, "\r\n");
          line = 0;
        }
      g_string_append_c (out, text[i]);
      line++;
    }
  if (line > 0)
    g_string_append (out, "\r\n");
  return TRUE;
}

/**
 * haul_repair_encode_rewrap_quoted:
 * @out: where to
 * @text: (array length=length): quoted-printable in lines that are too long
 * @length: octets of it
 *
 * Writes the same with soft line ends.
 */
void
haul_repair_encode_rewrap_quoted (GString *out, const char *text, gsize length)
{
  gsize line = 0;

  for (gsize i = 0; i < length; i++)
    {
      gboolean is_end = text[i] == '\r' || text[i] == '\n';
      gboolean is_soft = text[i] == '=' && is_at_line_end (text, length, i + 1);
      gboolean is_inside = (i >= 1 && text[i - 1] == '=') || (i >= 2 && text[i - 2] == '=');
      gboolean is_last_blank = (text[i] == ' ' || text[i] == '\t') && is_at_line_end (text, length, i + 1);
      if (!is_end && !is_soft && !is_inside && !is_last_blank && line >= LINE - 4)
        {
          g_string_append (out, "=\r\n");
          line = 0;
        }
      g_string_append_c (out, text[i]);
      line = text[i] == '\n' ? 0 : line + 1;
    }
}
