/* haul-page-account.c - page: whose mailbox, on which server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main.
 */
#include "wizard/haul-page-account.h"

#include "account/haul-keyring.h"
#include "report/haul-sign-in-text.h"

#include <glib/gi18n.h>
#include <string.h>

struct _HaulPageAccount
{
  HaulWizardPage parent_instance;
  GtkEntry *user_entry;
  GtkEntry *password_entry;
  GtkImage *reveal_image;
  GtkToggleButton *keyring_check;
  GtkEntry *server_entry;
  GtkExpander *more;
  GtkEntry *port_entry;
  GtkComboBox *security_combo;
  GtkFileChooser *authority_button;
  GtkEntry *mailbox_entry;
  GtkEntry *token_entry;
  GtkLabel *user_hint;
  char *user_example; /* (owned) what the hint says of no name */
  GtkLabel *page_problem;
  GtkLabel *user_problem;
  GtkLabel *password_problem;
  GtkLabel *server_problem;
  GtkLabel *port_problem;
  GtkLabel *token_problem;
  gboolean is_filled;   /* the fields hold what the person sees, not what an earlier visit left */
  GCancellable *lookup; /* (owned) (nullable) the question to the keyring that is under way */
};

G_DEFINE_TYPE (HaulPageAccount, haul_page_account, HAUL_TYPE_WIZARD_PAGE)

static void
set_problem (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text == NULL ? "" : text);
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

static void
forget_problems (HaulPageAccount *self)
{
  set_problem (self->page_problem, NULL);
  set_problem (self->user_problem, NULL);
  set_problem (self->password_problem, NULL);
  set_problem (self->server_problem, NULL);
  set_problem (self->port_problem, NULL);
  set_problem (self->token_problem, NULL);
}

static void
show_problem (HaulPageAccount *self, GtkLabel *label, GtkWidget *field, const char *text)
{
  set_problem (label, text);
  if (field != NULL)
    gtk_widget_grab_focus (field);
  haul_wizard_page_announce (HAUL_WIZARD_PAGE (self), text);
}

static gboolean
has_token (HaulPageAccount *self)
{
  g_autofree char *command = g_strstrip (g_strdup (gtk_entry_get_text (self->token_entry)));

  return *command != 0;
}

/* Shows an error beside the very field that can mend it, and puts the cursor there. */
static void
show_error (HaulPageAccount *self, const GError *error)
{
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);
  g_autofree char *whole
      = text->advice == NULL ? g_strdup (text->sentence) : g_strdup_printf ("%s %s", text->sentence, text->advice);

  forget_problems (self);
  switch (text->field)
    {
    case HAUL_FIELD_USER:
      show_problem (self, self->user_problem, GTK_WIDGET (self->user_entry), whole);
      break;
    case HAUL_FIELD_PASSWORD:
      if (has_token (self) || text->wants_token)
        {
          gtk_expander_set_expanded (self->more, TRUE);
          show_problem (self, self->token_problem, GTK_WIDGET (self->token_entry), whole);
          break;
        }
      show_problem (self, self->password_problem, GTK_WIDGET (self->password_entry), whole);
      break;
    case HAUL_FIELD_SERVER:
    case HAUL_FIELD_CERTIFICATE:
      show_problem (self, self->server_problem, GTK_WIDGET (self->server_entry), whole);
      break;
    default:
      show_problem (self, self->page_problem, NULL, whole);
    }
}

static void
update_complete (HaulPageAccount *self)
{
  g_autofree char *user = g_strstrip (g_strdup (gtk_entry_get_text (self->user_entry)));

  gboolean is_token = has_token (self);

  gtk_widget_set_sensitive (GTK_WIDGET (self->password_entry), !is_token);
  gtk_widget_set_sensitive (GTK_WIDGET (self->keyring_check), !is_token);
  haul_wizard_page_set_complete (HAUL_WIZARD_PAGE (self),
                                 *user != 0 && (is_token || gtk_entry_get_text_length (self->password_entry) > 0));
}

