/* haul-imap-quirks.c - what a server's refusal means, by its code, else by its words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     RFC 5530 (codes); docs/wire.md (words).
 */
#include "imap/haul-imap-quirks.h"

#include <string.h>

static const struct
{
  const char *code;
  HaulImapError meaning;
} codes[] = {
  { "OVERQUOTA", HAUL_IMAP_ERROR_OVERQUOTA },  { "TOOBIG", HAUL_IMAP_ERROR_TOO_BIG },
  { "TRYCREATE", HAUL_IMAP_ERROR_TRY_CREATE }, { "NONEXISTENT", HAUL_IMAP_ERROR_TRY_CREATE },
  { "ALREADYEXISTS", HAUL_IMAP_ERROR_EXISTS }, { "LIMIT", HAUL_IMAP_ERROR_THROTTLED },
  { "INUSE", HAUL_IMAP_ERROR_THROTTLED },      { "UNAVAILABLE", HAUL_IMAP_ERROR_THROTTLED },
  { "THROTTLED", HAUL_IMAP_ERROR_THROTTLED },
};

/* Lower case. The first that is found counts: patience is asked for in words of quota, too. All 2026-11, with the
 * server that is known to say it and by what; the words are looked for at every server, since greetings can be changed.
 * Marked as in haul-imap-kind.c. Words without a note are those of several servers, and none is named for them. */
static const struct
{
  const char *words;
  HaulImapError meaning;
} texts[] = {
  /* Exchange 2007–Online, after a sign-in that succeeded (reported) */
  { "not connected", HAUL_IMAP_ERROR_NOT_CONNECTED },
  /* Exchange 2010–Online: “Request is throttled. Suggested Backoff Time: 299961 milliseconds” (logs) */
  { "throttled", HAUL_IMAP_ERROR_THROTTLED },
  { "suggested backoff time", HAUL_IMAP_ERROR_THROTTLED },
  /* Gmail: “Account exceeded command or bandwidth limits” (support.google.com) */
  { "bandwidth limit", HAUL_IMAP_ERROR_THROTTLED },
  /* Yahoo: “Server error - Please try again later” (log: imapsync 209) */
  { "please try again later", HAUL_IMAP_ERROR_THROTTLED },
  /* Gmail, the sixteenth connection (reported) */
  { "too many simultaneous connections", HAUL_IMAP_ERROR_THROTTLED },
  /* Dovecot 2.3: mail_max_userip_connections (measured) */
  { "maximum number of connections", HAUL_IMAP_ERROR_THROTTLED },
  { "too many connections", HAUL_IMAP_ERROR_THROTTLED },
  /* Exchange, overloaded or full (reported) */
  { "server unavailable", HAUL_IMAP_ERROR_THROTTLED },
  /* Zimbra (reported) */
  { "maximum message size", HAUL_IMAP_ERROR_TOO_BIG },
  /* Exchange 2007 and later (reported) */
  { "maximum size of appendable", HAUL_IMAP_ERROR_TOO_BIG },
  /* hMailServer 5.x: “Message size exceeds fixed maximum message size” (source) */
  { "message size exceeds", HAUL_IMAP_ERROR_TOO_BIG },
  { "message too large", HAUL_IMAP_ERROR_TOO_BIG },
  { "message is too large", HAUL_IMAP_ERROR_TOO_BIG },
  /* Exchange Online, untagged, of a literal that its proxy does not take (log) */
  { "command line limit exceeded", HAUL_IMAP_ERROR_TOO_BIG },
  { "quota", HAUL_IMAP_ERROR_OVERQUOTA },
  /* GroupWise: “The 1500 MB storage limit has been exceeded” (log: offlineimap 29) */
  { "storage limit", HAUL_IMAP_ERROR_OVERQUOTA },
  { "mailbox is full", HAUL_IMAP_ERROR_OVERQUOTA },
  { "mailbox full", HAUL_IMAP_ERROR_OVERQUOTA },
  { "time to find a bigger place", HAUL_IMAP_ERROR_OVERQUOTA },
  { "already exists", HAUL_IMAP_ERROR_EXISTS },
  { "doesn't exist", HAUL_IMAP_ERROR_TRY_CREATE },
  { "does not exist", HAUL_IMAP_ERROR_TRY_CREATE },
  { "no such mailbox", HAUL_IMAP_ERROR_TRY_CREATE },
};

