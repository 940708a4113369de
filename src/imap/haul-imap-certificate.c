/* haul-imap-certificate.c - what a server's certificate says; the only place that knows GnuTLS
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any.
 * Errors:  a certificate that cannot be read has no names, is for nothing and prints as an empty text.
 * See:     RFC 9525 (names), RFC 5280 §4.2.1.6 and §4.2.1.12
 */
#include "imap/haul-imap-certificate.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

/* More than any real certificate holds; a hostile one may hold 100,000. */
#define MAX_NAMES 100

static GByteArray *
get_der (GTlsCertificate *certificate)
{
  GByteArray *der = NULL;
  g_object_get (certificate, "certificate", &der, NULL);
  return der;
}

static void
deinit (gnutls_x509_crt_t crt)
{
  gnutls_x509_crt_deinit (crt);
}

typedef struct gnutls_x509_crt_int Crt;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Crt, deinit)

static Crt *
import (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = get_der (certificate);
  gnutls_x509_crt_t crt = NULL;

  if (der == NULL || gnutls_x509_crt_init (&crt) < 0)
    return NULL;
  gnutls_datum_t datum = { der->data, der->len };
  if (gnutls_x509_crt_import (crt, &datum, GNUTLS_X509_FMT_DER) < 0)
    {
      gnutls_x509_crt_deinit (crt);
      return NULL;
    }
  return crt;
}

/* What somebody else wrote into a certificate, made fit to be shown on one line. */
static char *
make_showable (const void *data, gsize length)
{
  char *text = g_utf8_make_valid (data, (gssize)length);
  for (char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = '?';
  return text;
}

static char *
address_to_string (const guint8 *octets, gsize length)
{
  if (length != 4 && length != 16)
    return NULL;
  g_autoptr (GInetAddress) address
      = g_inet_address_new_from_bytes (octets, length == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (address);
}

/* NULL: a kind of name that says nothing about a server. is_last: there is no name of this number. */
static char *
dup_alt_name (Crt *crt, guint number, gboolean *is_last)
{
  size_t size = 0;
  int type = gnutls_x509_crt_get_subject_alt_name (crt, number, NULL, &size, NULL);

  *is_last = type < 0 && type != GNUTLS_E_SHORT_MEMORY_BUFFER;
  if (*is_last || size == 0)
    return NULL;
  g_autofree guint8 *name = g_malloc0 (size + 1);
  type = gnutls_x509_crt_get_subject_alt_name (crt, number, name, &size, NULL);
  if (type == GNUTLS_SAN_DNSNAME)
    return make_showable (name, size);
  return type == GNUTLS_SAN_IPADDRESS ? address_to_string (name, size) : NULL;
}

/**
 * haul_imap_certificate_dup_sha256:
 * @certificate: a certificate
 *
 * The fingerprint a pin is made of: over the whole certificate, not only its key.
 *
 * Returns: (transfer full): 64 lower-case hex digits
 */
char *
haul_imap_certificate_dup_sha256 (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = get_der (certificate);
  return der == NULL ? g_strdup ("") : g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
}

/**
 * haul_imap_certificate_has_subject_alt_name:
 * @certificate: a certificate
 *
 * Whether it names a host or an address where RFC 9525 wants it. GIO takes the old common name as well; we do not.
 */
gboolean
haul_imap_certificate_has_subject_alt_name (GTlsCertificate *certificate)
{
  g_autoptr (Crt) crt = import (certificate);
  gboolean is_last = crt == NULL;

  for (guint i = 0; !is_last && i < MAX_NAMES; i++)
    {
      g_autofree char *name = dup_alt_name (crt, i, &is_last);
      if (name != NULL)
        return TRUE;
    }
  return FALSE;
}

/**
 * haul_imap_certificate_is_strong:
 * @certificate: a certificate
 *
 * Whether its key takes more than a rich person's patience to break: RSA from 1024 bits on, as old servers have it.
 * GIO does not look.
 */
gboolean
haul_imap_certificate_is_strong (GTlsCertificate *certificate)
{
  g_autoptr (Crt) crt = import (certificate);
  unsigned int bits = 0;
  int algorithm = crt == NULL ? -1 : gnutls_x509_crt_get_pk_algorithm (crt, &bits);

  return algorithm >= 0 && gnutls_pk_bits_to_sec_param ((gnutls_pk_algorithm_t)algorithm, bits) >= GNUTLS_SEC_PARAM_LOW;
}

/**
 * haul_imap_certificate_is_for_servers:
 * @certificate: a certificate
 *
 * Whether its extended key usage is absent or takes in TLS servers (RFC 5280 §4.2.1.12); GIO does not look.
 */
gboolean
haul_imap_certificate_is_for_servers (GTlsCertificate *certificate)
{
  g_autoptr (Crt) crt = import (certificate);
  return crt != NULL && gnutls_x509_crt_check_key_purpose (crt, GNUTLS_KP_TLS_WWW_SERVER, 0) != 0;
}

/**
 * haul_imap_certificate_dup_names:
 * @certificate: a certificate
 *
 * The hosts and addresses it is for; where it has none, the subject's common name.
 *
 * Returns: (transfer full): the names, perhaps none, UTF-8 without control characters; from whoever made the
 * certificate
 */
char **
haul_imap_certificate_dup_names (GTlsCertificate *certificate)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (Crt) crt = import (certificate);
  gboolean is_last = crt == NULL;
  guint n = 0;

  for (guint i = 0; !is_last && i < MAX_NAMES; i++)
    {
      g_autofree char *name = dup_alt_name (crt, i, &is_last);
      if (name != NULL && ++n > 0)
        g_strv_builder_add (names, name);
    }

  char common_name[512];
  size_t size = sizeof common_name;
  if (crt != NULL && n == 0
      && gnutls_x509_crt_get_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, common_name, &size) >= 0)
    {
      g_autofree char *name = make_showable (common_name, size);
      g_strv_builder_add (names, name);
    }
  return g_strv_builder_end (names);
}

