/* haul-clamp.h - a centred column of at most so many pixels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define HAUL_TYPE_CLAMP (haul_clamp_get_type ())
G_DECLARE_FINAL_TYPE (HaulClamp, haul_clamp, HAUL, CLAMP, GtkBin)

G_END_DECLS
