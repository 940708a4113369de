/* haul-imap-mailbox.c - commands about mailboxes: NAMESPACE, LIST, CREATE, SUBSCRIBE, STATUS, SELECT, UID MOVE, DELETE
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's.
 * Errors:  HAUL_IMAP_ERROR, G_IO_ERROR_CANCELLED.
 * See:     RFC 3501 §6.3, RFC 2342, RFC 3691, RFC 4315, RFC 6154, RFC 6851, RFC 9208.
 */
#include "imap/haul-imap-mailbox.h"

#include "imap/haul-imap-quirks.h"
#include "imap/haul-imap-session-private.h"

/* A list model of more helps nobody (docs/wire.md). */
#define MAX_MAILBOXES 200000
/* Whole command lines stay under 8,000 octets; the mailbox's name may take a part. */
#define MAX_UID_SET 6000

static gboolean
run_with_name (HaulImapSession *session,
               const char *verb,
               const char *name,
               HaulImapChannelFunc func,
               gpointer user_data,
               GCancellable *cancellable,
               GError **error)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new (verb);

  haul_imap_command_add_string (command, name);
  return haul_imap_session_execute (session, command, verb, func, user_data, cancellable, error);
}

static gboolean
on_list (HaulImapResponse *response, gpointer user_data, GError **error)
{
  GPtrArray *mailboxes = user_data;

  if (response->type == HAUL_IMAP_RESPONSE_LIST && response->mailbox != NULL && mailboxes->len < MAX_MAILBOXES)
    g_ptr_array_add (mailboxes, g_steal_pointer (&response->mailbox));
  return TRUE;
}

static GPtrArray *
list (HaulImapSession *session, const char *pattern, gboolean with_roles, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) mailboxes = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_imap_mailbox_free);
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("LIST");

  haul_imap_command_add_string (command, "");
  haul_imap_command_add_string (command, pattern);
  if (with_roles)
    haul_imap_command_add_constant (command, "RETURN (SPECIAL-USE)");
  if (!haul_imap_session_execute (session, command, "LIST", on_list, mailboxes, cancellable, error))
    return NULL;
  return g_steal_pointer (&mailboxes);
}

static gboolean
has_word (HaulImapSession *session, const char *word)
{
  g_auto (GStrv) words = g_strsplit (haul_imap_session_get_capability_line (session), " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], word) == 0)
      return TRUE;
  return FALSE;
}

/**
 * haul_imap_mailbox_list:
 * @session: a signed-in session
 * @pattern: a name, with `*` and `%`
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Lists mailboxes with their roles where the server tells any; 200,000 at most.
 *
 * Returns: (transfer full) (nullable) (element-type HaulImapMailbox): in the server's order
 */
GPtrArray *
haul_imap_mailbox_list (HaulImapSession *session, const char *pattern, GCancellable *cancellable, GError **error)
{
  gboolean with_roles = (haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_SPECIAL_USE) != 0
                        && has_word (session, "LIST-EXTENDED");

  return list (session, pattern, with_roles, cancellable, error);
}

static gboolean
on_namespace (HaulImapResponse *response, gpointer user_data, GError **error)
{
  HaulImapNamespace *name_space = user_data;

  if (response->type != HAUL_IMAP_RESPONSE_NAMESPACE || response->name_space.prefix == NULL)
    return TRUE;
  haul_imap_namespace_clear (name_space);
  name_space->prefix = g_steal_pointer (&response->name_space.prefix);
  name_space->delimiter = response->name_space.delimiter;
  return TRUE;
}

/**
 * haul_imap_mailbox_get_namespace:
 * @session: a signed-in session
 * @name_space: (out caller-allocates): the person's own name space
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Finds out where a person's own mailboxes are. A server without NAMESPACE is asked for its delimiter only.
 *
 * Returns: %TRUE with @name_space filled
 */
gboolean
haul_imap_mailbox_get_namespace (HaulImapSession *session,
                                 HaulImapNamespace *name_space,
                                 GCancellable *cancellable,
                                 GError **error)
{
  *name_space = (HaulImapNamespace){ 0 };
  if ((haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_NAMESPACE) != 0
      && !haul_imap_quirks_breaks_namespace (haul_imap_session_get_greeting (session)))
    {
      g_autoptr (HaulImapCommand) command = haul_imap_command_new ("NAMESPACE");
      g_autoptr (GError) refusal = NULL;
      if (!haul_imap_session_execute (session, command, "NAMESPACE", on_namespace, name_space, cancellable, &refusal)
          && !g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED))
        {
          g_propagate_error (error, g_steal_pointer (&refusal));
          return FALSE;
        }
    }
  if (name_space->prefix != NULL)
    return TRUE;

  g_autoptr (GPtrArray) roots = list (session, "", FALSE, cancellable, error);
  if (roots == NULL)
    return FALSE;
  name_space->prefix = g_strdup ("");
  name_space->delimiter = roots->len == 0 ? '\0' : ((HaulImapMailbox *)roots->pdata[0])->delimiter;
  return TRUE;
}

