/* haul-cli-work.c - what several commands do alike: account, sign-in, stores, plan, a run and its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 * Errors:  of all domains.
 */
#include "cli/haul-cli-work.h"

#include "haul-config.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "account/haul-account-error.h"
#include "cli/haul-cli-password.h"
#include "cli/haul-cli-print.h"
#include "report/haul-report-form.h"
#include "migrate/haul-strangers.h"
#include "report/haul-text-table.h"
#include "store/haul-store-error.h"

#define SHOWN_MESSAGES 50

/**
 * haul_cli_work_new:
 * @options: options; they live longer than this
 *
 * Begins a command: from here on signals stop it in order.
 *
 * Returns: (transfer full): the command
 */
HaulCliWork *
haul_cli_work_new (const HaulCliOptions *options)
{
  HaulCliWork *self = g_new0 (HaulCliWork, 1);

  self->options = options;
  self->cancellable = g_cancellable_new ();
  self->watch = haul_cli_watch_new (self->cancellable);
  return self;
}

void
haul_cli_work_free (HaulCliWork *work)
{
  haul_cli_watch_free (work->watch);
  g_object_unref (work->cancellable);
  g_clear_pointer (&work->job, haul_job_free);
  g_clear_pointer (&work->account, haul_account_unref);
  g_clear_pointer (&work->probe, haul_probe_result_free);
  g_clear_pointer (&work->summaries, g_ptr_array_unref);
  g_free (work);
}

/* (nullable): another Mailhaul is or was at work in the mailbox. *may_go: what it left there could be deleted. */
char *
haul_cli_work_dup_warning (const HaulCliWork *work, gboolean *may_go)
{
  g_autofree char *state_dir = haul_cli_work_dup_state_dir (work->options);

  return haul_strangers_dup_warning (state_dir, work->probe->account, work->probe->server, may_go);
}

char *
haul_cli_work_dup_state_dir (const HaulCliOptions *options)
{
  return options->state_dir != NULL ? g_strdup (options->state_dir) : haul_jobs_dup_state_dir ();
}

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG, message);
  return FALSE;
}

static gboolean
read_security (const char *text, HaulSecurity *security, GError **error)
{
  static const char *const words[] = {
    [HAUL_SECURITY_AUTO] = "auto",
    [HAUL_SECURITY_TLS] = "tls",
    [HAUL_SECURITY_STARTTLS] = "starttls",
    [HAUL_SECURITY_NONE] = "none",
  };

  *security = HAUL_SECURITY_AUTO;
  if (text == NULL)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0)
      {
        *security = (HaulSecurity)i;
        return TRUE;
      }
  return fail (error, _ ("--security is tls, starttls or none."));
}

static gboolean
read_auth (const HaulCliOptions *options, HaulAuth *auth, GError **error)
{
  g_autofree char *words = haul_auth_dup_words ();

  *auth = HAUL_AUTH_AUTO;
  if (options->auth != NULL && !haul_auth_parse (options->auth, auth))
    {
      g_set_error (error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG, _ ("--auth is one of: %s."), words);
      return FALSE;
    }
  if (options->token_command != NULL && *auth != HAUL_AUTH_AUTO && !haul_auth_takes_token (*auth))
    return fail (error, _ ("--token-command goes with --auth=xoauth2 or --auth=oauthbearer."));
  return TRUE;
}

/* Accepts what certificate viewers show: capitals, colons, blanks. */
static char *
read_pin (const char *text, GError **error)
{
  g_autoptr (GString) pin = g_string_new (NULL);

  for (const char *p = g_ascii_strncasecmp (text, "sha256:", 7) == 0 ? text + 7 : text; *p != '\0'; p++)
    {
      if (g_ascii_isxdigit (*p))
        g_string_append_c (pin, g_ascii_tolower (*p));
      else if (*p != ':' && *p != ' ')
        break;
    }
  if (pin->len == 64)
    return g_strdup (pin->str);
  fail (error, _ ("--pin takes the 64 hexadecimal digits of a SHA-256 fingerprint."));
  return NULL;
}

