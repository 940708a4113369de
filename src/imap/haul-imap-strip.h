/* haul-imap-strip.h - a server's own header lines, taken out of the messages that it hands out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  int state;
  GString *line; /* (owned) the beginning of a line, until it is told apart */
} HaulImapStrip;

void haul_imap_strip_init (HaulImapStrip *strip);
void haul_imap_strip_begin (HaulImapStrip *strip);
void haul_imap_strip_feed (HaulImapStrip *strip, const guint8 *data, gsize length, GByteArray *out);
void haul_imap_strip_clear (HaulImapStrip *strip);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulImapStrip, haul_imap_strip_clear)

G_END_DECLS
