from __future__ import annotations

import pytest
from django.test import Client

from banso.measure.health.writes.model import save_model
from banso.prove.prediction import writes
from banso.prove.prediction.tests.builders import (
    LINES,
    a_comparison,
    alternative_page,
    an_alternative,
)
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_both_scores_stand_side_by_side_with_all_that_is_asked(client: Client) -> None:
    save_model(by=None, measures=LINES)
    alternative = an_alternative()
    a_comparison(alternative)
    said = alternative_page(client, alternative)
    for text in (
        "ranks better than the score in force", "Ranking (AUC), In force",
        "Alternative less in force", "Nothing but the share before", "Its forecasts were nearer",
        "1 customer would be called otherwise today", "あおば製作所", "flatter it",
    ):  # fmt: skip
        assert text in said
    client.force_login(a_user())
    for asked in ("changes", "csv"):
        address = f"/score-check/alternatives/{alternative.pk}/?format={asked}"
        assert client.get(address)["Content-Type"].startswith("text/csv")


def test_before_it_was_compared_the_page_waits(client: Client) -> None:
    alternative = an_alternative()
    assert "There is nothing to compare with yet" in alternative_page(client, alternative)
    writes.ask_for_comparison(alternative=alternative)
    assert "being held against the past" in alternative_page(client, alternative)


def test_a_count_of_changed_customers_leads_to_them(client: Client) -> None:
    alternative = an_alternative()
    a_comparison(alternative)
    text = alternative_page(client, alternative)
    assert 'href="?was=good&amp;would=struggling#changes-title"' in text
    address = f"/score-check/alternatives/{alternative.pk}/"
    mine = client.get(address, {"was": "good", "would": "struggling"})
    assert [row["account"].name for row in mine.context["customers"]] == ["あおば製作所"]
    assert not client.get(address, {"was": "watch", "would": "good"}).context["customers"]
