/* haul-page-checking.c - page: find the server, connect, sign in: five steps, seen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; the probe runs on its own.
 */
#include "wizard/haul-page-checking.h"

#include "account/haul-certificate.h"
#include "account/haul-keyring.h"
#include "account/haul-probe.h"
#include "wizard/haul-wizard-text.h"

#include <glib/gi18n.h>

typedef enum
{
  STEP_WAITS,
  STEP_WORKS,
  STEP_DONE,
  STEP_FAILED,
} StepState;

struct _HaulPageChecking
{
  HaulWizardPage parent_instance;
  GtkBox *steps;
  GtkWidget *success;
  GtkWidget *failure;
  GtkLabel *sentence;
  GtkLabel *advice;
  GtkWidget *details;
  GtkLabel *server_words;
  GtkWidget *old_tls;
  GtkWidget *other_server_button;
  char *other_server; /* (owned) (nullable) where this server says that the mailbox is */
  GtkImage *icons[HAUL_N_PROBE_STEPS];
  GtkLabel *states[HAUL_N_PROBE_STEPS];
  HaulProbeStep step;        /* the one that began last */
  HaulAccount *account;      /* (owned) (nullable) being tried */
  GCancellable *cancellable; /* (owned) (nullable) of the apply */
};

G_DEFINE_TYPE (HaulPageChecking, haul_page_checking, HAUL_TYPE_WIZARD_PAGE)

static void
set_step (HaulPageChecking *self, HaulProbeStep step, StepState state, const char *detail)
{
  static const char *const icons[]
      = { "content-loading-symbolic", "media-playback-start-symbolic", "emblem-ok-symbolic", "dialog-error-symbolic" };
  static const char *const words[] = { N_ ("waiting"), N_ ("working…"), N_ ("done"), N_ ("failed") };
  g_autofree char *text = detail == NULL || *detail == 0 ? g_strdup (_ (words[state]))
                                                         : g_strdup_printf ("%s · %s", _ (words[state]), detail);

  gtk_image_set_from_icon_name (self->icons[step], icons[state], GTK_ICON_SIZE_BUTTON);
  gtk_widget_set_opacity (GTK_WIDGET (self->icons[step]), state == STEP_WAITS ? 0.4 : 1);
  gtk_label_set_text (self->states[step], text);
}

static void
reset_steps (HaulPageChecking *self)
{
  for (HaulProbeStep step = 0; step < HAUL_N_PROBE_STEPS; step++)
    set_step (self, step, STEP_WAITS, NULL);
  self->step = HAUL_PROBE_LOOKUP;
  gtk_widget_hide (self->success);
  gtk_widget_hide (self->failure);
}

/* What is known of the server is worth keeping even if the sign-in fails: a certificate is trusted for an endpoint. */
static void
remember_endpoint (HaulPageChecking *self, const char *detail)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  HaulEndpoint *endpoint = detail == NULL ? NULL : haul_endpoint_parse (detail, HAUL_SECURITY_AUTO, NULL);

  if (endpoint == NULL)
    return;
  g_clear_pointer (&state->endpoint, haul_endpoint_free);
  state->endpoint = endpoint;
}

static void
on_step (HaulProbeStep step, gboolean is_done, const char *detail, gpointer user_data)
{
  HaulPageChecking *self = user_data;

  if (self->steps == NULL) /* the window is gone */
    return;
  if (step == HAUL_PROBE_WAITING)
    {
      set_step (self, HAUL_PROBE_MAILBOX, STEP_WORKS, _ ("not yet; once more in a minute"));
      return;
    }
  self->step = step;
  set_step (self, step, is_done ? STEP_DONE : STEP_WORKS, detail);
  if (step == HAUL_PROBE_CERTIFICATE && is_done && self->account != NULL && self->account->endpoint != NULL
      && self->account->endpoint->security == HAUL_SECURITY_NONE)
    set_step (self, step, STEP_DONE, _ ("there is none, nothing is encrypted"));
  if (step == HAUL_PROBE_CONNECT)
    remember_endpoint (self, detail);
}

