/* haul-imap-uids.c - commands about messages by their UIDs: UID MOVE, UID COPY, UID STORE, EXPUNGE, UID EXPUNGE
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's.
 * Errors:  HAUL_IMAP_ERROR, G_IO_ERROR_CANCELLED.
 * See:     RFC 3501 §6.4, RFC 4315, RFC 6851.
 */
#include "imap/haul-imap-uids.h"

#include "imap/haul-imap-session-private.h"

/* Whole command lines stay under 8,000 octets; the mailbox's name may take a part. */
#define MAX_UID_SET 6000

typedef struct
{
  const guint32 *list;
  gsize n;
} UidList;

static void
reset_copy_uid (HaulImapCopyUid *copy_uid)
{
  copy_uid->uid_validity = 0;
  g_array_set_size (copy_uid->source, 0);
  g_array_set_size (copy_uid->destination, 0);
}

static GHashTable *
make_set (const guint32 *uids, gsize n_uids)
{
  GHashTable *set = g_hash_table_new (NULL, NULL);

  for (gsize i = 0; i < n_uids; i++)
    g_hash_table_add (set, GUINT_TO_POINTER (uids[i]));
  return set;
}

typedef struct
{
  const guint32 *uids;
  gsize n_uids;
  HaulImapCopyUid told; /* of this command */
} Batch;

/* Takes a COPYUID that speaks of UIDs we asked for; another one is as good as none. */
static void
take_copy_uid (Batch *part, HaulImapResponse *response)
{
  HaulImapCopyUid *told = &response->copy_uid;

  if (response->type != HAUL_IMAP_RESPONSE_STATUS || told->source == NULL || told->destination == NULL
      || told->source->len != told->destination->len)
    return;
  g_autoptr (GHashTable) asked = make_set (part->uids, part->n_uids);
  for (guint i = 0; i < told->source->len; i++)
    if (!g_hash_table_contains (asked, GUINT_TO_POINTER (g_array_index (told->source, guint32, i))))
      return;
  haul_imap_copy_uid_clear (&part->told);
  part->told = *told;
  *told = (HaulImapCopyUid){ 0 };
}

static gboolean
on_response (HaulImapResponse *response, gpointer user_data, GError **error)
{
  take_copy_uid (user_data, response);
  return TRUE;
}

static gboolean
place_some (HaulImapSession *session,
            Batch *part,
            const char *verb,
            const char *destination,
            GCancellable *cancellable,
            GError **error)
{
  HaulImapChannel *channel = haul_imap_session_get_channel (session);
  g_autoptr (HaulImapCommand) command = haul_imap_command_new (verb);

  haul_imap_command_add_uid_set (command, part->uids, part->n_uids);
  haul_imap_command_add_string (command, destination);
  g_autoptr (HaulImapResponse) tagged = haul_imap_channel_run (channel, command, on_response, part, cancellable, error);
  if (tagged == NULL || !haul_imap_channel_accept (channel, tagged, verb, error))
    return FALSE;
  /* RFC 6851 §4.3: untagged; but some servers say it as they do for COPY. */
  take_copy_uid (part, tagged);
  return TRUE;
}

/* FALSE: the server did not tell, or it contradicts itself. */
static gboolean
merge_copy_uid (HaulImapCopyUid *all, const HaulImapCopyUid *told)
{
  if (told->source == NULL || told->uid_validity == 0
      || (all->uid_validity != 0 && all->uid_validity != told->uid_validity))
    return FALSE;
  all->uid_validity = told->uid_validity;
  g_array_append_vals (all->source, told->source->data, told->source->len);
  g_array_append_vals (all->destination, told->destination->data, told->destination->len);
  return TRUE;
}

static gboolean
place_all (HaulImapSession *session,
           const char *verb,
           const UidList *uids,
           const char *destination,
           HaulImapCopyUid *copy_uid,
           GCancellable *cancellable,
           GError **error)
{
  gboolean is_known = TRUE;

  copy_uid->uid_validity = 0;
  copy_uid->source = g_array_new (FALSE, FALSE, sizeof (guint32));
  copy_uid->destination = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (gsize done = 0; done < uids->n;)
    {
      Batch part = { .uids = uids->list + done };
      part.n_uids = haul_imap_command_count_uids (part.uids, uids->n - done, MAX_UID_SET);
      gboolean is_placed = place_some (session, &part, verb, destination, cancellable, error);
      is_known = is_known && is_placed && merge_copy_uid (copy_uid, &part.told);
      haul_imap_copy_uid_clear (&part.told);
      if (!is_known)
        reset_copy_uid (copy_uid);
      if (!is_placed)
        return FALSE;
      done += part.n_uids;
    }
  return TRUE;
}

