/* haul-run.c - what the lanes of one run share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; one mutex.
 */
#include "migrate/haul-run.h"

#include "base/haul-clock.h"
#include "base/haul-fault.h"
#include "report/haul-report-words.h"

/* How long a stopped lane may go on to place what it has sent, so that nothing is left behind on the server. */
#define GRACE_US (3 * G_USEC_PER_SEC)
#define KEEP_ALIVE_US (60 * G_USEC_PER_SEC)
/* A password that was good for one lane just now is good for the others. */
#define STILL_GOOD_US (10 * G_USEC_PER_SEC)
/* No mail server has a limit below. */
#define BIG_BYTES (256 * 1024)
#define RATE_WINDOW_US (10 * G_USEC_PER_SEC)

/**
 * haul_run_new:
 * @account: with its server and secret
 * @plan: what goes where
 *
 * Returns: (transfer full): a run without journal and report
 */
HaulRun *
haul_run_new (HaulAccount *account, HaulPlan *plan)
{
  HaulRun *self = g_new0 (HaulRun, 1);

  g_mutex_init (&self->lock);
  g_mutex_init (&self->making);
  g_mutex_init (&self->returning);
  g_cond_init (&self->cond);
  self->account = haul_account_ref (account);
  self->plan = haul_plan_ref (plan);
  self->progress = haul_progress_new (plan->folders->len, plan->messages, plan->bytes);
  self->messages_total = plan->messages;
  self->bytes_total = plan->bytes;
  self->hard = g_cancellable_new ();
  self->token = g_strdup_printf ("%08x", g_random_int ());
  return self;
}

void
haul_run_free (HaulRun *run)
{
  haul_account_unref (run->account);
  haul_plan_unref (run->plan);
  haul_progress_unref (run->progress);
  g_clear_pointer (&run->report, haul_report_free);
  g_clear_pointer (&run->journal, haul_journal_close);
  g_clear_object (&run->stop);
  g_clear_object (&run->hard);
  g_clear_error (&run->error);
  g_free (run->spool_dir);
  g_free (run->token);
  g_free (run->patience.words);
  g_mutex_clear (&run->lock);
  g_mutex_clear (&run->making);
  g_mutex_clear (&run->returning);
  g_cond_clear (&run->cond);
  g_free (run);
}

/* The person said stop, or an error ended the run: no further message is begun. */
gboolean
haul_run_is_stopping (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  gboolean has_error = run->error != NULL;
  g_mutex_unlock (&run->lock);
  return has_error || g_cancellable_is_cancelled (run->stop);
}

/**
 * haul_run_stop:
 * @run: the run
 * @error: (transfer full): why
 *
 * Ends the run for all lanes. The first error is the one that is reported; a cancellation is none.
 */
void
haul_run_stop (HaulRun *run, GError *error)
{
  g_mutex_lock (&run->lock);
  if (run->error == NULL && !g_cancellable_is_cancelled (run->stop))
    run->error = g_steal_pointer (&error);
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
  g_clear_error (&error);
}

void
haul_run_set_paused (HaulRun *run, gboolean is_paused)
{
  g_mutex_lock (&run->lock);
  run->is_paused = is_paused;
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
}

/**
 * haul_run_wait_while_paused:
 * @run: the run
 * @session: (nullable): kept alive meanwhile
 * @error: return location; HAUL_IMAP_ERROR, when the connection did not last
 *
 * Called by a lane between two messages.
 *
 * Returns: %TRUE when the work goes on, or the run is stopping
 */
gboolean
haul_run_wait_while_paused (HaulRun *run, HaulImapSession *session, GError **error)
{
  HaulProgressSnapshot snapshot;
  gboolean is_first = TRUE;

  g_mutex_lock (&run->lock);
  while (run->is_paused && run->error == NULL && !g_cancellable_is_cancelled (run->stop))
    {
      if (is_first)
        {
          haul_progress_get_snapshot (run->progress, &snapshot);
          haul_progress_set_phase (run->progress, HAUL_PHASE_PAUSED);
        }
      is_first = FALSE;
      if (g_cond_wait_until (&run->cond, &run->lock, g_get_monotonic_time () + KEEP_ALIVE_US) || session == NULL)
        continue;
      g_mutex_unlock (&run->lock);
      if (!haul_imap_session_noop (session, run->hard, error))
        return FALSE;
      g_mutex_lock (&run->lock);
    }
  g_mutex_unlock (&run->lock);
  if (!is_first)
    haul_progress_set_phase (run->progress, snapshot.phase);
  return TRUE;
}

