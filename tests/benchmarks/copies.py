"""Cases by the ten thousand: a few that were walked through the door, copied row by row with COPY.

A copy has keys, a number, a grid, a point, a text, a category, a department with its people, and photos of its own;
all its times are those of the walked case, moved by whole weeks and some minutes. Its chain in the journal is whole:
every event is numbered and hashed anew, so ``verify_journal`` finds nothing.

What differs from cases that were walked one by one: there are only so many courses of events; a due time can lie some
minutes beside the hour that the calendar would give; the centre's people are always the same; keys in the journal
follow the cases, not the moments; and events count as passed on.
"""

from __future__ import annotations

import json
import random
import re
import struct
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import localtime

from cases.casework.models import Case
from cases.casework.numbers import NumberSeries
from cases.casework.states import TERMINAL
from cases.journal.canonical import digest
from tests.benchmarks.scale import City, Office, Place
from tests.benchmarks.walks import SHARES

# ruff: noqa: S608 - the only names put into SQL are the constants below

CASE, CLOCK, EVENT, EVIDENCE = "cases_case", "cases_clock", "cases_event", "cases_evidence"
TASK, REQUEST = "cases_fieldtask", "cases_approval"
CHILDREN = (TASK, REQUEST, "cases_round", "cases_codepartment", "cases_supervision", EVIDENCE)
OF_TYPE = {"cases.case": CASE, "cases.fieldtask": TASK, "cases.approval": REQUEST}
WEEK = timedelta(weeks=1)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
_WHAT = ("暴露垃圾", "占道经营", "井盖破损", "路灯不亮", "乱堆物料", "树枝折断", "积水", "违规广告")
_ROADS = ("沙滨路", "江滨南路", "天湖路", "桐城路", "古城东路", "中汇路", "石湖路", "太姥大道")


@dataclass(frozen=True, slots=True)
class Template:
    """The rows of a walked case, or of two that belong together, by table; and which of them is the case."""

    rows: dict[str, list[tuple[Any, ...]]]
    began: datetime
    ended: bool


class Copier:
    """Copies templates into a city."""

    def __init__(self, city: City, *, now: datetime, seed: int = 7) -> None:
        self.city, self.now = city, now
        self.random = random.Random(seed)
        self.columns = {table: _columns(table) for table in (CASE, CLOCK, EVENT, *CHILDREN)}
        self.becomes = {
            table: [_OWN.get((table, name), _BECOMES.get(name, "_same")) for name in columns]
            for table, columns in self.columns.items()
        }
        self.next = {table: _last_key(table) + 1 for table in (*self.columns,) if table != EVIDENCE}
        self.numbers = Counter({f"{one.day}": one.last for one in NumberSeries.objects.all()})

    def fill(self, walked: dict[str, list[list[Case]]], count: int) -> None:
        """Add ``count`` cases of the shares in which a city has them, in one transaction, and gather statistics."""
        templates = {kind: [self._template(group) for group in groups] for kind, groups in walked.items()}
        planned = sorted(self._plan(templates, count), key=lambda one: one[1])
        with transaction.atomic(), connection.cursor() as cursor:
            # Keys are ours and whole: looking each one up again would take longer than all the rest.
            cursor.execute("SET LOCAL session_replication_role = replica")
            out: dict[str, list[tuple[Any, ...]]] = {table: [] for table in self.columns}
            for number, (template, shift) in enumerate(planned, start=1):
                self._copy(template, shift, out)
                if number % 2000 == 0 or number == len(planned):
                    self._write(cursor, out)
            cursor.executemany(
                "INSERT INTO cases_numberseries (prefix, day, last) VALUES (%s, %s, %s)"
                " ON CONFLICT (prefix, day) DO UPDATE SET last = excluded.last",
                [(settings.CASE_PREFIX, day, last) for day, last in self.numbers.items()],
            )
            for table, key in self.next.items():
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {key})")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")

    def _plan(self, templates: dict[str, list[Template]], count: int) -> Iterator[tuple[Template, timedelta]]:
        whole = sum(SHARES.values())
        for kind, share in SHARES.items():
            for number in range(round(count * share / whole)):
                template = templates[kind][number % len(templates[kind])]
                weeks = (self.now - template.began - timedelta(hours=2)) // WEEK
                # What is at an end spreads over a year; most of what is open is of this week and the last.
                weeks -= self.random.randrange(52) if template.ended else int(abs(self.random.gauss(0, 1)))
                yield template, weeks * WEEK + timedelta(seconds=self.random.randrange(3600))

    def _template(self, group: Sequence[Case]) -> Template:
        keys = [case.pk for case in group]
        rows = {CASE: _rows(CASE, "id = ANY(%s)", [keys], "id DESC")}  # the one that was merged into comes first
        for table in CHILDREN:
            rows[table] = _rows(table, "case_id = ANY(%s)", [keys])
        rows[CLOCK] = _rows(CLOCK, "subject_type = 'cases.case' AND subject_id = ANY(%s)", [keys])
        subjects = [f"cases.case/{key}" for key in keys]
        for name, table in (("cases.fieldtask", TASK), ("cases.approval", REQUEST)):
            subjects += [f"{name}/{row[self.columns[table].index('id')]}" for row in rows[table]]
        rows[EVENT] = _rows(EVENT, "subject_type || '/' || subject_id = ANY(%s)", [subjects])
        return Template(rows, min(case.reported_at for case in group), group[0].state in TERMINAL)

    def _copy(self, template: Template, shift: timedelta, out: dict[str, list[tuple[Any, ...]]]) -> None:
        one = _Copy(self, template, shift)
        for table, rows in template.rows.items():
            columns = self.columns[table]
            if table == EVENT:
                out[EVENT] += [one.event(dict(zip(columns, row, strict=True))) for row in rows]
            else:
                out[table] += [one.row(table, row) for row in rows]

    def key(self, table: str) -> int:
        """Return the next key of a table."""
        self.next[table] += 1
        return self.next[table] - 1

    def number(self, at: datetime) -> str:
        """Return the next case number of a day."""
        day = localtime(at).date()
        self.numbers[f"{day}"] += 1
        return f"{settings.CASE_PREFIX}{day:%Y%m%d}{self.numbers[f'{day}']:04}"

    def _write(self, cursor: Any, out: dict[str, list[tuple[Any, ...]]]) -> None:
        for table, rows in out.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:  # all columns, in the table's own order
                for row in rows:
                    copy.write_row(row)
            rows.clear()


