"""Nonsense of every kind to the public pages: never a 5xx, never an answer that was not offered."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as some

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations import doorkeeping
from banso.listen.invitations.models import Invitation
from banso.listen.invitations.tests.builders import an_open_wave, path_of, public_path
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.checking import checked
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import CALM, PLEASED
from banso.shared.journal.jobs import run_owed

pytestmark = pytest.mark.django_db
quickly = how(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
KEYS = [question.key for question in TEMPLATE.definition.questions]
VALUES = [c.value for q in TEMPLATE.definition.questions for c in q.choices] + ["other:", "other:x"]
keys = some.sampled_from(KEYS) | some.text(max_size=12)
plain = (
    some.none() | some.booleans() | some.integers() | some.floats() | some.sampled_from(VALUES)
    | some.integers(-1, 12) | some.text()
)  # fmt: skip
values = some.recursive(
    plain,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
COOKIE_LETTERS = some.characters(codec="ascii", exclude_characters=';,\\" \x7f', min_codepoint=33)
answers = some.dictionaries(keys, values, max_size=12)
bodies = some.one_of(
    some.builds(
        lambda given, last, more: {"answers": {**more, **given}, "last": last},
        answers, some.booleans(), some.sampled_from([{}, CALM, PLEASED]),
    ),
    some.dictionaries(some.sampled_from(["answers", "last", "resume"]), values),
    values,
)  # fmt: skip
fields = some.lists(
    some.tuples(
        some.sampled_from(["page", "do", "seen", "resume", "language"])
        | keys.map(lambda key: f"a.{key}")
        | keys.map(lambda key: f"o.{key}")
        | some.text(max_size=8),
        some.sampled_from(["0", "1", "2", "99", "-1", "next", "send", "back", "ja", "en", *KEYS])
        | some.sampled_from(VALUES)
        | some.text(max_size=30),
    ),
    max_size=25,
)


@pytest.fixture
def paths() -> list[str]:
    a_person(an_account(), email="a@example.jp")
    wave = an_open_wave(has_public_link=True)
    anonymous = an_open_wave(has_public_link=True, is_anonymous=True, throttle_days=0)
    run_owed()
    invitations = Invitation.objects.exclude(token_hash=None)
    return [
        public_path(wave), public_path(anonymous), *(path_of(one) for one in invitations),
    ]  # fmt: skip


def sound(client: Client) -> None:
    """Whatever was kept could have been answered."""
    for response in Response.objects.all():
        for kept in (response.draft, response.answers):
            assert checked(TEMPLATE.definition, kept, whole=False).faults == []
        if response.submitted_on:
            assert checked(TEMPLATE.definition, response.answers, whole=True).faults == []


@quickly
@given(body=bodies, place=some.integers(0, 3))
def test_what_scripts_may_send(client: Client, paths: list[str], body: Any, place: int) -> None:
    doorkeeping.forget()
    path = f"{paths[place]}save/"
    sent = json.dumps(body)
    answer = client.post(path, sent.encode("utf-8", "surrogatepass"), "application/json")
    assert answer.status_code < 500
    sound(client)


@quickly
@given(raw=some.binary(max_size=200), place=some.integers(0, 3), kind=some.sampled_from([
    "application/json", "text/plain", "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded; charset=utf-16", "x", "",
]))  # fmt: skip
def test_what_is_no_form_at_all(
    client: Client, paths: list[str], raw: bytes, place: int, kind: str
) -> None:
    doorkeeping.forget()
    for page in ("", "save/", "stop/", "thanks/"):
        answer = client.generic("POST", paths[place] + page, raw, content_type=kind)
        assert answer.status_code < 500, (page, kind)


@quickly
@given(given_fields=fields, place=some.integers(0, 3))
def test_what_plain_forms_may_send(
    client: Client, paths: list[str], given_fields: list[tuple[str, str]], place: int
) -> None:
    doorkeeping.forget()
    body = urlencode([(k, v.encode("utf-8", "surrogatepass")) for k, v in given_fields])
    answer = client.post(paths[place], body, "application/x-www-form-urlencoded")
    assert answer.status_code < 500
    sound(client)


@quickly
@given(
    token=some.text(max_size=60),
    page=some.sampled_from(["", "save/", "thanks/", "stop/"]),
    cookie=some.text(alphabet=COOKIE_LETTERS, max_size=40),
)
def test_links_and_cookies_of_nobody(
    client: Client, paths: list[str], token: str, page: str, cookie: str
) -> None:
    doorkeeping.forget()
    wave = Invitation.objects.exclude(token_hash=None)[0].wave_id
    client.cookies[f"banso_answer_{wave}"] = cookie
    token = token.replace("/", "").replace("\\", "") or "x"
    for send in (client.get, client.post):
        assert send(f"/s/{token}/{page}").status_code < 500
        assert send(f"{paths[0]}{page}?language={cookie}").status_code < 500
