from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.measure.health.models import HealthModel
from banso.measure.health.reads import lines_in_force
from banso.measure.health.rules import Borders
from banso.measure.health.writes.model import save_model
from banso.prove.prediction import writes
from banso.prove.prediction.comparing import changes, compared
from banso.prove.prediction.models import Alternative, Comparison
from banso.prove.prediction.tests.builders import CUT, LINES, some_decisions
from banso.prove.prediction.tests.test_comparing import OLD, weighted
from banso.shared.journal.models import Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def an_alternative(*weights: int, good_from: int = 70) -> Alternative:
    lines = [replace(line, weight=w) for line, w in zip(LINES, weights or (60, 40, 0), strict=True)]
    made = writes.write_alternative(
        by=a_user(role="analyst"), name="利用を重く", because="連絡の多さは当てにならない",
        measures=lines, borders=Borders(good_from, 40),
    )  # fmt: skip
    Job.objects.all().delete()
    return made


def a_comparison(alternative: Alternative, *, n: int = 3000, reverse: bool = False) -> Comparison:
    found = some_decisions(n)
    pair = [weighted(found, 0, 0, 100), weighted(found, 60, 40, 0)]
    has = pair[0].has_score & ~(found.points != found.points).any(axis=1)
    now, then = (replace(each, has_score=has) for each in (pair[::-1] if reverse else pair))
    account = an_account(name="あおば製作所")
    return writes.keep_comparison(
        alternative=alternative, data_cut=CUT, digest="d",
        numbers=compared(now, then, written_on=OLD).as_json(),
        changes=changes([(account.pk, 80, 30)], Borders(), alternative.borders),
    )  # fmt: skip


def page(client: Client, alternative: Alternative, role: str = "analyst") -> str:
    client.force_login(a_user(role=role))
    return client.get(f"/score-check/alternatives/{alternative.pk}/").content.decode()


def take(client: Client, alternative: Alternative, **data: Any) -> None:
    client.post(f"/score-check/alternatives/{alternative.pk}/take/", data)


def test_both_scores_stand_side_by_side_with_all_that_is_asked(client: Client) -> None:
    save_model(by=None, measures=LINES)
    alternative = an_alternative()
    a_comparison(alternative)
    said = page(client, alternative)
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
    assert "There is nothing to compare with yet" in page(client, alternative)
    writes.ask_for_comparison(alternative=alternative)
    assert "being held against the past" in page(client, alternative)


def test_one_that_did_better_is_put_in_force_with_a_reason_and_history(client: Client) -> None:
    before = save_model(by=None, measures=LINES)
    alternative = an_alternative(good_from=65)
    comparison = a_comparison(alternative)
    client.force_login(a_user(role="manager", name="柏木 直人"))
    take(client, alternative, comparison=comparison.pk, because="")
    assert HealthModel.objects.count() == 1
    take(client, alternative, comparison=comparison.pk, because="過去の順位づけが良い")
    model = HealthModel.objects.latest("pk")
    assert model.borders == Borders(65, 40)
    assert [line.weight for line in lines_in_force()] == [60, 40, 0]
    listed = client.get("/score-check/alternatives/").content.decode()
    assert "過去の順位づけが良い" in listed
    assert "柏木 直人" in listed
    client.post(reverse("prediction:model_again", args=[before.pk]))
    assert HealthModel.objects.count() == 3
    assert lines_in_force() == LINES
    assert HealthModel.objects.latest("pk").borders == Borders()


def test_one_that_did_worse_or_cannot_be_judged_is_not(client: Client) -> None:
    save_model(by=None, measures=LINES)
    worse, unknown = an_alternative(), an_alternative()
    found = [a_comparison(worse, reverse=True), a_comparison(unknown, n=90)]
    for alternative, comparison in zip((worse, unknown), found, strict=True):
        said = page(client, alternative)
        assert "Put this score in force" not in said
        take(client, alternative, comparison=comparison.pk, because="それでも")
    assert HealthModel.objects.count() == 1
    assert "Not enough data yet" in page(client, unknown)
    assert "both are opinion" in page(client, unknown)


def test_a_comparison_with_weights_that_are_no_longer_in_force_does_not_count(
    client: Client,
) -> None:
    save_model(by=None, measures=LINES)
    alternative = an_alternative()
    comparison = a_comparison(alternative)
    save_model(by=None, measures=LINES[:2])
    client.force_login(a_user(role="manager"))
    take(client, alternative, comparison=comparison.pk, because="良い")
    assert HealthModel.objects.count() == 2


def test_a_csm_reads_and_may_not_take(client: Client) -> None:
    save_model(by=None, measures=LINES)
    alternative = an_alternative()
    comparison = a_comparison(alternative)
    assert "Put this score in force" not in page(client, alternative, role="csm")
    take(client, alternative, comparison=comparison.pk, because="良い")
    client.post(reverse("prediction:model_again", args=[HealthModel.objects.get().pk]))
    assert HealthModel.objects.count() == 1
