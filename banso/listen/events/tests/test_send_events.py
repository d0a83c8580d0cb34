"""POST /api/v1/events: every form, every refusal in words, and nothing lost or doubled."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership
from banso.know.people.tests.builders import a_person
from banso.listen.events import ingest
from banso.listen.events.models import RefusedEvent
from banso.listen.events.tests.sending import sent, stored
from banso.shared import clock
from banso.shared.journal.models import Entry, Job
from banso.shared.keys import limits
from banso.shared.keys.tests.builders import a_key
from banso.shared.keys.writes import revoke_key
from banso.shared.lake import writes as lake
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
AT = "2025-03-05T10:00:00+09:00"
AT_US = 1_741_136_400_000_000


@pytest.fixture(autouse=True)
def fresh() -> None:
    limits.forget()
    ingest.forget()


@pytest.fixture
def token() -> str:
    return a_key()[1]


def an(**fields: Any) -> dict[str, Any]:
    return {"event_id": "e1", "account": "A-1", "name": "login", "time": AT} | fields


def reasons(answer: Any) -> dict[int, str]:
    return {r["index"]: r["reason"] for r in answer.json()["refused"]}


def test_one_event_reaches_the_lake_with_everything(client: Client, token: str) -> None:
    account = an_account(external_id="A-1")
    answer = sent(client, token, an(user="u1", role="admin", properties={"plan": "pro", "n": 1}))
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "duplicate": 0, "refused": []}
    assert answer["X-Request-ID"]
    assert Job.objects.filter(name="lake.compact").count() == 1
    assert not Entry.objects.filter(kind__startswith="events.").exists()
    (event,) = stored()
    assert event["account_id"] == account.pk
    assert (event["user_key"], event["role"], event["name"]) == ("u1", "admin", "login")
    assert event["ts_us"] == AT_US
    assert json.loads(event["props"]) == {"plan": "pro", "n": 1}


@pytest.mark.parametrize("form", ["array", "lines", "gzip"])
def test_many_events_in_each_form(client: Client, token: str, form: str) -> None:
    events = [an(event_id=str(n)) for n in range(3)]
    array, lines = json.dumps(events), "\r\n\n".join(map(json.dumps, events)) + "\n"
    if form == "array":
        answer = sent(client, token, array)
    elif form == "lines":
        answer = sent(client, token, lines, kind="application/x-ndjson; charset=utf-8")
    else:
        halves = gzip.compress(array[:40].encode(), mtime=0) + gzip.compress(array[40:].encode())
        answer = sent(client, token, halves, Content_Encoding="gzip")
    assert (answer.status_code, answer.json()["accepted"]) == (202, 3)
    assert len(stored()) == 3


@pytest.mark.parametrize(
    "time",
    [AT, AT_US, AT_US // 1000, AT_US // 1_000_000, AT_US / 1_000_000, "2025-03-05T01:00:00Z"],
)
def test_a_moment_is_read_however_it_is_written(client: Client, token: str, time: Any) -> None:
    sent(client, token, an(time=time))
    assert stored()[0]["ts_us"] == AT_US


def test_without_a_time_the_arrival_counts(client: Client, token: str) -> None:
    with clock.held_at(datetime(2025, 3, 5, 1, tzinfo=UTC)):
        sent(client, token, {"account": "A-1", "name": "login"})
    assert stored()[0]["ts_us"] == AT_US


def test_each_fault_is_named_by_its_path_and_the_rest_is_kept(client: Client, token: str) -> None:
    ahead = (clock.now() + timedelta(days=2)).isoformat()
    faults: list[tuple[Any, str]] = [
        (an(time="yesterday"), "$[1].time: Invalid RFC3339"),
        (an(time="2025-03-05T10:00:00"), "$[2].time: Expected `datetime` with a timezone"),
        (an(time=ahead), "$[3].time: lies more than a day ahead"),
        (an(time="1960-01-01T00:00:00Z"), "$[4].time: lies before 1971"),
        ({"account": "A-1"}, "$[5]: Object missing required field `name`"),
        (an(timestamp=AT), "$[6]: Object contains unknown field `timestamp`"),
        (an(name="x" * 201), "$[7].name: Expected `str` of length <= 200"),
        (an(account=None), "$[8]: names neither account nor user"),
        (an(account=None, user="u9"), "$[9]: has no account, and the user 'u9'"),
        (an(properties=[1]), "$[10].properties: Expected `object | null`"),
        (an(properties={"a": "x" * 70_000}), "$[11].properties: are larger than 64 kB"),
        (an(properties={"a": "x" * 300_000}), "$[12]: larger than 256 kB"),
        (an(name="a\0b"), "$[13].name: has a NUL"),
        (an(properties={"a": [{"b\0": 1}]}), "$[14].properties: have a NUL"),
        (an(properties={"a": json.loads("[" * 30 + "]" * 30)}), "$[15].properties: are nested"),
        ("text", "$[16]: Expected `object`, got `str`"),
        (an(name="  "), "$[17].name: is blank"),
        (an(time=1e300), "$[18].time: lies more than a day ahead"),
    ]
    body = [an(event_id="first"), *(fault for fault, _ in faults), an(event_id="last")]
    answer = sent(client, token, body)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 2)
    found = reasons(answer)
    assert list(found) == list(range(1, len(faults) + 1))
    for index, (_, says) in enumerate(faults, start=1):
        assert found[index].startswith(says)
    assert len(stored()) == 2


def test_broken_json_at_the_end_refuses_one_event(client: Client, token: str) -> None:
    good = [json.dumps(an(event_id=str(n))) for n in range(4998)]
    bad = '{"account": "A-1", "name": }'
    array = sent(client, token, f"[{','.join([*good, bad, json.dumps(an())])}]")
    assert (array.status_code, array.json()["accepted"]) == (202, 4999)
    assert reasons(array)[4998].startswith("$[4998]: JSON is malformed")
    lines = sent(client, token, "\n".join([*good[:5], bad]), kind="application/x-ndjson")
    assert (lines.json()["accepted"], list(reasons(lines))) == (5, [5])


def test_a_fault_harms_no_event_beside_it_and_people_see_it(client: Client, token: str) -> None:
    faults = {
        1: (json.dumps(an(properties={"a": "x" * 10_000_000})), "$[1]: larger than 256 kB"),
        2: (json.dumps(an(time="2099-01-01T00:00:00Z")), "$[2].time: lies more than a day ahead"),
        3: ('{"account": "A-1", "name": "a", "time": NaN}', "$[3]: JSON is malformed"),
        4: (json.dumps(an(account=["A-1"])), "$[4].account: Expected `"),
        5: (json.dumps(an(time="1970-01-01T00:00:00Z")), "$[5].time: lies before 1971"),
        6: (json.dumps(an(time=0)), "$[6].time: lies before 1971"),
    }
    first = json.dumps(an(event_id="first", time="1971-01-01T00:00:00Z"))
    body = [first, *(text for text, _ in faults.values()), json.dumps(an(event_id="last"))]
    answer = sent(client, token, f"[{','.join(body)}]")
    assert (answer.status_code, answer.json()["accepted"]) == (202, 2)
    found = reasons(answer)
    assert all(found[place].startswith(said) for place, (_, said) in faults.items())
    assert [event["ts_us"] for event in stored()] == [31_536_000_000_000, AT_US]
    shown = RefusedEvent.objects.order_by("pk")
    assert [refused.reason for refused in shown] == list(found.values())
    assert shown[2].raw == faults[3][0]


def test_people_are_shown_some_of_many_refused_events(client: Client, token: str) -> None:
    answer = sent(client, token, [{"name": "login"}] * 150)
    assert (answer.status_code, len(answer.json()["refused"])) == (422, 150)
    assert RefusedEvent.objects.count() == 100
    sent(client, token, "[1, 2")
    assert RefusedEvent.objects.latest("pk").raw == "[1, 2"


def test_without_a_content_type_the_form_is_guessed(client: Client, token: str) -> None:
    pretty = json.dumps(an(event_id="1", properties={"list": [{"a": 1}, {"a": 2}]}), indent=1)
    array = json.dumps([an(event_id="2"), an(event_id="3")], indent=0)
    lines = f"{json.dumps(an(event_id='4'))} \r\n{json.dumps(an(event_id='5'))}\n"
    for body, accepted in ((pretty, 1), (array, 2), (lines, 2)):
        answer = sent(client, token, body, kind="")
        assert (answer.status_code, answer.json()["accepted"]) == (202, accepted)
    assert len(stored()) == 5


def test_when_nothing_can_be_kept_it_is_no_success(client: Client, token: str) -> None:
    answer = sent(client, token, {"name": "login"})
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert reasons(answer)[0].startswith("$: names neither")


def test_repeated_events_count_once(client: Client, token: str) -> None:
    same = {"account": "A-1", "name": "login", "time": AT}
    answer = sent(client, token, [an(), an(name="other"), same, same])
    assert answer.json() == {"accepted": 2, "duplicate": 2, "refused": []}
    again = sent(client, token, [an(), same])
    assert again.json()["accepted"] == 2  # known to the lake only when it compacts
    assert len(stored()) == 2


def test_a_batch_sent_again_under_its_key_counts_once(client: Client, token: str) -> None:
    body = [{"account": "A-1", "name": "click", "time": AT}] * 3 + [{"name": "x"}]
    first = sent(client, token, body, Idempotency_Key="b-1")
    assert (first.json()["accepted"], len(first.json()["refused"])) == (3, 1)
    again = sent(client, token, body, Idempotency_Key="b-1").json()
    assert (again["accepted"], again["duplicate"], len(again["refused"])) == (0, 3, 1)
    ingest.forget()  # another process, or a restart
    sent(client, token, body, Idempotency_Key="b-1")
    assert len(stored()) == 3
    other = sent(client, token, [an()], Idempotency_Key="b-1")
    assert other.status_code == 422
    assert "another body" in other.json()["detail"]
    assert sent(client, token, [an()], Idempotency_Key="b 1").status_code == 422


def test_a_user_of_one_customer_needs_no_account(client: Client, token: str) -> None:
    account, other = an_account(external_id="A-1"), an_account(external_id="A-2")
    person = a_person(external_id="u1", source="product")
    Membership.objects.create(person=person, account=account)
    event = {"user": "u1", "name": "login", "time": AT}
    assert sent(client, token, event).json()["accepted"] == 1
    Membership.objects.create(person=person, account=other)
    assert sent(client, token, event).status_code == 422
    assert [e["account_key"] for e in stored()] == ["A-1"]


def test_who_may_not_is_told_why(client: Client, token: str) -> None:
    revoked, revoked_token = a_key()
    revoke_key(by=a_user(role="administrator"), key=revoked)
    for wrong in ("", "bns_nobody", revoked_token, "\udc80"):
        answer = client.post(
            "/api/v1/events", "{}", "application/json", headers={"Authorization": f"Bearer {wrong}"}
        )
        assert answer.status_code == 401
        assert "API key" in answer.json()["detail"]
        assert answer["WWW-Authenticate"]
    narrow = a_key(scopes=["people:write"])[1]
    refused = sent(client, narrow, an())
    assert (refused.status_code, refused.json()["title"]) == (403, "Not allowed")
    assert client.get("/api/v1/events").status_code == 405
    assert stored() == []


@pytest.mark.parametrize(
    ("status", "body", "given"),
    [
        (415, "a,b", {"kind": "text/csv"}),
        (415, "{}", {"Content_Encoding": "br"}),
        (422, " ", {}),
        (422, "[", {}),
        (422, "[{}", {}),
        (422, "[1]]", {}),
        (422, b"\xff\xfe", {}),
        (422, "x" * 10, {"Content_Encoding": "gzip"}),
        (422, gzip.compress(b"[1,2]", mtime=0)[:-6], {"Content_Encoding": "gzip"}),
        (413, gzip.compress(b" " * (33 * 1024 * 1024), mtime=0), {"Content_Encoding": "gzip"}),
        (413, "[" + ",".join(["0"] * 5001) + "]", {}),
        (413, "[" + ",".join(['{"name":"a"}'] * 5001) + "]", {}),
        (413, '{"name":"a"}\n' * 5001, {"kind": "application/x-ndjson"}),
        (413, "1" + "\n" * 30_000 + "1", {"kind": "application/x-ndjson"}),
        (413, b"[" * (33 * 1024 * 1024), {}),
        (422, "[" * 100_000, {}),
        (422, '{"properties":' + "[" * 100_000 + "]" * 100_000 + "}", {}),
        (422, '[{"name":"a","account":"A","time":1e999}]', {}),
        (422, '[{"name":"a","account":"A","time":NaN}]', {}),
        (422, '[{"name":"a","account":"\\ud800"}]', {}),
        (422, '[{"name":"a","account":true}]', {}),
        (422, "null", {}),
    ],
)
def test_what_cannot_be_read_is_a_problem_in_words(
    client: Client, token: str, status: int, body: Any, given: dict[str, str]
) -> None:
    answer = sent(client, token, body, **given)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["detail"].endswith(("s", "."))
    assert stored() == []


def test_numbers_beyond_a_machine_word_do_no_harm(client: Client, token: str) -> None:
    body = json.dumps(an(properties={"n": 10**60}))
    assert sent(client, token, body).status_code == 202
    assert len(stored()) == 1


def test_too_fast_is_told_when_to_come_again(
    client: Client, token: str, settings: Settings
) -> None:
    settings.API_RATE = 1
    answer = sent(client, token, [an(event_id=str(n)) for n in range(15)])
    assert (answer.status_code, answer["RateLimit-Limit"]) == (202, "10")
    assert answer["RateLimit-Remaining"] == "0"
    late = sent(client, token, an())
    assert (late.status_code, late.json()["title"]) == (429, "Too fast")
    assert 5 <= int(late["Retry-After"]) <= 7
    assert sent(client, a_key()[1], an(event_id="other key")).status_code == 202
    assert len(stored()) == 16


def test_behind_or_locked_is_busy_and_keeps_nothing(
    client: Client, token: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INBOX_MOST_EVENTS = 2
    sent(client, token, [an(event_id=str(n)) for n in range(3)])
    ingest.forget()
    answer = sent(client, token, an())
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    settings.INBOX_MOST_EVENTS = 100

    def locked(**_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(lake, "append", locked)
    answer = sent(client, token, an())
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
