"""The quick way and the careful way must agree: what one calls sound, the other keeps the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from banso.listen.events import raw_inbox, soundness
from banso.listen.events.intake import micros, rows_of
from banso.listen.events.raw_inbox import Body, packed, rows_of_payload
from banso.listen.events.segment import Message, event_of
from banso.listen.events.wire import Event, Read, Reader, Unusable

AT = "2025-03-05T10:00:00+09:00"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
NOW_US = micros(NOW, 0)
SOUND = {"event_id": "e1", "account": "A-1", "user": "u", "name": "login", "time": 1_741_136_400}
_events = Reader(Event)


def quick(body: bytes, *, lines: bool = False, batch_key: str = "") -> int:
    return soundness.sound_rows(body, lines=lines, batch_key=batch_key, now_us=NOW_US)


def careful(body: bytes, *, lines: bool, batch_key: str) -> tuple[Read[Event], Any]:
    read = _events.read(body, lines=lines)
    return read, rows_of(read, now=NOW, batch_key=batch_key, homes={}, has_nul=b"\\u0000" in body)


def agree(body: bytes, *, lines: bool = False, batch_key: str = "") -> int:
    """How many events are sound, once both ways have said and stored the same of them."""
    rows = quick(body, lines=lines, batch_key=batch_key)
    if rows:
        read, kept = careful(body, lines=lines, batch_key=batch_key)
        assert (read.refused, kept.duplicate, kept.count) == ({}, 0, rows)
        (row,) = packed([Body("product", body, rows, lines, batch_key, NOW_US)])
        table = rows_of_payload(row.payload, row.meta, row.source, NOW)
        assert table.to_pylist() == kept.table().to_pylist()
    return rows


texts = st.text(max_size=5) | st.sampled_from(["A-1", " ", "x" * 200, "x" * 201, "\0", "é"])
ids = texts | st.integers() | st.none() | st.booleans()
moments = (
    st.none()
    | st.sampled_from([31_535_999, 31_535_999.9999999, 31_536_000])
    | st.integers(-1, 2 * NOW_US)
    | st.floats(allow_nan=False)
    | st.sampled_from([0, 10**11 - 1, 10**11, 10**14, NOW_US, NOW_US + 86_400_000_001, 10**30])
    | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
    | st.just((NOW + timedelta(days=2)).isoformat())
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
anything = st.fixed_dictionaries(
    {"name": texts},
    optional={
        "account": ids,
        "user": ids,
        "role": texts | st.none(),
        "event_id": ids,
        "time": moments,
        "properties": st.dictionaries(texts, values, max_size=4) | st.none(),
        "extra": st.just(1),
    },
)
usual = st.fixed_dictionaries(
    {"name": st.sampled_from(["login", "export"]), "account": st.just("A-1")},
    optional={
        "user": st.sampled_from(["u1", "u2"]),
        "event_id": st.integers(0, 9).map(str),
        "time": st.sampled_from([1, 1_741_136_400, 1_741_136_400_000, "2025-03-05T10:00:00+09:00"]),
        "properties": st.dictionaries(st.sampled_from("ab"), values, max_size=2),
    },
)
batches = st.lists(anything, max_size=3) | st.lists(usual, min_size=1, max_size=4)


@given(batches, st.booleans(), st.booleans(), st.sampled_from(["", "b-1"]))
@example([SOUND | {"event_id": "b-1:1"}, SOUND | {"event_id": None}], False, True, "b-1")
@example([SOUND | {"properties": {"n": 10**40, "f": 1e15, "z": -0.0}}], False, True, "")
def test_both_ways_agree(
    events: list[dict[str, Any]], lines: bool, ascii_only: bool, batch_key: str
) -> None:
    texts = [json.dumps(event, ensure_ascii=ascii_only) for event in events]
    body = "\n".join(texts) if lines else f"[{', '.join(texts)}]"
    agree(body.encode("utf-8", "surrogatepass"), lines=lines, batch_key=batch_key)
    if len(texts) == 1:
        agree(texts[0].encode("utf-8", "surrogatepass"), batch_key=batch_key)


@given(st.binary(max_size=30) | st.text('[]{},:"\\ \n01e.-nameacount', max_size=40).map(str.encode))
def test_no_body_breaks_the_quick_way(body: bytes) -> None:
    for lines in (False, True):
        if quick(body, lines=lines):
            try:
                agree(body, lines=lines)
            except Unusable as unusable:
                raise AssertionError(body) from unusable


@pytest.mark.parametrize(
    "changed",
    [
        {"time": "2025-03-05T10:00:00+09:00"},
        {"time": 1_741_136_400_000},
        {"time": 31_536_000},
        {"time": "1971-01-01T00:00:00Z"},
        {"time": 1_741_136_400.25},
        {"time": None},
        {"event_id": None},
        {"role": ""},
        {"properties": {"plan": "pro", "n": 1, "ok": True, "none": None}},
        {"properties": {"list": [{"a": {"b": []}}]}},
        {"user": 7},
    ],
)
def test_what_programs_usually_send_is_sound(changed: dict[str, Any]) -> None:
    one = json.dumps(SOUND | changed).encode()
    assert agree(one) == 1
    two = json.dumps([SOUND | changed, SOUND | changed | {"event_id": "e2", "user": "v"}]).encode()
    assert agree(two) == (0 if changed.get("event_id", "") is None else 2)
    assert agree(two.replace(b"}, {", b"}\n{").strip(b"[]"), lines=True) in (0, 2)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([SOUND, SOUND]),
        json.dumps([SOUND | {"properties": {"a": "x" * 65_536}}]),
        json.dumps([SOUND | {"properties": {f"k{n}": 1e15 for n in range(3_500)}}]),
        json.dumps([SOUND | {"properties": {"a": json.loads("[" * 21 + "]" * 21)}}]),
        json.dumps([SOUND | {"account": None}]),
        json.dumps([SOUND | {"time": -1}, SOUND | {"time": 1}]),
        json.dumps([SOUND | {"time": 31_535_999}]),
        json.dumps([SOUND | {"time": "1970-12-31T23:59:59Z"}]),
        json.dumps(SOUND) + " " * 256 * 1024 + "x",
        json.dumps(SOUND)[:-1] + " " * 256 * 1024 + "}",
        json.dumps([SOUND | {"event_id": str(n)} for n in range(5001)]),
        "[]",
        "",
    ],
)
def test_what_needs_a_closer_look_is_not_sound(body: str) -> None:
    assert quick(body.encode()) == 0


def a_call(**fields: Any) -> dict[str, Any]:
    made = {"type": "track", "event": "login", "messageId": "m1", "userId": "u", "sentAt": AT}
    return made | {"context": {"groupId": "A-1", "library": {"name": "js"}}} | fields


@pytest.mark.parametrize(
    ("fields", "is_sound"),
    [
        ({}, True),
        ({"properties": {"n": 1.5, "list": [1]}, "timestamp": "2025-03-05T01:00:00.123Z"}, True),
        ({"context": {"traits": {"company": {"id": "A-2"}, "role": "admin"}}}, True),
        ({"context": {}}, False),
        ({"type": "page"}, False),
        ({"type": "identify"}, False),
        ({"event": ""}, False),
        ({"timestamp": "yesterday"}, False),
        ({"messageId": "other"}, False),
    ],
)
def test_track_calls_become_the_events_that_the_view_makes(
    fields: dict[str, Any], is_sound: bool
) -> None:
    calls = [a_call(**fields), a_call(messageId="other")]
    found = soundness.sound_messages(json.dumps({"batch": calls}).encode(), "batch", NOW_US)
    if not is_sound:
        assert found is None
        return
    assert found is not None
    messages = [msgspec.convert(call, Message) for call in calls]
    read = Read([(n, event_of(message)) for n, message in enumerate(messages)])
    kept = rows_of(read, now=NOW, batch_key="", homes={}, has_nul=False)
    (row,) = packed([Body("product", *found, False, "", NOW_US)])
    table = rows_of_payload(row.payload, row.meta, row.source, NOW)
    assert table.to_pylist() == kept.table().to_pylist()
    one = soundness.sound_messages(json.dumps(a_call() | {"type": None}).encode(), "track", NOW_US)
    assert one is not None
    assert one[1] == 1


def test_many_small_bodies_share_a_row_and_large_ones_have_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(raw_inbox, "MOST_ROWS", 5)
    bodies = []
    for number in range(7):
        events = [SOUND | {"event_id": f"{number}-{n}"} for n in range(2)]
        source = "other" if number == 3 else "product"
        data = json.dumps(events).encode()
        bodies.append(Body(source, data, 2, False, "", NOW_US))
    rows = packed(bodies)
    assert [(row.source, row.rows) for row in rows] == [
        ("product", 4),
        ("product", 4),
        ("product", 4),
        ("other", 2),
    ]
    found = [rows_of_payload(row.payload, row.meta, row.source, NOW) for row in rows]
    assert [key for table in found for key in table["event_id"].to_pylist()] == [
        f"{number}-{n}" for number in (0, 1, 2, 4, 5, 6, 3) for n in range(2)
    ]
