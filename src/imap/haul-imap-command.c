/* haul-imap-command.c - one command for the wire, built from typed arguments; no I/O
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A command is a row of segments. Each but the last ends in a literal's announcement, so the server's `+` is to be
 * awaited after it; literals are always synchronizing.
 *
 * Thread:  any; a plain value.
 * Memory:  every segment is wiped before it is freed, since a password may be in it.
 * See:     RFC 3501 §4.3, §9; docs/wire.md.
 */
#include "imap/haul-imap-command.h"

#include <string.h>

#include "imap/haul-imap-error.h"
#include "imap/haul-imap-text.h"

/* Exchange reads 10,240 octets of a command and no more; literals count for themselves (docs/wire.md). */
#define MAX_LINE 8000
/* A longer text is a literal, so that no name or password makes a line too long. */
#define MAX_QUOTED 900

typedef struct
{
  char *data; /* (owned) */
  gsize length;
  gsize size;
} Segment;

struct _HaulImapCommand
{
  char *verb;        /* (owned) */
  GArray *done;      /* (owned) (element-type Segment) */
  Segment current;   /* being built; the tag is put before the first */
  gsize line_octets; /* of all segments, but for literals and lines of their own */
  gboolean is_secret;
  gboolean has_body;
  const char *unsafe; /* (nullable) what cannot be sent */
};

static void
wipe (Segment *segment)
{
  if (segment->data != NULL)
    explicit_bzero (segment->data, segment->size);
  g_clear_pointer (&segment->data, g_free);
  segment->length = segment->size = 0;
}

static void
wipe_element (gpointer segment)
{
  wipe (segment);
}

/* Not realloc(), which may leave the old octets behind. */
static void
reserve (Segment *segment, gsize more)
{
  if (segment->size - segment->length >= more)
    return;
  Segment bigger = { .length = segment->length, .size = (segment->length + more) * 2 };
  bigger.data = g_malloc (bigger.size);
  if (segment->length > 0)
    memcpy (bigger.data, segment->data, segment->length);
  wipe (segment);
  *segment = bigger;
}

static void
put_apart (HaulImapCommand *self, const char *data, gsize length)
{
  reserve (&self->current, length);
  memcpy (self->current.data + self->current.length, data, length);
  self->current.length += length;
}

static void
put (HaulImapCommand *self, const char *data, gsize length)
{
  put_apart (self, data, length);
  self->line_octets += length;
}

static void
put_text (HaulImapCommand *self, const char *text)
{
  put (self, text, strlen (text));
}

static void
end_segment (HaulImapCommand *self)
{
  g_array_append_val (self->done, self->current);
  self->current = (Segment){ 0 };
}

static void
put_literal (HaulImapCommand *self, const char *data, gsize length)
{
  g_autofree char *announcement = g_strdup_printf ("{%" G_GSIZE_FORMAT "}\r\n", length);

  put_text (self, announcement);
  end_segment (self);
  put_apart (self, data, length);
}

static void
put_quoted (HaulImapCommand *self, const char *text)
{
  reserve (&self->current, 2 * strlen (text) + 2);
  put (self, "\"", 1);
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        put (self, "\\", 1);
      put (self, p, 1);
    }
  put (self, "\"", 1);
}

static void
put_astring (HaulImapCommand *self, const char *text)
{
  gsize length = strlen (text);

  put (self, " ", 1);
  if (length <= MAX_QUOTED && haul_imap_text_can_quote (text))
    put_quoted (self, text);
  else
    put_literal (self, text, length);
}

/* What SASL sends: base64, or `=` for nothing, or `*` to give up. */
static gboolean
is_sasl (const char *text)
{
  return strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=*") == strlen (text);
}

/**
 * haul_imap_command_new:
 * @verb: the command's name, a constant of ours
 *
 * Returns: (transfer full): a command without arguments
 */
