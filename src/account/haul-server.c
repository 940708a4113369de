/* haul-server.c - what a server showed after sign-in: its mailboxes, its abilities, its room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any, once it is filled in.
 */
#include "account/haul-server.h"

static void
mailbox_free (gpointer data)
{
  HaulServerMailbox *mailbox = data;

  g_free (mailbox->name);
  g_free (mailbox->display);
  g_free (mailbox);
}

/**
 * haul_server_new:
 *
 * Makes a server that showed nothing yet.
 *
 * Returns: (transfer full): the server
 */
HaulServer *
haul_server_new (void)
{
  HaulServer *self = g_new0 (HaulServer, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->greeting = g_strdup ("");
  self->capabilities = g_strdup ("");
  self->prefix = g_strdup ("");
  self->mailboxes = g_ptr_array_new_with_free_func (mailbox_free);
  return self;
}

HaulServer *
haul_server_ref (HaulServer *server)
{
  g_atomic_ref_count_inc (&server->ref_count);
  return server;
}

void
haul_server_unref (HaulServer *server)
{
  if (!g_atomic_ref_count_dec (&server->ref_count))
    return;
  g_free (server->greeting);
  g_free (server->capabilities);
  g_free (server->prefix);
  g_ptr_array_unref (server->mailboxes);
  g_free (server);
}

/**
 * haul_server_add_mailbox:
 * @server: a server that no other thread sees yet
 * @name: octets on the wire, whole name with its parents
 * @display: UTF-8
 * @role: what it is for
 * @can_select: whether it can hold messages
 *
 * Adds a mailbox that the server has.
 */
void
haul_server_add_mailbox (HaulServer *server, const char *name, const char *display, HaulRole role, gboolean can_select)
{
  HaulServerMailbox *mailbox = g_new0 (HaulServerMailbox, 1);

  mailbox->name = g_strdup (name);
  mailbox->display = g_strdup (display);
  mailbox->role = role;
  mailbox->can_select = can_select;
  g_ptr_array_add (server->mailboxes, mailbox);
}

/**
 * haul_server_find_role:
 * @server: a server
 * @role: a role
 *
 * Returns: (transfer none) (nullable): the first mailbox of that role that can hold messages
 */
const HaulServerMailbox *
haul_server_find_role (const HaulServer *server, HaulRole role)
{
  for (guint i = 0; i < server->mailboxes->len; i++)
    {
      const HaulServerMailbox *mailbox = g_ptr_array_index (server->mailboxes, i);
      if (mailbox->role == role && mailbox->can_select)
        return mailbox;
    }
  return NULL;
}

/**
 * haul_server_find_name:
 * @server: a server
 * @name: octets on the wire; INBOX in any case
 *
 * Returns: (transfer none) (nullable): the mailbox of that name
 */
const HaulServerMailbox *
haul_server_find_name (const HaulServer *server, const char *name)
{
  gboolean is_inbox = g_ascii_strcasecmp (name, "INBOX") == 0;

  for (guint i = 0; i < server->mailboxes->len; i++)
    {
      const HaulServerMailbox *mailbox = g_ptr_array_index (server->mailboxes, i);
      if (g_str_equal (mailbox->name, name) || (is_inbox && g_ascii_strcasecmp (mailbox->name, "INBOX") == 0))
        return mailbox;
    }
  return NULL;
}
