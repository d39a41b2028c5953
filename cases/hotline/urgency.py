"""Which level a demand should have, by rules that can be said in a sentence (handbook §4.4). A proposal, never more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.hotline.states import Level

# Life or property in danger: 2 h. Words that a caller uses when it happens, not names of offices or of insurance.
EMERGENCY = (
    "塌陷", "坍塌", "倒塌", "塌方", "爆裂", "爆管", "爆炸", "起火", "着火", "失火", "冒烟", "漏气", "燃气泄漏",
    "煤气泄漏", "泄漏", "漏电", "触电", "坠落", "高空坠物", "被困", "溺水", "晕倒", "中毒", "山体滑坡",
    "泥石流", "洪水", "有人受伤", "生命危险", "电线掉", "电线断", "井盖丢失", "没有井盖", "持刀", "轻生",
    "跳楼",
)  # fmt: skip
# What people live by has failed: 24 h (及时性诉求: water, power, gas, heating).
URGENT = ("停水", "没水", "断水", "停电", "没电", "断电", "停气", "断气", "没气", "停暖", "没暖气", "暖气不热", "断网")
_DENIED = ("没有", "没", "未", "无", "不是", "并非", "防止", "预防", "避免")
_SPEED = (Level.H2, Level.H24, Level.D7, Level.D15)


@dataclass(frozen=True, slots=True)
class LevelProposal:
    """A level, and in a sentence why."""

    level: Level
    reason: str


def propose_level(text: str, category: Any = None) -> LevelProposal:
    """Return the level by the most urgent rule that fits: words of danger, failed supply, the category, else 7 days."""
    for level, words in ((Level.H2, EMERGENCY), (Level.H24, URGENT)):
        if category is not None and _SPEED.index(Level(category.level)) < _SPEED.index(level):
            break
        if word := next((word for word in words if _says(text, word)), None):
            if level == Level.H2:
                return LevelProposal(level, _("“%(word)s” may mean danger to life or property.") % {"word": word})
            return LevelProposal(
                level, _("“%(word)s” means that water, power, gas or heating failed.") % {"word": word}
            )
    if category is not None:
        return LevelProposal(
            Level(category.level), _("The level that “%(category)s” has.") % {"category": category.label}
        )
    return LevelProposal(Level.D7, _("Nothing in the text asks for more than the ordinary level."))


def _says(text: str, word: str) -> bool:
    """Whether a text says the word without denying it right before."""
    start = text.find(word)
    while start >= 0:
        if not text[:start].endswith(_DENIED):
            return True
        start = text.find(word, start + 1)
    return False
