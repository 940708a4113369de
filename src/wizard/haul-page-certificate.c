/* haul-page-certificate.c - page: the question about a certificate that cannot be verified
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; the pin is written on a thread.
 */
#include "wizard/haul-page-certificate.h"

#include "account/haul-certificate.h"
#include "account/haul-pins.h"
#include "wizard/haul-wizard-thread.h"

#include <glib/gi18n.h>

#define SHA256_DIGITS 64

struct _HaulPageCertificate
{
  HaulWizardPage parent_instance;
  GtkLabel *intro;
  GtkLabel *changed;
  GtkLabel *reasons;
  GtkLabel *names;
  GtkLabel *issuer;
  GtkLabel *validity;
  GtkLabel *sha256;
  GtkLabel *details;
  GtkToggleButton *compared;
  GtkWidget *always_button;
  GtkWidget *once_button;
  GtkWidget *go_back_button;
  HaulCertificate *certificate; /* (owned) (nullable) */
};

G_DEFINE_TYPE (HaulPageCertificate, haul_page_certificate, HAUL_TYPE_WIZARD_PAGE)

typedef struct
{
  char *host; /* (owned) */
  guint16 port;
  char *pin; /* (owned) */
} PinWork;

/* In groups of four and four lines of four, as a person compares them over the telephone. */
static char *
dup_grouped (const char *hex)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; hex[i] != 0 && i < SHA256_DIGITS; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (text, i % 16 == 0 ? '\n' : ' ');
      g_string_append_c (text, g_ascii_toupper (hex[i]));
    }
  return g_string_free (text, FALSE);
}

static char *
dup_server (HaulWizardState *state)
{
  return state->endpoint == NULL ? g_strdup (state->server) : haul_endpoint_to_string (state->endpoint);
}

/* A certificate that changed is a full stop: nobody gets past it without saying that it was looked at. */
static void
update_buttons (HaulPageCertificate *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  gboolean may_go_on = self->certificate != NULL && self->certificate->can_pin && state->endpoint != NULL
                       && (!self->certificate->is_changed || gtk_toggle_button_get_active (self->compared));

  gtk_widget_set_sensitive (self->always_button, may_go_on);
  gtk_widget_set_sensitive (self->once_button, may_go_on);
}

static void
on_compared_toggled (GtkToggleButton *button, HaulPageCertificate *self)
{
  update_buttons (self);
}

static void
fill (HaulPageCertificate *self, HaulWizardState *state)
{
  HaulCertificate *certificate = self->certificate;
  g_autofree char *server = dup_server (state);
  g_autofree char *intro = g_strdup_printf (_ ("It cannot be proved that this is really %s. If you go on, your "
                                               "password is sent to whoever "
                                               "holds this certificate."),
                                            server);
  g_autofree char *reasons = g_strjoinv ("\n", certificate->reasons);
  g_autofree char *grouped = dup_grouped (certificate->sha256);

  gtk_label_set_text (self->intro, intro);
  gtk_widget_set_visible (GTK_WIDGET (self->changed), certificate->is_changed);
  gtk_label_set_text (self->reasons, reasons);
  gtk_label_set_text (self->names, certificate->names);
  gtk_label_set_text (self->issuer, certificate->issuer);
  gtk_label_set_text (self->validity, certificate->validity);
  gtk_label_set_text (self->sha256, grouped);
  gtk_label_set_text (self->details, certificate->details);
  gtk_widget_set_visible (GTK_WIDGET (self->compared), certificate->is_changed && certificate->can_pin);
  gtk_toggle_button_set_active (self->compared, FALSE);
  update_buttons (self);
  gtk_widget_grab_focus (self->go_back_button);
}

static void
shown (HaulWizardPage *page)
{
  HaulPageCertificate *self = HAUL_PAGE_CERTIFICATE (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);

  g_clear_pointer (&self->certificate, haul_certificate_free);
  if (state->error != NULL)
    self->certificate = haul_certificate_new_from_error (state->error);
  if (self->certificate == NULL)
    haul_wizard_page_go (page, "account");
  else
    fill (self, state);
}

static void
use_once (HaulPageCertificate *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));

  g_free (state->once_host);
  g_free (state->once_pin);
  state->once_host = g_strdup (state->endpoint->host);
  state->once_port = haul_endpoint_get_port (state->endpoint);
  state->once_pin = g_strdup (self->certificate->pin);
  haul_wizard_state_take_error (state, NULL);
  haul_wizard_page_go (HAUL_WIZARD_PAGE (self), "checking");
}

static void
on_once_clicked (GtkButton *button, HaulPageCertificate *self)
{
  use_once (self);
}

static void
pin_work_free (PinWork *work)
{
  g_free (work->host);
  g_free (work->pin);
  g_free (work);
}

static void
write_pin (GTask *task, gpointer task_data, GCancellable *cancellable)
{
  PinWork *work = task_data;
  g_autofree char *path = haul_pins_dup_path ();
  GError *error = NULL;

  if (haul_pins_add (path, work->host, work->port, work->pin, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_pinned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageCertificate) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);

  use_once (self);
  if (ok)
    return;
  g_prefix_error (&error, "%s ", _ ("The certificate is used this time, but could not be remembered:"));
  haul_wizard_page_note (HAUL_WIZARD_PAGE (self), error->message);
}

static void
on_always_clicked (GtkButton *button, HaulPageCertificate *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  GTask *task = g_task_new (NULL, NULL, on_pinned, g_object_ref (self));
  PinWork *work = g_new0 (PinWork, 1);

  work->host = g_strdup (state->endpoint->host);
  work->port = haul_endpoint_get_port (state->endpoint);
  work->pin = g_strdup (self->certificate->pin);
  g_task_set_task_data (task, work, (GDestroyNotify)pin_work_free);
  haul_wizard_thread_run (task, "pin", write_pin);
}

static void
on_go_back_clicked (GtkButton *button, HaulPageCertificate *self)
{
  haul_wizard_page_press_back (HAUL_WIZARD_PAGE (self));
}

static void
finalize (GObject *object)
{
  g_clear_pointer (&HAUL_PAGE_CERTIFICATE (object)->certificate, haul_certificate_free);
  G_OBJECT_CLASS (haul_page_certificate_parent_class)->finalize (object);
}

static void
haul_page_certificate_class_init (HaulPageCertificateClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  page_class->name = "certificate";
  page_class->previous = "account";
  page_class->shown = shown;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-certificate.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, intro);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, changed);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, reasons);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, names);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, issuer);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, validity);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, sha256);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, details);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, compared);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, always_button);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, once_button);
  gtk_widget_class_bind_template_child (widget_class, HaulPageCertificate, go_back_button);
  gtk_widget_class_bind_template_callback (widget_class, on_compared_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_once_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_always_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_go_back_clicked);
}

static void
haul_page_certificate_init (HaulPageCertificate *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
