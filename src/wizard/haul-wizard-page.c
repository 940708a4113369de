/* haul-wizard-page.c - what every page of the window promises
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main.
 * Memory:  an apply holds its page and the application until haul_wizard_page_apply_complete(), so that a late answer
 *          finds both.
 */
#include "wizard/haul-wizard-page.h"

typedef struct
{
  HaulWizardState *state; /* (owned) (nullable) */
  char *title;            /* (owned) */
  char *next_label;       /* (owned) (nullable) with mnemonic; NULL: no Next button */
  char *back_label;       /* (owned) (nullable) with mnemonic; NULL: no Back button */
  const char *next;       /* (nullable) instead of the class's */
  gboolean complete;
  GCancellable *applying; /* (owned) (nullable) */
} HaulWizardPagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (HaulWizardPage, haul_wizard_page, GTK_TYPE_SCROLLED_WINDOW)

enum
{
  PROP_TITLE = 1,
  PROP_NEXT_LABEL,
  PROP_BACK_LABEL,
  PROP_COMPLETE,
  PROP_APPLYING,
  N_PROPS
};

enum
{
  SIGNAL_GO,
  SIGNAL_NOTE,
  SIGNAL_ANNOUNCE,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static HaulWizardPagePrivate *
get_private (HaulWizardPage *self)
{
  return haul_wizard_page_get_instance_private (self);
}

HaulWizardState *
haul_wizard_page_get_state (HaulWizardPage *self)
{
  return get_private (self)->state;
}

void
haul_wizard_page_set_state (HaulWizardPage *self, HaulWizardState *state)
{
  get_private (self)->state = haul_wizard_state_ref (state);
}

const char *
haul_wizard_page_get_title (HaulWizardPage *self)
{
  return get_private (self)->title;
}

const char *
haul_wizard_page_get_next_label (HaulWizardPage *self)
{
  return get_private (self)->next_label;
}

const char *
haul_wizard_page_get_back_label (HaulWizardPage *self)
{
  return get_private (self)->back_label;
}

gboolean
haul_wizard_page_get_complete (HaulWizardPage *self)
{
  return get_private (self)->complete;
}

gboolean
haul_wizard_page_get_applying (HaulWizardPage *self)
{
  return get_private (self)->applying != NULL;
}

static void
set_text (HaulWizardPage *self, char **field, const char *text, guint prop)
{
  if (g_strcmp0 (*field, text) == 0)
    return;
  g_free (*field);
  *field = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

void
haul_wizard_page_set_title (HaulWizardPage *self, const char *title)
{
  set_text (self, &get_private (self)->title, title, PROP_TITLE);
  /* GtkScrolledWindow cannot make its accessible object while it is being built. */
  if (get_private (self)->state != NULL)
    atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), title);
}

void
haul_wizard_page_set_next_label (HaulWizardPage *self, const char *label)
{
  set_text (self, &get_private (self)->next_label, label, PROP_NEXT_LABEL);
}

void
haul_wizard_page_set_back_label (HaulWizardPage *self, const char *label)
{
  set_text (self, &get_private (self)->back_label, label, PROP_BACK_LABEL);
}

void
haul_wizard_page_set_complete (HaulWizardPage *self, gboolean complete)
{
  if (get_private (self)->complete == complete)
    return;
  get_private (self)->complete = complete;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_COMPLETE]);
}

/**
 * haul_wizard_page_set_next:
 * @self: a page
 * @name: (nullable): static; the page that follows, or %NULL for the usual one
 */
void
haul_wizard_page_set_next (HaulWizardPage *self, const char *name)
{
  get_private (self)->next = name;
}

/**
 * haul_wizard_page_go:
 * @self: a page
 * @name: the page to show instead
 */
void
haul_wizard_page_go (HaulWizardPage *self, const char *name)
{
  g_signal_emit (self, signals[SIGNAL_GO], 0, name);
}

/**
 * haul_wizard_page_note:
 * @self: a page
 * @text: something a person should know that stops nothing
 */
void
haul_wizard_page_note (HaulWizardPage *self, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_NOTE], 0, text);
}

/**
 * haul_wizard_page_announce:
 * @self: a page
 * @text: what a screen reader should say now
 */
void
haul_wizard_page_announce (HaulWizardPage *self, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_ANNOUNCE], 0, text);
}

static void
go_next (HaulWizardPage *self)
{
  const char *next = get_private (self)->next;

  if (next == NULL)
    next = HAUL_WIZARD_PAGE_GET_CLASS (self)->next;
  if (next != NULL)
    haul_wizard_page_go (self, next);
}

/**
 * haul_wizard_page_shown:
 * @self: the page that has become the visible one
 */
void
haul_wizard_page_shown (HaulWizardPage *self)
{
  HaulWizardPageClass *klass = HAUL_WIZARD_PAGE_GET_CLASS (self);

  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), get_private (self)->title);
  if (klass->shown != NULL)
    klass->shown (self);
  if (klass->applies_when_shown)
    haul_wizard_page_apply_begin (self);
}

/**
 * haul_wizard_page_press_next:
 * @self: the visible page
 *
 * Applies the page if it is complete; the page that follows comes when that is done.
 */
