/* haul-mailbox-name.h - one name in a mailbox's path, made fit for servers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-server.h"

G_BEGIN_DECLS

#define HAUL_MAILBOX_NAME_MAX 100
#define HAUL_MAILBOX_PATH_MAX 240
#define HAUL_MAILBOX_DEPTH_MAX 8

char *haul_mailbox_name_clean (const char *name, char delimiter, const char *refused);
char *haul_mailbox_name_dup_display (const char *wire, const HaulServer *server);
char *haul_mailbox_name_dup_suffix (guint number, const char *refused);
char *haul_mailbox_name_fit (const char *name, const char *suffix, gsize max_octets);
char *haul_mailbox_name_to_wire (const char *name);

G_END_DECLS
