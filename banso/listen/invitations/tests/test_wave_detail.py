from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations.models import Invitation, State
from banso.listen.invitations.tests.builders import a_planned_wave, an_open_wave
from banso.listen.invitations.writes.sending import opt_out
from banso.listen.invitations.writes.waves import open_wave
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import CALM, a_response, a_wave
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def shown(client: Client, pk: int, query: str = "") -> str:
    return client.get(reverse("invitations:wave_detail", args=[pk]) + query).content.decode()


def test_the_preview_says_whom_it_asks_and_leaves_out_and_why(client: Client) -> None:
    account = an_account(name="あおば製作所")
    a_person(account, name="届く人", email="a@example.jp")
    a_person(account, name="宛先のない人")
    a_person(account, name="断った人", email="no@example.jp")
    a_person(account, name="同じ宛先の人", email="A@example.jp")
    asked = a_person(account, name="先日の人", email="b@example.jp")
    an_account(name="誰もいない会社")
    opt_out(email="no@example.jp")
    Invitation.objects.create(
        wave=a_planned_wave(), person=asked, email=asked.email, state=State.SENT,
        sent_at=clock.now() - timedelta(days=30), nonce="x",
    )  # fmt: skip
    wave = a_planned_wave()
    client.force_login(a_user(role="manager"))
    text = shown(client, wave.pk)
    assert "ask 1 people at 1 customers and leave out 5" in text
    assert "届く人" in text and "宛先のない人" not in text
    for reason, name in {
        "no_email": "宛先のない人", "opted_out": "断った人", "duplicate": "同じ宛先の人",
        "asked": "先日の人", "no_person": "誰もいない会社",
    }.items():  # fmt: skip
        only = shown(client, wave.pk, f"?only={reason}")
        assert name in only and "届く人" not in only, reason
    assert "30 days" not in text and not Invitation.objects.filter(wave=wave).exists()


def test_the_times_somebody_was_asked_stand_beside_the_name(client: Client) -> None:
    person = a_person(an_account(), name="何度も聞かれた人", email="a@example.jp")
    for days in (100, 200, 400):
        Invitation.objects.create(
            wave=a_planned_wave(), person=person, email=person.email, state=State.SENT,
            sent_at=clock.now() - timedelta(days=days), nonce="x",
        )  # fmt: skip
    client.force_login(a_user(role="manager"))
    text = shown(client, a_planned_wave().pk)
    assert '<td class="number">2</td>' in text


def test_who_answered_an_earlier_survey_of_a_file_counts_as_asked(client: Client) -> None:
    account, today = an_account(), clock.today()
    file = a_wave(name="昨年度", source="昨年度.csv")
    other = a_wave(source="記名なし.csv")
    for name, days in (("先週の人", 7), ("八十九日前の人", 89), ("九十日前の人", 90)):
        person = a_person(account, name=name, email=f"d{days}@example.jp")
        a_response(
            file, CALM, account=account, person=person, origin=Response.Origin.FILE,
            submitted_on=today - timedelta(days=days),
        )  # fmt: skip
    a_response(other, CALM, account=account, origin=Response.Origin.FILE, submitted_on=today)
    a_person(account, name="別名の同じ宛先", email="D7@example.jp")
    a_person(account, name="初めての人", email="new@example.jp")
    client.force_login(a_user(role="manager"))
    wave = a_planned_wave(throttle_days=90)
    text = shown(client, wave.pk)
    assert "Answered a short time ago, in a survey brought in by file (2)" in text
    assert "九十日前の人" in text and "初めての人" in text and "八十九日前の人" not in text
    assert (today - timedelta(days=90)).strftime("%Y") in text and "by file" in text
    only = shown(client, wave.pk, "?only=in_file")
    assert "先週の人" in only and "八十九日前の人" in only and "初めての人" not in only
    open_wave(by=None, wave=wave, link_root="http://testserver")
    run_owed()
    reasons = set(Invitation.objects.filter(wave=wave).values_list("person__name", "reason"))
    assert ("先週の人", "in_file") in reasons and ("九十日前の人", "") in reasons


def test_without_a_mail_server_the_page_says_so(client: Client, settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    client.force_login(a_user(role="manager"))
    assert "BANSO_EMAIL_URL" in shown(client, a_planned_wave().pk)


def test_an_open_wave_shows_how_far_it_is(client: Client) -> None:
    a_person(an_account(), email="a@example.jp")
    wave = an_open_wave(has_public_link=True)
    run_owed()
    client.force_login(a_user(role="viewer"))
    text = shown(client, wave.pk)
    assert "0 of 1 people who were invited have answered" in text
    assert f"/s/{wave.public_token}/" in text
    assert "Close the wave" not in text
