/* haul-page-folders.c - page: what goes where
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; plans are made on a thread. The table always shows a plan of all folders; which of them a person left
 *          out is kept beside it and becomes part of the plan with Next.
 */
#include "wizard/haul-page-folders.h"

#include "base/haul-repair.h"
#include "wizard/haul-wizard-text.h"

#include <glib/gi18n.h>

enum
{
  COLUMN_ON,
  COLUMN_CAN, /* whether a person may choose it */
  COLUMN_FROM,
  COLUMN_TO,
  COLUMN_MESSAGES,
  COLUMN_SIZE,
  COLUMN_NOTE,
  COLUMN_DISPLAY, /* the folder's display path, the key of the choices */
  COLUMN_PROGRAM,
};

static const struct
{
  HaulRepair repair;
  const char *text;
} repair_texts[] = {
  { HAUL_REPAIR_FINAL_CRLF, N_ ("Add the line end that the last line lacks") },
  { HAUL_REPAIR_FROM_LINE, N_ ("Make a field of a first line “From …”") },
  { HAUL_REPAIR_HEADER_8BIT, N_ ("Encode umlauts and the like in the header") },
  { HAUL_REPAIR_NUL, N_ ("Leave out or encode zero octets") },
  { HAUL_REPAIR_LONG_LINES, N_ ("Encode what has very long lines") },
  { HAUL_REPAIR_CARRIER, N_ ("What is still refused: attach it, unchanged, to a small message") },
};

struct _HaulPageFolders
{
  HaulWizardPage parent_instance;
  GtkToggleButton *into_check;
  GtkEntry *into_entry;
  GtkToggleButton *junk_check;
  GtkToggleButton *trash_check;
  GtkBox *refusals; /* a check button each of `repair_texts` */
  GtkLabel *problem;
  GtkTreeView *tree;
  GtkListStore *rows;
  GtkLabel *note; /* the whole note of the row the cursor is on; the column may be too narrow for it */
  GtkTreeViewColumn *program_column; /* shown where there are several */
  GHashTable *off;                   /* (owned) (element-type utf8) display paths left out */
  GCancellable *cancellable;         /* (owned) (nullable) of the plan that is being made for the table */
};

G_DEFINE_TYPE (HaulPageFolders, haul_page_folders, HAUL_TYPE_WIZARD_PAGE)

static void
show_problem (HaulPageFolders *self, const GError *error)
{
  g_autoptr (HaulErrorText) text = error == NULL ? NULL : haul_error_text_new (error);

  gtk_label_set_text (self->problem, text == NULL ? "" : text->sentence);
  gtk_widget_set_visible (GTK_WIDGET (self->problem), text != NULL);
}

static gboolean
is_on (HaulPageFolders *self, const HaulPlanFolder *folder, const char *display)
{
  return (folder->action == HAUL_PLAN_COPY || folder->action == HAUL_PLAN_SKIP_EMPTY)
         && !g_hash_table_contains (self->off, display);
}

static char *
dup_note (const HaulPlanFolder *folder)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);

  if (folder->action == HAUL_PLAN_SKIP_TRASH)
    g_ptr_array_add (notes, g_strdup (_ ("Deleted mail is skipped")));
  if (folder->action == HAUL_PLAN_SKIP_JUNK)
    g_ptr_array_add (notes, g_strdup (_ ("Junk mail is skipped")));
  if (folder->folder->problem != NULL)
    g_ptr_array_add (notes, g_strdup (folder->folder->problem));
  if (folder->folder->deleted > 0 && folder->action == HAUL_PLAN_COPY)
    {
      g_autofree char *number = haul_wizard_text_dup_number ((guint64)folder->folder->deleted);

      g_ptr_array_add (notes, g_strdup_printf (ngettext ("%s is marked deleted", "%s are marked deleted",
                                                         (gulong)folder->folder->deleted),
                                               number));
    }
  if (folder->note != NULL)
    g_ptr_array_add (notes, g_strdup (folder->note));
  g_ptr_array_add (notes, NULL);
  return g_strjoinv (" · ", (char **)notes->pdata);
}

