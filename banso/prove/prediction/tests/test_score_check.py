"""The page says whether the score is right, how it knows, and what it does not know."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from banso.prove.prediction.tests.builders import a_check, page
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_empty_page_says_what_is_needed(client: Client) -> None:
    assert "Nothing to compare yet" in page(client)


def test_the_answer_has_its_interval_and_n(client: Client) -> None:
    check = a_check()
    found = page(client)
    later = check.numbers["later"]
    share = round(100 * later["scores"]["expert"]["auc"]["value"])
    assert f"named the right one in {share}% of cases" in found
    assert f"{later['not_renewed']} not renewed" in found
    assert "A coin names 50%." in found
    assert "no cause of it" in found


def test_too_few_are_told_by_when(client: Client) -> None:
    a_check(40)
    found = page(client)
    assert "Not enough data yet" in found and "by about" in found
    assert "Use the blended weights" not in found


def test_every_state_is_told_in_japanese_too(client: Client) -> None:
    for n in (40, 1500):
        a_check(n)
        client.cookies["django_language"] = "ja"
        with translation.override("ja"):
            found = page(client)
        assert "ヘルススコアは当たっているか" in found
    assert "以降、更新した顧客と更新しなかった顧客" in found


def test_the_groups_come_as_csv(client: Client) -> None:
    a_check()
    client.force_login(a_user(role="viewer"))
    found = client.get(reverse("prediction:score_check") + "?format=csv")
    lines = b"".join(found).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Score,Foretold,n") and len(lines) > 5


def test_the_number_of_queries_is_fixed(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in (1500, 1510, 1520):
        a_check(n)
    client.force_login(a_user(role="analyst"))
    with django_assert_max_num_queries(8):
        client.get(reverse("prediction:score_check"))
