/* test-haul-certificate.c - what a person reads about a refused certificate
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "account/haul-certificate.h"

#include <string.h>

#include "imap/haul-imap-error.h"

static GTlsCertificate *
make (void)
{
  g_autofree char *dir = g_dir_make_tmp ("certificate-XXXXXX", NULL);
  g_autofree char *template = g_build_filename (dir, "template", NULL);
  g_autofree char *script
      = g_strdup_printf ("sh -c 'cd %s && certtool --generate-privkey --key-type=ecdsa --outfile key "
                         "2>log && certtool --generate-self-signed --load-privkey key --template "
                         "template --outfile cert 2>log'",
                         dir);
  g_autofree char *path = g_build_filename (dir, "cert", NULL);
  g_autofree char *clean = g_strdup_printf ("rm -r %s", dir);
  int status;

  g_assert_true (g_file_set_contents (template,
                                      "cn = mail.example.org\norganization = Example\ndns_name = mail.example.org\n"
                                      "dns_name = imap.example.org\nactivation_date = \"2024-01-02 12:00:00 UTC\"\n"
                                      "expiration_date = \"2025-03-04 12:00:00 UTC\"\n",
                                      -1, NULL));
  g_assert_true (g_spawn_command_line_sync (script, NULL, NULL, &status, NULL) && status == 0);
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, NULL);
  g_assert_true (g_spawn_command_line_sync (clean, NULL, NULL, NULL, NULL));
  return certificate;
}

static HaulCertificate *
describe (GTlsCertificate *certificate, guint problems)
{
  g_autoptr (GError) error = haul_imap_error_new_certificate (certificate, problems, "mail.example.net");
  return haul_certificate_new_from_error (error);
}

static void
test_words (gconstpointer data)
{
  GTlsCertificate *certificate = (GTlsCertificate *)data;
  g_autoptr (HaulCertificate) words
      = describe (certificate, G_TLS_CERTIFICATE_BAD_IDENTITY | G_TLS_CERTIFICATE_EXPIRED);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *clock
      = g_date_time_format (now, "The certificate ran out on 2025-03-04. This computer’s clock says %Y-%m-%d.");

  g_assert_cmpstr (words->names, ==, "mail.example.org, imap.example.org");
  g_assert_nonnull (strstr (words->issuer, "O=Example"));
  g_assert_cmpstr (words->validity, ==, "from 2024-01-02 to 2025-03-04");
  g_assert_cmpuint (strlen (words->sha256), ==, 64);
  g_assert_cmpstr (words->reasons[0], ==, "The certificate is for another server.");
  g_assert_cmpstr (words->reasons[1], ==, clock);
  g_assert_null (words->reasons[2]);
  g_assert_nonnull (strstr (words->details, "DNSname: imap.example.org"));
}

static void
test_every_problem (gconstpointer data)
{
  GTlsCertificate *certificate = (GTlsCertificate *)data;
  static const struct
  {
    guint problem;
    gboolean can_pin;
  } cases[] = {
    { G_TLS_CERTIFICATE_UNKNOWN_CA, TRUE },
    { G_TLS_CERTIFICATE_BAD_IDENTITY, TRUE },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED, TRUE },
    { G_TLS_CERTIFICATE_EXPIRED, TRUE },
    { G_TLS_CERTIFICATE_REVOKED, FALSE },
    { G_TLS_CERTIFICATE_INSECURE, FALSE },
    { G_TLS_CERTIFICATE_GENERIC_ERROR, FALSE },
    { HAUL_IMAP_CERTIFICATE_NO_SUBJECT_ALT_NAME, TRUE },
    { HAUL_IMAP_CERTIFICATE_NOT_FOR_SERVERS, TRUE },
    { HAUL_IMAP_CERTIFICATE_PIN_CHANGED, TRUE },
  };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HaulCertificate) words = describe (certificate, cases[i].problem);
      g_autoptr (HaulCertificate) mixed
          = describe (certificate, cases[i].problem | G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_REVOKED);
      g_assert_cmpuint (g_strv_length (words->reasons), ==, 1);
      g_assert_true (g_hash_table_add (seen, g_strdup (words->reasons[0])));
      g_assert_true (words->can_pin == cases[i].can_pin);
      g_assert_false (mixed->can_pin);
    }
}

static void
test_other_errors (void)
{
  g_autoptr (GError) other = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "x");
  g_autoptr (GError) refused = haul_imap_error_new (HAUL_IMAP_ERROR_REFUSED, NULL, NULL, "x");
  g_assert_null (haul_certificate_new_from_error (other));
  g_assert_null (haul_certificate_new_from_error (refused));
}

int
main (int argc, char **argv)
{
  g_autofree char *tool = g_find_program_in_path ("certtool");
  g_test_init (&argc, &argv, NULL);
  if (tool == NULL)
    {
      g_print ("1..0 # SKIP certtool (gnutls-bin) is not installed\n");
      return 0;
    }
  g_autoptr (GTlsCertificate) certificate = make ();
  g_test_add_data_func ("/certificate/words", certificate, test_words);
  g_test_add_data_func ("/certificate/every-problem", certificate, test_every_problem);
  g_test_add_func ("/certificate/other-errors", test_other_errors);
  return g_test_run ();
}
