from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import translation

from banso.act.signals.tests.builders import a_signal
from banso.act.tasks.panels import next_steps
from banso.act.tasks.tests.builders import a_task
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.tests.builders import TODAY
from banso.shared import clock
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def shown(account: Account, user: User) -> str:
    request = RequestFactory().get("/customers/1/")
    request.user = user
    with clock.held_at(TODAY), translation.override("en"):
        return next_steps(request, account)


def test_it_shows_signals_with_their_step_and_open_tasks() -> None:
    me = a_user()
    account = an_account(owner=me)
    a_signal(account)
    a_task(account=account, owner=me, title="資料を送る")
    panel = shown(account, me)
    assert "No contact for 61 days" in panel
    assert "Next step: Get in touch" in panel
    assert "資料を送る" in panel


def test_a_signal_with_a_task_says_so() -> None:
    me = a_user()
    account = an_account(owner=me)
    a_task(account=account, owner=me, signal=a_signal(account), due_on=TODAY + timedelta(days=7))
    assert "Task made, due on 2026-06-22" in shown(account, me)


def test_another_team_reads_only() -> None:
    account = an_account(owner=a_user())
    a_signal(account)
    panel = shown(account, a_user())
    assert "No contact for 61 days" in panel
    assert "Make it a task" not in panel
    assert "Add a task" not in panel
