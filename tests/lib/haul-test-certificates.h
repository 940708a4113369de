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

/* What is not usual in a certificate; NULL and 0 for what is. */
typedef struct
{
  const char *template; /* for certtool */
  const char *issuer;   /* a certificate and key made before, in the authority's place */
  gboolean is_self_signed;
  gboolean has_rsa_issuer; /* an authority whose signatures may be of old kinds; trusted as well */
  const char *key;         /* certtool's words for the key: “--rsa --bits 768” */
  const char *options;     /* for the signature: “--hash SHA1” */
  gboolean has_chain;      /* the issuer's certificate goes along */
} HaulTestCertificatesRecipe;

char *haul_test_certificates_cook (HaulTestCertificates *certificates, const HaulTestCertificatesRecipe *recipe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulTestCertificates, haul_test_certificates_free)

G_END_DECLS