HaulImapCommand *
haul_imap_command_new (const char *verb)
{
  HaulImapCommand *self = g_new0 (HaulImapCommand, 1);

  self->verb = g_strdup (verb);
  self->done = g_array_new (FALSE, FALSE, sizeof (Segment));
  g_array_set_clear_func (self->done, wipe_element);
  put_text (self, verb);
  return self;
}

void
haul_imap_command_free (HaulImapCommand *command)
{
  wipe (&command->current);
  g_array_unref (command->done);
  g_free (command->verb);
  g_free (command);
}

/**
 * haul_imap_command_add_constant:
 * @command: a command
 * @words: protocol words of ours, as they stand; never anything from mail, a server or a person
 *
 * Adds fixed words.
 */
void
haul_imap_command_add_constant (HaulImapCommand *command, const char *words)
{
  put (command, " ", 1);
  put_text (command, words);
}

/**
 * haul_imap_command_add_string:
 * @command: a command
 * @text: octets, of any kind but CR and LF
 *
 * Adds a mailbox, user or other text, quoted where that is allowed, else as a literal.
 */
void
haul_imap_command_add_string (HaulImapCommand *command, const char *text)
{
  if (strpbrk (text, "\r\n") != NULL)
    command->unsafe = "a line break in a name";
  else
    put_astring (command, text);
}

/**
 * haul_imap_command_add_secret:
 * @command: a command
 * @secret: a password
 *
 * As haul_imap_command_add_string(); the transcript then shows the verb only.
 */
void
haul_imap_command_add_secret (HaulImapCommand *command, const HaulSecret *secret)
{
  command->is_secret = TRUE;
  if (strpbrk (haul_secret_peek (secret), "\r\n") != NULL)
    command->unsafe = "a line break in the password";
  else
    put_astring (command, haul_secret_peek (secret));
}

/**
 * haul_imap_command_add_secret_word:
 * @command: a command
 * @word: base64
 *
 * Adds an initial response (RFC 4959).
 */
void
haul_imap_command_add_secret_word (HaulImapCommand *command, const HaulSecret *word)
{
  command->is_secret = TRUE;
  if (*haul_secret_peek (word) == '\0' || !is_sasl (haul_secret_peek (word)))
    command->unsafe = "a sign-in that is not base64";
  else
    haul_imap_command_add_constant (command, haul_secret_peek (word));
}

/**
 * haul_imap_command_add_secret_line:
 * @command: a command
 * @line: what the server's `+` is to be answered with (RFC 3501 §6.2.2), without a line break
 *
 * Adds a line of its own.
 */
void
haul_imap_command_add_secret_line (HaulImapCommand *command, const HaulSecret *line)
{
  command->is_secret = TRUE;
  if (!is_sasl (haul_secret_peek (line)))
    command->unsafe = "a sign-in that is not base64";
  put_text (command, "\r\n");
  end_segment (command);
  put_apart (command, haul_secret_peek (line), haul_secret_get_length (line));
}

void
haul_imap_command_add_uid_set (HaulImapCommand *command, const guint32 *uids, gsize n_uids)
{
  g_autofree char *set = haul_imap_text_format_uid_set (uids, n_uids);
  haul_imap_command_add_constant (command, set);
}

/* `first:*` */
void
haul_imap_command_add_uid_from (HaulImapCommand *command, guint32 first)
{
  g_autofree char *set = g_strdup_printf ("%u:*", MAX (first, 1));
  haul_imap_command_add_constant (command, set);
}

/**
 * haul_imap_command_add_flags:
 * @command: a command
 * @flags: #HaulImapFlags
 * @keywords: (nullable): atoms
 *
 * Adds a flag list; a keyword that is no atom makes the command unsafe.
 */
void
haul_imap_command_add_flags (HaulImapCommand *command, guint flags, const char *const *keywords)
{
  g_autofree char *list = haul_imap_text_format_flags (flags, keywords);

  if (list == NULL)
    command->unsafe = "a keyword that is not an atom";
  else
    haul_imap_command_add_constant (command, list);
}

