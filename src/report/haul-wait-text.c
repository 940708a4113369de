/* haul-wait-text.c - why nothing is copied just now, and how long
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 */
#include "report/haul-wait-text.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>

#include "base/haul-clock.h"

/* From here on the time of day says more than the time left. */
#define LONG_SECONDS (2 * 60 * 60)

static const char *
get_sentence (HaulWaitReason reason)
{
  switch (reason)
    {
    case HAUL_WAIT_THROTTLED:
      return _ ("The mail server asked us to wait.");
    case HAUL_WAIT_DAILY_LIMIT:
      return _ ("The mail server takes no more for today.");
    case HAUL_WAIT_CONNECTIONS:
      return _ ("The mail server has too many connections open to this mailbox.");
    case HAUL_WAIT_SETTLING:
      return _ ("Waiting, to be sure that nothing arrives twice.");
    case HAUL_WAIT_NETWORK:
    case HAUL_WAIT_NONE:
    default:
      return _ ("The mail server cannot be reached just now.");
    }
}

static char *
dup_when (gint64 until, gint64 left)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (until);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (left < 60)
    return g_strdup_printf (ngettext ("Going on in %d second.", "Going on in %d seconds.", (gulong)left), (int)left);
  if (left < LONG_SECONDS)
    /* Translators: minutes and seconds, “4:37”. */
    return g_strdup_printf (_ ("Going on in %d:%02d minutes."), (int)(left / 60), (int)(left % 60));
  g_autofree char *clock = then == NULL ? g_strdup ("?") : g_date_time_format (then, "%H:%M");
  if (then != NULL && g_date_time_get_day_of_year (then) != g_date_time_get_day_of_year (now))
    /* Translators: a time of day. */
    return g_strdup_printf (_ ("Going on tomorrow at %s."), clock);
  return g_strdup_printf (_ ("Going on at %s."), clock);
}

/**
 * haul_wait_text_dup:
 * @reason: why nothing is copied
 * @until: unix seconds; 0 unknown
 *
 * Says it for people, with the time that is left; to be asked anew each second.
 *
 * Returns: (transfer full): one or two sentences
 */
char *
haul_wait_text_dup (HaulWaitReason reason, gint64 until)
{
  gint64 left = until - haul_clock_now ();

  if (until == 0)
    return g_strdup (get_sentence (reason));
  g_autofree char *when = left <= 0 ? g_strdup (_ ("Going on now.")) : dup_when (until, left);
  return g_strjoin (" ", get_sentence (reason), when, NULL);
}
