/* haul-test-resolver.h - a DNS of the test's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define HAUL_TYPE_TEST_RESOLVER (haul_test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (HaulTestResolver, haul_test_resolver, HAUL, TEST_RESOLVER, GResolver)

HaulTestResolver *haul_test_resolver_install (void);
void haul_test_resolver_clear (HaulTestResolver *resolver);
void haul_test_resolver_add_name (HaulTestResolver *resolver, const char *name, const char *address);
void haul_test_resolver_add_service (HaulTestResolver *resolver, const char *record, const char *host, guint16 port);
void haul_test_resolver_set_silent (HaulTestResolver *resolver, gboolean is_silent);

G_END_DECLS
