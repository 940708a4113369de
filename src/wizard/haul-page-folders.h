/* haul-page-folders.h - page: what goes where
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_FOLDERS (haul_page_folders_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageFolders, haul_page_folders, HAUL, PAGE_FOLDERS, HaulWizardPage)

G_END_DECLS
