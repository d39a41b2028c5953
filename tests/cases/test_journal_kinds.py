"""Every kind of fact that the code records has a sentence for people."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from cases.journal import kinds
from cases.journal.models import Event

ROOT = Path(__file__).parent.parent.parent
APPS = ("citygrid", "gridmap", "cases", "notifications")
# Their kinds are made of names of models or of lifecycles and moves, which have labels of their own.
DERIVED = {"citygrid/common/perm_admin.py", "cases/workflow/engine.py"}


def recorded_kinds() -> dict[str, str]:
    """Return each kind with the place that records it."""
    found: dict[str, str] = {}
    for path in sorted(p for app in APPS for p in (ROOT / app).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in _calls(tree, "record"):
            texts = list(_texts(tree, call.args[0])) if call.args else []
            assert texts or name in DERIVED, f"{name}:{call.lineno} records a kind that nobody can read off"
            found |= {text: f"{name}:{call.lineno}" for text in texts}
    return found


def _calls(tree: ast.AST, function: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Name) and called.id == function) or (
                isinstance(called, ast.Attribute) and called.attr == function
                and isinstance(called.value, ast.Name) and called.value.id == "facts"
            ):  # fmt: skip
                yield node


def _texts(tree: ast.AST, node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(tree, node.body)
        yield from _texts(tree, node.orelse)
    elif isinstance(node, ast.Name):
        yield from _given(tree, node.id)


def _given(tree: ast.AST, name: str) -> Iterator[str]:
    """Follow a variable: to what is assigned to it, or to the calls of the function whose parameter it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            yield from _texts(tree, node.value)
        if isinstance(node, ast.FunctionDef) and name in {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}:
            for call in (c for c in ast.walk(tree) if isinstance(c, ast.Call)):
                if isinstance(call.func, ast.Name | ast.Attribute) and node.name == getattr(
                    call.func, "id", getattr(call.func, "attr", "")
                ):
                    for given in (*call.args, *(k.value for k in call.keywords)):
                        if isinstance(given, ast.Constant | ast.IfExp):
                            yield from (text for text in _texts(tree, given) if kinds.looks_like_a_kind(text))


RECORDED = recorded_kinds()


def test_the_search_finds_the_kinds_that_are_known_to_be_recorded():
    assert {"area.added", "area.redrawn", "register.revealed", "person.added"} <= set(RECORDED)


@pytest.mark.parametrize("kind", sorted(RECORDED))
def test_every_recorded_kind_has_a_label(kind):
    assert kinds.looks_like_a_kind(kind), f"{RECORDED[kind]}: “{kind}” is not a dotted name in lower case"
    assert kind in kinds.LABELS, f"{RECORDED[kind]}: add “{kind}” to cases/journal/kinds.py"


def test_an_event_tells_what_happened_in_words():
    with translation.override("en"):
        assert Event(kind="area.added").label == "Area added"


def test_what_the_administration_pages_record_has_a_general_label():
    with translation.override("en"):
        assert kinds.label_of("gadget.changed") == "Changed"


def test_a_kind_that_is_no_longer_known_is_shown_as_it_was_recorded():
    assert kinds.label_of("ticket.levitated") == "ticket.levitated"


def test_another_room_can_name_its_own_kinds(monkeypatch):
    monkeypatch.setattr(kinds, "LABELS", dict(kinds.LABELS))
    kinds.name_kind("case.dispatched", "Dispatched")
    assert kinds.label_of("case.dispatched") == "Dispatched"


def test_a_kind_is_named_once(monkeypatch):
    monkeypatch.setattr(kinds, "LABELS", dict(kinds.LABELS))
    with pytest.raises(ValueError, match="already"):
        kinds.name_kind("area.added", "Something else")
