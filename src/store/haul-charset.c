/* haul-charset.c - names in an old code page that nobody wrote down
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Memory:  what the names take.
 *
 * A store is of one computer and so of one code page: it is guessed once, over all its names together.
 */
#include "store/haul-charset.h"

#include "base/haul-role.h"

#include <string.h>
#include <uchardet.h>

/* What Windows called its code pages, by the languages of Outlook Express; the commonest first, as it wins a tie. */
static const char *const code_pages[] = {
  "CP1252", "CP1251", "CP1250", "CP932", "GB18030", "CP950", "CP949", "CP1253", "CP1254", "CP1255",
};

/* What uchardet says, in the code page a Windows computer would have used. */
static const struct
{
  const char *said;
  const char *meant;
} translations[] = {
  { "ISO-8859-2", "CP1250" },   { "WINDOWS-1250", "CP1250" }, { "ISO-8859-5", "CP1251" }, { "WINDOWS-1251", "CP1251" },
  { "KOI8-R", "CP1251" },       { "MAC-CYRILLIC", "CP1251" }, { "IBM855", "CP1251" },     { "IBM866", "CP1251" },
  { "ISO-8859-7", "CP1253" },   { "WINDOWS-1253", "CP1253" }, { "ISO-8859-9", "CP1254" }, { "WINDOWS-1254", "CP1254" },
  { "ISO-8859-8", "CP1255" },   { "WINDOWS-1255", "CP1255" }, { "ISO-8859-6", "CP1256" }, { "WINDOWS-1256", "CP1256" },
  { "WINDOWS-1257", "CP1257" }, { "ISO-8859-13", "CP1257" },  { "VISCII", "CP1258" },     { "WINDOWS-1258", "CP1258" },
  { "TIS-620", "CP874" },       { "ISO-8859-11", "CP874" },   { "SHIFT_JIS", "CP932" },   { "EUC-JP", "CP932" },
  { "GB18030", "GB18030" },     { "HZ-GB-2312", "GB18030" },  { "BIG5", "CP950" },        { "EUC-TW", "CP950" },
  { "EUC-KR", "CP949" },        { "UHC", "CP949" },           { "UTF-8", "UTF-8" },
};

/* Special folders as Outlook Express named them, beyond what haul_role_guess() knows. */
static const char *const special_names[] = {
  "doručená pošta",
  "pošta k odeslání",
  "odeslaná pošta",
  "odstraněná pošta",
  "beérkezett üzenetek",
  "postázandó üzenetek",
  "elküldött elemek",
  "törölt elemek",
  "skrzynka nadawcza",
  "elementy wysłane",
  "elementy usunięte",
  "gönderilmiş öğeler",
  "silinmiş öğeler",
  "εισερχόμενα",
  "εξερχόμενα",
  "απεσταλμένα",
  "απεσταλμένα στοιχεία",
  "διαγραμμένα",
  "διαγραμμένα στοιχεία",
  "πρόχειρα",
  "отправленные",
  "удаленные",
  "удаленные сообщения",
  "черновики",
  "דואר נכנס",
  "דואר יוצא",
  "פריטים שנשלחו",
  "פריטים שנמחקו",
  "טיוטות",
  "받은 편지함",
  "보낼 편지함",
  "보낸 편지함",
  "지운 편지함",
  "임시 보관함",
  "收件匣",
  "寄件匣",
  "寄件備份",
  "刪除的郵件",
  "发件箱",
  "送信トレイ",
  "borttagna objekt",
  "saapuneet",
  "lähtevät",
  "lähetetyt",
  "poistetut",
  "éléments supprimés",
  "gelöschte objekte",
  "entwürfe",
  "boîte d'envoi",
};

static gboolean
is_ascii (const char *name)
{
  for (; *name != '\0'; name++)
    if ((guchar)*name >= 0x80)
      return FALSE;
  return TRUE;
}

