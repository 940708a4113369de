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
#include "migrate/haul-mailbox-name.h"

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

/* The journal knows of each mailbox that we make, before it exists: an undo may take away what is ours. Two lanes that
 * make one parent at once would each find the other's, and call it somebody else's. */
static gboolean
create (HaulRun *run, HaulImapSession *session, const char *mailbox, gboolean is_subscribed, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&run->making);
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

/* Only letters, digits and what is between them in every mail program. */
static char *
tame (const char *name)
{
  GString *tamed = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      g_string_append_unichar (tamed, g_unichar_isalnum (c) || strchr ("()_- ", (int)MIN (c, 0x7f)) != NULL ? c : '_');
    }
  return g_string_free (tamed, FALSE);
}

static char *
join (const HaulServer *server, const char *parent, const char *name, const char *suffix)
{
  g_autofree char *fitted = haul_mailbox_name_fit (name, suffix, HAUL_MAILBOX_NAME_MAX);
  g_autofree char *encoded = haul_mailbox_name_to_wire (fitted);

  return g_strconcat (parent != NULL ? parent : server->prefix, encoded, NULL);
}

/* A name to try instead, the same in every run and of no mailbox that is planned: the last name without odd characters,
 * else one that stands at the top and has a number. */
static char *
dup_other (HaulRun *run, const char *mailbox)
{
  const HaulServer *server = run->plan->server;
  const char *last = server->delimiter == '\0' ? NULL : strrchr (mailbox, server->delimiter);
  g_autofree char *parent = last == NULL ? NULL : g_strndup (mailbox, (gsize)(last + 1 - mailbox));
  g_autofree char *display = haul_mailbox_name_dup_display (mailbox, server);
  const char *slash = strrchr (display, '/');
  g_autofree char *name = tame (slash == NULL || parent == NULL ? display : slash + 1);
  char *other = join (server, parent, name, "");

  if (strcmp (other, mailbox) != 0 && !is_planned (run, other))
    return other;
  g_autofree char *whole = tame (g_strdelimit (display, "/", '-'));
  for (guint n = 2; strcmp (other, mailbox) == 0 || is_planned (run, other); n++)
    {
      g_autofree char *suffix = haul_mailbox_name_dup_suffix (n, server->refused_letters);
      g_free (other);
      other = join (server, NULL, whole, suffix);
    }
  return other;
}

/**
 * haul_target_ensure_any:
 * @transfer: a folder
 * @session: a session
 * @error: return location; HAUL_IMAP_ERROR, %HAUL_MIGRATE_ERROR_JOURNAL
 *
 * Makes the folder's mailbox. A name that the server refuses for itself is given up for another one, once.
 *
 * Returns: %TRUE when the mailbox is there, that @transfer has now
 */
gboolean
haul_target_ensure_any (HaulTransfer *transfer, HaulImapSession *session, GError **error)
{
  HaulRun *run = transfer->run;
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GError) second = NULL;

  if (haul_target_ensure (run, session, transfer->folder->mailbox, &refusal))
    return TRUE;
  if (!g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED) || !haul_imap_session_is_usable (session)
      || transfer->moved.mailbox != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return FALSE;
    }
  g_autofree char *other = dup_other (run, transfer->folder->mailbox);
  if (haul_target_ensure (run, session, other, &second))
    return haul_transfer_move (transfer, other, refusal, error);
  /* Where the server lets no mailbox be made at all the first word is the truer one. */
  GError **told = g_error_matches (second, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED) ? &refusal : &second;
  g_propagate_error (error, g_steal_pointer (told));
  return FALSE;
}

/**
 * haul_target_has_other:
 * @transfer: a folder whose mailbox does not exist
 * @session: a session
 * @has_other: (out): is there one of the name that would be tried instead?
 * @error: return location; HAUL_IMAP_ERROR
 *
 * Has an earlier run put the folder under another name? Then what is in it has to be seen before anything is sent.
 *
 * Returns: %TRUE when the server answered
 */
gboolean
haul_target_has_other (HaulTransfer *transfer, HaulImapSession *session, gboolean *has_other, GError **error)
{
  g_autofree char *other = dup_other (transfer->run, transfer->folder->mailbox);

  return haul_target_exists (session, other, has_other, transfer->run->hard, error);
}
