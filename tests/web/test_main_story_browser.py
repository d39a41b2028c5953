"""From a call about construction waste to the scores, with real clicks, by everybody whose moves these are."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.cases.media import encoded, exif, picture
from tests.web.test_case_browser import answer_task, attach, fill, move
from tests.web.windows import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CALLER = "19900008811"
TOLD = "石亭新村门口堆了建筑垃圾，没人管"
CALLED = {"CGJ": "clerk", "ZJJ": "zj", "HBJ": "hb"}
ARRIVE = ".cg-offer[id^='arrive-']"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Photos of the place, each another file."""
    folder = tmp_path_factory.mktemp("photos")
    found = [folder / f"{number}.jpg" for number in range(8)]
    for number, path in enumerate(found, start=200):
        path.write_bytes(encoded(picture(seed=number), "JPEG", exif=exif()))
    return found


def do(visit: Any, path: str, who: str, name: str, *, size: Any = DESK, **given: str) -> Page:
    """Make a move through its form on a page."""
    page = visit(path, who, size=size)
    box = page.locator(f".cg-offer[id^='{name}-']")
    if box.evaluate("one => one.tagName === 'DETAILS' && !one.open"):
        box.locator("summary").first.click()
    for field, value in given.items():
        fill(box, field, value)
    box.locator(".cg-form-actions button").click()
    expect(page.locator(".cg-alert-success")).to_be_visible()
    return page


def take_the_call(visit: Any) -> str:
    """Log the call and dispatch it to the street; return the ticket's number."""
    page = visit(f"/hotline/new/?phone={CALLER}", "operator")
    page.keyboard.type(TOLD)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Alt+3")
    page.keyboard.type("stxc")
    expect(page.get_by_role("option", name=re.compile("石亭新村3号楼"))).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("[data-cg-slot=kind]")).to_contain_text("Keywords of this category")
    page.keyboard.press("Alt+4")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#call_unit")).to_have_value("山前街道办事处")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/hotline/new/saved/FDR\d+/$"))
    return page.url.rstrip("/").rsplit("/", 1)[1]


def street_takes_it(visit: Any, ticket: str, how: str = "phone") -> None:
    do(visit, f"/hotline/tickets/{ticket}/", "street", "sign")
    do(visit, f"/hotline/tickets/{ticket}/", "street", "contact", how=how, reached="true")


def reply(visit: Any, ticket: str, measures: str) -> None:
    now = datetime.now(SHANGHAI)
    do(
        visit, f"/hotline/tickets/{ticket}/", "street", "reply", accepted_at=now.strftime("%Y-%m-%dT%H:%M"),
        spoke_to="诉求人", measures=measures, deadline=(now + timedelta(days=1)).date().isoformat(), outcome="solved",
        public_text="垃圾已清运，请放心。", internal_text="责任人已教育",
    )  # fmt: skip


def call_back(visit: Any, ticket: str, *, solved: str, satisfaction: str, button: str, said: str = "") -> None:
    """Take the next call, ask the three questions, and end it by the button."""
    page = visit("/hotline/callbacks/", "callback")
    page.get_by_role("button", name="Next call").first.click()
    page.wait_for_url(re.compile(f"/hotline/callbacks/{ticket}/$"))
    form = page.locator(".cg-call-form")
    for field, value in (("contacted", "true"), ("solved", solved), ("satisfaction", satisfaction)):
        fill(form, field, value)
    if said:
        form.locator("[name=opinion]").fill(said)
    form.get_by_role("button", name=button).click()
    expect(page.locator(".cg-alert-success")).to_be_visible()


def rates(visit: Any, who: str, unit: str) -> str:
    """Return the row of a unit on the board of the three rates."""
    row = visit("/evaluation/", who).locator("tr", has_text=unit)
    return str(row.first.inner_text())


