/* haul-wizard-window.c - the window: a stack of pages, Back and Next
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main.
 */
#include "wizard/haul-wizard-window.h"

#include "wizard/haul-page-account.h"
#include "wizard/haul-page-certificate.h"
#include "wizard/haul-page-checking.h"
#include "wizard/haul-page-copying.h"
#include "wizard/haul-page-done.h"
#include "wizard/haul-page-folders.h"
#include "wizard/haul-page-goon.h"
#include "wizard/haul-page-ready.h"
#include "wizard/haul-page-stores.h"
#include "wizard/haul-page-trouble.h"
#include "wizard/haul-page-undo.h"
#include "wizard/haul-clamp.h"
#include "wizard/haul-wizard-page.h"

#include <glib/gi18n.h>

#define DEFAULT_WIDTH 720
#define DEFAULT_HEIGHT 540
#define NORMAL_DPI 96.0

struct _HaulWizardWindow
{
  GtkApplicationWindow parent_instance;
  GtkHeaderBar *header;
  GtkButton *back_button;
  GtkButton *next_button;
  GtkMenuButton *menu_button;
  GtkSpinner *spinner;
  GtkStack *stack;
  GtkInfoBar *note_bar;
  GtkLabel *note_label;
  HaulWizardState *state; /* (owned) */
  HaulWizardPage *page;   /* (nullable) the visible one, a child of stack */
};

G_DEFINE_TYPE (HaulWizardWindow, haul_wizard_window, GTK_TYPE_APPLICATION_WINDOW)

static void
announce (HaulWizardWindow *self, const char *text)
{
  AtkObject *accessible = gtk_widget_get_accessible (GTK_WIDGET (self));

  if (g_signal_lookup ("announcement", ATK_TYPE_OBJECT) != 0)
    g_signal_emit_by_name (accessible, "announcement", text);
}

static void
set_action_enabled (HaulWizardWindow *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

/* The header bar shows what the visible page says of itself. */
static void
update_header (HaulWizardWindow *self)
{
  HaulWizardPage *page = self->page;
  HaulWizardPageClass *klass;
  const char *next, *back;
  gboolean applying;

  if (page == NULL)
    return;
  klass = HAUL_WIZARD_PAGE_GET_CLASS (page);
  next = haul_wizard_page_get_next_label (page);
  back = haul_wizard_page_get_back_label (page);
  applying = haul_wizard_page_get_applying (page);
  gtk_header_bar_set_title (self->header, haul_wizard_page_get_title (page));
  gtk_window_set_title (GTK_WINDOW (self), haul_wizard_page_get_title (page));
  gtk_widget_set_visible (GTK_WIDGET (self->next_button), next != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->back_button), back != NULL);
  gtk_button_set_label (self->next_button, next == NULL ? "" : next);
  gtk_button_set_label (self->back_button, back == NULL ? "" : back);
  set_action_enabled (self, "next", next != NULL && haul_wizard_page_get_complete (page) && !applying);
  set_action_enabled (self, "back", back != NULL || klass->previous != NULL);
  set_action_enabled (self, "pause", HAUL_IS_PAGE_COPYING (page));
  g_object_set (self->spinner, "active", applying, "visible", applying, NULL);
  if (klass->next_is_plain)
    gtk_style_context_remove_class (gtk_widget_get_style_context (GTK_WIDGET (self->next_button)), "suggested-action");
  else
    gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self->next_button)), "suggested-action");
  if (next != NULL && !klass->next_is_plain)
    gtk_widget_grab_default (GTK_WIDGET (self->next_button));
}

static void
show_page (HaulWizardWindow *self, const char *name)
{
  GtkWidget *child = gtk_stack_get_child_by_name (self->stack, name);

  g_return_if_fail (child != NULL);
  gtk_widget_hide (GTK_WIDGET (self->note_bar));
  self->page = HAUL_WIZARD_PAGE (child);
  gtk_stack_set_visible_child (self->stack, child);
  update_header (self);
  haul_wizard_page_shown (self->page);
  if (self->page == HAUL_WIZARD_PAGE (child) && gtk_container_get_focus_child (GTK_CONTAINER (child)) == NULL)
    gtk_widget_child_focus (child, GTK_DIR_TAB_FORWARD);
  if (self->page == HAUL_WIZARD_PAGE (child))
    announce (self, haul_wizard_page_get_title (self->page));
}

