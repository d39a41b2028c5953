"""Texts are cut into words, and nothing is left in the folder for temporary files."""

from __future__ import annotations

import subprocess
import sys

from citygrid.common.words import LONGEST, words


def test_words_come_in_their_order_without_figures_and_signs():
    assert words("山前街道的路灯坏了3天，A7县（ＡＢＣ）没人管！") == ["山前", "街道", "路灯", "abc", "没人", "没人管"]
    assert words("") == words("1 2，。\n\t") == []
    assert words("路灯" + "，" * LONGEST + "井盖") == ["路灯"]


def test_nothing_is_read_from_or_left_in_the_folder_for_temporary_files(tmp_path):
    trap = tmp_path / "jieba.cache"
    trap.write_bytes(b"not a dictionary")
    code = "from citygrid.common.words import words; print(words('路灯坏了，人行道上'))"
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True,
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": ".", "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert (told.stdout.strip(), told.stderr) == ("['路灯', '人行', '行道', '人行道']", "")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("jieba.cache", b"not a dictionary")]
