/* haul-cli-options.h - what stands on the command line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "migrate/haul-choices.h"

G_BEGIN_DECLS

#define HAUL_CLI_USAGE_ERROR (haul_cli_usage_error_quark ())

typedef enum
{
  HAUL_CLI_USAGE_ERROR_WRONG,
} HaulCliUsageError;

typedef enum
{
  HAUL_CLI_OPTIONS_ACCOUNT = 1 << 0,
  HAUL_CLI_OPTIONS_CHOICES = 1 << 1,
  HAUL_CLI_OPTIONS_JOB = 1 << 2,
  HAUL_CLI_OPTIONS_EVENTS = 1 << 3,
  HAUL_CLI_OPTIONS_EVERY_BYTE = 1 << 4,
  HAUL_CLI_OPTIONS_OUTPUT = 1 << 5,
  HAUL_CLI_OPTIONS_CLEAN_UP = 1 << 6,
} HaulCliOptionsGroups;

/**
 * HaulCliOptions:
 *
 * Filled in by GOption, then never changed.
 */
typedef struct
{
  char *server; /* (owned) (nullable), as are all below */
  char *security;
  char *user;
  char *auth;
  char *authenticate_as;
  int password_fd; /* -1: not given */
  char *password_file;
  char *password_command;
  char *ca_file;
  char *server_kind;
  char *client_certificate;
  char *client_key;
  char **pins;
  gboolean allow_plaintext;
  gboolean allow_old_tls;
  char *preset;
  char *token_command;

  char *into;
  char **maps;
  char **folders;
  char *since;
  char *until;
  char *max_size;
  gboolean newest_first;
  gboolean include_deleted;
  gboolean include_junk;
  char *repair;         /* (owned) (nullable) */
  char *no_repair;      /* (owned) (nullable) */
  char *export_refused; /* (owned) (nullable) */
  gboolean carrier;
  int connections;
  char *max_rate;

  char *job;
  gboolean every_byte;
  gboolean clean_up;
  char *output;
  gboolean with_subjects;
  char *events;
  char *status_file;
  char *state_dir;
  char *format;
  gboolean batch;
  gboolean quiet;
  gboolean verbose;
  gboolean show_version;
  char **arguments; /* (owned) (nullable) octets as given */
} HaulCliOptions;

GQuark haul_cli_usage_error_quark (void);
HaulCliOptions *haul_cli_options_parse (const char *command,
                                        const char *parameters,
                                        const char *summary,
                                        HaulCliOptionsGroups groups,
                                        char ***arguments,
                                        GError **error);
void haul_cli_options_free (HaulCliOptions *options);
HaulChoices *haul_cli_options_make_choices (const HaulCliOptions *options, GError **error);
gboolean haul_cli_options_has_choices (const HaulCliOptions *options);
gboolean haul_cli_options_is_json (const HaulCliOptions *options);
gboolean haul_cli_options_has_events (const HaulCliOptions *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulCliOptions, haul_cli_options_free)

G_END_DECLS
