from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.visits.models import Thanks
from banso.act.visits.tests.builders import an_answer
from banso.act.visits.writes import thank
from banso.listen.surveys.tests.builders import a_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_mail_in_doubt_is_settled_by_hand(client: Client) -> None:
    wave, manager = a_wave(), a_user(role="manager")
    an_answer(wave)
    thank(by=manager, wave=wave, means="mail")
    Thanks.objects.update(state="unsure")
    client.force_login(a_user(role="viewer"))
    url = reverse("visits:thanks_settle", args=[Thanks.objects.get().pk])
    assert client.post(url).status_code == 403
    client.force_login(manager)
    client.post(url)
    thanks = Thanks.objects.get()
    assert (thanks.state, thanks.by) == ("done", manager)
