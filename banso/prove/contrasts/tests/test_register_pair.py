from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.contrasts.models import Pair
from banso.prove.contrasts.tests.builders import an_answered_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = "contrasts:register_pair"


def asked(of: int, **more: Any) -> dict[str, Any]:
    return {
        "survey": of, "name": "大手と小口", "one_leaves": ["above"],
        "one_only": "segment|大手", "other_leaves": ["above"], "other_only": "segment|SMB",
    } | more  # fmt: skip


def test_a_pair_is_written_down_and_locked(client: Client) -> None:
    wave = an_answered_wave(60)
    client.force_login(a_user(role="manager"))
    assert "Segment" in client.get(reverse(PAGE)).text
    done = client.post(reverse(PAGE), asked(wave.survey_id), follow=True)
    pair = Pair.objects.get()
    assert (pair.one["field"], pair.other["value"]) == ("segment", "SMB") and pair.number == 1
    assert "none was changed since it was registered" in done.text and pair.digest[:12] in done.text
    Pair.objects.update(one=pair.other)
    assert "The chain breaks at pair 1" in client.get(reverse(PAGE)).text


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"other_only": "segment|大手"}, "Somebody could belong to both groups"),
        ({"other_only": ""}, "Somebody could belong to both groups"),
        ({"one_leaves": []}, "This field is required"),
        ({"one_leaves": ["nowhere"]}, "Select a valid choice"),
        ({"one_only": "segment|<script>"}, "Select a valid choice"),
        ({"name": "あ" * 121}, "at most 120"),
        ({"survey": 0}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_compared_is_said(client: Client, more: dict[str, Any], told: str) -> None:
    wave = an_answered_wave(60)
    client.force_login(a_user(role="manager"))
    page = client.post(reverse(PAGE), asked(wave.survey_id, **more))
    assert page.status_code == 200 and told in page.text and not Pair.objects.exists()


def test_without_a_survey_and_without_the_right(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    assert "There is no survey of customers yet" in client.get(reverse(PAGE)).text
    client.force_login(a_user(role="viewer"))
    assert client.get(reverse(PAGE)).status_code == 403
