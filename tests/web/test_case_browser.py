"""A case in the browser, from the report to the end, by the people whose moves these are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.cases.media import PLACE, encoded, exif, picture
from tests.web.windows import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Photos of the place, each another file."""
    folder = tmp_path_factory.mktemp("photos")
    found = [folder / f"{number}.jpg" for number in range(40)]
    for number, path in enumerate(found):
        path.write_bytes(encoded(picture(seed=number), "JPEG", exif=exif()))
    return found


def attach(page: Page, scope: str, field: str, photo: Path) -> None:
    """Choose a photo and wait until it is sent."""
    box = page.locator(f"{scope} [data-cg-name={field}]")
    box.locator("input[type=file]").set_input_files(photo)
    expect(box.locator("img")).to_be_visible()


def fill_report(page: Page, photo: Path, text: str) -> None:
    attach(page, ".cg-report", "photos", photo)
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator("[data-cg-place]")).to_contain_text("350982003901001")
    page.get_by_role("searchbox", name="Search categories").fill("垃圾")
    page.locator(".cg-tile", has_text="暴露垃圾").click()
    page.get_by_label("Description").fill(text)


def report(visit, photo: Path, text: str = "容器外有垃圾") -> str:
    """Report a case from the phone and return its number."""
    page = visit("/cases/report/", "gw", size=PHONE, place=PLACE)
    fill_report(page, photo, text)
    page.get_by_role("button", name="Report it").click()
    page.wait_for_url(re.compile(r"/cases/[A-Z]{2}\d{12,}/$"))
    return page.url.rstrip("/").rsplit("/", 1)[1]


def move(visit, number: str, who: str, name: str, *, size=DESK, **given: str) -> Page:
    """Make a move through its form on the case page; ``given`` are values by field."""
    page = visit(f"/cases/{number}/?move={name}", who, size=size)
    form = page.locator(f"#{name}")
    expect(form.locator(".cg-form-actions button")).to_be_visible()
    for field, value in given.items():
        fill(form, field, value)
    form.locator(".cg-form-actions button").click()
    expect(page.locator(".cg-alert-success")).to_be_visible()
    return page


