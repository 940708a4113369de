/* haul-imap-input.h - responses as they come out of a transport
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's. Only for the files of this folder.
 */
#pragma once

#include "imap/haul-imap-parser.h"
#include "imap/haul-imap-transport.h"

G_BEGIN_DECLS

typedef struct _HaulImapInput HaulImapInput;

HaulImapInput *haul_imap_input_new (HaulImapTransport *transport);
void haul_imap_input_free (HaulImapInput *input);
void haul_imap_input_reset (HaulImapInput *input);
void haul_imap_input_set_body_func (HaulImapInput *input, HaulImapResponseBodyFunc func, gpointer user_data);
HaulImapResponse *haul_imap_input_wait (
    HaulImapInput *input, guint limit_ms, gboolean is_whole, GCancellable *cancellable, GError **error);
gboolean haul_imap_input_poll (HaulImapInput *input, gsize *budget, HaulImapResponse **response, GError **error);
gboolean haul_imap_input_is_continuation_begun (const HaulImapInput *input);
gboolean haul_imap_input_is_empty (HaulImapInput *input, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapInput, haul_imap_input_free)

G_END_DECLS