static gboolean
read_pins (HaulAccount *account, char **texts, GError **error)
{
  g_autoptr (GPtrArray) pins = g_ptr_array_new_with_free_func (g_free);

  if (texts == NULL)
    return TRUE;
  for (guint i = 0; texts[i] != NULL; i++)
    {
      char *pin = read_pin (texts[i], error);
      if (pin == NULL)
        return FALSE;
      g_ptr_array_add (pins, pin);
    }
  g_ptr_array_add (pins, NULL);
  account->pins = (char **)g_ptr_array_free (g_steal_pointer (&pins), FALSE);
  return TRUE;
}

static gboolean
check_plaintext (const HaulCliOptions *options, const HaulEndpoint *endpoint, GError **error)
{
  if (endpoint == NULL || endpoint->security != HAUL_SECURITY_NONE || options->allow_plaintext
      || haul_endpoint_is_loopback (endpoint))
    return TRUE;
  g_set_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_PLAINTEXT_REFUSED, "%s is not this computer",
               endpoint->host);
  return FALSE;
}

/* A key that others can read is no secret. */
static gboolean
is_private (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) != 0 || !S_ISREG (info.st_mode) || (info.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static gboolean
load_client_certificate (HaulAccount *account, const HaulCliOptions *options, GError **error)
{
  const char *key = options->client_key != NULL ? options->client_key : options->client_certificate;
  g_autoptr (GError) local_error = NULL;

  if (options->client_certificate == NULL)
    return TRUE;
  if (!is_private (key))
    {
      g_set_error (error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG,
                   _ ("Others may read the key in “%s”: type chmod 600 “%s”."), key, key);
      return FALSE;
    }
  account->client_certificate = g_tls_certificate_new_from_files (options->client_certificate, key, &local_error);
  if (account->client_certificate != NULL)
    return TRUE;
  g_set_error (error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG,
               _ ("The certificate of --client-certificate or its key cannot be read: %s"), local_error->message);
  return FALSE;
}

static HaulEndpoint *
make_endpoint (HaulCliWork *self, GError **error)
{
  const HaulCliOptions *options = self->options;
  HaulSecurity security;

  if (!read_security (options->security, &security, error))
    return NULL;
  if (options->server != NULL)
    return haul_endpoint_parse (options->server, security, error);
  if (self->job == NULL || self->job->server == NULL)
    return NULL;
  if (options->security == NULL)
    security = (HaulSecurity)self->job->security;
  return haul_endpoint_new (self->job->server, self->job->port, security);
}

static gboolean
load_job (HaulCliWork *self, GError **error)
{
  if (self->options->job == NULL || self->job != NULL)
    return TRUE;
  g_autofree char *state_dir = haul_cli_work_dup_state_dir (self->options);
  self->job = haul_jobs_find (state_dir, self->options->job, error);
  return self->job != NULL;
}

static void
warn_of_old_tls (const HaulCliOptions *options)
{
  if (options->allow_old_tls)
    g_printerr ("mailhaul-cli: %s\n", _ ("With --allow-old-tls, somebody on the way who takes the trouble can read the "
                                         "password and the mail. "
                                         "The server’s certificate is checked as always."));
}

/* The authority was for the job's server. */
static const char *
find_ca_file (const HaulCliWork *self)
{
  if (self->options->ca_file != NULL || self->options->server != NULL || self->job == NULL)
    return self->options->ca_file;
  return self->job->ca_file;
}

/**
 * haul_cli_work_load_account:
 * @work: a command
 * @error: return location
 *
 * Puts the account together: of the options, of the job, and the password.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_cli_work_load_account (HaulCliWork *work, GError **error)
{
  const HaulCliOptions *options = work->options;
  g_autoptr (GError) local_error = NULL;

  if (!load_job (work, error))
    return FALSE;
  gboolean is_as_before = options->user == NULL && work->job != NULL;
  const char *user = is_as_before ? work->job->user : options->user;
  if (user == NULL || *user == '\0')
    return fail (error, _ ("Whose mailbox? Give --user=LOGIN."));
  g_autoptr (HaulEndpoint) endpoint = make_endpoint (work, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!check_plaintext (options, endpoint, error))
    return FALSE;
  if (options->ca_file != NULL && access (options->ca_file, R_OK) != 0)
    return fail (error, _ ("The file of --ca-file cannot be read."));

  work->account = haul_account_new (user, endpoint);
  const char *owner
      = is_as_before && options->authenticate_as == NULL ? work->job->authenticate_as : options->authenticate_as;
  work->account->authenticate_as = g_strdup (owner);
  work->account->ca_file = g_strdup (find_ca_file (work));
  work->account->allow_plaintext = options->allow_plaintext;
  work->account->allow_old_tls = options->allow_old_tls;
  if (options->server_kind != NULL && !haul_account_set_server_kind (work->account, options->server_kind))
    {
      g_autofree char *words = haul_account_dup_server_kinds ();
      g_set_error (error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG, _ ("--server-kind is one of: %s."), words);
      return FALSE;
    }
  warn_of_old_tls (options);
  if (!load_client_certificate (work->account, options, error))
    return FALSE;
  if (!read_auth (options, &work->account->auth, error) || !read_pins (work->account, options->pins, error))
    return FALSE;
  if (options->token_command != NULL)
    work->account->token = haul_token_new (options->token_command);
  if (options->token_command != NULL || !haul_auth_needs_secret (work->account->auth))
    return TRUE;
  work->account->secret = haul_cli_password_get (options, work->account, work->cancellable, error);
  return work->account->secret != NULL;
}

static const char *const *
find_sources (const HaulCliWork *self)
{
  if (self->options->arguments != NULL && self->options->arguments[0] != NULL)
    return (const char *const *)self->options->arguments;
  return self->job == NULL ? NULL : (const char *const *)self->job->sources;
}

/* Said before the network is asked: a missing disk should not cost a sign-in. */
static gboolean
check_sources (const HaulCliWork *self, GError **error)
{
  const char *const *sources = find_sources (self);

  if (sources == NULL || sources[0] == NULL)
    return fail (error, _ ("Which mail? Give the place of a store, as “mailhaul-cli scan” shows it."));
  for (guint i = 0; sources[i] != NULL; i++)
    {
      if (g_file_test (sources[i], G_FILE_TEST_EXISTS))
        continue;
      g_autofree char *name = g_filename_display_name (sources[i]);
      g_set_error (error, HAUL_STORE_ERROR, HAUL_STORE_ERROR_NOT_FOUND, "%s is not there", name);
      return FALSE;
    }
  return TRUE;
}

static HaulChoices *
make_choices (const HaulCliWork *self, GError **error)
{
  if (self->job != NULL && self->job->choices != NULL && !haul_cli_options_has_choices (self->options))
    return haul_choices_copy (self->job->choices);
  return haul_cli_options_make_choices (self->options, error);
}

/**
 * haul_cli_work_make_plan:
 * @work: a command
 * @error: return location
 *
 * Signs in, reads the stores and decides what goes where.
 *
 * Returns: (transfer full) (nullable): the plan
 */
HaulPlan *
haul_cli_work_make_plan (HaulCliWork *work, GError **error)
{
  g_autoptr (HaulChoices) choices = NULL;

  /* Whatever is wrong with the options is told before the password is asked for. */
  if (!load_job (work, error))
    return NULL;
  choices = make_choices (work, error);
  if (choices == NULL || !check_sources (work, error))
    return NULL;
  if (!haul_cli_work_load_account (work, error))
    return NULL;
  work->probe = haul_probe_run (work->account, NULL, NULL, work->cancellable, error);
  if (work->probe == NULL)
    return NULL;
  work->summaries = haul_discovery_run (find_sources (work), NULL, NULL, work->cancellable, error);
  if (work->summaries == NULL)
    return NULL;
  return haul_plan_new (work->summaries, work->probe->server, choices, error);
}

static void
print_messages (const HaulCliWork *self, const HaulReport *report)
{
  guint n = 0;

  for (guint i = 0; i < report->messages->len; i++)
    {
      const HaulReportMessage *message = g_ptr_array_index (report->messages, i);
      if (message->outcome != HAUL_OUTCOME_FAILED)
        continue;
      if (n == 0)
        haul_cli_print_line (self->options, "%s", report->is_verification ? _ ("Not found:") : _ ("Not copied:"));
      if (n++ == SHOWN_MESSAGES)
        {
          if (report->is_verification)
            haul_cli_print_line (self->options, "%s", _ ("  … and more: --output=FILE writes all into a file."));
          else
            haul_cli_print_line (self->options, _ ("  … and more: mailhaul-cli report --job=%s"), report->job);
          return;
        }
      const HaulReportFolder *folder
          = message->folder < report->folders->len ? g_ptr_array_index (report->folders, message->folder) : NULL;
      g_autofree char *date = haul_text_table_dup_date (message->date);
      g_autofree char *reason = haul_report_message_dup_reason (message);
      haul_cli_print_line (self->options, "  %s, %s: %s%s%s", folder == NULL ? "" : folder->path, date, reason,
                           message->advice == NULL ? "" : " ", message->advice == NULL ? "" : message->advice);
    }
}

static void
print_table (const HaulCliWork *self, const HaulReport *report)
{
  const char *titles[] = { _ ("Folder"),  _ ("Mailbox"), _ ("Found"), _ ("Copied"), _ ("There before"),
                           _ ("Skipped"), _ ("Failed"),  _ ("Size"),  NULL };
  g_autoptr (HaulTextTable) table = haul_text_table_new (titles, "llrrrrrr");
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < report->folders->len; i++)
    {
      const HaulReportFolder *folder = g_ptr_array_index (report->folders, i);
      const gint64 numbers[]
          = { (gint64)folder->counts.found, (gint64)folder->counts.copied, (gint64)folder->counts.present,
              (gint64)folder->counts.skipped, (gint64)folder->counts.failed };
      g_autofree char *size = g_format_size (folder->counts.bytes);
      haul_text_table_add (table, folder->path);
      haul_text_table_add (table, folder->mailbox);
      for (gsize j = 0; j < G_N_ELEMENTS (numbers); j++)
        haul_text_table_add_number (table, numbers[j]);
      haul_text_table_add (table, size);
    }
  haul_text_table_write (table, out);
  haul_cli_print_text (self->options, out->str);
}

