"""The readers of the environment refuse nonsense in a sentence."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from citygrid import env


def test_text_is_stripped_and_has_a_default(monkeypatch):
    monkeypatch.setenv("NAME_OF_IT", "  a value ")
    assert env.text("NAME_OF_IT") == "a value"
    monkeypatch.delenv("NAME_OF_IT")
    assert env.text("NAME_OF_IT", "something") == "something"


def test_a_secret_is_read_from_the_file_that_is_named(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("NAME_OF_IT_FILE", str(tmp_path / "secret"))
    assert env.text("NAME_OF_IT") == "from the file"


def test_a_value_and_a_file_together_are_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("NAME_OF_IT", "x")
    monkeypatch.setenv("NAME_OF_IT_FILE", str(tmp_path / "secret"))
    with pytest.raises(ImproperlyConfigured, match="NAME_OF_IT or NAME_OF_IT_FILE, not both"):
        env.text("NAME_OF_IT")


def test_a_file_that_cannot_be_read_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("NAME_OF_IT_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match=r"nowhere, which cannot be read: No such file"):
        env.text("NAME_OF_IT")


@pytest.mark.parametrize(
    ("raw", "meant"), [("1", True), ("True", True), ("on", True), ("0", False), ("no", False), ("", False)]
)
def test_a_flag_is_yes_or_no(monkeypatch, raw, meant):
    monkeypatch.setenv("SWITCH", raw)
    assert env.flag("SWITCH", default=not meant) is meant


def test_a_flag_that_is_neither_is_refused(monkeypatch):
    monkeypatch.setenv("SWITCH", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SWITCH='maybe' is not a yes or no"):
        env.flag("SWITCH")


@pytest.mark.parametrize(("raw", "says"), [("ten", "not a whole number"), ("0", "Use 1 to 9"), ("10", "Use 1 to 9")])
def test_a_number_outside_its_range_is_refused(monkeypatch, raw, says):
    monkeypatch.setenv("COUNT", raw)
    with pytest.raises(ImproperlyConfigured, match=says):
        env.number("COUNT", 5, low=1, high=9)


def test_the_ends_of_a_range_belong_to_it(monkeypatch):
    for raw in ("1", "9"):
        monkeypatch.setenv("COUNT", raw)
        assert env.number("COUNT", 5, low=1, high=9) == int(raw)


def test_words_are_split_at_commas_without_empty_ones(monkeypatch):
    monkeypatch.setenv("LIST", " a, b,, ")
    assert env.words("LIST") == ["a", "b"]


def test_a_choice_lists_what_is_known(monkeypatch):
    monkeypatch.setenv("KIND", "xml")
    with pytest.raises(ImproperlyConfigured, match="Use one of: json, console"):
        env.choice("KIND", "json", ("json", "console"))


def test_an_address_must_have_a_known_scheme(monkeypatch):
    monkeypatch.setenv("WHERE", "http://server")
    with pytest.raises(ImproperlyConfigured, match="WHERE must start with one of: redis://, unix://"):
        env.address("WHERE", "", ("redis", "unix"))


def test_without_an_address_the_database_is_a_file_in_the_home(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = env.database("DATABASE_URL", tmp_path)
    assert (found["ENGINE"], found["NAME"]) == ("citygrid.common.spatialite", f"{tmp_path}/citygrid.sqlite3")


def test_a_postgis_address_is_taken_apart(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgis://city:a%2Fb@db.example:6543/grid?sslmode=require")
    found = env.database("DATABASE_URL", tmp_path)
    assert {name: found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")} == {
        "NAME": "grid", "USER": "city", "PASSWORD": "a/b", "HOST": "db.example", "PORT": "6543",
        "OPTIONS": {"sslmode": "require"},
    }  # fmt: skip


def test_a_postgis_address_may_name_a_socket_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgis://city@/grid?host=/run/postgresql")
    found = env.database("DATABASE_URL", tmp_path)
    assert (found["HOST"], found["NAME"], found["OPTIONS"]) == ("/run/postgresql", "grid", {})


@pytest.mark.parametrize(
    ("url", "says"),
    [("postgis://city@db.example/", "does not name a database"), ("mysql://x/y", "must start with postgis://")],
)
def test_an_address_of_something_else_is_refused(monkeypatch, tmp_path, url, says):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match=says):
        env.database("DATABASE_URL", tmp_path)


@pytest.mark.parametrize("rest", ["u:hidden/word@h/city", "u@h:99999/city", "u@h:54x32/city", "u@[::1/city"])
def test_a_malformed_database_address_is_refused_without_repeating_it(monkeypatch, tmp_path, rest):
    monkeypatch.setenv("WHERE", f"postgis://{rest}")
    with pytest.raises(ImproperlyConfigured, match="WHERE is not an address like postgis://") as refused:
        env.database("WHERE", tmp_path)
    assert "hidden" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("raw", ["35098", "3509821", "35098a", "３５０９８２", "-35098"])
def test_a_code_has_exactly_its_digits(monkeypatch, raw):
    monkeypatch.setenv("CODE", raw)
    with pytest.raises(ImproperlyConfigured, match=f"CODE='{raw}' is not a code of 6 digits, such as 350982"):
        env.digits("CODE", "350982", 6)
    monkeypatch.setenv("CODE", "012345")
    assert env.digits("CODE", "350982", 6) == "012345"


@pytest.mark.parametrize("raw", ["Asia/Fuding", "Asia", "../etc/passwd", "/etc/passwd", "UTC+8:00", ""])
def test_an_unknown_time_zone_is_refused(monkeypatch, raw):
    monkeypatch.setenv("ZONE", raw)
    with pytest.raises(ImproperlyConfigured, match=r"is no known time zone\. Use a name such as Asia/Shanghai"):
        env.time_zone("ZONE", "Asia/Shanghai")
    monkeypatch.setenv("ZONE", "Asia/Urumqi")
    assert env.time_zone("ZONE", "Asia/Shanghai") == "Asia/Urumqi"
