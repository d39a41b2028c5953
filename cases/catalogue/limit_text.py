"""Time limits as sheets write them, and as people type them: ``4小时``, ``2紧急工作时``, ``种植季节15工作日``. Pure.

One text holds one limit, or several that a sign keeps apart: stages of one condition (``停工4小时；拆除20天``), or
limits by area class (``A类2小时，B类4小时，C类1天``). Units are read after the practice of Yuncheng (handbook §2.6): a
bare 小时 is a working hour, a bare 天 a working day, 紧急工作日 a calendar day. What cannot be read without guessing is
refused with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cases.deadlines.limits import LimitUnit

LONGEST = 60  # of a stage's name, and of a remark
MOST = Decimal("9999.99")

U = LimitUnit
# Longest words first where one begins with another.
_UNITS: dict[str, LimitUnit] = {
    "紧急工作时": U.URGENT_HOUR, "紧急工作小时": U.URGENT_HOUR, "紧急小时": U.URGENT_HOUR, "紧急时": U.URGENT_HOUR,
    "紧急工作日": U.NATURAL_DAY, "紧急工作天": U.NATURAL_DAY, "自然日": U.NATURAL_DAY, "日历天": U.NATURAL_DAY,
    "自然天": U.NATURAL_DAY, "日历日": U.NATURAL_DAY,
    "工作小时": U.WORK_HOUR, "工作时": U.WORK_HOUR, "小时": U.WORK_HOUR,
    "分钟": U.MINUTE, "minutes": U.MINUTE, "minute": U.MINUTE,
    "工作日": U.WORK_DAY, "工作天": U.WORK_DAY, "天": U.WORK_DAY, "日": U.WORK_DAY,
    "urgent hours": U.URGENT_HOUR, "urgent hour": U.URGENT_HOUR, "urgent_hour": U.URGENT_HOUR,
    "calendar days": U.NATURAL_DAY, "calendar day": U.NATURAL_DAY, "natural_day": U.NATURAL_DAY,
    "working hours": U.WORK_HOUR, "working hour": U.WORK_HOUR, "work_hour": U.WORK_HOUR,
    "working days": U.WORK_DAY, "working day": U.WORK_DAY, "work_day": U.WORK_DAY,
}  # fmt: skip
_WRITTEN = {
    U.URGENT_HOUR: "紧急工作时", U.WORK_HOUR: "工作时", U.WORK_DAY: "工作日", U.NATURAL_DAY: "自然日", U.MINUTE: "分钟",
}  # fmt: skip
_DIGITS = {**{sign: number for number, sign in enumerate("零一二三四五六七八九")}, "两": 2}
_NUMBER = r"(?P<number>\d+(?:\.\d+)?|[零一二两三四五六七八九十半]+)"
_LIMIT = re.compile(_NUMBER + r"\s*个?\s*(?P<unit>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + ")")
_CLASS = re.compile(r"^(?P<class>[ABC])(?:类|级|区)?(?:区域|地区|区)?\s*[::]?\s*")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_APART = re.compile(r"[;,、/\n|]+")
# Words around a limit that say nothing more than that it is one.
_FILLERS = re.compile(
    r"^(?:[::\s]|应在|须在|应|须|在|于|为|不超过|限时|限期|限|时限)+|(?:[::\s]|之内|以内|内|前|时限)+$"
)
_FILLERS_BEFORE = re.compile(r"^(?:之内|以内|内)+")
_SEASON = re.compile(r"[季期节夏冬汛雨春秋]|月")


class Unreadable(ValueError):
    """A text that is no limit; the message says why, in the reader's language."""


@dataclass(frozen=True, slots=True)
class WrittenLimit:
    """One limit as written: for which area class (empty: any), of which stage, how much, with which remark."""

    value: Decimal
    unit: LimitUnit
    area_class: str = ""
    stage: int = 1
    stage_name: str = ""
    note: str = ""

    def as_row(self) -> dict[str, Any]:
        """Return the columns of a ``ConditionLimit``."""
        return {
            "value": self.value, "unit": self.unit.value, "area_class": self.area_class, "stage": self.stage,
            "stage_name": self.stage_name, "note": self.note,
        }  # fmt: skip


