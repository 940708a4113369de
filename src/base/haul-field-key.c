/* haul-field-key.c - what of a header field stays the same, however a server writes it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys are compared, never shown. Servers fold anew, encode words in another charset, put 8-bit octets into encoded
 * words or replace them, quote names, change zones: a key holds nothing of that.
 *
 * Thread:  any.
 * See:     RFC 5322 §3.3, §3.4, §3.6.4; RFC 2047.
 */
#include "base/haul-field-key.h"

#include <string.h>

/* Added by mailboxes for their own use, or by delivery; lower case, a star for anything behind it. */
static const char *const bookkeeping[]
    = { "status",       "x-status",     "x-uid",           "x-uidl",          "x-keywords",
        "x-imap",       "x-imapbase",   "content-length",  "lines",           "return-path",
        "delivered-to", "x-envelope-*", "x-ms-exchange-*", "x-ms-has-attach", "x-ms-tnef-correlator",
        "x-gmail-*",    "x-gm-*" };

/**
 * haul_field_key_is_bookkeeping:
 * @name: a field's name in lower case
 *
 * Returns: whether the field says nothing about the message
 */
gboolean
haul_field_key_is_bookkeeping (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bookkeeping); i++)
    {
      if (bookkeeping[i][0] != name[0])
        continue;
      gsize length = strlen (bookkeeping[i]);
      gboolean is_prefix = bookkeeping[i][length - 1] == '*';
      if (is_prefix ? strncmp (name, bookkeeping[i], length - 1) == 0 : strcmp (name, bookkeeping[i]) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * haul_field_key_dup_value:
 * @value: a field's, unfolded
 *
 * Returns: (transfer full): the same with its blanks evened out
 */
char *
haul_field_key_dup_value (const char *value)
{
  char *out = g_malloc (strlen (value) + 1);
  gsize n = 0;

  for (const char *p = value; *p != '\0'; p++)
    if (*p != ' ' && *p != '\t')
      out[n++] = *p;
    else if (n > 0 && out[n - 1] != ' ')
      out[n++] = ' ';
  n -= n > 0 && out[n - 1] == ' ';
  out[n] = '\0';
  return out;
}

/**
 * haul_field_key_dup_message_id:
 * @value: a Message-ID field's
 *
 * Returns: (transfer full): the left side: Domino puts a domain of its own on the right
 */
char *
haul_field_key_dup_message_id (const char *value)
{
  const char *start = strchr (value, '<');
  GString *out = g_string_new (NULL);

  for (const char *p = start == NULL ? value : start + 1; *p != '\0' && *p != '@' && *p != '>'; p++)
    if (*p != ' ')
      g_string_append_c (out, *p);
  return g_string_free (out, FALSE);
}

/**
 * haul_field_key_dup_address:
 * @value: a From field's
 *
 * Returns: (transfer full): what is inside the last angle brackets, else the last word with an @, in lower case
 */
char *
haul_field_key_dup_address (const char *value)
{
  const char *open = strrchr (value, '<');
  g_autofree char *inside = g_strdup (open == NULL ? value : open + 1);
  g_auto (GStrv) words = g_strsplit_set (g_strdelimit (inside, ">", '\0'), " \t", -1);
  const char *address = "";

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && (strchr (words[i], '@') != NULL || strchr (address, '@') == NULL))
      address = words[i];
  return g_ascii_strdown (address, -1);
}

/* Cyrus puts X for an 8-bit octet. */
static void
append_plain (GString *out, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (g_ascii_isalnum (text[i]) && text[i] != 'X')
      g_string_append_c (out, text[i]);
}

static void
append_quoted (GString *out, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      char octet = text[i];
      if (octet == '=' && i + 2 < length && g_ascii_isxdigit (text[i + 1]) && g_ascii_isxdigit (text[i + 2]))
        {
          octet = (char)(g_ascii_xdigit_value (text[i + 1]) * 16 + g_ascii_xdigit_value (text[i + 2]));
          i += 2;
        }
      append_plain (out, &octet, 1);
    }
}

