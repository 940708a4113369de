/* haul-page-ready.c - page: all that will happen, in a few sentences
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; for a job that is gone on with, its stores are looked at again on a thread and a plan is made on
 * another.
 */
#include "wizard/haul-page-ready.h"

#include "migrate/haul-fit.h"
#include "migrate/haul-foresight.h"
#include "report/haul-report-words.h"
#include "migrate/haul-strangers.h"
#include "wizard/haul-wizard-text.h"

#include <glib/gi18n.h>

struct _HaulPageReady
{
  HaulWizardPage parent_instance;
  GtkWidget *content;
  GtkWidget *working;
  GtkLabel *sentence;
  GtkLabel *room;
  GtkLabel *rung;
  GtkLabel *refusals;
  GtkWidget *strangers;
  GtkLabel *strangers_label;
  GtkToggleButton *strangers_button;
  GtkWidget *skipped_title;
  GtkLabel *skipped;
  GtkWidget *failure;
  GtkLabel *failure_sentence;
  GtkLabel *failure_advice;
  GCancellable *cancellable; /* (owned) (nullable) of the apply */
};

G_DEFINE_TYPE (HaulPageReady, haul_page_ready, HAUL_TYPE_WIZARD_PAGE)

static char *
dup_reason (const HaulPlanFolder *folder)
{
  switch (folder->action)
    {
    case HAUL_PLAN_SKIP_CHOICE:
      return g_strdup (_ ("not chosen"));
    case HAUL_PLAN_SKIP_TRASH:
      return g_strdup (_ ("deleted mail is skipped"));
    case HAUL_PLAN_SKIP_JUNK:
      return g_strdup (_ ("junk mail is skipped"));
    case HAUL_PLAN_UNREADABLE:
      return g_strdup (folder->folder->problem == NULL ? _ ("it cannot be read") : folder->folder->problem);
    default:
      return NULL;
    }
}

/* One line for each folder that stays, and one for messages that are marked deleted. */
static char *
dup_skipped (const HaulPlan *plan)
{
  GString *text = g_string_new (NULL);
  gboolean is_full = haul_wizard_text_has_several_stores (plan);
  guint64 deleted = 0;

  for (guint i = 0; i < plan->folders->len; i++)
    {
      const HaulPlanFolder *folder = haul_plan_get_folder (plan, i);
      g_autofree char *reason = dup_reason (folder);
      g_autofree char *display = haul_wizard_text_dup_folder (folder, is_full);
      g_autofree char *messages = haul_wizard_text_dup_messages ((guint64)MAX (folder->folder->messages, 0));

      if (folder->action == HAUL_PLAN_COPY && !plan->choices->include_deleted)
        deleted += (guint64)MAX (folder->folder->deleted, 0);
      if (reason != NULL)
        g_string_append_printf (text, "%s%s (%s): %s", text->len == 0 ? "" : "\n", display, messages, reason);
    }
  if (deleted > 0)
    {
      g_autofree char *messages = haul_wizard_text_dup_messages (deleted);

      g_string_append_printf (text, _ ("%s%s marked deleted"), text->len == 0 ? "" : "\n", messages);
    }
  return g_string_free (text, FALSE);
}

static void
describe_room (HaulPageReady *self, const HaulPlan *plan)
{
  HaulFit fit = haul_fit_new (plan);
  g_autofree char *room = haul_fit_dup_sentence (&fit);
  g_autofree char *size = haul_fit_dup_size_sentence (plan);
  const char *first = room == NULL ? size : room;
  g_autofree char *text = first == NULL ? g_strdup ("") : g_strjoin ("\n", first, first == size ? NULL : size, NULL);
  gboolean is_short = fit.is_known && !fit.is_enough;

  gtk_label_set_text (self->room, text);
  gtk_widget_set_visible (GTK_WIDGET (self->room), *text != '\0');
  if (is_short)
    gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self->room)), "problem");
  else
    gtk_style_context_remove_class (gtk_widget_get_style_context (GTK_WIDGET (self->room)), "problem");
}

/* Of the weakest that is to be expected: how sure it is that each message arrives once. */
static void
describe_rung (HaulPageReady *self, const HaulPlan *plan)
{
  HaulRung weakest = HAUL_RUNG_NONE;

  for (guint i = 0; i < plan->folders->len; i++)
    weakest = MAX (weakest, haul_plan_get_rung (plan, i));
  const char *sentence = haul_report_words_describe_rung (haul_rung_to_string (weakest));
  gtk_label_set_text (self->rung, sentence == NULL ? "" : sentence);
  gtk_widget_set_visible (GTK_WIDGET (self->rung), sentence != NULL);
}

static void
describe_strangers (HaulPageReady *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  g_autofree char *state_dir = haul_jobs_dup_state_dir ();
  gboolean may_go;
  g_autofree char *warning = haul_strangers_dup_warning (state_dir, state->account, state->server_facts, &may_go);

  state->removes_strangers = FALSE;
  gtk_toggle_button_set_active (self->strangers_button, FALSE);
  gtk_label_set_text (self->strangers_label, warning == NULL ? "" : warning);
  gtk_widget_set_visible (self->strangers, warning != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->strangers_button), may_go);
}

