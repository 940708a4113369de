/* haul-clamp.c - a centred column of at most so many pixels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thread:  main.
 */
#include "wizard/haul-clamp.h"

#define NORMAL_DPI 96.0

struct _HaulClamp
{
  GtkBin parent_instance;
  int maximum; /* pixels at 96 dpi; larger text gets as many more */
};

G_DEFINE_TYPE (HaulClamp, haul_clamp, GTK_TYPE_BIN)

enum
{
  PROP_MAXIMUM = 1
};

static int
get_maximum (HaulClamp *self)
{
  double dpi = gdk_screen_get_resolution (gtk_widget_get_screen (GTK_WIDGET (self)));

  return dpi > NORMAL_DPI ? (int)(self->maximum * dpi / NORMAL_DPI) : self->maximum;
}

static int
clamp_width (HaulClamp *self, int width)
{
  GtkWidget *child = gtk_bin_get_child (GTK_BIN (self));
  int minimum = 0;

  if (child != NULL && gtk_widget_get_visible (child))
    gtk_widget_get_preferred_width (child, &minimum, NULL);
  return MIN (width, MAX (get_maximum (self), minimum));
}

static GtkSizeRequestMode
get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
get_preferred_width (GtkWidget *widget, int *minimum, int *natural)
{
  HaulClamp *self = HAUL_CLAMP (widget);

  GTK_WIDGET_CLASS (haul_clamp_parent_class)->get_preferred_width (widget, minimum, natural);
  *natural = MAX (*minimum, MIN (*natural, get_maximum (self)));
}

static void
get_preferred_height_for_width (GtkWidget *widget, int width, int *minimum, int *natural)
{
  int inner = clamp_width (HAUL_CLAMP (widget), width);

  GTK_WIDGET_CLASS (haul_clamp_parent_class)->get_preferred_height_for_width (widget, inner, minimum, natural);
}

static void
size_allocate (GtkWidget *widget, GtkAllocation *allocation)
{
  GtkAllocation inner = *allocation;

  inner.width = clamp_width (HAUL_CLAMP (widget), allocation->width);
  inner.x += (allocation->width - inner.width) / 2;
  gtk_widget_set_allocation (widget, allocation);
  if (gtk_bin_get_child (GTK_BIN (widget)) != NULL)
    gtk_widget_size_allocate (gtk_bin_get_child (GTK_BIN (widget)), &inner);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  HAUL_CLAMP (object)->maximum = g_value_get_int (value);
  gtk_widget_queue_resize (GTK_WIDGET (object));
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_int (value, HAUL_CLAMP (object)->maximum);
}

static void
haul_clamp_class_init (HaulClampClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  widget_class->get_request_mode = get_request_mode;
  widget_class->get_preferred_width = get_preferred_width;
  widget_class->get_preferred_height_for_width = get_preferred_height_for_width;
  widget_class->size_allocate = size_allocate;
  g_object_class_install_property (object_class, PROP_MAXIMUM,
                                   g_param_spec_int ("maximum", NULL, NULL, 1, G_MAXINT, 560,
                                                     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
haul_clamp_init (HaulClamp *self)
{
  self->maximum = 560;
}
