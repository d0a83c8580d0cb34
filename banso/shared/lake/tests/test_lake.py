from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pyarrow as pa
import pytest
from django.conf import settings

from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry, Job
from banso.shared.journal.writes import record
from banso.shared.lake import compaction, engine, packing, reads, registry, rules, writes
from banso.shared.lake.models import Batch, Manifest, Segment
from banso.shared.lake.tests.builders import a_table, an_event, micros
from banso.shared.slots import Slot
from banso.shared.users.writes import save_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Accounts by key; a test adds to it when a customer comes."""
    accounts: dict[str, int] = {"A-1": 1}
    slot: Slot[Callable[[list[str]], dict[str, int]]] = Slot("test")
    slot.fill("test", lambda keys: {k: accounts[k] for k in keys if k in accounts}, order=1)
    monkeypatch.setattr(registry, "account_keys", slot)
    return accounts


def counted(where: str = "true") -> int:
    return int(reads.query(f"SELECT COUNT(*) n FROM events WHERE {where}")["n"][0].as_py())


def test_nothing_arrived_yet() -> None:
    assert counted() == 0
    assert (
        reads.query("SELECT account_id, day FROM events").schema.field("account_id").type
        == pa.int64()
    )


def test_what_was_appended_is_read_after_compaction(known: dict[str, int]) -> None:
    receipt = writes.append(
        events=a_table(an_event(user_key="u", role="admin", props='{"n": 3}')), source="s"
    )
    assert receipt.accepted == 1
    assert reads.waiting_rows() == 1
    assert writes.compact() == 1
    (row,) = reads.query("SELECT * FROM events").to_pylist()
    assert row == {
        "account_id": 1,
        "account_key": "A-1",
        "user_key": "u",
        "role": "admin",
        "name": "login",
        "ts_us": micros("2025-03-05 10:00"),
        "day": 20152,
        "props": '{"n": 3}',
    }
    assert Batch.objects.count() == 0
    assert Entry.objects.get(kind="events.arrived").payload["rows"] == 1


def test_append_asks_for_the_compaction(known: dict[str, int]) -> None:
    writes.append(events=a_table(an_event()), source="s")
    assert Job.objects.filter(name="lake.compact", done_at=None).count() == 1
    run_owed()
    assert counted() == 1


def test_a_repeated_event_counts_once(known: dict[str, int]) -> None:
    twice = a_table(
        an_event(event_id="1"), an_event(event_id="1", user_key="changed"), an_event(), an_event()
    )
    writes.append(events=twice, source="s")
    assert writes.compact() == 2
    writes.append(events=twice, source="s")
    assert writes.compact() == 0
    assert counted() == 2
    assert counted("user_key = 'changed'") == 0
    writes.append(events=a_table(an_event(event_id="1")), source="another")
    assert writes.compact() == 1


def test_empty_and_missing_values_are_different_rows(known: dict[str, int]) -> None:
    rows = a_table(
        an_event(user_key=None), an_event(user_key=""), an_event(role=""), an_event(props="{}")
    )
    writes.append(events=rows, source="s")
    assert writes.compact() == 4


def test_the_day_is_the_organisations(known: dict[str, int]) -> None:
    save_organisation(by=None, time_zone="Asia/Tokyo")
    late = [an_event("2025-03-05 23:59", name="late"), an_event("2025-03-06 00:00", name="early")]
    writes.append(events=a_table(*late), source="s")
    writes.compact()
    days = reads.query("SELECT name, day FROM events ORDER BY name").to_pylist()
    assert days == [{"name": "early", "day": 20153}, {"name": "late", "day": 20152}]


def test_a_late_event_changes_its_week_alone(known: dict[str, int]) -> None:
    writes.append(
        events=a_table(an_event("2025-03-05 10:00"), an_event("2025-06-05 10:00")), source="s"
    )
    writes.compact()
    newest = reads.newest_segment()
    writes.append(events=a_table(an_event("2025-03-06 10:00")), source="s")
    writes.compact()
    assert reads.weeks_changed_since(newest) == [rules.week_of(micros("2025-03-06 10:00"))]
    assert counted() == 3


def test_many_small_files_of_a_week_become_one(known: dict[str, int]) -> None:
    for number in range(rules.MERGE_AT + 2):
        writes.append(
            events=a_table(an_event(event_id=str(number)), an_event(event_id="same")), source="s"
        )
        writes.compact()
    live = reads.live_segments()
    assert len(live) == 3
    assert counted() == rules.MERGE_AT + 3 == sum(s.rows for s in live)


def test_retired_files_outlive_their_readers_and_are_swept(known: dict[str, int]) -> None:
    for number in range(rules.MERGE_AT):
        writes.append(events=a_table(an_event(event_id=str(number))), source="s")
        writes.compact()
    (engine.root() / "w00001-orphan.parquet").write_bytes(b"half")
    files = len(list(engine.root().iterdir()))
    assert writes.sweep() == 0
    with clock.held_at(clock.now() + timedelta(hours=2)):
        assert writes.sweep(grace=timedelta(0)) == files - len(reads.live_segments())
    assert counted() == rules.MERGE_AT
    assert Segment.objects.exclude(retired_at=None).count() == 0


def test_events_of_unknown_accounts_wait_and_are_claimed(known: dict[str, int]) -> None:
    rows = [an_event(account_key="new", event_id=str(n)) for n in range(3)] + [
        an_event(account_key="other")
    ]
    writes.append(events=a_table(an_event(), *rows), source="s")
    writes.compact()
    assert counted("account_id IS NULL") == 4 == reads.unknown_rows()
    waiting = reads.unknown_keys(10).to_pylist()
    assert [(row["account_key"], row["events"]) for row in waiting] == [("new", 3), ("other", 1)]
    known["new"] = 7
    record("accounts.upserted", by=None)
    run_owed()
    assert counted("account_id = 7") == 3
    assert reads.unknown_rows() == 1
    assert counted() == 5
    assert writes.claim() == 0


def test_a_claimed_event_that_is_sent_again_counts_once(known: dict[str, int]) -> None:
    writes.append(events=a_table(an_event(account_key="new")), source="s")
    writes.compact()
    known["new"] = 7
    writes.claim()
    writes.append(events=a_table(an_event(account_key="new")), source="s")
    assert writes.compact() == 0


def test_a_compaction_that_was_overtaken_starts_again(
    known: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    writes.append(events=a_table(an_event(event_id="mine")), source="s")
    draft, calls = compaction.drafted, []

    def overtaken(arrived: pa.Table, live: list[Segment]) -> compaction.Draft:
        calls.append(1)
        made = draft(arrived, live)
        if len(calls) == 1:
            Manifest.objects.update(version=Manifest.objects.get().version + 1)
        return made

    monkeypatch.setattr(compaction, "drafted", overtaken)
    assert writes.compact() == 1
    assert len(calls) == 2
    assert len(list(engine.root().iterdir())) == 1 == counted()


def test_rounds_of_the_compaction_are_bounded(
    known: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "BATCH_ROWS", 10)
    monkeypatch.setattr(rules, "ROUND_ROWS", 25)
    writes.append(events=a_table(*[an_event(event_id=str(n % 90)) for n in range(100)]), source="s")
    assert Batch.objects.count() == 10
    assert writes.compact() == 90 == counted()
    assert Entry.objects.filter(kind="events.arrived").count() == 5


def test_large_properties_are_cut_into_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BATCH_BYTES", 20_000)
    table = a_table(*[an_event(props='{"t": "%s"}' % ("x" * 3000)) for _ in range(20)])
    parts = list(packing.batches(table))
    assert sum(part.num_rows for part in parts) == 20
    assert all(part.nbytes <= 20_000 for part in parts)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": None}, "name"),
        ({"account_key": "k" * 201}, "account_key"),
        ({"ts_us": -1}, "ts_us"),
        ({"ts_us": rules.LATEST_US}, "ts_us"),
        ({"props": "{"}, "props"),
        ({"props": "[1]"}, "props"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(wrong: dict[str, object], says: str) -> None:
    rows = pa.Table.from_pylist([an_event(), an_event() | wrong])
    with pytest.raises(rules.BadEvents, match=says):
        writes.append(events=rows, source="s")
    assert Batch.objects.count() == 0


def test_a_missing_column_is_named() -> None:
    with pytest.raises(rules.BadEvents, match="ts_us"):
        writes.append(events=pa.table({"name": ["a"], "account_key": ["b"]}), source="s")


def test_tables_can_be_joined(known: dict[str, int]) -> None:
    writes.append(events=a_table(an_event(), an_event(name="logout")), source="s")
    writes.compact()
    wanted = pa.table({"name": ["login"]})
    found = reads.query("SELECT COUNT(*) n FROM events JOIN wanted USING (name)", wanted=wanted)
    assert found["n"][0].as_py() == 1
    assert settings.LAKE_ROOT.exists()


def test_what_was_compacted_before_is_known_again(known: dict[str, int]) -> None:
    first = a_table(an_event(event_id="1"), an_event(event_id="2"))
    writes.append(events=first, source="crm")
    assert reads.known_events(first, source="crm").tolist() == [False, False]
    writes.compact()
    more = a_table(an_event(event_id="1"), an_event(event_id="2"), an_event(event_id="3"))
    assert reads.known_events(more, source="crm").tolist() == [True, True, False]
    assert reads.known_events(first, source="other").tolist() == [False, False]
