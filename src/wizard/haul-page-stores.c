/* haul-page-stores.c - page: the mail on this computer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; each search runs on a thread of its own.
 */
#include "wizard/haul-page-stores.h"

#include "store/haul-store-error.h"
#include "wizard/haul-wizard-text.h"

#include <glib/gi18n.h>
#include <string.h>

struct _HaulPageStores
{
  HaulWizardPage parent_instance;
  GtkWidget *searching;
  GtkSpinner *spinner;
  GtkLabel *place;
  GtkWidget *again_button;
  GtkLabel *problem;
  GtkWidget *empty;
  GtkWidget *frame;
  GtkBox *list;
  GPtrArray *rows;           /* (owned) (element-type StoreRow) as shown */
  GCancellable *cancellable; /* (owned) of all searches */
  guint n_searches;
  gboolean has_searched;         /* the whole computer, or is doing so */
  GtkFileChooserNative *chooser; /* (owned) (nullable) */
};

G_DEFINE_TYPE (HaulPageStores, haul_page_stores, HAUL_TYPE_WIZARD_PAGE)

typedef struct
{
  HaulStoreSummary *summary; /* (owned) */
  GtkToggleButton *check;
  GtkWidget *box;
  gboolean is_added; /* the person named it */
} StoreRow;

typedef struct
{
  HaulPageStores *page; /* (owned) */
  char *added;          /* (owned) (nullable) the place a person named; NULL: the whole computer */
  guint n_found;
} Search;

static void
store_row_free (StoreRow *row)
{
  haul_store_summary_unref (row->summary);
  g_free (row);
}

static void
update (HaulPageStores *self)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->rows->len; i++)
    {
      StoreRow *row = g_ptr_array_index (self->rows, i);

      any |= gtk_toggle_button_get_active (row->check);
    }
  gtk_widget_set_visible (self->searching, self->n_searches > 0);
  g_object_set (self->spinner, "active", self->n_searches > 0, NULL);
  gtk_widget_set_visible (self->frame, self->rows->len > 0);
  gtk_widget_set_visible (self->empty, self->rows->len == 0 && self->n_searches == 0);
  gtk_widget_set_visible (self->again_button, self->n_searches == 0);
  haul_wizard_page_set_complete (HAUL_WIZARD_PAGE (self), any);
}

static GtkWidget *
add_line (GtkWidget *box, const char *text, const char *style_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (style_class != NULL)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), style_class);
  gtk_container_add (GTK_CONTAINER (box), label);
  return label;
}

static char *
dup_facts (const HaulStoreSummary *summary)
{
  HaulFolder totals = { 0 };
  g_autofree char *messages = NULL, *size = NULL, *oldest = NULL, *newest = NULL, *folders = NULL, *dates = NULL;

  haul_store_summary_get_totals (summary, &totals);
  messages = haul_wizard_text_dup_messages ((guint64)MAX (totals.messages, 0));
  size = haul_wizard_text_dup_size ((guint64)MAX (totals.bytes, 0));
  folders = g_strdup_printf (ngettext ("%u folder", "%u folders", summary->folders->len), summary->folders->len);
  oldest = haul_wizard_text_dup_day (totals.oldest);
  newest = haul_wizard_text_dup_day (totals.newest);
  /* Translators: two dates. */
  dates = *oldest == 0 ? g_strdup ("") : g_strdup_printf (_ (" · %s to %s"), oldest, newest);
  return g_strdup_printf ("%s · %s · %s%s", messages, size, folders, dates);
}

static const char *
get_grade_note (HaulGrade grade)
{
  if (grade == HAUL_GRADE_REBUILT)
    return _ ("This program does not keep messages as they came; they are put together again from their parts.");
  if (grade == HAUL_GRADE_SALVAGE)
    return _ ("Only the text of these messages can be saved; folders and marks are mostly lost.");
  return NULL;
}

static void
on_toggled (GtkToggleButton *check, HaulPageStores *self)
{
  update (self);
}

/* A place whose reader ended before it said whose mail is there has a program of "?". */
static const char *
get_program (const HaulStoreInfo *info)
{
  return g_str_equal (info->program, "?") ? _ ("Unknown mail program") : info->program;
}

/* A click beside the box counts as one on it. */
static gboolean
on_row_clicked (GtkWidget *row, GdkEvent *event, GtkToggleButton *check)
{
  if (gtk_widget_is_sensitive (GTK_WIDGET (check)))
    gtk_toggle_button_set_active (check, !gtk_toggle_button_get_active (check));
  return GDK_EVENT_STOP;
}

