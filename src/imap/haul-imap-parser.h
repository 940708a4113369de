/* haul-imap-parser.h - octets to typed responses; incremental; no I/O
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "imap/haul-imap-response.h"

G_BEGIN_DECLS

/* Receives a FETCH body's octets as they come; is_first with every new body. FALSE stops the parser for good. */
typedef gboolean (*HaulImapResponseBodyFunc) (gboolean is_first, const void *data, gsize length, gpointer user_data);

typedef enum
{
  HAUL_IMAP_PARSER_RESPONSE,
  HAUL_IMAP_PARSER_NEED_MORE,
  HAUL_IMAP_PARSER_ERROR,
} HaulImapParserResult;

typedef struct _HaulImapParser HaulImapParser;

HaulImapParser *haul_imap_parser_new (void);
void haul_imap_parser_free (HaulImapParser *parser);
void haul_imap_parser_set_body_func (HaulImapParser *parser, HaulImapResponseBodyFunc func, gpointer user_data);
void haul_imap_parser_feed (HaulImapParser *parser, const void *data, gsize length);
HaulImapParserResult haul_imap_parser_next (HaulImapParser *parser, HaulImapResponse **response, GError **error);
gsize haul_imap_parser_get_pending (const HaulImapParser *parser);
gboolean haul_imap_parser_is_continuation_begun (const HaulImapParser *parser);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapParser, haul_imap_parser_free)

G_END_DECLS
