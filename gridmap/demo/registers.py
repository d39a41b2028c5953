"""Fills in a small register of invented people (handbook §9.3: identity numbers of a region that does not exist)."""

from __future__ import annotations

from itertools import islice
from random import Random

from citygrid.common.crypto import blind
from gridmap.objects.models import Building
from gridmap.registers.models import Household, Person, Unit

NO_REGION = "999999"
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CREDIT_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
FAMILIES = "周郑谢黄许"
UNIT_KINDS = ("商店", "餐馆", "物业公司", "诊所", "社会组织")
HOUSEHOLDS, UNITS = 40, 20


def identity_number(birth: str, number: int) -> str:
    """Return an 18-digit number with a right check digit (GB 11643) and no real region. ``birth`` is YYYYMMDD."""
    body = f"{NO_REGION}{birth}{number:03}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[rest]


def credit_code(number: int) -> str:
    """Return an 18-sign unified social credit code with a right check sign (GB 32100) and no real region."""
    body = f"91{NO_REGION}{number:09}"
    rest = sum(CREDIT_DIGITS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body)) % 31
    return body + CREDIT_DIGITS[(31 - rest) % 31]


def build_registers(buildings: list[Building]) -> None:
    """Create households with their people, and units, in the given buildings."""
    random = Random(34300)
    # Every third building, so that other streets have some too.
    houses = buildings[::3]
    number = 0
    for index in range(HOUSEHOLDS):
        building = houses[index % len(houses)]
        household = Household.objects.create(
            area=building.area, building=building, door=f"{1 + index // len(houses)}0{1 + index % 4}",
            tenure=random.choice(("own", "own", "own", "rent", "other")),
        )  # fmt: skip
        family = FAMILIES[index % len(FAMILIES)]
        for relation in ("户主", "配偶", "子女")[: 1 + index % 3]:
            number += 1
            identity = identity_number(f"{random.randint(1950, 2005)}0{random.randint(1, 9)}15", number)
            phone = f"1990002{number:04}"
            Person.objects.create(
                household=household, relation=relation,
                name=family + BRANCHES[number % 12] + BRANCHES[number // 12 % 12],
                identity_number=identity, identity_digest=blind(identity), phone=phone, phone_digest=blind(phone),
            )  # fmt: skip
    for index, building in enumerate(islice(buildings, 1, 1 + UNITS * 4, 4), start=1):
        kind = UNIT_KINDS[index % len(UNIT_KINDS)]
        Unit.objects.create(
            area=building.area, building=building, name=f"示例{kind}{index:02}", kind=kind,
            credit_code=credit_code(index), contact_name=f"经办人{index}", contact_phone=f"1990003{index:04}",
            employees=random.randint(1, 60),
        )  # fmt: skip
