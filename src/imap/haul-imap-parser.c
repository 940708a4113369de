/* haul-imap-parser.c - octets to typed responses; incremental; no I/O
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner.
 * Memory:  one response without its message bodies, at most 1 MiB; bodies go through 16 KiB.
 * Errors:  %HAUL_IMAP_ERROR_PROTOCOL, and %HAUL_IMAP_ERROR_CLOSED when the body function stopped it; sticky.
 * See:     RFC 3501 §7
 */
#include "imap/haul-imap-parser.h"

#include <string.h>

#include "imap/haul-imap-error.h"

#define CHUNK (16 * 1024)

typedef enum
{
  LITERAL_NONE,
  LITERAL_KEPT,
  LITERAL_BODY, /* goes to the body function */
} LiteralKind;

struct _HaulImapParser
{
  HaulImapLexer *lexer;   /* (owned) */
  HaulImapTokens *tokens; /* (owned) of the response at work */
  guint depth;
  LiteralKind literal;
  gboolean is_first; /* nothing of this body was handed out yet */
  gboolean has_body;
  HaulImapResponseBodyFunc body_func; /* (nullable) */
  gpointer body_data;
  GError *error; /* (owned) (nullable) */
};

/**
 * haul_imap_parser_new:
 *
 * Returns: (transfer full): a parser at the start of a response
 */
HaulImapParser *
haul_imap_parser_new (void)
{
  HaulImapParser *self = g_new0 (HaulImapParser, 1);

  self->lexer = haul_imap_lexer_new ();
  self->tokens = haul_imap_tokens_new ();
  return self;
}

void
haul_imap_parser_free (HaulImapParser *parser)
{
  if (parser == NULL)
    return;
  haul_imap_lexer_free (parser->lexer);
  haul_imap_tokens_free (parser->tokens);
  g_clear_error (&parser->error);
  g_free (parser);
}

/**
 * haul_imap_parser_set_body_func:
 * @parser: a parser
 * @func: (nullable): receives the bodies in FETCH; without it a body is kept and dropped, and more than 1 MiB is an
 * error
 * @user_data: for @func
 *
 * To be set while a FETCH with bodies runs, and only then.
 */
void
haul_imap_parser_set_body_func (HaulImapParser *parser, HaulImapResponseBodyFunc func, gpointer user_data)
{
  parser->body_func = func;
  parser->body_data = user_data;
}

/**
 * haul_imap_parser_feed:
 * @parser: a parser
 * @data: octets as they came
 * @length: how many
 *
 * Keeps a copy of @data for haul_imap_parser_next().
 */
void
haul_imap_parser_feed (HaulImapParser *parser, const void *data, gsize length)
{
  haul_imap_lexer_feed (parser->lexer, data, length);
}

/**
 * haul_imap_parser_get_pending:
 * @parser: a parser
 *
 * Returns: octets fed that no response has used yet; after the OK to STARTTLS any is an attack (CVE-2011-0411)
 */
gsize
haul_imap_parser_get_pending (const HaulImapParser *parser)
{
  return haul_imap_lexer_get_pending (parser->lexer);
}

/**
 * haul_imap_parser_is_continuation_begun:
 * @parser: a parser
 *
 * Returns: whether a `+` came whose line has not ended yet
 */
gboolean
haul_imap_parser_is_continuation_begun (const HaulImapParser *parser)
{
  return haul_imap_tokens_get_count (parser->tokens) > 0 && haul_imap_tokens_is_word (parser->tokens, 0, "+");
}

static gboolean
fail (HaulImapParser *self, HaulImapError code, const char *what)
{
  self->error = haul_imap_error_new (code, NULL, NULL, "%s", what);
  return FALSE;
}

/* Whether the last token asks for a message, or a part of one, in a FETCH response. */
static gboolean
is_body_expected (const HaulImapParser *self)
{
  static const char *const keys[] = { "RFC822", "RFC822.HEADER", "RFC822.TEXT" };
  gsize count = haul_imap_tokens_get_count (self->tokens);

  if (self->body_func == NULL || self->depth != 1 || count < 5
      || haul_imap_tokens_get_type (self->tokens, count - 1) != HAUL_IMAP_TOKEN_ATOM
      || !haul_imap_tokens_is_word (self->tokens, 2, "FETCH"))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (haul_imap_tokens_is_word (self->tokens, count - 1, keys[i]))
      return TRUE;
  const char *key = haul_imap_tokens_get_text (self->tokens, count - 1, NULL);
  return g_ascii_strncasecmp (key, "BODY[", 5) == 0 || g_ascii_strncasecmp (key, "BINARY[", 7) == 0;
}

