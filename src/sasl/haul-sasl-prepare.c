/* haul-sasl-prepare.c - SASLprep: names and passwords as everybody's computer writes them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An “ä” can be one character or two; a digest of one is not that of the other. SCRAM therefore wants both sides to
 * prepare the text. What SASLprep forbids is refused here, not sent as it is: the server would have had to refuse it
 * too when the password was set, so no digest of it can be right. A letter that Unicode got after version 3.2
 * passes (RFC 4013 §2.5 allows that in what is asked, as opposed to stored), and is normalized by today's tables.
 *
 * GLib does not tell a letter's direction, so the rule for text of both directions (RFC 3454 §6) goes by script:
 * Hebrew, Arabic, Syriac and Thaana are what runs from right to left in Unicode 3.2.
 *
 * Thread:  any.
 * Memory:  every step's text is wiped.
 * See:     RFC 4013, RFC 3454
 */
#include "sasl/haul-sasl-prepare.h"

#include <string.h>

#include "sasl/haul-sasl-buffer.h"

typedef struct
{
  gunichar first;
  gunichar last;
} Range;

/* RFC 3454 table B.1 */
static const Range mapped_to_nothing[] = {
  { 0xad, 0xad },     { 0x34f, 0x34f },   { 0x1806, 0x1806 }, { 0x180b, 0x180d },
  { 0x200b, 0x200d }, { 0x2060, 0x2060 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
};

/* Table C.1.2, but for U+200B, which B.1 has taken. */
static const Range mapped_to_space[] = {
  { 0xa0, 0xa0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

/* Tables C.2.1 to C.9, without what was mapped away. */
static const Range forbidden[] = {
  { 0, 0x1f },          { 0x7f, 0x9f },       { 0x340, 0x341 },      { 0x6dd, 0x6dd },   { 0x70f, 0x70f },
  { 0x180e, 0x180e },   { 0x200e, 0x200f },   { 0x2028, 0x202e },    { 0x2061, 0x2063 }, { 0x206a, 0x206f },
  { 0x2ff0, 0x2ffb },   { 0xd800, 0xf8ff },   { 0xfdd0, 0xfdef },    { 0xfff9, 0xffff }, { 0x1d173, 0x1d17a },
  { 0xe0001, 0xe0001 }, { 0xe0020, 0xe007f }, { 0xf0000, 0x10ffff },
};

static gboolean
is_in (gunichar c, const Range *ranges, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (c >= ranges[i].first && c <= ranges[i].last)
      return TRUE;
  return FALSE;
}

/* The last two of each plane are no characters. */
static gboolean
is_forbidden (gunichar c)
{
  return is_in (c, forbidden, G_N_ELEMENTS (forbidden)) || (c & 0xfffe) == 0xfffe;
}

static gboolean
is_right_to_left (gunichar c)
{
  GUnicodeScript script = g_unichar_get_script (c);

  return (script == G_UNICODE_SCRIPT_HEBREW || script == G_UNICODE_SCRIPT_ARABIC || script == G_UNICODE_SCRIPT_SYRIAC
          || script == G_UNICODE_SCRIPT_THAANA)
         && (g_unichar_isalpha (c) || c == 0x5be || c == 0x5c0 || c == 0x5c3 || c == 0x5f3 || c == 0x5f4);
}

/* RFC 3454 §6: text that has a letter from right to left has none from left to right, and begins and ends with one. */
static gboolean
is_direction_clear (const char *text)
{
  gboolean has_right = FALSE, has_left = FALSE, begins = FALSE, ends = FALSE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      ends = is_right_to_left (c);
      has_right |= ends;
      has_left |= !ends && g_unichar_isalpha (c);
      if (p == text)
        begins = ends;
    }
  return !has_right || (begins && ends && !has_left);
}

static void
add_mapped (HaulSaslBuffer *mapped, const char *letter, gunichar c)
{
  if (is_in (c, mapped_to_space, G_N_ELEMENTS (mapped_to_space)))
    haul_sasl_buffer_add (mapped, " ", 1);
  else if (!is_in (c, mapped_to_nothing, G_N_ELEMENTS (mapped_to_nothing)))
    haul_sasl_buffer_add (mapped, letter, (gsize)(g_utf8_next_char (letter) - letter));
}

/**
 * haul_sasl_prepare_text:
 * @text: a user name or password
 *
 * Prepares @text (RFC 4013).
 *
 * Returns: (transfer full) (nullable): the prepared text; %NULL where it is not UTF-8, where nothing is left of it, or
 *   where it holds what must not be in it
 */
HaulSecret *
haul_sasl_prepare_text (const char *text)
{
  g_auto (HaulSaslBuffer) mapped = { 0 };

  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    add_mapped (&mapped, p, g_utf8_get_char (p));
  if (mapped.length == 0)
    return NULL;

  char *normal = g_utf8_normalize ((const char *)mapped.data, (gssize)mapped.length, G_NORMALIZE_NFKC);
  g_autoptr (HaulSecret) prepared = haul_secret_new_take (normal);
  const char *result = haul_secret_peek (prepared);
  for (const char *p = result; *p != '\0'; p = g_utf8_next_char (p))
    if (is_forbidden (g_utf8_get_char (p)))
      return NULL;
  return is_direction_clear (result) ? g_steal_pointer (&prepared) : NULL;
}
