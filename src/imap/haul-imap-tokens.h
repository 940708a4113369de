/* haul-imap-tokens.h - the tokens of one response, kept together; its size is bounded
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-lexer.h"

G_BEGIN_DECLS

#define HAUL_IMAP_TOKENS_MAX_OCTETS (1024 * 1024)

typedef struct _HaulImapTokens HaulImapTokens;

HaulImapTokens *haul_imap_tokens_new (void);
void haul_imap_tokens_free (HaulImapTokens *tokens);
void haul_imap_tokens_clear (HaulImapTokens *tokens);
gboolean haul_imap_tokens_add (HaulImapTokens *tokens, HaulImapTokenType type, const char *text, gsize length);
gboolean haul_imap_tokens_extend (HaulImapTokens *tokens, const char *text, gsize length);
gsize haul_imap_tokens_get_count (const HaulImapTokens *tokens);
HaulImapTokenType haul_imap_tokens_get_type (const HaulImapTokens *tokens, gsize index);
const char *haul_imap_tokens_get_text (const HaulImapTokens *tokens, gsize index, gsize *length);
gboolean haul_imap_tokens_is_word (const HaulImapTokens *tokens, gsize index, const char *word);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapTokens, haul_imap_tokens_free)

G_END_DECLS
