/* haul-keyring.c - passwords in the desktop's keyring
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  any; the plain functions block, perhaps until a person has answered the keyring's own prompt. The others run
 *          them on a thread of their own and call back in the caller's main context.
 * Memory:  a secret goes from libsecret's locked memory into ours and back without another copy.
 * Errors:  %HAUL_ACCOUNT_ERROR_KEYRING, %HAUL_ACCOUNT_ERROR_NO_PASSWORD, %G_IO_ERROR_CANCELLED
 * See:     docs/wire.md: attributes are readable by everybody and never hold a secret
 */
#include "account/haul-keyring.h"

#include <libsecret/secret.h>

#include "account/haul-account-error.h"

static const SecretSchema schema = {
  "io.github.mailhaul.Mailhaul.Credential",
  SECRET_SCHEMA_NONE,
  {
      { "user", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "port", SECRET_SCHEMA_ATTRIBUTE_INTEGER },
      { "protocol", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "kind", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 },
  },
};

/* The login whose password it is: a helpdesk's own, where it signs in for somebody else. */
static const char *
get_owner (const HaulAccount *account)
{
  return account->authenticate_as != NULL ? account->authenticate_as : account->user;
}

/* NULL, with an error, where the server is not known yet. */
static GHashTable *
make_attributes (const HaulAccount *account, GError **error)
{
  if (account->endpoint == NULL)
    {
      g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_KEYRING,
                           "the keyring cannot be asked before the server is known");
      return NULL;
    }
  GHashTable *attributes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_hash_table_insert (attributes, (gpointer) "user", g_strdup (get_owner (account)));
  g_hash_table_insert (attributes, (gpointer) "server", g_ascii_strdown (account->endpoint->host, -1));
  g_hash_table_insert (attributes, (gpointer) "protocol", g_strdup ("imap"));
  g_hash_table_insert (attributes, (gpointer) "kind", g_strdup ("password"));
  /* While the kind of protection is not chosen, the port is not either: any fits. */
  if (account->endpoint->port != 0 || account->endpoint->security != HAUL_SECURITY_AUTO)
    g_hash_table_insert (attributes, (gpointer) "port",
                         g_strdup_printf ("%u", haul_endpoint_get_port (account->endpoint)));
  return attributes;
}

/* Puts libsecret's, GIO's and the bus's errors into ours; a cancellation stays one. */
static void
translate (GError *inner, GError **error)
{
  gboolean is_locked = g_error_matches (inner, SECRET_ERROR, SECRET_ERROR_IS_LOCKED);

  if (g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, inner);
      return;
    }
  g_set_error (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_KEYRING, "%s: %s",
               is_locked ? "the keyring is locked" : "the keyring does not answer", inner->message);
  g_error_free (inner);
}

/* A lookup gives nothing both for what is not there and for what a person chose not to unlock. */
static gboolean
is_locked_away (GHashTable *attributes, GCancellable *cancellable)
{
  GList *found = secret_password_searchv_sync (&schema, attributes, SECRET_SEARCH_NONE, cancellable, NULL);
  gboolean is_there = found != NULL;

  g_list_free_full (found, g_object_unref);
  return is_there;
}

/**
 * haul_keyring_lookup:
 * @account: an account with an endpoint
 * @cancellable: (nullable): to stop it
 * @error: return location; %HAUL_ACCOUNT_ERROR_KEYRING where there is no keyring, or it stays locked
 *
 * Asks for the password of an account. The keyring may ask the person to unlock it.
 *
 * Returns: (transfer full) (nullable): the password; %NULL without an error where none is kept
 */
HaulSecret *
haul_keyring_lookup (const HaulAccount *account, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) attributes = make_attributes (account, error);
  GError *inner = NULL;
  if (attributes == NULL)
    return NULL;

  SecretValue *value = secret_password_lookupv_binary_sync (&schema, attributes, cancellable, &inner);
  if (inner != NULL)
    {
      translate (inner, error);
      return NULL;
    }
  if (value == NULL)
    {
      if (is_locked_away (attributes, cancellable))
        g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_KEYRING, "the keyring is locked");
      return NULL;
    }
  const char *text = secret_value_get_text (value);
  HaulSecret *secret = text == NULL ? NULL : haul_secret_new (text);
  secret_value_unref (value);
  return secret;
}

