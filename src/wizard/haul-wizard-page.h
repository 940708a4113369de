/* haul-wizard-page.h - what every page of the window promises
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "wizard/haul-wizard-state.h"

G_BEGIN_DECLS

#define HAUL_TYPE_WIZARD_PAGE (haul_wizard_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (HaulWizardPage, haul_wizard_page, HAUL, WIZARD_PAGE, GtkScrolledWindow)

/**
 * HaulWizardPageClass:
 * @name: the page's name in the stack
 * @previous: (nullable): the page that Back leads to; %NULL: no Back button
 * @next: (nullable): the page that Next leads to once the page has been applied
 * @applies_when_shown: the work begins with the page being shown, and Next only moves on
 * @next_is_plain: Next is not what most people will want
 * @shown: the page has become the visible one
 * @apply: does what leaving the page needs, then calls haul_wizard_page_apply_complete(), at once or later
 * @back: Back was pressed; returns %TRUE if that is dealt with
 */
struct _HaulWizardPageClass
{
  GtkScrolledWindowClass parent_class;

  const char *name;
  const char *previous;
  const char *next;
  gboolean applies_when_shown;
  gboolean next_is_plain;
  void (*shown) (HaulWizardPage *self);
  void (*apply) (HaulWizardPage *self, GCancellable *cancellable);
  gboolean (*back) (HaulWizardPage *self);
};

HaulWizardState *haul_wizard_page_get_state (HaulWizardPage *self);
void haul_wizard_page_set_state (HaulWizardPage *self, HaulWizardState *state);
const char *haul_wizard_page_get_title (HaulWizardPage *self);
const char *haul_wizard_page_get_next_label (HaulWizardPage *self);
const char *haul_wizard_page_get_back_label (HaulWizardPage *self);
gboolean haul_wizard_page_get_complete (HaulWizardPage *self);
gboolean haul_wizard_page_get_applying (HaulWizardPage *self);
void haul_wizard_page_set_title (HaulWizardPage *self, const char *title);
void haul_wizard_page_set_next_label (HaulWizardPage *self, const char *label);
void haul_wizard_page_set_back_label (HaulWizardPage *self, const char *label);
void haul_wizard_page_set_complete (HaulWizardPage *self, gboolean complete);
void haul_wizard_page_set_next (HaulWizardPage *self, const char *name);
void haul_wizard_page_shown (HaulWizardPage *self);
void haul_wizard_page_press_next (HaulWizardPage *self);
void haul_wizard_page_press_back (HaulWizardPage *self);
void haul_wizard_page_apply_begin (HaulWizardPage *self);
void haul_wizard_page_apply_cancel (HaulWizardPage *self);
void haul_wizard_page_apply_complete (HaulWizardPage *self, gboolean valid);
void haul_wizard_page_go (HaulWizardPage *self, const char *name);
void haul_wizard_page_note (HaulWizardPage *self, const char *text);
void haul_wizard_page_announce (HaulWizardPage *self, const char *text);

G_END_DECLS
