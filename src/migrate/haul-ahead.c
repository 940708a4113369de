/* haul-ahead.c - a folder is read and measured while its lane asks the server what is there already
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the lane's; the scan is on one of its own, and the transfer is that thread's until haul_ahead_wait()
 * returns, but for what the mailbox's listing needs. See:     docs/upload.md.
 */
#include "migrate/haul-ahead.h"

#include "journal/haul-journal-item.h"
#include "migrate/haul-target.h"

#define LOOK_US (G_USEC_PER_SEC / 5)

struct _HaulAhead
{
  HaulTransfer *transfer; /* borrowed */
  GThread *thread;        /* (owned) */
  GMutex lock;
  GCond cond;
  gboolean is_done; /* (mutex lock) */
};

/* Says nothing about it: that is the lane's. */
static void
wait_while_paused (gpointer user_data)
{
  HaulRun *run = user_data;

  g_mutex_lock (&run->lock);
  while (run->is_paused && run->error == NULL && !g_cancellable_is_cancelled (run->stop))
    g_cond_wait (&run->cond, &run->lock);
  g_mutex_unlock (&run->lock);
}

static gpointer
scan (gpointer data)
{
  HaulAhead *self = data;

  haul_scan_run (self->transfer, wait_while_paused, self->transfer->run);
  g_mutex_lock (&self->lock);
  self->is_done = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  return NULL;
}

/**
 * haul_ahead_start:
 * @transfer: a folder
 *
 * Begins haul_scan_run() on another thread.
 *
 * Returns: (transfer full): for haul_ahead_wait()
 */
HaulAhead *
haul_ahead_start (HaulTransfer *transfer)
{
  HaulAhead *self = g_new0 (HaulAhead, 1);

  self->transfer = transfer;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("haul-scan", scan, self);
  return self;
}

/**
 * haul_ahead_list:
 * @transfer: a folder that is being scanned
 * @session: its lane's session
 *
 * Lists the mailbox for the census, if it exists. What goes wrong is found out again, and told, by the pass that needs
 * it; and the census takes the listing only where the mailbox is still as it was.
 */
void
haul_ahead_list (HaulTransfer *transfer, HaulImapSession *session)
{
  const char *mailbox = transfer->folder->mailbox;
  GCancellable *cancellable = transfer->run->hard;
  gboolean exists;

  if (haul_target_exists (session, mailbox, &exists, cancellable, NULL) && exists)
    transfer->listed_ahead = haul_listing_read (session, mailbox, 1, TRUE, cancellable, NULL);
  if (transfer->listed_ahead != NULL)
    transfer->known_ahead = haul_journal_item_list_known (transfer->run->journal, mailbox,
                                                          transfer->listed_ahead->status.uid_validity, 0, NULL);
}

/**
 * haul_ahead_wait:
 * @ahead: (transfer full): a scan
 * @func: called now and then
 * @user_data: for @func
 *
 * Waits until the folder is scanned. It ends early when the run is stopping.
 */
void
haul_ahead_wait (HaulAhead *ahead, HaulScanFunc func, gpointer user_data)
{
  g_mutex_lock (&ahead->lock);
  while (!ahead->is_done)
    if (!g_cond_wait_until (&ahead->cond, &ahead->lock, g_get_monotonic_time () + LOOK_US))
      {
        g_mutex_unlock (&ahead->lock);
        func (user_data);
        g_mutex_lock (&ahead->lock);
      }
  g_mutex_unlock (&ahead->lock);
  g_thread_join (ahead->thread);
  g_mutex_clear (&ahead->lock);
  g_cond_clear (&ahead->cond);
  g_free (ahead);
}
