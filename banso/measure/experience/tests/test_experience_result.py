"""What do customers experience with us, and what do they intend after it?"""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from banso.know.accounts.tests.builders import an_account
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import PLEASED, a_response, a_wave
from banso.measure.experience.answers import version
from banso.measure.experience.result import result_of
from banso.measure.experience.rules import hidden
from banso.measure.experience.tests.builders import an_answer, answers
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.proportions import wilson
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = "/experience/"
QUERIES_COLD, QUERIES_WARM = 40, 20


def signed_in(client: Client, language: str = "en") -> Client:
    client.force_login(a_user(role="csm"))
    client.cookies["django_language"] = language
    return client


def said(client: Client, address: str = PAGE) -> str:
    html = client.get(address).content.decode()
    return re.sub(r"\s+", " ", strip_tags(html.replace("><", "> <")))


def test_an_empty_page_says_what_to_do(client: Client) -> None:
    assert "No customer has answered a survey yet" in said(signed_in(client))


def test_the_branches_are_worked_by_hand(client: Client) -> None:
    """40 customers: 20 calm, 4 who did not ask, 12 pleased, 4 below; and one of them twice."""
    wave = a_wave()
    answers(wave, "no_trouble", 20)
    answers(wave, "not_consulted", 4)
    pleased = answers(wave, "above", 12)
    answers(wave, "below", 4)
    an_answer(wave, "above", pleased[0].account)
    result = result_of(wave, {}, version(wave))
    above, calm = result.branches["above"], result.branches["no_trouble"]
    assert (above.people, above.accounts) == (13, 12)
    assert isinstance(above.share_people, Answer) and isinstance(above.share_customers, Answer)
    assert above.share_people.value == pytest.approx(13 / 41)
    assert above.share_customers.value == pytest.approx(12 / 40)
    assert isinstance(calm.intent, Answer) and isinstance(calm.recommend, Answer)
    assert (calm.intent.low, calm.intent.high) == pytest.approx(wilson(20, 20))
    assert calm.recommend.value == 0 and isinstance(above.recommend, Answer)
    assert above.recommend.value == 1
    assert isinstance(result.branches["below"].intent, NoAnswer)
    assert isinstance(result.consulted, Answer)
    assert result.consulted.value == pytest.approx(17 / 21)
    page = said(signed_in(client))
    assert "only 4 people: 10 needed" in page and "12 customers, 13 people" in page
    assert "They are only a part of all" in page


def test_the_tree_is_drawn_with_its_customers_behind(client: Client) -> None:
    wave = a_wave()
    answers(wave, "above", 12)
    html = signed_in(client).get(PAGE).content.decode()
    assert html.count("<svg") == 2
    link = f"/experience/branch/?wave={wave.pk}&amp;branch=above"
    assert link in html and "aria-label=" in html and "style=" not in html
    rows = list(csv.reader(io.StringIO(b"".join(client.get(PAGE + "?format=csv")).decode())))
    told = {row[0]: row for row in rows[1:]}
    assert told["Answered above expectation"][1:4] == ["12", "12", "1.0"]


def test_few_answers_are_counted_and_not_judged(client: Client) -> None:
    wave = a_wave()
    answers(wave, "above", 3)
    page = said(signed_in(client))
    assert "Not enough data yet" in page and "3 customers" in page
    assert (
        "NPS" in page and "+100" not in page.split("Not enough data yet")[1].split("Kind")[0][:60]
    )


def test_kinds_channels_and_reasons_stand_below(client: Client) -> None:
    wave = a_wave()
    answers(wave, "above", 12)
    answers(wave, "not_consulted", 11)
    page = said(signed_in(client))
    for words in ("I did not know how to operate it", "Our customer-success manager",
                  "I did not know whom to ask"):  # fmt: skip
        assert words in page
    result = result_of(wave, {}, version(wave))
    (kind, other) = result.chosen["trouble_kind"]
    assert (kind.value, kind.people, other.value) == ("operation", 12, "best_use")
    assert isinstance(kind.share, Answer) and kind.share.value == pytest.approx(12 / 23)


