/* main.c - the start of mailhaul
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/haul-process.h"
#include "haul-config.h"
#include "wizard/haul-application.h"

#include <glib/gi18n.h>
#include <locale.h>

int
main (int argc, char **argv)
{
  g_autoptr (HaulApplication) application = NULL;

  haul_process_harden ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, HAUL_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("mailhaul");
  g_set_application_name (_ ("Mailhaul"));
  application = haul_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
