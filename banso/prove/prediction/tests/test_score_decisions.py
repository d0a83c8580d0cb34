from __future__ import annotations

import csv
import html
import re
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.prove.prediction import behind
from banso.prove.prediction.comparing import compared
from banso.prove.prediction.models import Comparison
from banso.prove.prediction.tests.builders import (
    CUT,
    OLD,
    a_check,
    an_alternative,
    page,
    some_decisions,
    weighted,
)
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("prediction:score_decisions")


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up decisions stand in for those of contracts and usage, under any lines."""

    def decided(today: object, lines: Any = None, borders: Any = None) -> Any:
        made = some_decisions(600)
        weights = {line.key: line.weight for line in lines or made.lines}
        return weighted(made, *(weights.get(line.key, 0) for line in made.lines), borders=borders)

    monkeypatch.setattr(behind, "decided", decided)


def look(client: Client, address: str, **asked: Any) -> Any:
    client.force_login(a_user(role="viewer", language="en"))
    with clock.held_at(CUT):
        return client.get(address, asked)


@pytest.mark.usefixtures("scored")
def test_each_count_of_a_word_leads_to_its_decisions(client: Client) -> None:
    check = a_check(600)
    text = html.unescape(page(client))
    for row in check.numbers["bands"]:
        link = f"{PAGE}?band={row['band']}"
        assert f'href="{link}"' in text
        shown = look(client, link)
        assert f"{row['n']} decisions, {row['renewed']} renewed." in shown.content.decode()
        assert {one.band for one, _name, _word in shown.context["lines"]} == {row["band"]}
        renewed = look(client, f"{link}&state=renewed")
        assert f"{row['renewed']} decisions, {row['renewed']} renewed." in renewed.content.decode()


@pytest.mark.usefixtures("scored")
def test_decisions_name_customers_and_come_as_a_file(client: Client) -> None:
    a_check(600)
    there = some_decisions(600)
    known = an_account(pk=int(there.account[there.has_score][0]), name="みどり商会")
    text = look(client, PAGE).content.decode()
    assert "A customer that was removed" in text
    lines = list(
        csv.DictReader(StringIO(b"".join(look(client, PAGE, format="csv")).decode("utf-8-sig")))
    )
    assert len(lines) == int(there.has_score.sum())
    mine = int((there.account[there.has_score] == known.pk).sum())
    assert sum(line["Customer"] == known.name for line in lines) == mine > 0
    days = [line["Decided on"] for line in lines]
    assert days == sorted(days, reverse=True)


@pytest.mark.usefixtures("scored")
def test_both_sides_of_a_comparison_lead_to_theirs(client: Client) -> None:
    check = a_check(600)
    alternative = an_alternative(10, 90, 0)
    made = some_decisions(600)
    two = weighted(made, 10, 90, 0, borders=alternative.borders)
    found = compared(weighted(made, 40, 40, 20), two, written_on=OLD)
    Comparison.objects.create(
        alternative=alternative, model=check.model, made_at=clock.now(), data_cut=CUT, digest="h",
        numbers=found.as_json(),
    )  # fmt: skip
    text = html.unescape(
        look(client, reverse("prediction:alternative_detail", args=[alternative.pk]))
        .content.decode()
    )  # fmt: skip
    links = re.findall(rf'href="({re.escape(PAGE)}[^"]*score=(\w+))"', text)
    assert len(links) == 6
    for link, score in links:
        rows = {row["band"]: row for row in found.bands[score]}
        shown = look(client, link)
        row = rows[shown.wsgi_request.GET["band"]]
        assert (len(shown.context["page"].paginator.object_list), row["n"]) == (row["n"], row["n"])


@pytest.mark.usefixtures("scored")
@pytest.mark.parametrize("asked", [{"band": "x"}, {"state": "x"}, {"alternative": "999"}])
def test_what_is_not_there_is_not_found(client: Client, asked: dict[str, str]) -> None:
    a_check(600)
    assert look(client, PAGE, **asked).status_code == 404


def test_before_the_first_check_there_is_none(client: Client) -> None:
    assert look(client, PAGE).status_code == 404