/* NULL where the octets are not of this code page; iconv lets C1 controls pass, which no name holds. */
static char *
convert_strictly (const char *name, const char *charset)
{
  g_autofree char *utf8 = g_convert (name, -1, "UTF-8", charset, NULL, NULL, NULL);

  for (const char *p = utf8; p != NULL && *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if ((c >= 0x80 && c < 0xA0) || g_unichar_type (c) == G_UNICODE_PRIVATE_USE || !g_unichar_isdefined (c))
        return NULL;
    }
  return g_steal_pointer (&utf8);
}

static gboolean
is_special (const char *name)
{
  g_autofree char *folded = g_utf8_strdown (name, -1);

  if (haul_role_guess (name) != HAUL_ROLE_NONE)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (special_names); i++)
    if (g_str_equal (folded, special_names[i]))
      return TRUE;
  return FALSE;
}

/* How many well-known names there are if the names are in this code page. */
static guint
count_special (GPtrArray *names, const char *charset)
{
  guint n = 0;

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      if (is_ascii (name))
        continue;
      g_autofree char *utf8 = convert_strictly (name, charset);
      n += utf8 != NULL && is_special (utf8);
    }
  return n;
}

static gboolean
fits_all (GPtrArray *names, const char *charset)
{
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *utf8 = convert_strictly (g_ptr_array_index (names, i), charset);
      if (utf8 == NULL)
        return FALSE;
    }
  return TRUE;
}

static const char *
ask_uchardet (GPtrArray *names)
{
  const char *meant = NULL;
  uchardet_t detector = uchardet_new ();

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      if (!is_ascii (name))
        {
          uchardet_handle_data (detector, name, strlen (name));
          uchardet_handle_data (detector, "\n", 1);
        }
    }
  uchardet_data_end (detector);
  for (gsize i = 0; i < G_N_ELEMENTS (translations); i++)
    if (g_ascii_strcasecmp (uchardet_get_charset (detector), translations[i].said) == 0)
      meant = translations[i].meant;
  uchardet_delete (detector);
  return meant;
}

/**
 * haul_charset_guess:
 * @names: (element-type filename): all the names of one store, octets
 *
 * Guesses the code page they are in: by the names of special folders in many languages, else by statistics over all of
 * them, else Western (docs/stores.md).
 *
 * Returns: (transfer none): a name for iconv
 */
const char *
haul_charset_guess (GPtrArray *names)
{
  const char *best = NULL;
  guint most = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (code_pages); i++)
    {
      guint n = count_special (names, code_pages[i]);
      if (n > most)
        {
          most = n;
          best = code_pages[i];
        }
    }
  if (best != NULL)
    return best;
  const char *said = ask_uchardet (names);
  return said != NULL && fits_all (names, said) ? said : HAUL_CHARSET_DEFAULT;
}

/**
 * haul_charset_to_utf8:
 * @name: octets
 * @charset: a name for iconv
 *
 * Converts a name; octets that the code page does not have become U+FFFD.
 *
 * Returns: (transfer full): valid UTF-8
 */
char *
haul_charset_to_utf8 (const char *name, const char *charset)
{
  g_autoptr (GString) utf8 = g_string_new (NULL);
  gsize left = strlen (name);

  while (left > 0)
    {
      gsize taken = 0;
      g_autoptr (GError) error = NULL;
      g_autofree char *whole = g_convert (name, (gssize)left, "UTF-8", charset, &taken, NULL, &error);
      if (whole != NULL)
        {
          /* An incomplete character at the end is left over without an error. */
          g_string_append (utf8, whole);
          if (taken < left)
            g_string_append (utf8, "\uFFFD");
          break;
        }
      if (g_error_matches (error, G_CONVERT_ERROR, G_CONVERT_ERROR_NO_CONVERSION) || taken >= left)
        {
          g_autofree char *valid = g_utf8_make_valid (name, (gssize)left);
          g_string_append (utf8, valid);
          break;
        }
      g_autofree char *start = taken == 0 ? NULL : g_convert (name, (gssize)taken, "UTF-8", charset, NULL, NULL, NULL);
      g_string_append (utf8, start != NULL ? start : "");
      g_string_append (utf8, "\uFFFD");
      name += taken + 1;
      left -= taken + 1;
    }
  return g_utf8_make_valid (utf8->str, (gssize)utf8->len);
}
