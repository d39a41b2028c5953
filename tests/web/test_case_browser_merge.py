"""Two cases become one in the browser, and two again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.cases.media import encoded, exif, picture
from tests.web.test_case_browser import move, report

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_cases_are_merged_and_parted_again_and_both_tell_so(visit, tmp_path):
    photos = [tmp_path / "one.jpg", tmp_path / "two.jpg"]
    for seed, path in enumerate(photos, start=70):
        path.write_bytes(encoded(picture(seed=seed), "JPEG", exif=exif()))
    number, target = report(visit, photos[0]), report(visit, photos[1], "同一处垃圾")
    page = move(visit, number, "acceptor", "merge", target=target)
    expect(page.locator("#cg-turn")).to_have_text("Merged")
    expect(page.locator("main")).to_contain_text(target)
    page = visit(f"/cases/{target}/", "leader")
    expect(page.locator("main")).to_contain_text("Another case was merged in")
    expect(page.locator("main")).to_contain_text(number)
    page = move(visit, number, "leader", "unmerge", opinion="两处垃圾，并非同一问题")
    expect(page.locator("#cg-turn")).to_have_text("Reported")
    expect(page.locator("main")).to_contain_text("Undo the merge")
    page = visit(f"/cases/{target}/", "leader")
    expect(page.locator("main")).to_contain_text("A merge was undone")
    expect(page.locator("main")).to_contain_text("两处垃圾，并非同一问题")
