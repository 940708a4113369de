/* haul-page-copying.c - page: progress that tells the truth
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; the engine has its own. Its counters are looked at five times a second, it signals nothing.
 */
#include "wizard/haul-page-copying.h"

#include "migrate/haul-engine.h"
#include "report/haul-wait-text.h"
#include "wizard/haul-wizard-text.h"

#include <glib/gi18n.h>

#define SNAPSHOT_MS 200

enum
{
  COLUMN_FOLDER,
  COLUMN_STATE,
  COLUMN_MISSING,
};

struct _HaulPageCopying
{
  HaulWizardPage parent_instance;
  GtkProgressBar *bar;
  GtkLabel *numbers;
  GtkLabel *state_line;
  GtkWidget *waiting; /* why, and a way out */
  GtkLabel *waiting_sentence;
  GtkLabel *waiting_words;
  GtkWidget *try_now;
  GtkLabel *missing;
  GtkTreeView *tree;
  GtkListStore *rows;
  HaulEngine *engine;        /* (owned) (nullable) while it runs */
  HaulPlan *plan;            /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned) (nullable) */
  HaulCounts *shown_counts;  /* (owned) (nullable) (element count of the plan's folders) */
  HaulPhase phase;           /* last announced */
  guint timer;
  guint inhibited;
  gboolean is_paused;
  gboolean is_stopping;
  gboolean closes;   /* the window goes when the engine has ended */
  GtkWidget *dialog; /* (nullable) the question, owned by GTK */
};

G_DEFINE_TYPE (HaulPageCopying, haul_page_copying, HAUL_TYPE_WIZARD_PAGE)

static char *
dup_state_line (HaulPageCopying *self, const HaulProgressSnapshot *snapshot)
{
  g_autofree char *folder = NULL;

  if (self->is_stopping)
    return g_strdup (_ ("Stopping; what is on its way is being finished."));
  if (snapshot->folder >= 0 && (guint)snapshot->folder < self->plan->folders->len)
    folder = haul_folder_dup_display (haul_plan_get_folder (self->plan, (guint)snapshot->folder)->folder);
  switch (snapshot->phase)
    {
    case HAUL_PHASE_READING:
      return folder == NULL ? g_strdup (_ ("Reading the mail on this computer"))
                            : g_strdup_printf (_ ("Reading %s"), folder);
    case HAUL_PHASE_COPYING:
      return folder == NULL ? g_strdup (_ ("Copying")) : g_strdup_printf (_ ("Copying %s"), folder);
    case HAUL_PHASE_PLACING:
      return g_strdup (_ ("Putting messages into their mailboxes"));
    case HAUL_PHASE_CHECKING:
      return g_strdup (_ ("Checking what is on the server"));
    case HAUL_PHASE_WAITING:
      return haul_wait_text_dup (snapshot->wait_reason, snapshot->wait_until);
    case HAUL_PHASE_PAUSED:
      return g_strdup (_ ("Paused"));
    case HAUL_PHASE_FINISHED:
      return g_strdup (_ ("Finished"));
    default:
      return g_strdup (_ ("Connecting to the server"));
    }
}

static char *
dup_numbers (const HaulProgressSnapshot *snapshot)
{
  guint64 done = snapshot->all.copied + snapshot->all.present + snapshot->all.skipped + snapshot->all.failed;
  g_autofree char *messages = haul_wizard_text_dup_progress (done, snapshot->messages_total);
  g_autofree char *bytes_done = haul_wizard_text_dup_size (snapshot->all.bytes_done);
  g_autofree char *bytes_total = haul_wizard_text_dup_size (snapshot->bytes_total);
  g_autofree char *rate = haul_wizard_text_dup_size ((guint64)snapshot->bytes_per_second);
  g_autofree char *left = haul_wizard_text_dup_left (snapshot->seconds_left);
  GString *text = g_string_new (messages);

  /* Translators: two sizes, “412 MB of 2.1 GB”. */
  g_string_append_printf (text, _ (" · %s of %s"), bytes_done, bytes_total);
  if (snapshot->bytes_per_second > 0 && snapshot->phase == HAUL_PHASE_COPYING)
    g_string_append_printf (text, _ (" · %s/s"), rate);
  if (snapshot->seconds_left >= 0 && snapshot->phase == HAUL_PHASE_COPYING)
    g_string_append_printf (text, " · %s", left);
  return g_string_free (text, FALSE);
}

