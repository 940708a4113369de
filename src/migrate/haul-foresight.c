/* haul-foresight.c - what will be done with messages that the server refuses, told before the start
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which messages these are is known when they are read; what the kind of server does with some is known before.
 *
 * Thread:  any; pure.
 * See:     docs/upload.md, “Messages that a server refuses”.
 */
#include "migrate/haul-foresight.h"

#include "haul-config.h"

#include <glib/gi18n-lib.h>

#include "base/haul-repair.h"
#include "report/haul-json-writer.h"

static const char *
get_usual (const HaulChoices *choices)
{
  if (choices->repairs != 0 && choices->carrier)
    return _ ("A message that the mail server refuses is changed in small things, if it takes it then; else it is "
              "attached as a whole to a small message. The report names each.");
  if (choices->repairs != 0)
    return _ ("A message that the mail server refuses is changed in small things, if it takes it then; else it is kept "
              "on this computer as a file. The report names each.");
  if (choices->carrier)
    return _ ("A message that the mail server refuses is attached as a whole to a small message. The report names "
              "each.");
  return _ ("A message that the mail server refuses is kept on this computer as a file. The report names each.");
}

/**
 * haul_foresight_dup_sentence:
 * @plan: a plan
 *
 * Returns: (transfer full): for people, what will be done with messages that the server refuses, and which it is known
 *   to refuse
 */
char *
haul_foresight_dup_sentence (const HaulPlan *plan)
{
  guint needed = plan->server->needed_repairs, allowed = plan->choices->repairs;
  GString *text = g_string_new (get_usual (plan->choices));

  if (needed & HAUL_REPAIR_LONG_LINES)
    {
      g_string_append_c (text, ' ');
      /* Translators: a kind of server, “Microsoft Exchange 2010”; a number. */
      g_string_append_printf (text, _ ("%s takes no lines of more than %'d characters."), plan->server->kind,
                              HAUL_REPAIR_LINE_MAX);
      g_string_append_c (text, ' ');
      g_string_append (text, allowed & HAUL_REPAIR_LONG_LINES
                                 ? _ ("Messages that have some are encoded anew before they are sent, and read the "
                                      "same; those that are signed count as refused.")
                                 : _ ("Messages that have some count as refused."));
    }
  if (needed & allowed & HAUL_REPAIR_FINAL_CRLF)
    {
      g_string_append_c (text, ' ');
      /* Translators: a kind of server. */
      g_string_append_printf (text, _ ("%s wants an end of each last line: where it is missing it is added."),
                              plan->server->kind);
    }
  return g_string_free (text, FALSE);
}

static void
add_words (JsonBuilder *builder, const char *name, guint repairs)
{
  g_autofree char *list = haul_repair_dup_list (repairs & ~(guint)HAUL_REPAIR_CARRIER);
  g_auto (GStrv) words = g_strsplit (list, ", ", -1);

  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (gsize i = 0; words[i] != NULL; i++)
    json_builder_add_string_value (builder, words[i]);
  json_builder_end_array (builder);
}

/**
 * haul_foresight_build:
 * @plan: a plan
 * @builder: (inout): in an object
 *
 * The same for scripts: what may be repaired, and what of it is before anything is sent.
 */
void
haul_foresight_build (const HaulPlan *plan, JsonBuilder *builder)
{
  add_words (builder, "repairs", plan->choices->repairs);
  add_words (builder, "repairs_needed", plan->server->needed_repairs);
  haul_json_writer_add_boolean (builder, "carrier", plan->choices->carrier);
}
