/* haul-imap-lexer.c - octets to tokens; incremental; no I/O
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one owner.
 * Memory:  what was fed and not taken, and one token of at most 64 KiB; a literal's size is never allocated.
 * Errors:  %HAUL_IMAP_ERROR_PROTOCOL, sticky.
 * See:     RFC 3501 §9. Every octet is looked at once, whatever the pieces it comes in.
 */
#include "imap/haul-imap-lexer.h"

#include <string.h>

#include "imap/haul-imap-error.h"

#define MAX_LINE (64 * 1024)       /* octets of one line */
#define MAX_RESPONSE (1024 * 1024) /* octets of one response without its literals */
#define MAX_DEPTH 32
#define COMPACT_FROM (64 * 1024)

typedef enum
{
  STATE_LINE_START,
  STATE_BETWEEN,
  STATE_ATOM,
  STATE_SECTION, /* in BODY[…]: blanks and parentheses belong to the atom */
  STATE_QUOTED,
  STATE_ESCAPED,
  STATE_LITERAL_SIZE,
  STATE_LITERAL_CR,
  STATE_LITERAL_LF,
  STATE_LITERAL, /* the octets wait to be taken */
  STATE_TEXT_START,
  STATE_TEXT,
  STATE_TEXT_CR,
  STATE_END_LF,
} State;

struct _HaulImapLexer
{
  GByteArray *in; /* (owned) fed and, from pos on, not yet looked at */
  gsize pos;
  State state;
  GString *token; /* (owned) the token at work, then the one handed out */
  guint word;     /* words of this response, outside parentheses */
  guint depth;
  gsize line_octets;
  gsize response_octets;
  guint64 literal_size;
  guint size_digits;
  guint64 literal_left;
  GError *error; /* (owned) (nullable) */
};

typedef enum
{
  STEP_GO_ON,
  STEP_AGAIN, /* the same octet, in the new state */
  STEP_TOKEN,
  STEP_TOKEN_AGAIN, /* a token, and the octet belongs to what follows */
  STEP_ERROR,
} Step;

/**
 * haul_imap_lexer_new:
 *
 * Returns: (transfer full): a lexer at the start of a response
 */
HaulImapLexer *
haul_imap_lexer_new (void)
{
  HaulImapLexer *self = g_new0 (HaulImapLexer, 1);

  self->in = g_byte_array_new ();
  self->token = g_string_new (NULL);
  return self;
}

void
haul_imap_lexer_free (HaulImapLexer *lexer)
{
  if (lexer == NULL)
    return;
  g_byte_array_unref (lexer->in);
  g_string_free (lexer->token, TRUE);
  g_clear_error (&lexer->error);
  g_free (lexer);
}

/**
 * haul_imap_lexer_feed:
 * @lexer: a lexer
 * @data: octets as they came
 * @length: how many
 *
 * Keeps a copy of @data for haul_imap_lexer_next().
 */
void
haul_imap_lexer_feed (HaulImapLexer *lexer, const void *data, gsize length)
{
  g_return_if_fail (length <= G_MAXINT32);
  if (lexer->pos == lexer->in->len)
    {
      g_byte_array_set_size (lexer->in, 0);
      lexer->pos = 0;
    }
  else if (lexer->pos >= COMPACT_FROM && lexer->pos >= lexer->in->len / 2)
    {
      g_byte_array_remove_range (lexer->in, 0, (guint)lexer->pos);
      lexer->pos = 0;
    }
  g_byte_array_append (lexer->in, data, (guint)length);
}

gsize
haul_imap_lexer_get_pending (const HaulImapLexer *lexer)
{
  return lexer->in->len - lexer->pos;
}

guint64
haul_imap_lexer_get_literal_left (const HaulImapLexer *lexer)
{
  return lexer->literal_left;
}

static Step
fail (HaulImapLexer *self, const char *what)
{
  self->error = haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, NULL, "the server sent %s", what);
  return STEP_ERROR;
}

static Step
hand_out (HaulImapLexer *self, HaulImapToken *token, HaulImapTokenType type)
{
  *token = (HaulImapToken){ .type = type, .text = self->token->str, .length = self->token->len };
  self->state = STATE_BETWEEN;
  return STEP_TOKEN;
}

static Step
end_line (HaulImapLexer *self, HaulImapToken *token)
{
  if (self->depth > 0)
    return fail (self, "a line that ends inside parentheses");
  g_string_truncate (self->token, 0);
  hand_out (self, token, HAUL_IMAP_TOKEN_END);
  self->state = STATE_LINE_START;
  return STEP_TOKEN;
}

