/* haul-server.c - what a server showed after sign-in: its mailboxes, its abilities, its room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any, once filled in.
 */
#include "account/haul-server.h"

#include <string.h>

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
 * Returns: (transfer full): a server nothing is known of, to be filled in
 */
HaulServer *
haul_server_new (void)
{
  HaulServer *self = g_new0 (HaulServer, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = "";
  self->greeting = g_strdup ("");
  self->capabilities = g_strdup ("");
  self->prefix = g_strdup ("");
  self->foreign = g_new0 (char *, 1);
  self->refused_letters = "";
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
  g_strfreev (server->foreign);
  g_ptr_array_unref (server->mailboxes);
  g_free (server);
}

/**
 * haul_server_add_mailbox:
 * @server: a server that is being filled in
 * @name: octets on the wire
 * @display: UTF-8
 * @role: what the server told, or %HAUL_ROLE_NONE
 * @can_select: whether it holds messages
 *
 * Adds a mailbox, as LIST gives it.
 *
 * Returns: (transfer none): the mailbox, to say more about it
 */
HaulServerMailbox *
haul_server_add_mailbox (HaulServer *server, const char *name, const char *display, HaulRole role, gboolean can_select)
{
  HaulServerMailbox *mailbox = g_new0 (HaulServerMailbox, 1);

  mailbox->name = g_strdup (name);
  mailbox->display = g_strdup (display);
  mailbox->role = role;
  mailbox->can_select = can_select;
  mailbox->can_have_children = TRUE;
  mailbox->is_foreign = haul_server_is_foreign (server, name);
  g_ptr_array_add (server->mailboxes, mailbox);
  return mailbox;
}

/**
 * haul_server_is_foreign:
 * @server: a server
 * @name: octets on the wire
 *
 * Returns: whether a mailbox of this name is, or would be, in a name space of other people or of all
 */
gboolean
haul_server_is_foreign (const HaulServer *server, const char *name)
{
  for (guint i = 0; server->foreign[i] != NULL; i++)
    {
      const char *prefix = server->foreign[i];
      gsize length = strlen (prefix);
      /* “Public Folders” itself is no less foreign than what is in it. */
      gsize bare = length > 0 && prefix[length - 1] == server->delimiter ? length - 1 : length;
      if (bare > 0 && strncmp (name, prefix, bare) == 0
          && (name[bare] == '\0' || bare == length || name[bare] == server->delimiter))
        return TRUE;
    }
  return FALSE;
}

/**
 * haul_server_find_role:
 * @server: a server
 * @role: a role
 *
 * Returns: (transfer none) (nullable): the first mailbox for @role that can hold messages
 */
const HaulServerMailbox *
haul_server_find_role (const HaulServer *server, HaulRole role)
{
  for (guint i = 0; role != HAUL_ROLE_NONE && i < server->mailboxes->len; i++)
    {
      const HaulServerMailbox *mailbox = g_ptr_array_index (server->mailboxes, i);
      if (mailbox->role == role && mailbox->can_select && !mailbox->is_foreign)
        return mailbox;
    }
  return NULL;
}

/**
 * haul_server_find_name:
 * @server: a server
 * @name: octets on the wire
 *
 * Returns: (transfer none) (nullable): the mailbox of this name; INBOX in any case of letters (RFC 3501 §5.1)
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
