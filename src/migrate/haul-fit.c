/* haul-fit.c - whether the mail of a plan has room in the mailbox
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; pure.
 * See:     docs/pressure.md.
 */
#include "migrate/haul-fit.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>

/* A server adds something to each message, and rounds up. */
#define ADDED_PERCENT 2

/**
 * haul_fit_new:
 * @plan: a plan
 *
 * Compares what is to be copied with the room that the server told of.
 *
 * Returns: both, where they are known
 */
HaulFit
haul_fit_new (const HaulPlan *plan)
{
  const HaulServer *server = plan->server;
  HaulFit fit = { .is_known = server->has_quota, .is_enough = TRUE };

  fit.needed_bytes = plan->bytes + plan->bytes / 100 * ADDED_PERCENT;
  if (!server->has_quota)
    return fit;
  fit.free_bytes
      = server->quota_limit_bytes > server->quota_used_bytes ? server->quota_limit_bytes - server->quota_used_bytes : 0;
  fit.is_enough = fit.needed_bytes <= fit.free_bytes;
  return fit;
}

/**
 * haul_fit_dup_sentence:
 * @fit: a comparison
 *
 * Returns: (transfer full) (nullable): for people; %NULL where nothing is known
 */
char *
haul_fit_dup_sentence (const HaulFit *fit)
{
  g_autofree char *needed = g_format_size (fit->needed_bytes);
  g_autofree char *room = g_format_size (fit->free_bytes);

  if (!fit->is_known)
    return NULL;
  if (fit->is_enough)
    return g_strdup_printf (_ ("The mailbox has room for %s: enough."), room);
  /* Translators: two sizes, “2.1 GB”, “412 MB”. */
  return g_strdup_printf (_ ("It does not fit: %s are needed at most, the mailbox has room for only %s. Copying stops "
                             "when it is full; make room before, or then, and go on."),
                          needed, room);
}

/**
 * haul_fit_dup_size_sentence:
 * @plan: a plan
 *
 * Returns: (transfer full) (nullable): for people, how big a message may be; %NULL where the server does not say, or no
 *   folder of the plan can hold a bigger one
 */
char *
haul_fit_dup_size_sentence (const HaulPlan *plan)
{
  guint64 limit = plan->server->append_limit_bytes;
  g_autofree char *size = g_format_size (limit);
  gboolean may_hold = FALSE;

  for (guint i = 0; i < plan->folders->len && limit > 0; i++)
    {
      const HaulPlanFolder *folder = haul_plan_get_folder (plan, i);
      may_hold
          |= folder->action == HAUL_PLAN_COPY && (folder->folder->bytes < 0 || (guint64)folder->folder->bytes > limit);
    }
  if (!may_hold)
    return NULL;
  return g_strdup_printf (_ ("The mail server takes messages of up to %s. Bigger ones are not sent; the report names "
                             "them."),
                          size);
}
