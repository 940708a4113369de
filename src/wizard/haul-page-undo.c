/* haul-page-undo.c - page: take back what a job copied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * It asks, says how many, shows how far it is, and what came of it.
 *
 * Thread:  main; the undo has its own, and what is in the journal is counted on another.
 */
#include "wizard/haul-page-undo.h"

#include "base/haul-migrate-error.h"
#include "migrate/haul-undo.h"
#include "report/haul-wait-text.h"
#include "wizard/haul-wizard-text.h"
#include "wizard/haul-wizard-thread.h"

#include <glib/gi18n.h>

#define SNAPSHOT_MS 200
#define ROWS_MAX 5000

enum
{
  COLUMN_FOLDER,
  COLUMN_DATE,
  COLUMN_SIZE,
  COLUMN_REASON,
};

typedef enum
{
  MODE_ASK,
  MODE_WORK,
  MODE_BROKEN, /* stopped, or ended by an error: it can go on */
  MODE_DONE,
} Mode;

struct _HaulPageUndo
{
  HaulWizardPage parent_instance;
  GtkImage *icon;
  GtkLabel *sentence;
  GtkLabel *advice;
  GtkWidget *working;
  GtkProgressBar *bar;
  GtkLabel *numbers;
  GtkLabel *folders;
  GtkWidget *table;
  GtkLabel *table_title;
  GtkLabel *more_label;
  GtkTreeView *tree;
  GtkListStore *rows;
  GtkWidget *new_button;
  HaulUndo *undo;            /* (owned) (nullable) while it runs */
  GCancellable *cancellable; /* (owned) (nullable) */
  Mode mode;
  guint timer;
  gboolean closes; /* the window goes when the undo has ended */
};

G_DEFINE_TYPE (HaulPageUndo, haul_page_undo, HAUL_TYPE_WIZARD_PAGE)

static void
set_mode (HaulPageUndo *self, Mode mode)
{
  static const struct
  {
    const char *title;
    const char *next;
    const char *back;
    const char *icon;
  } looks[] = {
    [MODE_ASK] = { N_ ("Take it back?"), N_ ("_Take Back"), N_ ("_Back"), "dialog-question-symbolic" },
    [MODE_WORK] = { N_ ("Taking back"), N_ ("_Stop"), NULL, "edit-undo-symbolic" },
    [MODE_BROKEN] = { N_ ("Not all is taken back"), N_ ("_Go On"), N_ ("_Back"), "dialog-warning-symbolic" },
    [MODE_DONE] = { N_ ("Taken back"), N_ ("_Close"), NULL, "emblem-ok-symbolic" },
  };
  HaulWizardPage *page = HAUL_WIZARD_PAGE (self);

  self->mode = mode;
  haul_wizard_page_set_title (page, _ (looks[mode].title));
  haul_wizard_page_set_next_label (page, _ (looks[mode].next));
  haul_wizard_page_set_back_label (page, looks[mode].back == NULL ? NULL : _ (looks[mode].back));
  gtk_image_set_from_icon_name (self->icon, looks[mode].icon, GTK_ICON_SIZE_DND);
  gtk_widget_set_visible (self->working, mode == MODE_WORK);
  gtk_widget_set_visible (self->new_button, mode == MODE_DONE);
  haul_wizard_page_set_complete (page, TRUE);
}

static void
say (HaulPageUndo *self, const char *sentence, const char *advice)
{
  gtk_label_set_text (self->sentence, sentence);
  gtk_label_set_text (self->advice, advice == NULL ? "" : advice);
  gtk_widget_set_visible (GTK_WIDGET (self->advice), advice != NULL);
  haul_wizard_page_announce (HAUL_WIZARD_PAGE (self), sentence);
}

static void
say_error (HaulPageUndo *self, const GError *error)
{
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  say (self, text->sentence, text->advice);
}

/* Of the report before, or one whose taking back broke off and is gone on with. */
static const char *
get_job (const HaulWizardState *state)
{
  return state->report != NULL ? state->report->job : state->job->id;
}

static HaulUndo *
new_undo (HaulPageUndo *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  g_autofree char *state_dir = haul_jobs_dup_state_dir ();

  return haul_undo_new (state->account, state->server_facts, state_dir, get_job (state));
}

static void
count (GTask *task, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  guint64 messages;

  if (haul_undo_count (task_data, &messages, &error))
    g_task_return_int (task, (gssize)MIN (messages, G_MAXSSIZE));
  else
    g_task_return_error (task, error);
}

