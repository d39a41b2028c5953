"""How names and what somebody types are brought to one form: width, case, blanks; pinyin and its initials."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

_HAN = re.compile(r"([\u3400-\u9fff]+)")
_LATIN = re.compile(r"[a-z0-9]+")
INITIALS = "|"  # stands before the initials among the words of a place
_BLANKS = re.compile(r"[\s·,，、。.()（）#|-]+")


def plain(text: str) -> str:
    """Return a name without blanks and points, in one width and lower case."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text).casefold())


def asked(text: str) -> list[str]:
    """Return the words of a query, each as :func:`plain` has it."""
    return [word for part in text.split() if (word := plain(part))]


def is_latin(word: str) -> bool:
    """Whether a word could be pinyin or its initials."""
    return _LATIN.fullmatch(word) is not None


def pinyin(text: str) -> tuple[str, str]:
    """Return the initials of a name's syllables, and the syllables, both run together: stsq, shitingshequ.

    Letters and digits between the Chinese characters stand as they are. Characters of several readings are read by
    the words in which they stand (重庆 cq, 重点 zd).
    """
    initials, syllables = [], []
    for part in _HAN.split(plain(text)):
        if _HAN.fullmatch(part):
            read = _reader()(part)
            initials += [syllable[0] for syllable in read]
            syllables += read
        else:
            initials.append(part)
            syllables.append(part)
    return "".join(initials), "".join(syllables)


@cache
def _reader() -> Any:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionary takes a quarter of a second to load

    return lazy_pinyin
