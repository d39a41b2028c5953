"""What tests of taken-over tickets share: a map, and files as platforms of cities export them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl

from cases.history import ticket_mapping
from cases.history.ticket_run import import_tickets

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MAP = """
system = "旧热线"
other_demand_type = "complaint"
[columns]
number = "工单编号"
received = "受理时间"
content = "诉求内容"
title = "标题"
status = "状态"
demand_type = "类型"
category = "类别"
unit = "承办单位"
level = "紧急程度"
closed = "办结时间"
answer = "答复"
address = "地址"
caller_name = "姓名"
caller_phone = "电话"
confidential = "保密"
channel = "来源"
longitude = "经度"
latitude = "纬度"
[time]
formats = ["iso", "%Y/%m/%d %H:%M:%S"]
[status]
"已办结" = "closed"
"待派" = "logged"
"直接答复" = "answered"
[demand_type]
"举报" = "report"
[category]
"建筑垃圾" = "CG-01"
[unit]
"城管局" = "CGJ"
[level]
"紧急" = "h24"
"""
GOOD: dict[str, Any] = {
    "工单编号": "R-1", "受理时间": "2026/3/2 9:05:00", "标题": "渣土",
    "诉求内容": "\n\t\t\t路口堆了渣土\n\t\t\t\n　没人管　\n", "状态": "已办结", "类型": "投诉", "类别": "建筑垃圾",
    "承办单位": "城管局", "紧急程度": "紧急", "办结时间": "2026-03-05 10:00",
    "答复": "已清运", "地址": "石亭路1号", "姓名": "诸葛哨兵", "电话": "19900007654", "保密": "", "来源": "电话",
    "经度": "120.205", "纬度": "27.335",
}  # fmt: skip


def row(number: str = "R-1", **changes: Any) -> dict[str, Any]:
    """Return a good row with some cells changed."""
    return GOOD | {"工单编号": number} | changes


def as_xlsx(folder: Path, rows: list[dict[str, Any]], name: str = "old.xlsx") -> Path:
    """Write rows as a workbook, with empty rows below as offices leave them."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(list(GOOD))
    for one in rows:
        sheet.append([one[column] for column in GOOD])
    for _blank in range(3):
        sheet.append([None] * len(GOOD))
    book.save(folder / name)
    return folder / name


def as_csv(folder: Path, rows: list[dict[str, Any]], name: str = "old.csv") -> Path:
    """Write rows as CSV in GB 18030."""
    path = folder / name
    with path.open("w", encoding="gb18030", newline="") as out:
        sheet = csv.DictWriter(out, list(GOOD))
        sheet.writeheader()
        sheet.writerows(rows)
    return path


def map_file(folder: Path, text: str = MAP) -> Path:
    """Write a map."""
    path = folder / "tickets.toml"
    path.write_text(text, "utf-8")
    return path


def run(path: Path, text: str = MAP, *, at: datetime = NOW, **more: Any) -> Any:
    """Import for real; return the report."""
    given = ticket_mapping.read(map_file(path.parent, text))
    return import_tickets(path=path, given=given, at=at, **more)[0]
