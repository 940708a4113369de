/* haul-application.h - the program as the desktop sees it: one instance, its actions and keys
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define HAUL_TYPE_APPLICATION (haul_application_get_type ())
G_DECLARE_FINAL_TYPE (HaulApplication, haul_application, HAUL, APPLICATION, GtkApplication)

HaulApplication *haul_application_new (void);

G_END_DECLS