static void
finish (HaulPageChecking *self, gboolean valid)
{
  g_clear_pointer (&self->account, haul_account_unref);
  g_clear_object (&self->cancellable);
  haul_wizard_page_apply_complete (HAUL_WIZARD_PAGE (self), valid);
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageChecking) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (haul_keyring_store_finish (result, &error))
    {
      haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self))->is_in_keyring = TRUE;
      return;
    }
  text = g_strdup_printf (_ ("The password was not saved in the keyring: %s"), error->message);
  haul_wizard_page_note (HAUL_WIZARD_PAGE (self), text);
}

static void
describe_room (HaulPageChecking *self, const HaulServer *server)
{
  guint64 room
      = server->quota_limit_bytes > server->quota_used_bytes ? server->quota_limit_bytes - server->quota_used_bytes : 0;
  g_autofree char *size = haul_wizard_text_dup_size (room);
  g_autofree char *limit = haul_wizard_text_dup_size (server->append_limit_bytes);
  g_autofree char *free_text = server->has_quota ? g_strdup_printf (_ ("room for %s"), size) : NULL;
  g_autofree char *limit_text
      = server->append_limit_bytes > 0 ? g_strdup_printf (_ ("messages up to %s"), limit) : NULL;
  g_autofree char *detail = free_text != NULL && limit_text != NULL
                                ? g_strdup_printf ("%s, %s", free_text, limit_text)
                                : g_strdup (free_text != NULL ? free_text : limit_text);

  set_step (self, HAUL_PROBE_MAILBOX, STEP_DONE, detail);
}

static const char *
find_next (const HaulWizardState *state)
{
  if (state->job != NULL && state->job->undo == HAUL_JOB_UNDO_BEGUN)
    return "undo";
  return state->job != NULL || state->returns_to_copy ? "ready" : "stores";
}

static void
succeed (HaulPageChecking *self, HaulProbeResult *result)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));

  g_clear_pointer (&state->account, haul_account_unref);
  g_clear_pointer (&state->server_facts, haul_server_unref);
  state->account = haul_account_ref (result->account);
  state->server_facts = haul_server_ref (result->server);
  describe_room (self, result->server);
  gtk_widget_show (self->success);
  if (state->wants_keyring)
    haul_keyring_store_async (state->account, NULL, on_stored, g_object_ref (self));
  haul_wizard_page_set_next (HAUL_WIZARD_PAGE (self), find_next (state));
  haul_wizard_page_announce (HAUL_WIZARD_PAGE (self), _ ("Signed in. The mailbox is ready."));
  finish (self, TRUE);
}

/* Windows without a cipher in common hangs up and says nothing. */
static gboolean
may_be_old (HaulPageChecking *self, const GError *error, const char *code)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  gboolean was_tried = self->account != NULL && self->account->allow_old_tls;

  return state->endpoint != NULL && !was_tried
         && (g_str_equal (code, "tls-too-old") || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS));
}

static void
show_failure (HaulPageChecking *self, const GError *error)
{
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);

  set_step (self, self->step, STEP_FAILED, NULL);
  gtk_label_set_text (self->sentence, text->sentence);
  gtk_label_set_text (self->advice, text->advice == NULL ? "" : text->advice);
  gtk_widget_set_visible (GTK_WIDGET (self->advice), text->advice != NULL);
  gtk_label_set_text (self->server_words, text->server_text == NULL ? "" : text->server_text);
  gtk_widget_set_visible (self->details, text->server_text != NULL && *text->server_text != 0);
  g_free (self->other_server);
  self->other_server = g_strdup (text->other_server);
  gtk_widget_set_visible (self->other_server_button, text->other_server != NULL);
  gtk_widget_set_visible (self->old_tls, may_be_old (self, error, text->code));
  gtk_widget_show (self->failure);
  haul_wizard_page_announce (HAUL_WIZARD_PAGE (self), text->sentence);
}

/* Only filled in: nothing is sent there before the person has seen it on the page of the account, and goes on. */
static void
on_other_server_clicked (GtkButton *button, HaulPageChecking *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));

  g_free (state->server);
  state->server = g_strdup (self->other_server);
  state->port = 0;
  haul_wizard_state_take_error (state, NULL);
  haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "account");
}

