/* haul-page-goon.c - page: jobs were left unfinished: go on with one?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; jobs and reports are read on a thread.
 */
#include "wizard/haul-page-goon.h"

#include "account/haul-keyring.h"
#include "wizard/haul-wizard-text.h"
#include "wizard/haul-wizard-thread.h"

#include <glib/gi18n.h>

struct _HaulPageGoon
{
  HaulWizardPage parent_instance;
  GtkWidget *content;
  GtkLabel *sentence;
  GtkBox *choice;
  GtkWidget *report_button;
  GPtrArray *jobs; /* (owned) (nullable) (element-type HaulJob) unfinished, the one worked on last comes first */
  guint chosen;    /* index into jobs */
};

G_DEFINE_TYPE (HaulPageGoon, haul_page_goon, HAUL_TYPE_WIZARD_PAGE)

static HaulJob *
get_chosen (HaulPageGoon *self)
{
  return self->jobs == NULL || self->chosen >= self->jobs->len ? NULL : self->jobs->pdata[self->chosen];
}

/* One that is running is nothing to go on with; one whose taking back broke off is. */
static gboolean
can_go_on (const HaulJob *job)
{
  return !job->is_running
         && (job->undo == HAUL_JOB_UNDO_BEGUN || (job->undo == HAUL_JOB_UNDO_NONE && !job->is_finished));
}

static char *
dup_sources (const HaulJob *job)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; job->sources != NULL && job->sources[i] != NULL; i++)
    g_ptr_array_add (names, haul_wizard_text_dup_short_path (job->sources[i]));
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **)names->pdata);
}

/* Where from, where to, when it stopped, how far it came. */
static char *
dup_description (const HaulJob *job)
{
  g_autoptr (GDateTime) last = g_date_time_new_from_unix_local (job->last);
  g_autofree char *day = last == NULL ? g_strdup ("?") : g_date_time_format (last, _ ("%A, %-d %B %Y, %H:%M"));
  g_autofree char *progress = haul_wizard_text_dup_progress (job->done, job->messages);
  g_autofree char *sources = dup_sources (job);

  if (job->undo == HAUL_JOB_UNDO_BEGUN)
    /* Translators: user, server, day and time, folders on this computer. */
    return g_strdup_printf (_ ("Taking mail back from %s on %s stopped on %s.\nIt came from %s."), job->user,
                            job->server, day, sources);
  /* Translators: user, server, day and time, “1,204 of 8,311 messages”, folders on this computer. */
  return g_strdup_printf (_ ("Copying mail to %s on %s stopped on %s after %s.\nIt comes from %s."), job->user,
                          job->server, day, progress, sources);
}

static void
update_choice (HaulPageGoon *self)
{
  const HaulJob *job = get_chosen (self);

  /* A run that was killed left no report. */
  gtk_widget_set_visible (self->report_button, job->undo == HAUL_JOB_UNDO_NONE && job->has_report);
}

static void
on_chosen (GtkToggleButton *button, HaulPageGoon *self)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  self->chosen = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "index"));
  update_choice (self);
}

static void
destroy_child (GtkWidget *child, gpointer user_data)
{
  gtk_widget_destroy (child);
}

static void
add_choices (HaulPageGoon *self)
{
  GtkRadioButton *first = NULL;

  gtk_container_foreach (GTK_CONTAINER (self->choice), destroy_child, NULL);
  for (guint i = 0; self->jobs->len > 1 && i < self->jobs->len; i++)
    {
      g_autofree char *text = dup_description (self->jobs->pdata[i]);
      GtkWidget *button = gtk_radio_button_new_with_label_from_widget (first, text);
      GtkWidget *label = gtk_bin_get_child (GTK_BIN (button));

      first = GTK_RADIO_BUTTON (button);
      gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      g_object_set_data (G_OBJECT (button), "index", GUINT_TO_POINTER (i));
      g_signal_connect_object (button, "toggled", G_CALLBACK (on_chosen), self, 0);
      gtk_box_pack_start (self->choice, button, FALSE, FALSE, 0);
    }
  gtk_widget_show_all (GTK_WIDGET (self->choice));
  gtk_widget_set_visible (GTK_WIDGET (self->choice), self->jobs->len > 1);
}

static void
describe (HaulPageGoon *self)
{
  g_autofree char *text = self->jobs->len == 1 ? dup_description (self->jobs->pdata[0])
                                               : g_strdup (_ ("Some copying was not finished. Which do you want to "
                                                              "go on with?"));

  self->chosen = 0;
  add_choices (self);
  update_choice (self);
  gtk_label_set_text (self->sentence, text);
  gtk_widget_show (self->content);
  haul_wizard_page_set_title (HAUL_WIZARD_PAGE (self), _ ("Go on?"));
  haul_wizard_page_set_next_label (HAUL_WIZARD_PAGE (self), _ ("_Go On"));
  haul_wizard_page_set_complete (HAUL_WIZARD_PAGE (self), TRUE);
  haul_wizard_page_announce (HAUL_WIZARD_PAGE (self), text);
}

static void
use_account_of (HaulWizardState *state, const HaulJob *job)
{
  gboolean is_other = job->authenticate_as != NULL;

  g_free (state->user);
  g_free (state->server);
  g_free (state->mailbox);
  state->user = g_strdup (is_other ? job->authenticate_as : job->user);
  state->mailbox = g_strdup (is_other ? job->user : "");
  if (state->ca_file == NULL || state->is_ca_of_job)
    {
      g_free (state->ca_file);
      state->ca_file = g_strdup (job->ca_file);
      state->is_ca_of_job = TRUE;
    }
  state->server = g_strdup (job->server);
  state->port = job->port == 993 ? 0 : job->port;
  state->security = job->security == (int)HAUL_SECURITY_TLS ? HAUL_SECURITY_AUTO : (HaulSecurity)job->security;
}