static gboolean
is_left_out_for (const HaulReport *report, const char *const *codes)
{
  for (guint i = 0; i < report->messages->len; i++)
    {
      const HaulReportMessage *message = g_ptr_array_index (report->messages, i);
      if (message->outcome == HAUL_OUTCOME_SKIPPED && g_strv_contains (codes, message->code))
        return TRUE;
    }
  return FALSE;
}

/* What nobody chose is told with the option that changes it. */
static void
print_left_out (const HaulCliWork *self, const HaulReport *report)
{
  static const char *const deleted[] = { "marked-deleted", "folder-of-deleted", NULL };
  static const char *const junk[] = { "folder-of-junk", NULL };
  static const char *const chosen[] = { "too-old", "too-new", "bigger-than-chosen", NULL };
  static const char *const rest[] = { "not-reached", NULL };
  static const char *const removed[] = { "removed-since", NULL };

  if (report->all.skipped == 0)
    return;
  haul_cli_print_line (self->options,
                       ngettext ("%'" G_GUINT64_FORMAT " message was left out:",
                                 "%'" G_GUINT64_FORMAT " messages were left out:", report->all.skipped),
                       report->all.skipped);
  if (is_left_out_for (report, deleted))
    haul_cli_print_line (self->options, "%s", _ ("  Deleted mail stays deleted. To take it along: --include-deleted"));
  if (is_left_out_for (report, junk))
    haul_cli_print_line (self->options, "%s", _ ("  Junk is not copied. To take it along: --include-junk"));
  if (is_left_out_for (report, chosen))
    haul_cli_print_line (self->options, "%s", _ ("  Too old, too new or too big, as chosen."));
  if (is_left_out_for (report, removed))
    haul_cli_print_line (self->options, "%s",
                         _ ("  What an earlier run copied and somebody removed since is not brought back."));
  if (is_left_out_for (report, rest))
    haul_cli_print_line (self->options, "%s", _ ("  Some were not reached. Run it again to go on."));
}

