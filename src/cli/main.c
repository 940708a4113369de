/* main.c - the start of mailhaul-cli
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "haul-config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/haul-process.h"
#include "cli/haul-cli-check.h"
#include "cli/haul-cli-copy.h"
#include "cli/haul-cli-jobs.h"
#include "cli/haul-cli-plan.h"
#include "cli/haul-cli-print.h"
#include "cli/haul-cli-report.h"
#include "cli/haul-cli-scan.h"
#include "cli/haul-cli-undo.h"
#include "cli/haul-cli-verify.h"
#include "migrate/haul-nearest.h"

typedef struct
{
  const char *name;
  const char *parameters;
  const char *summary;
  HaulCliOptionsGroups groups;
  HaulExitStatus (*run) (const HaulCliOptions *options);
} Command;

#define WITH_PLAN (HAUL_CLI_OPTIONS_ACCOUNT | HAUL_CLI_OPTIONS_CHOICES | HAUL_CLI_OPTIONS_JOB)

static const Command commands[] = {
  { "scan", "[PATH…]", N_ ("What mail is here (no PATH: in this user’s home and on mounted disks)"), 0,
    haul_cli_scan_run },
  { "check", "", N_ ("Find the server, check its certificate, sign in, say what it can do"), HAUL_CLI_OPTIONS_ACCOUNT,
    haul_cli_check_run },
  { "plan", "SOURCE…", N_ ("What a copy would do; writes nothing anywhere"), WITH_PLAN, haul_cli_plan_run },
  { "copy", "SOURCE…", N_ ("Copy; run it again to go on or to top up"),
    WITH_PLAN | HAUL_CLI_OPTIONS_EVENTS | HAUL_CLI_OPTIONS_CLEAN_UP, haul_cli_copy_run },
  { "verify", "SOURCE…", N_ ("Compare what is on the server with the sources"),
    WITH_PLAN | HAUL_CLI_OPTIONS_EVENTS | HAUL_CLI_OPTIONS_EVERY_BYTE | HAUL_CLI_OPTIONS_OUTPUT, haul_cli_verify_run },
  { "undo", "", N_ ("Take back what a job copied, where nobody changed it"),
    HAUL_CLI_OPTIONS_ACCOUNT | HAUL_CLI_OPTIONS_JOB | HAUL_CLI_OPTIONS_EVENTS, haul_cli_undo_run },
  { "report", "", N_ ("What the last run of a job did"), HAUL_CLI_OPTIONS_JOB | HAUL_CLI_OPTIONS_OUTPUT,
    haul_cli_report_run },
  { "jobs", "", N_ ("The jobs begun on this computer"), 0, haul_cli_jobs_run },
};

static void
print_help (void)
{
  g_print ("%s\n\n", _ ("Usage: mailhaul-cli COMMAND [OPTION…]\n\nCopies the mail on this computer into a mailbox on a "
                        "server, each message once."));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-8s %s\n", commands[i].name, _ (commands[i].summary));
  g_print ("\n%s\n", _ ("Each command tells its options: mailhaul-cli COMMAND --help"));
}

static const Command *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, name))
      return &commands[i];
  return NULL;
}

static HaulExitStatus
refuse_command (const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_ptr_array_add (names, (gpointer)commands[i].name);
  g_autofree char *nearest = haul_nearest_join (names, name);
  g_printerr (_ ("mailhaul-cli: There is no command “%s”."), name);
  if (nearest != NULL)
    g_printerr (_ (" Did you mean %s?"), nearest);
  g_printerr ("\n%s\n", _ ("mailhaul-cli --help shows all."));
  return HAUL_EXIT_USAGE;
}

static HaulExitStatus
run_command (const Command *command, char ***arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulCliOptions) options = haul_cli_options_parse (command->name, command->parameters, _ (command->summary),
                                                               command->groups, arguments, &error);

  if (options == NULL)
    {
      haul_cli_print_error (NULL, error);
      g_printerr (_ ("mailhaul-cli %s --help shows its options."), command->name);
      g_printerr ("\n");
      return HAUL_EXIT_USAGE;
    }
  if (options->show_version)
    {
      g_print ("mailhaul-cli %s\n", HAUL_VERSION);
      return HAUL_EXIT_OK;
    }
  return command->run (options);
}

static HaulExitStatus
run (char ***arguments)
{
  const char *first = (*arguments)[0] == NULL ? NULL : (*arguments)[1];

  if (first == NULL)
    {
      g_printerr ("mailhaul-cli: %s\n", _ ("What is to be done? mailhaul-cli --help shows the commands."));
      return HAUL_EXIT_USAGE;
    }
  if (g_str_equal (first, "--version"))
    {
      g_print ("mailhaul-cli %s\n", HAUL_VERSION);
      return HAUL_EXIT_OK;
    }
  if (g_str_equal (first, "--help") || g_str_equal (first, "-h") || g_str_equal (first, "help"))
    {
      print_help ();
      return HAUL_EXIT_OK;
    }
  const Command *command = find_command (first);
  if (command == NULL)
    return refuse_command (first);

  /* The program's name stays in front; the command is dropped. */
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  for (guint i = 0; (*arguments)[i] != NULL; i++)
    if (i != 1)
      g_strv_builder_add (builder, (*arguments)[i]);
  g_strfreev (*arguments);
  *arguments = g_strv_builder_end (builder);
  return run_command (command, arguments);
}

/* Where no locale is set, as in many root shells and services, the terminal still shows UTF-8. */
static void
choose_locale (void)
{
  const char *charset;

  setlocale (LC_ALL, "");
  if (!g_get_charset (&charset) && strcmp (charset, "ANSI_X3.4-1968") == 0)
    setlocale (LC_CTYPE, "C.UTF-8");
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) arguments = g_strdupv (argv);

  haul_process_harden ();
  choose_locale ();
  bindtextdomain (GETTEXT_PACKAGE, HAUL_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("mailhaul-cli");

  HaulExitStatus status = run (&arguments);
  if (fflush (stdout) != 0 || ferror (stdout))
    status = haul_exit_status_worst (status, HAUL_EXIT_CANNOT_WRITE);
  return (int)status;
}
