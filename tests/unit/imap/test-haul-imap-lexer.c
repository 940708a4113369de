/* test-haul-imap-lexer.c - the same tokens whatever the pieces; limits; linear time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "imap/haul-imap-lexer.h"

#include <string.h>
#include <time.h>

#include "imap/haul-imap-error.h"

static const char session[]
    = "* OK [CAPABILITY IMAP4rev1 (x]y) AUTH=PLAIN] Gr\xc3\xbc\xdf dich, \"] {5} (\r\n"
      "* CAPABILITY IMAP4rev1 LITERAL+\r\n"
      "+\r\n"
      "+ \r\n"
      "+ go on\r\n"
      "* LIST (\\HasNoChildren \\Sent) \"/\" \"a \\\"b\\\" \\\\ c\\d\"\r\n"
      "* LIST () \"\\\\\" {7}\r\n[Gmail]\r\n"
      "* LIST () NIL [Gmail]/Stra\xdf"
      "e\r\n"
      "* 12 FETCH (UID 5 FLAGS (\\Seen $x) BODY[HEADER.FIELDS (FROM \"a\")]<0> {3}\r\na\r\n RFC822.SIZE 3)\r\n"
      "* 13 FETCH (UID 6 BODY[] {0}\r\n BODY[TEXT] ~{2}\r\n)( X \"\")\r\n"
      "* NAMESPACE ((\"\" \"/\")(\"#x/\" \"/\")) NIL NIL\r\n"
      "* NO\r\n"
      "* BAD \r\n"
      "a1 OK\r\n"
      "<b\xf6"
      "dy BAD Command Error. 10\r\n"
      "a2 ok [X text without a bracket\n with \r line ends\r\r\n"
      "* 3  EXISTS \r\n";

/* What the lexer says, one token a line. */
static void
drain (HaulImapLexer *lexer, GString *out)
{
  static const char *const names[] = { "atom", "string", "literal", "(", ")", "text", "end" };
  HaulImapToken token;
  HaulImapLexerResult result = HAUL_IMAP_LEXER_TOKEN;
  g_autoptr (GError) error = NULL;
  char buffer[5];
  gsize n;

  while (result == HAUL_IMAP_LEXER_TOKEN)
    {
      while ((n = haul_imap_lexer_take_literal (lexer, buffer, sizeof buffer)) > 0)
        g_string_append_len (out, buffer, (gssize)n);
      result = haul_imap_lexer_next (lexer, &token, &error);
      if (result != HAUL_IMAP_LEXER_TOKEN)
        continue;
      g_assert_cmpuint (strlen (token.text), ==, token.length);
      g_string_append_printf (out, "\n%s %s", names[token.type],
                              token.type == HAUL_IMAP_TOKEN_LITERAL ? "" : token.text);
      if (token.type == HAUL_IMAP_TOKEN_LITERAL)
        g_string_append_printf (out, "%" G_GUINT64_FORMAT " ", token.literal_size);
    }
  if (result == HAUL_IMAP_LEXER_ERROR)
    {
      g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL);
      g_string_append (out, "\nerror");
    }
}

static char *
lex (const char *data, gsize length, gsize piece, gsize first)
{
  g_autoptr (HaulImapLexer) lexer = haul_imap_lexer_new ();
  GString *out = g_string_new (NULL);

  for (gsize at = 0; at < length;)
    {
      gsize n = MIN (at == 0 && first > 0 ? first : piece, length - at);
      g_autofree char *copy = g_memdup2 (data + at, n); /* exactly as long, so that a read beyond is seen */
      haul_imap_lexer_feed (lexer, copy, n);
      drain (lexer, out);
      at += n;
    }
  return g_string_free (out, FALSE);
}

static void
test_tokens (void)
{
  g_autofree char *tokens = lex (session, sizeof session - 1, sizeof session, 0);
  g_auto (GStrv) lines = g_strsplit (tokens, "\nend ", -1);

  g_assert_cmpstr (lines[0], ==,
                   "\natom *\natom OK\ntext [CAPABILITY IMAP4rev1 (x]y) AUTH=PLAIN] Gr\xc3\xbc\xdf dich, \"] {5} (");
  g_assert_cmpstr (lines[2], ==, "\natom +");
  g_assert_cmpstr (lines[3], ==, "\natom +");
  g_assert_cmpstr (lines[4], ==, "\natom +\ntext go on");
  g_assert_cmpstr (lines[5], ==,
                   "\natom *\natom LIST\n( (\natom \\HasNoChildren\natom \\Sent\n) )\nstring /\nstring a \"b\" \\ "
                   "c\\d");
  g_assert_cmpstr (lines[6], ==, "\natom *\natom LIST\n( (\n) )\nstring \\\nliteral 7 [Gmail]");
  g_assert_cmpstr (lines[7], ==,
                   "\natom *\natom LIST\n( (\n) )\natom NIL\natom [Gmail]/Stra\xdf"
                   "e");
  g_assert_cmpstr (lines[8], ==,
                   "\natom *\natom 12\natom FETCH\n( (\natom UID\natom 5\natom FLAGS\n( (\natom \\Seen\natom $x\n) )"
                   "\natom BODY[HEADER.FIELDS (FROM \"a\")]<0>\nliteral 3 a\r\n\natom RFC822.SIZE\natom 3\n) )");
  g_assert_cmpstr (lines[9], ==,
                   "\natom *\natom 13\natom FETCH\n( (\natom UID\natom 6\natom BODY[]\nliteral 0 \natom BODY[TEXT]"
                   "\nliteral 2 )(\natom X\nstring \n) )");
  g_assert_cmpstr (lines[11], ==, "\natom *\natom NO");
  g_assert_cmpstr (lines[12], ==, "\natom *\natom BAD");
  g_assert_cmpstr (lines[13], ==, "\natom a1\natom OK");
  g_assert_cmpstr (lines[14], ==,
                   "\natom <b\xf6"
                   "dy\natom BAD\ntext Command Error. 10");
  g_assert_cmpstr (lines[15], ==, "\natom a2\natom ok\ntext [X text without a bracket\n with \r line ends\r");
  g_assert_cmpstr (lines[16], ==, "\natom *\natom 3\natom EXISTS");
  g_assert_cmpuint (g_strv_length (lines), ==, 18);
}

