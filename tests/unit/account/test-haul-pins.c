/* test-haul-pins.c - certificates that a person trusts for one server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "account/haul-pins.h"

#include <glib/gstdio.h>

#define PIN_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PIN_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

typedef struct
{
  char *folder; /* (owned) */
  char *path;   /* (owned) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("pins.XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "deep", "pins", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *deep = g_build_filename (self->folder, "deep", NULL);

  g_remove (self->path);
  g_rmdir (deep);
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

static char *
dup_pins (const Fixture *self, const char *host, guint16 port)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) pins = haul_pins_lookup (self->path, host, port, &error);

  g_assert_no_error (error);
  return g_strjoinv (",", pins);
}

static void
assert_pins (const Fixture *self, const char *host, guint16 port, const char *expected)
{
  g_autofree char *pins = dup_pins (self, host, port);

  g_assert_cmpstr (pins, ==, expected);
}

static void
test_none (Fixture *self, gconstpointer data)
{
  assert_pins (self, "mail.example.org", 993, "");
}

static void
test_keyed_by_server (Fixture *self, gconstpointer data)
{
  g_assert_true (haul_pins_add (self->path, "mail.example.org", 993, PIN_A, NULL));
  g_assert_true (haul_pins_add (self->path, "::1", 143, PIN_B, NULL));
  assert_pins (self, "MAIL.example.org", 993, PIN_A);
  assert_pins (self, "mail.example.org", 0, PIN_A);
  assert_pins (self, "mail.example.org", 143, "");
  assert_pins (self, "example.org", 993, "");
  assert_pins (self, "::1", 143, PIN_B);
}

/* What was accepted goes along; a line of an earlier version names nothing. */
static void
test_problems (Fixture *self, gconstpointer data)
{
  g_assert_true (haul_pins_add (self->path, "mail.example.org", 993, PIN_A ":1", NULL));
  g_assert_true (haul_pins_add (self->path, "mail.example.org", 143, PIN_B ":2000a", NULL));
  assert_pins (self, "mail.example.org", 993, PIN_A ":1");
  assert_pins (self, "mail.example.org", 143, PIN_B ":2000a");
  g_assert_true (g_file_set_contents (self->path,
                                      "h 1 " PIN_A ":\nh 2 " PIN_A ":123456789\nh 3 " PIN_A ":x\nh 4 " PIN_A "0\n"
                                      "h 5 " PIN_A " 1\nh 6 " PIN_A ":ff\n",
                                      -1, NULL));
  assert_pins (self, "h", 0, PIN_A ":ff");
}

static void
test_replaced (Fixture *self, gconstpointer data)
{
  g_assert_true (haul_pins_add (self->path, "mail.example.org", 993, PIN_A, NULL));
  g_assert_true (haul_pins_add (self->path, "other.example.org", 993, PIN_A, NULL));
  g_assert_true (haul_pins_add (self->path, "mail.example.org", 993, PIN_B, NULL));
  assert_pins (self, "mail.example.org", 993, PIN_B);
  assert_pins (self, "other.example.org", 993, PIN_A);
}

static void
test_garbage (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  GStatBuf status;

  g_assert_true (haul_pins_add (self->path, "mail.example.org", 993, PIN_A, NULL));
  g_assert_true (g_stat (self->path, &status) == 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_set_contents (self->path,
                                      "\nmail.example.org\nmail.example.org 99999 " PIN_A "\n"
                                      "mail.example.org 993 shorter\nmail.example.org x " PIN_B "\n# a line of mine\n",
                                      -1, NULL));
  assert_pins (self, "mail.example.org", 993, "");
  g_assert_true (haul_pins_add (self->path, "mail.example.org", 993, PIN_B, NULL));
  assert_pins (self, "mail.example.org", 993, PIN_B);
}

static void
test_unwritable (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (haul_pins_add ("/proc/mailhaul/pins", "mail.example.org", 993, PIN_A, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pins/none", Fixture, NULL, set_up, test_none, tear_down);
  g_test_add ("/pins/keyed-by-server", Fixture, NULL, set_up, test_keyed_by_server, tear_down);
  g_test_add ("/pins/problems", Fixture, NULL, set_up, test_problems, tear_down);
  g_test_add ("/pins/replaced", Fixture, NULL, set_up, test_replaced, tear_down);
  g_test_add ("/pins/garbage", Fixture, NULL, set_up, test_garbage, tear_down);
  g_test_add ("/pins/unwritable", Fixture, NULL, set_up, test_unwritable, tear_down);
  return g_test_run ();
}
