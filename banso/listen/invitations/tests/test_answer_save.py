"""What the page's script sends: saved, checked again, and never doubled."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations import doorkeeping
from banso.listen.invitations.models import Invitation
from banso.listen.invitations.tests.builders import (
    an_open_wave,
    path_of,
    public_path,
    sent_by_script,
)
from banso.listen.invitations.writes.waves import close_wave
from banso.listen.surveys.models import Response, ResponseChoice
from banso.listen.surveys.tests.builders import CALM, PLEASED, SILENT
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry

pytestmark = pytest.mark.django_db


def a_path(**fields: Any) -> str:
    a_person(an_account(), email="a@example.jp")
    wave = an_open_wave(**fields)
    run_owed()
    return path_of(Invitation.objects.get(wave=wave))


def test_a_second_hand_in_changes_the_first(client: Client) -> None:
    path = a_path()
    sent_by_script(client, path, PLEASED)
    assert "次の" not in client.get(path).content.decode()
    sent_by_script(client, path, SILENT, last=False)
    response = Response.objects.get()
    assert response.leaf == "above", "what is being changed counts when it is handed in"
    sent_by_script(client, path, SILENT)
    response = Response.objects.get()
    assert (response.leaf, response.recommend, response.draft) == ("not_consulted", 3, {})
    assert not ResponseChoice.objects.filter(meaning="channel").exists()
    assert Entry.objects.filter(kind="survey.answered").count() == 2


def test_what_a_branch_hides_and_what_nobody_asked_is_not_let_in(client: Client) -> None:
    path = a_path()
    answer = sent_by_script(client, path, CALM | {"answer": "above", "salary": 1, "channel": []})
    assert answer.status_code == 200
    assert Response.objects.get().answers == CALM


@pytest.mark.parametrize(
    ("question", "value", "told"),
    [
        ("satisfaction", "5", "a number of the scale"),
        ("satisfaction", 6, "a number of the scale"),
        ("satisfaction", True, "a number of the scale"),
        ("recommend", 10**40, "a number of the scale"),
        ("recommend", 7.5, "a number of the scale"),
        ("trouble", "maybe", "one of the answers offered"),
        ("trouble", {"a": 1}, "one of the answers offered"),
        ("comment", ["x"], "cannot be read"),
        ("comment", "a\x00b", "cannot be read"),
        ("comment", "あ" * 10_001, "10,000 characters"),
        ("miss", None, "answer this question"),
    ],
)
def test_a_wrong_answer_is_named_and_the_others_are_kept(
    client: Client, question: str, value: Any, told: str
) -> None:
    answer = sent_by_script(client, a_path(), CALM | {question: value})
    assert answer.status_code == 422
    assert told in json.loads(answer.content)["faults"][question]
    response = Response.objects.get()
    assert response.submitted_on is None
    kept = {key: one for key, one in CALM.items() if key != question}
    assert (
        response.draft == kept if question != "trouble" else kept.items() >= response.draft.items()
    )


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'{"answers": 3}', b'{"answers": {"a": NaN}}', b"\xff\xfe",
        b'{"answers": {"comment": "\\ud800"}}', b"[" * 20_000, b'{"answers": {}, "last": "yes"}',
        b'{"answers": {}, "resume": {"a": 1}}',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_loses_nothing(client: Client, body: bytes) -> None:
    path = a_path()
    sent_by_script(client, path, {"trouble": "no"}, last=False)
    answer = client.post(f"{path}save/", body, content_type="application/json")
    assert answer.status_code == 400 and "cannot be read" in json.loads(answer.content)["message"]
    assert Response.objects.get().draft == {"trouble": "no"}


def test_far_too_much_is_refused_before_it_is_read(client: Client) -> None:
    path = a_path()
    body = json.dumps({"answers": {"comment": "x" * 4_000_000}})
    answer = client.post(f"{path}save/", body, content_type="application/json")
    assert answer.status_code == 413 and "too much text" in answer.content.decode()
    assert not Response.objects.exists()


def test_after_closing_nothing_is_let_in_and_what_was_saved_stays(client: Client) -> None:
    path = a_path()
    sent_by_script(client, path, {"trouble": "no"}, last=False)
    close_wave(by=None, wave=Invitation.objects.get().wave)
    answer = sent_by_script(client, path, CALM, headers={"accept-language": "ja"})
    assert answer.status_code == 410 and "締め切" in json.loads(answer.content)["message"]
    assert Response.objects.get().draft == {"trouble": "no"}


def test_an_anonymous_answer_is_tied_to_nobody(client: Client, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    path = a_path(is_anonymous=True)
    sent_by_script(client, path, {"trouble": "no"}, last=False)
    draft = Response.objects.get()
    assert (draft.account, draft.person, draft.started_at) == (None, None, None)
    assert sent_by_script(client, path, CALM).status_code == 200
    invitation, response = Invitation.objects.get(), Response.objects.get()
    assert (invitation.response, invitation.has_answered) == (None, True)
    assert (response.account, response.person, response.user) == (None, None, None)
    assert (response.started_at, response.submitted_at) == (None, None)
    assert response.satisfaction == 4
    entry = Entry.objects.get(kind="survey.answered")
    assert entry.account_id is None and entry.payload["response"] is None
    assert path.strip("/").split("/")[1] not in caplog.text
    # the same form again, by a double click, is no second answer
    again = sent_by_script(client, path, SILENT)
    assert again.status_code == 409 and "anonymous" in json.loads(again.content)["message"]
    page = client.get(path, headers={"accept-language": "ja"})
    assert page.status_code == 409 and "匿名" in page.content.decode()
    assert Response.objects.get().satisfaction == 4


def test_an_anonymous_public_answer_counts_once(client: Client) -> None:
    path = public_path(an_open_wave(has_public_link=True, is_anonymous=True))
    client.get(path)
    first, second = (sent_by_script(client, path, CALM) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 409)
    response = Response.objects.get()
    assert response.resume_hash is None and response.satisfaction == 4
    sent_by_script(Client(), path, CALM)
    assert Response.objects.count() == 2


def test_one_address_cannot_fill_a_public_survey_without_end(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorkeeping, "BEGINNINGS", (3.0, 0.0))
    path = public_path(an_open_wave(has_public_link=True))
    statuses = [sent_by_script(Client(), path, CALM).status_code for _ in range(5)]
    assert statuses == [200] * 3 + [429] * 2
    client.cookies.clear()
    elsewhere = sent_by_script(client, path, CALM, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200
