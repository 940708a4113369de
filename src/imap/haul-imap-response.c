/* haul-imap-response.c - tokens to a typed response; no I/O
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any one thread at a time.
 * Errors:  %HAUL_IMAP_ERROR_PROTOCOL. What only helps (NAMESPACE, QUOTA) is skipped where it is malformed; what we
 * build upon is an error. See:     RFC 3501 §7, RFC 2342, RFC 9208 (STORAGE is in units of 1,024 octets), RFC 6154
 */
#include "imap/haul-imap-response.h"

#include <string.h>

#include "base/haul-utf7.h"
#include "imap/haul-imap-code.h"
#include "imap/haul-imap-error.h"
#include "imap/haul-imap-text.h"

#define QUOTA_UNIT 1024

typedef struct
{
  const HaulImapTokens *tokens;
  gsize pos;
  HaulImapResponse *response;
} Reader;

void
haul_imap_response_free (HaulImapResponse *response)
{
  if (response == NULL)
    return;
  g_free (response->tag);
  g_free (response->code);
  g_free (response->code_text);
  g_free (response->text);
  g_strfreev (response->words);
  haul_imap_copy_uid_clear (&response->copy_uid);
  haul_imap_mailbox_free (response->mailbox);
  haul_imap_namespace_clear (&response->name_space);
  g_free (response->mailbox_name);
  haul_imap_status_clear (&response->status);
  g_strfreev (response->keywords);
  g_free (response);
}

static HaulImapTokenType
peek (const Reader *reader)
{
  return haul_imap_tokens_get_type (reader->tokens, reader->pos);
}

static gboolean
take (Reader *reader, HaulImapTokenType type)
{
  if (peek (reader) != type)
    return FALSE;
  reader->pos++;
  return TRUE;
}

static const char *
take_atom (Reader *reader)
{
  return peek (reader) == HAUL_IMAP_TOKEN_ATOM ? haul_imap_tokens_get_text (reader->tokens, reader->pos++, NULL) : NULL;
}

/* An atom, string or literal without a NUL. */
static const char *
take_string (Reader *reader)
{
  HaulImapTokenType type = peek (reader);
  gsize length;

  if (type != HAUL_IMAP_TOKEN_ATOM && type != HAUL_IMAP_TOKEN_STRING && type != HAUL_IMAP_TOKEN_LITERAL)
    return NULL;
  const char *text = haul_imap_tokens_get_text (reader->tokens, reader->pos++, &length);
  return strlen (text) == length ? text : NULL;
}

static gboolean
take_number (Reader *reader, guint64 max, guint64 *number)
{
  const char *text = take_atom (reader);
  return text != NULL && haul_imap_text_parse_number (text, max, number);
}

static gboolean
take_number32 (Reader *reader, guint32 *number)
{
  guint64 wide;
  if (!take_number (reader, G_MAXUINT32, &wide))
    return FALSE;
  *number = (guint32)wide;
  return TRUE;
}

/* Passes over one value, a list with all that is in it. */
static gboolean
skip (Reader *reader)
{
  guint depth = 0;
  do
    {
      HaulImapTokenType type = peek (reader);
      if (type == HAUL_IMAP_TOKEN_END || (type == HAUL_IMAP_TOKEN_LIST_CLOSE && depth == 0))
        return FALSE;
      depth += type == HAUL_IMAP_TOKEN_LIST_OPEN;
      depth -= type == HAUL_IMAP_TOKEN_LIST_CLOSE;
      reader->pos++;
    }
  while (depth > 0);
  return TRUE;
}

/* The atoms of a flat list; NULL where it is no such list. */
static char **
take_words (Reader *reader)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  const char *word;

  if (!take (reader, HAUL_IMAP_TOKEN_LIST_OPEN))
    return NULL;
  while ((word = take_atom (reader)) != NULL)
    g_strv_builder_add (words, word);
  return take (reader, HAUL_IMAP_TOKEN_LIST_CLOSE) ? g_strv_builder_end (words) : NULL;
}

