from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from banso.prove.hypotheses.tests.builders import TODAY, an_hypothesis, check_on, companies
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def see(client: Client, query: str = "", *, language: str = "en", role: str = "viewer") -> str:
    client.force_login(a_user(role=role, language=language))
    with clock.held_at(TODAY):
        response = client.get(reverse("hypotheses:hypothesis_list") + query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_the_first_sentence_says_how_many_hold(client: Client) -> None:
    companies(800)
    an_hypothesis()
    an_hypothesis(key="noise_1", statement="ログインが多いほど更新しやすい")
    check_on()
    text = see(client)
    assert "1 associated, 1 candidate." in text
    assert "The next check is on" in text
    assert "よく共有する顧客は更新しやすい" in text
    assert "The higher “Reports shared”, the more frequent: Renewal." in text
    assert "An association, not an effect" in text
    assert "1件が関連あり" in see(client, language="ja")


def test_one_level_can_be_picked_and_everything_taken_as_a_file(client: Client) -> None:
    companies(800)
    an_hypothesis()
    an_hypothesis(key="noise_1", statement="ログインが多いほど更新しやすい")
    check_on()
    assert "ログインが多い" not in see(client, "?level=associated")
    client.force_login(a_user(language="en"))
    response = client.get(reverse("hypotheses:hypothesis_list"), {"format": "csv"})
    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Hypothesis,Will be compared,Level")
    assert len(lines) == 3


def test_an_empty_page_teaches_to_write_before_looking(client: Client) -> None:
    text = see(client, role="analyst")
    assert "Write down what you expect before you look" in text
    assert reverse("hypotheses:write_hypothesis") in text
    assert reverse("hypotheses:write_hypothesis") not in see(client)


def test_many_hypotheses_cost_no_more_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    companies(60)
    for _ in range(6):
        an_hypothesis()
    check_on()
    client.force_login(a_user(language="en"))
    with django_assert_max_num_queries(12):
        client.get(reverse("hypotheses:hypothesis_list"))
