"""Documents drawn from the code are fresh, and translations are complete, or somebody is told."""

from __future__ import annotations

import subprocess

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import gettext

from citygrid.accounts import rights_document
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from citygrid.common import generated
from citygrid.common.management.commands import check_translations


@pytest.fixture
def drawn(settings, tmp_path, monkeypatch):
    """One registered document in an empty project."""
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(generated, "_documents", {})
    generated.register("docs/one.md", lambda: gettext("Areas"))
    return tmp_path / "docs" / "one.md"


def test_a_document_is_written_in_english_and_then_fresh(drawn):
    from django.utils import translation

    with translation.override("zh-hans"):
        call_command("draw_docs", verbosity=0)
    assert drawn.read_text() == "Areas\n"
    call_command("draw_docs", "--check")


def test_a_document_that_was_edited_or_is_missing_is_named_and_left_alone(drawn):
    with pytest.raises(CommandError, match=r"Out of date: docs/one\.md"):
        call_command("draw_docs", "--check")
    assert not drawn.exists()
    drawn.parent.mkdir()
    drawn.write_text("Edited\n")
    with pytest.raises(CommandError, match=r"Run \./run fix"):
        call_command("draw_docs", "--check")
    assert drawn.read_text() == "Edited\n"


@pytest.mark.parametrize("path", ["/etc/x.md", "../x.md", "docs/one.md"])
def test_a_document_has_a_place_of_its_own_inside_the_project(drawn, path):
    with pytest.raises(ValueError, match=r"(inside the project|already generated)"):
        generated.register(path, str)


def test_the_document_of_rights_has_every_role_and_every_right():
    text = rights_document.render()
    assert all(f"(`{role.value}`)" in text for role in Role)
    assert all(f"| `{perm.value}` |" in text for perm in Perm)


PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

#: a.py:1
msgid "Done"
msgstr "完成"

#: a.py:2
msgid "Missing"
msgstr ""

#: a.py:3
#, fuzzy
msgid "Doubtful"
msgstr "可疑"

#: a.py:4
#, python-format
msgid "%(n)s rows"
msgstr "行"
"""


@pytest.fixture
def catalogue(monkeypatch):
    """Let the extraction find these texts."""

    def put(text):
        def extract(copy):
            target = copy / check_translations.CATALOGUE
            target.parent.mkdir(parents=True)
            target.write_text(text, encoding="utf-8")

        monkeypatch.setattr(check_translations.Command, "_extract", staticmethod(extract))

    return put


def test_what_is_missing_doubtful_or_malformed_is_listed(catalogue, capsys):
    catalogue(PO)
    with pytest.raises(CommandError, match="is not complete"):
        call_command("check_translations")
    out = capsys.readouterr().out
    missing, doubtful, malformed = out.index("Not translated:"), out.index("Fuzzy:"), out.index("Malformed:")
    assert missing < out.index('"Missing"') < doubtful < out.index('"Doubtful"') < malformed
    assert "a.py:2" in out and '"Done"' not in out


def test_a_complete_catalogue_passes(catalogue, capsys):
    catalogue(PO[: PO.index("#: a.py:2")])
    call_command("check_translations")
    assert "Every text is translated." in capsys.readouterr().out


@pytest.mark.slow
def test_a_new_text_in_the_sources_is_found(settings, tmp_path, monkeypatch, capsys):
    """The extraction itself, on a copy of the sources with one more sentence."""
    import shutil

    for name in check_translations.SOURCES:
        source = settings.BASE_DIR / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
        else:
            shutil.copy(source, tmp_path / name)
    page = tmp_path / "templates" / "new.html"
    page.write_text("{% load i18n %}{% translate 'A sentence that nobody has translated yet.' %}")
    settings.BASE_DIR = tmp_path
    before = subprocess.run(["find", tmp_path, "-newer", page], capture_output=True, check=True).stdout  # noqa: S603, S607
    with pytest.raises(CommandError, match="is not complete"):
        call_command("check_translations")
    assert "A sentence that nobody has translated yet." in capsys.readouterr().out
    assert subprocess.run(["find", tmp_path, "-newer", page], capture_output=True, check=True).stdout == before  # noqa: S603, S607