static gboolean
is_condition (const char *word)
{
  static const char *const conditions[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };
  for (gsize i = 0; i < G_N_ELEMENTS (conditions); i++)
    if (g_ascii_strcasecmp (word, conditions[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
begins_section (const HaulImapLexer *self)
{
  const char *text = self->token->str;
  return self->depth > 0
         && (g_ascii_strncasecmp (text, "BODY", 4) == 0 || g_ascii_strncasecmp (text, "BINARY", 6) == 0);
}

static Step
end_atom (HaulImapLexer *self, HaulImapToken *token)
{
  hand_out (self, token, HAUL_IMAP_TOKEN_ATOM);
  if (self->depth == 0 && ++self->word == 2 && is_condition (self->token->str))
    self->state = STATE_TEXT_START;
  return STEP_TOKEN_AGAIN;
}

static Step
begin_literal (HaulImapLexer *self)
{
  g_string_truncate (self->token, 0);
  self->literal_size = self->size_digits = 0;
  self->state = STATE_LITERAL_SIZE;
  return STEP_GO_ON;
}

static Step
step_parenthesis (HaulImapLexer *self, HaulImapToken *token, guint8 c)
{
  g_string_append_c (self->token, (char)c);
  if (c == ')' && self->depth == 0)
    return fail (self, "a closing parenthesis without its opening one");
  if (c == '(' && self->depth == MAX_DEPTH)
    return fail (self, "parentheses nested too deep");
  self->depth += c == '(' ? 1 : -1;
  return hand_out (self, token, c == '(' ? HAUL_IMAP_TOKEN_LIST_OPEN : HAUL_IMAP_TOKEN_LIST_CLOSE);
}

static Step
step_between (HaulImapLexer *self, HaulImapToken *token, guint8 c)
{
  g_string_truncate (self->token, 0);
  switch (c)
    {
    case ' ':
      return STEP_GO_ON;
    case '\r':
      self->state = STATE_END_LF;
      return STEP_GO_ON;
    case '"':
      self->state = STATE_QUOTED;
      return STEP_GO_ON;
    case '{':
      return begin_literal (self);
    case '(':
    case ')':
      return step_parenthesis (self, token, c);
    default:
      self->state = STATE_ATOM;
      return STEP_AGAIN;
    }
}

static Step
step_line_start (HaulImapLexer *self, HaulImapToken *token, guint8 c)
{
  g_string_truncate (self->token, 0);
  self->word = 0;
  self->line_octets = self->response_octets = 0;
  if (c == '+')
    {
      g_string_append_c (self->token, '+');
      hand_out (self, token, HAUL_IMAP_TOKEN_ATOM);
      self->state = STATE_TEXT_START;
      return STEP_TOKEN;
    }
  if (c <= ' ' || c == '"' || c == '(' || c == ')' || c == '{')
    return fail (self, "a line that begins with no tag");
  self->state = STATE_ATOM;
  return STEP_AGAIN;
}

static Step
step_atom (HaulImapLexer *self, HaulImapToken *token, guint8 c)
{
  switch (c)
    {
    case ' ':
    case '\r':
    case '(':
    case ')':
      return end_atom (self, token);
    case '{':
      return g_str_equal (self->token->str, "~") ? begin_literal (self) : fail (self, "a literal inside a word");
    case '"':
      return fail (self, "a quote inside a word");
    default:
      if (g_ascii_iscntrl ((char)c))
        return fail (self, "a control character");
      if (c == '[' && begins_section (self))
        self->state = STATE_SECTION;
      g_string_append_c (self->token, (char)c);
      return STEP_GO_ON;
    }
}

static Step
step_section (HaulImapLexer *self, guint8 c)
{
  if (g_ascii_iscntrl ((char)c))
    return fail (self, "a control character in a section");
  g_string_append_c (self->token, (char)c);
  if (c == ']')
    self->state = STATE_ATOM;
  return STEP_GO_ON;
}

static Step
step_quoted (HaulImapLexer *self, HaulImapToken *token, guint8 c)
{
  if (self->state == STATE_QUOTED && c == '"')
    {
      self->word += self->depth == 0;
      return hand_out (self, token, HAUL_IMAP_TOKEN_STRING);
    }
  if (self->state == STATE_QUOTED && c == '\\')
    {
      self->state = STATE_ESCAPED;
      return STEP_GO_ON;
    }
  if (c == '\r' || c == '\n')
    return fail (self, "a quoted string without its end");
  /* A backslash before anything else was meant as one: some servers forget to double it. */
  if (self->state == STATE_ESCAPED && c != '"' && c != '\\')
    g_string_append_c (self->token, '\\');
  g_string_append_c (self->token, (char)c);
  self->state = STATE_QUOTED;
  return STEP_GO_ON;
}

static Step
step_literal_size (HaulImapLexer *self, guint8 c)
{
  if (c == '}' && self->size_digits > 0)
    {
      self->state = STATE_LITERAL_CR;
      return STEP_GO_ON;
    }
  guint64 shifted;
  if (!g_ascii_isdigit (c) || !g_uint64_checked_mul (&shifted, self->literal_size, 10)
      || !g_uint64_checked_add (&self->literal_size, shifted, (guint64)(c - '0')))
    return fail (self, "a literal of no sound size");
  self->size_digits++;
  return STEP_GO_ON;
}

static Step
step_literal_line (HaulImapLexer *self, HaulImapToken *token, guint8 c)
{
  if (c != (self->state == STATE_LITERAL_CR ? '\r' : '\n'))
    return fail (self, "a literal whose size does not end the line");
  if (self->state == STATE_LITERAL_CR)
    {
      self->state = STATE_LITERAL_LF;
      return STEP_GO_ON;
    }
  self->word += self->depth == 0;
  self->line_octets = 0;
  self->literal_left = self->literal_size;
  hand_out (self, token, HAUL_IMAP_TOKEN_LITERAL);
  token->literal_size = self->literal_size;
  self->state = STATE_LITERAL;
  return STEP_TOKEN;
}

/* Human text may hold anything but NUL: servers put line ends of their own into it. Only CRLF ends it. */
static Step
step_text (HaulImapLexer *self, HaulImapToken *token, guint8 c)
{
  switch (self->state)
    {
    case STATE_TEXT_START:
      g_string_truncate (self->token, 0);
      self->state = STATE_TEXT;
      return c == ' ' ? STEP_GO_ON : STEP_AGAIN;
    case STATE_TEXT:
      if (c == '\r')
        self->state = STATE_TEXT_CR;
      else
        g_string_append_c (self->token, (char)c);
      return STEP_GO_ON;
    default:
      break;
    }
  if (c != '\n')
    {
      g_string_append_c (self->token, '\r');
      self->state = STATE_TEXT;
      return STEP_AGAIN;
    }
  if (self->token->len == 0)
    return end_line (self, token);
  hand_out (self, token, HAUL_IMAP_TOKEN_TEXT);
  self->state = STATE_END_LF;
  return STEP_TOKEN_AGAIN;
}

static Step
step (HaulImapLexer *self, HaulImapToken *token, guint8 c)
{
  if (c == '\0')
    return fail (self, "a NUL");
  switch (self->state)
    {
    case STATE_LINE_START:
      return step_line_start (self, token, c);
    case STATE_BETWEEN:
      return step_between (self, token, c);
    case STATE_ATOM:
      return step_atom (self, token, c);
    case STATE_SECTION:
      return step_section (self, c);
    case STATE_QUOTED:
    case STATE_ESCAPED:
      return step_quoted (self, token, c);
    case STATE_LITERAL_SIZE:
      return step_literal_size (self, c);
    case STATE_LITERAL_CR:
    case STATE_LITERAL_LF:
      return step_literal_line (self, token, c);
    case STATE_TEXT_START:
    case STATE_TEXT:
    case STATE_TEXT_CR:
      return step_text (self, token, c);
    default:
      return c == '\n' ? end_line (self, token) : fail (self, "a line end that is not CRLF");
    }
}

/* Counts an octet of a line; literals do not come this way. */
static gboolean
count (HaulImapLexer *self)
{
  self->pos++;
  self->line_octets++;
  self->response_octets++;
  return self->line_octets <= MAX_LINE && self->response_octets <= MAX_RESPONSE;
}

/**
 * haul_imap_lexer_next:
 * @lexer: a lexer
 * @token: (out caller-allocates): the token
 * @error: return location; %HAUL_IMAP_ERROR_PROTOCOL
 *
 * Takes the next token. The same octets give the same tokens, whatever the pieces they were fed in.
 *
 * Returns: what happened
 */
HaulImapLexerResult
haul_imap_lexer_next (HaulImapLexer *lexer, HaulImapToken *token, GError **error)
{
  while (lexer->error == NULL && lexer->literal_left == 0)
    {
      if (lexer->state == STATE_LITERAL)
        lexer->state = STATE_BETWEEN;
      if (lexer->pos == lexer->in->len)
        return HAUL_IMAP_LEXER_NEED_MORE;

      Step done = step (lexer, token, lexer->in->data[lexer->pos]);
      if ((done == STEP_GO_ON || done == STEP_TOKEN) && !count (lexer))
        done = fail (lexer, "a line that is too long");
      if (done == STEP_TOKEN || done == STEP_TOKEN_AGAIN)
        return HAUL_IMAP_LEXER_TOKEN;
    }
  if (lexer->error == NULL)
    return HAUL_IMAP_LEXER_NEED_MORE;
  g_propagate_error (error, g_error_copy (lexer->error));
  return HAUL_IMAP_LEXER_ERROR;
}

/**
 * haul_imap_lexer_take_literal:
 * @lexer: a lexer that handed out a literal
 * @buffer: (out caller-allocates): where to
 * @length: room in @buffer
 *
 * Moves octets of the literal out, as far as they were fed.
 *
 * Returns: how many, 0 when more must be fed or the literal is at its end
 */
gsize
haul_imap_lexer_take_literal (HaulImapLexer *lexer, void *buffer, gsize length)
{
  gsize n = MIN (MIN (length, haul_imap_lexer_get_pending (lexer)), lexer->literal_left);

  if (n == 0)
    return 0;
  memcpy (buffer, lexer->in->data + lexer->pos, n);
  lexer->pos += n;
  lexer->literal_left -= n;
  return n;
}
