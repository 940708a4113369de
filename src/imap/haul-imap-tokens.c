/* haul-imap-tokens.c - the tokens of one response, kept together; its size is bounded
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner.
 * Memory:  at most HAUL_IMAP_TOKENS_MAX_OCTETS of text, and 12 octets a token.
 */
#include "imap/haul-imap-tokens.h"

typedef struct
{
  guint32 offset; /* in text */
  guint32 length; /* without the NUL that follows */
  HaulImapTokenType type;
} Entry;

struct _HaulImapTokens
{
  GArray *entries;  /* (owned) (element-type Entry) */
  GByteArray *text; /* (owned) every token's octets, each with a NUL after it */
};

/**
 * haul_imap_tokens_new:
 *
 * Returns: (transfer full): no tokens
 */
HaulImapTokens *
haul_imap_tokens_new (void)
{
  HaulImapTokens *self = g_new0 (HaulImapTokens, 1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  self->text = g_byte_array_new ();
  return self;
}

void
haul_imap_tokens_free (HaulImapTokens *tokens)
{
  if (tokens == NULL)
    return;
  g_array_unref (tokens->entries);
  g_byte_array_unref (tokens->text);
  g_free (tokens);
}

void
haul_imap_tokens_clear (HaulImapTokens *tokens)
{
  g_array_set_size (tokens->entries, 0);
  g_byte_array_set_size (tokens->text, 0);
}

static gboolean
has_room (const HaulImapTokens *self, gsize length)
{
  return length < HAUL_IMAP_TOKENS_MAX_OCTETS && self->text->len + length + 1 <= HAUL_IMAP_TOKENS_MAX_OCTETS;
}

/**
 * haul_imap_tokens_add:
 * @tokens: the tokens
 * @type: what it is
 * @text: its octets
 * @length: how many
 *
 * Returns: %FALSE where the response would cross its limit
 */
gboolean
haul_imap_tokens_add (HaulImapTokens *tokens, HaulImapTokenType type, const char *text, gsize length)
{
  if (!has_room (tokens, length))
    return FALSE;
  Entry entry = { .offset = tokens->text->len, .length = (guint32)length, .type = type };
  g_array_append_val (tokens->entries, entry);
  g_byte_array_append (tokens->text, (const guint8 *)text, (guint)length);
  g_byte_array_append (tokens->text, (const guint8 *)"", 1);
  return TRUE;
}

/**
 * haul_imap_tokens_extend:
 * @tokens: the tokens, at least one
 * @text: octets
 * @length: how many
 *
 * Appends to the last token, as a literal arrives in pieces.
 *
 * Returns: %FALSE where the response would cross its limit
 */
gboolean
haul_imap_tokens_extend (HaulImapTokens *tokens, const char *text, gsize length)
{
  if (!has_room (tokens, length))
    return FALSE;
  g_byte_array_set_size (tokens->text, tokens->text->len - 1);
  g_byte_array_append (tokens->text, (const guint8 *)text, (guint)length);
  g_byte_array_append (tokens->text, (const guint8 *)"", 1);
  g_array_index (tokens->entries, Entry, tokens->entries->len - 1).length += (guint32)length;
  return TRUE;
}

gsize
haul_imap_tokens_get_count (const HaulImapTokens *tokens)
{
  return tokens->entries->len;
}

/**
 * haul_imap_tokens_get_type:
 * @tokens: the tokens
 * @index: any number
 *
 * Returns: the token's type; %HAUL_IMAP_TOKEN_END behind the last one
 */
HaulImapTokenType
haul_imap_tokens_get_type (const HaulImapTokens *tokens, gsize index)
{
  return index >= tokens->entries->len ? HAUL_IMAP_TOKEN_END : g_array_index (tokens->entries, Entry, index).type;
}

/**
 * haul_imap_tokens_get_text:
 * @tokens: the tokens
 * @index: below the count
 * @length: (out) (optional): octets; more than strlen() where a literal holds a NUL
 *
 * Returns: (transfer none): valid until the tokens change
 */
const char *
haul_imap_tokens_get_text (const HaulImapTokens *tokens, gsize index, gsize *length)
{
  g_assert (index < tokens->entries->len);
  const Entry *entry = &g_array_index (tokens->entries, Entry, index);

  if (length != NULL)
    *length = entry->length;
  return (const char *)tokens->text->data + entry->offset;
}

/**
 * haul_imap_tokens_is_word:
 * @tokens: the tokens
 * @index: any number
 * @word: a word of the protocol
 *
 * Returns: whether the token is this atom, in any case of letters
 */
gboolean
haul_imap_tokens_is_word (const HaulImapTokens *tokens, gsize index, const char *word)
{
  return haul_imap_tokens_get_type (tokens, index) == HAUL_IMAP_TOKEN_ATOM
         && g_ascii_strcasecmp (haul_imap_tokens_get_text (tokens, index, NULL), word) == 0;
}
