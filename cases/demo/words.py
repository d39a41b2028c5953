"""What people write in the demonstration: sentences by occasion, from ``fixtures/demo/words.csv``."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from random import Random

from gridmap.demo.fixtures import DEMO, rows


@lru_cache(maxsize=1)
def _sentences() -> dict[str, list[str]]:
    found = defaultdict(list)
    for row in rows(DEMO / "words.csv"):
        found[row["key"]].append(row["text"])
    return dict(found)


def say(occasion: str, random: Random) -> str:
    """Return a sentence for the occasion, or for the wider one before its first dot. Raises ``KeyError``."""
    sentences = _sentences()
    return random.choice(sentences.get(occasion) or sentences[occasion.partition(".")[0]])