/**
 * haul_run_sleep:
 * @run: the run
 * @wait_ms: how long
 *
 * Waits, but no longer than the run lasts: another lane's error may end it meanwhile.
 */
void
haul_run_sleep (HaulRun *run, gint64 wait_ms)
{
  gint64 until_us = g_get_monotonic_time () + haul_fault_get_hold_ms (wait_ms) * 1000;

  HAUL_FAULT (F30, "wait");
  g_mutex_lock (&run->lock);
  while (run->error == NULL && !g_cancellable_is_cancelled (run->stop)
         && g_cond_wait_until (&run->cond, &run->lock, until_us))
    ;
  g_mutex_unlock (&run->lock);
  HAUL_FAULT (F34, "slept");
}

void
haul_run_count (HaulRun *run, guint folder, const HaulCounts *delta)
{
  haul_progress_add (run->progress, folder, delta);
}

/**
 * haul_run_count_item:
 * @run: the run
 * @folder: index in the plan
 * @item: an item of it
 * @bytes: how many of its octets are done
 *
 * Moves the item's share of the progress to @bytes: up as it is sent, back where a sending came to nothing.
 */
void
haul_run_count_item (HaulRun *run, guint folder, HaulItem *item, guint64 bytes)
{
  HaulCounts delta = { .bytes_done = bytes - item->counted_bytes }; /* unsigned: going back wraps, and adds up */

  item->counted_bytes = bytes;
  haul_progress_add (run->progress, folder, &delta);
}

/**
 * haul_run_add_line:
 * @run: the run
 * @folder: index in the plan
 * @line: copied
 *
 * Adds a line to the report, and shows it to whoever watches.
 */
void
haul_run_add_line (HaulRun *run, guint folder, const HaulRunLine *line)
{
  HaulReportMessage *message = g_new0 (HaulReportMessage, 1);

  message->folder = folder;
  message->source = g_strdup (line->source);
  message->date = line->date;
  message->bytes = line->bytes;
  message->outcome = line->outcome;
  message->code = g_strdup (line->code);
  message->text = g_utf8_make_valid (line->text, -1);
  message->advice = g_strdup (line->advice == NULL ? haul_report_words_get_advice (line->code) : line->advice);
  message->server_text = line->server_text == NULL ? NULL : g_utf8_make_valid (line->server_text, -1);
  message->kept = g_strdup (line->kept);
  g_mutex_lock (&run->lock);
  g_ptr_array_add (run->report->messages, message);
  if (run->message_func != NULL)
    run->message_func (message, run->message_data);
  g_mutex_unlock (&run->lock);
}

/* Reading broke off in a way that a person can put right. */
void
haul_run_worsen (HaulRun *run, HaulExitStatus status)
{
  g_mutex_lock (&run->lock);
  run->report->source_status = haul_exit_status_worst (run->report->source_status, status);
  g_mutex_unlock (&run->lock);
}

/**
 * haul_run_add_note:
 * @run: the run
 * @folder: index in the plan
 * @note: one sentence more for the folder's note
 *
 * Adds to what the report says of a folder.
 */
void
haul_run_add_note (HaulRun *run, guint folder, const char *note)
{
  if (folder >= run->report->folders->len)
    return;
  HaulReportFolder *row = g_ptr_array_index (run->report->folders, folder);
  g_mutex_lock (&run->lock);
  g_autofree char *before = row->note;
  row->note = before == NULL ? g_strdup (note) : g_strjoin (" ", before, note, NULL);
  g_mutex_unlock (&run->lock);
}

