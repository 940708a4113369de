/* haul-page-trouble.h - page: what stopped the copy, and what a person can do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_TROUBLE (haul_page_trouble_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageTrouble, haul_page_trouble, HAUL, PAGE_TROUBLE, HaulWizardPage)

G_END_DECLS
