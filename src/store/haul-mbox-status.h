/* haul-mbox-status.h - what mail programs noted about a message in its own header
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/haul-message.h"

G_BEGIN_DECLS

/**
 * HaulMboxStatus:
 * @flags: HaulMessageFlags
 * @keywords: (owned) (element-type utf8)
 * @is_expunged: the program has deleted it and shows it no more
 * @is_internal: not mail: c-client's record of the folder
 */
typedef struct
{
  guint flags;
  GPtrArray *keywords;
  gboolean is_expunged;
  gboolean is_internal;
} HaulMboxStatus;

void haul_mbox_status_parse (HaulMboxStatus *status, gconstpointer header, gsize size);
void haul_mbox_status_clear (HaulMboxStatus *status);
const char *const *haul_mbox_status_get_fields (gboolean with_content_length);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HaulMboxStatus, haul_mbox_status_clear)

G_END_DECLS