static void
set_row (HaulPageCopying *self, GtkTreeIter *iter, guint index, const HaulCounts *counts)
{
  const HaulPlanFolder *folder = haul_plan_get_folder (self->plan, index);
  guint64 done = counts->copied + counts->present + counts->skipped + counts->failed;
  guint64 total = MAX (counts->found, (guint64)MAX (folder->folder->messages, 0));
  g_autofree char *done_text = haul_wizard_text_dup_number (done);
  g_autofree char *total_text = haul_wizard_text_dup_number (total);
  /* Translators: two numbers, “1,204 of 3,110”. */
  g_autofree char *progress = g_strdup_printf (_ ("%s of %s"), done_text, total_text);
  g_autofree char *missing = counts->failed == 0 ? g_strdup ("") : haul_wizard_text_dup_number (counts->failed);

  gtk_list_store_set (self->rows, iter, COLUMN_STATE, progress, COLUMN_MISSING, missing, -1);
}

static void
update_rows (HaulPageCopying *self, HaulProgress *progress)
{
  GtkTreeIter iter;
  gboolean ok = gtk_tree_model_get_iter_first (GTK_TREE_MODEL (self->rows), &iter);

  for (guint i = 0; i < self->plan->folders->len && ok; i++)
    {
      HaulCounts counts;

      if (haul_plan_get_folder (self->plan, i)->action != HAUL_PLAN_COPY)
        continue;
      haul_progress_get_counts (progress, i, &counts);
      if (memcmp (&counts, &self->shown_counts[i], sizeof counts) != 0)
        set_row (self, &iter, i, &counts);
      self->shown_counts[i] = counts;
      ok = gtk_tree_model_iter_next (GTK_TREE_MODEL (self->rows), &iter);
    }
}

static void
update_missing (HaulPageCopying *self, const HaulCounts *all)
{
  g_autofree char *failed = haul_wizard_text_dup_number (all->failed);
  g_autofree char *text
      = g_strdup_printf (ngettext ("%s could not be copied so far; the report will say why.",
                                   "%s could not be copied so far; the report will say why.", (gulong)all->failed),
                         failed);

  gtk_label_set_text (self->missing, text);
  gtk_widget_set_visible (GTK_WIDGET (self->missing), all->failed > 0);
}

static void
update_waiting (HaulPageCopying *self, const HaulProgressSnapshot *snapshot, const char *sentence)
{
  /* To be sure that nothing arrives twice cannot be hurried. */
  gboolean waits = snapshot->phase == HAUL_PHASE_WAITING && snapshot->wait_until != 0
                   && snapshot->wait_reason != HAUL_WAIT_SETTLING && !self->is_stopping;
  g_autofree char *words = NULL;

  if (waits && snapshot->wait_reason == HAUL_WAIT_DAILY_LIMIT)
    words = g_strdup (_ ("You can leave Mailhaul running, or stop now and go on tomorrow: nothing is lost, and nothing "
                         "is copied twice."));
  else if (waits && *snapshot->wait_words != '\0')
    words = g_strdup_printf (_ ("The server says: “%s”"), snapshot->wait_words);
  gtk_label_set_text (self->waiting_sentence, sentence);
  gtk_label_set_text (self->waiting_words, words == NULL ? "" : words);
  gtk_widget_set_visible (GTK_WIDGET (self->waiting_words), words != NULL);
  gtk_widget_set_visible (self->waiting, waits);
  gtk_widget_set_visible (GTK_WIDGET (self->state_line), !waits);
}

static void
on_try_now_clicked (GtkButton *button, HaulPageCopying *self)
{
  if (self->engine != NULL)
    haul_engine_try_now (self->engine);
}

