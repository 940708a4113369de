/* haul-page-done.c - page: the verdict, and every message that was not copied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; a report is written asynchronously.
 */
#include "wizard/haul-page-done.h"

#include "account/haul-keyring.h"
#include "report/haul-report-form.h"
#include "report/haul-report-words.h"
#include "wizard/haul-wizard-text.h"

#include <glib/gi18n.h>
#include <string.h>

/* More rows help nobody; the report has them all. */
#define ROWS_MAX 5000

enum
{
  COLUMN_FOLDER,
  COLUMN_DATE,
  COLUMN_SIZE,
  COLUMN_REASON,
};

struct _HaulPageDone
{
  HaulWizardPage parent_instance;
  GtkImage *icon;
  GtkLabel *verdict;
  GtkLabel *changed; /* how many went up in another form */
  GtkLabel *rung;
  GtkLabel *advice;
  GtkLabel *counts;
  GtkWidget *table;
  GtkLabel *table_title;
  GtkLabel *reason; /* the whole reason of the row the cursor is on, for which the column is too narrow */
  GtkLabel *more_label;
  GtkTreeView *tree;
  GtkListStore *rows;
  GtkWidget *buttons;
  GtkWidget *again_button;
  GtkWidget *save_button;
  GtkWidget *more_button;
  GtkWidget *undo_button;
  GtkWidget *forget_button;
  GtkFileChooserNative *chooser; /* (owned) (nullable) */
};

G_DEFINE_TYPE (HaulPageDone, haul_page_done, HAUL_TYPE_WIZARD_PAGE)

static void
add_row (HaulPageDone *self, const HaulReport *report, const HaulReportMessage *message)
{
  const HaulReportFolder *folder
      = message->folder < report->folders->len ? g_ptr_array_index (report->folders, message->folder) : NULL;
  g_autofree char *date = haul_wizard_text_dup_day (message->date);
  g_autofree char *reason = haul_report_message_dup_reason (message);
  g_autofree char *text = message->advice == NULL ? g_strdup (reason) : g_strjoin (" ", reason, message->advice, NULL);
  g_autofree char *size = message->bytes == 0 ? g_strdup ("") : haul_wizard_text_dup_size (message->bytes);

  gtk_list_store_insert_with_values (self->rows, NULL, -1, COLUMN_FOLDER, folder == NULL ? "" : folder->path,
                                     COLUMN_DATE, date, COLUMN_SIZE, size, COLUMN_REASON, text, -1);
}

static guint
add_rows (HaulPageDone *self, const HaulReport *report, HaulOutcome outcome, guint room)
{
  guint n = 0;

  for (guint i = 0; i < report->messages->len; i++)
    {
      const HaulReportMessage *message = g_ptr_array_index (report->messages, i);

      if (message->outcome != outcome)
        continue;
      if (n < room)
        add_row (self, report, message);
      n++;
    }
  return n;
}

static void
show_reason (HaulPageDone *self)
{
  GtkTreePath *path = NULL;
  GtkTreeIter iter;
  g_autofree char *reason = NULL;

  gtk_tree_view_get_cursor (self->tree, &path, NULL);
  if (path != NULL && gtk_tree_model_get_iter (GTK_TREE_MODEL (self->rows), &iter, path))
    gtk_tree_model_get (GTK_TREE_MODEL (self->rows), &iter, COLUMN_REASON, &reason, -1);
  gtk_tree_path_free (path);
  gtk_label_set_text (self->reason, reason == NULL ? "" : reason);
  gtk_widget_set_visible (GTK_WIDGET (self->reason), reason != NULL);
}

static void
on_cursor_changed (GtkTreeView *tree, HaulPageDone *self)
{
  if (self->reason != NULL) /* else the window is gone */
    show_reason (self);
}

/* What went up in another form than it has here is told before anybody opens the report. */
static void
show_changed (HaulPageDone *self, const HaulReport *report)
{
  static const char *const codes[] = { "repaired", "carried", NULL };
  guint n = 0;

  for (guint i = 0; i < report->messages->len; i++)
    {
      const HaulReportMessage *message = g_ptr_array_index (report->messages, i);

      n += message->outcome == HAUL_OUTCOME_COPIED && g_strv_contains (codes, message->code);
    }
  g_autofree char *number = haul_wizard_text_dup_number (n);
  g_autofree char *text
      = g_strdup_printf (ngettext ("%s of them was changed so that the mail server takes it; the report names it.",
                                   "%s of them were changed so that the mail server takes them; the report names each.",
                                   (gulong)n),
                         number);
  gtk_label_set_text (self->changed, text);
  gtk_widget_set_visible (GTK_WIDGET (self->changed), n > 0);
}

