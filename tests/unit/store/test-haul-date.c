/* test-haul-date.c - dates of headers and of From_ lines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store/haul-date.h"

#include <string.h>

static void
test_header_dates (void)
{
  static const struct
  {
    const char *text;
    gint64 seconds;
  } rows[] = {
    { "Tue, 9 Jun 2009 23:58:45 -0400", 1244606325 },
    { "Mon, 21 Aug 95 13:30:57 -600", 809033457 },
    { "9 Jun 2009 23:58 +0000", 1244591880 },
    { "Tue, 09 Jun 09 23:58:45 EST", 1244609925 },
    { "Tue, 9 Jun 109 23:58:45 GMT", 1244591925 },
    { "Fri, 31 Dec 1999 23:59:60 +0000", 946684800 },
    { " Fri,\r\n\t21 Nov 1997 09(comment (nested)):55:06 -0600", 0 },
    { "Fri, 21 Nov 1997 09:55:06 (comment (nested)) -0600", 880127706 },
    { "Fri, 21 Nov 1997 09:55:06 -0600 (CST)", 880127706 },
    { "Fri, 21 Nov 1997 09:55:06 Z", 880106106 },
    { "21-Nov-1997 09:55:06 +0000", 880106106 },
    { "Fri Nov 21 09:55:06 1997", 880106106 },
    { "Fri Nov 21 09:55:06 PST 1997", 880134906 },
    { "Tuesday, 09-Jun-09 23:58:45 GMT", 1244591925 },
    { "Fri, 29 Feb 2008 12:00:00 +0000", 1204286400 },
    { "Tue, 19 Jan 2038 03:14:08 +0000", 0 },
    { "Thu, 1 Jan 1970 00:00:00 +0000", 0 },
    { "Fri, 2 Jan 1970 00:00:00 +0000", 86400 },
    { "Mon, 1 Jan 1601 00:00:00 +0000", 0 },
    { "Mon, 1 Jan 0000 00:00:00 +0000", 0 },
    { "Fri, 31 Dec 9999 23:59:59 +0000", 0 },
    { "Mon, 32 Jan 2001 00:00:00 +0000", 0 },
    { "Mon, 1 Foo 2001 00:00:00 +0000", 0 },
    { "Mon, 1 Jan 2001 25:00:00 +0000", 0 },
    { "99999999999999999999 Jan 2001 00:00:00", 0 },
    { "", 0 },
    { "(((((((", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].text);
      g_assert_cmpint (haul_date_parse (rows[i].text, strlen (rows[i].text)), ==, rows[i].seconds);
    }
}

static void
test_tomorrow_is_the_limit (void)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  g_assert_true (haul_date_is_plausible (now + 86000));
  g_assert_false (haul_date_is_plausible (now + 2 * 86400));
  g_assert_false (haul_date_is_plausible (86399));
  g_assert_false (haul_date_is_plausible (-1));
}

static void
test_every_day_of_two_centuries (void)
{
  for (int year = 1900; year < 2100; year++)
    for (int month = 1; month <= 12; month++)
      {
        g_autoptr (GDateTime) date = g_date_time_new_utc (year, month, 28, 12, 30, 15);
        g_assert_cmpint (haul_date_from_civil (year, month, 28, 45015), ==, g_date_time_to_unix (date));
      }
}

static void
test_received (void)
{
  static const char folded[] = "from a by b (x; y)\r\n\twith SMTP id 5; Tue, 9 Jun 2009\r\n 23:58:45 -0400 (EDT)";
  static const char late_comment[] = "from a by b; Tue, 9 Jun 2009 23:58:45 -0400 (envelope-from x; y)";
  static const char none[] = "from xxx by xxx with xxx; date";

  g_assert_cmpint (haul_date_parse_received (folded, strlen (folded)), ==, 1244606325);
  g_assert_cmpint (haul_date_parse_received (late_comment, strlen (late_comment)), ==, 1244606325);
  g_assert_cmpint (haul_date_parse_received (none, strlen (none)), ==, 0);
  g_assert_cmpint (haul_date_parse_received ("", 0), ==, 0);
}

static void
test_from_lines (void)
{
  static const struct
  {
    const char *line;
    gint64 seconds; /* -1: not a separator */
  } rows[] = {
    { "From - Mon Nov 23 12:13:14 2009", 1258978394 },
    { "From a@b.org  Thu Jul  9 12:13:14 1998", 899986394 },
    { "From a@b.org Thu Jul  9 12:13 1998", 899986380 },
    { "From a@b.org Thu Jul  9 12:13:14 1998 +0200", 899979194 },
    { "From a@b.org Thu Jul  9 12:13:14 +0200 1998", 899979194 },
    { "From 123@xxx Mon Jul 08 05:37:29 +0000 2013", 1373261849 },
    { "From owner@virginia.edu Fri Sep 18 10:51 EDT 1998", 906130260 },
    { "From a@b.org Thu Jul  9 12:13:14 1998 PDT", 900011594 },
    { "From a@b.org Thu Jul  9 12:13:14 MET DST 1998", 899979194 },
    { "From a at b.org  Thu Jul  9 12:13:14 1998", 899986394 },
    { "From uu!a Thu Jul  9 12:13:14 1998 remote from uu", 899986394 },
    { "From a@b.org Thu, 9 Jul 1998 12:13:14 +0200", 899979194 },
    { "From Thu Jul  9 12:13:14 1998", 899986394 },
    { "From Mon@day.org Thu Jul  9 12:13:14 1998", 899986394 },
    { "From \"a b\" <x@y> Thu Jul  9 12:13:14 1998", 899986394 },
    { "From a@b.org Thu Jan  1 00:00:00 1970", 0 },
    { "From ", -1 },
    { "From Monday on we will meet at 10:30 in 2009", -1 },
    { "From a@b.org Thu Jul  9 1998", -1 },
    { "From mbox point of view, this line would be the start of new message.", -1 },
    { "from a@b.org Thu Jul  9 12:13:14 1998", -1 },
    { "From a@b.org Thu Jul  9 12:13:14 1998 and then some more", -1 },
    { ">From a@b.org Thu Jul  9 12:13:14 1998", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gint64 seconds = -2;
      g_test_message ("%s", rows[i].line);
      g_assert_cmpint (haul_date_parse_from_line (rows[i].line, strlen (rows[i].line), &seconds), ==,
                       rows[i].seconds >= 0);
      g_assert_cmpint (seconds, ==, MAX (rows[i].seconds, 0));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/date/header", test_header_dates);
  g_test_add_func ("/date/tomorrow", test_tomorrow_is_the_limit);
  g_test_add_func ("/date/civil", test_every_day_of_two_centuries);
  g_test_add_func ("/date/received", test_received);
  g_test_add_func ("/date/from-line", test_from_lines);
  return g_test_run ();
}
