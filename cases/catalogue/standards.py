"""The category standards this product ships lists for. A city adds its own in the administration."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownStandard:
    """What a standard is called, and the short key that begins the codes of its categories."""

    key: str
    name: str
    name_en: str
    extends: str = ""


KNOWN = {
    "CJ/T 214-2007": KnownStandard(
        "CJ214",
        "城市市政综合监管信息系统 管理部件和事件分类、编码及数据要求",
        "Classification and coding of managed components and events",
    ),
    # The codes a city uses; the national list has more, its gaps are not free numbers (handbook §1.5).
    "GB/T 30428.2-2013": KnownStandard(
        "GB30428",
        "数字化城市管理信息系统 第2部分：管理部件和事件",
        "Digital city management, part 2: components and events",
    ),
    # Minor codes count down from 99, so that they never meet a later edition of the standard.
    "LOCAL": KnownStandard("LOCAL", "地方扩展", "Local extension", extends="GB/T 30428.2-2013"),
}
