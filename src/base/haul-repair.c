/* haul-repair.c - small changes to a message that a server would otherwise refuse: their names and their order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; pure.
 * See:     docs/upload.md, “Messages that a server refuses”.
 */
#include "base/haul-repair.h"

#include <string.h>

/* The mildest first: they are tried in this order. */
static const struct
{
  HaulRepair repair;
  const char *name;
} table[] = {
  { HAUL_REPAIR_FINAL_CRLF, "final-line-end" },
  { HAUL_REPAIR_FROM_LINE, "from-line" },
  { HAUL_REPAIR_EMPTY, "empty" },
  { HAUL_REPAIR_HEADER_8BIT, "header-8bit" },
  { HAUL_REPAIR_NUL, "nul" },
  { HAUL_REPAIR_LONG_LINES, "long-lines" },
  { HAUL_REPAIR_CARRIER, "carrier" },
};

/**
 * haul_repair_to_string:
 * @repair: one repair
 *
 * Returns: its word, for options and reports
 */
const char *
haul_repair_to_string (HaulRepair repair)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].repair == repair)
      return table[i].name;
  return "";
}

/**
 * haul_repair_parse:
 * @list: words with commas between them; `all` for all but the carrier
 * @repairs: (out): the set
 *
 * Returns: %FALSE when there is a word that is none
 */
gboolean
haul_repair_parse (const char *list, guint *repairs)
{
  g_auto (GStrv) words = g_strsplit (list, ",", -1);

  *repairs = 0;
  for (guint i = 0; words[i] != NULL; i++)
    {
      guint found = g_str_equal (words[i], "all") ? HAUL_REPAIR_ALL & ~(guint)HAUL_REPAIR_CARRIER : 0;
      for (gsize j = 0; j < G_N_ELEMENTS (table); j++)
        if (table[j].repair != HAUL_REPAIR_CARRIER && g_str_equal (table[j].name, words[i]))
          found = table[j].repair;
      if (found == 0)
        return FALSE;
      *repairs |= found;
    }
  return TRUE;
}

/**
 * haul_repair_dup_list:
 * @repairs: a set
 *
 * Returns: (transfer full): its words with commas between them
 */
char *
haul_repair_dup_list (guint repairs)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (repairs & table[i].repair)
      g_string_append_printf (list, "%s%s", list->len == 0 ? "" : ", ", table[i].name);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

/**
 * haul_repair_list_steps:
 * @flaws: the repairs that a message calls for and that are allowed
 * @steps: (out caller-allocates) (array length=HAUL_REPAIR_STEPS_MAX): the sets of repairs to try
 *
 * The order in which a refused message is repaired: each repair alone, then two, three … of them together.
 *
 * Returns: how many steps
 */
guint
haul_repair_list_steps (guint flaws, guint *steps)
{
  guint n_steps = 0;
  guint together = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].repair != HAUL_REPAIR_CARRIER && (flaws & table[i].repair))
      steps[n_steps++] = table[i].repair;
  for (guint i = 0, n_single = n_steps; i < n_single; i++)
    {
      together |= steps[i];
      if (i > 0)
        steps[n_steps++] = together;
    }
  return n_steps;
}