class _Copy:
    """One copy in the making: what each key and word of the template becomes."""

    def __init__(self, copier: Copier, template: Template, shift: timedelta) -> None:
        city, pick = copier.city, copier.random
        self.copier, self.shift = copier, shift
        self.place: Place = pick.choice(city.places)
        self.office: Office = pick.choice(city.offices)
        self.condition = pick.choice(city.conditions)
        first = city.offices[0]
        self.users = {first.clerk.pk: self.office.clerk, first.handler.pk: self.office.handler}
        self.keys: dict[str, dict[Any, int]] = {table: {} for table in OF_TYPE.values()}
        self.words = {first.department.code: self.office.department.code, city.conditions[0].code: self.condition.code}
        self.chains: dict[tuple[str, str], tuple[int, str]] = {}
        lon, lat = (value + pick.uniform(-0.003, 0.003) for value in (self.place.lon, self.place.lat))
        self.geom = (b"\x01\x01\x00\x00\x20\xe6\x10\x00\x00" + struct.pack("<dd", lon, lat)).hex().upper()
        self.address = f"{pick.choice(_ROADS)}{pick.randrange(1, 400)}号"
        self.text = f"{self.address}门前{pick.choice(_WHAT)}，{pick.choice(_WHAT)}，请尽快处理"
        columns = copier.columns[CASE]
        for row in template.rows[CASE]:
            case = dict(zip(columns, row, strict=True))
            self.keys[CASE][case["id"]] = copier.key(CASE)
            self.words[case["number"]] = copier.number(case["reported_at"] + shift)
        for table in (TASK, REQUEST):
            own = copier.columns[table].index("id")
            self.keys[table] = {row[own]: copier.key(table) for row in template.rows[table]}

    def row(self, table: str, row: Sequence[Any]) -> tuple[Any, ...]:
        """Return a row of a table as it is in the copy."""
        becomes = self.copier.becomes[table]
        return tuple(
            value if value is None else getattr(self, name)(value) for name, value in zip(becomes, row, strict=True)
        )

    def event(self, row: dict[str, Any]) -> tuple[Any, ...]:
        """Return an event at the end of its new chain, hashed."""
        key = str(self.keys[OF_TYPE[row["subject_type"]]][int(row["subject_id"])])
        chain = (row["subject_type"], key)
        sequence, before = self.chains.get(chain, (0, ""))
        actor = self.users.get(row["actor_id"])
        at = row["at"] + self.shift
        row |= {
            "id": self.copier.key(EVENT), "subject_id": key, "subject_text": self._said(row["subject_text"]),
            "sequence": sequence + 1, "previous_hash": before, "at": at, "recorded_at": at,
            "facts": json.loads(self._said(row["facts"])), "published_at": at + timedelta(seconds=1),
        }  # fmt: skip
        if actor is not None:
            row |= {"actor_id": actor.pk, "actor_text": str(actor)}
        row["hash"] = digest(SimpleNamespace(**row))  # type: ignore[arg-type]
        self.chains[chain] = (sequence + 1, row["hash"])
        row["facts"] = json.dumps(row["facts"], ensure_ascii=False)
        return tuple(row.values())

    def _said(self, text: str) -> str:
        for old, new in self.words.items():
            text = text.replace(old, new)
        return _ISO.sub(lambda found: (datetime.fromisoformat(found[0]) + self.shift).isoformat(), text)

    def _same(self, value: Any) -> Any:
        return value + self.shift if isinstance(value, datetime) else value

    def _user(self, key: int) -> int:
        return self.users[key].pk if key in self.users else key

    def _department(self, key: int) -> int:
        first = self.copier.city.offices[0].department.pk
        return self.office.department.pk if key == first else key

    def _case(self, key: int) -> int:
        return self.keys[CASE][key]

    def _task(self, key: int) -> int:
        return self.keys[TASK][key]

    def _request(self, key: int) -> int:
        return self.keys[REQUEST][key]

    def _area(self, key: int) -> int:
        return self.place.area_id

    def _version(self, key: int) -> int:
        return self.place.version_id

    def _category(self, key: int) -> int:
        return self.condition.category_id

    def _condition(self, key: int) -> int:
        return self.condition.pk

    def _geom(self, key: Any) -> str:
        return self.geom

    def _number(self, number: str) -> str:
        return self.words[number]

    def _text(self, text: str) -> str:
        return self.text

    def _address(self, text: str) -> str:
        return self.address

    def _round(self, key: int) -> int:
        return self.copier.key("cases_round")

    def _part(self, key: int) -> int:
        return self.copier.key("cases_codepartment")

    def _order(self, key: int) -> int:
        return self.copier.key("cases_supervision")

    def _clock(self, key: int) -> int:
        return self.copier.key(CLOCK)

    def _photo(self, key: Any) -> uuid.UUID:
        return uuid.UUID(int=self.copier.random.getrandbits(128), version=4)

    def _sha(self, text: str) -> str:
        return f"{self.copier.random.getrandbits(256):064x}"


