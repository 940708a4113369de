/* haul-page-ready.h - page: all that will happen, in a few sentences
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_READY (haul_page_ready_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageReady, haul_page_ready, HAUL, PAGE_READY, HaulWizardPage)

G_END_DECLS
