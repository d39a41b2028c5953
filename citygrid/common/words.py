"""Cuts Chinese text into words.

jieba as it comes keeps its dictionary as a marshalled file under a fixed name in the folder for temporary files, where
any account of the machine could put one of its own, and prints to stderr. Neither happens here.
"""

from __future__ import annotations

import logging
import unicodedata
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

LONGEST = 4000  # characters of a text that are looked at


@cache
def _tokenizer() -> Any:
    """Return the tokenizer with its dictionary loaded: a second or two and 90 MB, once for a process."""
    with warnings.catch_warnings():  # its own sources, and pkg_resources where there still is one
        warnings.simplefilter("ignore")
        import jieba  # noqa: PLC0415 - most processes never cut a text

        jieba.setLogLevel(logging.WARNING)

        found: Any = jieba.Tokenizer()
        found.FREQ, found.total = found.gen_pfdict(found.get_dict_file())  # what initialize() does, without its cache
        found.initialized = True
    return found


def words(text: str) -> list[str]:
    """Return the words of a text in their order, without figures, punctuation and single signs.

    Only words of the dictionary are found, long ones together with the words inside them: guessed words would mostly
    be names of people. Full-width letters are read as plain ones, capitals as small letters. Looks at the first 4,000
    characters.
    """
    return list(_kept(unicodedata.normalize("NFKC", text[:LONGEST]).casefold()))


def _kept(text: str) -> Iterator[str]:
    for word in _tokenizer().cut_for_search(text, HMM=False):
        if len(word) > 1 and any(sign.isalpha() for sign in word) and not any(sign.isdigit() for sign in word):
            yield word
