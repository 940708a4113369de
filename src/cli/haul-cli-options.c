/* haul-cli-options.c - what stands on the command line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main.
 * Errors:  HAUL_CLI_USAGE_ERROR, whose message is for people.
 */
#include "cli/haul-cli-options.h"

#include "haul-config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "base/haul-repair.h"

GQuark
haul_cli_usage_error_quark (void)
{
  return g_quark_from_static_string ("haul-cli-usage-error");
}

static const char exit_statuses[]
    = N_ ("Exit status:\n"
          "   0  all is done, and what was copied was checked\n"
          "   3  finished, but some messages were not copied: the report lists them\n"
          "  64  wrong options\n"
          "  65  a store is damaged beyond reading    66  a store is not there, or no mail in it\n"
          "  69  the server cannot be reached         70  an error in this program\n"
          "  73  something cannot be written          74  something cannot be read\n"
          "  75  stopped, or told to wait: run it again\n"
          "  76  the server does not keep to the rules\n"
          "  77  sign-in refused                      80  the server’s certificate or protection is not trusted\n"
          "  81  the mailbox is full\n"
          "The most severe one wins.");

static const char rungs[]
    = N_ ("How sure it is that each message arrives exactly once, by what the server can do (plan and report say it "
          "for each folder):\n"
          "  R1  certain: the server can move messages, and was seen to do it\n"
          "  R2  certain: a new mailbox is filled under another name, checked, and renamed\n"
          "  R3  unless the server carries out a command over ten seconds after the connection broke\n"
          "  R4  unless the server stores a message over a minute after the connection broke; the report names those "
          "at risk");