void
haul_run_add_left_behind (HaulRun *run, const char *mailbox)
{
  g_autofree char *note
      = g_strdup_printf ("The mailbox %s is left over from the copying; the next run takes it away.", mailbox);

  haul_run_add_note (run, 0, note);
}

/* The plan guessed; the folder is read now. */
void
haul_run_add_totals (HaulRun *run, gint64 messages, gint64 bytes)
{
  g_mutex_lock (&run->lock);
  run->messages_total += (guint64)messages;
  run->bytes_total += (guint64)bytes;
  haul_progress_set_totals (run->progress, run->messages_total, run->bytes_total);
  g_mutex_unlock (&run->lock);
}

/**
 * haul_run_limit_rate:
 * @run: the run
 * @bytes: how many octets were sent just now
 *
 * Waits until as many octets may have been sent in all, where the person set a rate.
 */
void
haul_run_limit_rate (HaulRun *run, guint64 bytes)
{
  guint64 rate = run->plan->choices->max_rate_bytes;
  gint64 now_us = g_get_monotonic_time ();

  if (rate == 0)
    return;
  g_mutex_lock (&run->lock);
  if (run->sent_since_us == 0 || now_us - run->sent_since_us > RATE_WINDOW_US)
    {
      run->sent_since_us = now_us;
      run->sent_bytes = 0;
    }
  run->sent_bytes += bytes;
  gint64 due_us = run->sent_since_us + (gint64)((double)run->sent_bytes / (double)rate * G_USEC_PER_SEC);
  g_mutex_unlock (&run->lock);
  if (due_us > now_us)
    haul_clock_sleep (MIN ((due_us - now_us) / 1000, 5000), run->stop, NULL);
}

HaulTrust
haul_run_get_trust (HaulRun *run, HaulMoveVerb verb)
{
  g_mutex_lock (&run->lock);
  HaulTrust trust = run->trust[verb];
  g_mutex_unlock (&run->lock);
  return trust;
}

/* Once bad, a command stays bad for the run. */
void
haul_run_set_trust (HaulRun *run, HaulMoveVerb verb, HaulTrust trust)
{
  g_mutex_lock (&run->lock);
  run->trust[verb] = MAX (run->trust[verb], trust);
  g_mutex_unlock (&run->lock);
}

gboolean
haul_run_has_lied (HaulRun *run, HaulLie lie)
{
  g_mutex_lock (&run->lock);
  gboolean has_lied = (run->lies & lie) != 0;
  g_mutex_unlock (&run->lock);
  return has_lied;
}

/* It is not believed again in this run. */
void
haul_run_add_lie (HaulRun *run, HaulLie lie)
{
  g_mutex_lock (&run->lock);
  run->lies |= lie;
  g_mutex_unlock (&run->lock);
}

/* In what the server says of the UID that a message got. */
HaulTrust
haul_run_get_told_trust (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  HaulTrust trust = run->told_trust;
  g_mutex_unlock (&run->lock);
  return trust;
}

/* Once bad, it stays bad for the run. */
void
haul_run_set_told_trust (HaulRun *run, HaulTrust trust)
{
  g_mutex_lock (&run->lock);
  run->told_trust = MAX (run->told_trust, trust);
  g_mutex_unlock (&run->lock);
}

gboolean
haul_run_can_stage (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  gboolean can_stage = !run->no_staging;
  g_mutex_unlock (&run->lock);
  return can_stage;
}

void
haul_run_set_no_staging (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  run->no_staging = TRUE;
  g_mutex_unlock (&run->lock);
}

void
haul_run_set_locked_out (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  run->is_locked_out = TRUE;
  g_mutex_unlock (&run->lock);
}

gboolean
haul_run_is_locked_out (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  gboolean is_locked_out = run->is_locked_out;
  g_mutex_unlock (&run->lock);
  return is_locked_out;
}

/**
 * haul_run_begin_return:
 * @run: the run
 *
 * Before a lane signs in once more. When all connections broke, one tries for all: a password that was changed
 * meanwhile would be shown by each of them, which locks accounts.
 *
 * Returns: whether the lane is the one, and says by haul_run_end_return() what came of it
 */
