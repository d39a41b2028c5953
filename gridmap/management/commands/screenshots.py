"""Take the README's pictures from a running demo: real pages, real clicks, sample data."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from gridmap.demo.logins import kept_password

DESK, PHONE = (1280, 800), (390, 844)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: who looks at which page, on which screen, in which language, after which clicks.

    ``opens`` is the selector of a link on that page: the page behind its first match is taken.
    """

    name: str
    login: str
    path: str
    size: tuple[int, int] = DESK
    language: str = "zh-CN"
    scheme: str = "light"
    clicks: tuple[str, ...] = ()
    opens: str = ""


# Links of a list to its entries.
CASE, TASK, TICKET, WHISTLE = (
    f"a[href^='/{begin}']" for begin in ("cases/FD", "tasks/", "hotline/tickets/FD", "whistles/FD")
)
SHOTS = (
    Shot("area-desktop", "manager1", "/areas/350982003901/", language="en", clicks=("[data-cg-map=density]",)),
    Shot("area-desktop-dark", "manager1", "/areas/350982/", scheme="dark"),
    Shot("area-phone", "gw1", "/areas/350982003901001/", size=PHONE),
    Shot("home-desktop", "street1", "/"),
    Shot("home-phone", "gw1", "/", size=PHONE, language="en"),
    Shot("cases-desktop", "dispatcher1", "/cases/?tab=all", language="en"),
    Shot("case-desktop", "acceptor1", "/cases/?tab=all&state=pending_check", opens=CASE),
    Shot("task-phone", "gw1", "/", size=PHONE, opens=TASK),
    Shot("report-phone", "gw1", "/cases/report/", size=PHONE, language="en"),
    Shot("intake-desktop", "operator1", "/hotline/new/", language="en"),
    Shot("ticket-desktop", "street1", "/hotline/tickets/?tab=all&state=handling", opens=TICKET),
    Shot("whistle-desktop", "street1", "/whistles/?tab=all&state=handling", opens=WHISTLE, language="en"),
    Shot("evaluation-desktop", "manager1", "/evaluation/"),
    Shot("rights-desktop", "street1", "/rights/", language="en"),
    Shot("rights-phone", "gw1", "/rights/", size=PHONE),
)


class Command(BaseCommand):
    """Needs the development packages (Playwright) and a Chromium."""

    help = "Take the README's pictures from a running demo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where the demo runs and where the pictures go."""
        parser.add_argument("--url", default="http://127.0.0.1:8000")
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "docs/screenshots")
        found = shutil.which("chromium") or shutil.which("chromium-headless-shell")
        parser.add_argument("--chromium", default=found or "/usr/bin/chromium")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sign in as each of the cast once and take the pictures."""
        password = kept_password()
        if not settings.DEMO or not password:
            raise CommandError(
                _("Pictures are taken of the demo alone: start ./run demo first, with the same CITYGRID_HOME.")
            )
        try:
            from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a development package
        except ImportError as missing:
            raise CommandError(_("Playwright is missing: ./run check installs the development packages.")) from missing

        options["out"].mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=options["chromium"], args=["--no-sandbox", "--disable-gpu"]
            )
            sessions: dict[str, Any] = {}
            for shot in SHOTS:
                if shot.login not in sessions:
                    sessions[shot.login] = sign_in(browser, options["url"], shot.login, password)
                target = options["out"] / f"{shot.name}.png"
                take(browser, options["url"], sessions[shot.login], shot, target)
                self.stdout.write(f"{target} {target.stat().st_size // 1024} KB")
            browser.close()


def sign_in(browser: Any, url: str, login: str, password: str) -> Any:
    """Sign in through the page and return the cookies."""
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/login/")
    page.fill("[name=username]", login)
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/")
    state = context.storage_state()
    context.close()
    return state


def take(browser: Any, url: str, state: Any, shot: Shot, target: Path) -> None:
    """Open one page, click what is to be clicked and save what is seen."""
    width, height = shot.size
    context = browser.new_context(
        base_url=url, storage_state=state, viewport={"width": width, "height": height}, locale=shot.language,
        color_scheme=shot.scheme, reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    page.goto(shot.path)
    if shot.opens:
        page.goto(page.locator(shot.opens).first.get_attribute("href"))
    for selector in shot.clicks:
        page.click(selector)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=target)
    context.close()
