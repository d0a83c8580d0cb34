from __future__ import annotations

import pytest
from django.test import Client

from banso.prove.hypotheses.models import Hypothesis
from banso.prove.hypotheses.tests.builders import an_hypothesis
from banso.prove.patterns.models import LevelChange, Pattern
from banso.prove.patterns.tests.builders import a_pattern, page
from banso.prove.patterns.writes import link_pattern
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_link_that_goes_takes_its_level_with_it_and_leaves_its_trace(client: Client) -> None:
    pattern, hypothesis, analyst = a_pattern(), an_hypothesis(), a_user(role="analyst")
    Hypothesis.objects.update(level="replicated")
    link = link_pattern(
        by=analyst, pattern=pattern, source="hypotheses", reference=str(hypothesis.pk)
    )
    client.force_login(a_user())
    address = f"/patterns/{pattern.pk}/unlink/{link.pk}/"
    assert client.post(address).status_code == 403
    client.force_login(analyst)
    client.post(address)
    assert Pattern.objects.get().level == "experience"
    assert [change.fell for change in LevelChange.objects.order_by("pk")] == [False, True]
    assert hypothesis.statement in page(client, "pattern_detail", pattern.pk)  # in its history


def test_only_its_own_links_can_be_taken_from_a_pattern(client: Client) -> None:
    analyst = a_user(role="analyst")
    link = link_pattern(
        by=analyst, pattern=a_pattern(), source="hypotheses", reference=str(an_hypothesis().pk)
    )
    client.force_login(analyst)
    assert client.post(f"/patterns/{a_pattern().pk}/unlink/{link.pk}/").status_code == 404