gboolean
haul_run_begin_return (HaulRun *run)
{
  g_mutex_lock (&run->returning);
  if (run->let_in_us == 0 || g_get_monotonic_time () - run->let_in_us > STILL_GOOD_US)
    return TRUE;
  g_mutex_unlock (&run->returning);
  return FALSE;
}

void
haul_run_end_return (HaulRun *run, gboolean is_let_in)
{
  if (is_let_in)
    run->let_in_us = g_get_monotonic_time ();
  g_mutex_unlock (&run->returning);
}

/* It is not the person who stopped, and the next run may find the server well again. */
void
haul_run_set_given_up (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  run->is_given_up = TRUE;
  g_mutex_unlock (&run->lock);
}

/**
 * haul_run_add_refused_size:
 * @run: the run
 * @bytes: of a message of which the server said that it is too big
 *
 * From now on nothing as big is tried. What is said of a small message is not believed of others.
 *
 * Returns: whether it is to be believed
 */
gboolean
haul_run_add_refused_size (HaulRun *run, guint64 bytes)
{
  if (bytes < BIG_BYTES)
    return FALSE;
  g_mutex_lock (&run->lock);
  if (run->refused_bytes == 0 || bytes < run->refused_bytes)
    run->refused_bytes = bytes;
  g_mutex_unlock (&run->lock);
  return TRUE;
}

/**
 * haul_run_get_size_limit:
 * @run: the run
 *
 * Returns: octets of the biggest message that is worth trying, by what the server told and what it refused
 */
guint64
haul_run_get_size_limit (HaulRun *run)
{
  guint64 told = run->plan->server->append_limit_bytes;

  g_mutex_lock (&run->lock);
  guint64 refused = run->refused_bytes;
  g_mutex_unlock (&run->lock);
  guint64 limit = told == 0 ? G_MAXUINT64 : told;
  return refused == 0 ? limit : MIN (limit, refused - 1);
}

/* `Mailhaul-upload-3f9a01c2-1`: under the name space's prefix, never given twice. */
char *
haul_run_dup_next_staging (HaulRun *run)
{
  g_mutex_lock (&run->lock);
  guint number = ++run->n_generations;
  g_mutex_unlock (&run->lock);
  return g_strdup_printf ("%sMailhaul-upload-%s-%u", run->plan->server->prefix == NULL ? "" : run->plan->server->prefix,
                          run->token, number);
}

static void
on_stop (GCancellable *cancellable, gpointer user_data)
{
  HaulRun *run = user_data;

  g_mutex_lock (&run->lock);
  if (run->hard_at_us == 0)
    run->hard_at_us = g_get_monotonic_time () + GRACE_US;
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
}

static gpointer
watch (gpointer data)
{
  HaulRun *run = data;
  gulong handler = g_cancellable_connect (run->stop, G_CALLBACK (on_stop), run, NULL);

  g_mutex_lock (&run->lock);
  while (!run->is_over && (run->hard_at_us == 0 || run->hard_at_us > g_get_monotonic_time ()))
    if (run->hard_at_us == 0)
      g_cond_wait (&run->cond, &run->lock);
    else
      g_cond_wait_until (&run->cond, &run->lock, run->hard_at_us);
  gboolean is_over = run->is_over;
  g_mutex_unlock (&run->lock);
  if (!is_over)
    g_cancellable_cancel (run->hard);
  if (handler != 0)
    g_cancellable_disconnect (run->stop, handler);
  return NULL;
}

/**
 * haul_run_start_watch:
 * @run: the run; @stop must be set
 *
 * Watches @stop: when the person stops the run, lanes begin nothing new and have three seconds to end in order; then
 * what still waits for the server is broken off.
 *
 * Returns: (transfer full): for haul_run_end_watch()
 */
GThread *
haul_run_start_watch (HaulRun *run)
{
  return g_thread_new ("haul-watch", watch, run);
}

void
haul_run_end_watch (HaulRun *run, GThread *watch_thread)
{
  g_mutex_lock (&run->lock);
  run->is_over = TRUE;
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
  g_thread_join (watch_thread);
}