static void
test_pieces (void)
{
  gsize length = sizeof session - 1;
  g_autofree char *whole = lex (session, length, length, 0);

  for (gsize piece = 1; piece < 20; piece++)
    {
      g_autofree char *tokens = lex (session, length, piece, 0);
      g_assert_cmpstr (tokens, ==, whole);
    }
  for (gsize first = 1; first < length; first++)
    {
      g_autofree char *tokens = lex (session, length, length, first);
      g_assert_cmpstr (tokens, ==, whole);
    }
}

static void
test_refused (void)
{
  static const char *const cases[] = {
    "\r\n",
    " * OK\r\n",
    "\"a\" OK\r\n",
    "(a)\r\n",
    "* X\n",
    "* X\rY\r\n",
    "* X \x01\r\n",
    "* X \x7f\r\n",
    "* X )\r\n",
    "* X (\r\n",
    "* X (()\r\n",
    "* X \"a\r\n",
    "* X \"a\nb\"\r\n",
    "* X a\"b\"\r\n",
    "* X a{5}\r\n",
    "* X {5}x",
    "* X {5} \r\n",
    "* X {}\r\n",
    "* X {-1}\r\n",
    "* X {+5}\r\n",
    "* X {5+}\r\n",
    "* X {5\r\n",
    "* X { 5}\r\n",
    "* X {18446744073709551616}\r\n",
    "* X {99999999999999999999999}\r\n",
    "* 1 FETCH (BODY[\r\n] x)\r\n",
    "* X {5}\n",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *tokens = lex (cases[i], strlen (cases[i]), 1, 0);
      g_assert_true (g_str_has_suffix (tokens, "\nerror"));
    }
  g_autofree char *nul = lex ("* OK a\0b\r\n", 10, 10, 0);
  g_assert_true (g_str_has_suffix (nul, "\nerror"));
}

static void
test_sticky (void)
{
  g_autoptr (HaulImapLexer) lexer = haul_imap_lexer_new ();
  HaulImapToken token;

  haul_imap_lexer_feed (lexer, "\r\n", 2);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_cmpint (haul_imap_lexer_next (lexer, &token, &error), ==, HAUL_IMAP_LEXER_ERROR);
      g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL);
      haul_imap_lexer_feed (lexer, "* OK\r\n", 6);
    }
}

static gboolean
is_taken (const char *start, char fill, gsize n, const char *end)
{
  g_autoptr (GString) line = g_string_new (start);
  g_autofree char *filling = g_strnfill (n, fill);
  g_string_append (line, filling);
  g_string_append (line, end);
  g_autofree char *tokens = lex (line->str, line->len, 4096, 0);
  return g_str_has_suffix (tokens, "\nend ");
}

static void
test_limits (void)
{
  g_assert_true (is_taken ("* OK ", 'a', 65000, "\r\n"));
  g_assert_false (is_taken ("* OK ", 'a', 65536, "\r\n"));
  g_assert_false (is_taken ("* X ", 'a', 65536, "\r\n"));
  g_assert_false (is_taken ("* X \"", 'a', 65536, "\"\r\n"));
  g_assert_false (is_taken ("* X ", ' ', 65536, "\r\n"));
  g_assert_false (is_taken ("* X {", '0', 65536, "5}\r\nhello\r\n"));
  g_assert_true (is_taken ("* X {", '0', 100, "5}\r\nhello\r\n"));
  g_assert_true (is_taken ("* X ", '(', 32, "))))))))))))))))))))))))))))))))\r\n"));
  g_assert_false (is_taken ("* X ", '(', 33, ")))))))))))))))))))))))))))))))))\r\n"));

  /* A response of many lines with literals between them has a limit as a whole. */
  g_autoptr (GString) many = g_string_new ("* X");
  while (many->len < 1200000)
    g_string_append (many, " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa {0}\r\n");
  g_assert_false (is_taken (many->str, ' ', 1, "\r\n"));
}

