/* test-haul-imap-parser.c - responses of real and of hostile servers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "imap/haul-imap-parser.h"

#include <string.h>

#include "imap/haul-imap-error.h"

static gboolean
keep_body (gboolean is_first, const void *data, gsize length, gpointer user_data)
{
  GString *out = user_data;
  if (is_first)
    g_string_append_c (out, '|');
  g_string_append_len (out, data, (gssize)length);
  return TRUE;
}

static void
append_words (GString *out, const char *name, char **words)
{
  g_autofree char *joined = words == NULL ? NULL : g_strjoinv (",", words);
  if (words != NULL)
    g_string_append_printf (out, " %s=%s", name, joined);
}

static void
append_set (GString *out, GArray *uids)
{
  for (guint i = 0; uids != NULL && i < uids->len; i++)
    g_string_append_printf (out, "%s%u", i == 0 ? " " : ",", g_array_index (uids, guint32, i));
}

static void
append_text (GString *out, const char *name, const char *text)
{
  if (text != NULL)
    g_string_append_printf (out, " %s=%s", name, text);
}

static void
append_number (GString *out, const char *name, guint64 number)
{
  if (number != 0)
    g_string_append_printf (out, " %s=%" G_GUINT64_FORMAT, name, number);
}

static void
append_response (GString *out, const HaulImapResponse *r)
{
  static const char *const types[]
      = { "CONTINUATION", "STATUS",  "CAPABILITY", "LIST",  "NAMESPACE", "MAILBOX_STATUS", "FLAGS", "EXISTS",
          "RECENT",       "EXPUNGE", "FETCH",      "QUOTA", "ID",        "OTHER" };
  static const char *const conditions[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };

  g_string_append (out, types[r->type]);
  append_text (out, "tag", r->tag);
  if (r->type == HAUL_IMAP_RESPONSE_STATUS)
    g_string_append_printf (out, " %s", conditions[r->condition]);
  append_text (out, "code", r->code);
  append_text (out, "args", r->code_text);
  append_text (out, "text", r->text);
  if (r->name_space.foreign != NULL && r->name_space.foreign[0] != NULL)
    append_words (out, "foreign", r->name_space.foreign);
  append_words (out, "words", r->words);
  append_number (out, "append-validity", r->append_uid.uid_validity);
  append_number (out, "append-uid", r->append_uid.uid);
  append_number (out, "copy", r->copy_uid.uid_validity);
  append_set (out, r->copy_uid.source);
  append_set (out, r->copy_uid.destination);
  if (r->type == HAUL_IMAP_RESPONSE_LIST)
    g_string_append_printf (out, " %s %s '%c' %s%s%s", r->mailbox->name, r->mailbox->display,
                            r->mailbox->delimiter == 0 ? '0' : r->mailbox->delimiter,
                            r->mailbox->can_select ? "s" : "-", r->mailbox->can_have_children ? "c" : "-",
                            r->mailbox->role == HAUL_ROLE_NONE ? "" : haul_role_to_string (r->mailbox->role));
  append_text (out, "prefix", r->name_space.prefix);
  append_number (out, "delimiter", (guint8)r->name_space.delimiter);
  append_text (out, "mailbox", r->mailbox_name);
  append_number (out, "validity", r->status.uid_validity);
  append_number (out, "next", r->status.uid_next);
  append_number (out, "messages", r->status.messages);
  append_number (out, "any-keyword", r->status.any_keyword);
  append_words (out, "permanent", r->status.permanent_flags);
  append_number (out, "number", r->number);
  append_number (out, "uid", r->uid);
  append_number (out, "size", r->size);
  append_number (out, "date", (guint64)r->internal_date);
  if (r->has_flags)
    g_string_append_printf (out, " flags=%u", r->flags);
  append_words (out, "keywords", r->keywords);
  append_number (out, "body", r->has_body);
  if (r->quota.is_known)
    g_string_append_printf (out, " quota=%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, r->quota.used_bytes,
                            r->quota.limit_bytes);
}

/* What the parser makes of a stream: responses, bodies, and an error's end. */
static char *
parse (const char *data, gsize length, gsize piece)
{
  g_autoptr (HaulImapParser) parser = haul_imap_parser_new ();
  g_autoptr (GString) bodies = g_string_new (NULL);
  GString *out = g_string_new (NULL);
  HaulImapParserResult result = HAUL_IMAP_PARSER_NEED_MORE;

  haul_imap_parser_set_body_func (parser, keep_body, bodies);
  for (gsize at = 0; at < length && result != HAUL_IMAP_PARSER_ERROR; at += piece)
    {
      haul_imap_parser_feed (parser, data + at, MIN (piece, length - at));
      do
        {
          g_autoptr (HaulImapResponse) response = NULL;
          g_autoptr (GError) error = NULL;
          result = haul_imap_parser_next (parser, &response, &error);
          if (out->len > 0 && result != HAUL_IMAP_PARSER_NEED_MORE)
            g_string_append_c (out, '\n');
          if (response != NULL)
            append_response (out, response);
          g_assert_true ((error != NULL) == (result == HAUL_IMAP_PARSER_ERROR));
          if (error != NULL)
            g_string_append_printf (out, "ERROR %s", haul_imap_error_get_server_text (error) ?: error->message);
        }
      while (result == HAUL_IMAP_PARSER_RESPONSE);
    }
  g_string_append (out, bodies->str);
  return g_string_free (out, FALSE);
}

