/* haul-imap-mailbox.c - commands about mailboxes: NAMESPACE, LIST, CREATE, SUBSCRIBE, STATUS, SELECT, RENAME, DELETE
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's.
 * Errors:  HAUL_IMAP_ERROR, G_IO_ERROR_CANCELLED.
 * See:     RFC 3501 §6.3, RFC 2342, RFC 3691, RFC 6154, RFC 9208.
 */
#include "imap/haul-imap-mailbox.h"

#include <string.h>

#include "imap/haul-imap-session-private.h"

/* A list model of more helps nobody (docs/wire.md). */
#define MAX_MAILBOXES 200000
#define MAX_NAMES (16 * 1024 * 1024) /* octets of all of them */
#define MAX_LISTED 2000000           /* then the list does not end */

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

typedef struct
{
  GPtrArray *mailboxes; /* (owned) (element-type HaulImapMailbox) */
  gsize name_octets;
  guint n_listed;
} Listed;

static gboolean
on_list (HaulImapResponse *response, gpointer user_data, GError **error)
{
  Listed *listed = user_data;

  if (response->type != HAUL_IMAP_RESPONSE_LIST || response->mailbox == NULL)
    return TRUE;
  if (++listed->n_listed > MAX_LISTED)
    {
      g_set_error_literal (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_PROTOCOL, "the list of mailboxes does not end");
      return FALSE;
    }
  listed->name_octets += strlen (response->mailbox->name);
  if (listed->mailboxes->len < MAX_MAILBOXES && listed->name_octets <= MAX_NAMES)
    g_ptr_array_add (listed->mailboxes, g_steal_pointer (&response->mailbox));
  return TRUE;
}

static GPtrArray *
list (HaulImapSession *session, const char *pattern, gboolean with_roles, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) mailboxes = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_imap_mailbox_free);
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("LIST");
  Listed listed = { .mailboxes = mailboxes };

  haul_imap_command_add_string (command, "");
  haul_imap_command_add_string (command, pattern);
  if (with_roles)
    haul_imap_command_add_constant (command, "RETURN (SPECIAL-USE)");
  if (!haul_imap_session_execute (session, command, "LIST", on_list, &listed, cancellable, error))
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
  name_space->foreign = g_steal_pointer (&response->name_space.foreign);
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
      && !haul_imap_session_get_kind (session)->breaks_namespace)
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

/* The opposite; a name that is not subscribed may be refused. */
gboolean
haul_imap_mailbox_unsubscribe (HaulImapSession *session, const char *name, GCancellable *cancellable, GError **error)
{
  return run_with_name (session, "UNSUBSCRIBE", name, NULL, NULL, cancellable, error);
}

/**
 * haul_imap_mailbox_rename:
 * @session: a signed-in session, with neither of them selected
 * @from: a mailbox
 * @to: a name that no mailbox has
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Gives a mailbox another name. Its messages keep their UIDs with most servers (RFC 3501 §6.3.5).
 *
 * Returns: %TRUE; or %FALSE with %HAUL_IMAP_ERROR_EXISTS, %HAUL_IMAP_ERROR_TRY_CREATE, %HAUL_IMAP_ERROR_REFUSED …
 */
gboolean
haul_imap_mailbox_rename (
    HaulImapSession *session, const char *from, const char *to, GCancellable *cancellable, GError **error)
{
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("RENAME");

  haul_imap_command_add_string (command, from);
  haul_imap_command_add_string (command, to);
  return haul_imap_session_execute (session, command, "RENAME", NULL, NULL, cancellable, error);
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
