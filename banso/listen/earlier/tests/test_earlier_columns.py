from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.listen.earlier.meaning.columns import Columns
from banso.listen.earlier.models import EarlierRun, KeptColumns
from banso.listen.earlier.tests.builders import FORMS, a_draft, brought_in
from banso.listen.surveys.tests.builders import a_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def page_of(run: EarlierRun) -> str:
    return reverse("earlier:earlier_columns", args=[run.pk])


@pytest.fixture
def analyst(client: Client) -> Client:
    client.force_login(a_user(role="analyst", language="en"))
    return client


def kept(run: EarlierRun) -> Columns:
    run.refresh_from_db()
    return Columns.from_json(run.mapping)


def test_the_guess_is_shown_and_can_be_changed(analyst: Client) -> None:
    run, _mapping = a_draft(FORMS)
    page = analyst.get(page_of(run)).content.decode()
    assert "やや満足" in page
    place = next(n for n, c in enumerate(kept(run).columns) if c.name == "総合満足度")
    number = re.search(rf'name="v-{place}-(\d+)"[^>]*aria-label="What “やや満足”', page)
    assert number is not None
    given = {"survey_name": "昨年の調査", "wave_name": "2024", f"v-{place}-{number[1]}": "3"}
    answer = analyst.post(page_of(run), given, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert kept(run).columns[place].values["やや満足"] == "3"
    assert kept(run).survey_name == "昨年の調査"


def test_a_column_that_goes_elsewhere_is_guessed_anew(analyst: Client) -> None:
    run, _mapping = a_draft(
        "email,date,score\na@example.jp,2024-05-01,7\nb@example.jp,2024-05-01,1\n"
    )
    given = {"survey_name": "x", "wave_name": "x", "goes-2": "meaning:intent"}
    analyst.post(page_of(run), given)
    column = kept(run).columns[2]
    assert (column.span, column.values) == ("1-7", {"7": "5", "1": "1"})
    analyst.post(page_of(run), given | {"span-2": "0-10"})
    assert kept(run).columns[2].values == {"7": "4", "1": "1"}


def test_an_existing_survey_offers_its_own_questions(analyst: Client) -> None:
    wave = a_wave()
    run, _mapping = a_draft(FORMS)
    answer = analyst.post(page_of(run), {"survey": str(wave.survey_id), "wave_name": "2024"})
    goes = [column.goes for column in kept(run).columns]
    assert "question:answer" in goes
    assert "question:recommend" in goes
    assert "In the past year, did you run into any trouble" in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"goes-2": "", "goes-3": ""}, "No column says who answered"),
        ({"goes-1": ""}, "No column says when people answered"),
        ({f"goes-{n}": "" for n in range(4, 12)}, "No column holds an answer"),
        ({"goes-8": "meaning:intent"}, "Two columns go to"),
        ({"survey_name": " "}, "Give the survey a name"),
        ({"wave_name": ""}, "Give the wave a name"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_before_any_row_is_read(
    analyst: Client, given: dict[str, str], said: str
) -> None:
    run, _mapping = a_draft(FORMS)
    form = {"survey_name": "x", "wave_name": "x", "do": "check"} | given
    page = analyst.post(page_of(run), form).content.decode()
    assert said in page
    run.refresh_from_db()
    assert run.state == "draft"


def test_the_check_begins_and_the_columns_are_remembered(analyst: Client) -> None:
    run, _mapping = a_draft(FORMS)
    form = {"survey_name": "x", "wave_name": "x", "do": "check", "keep": "yes"}
    answer = analyst.post(page_of(run), form)
    assert answer["Location"] == reverse("earlier:earlier_check", args=[run.pk])
    assert KeptColumns.objects.count() == 1
    again, _mapping = a_draft(FORMS, name="2025年調査.csv")
    assert "because this file has the same columns" in analyst.get(page_of(again)).content.decode()


def test_the_same_file_a_second_time_is_warned_of(analyst: Client) -> None:
    an_account(name="あおば製作所")
    brought_in(FORMS)
    run, _mapping = a_draft(FORMS)
    assert "very same file" in analyst.get(page_of(run)).content.decode()


def test_a_file_read_in_the_wrong_characters_can_be_read_anew(analyst: Client) -> None:
    run, _mapping = a_draft("email,満足度\na@example.jp,満足\n".encode("euc_jp"))
    analyst.post(page_of(run), {"encoding": "euc_jp"})
    assert kept(run).columns[1].name == "満足度"


def test_hostile_values_change_nothing_they_may_not(analyst: Client) -> None:
    run, before = a_draft(FORMS)
    analyst.post(
        page_of(run),
        {"survey_name": "x", "wave_name": "x", "goes-4": "meaning:nonsense", "span-8": "9-1",
         "kind-5": "script", "v-8-0": "99", "survey": "99999", "order-1": "ymd"},
    )  # fmt: skip
    after = kept(run)
    assert after.survey == 0
    assert after.columns[4].goes == before.columns[4].goes
    assert after.columns[8].values.get("満足") == before.columns[8].values.get("満足")


def test_kinds_of_trouble_can_be_led_to_ours_so_that_years_compare(analyst: Client) -> None:
    run, _mapping = a_draft(FORMS)
    page = analyst.get(page_of(run)).content.decode()
    assert "Contract or billing" in page
    place = next(n for n, c in enumerate(kept(run).columns) if c.name == "困りごとの種類")
    number = re.search(rf'name="v-{place}-(\d+)"[^>]*aria-label="What “契約のこと”', page)
    assert number is not None
    given = {"survey_name": "x", "wave_name": "x", f"v-{place}-{number[1]}": "contract"}
    analyst.post(page_of(run), given)
    assert kept(run).columns[place].values["契約のこと"] == "contract"