static void
add_account_entries (GOptionContext *context, HaulCliOptions *self)
{
  const GOptionEntry entries[] = {
    { "server", 0, 0, G_OPTION_ARG_STRING, &self->server, N_ ("The mail server; left out: it is searched"),
      "HOST[:PORT]" },
    { "user", 0, 0, G_OPTION_ARG_STRING, &self->user, N_ ("User name: DOMAIN\\user or user@example.org"), "LOGIN" },
    { "security", 0, 0, G_OPTION_ARG_STRING, &self->security,
      N_ ("Protection: tls, starttls or none; left out: the best there is"), "KIND" },
    { "auth", 0, 0, G_OPTION_ARG_STRING, &self->auth,
      N_ ("How to sign in: plain, login, cram-md5, scram-sha-1, scram-sha-256, ntlm, ntlm-v1, gssapi, xoauth2, "
          "oauthbearer or external; left out: the best there is. ntlm-v1 is for very old servers: it gives the "
          "password "
          "away to whoever listens"),
      "MECHANISM" },
    { "authenticate-as", 0, 0, G_OPTION_ARG_STRING, &self->authenticate_as,
      N_ ("Sign in as this administrator, into the mailbox of --user"), "ADMIN" },
    { "password-fd", 0, 0, G_OPTION_ARG_INT, &self->password_fd, N_ ("Read the password from this file descriptor"),
      "N" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &self->password_file,
      N_ ("Read the password from the first line of a file that others cannot read"), "FILE" },
    { "password-command", 0, 0, G_OPTION_ARG_STRING, &self->password_command,
      N_ ("Read the password from the first line that a command prints"), "CMD" },
    { "token-command", 0, 0, G_OPTION_ARG_STRING, &self->token_command,
      N_ ("Sign in with the access token that a command prints; it is asked again when the token runs out"), "CMD" },
    { "server-kind", 0, 0, G_OPTION_ARG_STRING, &self->server_kind,
      N_ ("Which server it is, where it does not say: exchange-2010, dovecot …"), "NAME" },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &self->ca_file, N_ ("Also trust the authorities in this file"), "PEM" },
    { "client-certificate", 0, 0, G_OPTION_ARG_FILENAME, &self->client_certificate,
      N_ ("Show this certificate to a server that asks for one; alone it signs in with --auth=external"), "PEM" },
    { "client-key", 0, 0, G_OPTION_ARG_FILENAME, &self->client_key,
      N_ ("Its key, if that is in a file of its own, which others cannot read"), "PEM" },
    { "pin", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->pins, N_ ("Trust only the certificate with this fingerprint"),
      "SHA256" },
    { "allow-plaintext", 0, 0, G_OPTION_ARG_NONE, &self->allow_plaintext,
      N_ ("Let --security=none send the password unprotected over a network"), NULL },
    { "allow-old-tls", 0, 0, G_OPTION_ARG_NONE, &self->allow_old_tls,
      N_ ("Let an old server use TLS 1.0 or 1.1, also with 3DES or RC4, which can be broken"), NULL },
    { "preset", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &self->preset, "", "FILE" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static void
add_choices_entries (GOptionContext *context, HaulCliOptions *self)
{
  const GOptionEntry entries[] = {
    { "into", 0, 0, G_OPTION_ARG_STRING, &self->into, N_ ("Put everything under this folder"), "FOLDER" },
    { "map", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->maps, N_ ("Put the folder FROM into the mailbox TO (repeatable)"),
      "FROM=TO" },
    { "folder", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->folders,
      N_ ("Copy only this folder, without its subfolders (repeatable)"), "NAME" },
    { "since", 0, 0, G_OPTION_ARG_STRING, &self->since, N_ ("Only messages received on this day or later"),
      "YYYY-MM-DD" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &self->until, N_ ("Only messages received on this day or earlier"),
      "YYYY-MM-DD" },
    { "max-size", 0, 0, G_OPTION_ARG_STRING, &self->max_size, N_ ("Only messages up to this size"), "BYTES" },
    { "newest-first", 0, 0, G_OPTION_ARG_NONE, &self->newest_first, N_ ("Begin with the newest messages"), NULL },
    { "include-deleted", 0, 0, G_OPTION_ARG_NONE, &self->include_deleted,
      N_ ("Also the trash, and messages marked as deleted"), NULL },
    { "include-junk", 0, 0, G_OPTION_ARG_NONE, &self->include_junk, N_ ("Also the junk folders"), NULL },
    { "repair", 0, 0, G_OPTION_ARG_STRING, &self->repair,
      N_ ("Repair refused messages so only: final-line-end, from-line, header-8bit, nul, long-lines, empty; or all"),
      "LIST" },
    { "no-repair", 0, 0, G_OPTION_ARG_STRING, &self->no_repair, N_ ("Repair refused messages, but not so; or all"),
      "LIST" },
    { "carrier", 0, 0, G_OPTION_ARG_NONE, &self->carrier, N_ ("Attach a message that stays refused to a small message"),
      NULL },
    { "export-refused", 0, 0, G_OPTION_ARG_FILENAME, &self->export_refused,
      N_ ("Keep what stays refused in this folder; left out: beside the journals"), "DIR" },
    { "connections", 0, 0, G_OPTION_ARG_INT, &self->connections, N_ ("Use this many connections at once"), "N" },
    { "max-rate", 0, 0, G_OPTION_ARG_STRING, &self->max_rate, N_ ("Send at most this much in a second"), "BYTES" },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static void
add_other_entries (GOptionContext *context, HaulCliOptions *self, HaulCliOptionsGroups groups)
{
  const GOptionEntry job[] = {
    { "job", 0, 0, G_OPTION_ARG_STRING, &self->job, N_ ("The job, as “mailhaul-cli jobs” names it"), "ID" },
    { NULL },
  };
  const GOptionEntry every_byte[] = {
    { "every-byte", 0, 0, G_OPTION_ARG_NONE, &self->every_byte, N_ ("Download all messages and compare every byte"),
      NULL },
    { NULL },
  };
  const GOptionEntry output[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &self->output, N_ ("Write to this file"), "FILE" },
    { "with-subjects", 0, 0, G_OPTION_ARG_NONE, &self->with_subjects,
      N_ ("Name subject and sender of the messages listed; they are read from the mail on this computer"), NULL },
    { NULL },
  };
  const GOptionEntry events[] = {
    { "events", 0, 0, G_OPTION_ARG_STRING, &self->events,
      N_ ("json: print what happens as one object a line, and nothing else"), "json" },
    { "status-file", 0, 0, G_OPTION_ARG_FILENAME, &self->status_file, N_ ("Keep a file up to date with the progress"),
      "FILE" },
    { NULL },
  };

  const GOptionEntry clean_up[] = {
    { "clean-up", 0, 0, G_OPTION_ARG_NONE, &self->clean_up,
      N_ ("Delete what another Mailhaul left in the mailbox, if it does not change for a minute"), NULL },
    { NULL },
  };

  if (groups & HAUL_CLI_OPTIONS_CLEAN_UP)
    g_option_context_add_main_entries (context, clean_up, GETTEXT_PACKAGE);
  if (groups & HAUL_CLI_OPTIONS_JOB)
    g_option_context_add_main_entries (context, job, GETTEXT_PACKAGE);
  if (groups & HAUL_CLI_OPTIONS_EVERY_BYTE)
    g_option_context_add_main_entries (context, every_byte, GETTEXT_PACKAGE);
  if (groups & HAUL_CLI_OPTIONS_OUTPUT)
    g_option_context_add_main_entries (context, output, GETTEXT_PACKAGE);
  if (groups & HAUL_CLI_OPTIONS_EVENTS)
    g_option_context_add_main_entries (context, events, GETTEXT_PACKAGE);
}

static void
add_common_entries (GOptionContext *context, HaulCliOptions *self, HaulCliOptionsGroups groups)
{
  gboolean is_report = (groups & HAUL_CLI_OPTIONS_OUTPUT) != 0;
  const GOptionEntry entries[] = {
    { "format", 0, 0, G_OPTION_ARG_STRING, &self->format,
      is_report ? N_ ("Form of the report: text, html, json or csv") : N_ ("Form of the output: text or json"),
      "FORM" },
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->state_dir,
      N_ ("Where the journals of the jobs are; left out: the user’s own folder"), "DIR" },
    { "batch", 0, 0, G_OPTION_ARG_NONE, &self->batch, N_ ("Never ask"), NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &self->quiet, N_ ("Print errors only"), NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, N_ ("Print what happens inside, to standard error"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->show_version, N_ ("Print the version"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->arguments, NULL, NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list words;

  va_start (words, format);
  g_autofree char *message = g_strdup_vprintf (format, words);
  va_end (words);
  g_set_error_literal (error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG, message);
  return FALSE;
}

static gboolean
check_format (const HaulCliOptions *self, HaulCliOptionsGroups groups, GError **error)
{
  static const char *const usual[] = { "text", "json", NULL };
  static const char *const of_report[] = { "text", "json", "html", "csv", NULL };
  gboolean is_report = (groups & HAUL_CLI_OPTIONS_OUTPUT) != 0;

  if (self->format != NULL && !g_strv_contains (is_report ? of_report : usual, self->format))
    return fail (error, _ ("There is no format “%s”: use %s."), self->format,
                 is_report ? "text, html, json or csv" : "text or json");
  if (self->events != NULL && !g_str_equal (self->events, "json"))
    return fail (error, _ ("Events come as “json” only, not as “%s”."), self->events);
  return TRUE;
}

static gboolean
check_account (const HaulCliOptions *self, GError **error)
{
  int n_passwords = (self->password_fd >= 0) + (self->password_file != NULL) + (self->password_command != NULL)
                    + (self->token_command != NULL);

  if (self->preset != NULL)
    return fail (error, _ ("The option --preset is not available yet."));
  if (self->client_key != NULL && self->client_certificate == NULL)
    return fail (error, _ ("--client-key goes with --client-certificate."));
  if (self->allow_old_tls && self->client_certificate != NULL)
    return fail (error, _ ("--client-certificate does not go with --allow-old-tls: it would not be shown."));
  if (n_passwords > 1)
    return fail (error, _ ("Give the password in one way only."));
  if (self->password_fd < -1)
    return fail (error, _ ("--password-fd needs the number of an open file descriptor."));
  return TRUE;
}

static void
set_debug (const HaulCliOptions *self)
{
  g_log_writer_default_set_use_stderr (TRUE);
  if (self->verbose)
    g_setenv ("G_MESSAGES_DEBUG", "haul-base haul-imap haul-store haul-account haul-migrate haul-cli", TRUE);
}

/* GOption's own message repeats a wrong option whole; what was meant to be a password must not be shown. */
static void
take_parse_error (GError **error, GError *parse_error)
{
  char *value = strchr (parse_error->message, '=');

  if (value != NULL)
    *value = '\0';
  fail (error, "%s", parse_error->message);
  g_error_free (parse_error);
}

/**
 * haul_cli_options_parse:
 * @command: the command, as typed
 * @parameters: what follows the options, for the help
 * @summary: what the command does, translated
 * @groups: which options it takes
 * @arguments: (inout): the words after the command
 * @error: return location
 *
 * Reads the options of a command. With --help, prints it and ends the program.
 *
 * Returns: (transfer full) (nullable): the options
 */
HaulCliOptions *
haul_cli_options_parse (const char *command,
                        const char *parameters,
                        const char *summary,
                        HaulCliOptionsGroups groups,
                        char ***arguments,
                        GError **error)
{
  g_autofree char *program = g_strdup_printf ("mailhaul-cli %s", command);
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_autoptr (HaulCliOptions) self = g_new0 (HaulCliOptions, 1);
  GError *parse_error = NULL;

  self->password_fd = -1;
  g_set_prgname (program); /* the first words of the help */
  g_option_context_set_summary (context, summary);
  g_autofree char *description = g_strconcat (_ (exit_statuses), "\n\n", _ (rungs), NULL);
  g_option_context_set_description (context, description);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  if (groups & HAUL_CLI_OPTIONS_ACCOUNT)
    add_account_entries (context, self);
  if (groups & HAUL_CLI_OPTIONS_CHOICES)
    add_choices_entries (context, self);
  add_other_entries (context, self, groups);
  add_common_entries (context, self, groups);
  gboolean is_good = g_option_context_parse_strv (context, arguments, &parse_error);
  g_set_prgname ("mailhaul-cli");
  if (!is_good)
    {
      take_parse_error (error, parse_error);
      return NULL;
    }
  if (!check_format (self, groups, error) || !check_account (self, error))
    return NULL;
  set_debug (self);
  return g_steal_pointer (&self);
}

void
haul_cli_options_free (HaulCliOptions *options)
{
  char **const texts[] = {
    &options->server,
    &options->security,
    &options->user,
    &options->auth,
    &options->authenticate_as,
    &options->password_file,
    &options->password_command,
    &options->ca_file,
    &options->server_kind,
    &options->client_certificate,
    &options->client_key,
    &options->preset,
    &options->token_command,
    &options->into,
    &options->since,
    &options->until,
    &options->max_size,
    &options->max_rate,
    &options->repair,
    &options->no_repair,
    &options->export_refused,
    &options->job,
    &options->output,
    &options->events,
    &options->status_file,
    &options->state_dir,
    &options->format,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*texts[i]);
  g_strfreev (options->pins);
  g_strfreev (options->maps);
  g_strfreev (options->folders);
  g_strfreev (options->arguments);
  g_free (options);
}

gboolean
haul_cli_options_is_json (const HaulCliOptions *options)
{
  return g_strcmp0 (options->format, "json") == 0;
}

gboolean
haul_cli_options_has_events (const HaulCliOptions *options)
{
  return options->events != NULL;
}

gboolean
haul_cli_options_has_choices (const HaulCliOptions *options)
{
  return options->into != NULL || options->maps != NULL || options->folders != NULL || options->since != NULL
         || options->until != NULL || options->max_size != NULL || options->max_rate != NULL || options->newest_first
         || options->include_deleted || options->include_junk || options->connections != 0 || options->carrier
         || options->repair != NULL || options->no_repair != NULL || options->export_refused != NULL;
}

/* The first second of a day where the person is, moved by @days. */
static gboolean
read_day (const char *option, const char *text, int days, gint64 *seconds, GError **error)
{
  int year, month, day;
  char rest;
  g_autoptr (GDateTime) date = NULL;

  if (text == NULL)
    return TRUE;
  if (strlen (text) == 10 && sscanf (text, "%4d-%2d-%2d%c", &year, &month, &day, &rest) == 3)
    date = g_date_time_new_local (year, month, day, 0, 0, 0);
  if (date == NULL)
    return fail (error, _ ("“%s” is not a day: write %s=YYYY-MM-DD."), text, option);
  g_autoptr (GDateTime) moved = g_date_time_add_days (date, days);
  *seconds = g_date_time_to_unix (moved);
  return TRUE;
}

static gboolean
read_bytes (const char *option, const char *text, guint64 *bytes, GError **error)
{
  static const char units[] = "kMG";
  char *end = NULL;
  guint64 factor = 1;

  if (text == NULL)
    return TRUE;
  guint64 number = g_ascii_isdigit (*text) ? g_ascii_strtoull (text, &end, 10) : 0;
  const char *unit = end == NULL || *end == '\0' ? NULL : strchr (units, *end == 'K' ? 'k' : *end);
  for (const char *p = units; unit != NULL && p <= unit; p++)
    factor *= 1000;
  if (unit != NULL)
    end++;
  if (number == 0 || *end != '\0' || number > G_MAXINT64 / factor)
    return fail (error, _ ("“%s” is not a size: write %s=BYTES, as in 25000000 or 25M."), text, option);
  *bytes = number * factor;
  return TRUE;
}

static gboolean
read_maps (HaulChoices *choices, char **maps, GError **error)
{
  for (guint i = 0; maps != NULL && maps[i] != NULL; i++)
    {
      const char *sign = strchr (maps[i], '=');
      if (sign == NULL || sign == maps[i] || sign[1] == '\0')
        return fail (error, _ ("“%s” is not a mapping: write --map=FROM=TO."), maps[i]);
      g_hash_table_insert (choices->map, g_strndup (maps[i], (gsize)(sign - maps[i])), g_strdup (sign + 1));
    }
  return TRUE;
}

static gboolean
read_repairs (HaulChoices *choices, const HaulCliOptions *options, GError **error)
{
  guint without = 0;

  if (options->repair != NULL && !haul_repair_parse (options->repair, &choices->repairs))
    return fail (error, _ ("“%s” is no list of repairs: mailhaul-cli copy --help names them."), options->repair);
  if (options->no_repair != NULL && !haul_repair_parse (options->no_repair, &without))
    return fail (error, _ ("“%s” is no list of repairs: mailhaul-cli copy --help names them."), options->no_repair);
  choices->repairs &= ~without;
  choices->carrier = options->carrier;
  if (options->export_refused != NULL)
    choices->export_dir = g_canonicalize_filename (options->export_refused, NULL);
  return TRUE;
}

/**
 * haul_cli_options_make_choices:
 * @options: options
 * @error: return location
 *
 * Reads the choices among the options.
 *
 * Returns: (transfer full) (nullable): the choices
 */
HaulChoices *
haul_cli_options_make_choices (const HaulCliOptions *options, GError **error)
{
  g_autoptr (HaulChoices) choices = haul_choices_new ();

  choices->into = g_strdup (options->into);
  choices->newest_first = options->newest_first;
  choices->include_deleted = options->include_deleted;
  choices->include_junk = options->include_junk;
  for (guint i = 0; options->folders != NULL && options->folders[i] != NULL; i++)
    g_ptr_array_add (choices->folders, g_strdup (options->folders[i]));
  if (!read_repairs (choices, options, error) || !read_maps (choices, options->maps, error)
      || !read_day ("--since", options->since, 0, &choices->since, error)
      || !read_day ("--until", options->until, 1, &choices->until, error)
      || !read_bytes ("--max-size", options->max_size, &choices->max_size_bytes, error)
      || !read_bytes ("--max-rate", options->max_rate, &choices->max_rate_bytes, error))
    return NULL;
  if (options->until != NULL)
    choices->until--; /* the last second of that day */
  if (options->connections < 0 || options->connections > 32)
    {
      fail (error, _ ("--connections takes a number from 1 to 32."));
      return NULL;
    }
  choices->connections = (guint)options->connections;
  return g_steal_pointer (&choices);
}