/**
 * haul_imap_quirks_classify:
 * @code: (nullable): response code, upper case
 * @text: (nullable): the server's words
 * @otherwise: what it is when neither tells
 *
 * Finds out what a NO, BAD or BYE is about.
 */
HaulImapError
haul_imap_quirks_classify (const char *code, const char *text, HaulImapError otherwise)
{
  g_autofree char *lower = g_ascii_strdown (text == NULL ? "" : text, -1);

  /* 2026-11, Dovecot 2.3, measured: says LIMIT of a message that is too big, for good. */
  if (strstr (lower, "larger than the maximum size") != NULL)
    return HAUL_IMAP_ERROR_TOO_BIG;
  /* 2026-11, Cyrus 3.6, source: says LIMIT of a mailbox with 128 keywords, which no wait helps against. */
  if (strstr (lower, "too many user flags") != NULL)
    return otherwise;
  /* 2026-11, Gmail, support.google.com: says OVERQUOTA for a day's allowance used up. */
  if (strstr (lower, "bandwidth limit") != NULL)
    return HAUL_IMAP_ERROR_THROTTLED;
  for (gsize i = 0; code != NULL && i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (code, codes[i].code))
      return codes[i].meaning;
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (strstr (lower, texts[i].words) != NULL)
      return texts[i].meaning;
  return otherwise;
}

/* Lower case: one connection too many, of this account or from this computer. */
static const char *const connections[] = {
  "too many simultaneous connections", "maximum number of connections", "too many connections",
  "too many concurrent connections",   "too many imap connections",     "connection limit",
};

/**
 * haul_imap_quirks_is_about_connections:
 * @text: (nullable): the words of a server that asks to be left alone
 *
 * Whether fewer connections would do.
 */
gboolean
haul_imap_quirks_is_about_connections (const char *text)
{
  g_autofree char *lower = g_ascii_strdown (text == NULL ? "" : text, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (connections); i++)
    if (strstr (lower, connections[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* Gmail: what may be sent in a day is used up (docs/wire.md). */
gboolean
haul_imap_quirks_is_about_budget (const char *text)
{
  g_autofree char *lower = g_ascii_strdown (text == NULL ? "" : text, -1);

  return strstr (lower, "bandwidth limit") != NULL;
}

/* Exchange says this of a full mailbox, and of itself when it has too much to do (docs/wire.md). */
gboolean
haul_imap_quirks_is_perhaps_full (const char *text)
{
  g_autofree char *lower = g_ascii_strdown (text == NULL ? "" : text, -1);

  return strstr (lower, "server unavailable") != NULL;
}

/**
 * haul_imap_quirks_new_error:
 * @response: a NO, BAD or BYE
 * @otherwise: its error when neither code nor words tell
 * @what: what was asked for, `APPEND`
 *
 * Returns: (transfer full): the error, with the server's code and words
 */
GError *
haul_imap_quirks_new_error (const HaulImapResponse *response, HaulImapError otherwise, const char *what)
{
  static const char *const conditions[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };

  GError *error
      = haul_imap_error_new (haul_imap_quirks_classify (response->code, response->text, otherwise), response->code,
                             response->text, "%s: the server says %s", what, conditions[response->condition]);
  haul_imap_error_set_server_code_text (error, response->code_text);
  return error;
}

/**
 * haul_imap_quirks_parse_backoff:
 * @text: (nullable): a throttling server's words
 *
 * Reads Exchange's `Suggested Backoff Time: N milliseconds`.
 *
 * Returns: milliseconds, at most a day; 0 when the server names no time
 */
gint64
haul_imap_quirks_parse_backoff (const char *text)
{
  g_autofree char *lower = g_ascii_strdown (text == NULL ? "" : text, -1);
  const char *at = strstr (lower, "backoff time:");

  if (at == NULL)
    return 0;
  guint64 value = g_ascii_strtoull (at + strlen ("backoff time:"), NULL, 10);
  return (gint64)MIN (value, G_GUINT64_CONSTANT (24 * 60 * 60 * 1000));
}
