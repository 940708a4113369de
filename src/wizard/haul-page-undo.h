/* haul-page-undo.h - page: take back what a job copied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_UNDO (haul_page_undo_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageUndo, haul_page_undo, HAUL, PAGE_UNDO, HaulWizardPage)

gboolean haul_page_undo_end_to_close (HaulPageUndo *self);

G_END_DECLS
