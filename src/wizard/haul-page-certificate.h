/* haul-page-certificate.h - page: the question about a certificate that cannot be verified
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "wizard/haul-wizard-page.h"

G_BEGIN_DECLS

#define HAUL_TYPE_PAGE_CERTIFICATE (haul_page_certificate_get_type ())
G_DECLARE_FINAL_TYPE (HaulPageCertificate, haul_page_certificate, HAUL, PAGE_CERTIFICATE, HaulWizardPage)

G_END_DECLS