/**
 * haul_keyring_store:
 * @account: an account with an endpoint and a secret
 * @cancellable: (nullable): to stop it
 * @error: return location; %HAUL_ACCOUNT_ERROR_KEYRING, %HAUL_ACCOUNT_ERROR_NO_PASSWORD
 *
 * Keeps the password, in place of one kept before. To be called after a good sign-in only.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_keyring_store (const HaulAccount *account, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) attributes = make_attributes (account, error);
  GError *inner = NULL;
  if (attributes == NULL)
    return FALSE;
  if (account->secret == NULL)
    {
      g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_NO_PASSWORD, "there is no password to keep");
      return FALSE;
    }

  g_autofree char *label = g_strdup_printf ("Mailhaul: %s on %s", get_owner (account), account->endpoint->host);
  /* No destroy function: the value borrows our locked memory. */
  SecretValue *value = secret_value_new_full ((char *)haul_secret_peek (account->secret),
                                              (gssize)haul_secret_get_length (account->secret), "text/plain", NULL);
  gboolean is_kept = secret_password_storev_binary_sync (&schema, attributes, SECRET_COLLECTION_DEFAULT, label, value,
                                                         cancellable, &inner);
  secret_value_unref (value);
  if (inner != NULL)
    translate (inner, error);
  else if (!is_kept)
    g_set_error_literal (error, HAUL_ACCOUNT_ERROR, HAUL_ACCOUNT_ERROR_KEYRING, "the keyring is locked");
  return is_kept;
}

/**
 * haul_keyring_clear:
 * @account: an account with an endpoint
 * @cancellable: (nullable): to stop it
 * @error: return location; %HAUL_ACCOUNT_ERROR_KEYRING
 *
 * Forgets the password of an account; that none is kept is no error.
 *
 * Returns: %TRUE on success
 */
gboolean
haul_keyring_clear (const HaulAccount *account, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) attributes = make_attributes (account, error);
  GError *inner = NULL;
  if (attributes == NULL)
    return FALSE;

  secret_password_clearv_sync (&schema, attributes, cancellable, &inner);
  if (inner == NULL)
    return TRUE;
  translate (inner, error);
  return FALSE;
}

typedef enum
{
  WORK_LOOKUP,
  WORK_STORE,
  WORK_CLEAR,
} Work;

static gpointer
run_work (gpointer data)
{
  g_autoptr (GTask) task = data;
  HaulAccount *account = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  Work work = (Work)GPOINTER_TO_INT (g_object_get_data (G_OBJECT (task), "work"));
  GError *error = NULL;

  if (work == WORK_LOOKUP)
    {
      HaulSecret *secret = haul_keyring_lookup (account, cancellable, &error);
      if (error != NULL)
        g_task_return_error (task, error);
      else
        g_task_return_pointer (task, secret, (GDestroyNotify)haul_secret_unref);
      return NULL;
    }
  gboolean is_done = work == WORK_STORE ? haul_keyring_store (account, cancellable, &error)
                                        : haul_keyring_clear (account, cancellable, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, is_done);
  return NULL;
}

static void
start_work (
    Work work, HaulAccount *account, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, haul_account_ref (account), (GDestroyNotify)haul_account_unref);
  g_object_set_data (G_OBJECT (task), "work", GINT_TO_POINTER (work));
  g_thread_unref (g_thread_new ("keyring", run_work, task));
}

/**
 * haul_keyring_lookup_async:
 * @account: as haul_keyring_lookup(), which runs on a thread of its own
 * @cancellable: (nullable): to stop it
 * @callback: called in the caller's main context; then haul_keyring_lookup_finish()
 * @user_data: for @callback
 *
 * For the fronts, whose window must stay alive while a keyring thinks. The other two pairs work alike.
 */
void
haul_keyring_lookup_async (HaulAccount *account,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  start_work (WORK_LOOKUP, account, cancellable, callback, user_data);
}

HaulSecret *
haul_keyring_lookup_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
haul_keyring_store_async (HaulAccount *account,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  start_work (WORK_STORE, account, cancellable, callback, user_data);
}

gboolean
haul_keyring_store_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
haul_keyring_clear_async (HaulAccount *account,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  start_work (WORK_CLEAR, account, cancellable, callback, user_data);
}

gboolean
haul_keyring_clear_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
