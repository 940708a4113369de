/* haul-sasl-prepare.c - a name or password in the one form that both sides compute with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Memory:  copies of a secret are wiped.
 * See:     RFC 4013 (SASLprep); what is unassigned in Unicode 3.2 is let through, since servers do so, too
 */
#include "sasl/haul-sasl-prepare.h"

#include <string.h>

/* RFC 3454 B.1: commonly mapped to nothing. */
static gboolean
is_nothing (gunichar c)
{
  return c == 0xAD || c == 0x34F || c == 0x1806 || (c >= 0x180B && c <= 0x180D) || (c >= 0x200B && c <= 0x200D)
         || c == 0x2060 || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF;
}

/* RFC 4013 §2.3: what must not be in it. */
static gboolean
is_forbidden (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return TRUE;
    default:
      return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) || (c >= 0xFFF9 && c <= 0xFFFD)
             || (c >= 0x200E && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x206A && c <= 0x206F)
             || (c >= 0x2FF0 && c <= 0x2FFB) || (c >= 0xE0001 && c <= 0xE007F);
    }
}

static void
wipe (char *text)
{
  if (text == NULL)
    return;
  explicit_bzero (text, strlen (text));
  g_free (text);
}

/**
 * haul_sasl_prepare_text:
 * @text: UTF-8
 *
 * Returns: (transfer full) (nullable): its prepared form, to be wiped; %NULL where it has none
 */
HaulSecret *
haul_sasl_prepare_text (const char *text)
{
  gsize size = strlen (text) + 1;

  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  char *mapped = g_malloc0 (size);
  char *end = mapped;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (is_nothing (c))
        continue;
      end += g_unichar_to_utf8 (c > 0x7F && g_unichar_type (c) == G_UNICODE_SPACE_SEPARATOR ? ' ' : c, end);
    }
  char *normal = g_utf8_normalize (mapped, -1, G_NORMALIZE_ALL_COMPOSE);
  HaulSecret *prepared = NULL;
  gboolean is_good = normal != NULL && *normal != '\0';
  for (const char *p = normal; is_good && *p != '\0'; p = g_utf8_next_char (p))
    is_good = !is_forbidden (g_utf8_get_char (p));
  if (is_good)
    prepared = haul_secret_new (normal);
  wipe (mapped);
  wipe (normal);
  return prepared;
}
