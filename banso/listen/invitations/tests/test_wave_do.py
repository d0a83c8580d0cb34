from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations.models import Invitation, State
from banso.listen.invitations.tests.builders import (
    a_planned_wave,
    an_open_wave,
    path_of,
    sent_by_script,
)
from banso.listen.surveys.models import Response, Wave
from banso.listen.surveys.tests.builders import CALM
from banso.shared import clock
from banso.shared.clock import held_at
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def do(client: Client, wave: Wave, verb: str, **given: str) -> str:
    address = reverse("invitations:wave_do", args=[wave.pk, verb])
    return client.post(address, given, follow=True).content.decode()


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_user(role="manager"))
    return client


def test_opened_once_whoever_clicks_twice(manager: Client) -> None:
    a_person(an_account(), email="a@example.jp")
    wave = a_planned_wave()
    do(manager, wave, "open")
    run_owed()
    do(manager, wave, "open")
    run_owed()
    assert len(mail.outbox) == 1
    assert mail.outbox[0].body.count("http://testserver/s/") == 2


def test_those_who_have_not_answered_are_reminded_but_not_twice_a_day(manager: Client) -> None:
    account = an_account()
    silent = a_person(account, email="silent@example.jp")
    answered = a_person(account, email="answered@example.jp")
    now = clock.now()
    with held_at(now):
        wave = an_open_wave()
        run_owed()
        sent_by_script(Client(), path_of(Invitation.objects.get(person=answered)), CALM)
        assert "Nobody is to be reminded now" in do(manager, wave, "remind")
    with held_at(now + timedelta(days=3)):
        assert "1 person is reminded" in do(manager, wave, "remind")
        do(manager, wave, "remind")
        run_owed()
    assert [one.to for one in mail.outbox[2:]] == [["silent@example.jp"]]
    assert "再送" in mail.outbox[2].subject
    invitation = Invitation.objects.get(person=silent)
    assert (invitation.reminders, invitation.state) == (1, State.SENT)
    assert path_of(invitation) in mail.outbox[2].body


def test_closed_takes_no_answers_and_reopened_takes_them_again(manager: Client) -> None:
    a_person(an_account(), email="a@example.jp")
    wave = an_open_wave()
    run_owed()
    path = path_of(Invitation.objects.get())
    do(manager, wave, "close")
    assert sent_by_script(Client(), path, CALM).status_code == 410
    past = (clock.today() - timedelta(days=1)).isoformat()
    assert "today or a later day" in do(manager, wave, "reopen", closes_on=past)
    do(manager, wave, "reopen", closes_on=(clock.today() + timedelta(days=3)).isoformat())
    assert sent_by_script(Client(), path, CALM).status_code == 200


def test_only_who_defines_may_and_only_what_there_is(client: Client, manager: Client) -> None:
    wave = a_planned_wave()
    assert manager.post(reverse("invitations:wave_do", args=[wave.pk, "burn"])).status_code == 404
    client.force_login(a_user(role="csm"))
    for verb in ("open", "close", "remind", "reopen", "send-again"):
        address = reverse("invitations:wave_do", args=[wave.pk, verb])
        assert client.post(address).status_code == 403


@pytest.mark.parametrize(("is_anonymous", "kept"), [(True, 1), (False, 2)])
def test_closing_keeps_what_was_begun_unless_nobody_may_be_known(
    manager: Client, is_anonymous: bool, kept: int
) -> None:
    account = an_account()
    began, done = (a_person(account, email=f"{name}@example.jp") for name in ("began", "done"))
    wave = an_open_wave(is_anonymous=is_anonymous)
    run_owed()
    paths = {one.person_id: path_of(one) for one in Invitation.objects.filter(wave=wave)}
    sent_by_script(Client(), paths[began.pk], {"trouble": "no"}, last=False)
    sent_by_script(Client(), paths[done.pk], CALM)
    assert Response.objects.count() == 2
    do(manager, wave, "close")
    assert Response.objects.count() == kept
    assert Response.objects.filter(submitted_on__isnull=False).count() == 1
