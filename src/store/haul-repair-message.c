/* haul-repair-message.c - a message as a server takes it that refuses it as it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The same octets and the same repairs always give the same octets: by that a repaired message is known again. Only
 * what needs it is touched, part by part; what is signed or encrypted is not.
 *
 * Thread:  any; pure.
 * Memory:  the message some three times.
 * See:     RFC 2045 to 2047, 1847 (signed and encrypted), 4880 §7 (PGP in a text); docs/upload.md.
 */
#include "store/haul-repair-message.h"

#include <string.h>

#include "store/haul-repair-encode.h"
#include "store/haul-repair-header.h"

#define DEPTH_MAX 20
#define PARTS_MAX 5000
#define FALLBACK_CHARSET "windows-1252"

typedef struct
{
  GString *out; /* borrowed */
  guint wanted;
  guint applied;
  guint n_parts;
} Repair;

typedef struct
{
  const char *header; /* with the empty line behind it */
  gsize header_length;
  const char *body;
  gsize body_length;
  gboolean has_empty_line;
  char *type;     /* (owned) lower case, without parameters; "" none */
  char *value;    /* (owned) of Content-Type, whole */
  char *encoding; /* (owned) lower case, "" none */
  char *charset;  /* (owned) for octets over 127 */
  gboolean has_mime_version;
} Entity;

static void
entity_clear (Entity *entity)
{
  g_free (entity->type);
  g_free (entity->value);
  g_free (entity->encoding);
  g_free (entity->charset);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Entity, entity_clear)

static gsize
measure_line (const char *text, gsize length)
{
  const char *end = memchr (text, '\n', length);

  return end == NULL ? length : (gsize)(end - text) + 1;
}

static gboolean
is_empty_line (const char *text, gsize length)
{
  return length == 0 || text[0] == '\n' || (text[0] == '\r' && (length == 1 || text[1] == '\n'));
}

/* A field with its continuation lines. */
static gsize
measure_field (const char *text, gsize length)
{
  gsize n = measure_line (text, length);

  while (n < length && (text[n] == ' ' || text[n] == '\t') && !is_empty_line (text + n, length - n))
    n += measure_line (text + n, length - n);
  return n;
}

static gboolean
is_field (const char *field, gsize length, const char *name)
{
  return length > strlen (name) && g_ascii_strncasecmp (field, name, strlen (name)) == 0;
}

/* The value, unfolded, NULs as blanks. */
static char *
dup_value (const char *field, gsize length)
{
  const char *colon = memchr (field, ':', length);
  GString *value = g_string_new (NULL);

  for (const char *p = colon + 1; p < field + length; p++)
    if (*p != '\r' && *p != '\n')
      g_string_append_c (value, *p == '\0' ? ' ' : *p);
  return g_strstrip (g_string_free (value, FALSE));
}

static char *
dup_word (const char *value)
{
  return g_ascii_strdown (value, (gssize)strcspn (value, "; \t("));
}

static void
split (Entity *self, const char *data, gsize size)
{
  gsize at = 0;

  *self = (Entity){ .header = data, .body = "" };
  while (at < size && !is_empty_line (data + at, size - at))
    {
      gsize n = measure_field (data + at, size - at);
      if (self->value == NULL && is_field (data + at, n, "Content-Type:"))
        self->value = dup_value (data + at, n);
      else if (self->encoding == NULL && is_field (data + at, n, "Content-Transfer-Encoding:"))
        {
          g_autofree char *value = dup_value (data + at, n);
          self->encoding = dup_word (value);
        }
      else if (is_field (data + at, n, "MIME-Version:"))
        self->has_mime_version = TRUE;
      at += n;
    }
  self->header_length = at;
  if (at < size)
    {
      gsize n = measure_line (data + at, size - at);
      self->has_empty_line = TRUE;
      self->body = data + at + n;
      self->body_length = size - at - n;
    }
  if (self->value == NULL)
    self->value = g_strdup ("");
  self->type = dup_word (self->value);
  if (self->encoding == NULL)
    self->encoding = g_strdup ("");
  self->charset = haul_repair_header_dup_parameter (self->value, "charset=");
  gboolean is_atom = self->charset != NULL && self->charset[0] != '\0' && strlen (self->charset) <= 40;
  for (const char *p = self->charset; is_atom && *p != '\0'; p++)
    is_atom = g_ascii_isalnum (*p) || strchr ("-_.", *p) != NULL;
  if (is_atom && g_ascii_strcasecmp (self->charset, "us-ascii") != 0
      && g_ascii_strcasecmp (self->charset, "utf-8") != 0)
    return;
  g_free (self->charset);
  self->charset = g_strdup (FALLBACK_CHARSET);
}

