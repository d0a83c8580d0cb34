from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.listen.answers.reads import years_of
from banso.listen.answers.tests.builders import an_anonymous_answer, told_twice
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import CALM, a_response, a_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(a_user(role="viewer", language="ja"))
    return client


def test_all_sources_stand_on_one_line_of_time(reader: Client) -> None:
    account, _person = told_twice()
    years = years_of(account)
    assert [wave.source for wave in years.waves] == ["紙のアンケート", "banso"]
    lines = {line.meaning: line.cells for line in years.lines}
    assert lines["satisfaction"] == ["4 · 1", "5"]
    assert lines["intent"] == ["5 · 1", "5"]
    assert lines["recommend"] == ["", "10"]
    page = reader.get(reverse("answers:customer_answers", args=[account.pk])).content.decode()
    told = page[page.index("<ol") :]
    assert told.index("2025年5月2日") < told.index("2023年5月1日")
    assert "紙のアンケート" in page


def test_the_original_value_is_one_click_away(reader: Client) -> None:
    account, _person = told_twice()
    page = reader.get(reverse("answers:customer_answers", args=[account.pk])).content.decode()
    assert page.count("<details>") == 2
    details = page[page.index("<details>") :]
    assert "やや満足" in details


def test_the_customers_page_shows_the_latest_and_leads_to_all(reader: Client) -> None:
    account, _person = told_twice()
    page = reader.get(reverse("accounts:account_detail", args=[account.pk])).content.decode()
    assert reverse("answers:customer_answers", args=[account.pk]) in page
    assert "期待以上の対応" in page


def test_nothing_of_another_customer_and_nothing_anonymous_is_shown(reader: Client) -> None:
    account, _person = told_twice()
    other = an_account(name="みどり食品")
    a_response(a_wave(name="他社"), CALM | {"comment": "よその声"}, account=other)
    an_anonymous_answer()
    page = reader.get(reverse("answers:customer_answers", args=[account.pk])).content.decode()
    assert "よその声" not in page
    assert "感謝" not in page


def test_a_half_filled_form_is_not_told(reader: Client) -> None:
    account = an_account()
    wave = a_wave()
    Response.objects.create(
        wave=wave, version=wave.version, account=account, origin="link", draft=CALM
    )
    page = reader.get(reverse("answers:customer_answers", args=[account.pk])).content.decode()
    assert reverse("earlier:earlier_list") in page


def test_many_answers_of_a_wave_show_their_mean_and_how_many(reader: Client) -> None:
    account, wave = an_account(), a_wave()
    for score in (1, 2, 3, 4, 5, 5, 5):
        a_response(wave, CALM | {"satisfaction": score}, account=account)
    lines = {line.meaning: line.cells for line in years_of(account).lines}
    assert lines["satisfaction"] == ["3.6 (n = 7)"]


def test_hostile_text_is_shown_as_text(reader: Client) -> None:
    account = an_account()
    a_response(a_wave(), CALM | {"comment": "<script>alert(1)</script>"}, account=account)
    page = reader.get(reverse("answers:customer_answers", args=[account.pk])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
