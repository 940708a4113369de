/* haul-server.c - what a server showed after sign-in: its mailboxes, its abilities, its room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any, once filled in.
 */
#include "account/haul-server.h"

#include <string.h>

#include "base/haul-utf7.h"

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
 * @server: a server that is being filled in
 * @name: octets on the wire
 * @display: UTF-8
 * @role: what the server told, or %HAUL_ROLE_NONE
 * @can_select: whether it holds messages
 *
 * Adds a mailbox, as LIST gives it.
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

static HaulServerMailbox *
find_role (const HaulServer *self, HaulRole role)
{
  for (guint i = 0; i < self->mailboxes->len; i++)
    {
      HaulServerMailbox *mailbox = g_ptr_array_index (self->mailboxes, i);
      if (mailbox->role == role && mailbox->can_select)
        return mailbox;
    }
  return NULL;
}

/* The last part of a top-level name, for people; NULL for deeper ones. */
static char *
dup_top_level (const HaulServer *self, const char *name)
{
  gsize prefix = g_str_has_prefix (name, self->prefix) ? strlen (self->prefix) : 0;
  const char *rest = name + prefix;

  if (self->delimiter != '\0' && strchr (rest, self->delimiter) != NULL)
    return NULL;
  return haul_utf7_decode (rest);
}

/**
 * haul_server_guess_roles:
 * @server: a server whose prefix, delimiter and mailboxes are filled in
 *
 * Gives a role by its name to the first fitting top-level mailbox, for each role the server gave to none. INBOX needs
 * no guess and an outbox is of no use on a server.
 */
void
haul_server_guess_roles (HaulServer *server)
{
  for (guint i = 0; i < server->mailboxes->len; i++)
    {
      HaulServerMailbox *mailbox = g_ptr_array_index (server->mailboxes, i);
      g_autofree char *top = dup_top_level (server, mailbox->name);
      if (top == NULL || mailbox->role != HAUL_ROLE_NONE || !mailbox->can_select)
        continue;
      HaulRole role = haul_role_guess (top);
      if (role != HAUL_ROLE_NONE && role != HAUL_ROLE_INBOX && role != HAUL_ROLE_OUTBOX
          && find_role (server, role) == NULL)
        mailbox->role = role;
    }
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
  return role == HAUL_ROLE_NONE ? NULL : find_role (server, role);
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
