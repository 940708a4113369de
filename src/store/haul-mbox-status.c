/* haul-mbox-status.c - what mail programs noted about a message in its own header
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Memory:  at most MAX_KEYWORDS keywords.
 * See:     docs/stores.md
 */
#include "store/haul-mbox-status.h"

#include "store/haul-header.h"

#include <stdlib.h>
#include <string.h>

#define MAX_KEYWORDS 64
#define MAX_KEYWORD_LENGTH 255

/* nsMsgMessageFlags of Mozilla */
#define MOZILLA_READ 0x0001u
#define MOZILLA_REPLIED 0x0002u
#define MOZILLA_MARKED 0x0004u
#define MOZILLA_EXPUNGED 0x0008u
#define MOZILLA_FORWARDED 0x1000u
#define MOZILLA_IMAP_DELETED 0x00200000u
#define MOZILLA_LABELS 0x0e000000u
#define MOZILLA_LABEL_SHIFT 25

typedef struct
{
  const char *name;
  void (*parse) (HaulMboxStatus *status, const char *value);
} FieldParser;

/* Container's own fields; the last is only left out where it is right. */
static const char *const own_fields[]
    = { "Status",           "X-Status",          "X-Keywords",     "X-UID",       "X-IMAPbase",     "X-IMAP",
        "X-Mozilla-Status", "X-Mozilla-Status2", "X-Mozilla-Keys", "X-Evolution", "Content-Length", NULL };
static const char *const own_fields_but_length[]
    = { "Status",           "X-Status",          "X-Keywords",     "X-UID",       "X-IMAPbase", "X-IMAP",
        "X-Mozilla-Status", "X-Mozilla-Status2", "X-Mozilla-Keys", "X-Evolution", NULL };

