/* haul-sign-in-text.h - why a server did not let somebody in, in a person's words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "account/haul-sign-in-doctor.h"
#include "report/haul-error-text.h"

G_BEGIN_DECLS

char *haul_sign_in_text_dup_sent (const char *user, const char *mailbox);
void haul_sign_in_text_apply (HaulErrorText *text, HaulSignInFinding finding, const char *server);

G_END_DECLS
