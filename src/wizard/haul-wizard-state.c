/* haul-wizard-state.c - what the pages tell each other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main.
 */
#include "wizard/haul-wizard-state.h"

#include "wizard/haul-wizard-thread.h"

typedef struct
{
  GPtrArray *summaries; /* (owned) */
  HaulServer *server;   /* (owned) */
  HaulChoices *choices; /* (owned) */
} PlanWork;

/**
 * haul_wizard_state_new:
 *
 * Returns: (transfer full): nothing typed, nothing chosen
 */
HaulWizardState *
haul_wizard_state_new (void)
{
  HaulWizardState *self = g_atomic_rc_box_new0 (HaulWizardState);

  self->user = g_strdup ("");
  self->server = g_strdup ("");
  self->mailbox = g_strdup ("");
  self->token_command = g_strdup ("");
  self->summaries = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_store_summary_unref);
  self->choices = haul_choices_new ();
  return self;
}

HaulWizardState *
haul_wizard_state_ref (HaulWizardState *state)
{
  return g_atomic_rc_box_acquire (state);
}

static void
state_clear (HaulWizardState *self)
{
  g_clear_pointer (&self->job, haul_job_free);
  g_free (self->user);
  g_free (self->server);
  g_free (self->mailbox);
  g_free (self->token_command);
  g_clear_pointer (&self->secret, haul_secret_unref);
  g_free (self->ca_file);
  g_free (self->old_tls_host);
  g_free (self->once_host);
  g_free (self->once_pin);
  g_clear_pointer (&self->account, haul_account_unref);
  g_clear_pointer (&self->server_facts, haul_server_unref);
  g_clear_pointer (&self->endpoint, haul_endpoint_free);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->summaries);
  haul_choices_free (self->choices);
  g_clear_pointer (&self->plan, haul_plan_unref);
  g_clear_pointer (&self->report, haul_report_free);
}

void
haul_wizard_state_unref (HaulWizardState *state)
{
  g_atomic_rc_box_release_full (state, (GDestroyNotify)state_clear);
}

/**
 * haul_wizard_state_take_error:
 * @state: the state
 * @error: (transfer full) (nullable): what a page stopped at, for the page that can mend it
 */
void
haul_wizard_state_take_error (HaulWizardState *state, GError *error)
{
  g_clear_error (&state->error);
  state->error = error;
}

/**
 * haul_wizard_state_forget_work:
 * @state: the state
 *
 * Forgets the job, the plan and its result; the account stays.
 */
void
haul_wizard_state_forget_work (HaulWizardState *state)
{
  g_clear_pointer (&state->job, haul_job_free);
  g_clear_pointer (&state->plan, haul_plan_unref);
  g_clear_pointer (&state->report, haul_report_free);
  g_clear_error (&state->error);
  state->returns_to_copy = FALSE;
  g_ptr_array_set_size (state->summaries, 0);
  haul_choices_free (state->choices);
  state->choices = haul_choices_new ();
}

/**
 * haul_wizard_state_dup_account:
 * @state: the state
 *
 * Makes an account of what was typed.
 *
 * Returns: (transfer full): the account; %NULL with an error if the server's name is not one
 */
HaulAccount *
haul_wizard_state_dup_account (HaulWizardState *state, GError **error)
{
  g_autoptr (HaulEndpoint) endpoint = NULL;
  HaulAccount *account;

  if (*state->server != 0)
    {
      endpoint = haul_endpoint_parse (state->server, state->security, error);
      if (endpoint == NULL)
        return NULL;
      if (state->port != 0)
        endpoint->port = state->port;
    }
  account = haul_account_new (*state->mailbox == 0 ? state->user : state->mailbox, endpoint);
  if (*state->token_command != 0)
    account->token = haul_token_new (state->token_command);
  else
    account->secret = state->secret == NULL ? NULL : haul_secret_ref (state->secret);
  account->ca_file = g_strdup (state->ca_file);
  account->allow_old_tls = endpoint != NULL && state->old_tls_host != NULL
                           && g_ascii_strcasecmp (endpoint->host, state->old_tls_host) == 0;
  haul_account_trust_once (account, state->once_host, state->once_port, state->once_pin);
  account->authenticate_as = *state->mailbox == 0 ? NULL : g_strdup (state->user);
  return account;
}

static void
plan_work_free (PlanWork *work)
{
  g_ptr_array_unref (work->summaries);
  haul_server_unref (work->server);
  haul_choices_free (work->choices);
  g_free (work);
}

static void
make_plan (GTask *task, gpointer task_data, GCancellable *cancellable)
{
  PlanWork *work = task_data;
  GError *error = NULL;
  HaulPlan *plan = haul_plan_new (work->summaries, work->server, work->choices, &error);

  if (plan == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, plan, (GDestroyNotify)haul_plan_unref);
}

/**
 * haul_wizard_state_plan_async:
 * @state: the state, with a server
 *
 * Makes a plan of the chosen stores and the choices as they are now, on a thread: there may be thousands of folders.
 */
void
haul_wizard_state_plan_async (HaulWizardState *state,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  PlanWork *work = g_new0 (PlanWork, 1);

  work->summaries = g_ptr_array_new_with_free_func ((GDestroyNotify)haul_store_summary_unref);
  for (guint i = 0; i < state->summaries->len; i++)
    g_ptr_array_add (work->summaries, haul_store_summary_ref (g_ptr_array_index (state->summaries, i)));
  work->server = haul_server_ref (state->server_facts);
  work->choices = haul_choices_copy (state->choices);
  g_task_set_task_data (task, work, (GDestroyNotify)plan_work_free);
  haul_wizard_thread_run (task, "plan", make_plan);
}

HaulPlan *
haul_wizard_state_plan_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
