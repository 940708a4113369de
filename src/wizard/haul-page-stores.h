/* haul-page-stores.h - page: the mail on this computer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_STORES (haul_page_stores_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageStores, haul_page_stores, HAUL, PAGE_STORES, HaulWizardPage)

void haul_page_stores_add_path (HaulPageStores *self, const char *path);

G_END_DECLS