/* What failed comes first: it is what a person has to think about. */
static void
fill_table (HaulPageDone *self, const HaulReport *report)
{
  guint n;

  gtk_tree_view_set_model (self->tree, NULL);
  gtk_list_store_clear (self->rows);
  n = add_rows (self, report, HAUL_OUTCOME_FAILED, ROWS_MAX);
  n += add_rows (self, report, HAUL_OUTCOME_SKIPPED, n < ROWS_MAX ? ROWS_MAX - n : 0);
  gtk_tree_view_set_model (self->tree, GTK_TREE_MODEL (self->rows));
  if (n > 0)
    {
      g_autoptr (GtkTreePath) first = gtk_tree_path_new_first ();
      gtk_tree_view_set_cursor (self->tree, first, NULL, FALSE);
    }
  show_reason (self);
  gtk_label_set_label (self->table_title, report->verdict == HAUL_VERDICT_COMPLETE
                                              ? _ ("_Left out, because it is deleted, junk or not chosen")
                                              : _ ("Messages that were _not copied"));
  gtk_widget_set_visible (self->table, n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->more_label), n > ROWS_MAX);
}

static void
add_count (GString *text, guint64 count, const char *one, const char *many)
{
  g_autofree char *number = haul_wizard_text_dup_number (count);

  if (count == 0)
    return;
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append_printf (text, "%s %s", number, ngettext (one, many, (gulong)count));
}

static char *
dup_counts (const HaulCounts *counts, gboolean goes_on)
{
  const char *skipped = goes_on ? N_ ("left out or not reached yet") : N_ ("left out");
  GString *text = g_string_new (NULL);

  add_count (text, counts->copied, N_ ("copied"), N_ ("copied"));
  add_count (text, counts->present, N_ ("was there before"), N_ ("were there before"));
  add_count (text, counts->skipped, skipped, skipped);
  add_count (text, counts->failed, N_ ("not copied"), N_ ("not copied"));
  return g_string_free (text, FALSE);
}

static const char *
get_title (HaulVerdict verdict)
{
  switch (verdict)
    {
    case HAUL_VERDICT_COMPLETE:
      return _ ("Done");
    case HAUL_VERDICT_NOT_ALL:
      return _ ("Done, but not all");
    case HAUL_VERDICT_STOPPED:
      return _ ("Stopped");
    default:
      return _ ("Not finished");
    }
}

static const char *
get_icon (HaulVerdict verdict)
{
  switch (verdict)
    {
    case HAUL_VERDICT_COMPLETE:
      return "emblem-ok-symbolic";
    case HAUL_VERDICT_STOPPED:
      return "media-playback-pause-symbolic";
    default:
      return "dialog-warning-symbolic";
    }
}

static void
shown (HaulWizardPage *page)
{
  HaulPageDone *self = HAUL_PAGE_DONE (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);
  const HaulReport *report = state->report;
  g_autofree char *verdict = haul_report_dup_verdict (report);
  gboolean goes_on = report->verdict == HAUL_VERDICT_STOPPED || report->verdict == HAUL_VERDICT_FAILED;
  g_autofree char *counts = dup_counts (&report->all, goes_on);
  const char *rung = haul_report_words_describe_rung (report->rung);

  haul_wizard_page_set_title (page, get_title (report->verdict));
  haul_wizard_page_set_back_label (page, state->plan == NULL ? _ ("_Back") : NULL);
  gtk_image_set_from_icon_name (self->icon, get_icon (report->verdict), GTK_ICON_SIZE_DND);
  gtk_label_set_text (self->verdict, verdict);
  gtk_label_set_text (self->advice,
                      goes_on ? _ ("You can go on at any time; nothing is copied twice.")
                              : _ ("Nothing was changed or deleted on this computer. Look at your mail on the server "
                                   "before you delete anything here."));
  gtk_label_set_text (self->counts, counts);
  gtk_label_set_text (self->rung, rung == NULL ? "" : rung);
  gtk_widget_set_visible (GTK_WIDGET (self->rung), rung != NULL);
  gtk_widget_set_visible (self->again_button, report->verdict != HAUL_VERDICT_COMPLETE && state->plan != NULL);
  haul_wizard_page_set_complete (page, TRUE);
  gtk_button_set_label (GTK_BUTTON (self->again_button), goes_on ? _ ("_Go On Copying") : _ ("_Try Again"));
  gtk_widget_set_visible (self->more_button, state->server_facts != NULL);
  gtk_widget_set_visible (self->undo_button, state->server_facts != NULL && report->job != NULL && *report->job != 0);
  gtk_widget_set_visible (self->forget_button, state->is_in_keyring && state->account != NULL);
  show_changed (self, report);
  fill_table (self, report);
  gtk_widget_grab_focus (gtk_widget_get_visible (self->again_button) ? self->again_button : self->save_button);
  haul_wizard_page_announce (page, verdict);
}