/**
 * haul_imap_certificate_dup_issuer:
 * @certificate: a certificate
 *
 * Returns: (transfer full): who signed it, as `CN=…,O=…`; "" where it does not say
 */
char *
haul_imap_certificate_dup_issuer (GTlsCertificate *certificate)
{
  g_autoptr (Crt) crt = import (certificate);
  gnutls_datum_t dn = { 0 };

  if (crt == NULL || gnutls_x509_crt_get_issuer_dn3 (crt, &dn, 0) < 0)
    return g_strdup ("");
  char *issuer = make_showable (dn.data, dn.size);
  gnutls_free (dn.data);
  return issuer;
}

/**
 * haul_imap_certificate_get_validity:
 * @certificate: a certificate
 * @not_before: (out): unix seconds
 * @not_after: (out): unix seconds
 *
 * Returns: %FALSE where the certificate cannot be read
 */
gboolean
haul_imap_certificate_get_validity (GTlsCertificate *certificate, gint64 *not_before, gint64 *not_after)
{
  g_autoptr (Crt) crt = import (certificate);

  *not_before = crt == NULL ? 0 : (gint64)gnutls_x509_crt_get_activation_time (crt);
  *not_after = crt == NULL ? 0 : (gint64)gnutls_x509_crt_get_expiration_time (crt);
  return crt != NULL && *not_before != -1 && *not_after != -1;
}

/**
 * haul_imap_certificate_print:
 * @certificate: a certificate
 *
 * Everything it says, many lines, for experts.
 *
 * Returns: (transfer full): UTF-8
 */
char *
haul_imap_certificate_print (GTlsCertificate *certificate)
{
  g_autoptr (Crt) crt = import (certificate);
  gnutls_datum_t text = { 0 };

  if (crt == NULL || gnutls_x509_crt_print (crt, GNUTLS_CRT_PRINT_FULL, &text) < 0)
    return g_strdup ("");
  char *valid = g_utf8_make_valid ((const char *)text.data, (gssize)text.size);
  gnutls_free (text.data);
  return valid;
}

/**
 * haul_imap_certificate_explain_handshake:
 * @error: how a handshake failed before a certificate was judged
 *
 * Tells apart what GIO calls %G_TLS_ERROR_MISC. GIO puts GnuTLS's own words, in the person's language, into its
 * message: they are looked for as GnuTLS writes them now.
 */
HaulImapCertificateHandshake
haul_imap_certificate_explain_handshake (const GError *error)
{
  static const int not_tls[] = { GNUTLS_E_UNEXPECTED_PACKET, GNUTLS_E_UNEXPECTED_PACKET_LENGTH };
  static const gnutls_alert_description_t refusals[]
      = { GNUTLS_A_HANDSHAKE_FAILURE, GNUTLS_A_PROTOCOL_VERSION, GNUTLS_A_INSUFFICIENT_SECURITY };
  static const int refused[]
      = { GNUTLS_E_UNSUPPORTED_VERSION_PACKET, GNUTLS_E_UNKNOWN_CIPHER_SUITE, GNUTLS_E_DH_PRIME_UNACCEPTABLE };

  if (error->domain != G_TLS_ERROR || error->code == G_TLS_ERROR_BAD_CERTIFICATE)
    return HAUL_IMAP_CERTIFICATE_HANDSHAKE_BROKEN;
  for (gsize i = 0; i < G_N_ELEMENTS (not_tls); i++)
    if (strstr (error->message, gnutls_strerror (not_tls[i])) != NULL)
      return HAUL_IMAP_CERTIFICATE_HANDSHAKE_NOT_TLS;
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strstr (error->message, gnutls_alert_get_name (refusals[i])) != NULL)
      return HAUL_IMAP_CERTIFICATE_HANDSHAKE_NOTHING_IN_COMMON;
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    if (strstr (error->message, gnutls_strerror (refused[i])) != NULL)
      return HAUL_IMAP_CERTIFICATE_HANDSHAKE_NOTHING_IN_COMMON;
  return HAUL_IMAP_CERTIFICATE_HANDSHAKE_BROKEN;
}
