/* haul-imap-text.c - the encoder's small parts: quoting, numbers, dates, flags, UID sets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Errors:  NULL or FALSE for what cannot be said, so that it cannot be sent.
 * See:     RFC 3501 §9
 */
#include "imap/haul-imap-text.h"

#include <string.h>

#include "imap/haul-imap-types.h"

#define MAX_KEYWORD 64
#define DAY_SECONDS 86400
#define LAST_SECOND G_GINT64_CONSTANT (253402300799) /* of the year 9999 */

static const char *const months[]
    = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static const struct
{
  guint flag;
  const char *word;
} system_flags[] = {
  { HAUL_IMAP_FLAG_SEEN, "\\Seen" },       { HAUL_IMAP_FLAG_ANSWERED, "\\Answered" },
  { HAUL_IMAP_FLAG_FLAGGED, "\\Flagged" }, { HAUL_IMAP_FLAG_DRAFT, "\\Draft" },
  { HAUL_IMAP_FLAG_DELETED, "\\Deleted" },
};

/**
 * haul_imap_text_can_quote:
 * @text: octets
 *
 * Returns: whether @text can be a quoted string; where not, it needs a literal. Control characters could, but
 *   servers differ about them
 */
gboolean
haul_imap_text_can_quote (const char *text)
{
  for (; *text != '\0'; text++)
    if (*text < 0x20 || *text > 0x7e)
      return FALSE;
  return TRUE;
}

/**
 * haul_imap_text_quote:
 * @text: octets
 *
 * Returns: (transfer full) (nullable): @text between quotes; %NULL where haul_imap_text_can_quote() says no
 */
char *
haul_imap_text_quote (const char *text)
{
  if (!haul_imap_text_can_quote (text))
    return NULL;
  GString *quoted = g_string_new ("\"");
  for (; *text != '\0'; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *text);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}

/**
 * haul_imap_text_is_atom:
 * @text: octets
 *
 * Returns: whether @text is an atom, which needs no quotes
 */
gboolean
haul_imap_text_is_atom (const char *text)
{
  return *text != '\0' && haul_imap_text_can_quote (text) && strpbrk (text, "(){ %*\"\\]") == NULL;
}

/**
 * haul_imap_text_is_keyword:
 * @text: octets
 *
 * Returns: whether @text may go into a flag list besides the system flags
 */
gboolean
haul_imap_text_is_keyword (const char *text)
{
  return strlen (text) <= MAX_KEYWORD && haul_imap_text_is_atom (text);
}

/**
 * haul_imap_text_parse_number:
 * @text: digits
 * @max: the largest allowed
 * @number: (out): the number, or 0
 *
 * Returns: %FALSE for anything but digits, or more than @max
 */
gboolean
haul_imap_text_parse_number (const char *text, guint64 max, guint64 *number)
{
  *number = 0;
  return g_ascii_isdigit (*text) && g_ascii_string_to_unsigned (text, 10, 0, max, number, NULL);
}

/**
 * haul_imap_text_format_date:
 * @unix_seconds: when
 *
 * Writes a date-time in UTC, with two digits for the day and an English month: the one form every server reads alike
 * (docs/wire.md).
 *
 * Returns: (transfer full): `01-Feb-2001 03:04:05 +0000`, without quotes
 */
char *
haul_imap_text_format_date (gint64 unix_seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (CLAMP (unix_seconds, 0, LAST_SECOND));

  return g_strdup_printf ("%02d-%s-%04d %02d:%02d:%02d +0000", g_date_time_get_day_of_month (time),
                          months[g_date_time_get_month (time) - 1], g_date_time_get_year (time),
                          g_date_time_get_hour (time), g_date_time_get_minute (time), g_date_time_get_second (time));
}

/* The number at @at, of @digits digits; -1 where there are none. */
static int
digits_at (const char *at, guint digits)
{
  int number = 0;
  for (; digits > 0; digits--, at++)
    {
      if (!g_ascii_isdigit (*at))
        return -1;
      number = number * 10 + (*at - '0');
    }
  return number;
}

static int
month_at (const char *at)
{
  for (guint i = 0; i < G_N_ELEMENTS (months); i++)
    if (g_ascii_strncasecmp (at, months[i], 3) == 0)
      return (int)i + 1;
  return -1;
}

/**
 * haul_imap_text_parse_date:
 * @text: `01-Feb-2001 03:04:05 +0100`; the day may be one digit, with or without a blank before it
 * @unix_seconds: (out): when
 *
 * Reads an INTERNALDATE.
 *
 * Returns: %FALSE where it is none
 */
