"""The department that the rules propose is taken with one click; another one is asked why."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.windows import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def numbers(server, tmp_path_factory) -> list[str]:
    """A filed case, and one just reported."""
    file = tmp_path_factory.mktemp("proposed") / "numbers"
    server.run("-m", "tests.web.proposed", str(file))
    return str(file.read_text("utf-8")).split()


@pytest.mark.parametrize(("size", "language"), [(PHONE, "zh-CN"), (DESK, "en")], ids=["phone", "desk"])
def test_the_dispatcher_sees_the_proposal_with_its_reason(visit, accessible, numbers, size, language):
    page = visit(f"/cases/{numbers[0]}/", "dispatcher", size=size, language=language)
    form = page.locator("#dispatch")
    expect(form).to_contain_text("城市管理局")
    expect(form).to_contain_text("市容管理职责")
    expect(form.locator("[name=department]")).to_have_value("CGJ")
    assert accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_one_click_takes_it_and_another_department_is_asked_why(visit, numbers):
    page = visit(f"/cases/{numbers[0]}/", "dispatcher", refused=422)
    page.locator("#dispatch [name=department]").select_option("ZJJ")
    page.locator("#dispatch .cg-form-actions button").click()
    expect(page.get_by_role("alert").first).to_contain_text("why it shall be another one")
    page.goto(f"/cases/{numbers[0]}/")
    page.locator("#dispatch .cg-form-actions button").click()
    expect(page.locator(".cg-alert-success")).to_be_visible()
    expect(page.locator("#cg-turn")).to_have_text("Dispatched")
    expect(page.locator("main")).to_contain_text("城市管理局")


def test_who_holds_all_posts_accepts_files_and_dispatches_in_one(visit, accessible, numbers):
    page = visit(f"/cases/{numbers[1]}/?move=dispatch_at_once", "allposts")
    form = page.locator("#dispatch_at_once")
    expect(form.locator("[name=department]")).to_have_value("CGJ")
    expect(form).to_contain_text("市容管理职责")
    assert accessible(page) == []
    form.locator("[name=condition][value='CJ214-E0199-01']").check()
    form.locator(".cg-form-actions button").click()
    expect(page.locator(".cg-alert-success")).to_be_visible()
    expect(page.locator("#cg-turn")).to_have_text("Dispatched")
    happened = page.locator("section", has=page.get_by_role("heading", name="What happened"))
    for word in ("Accept", "File", "Dispatch"):
        expect(happened).to_contain_text(word)