static void
set_row (HaulPageFolders *self, GtkTreeIter *iter, const HaulPlanFolder *folder)
{
  g_autofree char *display = haul_folder_dup_display (folder->folder);
  g_autofree char *messages = haul_wizard_text_dup_number ((guint64)MAX (folder->folder->messages, 0));
  g_autofree char *size = haul_wizard_text_dup_size ((guint64)MAX (folder->folder->bytes, 0));
  g_autofree char *note = dup_note (folder);
  gboolean can = folder->action == HAUL_PLAN_COPY || folder->action == HAUL_PLAN_SKIP_EMPTY;

  gtk_list_store_set (self->rows, iter, COLUMN_ON, is_on (self, folder, display), COLUMN_CAN, can, -1);
  gtk_list_store_set (self->rows, iter, COLUMN_FROM, display, COLUMN_TO, can ? folder->mailbox_display : "", -1);
  gtk_list_store_set (self->rows, iter, COLUMN_MESSAGES, messages, COLUMN_SIZE, size, COLUMN_NOTE, note, -1);
  gtk_list_store_set (self->rows, iter, COLUMN_DISPLAY, display, COLUMN_PROGRAM, folder->store->program, -1);
}

static void
show_note (HaulPageFolders *self)
{
  GtkTreePath *path = NULL;
  GtkTreeIter iter;
  g_autofree char *from = NULL, *note = NULL, *text = NULL;

  gtk_tree_view_get_cursor (self->tree, &path, NULL);
  if (path != NULL && gtk_tree_model_get_iter (GTK_TREE_MODEL (self->rows), &iter, path))
    gtk_tree_model_get (GTK_TREE_MODEL (self->rows), &iter, COLUMN_FROM, &from, COLUMN_NOTE, &note, -1);
  gtk_tree_path_free (path);
  if (note != NULL && *note != 0)
    text = g_strdup_printf ("%s: %s", from, note);
  gtk_label_set_text (self->note, text == NULL ? "" : text);
  gtk_widget_set_visible (GTK_WIDGET (self->note), text != NULL);
}

static void
on_cursor_changed (GtkTreeView *tree, HaulPageFolders *self)
{
  if (self->note != NULL) /* else the window is gone */
    show_note (self);
}

static void
update_complete (HaulPageFolders *self)
{
  GtkTreeModel *model = GTK_TREE_MODEL (self->rows);
  GtkTreeIter iter;
  gboolean any = FALSE;

  for (gboolean ok = gtk_tree_model_get_iter_first (model, &iter); ok && !any;
       ok = gtk_tree_model_iter_next (model, &iter))
    gtk_tree_model_get (model, &iter, COLUMN_ON, &any, -1);
  haul_wizard_page_set_complete (HAUL_WIZARD_PAGE (self), any);
}

/* Rows are kept where the plan has the same folders, so that the cursor and the scroll position stay. */
static void
show_plan (HaulPageFolders *self, const HaulPlan *plan)
{
  GtkTreeModel *model = GTK_TREE_MODEL (self->rows);
  GtkTreeIter iter;
  gboolean ok;

  if (gtk_tree_model_iter_n_children (model, NULL) != (int)plan->folders->len)
    gtk_list_store_clear (self->rows);
  gtk_tree_view_column_set_visible (self->program_column, haul_wizard_text_has_several_stores (plan));
  ok = gtk_tree_model_get_iter_first (model, &iter);
  for (guint i = 0; i < plan->folders->len; i++)
    {
      if (!ok)
        gtk_list_store_append (self->rows, &iter);
      set_row (self, &iter, haul_plan_get_folder (plan, i));
      if (ok)
        ok = gtk_tree_model_iter_next (model, &iter);
    }
  show_note (self);
  update_complete (self);
}

static void
on_planned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageFolders) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulPlan) plan = haul_wizard_state_plan_finish (result, &error);

  g_application_release (g_application_get_default ());
  if (self->tree == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  show_problem (self, error);
  if (plan != NULL)
    show_plan (self, plan);
  else
    haul_wizard_page_set_complete (HAUL_WIZARD_PAGE (self), FALSE);
}

