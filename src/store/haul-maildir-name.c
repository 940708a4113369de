/* haul-maildir-name.c - what the name of a Maildir's message file tells
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     https://cr.yp.to/proto/maildir.html; docs/stores.md
 */
#include "store/haul-maildir-name.h"

#include "store/haul-date.h"
#include "store/haul-message.h"

#include <string.h>

/* Windows does not allow the colon: copies have one of the others. */
static const char separators[] = ":!;_-";

/**
 * haul_maildir_name_get_letters:
 * @name: a file name
 *
 * Returns: (transfer none) (nullable): the flag letters behind “:2,”; %NULL when the name has no such part
 */
const char *
haul_maildir_name_get_letters (const char *name)
{
  const char *comma = strrchr (name, ',');

  while (comma != NULL && comma - name >= 2)
    {
      if (comma[-1] == '2' && strchr (separators, comma[-2]) != NULL)
        return comma + 1;
      comma = memrchr (name, ',', (gsize)(comma - name));
    }
  return NULL;
}

/**
 * haul_maildir_name_get_base_length:
 * @name: a file name
 *
 * Returns: the length of its unique part, which stays when flags change
 */
gsize
haul_maildir_name_get_base_length (const char *name)
{
  const char *letters = haul_maildir_name_get_letters (name);

  return letters != NULL ? (gsize)(letters - name) - 3 : strlen (name);
}

/**
 * haul_maildir_name_get_seconds:
 * @name: a file name
 *
 * Returns: the time of delivery that the name begins with, unix seconds; 0 when it is none
 */
gint64
haul_maildir_name_get_seconds (const char *name)
{
  char *end;
  gint64 seconds = (gint64)MIN (g_ascii_strtoull (name, &end, 10), G_MAXINT64);

  if (end == name || (*end != '.' && *end != '_') || !g_ascii_isdigit (*name))
    return 0;
  return haul_date_is_plausible (seconds) ? seconds : 0;
}

/**
 * haul_maildir_name_get_size:
 * @name: a file name
 *
 * Returns: the size in octets that Dovecot and Courier wrote into it; -1 when there is none
 */
gint64
haul_maildir_name_get_size (const char *name)
{
  const char *at = strstr (name, ",S=");
  char *end;

  if (at == NULL || !g_ascii_isdigit (at[3]))
    return -1;
  guint64 size = g_ascii_strtoull (at + 3, &end, 10);
  return size <= G_MAXINT64 ? (gint64)size : -1;
}

/**
 * haul_maildir_name_get_flags:
 * @name: a file name
 *
 * Returns: HaulMessageFlags
 */
guint
haul_maildir_name_get_flags (const char *name)
{
  static const struct
  {
    char letter;
    guint flag;
  } letters[] = { { 'D', HAUL_MESSAGE_DRAFT },    { 'F', HAUL_MESSAGE_FLAGGED }, { 'P', HAUL_MESSAGE_FORWARDED },
                  { 'R', HAUL_MESSAGE_ANSWERED }, { 'S', HAUL_MESSAGE_SEEN },    { 'T', HAUL_MESSAGE_DELETED } };
  const char *set = haul_maildir_name_get_letters (name);
  guint flags = 0;

  for (gsize i = 0; set != NULL && i < G_N_ELEMENTS (letters); i++)
    if (strchr (set, letters[i].letter) != NULL)
      flags |= letters[i].flag;
  return flags;
}
