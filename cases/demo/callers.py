"""Who calls in the demonstration: invented names, numbers of a range that nobody has (handbook §9.3)."""

from __future__ import annotations

from random import Random

from cases.hotline.services import CallerTold

SURNAMES = "赵钱孙周郑冯卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹"
GIVEN = "小满谷雨清明立夏白露寒露霜降冬至"
MANY = 64  # few enough that somebody calls twice in a fortnight
TWO_NUMBERS = 5  # one in so many has a second number
STREETS = ("示例路", "示例新村", "示例小区", "示例巷")


def caller(number: int) -> CallerTold:
    """Return the caller of that number below ``MANY``: always the same person."""
    random = Random(f"caller/{number}")
    start = 2 * random.randrange(len(GIVEN) // 2)
    second = [f"1990000{5000 + number}"] if number % TWO_NUMBERS == 0 else []
    return CallerTold(
        name=SURNAMES[number % len(SURNAMES)] + GIVEN[start : start + 2], phone=f"1990000{3000 + number}",
        gender=random.choice("mf"), address=f"{random.choice(STREETS)}{random.randrange(1, 90)}号", other_phones=second,
    )  # fmt: skip


def another(random: Random, known: set[int]) -> int:
    """Return the number of a caller who is none of ``known``."""
    return random.choice([number for number in range(MANY) if number not in known])
