"""Encryption of single columns, digests for look-up, keyed proofs."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citygrid.common import crypto

TEXT = st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable())


@pytest.fixture(autouse=True)
def keys(settings):
    settings.FIELD_KEYS = ["newer", "oldest"]
    return settings


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(TEXT)
def test_what_is_encrypted_comes_back_and_looks_different_every_time(text):
    one, two = crypto.encrypt(text), crypto.encrypt(text)
    assert crypto.decrypt(one) == crypto.decrypt(two) == text
    assert one != two
    assert text not in one or len(text) < 4


def test_the_empty_text_stays_empty():
    assert crypto.encrypt("") == crypto.decrypt("") == crypto.blind("") == ""


def test_the_first_key_encrypts_and_every_key_decrypts(keys):
    keys.FIELD_KEYS = ["oldest"]
    old = crypto.encrypt("19900001234")
    keys.FIELD_KEYS = ["newer", "oldest"]
    new = crypto.encrypt("19900001234")
    assert crypto.decrypt(old) == "19900001234"
    keys.FIELD_KEYS = ["newer"]
    assert crypto.decrypt(new) == "19900001234"
    with pytest.raises(ValueError, match="FIELD_KEYS"):
        crypto.decrypt(old)


def test_a_changed_token_is_not_believed():
    token = crypto.encrypt("19900001234")
    with pytest.raises(ValueError, match="FIELD_KEYS"):
        crypto.decrypt(token[:-4] + ("AAA=" if token[-4:] != "AAA=" else "BBB="))


@pytest.mark.parametrize("proof", [crypto.blind, lambda text: _mac("a purpose", text)])
def test_a_digest_outlives_a_new_key_but_not_the_loss_of_the_oldest(keys, proof):
    first = proof("19900001234")
    keys.FIELD_KEYS = ["newest", "newer", "oldest"]
    assert proof("19900001234") == first
    keys.FIELD_KEYS = ["newest", "newer"]
    assert proof("19900001234") != first


def test_digests_of_different_texts_and_purposes_differ():
    found = {crypto.blind("a"), crypto.blind("b"), _mac("one", "a"), _mac("two", "a"), _mac("one", "b")}
    assert len(found) == 5
    assert {len(digest) for digest in found} == {64}


def _mac(purpose, text):
    mac = crypto.mac(purpose)
    mac.update(text.encode())
    return mac.hexdigest()
