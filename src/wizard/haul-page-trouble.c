/* haul-page-trouble.c - page: what stopped the copy, and what a person can do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main.
 */
#include "wizard/haul-page-trouble.h"

#include "wizard/haul-wizard-text.h"

#include <glib/gi18n.h>

struct _HaulPageTrouble
{
  HaulWizardPage parent_instance;
  GtkLabel *sentence;
  GtkLabel *advice;
  GtkLabel *stays;
  GtkWidget *details;
  GtkLabel *server_words;
  GtkWidget *report_button;
  HaulField field; /* where it can be mended */
};

G_DEFINE_TYPE (HaulPageTrouble, haul_page_trouble, HAUL_TYPE_WIZARD_PAGE)

/* How much is there, and how much room the rest wants. */
static char *
dup_numbers (const HaulReport *report, const HaulPlan *plan)
{
  guint64 there = report->all.copied + report->all.present;
  guint64 left = report->all.found - MIN (there + report->all.failed, report->all.found);
  g_autofree char *done = haul_wizard_text_dup_messages (there);
  g_autofree char *rest = haul_wizard_text_dup_messages (left);
  g_autofree char *size = haul_wizard_text_dup_size (plan->bytes - MIN (report->all.bytes_done, plan->bytes));

  /* Translators: “8,311 messages”, “120 messages”, “2.1 GB”. */
  return g_strdup_printf (_ ("Copied so far: %s. Still to come: %s, %s."), done, rest, size);
}

static void
shown (HaulWizardPage *page)
{
  HaulPageTrouble *self = HAUL_PAGE_TROUBLE (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);
  g_autoptr (HaulErrorText) text = haul_error_text_new (state->error);
  gboolean signs_in = text->field == HAUL_FIELD_USER || text->field == HAUL_FIELD_PASSWORD;

  self->field = text->field;
  haul_wizard_page_set_complete (page, TRUE);
  haul_wizard_page_set_title (page, text->exit_status == HAUL_EXIT_FULL ? _ ("The mailbox is full")
                                    : signs_in                          ? _ ("Sign in again")
                                                                        : _ ("Copying has stopped"));
  haul_wizard_page_set_next_label (page, signs_in ? _ ("_Sign In Again") : _ ("_Try Again"));
  gtk_label_set_text (self->sentence, text->sentence);
  g_autofree char *numbers = text->exit_status == HAUL_EXIT_FULL && state->report != NULL && state->plan != NULL
                                 ? dup_numbers (state->report, state->plan)
                                 : NULL;
  g_autofree char *advice = numbers == NULL || text->advice == NULL ? g_strdup (text->advice)
                                                                    : g_strjoin ("\n", numbers, text->advice, NULL);
  gtk_label_set_text (self->advice, advice == NULL ? "" : advice);
  gtk_widget_set_visible (GTK_WIDGET (self->advice), advice != NULL);
  gtk_label_set_text (self->server_words, text->server_text == NULL ? "" : text->server_text);
  gtk_widget_set_visible (self->details, text->server_text != NULL && *text->server_text != 0);
  gtk_widget_set_visible (self->report_button, state->report != NULL);
}

static void
apply (HaulWizardPage *page, GCancellable *cancellable)
{
  HaulPageTrouble *self = HAUL_PAGE_TROUBLE (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);

  state->returns_to_copy = TRUE;
  if (self->field == HAUL_FIELD_USER || self->field == HAUL_FIELD_PASSWORD)
    haul_wizard_page_set_next (page, "account");
  else if (self->field == HAUL_FIELD_CERTIFICATE || self->field == HAUL_FIELD_SERVER)
    haul_wizard_page_set_next (page, "checking");
  else
    haul_wizard_page_set_next (page, "copying");
  haul_wizard_page_apply_complete (page, TRUE);
}

static void
on_report_clicked (GtkButton *button, HaulPageTrouble *self)
{
  haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "done");
}

static void
haul_page_trouble_class_init (HaulPageTroubleClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  page_class->name = "trouble";
  page_class->previous = "ready";
  page_class->shown = shown;
  page_class->apply = apply;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-trouble.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageTrouble, sentence);
  gtk_widget_class_bind_template_child (widget_class, HaulPageTrouble, advice);
  gtk_widget_class_bind_template_child (widget_class, HaulPageTrouble, stays);
  gtk_widget_class_bind_template_child (widget_class, HaulPageTrouble, details);
  gtk_widget_class_bind_template_child (widget_class, HaulPageTrouble, server_words);
  gtk_widget_class_bind_template_child (widget_class, HaulPageTrouble, report_button);
  gtk_widget_class_bind_template_callback (widget_class, on_report_clicked);
}

static void
haul_page_trouble_init (HaulPageTrouble *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