static gboolean
on_tick (gpointer user_data)
{
  HaulPageCopying *self = user_data;
  HaulProgress *progress = haul_engine_get_progress (self->engine);
  HaulProgressSnapshot snapshot;
  g_autofree char *numbers = NULL, *line = NULL;
  double fraction;

  haul_progress_get_snapshot (progress, &snapshot);
  fraction = snapshot.bytes_total == 0 ? 0 : (double)snapshot.all.bytes_done / (double)snapshot.bytes_total;
  numbers = dup_numbers (&snapshot);
  line = dup_state_line (self, &snapshot);
  gtk_progress_bar_set_fraction (self->bar, MAX (gtk_progress_bar_get_fraction (self->bar), MIN (fraction, 1)));
  gtk_label_set_text (self->numbers, numbers);
  gtk_label_set_text (self->state_line, line);
  update_waiting (self, &snapshot, line);
  update_missing (self, &snapshot.all);
  update_rows (self, progress);
  if (snapshot.phase != self->phase && (snapshot.phase == HAUL_PHASE_WAITING || snapshot.phase == HAUL_PHASE_PAUSED))
    haul_wizard_page_announce (HAUL_WIZARD_PAGE (self), line);
  self->phase = snapshot.phase;
  return G_SOURCE_CONTINUE;
}

static void
fill_rows (HaulPageCopying *self)
{
  gboolean is_full = haul_wizard_text_has_several_stores (self->plan);

  gtk_list_store_clear (self->rows);
  for (guint i = 0; i < self->plan->folders->len; i++)
    {
      const HaulPlanFolder *folder = haul_plan_get_folder (self->plan, i);
      g_autofree char *display = haul_wizard_text_dup_folder (folder, is_full);
      GtkTreeIter iter;

      if (folder->action != HAUL_PLAN_COPY)
        continue;
      gtk_list_store_append (self->rows, &iter);
      gtk_list_store_set (self->rows, &iter, COLUMN_FOLDER, display, -1);
      set_row (self, &iter, i, &self->shown_counts[i]);
    }
}

static void
notify_desktop (HaulPageCopying *self, const char *title, const char *body)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (self));
  g_autoptr (GNotification) notification = g_notification_new (title);

  if (GTK_IS_WINDOW (window) && gtk_window_is_active (GTK_WINDOW (window)))
    return;
  g_notification_set_body (notification, body);
  g_notification_set_default_action (notification, "app.show");
  g_application_send_notification (g_application_get_default (), "copy", notification);
}

/* It failed, or stopped at a password that was changed meanwhile. */
static gboolean
needs_person (const HaulReport *report)
{
  g_autoptr (HaulErrorText) text = report->error == NULL ? NULL : haul_error_text_new (report->error);

  return text != NULL && (report->verdict == HAUL_VERDICT_FAILED || text->field == HAUL_FIELD_PASSWORD);
}

/* What ended the run decides the page: a thing that a person can mend, or the verdict. */
static void
show_end (HaulPageCopying *self, HaulReport *report)
{
  HaulWizardPage *page = HAUL_WIZARD_PAGE (self);
  HaulWizardState *state = haul_wizard_page_get_state (page);

  if (report != NULL && needs_person (report))
    haul_wizard_state_take_error (state, g_error_copy (report->error));
  if (state->error != NULL)
    {
      g_autoptr (HaulErrorText) text = haul_error_text_new (state->error);

      notify_desktop (self, _ ("Copying mail needs your attention"), text->sentence);
      haul_wizard_page_announce (page, text->sentence);
      haul_wizard_page_go (page, "trouble");
      return;
    }
  if (report->verdict != HAUL_VERDICT_STOPPED)
    {
      g_autofree char *verdict = haul_report_dup_verdict (report);

      notify_desktop (self, _ ("Copying mail is finished"), verdict);
    }
  haul_wizard_page_go (page, "done");
}