static void
fill_row (GtkWidget *box, const HaulStoreSummary *summary)
{
  const HaulStoreInfo *info = summary->info;
  g_autofree char *title = info->owner == NULL ? g_strdup (get_program (info))
                                               : g_strdup_printf ("%s · %s", get_program (info), info->owner);
  g_autofree char *path = haul_wizard_text_dup_short_path (info->path);
  GtkWidget *path_label;

  add_line (box, title, "store-title");
  path_label = add_line (box, path, "dim-label");
  gtk_label_set_line_wrap (GTK_LABEL (path_label), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (path_label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_tooltip_text (path_label, path);
  if (summary->error != NULL)
    {
      g_autoptr (HaulErrorText) text = haul_error_text_new (summary->error);
      g_autofree char *whole = g_strdup_printf ("%s %s", text->sentence, text->advice == NULL ? "" : text->advice);

      add_line (box, whole, "problem");
      return;
    }
  {
    g_autofree char *facts = dup_facts (summary);

    add_line (box, facts, NULL);
  }
  if (info->warning != NULL)
    add_line (box, info->warning, "problem");
  if (get_grade_note (info->grade) != NULL)
    add_line (box, get_grade_note (info->grade), "dim-label");
}

static gboolean
is_known (HaulPageStores *self, const HaulStoreInfo *info)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      StoreRow *row = g_ptr_array_index (self->rows, i);

      if (g_strcmp0 (row->summary->info->path, info->path) == 0
          && g_strcmp0 (row->summary->info->format, info->format) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_inside (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return g_str_has_prefix (path, folder) && (path[length] == '/' || path[length] == '\0');
}

/* The same mail is in both: the one that the person named is copied, not the one that the search came upon. */
static void
settle_overlaps (HaulPageStores *self, StoreRow *new_row)
{
  const char *path = new_row->summary->info->path;

  for (guint i = 0; i < self->rows->len; i++)
    {
      StoreRow *row = g_ptr_array_index (self->rows, i);
      const char *other = row->summary->info->path;
      StoreRow *loser = new_row->is_added ? row : new_row;
      if (row->is_added == new_row->is_added || (!is_inside (path, other) && !is_inside (other, path))
          || !gtk_toggle_button_get_active (loser->check))
        continue;
      gtk_toggle_button_set_active (loser->check, FALSE);
      gtk_widget_show (
          add_line (loser->box, _ ("Not chosen, since the same mail is in this list once more."), "dim-label"));
    }
}

static void
add_row (HaulPageStores *self, HaulStoreSummary *summary, gboolean is_added)
{
  StoreRow *row = g_new0 (StoreRow, 1);
  GtkWidget *check = gtk_check_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *frame = gtk_event_box_new ();
  HaulFolder totals = { 0 };
  g_autofree char *facts = dup_facts (summary);
  g_autofree char *name = g_strdup_printf ("%s, %s", get_program (summary->info), facts);
  g_autofree char *path = haul_wizard_text_dup_short_path (summary->info->path);
  gboolean usable;

  haul_store_summary_get_totals (summary, &totals);
  usable = summary->error == NULL && totals.messages > 0;
  row->summary = haul_store_summary_ref (summary);
  row->check = GTK_TOGGLE_BUTTON (check);
  row->box = box;
  row->is_added = is_added;
  fill_row (box, summary);
  gtk_widget_set_hexpand (box, TRUE);
  /* Not inside the check button: GtkCheckButton forgets its indicator when it is asked how high wrapped text gets. */
  gtk_container_add (GTK_CONTAINER (line), check);
  gtk_container_add (GTK_CONTAINER (line), box);
  gtk_container_add (GTK_CONTAINER (frame), line);
  gtk_style_context_add_class (gtk_widget_get_style_context (line), "store");
  atk_object_set_name (gtk_widget_get_accessible (check), name);
  atk_object_set_description (gtk_widget_get_accessible (check), path);
  gtk_toggle_button_set_active (row->check, usable);
  gtk_widget_set_sensitive (check, usable);
  g_signal_connect_object (check, "toggled", G_CALLBACK (on_toggled), self, 0);
  g_signal_connect_object (frame, "button-release-event", G_CALLBACK (on_row_clicked), check, 0);
  settle_overlaps (self, row);
  gtk_widget_show_all (frame);
  gtk_container_add (GTK_CONTAINER (self->list), frame);
  g_ptr_array_add (self->rows, row);
  update (self);
}

static void
on_found (HaulStoreSummary *summary, const char *place, gpointer user_data)
{
  Search *search = user_data;
  HaulPageStores *self = search->page;
  g_autofree char *shown = place == NULL ? NULL : haul_wizard_text_dup_short_path (place);

  if (self->list == NULL) /* the window is gone */
    return;
  if (shown != NULL)
    gtk_label_set_text (self->place, shown);
  if (summary == NULL)
    return;
  search->n_found++;
  if (!is_known (self, summary->info))
    add_row (self, summary, search->added != NULL);
}

static void
show_problem (HaulPageStores *self, const char *text)
{
  gtk_label_set_text (self->problem, text == NULL ? "" : text);
  gtk_widget_set_visible (GTK_WIDGET (self->problem), text != NULL);
  if (text != NULL)
    haul_wizard_page_announce (HAUL_WIZARD_PAGE (self), text);
}

static void
report_search (Search *search, const GError *error)
{
  HaulPageStores *self = search->page;
  gboolean is_empty = g_error_matches (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NO_MAIL);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || (is_empty && search->added == NULL))
    return;
  if (is_empty || (error == NULL && search->added != NULL && search->n_found == 0))
    {
      g_autofree char *path = haul_wizard_text_dup_short_path (search->added);
      g_autofree char *text = g_strdup_printf (_ ("No mail that Mailhaul can read was found in %s."), path);

      show_problem (self, text);
    }
  else if (error != NULL)
    {
      g_autoptr (HaulErrorText) text = haul_error_text_new (error);

      show_problem (self, text->sentence);
    }
}

static void
on_searched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Search *search = user_data;
  HaulPageStores *self = search->page;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) summaries = haul_discovery_run_finish (result, &error);

  self->n_searches--;
  if (self->list != NULL)
    {
      report_search (search, error);
      update (self);
    }
  g_application_release (g_application_get_default ());
  g_free (search->added);
  g_free (search);
  g_object_unref (self);
}