static gboolean
has_line (const char *text, gsize length, const char *words)
{
  gsize n = strlen (words);

  for (gsize at = 0; at + n <= length; at += measure_line (text + at, length - at))
    if (memcmp (text + at, words, n) == 0)
      return TRUE;
  return FALSE;
}

/* Its content is what somebody signed, or is encrypted. */
static gboolean
is_sealed (const Entity *entity)
{
  static const char *const types[]
      = { "multipart/signed",         "multipart/encrypted",       "application/pkcs7-mime",
          "application/x-pkcs7-mime", "application/pgp-encrypted", NULL };

  if (g_strv_contains (types, entity->type))
    return TRUE;
  return !g_str_has_prefix (entity->type, "multipart/")
         && (has_line (entity->body, entity->body_length, "-----BEGIN PGP SIGNED MESSAGE-----")
             || has_line (entity->body, entity->body_length, "-----BEGIN PGP MESSAGE-----"));
}

static gboolean
has_long_line (const char *text, gsize length)
{
  for (gsize at = 0; at < length;)
    {
      gsize n = measure_line (text + at, length - at);
      if (n > HAUL_REPAIR_LINE_MAX + 2)
        return TRUE;
      at += n;
    }
  return FALSE;
}

static void
append_without_nul (GString *out, const char *text, gsize length)
{
  for (gsize at = 0; at < length;)
    {
      const char *nul = memchr (text + at, 0, length - at);
      gsize n = nul == NULL ? length - at : (gsize)(nul - text) - at;
      g_string_append_len (out, text + at, (gssize)n);
      at += n + 1;
    }
}

/* Writes the header; @encoding (nullable) takes the place of its own. */
static void
append_header (Repair *self, const Entity *entity, const char *encoding, gboolean is_outer)
{
  const char *text = entity->header;
  gsize length = entity->header_length;
  gsize at = 0;
  gboolean is_told = FALSE;

  if (is_outer && (self->wanted & HAUL_REPAIR_FROM_LINE) && length > 5 && memcmp (text, "From ", 5) == 0)
    {
      g_string_append (self->out, "X-From-Line: ");
      at = 5;
      gsize n = measure_line (text + at, length - at);
      self->applied |= HAUL_REPAIR_FROM_LINE
                       | haul_repair_header_append (self->out, text + at, n, self->wanted & ~HAUL_REPAIR_HEADER_8BIT,
                                                    entity->charset);
      at += n;
    }
  while (at < length)
    {
      gsize n = measure_field (text + at, length - at);
      if (encoding != NULL && is_field (text + at, n, "Content-Transfer-Encoding:"))
        {
          if (!is_told)
            g_string_append_printf (self->out, "Content-Transfer-Encoding: %s\r\n", encoding);
          is_told = TRUE;
        }
      else
        self->applied |= haul_repair_header_append (self->out, text + at, n, self->wanted, entity->charset);
      at += n;
    }
  if (encoding != NULL && is_outer && !entity->has_mime_version)
    g_string_append (self->out, "MIME-Version: 1.0\r\n");
  if (encoding != NULL && !is_told)
    g_string_append_printf (self->out, "Content-Transfer-Encoding: %s\r\n", encoding);
  if (entity->has_empty_line)
    g_string_append (self->out, "\r\n");
}