gboolean
haul_imap_text_parse_date (const char *text, gint64 *unix_seconds)
{
  *unix_seconds = 0;
  if (*text == ' ')
    text++;
  guint day_digits = g_ascii_isdigit (text[0]) && g_ascii_isdigit (text[1]) ? 2 : 1;
  const char *rest = text + day_digits; /* -Feb-2001 03:04:05 +0100 */
  int day = digits_at (text, day_digits);
  if (day < 1 || strlen (rest) != 24 || rest[0] != '-' || rest[4] != '-' || rest[9] != ' ' || rest[12] != ':'
      || rest[15] != ':' || rest[18] != ' ' || (rest[19] != '+' && rest[19] != '-'))
    return FALSE;

  int second = digits_at (rest + 16, 2);
  int zone_hours = digits_at (rest + 20, 2);
  int zone_minutes = digits_at (rest + 22, 2);
  if (second < 0 || second > 60 || zone_hours < 0 || zone_hours > 23 || zone_minutes < 0 || zone_minutes > 59)
    return FALSE;
  g_autoptr (GDateTime) time
      = g_date_time_new_utc (digits_at (rest + 5, 4), month_at (rest + 1), day, digits_at (rest + 10, 2),
                             digits_at (rest + 13, 2), MIN (second, 59));
  if (time == NULL)
    return FALSE;
  int zone = (zone_hours * 60 + zone_minutes) * 60;
  *unix_seconds = g_date_time_to_unix (time) - (rest[19] == '-' ? -zone : zone);
  return TRUE;
}

/**
 * haul_imap_text_clamp_date:
 * @unix_seconds: when
 * @now: the present
 *
 * Returns: @unix_seconds within 1970-01-02 … @now; servers turn others into something else (docs/wire.md)
 */
gint64
haul_imap_text_clamp_date (gint64 unix_seconds, gint64 now)
{
  return CLAMP (unix_seconds, DAY_SECONDS, MAX (now, DAY_SECONDS));
}

/**
 * haul_imap_text_format_flags:
 * @flags: #HaulImapFlags
 * @keywords: (nullable): each must pass haul_imap_text_is_keyword()
 *
 * Returns: (transfer full) (nullable): `(\Seen $Forwarded)`; %NULL where a keyword must not be sent
 */
char *
haul_imap_text_format_flags (guint flags, const char *const *keywords)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (system_flags); i++)
    if ((flags & system_flags[i].flag) != 0)
      g_ptr_array_add (words, (gpointer)system_flags[i].word);
  for (gsize i = 0; keywords != NULL && keywords[i] != NULL; i++)
    {
      if (!haul_imap_text_is_keyword (keywords[i]))
        return NULL;
      g_ptr_array_add (words, (gpointer)keywords[i]);
    }
  g_ptr_array_add (words, NULL);
  g_autofree char *joined = g_strjoinv (" ", (char **)words->pdata);
  return g_strdup_printf ("(%s)", joined);
}

/**
 * haul_imap_text_parse_flag:
 * @text: `\Seen`
 * @flag: (out): one of #HaulImapFlags, or 0
 *
 * Returns: whether @text is a system flag; `\Recent` and others we never set are none of ours, but system flags
 */
gboolean
haul_imap_text_parse_flag (const char *text, guint *flag)
{
  *flag = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (system_flags); i++)
    if (g_ascii_strcasecmp (text, system_flags[i].word) == 0)
      *flag = system_flags[i].flag;
  return *text == '\\';
}

/**
 * haul_imap_text_format_uid_set:
 * @uids: numbers above 0
 * @n_uids: at least one
 *
 * Writes numbers in their order; runs that rise by one become ranges.
 *
 * Returns: (transfer full): `1:5,9`
 */
char *
haul_imap_text_format_uid_set (const guint32 *uids, gsize n_uids)
{
  GString *set = g_string_new (NULL);

  for (gsize i = 0; i < n_uids; i++)
    {
      gsize first = i;
      while (i + 1 < n_uids && uids[i] != G_MAXUINT32 && uids[i + 1] == uids[i] + 1)
        i++;
      g_string_append_printf (set, "%s%" G_GUINT32_FORMAT, first == 0 ? "" : ",", uids[first]);
      if (i > first)
        g_string_append_printf (set, ":%" G_GUINT32_FORMAT, uids[i]);
    }
  return g_string_free (set, FALSE);
}

/* One number or range at *at, which moves on. */
static gboolean
parse_range (const char **at, guint64 *low, guint64 *high)
{
  guint64 ends[2] = { 0, 0 };
  guint n = 0;
  do
    {
      char *end;
      if (!g_ascii_isdigit (**at))
        return FALSE;
      ends[n] = g_ascii_strtoull (*at, &end, 10);
      if (ends[n] == 0 || ends[n] > G_MAXUINT32)
        return FALSE;
      *at = end;
      n++;
    }
  while (n < 2 && **at == ':' && (*at)++);

  *low = n == 1 ? ends[0] : MIN (ends[0], ends[1]);
  *high = n == 1 ? ends[0] : MAX (ends[0], ends[1]);
  return TRUE;
}

/**
 * haul_imap_text_parse_uid_set:
 * @text: `1:5,9`; `*` is refused
 * @max_uids: the most to expand
 *
 * Expands a set; `1:4294967295` costs nothing where @max_uids is less (CVE-2025-25186).
 *
 * Returns: (transfer full) (nullable) (element-type guint32): in the order given; %NULL where it is malformed or too
 * many
 */
GArray *
haul_imap_text_parse_uid_set (const char *text, gsize max_uids)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint64 low, high;

  do
    {
      if (!parse_range (&text, &low, &high) || high - low >= max_uids - uids->len)
        return NULL;
      for (guint64 uid = low; uid <= high; uid++)
        {
          guint32 value = (guint32)uid;
          g_array_append_val (uids, value);
        }
    }
  while (*text == ',' && text++);
  return *text == '\0' ? g_steal_pointer (&uids) : NULL;
}
