/* haul-wizard-thread.c - a thread of its own for work that may wait for the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main calls; the work runs beside it.
 * Memory:  the task must have no source object: its last reference may be dropped on the thread.
 */
#include "wizard/haul-wizard-thread.h"

typedef struct
{
  GTask *task; /* (owned) */
  HaulWizardThreadFunc func;
} Work;

static gpointer
work (gpointer data)
{
  Work *self = data;

  self->func (self->task, g_task_get_task_data (self->task), g_task_get_cancellable (self->task));
  g_object_unref (self->task);
  g_free (self);
  return NULL;
}

/**
 * haul_wizard_thread_run:
 * @task: (transfer full): a task without a source object; its callback runs in the caller's main context
 * @name: what the thread is called, at most 15 octets
 * @func: does the work and returns from the task
 */
void
haul_wizard_thread_run (GTask *task, const char *name, HaulWizardThreadFunc func)
{
  Work *self = g_new0 (Work, 1);

  g_assert (g_task_get_source_object (task) == NULL);
  self->task = task;
  self->func = func;
  g_thread_unref (g_thread_new (name, work, self));
}