def test_new_answers_show_at_once_and_others_are_kept(client: Client) -> None:
    wave = a_wave()
    answers(wave, "no_trouble", 11)
    signed_in(client)
    with CaptureQueriesContext(
        connection,
    ) as cold:
        client.get(PAGE)
    with CaptureQueriesContext(connection) as warm:
        assert "11 customers" in said(client)
    answers(wave, "no_trouble", 1)
    assert "12 customers" in said(client)
    assert len(cold) <= QUERIES_COLD and len(warm) <= QUERIES_WARM


def test_anonymous_groups_under_five_are_not_shown(client: Client) -> None:
    wave = a_wave(is_anonymous=True)
    for leaf, number in (("no_trouble", 14), ("above", 12), ("below", 3), ("at", 6)):
        answers(wave, leaf, number)
    html = signed_in(client).get(PAGE).content.decode()
    page = said(client)
    assert "hidden: nobody is to be found out" in page
    assert "/experience/branch/" not in html and "only 3 people" not in page
    assert client.get(f"{PAGE}?wave={wave.pk}&only=segment:SMB").status_code == 404


@pytest.mark.parametrize(
    ("people", "shut"),
    [
        ({"above": 3, "at": 20, "below": 30}, {"above", "at"}),
        ({"above": 3, "at": 3, "below": 30}, {"above", "at"}),
        ({"above": 9, "at": 20, "below": 30}, set()),
        ({"above": 3}, {"above", "consulted", "not_consulted"}),
    ],
)
def test_nobody_is_told_by_subtraction(people: dict[str, int], shut: set[str]) -> None:
    """What is hidden under a branch adds up to five or more, in two branches or more."""
    consulted = sum(people.values())
    counts = {"no_trouble": 40, "not_consulted": 10, "waiting": 0, "above": 0, "at": 0, "below": 0,
              "consulted": consulted, "trouble": 10 + consulted, "all": 50 + consulted}  # fmt: skip
    found = {key for key in hidden(counts | people) if (counts | people)[key]}
    assert found == shut


def test_a_group_of_customers_can_be_looked_at(client: Client) -> None:
    wave = a_wave(opens_on=date(2026, 6, 1))
    for segment, number in (("SMB", 12), ("Enterprise", 11)):
        for _ in range(number):
            an_answer(wave, "above", an_account(segment=segment))
    page = said(signed_in(client), f"{PAGE}?only=segment:SMB")
    assert "12 of 12 customers answered" in page and "Segment: SMB" in page
    assert client.get(f"{PAGE}?only=nothing:SMB").status_code == 404
    assert client.get(f"{PAGE}?wave=999999").status_code == 404
    assert client.get(f"{PAGE}?wave=abc").status_code == 404


def test_it_reads_in_japanese(client: Client) -> None:
    wave = a_wave()
    answers(wave, "above", 12)
    answers(wave, "no_trouble", 12)
    page = said(signed_in(client, "ja"))
    assert (
        "体験ツリー" in page and "期待以上の対応" in page and "回答していない顧客の見方は" in page
    )


def test_strangers_are_turned_away(client: Client) -> None:
    assert client.get(PAGE).status_code == 302


def test_answers_by_the_public_link_are_not_called_anonymous(client: Client) -> None:
    wave = a_wave(public_token="p" * 32)
    for _ in range(12):
        a_response(wave, PLEASED, origin=Response.Origin.PUBLIC)
    page = said(signed_in(client))
    assert "came by the public link: nothing ties them" in page
    assert "promised anonymity" not in page
    assert "12 people answered; nothing says for which customers." in page
    assert "Response rate" not in page
    for address in ("who-answered/", "by/", "branch/?branch=trouble"):
        assert "nobody knows of which customers they are" in said(client, PAGE + address)


def test_a_wave_that_has_just_begun_is_told_beside_the_one_before(client: Client) -> None:
    begun = a_wave(name="Winter", opens_on=clock.today(), opened_at=clock.now())
    answers(begun, "above", 1)
    answers(a_wave(name="2025", opens_on=date(2025, 6, 1)), "above", 12)
    page = said(signed_in(client))
    assert "“Winter” is still being answered" in page and "12 people" in page
    assert "is still being answered" not in said(client, f"{PAGE}?wave={begun.pk}")