static gboolean
read_capability (Reader *reader)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  while (peek (reader) != HAUL_IMAP_TOKEN_END)
    {
      const char *word = take_atom (reader);
      if (word == NULL)
        return FALSE;
      g_strv_builder_add (words, word);
    }
  reader->response->words = g_strv_builder_end (words);
  return TRUE;
}

static gboolean
read_flags (Reader *reader)
{
  reader->response->words = take_words (reader);
  return reader->response->words != NULL;
}

static void
apply_attribute (HaulImapMailbox *mailbox, const char *attribute)
{
  static const struct
  {
    const char *attribute;
    HaulRole role;
  } roles[] = {
    { "\\Archive", HAUL_ROLE_ARCHIVE }, { "\\Drafts", HAUL_ROLE_DRAFTS }, { "\\Junk", HAUL_ROLE_JUNK },
    { "\\Sent", HAUL_ROLE_SENT },       { "\\Trash", HAUL_ROLE_TRASH },
  };

  if (g_ascii_strcasecmp (attribute, "\\Noselect") == 0 || g_ascii_strcasecmp (attribute, "\\NonExistent") == 0)
    mailbox->can_select = FALSE;
  if (g_ascii_strcasecmp (attribute, "\\Noinferiors") == 0)
    mailbox->can_have_children = FALSE;
  if (g_ascii_strcasecmp (attribute, "\\All") == 0 || g_ascii_strcasecmp (attribute, "\\Flagged") == 0
      || g_ascii_strcasecmp (attribute, "\\Important") == 0)
    mailbox->is_view = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_ascii_strcasecmp (attribute, roles[i].attribute) == 0)
      mailbox->role = roles[i].role;
}

/* NIL, or one octet; what is longer is of no use as a delimiter. */
static gboolean
take_delimiter (Reader *reader, char *delimiter)
{
  gboolean is_nil = haul_imap_tokens_is_word (reader->tokens, reader->pos, "NIL");
  const char *text = take_string (reader);

  *delimiter = text == NULL || is_nil || strlen (text) != 1 ? '\0' : *text;
  return text != NULL;
}

static gboolean
read_list (Reader *reader)
{
  HaulImapMailbox *mailbox = g_new0 (HaulImapMailbox, 1);
  reader->response->mailbox = mailbox;
  mailbox->can_select = mailbox->can_have_children = TRUE;

  g_auto (GStrv) attributes = take_words (reader);
  if (attributes == NULL || !take_delimiter (reader, &mailbox->delimiter))
    return FALSE;
  const char *name = take_string (reader);
  if (name == NULL)
    return FALSE;
  for (gsize i = 0; attributes[i] != NULL; i++)
    apply_attribute (mailbox, attributes[i]);
  if (g_ascii_strcasecmp (name, "INBOX") == 0)
    mailbox->role = HAUL_ROLE_INBOX;
  mailbox->name = g_strdup (name);
  mailbox->display = haul_utf7_decode (name);
  if (mailbox->display == NULL)
    mailbox->display = g_utf8_make_valid (name, -1);
  return TRUE;
}

/* NIL, or a list of name spaces, of each the prefix; *delimiter is that of the first. */
static char **
take_prefixes (Reader *reader, char *delimiter)
{
  g_autoptr (GStrvBuilder) prefixes = g_strv_builder_new ();
  gboolean is_first = TRUE;

  if (haul_imap_tokens_is_word (reader->tokens, reader->pos, "NIL"))
    return skip (reader) ? g_strv_builder_end (prefixes) : NULL;
  if (!take (reader, HAUL_IMAP_TOKEN_LIST_OPEN))
    return NULL;
  while (take (reader, HAUL_IMAP_TOKEN_LIST_OPEN))
    {
      char one;
      const char *prefix = take_string (reader);
      if (prefix == NULL || !take_delimiter (reader, &one))
        return NULL;
      g_strv_builder_add (prefixes, prefix);
      *delimiter = is_first ? one : *delimiter;
      is_first = FALSE;
      while (!take (reader, HAUL_IMAP_TOKEN_LIST_CLOSE))
        if (!skip (reader))
          return NULL;
    }
  return !is_first && take (reader, HAUL_IMAP_TOKEN_LIST_CLOSE) ? g_strv_builder_end (prefixes) : NULL;
}

