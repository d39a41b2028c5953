"""Fills in a small register of invented people (handbook §9.3: identity numbers of a region that does not exist)."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from random import Random

from gridmap.objects.models import Building
from gridmap.registers import checks
from gridmap.registers.services import save_household, save_person, save_unit

NO_REGION = "999999"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
FAMILIES = "周郑谢黄许"
UNIT_KINDS = ("商店", "餐馆", "物业公司", "诊所", "社会组织")
BORN = {"户主": (1950, 1980), "配偶": (1950, 1980), "子女": (1985, 2005)}
HOUSEHOLDS, UNITS = 40, 20


def identity_number(birth: str, number: int) -> str:
    """Return an 18-digit number with a right check digit and no real region. ``birth`` is YYYYMMDD."""
    body = f"{NO_REGION}{birth}{number:03}"
    return body + checks.identity_check_digit(body)


def credit_code(number: int) -> str:
    """Return an 18-sign unified social credit code with a right check sign and no real region."""
    body = f"91{NO_REGION}{number:09}"
    return body + checks.credit_check_sign(body)


def build_registers(buildings: list[Building], at: datetime) -> None:
    """Create households with their people, and units, in the given buildings."""
    random = Random(34300)
    # Every third building, so that other streets have some too.
    houses = buildings[::3]
    number = 0
    for index in range(HOUSEHOLDS):
        building = houses[index % len(houses)]
        household = save_household(
            at=at, area=building.area, building=building, door=f"{1 + index // len(houses)}0{1 + index % 4}",
            tenure=random.choice(("own", "own", "own", "rent", "other")),
        )  # fmt: skip
        family = FAMILIES[index % len(FAMILIES)]
        for relation in list(BORN)[: 1 + index % 3]:
            number += 1
            save_person(
                at=at, household=household, relation=relation,
                name=family + BRANCHES[number % 12] + BRANCHES[number // 12 % 12],
                identity_number=identity_number(f"{random.randint(*BORN[relation])}0{random.randint(1, 9)}15", number),
                phone=f"1990002{number:04}",
            )  # fmt: skip
    for index, building in enumerate(islice(buildings, 1, 1 + UNITS * 4, 4), start=1):
        kind = UNIT_KINDS[index % len(UNIT_KINDS)]
        save_unit(
            at=at, area=building.area, building=building, name=f"示例{kind}{index:02}", kind=kind,
            credit_code=credit_code(index), contact_name=f"经办人{index}", contact_phone=f"1990003{index:04}",
            employees=random.randint(1, 60),
        )  # fmt: skip
