"""From opening a wave to an answer that counts, through a real mail server."""

from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations.models import Invitation, State
from banso.listen.invitations.tests.builders import an_open_wave, links_in, sent_by_script
from banso.listen.invitations.tests.mail_server import a_mail_server
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import PLEASED
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry

pytestmark = pytest.mark.django_db


def test_a_wave_is_opened_mailed_and_answered_by_its_link(client: Client) -> None:
    account = an_account(name="あおば製作所")
    person = a_person(account, name="高橋 花子", email="hanako@example.jp")
    with a_mail_server() as server:
        wave = an_open_wave()
        run_owed()
        text = server.text_to("hanako@example.jp")
    assert "高橋 花子" in text
    assert "お客様満足度調査" in str(server.mails[0]["Subject"])
    (path,) = links_in(text)
    page = client.get(path, headers={"accept-language": "ja"})
    assert page.status_code == 200
    assert "お困りごと" in page.content.decode()
    first = sent_by_script(client, path, {"trouble": "yes"}, last=False)
    assert first.status_code == 200
    assert not Response.objects.get().submitted_on
    done = sent_by_script(client, path, PLEASED)
    assert done.status_code == 200
    response = Response.objects.get()
    assert (response.account, response.person, response.leaf) == (account, person, "above")
    assert response.wave == wave and response.submitted_on
    entry = Entry.objects.get(kind="survey.answered")
    assert entry.account_id == account.pk and entry.payload["response"] == response.pk
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.has_answered) == (State.SENT, True)
