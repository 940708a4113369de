/* haul-date.c - the dates of mail files, as unix seconds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Memory:  none; longer texts than 1 KiB are no dates.
 * See:     RFC 5322 §3.3, §4.3; RFC 4155 (From_ lines)
 */
#include "store/haul-date.h"

#include <string.h>

#define MAX_TEXT 1024
#define DAY G_GINT64_CONSTANT (86400)

typedef struct
{
  const char *at;
  const char *end;
} Scanner;

typedef struct
{
  const char *text;
  gsize length;
} Token;

typedef struct
{
  int year;  /* -1 until seen, as all fields */
  int month; /* 1 … 12 */
  int day;
  int time; /* seconds since midnight */
  int zone; /* seconds east of Greenwich */
  gboolean has_zone;
} Fields;

static const Fields no_fields = { .year = -1, .month = -1, .day = -1, .time = -1 };

/* RFC 5322 §4.3, and those that Unix mailers write. */
static const struct
{
  char name[6];
  int minutes;
} zones[] = {
  { "UT", 0 },     { "UTC", 0 },    { "GMT", 0 },    { "WET", 0 },    { "WEST", 60 },   { "BST", 60 },
  { "MET", 60 },   { "MEZ", 60 },   { "CET", 60 },   { "MEST", 120 }, { "MESZ", 120 },  { "CEST", 120 },
  { "EET", 120 },  { "EEST", 180 }, { "MSK", 180 },  { "MSD", 240 },  { "IST", 330 },   { "JST", 540 },
  { "KST", 540 },  { "HKT", 480 },  { "SGT", 480 },  { "AEST", 600 }, { "AEDT", 660 },  { "NZST", 720 },
  { "NZDT", 780 }, { "EST", -300 }, { "EDT", -240 }, { "CST", -360 }, { "CDT", -300 },  { "MST", -420 },
  { "MDT", -360 }, { "PST", -480 }, { "PDT", -420 }, { "HST", -600 }, { "AKST", -540 },
};

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
static const char weekdays[] = "montuewedthufrisatsun";

/**
 * haul_date_from_civil:
 * @year: a year of the Gregorian calendar
 * @month: 1 … 12
 * @day: 1 … 31
 * @seconds: since midnight; may be negative or more than a day
 *
 * Returns: unix seconds, without leap seconds
 */
gint64
haul_date_from_civil (int year, int month, int day, gint64 seconds)
{
  /* Years that begin in March: the leap day is the last of its year then. */
  gint64 y = (gint64)year - (month <= 2 ? 1 : 0);
  gint64 era = (y >= 0 ? y : y - 399) / 400;
  gint64 year_of_era = y - era * 400;
  gint64 day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  gint64 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

  return (era * 146097 + day_of_era - 719468) * DAY + seconds;
}

/**
 * haul_date_is_plausible:
 * @seconds: unix seconds
 *
 * Tells a date from what programs write when they have none: zero, 1970-01-01, 1601, the future.
 *
 * Returns: %TRUE from 1970-01-02 to this time tomorrow
 */
gboolean
haul_date_is_plausible (gint64 seconds)
{
  return seconds >= DAY && seconds <= g_get_real_time () / G_USEC_PER_SEC + DAY;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ';';
}

static void
skip_comment (Scanner *scanner)
{
  int depth = 0;

  for (; scanner->at < scanner->end; scanner->at++)
    {
      if (*scanner->at == '(')
        depth++;
      else if (*scanner->at == ')' && --depth == 0)
        {
          scanner->at++;
          return;
        }
    }
}

static gboolean
next_token (Scanner *scanner, Token *token)
{
  while (scanner->at < scanner->end && (is_blank (*scanner->at) || *scanner->at == '('))
    if (*scanner->at == '(')
      skip_comment (scanner);
    else
      scanner->at++;
  token->text = scanner->at;
  while (scanner->at < scanner->end && !is_blank (*scanner->at) && *scanner->at != '(')
    scanner->at++;
  token->length = (gsize)(scanner->at - token->text);
  return token->length > 0;
}

/* A number of at most @max_digits; -1 when the text holds anything else. */
static int
parse_number (const char *text, gsize length, gsize max_digits)
{
  int value = 0;

  if (length == 0 || length > max_digits)
    return -1;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return -1;
      value = value * 10 + (text[i] - '0');
    }
  return value;
}

static int
parse_month (const char *text, gsize length)
{
  if (length < 3 || length > 9)
    return -1;
  for (int i = 0; i < 12; i++)
    if (g_ascii_strncasecmp (months + 3 * i, text, 3) == 0)
      return i + 1;
  return -1;
}

