/* haul-strangers.c - staging mailboxes of another Mailhaul, or of a journal that is gone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * They are left alone unless the person wants them away. To delete one loses no mail even where its owner is alive:
 * what is in it is on the owner's computer as well, and an owner that finds it gone sends that again, into a new one.
 *
 * Thread:  any.
 * Errors:  HAUL_IMAP_ERROR, HAUL_MIGRATE_ERROR_JOURNAL.
 * See:     docs/upload.md.
 */
#include "migrate/haul-strangers-private.h"

#include "haul-config.h"

#include <glib/gi18n.h>

#include "base/haul-clock.h"
#include "base/haul-fault.h"
#include "imap/haul-imap-mailbox.h"
#include "journal/haul-holder.h"
#include "journal/haul-journal-generation.h"
#include "journal/haul-journal.h"

/* How long one must not change before it is taken for left behind. */
#define STILL_MS 60000

/* Opens what is there; makes none. NULL: there is none, or it is in use. */
static HaulJournal *
open_journal (const char *state_dir, const HaulAccount *account)
{
  g_autofree char *id = haul_account_dup_id (account);
  g_autofree char *name = g_strconcat (id, ".db", NULL);
  g_autofree char *path = g_build_filename (state_dir, "journal", name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS) ? haul_journal_open (state_dir, id, NULL) : NULL;
}

static gboolean
is_ours (HaulJournal *journal, const char *mailbox)
{
  g_autoptr (HaulGeneration) generation = NULL;

  return journal != NULL && haul_journal_generation_find (journal, mailbox, &generation, NULL) && generation != NULL;
}

/**
 * haul_strangers_dup_warning:
 * @state_dir: the folder for everything that is kept between runs
 * @account: whose mailbox
 * @server: what a probe found
 * @may_go: (out) (optional): they may be left behind, and could be deleted
 *
 * Looks whether another Mailhaul is or was at work in the mailbox, without asking the server again. One on this
 * computer has the journal in use, so that only it knows which are its own.
 *
 * Returns: (transfer full) (nullable): a sentence for people, or %NULL
 */
char *
haul_strangers_dup_warning (const char *state_dir,
                            const HaulAccount *account,
                            const HaulServer *server,
                            gboolean *may_go)
{
  g_autofree char *id = haul_account_dup_id (account);
  g_autofree char *beginning = g_strconcat (server->prefix == NULL ? "" : server->prefix, "Mailhaul-upload-", NULL);
  g_autoptr (HaulJournal) journal = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  char *holder = haul_holder_dup_sentence (state_dir, id);

  if (may_go != NULL)
    *may_go = holder == NULL;
  if (holder != NULL)
    return holder;
  for (guint i = 0; i < server->mailboxes->len; i++)
    {
      const HaulServerMailbox *mailbox = server->mailboxes->pdata[i];
      if (!g_str_has_prefix (mailbox->name, beginning))
        continue;
      if (journal == NULL)
        journal = open_journal (state_dir, account);
      if (!is_ours (journal, mailbox->name))
        g_string_append_printf (names, "%s%s", names->len == 0 ? "" : ", ", mailbox->display);
    }
  if (names->len == 0)
    return NULL;
  /* Translators: names of folders on the server. */
  return g_strdup_printf (_ ("Another Mailhaul is or was at work in this mailbox: it uses the folder %s. If it is "
                             "still "
                             "copying, wait until it is done."),
                          names->str);
}

typedef struct
{
  char *name; /* (owned) */
  HaulImapStatus before;
} Stranger;

static void
clear_stranger (gpointer data)
{
  Stranger *stranger = data;

  g_free (stranger->name);
  haul_imap_status_clear (&stranger->before);
}

/* FALSE: the connection did not last. A mailbox that cannot be looked at has no messages and no UIDVALIDITY. */
static gboolean
look (HaulRun *run, HaulImapSession *session, const char *name, HaulImapStatus *status, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (haul_imap_mailbox_status (session, name, status, run->hard, &local_error)
      || haul_imap_session_is_usable (session))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static GArray *
list_strangers (HaulRun *run, HaulImapSession *session, GError **error)
{
  g_autofree char *pattern
      = g_strconcat (run->plan->server->prefix == NULL ? "" : run->plan->server->prefix, "Mailhaul-upload-*", NULL);
  g_autoptr (GPtrArray) list = haul_imap_mailbox_list (session, pattern, run->hard, error);
  g_autoptr (GArray) strangers = g_array_new (FALSE, TRUE, sizeof (Stranger));

  g_array_set_clear_func (strangers, clear_stranger);
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const HaulImapMailbox *mailbox = list->pdata[i];
      if (is_ours (run->journal, mailbox->name))
        continue;
      Stranger stranger = { .name = g_strdup (mailbox->name) };
      g_array_append_val (strangers, stranger);
      if (!look (run, session, mailbox->name, &g_array_index (strangers, Stranger, strangers->len - 1).before, error))
        return NULL;
    }
  return list == NULL ? NULL : g_steal_pointer (&strangers);
}

/* Only one that did not change meanwhile. */
static gboolean
remove_one (HaulRun *run, HaulImapSession *session, const Stranger *stranger, GError **error)
{
  g_auto (HaulImapStatus) now = { 0 };
  g_autoptr (GError) local_error = NULL;

  if (!look (run, session, stranger->name, &now, error))
    return FALSE;
  if (now.uid_validity == 0 || now.uid_validity != stranger->before.uid_validity
      || now.uid_next != stranger->before.uid_next || now.messages != stranger->before.messages)
    return TRUE;
  if (haul_imap_mailbox_delete (session, stranger->name, run->hard, &local_error)
      || haul_imap_session_is_usable (session))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * haul_strangers_remove:
 * @run: a run whose person wants them away
 * @session: a session
 * @error: return location
 *
 * Deletes the staging mailboxes that this journal does not know and that do not change for a minute. What changes is
 * at work, and stays.
 *
 * Returns: %TRUE when the server answered
 */
gboolean
haul_strangers_remove (HaulRun *run, HaulImapSession *session, GError **error)
{
  g_autoptr (GArray) strangers = list_strangers (run, session, error);
  gint64 wait_ms = haul_fault_get_hold_ms (STILL_MS);

  if (strangers == NULL || strangers->len == 0)
    return strangers != NULL;
  haul_progress_set_wait (run->progress, haul_clock_now () + wait_ms / 1000, HAUL_WAIT_SETTLING, NULL);
  haul_run_sleep (run, wait_ms);
  haul_progress_set_wait (run->progress, 0, HAUL_WAIT_NONE, NULL);
  for (guint i = 0; i < strangers->len && !haul_run_is_stopping (run); i++)
    if (!remove_one (run, session, &g_array_index (strangers, Stranger, i), error))
      return FALSE;
  return TRUE;
}
