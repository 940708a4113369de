/* haul-wizard-window.h - the window: a stack of pages, Back and Next
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "wizard/haul-wizard-state.h"

G_BEGIN_DECLS

#define HAUL_TYPE_WIZARD_WINDOW (haul_wizard_window_get_type ())
G_DECLARE_FINAL_TYPE (HaulWizardWindow, haul_wizard_window, HAUL, WIZARD_WINDOW, GtkApplicationWindow)

HaulWizardWindow *haul_wizard_window_new (GtkApplication *application, HaulWizardState *state);
void haul_wizard_window_add_path (HaulWizardWindow *self, const char *path);

G_END_DECLS
