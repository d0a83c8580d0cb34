from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.health.models import HealthModel
from banso.measure.health.reads import lines_in_force
from banso.measure.health.rules import Borders
from banso.measure.health.writes.model import save_model
from banso.prove.prediction.models import Alternative
from banso.prove.prediction.tests.builders import (
    LINES,
    a_comparison,
    alternative_page,
    an_alternative,
)
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def take(client: Client, alternative: Alternative, **data: Any) -> None:
    client.post(f"/score-check/alternatives/{alternative.pk}/take/", data)


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
        said = alternative_page(client, alternative)
        assert "Put this score in force" not in said
        take(client, alternative, comparison=comparison.pk, because="それでも")
    assert HealthModel.objects.count() == 1
    assert "Not enough data yet" in alternative_page(client, unknown)
    assert "both are opinion" in alternative_page(client, unknown)


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
    assert "Put this score in force" not in alternative_page(client, alternative, role="csm")
    take(client, alternative, comparison=comparison.pk, because="良い")
    client.post(reverse("prediction:model_again", args=[HealthModel.objects.get().pk]))
    assert HealthModel.objects.count() == 1