/* Of our own name spaces only the first; of other people's and shared ones all that can be read, to stay away from. */
static gboolean
read_namespace (Reader *reader)
{
  HaulImapNamespace *name_space = &reader->response->name_space;
  g_auto (GStrv) own = take_prefixes (reader, &name_space->delimiter);
  g_autoptr (GStrvBuilder) foreign = g_strv_builder_new ();
  char ignored;

  if (own == NULL)
    return FALSE;
  name_space->prefix = g_strdup (own[0]);
  for (guint i = 0; i < 2; i++)
    {
      g_auto (GStrv) prefixes = take_prefixes (reader, &ignored);
      if (prefixes != NULL)
        g_strv_builder_addv (foreign, (const char **)prefixes);
    }
  name_space->foreign = g_strv_builder_end (foreign);
  return TRUE;
}

static gboolean
read_status_item (Reader *reader)
{
  HaulImapStatus *status = &reader->response->status;
  const char *item = take_atom (reader);

  if (item == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (item, "MESSAGES") == 0)
    return take_number32 (reader, &status->messages);
  if (g_ascii_strcasecmp (item, "UIDNEXT") == 0)
    return take_number32 (reader, &status->uid_next);
  if (g_ascii_strcasecmp (item, "UIDVALIDITY") == 0)
    return take_number32 (reader, &status->uid_validity);
  if (g_ascii_strcasecmp (item, "APPENDLIMIT") == 0)
    {
      /* NIL, too, for there is none. */
      const char *text = take_atom (reader);
      if (text == NULL)
        return skip (reader);
      if (!haul_imap_text_parse_number (text, G_MAXUINT64, &status->append_limit))
        status->append_limit = 0;
      return TRUE;
    }
  return skip (reader);
}

static gboolean
read_mailbox_status (Reader *reader)
{
  const char *name = take_string (reader);

  if (name == NULL || !take (reader, HAUL_IMAP_TOKEN_LIST_OPEN))
    return FALSE;
  reader->response->mailbox_name = g_strdup (name);
  while (!take (reader, HAUL_IMAP_TOKEN_LIST_CLOSE))
    if (!read_status_item (reader))
      return FALSE;
  return TRUE;
}

static gboolean
read_quota (Reader *reader)
{
  HaulImapQuota *quota = &reader->response->quota;
  guint64 used, limit;

  if (take_string (reader) == NULL || !take (reader, HAUL_IMAP_TOKEN_LIST_OPEN))
    return FALSE;
  while (!take (reader, HAUL_IMAP_TOKEN_LIST_CLOSE))
    {
      const char *resource = take_atom (reader);
      if (resource == NULL || !take_number (reader, G_MAXUINT64 / QUOTA_UNIT, &used)
          || !take_number (reader, G_MAXUINT64 / QUOTA_UNIT, &limit))
        return FALSE;
      if (g_ascii_strcasecmp (resource, "STORAGE") == 0)
        *quota = (HaulImapQuota){ TRUE, used * QUOTA_UNIT, limit * QUOTA_UNIT };
    }
  return TRUE;
}

/* RFC 2971; only the name is of interest. */
static gboolean
read_id (Reader *reader)
{
  if (!take (reader, HAUL_IMAP_TOKEN_LIST_OPEN))
    return FALSE;
  while (!take (reader, HAUL_IMAP_TOKEN_LIST_CLOSE))
    {
      const char *field = take_string (reader);
      gboolean is_name = field != NULL && g_ascii_strcasecmp (field, "name") == 0;
      if (field == NULL)
        return FALSE;
      const char *value = take_string (reader);
      if (value == NULL)
        return FALSE;
      if (is_name && g_ascii_strcasecmp (value, "NIL") != 0 && reader->response->text == NULL)
        reader->response->text = g_strdup (value);
    }
  return TRUE;
}

