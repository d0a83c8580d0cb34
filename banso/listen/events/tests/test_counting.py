from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.listen.events import reads
from banso.listen.events.models import EventName, Source, Span, UnknownAccount
from banso.listen.events.rules import is_number, properties
from banso.listen.events.tests.builders import an_event_name
from banso.listen.events.writes import name_event, refresh_names
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.writes import record
from banso.shared.lake import writes as lake
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


def test_properties_are_numbers_when_their_values_are() -> None:
    examples = ['{"a": 1, "b": "x", "c": true}', '{"a": "2.5", "b": 3}', "no", "[1]", '{"d": null}']
    found = {p["key"]: p for p in properties(examples)}
    assert {key: p["numeric"] for key, p in found.items()} == {"a": True, "b": False, "c": False}
    assert found["b"]["example"] == "x"
    assert not is_number("1e999")
    assert not is_number({})


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
