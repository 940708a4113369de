/* fuzz-imap-response.c - a stream of a server's octets: whole and in pieces give the same responses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "imap/haul-imap-parser.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct
{
  guint responses;
  guint64 body_octets;
  guint bodies;
  guint64 sum; /* of the numbers and texts seen */
  gboolean failed;
} Outcome;

static gboolean
take_body (gboolean is_first, const void *data, gsize length, gpointer user_data)
{
  Outcome *outcome = user_data;
  outcome->bodies += is_first != FALSE;
  outcome->body_octets += length;
  return TRUE;
}

static guint64
weigh (const HaulImapResponse *response)
{
  guint64 sum = (guint64)response->type + response->number + response->uid + response->size + response->flags;
  sum += response->text == NULL ? 0 : g_str_hash (response->text);
  sum += response->code_text == NULL ? 0 : g_str_hash (response->code_text);
  if (response->type == HAUL_IMAP_RESPONSE_LIST)
    {
      g_assert_true (g_utf8_validate (response->mailbox->display, -1, NULL));
      sum += g_str_hash (response->mailbox->name);
    }
  if (response->copy_uid.source != NULL)
    g_assert_cmpuint (response->copy_uid.source->len, ==, response->copy_uid.destination->len);
  return sum;
}

static Outcome
parse (const guint8 *data, gsize size, gsize piece)
{
  g_autoptr (HaulImapParser) parser = haul_imap_parser_new ();
  Outcome outcome = { 0 };

  haul_imap_parser_set_body_func (parser, take_body, &outcome);
  for (gsize at = 0; at < size && !outcome.failed; at += piece)
    {
      HaulImapParserResult result;
      haul_imap_parser_feed (parser, data + at, MIN (piece, size - at));
      do
        {
          g_autoptr (HaulImapResponse) response = NULL;
          result = haul_imap_parser_next (parser, &response, NULL);
          if (response == NULL)
            continue;
          outcome.responses++;
          outcome.sum += weigh (response);
        }
      while (result == HAUL_IMAP_PARSER_RESPONSE);
      outcome.failed = result == HAUL_IMAP_PARSER_ERROR;
    }
  return outcome;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Outcome whole = parse (data, size, MAX (size, 1));
  Outcome octets = parse (data, size, 1);

  g_assert_cmpuint (whole.responses, ==, octets.responses);
  g_assert_cmpuint (whole.bodies, ==, octets.bodies);
  g_assert_cmpuint (whole.body_octets, ==, octets.body_octets);
  g_assert_cmpuint (whole.sum, ==, octets.sum);
  g_assert_true (whole.failed == octets.failed);
  return 0;
}
