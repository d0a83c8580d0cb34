from __future__ import annotations

import base64

import pytest

from banso.shared import clock
from banso.shared.keys.rules import Bucket, digest_of, new_token, token_in
from banso.shared.keys.tests.builders import a_key
from banso.shared.keys.writes import note_use


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        (basic("abc:"), "abc"),
        (basic("abc:word"), "abc"),
        ("Basic !!!", ""),
        (basic("鍵:"), ""),
        ("Digest abc", ""),
        ("Bearer 鍵", ""),
        ("Bearer " + "x" * 300, ""),
        ("", ""),
    ],
)
def test_where_the_key_stands(header: str, token: str) -> None:
    assert token_in(header) == token


def test_keys_differ_and_are_long() -> None:
    assert len({new_token() for _ in range(50)}) == 50
    assert len(new_token()) == 47
    assert len(digest_of("a")) == 64


def test_a_bucket_refills_and_pays_its_debt() -> None:
    bucket = Bucket(per_second=10, most=100, level=100, at=0)
    bucket.level -= 150
    bucket.refill(1)
    assert (bucket.level, bucket.wait()) == (-40, 5)
    bucket.refill(6)
    assert (bucket.wait(), bucket.until_full()) == (0, 9)
    bucket.refill(1000)
    assert bucket.level == 100


@pytest.mark.django_db
def test_the_last_use_is_written_down_now_and_then() -> None:
    key, _token = a_key()
    note_use(key)
    key.refresh_from_db()
    first = key.last_used_at
    assert first is not None
    note_use(key)
    key.refresh_from_db()
    assert key.last_used_at == first
    assert first <= clock.now()
