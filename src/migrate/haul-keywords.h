/* haul-keywords.h - which of a folder's flags and labels its mailbox keeps, and what they are called there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-server.h"
#include "imap/haul-imap-types.h"
#include "journal/haul-item.h"

G_BEGIN_DECLS

typedef struct _HaulKeywords HaulKeywords;

HaulKeywords *haul_keywords_new (const HaulServer *server);
void haul_keywords_free (HaulKeywords *keywords);
void haul_keywords_choose (HaulKeywords *keywords, const HaulImapStatus *status, const GPtrArray *items);
void haul_keywords_apply (HaulKeywords *keywords, HaulItem *item);
void haul_keywords_narrow (const HaulImapStatus *status, HaulItem *item);
gboolean haul_keywords_reduce (HaulKeywords *keywords, HaulItem *item);
void haul_keywords_learn (HaulKeywords *keywords, const HaulItem *item);
char *haul_keywords_describe (HaulKeywords *keywords, const GPtrArray *items);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HaulKeywords, haul_keywords_free)

G_END_DECLS