static gboolean
read_fetch_flags (Reader *reader)
{
  HaulImapResponse *response = reader->response;
  g_auto (GStrv) words = take_words (reader);
  g_autoptr (GStrvBuilder) keywords = g_strv_builder_new ();
  guint flag;

  if (words == NULL)
    return FALSE;
  response->flags = 0;
  for (gsize i = 0; words[i] != NULL; i++)
    {
      if (!haul_imap_text_parse_flag (words[i], &flag))
        g_strv_builder_add (keywords, words[i]);
      response->flags |= flag;
    }
  g_strfreev (response->keywords);
  response->keywords = g_strv_builder_end (keywords);
  response->has_flags = TRUE;
  return TRUE;
}

static gboolean
read_fetch_item (Reader *reader)
{
  HaulImapResponse *response = reader->response;
  const char *item = take_atom (reader);

  if (item == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (item, "UID") == 0)
    return take_number32 (reader, &response->uid) && response->uid != 0;
  if (g_ascii_strcasecmp (item, "RFC822.SIZE") == 0)
    return take_number (reader, G_MAXUINT64, &response->size);
  if (g_ascii_strcasecmp (item, "FLAGS") == 0)
    return read_fetch_flags (reader);
  if (g_ascii_strcasecmp (item, "INTERNALDATE") != 0)
    return skip (reader);
  const char *date = take_string (reader);
  if (date != NULL)
    haul_imap_text_parse_date (date, &response->internal_date);
  return date != NULL;
}

static gboolean
read_fetch (Reader *reader)
{
  if (!take (reader, HAUL_IMAP_TOKEN_LIST_OPEN) || reader->response->number == 0)
    return FALSE;
  while (!take (reader, HAUL_IMAP_TOKEN_LIST_CLOSE))
    if (!read_fetch_item (reader))
      return FALSE;
  return TRUE;
}

static gboolean
read_expunge (Reader *reader)
{
  return reader->response->number != 0;
}

static gboolean
read_nothing (Reader *reader)
{
  return TRUE;
}

typedef struct
{
  const char *word;
  HaulImapResponseType type;
  gboolean is_needed; /* malformed is an error; else it is skipped */
  gboolean (*read) (Reader *reader);
} Kind;

static const Kind named[] = {
  { "CAPABILITY", HAUL_IMAP_RESPONSE_CAPABILITY, TRUE, read_capability },
  { "LIST", HAUL_IMAP_RESPONSE_LIST, TRUE, read_list },
  { "NAMESPACE", HAUL_IMAP_RESPONSE_NAMESPACE, FALSE, read_namespace },
  { "STATUS", HAUL_IMAP_RESPONSE_MAILBOX_STATUS, TRUE, read_mailbox_status },
  { "FLAGS", HAUL_IMAP_RESPONSE_FLAGS, FALSE, read_flags },
  { "QUOTA", HAUL_IMAP_RESPONSE_QUOTA, FALSE, read_quota },
  { "ID", HAUL_IMAP_RESPONSE_ID, FALSE, read_id },
};

static const Kind numbered[] = {
  { "EXISTS", HAUL_IMAP_RESPONSE_EXISTS, TRUE, read_nothing },
  { "RECENT", HAUL_IMAP_RESPONSE_RECENT, TRUE, read_nothing },
  { "EXPUNGE", HAUL_IMAP_RESPONSE_EXPUNGE, TRUE, read_expunge },
  { "FETCH", HAUL_IMAP_RESPONSE_FETCH, TRUE, read_fetch },
};