def fill(form, field: str, value: str) -> None:
    control = form.locator(f"[name={field}]")
    if field == "opinion" and not control.is_visible():
        form.locator(".cg-extra > summary").click()
    kind = control.first.get_attribute("type")
    if kind == "radio":
        form.locator(f"[name={field}][value='{value}']").check()
    elif control.first.evaluate("one => one.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)


def ask(visit, number: str, who: str, kind: str, **given: str) -> None:
    page = visit(f"/cases/{number}/", who)
    page.locator(f"#ask-{kind} > summary").click()
    form = page.locator(f"#ask-{kind}")
    for field, value in given.items():
        fill(form, field, value)
    form.locator(".cg-form-actions button").click()
    expect(page.locator(".cg-alert-success")).to_be_visible()


def decide(visit, number: str, who: str, name: str = "Approve", opinion: str = "") -> None:
    page = visit("/requests/", who)
    card = page.locator("article.card", has_text=number)
    form = card.locator(f"[id^={name.lower()}-]").first
    if form.evaluate("one => one.tagName") == "DETAILS":
        form.locator("summary").first.click()
    if opinion:
        fill(form, "opinion", opinion)
    form.locator(".cg-form-actions button").click()
    expect(page.locator(".cg-alert-success")).to_be_visible()


def submit_work(visit, number: str, photo: Path, result: str) -> None:
    page = visit(f"/cases/{number}/?move=submit", "handler", size=PHONE)
    form = page.locator("#submit")
    fill(form, "outcome", "solved")
    fill(form, "result", result)
    attach(page, "#submit", "after_photos", photo)
    form.locator(".cg-form-actions button").click()
    expect(page.locator(".cg-alert-success")).to_be_visible()


def answer_task(visit, photo: Path, verdict: str, note: str = "", who: str = "gw") -> None:
    page = visit("/", who, size=PHONE, place=PLACE)
    page.locator(".cg-task-link").first.click()
    page.wait_for_url(re.compile("/tasks/"))
    form = page.locator("[data-cg-position-form]")
    fill(form, "verdict", verdict)
    page.get_by_role("button", name="Use my position").click()
    expect(form.locator("[name=position]")).to_have_value(re.compile("120.20500"))
    attach(page, "[data-cg-position-form]", "photos", photo)
    if note:
        fill(form, "note", note)
    page.get_by_role("button", name="Report back").click()
    expect(page.locator(".cg-alert-success")).to_be_visible()


def test_a_case_goes_all_the_way_with_merge_return_extension_suspension_and_rework(visit, photos):
    shots = iter(photos)
    number, twin = report(visit, next(shots)), report(visit, next(shots), "同一堆垃圾")
    move(visit, number, "acceptor", "send_verify", worker="gw2")
    answer_task(visit, next(shots), "true", "属实", who="gw2")
    move(visit, twin, "acceptor", "merge", target=number)
    page = visit("/", "acceptor")
    line = page.locator("tr", has_text=number)
    line.get_by_role("button", name="Accept").click()  # straight from the worklist
    expect(page.locator(".cg-alert-success")).to_contain_text(number)
    move(visit, number, "leader", "file", condition="CJ214-E0102-01")
    move(visit, number, "dispatcher", "dispatch", department="ZJJ")
    move(visit, number, "dispatcher", "redispatch", department="CGJ", opinion="应由城管局处理")
    ask(visit, number, "clerk", "return", reason="不属本单位职责")
    decide(visit, number, "dispatcher")
    move(visit, number, "dispatcher", "dispatch", department="CGJ", opinion="属本单位职责")
    move(visit, number, "clerk", "sign")
    move(visit, number, "clerk", "assign_handler", handler="handler")
    ask(visit, number, "handler", "extension", reason="需要吊车")
    decide(visit, number, "clerk")
    decide(visit, number, "dispatcher")
    ask(visit, number, "clerk", "suspension", reason="等待材料", until="2030-01-01T10:00")
    decide(visit, number, "dispatcher", "Refuse", "理由不足")
    ask(visit, number, "clerk", "suspension", reason="等待材料，见附件", until="2030-01-01T10:00")
    decide(visit, number, "dispatcher")
    expect(visit(f"/cases/{number}/", "clerk").locator("#cg-turn")).to_have_text("Suspended")
    move(visit, number, "clerk", "resume", opinion="材料已到")
    submit_work(visit, number, next(shots), "已清运")
    move(visit, number, "clerk", "confirm")
    move(visit, number, "dispatcher", "pass_feedback")
    move(visit, number, "acceptor", "send_check")
    answer_task(visit, next(shots), "fail", "还有垃圾")
    move(visit, number, "acceptor", "rework", opinion="还有垃圾")
    submit_work(visit, number, next(shots), "再次清运")
    move(visit, number, "clerk", "confirm")
    move(visit, number, "dispatcher", "pass_feedback")
    move(visit, number, "acceptor", "send_check")
    answer_task(visit, next(shots), "pass")
    page = move(visit, number, "leader", "close")
    expect(page.locator("#cg-turn")).to_have_text("Closed")
    rounds = page.locator("section", has=page.locator("#cg-people"))
    expect(rounds).to_contain_text("Round 4")
    expect(rounds).to_contain_text("再次清运")
    page.get_by_text("What has been counted?").or_(page.get_by_text("Why is it due then?")).first.click()
    expect(page.locator(".cg-arithmetic li").first).to_contain_text("The clock starts on")


def test_somebody_else_was_faster_and_nothing_typed_is_lost(visit, photos):
    number = report(visit, photos[21])
    page = visit(f"/cases/{number}/?move=decline", "acceptor", refused=409)
    move(visit, number, "operator", "comment", text="市民又打来电话")
    form = page.locator("#decline")
    fill(form, "reason", "no_problem")
    fill(form, "competent_unit", "物业公司 0593-1234567")
    fill(form, "opinion", "小区内部事务")
    form.locator(".cg-form-actions button").click()
    changed = page.locator(".cg-changed")
    expect(changed).to_contain_text("市民又打来电话")
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed this")
    expect(form.locator("[name=competent_unit]")).to_have_value("物业公司 0593-1234567")
    expect(form.locator("[name=opinion]")).to_have_value("小区内部事务")
    expect(form.locator("[name=reason][value=no_problem]")).to_be_checked()
    form.locator(".cg-form-actions button").click()
    expect(page.locator("#cg-turn")).to_have_text("Declined")


def test_a_refused_report_keeps_the_photo_and_every_word(visit, photos):
    page = visit("/cases/report/", "gw", size=PHONE, place=PLACE, refused=422)
    fill_report(page, photos[22], "  ")
    page.get_by_label("Address or landmark").fill("大榕树下")
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_role("alert")).to_contain_text("Describe the problem")
    expect(page.locator("[data-cg-name=photos] img")).to_be_visible()
    expect(page.get_by_label("Address or landmark")).to_have_value("大榕树下")
    expect(page.locator("[name=category]:checked")).to_have_value("CJ214-E0102")
    page.get_by_label("Description").fill("树下有垃圾")
    page.get_by_role("button", name="Report it").click()
    page.wait_for_url(re.compile(r"/cases/[A-Z]{2}\d{12,}/$"))


