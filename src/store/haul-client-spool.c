/* haul-client-spool.c - the system's mail spool, one mbox a user
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; blocks.
 * See:     docs/stores.md
 */
#include "store/haul-client-spool.h"

#include "store/haul-mbox-tree.h"

static HaulStoreInfo *
recognise (const char *directory, GPtrArray *names)
{
  if (!g_str_has_suffix (directory, "/var/mail") && !g_str_has_suffix (directory, "/var/spool/mail"))
    return NULL;
  if (!haul_mbox_tree_is_root (directory))
    return NULL;
  return haul_store_info_new ("System mailbox", "mbox", HAUL_GRADE_EXACT, directory);
}

const HaulClient haul_client_spool = {
  .program = "System mailbox",
  .recognise = recognise,
};
