/* haul-pins.c - certificates that a person trusts for one server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text file, one line a server: `mail.example.org 993 SHA256:PROBLEMS`, the second part being what was wrong with the
 * certificate when the person said yes, in hexadecimal digits. A new pin takes the place of the server's old one.
 *
 * Thread:  any; see haul-host-table.c.
 * Errors:  G_FILE_ERROR.
 * See:     docs/wire.md
 */
#include "account/haul-pins.h"

#include <string.h>

#include "account/haul-host-table.h"

#define SHA256_DIGITS 64
#define PROBLEM_DIGITS_MAX 8

/**
 * haul_pins_dup_path:
 *
 * Returns: (transfer full): where this user's pins are kept
 */
char *
haul_pins_dup_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "mailhaul", "pins", NULL);
}

static gboolean
is_pin (const char *text)
{
  static const char digits[] = "0123456789abcdef";
  gsize length = strlen (text);

  if (strspn (text, digits) != SHA256_DIGITS)
    return FALSE;
  if (length == SHA256_DIGITS)
    return TRUE;
  return text[SHA256_DIGITS] == ':' && length - SHA256_DIGITS - 1 - strspn (text + SHA256_DIGITS + 1, digits) == 0
         && length > SHA256_DIGITS + 1 && length <= SHA256_DIGITS + 1 + PROBLEM_DIGITS_MAX;
}

/**
 * haul_pins_lookup:
 * @path: the file of pins
 * @host: a server
 * @port: its port, or 0 for any
 * @error: return location
 *
 * Returns: (transfer full) (array zero-terminated=1): the pin of each certificate trusted for it; a file that is not
 * there is an empty list; %NULL with an error
 */
char **
haul_pins_lookup (const char *path, const char *host, guint16 port, GError **error)
{
  g_auto (GStrv) values = haul_host_table_lookup (path, host, port, error);
  g_autoptr (GStrvBuilder) pins = g_strv_builder_new ();

  if (values == NULL)
    return NULL;
  for (char **value = values; *value != NULL; value++)
    if (is_pin (*value))
      g_strv_builder_add (pins, *value);
  return g_strv_builder_end (pins);
}

/**
 * haul_pins_add:
 * @path: the file of pins; it and its folder are made
 * @host: a server
 * @port: its port
 * @pin: lower-case hex of its certificate's SHA-256, `:` and the problems accepted; without them any that may be
 *   pinned at all
 * @error: return location
 *
 * Trusts this certificate for this server from now on, and no other certificate that was trusted for it before.
 *
 * Returns: whether it was written
 */
gboolean
haul_pins_add (const char *path, const char *host, guint16 port, const char *pin, GError **error)
{
  g_return_val_if_fail (is_pin (pin), FALSE);
  return haul_host_table_replace (path, host, port, pin, error);
}