static gboolean
hand_out_body (HaulImapParser *self, const void *data, gsize length)
{
  gboolean is_first = self->is_first;

  self->is_first = FALSE;
  self->has_body = TRUE;
  if (!self->body_func (is_first, data, length, self->body_data))
    return fail (self, HAUL_IMAP_ERROR_CLOSED, "reading of a message was stopped");
  return TRUE;
}

/* Moves what is there of a literal. FALSE: more must be fed, or an error. */
static gboolean
pump_literal (HaulImapParser *self)
{
  char buffer[CHUNK];
  gsize n;

  while ((n = haul_imap_lexer_take_literal (self->lexer, buffer, sizeof buffer)) > 0)
    {
      if (self->literal == LITERAL_BODY && !hand_out_body (self, buffer, n))
        return FALSE;
      if (self->literal == LITERAL_KEPT && !haul_imap_tokens_extend (self->tokens, buffer, n))
        return fail (self, HAUL_IMAP_ERROR_PROTOCOL, "the server sent a response that is too long");
    }
  if (haul_imap_lexer_get_literal_left (self->lexer) > 0)
    return FALSE;
  self->literal = LITERAL_NONE;
  return TRUE;
}

static gboolean
add_token (HaulImapParser *self, const HaulImapToken *token)
{
  gboolean is_value = token->type == HAUL_IMAP_TOKEN_LITERAL || token->type == HAUL_IMAP_TOKEN_STRING;
  gboolean is_body = is_value && is_body_expected (self);
  gboolean is_literal = token->type == HAUL_IMAP_TOKEN_LITERAL;

  if (is_literal && !is_body && token->literal_size > HAUL_IMAP_TOKENS_MAX_OCTETS)
    return fail (self, HAUL_IMAP_ERROR_PROTOCOL, "the server sent a literal that is too long");
  /* A body is not kept: an empty token stands in its place. */
  if (!haul_imap_tokens_add (self->tokens, token->type, is_value && (is_body || is_literal) ? "" : token->text,
                             is_value && (is_body || is_literal) ? 0 : token->length))
    return fail (self, HAUL_IMAP_ERROR_PROTOCOL, "the server sent a response that is too long");

  self->depth += token->type == HAUL_IMAP_TOKEN_LIST_OPEN;
  self->depth -= token->type == HAUL_IMAP_TOKEN_LIST_CLOSE;
  if (is_literal)
    self->literal = is_body ? LITERAL_BODY : LITERAL_KEPT;
  if (!is_body)
    return TRUE;
  self->is_first = TRUE;
  if (is_literal && token->literal_size > 0)
    return TRUE;
  return hand_out_body (self, is_literal ? "" : token->text, is_literal ? 0 : token->length);
}

static HaulImapResponse *
finish (HaulImapParser *self)
{
  HaulImapResponse *response = haul_imap_response_new_from_tokens (self->tokens, &self->error);

  if (response != NULL)
    response->has_body = self->has_body;
  haul_imap_tokens_clear (self->tokens);
  self->has_body = FALSE;
  return response;
}

/**
 * haul_imap_parser_next:
 * @parser: a parser
 * @response: (out) (transfer full): a whole response
 * @error: return location; %HAUL_IMAP_ERROR_PROTOCOL, %HAUL_IMAP_ERROR_CLOSED
 *
 * Takes the next whole response; bodies in it have gone through the body function by then.
 *
 * Returns: what happened; after an error the connection is of no more use
 */
HaulImapParserResult
haul_imap_parser_next (HaulImapParser *parser, HaulImapResponse **response, GError **error)
{
  *response = NULL;
  while (parser->error == NULL)
    {
      if (parser->literal != LITERAL_NONE && !pump_literal (parser))
        {
          if (parser->error != NULL)
            break;
          return HAUL_IMAP_PARSER_NEED_MORE;
        }

      HaulImapToken token;
      HaulImapLexerResult result = haul_imap_lexer_next (parser->lexer, &token, &parser->error);
      if (result == HAUL_IMAP_LEXER_NEED_MORE)
        return HAUL_IMAP_PARSER_NEED_MORE;
      if (result == HAUL_IMAP_LEXER_ERROR)
        break;
      if (token.type != HAUL_IMAP_TOKEN_END)
        {
          add_token (parser, &token);
          continue;
        }
      *response = finish (parser);
      if (*response != NULL)
        return HAUL_IMAP_PARSER_RESPONSE;
    }
  g_propagate_error (error, g_error_copy (parser->error));
  return HAUL_IMAP_PARSER_ERROR;
}
