from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations.models import Invitation
from banso.listen.invitations.tests.builders import an_open_wave, path_of, sent_by_script
from banso.listen.surveys.tests.builders import CALM
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_everybody_with_state_and_reason_as_a_page_and_a_file(client: Client) -> None:
    account = an_account(name="=cmd()")
    a_person(account, name="届いた人", email="a@example.jp")
    a_person(account, name="宛先のない人")
    wave = an_open_wave()
    run_owed()
    client.force_login(a_user(role="viewer"))
    address = reverse("invitations:wave_people", args=[wave.pk])
    text = client.get(address).content.decode()
    assert "届いた人" in text and "Has no e-mail address" in text
    only = client.get(address, {"state": "left_out"}).content.decode()
    assert "宛先のない人" in only and "届いた人" not in only
    file = b"".join(client.get(address, {"format": "csv"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert "届いた人" in file and "'=cmd()" in file
    assert client.get(address, {"state": "nonsense"}).status_code == 404


def test_nobody_sees_who_answered_an_anonymous_wave(client: Client) -> None:
    a_person(an_account(), name="回答した人", email="a@example.jp")
    wave = an_open_wave(is_anonymous=True)
    run_owed()
    sent_by_script(Client(), path_of(Invitation.objects.get()), CALM)
    client.force_login(a_user(role="administrator"))
    address = reverse("invitations:wave_people", args=[wave.pk])
    text = client.get(address).content.decode()
    assert "Answered</th>" not in text and "nobody sees here who has answered" in text
    file = b"".join(client.get(address, {"format": "csv"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert "Answered" not in file.splitlines()[0]
