/* test-haul-imap-certificate.c - what certificates made by certtool say
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "imap/haul-imap-certificate.h"

#include <glib/gstdio.h>
#include <string.h>

static char *dir; /* where the certificates are made */

static gboolean
run (const char *command_line)
{
  int status;
  g_autofree char *output = NULL; /* taken, so that it does not mix with ours */
  g_autofree char *errors = NULL;
  return g_spawn_command_line_sync (command_line, &output, &errors, &status, NULL)
         && g_spawn_check_wait_status (status, NULL);
}

static GTlsCertificate *
make (const char *name, const char *template)
{
  g_autofree char *template_path = g_strdup_printf ("%s/%s.cfg", dir, name);
  g_autofree char *path = g_strdup_printf ("%s/%s.pem", dir, name);
  g_autofree char *command = g_strdup_printf ("certtool --generate-self-signed --load-privkey %s/key.pem --template %s "
                                              "--outfile %s",
                                              dir, template_path, path);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (template_path, template, -1, NULL));
  g_assert_true (run (command));
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);
  g_assert_no_error (error);
  return certificate;
}

static void
test_names (void)
{
  g_autoptr (GTlsCertificate) both
      = make ("both", "cn = old.example.org\ndns_name = mail.example.org\ndns_name = *.example.org\nip_address = "
                      "192.0.2.7\nip_address = 2001:db8::1\nemail = bob@example.org\ntls_www_server\n");
  g_autoptr (GTlsCertificate) common_only = make ("cn", "cn = old.example.org\norganization = Old\n");
  g_autoptr (GTlsCertificate) email_only = make ("email", "cn = old.example.org\nemail = bob@example.org\n");
  g_auto (GStrv) names = haul_imap_certificate_dup_names (both);
  g_auto (GStrv) old_names = haul_imap_certificate_dup_names (common_only);
  g_autofree char *joined = g_strjoinv (" ", names);

  g_assert_cmpstr (joined, ==, "mail.example.org *.example.org 192.0.2.7 2001:db8::1");
  g_assert_cmpstr (old_names[0], ==, "old.example.org");
  g_assert_null (old_names[1]);
  g_assert_true (haul_imap_certificate_has_subject_alt_name (both));
  g_assert_false (haul_imap_certificate_has_subject_alt_name (common_only));
  g_assert_false (haul_imap_certificate_has_subject_alt_name (email_only));
}

static void
test_purpose (void)
{
  g_autoptr (GTlsCertificate) none = make ("none", "cn = a\ndns_name = a\n");
  g_autoptr (GTlsCertificate) server = make ("server", "cn = a\ndns_name = a\ntls_www_server\ntls_www_client\n");
  g_autoptr (GTlsCertificate) client = make ("client", "cn = a\ndns_name = a\ntls_www_client\n");
  g_autoptr (GTlsCertificate) any = make ("any", "cn = a\ndns_name = a\nkey_purpose_oid = 2.5.29.37.0\n");

  g_assert_true (haul_imap_certificate_is_for_servers (none));
  g_assert_true (haul_imap_certificate_is_for_servers (server));
  g_assert_true (haul_imap_certificate_is_for_servers (any));
  g_assert_false (haul_imap_certificate_is_for_servers (client));
}

static void
test_text (void)
{
  g_autoptr (GTlsCertificate) certificate
      = make ("text", "cn = mail.example.org\norganization = \"Böse \\\"Firma\\\"\"\ndns_name = mail.example.org\n"
                      "activation_date = \"2024-01-02 03:04:05 UTC\"\nexpiration_date = \"2026-05-06 07:08:09 UTC\"\n");
  g_autofree char *sha256 = haul_imap_certificate_dup_sha256 (certificate);
  g_autofree char *issuer = haul_imap_certificate_dup_issuer (certificate);
  g_autofree char *print = haul_imap_certificate_print (certificate);
  g_autofree char *command = g_strdup_printf ("certtool --fingerprint --hash sha256 --infile %s/text.pem", dir);
  g_autofree char *fingerprint = NULL;
  g_autofree char *errors = NULL;
  gint64 from, until;

  g_assert_true (g_spawn_command_line_sync (command, &fingerprint, &errors, NULL, NULL));
  g_assert_cmpstr (sha256, ==, g_strstrip (fingerprint));
  g_assert_nonnull (strstr (issuer, "CN=mail.example.org"));
  g_assert_nonnull (strstr (issuer, "Böse"));
  g_assert_nonnull (strstr (print, "Not After: Wed May 06 07:08:09 UTC 2026"));
  g_assert_true (haul_imap_certificate_get_validity (certificate, &from, &until));
  g_assert_cmpint (from, ==, 1704164645);
  g_assert_cmpint (until, ==, 1778051289);
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
  dir = g_dir_make_tmp ("certificates-XXXXXX", NULL);
  g_autofree char *key = g_strdup_printf ("certtool --generate-privkey --key-type=ecdsa --outfile %s/key.pem", dir);
  g_assert_true (run (key));

  g_test_add_func ("/imap/certificate/names", test_names);
  g_test_add_func ("/imap/certificate/purpose", test_purpose);
  g_test_add_func ("/imap/certificate/text", test_text);
  int result = g_test_run ();

  g_autofree char *clean = g_strdup_printf ("rm -r %s", dir);
  run (clean);
  g_free (dir);
  return result;
}
