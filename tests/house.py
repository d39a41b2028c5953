"""The rules of the house as functions from text to faults, so that each can be proved able to find one."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.functional import Promise

ROOT = Path(__file__).resolve().parent.parent
APPS = ("citygrid", "gridmap", "cases", "notifications")
LONGEST = 300
_TEXT = {".py", ".js", ".css", ".html", ".md", ".toml", ".txt", ".json", ".sh", ".csv", ".svg", ""}

# Only these read the clock: edges, and the two questions "may I?" and "what do I see?" that default to now.
CLOCK_READERS = re.compile(
    r"(^|/)(api|web|management/commands)/|/(admin|account_admin|perm_admin|middleware|health|idempotency|worker|consumers|clock)\.py$"
    r"|^gridmap/(scope|posts/rights|posts/models|departments/models)\.py$|^cases/journal/(append|models)\.py$"
)
_CLOCK = re.compile(r"\b(clock|timezone)\.now\(\)|\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(")
_SPATIAL = re.compile(
    r"__(dwithin|covers|coveredby|contains_properly|intersects|crosses|touches|overlaps|disjoint|within|relate"
    r"|bb(contains|overlaps)|distance_[lg]te?)\b|\bST_[A-Z]\w+|contrib\.gis\.db\.models\.(functions|aggregates)"
    r"|\bArea\([\"']|contrib\.gis\.measure"
)
_UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
_MACHINE = re.compile(r"(?<![\w.~-])/(home|Users|root|work|mnt)/\w+")
_REGISTRY = re.compile(
    r"\"resolved\"|https?://(registry\.|pypi\.|[\w.]*npm\w*\.|files\.pythonhosted)|--(extra-)?index-url"
)
_HANDLER = re.compile(r"<[^>{%]*\son[a-z]+\s*=", re.I)
_STYLE = re.compile(r"<style\b|<[a-z][^>{%]*\sstyle\s*=", re.I)
_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.I)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def files(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Yield ``(path, text)`` of what is kept in the repository, or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git is found as everywhere
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in sorted(set(listed.splitlines())):
        path = ROOT / name
        if path.is_file() and path.suffix in (suffixes or _TEXT):
            yield name, path.read_text(encoding="utf-8", errors="replace")


def code() -> Iterator[tuple[str, str]]:
    """Yield the Python modules of the apps, without migrations."""
    for name, text in files(".py"):
        if name.split("/")[0] in APPS and "/migrations/" not in name:
            yield name, text


def lines_with(pattern: re.Pattern[str], name: str, text: str) -> list[str]:
    """Return ``path:line: text`` of each line that the pattern finds; comments of Python count as well."""
    return [f"{name}:{n}: {line.strip()}" for n, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


def too_long(name: str, text: str) -> list[str]:
    """A file nobody wants to scroll through."""
    count = text.count("\n") + 1
    exempt = "/migrations/" in name or "/locale/" in name
    return [] if exempt or count <= LONGEST + 1 else [f"{name} has {count - 1} lines, more than {LONGEST}"]


def unfinished(name: str, text: str) -> list[str]:
    """Notes to oneself."""
    return lines_with(_UNFINISHED, name, text)


def of_one_machine(name: str, text: str) -> list[str]:
    """Paths that exist on one machine only."""
    return lines_with(_MACHINE, name, text)


def from_a_registry(name: str, text: str) -> list[str]:
    """Addresses of package registries: a lock file with them works behind one network only."""
    return lines_with(_REGISTRY, name, text)


def reads_clock(name: str, text: str) -> list[str]:
    """Deep code takes ``at=``."""
    return [] if CLOCK_READERS.search(name) else lines_with(_CLOCK, name, text)


def asks_spatially(name: str, text: str) -> list[str]:
    """Spatial questions to the database live in one room, where both engines are tested to agree."""
    return [] if name.startswith("gridmap/spatial/") else lines_with(_SPATIAL, name, text)


def breaks_policy(name: str, text: str) -> list[str]:
    """Inline script, style and handlers, which the content security policy refuses."""
    bare = re.sub(r"{#.*?#}|{% comment .*?%}.*?{% endcomment %}", "", text, flags=re.S)
    return [fault for pattern in (_HANDLER, _STYLE, _SCRIPT) for fault in lines_with(pattern, name, bare)]


def prints(name: str, text: str) -> list[str]:
    """``print`` in code that has a log, or a command's ``stdout``."""
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return [f"{name}:{c.lineno}: print" for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]


def unscoped(name: str, text: str, scoped: Iterable[str]) -> list[str]:
    """Rows of ``scoped`` models that a view takes without ``visible_to``.

    A class whose ``queryset`` is not narrowed must narrow it in ``get_queryset``; ``.get(`` and ``get_object_or_404``
    must start from a narrowed queryset.
    """
    models, faults = set(scoped), []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            methods = {item.name: ast.unparse(item) for item in node.body if isinstance(item, ast.FunctionDef)}
            for item in node.body:
                if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == "queryset":
                    source = ast.unparse(item.value)
                    nothing = source.endswith(".none()")  # shows no row by itself, whatever the class does
                    narrowed = nothing or "visible_to" in source or "visible_to" in methods.get("get_queryset", "")
                    if source.split(".")[0] in models and not narrowed:
                        faults.append(f"{name}:{item.lineno}: {node.name}.queryset is not narrowed by visible_to")
        elif isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            start = ast.unparse(node.args[0]) if function.endswith("get_object_or_404") and node.args else function
            single = function.endswith("get_object_or_404") or re.search(r"\.objects\b.*\.get$", function)
            if single and start.split(".")[0] in models and "visible_to" not in start:
                faults.append(f"{name}:{node.lineno}: {start} is not narrowed by visible_to")
    return faults


def without_scope(model: Any) -> list[str]:
    """A model that points at an area or department, yet cannot be narrowed to what a person may see."""
    targets = {field.related_model._meta.label for field in model._meta.fields if field.is_relation}
    if not targets & {"gridmap.Area", "gridmap.Department"} or hasattr(model._default_manager, "visible_to"):
        return []
    return [f"{model._meta.label} has an area or department but no visible_to()"]


def untranslated(model: Any) -> list[str]:
    """Names of models and columns that appear in English whatever the reader's language is."""
    meta = model._meta
    faults = [f"{meta.label}: {name}" for name in ("verbose_name", "verbose_name_plural")
              if name not in meta.original_attrs]  # fmt: skip
    for field in meta.get_fields():
        own = getattr(field, "concrete", False) and not getattr(field, "primary_key", False)
        if own and not isinstance(field.verbose_name, Promise):
            faults.append(f"{meta.label}.{field.name}")
    return faults


def dead_links(name: str, text: str) -> list[str]:
    """Links of a document to files that are not there."""
    faults = []
    for target in _LINK.findall(text):
        path = target.split("#")[0]
        if (
            path
            and "://" not in path
            and not path.startswith("mailto:")
            and not (ROOT / name).parent.joinpath(path).exists()
        ):
            faults.append(f"{name}: {target}")
    return faults


def unknown_commands(name: str, text: str, run: set[str], manage: set[str]) -> list[str]:
    """Commands that a document names and nobody can run."""
    faults = [f"{name}: ./run {word}" for word in re.findall(r"\./run ([a-z]\w*)", text) if word not in run]
    named = re.findall(r"(?:manage\.py|\./run manage) ([a-z]\w*)", text)
    return faults + [f"{name}: manage.py {word}" for word in named if word not in manage]