static void
store_choices (HaulPageFolders *self)
{
  HaulChoices *choices = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self))->choices;
  g_autofree char *into = g_strstrip (g_strdup (gtk_entry_get_text (self->into_entry)));

  g_clear_pointer (&choices->into, g_free);
  if (gtk_toggle_button_get_active (self->into_check) && *into != 0)
    choices->into = g_steal_pointer (&into);
  choices->include_junk = !gtk_toggle_button_get_active (self->junk_check);
  choices->include_deleted = !gtk_toggle_button_get_active (self->trash_check);
  g_ptr_array_set_size (choices->folders, 0);
}

static void
plan_again (HaulPageFolders *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));

  if (state == NULL || state->server_facts == NULL)
    return;
  store_choices (self);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_application_hold (g_application_get_default ());
  haul_wizard_state_plan_async (state, self->cancellable, on_planned, g_object_ref (self));
}

static void
on_refusal_toggled (GtkToggleButton *button, HaulPageFolders *self)
{
  HaulChoices *choices = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self))->choices;
  guint repair = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "repair"));
  gboolean is_on = gtk_toggle_button_get_active (button);

  if (repair == HAUL_REPAIR_CARRIER)
    choices->carrier = is_on;
  else
    choices->repairs = is_on ? choices->repairs | repair : choices->repairs & ~repair;
}

static void
add_refusals (HaulPageFolders *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (repair_texts); i++)
    {
      GtkWidget *button = gtk_check_button_new ();
      GtkWidget *label = gtk_label_new (_ (repair_texts[i].text));

      gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_container_add (GTK_CONTAINER (button), label);
      g_object_set_data (G_OBJECT (button), "repair", GUINT_TO_POINTER (repair_texts[i].repair));
      g_signal_connect_object (button, "toggled", G_CALLBACK (on_refusal_toggled), self, 0);
      gtk_widget_show_all (button);
      gtk_container_add (GTK_CONTAINER (self->refusals), button);
    }
}

/* Another job begins with what is usual. */
static void
show_refusals (HaulPageFolders *self, const HaulChoices *choices)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (self->refusals));
  guint chosen = choices->repairs | (choices->carrier ? HAUL_REPAIR_CARRIER : 0);

  for (GList *child = children; child != NULL; child = child->next)
    if (GTK_IS_TOGGLE_BUTTON (child->data))
      gtk_toggle_button_set_active (child->data,
                                    (chosen & GPOINTER_TO_UINT (g_object_get_data (child->data, "repair"))) != 0);
}

static void
on_choice_changed (GtkWidget *widget, HaulPageFolders *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->into_entry), gtk_toggle_button_get_active (self->into_check));
  plan_again (self);
}

/* Two stores may have a folder of the same path; a choice is by path, so both rows change. */
static void
set_on (HaulPageFolders *self, const char *display, gboolean on)
{
  GtkTreeModel *model = GTK_TREE_MODEL (self->rows);
  GtkTreeIter iter;

  if (on)
    g_hash_table_remove (self->off, display);
  else
    g_hash_table_add (self->off, g_strdup (display));
  for (gboolean ok = gtk_tree_model_get_iter_first (model, &iter); ok; ok = gtk_tree_model_iter_next (model, &iter))
    {
      g_autofree char *other = NULL;
      gboolean can;

      gtk_tree_model_get (model, &iter, COLUMN_DISPLAY, &other, COLUMN_CAN, &can, -1);
      if (can && g_str_equal (other, display))
        gtk_list_store_set (self->rows, &iter, COLUMN_ON, on, -1);
    }
}

static char *
dup_display_at (HaulPageFolders *self, const char *path)
{
  GtkTreeIter iter;
  char *display = NULL;

  if (gtk_tree_model_get_iter_from_string (GTK_TREE_MODEL (self->rows), &iter, path))
    gtk_tree_model_get (GTK_TREE_MODEL (self->rows), &iter, COLUMN_DISPLAY, &display, -1);
  return display;
}