static void
on_strangers_toggled (GtkToggleButton *button, HaulPageReady *self)
{
  haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self))->removes_strangers = gtk_toggle_button_get_active (button);
}

static void
describe (HaulPageReady *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  const HaulPlan *plan = state->plan;
  g_autofree char *messages = haul_wizard_text_dup_messages (plan->messages);
  g_autofree char *size = haul_wizard_text_dup_size (plan->bytes);
  g_autofree char *skipped = dup_skipped (plan);
  g_autofree char *refusals = haul_foresight_dup_sentence (plan);
  /* Translators: “8,311 messages”, “2.1 GB”, user, server. */
  g_autofree char *text = g_strdup_printf (_ ("%s, %s, will be copied to %s on %s."), messages, size,
                                           state->account->user, state->account->endpoint->host);

  gtk_label_set_text (self->sentence, text);
  describe_room (self, plan);
  describe_rung (self, plan);
  gtk_label_set_text (self->refusals, refusals);
  describe_strangers (self);
  gtk_label_set_text (self->skipped, skipped);
  gtk_widget_set_visible (self->skipped_title, *skipped != 0);
  gtk_widget_set_visible (GTK_WIDGET (self->skipped), *skipped != 0);
  gtk_widget_show (self->content);
  haul_wizard_page_announce (HAUL_WIZARD_PAGE (self), text);
}

static void
finish (HaulPageReady *self, const GError *error)
{
  g_clear_object (&self->cancellable);
  if (self->content != NULL) /* else the window is gone */
    {
      gtk_widget_hide (self->working);
      if (error == NULL)
        describe (self);
      else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_autoptr (HaulErrorText) text = haul_error_text_new (error);

          gtk_label_set_text (self->failure_sentence, text->sentence);
          gtk_label_set_text (self->failure_advice, text->advice == NULL ? "" : text->advice);
          gtk_widget_show (self->failure);
        }
    }
  haul_wizard_page_apply_complete (HAUL_WIZARD_PAGE (self), error == NULL);
}

static void
on_planned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HaulPageReady *self = user_data;
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  g_autoptr (GError) error = NULL;
  HaulPlan *plan = haul_wizard_state_plan_finish (result, &error);

  if (plan != NULL)
    {
      g_clear_pointer (&state->plan, haul_plan_unref);
      state->plan = plan;
    }
  finish (self, error);
}

static void
on_place (HaulStoreSummary *summary, const char *place, gpointer user_data)
{
}

static void
on_searched (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HaulPageReady *self = user_data;
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) summaries = haul_discovery_run_finish (result, &error);

  if (summaries == NULL)
    {
      finish (self, error);
      return;
    }
  g_ptr_array_set_size (state->summaries, 0);
  for (guint i = 0; i < summaries->len; i++)
    g_ptr_array_add (state->summaries, haul_store_summary_ref (g_ptr_array_index (summaries, i)));
  haul_wizard_state_plan_async (state, self->cancellable, on_planned, self);
}

/* A job gone on with starts from its sources; a plan for a server that was signed in to anew is made anew. */
static void
apply (HaulWizardPage *page, GCancellable *cancellable)
{
  HaulPageReady *self = HAUL_PAGE_READY (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);

  haul_wizard_page_set_complete (page, FALSE);
  self->cancellable = g_object_ref (cancellable);
  gtk_widget_hide (self->failure);
  if (state->plan != NULL && state->plan->server == state->server_facts)
    {
      finish (self, NULL);
      return;
    }
  gtk_widget_hide (self->content);
  gtk_widget_show (self->working);
  if (state->plan == NULL && state->job != NULL)
    haul_discovery_run_async ((const char *const *)state->job->sources, on_place, NULL, cancellable, on_searched, self);
  else
    haul_wizard_state_plan_async (state, cancellable, on_planned, self);
}

static gboolean
back (HaulWizardPage *page)
{
  if (haul_wizard_page_get_state (page)->job == NULL)
    return FALSE;
  haul_wizard_page_go (page, "account");
  return TRUE;
}

static void
haul_page_ready_class_init (HaulPageReadyClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  page_class->name = "ready";
  page_class->previous = "folders";
  page_class->next = "copying";
  page_class->applies_when_shown = TRUE;
  page_class->apply = apply;
  page_class->back = back;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-ready.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, content);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, working);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, sentence);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, room);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, rung);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, refusals);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, strangers);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, strangers_label);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, strangers_button);
  gtk_widget_class_bind_template_callback (widget_class, on_strangers_toggled);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, skipped_title);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, skipped);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, failure);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, failure_sentence);
  gtk_widget_class_bind_template_child (widget_class, HaulPageReady, failure_advice);
}

static void
haul_page_ready_init (HaulPageReady *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
