"""The line of a lane as a person types it: places one after the other, each as longitude and latitude."""

from __future__ import annotations

import math
import re
from datetime import datetime

from django.contrib.gis.geos import LineString
from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid
from gridmap.spatial import locate

MOST = 100  # places; a lane is short
_BETWEEN = re.compile(r"[\s;；]+")
_COMMA = re.compile(r"[,，]")


def read_line(text: str, at: datetime) -> LineString:
    """Read ``120.20100,27.33500 120.20800,27.33500`` (WGS 84 degrees) and return the line in EPSG:4326.

    Raises ``Invalid`` for the field ``line``: what is no place, fewer than two different ones, an end outside the city.
    """
    places = [_place(word) for word in _BETWEEN.split(text.strip()) if word]
    if len(places) > MOST:
        raise _refused(_("A line has %(most)s places at most. Leave out those between which it runs straight.")
                       % {"most": MOST})  # fmt: skip
    if len(set(places)) < 2:
        raise _refused(_("A line needs two different places at least, such as 120.20100,27.33500 120.20800,27.33500."))
    for lon, lat in (places[0], places[-1]):
        try:
            locate(lon, lat, at=at)
        except Invalid as refusal:
            raise _refused(f"{lon},{lat}: {refusal}") from None
    return LineString(places, srid=4326)


def _place(word: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in _COMMA.split(word))
    except ValueError:
        lon = lat = math.nan
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise _refused(
            _("“%(word)s” is no place. Type longitude and latitude with a comma between them, and a blank before the "
              "next place, such as 120.20100,27.33500 120.20800,27.33500.") % {"word": word[:40]}
        )  # fmt: skip
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise _refused(
            _("“%(word)s” lies nowhere: longitude comes first and goes from -180 to 180, latitude from -90 to 90.")
            % {"word": word[:40]}
        )
    return lon, lat


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"line": [sentence]})
