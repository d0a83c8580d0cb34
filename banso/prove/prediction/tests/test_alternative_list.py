from __future__ import annotations

import pytest
from django.test import Client

from banso.measure.health.writes.model import save_model
from banso.prove.prediction.tests.builders import LINES, a_comparison, an_alternative
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/score-check/alternatives/"


def test_without_any_the_page_says_what_it_is_for(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    said = client.get(URL).content.decode()
    assert "No other score has been tried yet" in said
    assert "alternatives/new" not in said


def test_each_says_in_a_sentence_how_it_did(client: Client) -> None:
    save_model(by=a_user(role="manager", name="柏木 直人"), measures=LINES)
    a_comparison(an_alternative())
    client.force_login(a_user(role="analyst"))
    said = client.get(URL).content.decode()
    assert "Ranks better" in said
    assert "連絡の多さは当てにならない" in said
    assert "柏木 直人" in said
    assert "borders 70 / 40" in said