def parse_limits(text: str) -> tuple[WrittenLimit, ...]:
    """Return the limits that a text holds, by area class and stage. Raises :class:`Unreadable`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise Unreadable(_("The time limit is missing."))
    parts = [part for part in (piece.strip() for piece in _APART.split(plain)) if part]
    if not parts:
        raise Unreadable(_("“%(text)s” holds no time limit.") % {"text": text.strip()})
    found = [_part(part, several=len(parts) > 1) for part in parts]
    stages: dict[str, int] = {}
    numbered = []
    for limit in found:
        stages[limit.area_class] = stages.get(limit.area_class, 0) + 1
        numbered.append(replace(limit, stage=stages[limit.area_class]))
    for area_class, count in stages.items():
        own = [limit.stage_name for limit in numbered if limit.area_class == area_class]
        if count > 1 and (not all(own) or len(set(own)) < count):
            raise Unreadable(
                _("“%(text)s” holds several limits; say of each for which stage or area class it is.")
                % {"text": text.strip()}
            )
    if not {"", "C"} & stages.keys():
        raise Unreadable(
            _("“%(text)s” leaves places of the class C without a limit; add one for C, or one for all.")
            % {"text": text.strip()}
        )
    return tuple(sorted(numbered, key=lambda limit: (limit.area_class, limit.stage)))


def _part(part: str, *, several: bool) -> WrittenLimit:
    area_class = ""
    if match := _CLASS.match(part):
        area_class, part = match["class"], part[match.end() :]
    remarks = [remark.strip() for remark in _BRACKETS.findall(part) if remark.strip()]
    part = _BRACKETS.sub(" ", part)
    found = list(_LIMIT.finditer(part))
    if not found:
        raise Unreadable(_("“%(text)s” holds no number with a unit of time.") % {"text": part.strip()})
    if len(found) > 1:
        raise Unreadable(
            _("“%(text)s” holds several limits that no sign keeps apart; put a semicolon between them.")
            % {"text": part.strip()}
        )
    limit = found[0]
    value = _value(limit["number"])
    if not 0 < value <= MOST or value != value.quantize(Decimal("0.01")):
        raise Unreadable(_("“%(text)s” is no possible time limit.") % {"text": limit.group()})
    words = _words(part[: limit.start()]) + _words(_FILLERS_BEFORE.sub("", part[limit.end() :]))
    if re.search(r"[0-9]", words) or re.search(r"[零一二两三四五六七八九十半]个?$", part[: limit.start()]):
        raise Unreadable(_("“%(text)s” holds a number that belongs to no unit of time.") % {"text": part.strip()})
    name, note = ("", words) if words and not several and _SEASON.search(words) else (words, "")
    note = "；".join([*([note] if note else []), *remarks])
    if _CLASS.match(name):
        raise Unreadable(_("“%(text)s” is no possible time limit.") % {"text": part.strip()})
    if len(name) > LONGEST or len(note) > LONGEST:
        raise Unreadable(
            _("The words around the limit “%(limit)s” have more than %(most)d characters.")
            % {"limit": limit.group(), "most": LONGEST}
        )
    return WrittenLimit(value, _UNITS[limit["unit"]], area_class, 1, name, note)


def _words(text: str) -> str:
    before = None
    while before != text:
        before, text = text, _FILLERS.sub("", text.strip())
    return text


def _value(number: str) -> Decimal:
    if number[0].isdigit() and number.isascii():
        return Decimal(number)
    if number == "半":
        return Decimal("0.5")
    tens, ten, ones = number.rpartition("十")
    if any(sign not in _DIGITS for sign in tens + ones) or len(tens) > 1 or len(ones) > 1:
        raise Unreadable(_("“%(text)s” is no number.") % {"text": number})
    return Decimal((_DIGITS[tens] if tens else 1) * 10 * bool(ten) + (_DIGITS[ones] if ones else 0))


def write_limits(limits: Iterable[WrittenLimit]) -> str:
    """Return a text that :func:`parse_limits` reads back: one line for each limit, in the field's own units."""
    return "\n".join(_written(limit) for limit in sorted(limits, key=lambda row: (row.area_class, row.stage)))


def _written(limit: WrittenLimit) -> str:
    text = f"{limit.area_class}类：" if limit.area_class else ""
    text += f"{limit.stage_name}：" if limit.stage_name else ""
    text += f"{limit.value.normalize():f}{_WRITTEN[limit.unit]}"
    return text + (f"（{limit.note}）" if limit.note else "")
