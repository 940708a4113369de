/* haul-imap-channel.h - commands out, responses in, over one transport; knows when it must not be used any more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's. Only for the files of this folder.
 */
#pragma once

#include "imap/haul-imap-command.h"
#include "imap/haul-imap-input.h"

G_BEGIN_DECLS

typedef struct _HaulImapChannel HaulImapChannel;

/* Sees every untagged response to a command, and may take its parts. FALSE poisons the channel. */
typedef gboolean (*HaulImapChannelFunc) (HaulImapResponse *response, gpointer user_data, GError **error);

/* (transfer full) (nullable): the line that answers a `+`, without its end. */
typedef HaulSecret *(*HaulImapChannelAnswerFunc) (const char *challenge, gpointer user_data, GError **error);

HaulImapChannel *haul_imap_channel_new (HaulImapTransport *transport);
void haul_imap_channel_free (HaulImapChannel *channel);
HaulImapTransport *haul_imap_channel_get_transport (HaulImapChannel *channel);
void haul_imap_channel_set_body_func (HaulImapChannel *channel, HaulImapResponseBodyFunc func, gpointer user_data);
gboolean haul_imap_channel_is_usable (HaulImapChannel *channel);
void haul_imap_channel_poison (HaulImapChannel *channel);
void haul_imap_channel_leave (HaulImapChannel *channel);

HaulImapResponse *haul_imap_channel_read_greeting (HaulImapChannel *channel, GCancellable *cancellable, GError **error);
gboolean haul_imap_channel_start_tls (HaulImapChannel *channel,
                                      const HaulImapTlsPolicy *policy,
                                      GCancellable *cancellable,
                                      GError **error);

gboolean haul_imap_channel_begin (HaulImapChannel *channel,
                                  HaulImapCommand *command,
                                  HaulImapChannelFunc func,
                                  gpointer user_data,
                                  GCancellable *cancellable,
                                  GError **error);
gboolean haul_imap_channel_is_answered (const HaulImapChannel *channel);
gboolean haul_imap_channel_send_body (
    HaulImapChannel *channel, const void *data, gsize size, GCancellable *cancellable, GError **error);
gboolean haul_imap_channel_drain (HaulImapChannel *channel, GError **error);
HaulImapResponse *
haul_imap_channel_end (HaulImapChannel *channel, guint limit_ms, GCancellable *cancellable, GError **error);

HaulImapResponse *haul_imap_channel_run (HaulImapChannel *channel,
                                         HaulImapCommand *command,
                                         HaulImapChannelFunc func,
                                         gpointer user_data,
                                         GCancellable *cancellable,
                                         GError **error);
HaulImapResponse *haul_imap_channel_converse (HaulImapChannel *channel,
                                              HaulImapCommand *command,
                                              gboolean is_complete,
                                              HaulImapChannelAnswerFunc func,
                                              gpointer user_data,
                                              GCancellable *cancellable,
                                              GError **error);
gboolean
haul_imap_channel_accept (HaulImapChannel *channel, const HaulImapResponse *tagged, const char *what, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapChannel, haul_imap_channel_free)

G_END_DECLS
