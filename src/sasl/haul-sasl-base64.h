/* haul-sasl-base64.h - base64 as a server must write it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint8 *haul_sasl_base64_decode (const char *text, gsize *length);

G_END_DECLS
