/* haul-mailbox-name.c - one name in a mailbox's path, made fit for servers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; pure functions.
 * See:     RFC 3501 §5.1.3 for the names on the wire.
 */
#include "migrate/haul-mailbox-name.h"

#include <string.h>

#include "base/haul-utf7.h"

/* These make a name look like another one. */
static gboolean
is_direction_mark (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Controls and line or paragraph separators cannot be shown; “*” and “%” are patterns of LIST. */
static gboolean
is_forbidden (gunichar c, char delimiter, const char *refused)
{
  return g_unichar_iscntrl (c) || is_direction_mark (c) || c == 0x2028 || c == 0x2029 || c == '*' || c == '%'
         || (delimiter != '\0' && c == (gunichar)(guchar)delimiter)
         || (c < 0x80 && c != 0 && strchr (refused, (int)c) != NULL);
}

/**
 * haul_mailbox_name_clean:
 * @name: one name of a local path, UTF-8
 * @delimiter: what separates names on this server, 0 for nothing
 * @refused: what else it takes in no name, ASCII
 *
 * Replaces what servers or other mail programs cannot bear by “_”, drops blanks at both ends, makes several blanks one
 * (Gmail does it on its own and then does not find the name again), and composes letters (NFC).
 *
 * Returns: (transfer full): a name that is never empty
 */
char *
haul_mailbox_name_clean (const char *name, char delimiter, const char *refused)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_NFC);
  GString *clean = g_string_new (NULL);
  gboolean is_blank = TRUE;

  for (const char *p = composed; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      gboolean was_blank = is_blank;
      gboolean is_refused = is_forbidden (c, delimiter, refused);
      is_blank = c == ' ' || (!is_refused && g_unichar_isspace (c));
      if (!is_blank || !was_blank)
        g_string_append_unichar (clean, is_refused && !is_blank ? '_' : c);
    }
  while (clean->len > 0)
    {
      const char *last = g_utf8_find_prev_char (clean->str, clean->str + clean->len);
      if (!g_unichar_isspace (g_utf8_get_char (last)))
        break;
      g_string_truncate (clean, (gsize)(last - clean->str));
    }
  for (char *p = clean->str; *p != '\0'; p++)
    if (*p == ' ' && is_forbidden (' ', delimiter, refused))
      *p = '_';
  if (clean->len == 0)
    g_string_assign (clean, "_");
  if (strchr ("~#.", clean->str[0]) != NULL)
    clean->str[0] = '_';
  return g_string_free (clean, FALSE);
}

/**
 * haul_mailbox_name_to_wire:
 * @name: one name, UTF-8
 *
 * Returns: (transfer full): the name in modified UTF-7
 */
char *
haul_mailbox_name_to_wire (const char *name)
{
  return haul_utf7_encode (name);
}

/**
 * haul_mailbox_name_dup_display:
 * @wire: a mailbox's whole name, octets on the wire
 * @server: what a probe found
 *
 * Returns: (transfer full): what a person calls it: without the name space's prefix, with “/” between the names
 */
char *
haul_mailbox_name_dup_display (const char *wire, const HaulServer *server)
{
  const char *prefix = server->prefix == NULL ? "" : server->prefix;
  char delimiter[2] = { server->delimiter, '\0' };

  if (*prefix != '\0' && g_str_has_prefix (wire, prefix) && strlen (wire) > strlen (prefix))
    wire += strlen (prefix);

  g_auto (GStrv) parts = g_strsplit (wire, *delimiter == '\0' ? "\n" : delimiter, -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *decoded = haul_utf7_decode (parts[i]);
      if (decoded == NULL)
        continue;
      g_free (parts[i]);
      parts[i] = decoded;
    }
  g_autofree char *joined = g_strjoinv ("/", parts);
  return g_utf8_make_valid (joined, -1);
}

/**
 * haul_mailbox_name_dup_suffix:
 * @number: which of several of one name
 * @refused: what the server takes in no name, ASCII
 *
 * Returns: (transfer full): “ (2)”, or “_2” where that cannot be
 */
char *
haul_mailbox_name_dup_suffix (guint number, const char *refused)
{
  return g_strdup_printf (strpbrk (refused, " ()") == NULL ? " (%u)" : "_%u", number);
}

/**
 * haul_mailbox_name_fit:
 * @name: one clean name, UTF-8
 * @suffix: what has to stay whole at its end, "" for nothing
 * @max_octets: most octets of both together on the wire
 *
 * Drops letters from the end of @name until it fits with its suffix; one letter always stays.
 *
 * Returns: (transfer full): @name, shortened or not, and @suffix
 */
char *
haul_mailbox_name_fit (const char *name, const char *suffix, gsize max_octets)
{
  g_autofree char *stem = g_utf8_substring (name, 0, MIN (g_utf8_strlen (name, -1), (glong)max_octets));

  for (;;)
    {
      g_autofree char *whole = g_strconcat (stem, suffix, NULL);
      g_autofree char *wire = haul_mailbox_name_to_wire (whole);
      char *last = g_utf8_find_prev_char (stem, stem + strlen (stem));

      if (strlen (wire) <= max_octets || last == NULL || last == stem)
        return g_steal_pointer (&whole);
      *last = '\0';
      g_strchomp (stem);
    }
}
