/* haul-cli-plan.c - what a copy would do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main; blocks.
 */
#include "cli/haul-cli-plan.h"

#include "haul-config.h"

#include <glib/gi18n.h>

#include "cli/haul-cli-print.h"
#include "cli/haul-cli-work.h"
#include "migrate/haul-fit.h"
#include "migrate/haul-foresight.h"
#include "report/haul-report-words.h"
#include "report/haul-text-table.h"

static const char *
name_action (const HaulPlanFolder *folder)
{
  switch (folder->action)
    {
    case HAUL_PLAN_COPY:
      return folder->exists ? _ ("copy") : _ ("copy into a new mailbox");
    case HAUL_PLAN_SKIP_EMPTY:
      return _ ("empty");
    case HAUL_PLAN_SKIP_CHOICE:
      return _ ("not chosen");
    case HAUL_PLAN_SKIP_TRASH:
      return _ ("trash, left out");
    case HAUL_PLAN_SKIP_JUNK:
      return _ ("junk, left out");
    case HAUL_PLAN_UNREADABLE:
    default:
      return _ ("cannot be read");
    }
}

/* How sure it is that each message arrives exactly once: by the server's abilities, which are tried when it is copied.
 */
static void
print_rungs (const HaulCliOptions *options, const HaulPlan *plan)
{
  for (HaulRung rung = HAUL_RUNG_MOVE; rung <= HAUL_RUNG_DIRECT; rung++)
    {
      guint n = 0;
      for (guint i = 0; i < plan->folders->len; i++)
        n += haul_plan_get_rung (plan, i) == rung;
      if (n > 0)
        haul_cli_print_line (options, ngettext ("%s (%u folder): %s", "%s (%u folders): %s", n),
                             haul_rung_to_string (rung), n,
                             haul_report_words_describe_rung (haul_rung_to_string (rung)));
    }
}

static void
print_room (const HaulCliOptions *options, const HaulPlan *plan)
{
  HaulFit fit = haul_fit_new (plan);
  g_autofree char *room = haul_fit_dup_sentence (&fit);
  g_autofree char *size = haul_fit_dup_size_sentence (plan);

  if (room != NULL)
    haul_cli_print_line (options, "%s", room);
  if (size != NULL)
    haul_cli_print_line (options, "%s", size);
}

static void
print_text (const HaulCliOptions *options, const HaulPlan *plan, const HaulAccount *account, const char *warning)
{
  const char *titles[] = { _ ("Folder"), _ ("Mailbox"), _ ("Messages"), _ ("Size"), _ ("What"), _ ("Remark"), NULL };
  g_autoptr (HaulTextTable) table = haul_text_table_new (titles, "llrrll");
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *whom = haul_account_dup_display (account);
  g_autofree char *total = g_format_size (plan->bytes);
  g_autofree char *refusals = haul_foresight_dup_sentence (plan);

  for (guint i = 0; i < plan->folders->len; i++)
    {
      const HaulPlanFolder *folder = haul_plan_get_folder (plan, i);
      g_autofree char *path = haul_folder_dup_display (folder->folder);
      g_autofree char *size
          = folder->folder->bytes < 0 ? g_strdup ("?") : g_format_size ((guint64)folder->folder->bytes);
      haul_text_table_add (table, path);
      haul_text_table_add (table, folder->mailbox_display);
      haul_text_table_add_number (table, folder->folder->messages);
      haul_text_table_add (table, size);
      haul_text_table_add (table, name_action (folder));
      haul_text_table_add (table, folder->note);
    }
  haul_text_table_write (table, out);
  haul_cli_print_text (options, out->str);
  haul_cli_print_line (options,
                       ngettext ("%'" G_GUINT64_FORMAT " message, %s, to %s. Nothing was changed.",
                                 "%'" G_GUINT64_FORMAT " messages, %s, to %s. Nothing was changed.", plan->messages),
                       plan->messages, total, whom);
  print_room (options, plan);
  print_rungs (options, plan);
  haul_cli_print_line (options, "%s", refusals);
  if (warning != NULL)
    haul_cli_print_line (options, "%s", warning);
}

/**
 * haul_cli_plan_run:
 * @options: options
 *
 * Shows what a copy would do. Nothing is written, here or on the server.
 *
 * Returns: the exit status
 */
HaulExitStatus
haul_cli_plan_run (const HaulCliOptions *options)
{
  g_autoptr (HaulCliWork) work = haul_cli_work_new (options);
  g_autoptr (GError) error = NULL;
  g_autoptr (HaulPlan) plan = haul_cli_work_make_plan (work, &error);

  if (plan == NULL)
    return haul_cli_work_fail (work, NULL, error);
  if (haul_cli_options_is_json (options))
    {
      g_autofree char *json = haul_plan_to_json (plan);
      haul_cli_print_octets (json);
      haul_cli_print_octets ("\n");
    }
  else
    {
      g_autofree char *warning = haul_cli_work_dup_warning (work, NULL);
      print_text (options, plan, work->probe->account, warning);
    }
  return haul_cli_work_get_status (work);
}