static gboolean
is_weekday (const Token *token)
{
  if (token->length < 3 || token->length > 9)
    return FALSE;
  for (int i = 0; i < 7; i++)
    if (g_ascii_strncasecmp (weekdays + 3 * i, token->text, 3) == 0)
      return TRUE;
  return FALSE;
}

/* hh:mm[:ss], a leap second included */
static int
parse_time (const Token *token)
{
  const char *colon = memchr (token->text, ':', token->length);
  if (colon == NULL)
    return -1;
  const char *rest = colon + 1;
  gsize left = token->length - (gsize)(rest - token->text);
  const char *second_colon = memchr (rest, ':', left);
  gsize minute_length = second_colon != NULL ? (gsize)(second_colon - rest) : left;
  int hour = parse_number (token->text, (gsize)(colon - token->text), 2);
  int minute = parse_number (rest, minute_length, 2);
  int second = 0;

  if (second_colon != NULL)
    {
      const char *dot = memchr (second_colon + 1, '.', left - minute_length - 1);
      gsize length = dot != NULL ? (gsize)(dot - second_colon - 1) : left - minute_length - 1;
      second = parse_number (second_colon + 1, length, 2);
    }
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return -1;
  return hour * 3600 + minute * 60 + second;
}

/* Old programs left out the first zero: “-600”. */
static gboolean
parse_numeric_zone (const Token *token, int *zone)
{
  if (token->length < 4 || (token->text[0] != '+' && token->text[0] != '-'))
    return FALSE;
  int value = parse_number (token->text + 1, token->length - 1, 4);
  if (value < 0)
    return FALSE;
  /* No clock is further away than these: a number like “+9999” says nothing. */
  *zone = value > 1400 || value % 100 > 59 ? 0 : (value / 100) * 3600 + (value % 100) * 60;
  if (token->text[0] == '-')
    *zone = -*zone;
  return TRUE;
}

/* An unknown name in capitals says nothing: UTC, as RFC 5322 §4.3 asks. */
static gboolean
parse_named_zone (const Token *token, int *zone)
{
  for (gsize i = 0; i < G_N_ELEMENTS (zones); i++)
    if (strlen (zones[i].name) == token->length && g_ascii_strncasecmp (zones[i].name, token->text, token->length) == 0)
      {
        *zone = zones[i].minutes * 60;
        return TRUE;
      }
  if (token->length > 5)
    return FALSE;
  for (gsize i = 0; i < token->length; i++)
    if (!g_ascii_isupper (token->text[i]))
      return FALSE;
  *zone = 0;
  return TRUE;
}

static gboolean
take_year (Fields *fields, const char *text, gsize length)
{
  int year = parse_number (text, length, 4);

  if (year < 0 || length < 2)
    return FALSE;
  /* RFC 5322 §4.3: two and three digits. */
  if (length == 2)
    year += year < 50 ? 2000 : 1900;
  else if (length == 3)
    year += 1900;
  fields->year = year;
  return TRUE;
}

static gboolean
take_day (Fields *fields, const char *text, gsize length)
{
  int day = parse_number (text, length, 2);

  if (day < 1 || day > 31)
    return FALSE;
  fields->day = day;
  return TRUE;
}

/* dd-Mon-yyyy, as IMAP and UW programs write */
static gboolean
take_dashed (Fields *fields, const Token *token)
{
  const char *first = memchr (token->text, '-', token->length);
  const char *end = token->text + token->length;
  if (first == NULL || first == token->text || end - first < 5 || first[4] != '-' || fields->month > 0)
    return FALSE;
  int month = parse_month (first + 1, 3);

  if (month < 0 || !take_day (fields, token->text, (gsize)(first - token->text))
      || !take_year (fields, first + 5, (gsize)(end - first - 5)))
    return FALSE;
  fields->month = month;
  return TRUE;
}

static gboolean
take_zone (Fields *fields, const Token *token)
{
  int zone = 0;

  if (fields->has_zone && token->length == 3 && strncmp (token->text, "DST", 3) == 0)
    {
      fields->zone += 3600;
      return TRUE;
    }
  if (parse_numeric_zone (token, &zone) || parse_named_zone (token, &zone))
    {
      /* “+0100 (CET)” and “PST -0800”: a number says more than a name. */
      if (!fields->has_zone || !g_ascii_isalpha (token->text[0]))
        fields->zone = zone;
      fields->has_zone = TRUE;
      return TRUE;
    }
  return FALSE;
}

