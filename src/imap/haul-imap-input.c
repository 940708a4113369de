/* haul-imap-input.c - responses as they come out of a transport
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's.
 * Memory:  one buffer of 32 KiB, and what the parser keeps of one response.
 * Errors:  as the transport and the parser.
 */
#include "imap/haul-imap-input.h"

#include "imap/haul-imap-error.h"

#define BUFFER_SIZE (32 * 1024)
/* A response may take this many limits, and longer only where more than so many octets come in a second: one that
 * dribbles in would never cross a limit for the next octet. */
#define PATIENCE 4
#define SLOWEST 64

struct _HaulImapInput
{
  HaulImapTransport *transport; /* borrowed */
  HaulImapParser *parser;       /* (owned) */
  guint8 buffer[BUFFER_SIZE];
};

/**
 * haul_imap_input_new:
 * @transport: a transport that outlives the input
 *
 * Returns: (transfer full): the input
 */
HaulImapInput *
haul_imap_input_new (HaulImapTransport *transport)
{
  HaulImapInput *self = g_new0 (HaulImapInput, 1);

  self->transport = transport;
  self->parser = haul_imap_parser_new ();
  return self;
}

void
haul_imap_input_free (HaulImapInput *input)
{
  haul_imap_parser_free (input->parser);
  g_free (input);
}

/* Forgets all that came before TLS. */
void
haul_imap_input_reset (HaulImapInput *input)
{
  haul_imap_parser_free (input->parser);
  input->parser = haul_imap_parser_new ();
}

void
haul_imap_input_set_body_func (HaulImapInput *input, HaulImapResponseBodyFunc func, gpointer user_data)
{
  haul_imap_parser_set_body_func (input->parser, func, user_data);
}

static gboolean
parse (HaulImapInput *self, HaulImapResponse **response, GError **error)
{
  return haul_imap_parser_next (self->parser, response, error) != HAUL_IMAP_PARSER_ERROR;
}

/**
 * haul_imap_input_wait:
 * @input: an input
 * @limit_ms: how long to wait
 * @is_whole: whether @limit_ms is for the whole response, not for its next octet; then the whole one gets a few times
 *   as long, and more where much comes
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Waits for a response.
 *
 * Returns: (transfer full) (nullable): the response; or %NULL, and the connection is of no more use
 */
HaulImapResponse *
haul_imap_input_wait (
    HaulImapInput *input, guint limit_ms, gboolean is_whole, GCancellable *cancellable, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  gint64 allowed_ms = (gint64)limit_ms * (is_whole ? 1 : PATIENCE);
  HaulImapResponse *response = NULL;

  while (parse (input, &response, error) && response == NULL)
    {
      gint64 left_ms = allowed_ms - (g_get_monotonic_time () - start) / 1000;
      if (left_ms <= 0)
        {
          g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TIMED_OUT, "the server takes too long");
          return NULL;
        }
      gssize got = haul_imap_transport_read (input->transport, input->buffer, BUFFER_SIZE,
                                             (guint)MIN (left_ms, (gint64)limit_ms), cancellable, error);
      if (got < 0)
        return NULL;
      if (!is_whole)
        allowed_ms += got * 1000 / SLOWEST;
      haul_imap_parser_feed (input->parser, input->buffer, (gsize)got);
    }
  return response;
}

/**
 * haul_imap_input_poll:
 * @input: an input
 * @budget: (inout): octets that may still be taken from the connection; where none is left it is as if none were there
 * @response: (out) (transfer full) (nullable): a response that is there already, or %NULL
 * @error: return location
 *
 * Takes a response without waiting.
 *
 * Returns: %TRUE; or %FALSE, also when the peer closed
 */
gboolean
haul_imap_input_poll (HaulImapInput *input, gsize *budget, HaulImapResponse **response, GError **error)
{
  while (parse (input, response, error))
    {
      if (*response != NULL || *budget == 0)
        return TRUE;
      gssize got = haul_imap_transport_read_ready (input->transport, input->buffer, MIN (*budget, BUFFER_SIZE), error);
      if (got <= 0)
        return got == 0;
      *budget -= (gsize)got;
      haul_imap_parser_feed (input->parser, input->buffer, (gsize)got);
    }
  return FALSE;
}

/* See haul_imap_parser_is_continuation_begun(). */
gboolean
haul_imap_input_is_continuation_begun (const HaulImapInput *input)
{
  return haul_imap_parser_is_continuation_begun (input->parser);
}

/**
 * haul_imap_input_is_empty:
 * @input: an input
 * @error: return location
 *
 * Makes sure that no octet lies in any buffer, as it must be before TLS starts (CVE-2011-0411).
 *
 * Returns: %TRUE; or %FALSE with %HAUL_IMAP_ERROR_PROTOCOL
 */
gboolean
haul_imap_input_is_empty (HaulImapInput *input, GError **error)
{
  gssize got = 1;

  if (haul_imap_parser_get_pending (input->parser) == 0)
    got = haul_imap_transport_read_ready (input->transport, input->buffer, BUFFER_SIZE, error);
  if (got > 0)
    g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL,
                         "the server sent something before TLS was up");
  return got == 0;
}
