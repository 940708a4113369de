/* haul-migrate-error.h - what can stop a job
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HAUL_MIGRATE_ERROR (haul_migrate_error_quark ())

/**
 * HaulMigrateError:
 * @HAUL_MIGRATE_ERROR_JOURNAL: the journal cannot be opened, read or written
 * @HAUL_MIGRATE_ERROR_BUSY: another Mailhaul works on this mailbox
 * @HAUL_MIGRATE_ERROR_HELD: the same; the message is a sentence for people and says which
 * @HAUL_MIGRATE_ERROR_NO_JOB: there is no such job
 * @HAUL_MIGRATE_ERROR_NO_REPORT: no run of the job has ended in order yet
 * @HAUL_MIGRATE_ERROR_OTHER_MAILBOX: the job is of another mailbox
 * @HAUL_MIGRATE_ERROR_NOTHING: no source holds mail that was chosen
 * @HAUL_MIGRATE_ERROR_BAD_CHOICE: a choice (mapping, date, folder) cannot be carried out
 * @HAUL_MIGRATE_ERROR_BAD_NAME: a mailbox name cannot be made on this server
 * @HAUL_MIGRATE_ERROR_UNPROVABLE: the server does not say enough to be exact, see the message
 * @HAUL_MIGRATE_ERROR_NO_UNDO: the server cannot remove single messages
 * @HAUL_MIGRATE_ERROR_GIVEN_UP: the server was lost, and did not come back for half an hour
 * @HAUL_MIGRATE_ERROR_SPOOL: a big message cannot be kept on the disk while it is sent
 */
typedef enum
{
  HAUL_MIGRATE_ERROR_JOURNAL,
  HAUL_MIGRATE_ERROR_BUSY,
  HAUL_MIGRATE_ERROR_NO_JOB,
  HAUL_MIGRATE_ERROR_NOTHING,
  HAUL_MIGRATE_ERROR_BAD_CHOICE,
  HAUL_MIGRATE_ERROR_BAD_NAME,
  HAUL_MIGRATE_ERROR_UNPROVABLE,
  HAUL_MIGRATE_ERROR_SPOOL,
  HAUL_MIGRATE_ERROR_NO_UNDO,
  HAUL_MIGRATE_ERROR_HELD,
  HAUL_MIGRATE_ERROR_NO_REPORT,
  HAUL_MIGRATE_ERROR_OTHER_MAILBOX,
  HAUL_MIGRATE_ERROR_GIVEN_UP,
} HaulMigrateError;

GQuark haul_migrate_error_quark (void);

G_END_DECLS
