"""A person's events leave every file, or go to nobody in particular, and the rest stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest

from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry, Job
from banso.shared.lake import columns, engine, ledger, reads, registry, rules, writes
from banso.shared.lake.models import Forgetting, Segment
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.slots import Slot

pytestmark = pytest.mark.django_db
WORDS = ["u-1", "hanako@example.jp", "山田花子"]


@pytest.fixture(autouse=True)
def lake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two users over three weeks, the last of which still waits in the inbox."""
    slot: Slot[Callable[[list[str]], dict[str, int]]] = Slot("test")
    accounts = {"A-1": 1, "A-2": 2}
    slot.fill("test", lambda keys: {k: accounts[k] for k in keys if k in accounts}, order=1)
    monkeypatch.setattr(registry, "account_keys", slot)
    props = json.dumps({"by": "Hanako@example.jp", "seats": 3, "to": {"who": "山田花子様"}})
    writes.promote(wanted=[("seats", "number"), ("by", "text")])
    send(
        an_event("2025-03-05 10:00", user_key="u-1", props=props),
        an_event("2025-03-05 11:00", user_key="u-2"),
    )
    writes.compact()
    send(an_event("2025-03-12 10:00", user_key="u-1", account_key="A-2"))
    send(an_event("2025-03-12 11:00", user_key="u-2"), an_event("2025-03-12 12:00"))
    writes.compact()
    send(an_event("2025-03-19 10:00", user_key="u-1", account_key="nobody's"))


def send(*events: dict[str, object]) -> None:
    writes.append(events=a_table(*events), source="s")


def users() -> list[str | None]:
    found = reads.query("SELECT user_key FROM events ORDER BY ts_us")["user_key"]
    return [str(one) if one else None for one in found.to_pylist()]


def forget(mode: str = "erase", account_ids: list[int] | None = None) -> Forgetting:
    asked = writes.forget(user_keys=["u-1"], mode=mode, account_ids=account_ids, words=WORDS)
    run_owed()
    asked.refresh_from_db()
    return asked


def everything_on_disk() -> str:
    """All that any file of the lake says, retired files included."""
    return "".join(str(pq.read_table(path).to_pylist()) for path in engine.root().iterdir())


def test_erased_events_are_gone_from_all_weeks_and_the_inbox() -> None:
    asked = forget()
    assert users() == ["u-2", "u-2", None]
    assert (asked.events, asked.left, len(asked.by_week)) == (3, 0, 3)
    assert asked.finished_at is not None
    assert (asked.files, asked.of_files) == (3, 3)
    found = ledger.balance()
    assert found.is_even
    assert found.forgotten == 3


def test_the_weeks_are_told_to_those_who_count() -> None:
    asked = forget()
    entries = Entry.objects.filter(kind="events.forgotten")
    weeks = {week for entry in entries for week in entry.payload["weeks"]}
    assert weeks == {int(week) for week in asked.by_week}


def test_nothing_says_who_it_was_when_it_is_done() -> None:
    asked = forget("pseudonymise")
    assert (asked.user_keys, asked.pseudonyms, asked.words) == ([], {}, [])
    kept = str(list(Entry.objects.values_list("payload", flat=True)))
    kept += str(list(Job.objects.values_list("args", flat=True)))
    assert "u-1" not in kept


def test_a_pseudonym_is_random_and_keeps_the_counts() -> None:
    before = ledger.balance().new
    asked = forget("pseudonymise")
    [name] = {user for user in users() if user and user != "u-2"}
    assert users() == [name, "u-2", name, "u-2", None, name]
    assert name.startswith("forgotten-") and "u-1" not in name
    assert asked.events == 3
    assert ledger.balance().is_even and ledger.balance().new == before + 1
    live = reads.live_segments()
    wanted = [("seats", "number"), ("by", "text")]
    with engine.opened() as connection:
        rows = connection.execute(
            f"SELECT user_no, {reads.promoted_column(*wanted[0])}, "
            f"{reads.promoted_column(*wanted[1])} FROM {reads.facts_relation(live, wanted)} "
            f"WHERE user_key = '{name}' ORDER BY ts_us"
        ).fetchall()
    assert rows[0] == (columns.user_number(name), 3_000_000, name)
    (props,) = reads.query("SELECT props FROM events WHERE props IS NOT NULL")["props"].to_pylist()
    assert json.loads(props) == {"by": name, "seats": 3, "to": {"who": name}}