# What becomes of a column, by its name; and where the name alone does not tell.
_BECOMES = {
    "case_id": "_case", "merged_into_id": "_case", "area_id": "_area", "area_version_id": "_version",
    "category_id": "_category", "condition_id": "_condition", "geom": "_geom", "check_in": "_geom", "number": "_number",
    "description": "_text", "address": "_address", "sha256": "_sha", "pauses": "_said",
    "lead_department_id": "_department", "department_id": "_department",
    **dict.fromkeys(
        ("reporter_id", "handler_id", "closed_by_id", "submitted_by_id", "uploaded_by_id", "assignee_id", "done_by_id",
         "requested_by_id", "decided_by_id", "ordered_by_id", "replied_by_id"), "_user",
    ),
}  # fmt: skip
_OWN = {
    (CASE, "id"): "_case", (TASK, "id"): "_task", (REQUEST, "id"): "_request", (EVIDENCE, "id"): "_photo",
    (CLOCK, "id"): "_clock", (CLOCK, "subject_id"): "_case",
    ("cases_round", "id"): "_round", ("cases_codepartment", "id"): "_part", ("cases_supervision", "id"): "_order",
    ("cases_round", "number"): "_same",
}  # fmt: skip


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        return [column.name for column in cursor.description]


def _last_key(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        return int(cursor.fetchone()[0])


def _rows(table: str, where: str, params: list[Any], order: str = "id") -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY {order}", params)
        return list(cursor.fetchall())