void
haul_imap_command_add_date (HaulImapCommand *command, gint64 unix_seconds)
{
  g_autofree char *date = haul_imap_text_format_date (unix_seconds);
  haul_imap_command_add_string (command, date);
}

/**
 * haul_imap_command_add_body:
 * @command: a command
 * @size: octets of a literal that the caller sends itself after the last segment's `+`
 *
 * Ends the command with a literal's announcement.
 */
void
haul_imap_command_add_body (HaulImapCommand *command, guint64 size)
{
  g_autofree char *announcement = g_strdup_printf (" {%" G_GUINT64_FORMAT "}", size);

  put_text (command, announcement);
  command->has_body = TRUE;
}

/**
 * haul_imap_command_finish:
 * @command: a command with all its arguments
 * @tag: its tag
 * @error: return location
 *
 * Makes the command ready to be sent.
 *
 * Returns: %TRUE, or %FALSE with %HAUL_IMAP_ERROR_UNSAFE_TEXT: an argument cannot be sent, or the
 *   line would be longer than servers read
 */
gboolean
haul_imap_command_finish (HaulImapCommand *command, const char *tag, GError **error)
{
  if (command->unsafe == NULL && command->line_octets + strlen (tag) + strlen (" \r\n") > MAX_LINE)
    command->unsafe = "a command of so many octets";
  if (command->unsafe != NULL)
    {
      g_set_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_UNSAFE_TEXT, "%s cannot be sent", command->unsafe);
      return FALSE;
    }
  put_text (command, "\r\n");
  end_segment (command);

  Segment *first = &g_array_index (command->done, Segment, 0);
  Segment tagged = { .size = strlen (tag) + 1 + first->length };
  tagged.data = g_malloc (tagged.size);
  tagged.length = tagged.size;
  memcpy (tagged.data, tag, strlen (tag));
  tagged.data[strlen (tag)] = ' ';
  memcpy (tagged.data + strlen (tag) + 1, first->data, first->length);
  wipe (first);
  *first = tagged;
  return TRUE;
}

guint
haul_imap_command_get_n_segments (const HaulImapCommand *command)
{
  return command->done->len;
}

const char *
haul_imap_command_get_segment (const HaulImapCommand *command, guint index, gsize *length)
{
  const Segment *segment = &g_array_index (command->done, Segment, index);

  *length = segment->length;
  return segment->data;
}

gboolean
haul_imap_command_has_body (const HaulImapCommand *command)
{
  return command->has_body;
}

/**
 * haul_imap_command_dup_transcript:
 * @command: a finished command
 *
 * The command for the log: its first line, or its verb alone where a secret is in it.
 *
 * Returns: (transfer full): one line of printable ASCII
 */
char *
haul_imap_command_dup_transcript (const HaulImapCommand *command)
{
  gsize length;
  const char *data = haul_imap_command_get_segment (command, 0, &length);
  const char *blank = memchr (data, ' ', length);

  if (command->is_secret)
    return g_strdup_printf ("%.*s %s …", (int)(blank - data), data, command->verb);
  g_autofree char *line = g_strndup (data, MIN (length - 2, 1000));
  return g_strescape (line, "\"\\");
}

/**
 * haul_imap_command_count_uids:
 * @uids: UIDs
 * @n_uids: how many
 * @max_octets: room for their set
 *
 * How many of the first UIDs fit into one command (RFC 7162 §4 advises lines below 8,000 octets).
 *
 * Returns: at least 1 where there is any
 */
gsize
haul_imap_command_count_uids (const guint32 *uids, gsize n_uids, gsize max_octets)
{
  gsize octets = 0;

  for (gsize i = 0; i < n_uids; i++)
    {
      /* A UID that goes on the range before it costs nothing more than the range's end, counted at its first. */
      if (i == 0 || uids[i] != uids[i - 1] + 1)
        octets += 2 * strlen ("4294967295,");
      if (octets > max_octets && i > 0)
        return i;
    }
  return n_uids;
}
