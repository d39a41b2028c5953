"""Households of the test city with invented people: region 999999, phones of the unassigned range 199 0000."""

from __future__ import annotations

from typing import Any

from gridmap.areas.models import Area
from gridmap.registers.checks import identity_check_digit
from gridmap.registers.models import Household, Person, Unit
from gridmap.registers.services import save_household, save_person, save_unit
from tests import cast

NAMES = {cast.GRIDS[0]: "欧阳测试", cast.GRIDS[1]: "赵样例", cast.THEIR_GRID: "钱示范"}
PHONES = {cast.GRIDS[0]: "19900001111", cast.GRIDS[1]: "19900002222", cast.THEIR_GRID: "19900003333"}
UNIT_CONTACT, UNIT_PHONE = "孙联系", "0593-7654321"


def number(order: int) -> str:
    """Return a well-formed identity number of nobody."""
    first_17 = f"99999919900101{order:03}"
    return first_17 + identity_check_digit(first_17)


NUMBERS = {code: number(order) for order, code in enumerate(NAMES, start=1)}


def build_registers() -> dict[str, Any]:
    """Create one household with one person and one unit in each of three grids; return them by kind and grid code."""
    made: dict[str, Any] = {}
    for code, name in NAMES.items():
        area = Area.objects.get(code=code)
        home: Household = save_household(at=cast.START, area=area, door="101", tenure="own")
        who: Person = save_person(
            at=cast.START, household=home, name=name, identity_number=NUMBERS[code], phone=PHONES[code]
        )
        unit: Unit = save_unit(
            at=cast.START, area=area, name=f"示例商店{code[-3:]}", contact_name=UNIT_CONTACT, contact_phone=UNIT_PHONE
        )
        made |= {f"household {code}": home, f"person {code}": who, f"unit {code}": unit}
    return made