def test_from_the_call_to_the_scores(visit, server, photos):
    shots = iter(photos)
    ticket = take_the_call(visit)
    street_takes_it(visit, ticket)
    page = do(visit, f"/hotline/tickets/{ticket}/", "street", "raise_case", category="CJ214-E0102")
    case = re.search(r"/cases/(FD\d{12,})/", page.content()).group(1)  # type: ignore[union-attr]

    move(visit, case, "acceptor", "send_verify", worker="gw2")
    answer_task(visit, next(shots), "true", "属实", who="gw2")
    move(visit, case, "acceptor", "accept")
    move(visit, case, "leader", "file", condition="CJ214-E0102-01")
    page = move(visit, case, "street", "whistle")
    whistle = re.search(r"/whistles/(FDS\d+)/", page.content()).group(1)  # type: ignore[union-attr]

    whole = f"/whistles/{whistle}/"
    for code in CALLED:
        do(visit, whole, "street", "name_department", department=code, asked=f"{code}依职责查处")
    do(visit, whole, "street", "judge", why_not_alone="街道没有执法权")
    do(visit, whole, "streetlead", "blow", kind="enforcement", lead="CGJ", position="120.205,27.335")
    for name in ("start_review", "approve", "issue"):
        do(visit, whole, "platform", name)

    board = visit(whole, "street")
    for code in ("CGJ", "ZJJ"):
        page = visit("/", CALLED[code], size=PHONE, place=(120.205, 27.335))
        page.locator("a[href^='/report-ins/']").first.click()
        page.wait_for_url(re.compile(r"/report-ins/\d+/$"))
        own = page.url.removeprefix(server.url)
        do(visit, own, CALLED[code], "sign", size=PHONE)
        page = visit(own, CALLED[code], size=PHONE, place=(120.205, 27.335))
        box = page.locator(ARRIVE)
        fill(box, "people", "张三 李四")
        box.get_by_role("button", name="Use my position").click()
        expect(box.locator("[name=position]")).to_have_value(re.compile("120.20500"))
        attach(page, ARRIVE, "photos", next(shots))
        box.locator(".cg-form-actions button").click()
        expect(page.locator(".cg-alert-success")).to_be_visible()
        do(visit, own, CALLED[code], "begin", size=PHONE)
        do(visit, own, CALLED[code], "submit", size=PHONE, outcome="solved", result="已清运")
        do(visit, own, "street", "accept")
    expect(board.locator("#cg-board")).to_contain_text("0 m away", timeout=30_000)  # without a reload
    server.run("-m", "tests.web.late", whistle, "HBJ")
    do(visit, whole, "clerk", "submit_joint", outcome="solved", conclusion="渣土已清，责任人受罚")
    for code, on_time in (("CGJ", "30"), ("ZJJ", "20")):
        why = {"reason": "晚到"} if on_time == "20" else {}
        do(
            visit, whole, "street", "rate", department=code, on_time=on_time, as_asked="40", cooperation="15",
            proof="15", **why,
        )  # fmt: skip
    do(visit, whole, "street", "feed_back", feedback="渣土已清运")

    move(visit, case, "dispatcher", "pass_feedback")
    move(visit, case, "acceptor", "send_check", worker="gw")
    answer_task(visit, next(shots), "pass")
    reply(visit, ticket, "会同三部门清运")
    page = move(visit, case, "leader", "close")
    expect(page.locator("#cg-turn")).to_have_text("Waiting for callbacks")
    call_back(visit, ticket, solved="yes", satisfaction="5", button="Close with the caller's opinion")
    expect(visit(f"/cases/{case}/", "leader").locator("#cg-turn")).to_have_text("Closed")

    assert "100" in rates(visit, "manager", "山前街道办事处")
    table = visit("/evaluation/?board=whistle", "manager").locator("main")
    for name, points in (("城市管理局", "100"), ("住房和城乡建设局", "90"), ("生态环境局", "0")):
        expect(table.locator("tr", has_text=name).first).to_contain_text(points)


def test_who_is_not_content_is_called_again(visit):
    ticket = take_the_call(visit)
    street_takes_it(visit, ticket)
    reply(visit, ticket, "已联系物业")
    call_back(visit, ticket, solved="no", satisfaction="1", button="Have it done again", said="垃圾还在")
    street_takes_it(visit, ticket, how="visit")
    reply(visit, ticket, "已清运两车")
    call_back(visit, ticket, solved="yes", satisfaction="4", button="Close with the caller's opinion")
    page = visit(f"/hotline/tickets/{ticket}/", "street")
    expect(page.locator("main")).to_contain_text("Round 2")
