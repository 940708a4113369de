/* haul-cli-print.c - words for people on the terminal, and small pieces of JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; a line is written in one piece.
 */
#include "cli/haul-cli-print.h"

#include "haul-config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "account/haul-account-error.h"
#include "account/haul-certificate.h"
#include "report/haul-error-text.h"
#include "report/haul-json-writer.h"
#include "report/haul-text-table.h"

/**
 * haul_cli_print_get_status:
 * @error: any error
 *
 * Returns: how the program ends by it
 */
HaulExitStatus
haul_cli_print_get_status (const GError *error)
{
  if (error->domain == HAUL_CLI_USAGE_ERROR)
    return HAUL_EXIT_USAGE;

  g_autoptr (HaulErrorText) text = haul_error_text_new (error);
  return text->exit_status;
}

/* What only the terminal's user can do about it. */
static const char *
find_hint (const GError *error)
{
  if (g_error_matches (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_PLAINTEXT_REFUSED))
    return _ ("If you know that nobody listens on this network: --allow-plaintext.");
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);
  /* Windows without a cipher in common hangs up and says nothing. */
  if (g_str_equal (text->code, "tls-too-old") || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    return _ ("If the server is an old one that cannot be renewed, and the network is your own: --allow-old-tls.");
  if (g_error_matches (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD))
    return _ ("Give it with --password-fd, --password-file or --password-command.");
  if (g_error_matches (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_SERVER))
    return _ ("Give it with --server.");
  return NULL;
}

static void
append_fact (GString *out, const char *name, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  g_string_append_printf (out, "  %s ", name);
  haul_text_table_append_plain (out, value);
  g_string_append_c (out, '\n');
}

static void
append_certificate (GString *out, const HaulCertificate *certificate)
{
  append_fact (out, _ ("Names:"), certificate->names);
  append_fact (out, _ ("Issued by:"), certificate->issuer);
  append_fact (out, _ ("Valid:"), certificate->validity);
  append_fact (out, "SHA-256:", certificate->sha256);
  if (certificate->can_pin)
    g_string_append_printf (out, "%s\n  --pin=%s\n", _ ("If this is the right fingerprint, add:"), certificate->sha256);
}

/**
 * haul_cli_print_error:
 * @options: options
 * @error: what ended the command
 *
 * Tells a person on standard error what happened and what to do; with `--format=json`, scripts on standard output too.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_print_error (const HaulCliOptions *options, const GError *error)
{
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);
  g_autoptr (HaulCertificate) certificate = haul_certificate_new_from_error (error);
  g_autoptr (GString) out = g_string_new ("mailhaul-cli: ");
  gboolean is_usage = error->domain == HAUL_CLI_USAGE_ERROR;
  const char *hint = find_hint (error);

  haul_text_table_append_plain (out, is_usage ? error->message : text->sentence);
  g_string_append_c (out, '\n');
  if (!is_usage && text->advice != NULL)
    g_string_append_printf (out, "%s\n", text->advice);
  if (hint != NULL)
    g_string_append_printf (out, "%s\n", hint);
  append_fact (out, _ ("The server said:"), text->server_text);
  if (certificate != NULL)
    append_certificate (out, certificate);
  else if (!is_usage && g_strcmp0 (error->message, text->sentence) != 0 && text->server_text == NULL)
    append_fact (out, _ ("Detail:"), error->message);
  g_printerr ("%s", out->str);

  if (options != NULL && haul_cli_options_is_json (options) && !haul_cli_options_has_events (options))
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "error");
      json_builder_begin_object (builder);
      haul_cli_print_add_error (builder, error);
      json_builder_end_object (builder);
      json_builder_end_object (builder);
      haul_cli_print_builder (builder, TRUE);
    }
  return haul_cli_print_get_status (error);
}

void
haul_cli_print_text (const HaulCliOptions *options, const char *text)
{
  if (!options->quiet)
    g_print ("%s", text);
}

/**
 * haul_cli_print_line:
 * @options: options; with `--quiet` nothing is printed
 * @format: printf() format
 *
 * Prints one line for people; what came from elsewhere cannot reach the terminal as a code.
 */
void
haul_cli_print_line (const HaulCliOptions *options, const char *format, ...)
{
  va_list words;

  va_start (words, format);
  g_autofree char *line = g_strdup_vprintf (format, words);
  va_end (words);
  g_autoptr (GString) plain = g_string_new (NULL);
  haul_text_table_append_plain (plain, line);
  g_string_append_c (plain, '\n');
  haul_cli_print_text (options, plain->str);
}

/* JSON and reports are UTF-8 whatever the terminal speaks. */
void
haul_cli_print_octets (const char *text)
{
  if (fwrite (text, 1, strlen (text), stdout) > 0)
    fflush (stdout);
}

void
haul_cli_print_builder (JsonBuilder *builder, gboolean is_pretty)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *json = json_to_string (root, is_pretty);
  g_autofree char *line = g_strconcat (json, "\n", NULL);

  haul_cli_print_octets (line);
}

static void
add_certificate (JsonBuilder *builder, const HaulCertificate *certificate)
{
  json_builder_set_member_name (builder, "certificate");
  json_builder_begin_object (builder);
  haul_json_writer_add_string (builder, "names", certificate->names);
  haul_json_writer_add_string (builder, "issuer", certificate->issuer);
  haul_json_writer_add_string (builder, "validity", certificate->validity);
  haul_json_writer_add_string (builder, "sha256", certificate->sha256);
  haul_json_writer_add_boolean (builder, "can_pin", certificate->can_pin);
  json_builder_set_member_name (builder, "reasons");
  json_builder_begin_array (builder);
  for (guint i = 0; certificate->reasons != NULL && certificate->reasons[i] != NULL; i++)
    json_builder_add_string_value (builder, certificate->reasons[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/**
 * haul_cli_print_add_error:
 * @builder: inside an object
 * @error: an error
 *
 * Adds `code`, `text`, `advice` and what else is known of it.
 */
void
haul_cli_print_add_error (JsonBuilder *builder, const GError *error)
{
  g_autoptr (HaulErrorText) text = haul_error_text_new (error);
  g_autoptr (HaulCertificate) certificate = haul_certificate_new_from_error (error);
  gboolean is_usage = error->domain == HAUL_CLI_USAGE_ERROR;

  haul_json_writer_add_string (builder, "code", is_usage ? "usage" : text->code);
  haul_json_writer_add_string (builder, "text", is_usage ? error->message : text->sentence);
  haul_json_writer_add_string (builder, "advice", is_usage ? NULL : text->advice);
  haul_json_writer_add_string (builder, "detail", error->message);
  if (text->server_text != NULL)
    haul_json_writer_add_string (builder, "server_text", text->server_text);
  if (text->other_server != NULL)
    haul_json_writer_add_string (builder, "other_server", text->other_server);
  haul_json_writer_add_int (builder, "exit_status", haul_cli_print_get_status (error));
  if (certificate != NULL)
    add_certificate (builder, certificate);
}
