"""Tables from offices: both encodings, sizes, and what is no text."""

from __future__ import annotations

import pytest

from citygrid.common.errors import Invalid
from citygrid.common.textfiles import content_of, text_of


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_read_whichever_way_it_was_saved(encoding):
    assert text_of("编号,名称\n一,㐀𠀀".encode(encoding)) == "编号,名称\n一,㐀𠀀"


@pytest.mark.parametrize("content", [b"a\x00b", b"\xff\xfe\x00\x01", "表".encode("utf-16")])
def test_what_is_no_text_is_nothing(content):
    assert text_of(content) is None


def test_a_file_is_read_up_to_its_limit(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"12345")
    assert content_of(path, most=5, too_large="Too much.") == b"12345"
    with pytest.raises(Invalid, match=r"^Too much\.$"):
        content_of(path, most=4, too_large="Too much.")
    with pytest.raises(Invalid, match=r"absent\.csv cannot be read: No such file"):
        content_of(tmp_path / "absent.csv", most=5, too_large="")