static void
stop_watching (HaulPageCopying *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->inhibited != 0)
    gtk_application_uninhibit (GTK_APPLICATION (g_application_get_default ()), self->inhibited);
  self->inhibited = 0;
  if (self->dialog != NULL)
    gtk_widget_destroy (self->dialog);
}

static void
on_finished (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageCopying) self = user_data;
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  GError *error = NULL;
  HaulReport *report = haul_engine_run_finish (HAUL_ENGINE (source), result, &error);

  if (self->tree != NULL && !self->is_stopping)
    on_tick (self);
  stop_watching (self);
  g_clear_object (&self->engine);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&state->report, haul_report_free);
  state->report = report;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && report == NULL)
    {
      /* Stopped before there was anything to report. */
      g_clear_error (&error);
      haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "ready");
    }
  else
    {
      haul_wizard_state_take_error (state, error);
      show_end (self, report);
    }
  if (self->closes)
    gtk_widget_destroy (gtk_widget_get_toplevel (GTK_WIDGET (self)));
  g_application_release (g_application_get_default ());
}

static void
set_paused (HaulPageCopying *self, gboolean is_paused)
{
  self->is_paused = is_paused;
  haul_engine_set_paused (self->engine, is_paused);
  haul_wizard_page_set_back_label (HAUL_WIZARD_PAGE (self), is_paused ? _ ("_Go On") : _ ("_Pause"));
}

/**
 * haul_page_copying_toggle_pause:
 * @self: the page
 */
void
haul_page_copying_toggle_pause (HaulPageCopying *self)
{
  if (self->engine != NULL && !self->is_stopping)
    set_paused (self, !self->is_paused);
}

static void
shown (HaulWizardPage *page)
{
  HaulPageCopying *self = HAUL_PAGE_COPYING (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);
  g_autofree char *state_dir = haul_jobs_dup_state_dir ();

  g_clear_pointer (&self->plan, haul_plan_unref);
  self->plan = haul_plan_ref (state->plan);
  g_free (self->shown_counts);
  self->shown_counts = g_new0 (HaulCounts, MAX (self->plan->folders->len, 1));
  self->engine = haul_engine_new (state->account, self->plan, state_dir);
  haul_engine_set_removes_strangers (self->engine, state->removes_strangers);
  self->cancellable = g_cancellable_new ();
  self->is_stopping = self->closes = FALSE;
  self->phase = HAUL_PHASE_IDLE;
  state->returns_to_copy = FALSE;
  haul_wizard_state_take_error (state, NULL);
  gtk_progress_bar_set_fraction (self->bar, 0);
  fill_rows (self);
  set_paused (self, FALSE);
  haul_wizard_page_set_complete (page, TRUE);
  self->inhibited = gtk_application_inhibit (GTK_APPLICATION (g_application_get_default ()),
                                             GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))),
                                             GTK_APPLICATION_INHIBIT_LOGOUT | GTK_APPLICATION_INHIBIT_SUSPEND,
                                             _ ("Mail is being copied to the server"));
  self->timer = g_timeout_add (SNAPSHOT_MS, on_tick, self);
  g_application_hold (g_application_get_default ());
  haul_engine_run_async (self->engine, self->cancellable, on_finished, g_object_ref (self));
}

static void
stop (HaulPageCopying *self)
{
  self->is_stopping = TRUE;
  haul_wizard_page_set_complete (HAUL_WIZARD_PAGE (self), FALSE);
  haul_engine_set_paused (self->engine, FALSE);
  g_cancellable_cancel (self->cancellable);
}

static void
on_stop_response (GtkDialog *dialog, int response, HaulPageCopying *self)
{
  self->dialog = NULL;
  gtk_widget_destroy (GTK_WIDGET (dialog));
  if (response == GTK_RESPONSE_ACCEPT && self->engine != NULL)
    stop (self);
}

