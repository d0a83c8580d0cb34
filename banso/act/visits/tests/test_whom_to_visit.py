from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from banso.act.visits import reads, rules
from banso.act.visits.reads import candidates, owned_by
from banso.act.visits.tests.builders import a_visit, an_answer
from banso.know.accounts.tests.builders import an_account
from banso.listen.invitations.models import Invitation
from banso.listen.surveys.tests.builders import PLEASED, SILENT, a_response, a_wave
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("visits:whom_to_visit")
BELOW: dict[str, Any] = PLEASED | {"answer": "below", "recommend": 7, "satisfaction": 3}


@pytest.fixture
def csm(client: Client) -> Client:
    client.force_login(a_user(role="csm"))
    return client


def page(client: Client, **asked: Any) -> str:
    return client.get(PAGE, asked).content.decode()


def names(text: str, *accounts: object) -> list[str]:
    """Those that the list names, in its order."""
    found = [str(account) for account in accounts if str(account) in text]
    return sorted(found, key=text.index)


def test_the_list_says_whom_to_visit_and_why(csm: Client) -> None:
    wave = a_wave()
    calm = an_answer(wave).account
    pleased = an_answer(wave, **PLEASED).account
    unhappy = an_answer(wave, **(SILENT | {"recommend": 2})).account
    below = an_answer(wave, **BELOW).account
    text = page(csm)
    assert names(text, calm, pleased, unhappy, below) == [str(unhappy), str(below), str(pleased)]
    assert "3 customers have a reason to be visited" in text
    assert "Would not recommend us" in text
    assert "recommends: 2 of 10" in text


def test_a_reason_and_an_owner_narrow_it(csm: Client) -> None:
    wave, mine = a_wave(), a_user()
    csm.force_login(mine)
    ours = an_account(owner=mine)
    other = an_answer(wave, **PLEASED).account
    an_answer(wave, ours, **SILENT)
    assert names(page(csm, owner="mine"), ours, other) == [str(ours)]
    assert names(page(csm, reason="above"), ours, other) == [str(other)]
    assert "No customer is like this" in page(csm, owner="mine", reason="above")


def test_a_key_customer_of_whom_nobody_answered_comes_last(csm: Client) -> None:
    wave = a_wave()
    silent = an_account(touch_model="high")
    low = an_account(touch_model="low")
    told = an_answer(wave, **PLEASED).account
    text = page(csm)
    assert names(text, silent, low, told) == [str(told), str(silent)]
    assert "Key customer without an answer" in text


def test_a_key_customer_pays_most_or_has_high_touch(csm: Client) -> None:
    wave = a_wave()
    accounts = [an_account(mrr_minor=1000 * n, currency="JPY") for n in range(1, 11)]
    for account in accounts[:-1]:
        an_answer(wave, account)
    (found,) = candidates(wave, owned_by(a_user(), ""))
    assert (found.account_id, found.reasons) == (accounts[-1].pk, ["silent"])
    assert not candidates(wave, Q(pk=accounts[0].pk))


def test_only_those_who_were_written_to_are_silent(csm: Client) -> None:
    wave = a_wave()
    an_answer(wave)
    asked, other = (an_account(touch_model="high") for _ in range(2))
    Invitation.objects.create(wave=wave, account=asked, nonce="n", sent_at=clock.now())
    found = candidates(wave, owned_by(a_user(), ""))
    assert [one.account_id for one in found] == [asked.pk]
    assert other.pk != asked.pk


def test_who_has_left_is_not_visited(csm: Client) -> None:
    wave = a_wave()
    an_answer(wave, an_account(stage="left"), **SILENT)
    assert candidates(wave, owned_by(a_user(), "")) == []


def test_an_anonymous_wave_lists_nobody(csm: Client) -> None:
    wave = a_wave(is_anonymous=True)
    a_response(wave, SILENT)
    an_account(touch_model="high")
    assert candidates(wave, owned_by(a_user(), "")) == []
    assert "anonymous" in page(csm, wave=wave.pk)
    assert "detractor" not in csm.get(f"{PAGE}?wave={wave.pk}&format=csv").getvalue().decode()


def test_who_is_planned_is_told_apart(csm: Client) -> None:
    wave = a_wave()
    planned, free = (an_answer(wave, **SILENT).account for _ in range(2))
    assert planned is not None
    a_visit(planned, wave)
    assert names(page(csm, state="free"), planned, free) == [str(free)]
    assert names(page(csm, state="open"), planned, free) == [str(planned)]


def test_the_file_has_a_line_for_each_person_and_runs_nothing(csm: Client) -> None:
    wave = a_wave()
    account = an_account(name="=cmd|'/c calc'!A0")
    an_answer(wave, account, **SILENT)
    an_answer(wave, account, **PLEASED)
    text = csm.get(PAGE, {"format": "csv"}).getvalue().decode()
    assert len(text.strip().splitlines()) == 3
    assert "'=cmd" in text


def test_without_any_answer_it_says_what_to_do_first(csm: Client) -> None:
    assert "Nobody has answered a survey yet" in page(csm)
    a_wave()
    assert "Nobody has answered a survey yet" in page(csm)


@pytest.mark.parametrize(
    "asked",
    [{"wave": "9" * 30}, {"wave": "x"}, {"owner": "9" * 30}, {"page": "0"}, {"reason": "x"}],
)
def test_an_odd_address_is_no_error(csm: Client, asked: dict[str, str]) -> None:
    an_answer(a_wave(), **SILENT)
    assert csm.get(PAGE, asked).status_code == 200


def test_the_conditions_of_the_database_are_those_of_the_rules() -> None:
    wave = a_wave()
    leaves = [PLEASED | {"answer": answer} for answer in ("above", "at", "below", "waiting")]
    for answers in (SILENT, SILENT | {"recommend": 7, "miss": 3}, *leaves):
        answer = an_answer(wave, **answers)
        found = {
            key
            for key, said in reads.SAID.items()
            if type(answer).objects.filter(said, pk=answer.pk)
        }
        expected = rules.reasons_of_answer(answer.leaf, answer.recommend, answer.miss)
        assert found == set(expected)


def test_the_cost_does_not_follow_the_customers(csm: Client) -> None:
    wave = a_wave()
    an_answer(wave, **SILENT)
    counts = []
    for more in (1, 20):
        for _ in range(more):
            an_answer(wave, **SILENT)
        with CaptureQueriesContext(connection) as queries:
            page(csm)
        counts.append(len(queries))
    assert counts[0] == counts[1]
