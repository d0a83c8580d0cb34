from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.hypotheses.models import Hypothesis, OwnOutcome
from banso.prove.hypotheses.outcomes import known_outcomes, open_outcomes
from banso.prove.hypotheses.tests.builders import an_hypothesis
from banso.prove.hypotheses.writes import register_outcome
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def an_outcome() -> OwnOutcome:
    return register_outcome(
        by=a_user(role="analyst"), name="成功", aim="success", origin="field",
        params={"field": "delivered", "dated": "answered"}, counts="yes",
    )  # fmt: skip


def test_given_up_outcomes_take_no_new_hypotheses(client: Client) -> None:
    made = an_outcome()
    hypothesis = an_hypothesis(outcome=made.key)
    client.force_login(a_user(role="analyst", language="en"))
    client.post(reverse("hypotheses:drop_outcome", args=[made.pk]))
    assert made.key not in open_outcomes() and made.key in known_outcomes()
    page = client.get(reverse("hypotheses:hypothesis_detail", args=[hypothesis.pk]))
    assert "成功" in page.content.decode()
    assert Hypothesis.objects.filter(retired_at=None).exists(), "those there go on"
    assert "Given up" in client.get(reverse("hypotheses:own_outcomes")).content.decode()


def test_who_may_only_read_gives_nothing_up(client: Client) -> None:
    made = an_outcome()
    client.force_login(a_user(role="viewer"))
    assert client.post(reverse("hypotheses:drop_outcome", args=[made.pk])).status_code == 403
    assert made.key in open_outcomes()