static void
update_hint (HaulPageAccount *self)
{
  g_autofree char *sent
      = haul_sign_in_text_dup_sent (gtk_entry_get_text (self->user_entry), gtk_entry_get_text (self->mailbox_entry));

  gtk_label_set_text (self->user_hint, sent == NULL ? self->user_example : sent);
}

static void
on_changed (GtkEntry *entry, HaulPageAccount *self)
{
  forget_problems (self);
  update_complete (self);
  update_hint (self);
}

static void
on_reveal_toggled (GtkToggleButton *button, HaulPageAccount *self)
{
  gboolean shown = gtk_toggle_button_get_active (button);

  gtk_entry_set_visibility (self->password_entry, shown);
  gtk_image_set_from_icon_name (self->reveal_image, shown ? "view-conceal-symbolic" : "view-reveal-symbolic",
                                GTK_ICON_SIZE_BUTTON);
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HaulPageAccount) self = user_data;
  g_autoptr (HaulSecret) secret = haul_keyring_lookup_finish (result, NULL);

  /* Nothing there, a locked keyring and no keyring at all are the same to this page: the password is typed. */
  if (secret == NULL || gtk_entry_get_text_length (self->password_entry) > 0)
    return;
  gtk_entry_set_text (self->password_entry, haul_secret_peek (secret));
  gtk_toggle_button_set_active (self->keyring_check, TRUE);
}

static char *
dup_trimmed (GtkEntry *entry)
{
  return g_strstrip (g_strdup (gtk_entry_get_text (entry)));
}

static void
store_entry (GtkEntry *entry, char **field)
{
  g_free (*field);
  *field = dup_trimmed (entry);
}

static gboolean
store_port (HaulPageAccount *self, HaulWizardState *state)
{
  g_autofree char *text = dup_trimmed (self->port_entry);
  guint64 port = 0;

  if (*text != 0 && !g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &port, NULL))
    {
      set_problem (self->port_problem, _ ("A port is a number from 1 to 65535."));
      gtk_expander_set_expanded (self->more, TRUE);
      gtk_widget_grab_focus (GTK_WIDGET (self->port_entry));
      return FALSE;
    }
  state->port = (guint16)port;
  return TRUE;
}

/* The button knows of its file only after a while; until then, what the command line said stands. */
static void
store_authority (HaulPageAccount *self, HaulWizardState *state)
{
  char *path = gtk_file_chooser_get_filename (self->authority_button);

  if (path == NULL)
    return;
  g_free (state->ca_file);
  state->ca_file = path;
}

static void
store_typed (HaulPageAccount *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));

  store_entry (self->user_entry, &state->user);
  store_entry (self->server_entry, &state->server);
  store_entry (self->mailbox_entry, &state->mailbox);
  store_entry (self->token_entry, &state->token_command);
  store_authority (self, state);
  state->security = (HaulSecurity)MAX (0, gtk_combo_box_get_active (self->security_combo));
}

/* Asks the keyring as soon as it is known whose password would be wanted. */
static void
look_up (HaulPageAccount *self)
{
  HaulWizardState *state = haul_wizard_page_get_state (HAUL_WIZARD_PAGE (self));
  g_autoptr (HaulAccount) account = NULL;

  if (!self->is_filled)
    return;
  store_typed (self);
  if (*state->user == 0 || *state->server == 0 || *state->token_command != 0
      || gtk_entry_get_text_length (self->password_entry) > 0)
    return;
  account = haul_wizard_state_dup_account (state, NULL);
  if (account == NULL)
    return;
  if (self->lookup != NULL)
    g_cancellable_cancel (self->lookup);
  g_clear_object (&self->lookup);
  self->lookup = g_cancellable_new ();
  haul_keyring_lookup_async (account, self->lookup, on_looked_up, g_object_ref (self));
}

static gboolean
on_focus_out (GtkWidget *entry, GdkEvent *event, HaulPageAccount *self)
{
  look_up (self);
  return GDK_EVENT_PROPAGATE;
}

