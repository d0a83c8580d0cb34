"""Users as numbers and properties as columns, whatever the age of a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from banso.shared.journal.jobs import run_owed
from banso.shared.lake import columns, compaction, engine, files, reads, registry, rules, writes
from banso.shared.lake.models import Promoted, Segment
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.slots import Slot

pytestmark = pytest.mark.django_db

ODD = ['we "quote"', "back\\slash", "it's", "*", "a.b", "日本語", "$", " ", "a/b", "~1", "1"]


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    accounts: dict[str, int] = {"A-1": 1}
    slot: Slot[Callable[[list[str]], dict[str, int]]] = Slot("test")
    slot.fill("test", lambda keys: {k: accounts[k] for k in keys if k in accounts}, order=1)
    monkeypatch.setattr(registry, "account_keys", slot)
    return accounts


def compacted(*events: dict[str, object]) -> None:
    writes.append(events=a_table(*events), source="s")
    writes.compact()


def as_layout_1() -> None:
    """Write the live files as they were before they had columns of their own."""
    for segment in reads.live_segments():
        path = engine.root() / segment.file
        pq.write_table(pq.read_table(path).select(columns.STORED[:-1]), path)
        Segment.objects.filter(pk=segment.pk).update(
            layout=1, promoted=[], bytes=path.stat().st_size
        )


def facts(*wanted: tuple[str, str]) -> list[dict[str, object]]:
    relation = reads.facts_relation(reads.live_segments(), wanted)
    with engine.opened() as connection:
        found = connection.sql(f"SELECT * FROM {relation} ORDER BY ts_us, name").to_arrow_table()
    return [dict(row) for row in found.to_pylist()]


def the_value(props: object, prop: str, kind: str) -> object:
    writes.promote(wanted=[(prop, kind)])
    compacted(an_event(props=json.dumps(props)))
    return facts((prop, kind))[0][reads.promoted_column(prop, kind)]


def test_a_user_is_a_number_that_any_engine_can_make() -> None:
    keys = ["u-1", "利用者", "", None]
    compacted(*[an_event(user_key=key, name=str(place)) for place, key in enumerate(keys)])
    expected = [
        int.from_bytes(sha256(key.encode()).digest()[:8], "big", signed=True) if key else None
        for key in keys
    ]
    assert [row["user_no"] for row in facts()] == expected
    as_layout_1()
    assert [row["user_no"] for row in facts()] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (3, 3_000_000),
        (0.5, 500_000),
        ("12.25", 12_250_000),
        (-1, -1_000_000),
        (10**12, 10**18),
        (10**12 + 1, None),
        ("nan", None),
        ("", None),
        (None, None),
        (True, None),
        ([1], None),
        ({"a": 1}, None),
    ],
)
def test_a_number_is_kept_in_millionths(given: object, expected: int | None) -> None:
    assert the_value({"amount": given}, "amount", "number") == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("pro", "pro"), ("", ""), (3, "3"), (True, "true"), (None, None), ([1, 2], "[1,2]")],
)
def test_a_text_is_kept_as_it_is(given: object, expected: str | None) -> None:
    assert the_value({"plan": given}, "plan", "text") == expected


@pytest.mark.parametrize("prop", ODD)
def test_any_name_of_a_property_will_do(prop: str) -> None:
    assert the_value({prop: "x", "other": "y"}, prop, "text") == "x"


def test_files_of_every_age_are_read_together_and_brought_up_to_date() -> None:
    wanted = [("plan", "text"), ("seats", "number")]
    compacted(an_event("2025-03-05 10:00", props='{"plan": "a", "seats": 1}', user_key="u"))
    as_layout_1()
    writes.promote(wanted=wanted[:1])
    compacted(an_event("2025-03-12 10:00", props='{"plan": "b", "seats": 2}'))
    writes.promote(wanted=wanted)
    compacted(an_event("2025-03-19 10:00"), an_event("2025-03-19 10:01", props='{"seats": 3}'))
    plan, seats = [reads.promoted_column(*pair) for pair in wanted]
    before = facts(*wanted)
    assert [(row[plan], row[seats]) for row in before] == [
        ("a", 1_000_000),
        ("b", 2_000_000),
        (None, None),
        (None, 3_000_000),
    ]
    assert list(before[0]) == [*columns.FACTS, plan, seats]
    progress = reads.promotion_progress()
    assert (progress.files, progress.of_files, progress.rows, progress.of_rows) == (1, 3, 2, 4)
    ids = [segment.pk for segment in reads.live_segments()]
    version = reads.version()
    run_owed()
    assert reads.promotion_progress(wanted).is_done
    assert facts(*wanted) == before
    assert [segment.pk for segment in reads.live_segments()] == ids
    assert reads.version() == version
    assert reads.query("SELECT COUNT(*) n FROM events")["n"][0].as_py() == 4


def test_the_files_hold_nothing_that_another_engine_cannot_read() -> None:
    writes.promote(wanted=[("plan", "text"), ("seats", "number")])
    compacted(an_event(user_key="u", props="{}"))
    (path,) = reads.paths_of(reads.live_segments())
    plain = {pa.int64(), pa.int32(), pa.string(), pa.binary()}
    assert {field.type for field in pq.read_schema(path)} <= plain


def test_a_rewriting_in_rounds_leaves_the_others_room(monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(1, 29, 7):
        compacted(an_event(f"2025-04-{day:02} 10:00", props='{"seats": 1}'))
    monkeypatch.setattr(rules, "REWRITE_ROWS", 2)
    writes.promote(wanted=[("seats", "number")])
    assert writes.promote_some() is True
    assert reads.promotion_progress().files == 2
    assert writes.promote_some() is False
    assert reads.promotion_progress().is_done
    retired = Segment.objects.exclude(retired_at=None)
    assert retired.count() == 4
    assert all((engine.root() / one.file).exists() for one in retired)


def test_a_file_that_was_merged_meanwhile_is_not_brought_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compacted(an_event(props='{"seats": 1}'))
    draft = compaction.rewritten

    def overtaken(*args: object) -> compaction.Draft:
        made = draft(*args)  # type: ignore[arg-type]
        Segment.objects.update(retired_at=reads.live_segments()[0].created_at)
        return made

    monkeypatch.setattr(compaction, "rewritten", overtaken)
    writes.promote(wanted=[("seats", "number")])
    writes.promote_some()
    assert reads.live_segments() == []
    assert len(list(engine.root().iterdir())) == 1
    assert not [path for path in engine.root().iterdir() if path.name.endswith(files.UNFINISHED)]


def test_merged_and_claimed_files_have_the_columns_of_their_day(known: dict[str, int]) -> None:
    compacted(an_event(account_key="new", props='{"seats": 1}', user_key="u"))
    as_layout_1()
    writes.promote(wanted=[("seats", "number")])
    known["new"] = 7
    assert writes.claim() == 1
    (claimed,) = reads.live_segments()
    assert not columns.lacks(claimed, columns.promoted())
    as_layout_1()
    for number in range(rules.MERGE_AT):
        compacted(an_event(event_id=str(number), props='{"seats": 2}'))
    assert not columns.lacks(reads.live_segments()[0], columns.promoted())
    column = reads.promoted_column("seats", "number")
    found = facts(("seats", "number"))
    assert sum(int(str(row[column])) for row in found) == 17_000_000
    assert {row["account_id"] for row in found} == {1, 7}


def test_a_property_without_a_column_is_named() -> None:
    with pytest.raises(reads.NotPromoted, match="seats"):
        reads.promoted_column("seats", "number")


def test_a_property_is_promoted_once_for_each_kind() -> None:
    for _ in range(2):
        writes.promote(wanted=[("seats", "number"), ("seats", "text"), ("seats", "number")])
    assert Promoted.objects.count() == 2