static void
start_search (HaulPageStores *self, const char *added)
{
  const char *const one[] = { added, NULL };
  Search *search = g_new0 (Search, 1);

  if (g_cancellable_is_cancelled (self->cancellable))
    {
      g_object_unref (self->cancellable);
      self->cancellable = g_cancellable_new ();
    }
  search->page = g_object_ref (self);
  search->added = g_strdup (added);
  self->n_searches++;
  g_application_hold (g_application_get_default ());
  if (self->n_searches == 1 && self->has_searched) /* what was said of another place a moment ago stays */
    show_problem (self, NULL);
  haul_discovery_run_async (added == NULL ? NULL : one, on_found, search, self->cancellable, on_searched, search);
  update (self);
}

/**
 * haul_page_stores_add_path:
 * @self: the page
 * @path: a file or folder in which there may be mail
 */
void
haul_page_stores_add_path (HaulPageStores *self, const char *path)
{
  start_search (self, path);
}

static void
on_again_clicked (GtkButton *button, HaulPageStores *self)
{
  start_search (self, NULL);
}

static void
on_chosen (GtkNativeDialog *dialog, int response, HaulPageStores *self)
{
  g_autoptr (GSList) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    files = gtk_file_chooser_get_filenames (GTK_FILE_CHOOSER (dialog));
  for (GSList *l = files; l != NULL; l = l->next)
    {
      start_search (self, l->data);
      g_free (l->data);
    }
  g_clear_object (&self->chooser);
}

static void
choose (HaulPageStores *self, const char *title, GtkFileChooserAction action)
{
  if (self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self))), action,
                                               _ ("_Add"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  gtk_file_chooser_set_local_only (GTK_FILE_CHOOSER (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_add_file_clicked (GtkButton *button, HaulPageStores *self)
{
  choose (self, _ ("Add a file with mail"), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
on_add_folder_clicked (GtkButton *button, HaulPageStores *self)
{
  choose (self, _ ("Add a folder with mail"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

static void
shown (HaulWizardPage *page)
{
  HaulPageStores *self = HAUL_PAGE_STORES (page);

  if (!self->has_searched)
    start_search (self, NULL);
  self->has_searched = TRUE;
  update (self);
}

static void
apply (HaulWizardPage *page, GCancellable *cancellable)
{
  HaulPageStores *self = HAUL_PAGE_STORES (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);

  g_cancellable_cancel (self->cancellable);
  g_ptr_array_set_size (state->summaries, 0);
  for (guint i = 0; i < self->rows->len; i++)
    {
      StoreRow *row = g_ptr_array_index (self->rows, i);

      if (gtk_toggle_button_get_active (row->check))
        g_ptr_array_add (state->summaries, haul_store_summary_ref (row->summary));
    }
  haul_wizard_page_apply_complete (page, TRUE);
}

static void
dispose (GObject *object)
{
  HaulPageStores *self = HAUL_PAGE_STORES (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  G_OBJECT_CLASS (haul_page_stores_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  HaulPageStores *self = HAUL_PAGE_STORES (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (haul_page_stores_parent_class)->finalize (object);
}

static void
haul_page_stores_class_init (HaulPageStoresClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
  page_class->name = "stores";
  page_class->previous = "account";
  page_class->next = "folders";
  page_class->shown = shown;
  page_class->apply = apply;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-stores.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageStores, searching);
  gtk_widget_class_bind_template_child (widget_class, HaulPageStores, spinner);
  gtk_widget_class_bind_template_child (widget_class, HaulPageStores, place);
  gtk_widget_class_bind_template_child (widget_class, HaulPageStores, again_button);
  gtk_widget_class_bind_template_child (widget_class, HaulPageStores, problem);
  gtk_widget_class_bind_template_child (widget_class, HaulPageStores, empty);
  gtk_widget_class_bind_template_child (widget_class, HaulPageStores, frame);
  gtk_widget_class_bind_template_child (widget_class, HaulPageStores, list);
  gtk_widget_class_bind_template_callback (widget_class, on_again_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_add_file_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_add_folder_clicked);
}

static void
haul_page_stores_init (HaulPageStores *self)
{
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify)store_row_free);
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