static void
on_counted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageUndo) self = user_data;
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  g_autoptr (GError) error = NULL;
  gssize messages = g_task_propagate_int (G_TASK (result), &error);
  g_autofree char *number = messages < 0 ? NULL : haul_wizard_text_dup_messages ((guint64)messages);
  g_autofree char *text = NULL;

  g_application_release (g_application_get_default ());
  if (self->tree == NULL || self->mode != MODE_ASK) /* the window is gone */
    return;
  if (error != NULL)
    {
      say_error (self, error);
      return;
    }
  if (messages == 0)
    {
      say (self, _ ("There is nothing of this job on the server to take back."), NULL);
      return;
    }
  /* Translators: “8,311 messages”, user, server. */
  text = g_strdup_printf (_ ("%s that Mailhaul copied will be removed from the mailbox of %s on %s."), number,
                          state->account->user, state->account->endpoint->host);
  say (self, text,
       _ ("Only what Mailhaul copied goes, and only where nobody changed it since. What was in the mailbox before, and "
          "what arrived there in other ways, stays. Each message is compared once more before it is removed. Nothing "
          "is changed on this computer, so you can copy again later."));
  haul_wizard_page_set_complete (HAUL_WIZARD_PAGE (self), TRUE);
}

static void
shown (HaulWizardPage *page)
{
  HaulPageUndo *self = HAUL_PAGE_UNDO (page);
  const HaulServer *server = haul_wizard_page_get_state (page)->server_facts;

  set_mode (self, MODE_ASK);
  haul_wizard_page_set_complete (page, FALSE);
  gtk_widget_hide (self->table);
  gtk_widget_hide (GTK_WIDGET (self->folders));
  if (!server->has_uidplus)
    {
      g_autoptr (GError) error = g_error_new_literal (HAUL_MIGRATE_ERROR, HAUL_MIGRATE_ERROR_NO_UNDO, "");
      say_error (self, error);
      return;
    }
  say (self, _ ("Looking at what was copied"), NULL);
  GTask *task = g_task_new (NULL, NULL, on_counted, g_object_ref (self));
  g_application_hold (g_application_get_default ());
  g_task_set_task_data (task, new_undo (self), g_object_unref);
  haul_wizard_thread_run (task, "count", count);
}

static gboolean
on_tick (gpointer user_data)
{
  HaulPageUndo *self = user_data;
  HaulProgressSnapshot now;

  haul_progress_get_snapshot (haul_undo_get_progress (self->undo), &now);
  guint64 done = now.all.copied + now.all.failed;
  g_autofree char *numbers = haul_wizard_text_dup_progress (done, now.messages_total);
  g_autofree char *waiting = now.wait_until == 0 ? NULL : haul_wait_text_dup (now.wait_reason, now.wait_until);

  gtk_progress_bar_set_fraction (self->bar, now.messages_total == 0 ? 0 : (double)done / (double)now.messages_total);
  gtk_label_set_text (self->numbers, now.phase == HAUL_PHASE_WAITING && waiting != NULL ? waiting
                                     : now.messages_total == 0                          ? _ ("Connecting to the server")
                                                                                        : numbers);
  return G_SOURCE_CONTINUE;
}

static void
fill_table (HaulPageUndo *self, const HaulUndoReport *report)
{
  gtk_tree_view_set_model (self->tree, NULL);
  gtk_list_store_clear (self->rows);
  for (guint i = 0; i < MIN (report->left->len, ROWS_MAX); i++)
    {
      const HaulUndoLine *line = report->left->pdata[i];
      g_autofree char *date = haul_wizard_text_dup_day (line->date);
      g_autofree char *size = haul_wizard_text_dup_size (line->bytes);

      gtk_list_store_insert_with_values (self->rows, NULL, -1, COLUMN_FOLDER, line->mailbox, COLUMN_DATE, date,
                                         COLUMN_SIZE, size, COLUMN_REASON, line->text, -1);
    }
  gtk_tree_view_set_model (self->tree, GTK_TREE_MODEL (self->rows));
  gtk_widget_set_visible (self->table, report->left->len > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->more_label), report->left->len > ROWS_MAX);
}

static void
show_folders (HaulPageUndo *self, const HaulUndoReport *report)
{
  g_ptr_array_add (report->mailboxes, NULL);
  g_autofree char *names = g_strjoinv (", ", (char **)report->mailboxes->pdata);
  /* Translators: names of folders. */
  g_autofree char *text = g_strdup_printf (_ ("Empty folders that Mailhaul had made were deleted: %s"), names);

  gtk_label_set_text (self->folders, text);
  gtk_widget_set_visible (GTK_WIDGET (self->folders), *names != 0);
}

