/* haul-imap-types.c - what an IMAP server tells, as plain structs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any one thread at a time.
 */
#include "imap/haul-imap-types.h"

void
haul_imap_mailbox_free (HaulImapMailbox *mailbox)
{
  if (mailbox == NULL)
    return;
  g_free (mailbox->name);
  g_free (mailbox->display);
  g_free (mailbox);
}

void
haul_imap_namespace_clear (HaulImapNamespace *name_space)
{
  g_clear_pointer (&name_space->prefix, g_free);
  g_clear_pointer (&name_space->foreign, g_strfreev);
}

void
haul_imap_status_clear (HaulImapStatus *status)
{
  g_clear_pointer (&status->permanent_flags, g_strfreev);
}

void
haul_imap_copy_uid_clear (HaulImapCopyUid *copy_uid)
{
  g_clear_pointer (&copy_uid->source, g_array_unref);
  g_clear_pointer (&copy_uid->destination, g_array_unref);
}
