/* haul-target.c - the user's mailbox: there, subscribed, and able to hold what comes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one lane.
 * Errors:  HAUL_IMAP_ERROR.
 */
#include "migrate/haul-target.h"

#include <string.h>

#include "journal/haul-journal-undo.h"

/* The pattern, or a wildcard in the name, may find others: only the very name counts. INBOX is written in any case. */
static gboolean
look_for (GPtrArray *list, const char *mailbox)
{
  for (guint i = 0; i < list->len; i++)
    {
      const HaulImapMailbox *found = list->pdata[i];
      gboolean is_inbox = g_ascii_strcasecmp (mailbox, "INBOX") == 0 && g_ascii_strcasecmp (found->name, "INBOX") == 0;
      if (found->can_select && (is_inbox || strcmp (found->name, mailbox) == 0))
        return TRUE;
    }
  return FALSE;
}

/**
 * haul_target_exists:
 * @session: a session
 * @mailbox: octets on the wire
 * @exists: (out): can it be selected?
 * @cancellable: (nullable): to stop it
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Asks by LIST, which says no without an error.
 *
 * Returns: %TRUE when the server answered
 */
gboolean
haul_target_exists (
    HaulImapSession *session, const char *mailbox, gboolean *exists, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) list = haul_imap_mailbox_list (session, mailbox, cancellable, error);

  *exists = list != NULL && look_for (list, mailbox);
  return list != NULL;
}

/**
 * haul_target_is_gone:
 * @session: a session
 * @mailbox: octets on the wire
 * @is_gone: (out): is there certainly no such mailbox?
 * @cancellable: (nullable): to stop it
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Where something is concluded from a mailbox that is not there, one LIST is not believed: while somebody makes or
 * deletes mailboxes a server may leave one out. It is asked again, in other words; not by STATUS, which some servers
 * answer with BAD (hMailServer 5).
 *
 * Returns: %TRUE when the server answered
 */
gboolean
haul_target_is_gone (
    HaulImapSession *session, const char *mailbox, gboolean *is_gone, GCancellable *cancellable, GError **error)
{
  g_autofree char *pattern = g_strconcat (mailbox, "*", NULL);
  gboolean exists;

  *is_gone = FALSE;
  if (!haul_target_exists (session, mailbox, &exists, cancellable, error))
    return FALSE;
  if (exists)
    return TRUE;
  g_autoptr (GPtrArray) list = haul_imap_mailbox_list (session, pattern, cancellable, error);
  *is_gone = list != NULL && !look_for (list, mailbox);
  return list != NULL;
}

/**
 * haul_target_subscribe:
 * @session: a session
 * @mailbox: octets on the wire
 * @cancellable: (nullable): to stop it
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Subscribes a mailbox that we made; a server that does not want that is left alone.
 *
 * Returns: %TRUE unless the connection broke
 */
gboolean
haul_target_subscribe (HaulImapSession *session, const char *mailbox, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (haul_imap_mailbox_subscribe (session, mailbox, cancellable, &local_error)
      || g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* The last step of making one: until the journal has its UIDVALIDITY this is done again. A parent may hold no messages,
 * and then has none. */
static gboolean
finish_making (HaulRun *run, HaulImapSession *session, const char *mailbox, gboolean is_subscribed, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) local_error = NULL;

  if (!haul_imap_mailbox_status (session, mailbox, &status, run->hard, &local_error)
      && !haul_imap_session_is_usable (session))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  return (!is_subscribed || haul_target_subscribe (session, mailbox, run->hard, error))
         && haul_journal_undo_set_uid_validity (run->journal, mailbox, status.uid_validity, error);
}

/* The journal knows of each mailbox that we make, before it exists: an undo may take away what is ours. */
static gboolean
create (HaulRun *run, HaulImapSession *session, const char *mailbox, gboolean is_subscribed, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean exists;

  if (!haul_target_exists (session, mailbox, &exists, run->hard, error))
    return FALSE;
  if (exists)
    return TRUE;
  if (!haul_journal_undo_add_mailbox (run->journal, run->row, mailbox, error))
    return FALSE;
  if (!haul_imap_mailbox_create (session, mailbox, run->hard, &local_error))
    {
      gboolean is_there = g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_EXISTS);
      if (haul_imap_session_is_usable (session) && !haul_journal_undo_remove_mailbox (run->journal, mailbox, error))
        return FALSE;
      if (!is_there)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return is_there;
    }
  return finish_making (run, session, mailbox, is_subscribed, error);
}

/* Does a folder go into it as well, which may come later? */
static gboolean
is_planned (HaulRun *run, const char *mailbox)
{
  for (guint i = 0; i < run->plan->folders->len; i++)
    if (g_strcmp0 (haul_plan_get_folder (run->plan, i)->mailbox, mailbox) == 0)
      return TRUE;
  return FALSE;
}

/**
 * haul_target_ensure_parents:
 * @run: the run
 * @session: a session
 * @mailbox: octets on the wire
 * @error: return location; HAUL_IMAP_ERROR, %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Makes the mailboxes that @mailbox lies in, but not itself. One that the server does not let us make is none of our
 * business as long as the mailbox itself can be made.
 *
 * Returns: %TRUE unless the connection broke
 */
gboolean
haul_target_ensure_parents (HaulRun *run, HaulImapSession *session, const char *mailbox, GError **error)
{
  const HaulServer *server = run->plan->server;
  gsize prefix_length = server->prefix == NULL ? 0 : strlen (server->prefix);

  for (const char *end = strchr (mailbox, server->delimiter); server->delimiter != '\0' && end != NULL;
       end = strchr (end + 1, server->delimiter))
    {
      g_autofree char *parent = g_strndup (mailbox, (gsize)(end - mailbox));
      g_autoptr (GError) local_error = NULL;
      if ((gsize)(end - mailbox) < prefix_length
          || create (run, session, parent, is_planned (run, parent), &local_error))
        continue;
      if (!g_error_matches (local_error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * haul_target_complete:
 * @run: the run
 * @session: a session
 * @mailbox: octets on the wire; it exists
 * @error: return location; HAUL_IMAP_ERROR, %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * If it is ours, and the connection broke while it was made, it is subscribed all the same.
 *
 * Returns: %TRUE unless the connection broke
 */
gboolean
haul_target_complete (HaulRun *run, HaulImapSession *session, const char *mailbox, GError **error)
{
  gboolean is_half_made;

  return haul_journal_undo_is_half_made (run->journal, mailbox, &is_half_made, error)
         && (!is_half_made || finish_making (run, session, mailbox, TRUE, error));
}

/**
 * haul_target_ensure:
 * @run: the run
 * @session: a session
 * @mailbox: octets on the wire
 * @error: return location; HAUL_IMAP_ERROR, %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Makes the mailbox and its parents where they do not exist, and subscribes it.
 *
 * Returns: %TRUE when the mailbox is there
 */
gboolean
haul_target_ensure (HaulRun *run, HaulImapSession *session, const char *mailbox, GError **error)
{
  gboolean exists;

  if (!haul_target_exists (session, mailbox, &exists, run->hard, error))
    return FALSE;
  return exists
             ? haul_target_complete (run, session, mailbox, error)
             : haul_target_ensure_parents (run, session, mailbox, error) && create (run, session, mailbox, TRUE, error);
}