def test_the_old_files_are_gone_after_the_grace_and_that_is_noted() -> None:
    forget()
    assert "u-1" in everything_on_disk()
    writes.sweep()
    assert Forgetting.objects.filter(swept_at=None).exists()
    with clock.held_at(clock.now() + rules.GRACE + timedelta(seconds=1)):
        writes.sweep()
    assert not Forgetting.objects.filter(swept_at=None).exists()
    assert "u-1" not in everything_on_disk()
    assert "u-2" in everything_on_disk()


def test_only_the_accounts_that_are_meant() -> None:
    asked = forget(account_ids=[2])
    assert asked.events == 1
    assert users().count("u-1") == 2
    assert reads.accounts_of_users(["u-1"]) == {1: 1, None: 1}


def test_a_forgetting_in_rounds_goes_on_after_it_was_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "REWRITE_ROWS", 1)
    asked = writes.forget(user_keys=["u-1"], mode="erase")
    assert writes.forget_some() is True
    asked.refresh_from_db()
    assert (asked.files, asked.of_files, asked.finished_at) == (1, 3, None)
    while writes.forget_some():
        pass
    asked.refresh_from_db()
    assert (asked.events, asked.files, asked.left) == (3, 3, 0)


def test_the_files_are_searched_once_and_again_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched, search = [], reads.files_of_users

    def counted(*args: Any) -> dict[str, int]:
        searched.append(1)
        return search(*args)

    monkeypatch.setattr(reads, "files_of_users", counted)
    monkeypatch.setattr(rules, "REWRITE_ROWS", 1)
    assert forget().events == 3
    assert len(searched) == 2


def test_a_file_that_was_merged_meanwhile_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "REWRITE_ROWS", 1)
    asked = writes.forget(user_keys=["u-1"], mode="erase")
    writes.forget_some()
    for number in range(rules.MERGE_AT):
        send(an_event("2025-03-12 13:00", event_id=str(number), user_key="u-2"))
        writes.compact()
    while writes.forget_some():
        pass
    asked.refresh_from_db()
    assert (asked.events, asked.left) == (3, 0)
    assert "u-1" not in users()


def test_nobody_is_not_everybody() -> None:
    for keys in ([], [""]):
        with pytest.raises(ValueError, match="everybody"):
            writes.forget(user_keys=keys, mode="erase")


def test_a_name_that_looks_like_sql_is_only_a_name() -> None:
    send(an_event("2025-03-20 10:00", user_key="x') OR (1 = 1"))
    writes.forget(user_keys=["x') OR (1 = 1"], mode="erase")
    run_owed()
    assert len(users()) == 6


def test_a_week_that_only_one_person_used_leaves_no_file() -> None:
    asked = forget()
    weeks = {segment.week for segment in reads.live_segments()}
    assert len(weeks) == 2
    assert Segment.objects.filter(retired_at=None).count() == 2
    assert asked.left == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{"a": "x u-1 y", "b": ["u-1", 2]}', {"a": "?", "b": ["?", 2]}),
        ('{"id": 42, "n": 421, "ok": true}', {"id": "?", "n": 421, "ok": True}),
        ('{"mail": "HANAKO@EXAMPLE.JP"}', {"mail": "?"}),
    ],
)
def test_words_leave_the_properties(given: str, kept: dict[str, object]) -> None:
    said = rules.without_words(given, [*WORDS, "42"], "?")
    assert said is not None
    assert json.loads(said) == kept
