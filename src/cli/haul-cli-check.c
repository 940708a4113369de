/* haul-cli-check.c - find the server, sign in, say what it can do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 */
#include "cli/haul-cli-check.h"

#include "haul-config.h"

#include <glib/gi18n.h>

#include "cli/haul-cli-print.h"
#include "cli/haul-cli-work.h"
#include "report/haul-json-writer.h"
#include "report/haul-report-words.h"
#include "report/haul-text-table.h"
#include "migrate/haul-limits.h"
#include "migrate/haul-rung.h"

static const char *
name_security (HaulSecurity security)
{
  static const char *const words[] = { "auto", "tls", "starttls", "none" };

  return words[security];
}

static const char *
name_step (HaulProbeStep step)
{
  switch (step)
    {
    case HAUL_PROBE_LOOKUP:
      return _ ("Server");
    case HAUL_PROBE_CONNECT:
      return _ ("Connected");
    case HAUL_PROBE_CERTIFICATE:
      return _ ("Certificate checked");
    case HAUL_PROBE_SIGN_IN:
      return _ ("Signed in");
    case HAUL_PROBE_MAILBOX:
    case HAUL_PROBE_WAITING:
    default:
      return _ ("Mailbox opened");
    }
}

static void
on_step (HaulProbeStep step, gboolean is_done, const char *detail, gpointer user_data)
{
  const HaulCliWork *work = user_data;
  const HaulCliOptions *options = work->options;
  const HaulEndpoint *wanted = work->account->endpoint;

  if (step == HAUL_PROBE_WAITING && !haul_cli_options_is_json (options))
    haul_cli_print_line (options, "– %s", _ ("The mailbox does not open; once more in a minute"));
  if (!is_done || haul_cli_options_is_json (options))
    return;
  if (step == HAUL_PROBE_CERTIFICATE && wanted != NULL && wanted->security == HAUL_SECURITY_NONE)
    haul_cli_print_line (options, "– %s", _ ("Nothing is encrypted, and no certificate was checked"));
  else if (detail == NULL)
    haul_cli_print_line (options, "✓ %s", name_step (step));
  else
    haul_cli_print_line (options, "✓ %s: %s", name_step (step), detail);
}

static void
print_rung (const HaulCliOptions *options, const char *where, HaulRung rung)
{
  const char *word = haul_rung_to_string (rung);

  haul_cli_print_line (options, "%s %s: %s", where, word, haul_report_words_describe_rung (word));
}

static void
print_connections (const HaulCliWork *work)
{
  g_autofree char *state_dir = haul_cli_work_dup_state_dir (work->options);
  HaulLimits limits = haul_limits_load (state_dir, work->probe->account);
  guint n = haul_limits_choose_connections (&limits, work->probe->server, 0);

  haul_cli_print_line (work->options, ngettext ("%u connection at once", "%u connections at once", n), n);
  if (limits.connections == 0)
    return;
  g_autofree char *date = haul_text_table_dup_date (limits.learnt);
  haul_cli_print_line (work->options,
                       ngettext ("It refused to have more than %u connection at once (%s)",
                                 "It refused to have more than %u connections at once (%s)", limits.connections),
                       limits.connections, date);
}

static void
print_text (const HaulCliWork *work)
{
  const HaulCliOptions *options = work->options;
  const HaulServer *server = work->probe->server;

  haul_cli_print_line (options, _ ("It is %s"), server->kind);
  haul_cli_print_line (options, ngettext ("%u mailbox", "%u mailboxes", server->mailboxes->len),
                       server->mailboxes->len);
  if (server->has_quota && server->quota_limit_bytes > 0)
    {
      g_autofree char *used = g_format_size (server->quota_used_bytes);
      g_autofree char *limit = g_format_size (server->quota_limit_bytes);
      g_autofree char *room
          = g_format_size (server->quota_limit_bytes - MIN (server->quota_used_bytes, server->quota_limit_bytes));
      haul_cli_print_line (options, _ ("%s of %s are used, %s are free"), used, limit, room);
    }
  if (server->append_limit_bytes > 0)
    {
      g_autofree char *limit = g_format_size (server->append_limit_bytes);
      haul_cli_print_line (options, _ ("The largest message it takes: %s"), limit);
    }
  print_connections (work);
  print_rung (options, server->can_move ? _ ("Into every mailbox") : _ ("Into a mailbox that is there"),
              haul_rung_predict (server, TRUE));
  if (!server->can_move)
    print_rung (options, _ ("Into a new mailbox"), haul_rung_predict (server, FALSE));
}

