/* haul-imap-lexer.h - octets to tokens; incremental; no I/O
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  HAUL_IMAP_TOKEN_ATOM,    /* also tags, *, +, numbers, flags with their backslash, BODY[…] with its brackets */
  HAUL_IMAP_TOKEN_STRING,  /* quoted, unescaped */
  HAUL_IMAP_TOKEN_LITERAL, /* literal_size octets follow, by haul_imap_lexer_take_literal() */
  HAUL_IMAP_TOKEN_LIST_OPEN,
  HAUL_IMAP_TOKEN_LIST_CLOSE,
  HAUL_IMAP_TOKEN_TEXT, /* what follows OK, NO, BAD, BYE, PREAUTH and +, to the end of the line, with its [code] */
  HAUL_IMAP_TOKEN_END,  /* CRLF */
} HaulImapTokenType;

typedef struct
{
  HaulImapTokenType type;
  const char *text; /* borrowed until the next call; NUL-terminated, may hold octets ≥ 0x80 */
  gsize length;
  guint64 literal_size; /* of LITERAL */
} HaulImapToken;

typedef enum
{
  HAUL_IMAP_LEXER_TOKEN,
  HAUL_IMAP_LEXER_NEED_MORE, /* also while a literal is not taken to its end */
  HAUL_IMAP_LEXER_ERROR,     /* sticky: the stream cannot be trusted any more */
} HaulImapLexerResult;

typedef struct _HaulImapLexer HaulImapLexer;

HaulImapLexer *haul_imap_lexer_new (void);
void haul_imap_lexer_free (HaulImapLexer *lexer);
void haul_imap_lexer_feed (HaulImapLexer *lexer, const void *data, gsize length);
HaulImapLexerResult haul_imap_lexer_next (HaulImapLexer *lexer, HaulImapToken *token, GError **error);
gsize haul_imap_lexer_take_literal (HaulImapLexer *lexer, void *buffer, gsize length);
guint64 haul_imap_lexer_get_literal_left (const HaulImapLexer *lexer);
gsize haul_imap_lexer_get_pending (const HaulImapLexer *lexer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapLexer, haul_imap_lexer_free)

G_END_DECLS