static void
read_jobs (GTask *task, gpointer task_data, GCancellable *cancellable)
{
  g_autofree char *state_dir = haul_jobs_dup_state_dir ();
  GError *error = NULL;
  GPtrArray *jobs = haul_jobs_list (state_dir, &error);

  if (jobs == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, jobs, (GDestroyNotify)g_ptr_array_unref);
}

static void
on_jobs (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageGoon) self = user_data;
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) jobs = g_task_propagate_pointer (G_TASK (result), &error);
  const HaulJob *latest = jobs == NULL || jobs->len == 0 ? NULL : jobs->pdata[0];

  g_application_release (g_application_get_default ());
  if (self->content == NULL) /* the window is gone */
    return;
  if (latest != NULL && *state->user == 0)
    use_account_of (state, latest);
  g_clear_pointer (&self->jobs, g_ptr_array_unref);
  for (guint i = jobs == NULL ? 0 : jobs->len; i > 0; i--)
    if (!can_go_on (jobs->pdata[i - 1]))
      g_ptr_array_remove_index (jobs, i - 1);
  if (jobs != NULL && jobs->len > 0)
    {
      self->jobs = g_steal_pointer (&jobs);
      describe (self);
      return;
    }
  haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "account");
  if (error != NULL)
    haul_wizard_page_note (HAUL_WIZARD_PAGE (self), error->message);
}

static void
shown (HaulWizardPage *page)
{
  g_application_hold (g_application_get_default ());
  haul_wizard_thread_run (g_task_new (NULL, NULL, on_jobs, g_object_ref (page)), "jobs", read_jobs);
}

static void
on_secret (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HaulPageGoon *self = user_data;
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));

  g_clear_pointer (&state->secret, haul_secret_unref);
  state->secret = haul_keyring_lookup_finish (result, NULL);
  state->is_in_keyring = state->secret != NULL;
  haul_wizard_page_set_next (HAUL_WIZARD_PAGE (self), state->secret == NULL ? "account" : "checking");
  haul_wizard_page_apply_complete (HAUL_WIZARD_PAGE (self), TRUE);
}

/* Next: the job's account and choices are taken up again; only the password may have to be typed. */
static void
apply (HaulWizardPage *page, GCancellable *cancellable)
{
  HaulPageGoon *self = HAUL_PAGE_GOON (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);
  g_autoptr (HaulAccount) account = NULL;

  haul_wizard_state_forget_work (state);
  use_account_of (state, get_chosen (self));
  haul_choices_free (state->choices);
  state->choices = haul_choices_copy (get_chosen (self)->choices);
  state->job = haul_job_copy (get_chosen (self));
  account = haul_wizard_state_dup_account (state, NULL);
  if (account == NULL)
    {
      haul_wizard_page_set_next (page, "account");
      haul_wizard_page_apply_complete (page, TRUE);
      return;
    }
  haul_keyring_lookup_async (account, cancellable, on_secret, self);
}

static void
on_new_clicked (GtkButton *button, HaulPageGoon *self)
{
  haul_wizard_state_forget_work (haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self)));
  haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "account");
}

static void
read_report (GTask *task, gpointer task_data, GCancellable *cancellable)
{
  g_autofree char *state_dir = haul_jobs_dup_state_dir ();
  GError *error = NULL;
  HaulReport *report = haul_jobs_load_report (state_dir, task_data, &error);

  if (report == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, report, (GDestroyNotify)haul_report_free);
}

static void
on_report (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageGoon) self = user_data;
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  g_autoptr (GError) error = NULL;
  HaulReport *report = g_task_propagate_pointer (G_TASK (result), &error);

  g_application_release (g_application_get_default ());
  if (report == NULL)
    {
      haul_wizard_page_note (HAUL_WIZARD_PAGE (self), error->message);
      return;
    }
  g_clear_pointer (&state->report, haul_report_free);
  state->report = report;
  haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "done");
}

static void
on_report_clicked (GtkButton *button, HaulPageGoon *self)
{
  GTask *task = g_task_new (NULL, NULL, on_report, g_object_ref (self));

  g_application_hold (g_application_get_default ());
  g_task_set_task_data (task, g_strdup (get_chosen (self)->id), g_free);
  haul_wizard_thread_run (task, "report", read_report);
}

static void
finalize (GObject *object)
{
  g_clear_pointer (&HAUL_PAGE_GOON (object)->jobs, g_ptr_array_unref);
  G_OBJECT_CLASS (haul_page_goon_parent_class)->finalize (object);
}

static void
haul_page_goon_class_init (HaulPageGoonClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  page_class->name = "goon";
  page_class->next = "checking";
  page_class->shown = shown;
  page_class->apply = apply;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-goon.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageGoon, content);
  gtk_widget_class_bind_template_child (widget_class, HaulPageGoon, sentence);
  gtk_widget_class_bind_template_child (widget_class, HaulPageGoon, choice);
  gtk_widget_class_bind_template_child (widget_class, HaulPageGoon, report_button);
  gtk_widget_class_bind_template_callback (widget_class, on_new_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_report_clicked);
}

static void
haul_page_goon_init (HaulPageGoon *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
