/* haul-page-done.h - page: the verdict, and every message that was not copied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_DONE (haul_page_done_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageDone, haul_page_done, HAUL, PAGE_DONE, HaulWizardPage)

G_END_DECLS