static void
on_close_response (GtkDialog *dialog, int response, HaulPageCopying *self)
{
  self->dialog = NULL;
  gtk_widget_destroy (GTK_WIDGET (dialog));
  if (self->engine == NULL)
    return;
  if (response == GTK_RESPONSE_ACCEPT)
    {
      self->closes = TRUE;
      stop (self);
    }
  else if (response == GTK_RESPONSE_NO)
    gtk_widget_hide (gtk_widget_get_toplevel (GTK_WIDGET (self)));
}

static void
on_dialog_destroyed (GtkWidget *dialog, HaulPageCopying *self)
{
  self->dialog = NULL;
}

static GtkWidget *
new_question (HaulPageCopying *self, const char *question, const char *explanation)
{
  GtkWidget *dialog = gtk_message_dialog_new (GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))),
                                              GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_QUESTION,
                                              GTK_BUTTONS_NONE, "%s", question);

  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (dialog), "%s", explanation);
  gtk_window_set_title (GTK_WINDOW (dialog), question);
  g_signal_connect_object (dialog, "destroy", G_CALLBACK (on_dialog_destroyed), self, 0);
  return dialog;
}

static void
show_question (HaulPageCopying *self, GtkWidget *dialog, GCallback callback)
{
  self->dialog = dialog;
  g_signal_connect_object (dialog, "response", callback, self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/**
 * haul_page_copying_ask_to_close:
 * @self: the page
 *
 * Asks what closing the window means while mail is being copied.
 *
 * Returns: whether the window stays until that is answered
 */
gboolean
haul_page_copying_ask_to_close (HaulPageCopying *self)
{
  GtkWidget *dialog;

  if (self->engine == NULL)
    return FALSE;
  if (self->dialog != NULL)
    return TRUE;
  dialog = new_question (self, _ ("Mail is still being copied"),
                         _ ("If you stop, what is already copied stays on the server, and you can go on later."));
  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Stop; I Will Go On Later"),
                          GTK_RESPONSE_ACCEPT, _ ("_Keep Going in the Background"), GTK_RESPONSE_NO, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_NO);
  show_question (self, dialog, G_CALLBACK (on_close_response));
  return TRUE;
}

static void
apply (HaulWizardPage *page, GCancellable *cancellable)
{
  HaulPageCopying *self = HAUL_PAGE_COPYING (page);
  GtkWidget *dialog, *button;

  haul_wizard_page_apply_complete (page, FALSE);
  if (self->engine == NULL || self->dialog != NULL)
    return;
  dialog = new_question (self, _ ("Stop copying?"),
                         _ ("What is already copied stays on the server, and you can go on later."));
  gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Keep Copying"), GTK_RESPONSE_CANCEL);
  button = gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Stop"), GTK_RESPONSE_ACCEPT);
  gtk_style_context_add_class (gtk_widget_get_style_context (button), "destructive-action");
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  show_question (self, dialog, G_CALLBACK (on_stop_response));
}

static gboolean
back (HaulWizardPage *page)
{
  haul_page_copying_toggle_pause (HAUL_PAGE_COPYING (page));
  return TRUE;
}

static void
dispose (GObject *object)
{
  HaulPageCopying *self = HAUL_PAGE_COPYING (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  G_OBJECT_CLASS (haul_page_copying_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  HaulPageCopying *self = HAUL_PAGE_COPYING (object);

  g_clear_pointer (&self->plan, haul_plan_unref);
  g_free (self->shown_counts);
  G_OBJECT_CLASS (haul_page_copying_parent_class)->finalize (object);
}

static void
haul_page_copying_class_init (HaulPageCopyingClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  page_class->name = "copying";
  page_class->next_is_plain = TRUE;
  page_class->shown = shown;
  page_class->apply = apply;
  page_class->back = back;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-copying.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageCopying, bar);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCopying, numbers);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCopying, state_line);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCopying, waiting);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCopying, waiting_sentence);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCopying, waiting_words);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCopying, try_now);
  gtk_widget_class_bind_template_callback (widget_class, on_try_now_clicked);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCopying, missing);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCopying, tree);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCopying, rows);
}

static void
haul_page_copying_init (HaulPageCopying *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
