"""Guards of the house. Each rule is held against everything in the repository, and against a sample that breaks it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.db import models
from django.template.loader import get_template

from tests import house, templates

# Rows of these never leave the process by themselves: they are read through the model they belong to.
INNER = {
    "gridmap.AreaLink", "gridmap.ResponsibilityGridMember", "cases.Clock", "cases.Round", "cases.CoDepartment",
    "cases.TicketRound", "cases.SupervisedUnit", "cases.WhistleCall",
    # the same for everybody who may see the catalogue
    "cases.TicketCategory", "cases.Timetable", "cases.Responsibility",
}  # fmt: skip
OWN_MODELS = [model for name in ("accounts", "common", "gridmap", "cases", "notifications")
              for model in apps.get_app_config(name).get_models()]  # fmt: skip
SCOPED = {model.__name__ for model in OWN_MODELS if hasattr(model._default_manager, "visible_to")}
RUN = {"demo", "test", "check", "fix", "bench", "manage", "help", "install"}


def none(faults: list[str]) -> None:
    assert not faults, "\n".join(["", *faults])


# --- files ------------------------------------------------------------------------------------------------------------
def test_no_file_is_too_long_to_read():
    none([fault for name, text in house.files(".py", ".js", ".css", ".html") for fault in house.too_long(name, text)])


def test_nothing_is_left_unfinished():
    none([fault for name, text in house.files() for fault in house.unfinished(name, text)])


def test_no_path_of_one_machine_is_kept():
    none([fault for name, text in house.files() for fault in house.of_one_machine(name, text)])


def test_nothing_is_locked_to_a_registry():
    none([f for name, text in house.files() if "house" not in name for f in house.from_a_registry(name, text)])


def test_templates_keep_the_content_security_policy():
    none([fault for name, text in house.files(".html") for fault in house.breaks_policy(name, text)])


def test_every_template_compiles():
    for name, _text in house.files(".html"):
        if name.startswith("templates/"):
            get_template(name.removeprefix("templates/"))


def test_what_migrations_import_names_the_copy_of_the_empty_database():
    """Else a changed trigger would be tested in a database that still has the old one."""
    used: set[str] = set()
    for path in (path for part in templates.MIGRATIONS for path in templates.ROOT.glob(part)):
        for package, names, whole in re.findall(
            r"^\s*(?:from ((?:cases|citygrid|gridmap)[\w.]*) import (\w+)|import ((?:cases|citygrid|gridmap)[\w.]*))",
            path.read_text(), re.MULTILINE,
        ):  # fmt: skip
            used.add((whole or f"{package}.{names}").replace(".", "/") + ".py")
    assert used == set(templates.USED)


def test_tests_mirror_the_code():
    folders = {path.name for path in (house.ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    none(sorted(folders - {"accounts", "common", "gridmap", "cases", "notifications", "web", "benchmarks"}))
    for app in ("accounts", "common", "gridmap", "cases"):
        assert list((house.ROOT / "tests" / app).glob("test_*.py")), app


# --- code -------------------------------------------------------------------------------------------------------------
def test_nobody_prints():
    none([fault for name, text in house.code() for fault in house.prints(name, text)])


def test_only_edges_read_the_clock():
    none([fault for name, text in house.code() for fault in house.reads_clock(name, text)])


def test_spatial_questions_live_in_one_room():
    none([fault for name, text in house.code() for fault in house.asks_spatially(name, text)])


def test_views_take_only_what_may_be_seen():
    edges = [(name, text) for name, text in house.code() if re.search(r"/(api|web)/", name)]
    assert edges
    none([fault for name, text in edges for fault in house.unscoped(name, text, SCOPED)])


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_a_model_with_a_place_can_be_scoped(model):
    none([] if model._meta.label in INNER else house.without_scope(model))


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_models_and_columns_have_names_in_the_readers_language(model):
    none(house.untranslated(model))


def own_commands() -> dict[str, str]:
    return {name: str(app) for name, app in get_commands().items() if str(app).split(".")[0] in house.APPS}


@pytest.mark.parametrize(("name", "app"), sorted(own_commands().items()))
def test_every_command_says_what_it_does(name, app):
    assert load_command_class(app, name).help.strip().endswith(".")


# --- documents --------------------------------------------------------------------------------------------------------
def test_links_between_documents_lead_somewhere():
    none([fault for name, text in house.files(".md") for fault in house.dead_links(name, text)])


def test_documents_name_only_commands_that_exist():
    offered = set(re.findall(r"^\./run (\w+)", (house.ROOT / "run").read_text(), flags=re.M))
    assert offered == RUN
    manage = set(get_commands())
    none([f for name, text in house.files(".md") for f in house.unknown_commands(name, text, offered, manage)])


# --- every guard can fail ---------------------------------------------------------------------------------------------
WRONG: dict[str, tuple[Any, str]] = {
    "too long": (house.too_long, "x\n" * 302),
    "unfinished": (house.unfinished, "x = 1  # TO" + "DO: later"),
    "a machine's path": (house.of_one_machine, "open('/ho" + "me/somebody/x')"),
    "a resolved package": (house.from_a_registry, '"resolved": "x"'),
    "a registry": (house.from_a_registry, "https://registry." + "example.org/x"),
    "an inline script": (house.breaks_policy, "<script>x()</script>"),
    "a script with a nonce": (house.breaks_policy, '<script nonce="n">x()</script>'),
    "an inline style": (house.breaks_policy, '<p style="color: red">'),
    "a style element": (house.breaks_policy, "<style>p {}</style>"),
    "a handler": (house.breaks_policy, '<button type="button" onclick="x()">'),
    "a print": (house.prints, "print(1)"),
    "the clock": (house.reads_clock, "at = clock.now()"),
    "the wall clock": (house.reads_clock, "at = datetime.now(UTC)"),
    "a distance": (house.asks_spatially, "Grid.objects.filter(geom__dwithin=(p, 1))"),
    "a cover": (house.asks_spatially, "q.filter(version__geom__covers=point)"),
    "spatial SQL": (house.asks_spatially, "cursor.execute('SELECT ST_Area(geom)')"),
    "a dead link": (house.dead_links, "[x](nowhere.md)"),
}
FINE: dict[str, tuple[Any, str]] = {
    "long enough": (house.too_long, "x\n" * 300),
    "a word that contains it": (house.unfinished, "hackney and todos"),
    "an address of the product": (house.of_one_machine, "/areas/home/"),
    "JSON in a page": (house.breaks_policy, '<script type="application/json" id="x">{}</script>'),
    "a script from a file": (house.breaks_policy, '<script src="x.js" type="module"></script>'),
    "a comment in a template": (house.breaks_policy, "{# never <style> #}"),
    "what only sounds alike": (house.asks_spatially, "People.objects.filter(name__contains='x')"),
    "a link outside": (house.dead_links, "[x](https://example.org) [y](#here)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_the_guard_finds(case):
    guard, sample = WRONG[case]
    assert guard("gridmap/deep.py", sample)


@pytest.mark.parametrize("case", FINE)
def test_the_guard_leaves_alone(case):
    guard, sample = FINE[case]
    assert guard("gridmap/deep.py", sample) == []


@pytest.mark.parametrize(
    "name", ["gridmap/api/areas.py", "gridmap/scope.py", "cases/management/commands/seal_journal.py"]
)
def test_edges_may_read_the_clock(name):
    assert house.reads_clock(name, "clock.now()") == []


def test_the_spatial_room_may_ask():
    assert house.asks_spatially("gridmap/spatial/engine.py", "ST_Covers(a, b)") == []


@pytest.mark.parametrize(
    "sample",
    [
        "class View:\n    queryset = Area.objects.all()",
        "class View:\n    queryset = Area.objects.all()\n    def get_queryset(self):\n        return self.queryset",
        "def view(r, pk):\n    return Area.objects.get(pk=pk)",
        "def view(r, pk):\n    return Area.objects.in_force(now).get(pk=pk)",
        "def view(r, pk):\n    return get_object_or_404(Area, pk=pk)",
        "def view(r, pk):\n    return get_object_or_404(Area.objects.in_force(now), pk=pk)",
    ],
)
def test_the_guard_finds_what_is_not_narrowed(sample):
    assert house.unscoped("api/x.py", sample, {"Area"})


@pytest.mark.parametrize(
    "sample",
    [
        "class V:\n    queryset = Area.objects.all()\n    def get_queryset(s):\n        return s.q.visible_to(u)",
        "def view(r, pk):\n    return get_object_or_404(Area.objects.visible_to(r.user), pk=pk)",
        "def view(r, pk):\n    return Category.objects.get(pk=pk)",
    ],
)
def test_the_guard_leaves_alone_what_is_narrowed_or_everybodys(sample):
    assert house.unscoped("api/x.py", sample, {"Area"}) == []


@pytest.fixture
def careless() -> Any:
    """A model that breaks the rules of models; it is forgotten again."""

    class Careless(models.Model):
        area = models.ForeignKey("gridmap.Area", models.PROTECT)
        colour = models.CharField(max_length=9)

        class Meta:
            app_label = "gridmap"

        def __str__(self) -> str:
            return self.colour

    yield Careless
    del apps.all_models["gridmap"]["careless"]
    apps.clear_cache()


def test_the_guards_find_a_careless_model(careless):
    assert house.without_scope(careless) == ["gridmap.Careless has an area or department but no visible_to()"]
    assert set(house.untranslated(careless)) == {
        "gridmap.Careless: verbose_name", "gridmap.Careless: verbose_name_plural", "gridmap.Careless.area",
        "gridmap.Careless.colour",
    }  # fmt: skip


def test_the_guard_finds_commands_that_nobody_can_run():
    text = "Call `./run fly` or `manage.py dance` or `./run manage sing`; `./run demo` and `manage.py migrate` exist."
    assert house.unknown_commands("x.md", text, RUN, {"migrate"}) == [
        "x.md: ./run fly", "x.md: manage.py dance", "x.md: manage.py sing",
    ]  # fmt: skip
