/* haul-page-account.h - page: whose mailbox, on which server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_ACCOUNT (haul_page_account_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageAccount, haul_page_account, HAUL, PAGE_ACCOUNT, HaulWizardPage)

G_END_DECLS
