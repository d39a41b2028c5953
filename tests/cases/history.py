"""What tests of taken-over history share: a small catalogue, a map, and files of every kind."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl

from cases.catalogue.models import Category, CategoryStandard
from cases.history import mapping
from cases.history.report import Report
from cases.history.run import import_cases

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
NAMES = {"01": "乱涂写", "02": "暴露垃圾", "03": "废弃车辆", "04": "鼠患"}
MAP = """
system = "旧城管"
[columns]
number = "编号"
status = "状态"
category = "类别"
opened = "上报时间"
due = "截止时间"
closed = "结案时间"
description = ["问题描述", "备注"]
result = "处置结果"
address = "地址"
department = "处置部门"
channel = "来源"
longitude = "经度"
latitude = "纬度"
[time]
formats = ["iso", "%Y/%m/%d %H:%M"]
[status]
"已结案" = "closed"
"处理中" = "accepted"
"作废" = "cancelled"
[category]
"垃圾" = "CJ214-E0102"
"鼠患" = "CJ214-E0104"
"""
GOOD = {
    "编号": "2015-0001", "状态": "已结案", "类别": "垃圾",
    "上报时间": "2015-03-02 09:00", "截止时间": "2015-03-02 13:00", "结案时间": "2015/3/2 12:30",
    "问题描述": "路口有垃圾", "备注": "多次", "处置结果": "已清运",
    "地址": "石亭路1号", "处置部门": "环卫所", "来源": "市民来电",
    "经度": "120.205", "纬度": "27.335",
}  # fmt: skip


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


def row(number: str = "2015-0001", **changes: Any) -> dict[str, Any]:
    """Return a good row with some cells changed."""
    return GOOD | {"编号": number} | changes


def as_csv(folder: Path, rows: Iterable[dict[str, Any]], *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """Write rows as CSV."""
    out = io.StringIO()
    sheet = csv.DictWriter(out, list(GOOD), delimiter=delimiter)
    sheet.writeheader()
    sheet.writerows(rows)
    path = folder / "old.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def as_xlsx(folder: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Write rows as a workbook."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(list(GOOD))
    for one in rows:
        sheet.append([one[name] for name in GOOD])
    book.save(folder / "old.xlsx")
    return folder / "old.xlsx"


def as_geojson(folder: Path, rows: Iterable[dict[str, Any]], *, geometry: Any = "point") -> Path:
    """Write rows as features; their places as points, not as columns."""
    features = []
    for one in rows:
        cells = {name: value for name, value in one.items() if name not in ("经度", "纬度")}
        point = {"type": "Point", "coordinates": [float(one["经度"]), float(one["纬度"])]}
        features.append(
            {"type": "Feature", "properties": cells, "geometry": point if geometry == "point" else geometry}
        )
    path = folder / "old.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
    return path


def map_file(folder: Path, text: str = MAP) -> Path:
    """Write a map."""
    path = folder / "map.toml"
    path.write_text(text, "utf-8")
    return path


def run(path: Path, text: str = MAP, *, at: datetime = NOW, **more: Any) -> Report:
    """Import for real."""
    return import_cases(path=path, given=mapping.read(map_file(path.parent, text)), at=at, **more)