static void
show_report (HaulPageUndo *self, const HaulUndoReport *report)
{
  g_autofree char *verdict = haul_undo_report_dup_verdict (report);
  gboolean is_over = report->verdict == HAUL_VERDICT_COMPLETE || report->verdict == HAUL_VERDICT_NOT_ALL;
  g_autoptr (HaulErrorText) text = report->error == NULL ? NULL : haul_error_text_new (report->error);

  set_mode (self, is_over ? MODE_DONE : MODE_BROKEN);
  say (self, verdict,
       is_over        ? NULL
       : text == NULL ? _ ("What is taken back is gone; you can go on at any time.")
                      : text->advice);
  fill_table (self, report);
  show_folders (self, report);
}

static void
on_finished (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageUndo) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulUndoReport) report = haul_undo_run_finish (HAUL_UNDO (source), result, &error);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->undo);
  g_clear_object (&self->cancellable);
  if (self->tree != NULL && report != NULL)
    show_report (self, report);
  else if (self->tree != NULL)
    {
      set_mode (self, MODE_BROKEN);
      say_error (self, error);
    }
  if (self->closes && self->tree != NULL)
    gtk_widget_destroy (gtk_widget_get_toplevel (GTK_WIDGET (self)));
  g_application_release (g_application_get_default ());
}

static void
start (HaulPageUndo *self)
{
  set_mode (self, MODE_WORK);
  say (self, _ ("The messages are being taken back."), _ ("You can stop at any time and go on later."));
  gtk_widget_hide (self->table);
  self->undo = new_undo (self);
  self->cancellable = g_cancellable_new ();
  self->closes = FALSE;
  self->timer = g_timeout_add (SNAPSHOT_MS, on_tick, self);
  on_tick (self);
  g_application_hold (g_application_get_default ());
  haul_undo_run_async (self->undo, self->cancellable, on_finished, g_object_ref (self));
}

/* Next reads Take Back, Stop, Go On or Close. */
static void
apply (HaulWizardPage *page, GCancellable *cancellable)
{
  HaulPageUndo *self = HAUL_PAGE_UNDO (page);

  haul_wizard_page_apply_complete (page, FALSE);
  switch (self->mode)
    {
    case MODE_WORK:
      haul_wizard_page_set_complete (page, FALSE);
      g_cancellable_cancel (self->cancellable);
      break;
    case MODE_DONE:
      g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "quit", NULL);
      break;
    default:
      start (self);
    }
}

/* There is no way back while it works, and none to a report that is not true any more. */
static gboolean
back (HaulWizardPage *page)
{
  Mode mode = HAUL_PAGE_UNDO (page)->mode;

  if (mode == MODE_WORK || mode == MODE_DONE)
    return TRUE;
  if (haul_wizard_page_get_state (page)->report != NULL)
    return FALSE;
  haul_wizard_page_go (page, "goon");
  return TRUE;
}

/**
 * haul_page_undo_end_to_close:
 * @self: the page
 *
 * Ends the work in order; the window goes when that is done.
 *
 * Returns: whether there is something to end
 */
gboolean
haul_page_undo_end_to_close (HaulPageUndo *self)
{
  if (self->undo == NULL)
    return FALSE;
  self->closes = TRUE;
  haul_wizard_page_set_complete (HAUL_WIZARD_PAGE (self), FALSE);
  g_cancellable_cancel (self->cancellable);
  return TRUE;
}

static void
on_new_clicked (GtkButton *button, HaulPageUndo *self)
{
  haul_wizard_state_forget_work (haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self)));
  haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "stores");
}

static void
haul_page_undo_class_init (HaulPageUndoClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  page_class->name = "undo";
  page_class->previous = "done";
  page_class->next_is_plain = TRUE;
  page_class->shown = shown;
  page_class->apply = apply;
  page_class->back = back;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-undo.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, icon);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, sentence);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, advice);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, working);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, bar);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, numbers);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, folders);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, table);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, table_title);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, more_label);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, tree);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, rows);
  gtk_widget_class_bind_template_child (widget_class, HaulPageUndo, new_button);
  gtk_widget_class_bind_template_callback (widget_class, on_new_clicked);
}

static void
haul_page_undo_init (HaulPageUndo *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
