from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.visits.tests.builders import a_visit, an_answer
from banso.know.accounts.tests.builders import an_account
from banso.listen.surveys.tests.builders import SILENT, a_response, a_wave
from banso.measure.health.tests.builders import measured
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_answers_stand_beside_the_usage_and_the_questions(client: Client) -> None:
    client.force_login(a_user())
    wave, account = a_wave(), an_account()
    an_answer(wave, account, **(SILENT | {"comment": "<b>遅い</b>"}))
    measured(account, usage_28d=72)
    visit = a_visit(account, wave)
    text = client.get(reverse("visits:visit_detail", args=[visit.pk])).content.decode()
    for part in ("何に困りましたか?", "I did not know how best to use it", "3 / 10"):
        assert part in text
    assert "&lt;b&gt;遅い&lt;/b&gt;" in text
    assert "Write down what you found" in text


def test_who_may_not_change_reads_only(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    visit = a_visit(an_account())
    text = client.get(reverse("visits:visit_detail", args=[visit.pk])).content.decode()
    assert "Write down what you found" not in text
    assert "Call it off" not in text
    assert client.get(reverse("visits:visit_detail", args=[10**9])).status_code == 404


def test_a_visit_after_an_anonymous_wave_names_nobody(client: Client) -> None:
    client.force_login(a_user())
    wave = a_wave(is_anonymous=True)
    a_response(wave, SILENT)
    visit = a_visit(an_account(), wave)
    text = client.get(reverse("visits:visit_detail", args=[visit.pk])).content.decode()
    assert "Nobody answered the survey here" in text
