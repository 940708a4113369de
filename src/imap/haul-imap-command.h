/* haul-imap-command.h - one command for the wire, built from typed arguments; no I/O
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only way from an argument to the socket: nothing that came from mail or from a person gets there but as a
 * checked atom, a quoted string or a counted literal.
 */
#pragma once

#include <glib.h>

#include "base/haul-secret.h"

G_BEGIN_DECLS

typedef struct _HaulImapCommand HaulImapCommand;

HaulImapCommand *haul_imap_command_new (const char *verb);
void haul_imap_command_free (HaulImapCommand *command);

void haul_imap_command_add_constant (HaulImapCommand *command, const char *words);
void haul_imap_command_add_string (HaulImapCommand *command, const char *text);
void haul_imap_command_add_secret (HaulImapCommand *command, const HaulSecret *secret);
void haul_imap_command_add_secret_word (HaulImapCommand *command, const HaulSecret *word);
void haul_imap_command_add_secret_line (HaulImapCommand *command, const HaulSecret *line);
void haul_imap_command_add_uid_set (HaulImapCommand *command, const guint32 *uids, gsize n_uids);
void haul_imap_command_add_uid_from (HaulImapCommand *command, guint32 first);
void haul_imap_command_add_flags (HaulImapCommand *command, guint flags, const char *const *keywords);
void haul_imap_command_add_date (HaulImapCommand *command, gint64 unix_seconds);
void haul_imap_command_add_body (HaulImapCommand *command, guint64 size);

gboolean haul_imap_command_finish (HaulImapCommand *command, const char *tag, GError **error);
guint haul_imap_command_get_n_segments (const HaulImapCommand *command);
const char *haul_imap_command_get_segment (const HaulImapCommand *command, guint index, gsize *length);
gboolean haul_imap_command_has_body (const HaulImapCommand *command);
char *haul_imap_command_dup_transcript (const HaulImapCommand *command);
gsize haul_imap_command_count_uids (const guint32 *uids, gsize n_uids, gsize max_octets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulImapCommand, haul_imap_command_free)

G_END_DECLS
