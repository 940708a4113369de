/* haul-test-certificates.c - an authority of the test's own, and certificates of all kinds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Made by certtool (gnutls-bin) in a folder that goes with the object.
 */
#include "haul-test-certificates.h"

#include <glib/gstdio.h>

#define KEY "key.pem"
#define CA "ca.pem"

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

/* A certificate by certtool's template, issued by our authority or by itself; key and certificate in one file. */
char *
haul_test_certificates_make (HaulTestCertificates *certificates, gboolean is_issued, const char *template)
{
  const char *how = is_issued ? "--generate-certificate --load-ca-certificate " CA " --load-ca-privkey " KEY
                              : "--generate-self-signed";
  g_autofree char *name = g_strdup_printf ("%u.pem", ++certificates->n_made);
  g_autofree char *arguments
      = g_strdup_printf ("%s --load-privkey leaf.pem --template leaf.cfg --outfile %s", how, name);

  write_file (certificates, "leaf.cfg", template);
  g_assert_true (run_certtool (certificates, "--generate-privkey --ecc --outfile leaf.pem"));
  g_assert_true (run_certtool (certificates, arguments));
  g_autofree char *key = read_file (certificates, "leaf.pem");
  g_autofree char *certificate = read_file (certificates, name);
  g_autofree char *both = g_strconcat (key, certificate, NULL);
  write_file (certificates, name, both);
  return g_build_filename (certificates->folder, name, NULL);
}
