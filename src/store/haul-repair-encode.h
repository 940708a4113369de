/* haul-repair-encode.h - the content of a part in quoted-printable or base64
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void haul_repair_encode_quoted (GString *out, const char *text, gsize length);
void haul_repair_encode_base64 (GString *out, const char *data, gsize length);
gboolean haul_repair_encode_rewrap_base64 (GString *out, const char *text, gsize length);
void haul_repair_encode_rewrap_quoted (GString *out, const char *text, gsize length);

G_END_DECLS
