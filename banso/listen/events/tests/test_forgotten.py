"""Who is forgotten leaves refused events and the examples of properties as well."""

from __future__ import annotations

import pytest

from banso.know.forgetting.registry import Identity, Trace
from banso.listen.events.forgotten.writes import take_out
from banso.listen.events.models import EventName, RefusedEvent
from banso.listen.events.refusals import keep_refused
from banso.shared import clock

pytestmark = pytest.mark.django_db
HANAKO = Identity(1, "利用者-1", "山田花子", "hanako@example.jp", "")


def test_refused_events_with_the_id_or_the_address_are_deleted() -> None:
    sent = [
        '{"user": "利用者-1", "name": ""}',
        '{"user": "\\u5229\\u7528\\u8005-1"}',
        '{"user": "利用者-10"}',
        '{"user": "x", "props": {"to": "hanako@example.jp"}}',
    ]
    keep_refused(source="s", items=[(raw, "name is empty") for raw in sent])
    assert take_out(HANAKO)[0] == Trace("Refused events", 3, "removed")
    assert [one.raw for one in RefusedEvent.objects.all()] == [sent[2]]


def test_examples_that_name_the_person_are_emptied() -> None:
    given = [{"key": "to", "example": "Hanako@example.jp"}, {"key": "plan", "example": "pro"}]
    EventName.objects.create(
        name="mail", first_seen=clock.now(), last_seen=clock.now(), count=1, properties=given
    )
    assert take_out(HANAKO)[1] == Trace("Examples of properties", 1, "changed")
    kept = EventName.objects.get().properties
    assert [one["example"] for one in kept] == ["", "pro"]
