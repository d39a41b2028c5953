"""Which column holds what: as the person said, else by the column names that Chinese sources use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid
from gridmap.areas.models import CODE_DIGITS, RANK, Level
from gridmap.importing.options import Options
from gridmap.importing.report import Report, some
from gridmap.importing.sheet import Sheet

_NAMES = {
    Level.PROVINCE: ("省份名称", "省名称", "省级", "省份", "省"),
    Level.PREFECTURE: ("地市名称", "城市名称", "市名称", "地级", "地市", "市"),
    Level.COUNTY: ("区县名称", "县区名称", "县级", "区县", "县", "县名"),
    Level.STREET: ("街道名称", "乡镇名称", "街镇名称", "乡级", "乡镇", "街道", "街镇", "乡镇名"),
    Level.COMMUNITY: ("社区名称", "村社名称", "村居名称", "村名称", "村级", "社区", "村居", "村名"),
    Level.GRID: ("网格名称", "网格名", "网格"),
}
_CODES = {
    Level.PROVINCE: ("省级码", "省代码", "省编码"),
    Level.PREFECTURE: ("地级码", "市代码", "市编码"),
    Level.COUNTY: ("县级码", "区县编码", "区县编号", "区县代码", "县代码"),
    Level.STREET: ("乡级码", "街道编码", "街道编号", "街道代码", "乡镇代码", "乡镇编码", "乡镇编号"),
    Level.COMMUNITY: ("村级码", "社区编码", "社区编号", "社区代码", "村代码", "村编码"),
    Level.GRID: ("网格编码", "网格代码", "单元网格编码", "网格编号", "BGID"),
}
_ANY_NAME = ("名称", "地名", "name", "Name", "NAME")
_ANY_CODE = ("区划码", "行政区划代码", "区划代码", "编码", "代码", "adcode", "code", "CODE", "Code", "dm")
_OTHERS = {
    "name_en": ("eng_name", "name_en", "英文名"),
    "population": ("人口数量", "常住人口", "人口数", "人口", "population"),
    "households": ("户数", "households"),
}
_KINDS = {Level.GRID: ("网格类别名称", "网格类别", "网格类型")}


def choose(sheet: Sheet, options: Options, report: Report) -> dict[str, str]:
    """Return field → column (or ``=constant``). Raises ``Invalid`` for a column that is not there.

    The parent is a path of columns joined by ``/``, the highest first.
    """
    for field, column in options.mapping.items():
        parts = [] if column.startswith("=") else [part for part in column.split("/") if part]
        if absent := [part for part in parts if part not in sheet.columns]:
            raise Invalid(
                _("The file has no column “%(column)s”. It has: %(columns)s.")
                % {"column": absent[0], "columns": ", ".join(sheet.columns)},
                fields={"mapping": [f"{field}={column}"]},
            )
    guessed = {field: column for field, column in _guess(sheet, options.level).items() if field not in options.mapping}
    used = {field: column for field, column in {**guessed, **options.mapping}.items() if column}
    if "code" not in used and "name" not in used:
        raise Invalid(
            _("No column of code or name was recognised. Say which with name=column. The file has: %(columns)s.")
            % {"columns": ", ".join(sheet.columns)},
            fields={"mapping": [_("Name at least one.")]},
        )
    if said := {field: column for field, column in guessed.items() if field in used}:
        report.note(
            "columns_guessed",
            _("Columns taken by their names: %(columns)s.")
            % {"columns": ", ".join(f"{field}={column}" for field, column in said.items())},
            columns=said,
        )
    return used


def _guess(sheet: Sheet, level: Level) -> dict[str, str]:
    wanted: dict[str, Iterable[str]] = {
        "code": (*_CODES.get(level, ()), *_ANY_CODE),
        "name": (*_NAMES.get(level, ()), *_ANY_NAME),
        "kind": _KINDS.get(level, ()),
        **_OTHERS,
    }
    found = {field: _first(sheet, names, words=field == "name") for field, names in wanted.items()}
    above = [one for one in Level if RANK[one] < RANK[level] and one in _NAMES]
    path = [_first(sheet, _NAMES[one], words=True) for one in above]
    found["parent"] = "/".join(column for column in path if column)
    codes = [_first(sheet, _CODES[one], words=False) for one in reversed(above)]
    # Only the next level's code says to what the row belongs; a higher one would leave steps out.
    found["parent_code"] = codes[0] if codes else ""
    return {field: column for field, column in found.items() if column}


def _first(sheet: Sheet, names: Iterable[str], *, words: bool) -> str:
    """The first of these columns that is filled; for a name it must hold words, as 街道 may also be a count."""
    for name in names:
        # Shapefiles cut column names to ten bytes.
        column = next((one for one in (name, name[:5], name[:3]) if one in sheet.columns and len(one) > 1), "")
        column = column or (name if name in sheet.columns else "")
        values = {text(row.get(column)) for row in sheet.rows} - {""} if column else set()
        if values and not (words and all(value.isdigit() for value in values)):
            return column
    return ""


def value_of(row: Mapping[str, Any], column: str) -> str:
    """Return a mapped value as text; ``=constant`` stands for itself."""
    return column[1:] if column.startswith("=") else text(row.get(column))


def text(value: Any) -> str:
    """Return a cell as text: whole numbers without a decimal point, blanks (also Chinese ones) trimmed."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\u3000", " ").replace("\x00", "").strip()


def figure(value: str) -> int | None:
    """Return a population or household figure; none when there is no such figure."""
    try:
        number = round(float(value.replace(",", "")))
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= 2_000_000_000 else None


def plain_code(code: str, level: Level) -> str:
    """Cut the zeros that statistical tables append: 350982000000 is the county 350982."""
    digits = CODE_DIGITS.get(level)
    if digits and code.isdigit() and len(code) > digits and not code[digits:].strip("0"):
        return code[:digits]
    return code


def check_lengths(codes: list[str], level: Level, report: Report) -> None:
    """Tell which codes are not as long as the level's are."""
    digits = CODE_DIGITS.get(level)
    odd = [code for code in codes if digits and len(code) != digits]
    if odd:
        report.warn(
            "code_length",
            _("%(count)s codes do not have the %(digits)s characters of this level: %(some)s.")
            % {"count": len(odd), "digits": digits, "some": some(odd)},
            codes=odd,
        )
