/* haul-page-goon.h - page: a job was left unfinished: go on with it?
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_GOON (haul_page_goon_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageGoon, haul_page_goon, HAUL, PAGE_GOON, HaulWizardPage)

G_END_DECLS