static void
build_mailboxes (JsonBuilder *builder, const HaulServer *server)
{
  json_builder_set_member_name (builder, "mailboxes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < server->mailboxes->len; i++)
    {
      const HaulServerMailbox *mailbox = g_ptr_array_index (server->mailboxes, i);
      json_builder_begin_object (builder);
      haul_json_writer_add_string (builder, "name", mailbox->display);
      haul_json_writer_add_string (builder, "role", haul_role_to_string (mailbox->role));
      haul_json_writer_add_boolean (builder, "selectable", mailbox->can_select);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
print_json (const HaulCliWork *work)
{
  const HaulProbeResult *result = work->probe;
  g_autofree char *state_dir = haul_cli_work_dup_state_dir (work->options);
  HaulLimits limits = haul_limits_load (state_dir, result->account);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const HaulServer *server = result->server;
  const HaulEndpoint *endpoint = result->account->endpoint;
  const char delimiter[] = { server->delimiter, '\0' };

  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "user", result->account->user);
  if (result->account->authenticate_as != NULL)
    haul_json_writer_add_string (builder, "authenticate_as", result->account->authenticate_as);
  haul_json_writer_add_string (builder, "auth", haul_auth_to_string (result->account->auth));
  haul_json_writer_add_string (builder, "server", endpoint->host);
  haul_json_writer_add_int (builder, "port", haul_endpoint_get_port (endpoint));
  haul_json_writer_add_string (builder, "security", name_security (endpoint->security));
  haul_json_writer_add_string (builder, "kind", server->kind);
  haul_json_writer_add_string (builder, "greeting", server->greeting);
  haul_json_writer_add_string (builder, "capabilities", server->capabilities);
  haul_json_writer_add_string (builder, "prefix", server->prefix);
  haul_json_writer_add_string (builder, "delimiter", delimiter);
  haul_json_writer_add_boolean (builder, "move", server->can_move);
  haul_json_writer_add_boolean (builder, "uidplus", server->has_uidplus);
  if (server->has_quota)
    {
      haul_json_writer_add_int (builder, "quota_used", (gint64)server->quota_used_bytes);
      haul_json_writer_add_int (builder, "quota_limit", (gint64)server->quota_limit_bytes);
    }
  haul_json_writer_add_int (builder, "connections", haul_limits_choose_connections (&limits, server, 0));
  if (limits.connections > 0)
    haul_json_writer_add_int (builder, "connections_allowed", limits.connections);
  if (server->append_limit_bytes > 0)
    haul_json_writer_add_int (builder, "append_limit", (gint64)server->append_limit_bytes);
  build_mailboxes (builder, server);
  json_builder_end_object (builder);
  haul_cli_print_builder (builder, TRUE);
}

/**
 * haul_cli_check_run:
 * @options: options
 *
 * Signs in and shows what the server can do; nothing is changed there.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_check_run (const HaulCliOptions *options)
{
  g_autoptr (HaulCliWork) work = haul_cli_work_new (options);
  g_autoptr (GError) error = NULL;

  if (options->arguments != NULL)
    g_set_error (&error, HAUL_CLI_USAGE_ERROR, HAUL_CLI_USAGE_ERROR_WRONG, _ ("“%s” is one word too many."),
                 options->arguments[0]);
  else if (haul_cli_work_load_account (work, &error))
    work->probe = haul_probe_run (work->account, on_step, work, work->cancellable, &error);
  if (error != NULL)
    return haul_cli_work_fail (work, NULL, error);
  if (haul_cli_options_is_json (options))
    print_json (work);
  else
    print_text (work);
  return HAUL_EXIT_OK;
}
