/* haul-imap-quota.c - how much room a mailbox has, and how big a message may be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  the session's.
 * Errors:  HAUL_IMAP_ERROR of a connection that broke; a refusal only means that it is not known.
 * See:     RFC 2087, RFC 7889; docs/pressure.md.
 */
#include "imap/haul-imap-quota.h"

#include "imap/haul-imap-session-private.h"

/* One server says 0 and means that there is no limit. */
#define SMALLEST_LIMIT 1024
#define BIGGEST_LIMIT (G_GUINT64_CONSTANT (1) << 40)

typedef struct
{
  HaulImapQuota quota;
  guint n_roots;
} Roots;

static gboolean
on_quota (HaulImapResponse *response, gpointer user_data, GError **error)
{
  Roots *roots = user_data;

  if (response->type != HAUL_IMAP_RESPONSE_QUOTA)
    return TRUE;
  roots->n_roots++;
  if (response->quota.is_known)
    roots->quota = response->quota;
  return TRUE;
}

/**
 * haul_imap_quota_get_room:
 * @session: a signed-in session
 * @name: a mailbox
 * @quota: (out caller-allocates): its room
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * Asks how much room there is. Several quota roots, none, or none for storage: unknown, which is no error.
 *
 * Returns: %TRUE with @quota filled
 */
gboolean
haul_imap_quota_get_room (
    HaulImapSession *session, const char *name, HaulImapQuota *quota, GCancellable *cancellable, GError **error)
{
  Roots roots = { 0 };
  g_autoptr (GError) refusal = NULL;

  *quota = (HaulImapQuota){ 0 };
  if ((haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_QUOTA) == 0)
    return TRUE;
  g_autoptr (HaulImapCommand) command = haul_imap_command_new ("GETQUOTAROOT");
  haul_imap_command_add_string (command, name);
  if (haul_imap_session_execute (session, command, "GETQUOTAROOT", on_quota, &roots, cancellable, &refusal))
    {
      if (roots.n_roots == 1)
        *quota = roots.quota;
      return TRUE;
    }
  /* Its NO has the word quota in it and so looks like a full mailbox. */
  if (g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_REFUSED)
      || g_error_matches (refusal, HAUL_IMAP_ERROR, HAUL_IMAP_ERROR_OVERQUOTA))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

static gboolean
is_sound (guint64 limit_bytes)
{
  return limit_bytes >= SMALLEST_LIMIT && limit_bytes <= BIGGEST_LIMIT;
}

static gboolean
on_append_limit (HaulImapResponse *response, gpointer user_data, GError **error)
{
  if (response->type == HAUL_IMAP_RESPONSE_MAILBOX_STATUS)
    *(guint64 *)user_data = response->status.append_limit;
  return TRUE;
}

/**
 * haul_imap_quota_get_append_limit:
 * @session: a signed-in session
 * @name: a mailbox, better not the selected one
 * @limit_bytes: (out): octets that a message may have; 0 unknown
 * @cancellable: (nullable): cancels
 * @error: return location
 *
 * How big a message the server takes: by its capability, else for this mailbox (RFC 7889 §3). What it does not say, a
 * nought, and what no mail server can mean are unknown, which is no error.
 *
 * Returns: %TRUE with @limit_bytes filled
 */
gboolean
haul_imap_quota_get_append_limit (
    HaulImapSession *session, const char *name, guint64 *limit_bytes, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  guint64 told = haul_imap_session_get_append_limit (session);

  *limit_bytes = 0;
  if (told == 0 && (haul_imap_session_get_capabilities (session) & HAUL_IMAP_CAPABILITY_APPENDLIMIT) != 0)
    {
      g_autoptr (HaulImapCommand) command = haul_imap_command_new ("STATUS");
      haul_imap_command_add_string (command, name);
      haul_imap_command_add_constant (command, "(APPENDLIMIT)");
      if (!haul_imap_session_execute (session, command, "STATUS", on_append_limit, &told, cancellable, &refusal)
          && !haul_imap_session_is_usable (session))
        {
          g_propagate_error (error, g_steal_pointer (&refusal));
          return FALSE;
        }
    }
  if (is_sound (told))
    *limit_bytes = told;
  return TRUE;
}
