/* haul-fingerprint.c - what is left of a message when a server has rewritten it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  a scanner belongs to one.
 * Memory:  one header field, cut at 4 KiB.
 * See:     docs/upload.md. A hint about servers that do not keep octets; never a proof of equality.
 */
#include "base/haul-fingerprint.h"

#include <string.h>

#include "base/haul-field-key.h"

#define FIELD_MAX 4096
/* FNV-1a: the text is compared only where the headers agree, so nothing has to withstand an attack. */
#define TEXT_SEED G_GUINT64_CONSTANT (0xcbf29ce484222325)
#define TEXT_PRIME G_GUINT64_CONSTANT (0x100000001b3)
#define SIZE_SLACK 4096

/* In the order they go into the digests. */
enum
{
  MESSAGE_ID,
  DATE,
  FROM,
  SUBJECT,
  N_KEYS
};

struct _HaulFingerprintScanner
{
  GChecksum *header;  /* (owned) */
  GString *field;     /* (owned) the field at work, unfolded */
  char *keys[N_KEYS]; /* (owned) (nullable) of the first field of each name */
  guint64 text;
  guint64 n_line_ends; /* seen and not yet counted in the text */
  gboolean is_line_start;
  gboolean is_text;
  gboolean has_header;
  gboolean has_text;
};

static void
reset (HaulFingerprintScanner *self)
{
  g_checksum_reset (self->header);
  g_string_set_size (self->field, 0);
  for (guint i = 0; i < N_KEYS; i++)
    g_clear_pointer (&self->keys[i], g_free);
  self->text = TEXT_SEED;
  self->n_line_ends = 0;
  self->is_line_start = TRUE;
  self->is_text = FALSE;
  self->has_header = FALSE;
  self->has_text = FALSE;
}

/**
 * haul_fingerprint_scanner_new:
 *
 * Makes a scanner; it can be used for one message after the other.
 *
 * Returns: (transfer full): the scanner
 */
HaulFingerprintScanner *
haul_fingerprint_scanner_new (void)
{
  HaulFingerprintScanner *self = g_new0 (HaulFingerprintScanner, 1);

  self->header = g_checksum_new (G_CHECKSUM_SHA256);
  self->field = g_string_sized_new (256);
  reset (self);
  return self;
}

void
haul_fingerprint_scanner_free (HaulFingerprintScanner *scanner)
{
  reset (scanner);
  g_checksum_free (scanner->header);
  g_string_free (scanner->field, TRUE);
  g_free (scanner);
}

static void
keep_key (HaulFingerprintScanner *self, const char *name, const char *value)
{
  static const struct
  {
    const char *name;
    char *(*dup) (const char *value);
  } wanted[N_KEYS] = {
    [MESSAGE_ID] = { "message-id", haul_field_key_dup_message_id },
    [DATE] = { "date", haul_field_key_dup_date },
    [FROM] = { "from", haul_field_key_dup_address },
    [SUBJECT] = { "subject", haul_field_key_dup_words },
  };

  for (guint i = 0; i < N_KEYS; i++)
    if (self->keys[i] == NULL && strcmp (name, wanted[i].name) == 0)
      self->keys[i] = wanted[i].dup (value);
}

static void
end_field (HaulFingerprintScanner *self)
{
  char *field = self->field->str;
  char *colon = strchr (field, ':');

  if (self->field->len == 0)
    return;
  if (colon != NULL)
    *colon = '\0';
  for (char *p = field; *p != '\0'; p++)
    *p = g_ascii_tolower (*p);
  const char *name = g_strstrip (field);
  if (!haul_field_key_is_bookkeeping (name))
    {
      g_autofree char *value = haul_field_key_dup_value (colon == NULL ? "" : colon + 1);
      self->has_header = TRUE;
      /* The final zeros keep fields apart. */
      g_checksum_update (self->header, (const guint8 *)name, (gssize)strlen (name) + 1);
      g_checksum_update (self->header, (const guint8 *)value, (gssize)strlen (value) + 1);
      keep_key (self, name, value);
    }
  g_string_set_size (self->field, 0);
}

