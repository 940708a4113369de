/* haul-page-goon.c - page: a job was left unfinished: go on with it?
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
  HaulJob *job; /* (owned) (nullable) the one that was worked on last and is not finished */
};

G_DEFINE_TYPE (HaulPageGoon, haul_page_goon, HAUL_TYPE_WIZARD_PAGE)

static HaulJob *
find_latest (GPtrArray *jobs, gboolean only_unfinished)
{
  HaulJob *latest = NULL;

  for (guint i = 0; i < jobs->len; i++)
    {
      HaulJob *job = g_ptr_array_index (jobs, i);

      if ((!only_unfinished || !job->is_finished) && (latest == NULL || job->last > latest->last))
        latest = job;
    }
  return latest;
}

static void
describe (HaulPageGoon *self)
{
  g_autoptr (GDateTime) last = g_date_time_new_from_unix_local (self->job->last);
  g_autofree char *day = last == NULL ? g_strdup ("?") : g_date_time_format (last, _ ("%A, %-d %B %Y"));
  g_autofree char *progress = haul_wizard_text_dup_progress (self->job->done, self->job->messages);
  /* Translators: user, server, day, “1,204 of 8,311 messages”. */
  g_autofree char *text = g_strdup_printf (_ ("Copying mail of %s to %s stopped on %s after %s."), self->job->user,
                                           self->job->server, day, progress);

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
  g_free (state->user);
  g_free (state->server);
  state->user = g_strdup (job->user);
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
  const HaulJob *latest = jobs == NULL ? NULL : find_latest (jobs, FALSE);
  const HaulJob *unfinished = jobs == NULL ? NULL : find_latest (jobs, TRUE);

  g_application_release (g_application_get_default ());
  if (self->content == NULL) /* the window is gone */
    return;
  if (latest != NULL && *state->user == 0)
    use_account_of (state, latest);
  g_clear_pointer (&self->job, haul_job_free);
  if (unfinished != NULL)
    {
      guint index;

      g_ptr_array_find (jobs, unfinished, &index);
      g_ptr_array_set_free_func (jobs, NULL);
      self->job = g_ptr_array_steal_index (jobs, index);
      g_ptr_array_set_free_func (jobs, (GDestroyNotify)haul_job_free);
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
  use_account_of (state, self->job);
  haul_choices_free (state->choices);
  state->choices = haul_choices_copy (self->job->choices);
  state->job = g_steal_pointer (&self->job);
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
  g_task_set_task_data (task, g_strdup (self->job->id), g_free);
  haul_wizard_thread_run (task, "report", read_report);
}

static void
finalize (GObject *object)
{
  g_clear_pointer (&HAUL_PAGE_GOON (object)->job, haul_job_free);
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
  gtk_widget_class_bind_template_callback (widget_class, on_new_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_report_clicked);
}

static void
haul_page_goon_init (HaulPageGoon *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
