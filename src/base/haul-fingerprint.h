/* haul-fingerprint.h - what is left of a message when a server has rewritten it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HAUL_FINGERPRINT_NO_TEXT 1

/**
 * HaulFingerprint:
 * @header: the header's fields, folding and blanks evened out, without those that mailboxes add
 * @identity: Message-ID, Date to the second, From, Subject
 * @bare: the same without the Message-ID
 * @text: what follows the header, without CR and final line ends; %HAUL_FINGERPRINT_NO_TEXT: nothing follows it
 *
 * Each is a digest, cut short; 0: there is nothing to go by, which equals nothing. 32 octets, the same on every machine
 * of one kind only.
 */
typedef struct
{
  guint64 header;
  guint64 identity;
  guint64 bare;
  guint64 text;
} HaulFingerprint;

/* Takes a message's octets in pieces of any size. */
typedef struct _HaulFingerprintScanner HaulFingerprintScanner;

HaulFingerprintScanner *haul_fingerprint_scanner_new (void);
void haul_fingerprint_scanner_free (HaulFingerprintScanner *scanner);
void haul_fingerprint_scanner_update (HaulFingerprintScanner *scanner, const guint8 *data, gsize length);
void haul_fingerprint_scanner_finish (HaulFingerprintScanner *scanner, HaulFingerprint *fingerprint);
gboolean haul_fingerprint_is_near (guint64 size, guint64 other_size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulFingerprintScanner, haul_fingerprint_scanner_free)

G_END_DECLS
