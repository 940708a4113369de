/* haul-imap-capability.c - the words of CAPABILITY as bits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * See:     RFC 3501 §7.2.1, RFC 7889 (APPENDLIMIT).
 */
#include "imap/haul-imap-capability.h"

#include <string.h>

#define APPEND_LIMIT "APPENDLIMIT="

static const struct
{
  const char *word;
  HaulImapCapability bit;
} known[] = {
  { "STARTTLS", HAUL_IMAP_CAPABILITY_STARTTLS },
  { "LOGINDISABLED", HAUL_IMAP_CAPABILITY_LOGINDISABLED },
  { "SASL-IR", HAUL_IMAP_CAPABILITY_SASL_IR },
  { "LITERAL+", HAUL_IMAP_CAPABILITY_LITERAL_PLUS },
  { "LITERAL-", HAUL_IMAP_CAPABILITY_LITERAL_MINUS },
  { "MULTIAPPEND", HAUL_IMAP_CAPABILITY_MULTIAPPEND },
  { "UIDPLUS", HAUL_IMAP_CAPABILITY_UIDPLUS },
  { "MOVE", HAUL_IMAP_CAPABILITY_MOVE },
  { "NAMESPACE", HAUL_IMAP_CAPABILITY_NAMESPACE },
  { "SPECIAL-USE", HAUL_IMAP_CAPABILITY_SPECIAL_USE },
  { "QUOTA", HAUL_IMAP_CAPABILITY_QUOTA },
  { "APPENDLIMIT", HAUL_IMAP_CAPABILITY_APPENDLIMIT },
  { "UNSELECT", HAUL_IMAP_CAPABILITY_UNSELECT },
  { "ID", HAUL_IMAP_CAPABILITY_ID },
  { "COMPRESS=DEFLATE", HAUL_IMAP_CAPABILITY_COMPRESS },
  { "CREATE-SPECIAL-USE", HAUL_IMAP_CAPABILITY_CREATE_SPECIAL_USE },
};

/**
 * haul_imap_capability_parse:
 * @words: words as sent
 * @append_limit: (out): octets the server takes per message, 0 when it does not say or says nonsense
 *
 * Returns: #HaulImapCapability
 */
guint
haul_imap_capability_parse (const char *const *words, guint64 *append_limit)
{
  guint found = 0;

  *append_limit = 0;
  for (gsize w = 0; words[w] != NULL; w++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
        if (g_ascii_strcasecmp (words[w], known[i].word) == 0)
          found |= known[i].bit;
      if (g_ascii_strncasecmp (words[w], APPEND_LIMIT, strlen (APPEND_LIMIT)) == 0
          && !g_ascii_string_to_unsigned (words[w] + strlen (APPEND_LIMIT), 10, 0, G_MAXUINT64, append_limit, NULL))
        *append_limit = 0;
    }
  return found;
}
