from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations.models import Invitation, OptOut, Reason, State
from banso.listen.invitations.tests.builders import an_open_wave, path_of, public_path
from banso.listen.invitations.writes.waves import remind
from banso.shared.journal.jobs import run_owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation() -> Invitation:
    a_person(an_account(), email="Hanako@example.jp")
    wave = an_open_wave()
    run_owed()
    return Invitation.objects.get(wave=wave)


def test_opening_the_page_asks_and_stops_nothing(client: Client, invitation: Invitation) -> None:
    text = client.get(path_of(invitation, "stop/"), headers={"accept-language": "ja"})
    assert "今後" in text.content.decode() and not OptOut.objects.exists()


def test_who_does_not_want_to_be_asked_gets_no_mail(client: Client, invitation: Invitation) -> None:
    answer = client.post(path_of(invitation, "stop/"), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    remind(by=None, wave=invitation.wave)
    wave = an_open_wave(throttle_days=0)
    run_owed()
    assert len(mail.outbox) == 1
    later = Invitation.objects.get(wave=wave)
    assert (later.state, later.reason) == (State.LEFT_OUT, Reason.OPTED_OUT)
    assert "hanako" not in OptOut.objects.get().address


def test_a_change_of_mind(client: Client, invitation: Invitation) -> None:
    client.post(path_of(invitation, "stop/"), {"do": "stop"})
    client.post(path_of(invitation, "stop/"), {"do": "ask"})
    assert not OptOut.objects.exists()


def test_a_public_link_stops_nobody(client: Client) -> None:
    path = public_path(an_open_wave(has_public_link=True), "stop/")
    assert client.post(path).status_code == 404
