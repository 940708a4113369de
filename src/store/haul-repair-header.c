/* haul-repair-header.c - header fields, made fit for a server that refuses them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; pure.
 * Memory:  some three times the field.
 * See:     RFC 2047 (encoded words), RFC 2231 (parameters), RFC 5322 §2.2.3 (folding).
 */
#include "store/haul-repair-header.h"

#include <string.h>

/* Octets of an encoded word may be 75; this many are encoded into one. */
#define WORD_OCTETS 36
#define FOLD_AT 900

static gboolean
is_8bit (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guint8)text[i] >= 0x80)
      return TRUE;
  return FALSE;
}

static gboolean
is_continuation (const char *text, gsize at, gboolean is_utf8)
{
  return is_utf8 && ((guint8)text[at] & 0xc0) == 0x80;
}

/* @text as encoded words, which a reader puts together without the blanks between them. */
static void
append_words (GString *out, const char *text, gsize length, const char *charset)
{
  gboolean is_utf8 = g_utf8_validate (text, (gssize)length, NULL);

  for (gsize at = 0; at < length;)
    {
      gsize n = MIN (WORD_OCTETS, length - at);
      while (n > 1 && at + n < length && is_continuation (text, at + n, is_utf8))
        n--;
      g_autofree char *base64 = g_base64_encode ((const guchar *)text + at, n);
      g_string_append_printf (out, "%s=?%s?B?%s?=", at == 0 ? "" : "\r\n ", is_utf8 ? "utf-8" : charset, base64);
      at += n;
    }
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Of a quoted string its content, without the backslashes. */
static char *
dup_unquoted (const char *text, gsize length, gsize *plain_length)
{
  GString *plain = g_string_new (NULL);

  for (gsize i = 1; i + 1 < length; i++)
    {
      if (text[i] == '\\' && i + 2 < length)
        i++;
      if (text[i] != '\r' && text[i] != '\n')
        g_string_append_c (plain, text[i]);
    }
  *plain_length = plain->len;
  return g_string_free (plain, FALSE);
}

/* Octets of what begins at @text: a quoted string, else up to the next blank or (in an address) delimiter. */
static gsize
measure_token (const char *text, gsize length, gboolean is_address)
{
  gsize n = 0;

  if (text[0] == '"' && is_address)
    {
      for (n = 1; n < length && text[n] != '"'; n++)
        if (text[n] == '\\')
          n++;
      return MIN (n + 1, length);
    }
  while (n < length && !is_blank (text[n]) && (!is_address || strchr ("\"(),<>;:", text[n]) == NULL))
    n++;
  return MAX (n, 1);
}

static gsize
measure_blanks (const char *text, gsize length)
{
  gsize n = 0;

  while (n < length && is_blank (text[n]))
    n++;
  return n;
}

/* The blanks between two encoded words vanish for a reader: so two words in a row are encoded as one. */
static gsize
measure_run (const char *text, gsize length, gboolean is_address)
{
  gsize n = measure_token (text, length, is_address);

  while (n < length)
    {
      gsize blanks = measure_blanks (text + n, length - n);
      gsize next = n + blanks;
      if (blanks == 0 || next >= length || (is_address && text[next] == '"'))
        break;
      gsize token = measure_token (text + next, length - next, is_address);
      if (!is_8bit (text + next, token) || memchr (text + next, '@', token) != NULL)
        break;
      n = next + token;
    }
  return n;
}

static char *
dup_unfolded (const char *text, gsize length, gsize *plain_length)
{
  GString *plain = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    if (text[i] != '\r' && text[i] != '\n')
      g_string_append_c (plain, text[i]);
  *plain_length = plain->len;
  return g_string_free (plain, FALSE);
}

static void
append_encoded (GString *out, const char *text, gsize length, gboolean is_address, const char *charset)
{
  for (gsize at = 0; at < length;)
    {
      gsize blanks = measure_blanks (text + at, length - at);
      g_string_append_len (out, text + at, (gssize)blanks);
      at += blanks;
      if (at == length)
        break;
      gsize n = measure_token (text + at, length - at, is_address);
      gboolean is_quoted = is_address && text[at] == '"';
      gsize plain_length;
      /* An address itself cannot be encoded. */
      if (!is_8bit (text + at, n) || (!is_quoted && memchr (text + at, '@', n) != NULL))
        {
          g_string_append_len (out, text + at, (gssize)n);
          at += n;
          continue;
        }
      if (!is_quoted)
        n = measure_run (text + at, length - at, is_address);
      g_autofree char *plain
          = is_quoted ? dup_unquoted (text + at, n, &plain_length) : dup_unfolded (text + at, n, &plain_length);
      append_words (out, plain, plain_length, charset);
      at += n;
    }
}

/* name="…" with octets over 127 becomes name*=charset''… */
static void
append_parameters (GString *out, const char *text, gsize length, const char *charset)
{
  for (gsize at = 0; at < length;)
    {
      const char *quote = memchr (text + at, '"', length - at);
      gsize start = quote == NULL ? length : (gsize)(quote - text);
      g_string_append_len (out, text + at, (gssize)(start - at));
      if (quote == NULL)
        break;
      gsize n = measure_token (quote, length - start, TRUE);
      gsize plain_length;
      g_autofree char *plain = dup_unquoted (quote, n, &plain_length);
      if (!is_8bit (quote, n) || out->len == 0 || out->str[out->len - 1] != '=')
        g_string_append_len (out, quote, (gssize)n);
      else
        {
          g_string_truncate (out, out->len - 1);
          g_string_append_printf (out, "*=%s''",
                                  g_utf8_validate (plain, (gssize)plain_length, NULL) ? "utf-8" : charset);
          for (gsize i = 0; i < plain_length; i++)
            if (g_ascii_isalnum (plain[i]) || strchr (".-_", plain[i]) != NULL)
              g_string_append_c (out, plain[i]);
            else
              g_string_append_printf (out, "%%%02X", (guint8)plain[i]);
        }
      at = start + n;
    }
}

static gboolean
is_named (const char *field, gsize length, const char *const *names)
{
  for (; *names != NULL; names++)
    if (length > strlen (*names) && g_ascii_strncasecmp (field, *names, strlen (*names)) == 0)
      return TRUE;
  return FALSE;
}

static void
encode (GString *out, const char *field, gsize length, const char *charset)
{
  static const char *const addresses[]
      = { "From:",        "To:",        "Cc:",        "Bcc:",         "Sender:",    "Reply-To:",
          "Resent-From:", "Resent-To:", "Resent-Cc:", "Return-Path:", "Errors-To:", NULL };
  static const char *const parameters[] = { "Content-Type:", "Content-Disposition:", NULL };
  const char *colon = memchr (field, ':', length);
  gsize start = colon == NULL ? 0 : (gsize)(colon - field) + 1;

  g_string_append_len (out, field, (gssize)start);
  if (is_named (field, length, parameters))
    append_parameters (out, field + start, length - start, charset);
  else
    append_encoded (out, field + start, length - start, is_named (field, length, addresses), charset);
}

/* Lines that are too long are folded where they have blanks. */
static void
fold (GString *out, const char *field, gsize length)
{
  gsize line = 0;

  for (gsize i = 0; i < length; i++)
    {
      gboolean is_fold
          = line > FOLD_AT && (field[i] == ' ' || field[i] == '\t') && i + 1 < length && !is_blank (field[i + 1]);
      if (is_fold)
        g_string_append (out, "\r\n");
      g_string_append_c (out, field[i]);
      line = field[i] == '\n' || is_fold ? 0 : line + 1;
    }
}

static gboolean
has_long_line (const char *text, gsize length)
{
  while (length > 0)
    {
      const char *end = memchr (text, '\n', length);
      gsize n = end == NULL ? length : (gsize)(end - text) + 1;
      if (n > HAUL_REPAIR_LINE_MAX + 2)
        return TRUE;
      text += n;
      length -= n;
    }
  return FALSE;
}

/**
 * haul_repair_header_append:
 * @out: where to
 * @field: (array length=length): one header field with its continuation lines and its line end
 * @length: octets of it
 * @wanted: #HaulRepair
 * @charset: what octets over 127 are, where they are not UTF-8
 *
 * Writes the field, repaired.
 *
 * Returns: #HaulRepair: what was changed
 */
guint
haul_repair_header_append (GString *out, const char *field, gsize length, guint wanted, const char *charset)
{
  g_autoptr (GString) text = g_string_new_len (field, (gssize)length);
  guint applied = 0;

  if ((wanted & HAUL_REPAIR_NUL) && memchr (text->str, 0, text->len) != NULL)
    {
      gsize n = 0;
      for (gsize i = 0; i < text->len; i++)
        if (text->str[i] != '\0')
          text->str[n++] = text->str[i];
      g_string_truncate (text, n);
      applied |= HAUL_REPAIR_NUL;
    }
  if ((wanted & HAUL_REPAIR_HEADER_8BIT) && is_8bit (text->str, text->len))
    {
      GString *encoded = g_string_new (NULL);
      encode (encoded, text->str, text->len, charset);
      applied |= g_string_equal (encoded, text) ? 0 : HAUL_REPAIR_HEADER_8BIT;
      g_string_free (g_steal_pointer (&text), TRUE);
      text = encoded;
    }
  if ((wanted & HAUL_REPAIR_LONG_LINES) && has_long_line (text->str, text->len))
    {
      GString *folded = g_string_new (NULL);
      fold (folded, text->str, text->len);
      applied |= g_string_equal (folded, text) ? 0 : HAUL_REPAIR_LONG_LINES;
      g_string_free (g_steal_pointer (&text), TRUE);
      text = folded;
    }
  g_string_append_len (out, text->str, (gssize)text->len);
  return applied;
}

/**
 * haul_repair_header_dup_parameter:
 * @value: the value of a Content-Type field
 * @name: a parameter's, with `=`
 *
 * Returns: (transfer full) (nullable): its value
 */
char *
haul_repair_header_dup_parameter (const char *value, const char *name)
{
  gsize length = strlen (name);

  for (const char *p = strchr (value, ';'); p != NULL; p = strchr (p, ';'))
    {
      p++;
      p += measure_blanks (p, strlen (p));
      if (g_ascii_strncasecmp (p, name, length) != 0)
        {
          /* A “;” in quotes is no end. */
          const char *quote = p + strcspn (p, "\";");
          if (*quote == '"')
            p = quote + measure_token (quote, strlen (quote), TRUE);
          continue;
        }
      p += length;
      gsize plain_length;
      if (*p == '"')
        return dup_unquoted (p, measure_token (p, strlen (p), TRUE), &plain_length);
      return g_strndup (p, strcspn (p, "; \t\r\n"));
    }
  return NULL;
}
