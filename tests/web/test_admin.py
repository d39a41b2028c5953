"""The administration pages in a real browser: the strict policy holds, and an outline can be drawn and saved."""

from __future__ import annotations

import json

import pytest

from tests import cast

pytestmark = pytest.mark.browser

PAGES = [
    "", "gridmap/area/", "gridmap/area/add/", "gridmap/areaversion/", "gridmap/grid/", "gridmap/department/",
    "gridmap/department/add/", "gridmap/component/add/", "gridmap/building/add/", "gridmap/keyplace/add/",
    "gridmap/post/", "accounts/user/", "accounts/user/add/", "cases/category/", "common/periodicrun/",
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_the_policy(visit, language, scheme):
    """``visit`` fails the test for any error in the console."""
    for path in PAGES:
        visit(f"/admin/{path}", "sysadmin", language=language, scheme=scheme).close()


def open_grid(visit, code: str):
    page = visit(f"/admin/gridmap/area/?q={code}", "sysadmin")
    page.click(f"text={code}")
    page.wait_for_selector(".cg-geometry .leaflet-draw-toolbar")
    return page


def shape(page) -> dict:
    return json.loads(page.input_value("textarea[name=outline]"))


def test_an_outline_is_shown_and_its_corners_are_moved_and_saved(visit):
    page = open_grid(visit, cast.GRIDS[2])
    before = shape(page)
    page.click(".leaflet-draw-edit-edit")
    corner = page.locator(".leaflet-editing-icon").first.bounding_box()
    page.mouse.move(corner["x"] + 4, corner["y"] + 4)
    page.mouse.down()
    page.mouse.move(corner["x"] + 40, corner["y"] + 30, steps=5)
    page.mouse.up()
    page.click(".leaflet-draw-actions >> text=Done")
    moved = shape(page)
    assert moved["type"] == "MultiPolygon"
    assert moved != before
    page.click("input[name=_continue]")
    page.wait_for_selector(".messagelist .success")
    assert shape(page)["coordinates"] == moved["coordinates"]


def test_an_outline_is_drawn_by_hand(visit):
    page = open_grid(visit, cast.GRIDS[3])
    page.click(".leaflet-draw-draw-polygon")
    box = page.locator(".cg-geometry").bounding_box()
    for x, y in [(0.3, 0.3), (0.5, 0.3), (0.5, 0.6), (0.3, 0.3)]:
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=4)
        page.wait_for_timeout(350)  # the drawing tool ignores clicks that follow each other too fast
        page.mouse.down()
        page.mouse.up()
    assert len(shape(page)["coordinates"]) == 2


def test_holes_survive_an_edit(visit):
    page = open_grid(visit, cast.GRIDS[1])
    ring = [[120.201, 27.331], [120.209, 27.331], [120.209, 27.339], [120.201, 27.339], [120.201, 27.331]]
    hole = [[120.203, 27.333], [120.203, 27.335], [120.205, 27.335], [120.205, 27.333], [120.203, 27.333]]
    page.click("summary:has-text('GeoJSON')")
    page.fill("textarea[name=outline]", json.dumps({"type": "MultiPolygon", "coordinates": [[ring, hole]]}))
    page.dispatch_event("textarea[name=outline]", "change")
    page.click(".leaflet-draw-edit-edit")
    page.click(".leaflet-draw-actions >> text=Done")
    assert len(shape(page)["coordinates"][0]) == 2


def test_coordinates_that_cannot_be_read_are_told(visit):
    page = open_grid(visit, cast.GRIDS[0])
    page.click("summary:has-text('GeoJSON')")
    page.fill("textarea[name=outline]", "{")
    page.dispatch_event("textarea[name=outline]", "change")
    assert "GeoJSON" in page.evaluate("document.querySelector('textarea[name=outline]').validationMessage")


def test_a_parent_is_found_by_typing(visit):
    page = visit("/admin/gridmap/area/add/", "sysadmin")
    page.click(".field-parent .select2-selection")
    page.fill(".select2-search__field", cast.OURS)
    page.click(".select2-results__option--selectable, .select2-results__option >> text=山前街道")
    assert page.input_value("select[name=parent]")


@pytest.mark.parametrize("path", ["", "gridmap/area/", "gridmap/area/add/", "accounts/user/"])
def test_the_pages_are_usable_for_everybody(visit, accessible, path):
    page = visit(f"/admin/{path}", "sysadmin")
    serious = [fault for fault in accessible(page) if fault.startswith(("serious", "critical"))]
    assert not serious, "\n".join(serious)
