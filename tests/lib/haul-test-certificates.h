/* haul-test-certificates.h - an authority of the test's own, and certificates of all kinds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _HaulTestCertificates HaulTestCertificates;

HaulTestCertificates *haul_test_certificates_new (void);
void haul_test_certificates_free (HaulTestCertificates *certificates);
const char *haul_test_certificates_get_ca_path (HaulTestCertificates *certificates);
char *haul_test_certificates_make (HaulTestCertificates *certificates, gboolean is_issued, const char *template);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulTestCertificates, haul_test_certificates_free)

G_END_DECLS