typedef struct
{
  const char *wire;
  const char *expected;
} Case;

static void
check (const Case *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      gsize length = strlen (cases[i].wire);
      g_autofree char *whole = parse (cases[i].wire, length, length);
      g_autofree char *octets = parse (cases[i].wire, length, 1);
      g_assert_cmpstr (whole, ==, cases[i].expected);
      g_assert_cmpstr (octets, ==, cases[i].expected);
    }
}

static void
test_status (void)
{
  static const Case cases[] = {
    { "+\r\n", "CONTINUATION" },
    { "+ Ready\r\n", "CONTINUATION text=Ready" },
    { "+ [X] Ready\r\n", "CONTINUATION text=[X] Ready" },
    { "* OK\r\n", "STATUS OK" },
    { "* ok Microsoft Exchange IMAP4rev1 server version 5.5.2653.23 (MAIL1) ready\r\n",
      "STATUS OK text=Microsoft Exchange IMAP4rev1 server version 5.5.2653.23 (MAIL1) ready" },
    { "* PREAUTH hi\r\n", "STATUS PREAUTH text=hi" },
    { "* BYE Connection is closed. 14\r\n", "STATUS BYE text=Connection is closed. 14" },
    { "* BAD\r\n", "STATUS BAD" },
    { "a7 NO\r\n", "STATUS tag=a7 NO" },
    { "<body BAD Command Error. 10\r\n", "STATUS tag=<body BAD text=Command Error. 10" },
    { "* OK [CAPABILITY IMAP4rev1 UIDPLUS] hello\r\n",
      "STATUS OK code=CAPABILITY args=IMAP4rev1 UIDPLUS text=hello words=IMAP4rev1,UIDPLUS" },
    { "* OK [UIDVALIDITY 3857529045] ok\r\n",
      "STATUS OK code=UIDVALIDITY args=3857529045 text=ok validity=3857529045" },
    { "* OK [uidnext 7]\r\n", "STATUS OK code=UIDNEXT args=7 text= next=7" },
    { "* OK [UIDNEXT 4294967296] x\r\n", "STATUS OK code=UIDNEXT args=4294967296 text=x" },
    { "* OK [UIDNEXT -1] x\r\n", "STATUS OK code=UIDNEXT args=-1 text=x" },
    { "* OK [PERMANENTFLAGS (\\Seen $a] \\*)] x\r\n",
      "STATUS OK code=PERMANENTFLAGS args=(\\Seen $a] \\*) text=x any-keyword=1 permanent=\\Seen,$a],\\*" },
    { "* OK [PERMANENTFLAGS ()] x\r\n", "STATUS OK code=PERMANENTFLAGS args=() text=x permanent=" },
    { "a NO [TRYCREATE] Mailbox doesn't exist\r\n", "STATUS tag=a NO code=TRYCREATE text=Mailbox doesn't exist" },
    { "a NO [alreadyexists] x\r\n", "STATUS tag=a NO code=ALREADYEXISTS text=x" },
    { "a NO [OVERQUOTA (x] quota\r\n", "STATUS tag=a NO code=OVERQUOTA args=(x text=quota" },
    { "a OK [REFERRAL imap://dom%2Fuser;AUTH=*@other/] done\r\n",
      "STATUS tag=a OK code=REFERRAL args=imap://dom%2Fuser;AUTH=*@other/ text=done" },
    { "a NO [X-UNKNOWN \"a (] \r\n", "STATUS tag=a NO code=X-UNKNOWN args=\"a ( text=" },
    { "a NO [] x\r\n", "STATUS tag=a NO text=x" },
    { "a NO [no end\r\n", "STATUS tag=a NO text=[no end" },
    { "a NO Over quota [x]\r\n", "STATUS tag=a NO text=Over quota [x]" },
    { "a BYE x\r\n", "ERROR a BYE x" },
    { "a\r\n", "ERROR a" },
    { "a FOO x\r\n", "ERROR a FOO x" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
test_uids (void)
{
  static const Case cases[] = {
    { "a OK [APPENDUID 38505 3955] done\r\n",
      "STATUS tag=a OK code=APPENDUID args=38505 3955 text=done append-validity=38505 append-uid=3955" },
    { "a OK [APPENDUID] x\r\n", "STATUS tag=a OK code=APPENDUID text=x" },
    { "a OK [APPENDUID 1] x\r\n", "STATUS tag=a OK code=APPENDUID args=1 text=x" },
    { "a OK [APPENDUID 0 5] x\r\n", "STATUS tag=a OK code=APPENDUID args=0 5 text=x" },
    { "a OK [APPENDUID 1 5:9] x\r\n", "STATUS tag=a OK code=APPENDUID args=1 5:9 text=x" },
    { "a OK [APPENDUID 1 4294967296] x\r\n", "STATUS tag=a OK code=APPENDUID args=1 4294967296 text=x" },
    { "* OK [COPYUID 9 1:3,7 11,20:22] x\r\n",
      "STATUS OK code=COPYUID args=9 1:3,7 11,20:22 text=x copy=9 1,2,3,7 11,20,21,22" },
    { "* OK [COPYUID 9 3:1 5:7] x\r\n", "STATUS OK code=COPYUID args=9 3:1 5:7 text=x copy=9 1,2,3 5,6,7" },
    { "* OK [COPYUID 9 1:2 5] x\r\n", "STATUS OK code=COPYUID args=9 1:2 5 text=x" },
    { "* OK [COPYUID 9 1,1 5,6] x\r\n", "STATUS OK code=COPYUID args=9 1,1 5,6 text=x" },
    { "* OK [COPYUID 9 1:4294967295 1:4294967295] x\r\n",
      "STATUS OK code=COPYUID args=9 1:4294967295 1:4294967295 text=x" },
    { "* OK [COPYUID 9 * 1] x\r\n", "STATUS OK code=COPYUID args=9 * 1 text=x" },
    { "* OK [COPYUID 9 1, 1,] x\r\n", "STATUS OK code=COPYUID args=9 1, 1, text=x" },
    { "* OK [COPYUID 9  ] x\r\n", "STATUS OK code=COPYUID args=9 text=x" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
test_list (void)
{
  static const Case cases[] = {
    { "* LIST (\\HasNoChildren) \"/\" INBOX\r\n", "LIST INBOX INBOX '/' scinbox" },
    { "* LIST () \"/\" inBox\r\n", "LIST inBox inBox '/' scinbox" },
    { "* LIST () \"/\" {5}\r\ninbox\r\n", "LIST inbox inbox '/' scinbox" },
    { "* LIST () \"/\" INBOX/x\r\n", "LIST INBOX/x INBOX/x '/' sc" },
    { "* LIST (\\Noselect \\HasChildren) \"/\" \"Public Folders\"\r\n", "LIST Public Folders Public Folders '/' -c" },
    { "* LIST (\\nonexistent \\NOINFERIORS) NIL a\r\n", "LIST a a '0' --" },
    { "* LIST (\\Sent) \".\" \"Entw&APw-rfe\"\r\n", "LIST Entw&APw-rfe Entwürfe '.' scsent" },
    { "* LIST (\\Trash) \"\\\\\" \"a\\\\b\"\r\n", "LIST a\\b a\\b '\\' sctrash" },
    { "* LIST (\\Junk) \"//\" a\r\n", "LIST a a '0' scjunk" },
    { "* LIST (\\Archive) \"\" a\r\n", "LIST a a '0' scarchive" },
    { "* LIST (\\Drafts) \"/\" &bad (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n", "LIST &bad &bad '/' scdrafts" },
    { "* LIST () \"/\" \"caf\xe9\"\r\n", "LIST caf\xe9 caf� '/' sc" },
    { "* LIST (\\Noselect) \"/\" \"\"\r\n", "LIST   '/' -c" },
    { "* LIST () NIL NIL\r\n", "LIST NIL NIL '0' sc" },
    { "* LIST () \"/\" {10}\r\n../../etc\n\r\n", "LIST ../../etc\n ../../etc\n '/' sc" },
    { "* LIST\r\n", "ERROR * LIST" },
    { "* LIST ()\r\n", "ERROR * LIST (" },
    { "* LIST () \"/\"\r\n", "ERROR * LIST (" },
    { "* LIST () \"/\" ()\r\n", "ERROR * LIST (" },
    { "* LIST (()) \"/\" x\r\n", "ERROR * LIST (" },
    { "* LSUB () \"/\" x\r\n", "OTHER" },
  };
  check (cases, G_N_ELEMENTS (cases));

  static const char nul[] = "* LIST () \"/\" {3}\r\na\0b\r\n";
  g_autofree char *result = parse (nul, sizeof nul - 1, 100);
  g_assert_cmpstr (result, ==, "ERROR * LIST (");
}

static void
test_small_ones (void)
{
  static const Case cases[] = {
    { "* CAPABILITY IMAP4rev1 AUTH=PLAIN LITERAL+\r\n", "CAPABILITY words=IMAP4rev1,AUTH=PLAIN,LITERAL+" },
    { "* CAPABILITY\r\n", "CAPABILITY words=" },
    { "* NAMESPACE ((\"\" \"/\")(\"#news.\" \".\")) NIL ((\"Public Folders/\" \"/\"))\r\n",
      "NAMESPACE foreign=Public Folders/ prefix= delimiter=47" },
    { "* NAMESPACE ((\"INBOX.\" \".\" \"X-PARAM\" (\"F\"))) NIL NIL\r\n", "NAMESPACE prefix=INBOX. delimiter=46" },
    { "* NAMESPACE NIL NIL NIL\r\n", "NAMESPACE" },
    { "* NAMESPACE ((\"INBOX.\" \".\")) ((\"user.\" \".\" \"X\" (\"a\" \"b\"))) ((\"#shared.\" \".\")(\"shared.\" "
      "\".\"))\r\n",
      "NAMESPACE foreign=user.,#shared.,shared. prefix=INBOX. delimiter=46" },
    { "* NAMESPACE ((\"\" \"/\")) (\"x\") NIL\r\n", "NAMESPACE prefix= delimiter=47" },
    { "* NAMESPACE ((\"\" \"/\"))\r\n", "NAMESPACE prefix= delimiter=47" },
    { "* NAMESPACE\r\n", "OTHER" },
    { "* NAMESPACE ()\r\n", "OTHER" },
    { "* NAMESPACE ((\r\n", "ERROR the server sent a line that ends inside parentheses" },
    { "* STATUS \"a b\" (MESSAGES 5 UIDNEXT 9 UIDVALIDITY 3 UNSEEN 1 X (1 2) HIGHESTMODSEQ 99999999999)\r\n",
      "MAILBOX_STATUS mailbox=a b validity=3 next=9 messages=5" },
    { "* STATUS x ()\r\n", "MAILBOX_STATUS mailbox=x" },
    { "* STATUS {1}\r\nx (MESSAGES 1)\r\n", "MAILBOX_STATUS mailbox=x messages=1" },
    { "* STATUS {4294967295}\r\n", "ERROR the server sent a literal that is too long" },
    { "* STATUS x\r\n", "ERROR * STATUS x" },
    { "* STATUS x (MESSAGES)\r\n", "ERROR * STATUS x" },
    { "* STATUS x (MESSAGES -1)\r\n", "ERROR * STATUS x" },
    { "* STATUS x (UIDNEXT 4294967296)\r\n", "ERROR * STATUS x" },
    { "* FLAGS (\\Seen \\Draft $x)\r\n", "FLAGS words=\\Seen,\\Draft,$x" },
    { "* FLAGS ((\\Seen))\r\n", "OTHER" },
    { "* 0 EXISTS\r\n", "EXISTS" },
    { "* 4294967295 exists\r\n", "EXISTS number=4294967295" },
    { "* 4294967296 EXISTS\r\n", "ERROR * 4294967296 EXISTS" },
    { "* 3 RECENT\r\n", "RECENT number=3" },
    { "* 3 EXPUNGE\r\n", "EXPUNGE number=3" },
    { "* 0 EXPUNGE\r\n", "ERROR * 0 EXPUNGE" },
    { "* -1 EXPUNGE\r\n", "OTHER" },
    { "* 3\r\n", "OTHER number=3" },
    { "* 3 X\r\n", "OTHER number=3" },
    { "* QUOTA \"\" (STORAGE 10 512 MESSAGE 3 9)\r\n", "QUOTA quota=10240/524288" },
    { "* QUOTA \"\" ()\r\n", "QUOTA" },
    { "* QUOTA \"\" (STORAGE 1 18014398509481984)\r\n", "OTHER" },
    { "* QUOTA \"\" (STORAGE 1)\r\n", "OTHER" },
    { "* QUOTAROOT INBOX \"\"\r\n", "OTHER" },
    { "* ID\r\n", "OTHER" },
    { "* ID NIL\r\n", "OTHER" },
    { "* ID (\"name\" \"Cyrus\" \"v\" NIL)\r\n", "ID text=Cyrus" },
    { "* ID (\"v\" NIL \"name\" NIL)\r\n", "ID" },
    { "* ID (\"name\")\r\n", "OTHER" },
    { "* VANISHED (EARLIER) 1:4294967295\r\n", "OTHER" },
    { "* \r\n", "ERROR *" },
    { "*\r\n", "ERROR *" },
    { "* ()\r\n", "ERROR * ( )" },
    { "* \"OK\"\r\n", "ERROR * OK" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static void
test_fetch (void)
{
  static const Case cases[] = {
    { "* 1 FETCH (UID 5 RFC822.SIZE 44 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" FLAGS (\\Seen \\draft \\Recent $x "
      "y))\r\n",
      "FETCH number=1 uid=5 size=44 date=837596665 flags=9 keywords=$x,y" },
    { "* 1 fetch (flags ())\r\n", "FETCH number=1 flags=0 keywords=" },
    { "* 1 FETCH ()\r\n", "FETCH number=1" },
    { "* 1 FETCH (INTERNALDATE \"never\" UID 7)\r\n", "FETCH number=1 uid=7" },
    { "* 1 FETCH (RFC822.SIZE 4294967296)\r\n", "FETCH number=1 size=4294967296" },
    { "* 1 FETCH (BODY[] {5}\r\nab\r\n) UID 9)\r\n", "FETCH number=1 uid=9 body=1|ab\r\n)" },
    { "* 1 FETCH (BODY[] \"\")\r\n* 2 FETCH (UID 3)\r\n", "FETCH number=1 body=1\nFETCH number=2 uid=3|" },
    { "* 1 FETCH (UID 9 BODY[HEADER] {0}\r\n)\r\n", "FETCH number=1 uid=9 body=1|" },
    { "* 1 FETCH (BODY[]<0> \"x\\\"y\" RFC822.HEADER {1}\r\nz)\r\n", "FETCH number=1 body=1|x\"y|z" },
    { "* 1 FETCH (BODY[] NIL UID 2)\r\n", "FETCH number=1 uid=2" },
    { "* 1 FETCH (X-A ({3}\r\nabc (1)) ENVELOPE (NIL \"BODY[]\" BODY[] {1}\r\nq) UID 2 BODYSTRUCTURE ((\"A\" (\"b\")) "
      "\"c\"))\r\n",
      "FETCH number=1 uid=2" },
    { "* 1 FETCH (UID 0)\r\n", "ERROR * 1 FETCH" },
    { "* 1 FETCH (UID 4294967296)\r\n", "ERROR * 1 FETCH" },
    { "* 1 FETCH (UID)\r\n", "ERROR * 1 FETCH" },
    { "* 1 FETCH (FLAGS x)\r\n", "ERROR * 1 FETCH" },
    { "* 1 FETCH (X)\r\n", "ERROR * 1 FETCH" },
    { "* 1 FETCH (\"UID\" 5)\r\n", "ERROR * 1 FETCH" },
    { "* 1 FETCH\r\n", "ERROR * 1 FETCH" },
    { "* 0 FETCH (UID 1)\r\n", "ERROR * 0 FETCH" },
    { "* 1 FETCH (UID 1) x\r\na OK\r\n", "FETCH number=1 uid=1\nSTATUS tag=a OK" },
  };
  check (cases, G_N_ELEMENTS (cases));
}

static gboolean
count_body (gboolean is_first, const void *data, gsize length, gpointer user_data)
{
  guint64 *octets = user_data;
  *octets = (is_first ? 0 : *octets) + length;
  return *octets < 20 * 1024 * 1024;
}

/* 15 MiB go through; at 20 MiB the function has had enough. */
static void
test_big_body (void)
{
  g_autoptr (HaulImapParser) parser = haul_imap_parser_new ();
  g_autofree char *chunk = g_strnfill (65536, 'x');
  static const char start[] = "* 1 FETCH (BODY[] {15728640}\r\n";
  static const char end[] = " UID 3)\r\n* 2 FETCH (BODY[] {99999999999}\r\n";
  guint64 octets = 0;
  g_autoptr (HaulImapResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  haul_imap_parser_set_body_func (parser, count_body, &octets);
  haul_imap_parser_feed (parser, start, sizeof start - 1);
  for (guint i = 0; i < 240; i++)
    {
      haul_imap_parser_feed (parser, chunk, 65536);
      g_assert_cmpint (haul_imap_parser_next (parser, &response, NULL), ==, HAUL_IMAP_PARSER_NEED_MORE);
      g_assert_cmpuint (haul_imap_parser_get_pending (parser), ==, 0);
    }
  haul_imap_parser_feed (parser, end, sizeof end - 1);
  g_assert_cmpint (haul_imap_parser_next (parser, &response, NULL), ==, HAUL_IMAP_PARSER_RESPONSE);
  g_assert_cmpuint (response->uid, ==, 3);
  g_assert_cmpuint (octets, ==, 15728640);

  HaulImapParserResult result;
  HaulImapResponse *none = NULL;
  do
    {
      haul_imap_parser_feed (parser, chunk, 65536);
      result = haul_imap_parser_next (parser, &none, &error);
    }
  while (result == HAUL_IMAP_PARSER_NEED_MORE);
  g_assert_cmpint (result, ==, HAUL_IMAP_PARSER_ERROR);
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_CLOSED);
  g_assert_cmpuint (octets, ==, 20 * 1024 * 1024);
}

static char *
repeat (const char *start, const char *unit, guint times, const char *end)
{
  GString *text = g_string_new (start);
  for (guint i = 0; i < times; i++)
    g_string_append (text, unit);
  g_string_append (text, end);
  return g_string_free (text, FALSE);
}

static void
test_limits (void)
{
  g_autofree char *literals = repeat ("* X", " {3}\r\nabc", 100000, "\r\n");
  g_autofree char *more = repeat ("* X", " {3}\r\nabc", 1000000, "\r\n");
  g_autofree char *deep = repeat ("* X ", "(", 1000000, "\r\n");
  g_autofree char *big = repeat ("* X {1000000}\r\n", "0123456789", 100000, "\r\n");
  g_autofree char *two = repeat ("* X {600000}\r\n", "0123456789", 60000, " {600000}\r\n");
  g_autofree char *two_end = repeat (two, "0123456789", 60000, "\r\n");
  g_autofree char *name = repeat ("* LIST () \"/\" \"", "n", 10000000, "\"\r\n");
  const Case cases[] = {
    { literals, "OTHER" },
    { more, "ERROR the server sent a line that is too long" },
    { deep, "ERROR the server sent parentheses nested too deep" },
    { big, "OTHER" },
    { "* X {1048577}\r\n", "ERROR the server sent a literal that is too long" },
    { two_end, "ERROR the server sent a response that is too long" },
    { name, "ERROR the server sent a line that is too long" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *result = parse (cases[i].wire, strlen (cases[i].wire), 65536);
      g_assert_cmpstr (result, ==, cases[i].expected);
    }
}

/* Without a body function nobody asked for a body: it is held to the limits of everything else. */
static void
test_unasked_body (void)
{
  g_autoptr (HaulImapParser) parser = haul_imap_parser_new ();
  static const char small[] = "* 1 FETCH (BODY[] {3}\r\nabc UID 1)\r\n";
  static const char big[] = "* 1 FETCH (BODY[] {99999999}\r\n";
  g_autoptr (HaulImapResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  haul_imap_parser_feed (parser, small, sizeof small - 1);
  g_assert_cmpint (haul_imap_parser_next (parser, &response, NULL), ==, HAUL_IMAP_PARSER_RESPONSE);
  g_assert_false (response->has_body);
  g_assert_cmpuint (response->uid, ==, 1);
  haul_imap_parser_feed (parser, big, sizeof big - 1);
  HaulImapResponse *none = NULL;
  g_assert_cmpint (haul_imap_parser_next (parser, &none, &error), ==, HAUL_IMAP_PARSER_ERROR);
  g_assert_error (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL);
}

/* Octets behind a response wait: STARTTLS must see that they are there. */
static void
test_pending (void)
{
  g_autoptr (HaulImapParser) parser = haul_imap_parser_new ();
  g_autoptr (HaulImapResponse) response = NULL;
  static const char stream[] = "a OK go\r\na CAPABILITY";

  haul_imap_parser_feed (parser, stream, sizeof stream - 1);
  g_assert_cmpint (haul_imap_parser_next (parser, &response, NULL), ==, HAUL_IMAP_PARSER_RESPONSE);
  g_assert_cmpuint (haul_imap_parser_get_pending (parser), ==, 12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/parser/status", test_status);
  g_test_add_func ("/imap/parser/uids", test_uids);
  g_test_add_func ("/imap/parser/list", test_list);
  g_test_add_func ("/imap/parser/small-ones", test_small_ones);
  g_test_add_func ("/imap/parser/fetch", test_fetch);
  g_test_add_func ("/imap/parser/big-body", test_big_body);
  g_test_add_func ("/imap/parser/limits", test_limits);
  g_test_add_func ("/imap/parser/unasked-body", test_unasked_body);
  g_test_add_func ("/imap/parser/pending", test_pending);
  return g_test_run ();
}
