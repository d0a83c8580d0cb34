from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.listen.events import counting, reads, rules, writes
from banso.listen.events.models import (
    EventName,
    RoleName,
    SegmentNames,
    Source,
    Span,
    UnknownAccount,
)
from banso.listen.events.tests.builders import an_event_name
from banso.listen.events.writes import name_event, refresh_names
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.writes import record
from banso.shared.lake import writes as lake
from banso.shared.lake.models import Segment
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_names_follow_what_arrives() -> None:
    an_account(external_id="A-1")
    first = an_event(
        "2025-03-05 10:00", name="login", role="admin", props='{"n": 1, "plan": "pro"}'
    )
    lake.append(events=a_table(first, an_event("2025-03-07 10:00", name="login")), source="s")
    run_owed()
    login = EventName.objects.get()
    assert (login.count, login.first_seen.day, login.last_seen.day) == (2, 5, 7)
    assert login.numeric_properties == ["n"]
    assert [role.name for role in reads.role_names()] == ["admin"]
    name_event(
        by=a_user(role="analyst"), event=login, label_en="", label_ja="ログイン", is_core=True
    )
    lake.append(events=a_table(an_event(name="export", event_id="1")), source="s")
    run_owed()
    assert {e.name: (e.count, e.label_ja, e.is_core) for e in reads.event_names()} == {
        "login": (2, "ログイン", True),
        "export": (1, "", False),
    }
    assert reads.core_names() == ["login"]


def test_unknown_accounts_are_listed_until_they_come() -> None:
    lake.append(
        events=a_table(*[an_event(account_key="X-9", event_id=str(n)) for n in range(3)]),
        source="s",
    )
    run_owed()
    assert [(u.account_key, u.count) for u in reads.unknown_accounts()] == [("X-9", 3)]
    an_account(external_id="X-9")
    record("accounts.upserted", by=None)
    run_owed()
    assert not UnknownAccount.objects.exists()


def test_an_empty_lake_is_counted() -> None:
    an_event_name("gone")
    assert refresh_names() == 0


def test_properties_have_the_type_that_nearly_all_values_have() -> None:
    examples = [
        '{"a": 1, "b": "x", "c": true, "d": "2025-03-05", "e": [1], "f": {"g": 1}}',
        '{"a": "2.5", "b": 3, "d": "2025-03-05T10:00:00+09:00"}',
        "no",
        "[1]",
        '{"h": null}',
    ]
    found = rules.properties(examples)
    assert {key: rules.type_among(p.types) for key, p in found.items()} == {
        "a": "number",
        "b": "text",
        "c": "yes_no",
        "d": "date",
        "e": "list",
        "f": "object",
    }
    assert found["f"].example == '{"g": 1}'
    assert not rules.is_number("1e999")
    assert not rules.is_number({})


@pytest.mark.parametrize(
    ("key", "example", "personal"),
    [
        ("email", "", True),
        ("userEmail", "", True),
        ("contact_name", "", True),
        ("氏名", "", True),
        ("sent_to", "sato@example.jp", True),
        ("dial", "03-1234-5678", True),
        ("name", "Report 5", False),
        ("emailed", "true", False),
        ("pages", "2025", False),
        ("ipad", "yes", False),
        ("build", "1.2.3", False),
    ],
)
def test_what_looks_personal_is_noticed(key: str, example: str, personal: bool) -> None:
    assert rules.looks_personal(key, example) is personal


def state() -> list[Any]:
    """All that is counted, without the moments of counting."""
    names = EventName.objects.filter(count__gt=0).order_by("name")
    counted = [(e.name, e.count, e.first_seen, e.last_seen) for e in names]
    props = [{p["key"]: (p["seen"], p["types"], p["numeric"]) for p in e.properties} for e in names]
    roles = sorted(RoleName.objects.values_list("name", "count"))
    unknown = UnknownAccount.objects.order_by("account_key")
    return [counted, props, roles, list(unknown.values_list("account_key", "count", "last_seen"))]


