/* haul-imap-strip.c - a server's own header lines, taken out of the messages that it hands out
 *
 * mailutils imap4d keeps mailboxes as mbox files, and hands out what it writes into their messages for itself. Without
 * it they are what was sent, octet for octet.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner; plain struct, no locks.
 * Memory:  the first octets of one line.
 * See:     docs/wire.md
 */
#include "imap/haul-imap-strip.h"

#include <string.h>

enum
{
  STATE_LINE, /* its beginning is looked at */
  STATE_KEEP, /* a line that stays */
  STATE_DROP, /* one of the server's */
  STATE_BODY,
};

static const char *const own_fields[] = { "x-imapbase:", "x-uid:", "status:" };

typedef enum
{
  VERDICT_LATER,
  VERDICT_KEEP,
  VERDICT_DROP,
} Verdict;

static Verdict
judge (const GString *line)
{
  for (gsize i = 0; i < G_N_ELEMENTS (own_fields); i++)
    {
      gsize length = strlen (own_fields[i]);
      if (g_ascii_strncasecmp (line->str, own_fields[i], MIN (length, line->len)) == 0)
        return line->len >= length ? VERDICT_DROP : VERDICT_LATER;
    }
  return VERDICT_KEEP;
}

static void
put_line (HaulImapStrip *strip, GByteArray *out)
{
  g_byte_array_append (out, (const guint8 *)strip->line->str, (guint)strip->line->len);
  g_string_truncate (strip->line, 0);
}

void
haul_imap_strip_init (HaulImapStrip *strip)
{
  strip->line = g_string_new (NULL);
  haul_imap_strip_begin (strip);
}

/* Another message. */
void
haul_imap_strip_begin (HaulImapStrip *strip)
{
  g_string_truncate (strip->line, 0);
  strip->state = STATE_LINE;
}

/* An octet at the beginning of a line. An empty line ends the header; a CR may be its first half. */
static void
take_first (HaulImapStrip *strip, char octet, GByteArray *out)
{
  g_string_append_c (strip->line, octet);
  if (octet == '\r' && strip->line->len == 1)
    return;
  gboolean is_end = octet == '\n' && (strip->line->len == 1 || strip->line->str[0] == '\r');
  Verdict verdict = judge (strip->line);
  if (!is_end && verdict == VERDICT_LATER)
    return;
  if (verdict == VERDICT_DROP)
    g_string_truncate (strip->line, 0);
  else
    put_line (strip, out);
  strip->state = is_end ? STATE_BODY : verdict == VERDICT_DROP ? STATE_DROP : octet == '\n' ? STATE_LINE : STATE_KEEP;
}

/**
 * haul_imap_strip_feed:
 * @strip: begun for this message
 * @data: (array length=length): its next octets
 * @length: how many
 * @out: what stays of them is appended here; a line's beginning may come with the next piece
 *
 * Leaves out the lines of X-IMAPbase, X-UID and Status.
 */
void
haul_imap_strip_feed (HaulImapStrip *strip, const guint8 *data, gsize length, GByteArray *out)
{
  gsize i = 0;

  for (; i < length && strip->state != STATE_BODY; i++)
    {
      guint8 octet = data[i];
      if (strip->state == STATE_LINE)
        {
          take_first (strip, (char)octet, out);
          continue;
        }
      if (strip->state == STATE_KEEP)
        g_byte_array_append (out, &octet, 1);
      if (octet == '\n')
        strip->state = STATE_LINE;
    }
  if (i < length)
    g_byte_array_append (out, data + i, (guint)(length - i));
}

void
haul_imap_strip_clear (HaulImapStrip *strip)
{
  if (strip->line != NULL)
    g_string_free (g_steal_pointer (&strip->line), TRUE);
}
