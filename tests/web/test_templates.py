"""The house rules of templates: each is used, in its place, translated, and free of inline script and style."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [path.relative_to(ROOT / "templates").as_posix() for path in TEMPLATES]
# Folders that stand for a library whose templates they replace or extend.
LIBRARIES = {"admin", "django", "leaflet"}
ROOMS = LIBRARIES | {"base.html", "parts", "errors", "home", "api", "accounts", "gridmap", "cases", "notifications"}
# Names of coordinate systems and of the languages themselves are the same in every language.
SAME_EVERYWHERE = {"WGS-84", "CGCS2000", "GCJ-02", "BD-09", "English", "中文"}
SPOKEN = {"alt", "title", "placeholder", "aria-label", "aria-description"}
MARK = "\N{OBJECT REPLACEMENT CHARACTER}"


def sources() -> str:
    """All text in which a template can be named."""
    code = [path for app in ("citygrid", "gridmap", "cases", "notifications") for path in (ROOT / app).rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*code, *TEMPLATES])


def of_django(name: str) -> bool:
    """Whether the template replaces one that Django or a library brings along."""
    homes = [Path(django.__path__[0]) / "contrib/admin/templates", Path(django.__path__[0]) / "forms/templates"]
    return any((home / name).is_file() for home in homes)


def test_every_template_is_used():
    text = sources()
    # parts/lamp.html waits for the first list with deadlines; the kit's own test keeps it right until then.
    text += (ROOT / "tests/web/test_kit.py").read_text(encoding="utf-8")
    unused = [name for name in NAMES if f'"{name}"' not in text and f"'{name}'" not in text and not of_django(name)]
    assert unused == []


def test_templates_stand_where_their_app_says():
    assert {name.split("/")[0] for name in NAMES} <= ROOMS
    for name in NAMES:
        if name.startswith(("gridmap/", "cases/", "notifications/")):
            app, room = name.split("/")[:2]
            known = {path.stem if path.is_file() else path.name for path in (ROOT / app).rglob("*")}
            assert room.removesuffix(".html") in known, name


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles_and_has_no_inline_script_style_or_handler(name):
    text = (ROOT / "templates" / name).read_text(encoding="utf-8")
    get_template(name)
    without_comments = re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", text), "an inline style is refused by the content security policy"
    assert not re.search(r"<style\b", without_comments)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "scripts are modules under static/"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "handlers are hooked by data-cg-*"
    assert "javascript:" not in text
    assert "|safe" not in text
    assert "autoescape off" not in text


class Bare(HTMLParser):
    """Collects what would be shown or spoken without having gone through a translation."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def note(self, text: str | None) -> None:
        words = re.sub(r"\s+", " ", (text or "").replace(MARK, "")).strip()
        if re.search(r"[^\W\d_]{2,}", words) and words not in SAME_EVERYWHERE:
            self.found.append(words)

    def handle_starttag(self, tag, attrs) -> None:
        self.silent += tag in ("script", "code", "kbd")
        for name, value in attrs:
            if name in SPOKEN:
                self.note(value)

    def handle_endtag(self, tag) -> None:
        self.silent -= tag in ("script", "code", "kbd")

    def handle_data(self, data) -> None:
        if not self.silent:
            self.note(data)


def bare_text(source: str) -> list[str]:
    """Return the untranslated words of a template."""
    for pattern in (
        r"{% comment %}.*?{% endcomment %}",
        r"{#.*?#}",
        r"{% blocktrans(?:late)?\b.*?{% endblocktrans(?:late)? %}",
    ):
        source = re.sub(pattern, MARK, source, flags=re.DOTALL)
    source = re.sub(r"{% block (?:coltype|bodyclass) %}.*?{% endblock %}", MARK, source, flags=re.DOTALL)
    source = re.sub(r"{%.*?%}|{{.*?}}", MARK, source, flags=re.DOTALL)
    parser = Bare()
    parser.feed(source)
    return parser.found


@pytest.mark.parametrize("name", NAMES)
def test_every_word_goes_through_a_translation(name):
    assert bare_text((ROOT / "templates" / name).read_text(encoding="utf-8")) == []


def test_the_search_for_bare_words_finds_them():
    assert bare_text('<p title="Close it">{% translate "x" %} Open {{ y }}</p>') == ["Close it", "Open"]
    assert bare_text("{% blocktranslate %}fine{% endblocktranslate %}<i class='bi bi-x'></i> · ≤50") == []


def test_scripts_and_styles_name_files_that_exist():
    from django.contrib.staticfiles import finders

    named = {
        path
        for text in map(Path.read_text, TEMPLATES)
        for path in re.findall(r"{% static ['\"]([^'\"]+)['\"] %}", text)
    }
    assert "kit/citygrid.css" in named
    assert [path for path in sorted(named) if not finders.find(path)] == []


def test_every_script_of_ours_is_loaded_by_a_page_or_by_another_script():
    own = sorted(path for path in (ROOT / "static").rglob("*.js"))
    loaded = "\n".join(path.read_text(encoding="utf-8") for path in [*own, *TEMPLATES]) + sources()
    assert [path.name for path in own if f"/{path.name}" not in loaded] == []
