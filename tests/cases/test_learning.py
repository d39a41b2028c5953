"""A linear model learns labels of texts, says why, is kept as plain arrays, and is measured on what it has not seen."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pytest

from cases.hotline.learning import Damaged, Learned, learn
from cases.hotline.measuring import folded, measure

LAMP = ["路灯 不亮 晚上", "小区 路灯 坏", "路灯 熄灭 晚上", "路灯 灯杆 坏", "路灯 不亮 广场", "晚上 路灯 闪"]
NOISE = ["工地 噪声 晚上", "施工 噪声 扰民", "夜间 施工 噪声", "工地 打桩 扰民", "施工 晚上 扰民", "噪声 工地 吵"]
TEXTS = [text.split() for text in LAMP + NOISE]
LABELS = ["lamp"] * 6 + ["noise"] * 6


def test_the_model_learns_and_says_which_words_made_it_think_so():
    model = learn(TEXTS, LABELS)
    shares: Any = model.judge(["路灯", "没有", "晚上"])
    assert model.labels == ("lamp", "noise")
    assert shares[0] > 0.8
    assert shares.sum() == pytest.approx(1)
    first, *_rest = model.pointing(["路灯", "没有", "晚上"], 0)
    assert (first.word, first.here, first.all) == ("路灯", 6, 6)
    evening = next(one for one in model.pointing(["晚上", "噪声"], 1) if one.word == "噪声")
    assert (evening.here, evening.all) == (4, 4)
    assert model.judge(["从未", "见过"]) is None
    assert list(model.sizes) == [6, 6]
    with pytest.raises(ValueError, match="nothing to tell apart"):
        learn(TEXTS[:3], LABELS[:3])


def test_learning_again_gives_the_same_model_and_it_survives_being_kept():
    one, two = learn(TEXTS, LABELS), learn(TEXTS, LABELS)
    assert (one.weights == two.weights).all()
    back = Learned.from_bytes(one.to_bytes())
    assert back.places == one.places
    for text in TEXTS:
        again: Any = back.judge(text)
        assert np.array_equal(again, one.judge(text))  # type: ignore[arg-type]


def damaged(**changed):
    """Return a kept model with some of its arrays replaced."""
    with np.load(io.BytesIO(learn(TEXTS, LABELS).to_bytes())) as file:
        arrays = {**{name: file[name] for name in file.files}, **changed}
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def test_what_is_no_model_is_refused_and_never_run():
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("a kept model was run",))

    trap = np.empty(1, object)
    trap[0] = Trap()
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    for data in (
        b"", b"PK", empty.getvalue(), damaged(bias=trap), damaged(bias=np.zeros(3, np.float32)),
        damaged(weights=np.full((1, 2), np.nan, np.float32)), damaged(names=np.frombuffer(b"{}", np.uint8)),
        damaged(bias=np.array([np.nan, 0], np.float32)),
    ):  # fmt: skip
        with pytest.raises(Damaged):
            Learned.from_bytes(data)


def test_cross_validation_judges_every_text_by_a_model_that_has_not_seen_it(monkeypatch):
    fold = folded(LABELS, 3)
    assert sorted(np.bincount(fold)) == [4, 4, 4]
    learned_from = []

    def watched(texts, labels):
        learned_from.append(texts)
        return learn(texts, labels)

    monkeypatch.setattr("cases.hotline.measuring.learn", watched)
    found = measure(TEXTS, LABELS, 3)
    for one, texts in enumerate(learned_from):
        assert texts == [text for text, number in zip(TEXTS, fold, strict=True) if number != one]
    assert found.right >= 10 / 12
    assert found.guess == 0.5
    assert sum(found.folds) / 3 == pytest.approx(found.right)
    assert [(one.label, one.texts) for one in found.labels] == [("lamp", 6), ("noise", 6)]
    # Labels that have nothing to do with the texts cannot be learned, and the figures say so.
    mixed = measure(TEXTS, ["a", "b"] * 6, 3)
    assert mixed.right < 0.75
