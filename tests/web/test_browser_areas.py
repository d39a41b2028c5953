"""The area browser in a real browser: map, tree, "where is this?", the phone's sheet."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests import cast
from tests.web.windows import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STREET = f"/areas/{cast.OURS}/"


def click_map(page: Page, across: float, down: float = 0.5) -> None:
    """Click on the map at a share of its width and height."""
    box = page.locator("#cg-map").bounding_box()
    assert box
    page.locator("#cg-map").click(position={"x": box["width"] * across, "y": box["height"] * down})


def heading(page: Page):
    return page.get_by_role("heading", level=1)


def test_a_click_on_the_map_chooses_the_area_and_keeps_the_map(visit):
    page = visit(STREET, "street")
    page.evaluate("document.querySelector('#cg-map').cgSame = true")
    click_map(page, 0.3)
    expect(heading(page)).to_have_text("石亭社区")
    expect(page).to_have_url(re.compile(f"/areas/{cast.COMMUNITY}/$"))
    expect(page).to_have_title(re.compile("石亭社区"))
    expect(page.locator("#cg-tree [aria-current=page]")).to_have_text("石亭社区")
    expect(page.locator("#cg-below")).to_contain_text("4")
    expect(page.locator("#cg-map-frame")).to_have_attribute("data-cg-code", cast.COMMUNITY)
    assert page.evaluate("document.querySelector('#cg-map').cgSame === true")
    names = page.locator(".cg-map-name")
    expect(names.filter(has_text="网格")).to_have_count(4 + 1)  # the four grids, and 无网格社区 beside
    click_map(page, 0.3, 0.7)
    expect(heading(page)).to_have_text("1网格")
    page.go_back()
    expect(heading(page)).to_have_text("石亭社区")
    page.go_back()
    expect(heading(page)).to_have_text("山前街道")


def test_the_tree_fetches_a_level_when_it_is_opened_also_by_keyboard(visit):
    page = visit(STREET, "street")
    branch = page.locator("#cg-tree summary[aria-label='Areas below 石亭社区']")
    branch.focus()
    page.keyboard.press("Enter")
    grids = page.locator("#cg-tree a", has_text=re.compile(r"^\d网格$"))
    expect(grids).to_have_count(4)
    grids.nth(1).click()
    expect(heading(page)).to_have_text("2网格")
    expect(page.locator("#cg-tree [aria-current=page]")).to_have_text("2网格")


def test_the_names_can_be_switched_off(visit):
    page = visit(STREET, "street")
    expect(page.locator(".cg-map-name")).not_to_have_count(0)
    page.get_by_role("button", name="Names").click()
    expect(page.locator(".cg-map-name")).to_have_count(0)


def test_the_grids_are_coloured_by_their_people_with_a_legend(visit):
    page = visit(f"/areas/{cast.COMMUNITY}/", "street")
    legend = page.locator("[data-cg-map=legend]")
    expect(legend).to_be_hidden()
    with page.expect_response(re.compile(r"areas\.geojson\?.*level=grid")) as answer:
        page.get_by_role("button", name="Population density").click()
    expect(legend).to_be_visible()
    people = sorted(one["properties"]["population"] for one in answer.value.json()["features"])
    assert people == [40, 90, 140, 260]
    classes = page.evaluate(
        """async () => {
            const { densityClass } = await import(document.querySelector('script[src*="area_map"]').src
                .replace(/area_map[^/]*$/, "density.js"));
            return [null, 0, 50, 51, 100, 101, 150, 151, 200, 201].map(densityClass);
        }"""
    )
    assert classes == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]


def test_the_cursors_place_is_shown_to_five_decimals(visit):
    page = visit(STREET, "street")
    page.locator("#cg-map").hover()
    expect(page.locator("[data-cg-map=cursor]")).to_have_text(re.compile(r"^120\.2\d{4}, 27\.3\d{4}$"))


def test_a_typed_place_is_found_whichever_number_comes_first(visit):
    page = visit(STREET, "street")
    box = page.get_by_label("Where is this?", exact=True)
    answer = page.locator("[data-cg-where-answer]")
    for text in ("120.2013, 27.3313", "27.3313 120.2013"):
        box.fill(text)
        box.press("Enter")
        expect(answer).to_contain_text(cast.GRIDS[0])
        for name in ("1网格", "石亭社区", "山前街道", "福鼎市"):
            expect(answer).to_contain_text(name)
        expect(answer).not_to_contain_text("border")
    answer.get_by_role("link", name="1网格").click()
    expect(heading(page)).to_have_text("1网格")


def test_a_place_on_a_border_a_place_without_grid_and_places_that_are_none(visit):
    page = visit(STREET, "street")
    box = page.get_by_label("Where is this?", exact=True)
    answer = page.locator("[data-cg-where-answer]")

    def ask(text: str) -> None:
        box.fill(text)
        page.get_by_role("button", name="Find the grid").click()

    ask("120.21, 27.335")
    expect(answer).to_contain_text("The point lies on a border.")
    ask("120.23, 27.34")
    expect(answer).to_contain_text("none here")
    expect(answer).to_contain_text("无网格社区")
    ask("here")
    expect(answer).to_contain_text("This is not a place in China.")
    ask("2.35, 48.85")
    expect(answer).to_contain_text("This is not a place in China.")


def test_a_place_outside_the_city_is_refused_in_words(browser, server, signed_in):
    context = browser.new_context(base_url=server.url, storage_state=signed_in("street"), locale="en")
    page = context.new_page()
    page.goto(STREET)
    page.get_by_label("Where is this?", exact=True).fill("116.39, 39.9")
    page.get_by_role("button", name="Find the grid").click()
    expect(page.locator("[data-cg-where-answer] p")).to_have_text(re.compile(r"^[A-Z].{20,}\.$"))
    context.close()


def test_a_place_is_asked_for_with_a_click(visit):
    page = visit(STREET, "street")
    page.get_by_role("button", name="Where is this?").click()
    click_map(page, 0.2, 0.6)
    expect(page.locator("[data-cg-where-answer]")).to_contain_text(cast.GRIDS[0])
    expect(heading(page)).to_have_text("山前街道")  # the click asked, it did not choose


def test_on_a_phone_the_map_comes_first_and_the_tree_in_a_sheet(visit):
    page = visit(STREET, "street", size=PHONE)
    tree = page.locator("#cg-tree")
    expect(tree).to_be_hidden()
    top = page.locator("#cg-map").bounding_box()
    assert top
    assert top["y"] + top["height"] < PHONE["height"]
    page.get_by_role("button", name="Choose an area").click()
    expect(tree).to_be_visible()
    page.keyboard.press("Escape")
    expect(tree).to_be_hidden()
    page.get_by_role("button", name="Choose an area").click()
    tree.get_by_role("link", name="石亭社区").click()
    expect(heading(page)).to_have_text("石亭社区")
    expect(tree).to_be_hidden()


def test_a_grid_worker_sees_the_own_grid_on_the_map(visit):
    page = visit("/areas/", "gw", size=PHONE)
    expect(heading(page)).to_have_text("1网格")
    expect(page.locator(".cg-map-name")).to_have_text(["1网格"])


def test_the_search_in_the_header_finds_an_area(visit):
    page = visit("/", "street")
    page.get_by_role("searchbox").fill("石亭")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="石亭社区").click()
    expect(heading(page)).to_have_text("石亭社区")