static void
append_base64 (GString *out, const char *text, gsize length)
{
  g_autofree char *encoded = g_strndup (text, length);
  gsize n;
  g_autofree guchar *decoded = g_base64_decode (encoded, &n);

  append_plain (out, (const char *)decoded, n);
}

/* `=?charset?B?text?=`: what is left of it, or NULL where this is none. */
static const char *
append_encoded (GString *out, const char *at)
{
  const char *charset_end = g_str_has_prefix (at, "=?") ? strchr (at + 2, '?') : NULL;
  const char *text = charset_end == NULL || charset_end[1] == '\0' || charset_end[2] != '?' ? NULL : charset_end + 3;
  const char *end = text == NULL ? NULL : strstr (text, "?=");

  if (end == NULL)
    return NULL;
  if (g_ascii_toupper (charset_end[1]) == 'B')
    append_base64 (out, text, (gsize)(end - text));
  else
    append_quoted (out, text, (gsize)(end - text));
  return end + 2;
}

/**
 * haul_field_key_dup_words:
 * @value: a Subject field's
 *
 * Returns: (transfer full): its letters and digits of ASCII, encoded words decoded; others differ in every charset
 */
char *
haul_field_key_dup_words (const char *value)
{
  GString *out = g_string_new (NULL);

  while (*value != '\0')
    {
      const char *next = append_encoded (out, value);
      if (next == NULL)
        {
          append_plain (out, value, 1);
          next = value + 1;
        }
      value = next;
    }
  return g_string_free (out, FALSE);
}

static int
find_month (const char *word)
{
  static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

  for (int i = 0; i < 12; i++)
    if (g_ascii_strncasecmp (word, months + 3 * i, 3) == 0)
      return i + 1;
  return 0;
}

/* Seconds east of Greenwich; 0 for what is not +hhmm. */
static gint64
read_zone (const char *word)
{
  gboolean is_numeric = word != NULL && (*word == '+' || *word == '-') && strlen (word) >= 5;
  gint64 value = is_numeric ? (gint64)g_ascii_strtoull (word + 1, NULL, 10) : 0;

  value = value % 10000 / 100 * 3600 + value % 100 * 60;
  return is_numeric && *word == '-' ? -value : value;
}

/**
 * haul_field_key_dup_date:
 * @value: a Date field's
 *
 * Returns: (transfer full): the moment in unix seconds, whatever zone it is written in; else its letters and digits
 */
char *
haul_field_key_dup_date (const char *value)
{
  const char *comma = strchr (value, ',');
  g_autofree char *copy = g_strdup (comma == NULL ? value : comma + 1);
  g_auto (GStrv) words = g_strsplit_set (g_strstrip (copy), " :", -1);
  guint n = g_strv_length (words);
  int month = n < 5 ? 0 : find_month (words[1]);
  gboolean has_seconds = n > 5 && g_ascii_isdigit (*words[5]);
  const char *zone = n > (has_seconds ? 6u : 5u) ? words[has_seconds ? 6 : 5] : NULL;

  if (month == 0)
    return haul_field_key_dup_words (value);
  guint64 year = g_ascii_strtoull (words[2], NULL, 10);
  year += year < 50 ? 2000 : year < 1000 ? 1900 : 0;
  g_autoptr (GDateTime) date
      = g_date_time_new_utc ((gint)MIN (year, 9999), month, (gint)MIN (g_ascii_strtoull (words[0], NULL, 10), 99),
                             (gint)MIN (g_ascii_strtoull (words[3], NULL, 10), 99),
                             (gint)MIN (g_ascii_strtoull (words[4], NULL, 10), 99),
                             has_seconds ? (gdouble)MIN (g_ascii_strtoull (words[5], NULL, 10), 59) : 0);
  if (date == NULL)
    return haul_field_key_dup_words (value);
  return g_strdup_printf ("%" G_GINT64_FORMAT, g_date_time_to_unix (date) - read_zone (zone));
}