/* What stands between line ends goes to the field in one piece. */
static void
append_run (HaulFingerprintScanner *self, const guint8 *data, gsize length)
{
  for (gsize i = 0, run; i < length; i += run + 1)
    {
      for (run = 0; i + run < length && data[i + run] != '\r' && data[i + run] != '\0'; run++)
        ;
      g_string_append_len (self->field, (const char *)data + i, (gssize)MIN (run, FIELD_MAX - self->field->len));
    }
}

/* One line of the header, or a piece of one; how many octets were taken. */
static gsize
take_header_piece (HaulFingerprintScanner *self, const guint8 *data, gsize length)
{
  const guint8 *end = memchr (data, '\n', length);
  gsize size = end == NULL ? length : (gsize)(end - data);
  gsize skipped = 0;

  while (self->is_line_start && skipped < size && data[skipped] == '\r')
    skipped++;
  if (self->is_line_start && (skipped < size || end != NULL))
    {
      gboolean is_empty = skipped == size;
      if (is_empty || (data[skipped] != ' ' && data[skipped] != '\t'))
        end_field (self);
      self->is_text = is_empty;
      self->is_line_start = FALSE;
    }
  append_run (self, data + skipped, size - skipped);
  self->is_line_start = self->is_line_start || end != NULL;
  return size + (end != NULL);
}

static void
take_text_octet (HaulFingerprintScanner *self, guint8 octet)
{
  if (octet == '\r')
    return;
  if (octet == '\n')
    {
      self->n_line_ends++;
      return;
    }
  for (; self->n_line_ends > 0; self->n_line_ends--)
    self->text = (self->text ^ '\n') * TEXT_PRIME;
  self->text = (self->text ^ octet) * TEXT_PRIME;
  self->has_text = TRUE;
}

/**
 * haul_fingerprint_scanner_update:
 * @scanner: a scanner
 * @data: (array length=length): the message's next octets
 *
 * Takes in a piece of the message.
 */
void
haul_fingerprint_scanner_update (HaulFingerprintScanner *scanner, const guint8 *data, gsize length)
{
  gsize i = 0;

  while (i < length && !scanner->is_text)
    i += take_header_piece (scanner, data + i, length - i);
  for (; i < length; i++)
    take_text_octet (scanner, data[i]);
}

/* Never 0, which means nothing. */
static guint64
cut_digest (GChecksum *checksum)
{
  guint8 digest[32];
  gsize length = sizeof digest;
  guint64 value;

  g_checksum_get_digest (checksum, digest, &length);
  memcpy (&value, digest, sizeof value);
  return MAX (value, 1);
}

static guint64
digest_keys (const HaulFingerprintScanner *self, guint first)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  if (self->keys[first] == NULL || *self->keys[first] == '\0')
    return 0;
  for (guint i = first; i < N_KEYS; i++)
    {
      const char *key = self->keys[i] == NULL ? "" : self->keys[i];
      g_checksum_update (checksum, (const guint8 *)key, (gssize)strlen (key) + 1);
    }
  return cut_digest (checksum);
}

/**
 * haul_fingerprint_scanner_finish:
 * @scanner: a scanner that has seen the message, or its header alone
 * @fingerprint: (out caller-allocates): the fingerprint
 *
 * Ends a message; the scanner is ready for the next. Of a header alone it says that there is no text.
 */
void
haul_fingerprint_scanner_finish (HaulFingerprintScanner *scanner, HaulFingerprint *fingerprint)
{
  if (!scanner->is_text)
    end_field (scanner);
  fingerprint->header = scanner->has_header ? cut_digest (scanner->header) : 0;
  fingerprint->identity = digest_keys (scanner, MESSAGE_ID);
  fingerprint->bare = digest_keys (scanner, DATE);
  fingerprint->text = scanner->has_text     ? MAX (scanner->text, HAUL_FINGERPRINT_NO_TEXT + 1)
                      : scanner->has_header ? HAUL_FINGERPRINT_NO_TEXT
                                            : 0;
  reset (scanner);
}

/**
 * haul_fingerprint_is_near:
 * @size: octets of a message as it was sent
 * @other_size: octets as a server calls them
 *
 * Returns: whether one can be the other, encoded anew: a quarter more or less, and a few lines of header
 */
gboolean
haul_fingerprint_is_near (guint64 size, guint64 other_size)
{
  guint64 difference = size > other_size ? size - other_size : other_size - size;

  return difference <= SIZE_SLACK + MAX (size, other_size) / 4;
}