/**
 * haul_imap_mailbox_create:
 * @session: a signed-in session
 * @name: the new mailbox
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Creates a mailbox; most servers create its parents, too.
 *
 * Returns: %TRUE; or %FALSE with %HAUL_IMAP_ERROR_EXISTS, %HAUL_IMAP_ERROR_REFUSED …
 */
gboolean
haul_imap_mailbox_create (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error)
{
  return run_with_name (session, "CREATE", name, NULL, NULL, cancellable, error);
}

gboolean
haul_imap_mailbox_delete (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error)
{
  return run_with_name (session, "DELETE", name, NULL, NULL, cancellable, error);
}

gboolean
haul_imap_mailbox_subscribe (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error)
{
  return run_with_name (session, "SUBSCRIBE", name, NULL, NULL, cancellable, error);
}

static gboolean
on_status (HaulImapResponse *response, gpointer user_data, GError **error)
{
  HaulImapStatus *status = user_data;

  if (response->type != HAUL_IMAP_RESPONSE_MAILBOX_STATUS)
    return TRUE;
  status->uid_validity = response->status.uid_validity;
  status->uid_next = response->status.uid_next;
  status->messages = response->status.messages;
  return TRUE;
}

/**
 * haul_imap_mailbox_status:
 * @session: a signed-in session
 * @name: a mailbox, better not the selected one
 * @status: (out caller-allocates): what is in it
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Asks about a mailbox without selecting it.
 *
 * Returns: %TRUE; or %FALSE with %HAUL_IMAP_ERROR_TRY_CREATE where it does not exist
 */
gboolean
haul_imap_mailbox_status (
    HaulImapSession *session, const char *name, HaulImapStatus *status, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("STATUS");

  *status = (HaulImapStatus){ 0 };
  haul_imap_command_add_string (command, name);
  haul_imap_command_add_constant (command, "(MESSAGES UIDNEXT UIDVALIDITY)");
  return haul_imap_session_execute (session, command, "STATUS", on_status, status, cancellable, error);
}

static gboolean
on_select (HaulImapResponse *response, gpointer user_data, GError **error)
{
  HaulImapStatus *status = user_data;

  if (response->type == HAUL_IMAP_RESPONSE_EXISTS)
    status->messages = response->number;
  if (response->type != HAUL_IMAP_RESPONSE_STATUS || response->code == NULL)
    return TRUE;
  if (g_str_equal (response->code, "UIDVALIDITY"))
    status->uid_validity = response->status.uid_validity;
  if (g_str_equal (response->code, "UIDNEXT"))
    status->uid_next = response->status.uid_next;
  if (g_str_equal (response->code, "PERMANENTFLAGS"))
    {
      g_strfreev (status->permanent_flags);
      status->permanent_flags = g_steal_pointer (&response->status.permanent_flags);
      status->any_keyword = response->status.any_keyword;
    }
  return TRUE;
}

static gboolean
open_mailbox (HaulImapSession *session,
              const char *verb,
              const char *name,
              HaulImapStatus *status,
              GCancellable *cancellable,
              GError **error)
{
  *status = (HaulImapStatus){ 0 };
  /* A refused SELECT leaves nothing selected (RFC 3501 §6.3.1). */
  haul_imap_session_set_selected (session, NULL);
  if (!run_with_name (session, verb, name, on_select, status, cancellable, error))
    {
      haul_imap_status_clear (status);
      return FALSE;
    }
  haul_imap_session_set_selected (session, name);
  return TRUE;
}

/**
 * haul_imap_mailbox_select:
 * @session: a signed-in session
 * @name: a mailbox
 * @status: (out caller-allocates): what is in it; to be cleared
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Selects a mailbox to read and write.
 *
 * Returns: %TRUE; or %FALSE with %HAUL_IMAP_ERROR_TRY_CREATE where it does not exist
 */
gboolean
haul_imap_mailbox_select (
    HaulImapSession *session, const char *name, HaulImapStatus *status, GCancellable *cancellable, GError **error)
{
  return open_mailbox (session, "SELECT", name, status, cancellable, error);
}

/* The same to read only: nothing in it changes, not even \Recent. */
gboolean
haul_imap_mailbox_examine (
    HaulImapSession *session, const char *name, HaulImapStatus *status, GCancellable *cancellable, GError **error)
{
  return open_mailbox (session, "EXAMINE", name, status, cancellable, error);
}

/**
 * haul_imap_mailbox_unselect:
 * @session: a signed-in session
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Leaves the selected mailbox without expunging anything; nothing happens where none is selected. Where UNSELECT is
 * missing the mailbox is opened read-only first, since CLOSE would expunge it otherwise (RFC 3501 §6.4.2).
 *
 * Returns: %TRUE when no mailbox is selected any more
 */
