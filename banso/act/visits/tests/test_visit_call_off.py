from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.visits.reads import candidates, lines, owned_by
from banso.act.visits.tests.builders import DAY, a_visit, an_answer
from banso.act.visits.writes import hold_visit
from banso.listen.surveys.tests.builders import SILENT, a_wave
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_visit_that_is_called_off_can_be_planned_again(client: Client) -> None:
    manager = a_user(role="manager")
    client.force_login(manager)
    wave = a_wave()
    account = an_answer(wave, **SILENT).account
    assert account is not None
    visit = a_visit(account, wave)
    client.post(reverse("visits:visit_call_off", args=[visit.pk]))
    (line,) = lines(manager, wave, candidates(wave, owned_by(manager, "")))
    assert line.visit is None
    assert a_visit(account, wave).pk != visit.pk


def test_one_that_was_held_stays(client: Client) -> None:
    manager = a_user(role="manager")
    client.force_login(manager)
    account = an_answer(a_wave()).account
    assert account is not None
    visit = hold_visit(by=manager, visit=a_visit(account), held_on=DAY, found="x", usage={})
    client.post(reverse("visits:visit_call_off", args=[visit.pk]))
    visit.refresh_from_db()
    assert visit.called_off_at is None
