/* haul-undo-mailboxes.c - the mailboxes that a job made, taken away again where they are empty
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  one.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL. May be broken off anywhere and done again.
 * See:     docs/undo.md.
 */
#include "migrate/haul-undo-mailboxes.h"

#include <string.h>

#include "imap/haul-imap-mailbox.h"
#include "migrate/haul-mailbox-name.h"
#include "migrate/haul-target.h"

static gboolean
is_refusal (HaulImapSession *session, const GError *error)
{
  return (g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED)
          || g_error_matches (error, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_TRY_CREATE))
         && haul_imap_session_is_usable (session);
}

/* Is anything below it? The name may hold a wildcard, and matches more than itself then. */
static gboolean
find_children (HaulUndoWork *work, const char *mailbox, gboolean *has_children, GError **error)
{
  char delimiter[] = { work->run->plan->server->delimiter, '\0' };

  *has_children = FALSE;
  if (*delimiter == '\0')
    return TRUE;
  g_autofree char *beginning = g_strconcat (mailbox, delimiter, NULL);
  g_autofree char *pattern = g_strconcat (beginning, "*", NULL);
  g_autoptr (GPtrArray) list = haul_imap_mailbox_list (work->session, pattern, work->run->hard, error);
  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    *has_children = *has_children || g_str_has_prefix (((HaulImapMailbox *)list->pdata[i])->name, beginning);
  return TRUE;
}

/* A server may end a session whose mailbox is deleted. */
static gboolean
leave_mailbox (HaulUndoWork *work, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) local_error = NULL;

  if (haul_imap_session_get_capabilities (work->session) & HAUL_IMAP_CAPABILITY_UNSELECT
          ? haul_imap_mailbox_unselect (work->session, work->run->hard, &local_error)
          : haul_imap_mailbox_examine (work->session, "INBOX", &status, work->run->hard, &local_error))
    return TRUE;
  if (haul_imap_session_is_usable (work->session))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Is it the one we made, with nothing in it? One that can hold no messages is empty. */
static gboolean
look (HaulUndoWork *work, const HaulUndoMailbox *made, gboolean *is_ours, GError **error)
{
  g_auto (HaulImapStatus) status = { 0 };
  g_autoptr (GError) local_error = NULL;
  gboolean has_children;

  *is_ours = FALSE;
  if (!find_children (work, made->mailbox, &has_children, error))
    return FALSE;
  if (has_children)
    return TRUE;
  /* STATUS may be an old number; EXAMINE counts. */
  if (haul_imap_mailbox_examine (work->session, made->mailbox, &status, work->run->hard, &local_error))
    {
      *is_ours = status.messages == 0 && (made->uid_validity == 0 || made->uid_validity == status.uid_validity);
      return leave_mailbox (work, error);
    }
  *is_ours = made->uid_validity == 0 && is_refusal (work->session, local_error);
  if (haul_imap_session_is_usable (work->session))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
delete_one (HaulUndoWork *work, const HaulUndoMailbox *made, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (!haul_imap_mailbox_unsubscribe (work->session, made->mailbox, work->run->hard, &local_error)
      && !haul_imap_session_is_usable (work->session))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  g_clear_error (&local_error);
  if (!haul_imap_mailbox_delete (work->session, made->mailbox, work->run->hard, &local_error))
    {
      /* An empty mailbox that the server keeps does no harm. */
      if (is_refusal (work->session, local_error))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  g_ptr_array_add (work->report->mailboxes, haul_mailbox_name_dup_display (made->mailbox, work->run->plan->server));
  return haul_journal_undo_remove_mailbox (work->run->journal, made->mailbox, error);
}

/**
 * haul_undo_mailboxes_delete:
 * @work: an undo that has taken back all it could
 * @error: return location
 *
 * Deletes the mailboxes that runs of the job made, where nothing is in them and nothing below them.
 *
 * Returns: %TRUE when each of them was looked at, or the run is stopping
 */
gboolean
haul_undo_mailboxes_delete (HaulUndoWork *work, GError **error)
{
  g_autoptr (GPtrArray) list = haul_journal_undo_list_mailboxes (work->run->journal, work->job, error);

  if (list == NULL || !leave_mailbox (work, error))
    return FALSE;
  for (guint i = 0; i < list->len && !haul_run_is_stopping (work->run); i++)
    {
      const HaulUndoMailbox *made = list->pdata[i];
      gboolean is_gone, is_ours;
      if (g_ascii_strcasecmp (made->mailbox, "INBOX") == 0)
        continue;
      if (!haul_target_is_gone (work->session, made->mailbox, &is_gone, work->run->hard, error))
        return FALSE;
      if (is_gone && !haul_journal_undo_remove_mailbox (work->run->journal, made->mailbox, error))
        return FALSE;
      if (is_gone)
        continue;
      if (!look (work, made, &is_ours, error) || (is_ours && !delete_one (work, made, error)))
        return FALSE;
    }
  return TRUE;
}