/**
 * haul_cli_work_get_status:
 * @work: a command that has made its plan
 *
 * Returns: what the stores that cannot be read make of the exit status
 */
HaulExitStatus
haul_cli_work_get_status (const HaulCliWork *work)
{
  HaulExitStatus status = HAUL_EXIT_OK;

  for (guint i = 0; work->summaries != NULL && i < work->summaries->len; i++)
    {
      const HaulStoreSummary *summary = g_ptr_array_index (work->summaries, i);
      if (summary->error != NULL)
        status = haul_exit_status_worst (status, haul_cli_print_get_status (summary->error));
    }
  return status;
}

/* Shows the end of a run in the form that was asked for. */
static HaulExitStatus
finish (HaulCliWork *work, HaulCliEvents *events, const HaulReport *report)
{
  HaulExitStatus status = haul_exit_status_worst (report->exit_status, haul_cli_work_get_status (work));
  g_autofree char *verdict = haul_report_dup_verdict (report);

  haul_cli_events_finish (events, report);
  if (haul_cli_options_has_events (work->options))
    return status;
  if (haul_cli_options_is_json (work->options))
    {
      g_autofree char *json = haul_report_form_write (report, HAUL_REPORT_FORM_JSON);
      haul_cli_print_octets (json);
      haul_cli_print_octets ("\n");
      return status;
    }
  print_table (work, report);
  print_messages (work, report);
  print_left_out (work, report);
  haul_cli_print_line (work->options, "%s", verdict);
  if (report->error != NULL)
    haul_cli_print_error (work->options, report->error);
  return status;
}

