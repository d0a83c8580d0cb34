from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.models import Response, Wave
from banso.prove.contrasts.jobs import judge
from banso.prove.contrasts.models import Verdict
from banso.prove.contrasts.tests.builders import DAY, LEVELS, an_answered_wave
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=60)


def opened(client: Client, wave: Wave, key: str, **asked: str) -> str:
    with clock.held_at(LATER):
        found = client.get(reverse("contrasts:contrast_step", args=[wave.pk, key]), asked)
    assert found.status_code == 200
    return found.getvalue().decode() if found.streaming else found.text


@pytest.fixture
def judged_wave() -> Wave:
    with clock.held_at(LATER):
        wave = an_answered_wave(900)
        judge(wave)
    return wave


def test_texts_and_people_of_answers_above_expectation(client: Client, judged_wave: Wave) -> None:
    client.force_login(a_user())
    page = opened(client, judged_wave, "above_no_trouble")
    above = Response.objects.filter(leaf="above")
    assert f"n = {above.count()}" in page
    assert above.exclude(answers__comment=None).exists() and "声 " in page
    assert "さくら商会" in page and "山田" in page and "Trouble, did not consult" not in page


def test_reasons_of_those_who_did_not_consult(client: Client, judged_wave: Wave) -> None:
    client.force_login(a_user())
    page = opened(client, judged_wave, "consulted_not")
    assert "Why they did not consult" in page and "I did not know whom to ask" in page
    assert "100%" in page


def test_the_file_escapes_formulas(client: Client, judged_wave: Wave) -> None:
    one = Response.objects.filter(leaf="above", intent=5).first()
    assert one is not None
    one.answers = one.answers | {"comment": "=HYPERLINK(1)"}
    one.save()
    client.force_login(a_user())
    text = opened(client, judged_wave, "above_no_trouble", format="csv")
    assert "'=HYPERLINK(1)" in text


def test_prevention_shows_the_kinds_of_trouble(client: Client) -> None:
    with clock.held_at(LATER):
        wave = an_answered_wave(900, levels=LEVELS | {"above": 2.5, "no_trouble": 4.5})
        judge(wave)
    assert Verdict.objects.get(pair_key="above_no_trouble", outcome="intent").step == "prevent"
    client.force_login(a_user(language="ja"))
    page = opened(client, wave, "above_no_trouble")
    assert "不具合・エラーが起きた" in page and "予防" in page


def test_nobody_of_an_anonymous_asking_is_named(client: Client) -> None:
    with clock.held_at(LATER):
        wave = an_answered_wave(900, is_anonymous=True)
        judge(wave)
    client.force_login(a_user())
    page = opened(client, wave, "above_no_trouble")
    assert "さくら商会" not in page and "山田" not in page and "声 " in page
    Response.objects.filter(leaf="above")[4:].values_list("pk", flat=True)
    few = list(Response.objects.filter(leaf="above").values_list("pk", flat=True)[4:])
    Response.objects.filter(pk__in=few).delete()
    assert "too few to be shown" in opened(client, wave, "above_no_trouble")
    assert "声 " not in opened(client, wave, "above_no_trouble", format="csv")
