/* haul-page-checking.h - page: find the server, connect, sign in: five steps, seen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_CHECKING (haul_page_checking_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageChecking, haul_page_checking, HAUL, PAGE_CHECKING, HaulWizardPage)

G_END_DECLS