/**
 * haul_imap_uids_move:
 * @session: a session with a mailbox selected
 * @uids: messages in it, best in ascending order
 * @n_uids: how many
 * @destination: another mailbox
 * @copy_uid: (out caller-allocates): where they went; to be cleared. UIDVALIDITY 0 and empty where the server did not
 *   say it of every command
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Moves messages, with several commands where the set is long. After an error some may have been moved.
 *
 * Returns: %TRUE; or %FALSE with %HAUL_IMAP_ERROR_TRY_CREATE, _OVERQUOTA, _REFUSED …
 */
gboolean
haul_imap_uids_move (HaulImapSession *session,
                     const guint32 *uids,
                     gsize n_uids,
                     const char *destination,
                     HaulImapCopyUid *copy_uid,
                     GCancellable *cancellable,
                     GError **error)
{
  return place_all (session, "UID MOVE", &(UidList){ uids, n_uids }, destination, copy_uid, cancellable, error);
}

/* The same, but they stay where they are as well: to repeat it makes second copies. */
gboolean
haul_imap_uids_copy (HaulImapSession *session,
                     const guint32 *uids,
                     gsize n_uids,
                     const char *destination,
                     HaulImapCopyUid *copy_uid,
                     GCancellable *cancellable,
                     GError **error)
{
  return place_all (session, "UID COPY", &(UidList){ uids, n_uids }, destination, copy_uid, cancellable, error);
}

/* One command for each part of the set, since a command line must not grow beyond all bounds. */
static gboolean
run_for_all (HaulImapSession *session,
             const char *verb,
             const UidList *uids,
             const char *words,
             GCancellable *cancellable,
             GError **error)
{
  for (gsize done = 0; done < uids->n;)
    {
      gsize n_part = haul_imap_command_count_uids (uids->list + done, uids->n - done, MAX_UID_SET);
      g_autoptr (HaulImapCommand) command = haul_imap_command_new (verb);
      haul_imap_command_add_uid_set (command, uids->list + done, n_part);
      if (words != NULL)
        haul_imap_command_add_constant (command, words);
      if (!haul_imap_session_execute (session, command, verb, NULL, NULL, cancellable, error))
        return FALSE;
      done += n_part;
    }
  return TRUE;
}

/**
 * haul_imap_uids_mark_flagged:
 * @session: a session with a mailbox selected to write
 * @uids: messages in it
 * @n_uids: how many
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Sets \Flagged.
 *
 * Returns: %TRUE when the server said OK
 */
gboolean
haul_imap_uids_mark_flagged (
    HaulImapSession *session, const guint32 *uids, gsize n_uids, GCancellable *cancellable, GError **error)
{
  return run_for_all (session, "UID STORE", &(UidList){ uids, n_uids }, "+FLAGS.SILENT (\\Flagged)", cancellable,
                      error);
}

/**
 * haul_imap_uids_mark_deleted:
 * @session: a session with a mailbox selected to write
 * @uids: messages in it
 * @n_uids: how many
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Sets \Deleted.
 *
 * Returns: %TRUE when the server said OK
 */
gboolean
haul_imap_uids_mark_deleted (
    HaulImapSession *session, const guint32 *uids, gsize n_uids, GCancellable *cancellable, GError **error)
{
  return run_for_all (session, "UID STORE", &(UidList){ uids, n_uids }, "+FLAGS.SILENT (\\Deleted)", cancellable,
                      error);
}

/* Takes \Deleted off again. */
gboolean
haul_imap_uids_unmark_deleted (
    HaulImapSession *session, const guint32 *uids, gsize n_uids, GCancellable *cancellable, GError **error)
{
  return run_for_all (session, "UID STORE", &(UidList){ uids, n_uids }, "-FLAGS.SILENT (\\Deleted)", cancellable,
                      error);
}

/**
 * haul_imap_uids_expunge:
 * @session: a session with a mailbox selected to write, of a server that has UIDPLUS
 * @uids: messages in it, marked \Deleted
 * @n_uids: how many
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Removes these messages and no others (RFC 4315 §2.1). To repeat it is harmless.
 *
 * Returns: %TRUE when the server said OK
 */
gboolean
haul_imap_uids_expunge (
    HaulImapSession *session, const guint32 *uids, gsize n_uids, GCancellable *cancellable, GError **error)
{
  return run_for_all (session, "UID EXPUNGE", &(UidList){ uids, n_uids }, NULL, cancellable, error);
}

/**
 * haul_imap_uids_expunge_marked:
 * @session: a session with a mailbox selected that is ours alone
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Removes every message of the selected mailbox that is marked \Deleted, whoever marked it.
 *
 * Returns: %TRUE when the server said OK
 */
gboolean
haul_imap_uids_expunge_marked (HaulImapSession *session, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("EXPUNGE");

  return haul_imap_session_execute (session, command, "EXPUNGE", NULL, NULL, cancellable, error);
}
