from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.listen.invitations.models import Mailing
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.models import Asked, Survey, Wave
from banso.listen.surveys.writes import create_survey
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey() -> Survey:
    return create_survey(by=None, name="満足度調査", definition=TEMPLATE.definition)


def given(**changes: Any) -> dict[str, Any]:
    return {
        "name": "2026", "opens_on": clock.today().isoformat(), "closes_on": "",
        "throttle_days": "90", "remind_after": "10、5", "sends_mail": "on",
    } | changes  # fmt: skip


def test_a_wave_is_planned_for_the_customers_of_a_filter(client: Client, survey: Survey) -> None:
    an_account(name="製造", industry="Industry")
    an_account(name="小売", industry="Retail")
    client.force_login(a_user(role="manager"))
    address = reverse("invitations:wave_new", args=[survey.pk]) + "?industry=Retail"
    assert "1 customer<" in client.get(address).content.decode()
    answer = client.post(address, given(key_people_only="on", has_public_link="on"))
    wave = Wave.objects.get()
    assert answer.headers["Location"] == reverse("invitations:wave_detail", args=[wave.pk])
    assert (wave.audience, wave.remind_after, wave.key_people_only) == (
        "industry=Retail", [5, 10], True,
    )  # fmt: skip
    assert wave.public_token and wave.opened_at is None and wave.version.survey == survey
    assert Mailing.objects.get(wave=wave).sends_mail


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"remind_after": "soon"}, "whole numbers of days"),
        ({"remind_after": "0"}, "a day later"),
        ({"closes_on": "2020-01-01"}, "must not close before"),
        ({"sends_mail": ""}, "Choose e-mail, a public link, or both"),
        ({"throttle_days": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_planned_is_said(
    client: Client, survey: Survey, wrong: dict[str, str], told: str
) -> None:
    client.force_login(a_user(role="manager"))
    answer = client.post(reverse("invitations:wave_new", args=[survey.pk]), given(**wrong))
    assert told in answer.content.decode() and not Wave.objects.exists()


def test_colleagues_are_picked_for_a_survey_of_colleagues(client: Client) -> None:
    survey = create_survey(
        by=None, name="この顧客の成功とは", definition=TEMPLATE.definition, asked=Asked.COLLEAGUES
    )
    colleague = a_user(name="開発 太郎")
    client.force_login(a_user(role="manager"))
    address = reverse("invitations:wave_new", args=[survey.pk])
    assert "開発 太郎" in client.get(address).content.decode()
    nobody = client.post(address, given())
    assert "Choose somebody who is asked" in nobody.content.decode()
    client.post(address, given(colleagues=[colleague.pk]))
    assert Mailing.objects.get().colleagues == [colleague.pk]


def test_who_may_not_define_may_not_ask(client: Client, survey: Survey) -> None:
    client.force_login(a_user(role="csm"))
    address = reverse("invitations:wave_new", args=[survey.pk])
    assert client.get(address).status_code == client.post(address, given()).status_code == 403


def test_a_survey_that_was_put_away_is_not_asked(client: Client, survey: Survey) -> None:
    survey.archived_at = clock.now() - timedelta(days=1)
    survey.save()
    client.force_login(a_user(role="manager"))
    assert client.get(reverse("invitations:wave_new", args=[survey.pk])).status_code == 404