static gboolean
read_kind (Reader *reader, const Kind *kinds, gsize n_kinds)
{
  for (gsize i = 0; i < n_kinds; i++)
    {
      if (!haul_imap_tokens_is_word (reader->tokens, reader->pos, kinds[i].word))
        continue;
      reader->pos++;
      reader->response->type = kinds[i].type;
      if (kinds[i].read (reader))
        return TRUE;
      reader->response->type = HAUL_IMAP_RESPONSE_OTHER;
      return !kinds[i].is_needed;
    }
  reader->response->type = HAUL_IMAP_RESPONSE_OTHER;
  return TRUE;
}

/* FALSE: the word is no condition. */
static gboolean
read_condition (Reader *reader)
{
  static const char *const words[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };
  HaulImapCondition n_conditions = reader->response->tag == NULL ? G_N_ELEMENTS (words) : HAUL_IMAP_CONDITION_BYE;

  for (HaulImapCondition condition = HAUL_IMAP_CONDITION_OK; condition < n_conditions; condition++)
    {
      if (!haul_imap_tokens_is_word (reader->tokens, reader->pos, words[condition]))
        continue;
      reader->pos++;
      reader->response->type = HAUL_IMAP_RESPONSE_STATUS;
      reader->response->condition = condition;
      if (peek (reader) == HAUL_IMAP_TOKEN_TEXT)
        haul_imap_code_read (haul_imap_tokens_get_text (reader->tokens, reader->pos, NULL), reader->response);
      return TRUE;
    }
  return FALSE;
}

static gboolean
read_untagged (Reader *reader)
{
  if (read_condition (reader))
    return TRUE;
  if (peek (reader) != HAUL_IMAP_TOKEN_ATOM)
    return FALSE;
  const char *word = haul_imap_tokens_get_text (reader->tokens, reader->pos, NULL);
  if (!g_ascii_isdigit (*word))
    return read_kind (reader, named, G_N_ELEMENTS (named));
  return take_number32 (reader, &reader->response->number) && read_kind (reader, numbered, G_N_ELEMENTS (numbered));
}

static gboolean
read_response (Reader *reader)
{
  const char *tag = take_atom (reader);

  if (tag == NULL)
    return FALSE;
  if (g_str_equal (tag, "+"))
    {
      reader->response->type = HAUL_IMAP_RESPONSE_CONTINUATION;
      if (peek (reader) == HAUL_IMAP_TOKEN_TEXT)
        reader->response->text = g_strdup (haul_imap_tokens_get_text (reader->tokens, reader->pos, NULL));
      return TRUE;
    }
  if (g_str_equal (tag, "*"))
    return read_untagged (reader);
  reader->response->tag = g_strdup (tag);
  return read_condition (reader);
}

/**
 * haul_imap_response_new_from_tokens:
 * @tokens: a whole response without its end
 * @error: return location; %HAUL_IMAP_ERROR_PROTOCOL with the beginning of what was sent
 *
 * Reads one response. Whatever the server sends beyond what its type needs is passed over.
 *
 * Returns: (transfer full) (nullable): the response
 */
HaulImapResponse *
haul_imap_response_new_from_tokens (const HaulImapTokens *tokens, GError **error)
{
  g_autoptr (HaulImapResponse) response = g_new0 (HaulImapResponse, 1);
  Reader reader = { .tokens = tokens, .response = response };

  if (read_response (&reader))
    return g_steal_pointer (&response);

  g_autoptr (GString) start = g_string_new (NULL);
  for (gsize i = 0; i < MIN (haul_imap_tokens_get_count (tokens), 3); i++)
    {
      g_autofree char *word = g_utf8_make_valid (haul_imap_tokens_get_text (tokens, i, NULL), -1);
      g_string_append_printf (start, "%s%.40s", i == 0 ? "" : " ", word);
    }
  g_autofree char *valid = g_utf8_make_valid (start->str, -1);
  g_propagate_error (error, haul_imap_error_new (HAUL_IMAP_ERROR_PROTOCOL, NULL, valid,
                                                 "the server sent a response that cannot be read"));
  return NULL;
}