/* A part without parts: its content goes over into an encoding where that is needed. */
static void
append_leaf (Repair *self, const Entity *entity, gboolean is_outer)
{
  const char *body = entity->body;
  gsize length = entity->body_length;
  gboolean is_text = entity->type[0] == '\0' || g_str_has_prefix (entity->type, "text/");
  gboolean has_nul = (self->wanted & HAUL_REPAIR_NUL) && length > 0 && memchr (body, 0, length) != NULL;
  gboolean is_base64 = g_str_equal (entity->encoding, "base64");
  gboolean is_quoted = g_str_equal (entity->encoding, "quoted-printable");
  gboolean is_plain = entity->encoding[0] == '\0' || g_str_equal (entity->encoding, "7bit")
                      || g_str_equal (entity->encoding, "8bit") || g_str_equal (entity->encoding, "binary");
  g_autoptr (GString) clean = NULL;

  if (has_nul && (is_text || !is_plain))
    {
      clean = g_string_sized_new (length);
      append_without_nul (clean, body, length);
      body = clean->str;
      length = clean->len;
      self->applied |= HAUL_REPAIR_NUL;
      has_nul = FALSE;
    }
  gboolean is_long = (self->wanted & HAUL_REPAIR_LONG_LINES) && has_long_line (body, length);
  if (has_nul || (is_long && is_plain && !is_text))
    {
      append_header (self, entity, "base64", is_outer);
      haul_repair_encode_base64 (self->out, body, length);
      self->applied |= (has_nul ? HAUL_REPAIR_NUL : 0) | (is_long ? HAUL_REPAIR_LONG_LINES : 0);
      return;
    }
  append_header (self, entity, is_long && is_plain ? "quoted-printable" : NULL, is_outer);
  gsize start = self->out->len;
  if (is_long && is_plain)
    haul_repair_encode_quoted (self->out, body, length);
  else if (is_long && is_quoted)
    haul_repair_encode_rewrap_quoted (self->out, body, length);
  else if (!is_long || !is_base64 || !haul_repair_encode_rewrap_base64 (self->out, body, length))
    g_string_append_len (self->out, body, (gssize)length);
  if (is_long && (self->out->len - start != length || memcmp (self->out->str + start, body, length) != 0))
    self->applied |= HAUL_REPAIR_LONG_LINES;
}

static void append_entity (Repair *self, const char *data, gsize size, guint depth);

/* `--boundary` at a line's beginning, perhaps with `--` behind it. */
static gboolean
is_delimiter (const char *line, gsize length, const char *boundary, gsize boundary_length, gboolean *is_last)
{
  if (length < boundary_length + 2 || line[0] != '-' || line[1] != '-'
      || memcmp (line + 2, boundary, boundary_length) != 0)
    return FALSE;
  const char *rest = line + 2 + boundary_length;
  gsize left = length - 2 - boundary_length;
  *is_last = left >= 2 && rest[0] == '-' && rest[1] == '-';
  if (*is_last)
    rest += 2, left -= 2;
  while (left > 0 && g_ascii_isspace (*rest))
    rest++, left--;
  return left == 0;
}

/* What stands between the parts is shown by nobody, and read by some. */
static void
append_between (Repair *self, const char *text, gsize length)
{
  if ((self->wanted & HAUL_REPAIR_NUL) && length > 0 && memchr (text, 0, length) != NULL)
    {
      append_without_nul (self->out, text, length);
      self->applied |= HAUL_REPAIR_NUL;
      return;
    }
  g_string_append_len (self->out, text, (gssize)length);
}

static void
append_parts (Repair *self, const Entity *entity, const char *boundary, guint depth)
{
  const char *body = entity->body;
  gsize length = entity->body_length;
  gsize boundary_length = strlen (boundary);
  gsize start = 0;
  gboolean is_inside = FALSE, is_last = FALSE;

  for (gsize at = 0; at < length && !is_last;)
    {
      gsize n = measure_line (body + at, length - at);
      if (is_delimiter (body + at, n, boundary, boundary_length, &is_last))
        {
          /* The line end before a delimiter is the delimiter's. */
          gsize end = at >= 2 && at >= start + 2 && body[at - 1] == '\n' && body[at - 2] == '\r' ? at - 2 : at;
          gsize before = self->out->len;
          if (is_inside)
            append_entity (self, body + start, end - start, depth + 1);
          else
            append_between (self, body + start, end - start);
          /* An encoded part ends with a line end of its own. */
          if (end < at || (self->out->len > before && self->out->str[self->out->len - 1] != '\n'))
            g_string_append (self->out, "\r\n");
          g_string_append_len (self->out, body + at, (gssize)n);
          is_inside = !is_last;
          start = at + n;
        }
      at += n;
    }
  if (is_inside)
    append_entity (self, body + start, length - start, depth + 1);
  else
    append_between (self, body + start, length - start);
}