/**
 * haul_cli_work_fail:
 * @work: a command
 * @events: (nullable): who is to be told
 * @error: what kept it from its aim
 *
 * Shows an error. A command that was told to stop ends as stopped, whatever its last error is: Ctrl+C may end a helper
 * process, too.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_work_fail (HaulCliWork *work, HaulCliEvents *events, const GError *error)
{
  g_autoptr (GError) stopped = NULL;

  if (g_cancellable_set_error_if_cancelled (work->cancellable, &stopped))
    error = stopped;
  if (events != NULL)
    haul_cli_events_fail (events, error);
  return haul_cli_print_error (work->options, error);
}

/**
 * haul_cli_work_run:
 * @options: a command's options
 * @func: what it does with the plan
 *
 * Signs in, finds the stores, makes the plan, runs @func and shows how it ended.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_work_run (const HaulCliOptions *options, HaulCliWorkFunc func)
{
  g_autoptr (HaulCliWork) work = haul_cli_work_new (options);
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulCliEvents) events = haul_cli_events_new (options, &error);

  if (events == NULL)
    {
      haul_cli_print_error (options, error);
      return HAUL_EXIT_CANNOT_WRITE;
    }
  g_autoptr (HaulPlan) plan = haul_cli_work_make_plan (work, &error);
  g_autoptr (HaulReport) report = plan == NULL ? NULL : func (work, plan, events, &error);
  return report != NULL ? finish (work, events, report) : haul_cli_work_fail (work, events, error);
}
