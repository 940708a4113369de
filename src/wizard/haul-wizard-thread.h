/* haul-wizard-thread.h - a thread of its own for work that may wait for the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef void (*HaulWizardThreadFunc) (GTask *task, gpointer task_data, GCancellable *cancellable);

void haul_wizard_thread_run (GTask *task, const char *name, HaulWizardThreadFunc func);

G_END_DECLS