/* Puts a token where it belongs by its shape, so that RFC 5322 and asctime order are read alike. */
static gboolean
take_token (Fields *fields, const Token *token)
{
  int time = parse_time (token);

  if (time >= 0 && fields->time < 0)
    {
      fields->time = time;
      return TRUE;
    }
  if (fields->month < 0 && parse_month (token->text, token->length) > 0)
    {
      fields->month = parse_month (token->text, token->length);
      return TRUE;
    }
  if (fields->day < 0 && take_day (fields, token->text, token->length))
    return TRUE;
  if (fields->year < 0 && fields->month > 0 && take_year (fields, token->text, token->length))
    return TRUE;
  return take_dashed (fields, token) || take_zone (fields, token);
}

static gboolean
is_complete (const Fields *fields)
{
  return fields->year >= 0 && fields->month > 0 && fields->day > 0 && fields->time >= 0;
}

static gint64
to_seconds (const Fields *fields)
{
  /* The 30th of February is no date, though it could be counted. */
  if (!g_date_valid_dmy ((GDateDay)CLAMP (fields->day, 0, 99), (GDateMonth)fields->month,
                         (GDateYear)CLAMP (fields->year, 1, 9999)))
    return 0;
  gint64 seconds = haul_date_from_civil (fields->year, fields->month, fields->day, (gint64)fields->time - fields->zone);

  return haul_date_is_plausible (seconds) ? seconds : 0;
}

/**
 * haul_date_parse:
 * @text: a date as in a Date: field or as asctime() writes it
 * @length: octets of @text
 *
 * Reads a date in the forms of RFC 5322, of RFC 822 with its old years and zones, of asctime() and of IMAP. A date
 * without a zone is taken as UTC. What follows a whole date is not looked at.
 *
 * Returns: unix seconds; 0 when there is no date or not a plausible one
 */
gint64
haul_date_parse (const char *text, gsize length)
{
  Scanner scanner = { text, text + MIN (length, MAX_TEXT) };
  Fields fields = no_fields;
  Token token;

  while (next_token (&scanner, &token))
    {
      if (fields.day < 0 && fields.month < 0 && is_weekday (&token))
        continue;
      if (!take_token (&fields, &token) && is_complete (&fields))
        break;
    }
  return is_complete (&fields) ? to_seconds (&fields) : 0;
}

/**
 * haul_date_parse_received:
 * @text: the value of a Received: field, folded or not
 * @length: octets of @text
 *
 * Reads the date behind the last semicolon (RFC 5321 §4.4).
 *
 * Returns: unix seconds; 0 when there is none
 */
gint64
haul_date_parse_received (const char *text, gsize length)
{
  const char *semicolon = length > 0 ? memrchr (text, ';', length) : NULL;

  /* A comment behind the date may hold one more: “; Mon, 1 Jan 2001 … (envelope-from a; b)”. */
  while (semicolon != NULL)
    {
      gint64 seconds = haul_date_parse (semicolon + 1, length - (gsize)(semicolon + 1 - text));
      if (seconds != 0)
        return seconds;
      semicolon = semicolon > text ? memrchr (text, ';', (gsize)(semicolon - text)) : NULL;
      if (semicolon != NULL && length - (gsize)(semicolon - text) > MAX_TEXT)
        return 0;
    }
  return 0;
}

static gboolean
is_word (const Token *token, const char *word)
{
  return strlen (word) == token->length && strncmp (word, token->text, token->length) == 0;
}

/* What follows the weekday of a From_ line: nothing but a date, perhaps with “remote from x” behind it. */
static gboolean
parse_rest_of_from_line (Scanner scanner, gint64 *seconds)
{
  Fields fields = no_fields;
  Token token;

  while (next_token (&scanner, &token))
    {
      if (is_complete (&fields) && is_word (&token, "remote"))
        break;
      if (!take_token (&fields, &token))
        return FALSE;
    }
  if (!is_complete (&fields))
    return FALSE;
  *seconds = to_seconds (&fields);
  return TRUE;
}

/**
 * haul_date_parse_from_line:
 * @line: a line of an mbox, without its end
 * @length: octets of @line
 * @seconds: (out): unix seconds, or 0 when the date is not plausible
 *
 * Tells whether a line has the shape of an mbox separator: “From ”, a sender of any form or “-”, a weekday and a date
 * in asctime() or RFC 5322 order with an optional zone before or after the year, and an optional “remote from x”.
 *
 * Returns: %TRUE when it has
 */
gboolean
haul_date_parse_from_line (const char *line, gsize length, gint64 *seconds)
{
  Scanner scanner = { line + MIN (length, 5), line + MIN (length, MAX_TEXT) };
  Token token;

  *seconds = 0;
  if (length < 20 || length > MAX_TEXT || strncmp (line, "From ", 5) != 0)
    return FALSE;
  while (next_token (&scanner, &token))
    if (is_weekday (&token) && parse_rest_of_from_line (scanner, seconds))
      return TRUE;
  return FALSE;
}
