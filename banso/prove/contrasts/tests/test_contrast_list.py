from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.experience.answers import version
from banso.prove.contrasts.jobs import judge
from banso.prove.contrasts.reads import state_of
from banso.prove.contrasts.tests.builders import DAY, an_answered_wave
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = "contrasts:contrast_list"
LATER = DAY + timedelta(days=60)


def test_without_an_answer_it_says_what_will_be_here(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    page = client.get(reverse(PAGE))
    assert page.status_code == 200 and "Nobody has answered a survey yet" in page.text


def test_it_gives_each_pair_its_verdict_and_the_next_step(client: Client) -> None:
    client.force_login(a_user())
    with clock.held_at(LATER):
        wave = an_answered_wave(900)
        before = client.get(reverse(PAGE)).text
        assert "judged within ten minutes" in before
        judge(wave)
        page = client.get(reverse(PAGE), {"wave": wave.pk}).text
    assert "5 pairs asked" in page and "association, not an effect" in page
    assert "Reproduce what exceeded expectation" in page and "Find out why they did not" in page
    assert "n = " in page and "points" in page and "Answers or pairs have changed" not in page
    for word in ("causes", "proven", "impact"):
        assert word not in page


def test_it_says_so_when_answers_came_since_they_were_judged(client: Client) -> None:
    client.force_login(a_user())
    with clock.held_at(LATER):
        wave = an_answered_wave(60)
        judge(wave)
        for count, stale in ((0, False), (1, True)):
            an_answered_wave(count, seed=2, wave=wave, named=False)
            page = client.get(reverse(PAGE), {"wave": wave.pk}).text
            assert ("Answers or pairs have changed" in page) is stale
            assert state_of(wave, version(wave)) == state_of(wave)


def test_japanese_and_csv(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    with clock.held_at(LATER):
        wave = an_answered_wave(900)
        judge(wave)
        page = client.get(reverse(PAGE))
        rows = client.get(reverse(PAGE), {"wave": str(wave.pk), "format": "csv"})
    assert "関連であり、効果ではありません" in page.text
    text = rows.getvalue().decode("utf-8-sig")
    assert text.count("\n") == 16


def test_a_wave_that_is_not_there(client: Client) -> None:
    client.force_login(a_user())
    an_answered_wave(30, accounts=20)
    assert client.get(reverse(PAGE), {"wave": "999999"}).status_code == 404
    assert client.get(reverse(PAGE), {"wave": "x"}).status_code == 404
    assert Client().get(reverse(PAGE)).status_code == 302


def test_an_anonymous_wave_names_nobody_and_counts_no_customers(client: Client) -> None:
    client.force_login(a_user())
    with clock.held_at(LATER):
        wave = an_answered_wave(900, is_anonymous=True)
        judge(wave)
        page = client.get(reverse(PAGE), {"wave": wave.pk}).text
        pair = reverse("contrasts:contrast_detail", args=[wave.pk, "above_no_trouble"])
        detail = client.get(pair).text
        rows = client.get(reverse(PAGE), {"wave": str(wave.pk), "format": "csv"})
    for text in (page, detail):
        assert "nobody can be named, neither people nor customers" in text
        assert "n = " in text and "of 900 customers" not in text
    assert "900 anonymous answers" in page and "Texts and people" not in page
    assert rows.getvalue().decode("utf-8-sig").count("\n") == 16