def test_counting_what_is_new_gives_the_same_as_counting_all() -> None:
    random = Random(7)  # noqa: S311 - the same each time
    for number in range(12):  # enough for the weeks' files to be merged
        events = [
            an_event(
                f"2025-0{random.randint(2, 3)}-{random.randint(1, 28):02} 10:00",
                event_id=f"{number}-{n}",
                name=random.choice(["login", "export", "share"]),
                account_key=random.choice(["A-1", "X-9", "X-8"]),
                role=random.choice([None, "admin"]),
                props=random.choice([None, '{"n": 1}', '{"n": "x", "to": "a@example.jp"}']),
            )
            for n in range(20)
        ]
        lake.append(events=a_table(*events), source="s")
        lake.compact()
        if number == 7:
            an_account(external_id="X-9")
            lake.claim()
        refresh_names()
    in_steps = state()
    SegmentNames.objects.all().delete()
    refresh_names()
    assert state() == in_steps
    assert sum(count for _, count, *_ in in_steps[0]) == 240


def test_only_files_that_are_new_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def noted(segment: Segment) -> Any:
        read.append(segment.rows)
        return counting.counted(segment)

    monkeypatch.setattr(writes, "counted", noted)
    lake.append(events=a_table(*[an_event(event_id=str(n)) for n in range(5)]), source="s")
    lake.compact()
    refresh_names()
    lake.append(events=a_table(an_event(event_id="new"), an_event(event_id="1")), source="s")
    lake.compact()
    refresh_names()
    refresh_names()
    assert read == [5, 1]
    assert EventName.objects.get().count == 6


def test_events_that_are_gone_are_counted_no_more() -> None:
    week = a_table(an_event("2025-03-05 10:00"), an_event("2025-03-12 10:00", name="export"))
    lake.append(events=week, source="s")
    lake.append(events=a_table(an_event("2025-03-12 11:00")), source="s")
    lake.compact()
    refresh_names()
    Segment.objects.filter(pk=Segment.objects.order_by("week")[0].pk).update(retired_at=clock.now())
    refresh_names()
    login = EventName.objects.get(name="login")
    assert (login.count, login.first_seen.day, login.last_seen.day) == (1, 12, 12)


def test_two_who_count_at_once_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lake.append(events=a_table(an_event()), source="s")
    lake.compact()
    calls: list[int] = []

    def meanwhile(segment: Segment) -> Any:
        found = counting.counted(segment)
        if not calls:
            calls.append(1)
            refresh_names()
        return found

    monkeypatch.setattr(writes, "counted", meanwhile)
    refresh_names()
    assert EventName.objects.get().count == 1


def test_examples_that_look_personal_are_not_kept() -> None:
    lake.append(events=a_table(an_event(props='{"to": "a@example.jp", "plan": "pro"}')), source="s")
    lake.compact()
    refresh_names()
    found = {p["key"]: p for p in EventName.objects.get().properties}
    assert (found["to"]["example"], found["to"]["personal"]) == ("", True)
    assert (found["plan"]["example"], found["plan"]["personal"]) == ("pro", False)


def test_each_source_is_counted_by_the_time_of_arriving() -> None:
    at = datetime(2025, 3, 5, 12, 34, 56, tzinfo=UTC)
    login, again = an_event(event_id="1"), an_event(event_id="1", props='{"n": 2}')
    with clock.held_at(at):
        lake.append(events=a_table(login, an_event(event_id="2")), source="product")
        lake.append(events=a_table(login), source="upload")
        lake.compact()
    with clock.held_at(at + timedelta(minutes=1)):
        lake.append(events=a_table(again, an_event(event_id="3")), source="product")
        lake.compact()
        lake.compact()
    product, upload = Source.objects.order_by("name")
    assert (product.accepted, product.duplicate, upload.accepted) == (3, 1, 1)
    assert product.last_at == datetime(2025, 3, 5, 12, 35, tzinfo=UTC)
    hour = product.arrivals.get(span=Span.HOUR)
    assert (hour.starts_at.minute, hour.accepted, hour.duplicate) == (0, 3, 1)
    minutes = product.arrivals.filter(span=Span.MINUTE).order_by("starts_at")
    assert [(m.starts_at.minute, m.accepted, m.duplicate) for m in minutes] == [
        (34, 2, 0),
        (35, 1, 1),
    ]
