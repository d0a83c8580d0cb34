from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.visits.tests.builders import DAY, a_visit, an_answer
from banso.act.visits.writes import add_finding, hold_visit
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.listen.surveys.tests.builders import SILENT, a_response, a_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def page(client: Client, account: Account) -> str:
    return client.get(reverse("accounts:account_detail", args=[account.pk])).content.decode()


def test_the_customers_page_says_why_and_what_came_of_it(client: Client) -> None:
    manager = a_user(role="manager")
    client.force_login(manager)
    wave, account = a_wave(), an_account()
    an_answer(wave, account, **SILENT)
    assert "Had trouble and did not consult" in page(client, account)
    visit = a_visit(account, wave)
    hold_visit(by=manager, visit=visit, held_on=DAY, found="x", usage={})
    add_finding(by=manager, visit=visit, kind="learning", text="月末だけ使う")
    text = page(client, account)
    assert "月末だけ使う" in text
    assert "Visited on" in text


def test_nothing_stands_there_without_any_survey(client: Client) -> None:
    client.force_login(a_user())
    assert "Plan a visit" not in page(client, an_account())


def test_a_surveys_page_leads_on_to_thanks_and_visits(client: Client) -> None:
    client.force_login(a_user())
    wave = a_wave()
    url = reverse("surveys:survey_detail", args=[wave.survey_id])
    assert "See whom to visit" not in client.get(url).content.decode()
    an_answer(wave, **SILENT)
    text = client.get(url).content.decode()
    assert "1 customer has a reason to be visited." in text
    assert "1 answer still waits for thanks." in text


def test_a_surveys_page_without_names_leads_to_nobody(client: Client) -> None:
    client.force_login(a_user())
    wave = a_wave(is_anonymous=True)
    a_response(wave, SILENT)
    url = reverse("surveys:survey_detail", args=[wave.survey_id])
    assert "See whom to visit" not in client.get(url).content.decode()