/* The choice is for the server that was just tried, also where a search had found it. */
static void
on_old_tls_clicked (GtkButton *button, HaulPageChecking *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));

  g_free (state->old_tls_host);
  state->old_tls_host = g_strdup (state->endpoint->host);
  if (*state->server == 0)
    {
      g_free (state->server);
      state->server = g_strdup (state->endpoint->host);
    }
  haul_wizard_state_take_error (state, NULL);
  haul_wizard_page_apply_begin (HAUL_WIZARD_PAGE (self));
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageChecking) self = g_object_ref (user_data);
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  GError *error = NULL;
  g_autoptr (HaulProbeResult) found = haul_probe_run_finish (result, &error);
  g_autoptr (HaulCertificate) certificate = NULL;

  if (found != NULL)
    {
      succeed (self, found);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_error_free (error);
      finish (self, FALSE);
      return;
    }
  certificate = haul_certificate_new_from_error (error);
  show_failure (self, error);
  haul_wizard_state_take_error (state, error);
  finish (self, FALSE);
  if (certificate != NULL)
    haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "certificate");
}

static void
apply (HaulWizardPage *page, GCancellable *cancellable)
{
  HaulPageChecking *self = HAUL_PAGE_CHECKING (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);
  GError *error = NULL;

  reset_steps (self);
  haul_wizard_page_set_complete (page, FALSE);
  self->cancellable = g_object_ref (cancellable);
  g_clear_pointer (&state->endpoint, haul_endpoint_free);
  self->account = haul_wizard_state_dup_account (state, &error);
  if (self->account == NULL)
    {
      show_failure (self, error);
      haul_wizard_state_take_error (state, error);
      finish (self, FALSE);
    }
  else
    haul_probe_run_async (self->account, on_step, self, self->cancellable, on_probed, self);
}

static void
add_step (HaulPageChecking *self, HaulProbeStep step, const char *name, GtkSizeGroup *group)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (name);

  self->icons[step] = GTK_IMAGE (gtk_image_new ());
  self->states[step] = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_xalign (self->states[step], 0);
  gtk_label_set_line_wrap (self->states[step], TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self->states[step])), "dim-label");
  gtk_size_group_add_widget (group, label);
  gtk_container_add (GTK_CONTAINER (row), GTK_WIDGET (self->icons[step]));
  gtk_container_add (GTK_CONTAINER (row), label);
  gtk_box_pack_start (GTK_BOX (row), GTK_WIDGET (self->states[step]), TRUE, TRUE, 0);
  gtk_widget_show_all (row);
  gtk_container_add (GTK_CONTAINER (self->steps), row);
}

static void
finalize (GObject *object)
{
  g_free (HAUL_PAGE_CHECKING (object)->other_server);
  G_OBJECT_CLASS (haul_page_checking_parent_class)->finalize (object);
}

static void
haul_page_checking_class_init (HaulPageCheckingClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  page_class->name = "checking";
  page_class->previous = "account";
  page_class->next = "stores";
  page_class->applies_when_shown = TRUE;
  page_class->apply = apply;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-checking.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageChecking, steps);
  gtk_widget_class_bind_template_child (widget_class, HaulPageChecking, success);
  gtk_widget_class_bind_template_child (widget_class, HaulPageChecking, failure);
  gtk_widget_class_bind_template_child (widget_class, HaulPageChecking, sentence);
  gtk_widget_class_bind_template_child (widget_class, HaulPageChecking, advice);
  gtk_widget_class_bind_template_child (widget_class, HaulPageChecking, details);
  gtk_widget_class_bind_template_child (widget_class, HaulPageChecking, server_words);
  gtk_widget_class_bind_template_child (widget_class, HaulPageChecking, old_tls);
  gtk_widget_class_bind_template_child (widget_class, HaulPageChecking, other_server_button);
  gtk_widget_class_bind_template_callback (widget_class, on_old_tls_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_other_server_clicked);
}

static void
haul_page_checking_init (HaulPageChecking *self)
{
  static const char *const names[HAUL_N_PROBE_STEPS] = {
    N_ ("Looking for the server"), N_ ("Connecting"), N_ ("Certificate"), N_ ("Signing in"), N_ ("Opening the mailbox"),
  };
  g_autoptr (GtkSizeGroup) group = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  gtk_widget_init_template (GTK_WIDGET (self));
  for (HaulProbeStep step = 0; step < HAUL_N_PROBE_STEPS; step++)
    add_step (self, step, _ (names[step]), group);
  reset_steps (self);
}
