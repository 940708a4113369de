/* test-haul-charset.c - folder names of old Windows computers, whose code page nobody wrote down
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-charset.h"

typedef struct
{
  const char *charset;
  const char *names[8];
} Case;

/* What a store of that language holds: special folders and what people make themselves. */
static const Case cases[] = {
  { "CP1252", { "Inbox", "Sent Items", "Müller", "Gelöschte Objekte", "Entwürfe" } },
  { "CP1252", { "Boîte de réception", "Éléments envoyés", "Été 2003" } },
  { "CP1251", { "Входящие", "Исходящие", "Отправленные", "Удаленные", "Черновики", "Работа" } },
  { "CP1250", { "Skrzynka odbiorcza", "Elementy wysłane", "Elementy usunięte", "Zażółć gęślą jaźń" } },
  { "CP1250", { "Doručená pošta", "Odeslaná pošta", "Příjmy" } },
  { "CP932", { "受信トレイ", "送信済みアイテム", "削除済みアイテム", "下書き", "表示" } },
  { "CP1253", { "Εισερχόμενα", "Πρόχειρα", "Αθήνα" } },
  { "CP949", { "받은 편지함", "보낸 편지함" } },
  { "CP950", { "收件匣", "刪除的郵件" } },
  { "GB18030", { "收件箱", "已发送邮件" } },
  { "CP1254", { "Gönderilmiş Öğeler", "Silinmiş Öğeler" } },
  /* One name that is not ASCII. */
  { "CP1252", { "Inbox", "Entwürfe" } },
  { "CP1251", { "Черновики" } },
  { "CP1253", { "Inbox", "Πρόχειρα" } },
  { "CP1250", { "Elementy wysłane" } },
  { "CP1254", { "Silinmiş Öğeler" } },
  { "CP932", { "下書き" } },
  { "CP949", { "지운 편지함" } },
  /* No special folder in sight: statistics. */
  { "CP1251", { "Рассылки по работе", "Переписка с друзьями", "Семейные фотографии", "Отчёты за прошлый год" } },
  { "CP1252", { "Müller", "Bücher" } },
  { "CP1252", { "Inbox", "Outbox" } },
};

static void
test_round_trip (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
      for (gsize j = 0; cases[i].names[j] != NULL; j++)
        {
          g_autoptr (GError) error = NULL;
          char *octets = g_convert (cases[i].names[j], -1, cases[i].charset, "UTF-8", NULL, NULL, &error);
          g_assert_no_error (error);
          g_ptr_array_add (names, octets);
        }
      const char *charset = haul_charset_guess (names);
      for (guint j = 0; j < names->len; j++)
        {
          g_autofree char *name = haul_charset_to_utf8 (g_ptr_array_index (names, j), charset);
          g_assert_cmpstr (name, ==, cases[i].names[j]);
        }
    }
}

static void
test_utf8 (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  g_ptr_array_add (names, (char *)"Рассылки по работе");
  g_ptr_array_add (names, (char *)"Семейные фотографии");
  g_assert_cmpstr (haul_charset_guess (names), ==, "UTF-8");
}

static void
test_no_names (void)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  g_assert_cmpstr (haul_charset_guess (names), ==, HAUL_CHARSET_DEFAULT);
}

static void
assert_converted (const char *octets, const char *charset, const char *expected)
{
  g_autofree char *name = haul_charset_to_utf8 (octets, charset);

  g_assert_cmpstr (name, ==, expected);
}

/* Whatever is not of the code page is replaced, never dropped, and the result is always valid. */
static void
test_bad_octets (void)
{
  assert_converted ("a\x81z", "CP1252", "a\uFFFDz");
  assert_converted ("\x8f\x8f", "CP1252", "\uFFFD\uFFFD");
  assert_converted ("a\xe9", "CP932", "a\uFFFD"); /* the second half is missing */
  assert_converted ("", "CP1252", "");
  assert_converted ("a\xff", "no such charset", "a\uFFFD");
}

static void
test_any_octets (void)
{
  for (guint first = 1; first < 256; first++)
    for (guint second = 1; second < 256; second += 6)
      {
        const char octets[] = { 'x', (char)first, (char)second, 'y', '\0' };
        g_autofree char *western = haul_charset_to_utf8 (octets, "CP1252");
        g_autofree char *eastern = haul_charset_to_utf8 (octets, "CP932");
        g_assert_true (g_utf8_validate (western, -1, NULL) && g_utf8_validate (eastern, -1, NULL));
        g_assert_true (western[0] == 'x' && g_str_has_suffix (western, "y"));
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/charset/round-trip", test_round_trip);
  g_test_add_func ("/charset/utf8", test_utf8);
  g_test_add_func ("/charset/no-names", test_no_names);
  g_test_add_func ("/charset/bad-octets", test_bad_octets);
  g_test_add_func ("/charset/any-octets", test_any_octets);
  return g_test_run ();
}
