/* haul-wizard-state.h - what the pages tell each other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "account/haul-account.h"
#include "report/haul-error-text.h"
#include "migrate/haul-jobs.h"
#include "migrate/haul-plan.h"
#include "report/haul-report.h"

G_BEGIN_DECLS

/**
 * HaulWizardState:
 *
 * Each page reads all of it and changes only its own part.
 */
typedef struct
{
  /* page Go on */
  HaulJob *job; /* (owned) (nullable) the job to go on with; NULL: something new */

  /* page Account: as typed */
  char *user;    /* (owned) */
  char *server;  /* (owned) "" to search */
  char *mailbox; /* (owned) of another person; "" for one's own */
  guint16 port;  /* 0: the usual one */
  HaulSecurity security;
  HaulSecret *secret;  /* (owned) (nullable) */
  char *token_command; /* (owned) prints an access token in place of a password; "" for none */
  gboolean wants_keyring;
  char *ca_file;         /* (owned) (nullable) a private authority to trust as well */
  gboolean is_ca_of_job; /* a job that was begun before knew it */

  /* page Certificate */
  char *once_host; /* (owned) (nullable) the server whose certificate is good for this run of the program */
  guint16 once_port;
  char *once_pin; /* (owned) (nullable) */

  /* page Checking */
  char *old_tls_host;       /* (owned) (nullable) the server that may use old TLS in this run of the program */
  HaulAccount *account;     /* (owned) (nullable) signed in with */
  HaulServer *server_facts; /* (owned) (nullable) */
  HaulEndpoint *endpoint;   /* (owned) (nullable) last one connected to */
  GError *error;            /* (owned) (nullable) what the last check or copy stopped at */
  gboolean is_in_keyring;

  /* pages Stores and Folders */
  GPtrArray *summaries; /* (owned) (element-type HaulStoreSummary) chosen */
  HaulChoices *choices; /* (owned) */
  HaulPlan *plan;       /* (owned) (nullable) */

  /* page Ready */
  gboolean removes_strangers; /* what another Mailhaul left in the mailbox goes, if it does not change */

  /* pages Copying and Trouble */
  HaulReport *report;       /* (owned) (nullable) */
  gboolean returns_to_copy; /* a copy stopped at something that is being mended on the pages before */
} HaulWizardState;

HaulWizardState *haul_wizard_state_new (void);
HaulWizardState *haul_wizard_state_ref (HaulWizardState *state);
void haul_wizard_state_unref (HaulWizardState *state);
void haul_wizard_state_take_error (HaulWizardState *state, GError *error);
void haul_wizard_state_forget_work (HaulWizardState *state);
HaulAccount *haul_wizard_state_dup_account (HaulWizardState *state, GError **error);
void haul_wizard_state_plan_async (HaulWizardState *state,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
HaulPlan *haul_wizard_state_plan_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulWizardState, haul_wizard_state_unref)

G_END_DECLS
