"""Names by which a place is found: areas, buildings with their addresses, key places, in one narrow table."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.permissions import Perm
from gridmap.scope import ScopedQuerySet


class PlaceKind(models.TextChoices):
    """Of which register a place is."""

    AREA = "area", _("area")
    KEY_PLACE = "key_place", _("key place")
    BUILDING = "building", _("building")


class PlaceNameQuerySet(ScopedQuerySet[Any]):
    """Reads of names of places in the person's areas."""

    view_perm = Perm.OBJECT_VIEW


class PlaceName(models.Model):
    """One place as it is searched. Made from the registers by :func:`gridmap.places.index.catch_up`, never by hand."""

    kind = models.CharField(_("kind"), max_length=12, choices=PlaceKind.choices)
    key = models.BigIntegerField(_("key in its register"))
    name = models.CharField(_("name"), max_length=200)
    detail = models.CharField(_("address or other name"), max_length=200, blank=True)
    # Without an index: the engines would walk through it area by area instead of reading the narrow table once.
    area = models.ForeignKey(
        "gridmap.Area", models.CASCADE, related_name="+", db_index=False, verbose_name=_("area")
    )  # fmt: skip
    rank = models.PositiveSmallIntegerField(_("rank among equals"))
    # What is compared with what somebody types: see gridmap.places.words.
    words = models.CharField(_("words and pinyin initials"), max_length=640)
    pinyin = models.CharField(_("pinyin"), max_length=1300)

    objects: ClassVar[Any] = PlaceNameQuerySet.as_manager()

    class Meta:
        verbose_name = _("name of a place")
        verbose_name_plural = _("names of places")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="place_name_once")]

    def __str__(self) -> str:
        return self.name
