/* haul-clients.c - the table of mail programs: where mail lies and how it is named
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; a constant table.
 */
#include "store/haul-clients.h"

#include "store/haul-client-outlook-express.h"
#include "store/haul-client-spool.h"
#include "store/haul-client-thunderbird.h"

static const HaulClient *const clients[] = {
  &haul_client_outlook_express,
  &haul_client_spool,
  &haul_client_thunderbird,
  NULL,
};

/**
 * haul_clients_recognise:
 * @directory: a directory
 * @names: (element-type filename): its entries, sorted
 *
 * Asks each program's row whether a store of its begins here.
 *
 * Returns: (transfer full) (nullable): the store
 */
HaulStoreInfo *
haul_clients_recognise (const char *directory, GPtrArray *names)
{
  for (gsize i = 0; clients[i] != NULL; i++)
    {
      HaulStoreInfo *info = clients[i]->recognise (directory, names);
      if (info != NULL)
        return info;
    }
  return NULL;
}
