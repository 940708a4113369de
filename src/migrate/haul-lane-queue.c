/* haul-lane-queue.c - the folders still to be done, for the lanes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; one mutex.
 */
#include "migrate/haul-lane-queue.h"

/**
 * haul_lane_queue_new:
 * @plan: what goes where
 *
 * Returns: (transfer full): the folders to copy, and those whose mailbox is made all the same, in the plan's order
 */
HaulLaneQueue *
haul_lane_queue_new (const HaulPlan *plan)
{
  HaulLaneQueue *self = g_new0 (HaulLaneQueue, 1);
  g_autoptr (GHashTable) by_mailbox = g_hash_table_new (g_str_hash, g_str_equal);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->groups = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  for (guint i = 0; i < plan->folders->len; i++)
    {
      const HaulPlanFolder *folder = haul_plan_get_folder (plan, i);
      if (folder->action != HAUL_PLAN_COPY && folder->action != HAUL_PLAN_SKIP_EMPTY)
        continue;
      GArray *group = g_hash_table_lookup (by_mailbox, folder->mailbox);
      if (group == NULL)
        {
          group = g_array_new (FALSE, FALSE, sizeof (guint));
          g_hash_table_insert (by_mailbox, folder->mailbox, group);
          g_ptr_array_add (self->groups, group);
        }
      g_array_append_val (group, i);
    }
  return self;
}

void
haul_lane_queue_free (HaulLaneQueue *queue)
{
  g_ptr_array_unref (queue->groups);
  g_mutex_clear (&queue->lock);
  g_cond_clear (&queue->cond);
  g_free (queue);
}

/* Lets the lanes begin that wait for the first. */
void
haul_lane_queue_open (HaulLaneQueue *queue)
{
  g_mutex_lock (&queue->lock);
  queue->is_open = TRUE;
  g_cond_broadcast (&queue->cond);
  g_mutex_unlock (&queue->lock);
}

/* Blocks until haul_lane_queue_open(). */
void
haul_lane_queue_wait (HaulLaneQueue *queue)
{
  g_mutex_lock (&queue->lock);
  while (!queue->is_open)
    g_cond_wait (&queue->cond, &queue->lock);
  g_mutex_unlock (&queue->lock);
}

/* The next group of folders, or %NULL; owned by the queue. */
GArray *
haul_lane_queue_take (HaulLaneQueue *queue)
{
  g_mutex_lock (&queue->lock);
  GArray *group = queue->next < queue->groups->len ? queue->groups->pdata[queue->next++] : NULL;
  g_mutex_unlock (&queue->lock);
  return group;
}