static void
on_again_clicked (GtkButton *button, HaulPageDone *self)
{
  haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "copying");
}

static void
on_more_clicked (GtkButton *button, HaulPageDone *self)
{
  haul_wizard_state_forget_work (haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self)));
  haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "stores");
}

static void
on_undo_clicked (GtkButton *button, HaulPageDone *self)
{
  haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "undo");
}

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageDone) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = haul_keyring_clear_finish (result, &error);

  g_application_release (g_application_get_default ());
  if (self->forget_button == NULL)
    return;
  haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self))->is_in_keyring = !ok;
  gtk_widget_set_visible (self->forget_button, !ok);
  haul_wizard_page_note (HAUL_WIZARD_PAGE (self),
                         ok ? _ ("The password was removed from the keyring.") : error->message);
}

static void
on_forget_clicked (GtkButton *button, HaulPageDone *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));

  g_application_hold (g_application_get_default ());
  haul_keyring_clear_async (state->account, NULL, on_forgotten, g_object_ref (self));
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageDone) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_parse_name (G_FILE (source));
  g_autofree char *text = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    text = g_strdup_printf (_ ("The report was saved as %s."), name);
  else
    text = g_strdup_printf (_ ("The report was not saved: %s"), error->message);
  g_application_release (g_application_get_default ());
  if (self->tree != NULL)
    haul_wizard_page_note (HAUL_WIZARD_PAGE (self), text);
}

static void
save (HaulPageDone *self, GFile *file)
{
  const HaulReport *report = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self))->report;
  g_autofree char *name = g_file_get_basename (file);
  char *text = haul_report_form_write (report, haul_report_form_from_name (name));
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  g_application_hold (g_application_get_default ());
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, on_saved,
                                       g_object_ref (self));
}

static void
on_chosen (GtkNativeDialog *dialog, int response, HaulPageDone *self)
{
  g_autoptr (GFile) file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  if (file != NULL)
    save (self, file);
  g_clear_object (&self->chooser);
}

static void
on_save_clicked (GtkButton *button, HaulPageDone *self)
{
  if (self->chooser != NULL)
    return;
  self->chooser
      = gtk_file_chooser_native_new (_ ("Save the report"), GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))),
                                     GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), _ ("Mailhaul report.html"));
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* There is a way back from a report that was only looked at, none from a copy that was made. */
static gboolean
back (HaulWizardPage *page)
{
  return haul_wizard_page_get_state (page)->plan != NULL;
}

/* Next reads Close. */
static void
apply (HaulWizardPage *page, GCancellable *cancellable)
{
  haul_wizard_page_apply_complete (page, FALSE);
  g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "quit", NULL);
}

static void
dispose (GObject *object)
{
  g_clear_object (&HAUL_PAGE_DONE (object)->chooser);
  G_OBJECT_CLASS (haul_page_done_parent_class)->dispose (object);
}

static void
haul_page_done_class_init (HaulPageDoneClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  page_class->name = "done";
  page_class->previous = "goon";
  page_class->back = back;
  page_class->shown = shown;
  page_class->apply = apply;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-done.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, icon);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, verdict);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, rung);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, changed);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, reason);
  gtk_widget_class_bind_template_callback (widget_class, on_cursor_changed);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, advice);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, counts);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, table);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, table_title);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, more_label);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, tree);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, rows);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, buttons);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, again_button);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, save_button);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, more_button);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, undo_button);
  gtk_widget_class_bind_template_child (widget_class, HaulPageDone, forget_button);
  gtk_widget_class_bind_template_callback (widget_class, on_again_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_more_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_undo_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_forget_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_save_clicked);
}

/* The row's own cell for each button: it takes no room and no keyboard of its own. */
static void
bind_visible (GtkWidget *cell, gpointer user_data)
{
  gtk_widget_set_can_focus (cell, FALSE);
  g_object_bind_property (gtk_bin_get_child (GTK_BIN (cell)), "visible", cell, "visible", G_BINDING_SYNC_CREATE);
}

static void
haul_page_done_init (HaulPageDone *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_container_foreach (GTK_CONTAINER (self->buttons), bind_visible, NULL);
}
