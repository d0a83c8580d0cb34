from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.contrasts.jobs import judge
from banso.prove.contrasts.tests.builders import DAY, an_answered_wave
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=60)


def test_how_sure_it_is_and_what_it_said_before(client: Client) -> None:
    client.force_login(a_user())
    with clock.held_at(LATER):
        wave = an_answered_wave(900)
        judge(wave)
        an_answered_wave(50, wave=wave, seed=3)
        judge(wave)
        address = reverse("contrasts:contrast_detail", args=[wave.pk, "met_below"])
        page = client.get(address)
        rows = client.get(address, {"format": "csv"})
    assert page.status_code == 200
    for told in ("Odds ratio of a higher answer", "Brunner–Munzel", "As a table", "same all along"):
        assert told in page.text
    assert page.text.count("Intent to continue</td>") == 2, "both rounds stay readable"
    assert rows.getvalue().decode("utf-8-sig").count("\n") == 4


def test_small_groups_show_no_shares(client: Client) -> None:
    client.force_login(a_user())
    with clock.held_at(LATER):
        wave = an_answered_wave(60, accounts=40)
        judge(wave)
        page = client.get(reverse("contrasts:contrast_detail", args=[wave.pk, "at_below"]))
    assert "more answers are needed in the smaller one" in page.text
    assert "As a table" not in page.text and "NaN" not in page.text


def test_a_pair_or_wave_that_is_not_there(client: Client) -> None:
    client.force_login(a_user())
    with clock.held_at(LATER):
        wave = an_answered_wave(60)
        for args in ([wave.pk, "no-such"], [wave.pk, "at_below"], [wave.pk + 9, "at_below"]):
            page = client.get(reverse("contrasts:contrast_detail", args=args))
            assert page.status_code == 404