static void
append_entity (Repair *self, const char *data, gsize size, guint depth)
{
  g_auto (Entity) entity = { 0 };

  split (&entity, data, size);
  g_autofree char *boundary = haul_repair_header_dup_parameter (entity.value, "boundary=");
  gboolean is_multipart = g_str_has_prefix (entity.type, "multipart/") && boundary != NULL && *boundary != '\0';
  if (is_sealed (&entity) || depth > DEPTH_MAX || ++self->n_parts > PARTS_MAX)
    {
      /* The outer fields are not what was signed. */
      gsize header = 0;
      if (depth == 0)
        {
          append_header (self, &entity, NULL, TRUE);
          header = entity.has_empty_line ? (gsize)(entity.body - data) : size;
        }
      g_string_append_len (self->out, data + header, (gssize)(size - header));
    }
  else if (is_multipart)
    {
      append_header (self, &entity, NULL, depth == 0);
      append_parts (self, &entity, boundary, depth);
    }
  else if (g_str_equal (entity.type, "message/rfc822") && !g_str_equal (entity.encoding, "base64")
           && !g_str_equal (entity.encoding, "quoted-printable"))
    {
      append_header (self, &entity, NULL, depth == 0);
      append_entity (self, entity.body, entity.body_length, depth + 1);
    }
  else
    append_leaf (self, &entity, depth == 0);
}

/* A small message with the original as an attachment, octet for octet. */
static void
append_carrier (GString *out, const char *data, gsize size)
{
  static const char *const names[]
      = { "From:", "To:", "Cc:", "Date:", "Subject:", "Message-ID:", "In-Reply-To:", "References:", NULL };
  g_auto (Entity) entity = { 0 };
  g_autofree char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)data, size);

  split (&entity, data, size);
  for (gsize at = 0; at < entity.header_length;)
    {
      gsize n = measure_field (data + at, entity.header_length - at);
      for (const char *const *name = names; *name != NULL; name++)
        if (is_field (data + at, n, *name) && n < 4000)
          {
            haul_repair_header_append (out, data + at, n, HAUL_REPAIR_ALL, entity.charset);
            if (out->str[out->len - 1] != '\n')
              g_string_append (out, "\r\n");
            break;
          }
      at += n;
    }
  g_string_append_printf (out,
                          "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_%.32s\"\r\n\r\n"
                          "--=_%.32s\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
                          "The mail server refused this message. It is attached as it was.\r\n\r\n"
                          "--=_%.32s\r\nContent-Type: application/octet-stream; name=\"original.eml\"\r\n"
                          "Content-Transfer-Encoding: base64\r\n"
                          "Content-Disposition: attachment; filename=\"original.eml\"\r\n\r\n",
                          digest, digest, digest);
  haul_repair_encode_base64 (out, data, size);
  g_string_append_printf (out, "--=_%.32s--\r\n", digest);
}

/**
 * haul_repair_message_run:
 * @data: (array length=size): a message in wire form
 * @size: octets of it
 * @wanted: #HaulRepair
 * @out: where to; empty
 *
 * Writes the message with those of the repairs that it calls for and that can be done without touching what is signed
 * or encrypted.
 *
 * Returns: #HaulRepair: what was changed; 0, and then @out has the message as it is
 */
guint
haul_repair_message_run (const char *data, gsize size, guint wanted, GString *out)
{
  Repair repair = { .out = out, .wanted = wanted };

  if (wanted & HAUL_REPAIR_CARRIER)
    {
      append_carrier (out, data, size);
      return HAUL_REPAIR_CARRIER;
    }
  if (size == 0)
    {
      g_string_append (out, wanted & HAUL_REPAIR_EMPTY ? "\r\n" : "");
      return wanted & HAUL_REPAIR_EMPTY;
    }
  append_entity (&repair, data, size, 0);
  if ((wanted & HAUL_REPAIR_FINAL_CRLF) && data[size - 1] != '\n')
    {
      if (out->len == 0 || out->str[out->len - 1] != '\n')
        g_string_append (out, "\r\n");
      repair.applied |= HAUL_REPAIR_FINAL_CRLF;
    }
  return repair.applied;
}
