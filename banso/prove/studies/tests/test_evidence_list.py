from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from banso.know.accounts.tests.builders import an_account
from banso.prove.studies.jobs import run_evidence
from banso.prove.studies.models import EvidenceRun, Verdict
from banso.prove.studies.tests.builders import TODAY, a_subscription, companies
from banso.prove.studies.writes import ask_for_run, begin_run, fail_run
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]
URL = "studies:evidence_list"
Page = Callable[..., str]
DENIALS = ("(関連であり、効果ではありません)", "(An association, not an effect.)")
CANDIDATES = ("原因の候補", "a candidate driver, not a proven one")
FORBIDDEN = re.compile(r"効果|影響|原因|driver|impact|caus(e|al)|effect", re.IGNORECASE)


@pytest.fixture
def page(client: Client) -> Page:
    def get(language: str = "en", query: str = "", role: str = "viewer") -> str:
        client.force_login(a_user(role=role, language=language))
        with clock.held_at(TODAY):
            response = client.get(reverse(URL) + query)
        assert response.status_code == 200
        return html.unescape(response.content.decode())

    return get


def run() -> EvidenceRun:
    with clock.held_at(TODAY):
        run_evidence()
    return EvidenceRun.objects.latest("pk")


def test_the_page_answers_first_with_the_counts(page: Page) -> None:
    companies(800)
    lost = run().non_renewals
    text = page()
    answer = re.search(r'id="answer">(.*?)</p>', text)
    assert answer is not None
    assert "go with renewal" in answer[1]
    assert f"800 renewals decided, {lost} not renewed." in answer[1]
    japanese = page("ja")
    assert "更新と関連があるのは何か" in japanese
    assert f"更新判断は800件、うち解約は{lost}件です。" in japanese


def test_each_verdict_has_its_words_in_both_languages(page: Page) -> None:
    companies(800)
    run()
    english, japanese = page(), page("ja")
    assert "The higher “real in English”, the more often customers tend to renew." in english
    assert (
        "「realの日本語」の値が大きい顧客ほど、更新率が高い傾向があります。ほかの指標や顧客の属性を"
        "そろえても差が残るため、原因の候補です(確かめられたわけではありません)。"
        "(関連であり、効果ではありません)" in japanese
    )
    assert "解約の意思決定のあとに動く数値です" in japanese
    for verdict in Verdict:
        if verdict.value in verdict_texts(english):
            assert str(verdict.label) in english


def verdict_texts(text: str) -> set[str]:
    return set(re.findall(r"verdict-(\w+)", text))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_only_goes_with_renewal_is_never_said_to_bring_it_about(
    page: Page, language: str
) -> None:
    companies(800)
    run()
    sentences = re.findall(r'finding-sentence">(.*?)</div>', page(language, "?verdict=associated"))
    assert len(sentences) >= 2
    for sentence in sentences:
        said = sentence
        for denial in (*DENIALS, *CANDIDATES):
            said = said.replace(denial, "")
        assert not FORBIDDEN.search(said), sentence
        assert any(denial in sentence for denial in DENIALS)


def test_what_cannot_be_judged_shows_no_direction_but_a_month(page: Page) -> None:
    companies(60, lost=0.2)
    run()
    english, japanese = page(query="?verdict=not_enough_data"), page("ja")
    assert re.search(r"Known by about \w{3} 20\d\d\.", english)
    assert re.search(r"20\d\d年\d+月ごろに判断できる見込みです。", japanese)
    assert "tend to renew" not in english
    assert "Highest third" not in english
    assert "解約が20件以上必要ですが" in japanese


def test_a_percentage_needs_ten_decisions(page: Page) -> None:
    companies(800)
    made = run()
    finding = made.findings.get(key="metric.real")
    finding.numbers["groups"][0] |= {"n": 9, "events": 2, "rate": None}
    finding.save()
    assert re.search(r"Lower values \([^)]+\): 7 of 9", page())


def test_sides_that_are_no_thirds_are_not_called_so(page: Page) -> None:
    """Where most customers have zero, the low side is far more than a third of them."""
    companies(800)
    made = run()
    finding = made.findings.get(key="metric.real")
    assert "Lowest third (" in page()
    finding.numbers["groups"][0] |= {"low": 0, "high": 0, "n": 700}
    finding.numbers["groups"][1] |= {"low": 1, "high": 4, "n": 100}
    finding.save()
    text = page()
    assert "Lower values (0): " in text
    assert "Higher values (1–4): " in text
    assert "third" not in text.split("Lower values", 1)[1].split("</tr>", 1)[0]


def test_findings_are_filtered_and_exported(page: Page, client: Client) -> None:
    companies(800)
    run()
    shown = page(query="?verdict=suspicious&group=metric")
    assert "leak in English" in shown
    assert "real in English" not in shown
    with clock.held_at(TODAY):
        response = client.get(reverse(URL) + "?verdict=associated&format=csv")
    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Name,Group,Verdict")
    assert any(line.startswith("real in English,Metrics,Goes with renewal") for line in lines)
    assert "leak in English" not in "".join(lines)


def test_without_contracts_the_page_says_what_to_import(page: Page) -> None:
    assert "No contracts are known yet" in page()
    assert "契約がまだ登録されていません" in page("ja")


def test_without_a_decision_the_page_names_the_next_end(page: Page) -> None:
    a_subscription(an_account(), start=TODAY.replace(month=1), end=TODAY.replace(month=12))
    run()
    text = page()
    assert "No renewal has been decided yet" in text
    assert "30 Dec 2026" in text


def test_a_run_under_way_shows_its_progress_and_then_the_answer(page: Page, client: Client) -> None:
    ask_for_run(by=None)
    assert "Waiting to be computed." in page()
    begin_run()
    response = client.get(reverse(URL), headers={"HX-Request": "true"})
    assert "HX-Refresh" not in response
    run()
    from banso.shared.journal.jobs import run_owed

    run_owed()
    assert client.get(reverse(URL), headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_run_that_broke_off_says_so(page: Page) -> None:
    fail_run(begin_run(), error="RuntimeError: disk full")
    assert "RuntimeError: disk full" in page()


def test_only_who_defines_may_compute_again(page: Page) -> None:
    companies(30)
    run()
    assert "Compute again" not in page(role="viewer")
    assert "Compute again" in page(role="analyst")


def test_the_number_of_queries_does_not_grow_with_the_findings(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    companies(200)
    run()
    client.force_login(a_user(role="viewer", language="en"))
    client.get(reverse(URL))
    with django_assert_num_queries(8):
        client.get(reverse(URL))


def test_who_is_not_signed_in_sees_nothing(client: Client) -> None:
    assert client.get(reverse(URL)).status_code == 302


def test_old_data_ask_for_newer_ones_instead_of_foretelling(client: Client) -> None:
    companies(60, lost=0.2)
    run()
    client.force_login(a_user(role="viewer", language="en"))
    with clock.held_at(TODAY + timedelta(days=400)):
        text = client.get(reverse(URL)).content.decode()
    assert "Import newer renewals to know." in text
    assert "Known by about" not in text
    assert "The next answer may come" not in text