void
haul_wizard_page_press_next (HaulWizardPage *self)
{
  HaulWizardPagePrivate *priv = get_private (self);

  if (!priv->complete || priv->applying != NULL)
    return;
  if (HAUL_WIZARD_PAGE_GET_CLASS (self)->applies_when_shown)
    go_next (self);
  else
    haul_wizard_page_apply_begin (self);
}

/**
 * haul_wizard_page_press_back:
 * @self: the visible page
 *
 * Ends the work of the page and goes back, unless the page does something else then.
 */
void
haul_wizard_page_press_back (HaulWizardPage *self)
{
  HaulWizardPageClass *klass = HAUL_WIZARD_PAGE_GET_CLASS (self);

  haul_wizard_page_apply_cancel (self);
  if (klass->back != NULL && klass->back (self))
    return;
  if (klass->previous != NULL)
    haul_wizard_page_go (self, klass->previous);
}

/**
 * haul_wizard_page_apply_begin:
 * @self: a page
 *
 * Starts the page's work; it ends with haul_wizard_page_apply_complete().
 */
void
haul_wizard_page_apply_begin (HaulWizardPage *self)
{
  HaulWizardPagePrivate *priv = get_private (self);

  if (priv->applying != NULL)
    return;
  priv->applying = g_cancellable_new ();
  g_object_ref (self);
  g_application_hold (g_application_get_default ());
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_APPLYING]);
  HAUL_WIZARD_PAGE_GET_CLASS (self)->apply (self, priv->applying);
}

void
haul_wizard_page_apply_cancel (HaulWizardPage *self)
{
  if (get_private (self)->applying != NULL)
    g_cancellable_cancel (get_private (self)->applying);
}

/**
 * haul_wizard_page_apply_complete:
 * @self: a page that is being applied
 * @valid: whether the next page may follow
 *
 * To be called once for each `apply`, cancelled or not.
 */
void
haul_wizard_page_apply_complete (HaulWizardPage *self, gboolean valid)
{
  HaulWizardPagePrivate *priv = get_private (self);
  gboolean is_cancelled;

  g_return_if_fail (priv->applying != NULL);
  is_cancelled = g_cancellable_is_cancelled (priv->applying);
  g_clear_object (&priv->applying);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_APPLYING]);
  if (HAUL_WIZARD_PAGE_GET_CLASS (self)->applies_when_shown)
    haul_wizard_page_set_complete (self, valid && !is_cancelled);
  else if (valid && !is_cancelled)
    go_next (self);
  g_application_release (g_application_get_default ());
  g_object_unref (self);
}

static void
apply_nothing (HaulWizardPage *self, GCancellable *cancellable)
{
  haul_wizard_page_apply_complete (self, TRUE);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  HaulWizardPage *self = HAUL_WIZARD_PAGE (object);

  if (id == PROP_TITLE)
    haul_wizard_page_set_title (self, g_value_get_string (value));
  else if (id == PROP_NEXT_LABEL)
    haul_wizard_page_set_next_label (self, g_value_get_string (value));
  else if (id == PROP_BACK_LABEL)
    haul_wizard_page_set_back_label (self, g_value_get_string (value));
  else if (id == PROP_COMPLETE)
    haul_wizard_page_set_complete (self, g_value_get_boolean (value));
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HaulWizardPagePrivate *priv = get_private (HAUL_WIZARD_PAGE (object));

  if (id == PROP_TITLE)
    g_value_set_string (value, priv->title);
  else if (id == PROP_NEXT_LABEL)
    g_value_set_string (value, priv->next_label);
  else if (id == PROP_BACK_LABEL)
    g_value_set_string (value, priv->back_label);
  else if (id == PROP_COMPLETE)
    g_value_set_boolean (value, priv->complete);
  else if (id == PROP_APPLYING)
    g_value_set_boolean (value, priv->applying != NULL);
}

static void
dispose (GObject *object)
{
  haul_wizard_page_apply_cancel (HAUL_WIZARD_PAGE (object));
  G_OBJECT_CLASS (haul_wizard_page_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  HaulWizardPagePrivate *priv = get_private (HAUL_WIZARD_PAGE (object));

  g_clear_pointer (&priv->state, haul_wizard_state_unref);
  g_free (priv->title);
  g_free (priv->next_label);
  g_free (priv->back_label);
  g_clear_object (&priv->applying);
  G_OBJECT_CLASS (haul_wizard_page_parent_class)->finalize (object);
}

static guint
add_signal (HaulWizardPageClass *klass, const char *name)
{
  return g_signal_new (name, G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                       G_TYPE_STRING);
}

static void
haul_wizard_page_class_init (HaulWizardPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  klass->apply = apply_nothing;
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->dispose = dispose;
  object_class->finalize = finalize;
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_NEXT_LABEL] = g_param_spec_string ("next-label", NULL, NULL, NULL, flags);
  props[PROP_BACK_LABEL] = g_param_spec_string ("back-label", NULL, NULL, NULL, flags);
  props[PROP_COMPLETE] = g_param_spec_boolean ("complete", NULL, NULL, FALSE, flags);
  props[PROP_APPLYING]
      = g_param_spec_boolean ("applying", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[SIGNAL_GO] = add_signal (klass, "go");
  signals[SIGNAL_NOTE] = add_signal (klass, "note");
  signals[SIGNAL_ANNOUNCE] = add_signal (klass, "announce");
}

static void
haul_wizard_page_init (HaulWizardPage *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}