static void
shown (HaulWizardPage *page)
{
  HaulPageAccount *self = HAUL_PAGE_ACCOUNT (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);
  g_autofree char *port = state->port == 0 ? g_strdup ("") : g_strdup_printf ("%u", state->port);

  self->is_filled = FALSE;
  gtk_entry_set_text (self->user_entry, state->user);
  gtk_entry_set_text (self->server_entry, state->server);
  gtk_entry_set_text (self->mailbox_entry, state->mailbox);
  gtk_entry_set_text (self->token_entry, state->token_command);
  gtk_entry_set_text (self->port_entry, port);
  gtk_combo_box_set_active (self->security_combo, (int)state->security);
  if (state->ca_file != NULL)
    gtk_file_chooser_set_filename (self->authority_button, state->ca_file);
  if (state->secret != NULL && gtk_entry_get_text_length (self->password_entry) == 0)
    gtk_entry_set_text (self->password_entry, haul_secret_peek (state->secret));
  self->is_filled = TRUE;
  if (state->port != 0 || state->security != HAUL_SECURITY_AUTO || *state->mailbox != 0 || has_token (self))
    gtk_expander_set_expanded (self->more, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (*state->user == 0 || has_token (self) ? self->user_entry : self->password_entry));
  forget_problems (self);
  if (state->error != NULL)
    show_error (self, state->error);
  haul_wizard_state_take_error (state, NULL);
  look_up (self);
  update_complete (self);
}

static void
apply (HaulWizardPage *page, GCancellable *cancellable)
{
  HaulPageAccount *self = HAUL_PAGE_ACCOUNT (page);
  HaulWizardState *state = haul_wizard_page_get_state (page);
  g_autoptr (HaulAccount) account = NULL;
  g_autoptr (GError) error = NULL;

  store_typed (self);
  g_clear_pointer (&state->secret, haul_secret_unref);
  state->secret = haul_secret_new (gtk_entry_get_text (self->password_entry));
  state->wants_keyring = gtk_toggle_button_get_active (self->keyring_check) && !has_token (self);
  if (!store_port (self, state))
    {
      haul_wizard_page_apply_complete (page, FALSE);
      return;
    }
  account = haul_wizard_state_dup_account (state, &error);
  if (account == NULL)
    show_problem (self, self->server_problem, GTK_WIDGET (self->server_entry), error->message);
  self->is_filled = account == NULL;
  haul_wizard_page_apply_complete (page, account != NULL);
}

static gboolean
back (HaulWizardPage *page)
{
  return haul_wizard_page_get_back_label (page) == NULL;
}

static void
dispose (GObject *object)
{
  HaulPageAccount *self = HAUL_PAGE_ACCOUNT (object);

  if (self->lookup != NULL)
    g_cancellable_cancel (self->lookup);
  g_clear_object (&self->lookup);
  g_clear_pointer (&self->user_example, g_free);
  G_OBJECT_CLASS (haul_page_account_parent_class)->dispose (object);
}

static void
haul_page_account_class_init (HaulPageAccountClass *klass)
{
  HaulWizardPageClass *page_class = HAUL_WIZARD_PAGE_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  page_class->name = "account";
  page_class->next = "checking";
  page_class->shown = shown;
  page_class->apply = apply;
  page_class->back = back;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mailhaul/Mailhaul/haul-page-account.ui");
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, user_entry);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, password_entry);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, reveal_image);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, keyring_check);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, server_entry);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, more);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, port_entry);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, security_combo);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, authority_button);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, mailbox_entry);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, token_entry);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, user_hint);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, page_problem);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, user_problem);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, password_problem);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, server_problem);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, port_problem);
  gtk_widget_class_bind_template_child (widget_class, HaulPageAccount, token_problem);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_reveal_toggled);
  gtk_widget_class_bind_template_callback (widget_class, on_focus_out);
}

static void
haul_page_account_init (HaulPageAccount *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->user_example = g_strdup (gtk_label_get_text (self->user_hint));
}
