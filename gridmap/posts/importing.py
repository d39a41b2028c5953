"""Brings people and their posts in from a table, wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.accounts import passwords
from citygrid.accounts.models import User
from citygrid.accounts.roles import ROLES
from citygrid.accounts.services import change_account, open_account
from citygrid.common.errors import Invalid, Refusal
from gridmap.areas.models import Area
from gridmap.departments.models import Department
from gridmap.posts.models import Post
from gridmap.posts.people import people_visible_to
from gridmap.posts.services import grant_post
from gridmap.posts.table import Row, read

Track = Callable[[Sequence[str]], Iterable[str]]


@dataclass(slots=True)
class Report:
    """What an import did, or would do: login names."""

    opened: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    granted: list[str] = field(default_factory=list)
    unchanged: int = 0  # rows
    first_passwords: dict[str, str] = field(default_factory=dict, repr=False)  # by login name; kept nowhere else


def import_people(
    *,
    path: Path,
    at: datetime,
    by: Any = None,
    dry_run: bool = False,
    track: Track = iter,
    keep: Callable[[dict[str, str]], object] | None = None,
) -> Report:
    """Open the accounts and grant the posts of the table at ``path``; return what was done, with first passwords.

    Columns: :data:`gridmap.posts.table.COLUMNS`. A person with several posts has several rows. Who exists already is
    brought up to date; empty cells leave things as they are; reading the same table again changes nothing. Nobody
    loses an account or a post by not being listed. ``by`` needs the rights of each row's account and post; ``None``
    is the system itself. With ``dry_run`` nothing is kept and no passwords are made. ``track`` shows progress. ``keep``
    gets the first passwords before anything is committed; when it fails, nothing is changed.

    Raises ``Invalid`` with a sentence for every faulty row (``fields["rows"]``).
    """
    rows, faults = read(path)
    tried = Report()
    with transaction.atomic():
        faults += _apply(rows, tried, {}, at, by)
        transaction.set_rollback(True)
    if faults:
        raise _refusal(faults)
    if dry_run:
        return tried
    # Hashed before the real transaction, which keeps every other writer of SQLite waiting.
    given = {username: passwords.make() for username in tried.opened}
    hashes = {username: make_password(given[username]) for username in track(tried.opened)}
    report = Report(first_passwords=given)
    with transaction.atomic():
        if faults := _apply(rows, report, hashes, at, by):
            raise _refusal(faults)
        if keep and given:
            keep(given)
    return report


def _refusal(faults: list[tuple[int, str]]) -> Invalid:
    sentences = [_("Row %(row)d: %(fault)s") % {"row": row, "fault": fault} for row, fault in sorted(faults)]
    return Invalid(
        _("The table has %(count)d faults, so nothing was changed. %(first)s")
        % {"count": len(sentences), "first": sentences[0]},
        fields={"rows": sentences},
    )


def _apply(rows: list[Row], report: Report, hashes: dict[str, str], at: datetime, by: Any) -> list[tuple[int, str]]:
    faults: list[tuple[int, str]] = []
    people: dict[str, tuple[User, Row]] = {}
    spoilt: set[str] = set()  # rows of a person who could not be opened would only repeat that
    for row in rows:
        name = User.normalize_username(row.username)
        if name in spoilt:
            continue
        try:
            with transaction.atomic():
                if name in people:
                    user, first = people[name]
                    _same_person(row, first)
                    news = False
                else:
                    user, news = _account(name, row, report, hashes, at, by)
                people.setdefault(name, (user, row))
                news = _post(user, row, report, at, by) or news
        except Refusal as refused:
            sentences = [str(refused), *(text for texts in getattr(refused, "fields", {}).values() for text in texts)]
            faults.append((row.number, " ".join(dict.fromkeys(sentences))))
            if name not in people or people[name][1] is row:
                people.pop(name, None)
                spoilt.add(name)
        else:
            report.unchanged += not news
    return faults


def _account(name: str, row: Row, report: Report, hashes: dict[str, str], at: datetime, by: Any) -> tuple[User, bool]:
    known = User.objects.all() if by is None else people_visible_to(by, at)
    user = known.filter(username=name).first()
    if user is None:
        user = open_account(
            username=name, display_name=row.display_name, mobile=row.mobile, email=row.email,
            password_hash=hashes.get(name), at=at, by=by,
        )  # fmt: skip
        report.opened.append(name)
        return user, True
    given = {"display_name": row.display_name, "mobile": row.mobile, "email": row.email}
    different = {key: value for key, value in given.items() if value and value != getattr(user, key)}
    if different and change_account(user=user, at=at, by=by, **different):
        report.changed.append(name)
        return user, True
    return user, False


def _same_person(row: Row, first: Row) -> None:
    for column in ("display_name", "mobile", "email"):
        here, there = getattr(row, column), getattr(first, column)
        if here and here != there:
            raise Invalid(
                _("The login name %(name)s stands in row %(row)d with another %(column)s. Which one is right?")
                % {"name": row.username, "row": first.number, "column": column}
            )


def _post(user: User, row: Row, report: Report, at: datetime, by: Any) -> bool:
    if row.role is None:
        return False
    area, department = _place(row, at, by)
    start = row.start or at
    same = Post.objects.filter(user=user, role=row.role, area=area, department=department)
    if same.overlapping(start, None).exists():
        return False
    grant_post(user=user, role=row.role, area=area, department=department, at=at, by=by, starts_at=start)
    report.granted.append(user.username)
    return True


def _place(row: Row, at: datetime, by: Any) -> tuple[Area | None, Department | None]:
    areas, departments = Area.objects.all(), Department.objects.all()
    if by is not None:
        areas, departments = areas.visible_to(by, at), departments.visible_to(by, at)
    area = areas.filter(code=row.place).first()
    department = departments.filter(code=row.place).first()
    if area is None and department is None:
        raise Invalid(_("“%(place)s” is the code of no area and of no department.") % {"place": row.place})
    if area is not None and department is not None and row.role is not None:
        # Codes of areas are numbers given by the state; should a department carry the same, the role decides.
        return (area, None) if "area" in ROLES[row.role].held_at else (None, department)
    return area, department