def test_cases_nearby_are_offered_while_reporting(visit, photos):
    number = report(visit, photos[23])
    page = visit("/cases/report/", "gw", size=PHONE, place=PLACE)
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator("[data-cg-place]")).to_contain_text("Is it one of these?")
    expect(page.locator("[data-cg-place] a").first).to_have_attribute("href", re.compile("/cases/"))
    assert number


def test_two_cases_are_accepted_at_once_each_with_its_result(visit, photos):
    numbers = [report(visit, photos[24]), report(visit, photos[25])]
    page = visit("/cases/?tab=accept", "acceptor")
    for number in numbers:
        page.get_by_label(f"Choose {number}").check()
    expect(page.locator("[data-cg-pick-count]")).to_have_text("2 chosen")
    page.get_by_label("Move").select_option("accept")
    page.get_by_role("button", name="Do it for all chosen").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Done for 2 of 2")


def test_a_desk_works_through_its_list_with_map_and_case_beside_it(visit, photos):
    number = report(visit, photos[27])
    page = visit("/cases/?tab=accept", "acceptor")
    peek = page.locator("#cg-peek")
    expect(peek.locator("#cg-turn")).to_be_visible()  # the most urgent case lies open by itself
    page.locator(".cg-case-link", has_text=number).click()
    expect(peek.locator(".cg-peek-head")).to_contain_text(number)
    expect(page.locator("tr[aria-current]")).to_contain_text(number)
    expect(page.locator(".cg-spot-chosen")).to_have_count(1)
    peek.get_by_role("button", name="Accept").click()
    expect(page.locator(".cg-alert-success")).to_contain_text(number)
    assert page.url.endswith("/cases/?tab=accept")
    expect(page.locator("tr", has_text=number)).to_have_count(0)
    page = visit("/cases/?tab=file", "leader", size=PHONE)
    page.locator(".cg-case-link", has_text=number).click()  # no room beside the list: the page of the case
    page.wait_for_url(re.compile(f"/cases/{number}/$"))


def test_a_photo_that_knows_its_place_sets_the_pin(visit, photos):
    page = visit("/cases/report/", "gw", size=PHONE)
    attach(page, ".cg-report", "photos", photos[28])
    expect(page.locator("[data-cg-place]")).to_contain_text("350982003901001")
    expect(page.locator("[name=position]")).to_have_value(re.compile("^120.20500,27.33500"))


PAGES = [
    "/",
    "/cases/",
    "/cases/?tab=all",
    "/cases/?view=list",
    "/cases/?q=none&tab=all",
    "/requests/",
    "/requests/?tab=all",
]


@pytest.fixture(scope="module")
def walked() -> dict[str, str]:
    """The case and the task that every variant of the walk looks at, once the first has made them."""
    return {}


# Every pair of a scheme, a width and a language once.
@pytest.mark.parametrize(
    ("scheme", "size", "language"),
    [("light", DESK, "en"), ("light", PHONE, "zh-CN"), ("dark", DESK, "zh-CN"), ("dark", PHONE, "en")],
    ids=["light-desk-en", "light-phone-zh", "dark-desk-zh", "dark-phone-en"],
)
def test_every_page_passes_axe_and_does_not_scroll_sideways(visit, accessible, photos, walked, size, scheme, language):
    if not walked:
        walked["case"] = report(visit, photos[26])
        move(visit, walked["case"], "acceptor", "send_verify", note="看清是否属实")
        walked["task"] = visit("/", "gw2").locator(".cg-task-link").last.get_attribute("href") or ""
    number, task = walked["case"], walked["task"]
    faults = []
    walks = [("acceptor", PAGES), ("gw2", ["/", "/cases/report/", task, f"/cases/{number}/"]), ("clerk", PAGES)]
    for who, path in [(who, path) for who, paths in walks for path in paths]:
        page = visit(path, who, size=size, scheme=scheme, language=language)
        faults += [f"{path} {who}: {fault}" for fault in accessible(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{path} {who}: scrolls sideways")
        page.close()
    assert faults == []


def test_the_chosen_queue_is_in_view_where_not_all_fit(visit):
    page = visit("/cases/?tab=all", "manager", size=PHONE)
    expect(page.locator("[data-cg-tabs] [aria-current]")).to_be_in_viewport(ratio=0.9)
    page = visit("/cases/?tab=accept", "manager", size=PHONE)
    expect(page.locator("[data-cg-tabs] [aria-current]")).to_be_in_viewport(ratio=0.9)
