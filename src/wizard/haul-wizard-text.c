/* haul-wizard-text.c - numbers, sizes and times as people read them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main.
 */
#include "wizard/haul-wizard-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MINUTE 60
#define HOUR (60 * MINUTE)

/**
 * haul_wizard_text_dup_number:
 * @number: a count
 *
 * Returns: (transfer full): with the locale's grouping: 8,311
 */
char *
haul_wizard_text_dup_number (guint64 number)
{
  return g_strdup_printf ("%'" G_GUINT64_FORMAT, number);
}

char *
haul_wizard_text_dup_size (guint64 bytes)
{
  return g_format_size (bytes);
}

static gulong
plural (guint64 number)
{
  return (gulong)(number > G_MAXULONG / 2 ? number % 1000000 + 1000000 : number);
}

/**
 * haul_wizard_text_dup_messages:
 * @messages: a count
 *
 * Returns: (transfer full): `8,311 messages`
 */
char *
haul_wizard_text_dup_messages (guint64 messages)
{
  g_autofree char *number = haul_wizard_text_dup_number (messages);

  /* Translators: %s is a number with grouping. */
  return g_strdup_printf (ngettext ("%s message", "%s messages", plural (messages)), number);
}

/**
 * haul_wizard_text_dup_progress:
 * @messages_done: how many are dealt with
 * @messages_total: of how many
 *
 * Returns: (transfer full): `1,204 of 8,311 messages`
 */
char *
haul_wizard_text_dup_progress (guint64 messages_done, guint64 messages_total)
{
  g_autofree char *done = haul_wizard_text_dup_number (messages_done);
  g_autofree char *total = haul_wizard_text_dup_number (messages_total);

  /* Translators: both are numbers with grouping; the plural follows the second. */
  return g_strdup_printf (ngettext ("%s of %s message", "%s of %s messages", plural (messages_total)), done, total);
}

/**
 * haul_wizard_text_dup_left:
 * @seconds: an estimate
 *
 * Returns: (transfer full): `about 9 minutes left`, rounded so as not to promise what nobody knows
 */
char *
haul_wizard_text_dup_left (gint64 seconds)
{
  gint64 minutes = (seconds + MINUTE / 2) / MINUTE;
  gint64 hours = (seconds + HOUR / 2) / HOUR;

  if (minutes < 1)
    return g_strdup (_ ("less than a minute left"));
  if (minutes < 100)
    return g_strdup_printf (ngettext ("about %d minute left", "about %d minutes left", (gulong)minutes), (int)minutes);
  return g_strdup_printf (ngettext ("about %d hour left", "about %d hours left", (gulong)hours),
                          (int)MIN (hours, G_MAXINT));
}

static char *
dup_time (gint64 unix_seconds, const char *format)
{
  g_autoptr (GDateTime) time = unix_seconds == 0 ? NULL : g_date_time_new_from_unix_local (unix_seconds);

  return time == NULL ? g_strdup ("") : g_date_time_format (time, format);
}

char *
haul_wizard_text_dup_day (gint64 unix_seconds)
{
  return dup_time (unix_seconds, "%Y-%m-%d");
}

char *
haul_wizard_text_dup_clock (gint64 unix_seconds)
{
  return dup_time (unix_seconds, "%H:%M");
}

/**
 * haul_wizard_text_dup_short_path:
 * @path: an absolute file name
 *
 * Returns: (transfer full): UTF-8 for a person, `~/Mail` for what is in the home folder
 */
char *
haul_wizard_text_dup_short_path (const char *path)
{
  const char *home = g_get_home_dir ();
  gsize length = strlen (home);
  g_autofree char *shown = g_filename_display_name (path);

  if (length > 1 && strncmp (path, home, length) == 0 && (path[length] == '/' || path[length] == 0))
    {
      g_autofree char *rest = g_filename_display_name (path + length);

      return g_strconcat ("~", rest, NULL);
    }
  return g_steal_pointer (&shown);
}

gboolean
haul_wizard_text_has_several_stores (const HaulPlan *plan)
{
  for (guint i = 1; i < plan->folders->len; i++)
    if (haul_plan_get_folder (plan, i)->store != haul_plan_get_folder (plan, 0)->store)
      return TRUE;
  return FALSE;
}

/**
 * haul_wizard_text_dup_folder:
 * @folder: a folder of a plan
 * @is_full: whether to say whose it is, where there are several stores
 *
 * Returns: (transfer full): `Outlook Express › Inbox`
 */
char *
haul_wizard_text_dup_folder (const HaulPlanFolder *folder, gboolean is_full)
{
  g_autofree char *display = haul_folder_dup_display (folder->folder);

  return is_full ? g_strdup_printf ("%s › %s", folder->store->program, display) : g_steal_pointer (&display);
}
