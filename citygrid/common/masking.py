"""Masks for personal data in lists, exports and prints (handbook §9.2). The full value needs a journaled reveal."""

from __future__ import annotations

_DOUBLE_SURNAMES = (
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "端木", "夏侯", "钟离",
    "长孙", "宇文", "轩辕", "南宫", "西门", "独孤", "申屠", "公羊", "澹台", "淳于",
)  # fmt: skip


def phone(value: str) -> str:
    """``13800005678`` → ``138****5678``; a short or foreign number keeps its last two digits."""
    if len(value) >= 11:
        return f"{value[:-8]}****{value[-4:]}"
    return f"{'*' * max(len(value) - 2, 0)}{value[-2:]}" if len(value) > 2 else "*" * len(value)


def identity_number(value: str) -> str:
    """``35098219900101123X`` → ``350982********123X``; anything of another length is hidden but for its ends."""
    if len(value) == 18:
        return f"{value[:6]}********{value[-4:]}"
    return f"{value[:1]}{'*' * (len(value) - 2)}{value[-1:]}" if len(value) > 2 else "*" * len(value)


def name(value: str) -> str:
    """``张三丰`` → ``张**``, ``欧阳修`` → ``欧阳*``; a name in Latin letters keeps its first letter."""
    if not value:
        return ""
    keep = 2 if value.startswith(_DOUBLE_SURNAMES) and len(value) > 2 else 1
    return value[:keep] + "*" * max(len(value) - keep, 1)
