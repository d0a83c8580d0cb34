from __future__ import annotations

import pytest
from django.test import Client

from banso.prove.hypotheses.models import Hypothesis
from banso.prove.hypotheses.tests.builders import an_hypothesis
from banso.prove.patterns.models import Pattern
from banso.prove.patterns.tests.builders import a_pattern, page
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_link_is_chosen_from_what_there_is(client: Client) -> None:
    pattern, hypothesis = a_pattern(), an_hypothesis()
    Hypothesis.objects.update(level="associated")
    client.force_login(a_user(role="analyst"))
    client.post(f"/patterns/{pattern.pk}/link/", {"link": f"hypotheses/{hypothesis.pk}"})
    assert Pattern.objects.get().level == "L1"
    said = page(client, "pattern_detail", pattern.pk)
    assert hypothesis.statement in said
    assert "Speaks for it, level 1" in said


def test_what_is_not_there_cannot_be_linked(client: Client) -> None:
    pattern = a_pattern()
    client.force_login(a_user(role="analyst"))
    for asked in ("hypotheses/999", "nonsense/1", ""):
        client.post(f"/patterns/{pattern.pk}/link/", {"link": asked})
    assert not pattern.links.exists()


def test_others_may_not_link(client: Client) -> None:
    pattern = a_pattern()
    client.force_login(a_user())
    assert client.post(f"/patterns/{pattern.pk}/link/", {"link": ""}).status_code == 403
