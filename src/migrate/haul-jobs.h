/* haul-jobs.h - the jobs that were begun on this computer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "migrate/haul-choices.h"
#include "report/haul-report.h"

G_BEGIN_DECLS

/**
 * HaulJobUndo:
 * @HAUL_JOB_UNDO_NONE: nobody took it back
 * @HAUL_JOB_UNDO_BEGUN: it is being taken back, or that broke off
 * @HAUL_JOB_UNDO_DONE: it was taken back, but for what had to stay
 */
typedef enum
{
  HAUL_JOB_UNDO_NONE,
  HAUL_JOB_UNDO_BEGUN,
  HAUL_JOB_UNDO_DONE,
} HaulJobUndo;

/**
 * HaulJob:
 *
 * A job is one source-to-target migration, resumable; a run is one execution of it.
 */
typedef struct
{
  char *id;              /* (owned) */
  char *user;            /* (owned) whose mailbox */
  char *authenticate_as; /* (owned) (nullable) who signs in, if somebody else */
  char *server;          /* (owned) host */
  guint16 port;
  int security;         /* HaulSecurity */
  char *ca_file;        /* (owned) (nullable) path of the authority that was trusted as well */
  gint64 started;       /* unix seconds, of the first run */
  gint64 last;          /* unix seconds, when it last did something */
  gboolean is_finished; /* its last run reached the end */
  gboolean is_running;  /* a process works at it, when it was listed */
  gboolean has_report;  /* a run of it has ended, when it was listed */
  HaulJobUndo undo;     /* copying again makes it NONE */
  guint64 messages;     /* found */
  guint64 done;         /* copied + present */
  guint64 placed;       /* on the server when an undo last counted */
  char **sources;       /* (owned) the stores' paths */
  HaulChoices *choices; /* (owned) */
} HaulJob;

char *haul_jobs_dup_state_dir (void);
GPtrArray *haul_jobs_list (const char *state_dir, GError **error);
HaulJob *haul_jobs_find (const char *state_dir, const char *id, GError **error);
HaulReport *haul_jobs_load_report (const char *state_dir, const char *id, GError **error);
HaulJob *haul_job_copy (const HaulJob *job);
void haul_job_free (HaulJob *job);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulJob, haul_job_free)

G_END_DECLS
