from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.shared.keys import limits
from banso.shared.keys.writes import revoke_key
from banso.shared.rest.tests.callers import Caller
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rested() -> None:
    limits.forget()


def problem(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    said = json.loads(answer.content)
    assert said["status"] == status and said["title"] and said["detail"]
    return said


def test_a_key_tells_what_it_is() -> None:
    found = Caller("accounts:read", source="crm").get("/key")
    assert found == {"name": "本番", "source": "crm", "scopes": ["accounts:read"]}


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer bns_wrong", "Token x", "Basic !!!"])
def test_no_key_no_answer(header: str) -> None:
    answer = Client().get("/api/v1/accounts", headers={"Authorization": header} if header else {})
    problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_session_opens_nothing(client: Client) -> None:
    client.force_login(a_user(role="administrator"))
    problem(client.get("/api/v1/accounts"), 401)


def test_a_revoked_key_opens_nothing() -> None:
    caller = Caller()
    revoke_key(by=a_user(), key=caller.key)
    problem(caller.ask("GET", "/accounts"), 401)


def test_a_missing_scope_is_named() -> None:
    assert "people:read" in problem(Caller("accounts:read").ask("GET", "/people"), 403)["detail"]


def test_what_is_not_there_and_what_is_not_done() -> None:
    caller = Caller()
    problem(caller.ask("GET", "/nothing"), 404)
    problem(caller.ask("GET", "/accounts/none"), 404)
    answer = caller.ask("DELETE", "/accounts")
    problem(answer, 405)
    assert answer["Allow"] == "GET"


@pytest.mark.parametrize(
    ("sent", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b'{"items": [{"external_id": NaN}]}', "application/json", 422),
        (b'{"items": "\\ud800"}', "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b"", "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b'{"items": []}', "application/json", 422),
        (b"x" * (8 * 1024 * 1024 + 1), "application/json", 413),
    ],
)
def test_bodies_that_are_none(sent: bytes, kind: str, status: int) -> None:
    caller = Caller()
    answer = caller.client.post(
        "/api/v1/accounts/batch", sent, content_type=kind, headers=caller.headers
    )
    problem(answer, status)


def test_a_packed_body_is_refused() -> None:
    problem(Caller().ask("POST", "/tasks", body={"title": "x"}, Content_Encoding="gzip"), 415)


def test_the_rate_of_a_key_is_told_and_kept(settings: LazySettings) -> None:
    settings.API_REQUEST_RATE = 1
    caller, other = Caller(), Caller()
    answers = [caller.ask("GET", "/key") for _ in range(limits.SECONDS_SAVED + 1)]
    assert answers[0]["RateLimit-Limit"] == str(limits.SECONDS_SAVED)
    assert [a.status_code for a in answers] == [200] * limits.SECONDS_SAVED + [429]
    problem(answers[-1], 429)
    assert int(answers[-1]["Retry-After"]) >= 1
    assert answers[-1]["RateLimit-Remaining"] == "0"
    assert other.ask("GET", "/key").status_code == 200


def test_events_and_requests_have_rates_of_their_own(settings: LazySettings) -> None:
    settings.API_REQUEST_RATE = 1
    caller = Caller()
    for _ in range(limits.SECONDS_SAVED):
        caller.ask("GET", "/key")
    sent = [{"name": "login", "account": "C-1"}]
    answer = caller.client.post(
        "/api/v1/events", json.dumps(sent), content_type="application/json", headers=caller.headers
    )
    assert answer.status_code == 202


def test_request_ids_come_back() -> None:
    caller = Caller()
    assert (
        caller.ask("GET", "/key", X_Request_ID="my-request-77")["X-Request-ID"] == "my-request-77"
    )
    made = caller.ask("GET", "/key", X_Request_ID="<script>")["X-Request-ID"]
    assert len(made) >= 8 and "<" not in made
    assert caller.ask("GET", "/nothing", X_Request_ID="lost-4711")["X-Request-ID"] == "lost-4711"


def test_an_answer_that_is_known_is_not_sent_again() -> None:
    account = an_account()
    caller = Caller()
    first = caller.ask("GET", f"/accounts/{account.pk}")
    again = caller.ask("GET", f"/accounts/{account.pk}", If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == again["Cache-Control"] == "no-store"
    account.name = "Another"
    account.save()
    changed = caller.ask("GET", f"/accounts/{account.pk}", If_None_Match=first["ETag"])
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("language", "says"), [("ja", "ここでは使えません"), ("en", "is not known here")]
)
def test_messages_are_in_the_readers_language(language: str, says: str) -> None:
    answer = Caller(language=language).ask("GET", "/accounts", {"colour": "red"})
    assert says in problem(answer, 422)["detail"]


@pytest.mark.parametrize(("language", "says"), [("ja", "必須です"), ("en", "is missing")])
def test_faults_of_fields_are_in_the_readers_language(language: str, says: str) -> None:
    answer = Caller(language=language).ask("POST", "/tasks", body={})
    found = problem(answer, 422)["errors"]
    assert found == [{"in": "body", "field": "title", "message": says}]


def test_what_breaks_is_told_without_its_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    from banso.know.notes import api

    def broken(**_asked: Any) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(api, "notes_asked", broken)
    answer = Caller().client.get("/api/v1/notes", headers=Caller().headers)
    said = problem(answer, 500)
    assert "secret" not in answer.content.decode()
    assert said["request_id"] == answer["X-Request-ID"]


def test_own_fields_are_listed() -> None:
    from banso.shared.fields.writes import define_field

    define_field(
        by=None, holder="account", key="rank", kind="choice", choices=["A"], label_ja="ランク"
    )
    found = Caller(language="ja").get("/fields")["items"]
    assert found == [
        {"holder": "account", "key": "rank", "name": "ランク", "kind": "choice", "choices": ["A"]}
    ]
    assert Caller().get("/fields", holder="person")["items"] == []
