"""What tests of taken-over history share: a small catalogue."""

from __future__ import annotations

from cases.catalogue.models import Category, CategoryStandard

NAMES = {"01": "乱涂写", "02": "暴露垃圾", "03": "废弃车辆", "04": "鼠患"}


def catalogue() -> dict[str, Category]:
    """Return four categories by their codes."""
    standard = CategoryStandard.objects.create(code="CJ/T 214-2007", key="CJ214", name="部件与事件分类")
    made = [
        Category.objects.create(
            standard=standard, kind="event", major_code="01", major_name="市容环境", minor_code=minor, name=name
        )
        for minor, name in NAMES.items()
    ]
    return {category.code: category for category in made}
