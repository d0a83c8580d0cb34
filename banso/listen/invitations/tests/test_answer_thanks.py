from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations.models import Invitation
from banso.listen.invitations.tests.builders import an_open_wave, path_of, sent_by_script
from banso.listen.surveys.tests.builders import CALM
from banso.shared.journal.jobs import run_owed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_anonymous", [False, True])
def test_thanks_in_the_words_of_the_survey_and_the_way_back(
    client: Client, is_anonymous: bool
) -> None:
    a_person(an_account(), email="a@example.jp")
    an_open_wave(is_anonymous=is_anonymous)
    run_owed()
    path = path_of(Invitation.objects.get())
    done = sent_by_script(client, path, CALM)
    text = client.get(done.json()["next"]).content.decode()
    assert "We will put them to use" in text
    assert ("See or change your answers" in text) is not is_anonymous


def test_thanks_for_nobody_is_an_unknown_link(client: Client) -> None:
    assert client.get(f"/s/{'A' * 32}/thanks/").status_code == 404
