/* haul-page-copying.h - page: progress that tells the truth
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_COPYING (haul_page_copying_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageCopying, haul_page_copying, HAUL, PAGE_COPYING, HaulWizardPage)

void haul_page_copying_toggle_pause (HaulPageCopying *self);
gboolean haul_page_copying_ask_to_close (HaulPageCopying *self);

G_END_DECLS