static void
on_page_go (HaulWizardPage *page, const char *name, HaulWizardWindow *self)
{
  if (page == self->page) /* a late answer of a page that was left moves nothing */
    show_page (self, name);
}

static void
on_page_note (HaulWizardPage *page, const char *text, HaulWizardWindow *self)
{
  gtk_label_set_text (self->note_label, text);
  gtk_widget_show (GTK_WIDGET (self->note_bar));
  announce (self, text);
}

static void
on_page_announce (HaulWizardPage *page, const char *text, HaulWizardWindow *self)
{
  announce (self, text);
}

static void
on_page_changed (HaulWizardPage *page, GParamSpec *pspec, HaulWizardWindow *self)
{
  if (page == self->page)
    update_header (self);
}

static void
on_note_response (GtkInfoBar *bar, int response, HaulWizardWindow *self)
{
  gtk_widget_hide (GTK_WIDGET (bar));
}

static void
on_next (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  haul_wizard_page_press_next (HAUL_WIZARD_WINDOW (user_data)->page);
}

static void
on_back (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  haul_wizard_page_press_back (HAUL_WIZARD_WINDOW (user_data)->page);
}

static void
on_pause (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  HaulWizardWindow *self = HAUL_WIZARD_WINDOW (user_data);

  if (HAUL_IS_PAGE_COPYING (self->page))
    haul_page_copying_toggle_pause (HAUL_PAGE_COPYING (self->page));
}

static void
add_pages (HaulWizardWindow *self)
{
  const GType types[] = {
    HAUL_TYPE_PAGE_GOON,    HAUL_TYPE_PAGE_ACCOUNT, HAUL_TYPE_PAGE_CHECKING, HAUL_TYPE_PAGE_CERTIFICATE,
    HAUL_TYPE_PAGE_STORES,  HAUL_TYPE_PAGE_FOLDERS, HAUL_TYPE_PAGE_READY,    HAUL_TYPE_PAGE_COPYING,
    HAUL_TYPE_PAGE_TROUBLE, HAUL_TYPE_PAGE_DONE,    HAUL_TYPE_PAGE_UNDO,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      HaulWizardPage *page = g_object_new (types[i], NULL);

      haul_wizard_page_set_state (page, self->state);
      gtk_stack_add_named (self->stack, GTK_WIDGET (page), HAUL_WIZARD_PAGE_GET_CLASS (page)->name);
      g_signal_connect_object (page, "go", G_CALLBACK (on_page_go), self, 0);
      g_signal_connect_object (page, "note", G_CALLBACK (on_page_note), self, 0);
      g_signal_connect_object (page, "announce", G_CALLBACK (on_page_announce), self, 0);
      g_signal_connect_object (page, "notify", G_CALLBACK (on_page_changed), self, 0);
    }
}

/**
 * haul_wizard_window_add_path:
 * @self: the window
 * @path: a file or folder in which there may be mail
 */
void
haul_wizard_window_add_path (HaulWizardWindow *self, const char *path)
{
  haul_page_stores_add_path (HAUL_PAGE_STORES (gtk_stack_get_child_by_name (self->stack, "stores")), path);
}

static void
on_drag_data_received (HaulWizardWindow *self,
                       GdkDragContext *context,
                       int x,
                       int y,
                       GtkSelectionData *data,
                       guint info,
                       guint timestamp,
                       gpointer user_data)
{
  g_auto (GStrv) uris = gtk_selection_data_get_uris (data);

  for (char **uri = uris; uri != NULL && *uri != NULL; uri++)
    {
      g_autofree char *path = g_filename_from_uri (*uri, NULL, NULL);

      if (path != NULL)
        haul_wizard_window_add_path (self, path);
    }
  gtk_drag_finish (context, uris != NULL, FALSE, timestamp);
}

