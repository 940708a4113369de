/* haul-test-certificates.c - an authority of the test's own, and certificates of all kinds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Made by certtool (gnutls-bin) in a folder that goes with the object.
 */
#include "haul-test-certificates.h"

#include <glib/gstdio.h>
#include <string.h>

#define KEY "key.pem"
#define CA "ca.pem"
#define RSA_KEY "rsa-key.pem"
#define RSA_CA "rsa-ca.pem"

struct _HaulTestCertificates
{
  char *folder;  /* (owned) */
  char *ca_path; /* (owned) */
  guint n_made;
};

static gboolean
run_certtool (HaulTestCertificates *self, const char *arguments)
{
  g_auto (GStrv) words = NULL;
  g_autofree char *line = g_strconcat ("certtool ", arguments, NULL);
  int status = -1;

  g_assert_true (g_shell_parse_argv (line, NULL, &words, NULL));
  return g_spawn_sync (self->folder, words, NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                       NULL, &status, NULL)
         && g_spawn_check_wait_status (status, NULL);
}

static void
write_file (HaulTestCertificates *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
read_file (HaulTestCertificates *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* NULL where there is no certtool. */
HaulTestCertificates *
haul_test_certificates_new (void)
{
  g_autoptr (HaulTestCertificates) self = g_new0 (HaulTestCertificates, 1);

  self->folder = g_dir_make_tmp ("certificates-XXXXXX", NULL);
  self->ca_path = g_build_filename (self->folder, CA, NULL);
  write_file (self, "ca.cfg", "cn = \"Test authority\"\nca\ncert_signing_key\nexpiration_days = 2\n");
  if (!run_certtool (self, "--generate-privkey --ecc --outfile " KEY)
      || !run_certtool (self, "--generate-self-signed --load-privkey " KEY " --template ca.cfg --outfile " CA))
    return NULL;
  return g_steal_pointer (&self);
}

void
haul_test_certificates_free (HaulTestCertificates *certificates)
{
  g_autoptr (GDir) dir = g_dir_open (certificates->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (certificates->folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (certificates->folder);
  g_free (certificates->folder);
  g_free (certificates->ca_path);
  g_free (certificates);
}

const char *
haul_test_certificates_get_ca_path (HaulTestCertificates *certificates)
{
  return certificates->ca_path;
}

static void
make_rsa_authority (HaulTestCertificates *self)
{
  g_autofree char *path = g_build_filename (self->folder, RSA_CA, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  g_assert_true (run_certtool (self, "--generate-privkey --rsa --bits 2048 --outfile " RSA_KEY));
  g_assert_true (
      run_certtool (self, "--generate-self-signed --load-privkey " RSA_KEY " --template ca.cfg --outfile " RSA_CA));
  g_autofree char *first = read_file (self, CA);
  g_autofree char *second = read_file (self, RSA_CA);
  g_autofree char *both = g_strconcat (first, second, NULL);
  write_file (self, CA, both);
}

static char *
dup_issuer_words (HaulTestCertificates *self, const HaulTestCertificatesRecipe *recipe)
{
  if (recipe->is_self_signed)
    return g_strdup ("--generate-self-signed");
  if (recipe->has_rsa_issuer)
    make_rsa_authority (self);
  const char *certificate = recipe->has_rsa_issuer ? RSA_CA : CA;
  const char *key = recipe->has_rsa_issuer ? RSA_KEY : KEY;
  if (recipe->issuer != NULL)
    certificate = key = recipe->issuer;
  return g_strdup_printf ("--generate-certificate --load-ca-certificate %s --load-ca-privkey %s", certificate, key);
}

/* A certificate by a recipe; key, certificate and perhaps its issuer's in one file. */
char *
haul_test_certificates_cook (HaulTestCertificates *certificates, const HaulTestCertificatesRecipe *recipe)
{
  g_autofree char *how = dup_issuer_words (certificates, recipe);
  g_autofree char *name = g_strdup_printf ("%u.pem", ++certificates->n_made);
  g_autofree char *arguments = g_strdup_printf ("%s --load-privkey leaf.pem --template leaf.cfg --outfile %s %s", how,
                                                name, recipe->options == NULL ? "" : recipe->options);
  g_autofree char *key_arguments
      = g_strdup_printf ("--generate-privkey %s --outfile leaf.pem", recipe->key == NULL ? "--ecc" : recipe->key);

  write_file (certificates, "leaf.cfg", recipe->template);
  g_assert_true (run_certtool (certificates, key_arguments));
  g_assert_true (run_certtool (certificates, arguments));
  g_autofree char *key = read_file (certificates, "leaf.pem");
  g_autofree char *certificate = read_file (certificates, name);
  g_autofree char *issuer = NULL;
  if (recipe->has_chain)
    g_assert_true (g_file_get_contents (recipe->issuer, &issuer, NULL, NULL));
  const char *chain = issuer == NULL ? "" : strstr (issuer, "-----BEGIN CERTIFICATE");
  g_autofree char *all = g_strconcat (key, certificate, chain, NULL);
  write_file (certificates, name, all);
  return g_build_filename (certificates->folder, name, NULL);
}

/* A certificate by certtool's template, issued by our authority or by itself; key and certificate in one file. */
char *
haul_test_certificates_make (HaulTestCertificates *certificates, gboolean is_issued, const char *template)
{
  HaulTestCertificatesRecipe recipe = { .template = template, .is_self_signed = !is_issued };
  return haul_test_certificates_cook (certificates, &recipe);
}
