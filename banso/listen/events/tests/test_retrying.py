from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership
from banso.know.people.tests.builders import a_person
from banso.listen.events.models import RefusalState, RefusedEvent, Source
from banso.listen.events.refusals import SEGMENT, keep_refused
from banso.listen.events.retrying.masking import masked, restored
from banso.listen.events.retrying.writes import (
    Retried,
    correct_refused,
    discard_refused,
    retry_refused,
)
from banso.listen.events.tests.sending import stored
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
HOMELESS = '{"user": "u1", "name": "login"}'
WHY = "$[1]: has no account, and the user 'u1' belongs to no single customer"


def refused(raw: str = HOMELESS, why: str = WHY, **fields: str) -> RefusedEvent:
    keep_refused(source="product", items=[(raw, why)], **fields)
    return RefusedEvent.objects.latest("pk")


def test_it_is_taken_in_once_the_customer_is_there() -> None:
    at = datetime(2025, 3, 5, 1, tzinfo=UTC)
    with clock.held_at(at):
        waiting = refused()
    user = a_user(role="analyst")
    assert retry_refused(by=user, ids=[waiting.pk]).still == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries, waiting.code) == ("open", 1, "no_single_customer")
    person = a_person(external_id="u1", source="product")
    Membership.objects.create(person=person, account=an_account(external_id="A-1"))
    assert retry_refused(by=user, ids=[waiting.pk]).taken == 1
    assert retry_refused(by=user, ids=[waiting.pk]).taken == 0
    [event] = stored()
    assert (event["account_key"], event["ts_us"]) == ("A-1", at.timestamp() * 1_000_000)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == (RefusalState.RETRIED, 2)
    assert Source.objects.get(name="product").accepted == 1
    assert Entry.objects.filter(kind="events.retried").count() == 2


def test_a_time_ahead_is_taken_in_when_it_has_come() -> None:
    now = datetime(2025, 3, 5, 12, tzinfo=UTC)
    ahead = (now + timedelta(days=2)).isoformat()
    with clock.held_at(now):
        row = refused(f'{{"account": "A-1", "name": "login", "time": "{ahead}"}}', "$: a day ahead")
        assert retry_refused(by=None, ids=[row.pk]).taken == 0
    with clock.held_at(now + timedelta(days=3)):
        assert retry_refused(by=None, ids=[row.pk]).taken == 1


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("[" * 100, "$"),
        ("", "empty"),
        ('[{"name": "a", "account": "A"}, {}]', "got `array`"),
        ('{"name": 1, "account": "A"}', "Expected `str`"),
        ('{"name": "a", "account": "A", "x": 1}', "unknown field"),
        ('{"name": "a\\u0000", "account": "A"}', "NUL"),
    ],
)
def test_what_is_still_wrong_is_said_anew(raw: str, says: str) -> None:
    row = refused("{", "$: truncated")
    again = correct_refused(by=a_user(role="analyst"), pk=row.pk, raw=raw)
    row.refresh_from_db()
    assert (again.taken, again.still, row.state, row.raw) == (0, 1, "open", raw)
    assert says in row.reason
    assert stored() == []


def test_a_corrected_event_is_taken_in() -> None:
    row = refused('{"account": "A-1", "event": "login"}', "$: unknown field `event`")
    good = '{"account": "A-1", "name": "login"}'
    assert correct_refused(by=a_user(role="analyst"), pk=row.pk, raw=good).taken == 1
    assert [event["name"] for event in stored()] == ["login"]


def test_segment_messages_are_read_as_such() -> None:
    track = refused(
        '{"event": "login", "userId": "u", "context": {"groupId": "A-1"}}', door=SEGMENT
    )
    page = refused('{"type": "page", "userId": "u"}', door=SEGMENT)
    broken = refused('{"event": 5, "context": {"groupId": "A-1"}}', door=SEGMENT)
    ids = [track.pk, page.pk, broken.pk]
    assert retry_refused(by=None, ids=ids) == Retried(taken=1, still=2)
    assert [event["name"] for event in stored()] == ["login"]


def test_one_that_was_cut_waits_for_a_correction_and_others_are_put_aside() -> None:
    cut = refused("x" * 20_000, "$: larger than 256 kB")
    assert (retry_refused(by=None, ids=[cut.pk]).still, cut.is_cut) == (0, True)
    user = a_user(role="analyst")
    assert discard_refused(by=user, ids=[cut.pk]) == 1
    assert discard_refused(by=user, ids=[cut.pk]) == 0
    assert retry_refused(by=user, ids=[cut.pk]).taken == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"to": "a@b.jp", "n": 1}', '{"to": "•••1", "n": 1}'),
        ('{"to" : {"x": ["to"]}, "n": 1}', '{"to" : "•••1", "n": 1}'),
        ('{"n": {"to": null, "t\\u006f": 5}}', '{"n": {"to": "•••1", "t\\u006f": "•••2"}}'),
        ('{"to": "a\\"b", "to": true', '{"to": "•••1", "to": "•••2"'),
        ('{"to": "never ends', '{"to": "•••1"'),
        ('{"to": {"broken": ', '{"to": "•••1"'),
        ('{"to": ', '{"to": "•••1"'),
        ('{"tom": "x"}', '{"tom": "x"}'),
    ],
)
def test_hidden_values_are_masked_and_come_back(text: str, shown: str) -> None:
    hidden, values = masked(text, {"to"})
    assert hidden == shown
    assert restored(hidden, values) == text
    assert restored('{"to": "•••9"}', values) == '{"to": "•••9"}'