static gboolean
delete_event (GtkWidget *widget, GdkEventAny *event)
{
  HaulWizardWindow *self = HAUL_WIZARD_WINDOW (widget);

  if (HAUL_IS_PAGE_UNDO (self->page) && haul_page_undo_end_to_close (HAUL_PAGE_UNDO (self->page)))
    return TRUE;
  return HAUL_IS_PAGE_COPYING (self->page) && haul_page_copying_ask_to_close (HAUL_PAGE_COPYING (self->page));
}

static void
destroy (GtkWidget *widget)
{
  HaulWizardWindow *self = HAUL_WIZARD_WINDOW (widget);

  if (self->page != NULL)
    haul_wizard_page_apply_cancel (self->page);
  self->page = NULL;
  GTK_WIDGET_CLASS (haul_wizard_window_parent_class)->destroy (widget);
}

static void
finalize (GObject *object)
{
  haul_wizard_state_unref (HAUL_WIZARD_WINDOW (object)->state);
  G_OBJECT_CLASS (haul_wizard_window_parent_class)->finalize (object);
}

static void
haul_wizard_window_class_init (HaulWizardWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  widget_class->delete_event = delete_event;
  widget_class->destroy = destroy;
  g_type_ensure (HAUL_TYPE_CLAMP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-wizard-window.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulWizardWindow, header);
  gtk_widget_class_bind_template_child (widget_class, HaulWizardWindow, back_button);
  gtk_widget_class_bind_template_child (widget_class, HaulWizardWindow, next_button);
  gtk_widget_class_bind_template_child (widget_class, HaulWizardWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, HaulWizardWindow, spinner);
  gtk_widget_class_bind_template_child (widget_class, HaulWizardWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, HaulWizardWindow, note_bar);
  gtk_widget_class_bind_template_child (widget_class, HaulWizardWindow, note_label);
  gtk_widget_class_bind_template_callback (widget_class, on_note_response);
  gtk_widget_class_bind_template_callback (widget_class, on_drag_data_received);
}

static void
haul_wizard_window_init (HaulWizardWindow *self)
{
  static const GActionEntry actions[] = {
    { .name = "back", .activate = on_back },
    { .name = "next", .activate = on_next },
    { .name = "pause", .activate = on_pause },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drag_dest_set (GTK_WIDGET (self), GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_dest_add_uri_targets (GTK_WIDGET (self));
}

/* Large text needs a larger window, as far as the screen has room. */
static void
set_size (HaulWizardWindow *self)
{
  double scale = MAX (1, gdk_screen_get_resolution (gtk_widget_get_screen (GTK_WIDGET (self))) / NORMAL_DPI);
  GdkMonitor *monitor = gdk_display_get_monitor (gtk_widget_get_display (GTK_WIDGET (self)), 0);
  GdkRectangle room = { .width = DEFAULT_WIDTH, .height = DEFAULT_HEIGHT };

  if (monitor != NULL)
    gdk_monitor_get_workarea (monitor, &room);
  gtk_window_set_default_size (GTK_WINDOW (self), MIN ((int)(DEFAULT_WIDTH * scale), room.width),
                               MIN ((int)(DEFAULT_HEIGHT * scale), room.height));
}

/**
 * haul_wizard_window_new:
 * @application: the program
 * @state: what is known from the command line
 *
 * Makes the window; its first page is Go on if a job was left unfinished.
 *
 * Returns: (transfer none): the window, owned by GTK
 */
HaulWizardWindow *
haul_wizard_window_new (GtkApplication *application, HaulWizardState *state)
{
  HaulWizardWindow *self = g_object_new (HAUL_TYPE_WIZARD_WINDOW, "application", application, NULL);

  self->state = haul_wizard_state_ref (state);
  add_pages (self);
  set_size (self);
  show_page (self, "goon");
  return self;
}
