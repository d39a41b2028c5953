"""A real city's year of requests: every count was made beforehand by a script that knows nothing of this product."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cases.casework.models import Case
from cases.casework.origins import Origin
from cases.deadlines.models import Clock
from cases.history import mapping
from cases.history.kinds import Kind
from cases.history.report import Report
from cases.history.run import import_cases
from cases.journal.models import Event
from cases.journal.verify import Verification
from gridmap.areas.models import Area, Level
from gridmap.areas.tree import add_area
from gridmap.importing.options import Options
from gridmap.importing.run import import_areas
from tests.cases.history import catalogue

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.django_db]

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
# Of the rows that have a place inside and sound times, by csv, json and ray casting alone.
OUTSIDE = "101001522335"
STATES = {"closed": 10_549, "reported": 860}
CLOCKS = {(True, False): 8_490, (True, True): 2_058, (False, True): 860}  # (stopped, overdue)
AREAS = {
    "Allston": 873, "Back Bay": 619, "Bay Village": 90, "Beacon Hill": 492, "Brighton": 718, "Charlestown": 256,
    "Chinatown": 224, "Dorchester": 1_426, "Downtown": 463, "East Boston": 538, "Fenway": 537, "Hyde Park": 298,
    "Jamaica Plain": 681, "Leather District": 112, "Longwood Medical Area": 20, "Mattapan": 361, "Mission Hill": 261,
    "North End": 482, "Roslindale": 344, "Roxbury": 770, "South Boston": 497, "South Boston Waterfront": 60,
    "South End": 1_123, "West End": 24, "West Roxbury": 140,
}  # fmt: skip
MAP = Path(__file__).parent / "files" / "boston.toml"


@pytest.fixture
def boston(shared: Path, db: None, tmp_path: Path) -> Path:
    """Its 26 neighbourhoods as communities, and the unpacked file."""
    folder = shared / "data" / "boston311"
    add_area(code="990000", name="Boston", level=Level.COUNTY, parent=None, at=BEGIN)
    outlines = import_areas(
        path=folder / "boston_neighborhoods_26.geojson", at=BEGIN, apply_it=True,
        options=Options(level=Level.COMMUNITY, parent="990000", abroad=True),
    )  # fmt: skip
    assert outlines.report.errors == []
    assert Area.objects.filter(level=Level.COMMUNITY).count() == 26
    catalogue()
    plain = tmp_path / "boston.csv"
    plain.write_bytes(gzip.decompress((folder / "boston311_2015_4types.csv.gz").read_bytes()))
    return plain


def _import(path: Path, **more: Any) -> Report:
    return import_cases(path=path, given=mapping.read(MAP), at=NOW, **more)


def test_a_year_of_a_city(boston: Path):
    report = _import(boston)
    assert report.rows == 12_035
    assert report.counts == {Kind.NO_PLACE: 624, Kind.OUTSIDE: 1, Kind.ENDED_BEFORE_OPENED: 1, Kind.NO_DEADLINE: 1}
    assert (report.taken_over, report.refused, report.unchanged, report.different) == (11_409, 626, 0, 0)
    assert [one.number for one in report.of(Kind.ENDED_BEFORE_OPENED)] == ["101001427234"]
    assert [one.number for one in report.of(Kind.NO_DEADLINE)] == ["101001571655"]
    assert [one.number for one in report.of(Kind.OUTSIDE)] == [OUTSIDE]
    assert Counter(Case.objects.values_list("state", flat=True)) == STATES
    assert Counter(Case.objects.values_list("area__name", flat=True)) == AREAS
    clocks = list(Clock.objects.only("started_at", "due_at", "stopped_at", "paused_since"))
    assert Counter((one.stopped_at is not None, one.overdue(NOW)) for one in clocks) == CLOCKS
    assert Event.objects.filter(kind="case.import_history").count() == Origin.objects.count() == 11_409
    assert next(Verification().faults(), None) is None
    again = _import(boston)
    assert (again.taken_over, again.unchanged, again.different, again.refused) == (0, 11_409, 0, 626)
    assert Case.objects.count() == 11_409