gboolean
haul_imap_mailbox_unselect (HaulImapSession *session, GCancellable *cancellable, GError **error)
{
  gboolean can_unselect = (haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_UNSELECT) != 0;
  g_autofree char *name = g_strdup (haul_imap_session_get_selected (session));
  g_auto (HaulImapStatus) status = { 0 };

  if (name == NULL)
    return TRUE;
  if (!can_unselect && !haul_imap_mailbox_examine (session, name, &status, cancellable, error))
    return FALSE;
  const char *verb = can_unselect ? "UNSELECT" : "CLOSE";
  g_autoptr (HaulImapCommand) command = haul_imap_command_new (verb);
  if (!haul_imap_session_execute (session, command, verb, NULL, NULL, cancellable, error))
    return FALSE;
  haul_imap_session_set_selected (session, NULL);
  return TRUE;
}

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
} Move;

/* Takes a COPYUID that speaks of UIDs we asked to move; another one is as good as none. */
static void
take_copy_uid (Move *move, HaulImapResponse *response)
{
  HaulImapCopyUid *told = &response->copy_uid;

  if (response->type != HAUL_IMAP_RESPONSE_STATUS || told->source == NULL || told->destination == NULL
      || told->source->len != told->destination->len)
    return;
  g_autoptr (GHashTable) asked = make_set (move->uids, move->n_uids);
  for (guint i = 0; i < told->source->len; i++)
    if (!g_hash_table_contains (asked, GUINT_TO_POINTER (g_array_index (told->source, guint32, i))))
      return;
  haul_imap_copy_uid_clear (&move->told);
  move->told = *told;
  *told = (HaulImapCopyUid){ 0 };
}

static gboolean
on_move (HaulImapResponse *response, gpointer user_data, GError **error)
{
  take_copy_uid (user_data, response);
  return TRUE;
}

static gboolean
move_some (HaulImapSession *session, Move *move, const char *destination, GCancellable *cancellable, GError **error)
{
  HaulImapChannel *channel = haul_imap_session_get_channel (session);
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("UID MOVE");

  haul_imap_command_add_uid_set (command, move->uids, move->n_uids);
  haul_imap_command_add_string (command, destination);
  g_autoptr (HaulImapResponse) tagged = haul_imap_channel_run (channel, command, on_move, move, cancellable, error);
  if (tagged == NULL || !haul_imap_channel_accept (channel, tagged, "UID MOVE", error))
    return FALSE;
  /* RFC 6851 §4.3: untagged; but some servers say it as they do for COPY. */
  take_copy_uid (move, tagged);
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

/**
 * haul_imap_mailbox_move:
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
haul_imap_mailbox_move (HaulImapSession *session,
                        const guint32 *uids,
                        gsize n_uids,
                        const char *destination,
                        HaulImapCopyUid *copy_uid,
                        GCancellable *cancellable,
                        GError **error)
{
  gboolean is_known = TRUE;

  copy_uid->uid_validity = 0;
  copy_uid->source = g_array_new (FALSE, FALSE, sizeof (guint32));
  copy_uid->destination = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (gsize done = 0; done < n_uids;)
    {
      Move move = { .uids = uids + done };
      move.n_uids = haul_imap_command_count_uids (move.uids, n_uids - done, MAX_UID_SET);
      gboolean is_moved = move_some (session, &move, destination, cancellable, error);
      is_known = is_known && is_moved && merge_copy_uid (copy_uid, &move.told);
      haul_imap_copy_uid_clear (&move.told);
      if (!is_known)
        reset_copy_uid (copy_uid);
      if (!is_moved)
        return FALSE;
      done += move.n_uids;
    }
  return TRUE;
}

typedef struct
{
  HaulImapQuota quota;
  guint n_roots;
} Roots;

static gboolean
on_quota (HaulImapResponse *response, gpointer user_data, GError **error)
{
  Roots *roots = user_data;

  if (response->type != HAUL_IMAP_RESPONSE_QUOTA)
    return TRUE;
  roots->n_roots++;
  if (response->quota.is_known)
    roots->quota = response->quota;
  return TRUE;
}

/**
 * haul_imap_mailbox_get_quota:
 * @session: a signed-in session
 * @name: a mailbox
 * @quota: (out caller-allocates): its room
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Asks how much room there is. Several quota roots, none, or none for storage: unknown, which is no error.
 *
 * Returns: %TRUE with @quota filled
 */
gboolean
haul_imap_mailbox_get_quota (
    HaulImapSession *session, const char *name, HaulImapQuota *quota, GCancellable *cancellable, GError **error)
{
  Roots roots = { 0 };
  g_autoptr (GError) refusal = NULL;

  *quota = (HaulImapQuota){ 0 };
  if ((haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_QUOTA) == 0)
    return TRUE;
  if (run_with_name (session, "GETQUOTAROOT", name, on_quota, &roots, cancellable, &refusal))
    {
      if (roots.n_roots == 1)
        *quota = roots.quota;
      return TRUE;
    }
  /* Its NO has the word quota in it and so looks like a full mailbox. */
  if (g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED)
      || g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_OVERQUOTA))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}