static void
test_announced (void)
{
  g_autoptr (HaulImapLexer) lexer = haul_imap_lexer_new ();
  static const char line[] = "* 1 FETCH (BODY[] {18446744073709551615}\r\nabc";
  HaulImapToken token = { 0 };
  char buffer[16];

  haul_imap_lexer_feed (lexer, line, sizeof line - 1);
  while (haul_imap_lexer_next (lexer, &token, NULL) == HAUL_IMAP_LEXER_TOKEN && token.type != HAUL_IMAP_TOKEN_LITERAL)
    ;
  g_assert_true (token.literal_size == G_MAXUINT64);
  g_assert_cmpuint (haul_imap_lexer_get_pending (lexer), ==, 3);
  g_assert_cmpint (haul_imap_lexer_next (lexer, &token, NULL), ==, HAUL_IMAP_LEXER_NEED_MORE);
  g_assert_cmpuint (haul_imap_lexer_take_literal (lexer, buffer, sizeof buffer), ==, 3);
  g_assert_cmpuint (haul_imap_lexer_take_literal (lexer, buffer, sizeof buffer), ==, 0);
  g_assert_true (haul_imap_lexer_get_literal_left (lexer) == G_MAXUINT64 - 3);
}

/* Processor seconds for a long stream in pieces of one size. */
static double
measure (const char *unit, gsize octets, gsize piece)
{
  g_autoptr (GString) stream = g_string_new (NULL);
  double best = 1e9;

  while (stream->len < octets)
    g_string_append (stream, unit);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (HaulImapLexer) lexer = haul_imap_lexer_new ();
      HaulImapToken token;
      char buffer[64];
      clock_t start = clock ();
      for (gsize at = 0; at < stream->len; at += piece)
        {
          haul_imap_lexer_feed (lexer, stream->str + at, MIN (piece, stream->len - at));
          do
            while (haul_imap_lexer_take_literal (lexer, buffer, sizeof buffer) > 0)
              ;
          while (haul_imap_lexer_next (lexer, &token, NULL) == HAUL_IMAP_LEXER_TOKEN);
        }
      best = MIN (best, (double)(clock () - start) / CLOCKS_PER_SEC);
      g_assert_cmpuint (haul_imap_lexer_get_pending (lexer), ==, 0);
    }
  return best;
}

/* Processor seconds when more is fed before what is there was used, as a fast server does. */
static double
measure_lagging (gsize octets)
{
  static const char line[] = "* OK\r\n";
  g_autoptr (GString) stream = g_string_new (NULL);
  double best = 1e9;

  while (stream->len < octets)
    g_string_append (stream, line);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (HaulImapLexer) lexer = haul_imap_lexer_new ();
      HaulImapToken token;
      clock_t start = clock ();
      haul_imap_lexer_feed (lexer, stream->str, stream->len);
      for (gsize at = 0; at < octets / 10; at++)
        {
          g_assert_cmpint (haul_imap_lexer_next (lexer, &token, NULL), ==, HAUL_IMAP_LEXER_TOKEN);
          haul_imap_lexer_feed (lexer, line, sizeof line - 1);
        }
      best = MIN (best, (double)(clock () - start) / CLOCKS_PER_SEC);
    }
  return best;
}

/* Twice as much takes twice as long. A busy machine may say otherwise once or twice, not thrice. */
static gboolean
is_linear (const char *unit, gsize piece)
{
  for (guint attempt = 0; attempt < 3; attempt++)
    {
      double once = unit == NULL ? measure_lagging (500000) : measure (unit, 400000, piece);
      double twice = unit == NULL ? measure_lagging (1000000) : measure (unit, 800000, piece);
      g_test_message ("%.4f s, %.4f s for twice as much", once, twice);
      if (twice <= 2.2 * once + 0.01)
        return TRUE;
    }
  return FALSE;
}

static void
test_linear (void)
{
  g_assert_true (is_linear (NULL, 0));

  g_autofree char *filling = g_strnfill (60000, 'a');
  g_autofree char *quoted = g_strdup_printf ("* X \"%s\"\r\n", filling);
  const char *units[] = { "* 1 FETCH (UID 1 FLAGS (\\Seen) X {3}\r\nabc)\r\n", quoted };
  gsize pieces[] = { 1, 1000, 100000000 };

  for (gsize u = 0; u < G_N_ELEMENTS (units); u++)
    for (gsize p = 0; p < G_N_ELEMENTS (pieces); p++)
      g_assert_true (is_linear (units[u], pieces[p]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/lexer/tokens", test_tokens);
  g_test_add_func ("/imap/lexer/pieces", test_pieces);
  g_test_add_func ("/imap/lexer/refused", test_refused);
  g_test_add_func ("/imap/lexer/sticky", test_sticky);
  g_test_add_func ("/imap/lexer/limits", test_limits);
  g_test_add_func ("/imap/lexer/announced", test_announced);
  g_test_add_func ("/imap/lexer/linear", test_linear);
  return g_test_run ();
}