static void
on_toggled (GtkCellRendererToggle *cell, const char *path, HaulPageFolders *self)
{
  g_autofree char *display = dup_display_at (self, path);

  if (display == NULL)
    return;
  set_on (self, display, g_hash_table_contains (self->off, display));
  update_complete (self);
}

static void
on_edited (GtkCellRendererText *cell, const char *path, const char *text, HaulPageFolders *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  g_autofree char *display = dup_display_at (self, path);
  g_autofree char *name = g_strstrip (g_strdup (text));

  if (display == NULL)
    return;
  if (*name == 0)
    g_hash_table_remove (state->choices->map, display);
  else
    g_hash_table_insert (state->choices->map, g_strdup (display), g_strdup (name));
  plan_again (self);
}

static void
shown (HaulWizardPage *page)
{
  HaulPageFolders *self = HAUL_PAGE_FOLDERS (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);

  if (state->plan == NULL) /* something new */
    g_hash_table_remove_all (self->off);
  show_refusals (self, state->choices);
  gtk_list_store_clear (self->rows);
  haul_wizard_page_set_complete (page, FALSE);
  plan_again (self);
}

static void
on_final_plan (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageFolders) self = g_object_ref (user_data);
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  g_autoptr (GError) error = NULL;
  HaulPlan *plan = haul_wizard_state_plan_finish (result, &error);

  if (plan != NULL)
    {
      g_clear_pointer (&state->plan, haul_plan_unref);
      state->plan = plan;
    }
  else if (self->tree != NULL)
    show_problem (self, error);
  haul_wizard_page_apply_complete (HAUL_WIZARD_PAGE (self), plan != NULL);
}

static void
apply (HaulWizardPage *page, GCancellable *cancellable)
{
  HaulPageFolders *self = HAUL_PAGE_FOLDERS (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);
  GtkTreeModel *model = GTK_TREE_MODEL (self->rows);
  GtkTreeIter iter;

  store_choices (self);
  if (g_hash_table_size (self->off) > 0)
    for (gboolean ok = gtk_tree_model_get_iter_first (model, &iter); ok; ok = gtk_tree_model_iter_next (model, &iter))
      {
        char *display;
        gboolean on;

        gtk_tree_model_get (model, &iter, COLUMN_DISPLAY, &display, COLUMN_ON, &on, -1);
        if (on)
          g_ptr_array_add (state->choices->folders, display);
        else
          g_free (display);
      }
  haul_wizard_state_plan_async (state, cancellable, on_final_plan, self);
}

static void
finalize (GObject *object)
{
  HaulPageFolders *self = HAUL_PAGE_FOLDERS (object);

  g_hash_table_unref (self->off);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (haul_page_folders_parent_class)->finalize (object);
}

static void
haul_page_folders_class_init (HaulPageFoldersClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  page_class->name = "folders";
  page_class->previous = "stores";
  page_class->next = "ready";
  page_class->shown = shown;
  page_class->apply = apply;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-folders.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageFolders, into_check);
  gtk_widget_class_bind_template_child (widget_class, HaulPageFolders, into_entry);
  gtk_widget_class_bind_template_child (widget_class, HaulPageFolders, junk_check);
  gtk_widget_class_bind_template_child (widget_class, HaulPageFolders, trash_check);
  gtk_widget_class_bind_template_child (widget_class, HaulPageFolders, refusals);
  gtk_widget_class_bind_template_child (widget_class, HaulPageFolders, problem);
  gtk_widget_class_bind_template_child (widget_class, HaulPageFolders, tree);
  gtk_widget_class_bind_template_child (widget_class, HaulPageFolders, rows);
  gtk_widget_class_bind_template_child (widget_class, HaulPageFolders, note);
  gtk_widget_class_bind_template_child (widget_class, HaulPageFolders, program_column);
  gtk_widget_class_bind_template_callback (widget_class, on_choice_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_edited);
  gtk_widget_class_bind_template_callback (widget_class, on_cursor_changed);
}

static void
haul_page_folders_init (HaulPageFolders *self)
{
  self->off = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  add_refusals (self);
}