static void
add_keyword (HaulMboxStatus *status, const char *keyword)
{
  static const struct
  {
    const char *name;
    guint flag;
  } known[] = {
    { "Junk", HAUL_MESSAGE_JUNK },           { "$Junk", HAUL_MESSAGE_JUNK },
    { "NonJunk", HAUL_MESSAGE_NOT_JUNK },    { "$NotJunk", HAUL_MESSAGE_NOT_JUNK },
    { "NotJunk", HAUL_MESSAGE_NOT_JUNK },    { "$Forwarded", HAUL_MESSAGE_FORWARDED },
    { "Forwarded", HAUL_MESSAGE_FORWARDED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_ascii_strcasecmp (keyword, known[i].name) == 0)
      {
        status->flags |= known[i].flag;
        return;
      }
  if (status->keywords->len < MAX_KEYWORDS && strlen (keyword) <= MAX_KEYWORD_LENGTH
      && g_utf8_validate (keyword, -1, NULL)
      && !g_ptr_array_find_with_equal_func (status->keywords, keyword, g_str_equal, NULL))
    g_ptr_array_add (status->keywords, g_strdup (keyword));
}

static void
parse_keywords (HaulMboxStatus *status, const char *value)
{
  g_auto (GStrv) words = g_strsplit_set (value, " \t\r\n,", MAX_KEYWORDS * 4);

  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      add_keyword (status, *word);
}

static void
parse_status (HaulMboxStatus *status, const char *value)
{
  if (strchr (value, 'R') != NULL)
    status->flags |= HAUL_MESSAGE_SEEN;
}

static void
parse_x_status (HaulMboxStatus *status, const char *value)
{
  static const struct
  {
    char letter;
    guint flag;
  } letters[] = { { 'A', HAUL_MESSAGE_ANSWERED },
                  { 'F', HAUL_MESSAGE_FLAGGED },
                  { 'D', HAUL_MESSAGE_DELETED },
                  { 'T', HAUL_MESSAGE_DRAFT } };

  for (gsize i = 0; i < G_N_ELEMENTS (letters); i++)
    if (strchr (value, letters[i].letter) != NULL)
      status->flags |= letters[i].flag;
}

static void
parse_mozilla_status (HaulMboxStatus *status, const char *value)
{
  guint64 bits = g_ascii_strtoull (value, NULL, 16);

  if (bits & MOZILLA_READ)
    status->flags |= HAUL_MESSAGE_SEEN;
  if (bits & MOZILLA_REPLIED)
    status->flags |= HAUL_MESSAGE_ANSWERED;
  if (bits & MOZILLA_MARKED)
    status->flags |= HAUL_MESSAGE_FLAGGED;
  if (bits & MOZILLA_FORWARDED)
    status->flags |= HAUL_MESSAGE_FORWARDED;
  status->is_expunged = status->is_expunged || (bits & MOZILLA_EXPUNGED);
}

static void
parse_mozilla_status2 (HaulMboxStatus *status, const char *value)
{
  guint64 bits = g_ascii_strtoull (value, NULL, 16);
  guint label = (guint)((bits & MOZILLA_LABELS) >> MOZILLA_LABEL_SHIFT);

  if (bits & MOZILLA_IMAP_DELETED)
    status->flags |= HAUL_MESSAGE_DELETED;
  if (label == 0)
    return;
  g_autofree char *keyword = g_strdup_printf ("$label%u", label);
  add_keyword (status, keyword);
}

/* UUUUUUUU-FFFF: a message number and flags, both hexadecimal */
static void
parse_evolution (HaulMboxStatus *status, const char *value)
{
  static const struct
  {
    guint bit;
    guint flag;
  } bits[] = { { 0x01, HAUL_MESSAGE_ANSWERED }, { 0x02, HAUL_MESSAGE_DELETED }, { 0x04, HAUL_MESSAGE_DRAFT },
               { 0x08, HAUL_MESSAGE_FLAGGED },  { 0x10, HAUL_MESSAGE_SEEN },    { 0x80, HAUL_MESSAGE_JUNK } };
  const char *dash = strchr (value, '-');
  guint64 set = dash != NULL ? g_ascii_strtoull (dash + 1, NULL, 16) : 0;

  for (gsize i = 0; i < G_N_ELEMENTS (bits); i++)
    if (set & bits[i].bit)
      status->flags |= bits[i].flag;
}

static void
parse_subject (HaulMboxStatus *status, const char *value)
{
  if (g_str_has_prefix (value, "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA"))
    status->is_internal = TRUE;
}

static const FieldParser parsers[] = {
  { "Status", parse_status },
  { "X-Status", parse_x_status },
  { "X-Keywords", parse_keywords },
  { "X-Mozilla-Status", parse_mozilla_status },
  { "X-Mozilla-Status2", parse_mozilla_status2 },
  { "X-Mozilla-Keys", parse_keywords },
  { "X-Evolution", parse_evolution },
  { "Subject", parse_subject },
};

/**
 * haul_mbox_status_parse:
 * @status: (out caller-allocates): what the header says; to be cleared with haul_mbox_status_clear()
 * @header: a message's first octets
 * @size: how many
 *
 * Reads the fields that c-client, Dovecot, mutt, Mozilla and Evolution keep in the messages of an mbox. A message that
 * looks like c-client's internal one and lacks its X-IMAP field is somebody's mail.
 */
void
haul_mbox_status_parse (HaulMboxStatus *status, gconstpointer header, gsize size)
{
  HaulHeaderScan scan;
  HaulHeaderField field;
  gboolean has_base = FALSE;

  *status = (HaulMboxStatus){ .keywords = g_ptr_array_new_with_free_func (g_free) };
  haul_header_scan_init (&scan, header, size);
  while (haul_header_scan_next (&scan, &field))
    {
      has_base = has_base || haul_header_field_is (&field, "X-IMAP") || haul_header_field_is (&field, "X-IMAPbase");
      for (gsize i = 0; i < G_N_ELEMENTS (parsers); i++)
        if (haul_header_field_is (&field, parsers[i].name))
          {
            g_autofree char *value = haul_header_field_dup_value (&field);
            parsers[i].parse (status, value);
          }
    }
  status->is_internal = status->is_internal && has_base;
}

void
haul_mbox_status_clear (HaulMboxStatus *status)
{
  g_clear_pointer (&status->keywords, g_ptr_array_unref);
}

/**
 * haul_mbox_status_get_fields:
 * @with_content_length: whether Content-Length is the container's too
 *
 * Returns: (transfer none) (array zero-terminated=1): names of the fields that are not part of the message
 */
const char *const *
haul_mbox_status_get_fields (gboolean with_content_length)
{
  return with_content_length ? own_fields : own_fields_but_length;
}
