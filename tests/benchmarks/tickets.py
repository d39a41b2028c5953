"""Tickets by the hundred thousand: a few that were walked through the door, copied by the database itself.

A copy has a number, a caller with a phone, a grid, a point, a text, a unit, rounds, callbacks, contacts and clocks of
its own; its times are those of the walked ticket, moved. What differs from tickets that were walked one by one: there
are only so many courses of events, and the journal is as long as it would be, but its copies are not hashed anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from cases.hotline.callers import Caller, CallerPhone
from cases.hotline.models import Ticket
from cases.hotline.services import CallerTold
from cases.hotline.states import TERMINAL
from citygrid.common.crypto import blind
from gridmap.areas.models import Area
from tests.benchmarks.scale import City
from tests.cases.ticket_walk import TicketWalk, hotline

# ruff: noqa: S608 - the only names put into SQL are constants of this file

# How many of a thousand tickets are in a state: most at an end; of a hundred thousand, six thousand wait for a call.
SHARES = {"closed": 800, "handling": 60, "dispatched": 20, "replied": 40, "callback_open": 20, "logged": 10,
          "answered": 30, "withdrawn": 20}  # fmt: skip
CALLERS = 60_000
CHILDREN = ("cases_ticketround", "cases_callback", "cases_contact")
_WHAT = "(ARRAY['暴露垃圾','占道经营','路灯不亮','井盖破损','污水横流'])[mod(g, 5) + 1]"
_EAST, _NORTH = "p.lon + (mod(g, 97) - 48) * 0.00006", "p.lat + (mod(g, 89) - 44) * 0.00006"
_POINT = f"ST_SetSRID(ST_MakePoint({_EAST}, {_NORTH}), 4326)"
_TEXT = f"'沙滨路' || mod(g, 400) || '号门前' || {_WHAT} || ' ' || g"


def number_of(place: int) -> str:
    """Return the phone of a caller, by place."""
    return f"138{place:08}"


def fill(city: City, count: int, *, now: datetime) -> None:
    """Add ``count`` tickets of so many callers to an empty hotline, and gather statistics."""
    hotline(city.people, {area.code: area for area in Area.objects.all()})
    walked = {state: _walked(city, state) for state in SHARES}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        caller, phone = _callers(cursor, walked["closed"], now)
        _places(cursor, city)
        base = Ticket.objects.order_by("-pk").values_list("pk", flat=True)[0]
        begin = 1
        for state, share in SHARES.items():
            end = begin + count * share // 1000
            _copies(cursor, walked[state], base, begin, end, now, caller, phone)
            begin = end
        cursor.execute("SELECT setval(pg_get_serial_sequence('cases_ticket', 'id'), %s)", [base + begin])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _walked(city: City, state: str) -> Ticket:
    given: dict[str, Any] = {"kind": "consultation"} if state == "answered" else {}
    walk = TicketWalk(city.people, caller=CallerTold(name="样本", phone="19900007654"), **given)
    return walk.to(state)


def _callers(cursor: Any, ticket: Ticket, now: datetime) -> tuple[int, int]:
    """Add callers with one phone each; return the keys before their first."""
    caller = Caller.objects.order_by("-pk").values_list("pk", flat=True)[0]
    phone = CallerPhone.objects.order_by("-pk").values_list("pk", flat=True)[0]
    cursor.execute(
        "INSERT INTO cases_caller (id, name, gender, address, first_seen_at)"
        " SELECT %s + g, name, gender, address, first_seen_at FROM cases_caller, generate_series(1, %s) g"
        " WHERE id = %s",
        [caller, CALLERS, ticket.caller_id],
    )
    cursor.execute("SELECT number FROM cases_callerphone WHERE id = %s", [ticket.phone_id])
    (kept,) = cursor.fetchone()  # every copy shows this number; it is found by its own
    with cursor.copy("COPY cases_callerphone (id, caller_id, number, digest, added_at) FROM STDIN") as copy:
        for place in range(1, CALLERS + 1):
            copy.write_row((phone + place, caller + place, kept, blind(number_of(place)), now))
    for table, last in (("cases_caller", caller + CALLERS), ("cases_callerphone", phone + CALLERS)):
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [last])
    return caller, phone


def _places(cursor: Any, city: City) -> None:
    cursor.execute("CREATE TEMPORARY TABLE places (i int, area_id bigint, unit_id bigint, lon float, lat float)")
    rows = [(i, one.area_id, city.offices[i % len(city.offices)].department.pk, one.lon, one.lat)
            for i, one in enumerate(city.places)]  # fmt: skip
    cursor.executemany("INSERT INTO places VALUES (%s, %s, %s, %s, %s)", rows)


def _copies(
    cursor: Any, ticket: Ticket, base: int, begin: int, end: int, now: datetime, caller: int, phone: int
) -> None:
    spread = 525_600 if ticket.state in TERMINAL else 10_080  # minutes: a year, or a week
    began = now - ticket.received_at - timedelta(hours=3)
    moved = f"interval '{began.total_seconds():.0f} seconds' - mod(g * 7919, {spread}) * interval '1 minute'"
    drawn = f"generate_series({begin}, {end - 1}) g JOIN places p ON p.i = mod(g, {len_places(cursor)})"
    own = {
        "id": f"{base} + g", "number": "'FDR9' || lpad(g::text, 8, '0')", "area_id": "p.area_id",
        "caller_id": f"CASE WHEN t.caller_id IS NULL THEN NULL ELSE {caller} + 1 + mod(g * 31, {CALLERS}) END",
        "phone_id": f"CASE WHEN t.phone_id IS NULL THEN NULL ELSE {phone} + 1 + mod(g * 31, {CALLERS}) END",
        "geom": _POINT,
        "text_digest": "md5(g::text) || md5('x' || g)", "content": _TEXT, "shown_content": _TEXT, "title": _TEXT,
        "shown_title": _TEXT, "unit_id": "CASE WHEN t.unit_id IS NULL THEN NULL ELSE p.unit_id END",
        "first_unit_id": "CASE WHEN t.first_unit_id IS NULL THEN NULL ELSE p.unit_id END",
    }  # fmt: skip
    _insert(cursor, "cases_ticket", own, moved, drawn, "t.id = %s", ticket.pk)
    child = {"ticket_id": f"{base} + g", "unit_id": "p.unit_id"}
    for table in CHILDREN:
        _insert(cursor, table, child, moved, drawn, "t.ticket_id = %s", ticket.pk)
    of_ticket = "t.subject_type = 'cases.ticket' AND t.subject_id = %s"
    holder = "CASE WHEN t.department_id IS NULL THEN NULL ELSE p.unit_id END"
    clock = {"subject_id": f"{base} + g", "department_id": holder}
    _insert(cursor, "cases_clock", clock, moved, drawn, of_ticket, ticket.pk)
    event = {"subject_id": f"({base} + g)::text", "hash": "md5(g || t.hash) || md5(t.hash || g)"}
    _insert(cursor, "cases_event", event, moved, drawn, f"{of_ticket}::text", ticket.pk)


def len_places(cursor: Any) -> int:
    """Return how many places there are."""
    cursor.execute("SELECT count(*) FROM places")
    return int(cursor.fetchone()[0])


def _insert(cursor: Any, table: str, own: dict[str, str], moved: str, drawn: str, where: str, key: int) -> None:
    """Copy rows of a table; a key that is not given comes from the table's own sequence."""
    cursor.execute(f"SELECT * FROM {table} LIMIT 0")
    columns = [(column.name, column.type_code) for column in cursor.description]
    said = {
        name: own.get(name, f"t.{name} + {moved}" if kind == _TIME else f"t.{name}")
        for name, kind in columns if name != "id" or "id" in own
    }  # fmt: skip
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(said)}) SELECT {', '.join(said.values())} FROM {table} t CROSS JOIN ({drawn})"
        f" WHERE {where}",
        [key],
    )


_TIME = 1184  # PostgreSQL's key of timestamptz
