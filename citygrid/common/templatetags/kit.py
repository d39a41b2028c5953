"""Figures as people read them."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()
KM2 = 1_000_000.0


@register.filter
def surface(value: float | None) -> str:
    """Return an area given in m² in words: whole m² below one km², from there km² with two digits."""
    if value is None:
        return ""
    if value < KM2:
        return _("%(number)s m²") % {"number": number_format(round(value), use_l10n=True, force_grouping=True)}
    return _("%(number)s km²") % {"number": number_format(round(value / KM2, 2), decimal_pos=2, force_grouping=True)}
