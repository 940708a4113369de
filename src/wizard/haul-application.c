/* haul-application.c - the program as the desktop sees it: one instance, its actions and keys
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main.
 */
#include "wizard/haul-application.h"

#include "haul-config.h"
#include "wizard/haul-wizard-window.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define PASSWORD_BYTES_MAX 4096

struct _HaulApplication
{
  GtkApplication parent_instance;
  HaulWizardState *state; /* (owned) what the command line says of the account */
};

G_DEFINE_TYPE (HaulApplication, haul_application, GTK_TYPE_APPLICATION)

static HaulWizardWindow *
get_window (HaulApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));

  for (GList *l = windows; l != NULL; l = l->next)
    if (HAUL_IS_WIZARD_WINDOW (l->data))
      return l->data;
  return haul_wizard_window_new (GTK_APPLICATION (self), self->state);
}

static void
on_show (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_window_present (GTK_WINDOW (get_window (user_data)));
}

/* A copy that is going on is asked about first; the window then closes itself. */
static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_window_close (GTK_WINDOW (get_window (user_data)));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_show_about_dialog (GTK_WINDOW (get_window (user_data)), "program-name", g_get_application_name (), "version",
                         HAUL_VERSION, "logo-icon-name", HAUL_APP_ID, "comments",
                         _ ("Moves the mail on this computer into a mailbox on a server"), "license-type",
                         GTK_LICENSE_GPL_3_0, NULL);
}

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/io/github/mailhaul/Mailhaul/style.css");
  gtk_style_context_add_provider_for_screen (gdk_screen_get_default (), GTK_STYLE_PROVIDER (provider),
                                             GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
startup (GApplication *application)
{
  static const GActionEntry actions[] = {
    { .name = "show", .activate = on_show },
    { .name = "quit", .activate = on_quit },
    { .name = "about", .activate = on_about },
  };
  static const struct
  {
    const char *action;
    const char *keys[3];
  } accels[] = {
    { "app.quit", { "<Primary>q" } },
    { "win.back", { "<Alt>Left" } },
    { "win.next", { "<Alt>Right" } },
    { "win.pause", { "<Primary>p" } },
    { "win.show-help-overlay", { "<Primary>question", "<Primary>F1" } },
  };

  G_APPLICATION_CLASS (haul_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), application);
  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), accels[i].action, accels[i].keys);
  load_style ();
  gtk_window_set_default_icon_name (HAUL_APP_ID);
}

static void
activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (get_window (HAUL_APPLICATION (application))));
}

/* Files and folders given on the command line, or dropped on the icon, are looked into as well. */
static void
open_files (GApplication *application, GFile **files, int n_files, const char *hint)
{
  HaulWizardWindow *window = get_window (HAUL_APPLICATION (application));

  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *path = g_file_get_path (files[i]);

      if (path != NULL)
        haul_wizard_window_add_path (window, path);
    }
  gtk_window_present (GTK_WINDOW (window));
}

static void
replace (char **field, const char *text)
{
  g_free (*field);
  *field = g_strdup (text);
}

/* A pipe or file that holds a password, as mailhaul-cli takes it; the first line counts. */
static HaulSecret *
read_password (int fd)
{
  char *text = g_malloc0 (PASSWORD_BYTES_MAX + 1);
  gsize length = 0;
  gssize n;

  while (length < PASSWORD_BYTES_MAX && (n = read (fd, text + length, PASSWORD_BYTES_MAX - length)) > 0)
    length += (gsize)n;
  close (fd);
  text[strcspn (text, "\r\n")] = 0;
  return haul_secret_new_take (text);
}

static int
handle_local_options (GApplication *application, GVariantDict *options)
{
  HaulWizardState *state = HAUL_APPLICATION (application)->state;
  const char *text;
  int fd;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("mailhaul %s\n", HAUL_VERSION);
      return 0;
    }
  if (g_variant_dict_lookup (options, "server", "&s", &text))
    replace (&state->server, text);
  if (g_variant_dict_lookup (options, "user", "&s", &text))
    replace (&state->user, text);
  if (g_variant_dict_lookup (options, "token-command", "&s", &text))
    replace (&state->token_command, text);
  if (g_variant_dict_lookup (options, "ca-file", "^&ay", &text))
    replace (&state->ca_file, text);
  if (g_variant_dict_lookup (options, "password-fd", "i", &fd))
    state->secret = read_password (fd);
  return -1;
}

static void
finalize (GObject *object)
{
  haul_wizard_state_unref (HAUL_APPLICATION (object)->state);
  G_OBJECT_CLASS (haul_application_parent_class)->finalize (object);
}

static void
haul_application_class_init (HaulApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  application_class->startup = startup;
  application_class->activate = activate;
  application_class->open = open_files;
  application_class->handle_local_options = handle_local_options;
}

static void
haul_application_init (HaulApplication *self)
{
  static const GOptionEntry options[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and end"), NULL },
    { "server", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("The mail server"), N_ ("HOST[:PORT]") },
    { "user", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("The user name there"), N_ ("LOGIN") },
    { "password-fd", 0, 0, G_OPTION_ARG_INT, NULL, N_ ("Read the password from this file descriptor"), N_ ("N") },
    { "token-command", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Sign in with the access token that a command prints"),
      N_ ("CMD") },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Trust this certificate authority as well"), N_ ("PEM") },
    { NULL },
  };

  self->state = haul_wizard_state_new ();
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _ ("[FILE OR FOLDER WITH MAIL…]"));
}

HaulApplication *
haul_application_new (void)
{
  return g_object_new (HAUL_TYPE_APPLICATION, "application-id", HAUL_APP_ID, "resource-base-path",
                       "/io/github/mailhaul/Mailhaul", "flags", G_APPLICATION_HANDLES_OPEN, NULL);
}
